"""One year of demand: from the GDP that growth accounting supplies to sector output.

x = (I - A_local)^-1 f,  f = r (D + V) + E: domestic use D (households, government,
fixed capital) and inventories V buy a local share r of each product, outflow and exports
E are local. Value added deducts all inputs, imported ones included. The gap between the
GDP of growth accounting and the GDP that unscaled demand would create is spread over D
and E by stated weights; no result is overwritten.
"""

from __future__ import annotations

import numpy as np

from models.compiled import kernel
from models.inputoutput.demand import closure_scales, multiply, shifted_share, weighted_sum
from models.state import DRIVER, IDENTITY, SCALAR

DOMESTIC = 4  # rural and urban households, government, fixed capital
INVENTORIES, OUTFLOW, EXPORTS = 4, 5, 6
SERVICES = 27  # first sector of services
INDUSTRY_END = 26  # industry is 02-26: indices 1..25
MATERIALS, MANUFACTURING_OTHER = 2, 3  # price groups that make up manufacturing


@kernel
def grow_demand(y, drivers, volumes, external, prices, shifts):
    """Let volumes, external demand by group, prices and compositions move before closure.

    Parameters
    ----------
    volumes : array (3, 7, B)
        Volume of each final use since the base year, under the scenario's closure weight,
        all of every gap on domestic use, and all of it outside.
    external : array (12, B)
        External demand by demand group, beyond total outflow and exports.
    prices : array (6, B)
        Prices by group relative to the GDP deflator.
    shifts : array (2, B)
        Cumulated move of consumption to services and of investment from all other products
        to equipment (fractions of their totals).
    """
    draws = prices.shape[1]
    first_group = DRIVER.external_growth_agriculture
    first_price = DRIVER.price_growth_primary
    for d in range(draws):
        rural = np.exp(drivers[DRIVER.consumption_rural_growth, y, d])
        urban = np.exp(drivers[DRIVER.consumption_urban_growth, y, d])
        government = np.exp(drivers[DRIVER.government_growth, y, d])
        capital = np.exp(drivers[DRIVER.investment_growth, y, d])
        outflow = np.exp(drivers[DRIVER.outflow_growth, y, d])
        exports = np.exp(drivers[DRIVER.exports_growth, y, d])
        for closure in range(3):
            volumes[closure, 0, d] *= rural
            volumes[closure, 1, d] *= urban
            volumes[closure, 2, d] *= government
            volumes[closure, 3, d] *= capital
            volumes[closure, OUTFLOW, d] *= outflow
            volumes[closure, EXPORTS, d] *= exports
        shifts[0, d] += drivers[DRIVER.consumption_services_shift, y, d]
        shifts[1, d] += drivers[DRIVER.investment_equipment_shift, y, d]
    for g in range(external.shape[0]):
        for d in range(draws):
            external[g, d] *= np.exp(drivers[first_group + g, y, d])
    for g in range(prices.shape[0]):
        for d in range(draws):
            prices[g, d] *= np.exp(drivers[first_price + g, y, d])


@kernel
def compose_demand(structure, base, external, shifts, out):
    """Final demand (7, n, B) at base-year volumes and this year's composition.

    A use whose composition does not shift is left as it is, even where it holds one kind
    of product only.
    """
    draws = external.shape[1]
    n = structure.demand_group.shape[0]
    for k in range(DOMESTIC):
        for d in range(draws):
            group, total = 0.0, 0.0
            for i in range(n):
                value = base.final_demand[k, i, d]
                total += value
                member = structure.equipment[i] if k == 3 else i >= SERVICES
                if member:
                    group += value
            shift = 0.0
            if k < 2:
                shift = shifts[0, d]
            elif k == 3:
                shift = shifts[1, d]
            inside, outside = 1.0, 1.0
            if shift != 0.0:
                inside, outside = shifted_share(group / total, shift)
            for i in range(n):
                member = structure.equipment[i] if k == 3 else i >= SERVICES
                out[k, i, d] = base.final_demand[k, i, d] * (inside if member else outside)
    for i in range(n):
        g = structure.demand_group[i]
        for d in range(draws):
            out[INVENTORIES, i, d] = base.final_demand[INVENTORIES, i, d]
            out[OUTFLOW, i, d] = base.final_demand[OUTFLOW, i, d] * external[g, d]
            out[EXPORTS, i, d] = base.final_demand[EXPORTS, i, d] * external[g, d]


@kernel
def supported_value_added(y, structure, demand, out):
    """Value added by price group that each final use creates: out (7, 6, B).

    The value-added multiplier of local final demand is v'L, split by the price group in
    which the value added arises; domestic uses buy the local share r only.
    """
    n = structure.demand_group.shape[0]
    draws = demand.shape[2]
    out[:] = 0.0
    for j in range(n):
        r = structure.local_supply_share[y, j]
        for k in range(7):
            local = 1.0 if k in (OUTFLOW, EXPORTS) else r
            for g in range(6):
                weight = local * structure.value_added_multiplier[y, g, j]
                for d in range(draws):
                    out[k, g, d] += weight * demand[k, j, d]


@kernel
def close_accounts(y, structure, drivers, supply, supported, prices, volumes, results):
    """Scale domestic and external volumes so that their GDP equals `supply` (B,).

    The scenario's weight w says how readily domestic use gives way, against outflow and
    exports; the manufacturing share is also kept for w = 1 and w = 0 in every year so
    far. Inventories are not scaled. A demand-led scenario scales nothing: what demand
    creates is the GDP.
    """
    draws = supply.shape[0]
    s = results.scalars
    for d in range(draws):
        for closure in range(3):
            domestic, stocks, outside = 0.0, 0.0, 0.0
            for g in range(6):
                for k in range(DOMESTIC):
                    domestic += volumes[closure, k, d] * supported[k, g, d]
                stocks += supported[INVENTORIES, g, d]
                for k in (OUTFLOW, EXPORTS):
                    outside += volumes[closure, k, d] * supported[k, g, d]
            if not structure.supply_led and closure == 0:
                supply[d] = domestic + stocks + outside
            gap = supply[d] - domestic - stocks - outside
            if not structure.supply_led:
                gap = 0.0
            weight = drivers[DRIVER.closure_weight_domestic, y, d]
            if closure > 0:
                weight = 1.0 if closure == 1 else 0.0
            scale_domestic, scale_external = closure_scales(gap, weight, domestic, outside)
            for k in range(DOMESTIC):
                volumes[closure, k, d] *= 1.0 + scale_domestic
            for k in (OUTFLOW, EXPORTS):
                volumes[closure, k, d] *= 1.0 + scale_external
            made, whole = 0.0, 0.0
            for g in range(6):
                value = 0.0
                for k in range(7):
                    value += prices[g, d] * volumes[closure, k, d] * supported[k, g, d]
                whole += value
                if g in (MATERIALS, MANUFACTURING_OTHER):
                    made += value
            if closure == 0:
                s[SCALAR.closure_scale_domestic, y, d] = scale_domestic
                s[SCALAR.closure_scale_external, y, d] = scale_external
            elif closure == 1:
                s[SCALAR.manufacturing_share_if_domestic, y, d] = made / whole
            else:
                s[SCALAR.manufacturing_share_if_external, y, d] = made / whole


@kernel
def scale_demand(volumes, demand):
    """Final demand (7, n, B) at this year's volumes (7, B), in place."""
    for k in range(7):
        for i in range(demand.shape[1]):
            for d in range(demand.shape[2]):
                demand[k, i, d] *= volumes[k, d]


@kernel
def produce(y, structure, demand, work, results):
    """Gross output, value added and the accounts of the year from final demand.

    `work` (4, n, B) is scratch: local final demand, output, intermediate use, imports.
    """
    n = structure.demand_group.shape[0]
    draws = demand.shape[2]
    local, output, inputs, bought = work[0], work[1], work[2], work[3]
    for i in range(n):
        r = structure.local_supply_share[y, i]
        for d in range(draws):
            domestic = demand[INVENTORIES, i, d]
            for k in range(DOMESTIC):
                domestic += demand[k, i, d]
            bought[i, d] = domestic
            local[i, d] = r * domestic + demand[OUTFLOW, i, d] + demand[EXPORTS, i, d]
    results.residual[IDENTITY.row_balance, y] = 0.0
    multiply(structure.leontief_inverse[y], local, output)
    multiply(structure.technical_coefficients[y], output, inputs)
    for i in range(n):
        r = structure.local_supply_share[y, i]
        v = structure.value_added_coefficient[y, i]
        for d in range(draws):
            use = inputs[i, d] + bought[i, d]
            sold = demand[OUTFLOW, i, d] + demand[EXPORTS, i, d]
            flow = abs(output[i, d]) + abs(use) + abs(sold)
            gap = abs(output[i, d] - r * use - sold) / flow if flow > 0.0 else 0.0
            worst = results.residual[IDENTITY.row_balance, y, d]
            if gap > worst or np.isnan(gap):
                results.residual[IDENTITY.row_balance, y, d] = gap
            results.gross_output[i, y, d] = output[i, d]
            results.value_added[i, y, d] = v * output[i, d]
            bought[i, d] = (1.0 - r) * use
            for k in range(7):
                results.final_demand[k, i, y, d] = demand[k, i, d]


@kernel
def account(y, structure, supply, work, results, incomes):
    """GDP by production, income and expenditure, and what follows from them.

    `incomes` (4, B) is scratch for the four parts of value added. Three identities are
    stored as residuals relative to the size of GDP: against income, against expenditure
    and against what growth accounting (or, demand-led, demand) supplies.
    """
    n = structure.demand_group.shape[0]
    draws = supply.shape[0]
    output, bought = work[1], work[3]
    for part in range(4):
        weighted_sum(structure.income_coefficients[part, y], output, incomes[part])
    for d in range(draws):
        production, imports = 0.0, 0.0
        consumption, capital, sold = 0.0, 0.0, 0.0
        for i in range(n):
            production += results.value_added[i, y, d]
            imports += bought[i, d]
            consumption += (
                results.final_demand[0, i, y, d]
                + results.final_demand[1, i, y, d]
                + results.final_demand[2, i, y, d]
            )
            capital += results.final_demand[3, i, y, d] + results.final_demand[4, i, y, d]
            sold += results.final_demand[5, i, y, d] + results.final_demand[6, i, y, d]
        income = incomes[0, d] + incomes[1, d] + incomes[2, d] + incomes[3, d]
        expenditure = consumption + capital + sold - imports
        results.scalars[SCALAR.gdp, y, d] = production
        results.scalars[SCALAR.compensation, y, d] = incomes[0, d]
        results.scalars[SCALAR.production_taxes, y, d] = incomes[1, d]
        results.scalars[SCALAR.depreciation, y, d] = incomes[2, d]
        results.scalars[SCALAR.operating_surplus, y, d] = incomes[3, d]
        results.scalars[SCALAR.saving_rate, y, d] = 1.0 - consumption / production
        results.scalars[SCALAR.external_balance_share, y, d] = (sold - imports) / production
        results.residual[IDENTITY.gdp_production_income, y, d] = abs(production - income) / abs(
            production
        )
        results.residual[IDENTITY.gdp_production_expenditure, y, d] = abs(
            production - expenditure
        ) / abs(production)
        results.residual[IDENTITY.gdp_supply_demand, y, d] = abs(production - supply[d]) / abs(
            production
        )


@kernel
def shares(y, structure, prices, results):
    """Shares at current and constant prices, and real growth of the broad sectors."""
    n = structure.demand_group.shape[0]
    draws = prices.shape[1]
    s = results.scalars
    for d in range(draws):
        nominal, primary, tertiary, made, made_real = 0.0, 0.0, 0.0, 0.0, 0.0
        services, services_before, industry, industry_before = 0.0, 0.0, 0.0, 0.0
        for i in range(n):
            g = structure.price_group[i]
            real = results.value_added[i, y, d]
            before = results.value_added[i, max(y - 1, 0), d]
            value = prices[g, d] * real
            nominal += value
            if i == 0:
                primary = value
            elif i >= SERVICES:
                tertiary += value
                services += real
                services_before += before
            if g in (MATERIALS, MANUFACTURING_OTHER):
                made += value
                made_real += real
            if 1 <= i < INDUSTRY_END:
                industry += real
                industry_before += before
        s[SCALAR.primary_share, y, d] = primary / nominal
        s[SCALAR.tertiary_share, y, d] = tertiary / nominal
        s[SCALAR.secondary_share, y, d] = 1.0 - (primary + tertiary) / nominal
        s[SCALAR.manufacturing_share, y, d] = made / nominal
        s[SCALAR.manufacturing_share_constant, y, d] = made_real / s[SCALAR.gdp, y, d]
        if y > 0:
            s[SCALAR.services_growth, y, d] = services / services_before - 1.0
            s[SCALAR.industry_growth, y, d] = industry / industry_before - 1.0
            s[SCALAR.primary_growth, y, d] = (
                results.value_added[0, y, d] / results.value_added[0, y - 1, d] - 1.0
            )
        else:
            s[SCALAR.manufacturing_share_if_domestic, y, d] = made / nominal
            s[SCALAR.manufacturing_share_if_external, y, d] = made / nominal
