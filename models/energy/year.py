"""One year of energy: final use, and the capacity that supplies it.

1 TWh = 0.1229 Mtce at calorific value (China Energy Statistical Yearbook, appendix on
conversion factors). In the coal-equivalent method (发电煤耗) non-fossil and net imported
electricity count at the gross standard-coal rate of thermal generation of the year.
"""

from __future__ import annotations

import numpy as np

from models.compiled import kernel
from models.energy.demand import (
    electric_vehicles,
    household_activity,
    price_response,
    steel_route,
)
from models.energy.power import at_year_end, in_service
from models.state import DRIVER, PARAMETER

CALORIFIC = 0.1229  # Mtce per TWh
COAL, COKE, OIL, GAS, ELECTRICITY, HEAT, BIOMASS = 0, 1, 2, 3, 4, 5, 6
NUCLEAR_CARRIER, HYDRO_CARRIER, WIND_CARRIER, SOLAR_CARRIER = 7, 8, 9, 10
NUCLEAR, HYDRO, PUMPED, WIND_ON, WIND_OFF, SOLAR, SOLAR_ROOF = 0, 1, 2, 3, 4, 5, 6
BIO_POWER, COAL_POWER, GAS_POWER, STORAGE = 7, 8, 9, 10
STEEL, INFORMATION = 13, 30  # sectors 14 and 31
SECTORS = 42
RURAL, URBAN = 42, 43
INDUSTRY_GROUP, BUILDINGS_GROUP, TRANSPORT_GROUP = 0, 1, 2


@kernel
def follow_activity(y, structure, drivers, people, consumption, results, activity):
    """Fill the activity index (44, B): gross output; households' people and consumption.

    `people` and `consumption` (2, B): rural and urban, index of the base year = 1.
    """
    draws = activity.shape[1]
    for s in range(SECTORS):
        for d in range(draws):
            start = results.gross_output[s, 0, d]
            activity[s, d] = results.gross_output[s, y, d] / start if start > 0.0 else 0.0
    for h in range(2):
        for d in range(draws):
            activity[RURAL + h, d] = household_activity(
                people[h, d],
                consumption[h, d],
                drivers[DRIVER.household_income_elasticity, y, d],
            )


@kernel
def change_intensity(y, structure, drivers, efficiency, kept, response):
    """Cumulate efficiency (6, B), fuel kept from substitution (4, B), price response (4, B).

    `kept`: part of the coal, gas and other oil that industry, buildings and transport burn
    not yet electrified, and of the coal left not yet replaced by gas.
    """
    draws = efficiency.shape[1]
    for g in range(6):
        for d in range(draws):
            efficiency[g, d] += drivers[DRIVER.efficiency_heavy + g, y, d]
    for d in range(draws):
        kept[0, d] *= 1.0 - drivers[DRIVER.electrification_industry, y, d]
        kept[1, d] *= 1.0 - drivers[DRIVER.electrification_buildings, y, d]
        kept[2, d] *= 1.0 - drivers[DRIVER.electrification_transport, y, d]
        kept[3, d] *= 1.0 - drivers[DRIVER.coal_to_gas, y, d]
    for c in range(4):
        for d in range(draws):
            response[c, d] = price_response(
                drivers[DRIVER.carbon_price, y, d],
                drivers[DRIVER.carbon_price, 0, d],
                structure.emission_factor[c],
                structure.fuel_price[c],
                drivers[DRIVER.price_elasticity, y, d],
            )


@kernel
def final_energy(
    y, structure, drivers, base, groups, activity, efficiency, kept, response, results
):
    """Final energy by energy sector and carrier.

    Raw-material use follows activity alone: efficiency, prices and substitution act on
    what is burnt. Road fuel, a share of the oil burnt, leaves only with electric vehicles;
    electrification takes part of coal, gas and the other oil, and gas replaces part of the
    coal that is left. Of substitutions, only steel's route takes coke. `groups` (2, 44):
    energy group of each sector, and its substitution group.
    """
    p = structure.parameters
    ratio_road = p[PARAMETER.vehicle_efficiency_ratio]
    draws = activity.shape[1]
    out = results.final_energy
    for s in range(SECTORS + 2):
        g, m = groups[0, s], groups[1, s]
        road_share = structure.road_oil_share[s]
        feed = structure.feedstock_share[s]
        for d in range(draws):
            scale = activity[s, d] * np.exp(-efficiency[g, d])
            coal = (1.0 - feed[COAL]) * base.final_energy[s, COAL, d] * scale * response[COAL, d]
            coke = (1.0 - feed[COKE]) * base.final_energy[s, COKE, d] * scale * response[COKE, d]
            oil = (1.0 - feed[OIL]) * base.final_energy[s, OIL, d] * scale * response[OIL, d]
            gas = (1.0 - feed[GAS]) * base.final_energy[s, GAS, d] * scale * response[GAS, d]
            power = base.final_energy[s, ELECTRICITY, d] * scale
            if s == STEEL:
                share = drivers[DRIVER.eaf_share, y, d]
                share_base = drivers[DRIVER.eaf_share, 0, d]
                route = steel_route(share, share_base)
                coal *= route
                coke *= route
                steel = p[PARAMETER.crude_steel] * activity[s, d]
                moved = steel * (share - share_base) * p[PARAMETER.eaf_electricity]
                power += CALORIFIC * moved
            road = road_share * oil
            still = oil - road
            driven = road * electric_vehicles(
                drivers[DRIVER.vehicle_electric_share, y, d],
                drivers[DRIVER.vehicle_electric_share, 0, d],
            )
            power += (road - driven) / ratio_road
            gone = 1.0 - kept[m, d]
            moved = (coal + still + gas) * gone
            power += moved / drivers[DRIVER.electrification_efficiency, y, d]
            coal *= 1.0 - gone
            still *= 1.0 - gone
            gas *= 1.0 - gone
            gas += coal * (1.0 - kept[3, d]) * p[PARAMETER.gas_for_coal_ratio]
            coal *= kept[3, d]
            if s == INFORMATION:
                power += CALORIFIC * drivers[DRIVER.data_centre_electricity, y, d]
            used = activity[s, d]
            out[s, COAL, y, d] = coal + feed[COAL] * base.final_energy[s, COAL, d] * used
            out[s, COKE, y, d] = coke + feed[COKE] * base.final_energy[s, COKE, d] * used
            out[s, OIL, y, d] = driven + still + feed[OIL] * base.final_energy[s, OIL, d] * used
            out[s, GAS, y, d] = gas + feed[GAS] * base.final_energy[s, GAS, d] * used
            out[s, ELECTRICITY, y, d] = power
            out[s, HEAT, y, d] = base.final_energy[s, HEAT, d] * scale
            out[s, BIOMASS, y, d] = base.final_energy[s, BIOMASS, d] * scale


@kernel
def build_capacity(y, structure, drivers, slips, built, capacity, average):
    """Move capacity (11, B) at year end and its average over the year.

    `built` lists the technologies of the `build_` drivers. Additions of wind, solar and
    the other annual builds run half of their first year; named units run from their
    commissioning date, planned date plus slip (U, B).
    """
    draws = capacity.shape[1]
    year = structure.parameters[PARAMETER.base_year] + y
    for t in range(capacity.shape[0]):
        for d in range(draws):
            average[t, d] = capacity[t, d]
    for b in range(built.shape[0]):
        t = built[b]
        for d in range(draws):
            added = max(drivers[DRIVER.build_hydro + b, y, d], -capacity[t, d])
            average[t, d] += 0.5 * added
            capacity[t, d] += added
    for u in range(structure.unit_capacity.shape[0]):
        t = structure.unit_technology[u]
        size, planned = structure.unit_capacity[u], structure.unit_year[u]
        for d in range(draws):
            slip = slips[u, d]
            before = at_year_end(planned, slip, year - 1.0)
            average[t, d] += size * (in_service(planned, slip, year) - before)
            capacity[t, d] += size * (at_year_end(planned, slip, year) - before)
