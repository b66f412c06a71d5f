"""The stock of vehicles: by hand, on the national record, and what it does to road fuel."""

from __future__ import annotations

import math
import statistics
from itertools import pairwise

import numpy as np
import pytest

from models.economy import simulate
from models.energy.vehicles import vehicles_next
from models.state import DRIVER, IDENTITY, PARAMETER, SCALAR, empty_results
from sim.ensemble.inputs import read_inputs
from sim.scenario.levers import find_lever
from tests.models.economies import random_economy

# Ministry of Public Security, releases of January 2023 to 2026, 10,000 vehicles: all and
# new-energy vehicles at year end, all and new-energy vehicles registered in the year
NATION = {
    2022: (31900, 1310, 2323, 535),
    2023: (33600, 2041, 2456, 743),
    2024: (35300, 3140, 2690, 1125),
    2025: (36600, 4397, 2619, 1293),
}


def national_scrapping(year: int) -> tuple[float, float]:
    """Part of combustion and of new-energy vehicles that left the register in a year."""
    (stock, electric, new, bought), (before, before_electric, *_) = NATION[year], NATION[year - 1]
    burning, burning_before = stock - electric, before - before_electric
    return (
        (burning_before + new - bought - burning) / burning_before,
        (before_electric + bought - electric) / before_electric,
    )


def run(**values):
    structure, base, drivers, slips = random_economy(3, years=4, draws=2)
    for name, value in values.items():
        drivers[DRIVER._fields.index(name)] = value
    results = empty_results(4, 2)
    simulate(structure, base, drivers, slips, results)
    return structure, results


def scalar(results, name):
    return results.scalars[SCALAR._fields.index(name)]


def test_a_year_of_a_thousand_vehicles_by_hand():
    # 940 of combustion lose 5 % and gain 36; 60 new-energy vehicles lose 2 % and gain 24
    assert vehicles_next(940.0, 0.05, 36.0) == pytest.approx(929.0)
    assert vehicles_next(60.0, 0.02, 24.0) == pytest.approx(82.8)
    _, results = run(
        vehicle_registrations=60.0,
        vehicle_electric_sales=0.4,
        vehicle_scrapping=0.05,
        vehicle_scrapping_electric=0.02,
    )
    np.testing.assert_allclose(scalar(results, "vehicle_stock")[:2], [[1000.0] * 2, [1011.8] * 2])
    share = scalar(results, "vehicle_electric_share")
    np.testing.assert_allclose(share[:2], [[0.06] * 2, [82.8 / 1011.8] * 2])


def test_a_stock_that_only_sells_new_energy_vehicles_ends_with_nothing_else():
    _, results = run(vehicle_electric_sales=1.0, vehicle_scrapping=1.0)
    np.testing.assert_array_equal(scalar(results, "vehicle_electric_share")[1:], 1.0)


def test_nothing_registered_and_nothing_scrapped_keeps_the_stock_and_its_fuel():
    still = {"vehicle_registrations": 0.0, "vehicle_scrapping": 0.0}
    structure, results = run(**still, vehicle_scrapping_electric=0.0)
    stock = structure.parameters[PARAMETER.vehicle_stock]
    np.testing.assert_allclose(scalar(results, "vehicle_stock"), stock, rtol=1e-15)
    np.testing.assert_allclose(scalar(results, "vehicle_electric_share"), 0.06, rtol=1e-15)


def test_stocks_scrapping_and_registrations_agree_in_every_draw():
    _, results = run(vehicle_electric_sales=0.6)
    assert results.residual[IDENTITY.vehicle_balance].max() < 1e-12


def test_road_fuel_falls_with_the_part_of_combustion_vehicles():
    """Fuel by the share of the stock, and a third of what is gone as electricity."""
    kept = dict.fromkeys(("vehicle_scrapping", "vehicle_scrapping_electric"), 0.0)
    kept["electrification_transport"] = 0.0  # road fuel keeps its share of oil
    before, after = (run(**kept, vehicle_electric_sales=share) for share in (0.06, 0.8))
    np.testing.assert_allclose(scalar(before[1], "vehicle_electric_share"), 0.06, rtol=1e-12)
    transport, oil, electricity = 28, 2, 4
    left = 1.0 - scalar(after[1], "vehicle_electric_share")[1:]
    road = before[0].road_oil_share[transport] * before[1].final_energy[transport, oil, 1:]
    gone = (before[1].final_energy - after[1].final_energy)[transport, :, 1:]
    np.testing.assert_allclose(gone[oil], road * (1.0 - left / 0.94), rtol=1e-9)
    np.testing.assert_allclose(gone[electricity], -gone[oil] / 3.0, rtol=1e-9)


def test_the_rates_of_the_levers_are_those_of_the_nation():
    recent = np.array([national_scrapping(year) for year in (2024, 2025)])
    combustion, electric = (
        float(find_lever(f"transport.{name}").default)
        for name in ("vehicle_scrapping", "vehicle_scrapping_electric")
    )
    assert combustion == pytest.approx(recent[:, 0].mean(), abs=0.0005)
    assert electric == pytest.approx(recent[:, 1].mean(), abs=0.0005)


def test_the_widths_of_the_inputs_are_those_of_the_nation():
    width = {item.name: item.scale for item in read_inputs()}
    rates = [math.log(national_scrapping(year)[0]) for year in (2023, 2024, 2025)]
    registered = [math.log(row[2]) for row in NATION.values()]
    changes = [b - a for a, b in pairwise(registered)]
    assert width["vehicle_scrapping"] == pytest.approx(statistics.stdev(rates), abs=0.005)
    assert width["vehicle_registrations"] == pytest.approx(statistics.stdev(changes), abs=0.005)
