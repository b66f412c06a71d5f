"""One year of energy: final use, and the capacity that supplies it.

1 TWh = 0.1229 Mtce at calorific value (China Energy Statistical Yearbook, appendix on
conversion factors). In the coal-equivalent method (发电煤耗) non-fossil and net imported
electricity count at the gross standard-coal rate of thermal generation of the year.
"""

from __future__ import annotations

import numpy as np

from models.compiled import step
from models.energy.demand import household_activity, price_response, steel_route
from models.energy.power import at_year_end, in_service
from models.labels import TECHNOLOGIES
from models.state import DRIVER, PARAMETER, RETIRED, place
from models.vector import exp

CALORIFIC = 0.1229  # Mtce per TWh
COAL, COKE, OIL, GAS, ELECTRICITY, HEAT, BIOMASS = 0, 1, 2, 3, 4, 5, 6
FUELS = 4  # carriers that come first
NUCLEAR_CARRIER, HYDRO_CARRIER, WIND_CARRIER, SOLAR_CARRIER = 7, 8, 9, 10
NUCLEAR, HYDRO, PUMPED, WIND_ON, WIND_OFF, SOLAR, SOLAR_ROOF = 0, 1, 2, 3, 4, 5, 6
BIO_POWER, COAL_POWER, GAS_POWER, STORAGE = 7, 8, 9, 10
STEEL, INFORMATION = 13, 30  # sectors 14 and 31
SECTORS = 42
RURAL, URBAN = 42, 43
INDUSTRY_GROUP, BUILDINGS_GROUP, TRANSPORT_GROUP = 0, 1, 2
TO_GAS, ON_ROAD, PER_FUEL = 3, 4, 5  # further rows of `kept`
RETIRED_INDEX = np.array([TECHNOLOGIES.index(name) for name in RETIRED], dtype=np.int64)


@step
def follow_activity(y, drivers, people, consumption, inverse_output, results, activity):
    """Fill the activity index (44, B): gross output; households' people and consumption.

    `people` and `consumption` (2, B): rural and urban, index of the base year = 1.
    `inverse_output` (42, B): one over base-year output, 0 where there is none.
    """
    draws, year = activity.shape[1], place(y, results.gross_output)
    for s in range(SECTORS):
        for d in range(draws):
            activity[s, d] = results.gross_output[s, year, d] * inverse_output[s, d]
    for h in range(2):
        for d in range(draws):
            activity[RURAL + h, d] = household_activity(
                people[h, d],
                consumption[h, d],
                drivers[DRIVER.household_income_elasticity, y, d],
            )


@step
def change_intensity(y, structure, drivers, efficiency, saved, kept, response):
    """Cumulate efficiency (6, B), fuel kept from substitution (6, B), price response (4, B).

    `saved` (6, B): what efficiency leaves of intensity. `kept`: part of the coal, gas and
    other oil that industry, buildings and transport burn not yet electrified, of the coal
    left not yet replaced by gas, and the electricity that replaces a unit of fuel; what is
    left of road fuel comes from the stock of vehicles (`vehicles.turn_over_vehicles`).
    """
    draws = efficiency.shape[1]
    for g in range(6):
        for d in range(draws):
            efficiency[g, d] += drivers[DRIVER.efficiency_heavy + g, y, d]
            saved[g, d] = exp(-efficiency[g, d])
    for d in range(draws):
        kept[0, d] *= 1.0 - drivers[DRIVER.electrification_industry, y, d]
        kept[1, d] *= 1.0 - drivers[DRIVER.electrification_buildings, y, d]
        kept[2, d] *= 1.0 - drivers[DRIVER.electrification_transport, y, d]
        kept[TO_GAS, d] *= 1.0 - drivers[DRIVER.coal_to_gas, y, d]
        kept[PER_FUEL, d] = 1.0 / drivers[DRIVER.electrification_efficiency, y, d]
    for c in range(4):
        for d in range(draws):
            response[c, d] = price_response(
                drivers[DRIVER.carbon_price, y, d],
                drivers[DRIVER.carbon_price, 0, d],
                structure.emission_factor[c],
                structure.fuel_price[c],
                drivers[DRIVER.price_elasticity, y, d],
            )


@step
def final_energy(
    y,
    structure,
    drivers,
    base,
    groups,
    activity,
    saved,
    kept,
    response,
    burnt,
    carriers,
    results,
):
    """Final energy by energy sector and carrier, and by carrier (7, B).

    Raw-material use follows activity alone: efficiency, prices and substitution act on
    what is burnt. Road fuel, a share of the oil burnt, leaves only with electric vehicles;
    electrification takes part of coal, gas and the other oil, and gas replaces part of the
    coal that is left. Of substitutions, only steel's route takes coke. `groups` (2, 44):
    energy group of each sector, and its substitution group. `burnt` (7, B) is scratch.
    """
    p = structure.parameters
    per_road_fuel = 1.0 / p[PARAMETER.vehicle_efficiency_ratio]
    draws, year = activity.shape[1], place(y, results.final_energy)
    carriers[:] = 0.0
    for s in range(SECTORS + 2):
        raw_share, active = structure.feedstock_share[s], activity[s]
        start, out = base.final_energy[s], results.final_energy[s]
        burn(raw_share, start, active, saved[groups[0, s]], response, burnt)
        if s == STEEL:
            change_route(y, structure, drivers, active, burnt)
        substitute(
            structure.road_oil_share[s],
            per_road_fuel,
            p[PARAMETER.gas_for_coal_ratio],
            kept,
            kept[groups[1, s]],
            burnt,
        )
        if s == INFORMATION:
            for d in range(draws):
                centres = drivers[DRIVER.data_centre_electricity, y, d]
                burnt[ELECTRICITY, d] += CALORIFIC * centres
        add_raw_material(year, raw_share, start, active, burnt, out, carriers)


@step
def burn(raw_share, start, activity, saved, response, burnt):
    """What a sector uses before substitution, without raw material: burnt (7, B).

    `raw_share` (7,) and `start` (7, B): raw material's share of its base-year energy, and
    that energy; `activity` and `saved` (B,) are the sector's, `response` (7, B) a carrier's.
    """
    for c in range(7):
        part = 1.0 - raw_share[c] if c < FUELS else 1.0
        energy, price, use = start[c], response[c], burnt[c]
        for d in range(activity.shape[0]):
            use[d] = part * energy[d] * (activity[d] * saved[d] * price[d])


@step
def add_raw_material(year, raw_share, start, activity, burnt, out, carriers):
    """Final energy of a sector, out (7, K, B): what is burnt and, of fuels, raw material."""
    for c in range(7):
        raw = raw_share[c] if c < FUELS else 0.0
        energy, use, total, final = start[c], burnt[c], carriers[c], out[c, year]
        for d in range(activity.shape[0]):
            value = use[d] + raw * energy[d] * activity[d]
            final[d] = value
            total[d] += value


@step
def change_route(y, structure, drivers, activity, burnt):
    """Move steel from blast to electric furnaces: coal and coke to electricity (7, B)."""
    p = structure.parameters
    per_share = CALORIFIC * p[PARAMETER.crude_steel] * p[PARAMETER.eaf_electricity]
    for d in range(activity.shape[0]):
        share = drivers[DRIVER.eaf_share, y, d]
        share_base = drivers[DRIVER.eaf_share, 0, d]
        route = steel_route(share, share_base)
        burnt[COAL, d] *= route
        burnt[COKE, d] *= route
        burnt[ELECTRICITY, d] += per_share * activity[d] * (share - share_base)


@step
def substitute(road_share, per_road_fuel, gas_for_coal, kept, burning, burnt):
    """Let electric vehicles, electricity and gas replace fuels of a sector (7, B), in place.

    `road_share`: road fuel in the oil it burns; `per_road_fuel`, `gas_for_coal`: electricity
    and gas for a unit of what they replace; `kept` (6, B): what other substitution leaves;
    `burning` (B,): what electrification leaves of the sector's fuels.
    """
    for d in range(burning.shape[0]):
        coal, gas = burnt[COAL, d], burnt[GAS, d]
        road = road_share * burnt[OIL, d]
        still = burnt[OIL, d] - road
        driven = road * kept[ON_ROAD, d]
        left = burning[d]
        moved = (coal + still + gas) * (1.0 - left)
        burnt[ELECTRICITY, d] += (road - driven) * per_road_fuel + moved * kept[PER_FUEL, d]
        burnt[COAL, d] = coal * left * kept[TO_GAS, d]
        burnt[OIL, d] = driven + still * left
        burnt[GAS, d] = gas * left + coal * left * (1.0 - kept[TO_GAS, d]) * gas_for_coal


@step
def build_capacity(y, structure, drivers, slips, built, capacity, average, links, links_average):
    """Move capacity (11, B) and links (2, B) at year end and their averages over the year.

    `built` lists the technologies of the `build_` drivers. Additions of wind, solar and
    the other annual builds run half of their first year, and what retires half of its
    last; no more retires than stands. Named units run from their commissioning date,
    planned date plus slip (U, B); one of negative capacity closes at that date.
    """
    draws = capacity.shape[1]
    year = structure.parameters[PARAMETER.base_year] + y
    for t in range(capacity.shape[0]):
        for d in range(draws):
            average[t, d] = capacity[t, d]
    for k in range(links.shape[0]):
        for d in range(draws):
            links_average[k, d] = links[k, d]
    for b in range(built.shape[0]):
        t = built[b]
        for d in range(draws):
            added = max(drivers[DRIVER.build_hydro + b, y, d], -capacity[t, d])
            average[t, d] += 0.5 * added
            capacity[t, d] += added
    for k in range(RETIRED_INDEX.shape[0]):
        t = RETIRED_INDEX[k]
        for d in range(draws):
            closed = min(drivers[DRIVER.retire_wind_onshore + k, y, d], capacity[t, d])
            average[t, d] -= 0.5 * closed
            capacity[t, d] -= closed
    for u in range(structure.unit_capacity.shape[0]):
        t, link = structure.unit_technology[u], structure.unit_technology[u] - capacity.shape[0]
        end = links[link] if link >= 0 else capacity[t]
        mean = links_average[link] if link >= 0 else average[t]
        size, planned = structure.unit_capacity[u], structure.unit_year[u]
        for d in range(draws):
            slip = slips[u, d]
            before = at_year_end(planned, slip, year - 1.0)
            moved = max(size, -end[d])
            mean[d] += moved * (in_service(planned, slip, year) - before)
            end[d] += moved * (at_year_end(planned, slip, year) - before)
