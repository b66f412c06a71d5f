"""One year of demand: from the GDP that growth accounting supplies to sector output.

x = (I - A_local)^-1 f,  f = r (D + V) + E: domestic use D (households, government,
fixed capital) and inventories V buy a local share r of each product, outflow and exports
E are local. Value added deducts all inputs, imported ones included. The gap between the
GDP of growth accounting and the GDP that unscaled demand would create is spread over D
and E by stated weights; no result is overwritten.
"""

from __future__ import annotations

import numpy as np

from models.compiled import equation, step
from models.inputoutput.demand import closure_scales, shifted_share
from models.state import DRIVER, DRIVERS, IDENTITY, SCALAR, place
from models.vector import copy, exp, multiply

DOMESTIC = 4  # rural and urban households, government, fixed capital
GOVERNMENT, CAPITAL_USE = 2, 3
INVENTORIES, OUTFLOW, EXPORTS = 4, 5, 6
REFINED, CHEMICALS = 10, 11  # sectors 11 and 12
SERVICES = 27  # first sector of services
PRIMARY_GROUP, MINING_ENERGY, SERVICES_GROUP = 0, 1, 5  # price groups
MATERIALS, MANUFACTURING_OTHER = 2, 3  # price groups that make up manufacturing
GROWING_USE = np.array([0, 1, 2, 3, OUTFLOW, EXPORTS])
GROWTH_OF_USE = np.array(
    [
        DRIVERS.index(f"{use}_growth")
        for use in (
            "consumption_rural",
            "consumption_urban",
            "government",
            "investment",
            "outflow",
            "exports",
        )
    ]
)


@step
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
    shifts : array (3, B)
        Cumulated move of consumption to services, of investment from all other products
        to equipment (fractions of their totals), and of external sales of refined products
        to chemicals (fraction of the former).
    """
    draws = prices.shape[1]
    first_group = DRIVER.external_growth_agriculture
    first_price = DRIVER.price_growth_primary
    for k in range(GROWING_USE.shape[0]):
        use, rate = GROWING_USE[k], GROWTH_OF_USE[k]
        for d in range(draws):
            growth = exp(drivers[rate, y, d])
            for closure in range(3):
                volumes[closure, use, d] *= growth
    for d in range(draws):
        shifts[0, d] += drivers[DRIVER.consumption_services_shift, y, d]
        shifts[1, d] += drivers[DRIVER.investment_equipment_shift, y, d]
        shifts[2, d] += drivers[DRIVER.refining_to_chemicals, y, d]
    for g in range(external.shape[0]):
        for d in range(draws):
            external[g, d] *= exp(drivers[first_group + g, y, d])
    for g in range(prices.shape[0]):
        for d in range(draws):
            prices[g, d] *= exp(drivers[first_price + g, y, d])


@step
def base_composition(structure, base, composition):
    """Share in the base year of the products that a shift favours: composition (2, 4, B).

    Row 0 holds the sum over services (households, government) or equipment (fixed
    capital), row 1 the total of the use.
    """
    draws = composition.shape[2]
    composition[:] = 0.0
    for k in range(DOMESTIC):
        for i in range(structure.demand_group.shape[0]):
            member = structure.equipment[i] if k == CAPITAL_USE else i >= SERVICES
            weight = 1.0 if member else 0.0
            for d in range(draws):
                value = base.final_demand[k, i, d]
                composition[0, k, d] += weight * value
                composition[1, k, d] += value
    for k in range(DOMESTIC):
        for d in range(draws):
            composition[0, k, d] /= composition[1, k, d]


@step
def compose_demand(y, structure, base, composition, external, shifts, scale, results):
    """Final demand at base-year volumes and this year's composition.

    A use whose composition does not shift is left as it is, even where it holds one kind
    of product only. `composition` comes from `base_composition`; `scale` (2, B) is scratch.
    """
    out, year = results.final_demand, place(y, results.final_demand)
    draws = external.shape[1]
    n = structure.demand_group.shape[0]
    for k in range(DOMESTIC):
        shifting = shifts[1 if k == CAPITAL_USE else 0]
        for d in range(draws):
            shift = shifting[d] if k != GOVERNMENT else 0.0
            inside, outside = shifted_share(composition[0, k, d], shift)
            scale[0, d] = inside if shift != 0.0 else 1.0
            scale[1, d] = outside if shift != 0.0 else 1.0
        for i in range(n):
            member = structure.equipment[i] if k == CAPITAL_USE else i >= SERVICES
            row = scale[0 if member else 1]
            for d in range(draws):
                out[k, i, year, d] = base.final_demand[k, i, d] * row[d]
    for i in range(n):
        g = structure.demand_group[i]
        for d in range(draws):
            out[INVENTORIES, i, year, d] = base.final_demand[INVENTORIES, i, d]
            out[OUTFLOW, i, year, d] = base.final_demand[OUTFLOW, i, d] * external[g, d]
            out[EXPORTS, i, year, d] = base.final_demand[EXPORTS, i, d] * external[g, d]
    for d in range(draws):
        share = min(max(shifts[2, d], 0.0), 1.0)
        for k in (OUTFLOW, EXPORTS):
            moved = share * out[k, REFINED, year, d]
            out[k, REFINED, year, d] -= moved
            out[k, CHEMICALS, year, d] += moved


@step
def supported_value_added(y, structure, weights, out, total, results):
    """Value added by price group that each final use creates: out (7, 6, B), total (7, B).

    The value-added multiplier of local final demand is v'L, split by the price group in
    which the value added arises; domestic uses buy the local share r only. `weights`
    (6, n) is scratch.
    """
    n = structure.demand_group.shape[0]
    for j in range(n):
        r = structure.local_supply_share[y, j]
        for g in range(6):
            weights[g, j] = r * structure.value_added_multiplier[y, g, j]
    year = place(y, results.final_demand)
    for k in range(7):
        demand = results.final_demand[k, :, year]
        if k < OUTFLOW:
            multiply(weights, demand, out[k])
        else:
            multiply(structure.value_added_multiplier[y], demand, out[k])
        for d in range(out.shape[2]):
            created = 0.0
            for g in range(6):
                created += out[k, g, d]
            total[k, d] = created


@step
def close_accounts(
    y, structure, drivers, supply, supported, created, prices, volumes, scale, results
):
    """Scale domestic and external volumes so that their GDP equals `supply` (B,).

    The scenario's weight w says how readily domestic use gives way, against outflow and
    exports; the manufacturing share is also kept for w = 1 and w = 0 in every year so
    far. Inventories are not scaled. A demand-led scenario scales nothing: what demand
    creates is the GDP. `scale` (2, B) is scratch.
    """
    draws = supply.shape[0]
    s = results.scalars
    for closure in range(3):
        weights = drivers[DRIVER.closure_weight_domestic, y]
        for d in range(draws):
            domestic, outside = 0.0, 0.0
            for k in range(DOMESTIC):
                domestic += volumes[closure, k, d] * created[k, d]
            for k in (OUTFLOW, EXPORTS):
                outside += volumes[closure, k, d] * created[k, d]
            demanded = domestic + created[INVENTORIES, d] + outside
            gap = supply[d] - demanded if structure.supply_led else 0.0
            weight = weights[d] if closure == 0 else 2.0 - closure
            scale_domestic, scale_external = closure_scales(gap, weight, domestic, outside)
            scale[0, d] = scale_domestic
            scale[1, d] = scale_external
            if not structure.supply_led and closure == 0:
                supply[d] = demanded
        for k in range(DOMESTIC):
            for d in range(draws):
                volumes[closure, k, d] *= 1.0 + scale[0, d]
        for k in (OUTFLOW, EXPORTS):
            for d in range(draws):
                volumes[closure, k, d] *= 1.0 + scale[1, d]
        if closure == 0:
            copy(scale[0], s[SCALAR.closure_scale_domestic, y])
            copy(scale[1], s[SCALAR.closure_scale_external, y])
        else:
            row = SCALAR.manufacturing_share_if_domestic + closure - 1
            manufacturing_share(supported, prices, volumes[closure], s[row, y])


@step
def manufacturing_share(supported, prices, volumes, out):
    """Current-price share of manufacturing in the GDP that demand at `volumes` creates."""
    for d in range(out.shape[0]):
        made, whole = 0.0, 0.0
        for g in range(6):
            value = 0.0
            for k in range(7):
                value += volumes[k, d] * supported[k, g, d]
            value *= prices[g, d]
            whole += value
            if g in (MATERIALS, MANUFACTURING_OTHER):
                made += value
        out[d] = made / whole


@step
def produce(y, structure, volumes, work, uses, results):
    """Gross output and the accounts of the year, final demand at `volumes` (7, B).

    `work` (4, n, B) receives local final demand, output, intermediate use, imports, and
    `uses` (7, Y, B) the total of each final use.
    """
    take_demand(y, structure, volumes, work, uses, results)
    multiply(structure.leontief_inverse[y], work[0], work[1])
    multiply(structure.technical_coefficients[y], work[1], work[2])
    balance_rows(y, structure, work, results)


@step
def take_demand(y, structure, volumes, work, uses, results):
    """Bring final demand to `volumes`; its local part in work[0], purchases here in work[3].

    Arguments as for `produce`.
    """
    local, bought = work[0], work[3]
    year = place(y, results.final_demand)
    draws = volumes.shape[1]
    uses[:, y] = 0.0
    for i in range(local.shape[0]):
        r = structure.local_supply_share[y, i]
        for d in range(draws):
            bought[i, d] = 0.0
            local[i, d] = 0.0
        for k in range(7):
            used = bought[i] if k < OUTFLOW else local[i]
            demand = results.final_demand[k, i, year]
            for d in range(draws):
                value = demand[d] * volumes[k, d]
                demand[d] = value
                uses[k, y, d] += value
                used[d] += value
        for d in range(draws):
            local[i, d] += r * bought[i, d]


@step
def balance_rows(y, structure, work, results):
    """Check every row of output and intermediate use; imports by product go to work[3].

    Arguments as for `produce`; work[3] holds what final uses in the province buy.
    """
    output, inputs, bought = work[1], work[2], work[3]
    year = place(y, results.final_demand)
    results.residual[IDENTITY.row_balance, y] = 0.0
    for i in range(output.shape[0]):
        r = structure.local_supply_share[y, i]
        for d in range(output.shape[1]):
            use = inputs[i, d] + bought[i, d]
            sold = results.final_demand[OUTFLOW, i, year, d]
            sold += results.final_demand[EXPORTS, i, year, d]
            flow = abs(output[i, d]) + abs(use) + abs(sold)
            gap = abs(output[i, d] - r * use - sold) / (flow if flow > 0.0 else 1.0)
            worst = results.residual[IDENTITY.row_balance, y, d]
            results.residual[IDENTITY.row_balance, y, d] = worse(worst, gap)
            results.gross_output[i, year, d] = output[i, d]
            bought[i, d] = (1.0 - r) * use


@equation
def worse(residual, other):
    """Return the larger of two residuals, NaN where one is."""
    return residual if residual >= other or np.isnan(residual) else other


@step
def add_value(y, structure, output, added, totals, results):
    """Value added by sector, by price group and by income.

    `added` (6, Y, B) receives value added by price group; `totals` (6, B) its sum over
    sectors and its four incomes.
    """
    n, draws = output.shape
    year = place(y, results.value_added)
    added[:, y] = 0.0
    totals[:] = 0.0
    for i in range(n):
        v = structure.value_added_coefficient[y, i]
        g = structure.price_group[i]
        wages = structure.income_coefficients[0, y, i]
        taxes = structure.income_coefficients[1, y, i]
        depreciation = structure.income_coefficients[2, y, i]
        surplus = structure.income_coefficients[3, y, i]
        for d in range(draws):
            value = v * output[i, d]
            results.value_added[i, year, d] = value
            added[g, y, d] += value
            totals[0, d] += value
            totals[1, d] += wages * output[i, d]
            totals[2, d] += taxes * output[i, d]
            totals[3, d] += depreciation * output[i, d]
            totals[4, d] += surplus * output[i, d]


@step
def account(y, supply, bought, uses, totals, results):
    """GDP by production, income and expenditure, and what follows from them.

    `bought` (n, B) holds imports by product, `uses` (7, Y, B) final use, `totals` (6, B)
    what `add_value` leaves, and room for imports. Three identities are stored as residuals
    relative to the size of GDP: against income, against expenditure and against what
    growth accounting (or, demand-led, demand) supplies.
    """
    s = results.scalars
    for i in range(bought.shape[0]):
        for d in range(supply.shape[0]):
            totals[5, d] += bought[i, d]
    for d in range(supply.shape[0]):
        production, imports = totals[0, d], totals[5, d]
        consumption = uses[0, y, d] + uses[1, y, d] + uses[2, y, d]
        capital = uses[CAPITAL_USE, y, d] + uses[INVENTORIES, y, d]
        sold = uses[OUTFLOW, y, d] + uses[EXPORTS, y, d]
        income = totals[1, d] + totals[2, d] + totals[3, d] + totals[4, d]
        expenditure = consumption + capital + sold - imports
        size = abs(production)
        s[SCALAR.gdp, y, d] = production
        s[SCALAR.saving_rate, y, d] = 1.0 - consumption / production
        s[SCALAR.external_balance_share, y, d] = (sold - imports) / production
        results.residual[IDENTITY.gdp_production_income, y, d] = abs(production - income) / size
        results.residual[IDENTITY.gdp_production_expenditure, y, d] = (
            abs(production - expenditure) / size
        )
        results.residual[IDENTITY.gdp_supply_demand, y, d] = abs(production - supply[d]) / size
    copy(totals[1], s[SCALAR.compensation, y])
    copy(totals[2], s[SCALAR.production_taxes, y])
    copy(totals[3], s[SCALAR.depreciation, y])
    copy(totals[4], s[SCALAR.operating_surplus, y])


@step
def shares(y, prices, added, results):
    """Shares at current and constant prices, and real growth of the broad sectors.

    `added` (6, Y, B): value added by price group, which make up the broad sectors.
    """
    s = results.scalars
    for d in range(prices.shape[1]):
        nominal = 0.0
        for g in range(6):
            nominal += prices[g, d] * added[g, y, d]
        made_real = added[MATERIALS, y, d] + added[MANUFACTURING_OTHER, y, d]
        made = prices[MATERIALS, d] * added[MATERIALS, y, d]
        made += prices[MANUFACTURING_OTHER, d] * added[MANUFACTURING_OTHER, y, d]
        primary = prices[PRIMARY_GROUP, d] * added[PRIMARY_GROUP, y, d]
        tertiary = prices[SERVICES_GROUP, d] * added[SERVICES_GROUP, y, d]
        s[SCALAR.primary_share, y, d] = primary / nominal
        s[SCALAR.tertiary_share, y, d] = tertiary / nominal
        s[SCALAR.secondary_share, y, d] = 1.0 - (primary + tertiary) / nominal
        s[SCALAR.manufacturing_share, y, d] = made / nominal
        s[SCALAR.manufacturing_share_constant, y, d] = made_real / s[SCALAR.gdp, y, d]
    if y == 0:
        copy(s[SCALAR.manufacturing_share, 0], s[SCALAR.manufacturing_share_if_domestic, 0])
        copy(s[SCALAR.manufacturing_share, 0], s[SCALAR.manufacturing_share_if_external, 0])
        return
    for d in range(prices.shape[1]):
        industry, before = 0.0, 0.0
        for g in (MINING_ENERGY, MATERIALS, MANUFACTURING_OTHER):
            industry += added[g, y, d]
            before += added[g, y - 1, d]
        s[SCALAR.industry_growth, y, d] = industry / before - 1.0
        services = added[SERVICES_GROUP, y, d] / added[SERVICES_GROUP, y - 1, d]
        primary = added[PRIMARY_GROUP, y, d] / added[PRIMARY_GROUP, y - 1, d]
        s[SCALAR.services_growth, y, d] = services - 1.0
        s[SCALAR.primary_growth, y, d] = primary - 1.0
