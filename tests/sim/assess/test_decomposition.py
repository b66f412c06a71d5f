"""Decomposition of CO2 in every draw: effects add up, agree with the run, and are refused."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from models.state import SCALARS
from sim.assess.decomposition import EFFECTS, between_scenarios, between_years
from sim.ensemble.replay import recorded_work, replay
from sim.errors import InputError


@pytest.fixture(scope="module")
def run():
    return sim.run(["baseline", "plan"], draws=300, seed=5, threads=1)


@pytest.mark.parametrize("by", list(EFFECTS))
def test_effects_add_up_to_the_change_of_the_run(run, by):
    table = between_years(run.manifest, "plan", 2025, 2030, by=by, draws=300).set_index("effect")
    assert list(table.index) == [*EFFECTS[by], "change"]
    effects = table.drop("change")
    for column in ("central", "mean"):
        assert effects[column].sum() == pytest.approx(table.loc["change", column], abs=1e-9)
    name = "co2_total" if by == "sector" else "co2_energy"
    mean = run.ensemble[f"{name}_mean"].sel(scenario="plan")
    change = float(mean.sel(year=2030) - mean.sel(year=2025))
    assert table.loc["change", "mean"] == pytest.approx(change, rel=1e-9)
    path = run.paths[name].sel(scenario="plan")
    assert table.loc["change", "central"] == pytest.approx(
        float(path.sel(year=2030) - path.sel(year=2025)), rel=1e-9
    )


def test_difference_of_scenarios_is_that_of_the_paired_draws(run):
    table = between_scenarios(run.manifest, "plan", "baseline", 2030, draws=128)
    work = recorded_work(run.manifest)
    plan, baseline = (replay(work, index, 0, 128) for index in (1, 0))
    difference = (plan.scalars - baseline.scalars)[SCALARS.index("co2_total"), -1]
    row = table.set_index("effect").loc["change"]
    assert row["mean"] == pytest.approx(difference.mean(), rel=1e-9)
    assert row["p05"] == pytest.approx(np.quantile(difference, 0.05), rel=1e-9)
    turned = between_scenarios(run.manifest, "baseline", "plan", 2030, draws=128)
    np.testing.assert_allclose(turned["mean"], -table["mean"], atol=1e-9)


def test_growth_raises_and_efficiency_lowers_emissions(run):
    table = between_years(run.manifest, "plan", 2025, 2030).set_index("effect")
    assert table.loc["income", "central"] > 0.0 > table.loc["energy_intensity", "central"]
    assert table.loc["population", "central"] < 0.0
    fuels = between_years(run.manifest, "plan", 2025, 2030, by="fuel").set_index("effect")
    assert fuels.loc["fossil_share", "central"] < 0.0
    # both splits see the same people and nearly the same weight of them
    assert fuels.loc["population", "central"] == pytest.approx(
        table.loc["population", "central"], rel=0.1
    )


@pytest.mark.parametrize(
    ("arguments", "options", "words"),
    [
        (("pln", 2025, 2030), {}, "did you mean 'plan'"),
        (("plan", 2020, 2030), {}, "no such year"),
        (("plan", 2025, 2030), {"by": "sectors"}, "did you mean 'sector'"),
    ],
)
def test_bad_questions_are_refused(run, arguments, options, words):
    with pytest.raises(InputError, match=words):
        between_years(run.manifest, *arguments, **options)
