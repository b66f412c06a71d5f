"""Any draw of a run can be had again, to the bit, from its manifest."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from models.state import SCALARS, Results
from sim.baseyear.pack import load_pack
from sim.ensemble.accumulate import BLOCK
from sim.ensemble.replay import recorded_work, replay
from sim.ensemble.run import EnsembleRun, run_ensemble
from sim.ensemble.work import Work
from sim.errors import InputError
from sim.scenario import scenario

DRAWS = 3 * BLOCK + 17


@pytest.fixture(scope="module")
def run() -> EnsembleRun:
    changed = scenario("plan").set({"energy.wind.build_gw": {2027: 4.0}}, name="windy")
    return run_ensemble(["baseline", changed], draws=DRAWS, seed=7)


@pytest.fixture(scope="module")
def work(run) -> Work:
    return recorded_work(json.loads(json.dumps(run.manifest)))


def scalars_of(run: EnsembleRun, index: int) -> np.ndarray:
    assert run.draws is not None
    return np.array([run.draws[name].values[index] for name in SCALARS])


@pytest.mark.parametrize(("first", "count"), [(0, 1), (0, DRAWS), (BLOCK - 1, 2), (DRAWS - 1, 1)])
@pytest.mark.parametrize("index", [0, 1])
def test_replayed_draws_are_those_of_the_run(run, work, index, first, count):
    again = replay(work, index, first, count)
    expected = scalars_of(run, index)[..., first : first + count]
    assert again.scalars.tobytes() == np.ascontiguousarray(expected).tobytes()


def test_every_result_of_a_draw_is_the_same_in_any_range(work):
    many = replay(work, 1, 100, 60)
    one = replay(work, 1, 130)
    for name, whole, single in zip(Results._fields, many, one, strict=True):
        assert np.array_equal(whole[..., 30:31], single), name


def test_a_draw_past_the_run_has_no_limit(work):
    assert np.isfinite(replay(work, 0, 10**9 + 3).scalars).all()


@pytest.mark.parametrize(("first", "count"), [(-1, 1), (0, 0), (3, -2)])
def test_a_range_without_draws_is_refused(work, first, count):
    with pytest.raises(ValueError, match="no draws"):
        replay(work, 0, first, count)


def test_another_pack_is_refused(run):
    changed = load_pack().copy(deep=True)
    changed["grid_loss_rate"] = changed["grid_loss_rate"] * 1.01
    with pytest.raises(InputError, match="another base-year pack"):
        recorded_work(run.manifest, changed)
    recorded_work(run_ensemble(["plan"], draws=4, pack=changed).manifest, changed)


def test_a_manifest_that_is_none_is_refused(run):
    with pytest.raises(InputError, match="not that of a run"):
        recorded_work({"pack": run.manifest["pack"]})
    with pytest.raises(InputError, match="not that of a run"):
        recorded_work({})


def test_other_levers_are_refused(run):
    manifest = json.loads(json.dumps(run.manifest))
    gone = manifest["scenarios"][0]["values"].pop()["lever"]
    with pytest.raises(InputError, match="other levers") as caught:
        recorded_work(manifest)
    assert caught.value.key == "baseline"
    assert gone in str(caught.value)


def test_the_scenario_comes_back_with_every_value_and_origin(run, work):
    for case, ours in zip(work.cases, run.scenarios, strict=True):
        theirs = replace(case.scenario, years=ours.years, values={})
        assert theirs == replace(ours, values={}, inputs=theirs.inputs)
        assert {k: dict(v) for k, v in ours.inputs.items()} == dict(case.scenario.inputs)
        assert case.scenario.values.keys() == ours.values.keys()
        for name, value in ours.values.items():
            assert np.array_equal(case.scenario.values[name], value), name
