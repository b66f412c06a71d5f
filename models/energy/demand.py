"""Final energy: activity times intensity, and what changes the intensity.

What is burnt: E = E_2025 * activity * exp(-cumulated efficiency gain) * price response;
then steel changes its route and vehicles their drive, and fuel moves to electricity and
gas. Raw materials: E = E_2025 * activity. Energies are Mtce at calorific value.
"""

from __future__ import annotations

from models.compiled import equation
from models.vector import exp, log


@equation
def household_activity(population, consumption, elasticity):
    """Index of households' energy activity (base year = 1).

    population**(1 - e) * consumption**e, with both as indices of the base year: demand
    follows people at constant income per head and income with elasticity e.
    """
    return exp((1.0 - elasticity) * log(population) + elasticity * log(consumption))


@equation
def price_response(carbon_price, carbon_price_base, emission_factor, fuel_price, elasticity):
    """Multiplier of a fuel's burnt part when the price of carbon changes.

    ((P + p f)/(P + p0 f))**(-elasticity) with the fuel price P (CNY/tce), the carbon
    price p (CNY/t, base-year value p0) and the emission factor f (tCO2/tce); constant
    own-price elasticity, full pass-through.
    """
    ratio = (fuel_price + carbon_price * emission_factor) / (
        fuel_price + carbon_price_base * emission_factor
    )
    return exp(-elasticity * log(ratio))


@equation
def steel_route(eaf_share, eaf_share_base):
    """Multiplier of the coal and coke burnt per tonne of steel when electric furnaces move.

    (1 - s)/(1 - s0), with the share s of electric furnaces in steel: only the
    blast-furnace route takes coal and coke.
    """
    return (1.0 - eaf_share) / (1.0 - eaf_share_base)


@equation
def electric_vehicles(electric_share, electric_share_base):
    """Multiplier of road fuel when part of the vehicle stock becomes electric.

    (1 - s)/(1 - s0), with the new-energy share s of the stock: what is driven follows
    activity, the stock says by which drive.
    """
    return (1.0 - electric_share) / (1.0 - electric_share_base)
