"""One year of supply: factors of growth accounting, people, and growth rates.

Capital, labour, skill, knowledge and progress make potential output, the gap makes GDP of it
(`models.growth` holds the equations). Demand decides what is invested, hence next year's
capital.
"""

from __future__ import annotations

from models.compiled import step
from models.growth import capital_next, cobb_douglas
from models.inputoutput.year import CAPITAL_USE
from models.state import DRIVER, PARAMETER, SCALAR
from models.vector import exp, log

CAPITAL, LABOUR, SKILL, PROGRESS, LEVEL, KNOWLEDGE, GAP = 0, 1, 2, 3, 4, 5, 6  # `factors`


@step
def start_growth(structure, drivers, factors, results, supply):
    """Factors of the base year: its TFP level makes potential output GDP over the gap.

    Arguments as for `supply_gdp`; `supply` (B,) holds the GDP of the base year.
    """
    p = structure.parameters
    s = results.scalars
    for d in range(supply.shape[0]):
        alpha = drivers[DRIVER.capital_share, 0, d]
        gap = drivers[DRIVER.output_gap_2025, 0, d]
        capital, labour = p[PARAMETER.capital_2025_start], p[PARAMETER.labour]
        potential = supply[d] / exp(gap)
        factors[CAPITAL, d] = capital
        factors[LABOUR, d] = labour
        factors[SKILL, d] = 0.0
        factors[PROGRESS, d] = 0.0
        factors[LEVEL, d] = potential / cobb_douglas(1.0, capital, labour, 1.0, alpha)
        factors[KNOWLEDGE, d] = p[PARAMETER.rd_stock]
        factors[GAP, d] = gap
        s[SCALAR.potential_gdp, 0, d] = potential
    s[SCALAR.rd_expenditure, 0] = p[PARAMETER.rd_expenditure]
    s[SCALAR.rd_growth, 0] = p[PARAMETER.rd_growth_2025]
    s[SCALAR.capital, 0] = p[PARAMETER.capital_2025_start]
    s[SCALAR.labour, 0] = p[PARAMETER.labour]
    s[SCALAR.human_capital, 0] = 1.0
    s[SCALAR.tfp, 0] = 1.0


@step
def accumulate_factors(y, structure, drivers, factors, uses, results):
    """Capital, labour, skill, knowledge, progress and the gap one year on.

    What demand invested in a year, at that year's efficiency and depreciation, makes the
    capital at the start of the next.
    """
    p = structure.parameters
    s = results.scalars
    scale, reference = p[PARAMETER.investment_scale], p[PARAMETER.rd_stock_growth_reference]
    for d in range(factors.shape[1]):
        factors[CAPITAL, d] = capital_next(
            factors[CAPITAL, d],
            scale * uses[CAPITAL_USE, y - 1, d],
            drivers[DRIVER.depreciation_rate, y - 1, d],
            drivers[DRIVER.investment_efficiency, y - 1, d],
        )
        people = drivers[DRIVER.working_age_growth, y, d]
        factors[LABOUR, d] *= exp(people + drivers[DRIVER.participation_growth, y, d])
        returns = drivers[DRIVER.schooling_return, y, d]
        factors[SKILL, d] += returns * drivers[DRIVER.schooling_increase, y, d]
    for d in range(factors.shape[1]):
        growth = exp(drivers[DRIVER.rd_growth, y, d])
        spent = s[SCALAR.rd_expenditure, y - 1, d] * growth
        known = factors[KNOWLEDGE, d]
        stock = capital_next(known, spent, drivers[DRIVER.rd_depreciation, y, d], 1.0)
        faster = log(stock / known) - reference
        factors[KNOWLEDGE, d] = stock
        s[SCALAR.rd_expenditure, y, d] = spent
        s[SCALAR.rd_growth, y, d] = growth - 1.0
        elasticity = drivers[DRIVER.rd_elasticity, y, d]
        factors[PROGRESS, d] += drivers[DRIVER.tfp_growth, y, d] + elasticity * faster
    for d in range(factors.shape[1]):
        persistence = drivers[DRIVER.gap_persistence, y, d]
        factors[GAP, d] = persistence * factors[GAP, d] + drivers[DRIVER.gap_shock, y, d]


@step
def supply_gdp(y, structure, drivers, factors, uses, results, supply):
    """Potential output, the gap, and the GDP they supply (B,).

    `factors` (7, B): capital at the start of the year, labour, log human capital, log
    TFP since the base year, TFP level of the base year, R&D stock, output gap. `uses`
    (7, Y, B) holds past years' final use, fixed capital among it.
    """
    s = results.scalars
    accumulate_factors(y, structure, drivers, factors, uses, results)
    for d in range(supply.shape[0]):
        capital, labour = factors[CAPITAL, d], factors[LABOUR, d]
        human_capital, tfp = exp(factors[SKILL, d]), exp(factors[PROGRESS, d])
        potential = cobb_douglas(
            factors[LEVEL, d] * tfp,
            capital,
            labour,
            human_capital,
            drivers[DRIVER.capital_share, y, d],
        )
        supply[d] = potential * exp(factors[GAP, d])
        s[SCALAR.potential_gdp, y, d] = potential
        s[SCALAR.capital, y, d] = capital
        s[SCALAR.labour, y, d] = labour
        s[SCALAR.human_capital, y, d] = human_capital
        s[SCALAR.tfp, y, d] = tfp


@step
def follow_people(y, structure, drivers, people, base_people, results):
    """Population and urbanisation; `people` (2, B) rural and urban since the base year."""
    p = structure.parameters
    population, urban = results.scalars[SCALAR.population], results.scalars[SCALAR.urbanisation]
    draws = people.shape[1]
    for d in range(draws):
        if y == 0:
            population[0, d] = p[PARAMETER.population]
            urban[0, d] = p[PARAMETER.urbanisation]
            base_people[0, d] = population[0, d] * (1.0 - urban[0, d])
            base_people[1, d] = population[0, d] * urban[0, d]
        else:
            growth = exp(drivers[DRIVER.population_growth, y, d])
            population[y, d] = population[y - 1, d] * growth
            urban[y, d] = urban[y - 1, d] + drivers[DRIVER.urbanisation_increase, y, d]
    for d in range(draws):
        people[0, d] = population[y, d] * (1.0 - urban[y, d]) / base_people[0, d]
        people[1, d] = population[y, d] * urban[y, d] / base_people[1, d]


@step
def base_growth(structure, results):
    """Growth rates of the base year, which are data; no use is scaled."""
    p = structure.parameters
    s = results.scalars
    s[SCALAR.gdp_growth, 0] = p[PARAMETER.gdp_growth_2025]
    s[SCALAR.primary_growth, 0] = p[PARAMETER.primary_growth_2025]
    s[SCALAR.services_growth, 0] = p[PARAMETER.services_growth_2025]
    s[SCALAR.industry_growth, 0] = p[PARAMETER.industry_growth_2025]
    s[SCALAR.labour_productivity_growth, 0] = p[PARAMETER.labour_productivity_growth_2025]
    s[SCALAR.investment_growth, 0] = p[PARAMETER.investment_growth_2025]
    s[SCALAR.consumption_growth, 0] = p[PARAMETER.consumption_growth_2025]
    s[SCALAR.closure_scale_domestic, 0] = 0.0
    s[SCALAR.closure_scale_external, 0] = 0.0


@step
def growth_rates(y, structure, uses, consumption, results):
    """Growth of GDP, productivity, investment and consumption, and the output gap.

    `uses` (7, Y, B): total of each final use. `consumption` (2, B) receives that of rural
    and urban households as an index of the base year.
    """
    s = results.scalars
    draws = uses.shape[2]
    for d in range(draws):
        s[SCALAR.output_gap, y, d] = log(s[SCALAR.gdp, y, d] / s[SCALAR.potential_gdp, y, d])
        consumption[0, d] = uses[0, y, d] / uses[0, 0, d]
        consumption[1, d] = uses[1, y, d] / uses[1, 0, d]
    if y == 0:
        base_growth(structure, results)
        return
    for d in range(draws):
        growth = s[SCALAR.gdp, y, d] / s[SCALAR.gdp, y - 1, d]
        workers = s[SCALAR.labour, y, d] / s[SCALAR.labour, y - 1, d]
        s[SCALAR.gdp_growth, y, d] = growth - 1.0
        s[SCALAR.labour_productivity_growth, y, d] = growth / workers - 1.0
        invested = uses[CAPITAL_USE, y, d] / uses[CAPITAL_USE, y - 1, d]
        s[SCALAR.investment_growth, y, d] = invested - 1.0
        consumed = (uses[0, y, d] + uses[1, y, d]) / (uses[0, y - 1, d] + uses[1, y - 1, d])
        s[SCALAR.consumption_growth, y, d] = consumed - 1.0
