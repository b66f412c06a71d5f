"""Closures, heat by source, refining and coke: what a lever moves, by hand."""

from __future__ import annotations

import numba
import numpy as np
import pytest

from models.carbon import emission_factors
from models.economy import simulate
from models.energy.hours import Days
from models.energy.primary import heat_fuel
from models.labels import SECTORS, TECHNOLOGIES
from models.state import DRIVER, PARAMETER, SCALAR, empty_results
from tests.models.economies import random_economy


def scalar(results, name):
    return results.scalars[SCALAR._fields.index(name)]


def compiled(structure, base, drivers, slips):
    results = empty_results(drivers.shape[1], drivers.shape[2])
    simulate(structure, base, drivers, slips, results)
    return results


def economy(**values):
    structure, base, drivers, slips = random_economy(3, years=4, draws=2)
    for name, value in values.items():
        drivers[DRIVER._fields.index(name)] = value
    return structure, base, drivers, slips


def test_closed_plants_are_gone_at_year_end_and_ran_half_the_year():
    kept = compiled(*economy(retire_wind_onshore=0.0))
    closed = compiled(*economy(retire_wind_onshore=1.5))
    wind = TECHNOLOGIES.index("wind_onshore")
    gone = kept.electricity_capacity[wind] - closed.electricity_capacity[wind]
    np.testing.assert_allclose(gone, np.outer([0.0, 1.5, 3.0, 4.5], [1.0, 1.0]), atol=1e-12)


def test_no_more_is_closed_than_stands():
    closed = compiled(*economy(retire_solar_utility=100.0))
    left = closed.electricity_capacity[TECHNOLOGIES.index("solar_utility")]
    np.testing.assert_array_equal(left[1:], 0.0)
    assert (closed.electricity_generation[TECHNOLOGIES.index("solar_utility"), 2:] == 0.0).all()


def test_a_province_without_coal_power_runs_none_for_no_hours():
    closed = compiled(*economy(retire_coal=1000.0))
    coal = TECHNOLOGIES.index("coal")
    assert (closed.electricity_capacity[coal, 1:] == 0.0).all()
    assert (closed.electricity_generation[coal, 2:] == 0.0).all()
    assert (scalar(closed, "coal_power_hours")[2:] == 0.0).all()
    assert (scalar(closed, "electricity_shortfall")[2:] > 0.0).all()


def test_a_unit_that_closes_takes_its_capacity_from_its_date_on():
    structure, base, drivers, slips = economy()
    kept = compiled(structure, base, drivers, slips * 0.0)
    closing = structure._replace(
        unit_technology=np.array([0, 2, 0]),
        unit_capacity=np.array([1.2, 1.0, -1.1]),
        unit_year=np.array([2026.5, 2027.75, 2027.25]),
    )
    closed = compiled(closing, base, drivers, np.zeros((3, 2)))
    nuclear = TECHNOLOGIES.index("nuclear")
    gone = (kept.electricity_capacity - closed.electricity_capacity)[nuclear]
    np.testing.assert_allclose(gone, np.outer([0.0, 0.0, 1.1, 1.1], [1.0, 1.0]), atol=1e-12)
    # of 2027 it ran a quarter: three quarters of its output are lost, all of it in 2028
    lost = (kept.electricity_generation - closed.electricity_generation)[nuclear]
    hours = kept.electricity_generation[nuclear, 3] / kept.electricity_capacity[nuclear, 3]
    per_hour = drivers[DRIVER.hours_nuclear, 2] / drivers[DRIVER.hours_nuclear, 3]
    np.testing.assert_allclose(lost[2], 0.75 * 1.1 * hours * per_hour, rtol=1e-12)
    np.testing.assert_allclose(lost[3], 1.1 * hours, rtol=1e-12)


def test_units_close_no_more_than_stands():
    structure, base, drivers, _ = economy(build_hydro=0.0)
    hydro = TECHNOLOGIES.index("hydro")
    closing = structure._replace(
        unit_technology=np.array([hydro, hydro]),
        unit_capacity=np.array([-1.0, -1.0]),
        unit_year=np.array([2026.5, 2027.0]),
    )
    closed = compiled(closing, base, drivers, np.zeros((2, 2)))
    assert (base.capacity[hydro] < 2.0).all()
    np.testing.assert_allclose(closed.electricity_capacity[hydro, 1:], 0.0, atol=1e-12)
    expected = 0.5 * 1.0 + base.capacity[hydro] - 1.0  # both halves of 2026
    hours = 1e3 * base.generation[hydro] / base.capacity_average[hydro]
    hours *= drivers[DRIVER.hours_hydro, 1] / drivers[DRIVER.hours_hydro, 0]
    made = closed.electricity_generation[hydro, 1]
    np.testing.assert_allclose(made, 1e-3 * hours * expected, rtol=1e-12)


def test_links_in_service_move_what_leaves_the_plan_and_the_limit_of_net_import():
    """A link of 3 GW beside 3 GW, from mid-2026: half of it in 2026, all of it from 2027."""
    structure, base, drivers, _ = economy(exchange_power=1.5, import_limit=1.0, net_import=60.0)
    drivers[DRIVER.coal_minimum_output] = 0.8  # more than is used, in many hours
    alone = structure._replace(unit_technology=np.array([0, 2]), unit_year=np.array([2040.0] * 2))
    linked = alone._replace(
        unit_technology=np.array([0, len(TECHNOLOGIES)]),
        unit_capacity=np.array([1.2, 3.0]),
        unit_year=np.array([2040.0, 2026.5]),
    )
    before = compiled(alone, base, drivers, np.zeros((2, 2)))
    after = compiled(linked, base, drivers, np.zeros((2, 2)))
    capability = scalar(after, "exchange_capability")
    np.testing.assert_array_equal(capability[:, 0], [3.0, 6.0, 6.0, 6.0])
    np.testing.assert_array_equal(scalar(before, "exchange_capability"), 3.0)
    # the same as moving the drivers by hand: power by 1.5 and 2, the limit by 15.5/14 and 17/14
    drivers[DRIVER.exchange_power] *= np.array([1.0, 1.5, 2.0, 2.0])[:, None]
    drivers[DRIVER.import_limit] *= np.array([14.0, 15.5, 17.0, 17.0])[:, None] / 14.0
    by_hand = compiled(alone, base, drivers, np.zeros((2, 2)))
    for name in ("electricity_surplus", "electricity_exchange_excess", "curtailment"):
        np.testing.assert_allclose(scalar(after, name), scalar(by_hand, name), rtol=1e-12)
        assert (scalar(after, name)[1:] != scalar(before, name)[1:]).any(), name


def test_supply_capability_is_what_plants_stores_and_links_give_in_even_hours():
    """Where all hours are alike, load plus what is free is the sum of all supply, by hand."""
    structure, base, drivers, slips = economy(coal_availability=0.8, exchange_power=1.5)
    even = Days(np.ones((4, 1, 24)), np.ones((3, 1)), np.array([365.0]))
    results = compiled(structure._replace(days=even), base, drivers, slips)
    sent = 1.0 - structure.own_use_rate[:, None]
    mean = sent * results.electricity_generation[:, 0] / 8.76
    mean[3:7] /= 1.0 - scalar(results, "curtailment")[0]
    steady = mean[[0, 1, 3, 4, 5, 6, 7, 9]].sum(axis=0) + base.net_import / 8.76
    coal = 0.8 * sent[8] * base.capacity_average[8]
    stores = base.capacity_average[[2, 10]].sum(axis=0) + drivers[DRIVER.demand_response, 0]
    found = scalar(results, "supply_capability")[0]
    np.testing.assert_allclose(found, steady + coal + stores + 1.5, rtol=1e-12)
    used = scalar(results, "final_electricity")[0] / (1.0 - drivers[DRIVER.grid_loss_rate, 0])
    np.testing.assert_allclose(scalar(results, "peak_load")[0], used / 8.76, rtol=1e-12)


def test_a_province_without_named_links_keeps_its_drivers():
    structure, base, drivers, slips = economy()
    none = compiled(structure._replace(link_capacity=np.zeros(2)), base, drivers, slips)
    some = compiled(structure, base, drivers, slips)
    np.testing.assert_array_equal(scalar(none, "exchange_capability"), 0.0)
    for name in ("electricity_surplus", "electricity_exchange_excess", "curtailment"):
        np.testing.assert_array_equal(scalar(none, name), scalar(some, name))


def test_heat_comes_from_nuclear_plants_chp_and_boilers():
    results = compiled(*economy(heat_chp_share=0.6, nuclear_heat=0.2))
    heat = results.final_energy[:, 5].sum(axis=0)
    parts = [scalar(results, f"heat_{name}") for name in ("chp", "boilers", "nuclear")]
    np.testing.assert_allclose(sum(parts), heat, rtol=1e-12)
    np.testing.assert_allclose(parts[0], 0.6 * (heat - 0.2), rtol=1e-12)


def test_heat_moved_to_chp_saves_its_fuel_and_the_balance_closes():
    # 10 Mtce of heat at 0.8; a fifth of it moves to CHP, which saves 0.15 a unit: 12.5 - 0.3
    assert heat_fuel(10.0, 0.8, 0.75, 0.55, 0.15) == pytest.approx(12.2)
    idle = {"chp_fuel_saving": 0.15, "coal_minimum_output": 0.0}  # CHP forces no power
    flat = economy(heat_chp_share=0.5, **idle)
    moved = economy(heat_chp_share=np.array([0.5, 0.6, 0.7, 0.8])[:, None], **idle)
    before, after = compiled(*flat), compiled(*moved)
    fueled = scalar(before, "heat_chp") + scalar(before, "heat_boilers")
    saved = scalar(before, "energy_total") - scalar(after, "energy_total")
    lost_power = scalar(before, "final_electricity") - scalar(after, "final_electricity")
    np.testing.assert_allclose(lost_power, 0.0, atol=1e-9)
    expected = fueled * 0.15 * np.array([0.0, 0.1, 0.2, 0.3])[:, None]
    np.testing.assert_allclose(saved, expected, atol=1e-9)
    assert after.residual.max() < 1e-9


def test_more_chp_raises_what_coal_must_run_in_winter_and_boilers_do_not():
    """All days alike and cold: what must run beyond load leaves the province, nothing else."""
    cold = Days(np.ones((4, 1, 24)), np.ones((3, 1)), np.array([365.0]))
    options = {"exchange_power": 500.0, "coal_availability": 1.0, "build_biomass": 10.0}

    def surplus(share, *, outside=0.7):
        structure, base, drivers, slips = economy(**options, coal_minimum_outside=outside)
        drivers[DRIVER.coal_minimum_output] = np.array([0.1, 0.7, 0.7, 0.7])[:, None]
        drivers[DRIVER.heat_chp_share] = np.array(share)[:, None]
        results = compiled(structure._replace(days=cold), base, drivers, slips)
        assert results.residual.max() < 1e-9
        return base, structure, scalar(results, "electricity_surplus")

    base, structure, flat = surplus([0.5, 0.5, 0.5, 0.5])
    more = surplus([0.5, 0.5, 0.6, 0.5])[2] - flat
    less = surplus([0.5, 0.5, 0.4, 0.5])[2] - flat
    heat = compiled(*economy(heat_chp_share=1.0))
    index = scalar(heat, "heat_chp")[2] / scalar(heat, "heat_chp")[0]
    coal = TECHNOLOGIES.index("coal")
    fleet = 0.7 * (1.0 - structure.own_use_rate[coal]) * base.capacity_average[coal]
    # a fifth more CHP heat: a fifth more of the fleet's minimum, 8760 hours a year
    assert (flat[2] > 0.0).all()
    np.testing.assert_allclose(more[2], 8.76 * fleet * 0.2 * index, rtol=1e-9)
    np.testing.assert_allclose(less[2], -8.76 * fleet * 0.2 * index, rtol=1e-9)
    np.testing.assert_array_equal(more[[0, 1, 3]], 0.0)
    # plants that the grid needs on line in summer stay on line in winter
    none = [0.5, 0.5, 0.0, 0.5]
    kept = surplus(none, outside=1.0)[2] - surplus(none, outside=0.7)[2]
    np.testing.assert_allclose(kept[2], 8.76 * 0.3 * fleet, rtol=1e-9)


def test_less_oil_and_more_chemicals_lowers_refining_and_raises_feedstock():
    before = compiled(*economy(refining_to_chemicals=0.0))
    after = compiled(*economy(refining_to_chemicals=0.05))
    refined, chemicals = SECTORS.index("11"), SECTORS.index("12")
    change = after.gross_output / before.gross_output - 1.0
    np.testing.assert_allclose(change[[refined, chemicals], 0], 0.0, atol=1e-15)
    assert (change[refined, 1:] < 0.0).all()
    assert (change[chemicals, 1:] > 0.0).all()
    oil = after.final_energy[chemicals, 2] / before.final_energy[chemicals, 2]
    assert (oil[1:] > 1.0).all()
    assert after.residual.max() < 1e-9


@numba.njit
def called_from_a_kernel(y, structure, drivers, factor, stored):
    emission_factors(y, structure, drivers, factor, stored)


def test_coke_never_holds_more_carbon_than_its_coal():
    structure, _, drivers, _ = economy(emission_factor_coke=2.0)
    factor, stored = np.empty((4, 2)), np.empty((4, 2))
    called_from_a_kernel(1, structure, drivers, factor, stored)
    efficiency = structure.parameters[PARAMETER.coking_efficiency]
    np.testing.assert_allclose(factor[1], factor[0] / efficiency)
