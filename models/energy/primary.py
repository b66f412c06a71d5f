"""Primary energy in both methods, its balance, production and the clean shares.

Every tonne of coal equivalent that enters leaves: supply by carrier is built from fuel
inputs and generation, use from final energy, electricity demand and losses; the two sums
meet in each draw.
"""

from __future__ import annotations

import numpy as np

from models.compiled import kernel
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
    SECTORS,
    SOLAR,
    SOLAR_CARRIER,
    SOLAR_ROOF,
    STORAGE,
    WIND_CARRIER,
    WIND_OFF,
    WIND_ON,
)
from models.state import DRIVER, IDENTITY, PARAMETER, SCALAR

REFINING = 10  # sector 11


@kernel
def transform(y, structure, drivers, results, flows):
    """Fuel into heat, power, coking and refining: `flows` (10, B), Mtce.

    Rows: 0-6 heat fuel by final carrier, 7 coal for coking, 8 coke made, 9 refinery loss.
    Coke made follows final demand for coke, refinery loss the output of refining.
    """
    p = structure.parameters
    draws = flows.shape[1]
    for d in range(draws):
        heat = 0.0
        for i in range(SECTORS + 2):
            heat += results.final_energy[i, HEAT, y, d]
        fuel = (heat - drivers[DRIVER.nuclear_heat, y, d]) / drivers[DRIVER.heat_efficiency, y, d]
        for c in range(7):
            flows[c, d] = fuel * structure.heat_fuel_share[c]
        coke, coke_base = 0.0, 0.0
        for i in range(SECTORS + 2):
            coke += results.final_energy[i, COKE, y, d]
            coke_base += results.final_energy[i, COKE, 0, d]
        flows[8, d] = p[PARAMETER.coke_output] * coke / coke_base
        flows[7, d] = flows[8, d] / p[PARAMETER.coking_efficiency]
        refined = results.gross_output[REFINING, y, d] / results.gross_output[REFINING, 0, d]
        flows[9, d] = p[PARAMETER.refinery_loss] * refined


@kernel
def primary_energy(y, structure, drivers, results, flows):
    """Primary energy by carrier in the coal-equivalent method, totals in both methods.

    Biomass plants burn fuel: they count with the coal rate in both methods. The non-fossil
    share follows the method of `structure.calorific_share`, energy intensity the
    coal-equivalent method.
    """
    p = structure.parameters
    s = results.scalars
    out = results.primary_energy
    made = results.electricity_generation
    draws = flows.shape[1]
    for d in range(draws):
        rate = drivers[DRIVER.coal_rate, y, d]
        for c in range(7):
            used = 0.0
            if c not in (ELECTRICITY, HEAT):
                for i in range(SECTORS + 2):
                    used += results.final_energy[i, c, y, d]
                used += flows[c, d]
            out[c, y, d] = used
        out[COAL, y, d] += rate * made[COAL_POWER, y, d] + flows[7, d] + p[PARAMETER.coal_loss]
        out[COKE, y, d] -= flows[8, d]
        out[OIL, y, d] += flows[9, d]
        out[GAS, y, d] += p[PARAMETER.gas_rate] * made[GAS_POWER, y, d] + p[PARAMETER.gas_loss]
        fuels = out[COAL, y, d] + out[COKE, y, d] + out[OIL, y, d] + out[GAS, y, d]
        fuels += out[BIOMASS, y, d]
        wind = made[WIND_ON, y, d] + made[WIND_OFF, y, d]
        solar = made[SOLAR, y, d] + made[SOLAR_ROOF, y, d]
        net_import = s[SCALAR.electricity_net_import, y, d]
        heat = drivers[DRIVER.nuclear_heat, y, d]
        own = made[NUCLEAR, y, d] + made[HYDRO, y, d] + wind + solar
        burnt = rate * made[BIO_POWER, y, d]
        fuels += burnt
        out[BIOMASS, y, d] += burnt
        out[NUCLEAR_CARRIER, y, d] = rate * made[NUCLEAR, y, d] + heat
        out[HYDRO_CARRIER, y, d] = rate * made[HYDRO, y, d]
        out[WIND_CARRIER, y, d] = rate * wind
        out[SOLAR_CARRIER, y, d] = rate * solar
        out[ELECTRICITY, y, d] = rate * net_import
        total = fuels + heat + rate * (own + net_import)
        s[SCALAR.energy_total, y, d] = total
        s[SCALAR.energy_total_calorific, y, d] = fuels + heat + CALORIFIC * (own + net_import)
        value, whole = rate, total
        if structure.calorific_share:
            value, whole = CALORIFIC, s[SCALAR.energy_total_calorific, y, d]
        clean = out[BIOMASS, y, d] + heat + value * own
        if structure.count_imported_nonfossil:
            clean += value * net_import * drivers[DRIVER.imported_nonfossil_share, y, d]
        s[SCALAR.non_fossil_share, y, d] = clean / whole
        s[SCALAR.energy_intensity, y, d] = 100.0 * total / s[SCALAR.gdp, y, d]
        s[SCALAR.coal_consumption, y, d] = out[COAL, y, d]
        s[SCALAR.oil_consumption, y, d] = out[OIL, y, d]
        s[SCALAR.gas_consumption, y, d] = out[GAS, y, d]


@kernel
def energy_balance(y, structure, drivers, results, flows):
    """Residuals of supply against use, both methods, relative to the size of supply.

    Use = final fuels + final heat + electricity demand at the method's value + losses in
    heat supply, coking, refining, mining and gas; power plants' losses enter at the
    difference between their fuel and the value of what they generate; pumped storage and
    batteries return what demand already counts.
    """
    p = structure.parameters
    s = results.scalars
    made = results.electricity_generation
    draws = flows.shape[1]
    for d in range(draws):
        final = 0.0
        heat = 0.0
        for i in range(SECTORS + 2):
            for c in range(7):
                if c == HEAT:
                    heat += results.final_energy[i, c, y, d]
                elif c != ELECTRICITY:
                    final += results.final_energy[i, c, y, d]
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


@kernel
def energy_indicators(y, structure, drivers, hours, extraction, base_clean, results):
    """Production, its capacity, and clean shares.

    Production counts fuels, non-fossil electricity and nuclear heat; its capacity counts
    fuels and what non-fossil plants can generate. `hours` (11, B): hours at the base
    year's curtailment. `extraction` (3, B): cumulated log growth of coal, oil and gas
    capacity. `base_clean` (B,): what non-fossil capacity at year end can yield in the base
    year (Mtce), set in year 0.
    """
    p = structure.parameters
    s = results.scalars
    made = results.electricity_generation
    capacity = results.electricity_capacity
    draws = base_clean.shape[0]
    for d in range(draws):
        for k in range(3):
            if y > 0:
                extraction[k, d] += drivers[DRIVER.coal_capacity_growth + k, y, d]
        coal = np.exp(extraction[0, d])
        oil = np.exp(extraction[1, d])
        gas = np.exp(extraction[2, d])
        rate = drivers[DRIVER.coal_rate, y, d]
        generated, able = 0.0, 0.0
        all_capacity, clean_capacity, all_made, clean_made = 0.0, 0.0, 0.0, 0.0
        for t in range(capacity.shape[0]):
            all_capacity += structure.counted[t] * capacity[t, y, d]
            clean_capacity += structure.clean[t] * capacity[t, y, d]
            all_made += structure.counted[t] * made[t, y, d]
            clean_made += structure.clean[t] * made[t, y, d]
            if t <= BIO_POWER and t != PUMPED:
                generated += made[t, y, d]
                able += generation(capacity[t, y, d], hours[t, d])
        if y == 0:
            base_clean[d] = rate * able
        s[SCALAR.energy_production_capacity, y, d] = (
            p[PARAMETER.coal_mine_capacity] * coal
            + p[PARAMETER.oil_field_capacity] * oil
            + p[PARAMETER.gas_field_capacity] * gas
            + p[PARAMETER.non_fossil_power_capacity] * rate * able / base_clean[d]
        )
        s[SCALAR.energy_production, y, d] = (
            p[PARAMETER.coal_production] * coal
            + p[PARAMETER.oil_production] * oil
            + p[PARAMETER.gas_production] * gas
            + rate * generated
            + drivers[DRIVER.nuclear_heat, y, d]
        )
        s[SCALAR.clean_capacity_share, y, d] = clean_capacity / all_capacity
        s[SCALAR.clean_generation_share, y, d] = clean_made / all_made
        s[SCALAR.clean_generation, y, d] = clean_made
        s[SCALAR.wind_pv_capacity, y, d] = (
            capacity[WIND_ON, y, d]
            + capacity[WIND_OFF, y, d]
            + capacity[SOLAR, y, d]
            + capacity[SOLAR_ROOF, y, d]
        )
