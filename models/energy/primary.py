"""Primary energy in both methods, its balance, production and the clean shares.

Every tonne of coal equivalent that enters leaves: supply by carrier is built from fuel
inputs and generation, use from final energy, electricity demand and losses; the two sums
meet in each draw.
"""

from __future__ import annotations

from models.compiled import equation, step
from models.energy.power import generation
from models.energy.year import (
    BIO_POWER,
    BIOMASS,
    CALORIFIC,
    COAL,
    COAL_POWER,
    COKE,
    ELECTRICITY,
    GAS,
    GAS_POWER,
    HEAT,
    HYDRO,
    HYDRO_CARRIER,
    NUCLEAR,
    NUCLEAR_CARRIER,
    OIL,
    PUMPED,
    SOLAR,
    SOLAR_CARRIER,
    SOLAR_ROOF,
    STORAGE,
    WIND_CARRIER,
    WIND_OFF,
    WIND_ON,
)
from models.state import DRIVER, IDENTITY, PARAMETER, SCALAR
from models.vector import copy, exp

REFINING = 10  # sector 11


@equation
def heat_fuel(heat, efficiency, chp_share, chp_share_base, chp_saving):
    """Fuel (Mtce) for the heat that fuels supply, plants and boilers together.

    heat / efficiency - heat * saving * (c - c0): `efficiency` is that of all heat supply at
    the base year's share c0 of combined heat and power (CHP), and each unit of heat that
    moves from a boiler to CHP saves `chp_saving` of fuel (Mtce/Mtce). CHP fuel is what heat
    takes beside power: the coal of the power it generates stands with power.
    """
    return heat / efficiency - heat * chp_saving * (chp_share - chp_share_base)


@step
def transform(y, structure, drivers, activity, carriers, coke, results, flows):
    """Fuel into heat, power, coking and refining: `flows` (10, B), Mtce.

    Rows: 0-6 heat fuel by final carrier, 7 coal for coking, 8 coke made, 9 refinery loss.
    Heat comes from nuclear plants first, then from CHP and boilers by the share of CHP.
    Coke made follows final demand for coke, refinery loss the output of refining.
    `activity` (44, B): output since the base year. `carriers` (7, B): final energy; `coke`
    (B,): final coke of the base year, set in year 0.
    """
    p = structure.parameters
    draws = flows.shape[1]
    if y == 0:
        copy(carriers[COKE], coke)
    s = results.scalars
    for d in range(draws):
        nuclear = drivers[DRIVER.nuclear_heat, y, d]
        heat = carriers[HEAT, d] - nuclear
        share = drivers[DRIVER.heat_chp_share, y, d]
        s[SCALAR.heat_nuclear, y, d] = nuclear
        s[SCALAR.heat_chp, y, d] = heat * share
        s[SCALAR.heat_boilers, y, d] = heat * (1.0 - share)
        fuel = heat_fuel(
            heat,
            drivers[DRIVER.heat_efficiency, y, d],
            share,
            drivers[DRIVER.heat_chp_share, 0, d],
            drivers[DRIVER.chp_fuel_saving, y, d],
        )
        for c in range(7):
            flows[c, d] = fuel * structure.heat_fuel_share[c]
    for d in range(draws):
        made = p[PARAMETER.coke_output] * carriers[COKE, d] / coke[d]
        flows[7, d] = made / p[PARAMETER.coking_efficiency]
        flows[8, d] = made
        flows[9, d] = p[PARAMETER.refinery_loss] * activity[REFINING, d]


@step
def primary_energy(y, structure, drivers, carriers, results, flows):
    """Primary energy by carrier in the coal-equivalent method, totals in both methods.

    Biomass plants burn fuel: they count with the coal rate in both methods. The non-fossil
    share follows the method of `structure.calorific_share`, energy intensity the
    coal-equivalent method.
    """
    p = structure.parameters
    s = results.scalars
    out = results.primary_energy
    made = results.electricity_generation
    for d in range(flows.shape[1]):
        rate = drivers[DRIVER.coal_rate, y, d]
        coal = carriers[COAL, d] + flows[COAL, d] + rate * made[COAL_POWER, y, d]
        out[COAL, y, d] = coal + flows[7, d] + p[PARAMETER.coal_loss]
        out[COKE, y, d] = carriers[COKE, d] + flows[COKE, d] - flows[8, d]
        out[OIL, y, d] = carriers[OIL, d] + flows[OIL, d] + flows[9, d]
        gas = carriers[GAS, d] + flows[GAS, d] + p[PARAMETER.gas_rate] * made[GAS_POWER, y, d]
        out[GAS, y, d] = gas + p[PARAMETER.gas_loss]
        biomass = carriers[BIOMASS, d] + flows[BIOMASS, d]
        out[BIOMASS, y, d] = biomass + rate * made[BIO_POWER, y, d]
        out[HEAT, y, d] = 0.0
    for d in range(flows.shape[1]):
        rate = drivers[DRIVER.coal_rate, y, d]
        heat = drivers[DRIVER.nuclear_heat, y, d]
        out[NUCLEAR_CARRIER, y, d] = rate * made[NUCLEAR, y, d] + heat
        out[HYDRO_CARRIER, y, d] = rate * made[HYDRO, y, d]
        out[WIND_CARRIER, y, d] = rate * (made[WIND_ON, y, d] + made[WIND_OFF, y, d])
        out[SOLAR_CARRIER, y, d] = rate * (made[SOLAR, y, d] + made[SOLAR_ROOF, y, d])
        out[ELECTRICITY, y, d] = rate * s[SCALAR.electricity_net_import, y, d]
    copy(out[COAL, y], s[SCALAR.coal_consumption, y])
    copy(out[OIL, y], s[SCALAR.oil_consumption, y])
    copy(out[GAS, y], s[SCALAR.gas_consumption, y])
    energy_totals(y, structure, drivers, results)


@step
def energy_totals(y, structure, drivers, results):
    """Total primary energy in both methods, the non-fossil share and energy intensity."""
    s = results.scalars
    out = results.primary_energy
    made = results.electricity_generation
    imported_clean = 1.0 if structure.count_imported_nonfossil else 0.0
    for d in range(s.shape[2]):
        rate = drivers[DRIVER.coal_rate, y, d]
        heat = drivers[DRIVER.nuclear_heat, y, d]
        net_import = s[SCALAR.electricity_net_import, y, d]
        fuels = out[COAL, y, d] + out[COKE, y, d] + out[OIL, y, d] + out[GAS, y, d]
        fuels += out[BIOMASS, y, d]
        own = made[NUCLEAR, y, d] + made[HYDRO, y, d]
        own += made[WIND_ON, y, d] + made[WIND_OFF, y, d]
        own += made[SOLAR, y, d] + made[SOLAR_ROOF, y, d]
        total = fuels + heat + rate * (own + net_import)
        calorific = fuels + heat + CALORIFIC * (own + net_import)
        value = CALORIFIC if structure.calorific_share else rate
        whole = calorific if structure.calorific_share else total
        clean = out[BIOMASS, y, d] + heat + value * own
        imported = net_import * drivers[DRIVER.imported_nonfossil_share, y, d]
        clean += imported_clean * value * imported
        s[SCALAR.energy_total, y, d] = total
        s[SCALAR.energy_total_calorific, y, d] = calorific
        s[SCALAR.non_fossil_share, y, d] = clean / whole
        s[SCALAR.energy_intensity, y, d] = 100.0 * total / s[SCALAR.gdp, y, d]


@step
def energy_balance(y, structure, drivers, results, carriers, flows):
    """Residuals of supply against use, both methods, relative to the size of supply.

    Use = final fuels + final heat + electricity demand at the method's value + losses in
    heat supply, coking, refining, mining and gas; power plants' losses enter at the
    difference between their fuel and the value of what they generate; pumped storage and
    batteries return what demand already counts.
    """
    p = structure.parameters
    s = results.scalars
    made = results.electricity_generation
    for d in range(flows.shape[1]):
        final = carriers[COAL, d] + carriers[COKE, d] + carriers[OIL, d] + carriers[GAS, d]
        final += carriers[BIOMASS, d]
        heat = carriers[HEAT, d]
        fuel = 0.0
        for c in range(7):
            fuel += flows[c, d]
        heat_loss = fuel - (heat - drivers[DRIVER.nuclear_heat, y, d])
        losses = heat_loss + flows[7, d] - flows[8, d] + flows[9, d]
        losses += p[PARAMETER.coal_loss] + p[PARAMETER.gas_loss]
        rate = drivers[DRIVER.coal_rate, y, d]
        demand = s[SCALAR.electricity_demand, y, d]
        returned = made[PUMPED, y, d] + made[STORAGE, y, d]
        for method in range(2):
            value = rate if method == 0 else CALORIFIC
            plants = made[COAL_POWER, y, d] * (rate - value)
            plants += made[BIO_POWER, y, d] * (rate - value)
            plants += made[GAS_POWER, y, d] * (p[PARAMETER.gas_rate] - value)
            use = final + heat + losses + plants + value * (demand - returned)
            row = SCALAR.energy_total if method == 0 else SCALAR.energy_total_calorific
            name = IDENTITY.energy_balance if method == 0 else IDENTITY.energy_balance_calorific
            supply = s[row, y, d]
            results.residual[name, y, d] = abs(supply - use) / abs(supply)


@step
def sum_plants(y, structure, hours, results, plants):
    """Sums over technologies: `plants` (6, B).

    Rows: capacity and clean capacity, generation and clean generation that count; what
    non-fossil plants make, and what they can make in a year at `hours` (11, B).
    """
    made = results.electricity_generation
    capacity = results.electricity_capacity
    plants[:] = 0.0
    for t in range(hours.shape[0]):
        counted, clean = structure.counted[t], structure.clean[t]
        non_fossil = 1.0 if t <= BIO_POWER and t != PUMPED else 0.0
        for d in range(hours.shape[1]):
            plants[0, d] += counted * capacity[t, y, d]
            plants[1, d] += clean * capacity[t, y, d]
            plants[2, d] += counted * made[t, y, d]
            plants[3, d] += clean * made[t, y, d]
            plants[4, d] += non_fossil * made[t, y, d]
            plants[5, d] += non_fossil * generation(capacity[t, y, d], hours[t, d])


@step
def energy_indicators(y, structure, drivers, hours, extraction, plants, base_clean, results):
    """Production, its capacity, and clean shares.

    Production counts fuels, non-fossil electricity and nuclear heat; its capacity counts
    fuels and what non-fossil plants can generate. `hours` (11, B): hours at the base
    year's curtailment. `extraction` (3, B): cumulated log growth of coal, oil and gas
    capacity. `base_clean` (B,): what non-fossil capacity at year end can yield in the base
    year (Mtce), set in year 0; where a draw starts without any, what is built later counts
    at that yield itself. `plants` (6, B) is scratch.
    """
    p = structure.parameters
    s = results.scalars
    capacity = results.electricity_capacity
    draws = base_clean.shape[0]
    sum_plants(y, structure, hours, results, plants)
    if y == 0:
        for d in range(draws):
            base_clean[d] = drivers[DRIVER.coal_rate, 0, d] * plants[5, d]
    else:
        for k in range(3):
            for d in range(draws):
                extraction[k, d] += drivers[DRIVER.coal_capacity_growth + k, y, d]
    for d in range(draws):
        coal, oil, gas = exp(extraction[0, d]), exp(extraction[1, d]), exp(extraction[2, d])
        rate = drivers[DRIVER.coal_rate, y, d]
        clean = rate * plants[5, d]
        if base_clean[d] > 0.0:
            clean = p[PARAMETER.non_fossil_power_capacity] * rate * plants[5, d] / base_clean[d]
        s[SCALAR.energy_production_capacity, y, d] = (
            p[PARAMETER.coal_mine_capacity] * coal
            + p[PARAMETER.oil_field_capacity] * oil
            + p[PARAMETER.gas_field_capacity] * gas
            + clean
        )
        s[SCALAR.energy_production, y, d] = (
            p[PARAMETER.coal_production] * coal
            + p[PARAMETER.oil_production] * oil
            + p[PARAMETER.gas_production] * gas
            + rate * plants[4, d]
            + drivers[DRIVER.nuclear_heat, y, d]
        )
    for d in range(draws):
        s[SCALAR.clean_capacity_share, y, d] = plants[1, d] / plants[0, d]
        s[SCALAR.clean_generation_share, y, d] = plants[3, d] / plants[2, d]
        s[SCALAR.clean_generation, y, d] = plants[3, d]
        wind = capacity[WIND_ON, y, d] + capacity[WIND_OFF, y, d]
        solar = capacity[SOLAR, y, d] + capacity[SOLAR_ROOF, y, d]
        s[SCALAR.wind_pv_capacity, y, d] = wind + solar
