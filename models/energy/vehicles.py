"""Vehicles on the road: a stock that scrapping empties and new registrations fill.

New-energy vehicles (新能源汽车: battery, plug-in hybrid and fuel-cell) and combustion vehicles
stand apart, because they leave at different rates: the first are young. The stock settles which
drive vehicles have; how much is driven follows the activity of those who drive.
"""

from __future__ import annotations

from models.compiled import equation, step
from models.energy.demand import electric_vehicles
from models.energy.year import ON_ROAD
from models.state import DRIVER, IDENTITY, PARAMETER, SCALAR

COMBUSTION, ELECTRIC = range(2)  # rows of `vehicles`


@equation
def vehicles_next(stock, scrapping, registered):
    """Vehicles at the end of a year: (1 - scrapping) stock + registered.

    `stock` at its start and `registered` in it (10,000 vehicles); `scrapping` is the part of
    the stock that leaves the register in the year. Perpetual inventory with a constant rate of
    retirement: Goldsmith (1951).
    """
    return (1.0 - scrapping) * stock + registered


@step
def turn_over_vehicles(y, structure, drivers, vehicles, kept, results):
    """Carry the stock to the end of the year, and say what is left of road fuel.

    `vehicles` (2, B): combustion and new-energy vehicles, set in year 0; `kept` (6, B) receives
    its row of road fuel.
    """
    p = structure.parameters
    s = results.scalars
    stock, share = s[SCALAR.vehicle_stock], s[SCALAR.vehicle_electric_share]
    draws = vehicles.shape[1]
    if y == 0:
        for d in range(draws):
            electric = p[PARAMETER.vehicle_electric_share] * p[PARAMETER.vehicle_stock]
            vehicles[ELECTRIC, d] = electric
            vehicles[COMBUSTION, d] = p[PARAMETER.vehicle_stock] - electric
            results.residual[IDENTITY.vehicle_balance, 0, d] = 0.0
    for d in range(draws if y > 0 else 0):
        registered = drivers[DRIVER.vehicle_registrations, y, d]
        bought = registered * drivers[DRIVER.vehicle_electric_sales, y, d]
        leaving = drivers[DRIVER.vehicle_scrapping, y, d]
        young = drivers[DRIVER.vehicle_scrapping_electric, y, d]
        scrapped = leaving * vehicles[COMBUSTION, d] + young * vehicles[ELECTRIC, d]
        vehicles[COMBUSTION, d] = vehicles_next(
            vehicles[COMBUSTION, d], leaving, registered - bought
        )
        vehicles[ELECTRIC, d] = vehicles_next(vehicles[ELECTRIC, d], young, bought)
        gap = stock[y - 1, d] - scrapped + registered
        gap -= vehicles[COMBUSTION, d] + vehicles[ELECTRIC, d]
        results.residual[IDENTITY.vehicle_balance, y, d] = abs(gap) / stock[y - 1, d]
    for d in range(draws):
        stock[y, d] = vehicles[COMBUSTION, d] + vehicles[ELECTRIC, d]
        share[y, d] = vehicles[ELECTRIC, d] / stock[y, d]
        kept[ON_ROAD, d] = electric_vehicles(share[y, d], share[0, d])
