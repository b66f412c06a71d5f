"""The compiled year against the plain one, quantity by quantity, in every year and draw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.economy import simulate
from models.labels import TECHNOLOGIES
from models.state import (
    BUILT,
    DRIVER,
    DRIVERS,
    PARAMETERS,
    RETIRED,
    SCALAR,
    SCALARS,
    Results,
    empty_results,
)
from tests.models.economies import random_economy
from tests.models.oracle import simulate_one

RATES = [i for i, name in enumerate(DRIVERS) if "growth" in name or "efficiency_" in name]
FLAGS = (
    "supply_led",
    "count_imported_nonfossil",
    "calorific_share",
    "scope_imports",
    "scope_process",
)
EXTREMES = {
    "none": {},
    "shortage": {"coal_hours_max": 400.0},
    "surplus": {"coal_minimum_output": 0.8, "exchange_power": 5.0},
    "dark": {"coal_availability": 0.2, "build_coal": -4.0},
    "crossed": {"coal_availability": 0.1, "coal_minimum_output": 0.8},
    "stored": {"build_storage": 20.0, "storage_duration": 12.0, "build_solar_utility": 20.0},
    "rigid": {"demand_response": 0.0, "exchange_power": 0.0, "coal_minimum_outside": 1.0},
    "heated": {"nuclear_heat": 1000.0},
    "captured": {"carbon_capture": 3000.0},
    "curtailed": {"build_wind_onshore": 30.0, "curtailment_response": 2.0},
    "retired": {f"build_{name}": -4.0 for name in BUILT if name != "coal"},
    "closed": {f"retire_{name}": 4.0 if name == "coal" else 30.0 for name in RETIRED},
    "boiled": {"heat_chp_share": 0.0, "chp_fuel_saving": 0.4},
    "refined": {"refining_to_chemicals": 0.4},
    "boom": {"tfp_growth": 0.2, "closure_weight_domestic": 0.1},
    "bust": {"tfp_growth": -0.12, "closure_weight_domestic": 0.9},
    "served": {"consumption_services_shift": 0.3, "investment_equipment_shift": -0.4},
    "domestic": {"closure_weight_domestic": 1.0, "carbon_price": 1000.0, "nuclear_heat": 5.0},
    "electric": {
        "electrification_industry": 0.2,
        "electrification_buildings": 0.3,
        "electrification_transport": 0.1,
        "coal_to_gas": 0.2,
        "eaf_share": 1.0,
        "vehicle_electric_sales": 0.9,
        "vehicle_scrapping": 0.3,
        "carbon_stored_share": 1.0,
    },
}
ABSENT = [t for t in TECHNOLOGIES if t != "coal"]


def varied(seed: int, flags: dict[str, bool], extreme: str, absent: list[str]):
    """A random economy in which no two sectors, technologies or units are alike."""
    structure, base, drivers, _ = random_economy(seed, years=5, draws=2)
    rng = np.random.default_rng(seed)
    units = int(rng.integers(0, 6))
    structure = structure._replace(
        feedstock_share=rng.uniform(0.0, 0.9, (44, 7)),
        road_oil_share=rng.uniform(0.0, 1.0, 44) * rng.integers(0, 2, 44),
        fuel_price=structure.fuel_price * rng.uniform(0.5, 2.0, 7),
        own_use_rate=rng.uniform(0.0, 0.1, 11),
        heat_fuel_share=rng.dirichlet(np.ones(7)) * [1, 1, 1, 1, 0, 0, 1],
        carbon_stored_share=rng.uniform(0.1, 0.9, 7),
        equipment=rng.permutation(structure.equipment),
        clean=rng.integers(0, 2, 11).astype(float),
        counted=np.maximum(rng.integers(0, 2, 11), np.arange(11) == 8).astype(float),
        unit_technology=rng.integers(0, 13, units),
        link_capacity=rng.uniform(0.0, 4.0, 2) * rng.integers(0, 2, 2),
        unit_capacity=rng.uniform(-2.0, 2.0, units),  # negative: closes
        unit_year=rng.integers(2024 * 4, 2031 * 4, units) / 4.0,
        parameters=structure.parameters
        * np.append(1.0, rng.uniform(0.8, 1.2, len(PARAMETERS) - 1)),
        **flags,
    )
    base = base._replace(process_co2=rng.gamma(0.5, 2.0, (44, 2)) * ([[1.0]] * 42 + [[0.0]] * 2))
    for name in absent:
        for table in (base.capacity, base.capacity_average, base.generation):
            table[TECHNOLOGIES.index(name)] = 0.0
    drivers[RATES] *= rng.uniform(-2.0, 3.0, drivers[RATES].shape)
    drivers[DRIVER.emission_factor_coal : DRIVER.emission_factor_gas + 1] *= rng.uniform(
        0.8, 1.2, (4, *drivers.shape[1:])
    )
    drivers[DRIVER.depreciation_rate : DRIVER.investment_efficiency + 1] *= rng.uniform(
        0.5, 1.5, (2, *drivers.shape[1:])
    )
    drivers[DRIVER.capital_share] *= rng.uniform(0.99, 1.01, drivers.shape[1:])
    for name, value in EXTREMES[extreme].items():
        drivers[DRIVERS.index(name), 1:] = value
    slips = rng.integers(0, 16, (units, 2)) / 4.0
    return structure, base, drivers, slips


def compare(structure, base, drivers, slips, factors=None) -> Results:
    """Run both and compare every number; return what the compiled year gives."""
    apart = [None] * drivers.shape[2] if factors is None else np.moveaxis(factors, -1, 0)
    results = empty_results(drivers.shape[1], drivers.shape[2])
    simulate(structure, base, drivers, slips, results, factors=factors)
    for d in range(drivers.shape[2]):
        one = type(base)(*(table[..., d] for table in base))
        expected = simulate_one(structure, one, drivers[..., d], slips[:, d], apart[d])
        for row, name in enumerate(SCALARS):
            np.testing.assert_allclose(
                results.scalars[row, :, d], expected.scalars[row], 1e-10, 1e-12, err_msg=name
            )
        for name in Results._fields[1:-1]:
            found, wanted = getattr(results, name)[..., d], getattr(expected, name)
            np.testing.assert_allclose(found, wanted, 1e-10, 1e-12, err_msg=name)
        np.testing.assert_allclose(results.residual[..., d], expected.residual, 1e-9, 1e-11)
    return results


@settings(max_examples=100, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    flags=st.fixed_dictionaries(dict.fromkeys(FLAGS, st.booleans())),
    extreme=st.sampled_from(sorted(EXTREMES)),
    absent=st.lists(st.sampled_from(ABSENT), max_size=4, unique=True),
)
def test_the_compiled_year_equals_the_plain_one(seed, flags, extreme, absent):
    results = compare(*varied(seed, flags, extreme, absent))
    assert np.isfinite(results.scalars).all()
    assert results.residual.max() <= 1e-9
    assert results.residual.min() >= 0.0


@pytest.mark.parametrize(
    ("extreme", "quantity", "least"),
    [
        ("shortage", "electricity_shortfall", 1.0),
        ("surplus", "electricity_surplus", 1.0),
        ("dark", "electricity_shortfall", 1.0),
        ("crossed", "electricity_shortfall", 1.0),
        ("curtailed", "curtailment", 0.5),
        ("boom", "closure_scale_external", 0.25),
        ("captured", "co2_captured", 3000.0),
    ],
)
def test_the_extremes_are_reached(extreme, quantity, least):
    results = compare(*varied(3, dict.fromkeys(FLAGS, True), extreme, []))
    assert (results.scalars[SCALARS.index(quantity), -1] >= least).all()


def test_a_broken_identity_shows_the_same_residual():
    structure, base, drivers, slips = varied(5, dict.fromkeys(FLAGS, True), "none", [])
    structure = structure._replace(
        income_coefficients=structure.income_coefficients * 0.9,
        heat_fuel_share=np.full(7, 1.0 / 7.0),  # electricity and heat are no fuels
    )
    results = compare(structure, base, drivers, slips)
    worst = results.residual.max(axis=(1, 2))
    assert worst[0] == pytest.approx(0.1)
    assert worst[5] > 1e-3


def test_a_balance_of_negative_emissions_has_a_positive_residual():
    structure, base, drivers, slips = varied(7, dict.fromkeys(FLAGS, True), "captured", [])
    results = compare(structure, base, drivers, slips)
    assert (results.scalars[SCALAR.co2_total, 1:] < 0.0).all()
    assert results.residual.min() >= 0.0


@pytest.mark.parametrize("counted", [False, True])
def test_each_method_has_its_own_non_fossil_share(counted):
    flags = {**dict.fromkeys(FLAGS, True), "count_imported_nonfossil": counted}
    structure, *rest = varied(11, flags, "none", [])
    calorific = compare(structure, *rest).scalars
    equivalent = compare(structure._replace(calorific_share=False), *rest).scalars
    row = SCALAR.non_fossil_share
    others = np.delete(np.arange(len(SCALARS)), row)
    np.testing.assert_array_equal(calorific[others], equivalent[others])
    assert (calorific[row] < equivalent[row]).all()  # 0.1229 is less than the coal rate


def test_raw_material_use_follows_activity_alone():
    structure, base, drivers, slips = varied(13, dict.fromkeys(FLAGS, True), "electric", [])
    drivers[DRIVER.carbon_price, 1:] = 500.0
    structure = structure._replace(feedstock_share=np.ones((44, 7)))
    results = compare(structure, base, drivers, slips)
    activity = results.gross_output / results.gross_output[:, :1]
    for c in range(4):
        expected = base.final_energy[:42, c, None] * activity
        np.testing.assert_allclose(results.final_energy[:42, c], expected, rtol=1e-12)


def test_substitution_takes_the_same_part_of_what_is_burnt_beside_raw_material():
    structure, base, drivers, slips = varied(17, dict.fromkeys(FLAGS, True), "electric", [])
    free = structure._replace(feedstock_share=np.zeros((44, 7)))
    with_raw = compare(structure, base, drivers, slips)
    without = compare(free, base, drivers, slips)
    raw = structure.feedstock_share[:42, :4, None] * base.final_energy[:42, :4]
    index = with_raw.gross_output / with_raw.gross_output[:, :1]
    left = with_raw.final_energy[:42, :4] - raw[:, :, None] * index[:, None]
    part = 1.0 - structure.feedstock_share[:42, :4, None, None]
    np.testing.assert_allclose(
        left[:, :3] / part[:, :3], without.final_energy[:42, :3], rtol=1e-9, atol=1e-12
    )


def test_electrification_leaves_road_fuel_to_vehicles():
    structure, base, drivers, slips = varied(19, dict.fromkeys(FLAGS, True), "none", [])
    structure = structure._replace(road_oil_share=np.ones(44))
    moved = drivers.copy()
    moved[DRIVER.electrification_industry : DRIVER.electrification_transport + 1, 1:] = 0.3
    before = compare(structure, base, drivers, slips).final_energy
    after = compare(structure, base, moved, slips).final_energy
    np.testing.assert_allclose(after[:, 2], before[:, 2], rtol=1e-12)
    assert (after[:, 0, 1:] < before[:, 0, 1:]).all()
    moved[[DRIVER.vehicle_electric_sales, DRIVER.vehicle_scrapping], 1:] = 1.0
    gone = compare(structure._replace(feedstock_share=np.zeros((44, 7))), base, moved, slips)
    assert not gone.final_energy[:, 2, 1:].any()


def test_depreciation_and_efficiency_act_on_the_investment_of_their_year():
    structure, base, drivers, slips = varied(23, dict.fromkeys(FLAGS, True), "none", [])
    before = compare(structure, base, drivers, slips).scalars[SCALAR.capital]
    changed = drivers.copy()
    changed[DRIVER.investment_efficiency, 2] *= 0.5
    after = compare(structure, base, changed, slips).scalars[SCALAR.capital]
    np.testing.assert_array_equal(after[:3], before[:3])
    assert (after[3:] < before[3:]).all()


def test_a_use_of_one_kind_of_product_stands_where_nothing_shifts():
    structure, base, drivers, slips = varied(29, dict.fromkeys(FLAGS, True), "none", [])
    base.final_demand[1, :27] = 0.0  # urban households buy services only
    base.final_demand[3, ~structure.equipment] = 0.0
    drivers[DRIVER.consumption_services_shift : DRIVER.investment_equipment_shift + 1] = 0.0
    results = compare(structure, base, drivers, slips)
    assert np.isfinite(results.scalars).all()


@pytest.mark.parametrize("shorter", ["drivers", "years", "draws", "base", "slips", "results"])
def test_arrays_that_do_not_belong_together_are_refused(shorter):
    structure, base, drivers, slips = varied(31, dict.fromkeys(FLAGS, True), "none", [])
    slips = np.zeros((structure.unit_capacity.size, drivers.shape[2]))
    results = empty_results(drivers.shape[1], drivers.shape[2])
    if shorter == "drivers":
        drivers = drivers[:-1]
    elif shorter == "years":
        drivers = drivers[:, :-1]
    elif shorter == "draws":
        drivers = drivers[..., :-1]
    elif shorter == "base":
        base = base._replace(net_import=base.net_import[:-1])
    elif shorter == "slips":
        slips = np.zeros((structure.unit_capacity.size + 1, drivers.shape[2]))
    else:
        results = empty_results(drivers.shape[1] - 1, drivers.shape[2])
    with pytest.raises(ValueError, match="different sizes"):
        simulate(structure, base, drivers, slips, results)
