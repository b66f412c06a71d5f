"""A draw laid open is the draw of the run, and a broken one says how to look at it."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from models.state import DRIVERS, IDENTITIES, SCALARS
from sim.baseyear.pack import load_pack
from sim.ensemble import distributions, stream
from sim.ensemble.leaf import Room
from sim.ensemble.run import resolve_scenarios, run_ensemble
from sim.ensemble.trace import Trace, draw_scores, extreme_scores, trace_draw
from sim.ensemble.work import Work, prepare_work
from sim.errors import InputError
from sim.scenario import scenario

DRAW = 131


@pytest.fixture(scope="module")
def work() -> Work:
    pack = load_pack()
    return prepare_work(pack, resolve_scenarios(["plan"], pack), 5)


@pytest.fixture(scope="module")
def trace(work) -> Trace:
    return trace_draw(work, 0, DRAW)


def test_results_are_those_of_the_run_to_the_bit(trace):
    run = run_ensemble(["baseline", "plan"], draws=DRAW + 1, seed=5)
    assert trace.results["variable"].tolist() == list(SCALARS)
    for row in trace.results.to_dict("records"):
        drawn = run.draws[row["variable"]].sel(scenario="plan", draw=DRAW)
        assert [row[int(year)] for year in run.draws["year"]] == drawn.values.tolist()


def test_every_input_driver_and_identity_is_told(work, trace):
    inputs = {item.name: item for item in work.sampler.inputs}
    assert set(trace.inputs["input"]) == set(inputs)
    for name, rows in trace.inputs.groupby("input"):
        years = [] if inputs[name].is_constant else list(range(2026, 2031))
        assert rows["year"].dropna().tolist() == years
    assert trace.drivers["driver"].tolist() == list(DRIVERS)
    assert trace.identities["identity"].tolist() == list(IDENTITIES)
    assert (trace.identities[list(range(2025, 2031))].to_numpy() <= 1e-9).all()


def test_a_value_is_the_quantile_of_its_score(work, trace):
    plan = work.sampler.plan
    told = trace.inputs.set_index("input")
    checked = set()
    for i, item in enumerate(work.sampler.inputs):
        code = int(plan.code[i])
        row = told.loc[[item.name]].iloc[0]
        if code == distributions.INDEX:
            growth = item.name == "growth_draw"
            assert row["value"] in range(plan.state.shape[1] if growth else plan.base_draws)
            continue
        value = distributions.quantile(code, row["score"], plan.parameter[i])
        if code == distributions.SLIP:
            value /= plan.median[i]
        scale = work.plans[0].amplitude[i] if code == distributions.GAUSSIAN else 1.0
        if item.distribution == "posterior_width":
            place = plan.width_input.tolist().index(i)
            scale *= plan.width[place, int(told.loc["growth_draw", "value"])]
        assert row["value"] == pytest.approx(scale * value, abs=1e-12), item.name
        checked.add(code)
    assert checked >= {distributions.GAUSSIAN, distributions.SLIP}


def test_scores_over_many_draws_are_standard_normal(work):
    plan = work.sampler.plan
    first = np.array([draw_scores(work, draw) for draw in range(0, 128 * 200, 128)])
    constant = first[:, plan.row[plan.constant]]
    assert np.abs(constant.mean(axis=0)).max() < 5 / np.sqrt(200)
    assert np.abs(constant.std(axis=0) - 1.0).max() < 5 / np.sqrt(400)


def test_the_extreme_inputs_are_named_with_their_scores(work):
    found = extreme_scores(work, DRAW, 3)
    assert len(found) == 3
    sizes = [abs(float(text.split()[-1])) for text in found]
    assert sizes == sorted(sizes, reverse=True)
    names = {item.name for item in work.sampler.inputs}
    assert {text.split()[0] for text in found} <= names


@pytest.fixture
def broken(monkeypatch):
    """Break draw `DRAW` of every run."""
    sample, simulate = stream.sample, Room.simulate

    def damaged(work, scratch, first):  # type: ignore[no-untyped-def]
        sample(work, scratch, first)
        if first <= DRAW < first + 128:
            scratch.deviates[:, DRAW - first] = np.nan

    def summed(room, first, last):  # type: ignore[no-untyped-def]
        simulate(room, first, last)
        if first <= DRAW < last:
            room.leaves[0].totals.sums[0, 1] = np.nan

    monkeypatch.setattr(stream, "sample", damaged)
    monkeypatch.setattr(Room, "simulate", summed)


@pytest.mark.usefixtures("broken")
def test_a_broken_draw_names_its_inputs_and_the_command_that_replays_it():
    with pytest.raises(InputError) as caught:
        run_ensemble(["plan"], draws=300, seed=5)
    text = str(caught.value)
    assert f"plan: draw {DRAW} gave nan for " in text
    assert (
        f"`provsim run plan --seed 5 --draw {DRAW}` (with the same other options) shows it" in text
    )
    pack = load_pack()
    work = prepare_work(pack, resolve_scenarios(["plan"], pack), 5)
    assert all(name in text for name in extreme_scores(work, DRAW))


@pytest.mark.usefixtures("broken")
def test_the_command_that_replays_a_broken_draw_names_the_file_of_its_scenario(tmp_path):
    path = tmp_path / "of mine.yaml"
    path.write_text("name: mine\ntitle: mine\ntitle_zh: 自定\nextends: plan\n", encoding="utf-8")
    with pytest.raises(InputError, match="mine: draw") as caught:
        run_ensemble([path], draws=300, horizon=2026)
    assert f"`provsim run '{path}' --seed 1 --draw {DRAW}`" in str(caught.value)
    renamed = scenario(path).set({}, name="renamed")
    with pytest.raises(InputError, match=f"`provsim run renamed --seed 1 --draw {DRAW}`"):
        run_ensemble([renamed], draws=300, horizon=2026)


def test_rows_for_machines_hold_everything_once(trace):
    rows = trace.rows()
    keys = [(row["part"], row["name"], row["year"]) for row in rows]
    assert len(set(keys)) == len(keys)
    years = 6
    expected = len(trace.inputs) + years * (len(DRIVERS) + len(SCALARS) + len(IDENTITIES))
    assert len(rows) == expected
    assert all((row["score"] is None) == (row["part"] != "input") for row in rows)


@pytest.mark.parametrize("draw", [-1, 1.5, None])
def test_a_draw_that_is_none_is_refused(draw):
    with pytest.raises(InputError) as caught:
        sim.trace("plan", draw)
    assert caught.value.key == "draw"
