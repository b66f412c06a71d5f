"""The model's base year is the pack's: at the centre and in every base-year draw."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from models.economy import simulate
from models.labels import FINAL_CARRIERS
from models.state import SCALAR, Results, empty_results
from sim.baseyear.pack import load_pack
from sim.ensemble.prepare import base_tables, prepare
from sim.ensemble.run import resolve_scenarios, run_ensemble
from sim.ensemble.trace import trace_draw
from sim.ensemble.work import prepare_work
from sim.errors import InputError
from sim.scenario import read_units, scenario

TOTALS = (
    "energy_total",
    "energy_total_calorific",
    "non_fossil_share",
    "electricity_demand",
    "electricity_net_import",
    "co2_total",
    "co2_process",
    "co2_imported_electricity",
)


@pytest.fixture(scope="module")
def pack() -> xr.Dataset:
    return load_pack()


@pytest.fixture(scope="module")
def results(pack: xr.Dataset) -> Results:
    """All draws of the base year and, last, its centre, with central drivers."""
    case = prepare(pack, scenario("baseline").resolve(pack), read_units())
    count = pack.sizes["base_draw"] + 1
    index = np.append(np.arange(count - 1), -1)
    drivers = np.repeat(case.central[:, :, None], count, axis=2)
    slips = np.repeat(np.array(list(case.slips.values()))[:, None], count, axis=1)
    made = empty_results(case.years.size, count)
    simulate(case.structure, base_tables(pack).gather(index), drivers, slips, made)
    return made


@pytest.mark.parametrize("name", TOTALS)
def test_totals_of_2025_are_those_of_the_pack_in_every_draw(pack, results, name):
    made = results.scalars[SCALAR._fields.index(name), 0]
    expected = np.append(pack[f"{name}_draws"].values, float(pack[name]))
    np.testing.assert_allclose(made, expected, rtol=1e-9)


@pytest.mark.parametrize(
    "name", ["value_added", "gross_output", "primary_energy", "electricity_generation", "co2"]
)
def test_vectors_of_2025_are_those_of_the_pack(pack, results, name):
    np.testing.assert_allclose(
        getattr(results, name)[:, 0, -1], pack[name].values, rtol=1e-8, atol=1e-9
    )


def test_identities_hold_from_every_base_draw(results):
    assert results.residual.max() <= 1e-9


def test_published_figures_of_2025_lie_within_their_rounding(results):
    """002:217-253 and 002:150 of the 15th five-year plan."""
    printed = {
        "gdp_growth": (0.037, 0.0005),
        "manufacturing_share": (0.227, 0.0005),
        "services_growth": (0.052, 0.0005),
        "non_fossil_share": (0.155, 0.0005),
        "clean_capacity_share": (0.548, 0.0005),
        "clean_generation_share": (0.513, 0.0005),
        "wind_pv_capacity": (36.66, 0.005),
        "energy_production_capacity": (68.0, 0.5),
        "urbanisation": (0.7463, 0.00005),
    }
    for name, (value, half) in printed.items():
        made = results.scalars[SCALAR._fields.index(name), 0]
        assert np.abs(made[-1] - value) <= half * 1.000001, name
        # draws bound shares at the centre's GDP, from which theirs differs by 0.5 %
        assert (np.abs(made - value) <= half + 1e-5).all(), f"{name} in a draw"


def test_2025_is_plausible_against_the_series(results):
    """Electricity above the 273.4 TWh of 2024; energy and CO2 near their last inventories."""
    scalar = dict(zip(SCALAR._fields, results.scalars[:, 0, -1], strict=True))
    assert 274.0 < scalar["electricity_demand"] < 290.0
    assert 216.0 < scalar["energy_total"] < 262.0  # 216.7 Mtce in 2015; 261 if imports count
    assert 400.0 < scalar["co2_energy"] < 500.0  # CEADs 2019 without furnace gas: 442


def test_final_carriers_lead_the_carriers(pack):
    assert list(pack["final_energy"]["carrier"].values[: len(FINAL_CARRIERS)]) == list(
        FINAL_CARRIERS
    )


def test_a_scenario_may_fix_the_draw_of_its_base_year(pack):
    fixed = scenario("plan").set({"base_year.draw": 7}, name="fixed")
    run = run_ensemble([fixed, "plan"], draws=40, horizon=2026)
    made = run.paths["energy_total"].sel(scenario="fixed", year=2025)
    assert float(made) == pytest.approx(pack["energy_total_draws"].values[7], rel=1e-9)
    drawn = run.draws["co2_process"].sel(scenario="fixed", year=2025)
    np.testing.assert_allclose(drawn, pack["co2_process_draws"].values[7], rtol=1e-9)
    other, alone = run.draws.sel(scenario=["plan"]), run_ensemble(["plan"], draws=40, horizon=2026)
    np.testing.assert_array_equal(other["co2_process"], alone.draws["co2_process"])
    assert np.unique(other["co2_process"].sel(year=2025)).size > 30
    laid_open = trace_draw(prepare_work(pack, resolve_scenarios([fixed], pack, 2026), 1), 0, 3)
    shown = laid_open.inputs.set_index("input").loc["base_draw"]
    assert shown["value"] == 7


def test_a_draw_that_the_pack_lacks_is_refused(pack):
    fewer = pack.isel(base_draw=slice(5))
    chosen = scenario("plan").set({"base_year.draw": 5})
    with pytest.raises(InputError, match=r"no such draw of the base year.*allowed: -1 to 4"):
        run_ensemble([chosen], draws=1, pack=fewer)
