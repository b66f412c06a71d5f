"""Carbon dioxide from fuels, processes and imported electricity.

Factors are tCO2 per tce of the fuel's calorific content (IPCC 2006 Guidelines, vol. 2,
ch. 1-2: carbon content times 44/12, oxidation included). Coke's carbon is counted once,
where the coke is used: furnace gas recovered from it adds nothing.
"""

from __future__ import annotations

from models.compiled import equation, step
from models.energy.primary import REFINING
from models.energy.year import COAL, COAL_POWER, COKE, GAS, GAS_POWER, OIL, SECTORS
from models.state import DRIVER, IDENTITY, PARAMETER, SCALAR, place
from models.vector import exp

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


@step
def emission_factors(y, structure, drivers, factor, stored):
    """Emission factor of each fuel (4, B), and the part of feedstock carbon stored (4, B).

    The driver of stored carbon is oil's share; the other carriers' shares move with it.
    Coke holds no more carbon than the coal it was made from: its factor stays below coal's
    over the coking efficiency.
    """
    whole = 1.0 / structure.parameters[PARAMETER.coking_efficiency]
    for c in range(4):
        level = structure.carbon_stored_share[c] / structure.carbon_stored_share[OIL]
        for d in range(factor.shape[1]):
            moved = drivers[DRIVER.emission_factor_coal + c, y, d]
            factor[c, d] = structure.emission_factor[c] * moved
            stored[c, d] = min(drivers[DRIVER.carbon_stored_share, y, d] * level, 1.0)
    for d in range(factor.shape[1]):
        factor[COKE, d] = min(factor[COKE, d], factor[COAL, d] * whole)


@step
def emissions(y, structure, drivers, base, activity, factor, stored, process, sums, results):
    """CO2 of fuels and processes by energy sector (Mt).

    Raw-material use is its base-year part times `activity` (44, B). `process` (2, B): the
    cumulated log change of process emissions per unit of output, and its level. `sums`
    (4, B) receives the sums over sectors: CO2 of fuels, of processes, and what is stored.
    """
    draws, year = sums.shape[1], place(y, results.final_energy)
    sums[:] = 0.0
    for d in range(draws):
        if y > 0:
            process[0, d] += drivers[DRIVER.process_intensity_growth, y, d]
        process[1, d] = exp(process[0, d])
    for i in range(SECTORS + 2):
        processing = 1.0 if i < SECTORS else 0.0
        for d in range(draws):
            total, bound = 0.0, 0.0
            for c in range(4):
                feed = structure.feedstock_share[i, c] * base.final_energy[i, c, d]
                feed *= activity[i, d]
                fuel = results.final_energy[i, c, year, d]
                total += combustion_co2(fuel, feed, stored[c, d], factor[c, d])
                bound += feed * stored[c, d] * factor[c, d]
            own = processing * base.process_co2[i, d] * activity[i, d] * process[1, d]
            results.co2[i, year, d] = total + own
            sums[0, d] += total
            sums[1, d] += own
            sums[2, d] += bound


@step
def carbon_accounts(y, structure, drivers, factor, flows, sums, results):
    """CO2 of energy supply, totals and intensity, and the balance of fuels against sectors.

    Heat and power fuels stand in sector 24, refinery losses and what coking coal holds
    beyond its coke in 11. `flows` comes from `models.energy.primary.transform`, `sums` from
    `emissions`. Captured CO2 leaves sector 24.
    """
    p = structure.parameters
    s = results.scalars
    made, year = results.electricity_generation, place(y, results.co2)
    for d in range(sums.shape[1]):
        coal = flows[COAL, d] + drivers[DRIVER.coal_rate, y, d] * made[COAL_POWER, y, d]
        gas = flows[GAS, d] + p[PARAMETER.gas_rate] * made[GAS_POWER, y, d]
        plants = factor[COAL, d] * coal + factor[GAS, d] * gas
        plants += factor[COKE, d] * flows[COKE, d] + factor[OIL, d] * flows[OIL, d]
        losses = factor[COAL, d] * flows[7, d] - factor[COKE, d] * flows[8, d]
        losses += factor[OIL, d] * flows[9, d]
        captured = drivers[DRIVER.carbon_capture, y, d]
        results.co2[POWER_AND_HEAT, year, d] += plants - captured
        results.co2[REFINING, year, d] += losses
        s[SCALAR.co2_energy, y, d] = sums[0, d] + plants + losses - captured
        s[SCALAR.co2_process, y, d] = sums[1, d]
        s[SCALAR.co2_captured, y, d] = captured
    check_carbon(y, structure, factor, sums, results)
    for d in range(sums.shape[1]):
        energy, processed = s[SCALAR.co2_energy, y, d], s[SCALAR.co2_process, y, d]
        imported = drivers[DRIVER.imported_electricity_factor, y, d]
        imported *= s[SCALAR.electricity_net_import, y, d]
        scope = energy
        if structure.scope_imports:
            scope += imported
        if structure.scope_process:
            scope += processed
        s[SCALAR.co2_total, y, d] = energy + processed
        s[SCALAR.co2_imported_electricity, y, d] = imported
        s[SCALAR.co2_target_scope, y, d] = scope
        s[SCALAR.co2_intensity, y, d] = carbon_intensity(scope, s[SCALAR.gdp, y, d])
        s[SCALAR.co2_intensity_reduction, y, d] = cumulative_reduction(
            s[SCALAR.co2_intensity, y, d], s[SCALAR.co2_intensity, 0, d]
        )


@step
def check_carbon(y, structure, factor, sums, results):
    """Residual of CO2 by sector against CO2 by fuel and against the totals.

    `sums` (4, B) as in `emissions`, with room for the sum over sectors.
    """
    p = structure.parameters
    s = results.scalars
    supply, year = results.primary_energy, place(y, results.co2)
    for i in range(SECTORS + 2):
        for d in range(sums.shape[1]):
            sums[3, d] += results.co2[i, year, d]
    for d in range(sums.shape[1]):
        by_fuel = factor[COAL, d] * (supply[COAL, y, d] - p[PARAMETER.coal_loss])
        by_fuel += factor[COKE, d] * supply[COKE, y, d] + factor[OIL, d] * supply[OIL, y, d]
        by_fuel += factor[GAS, d] * (supply[GAS, y, d] - p[PARAMETER.gas_loss])
        energy, processed = s[SCALAR.co2_energy, y, d], s[SCALAR.co2_process, y, d]
        by_fuel += processed - sums[2, d] - s[SCALAR.co2_captured, y, d]
        gap = max(abs(sums[3, d] - by_fuel), abs(sums[3, d] - energy - processed))
        results.residual[IDENTITY.co2_balance, y, d] = gap / abs(sums[3, d])
