"""The compiled year against the plain one, quantity by quantity, in every year and draw."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.economy import simulate
from models.labels import TECHNOLOGIES
from models.state import BUILT, DRIVER, DRIVERS, SCALARS, Results, empty_results
from tests.models.economies import random_economy
from tests.models.oracle import simulate_one

RATES = [i for i, name in enumerate(DRIVERS) if "growth" in name or "efficiency_" in name]
FLAGS = ("supply_led", "count_imported_nonfossil", "scope_imports", "scope_process")
EXTREMES = {
    "none": {},
    "shortage": {"coal_hours_max": 400.0, "coal_hours_min": 50.0},
    "surplus": {"coal_hours_max": 8700.0, "coal_hours_min": 8000.0},
    "curtailed": {"build_wind_onshore": 30.0, "curtailment_slope": 2.0},
    "retired": {f"build_{name}": -4.0 for name in BUILT if name != "coal"},
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
        "vehicle_electric_share": 0.9,
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
        unit_technology=rng.integers(0, 11, units),
        unit_capacity=rng.uniform(0.1, 2.0, units),
        unit_year=rng.integers(2024 * 4, 2031 * 4, units) / 4.0,
        parameters=structure.parameters * np.append(1.0, rng.uniform(0.8, 1.2, 35)),
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
    drivers[DRIVER.capital_share] *= rng.uniform(0.99, 1.01, drivers.shape[1:])
    for name, value in EXTREMES[extreme].items():
        drivers[DRIVERS.index(name), 1:] = value
    slips = rng.integers(0, 16, (units, 2)) / 4.0
    return structure, base, drivers, slips


def compare(structure, base, drivers, slips) -> Results:
    """Run both and compare every number; return what the compiled year gives."""
    results = empty_results(drivers.shape[1], drivers.shape[2])
    simulate(structure, base, drivers, slips, results)
    for d in range(drivers.shape[2]):
        one = type(base)(*(table[..., d] for table in base))
        expected = simulate_one(structure, one, drivers[..., d], slips[:, d])
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


@pytest.mark.parametrize(
    ("extreme", "quantity", "least"),
    [
        ("shortage", "electricity_shortfall", 1.0),
        ("surplus", "electricity_surplus", 1.0),
        ("curtailed", "curtailment", 0.5),
        ("boom", "closure_scale_external", 0.25),
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
