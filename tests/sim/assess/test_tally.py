"""Targets counted while the draws pass are those of the kept draws, whatever the order."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import sim
from models.state import SCALARS
from sim.assess.compare import compare
from sim.assess.joint import joint
from sim.assess.tally import TargetTally, tally_draws
from sim.assess.targets import evaluate
from sim.ensemble import quantiles, stream, summary
from sim.ensemble.accumulate import LEAF
from tests.synthetic import synthetic_run

NAMES = ["baseline", "plan"]
DRAWS = 5 * LEAF + 123
SHORT = 2 * LEAF


@pytest.fixture(scope="module")
def long_run() -> sim.Run:
    """A run of which only the first two leaves are kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stream, "LEADING", SHORT)
        patch.setattr("sim.assess.tally.LEADING", SHORT)
        patch.setattr("sim.ensemble.assemble.LEADING", SHORT)
        return sim.run(NAMES, draws=DRAWS, threads=2)


@pytest.fixture(scope="module")
def whole_run() -> sim.Run:
    return sim.run(NAMES, draws=DRAWS, threads=1)


def test_only_the_leading_draws_are_kept(long_run, whole_run):
    assert long_run.draws.sizes["draw"] == SHORT
    assert long_run.draws.attrs["draws"] == DRAWS
    assert whole_run.draws.sizes["draw"] == DRAWS
    for name in SCALARS:
        kept = whole_run.draws[name].values[..., :SHORT]
        assert np.array_equal(long_run.draws[name].values, kept)


def test_probabilities_come_from_every_draw(long_run, whole_run):
    ours, theirs = long_run.targets(), whole_run.targets()
    inexact = ["p05", "p50", "p95"]
    pd.testing.assert_frame_equal(
        ours.drop(columns=inexact), theirs.drop(columns=inexact), check_exact=True
    )
    spread = theirs["p95"] - theirs["p05"]
    for name in inexact:
        assert not ((ours[name] - theirs[name]).abs() > 1e-3 * spread).any(), name
        assert (ours[name].isna() == theirs[name].isna()).all()
    assert joint(long_run).equals(joint(whole_run))


def test_moments_are_the_same_bits_and_quantiles_within_their_bound(long_run, whole_run):
    ours, theirs = long_run.ensemble, whole_run.ensemble
    assert ours.attrs["quantile_error"] == quantiles.RELATIVE_ERROR
    assert theirs.attrs["quantile_error"] == 0.0
    for name in SCALARS:
        for part in ("mean", "std"):
            assert np.array_equal(ours[f"{name}_{part}"], theirs[f"{name}_{part}"]), name
        inner = {"quantile": [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95]}
        wrong = abs(ours[name] - theirs[name]).sel(inner).max("quantile")
        spread = theirs[name].sel(quantile=0.95) - theirs[name].sel(quantile=0.05)
        assert bool((wrong <= 1e-3 * spread).all()), name


def test_threads_change_nothing_in_a_long_run(long_run, monkeypatch):
    monkeypatch.setattr(stream, "LEADING", SHORT)
    monkeypatch.setattr("sim.assess.tally.LEADING", SHORT)
    monkeypatch.setattr("sim.ensemble.assemble.LEADING", SHORT)
    again = sim.run(NAMES, draws=DRAWS, threads=3)
    assert again.targets().equals(long_run.targets())
    assert again.ensemble.identical(long_run.ensemble)
    assert again.paired.identical(long_run.paired)


def test_paired_differences_are_those_of_every_draw(long_run, whole_run):
    for a, b in (NAMES, NAMES[::-1]):
        ours = compare(long_run, a, b)
        drawn = whole_run.draws.sel(year=2030)
        for row in ours.to_dict("records"):
            name = row["variable"]
            gap = drawn[name].sel(scenario=a).values - drawn[name].sel(scenario=b).values
            size = np.abs(drawn[name].values).max() or 1.0
            error = gap.std(ddof=1) / np.sqrt(DRAWS)
            assert row["mean"] == pytest.approx(gap.mean(), abs=1e-12 * size)
            assert row["mean_se"] == pytest.approx(error, rel=1e-7, abs=1e-12 * size)
            assert row["share_above_zero"] == pytest.approx((gap > 0).mean(), abs=1e-12)
            assert row["share_below_zero"] == pytest.approx((gap < 0).mean(), abs=1e-12)


def test_leaves_in_any_order_give_the_same_counts():
    run = synthetic_run(draws=4 * LEAF)
    names = [str(name) for name in run.draws.data_vars]
    straight = tally_draws(run, run.draws)
    turned = TargetTally(names=names)
    turned.begin(run, 4 * LEAF)
    for first in (3 * LEAF, 0, 2 * LEAF, LEAF):
        for index in (1, 0):
            part = [run.draws[name].values[index, :, first : first + LEAF] for name in names]
            turned.add(index, np.array(part), LEAF, first)
    turned.finish()
    assert np.array_equal(straight.together(), turned.together())
    for target in straight.judged:
        assert np.array_equal(straight.count(target), turned.count(target))
        ours, theirs = straight.quantiles(target), turned.quantiles(target)
        assert np.array_equal(ours, theirs, equal_nan=True)


def test_a_chosen_history_is_judged_by_the_kept_draws(long_run):
    table = evaluate(long_run, targets=long_run.tally.targets)
    known = table["probability"].dropna() * SHORT
    assert np.allclose(known, known.round())


def test_what_a_leaf_leaves_behind_does_not_count(whole_run):
    """Columns past the last draw hold another leaf's values."""
    short = sim.run(NAMES, draws=LEAF + 5, threads=1)
    kept = whole_run.draws.isel(draw=slice(LEAF + 5))
    expected = kept["gdp"].mean("draw")
    np.testing.assert_allclose(short.ensemble["gdp_mean"], expected, rtol=1e-13)
    assert summary.SUBSET > LEAF
