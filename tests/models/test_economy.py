"""The year as a whole: identities in every draw, closure, direction of effects."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.economy import simulate
from models.energy.hours import Days
from models.energy.power import planned_import
from models.state import DRIVER, IDENTITIES, PARAMETER, SCALAR, empty_results
from models.workspace import workspace
from tests.models.economies import random_economy

SEEDS = st.integers(0, 2**32 - 1)


def run(seed: int, **options):
    structure, base, drivers, slips = random_economy(seed, **options)
    results = empty_results(drivers.shape[1], drivers.shape[2])
    simulate(structure, base, drivers, slips, results)
    return structure, base, drivers, slips, results


def rerun(structure, base, drivers, slips):
    results = empty_results(drivers.shape[1], drivers.shape[2])
    simulate(structure, base, drivers, slips, results)
    return results


def scalar(results, name: str) -> np.ndarray:
    return results.scalars[SCALAR._fields.index(name)]


def planned(results) -> np.ndarray:
    return scalar(results, "electricity_planned_import")[1:]


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS, supply_led=st.booleans())
def test_every_identity_holds_in_every_year_and_draw(seed, supply_led):
    *_, results = run(seed, supply_led=supply_led)
    worst = dict(zip(IDENTITIES, results.residual.max(axis=(1, 2)), strict=True))
    assert max(worst.values()) <= 1e-9, worst


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_value_added_sums_to_gdp_in_every_draw(seed):
    *_, results = run(seed)
    gdp = scalar(results, "gdp")
    np.testing.assert_allclose(results.value_added.sum(axis=0), gdp, rtol=1e-12)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS)
def test_supply_led_gdp_is_potential_times_gap(seed):
    *_, results = run(seed)
    supplied = scalar(results, "potential_gdp") * np.exp(scalar(results, "output_gap"))
    np.testing.assert_allclose(scalar(results, "gdp"), supplied, rtol=1e-12)


def test_demand_led_closure_scales_nothing():
    *_, results = run(7, supply_led=False)
    assert not scalar(results, "closure_scale_domestic").any()
    assert not scalar(results, "closure_scale_external").any()


def test_supply_meets_use_in_every_sector():
    structure, *_, results = run(11)
    for y in range(results.scalars.shape[1]):
        output = results.gross_output[:, y]
        inputs = structure.technical_coefficients[y] @ output
        demand = results.final_demand[:, :, y]
        share = structure.local_supply_share[y][:, None]
        use = share * (inputs + demand[:5].sum(axis=0)) + demand[5:].sum(axis=0)
        np.testing.assert_allclose(output, use, rtol=1e-10)


def test_generation_and_net_import_meet_demand_in_every_draw():
    *_, results = run(13)
    made = results.electricity_generation.sum(axis=0)
    np.testing.assert_allclose(
        made + scalar(results, "electricity_net_import"),
        scalar(results, "electricity_demand"),
        rtol=1e-12,
    )


def test_primary_energy_by_carrier_sums_to_the_total():
    *_, results = run(17)
    np.testing.assert_allclose(
        results.primary_energy.sum(axis=0), scalar(results, "energy_total"), rtol=1e-12
    )


def test_co2_by_sector_sums_to_the_territorial_total():
    *_, results = run(19)
    np.testing.assert_allclose(results.co2.sum(axis=0), scalar(results, "co2_total"), rtol=1e-12)


def test_a_shortfall_is_explicit_and_met_by_net_import():
    structure, base, drivers, slips = random_economy(23)
    drivers[DRIVER.coal_hours_max, 1:] = 500.0
    results = rerun(structure, base, drivers, slips)
    shortfall = scalar(results, "electricity_shortfall")[1:]
    assert (shortfall > 0.0).all()
    np.testing.assert_allclose(
        scalar(results, "electricity_net_import")[1:],
        scalar(results, "electricity_planned_import")[1:]
        + shortfall
        - scalar(results, "electricity_surplus")[1:],
        rtol=1e-12,
    )
    np.testing.assert_allclose(scalar(results, "coal_power_hours")[1:], 500.0, rtol=1e-12)


def test_a_surplus_is_explicit_and_lowers_net_import():
    structure, base, drivers, slips = random_economy(29)
    drivers[DRIVER.coal_minimum_output, 1:] = 0.7
    results = rerun(structure, base, drivers, slips)
    surplus = scalar(results, "electricity_surplus")[1:]
    assert (surplus > 0.0).all()
    np.testing.assert_allclose(
        scalar(results, "electricity_net_import")[1:],
        scalar(results, "electricity_planned_import")[1:]
        - surplus
        + scalar(results, "electricity_shortfall")[1:],
        rtol=1e-12,
    )


def test_a_late_nuclear_unit_means_more_coal_and_a_lower_non_fossil_share():
    structure, base, drivers, slips = random_economy(31)
    even = Days(np.ones((4, 1, 24)), np.ones((3, 1)), np.array([365.0]))
    structure = structure._replace(days=even)  # no hour of surplus: coal steps in for all of it
    drivers[DRIVER.coal_minimum_output] = 0.1
    drivers[DRIVER.net_import_displacement] = 0.0  # purchases stay: coal replaces all of it
    early = rerun(structure, base, drivers, slips * 0.0)
    late_slips = slips * 0.0
    late_slips[0] = 2.0  # planned for mid-2026: now mid-2028
    late = rerun(structure, base, drivers, late_slips)
    year = 2  # 2027: a full year without the unit
    lost = 1.2 * drivers[DRIVER.hours_nuclear, year] * 1e-3
    lost *= base.generation[0] / base.capacity_average[0] * 1e3 / drivers[DRIVER.hours_nuclear, 0]
    fewer = early.electricity_generation[0, year] - late.electricity_generation[0, year]
    np.testing.assert_allclose(fewer, lost, rtol=1e-12)
    own_nuclear, own_coal = structure.own_use_rate[0], structure.own_use_rate[8]
    more = late.electricity_generation[8, year] - early.electricity_generation[8, year]
    np.testing.assert_allclose(more, lost * (1 - own_nuclear) / (1 - own_coal), rtol=1e-9)
    assert (scalar(late, "non_fossil_share")[year] < scalar(early, "non_fossil_share")[year]).all()
    extra = scalar(late, "co2_total")[year] - scalar(early, "co2_total")[year]
    factor = structure.emission_factor[0] * drivers[DRIVER.emission_factor_coal, year]
    np.testing.assert_allclose(extra, more * drivers[DRIVER.coal_rate, year] * factor, rtol=1e-9)


def test_own_plants_displace_purchases_by_hand():
    # 20 TWh more from own plants, 8 TWh more load: 12 gained, half of it in place of purchases
    assert planned_import(42.0, 0.5, 80.0, 60.0, 288.0, 280.0) == pytest.approx(36.0)
    # where load gains on own plants the schedule stands
    assert planned_import(42.0, 0.5, 60.0, 60.0, 290.0, 280.0) == 42.0
    # nothing is bought at a gain of 100; an exporter keeps its schedule
    assert planned_import(42.0, 0.5, 160.0, 60.0, 280.0, 280.0) == 0.0
    assert planned_import(-5.0, 0.5, 160.0, 60.0, 280.0, 280.0) == -5.0


def test_coal_and_purchases_share_what_a_late_nuclear_unit_does_not_give():
    structure, base, drivers, slips = random_economy(31)
    even = Days(np.ones((4, 1, 24)), np.ones((3, 1)), np.array([365.0]))
    structure = structure._replace(days=even)
    drivers[DRIVER.coal_minimum_output] = 0.1
    drivers[DRIVER.net_import_displacement] = 0.25
    drivers[DRIVER.build_biomass, 1:] = 4.0  # own plants gain on load with and without the unit
    early = rerun(structure, base, drivers, slips * 0.0)
    late = rerun(structure, base, drivers, np.array([[2.0], [0.0]]) + slips * 0.0)
    change = late.electricity_generation[:, 2] - early.electricity_generation[:, 2]
    more = planned(late) - planned(early)
    lost = -(1.0 - structure.own_use_rate[0]) * change[0]
    assert (lost > 5.0).all()
    np.testing.assert_allclose(more[1], 0.25 * lost, rtol=1e-9)
    np.testing.assert_allclose((1.0 - structure.own_use_rate[8]) * change[8], 0.75 * lost, 1e-9)


def test_the_base_year_keeps_its_net_import():
    _, base, *_, results = run(33)
    np.testing.assert_array_equal(scalar(results, "electricity_planned_import")[0], base.net_import)


def test_less_nuclear_power_is_replaced_by_coal_purchases_and_less_curtailment():
    structure, base, drivers, slips = random_economy(31)
    drivers[DRIVER.coal_minimum_output] = 0.35
    early = rerun(structure, base, drivers, slips * 0.0)
    late = rerun(structure, base, drivers, np.array([[2.0], [0.0]]) + slips * 0.0)
    change = late.electricity_generation[:, 2] - early.electricity_generation[:, 2]
    gate = (1.0 - structure.own_use_rate)[:, None] * change
    efficiency = structure.parameters[[PARAMETER.pumping_efficiency, PARAMETER.storage_efficiency]]
    gate[[2, 10]] -= change[[2, 10]] / efficiency[:, None]
    bought = scalar(late, "electricity_net_import")[2] - scalar(early, "electricity_net_import")[2]
    assert (gate[0] < 0.0).all()
    np.testing.assert_allclose(gate.sum(axis=0) + bought, 0.0, atol=1e-9)
    assert (gate[3:7].sum(axis=0) > 0.0).all()  # room for wind and sun
    assert (gate[8] > 0.0).all()
    assert (gate[8] < -gate[0]).all()


def test_the_closure_extremes_bracket_the_manufacturing_share():
    *_, results = run(37)
    low = np.minimum(
        scalar(results, "manufacturing_share_if_domestic"),
        scalar(results, "manufacturing_share_if_external"),
    )[1:]
    high = np.maximum(
        scalar(results, "manufacturing_share_if_domestic"),
        scalar(results, "manufacturing_share_if_external"),
    )[1:]
    share = scalar(results, "manufacturing_share")[1:]
    assert ((share >= low - 1e-12) & (share <= high + 1e-12)).all()


def test_a_draw_does_not_depend_on_its_neighbours():
    structure, base, drivers, slips, results = run(41, draws=5)
    for d in range(5):
        one = [np.ascontiguousarray(a[..., d : d + 1]) for a in base]
        alone = rerun(
            structure,
            type(base)(*one),
            np.ascontiguousarray(drivers[..., d : d + 1]),
            np.ascontiguousarray(slips[..., d : d + 1]),
        )
        np.testing.assert_allclose(alone.scalars[..., 0], results.scalars[..., d], rtol=1e-12)


def test_nan_in_a_driver_reaches_the_results():
    structure, base, drivers, slips = random_economy(43)
    drivers[DRIVER.tfp_growth, 2, 1] = np.nan
    results = rerun(structure, base, drivers, slips)
    assert np.isnan(scalar(results, "gdp")[2, 1])
    assert np.isfinite(scalar(results, "gdp")[:, 0]).all()


@pytest.mark.parametrize("group", ["heavy", "households"])
def test_more_efficiency_means_less_energy_and_co2(group):
    structure, base, drivers, slips, before = run(47)
    better = drivers.copy()
    better[getattr(DRIVER, f"efficiency_{group}"), 1:] += 0.02
    after = rerun(structure, base, better, slips)
    assert (scalar(after, "energy_total")[1:] < scalar(before, "energy_total")[1:]).all()
    assert (scalar(after, "co2_total")[1:] < scalar(before, "co2_total")[1:]).all()


def test_a_draw_has_the_same_bits_in_any_block_and_at_any_place():
    structure, base, drivers, slips = random_economy(37, draws=200)
    drivers *= np.random.default_rng(37).uniform(0.9, 1.1, drivers.shape)
    whole = rerun(structure, base, drivers, slips)
    for start, size in ((0, 1), (199, 1), (3, 7), (0, 64), (1, 64), (5, 128)):
        part = slice(start, start + size)
        block = rerun(
            structure,
            type(base)(*(np.ascontiguousarray(table[..., part]) for table in base)),
            np.ascontiguousarray(drivers[..., part]),
            np.ascontiguousarray(slips[..., part]),
        )
        for name, table, expected in zip(block._fields, block, whole, strict=True):
            np.testing.assert_array_equal(table, expected[..., part], err_msg=name)


def test_a_workspace_keeps_nothing_of_an_earlier_block():
    room = workspace(42, 6, 3)
    for seed in (41, 43):
        structure, base, drivers, slips = random_economy(seed)
        again = empty_results(6, 3)
        simulate(structure, base, drivers, slips, again, room)
        for table, expected in zip(again, rerun(structure, base, drivers, slips), strict=True):
            np.testing.assert_array_equal(table, expected)


def test_a_workspace_of_another_size_is_refused():
    structure, base, drivers, slips = random_economy(41)
    with pytest.raises(ValueError, match="different sizes"):
        simulate(structure, base, drivers, slips, empty_results(6, 3), workspace(42, 6, 4))
