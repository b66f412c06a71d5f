"""Carbon dioxide from fuels, processes and imported electricity.

Factors are tCO2 per tce of the fuel's calorific content (IPCC 2006 Guidelines, vol. 2,
ch. 1-2: carbon content times 44/12, oxidation included). Coke's carbon is counted once,
where the coke is used: furnace gas recovered from it adds nothing.
"""

from __future__ import annotations

import numpy as np

from models.compiled import equation, kernel
from models.energy.primary import REFINING
from models.energy.year import COAL, COAL_POWER, COKE, GAS, GAS_POWER, OIL, SECTORS
from models.state import DRIVER, IDENTITY, PARAMETER, SCALAR

POWER_AND_HEAT = 23  # sector 24


@equation
def combustion_co2(fuel, feedstock, carbon_stored_share, emission_factor):
    """CO2 of a fuel's use (Mt), carbon bound in products left out.

    Parameters
    ----------
    fuel : float or array
        Energy and raw-material use (Mtce).
    feedstock : float or array
        What of it is raw material (Mtce).
    carbon_stored_share : float or array
        Part of the raw material's carbon that stays in products (fraction).
    emission_factor : float or array
        tCO2/tce.
    """
    return (fuel - feedstock * carbon_stored_share) * emission_factor


@equation
def carbon_intensity(co2, gdp):
    """CO2 (Mt) per GDP (亿元 at constant prices), in t per 10,000 CNY."""
    return 100.0 * co2 / gdp


@equation
def cumulative_reduction(intensity, base_intensity):
    """Fall of an intensity since its base year (fraction; positive when it falls)."""
    return 1.0 - intensity / base_intensity


@kernel
def emissions(y, structure, drivers, base, activity, flows, process, results):
    """CO2 by energy sector (Mt), and the balance of fuels against sectors.

    Heat and power fuels stand in sector 24, refinery losses and what coking coal holds
    beyond its coke in 11, process emissions in their own sectors. Raw-material use is its
    base-year part times `activity` (44, B). `process` (B,) cumulates the log change of
    process emissions per unit of output. `flows` comes from `models.energy.primary.transform`.
    Captured CO2 leaves sector 24. The driver of stored carbon is oil's share; the other
    carriers' shares move with it.
    """
    p = structure.parameters
    made = results.electricity_generation
    draws = process.shape[0]
    for d in range(draws):
        if y > 0:
            process[d] += drivers[DRIVER.process_intensity_growth, y, d]
        stored_level = (
            drivers[DRIVER.carbon_stored_share, y, d] / structure.carbon_stored_share[OIL]
        )
        burnt, processed, stored = 0.0, 0.0, 0.0
        for i in range(SECTORS + 2):
            total = 0.0
            for c in range(4):
                factor = (
                    structure.emission_factor[c] * drivers[DRIVER.emission_factor_coal + c, y, d]
                )
                fuel = results.final_energy[i, c, y, d]
                feed = structure.feedstock_share[i, c] * base.final_energy[i, c, d]
                feed *= activity[i, d]
                stored_share = min(structure.carbon_stored_share[c] * stored_level, 1.0)
                total += combustion_co2(fuel, feed, stored_share, factor)
                stored += feed * stored_share * factor
            own = 0.0
            if i < SECTORS and base.process_co2[i, d] > 0.0:
                index = results.gross_output[i, y, d] / results.gross_output[i, 0, d]
                own = base.process_co2[i, d] * index * np.exp(process[d])
            burnt += total
            processed += own
            results.co2[i, y, d] = total + own
        plants, supplied = 0.0, 0.0
        for c in range(4):
            factor = structure.emission_factor[c] * drivers[DRIVER.emission_factor_coal + c, y, d]
            fuel = flows[c, d]
            burnt_here = results.primary_energy[c, y, d]
            if c == COAL:
                fuel += drivers[DRIVER.coal_rate, y, d] * made[COAL_POWER, y, d]
                burnt_here -= p[PARAMETER.coal_loss]
            elif c == GAS:
                fuel += p[PARAMETER.gas_rate] * made[GAS_POWER, y, d]
                burnt_here -= p[PARAMETER.gas_loss]
            plants += factor * fuel
            supplied += factor * burnt_here
        coal = structure.emission_factor[COAL] * drivers[DRIVER.emission_factor_coal, y, d]
        oil = structure.emission_factor[OIL] * drivers[DRIVER.emission_factor_oil, y, d]
        coke = structure.emission_factor[COKE] * drivers[DRIVER.emission_factor_coke, y, d]
        losses = coal * flows[7, d] - coke * flows[8, d] + oil * flows[9, d]
        captured = drivers[DRIVER.carbon_capture, y, d]
        results.co2[POWER_AND_HEAT, y, d] += plants - captured
        results.co2[REFINING, y, d] += losses
        energy = burnt + plants + losses - captured
        by_sector = 0.0
        for i in range(SECTORS + 2):
            by_sector += results.co2[i, y, d]
        by_fuel = supplied - stored + processed - captured
        results.residual[IDENTITY.co2_balance, y, d] = max(
            abs(by_sector - by_fuel), abs(by_sector - energy - processed)
        ) / abs(by_sector)
        s = results.scalars
        s[SCALAR.co2_energy, y, d] = energy
        s[SCALAR.co2_process, y, d] = processed
        s[SCALAR.co2_captured, y, d] = captured
        s[SCALAR.co2_total, y, d] = energy + processed
        imported = (
            drivers[DRIVER.imported_electricity_factor, y, d]
            * s[SCALAR.electricity_net_import, y, d]
        )
        s[SCALAR.co2_imported_electricity, y, d] = imported
        scope = energy
        if structure.scope_imports:
            scope += imported
        if structure.scope_process:
            scope += processed
        s[SCALAR.co2_target_scope, y, d] = scope
        s[SCALAR.co2_intensity, y, d] = carbon_intensity(scope, s[SCALAR.gdp, y, d])
        s[SCALAR.co2_intensity_reduction, y, d] = cumulative_reduction(
            s[SCALAR.co2_intensity, y, d], s[SCALAR.co2_intensity, 0, d]
        )
