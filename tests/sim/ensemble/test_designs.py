"""Ways to draw, from the run down to the errors of its probabilities and differences."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.ensemble.methods import design
from sim.ensemble.replay import recorded_work, replay
from sim.errors import InputError

DRAWS = 4096
METHODS = ("philox", "antithetic", "sobol")


@pytest.fixture(scope="module")
def runs():
    return {
        name: sim.run(
            ["baseline", "plan"], draws=DRAWS, seed=3, sampler=name, replicates=4, threads=2
        )
        for name in METHODS
    }


def met(run, target, scenario):
    """Whether each draw meets a target `at least` its number, from the draws themselves."""
    row = run.targets().query("target_id == @target and scenario == @scenario").iloc[0]
    value = run.draws[row["indicator"]].sel(scenario=scenario, year=2030).values
    return value >= row["target"], row


@pytest.mark.parametrize("name", METHODS)
def test_the_error_of_a_probability_is_that_of_independent_groups(runs, name):
    hit, row = met(runs[name], "clean_capacity_share_2030", "plan")
    assert 0.0 < hit.mean() < 1.0
    assert row["probability"] == hit.mean()
    size = {"philox": 1, "antithetic": 2, "sobol": DRAWS // 4}[name]
    groups = hit.reshape(-1, size).mean(axis=1)
    expected = groups.std(ddof=1) / np.sqrt(groups.size)
    # the binomial error divides by n, the others by n - 1
    assert row["probability_se"] == pytest.approx(expected, rel=1e-3 if name == "philox" else 1e-9)


@pytest.mark.parametrize("name", METHODS)
def test_the_error_of_a_difference_is_that_of_independent_groups(runs, name):
    run = runs[name]
    table = run.compare("plan", "baseline").set_index("variable")
    for variable in ("gdp", "co2_total"):
        drawn = run.draws[variable].sel(year=2030)
        difference = (drawn.sel(scenario="plan") - drawn.sel(scenario="baseline")).values
        size = {"philox": 1, "antithetic": 2, "sobol": DRAWS // 4}[name]
        groups = difference.reshape(-1, size).mean(axis=1)
        expected = groups.std(ddof=1) / np.sqrt(groups.size)
        assert table.loc[variable, "mean_se"] == pytest.approx(expected, rel=1e-6)


def test_the_ways_to_draw_agree_within_their_errors(runs):
    tables = {
        name: run.targets().query("probability > 0.02 and probability < 0.98")
        for name, run in runs.items()
    }
    keys = ["scenario", "target_id"]
    first = tables["philox"].set_index(keys)
    for name in ("antithetic", "sobol"):
        other = tables[name].set_index(keys)
        both = first.index.intersection(other.index)
        one, two = first.loc[both], other.loc[both]
        error = np.hypot(one["probability_se"], two["probability_se"])
        gap = (one["probability"] - two["probability"]).abs()
        assert len(both) > 10
        assert (gap < 4.5 * error + 2.0 / DRAWS).mean() > 0.95


def test_pairs_and_points_lower_the_error_of_means(runs):
    spread = {
        name: run.compare("plan", "baseline").set_index("variable")["mean_se"]
        for name, run in runs.items()
    }
    assert spread["antithetic"]["gdp"] < 0.6 * spread["philox"]["gdp"]
    assert spread["sobol"]["gdp"] < spread["philox"]["gdp"]


@pytest.mark.parametrize("name", METHODS)
def test_threads_leave_the_bits_alone_and_a_draw_can_be_had_again(runs, name):
    run = runs[name]
    again = sim.run(
        ["baseline", "plan"], draws=DRAWS, seed=3, sampler=name, replicates=4, threads=1
    )
    assert again.targets().equals(run.targets())
    assert run.manifest["sampler"]["method"] == name
    found = replay(recorded_work(run.manifest), 1, 700, 40)
    kept = run.draws["gdp"].sel(scenario="plan").values[:, 700:740]
    assert (found.scalars[0] == kept).all()


def test_bad_designs_are_refused():
    with pytest.raises(InputError, match="did you mean 'sobol'"):
        design("sobl", 4096, 4)
    with pytest.raises(InputError, match="even"):
        design("antithetic", 101, 16)
    with pytest.raises(InputError, match="power of two"):
        design("sobol", 10_000, 16)
    with pytest.raises(InputError, match="16384"):
        design("sobol", 4096, 16)
