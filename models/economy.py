"""The economy of a province, year by year: the step that strings the equations together.

Growth accounting supplies GDP; input-output demand turns it into sector output and the
investment that builds next year's capital; sector output and households drive energy;
the power balance and fuels give primary energy and CO2. One function, `simulate_block`,
serves the central path (one draw) and the ensemble (many).
"""

from __future__ import annotations

import numpy as np

from models.carbon import emissions
from models.compiled import kernel
from models.energy.dispatch import dispatch
from models.energy.primary import energy_balance, energy_indicators, primary_energy, transform
from models.energy.year import (
    BUILDINGS_GROUP,
    INDUSTRY_GROUP,
    TRANSPORT_GROUP,
    build_capacity,
    change_intensity,
    final_energy,
    follow_activity,
)
from models.growth import capital_next, cobb_douglas
from models.inputoutput.year import (
    account,
    close_accounts,
    compose_demand,
    grow_demand,
    produce,
    scale_demand,
    shares,
    supported_value_added,
)
from models.labels import ENERGY_GROUPS, ENERGY_SECTORS, TECHNOLOGIES
from models.state import BUILT, DRIVER, DRIVERS, PARAMETER, RUN, SCALAR, Base, Results, Structure

_SUBSTITUTION = {
    "heavy": INDUSTRY_GROUP,
    "industry_other": INDUSTRY_GROUP,
    "agriculture_construction": INDUSTRY_GROUP,
    "services": BUILDINGS_GROUP,
    "households": BUILDINGS_GROUP,
    "transport": TRANSPORT_GROUP,
}


def _groups() -> np.ndarray:
    """Energy group and substitution group of each energy sector: (2, 44)."""
    group_of = {code: name for name, codes in ENERGY_GROUPS.items() for code in codes}
    names = list(ENERGY_GROUPS)
    rows = [
        [names.index(group_of[code]) for code in ENERGY_SECTORS],
        [_SUBSTITUTION[group_of[code]] for code in ENERGY_SECTORS],
    ]
    return np.array(rows, dtype=np.int64)


GROUPS = _groups()
BUILT_INDEX = np.array([TECHNOLOGIES.index(t) for t in BUILT], dtype=np.int64)
HOURS_INDEX = np.array([RUN.index(t) if t in RUN else -1 for t in TECHNOLOGIES], dtype=np.int64)


@kernel
def supply_gdp(y, structure, drivers, factors, uses, results, supply):
    """Potential output, the gap, and the GDP they supply (B,).

    `factors` (7, B): capital at the start of the year, labour, log human capital, log
    TFP since the base year, TFP level of the base year, R&D stock, output gap. `uses`
    (3, Y, B) holds past years' investment in its last row: what demand invested in a year,
    at that year's efficiency and depreciation, makes the capital at the start of the next.
    The base year's TFP level makes potential output equal GDP
    over the gap in that year.
    """
    p = structure.parameters
    s = results.scalars
    draws = supply.shape[0]
    capital, labour, skill, progress, level, knowledge, gap = factors
    for d in range(draws):
        alpha = drivers[DRIVER.capital_share, y, d]
        if y == 0:
            gap[d] = drivers[DRIVER.output_gap_2025, 0, d]
            capital[d] = p[PARAMETER.capital_2025_start]
            labour[d] = p[PARAMETER.labour]
            knowledge[d] = p[PARAMETER.rd_stock]
            potential = s[SCALAR.gdp, 0, d] / np.exp(gap[d])
            level[d] = potential / cobb_douglas(1.0, capital[d], labour[d], 1.0, alpha)
            s[SCALAR.rd_expenditure, 0, d] = p[PARAMETER.rd_expenditure]
            s[SCALAR.rd_growth, 0, d] = p[PARAMETER.rd_growth_2025]
        else:
            capital[d] = capital_next(
                capital[d],
                p[PARAMETER.investment_scale] * uses[2, y - 1, d],
                drivers[DRIVER.depreciation_rate, y - 1, d],
                drivers[DRIVER.investment_efficiency, y - 1, d],
            )
            labour[d] *= np.exp(
                drivers[DRIVER.working_age_growth, y, d]
                + drivers[DRIVER.participation_growth, y, d]
            )
            skill[d] += (
                drivers[DRIVER.schooling_return, y, d] * drivers[DRIVER.schooling_increase, y, d]
            )
            growth = drivers[DRIVER.rd_growth, y, d]
            spent = s[SCALAR.rd_expenditure, y - 1, d] * np.exp(growth)
            stock = capital_next(knowledge[d], spent, drivers[DRIVER.rd_depreciation, y, d], 1.0)
            faster = np.log(stock / knowledge[d]) - p[PARAMETER.rd_stock_growth_reference]
            knowledge[d] = stock
            s[SCALAR.rd_expenditure, y, d] = spent
            s[SCALAR.rd_growth, y, d] = np.exp(growth) - 1.0
            progress[d] += (
                drivers[DRIVER.tfp_growth, y, d] + drivers[DRIVER.rd_elasticity, y, d] * faster
            )
            gap[d] = (
                drivers[DRIVER.gap_persistence, y, d] * gap[d] + drivers[DRIVER.gap_shock, y, d]
            )
            potential = cobb_douglas(
                level[d] * np.exp(progress[d]), capital[d], labour[d], np.exp(skill[d]), alpha
            )
        supply[d] = potential * np.exp(gap[d])
        s[SCALAR.potential_gdp, y, d] = potential
        s[SCALAR.capital, y, d] = capital[d]
        s[SCALAR.labour, y, d] = labour[d]
        s[SCALAR.human_capital, y, d] = np.exp(skill[d])
        s[SCALAR.tfp, y, d] = np.exp(progress[d])


@kernel
def follow_people(y, structure, drivers, people, base_people, results):
    """Population and urbanisation; `people` (2, B) rural and urban since the base year."""
    p = structure.parameters
    s = results.scalars
    draws = people.shape[1]
    for d in range(draws):
        if y == 0:
            population, urban = p[PARAMETER.population], p[PARAMETER.urbanisation]
        else:
            population = s[SCALAR.population, y - 1, d] * np.exp(
                drivers[DRIVER.population_growth, y, d]
            )
            urban = s[SCALAR.urbanisation, y - 1, d] + drivers[DRIVER.urbanisation_increase, y, d]
        s[SCALAR.population, y, d] = population
        s[SCALAR.urbanisation, y, d] = urban
        if y == 0:
            base_people[0, d] = population * (1.0 - urban)
            base_people[1, d] = population * urban
        people[0, d] = population * (1.0 - urban) / base_people[0, d]
        people[1, d] = population * urban / base_people[1, d]


@kernel
def growth_rates(y, structure, results, uses):
    """Growth of GDP, productivity, investment and consumption; the base year's are data.

    `uses` (3, Y, B), filled here: rural and urban household consumption, investment.
    """
    p = structure.parameters
    s = results.scalars
    n = results.final_demand.shape[1]
    draws = uses.shape[2]
    for d in range(draws):
        for k in range(3):
            total = 0.0
            row = 3 if k == 2 else k
            for i in range(n):
                total += results.final_demand[row, i, y, d]
            uses[k, y, d] = total
        s[SCALAR.output_gap, y, d] = np.log(s[SCALAR.gdp, y, d] / s[SCALAR.potential_gdp, y, d])
        if y == 0:
            s[SCALAR.gdp_growth, 0, d] = p[PARAMETER.gdp_growth_2025]
            s[SCALAR.primary_growth, 0, d] = p[PARAMETER.primary_growth_2025]
            s[SCALAR.services_growth, 0, d] = p[PARAMETER.services_growth_2025]
            s[SCALAR.industry_growth, 0, d] = p[PARAMETER.industry_growth_2025]
            s[SCALAR.labour_productivity_growth, 0, d] = p[
                PARAMETER.labour_productivity_growth_2025
            ]
            s[SCALAR.investment_growth, 0, d] = p[PARAMETER.investment_growth_2025]
            s[SCALAR.consumption_growth, 0, d] = p[PARAMETER.consumption_growth_2025]
        else:
            growth = s[SCALAR.gdp, y, d] / s[SCALAR.gdp, y - 1, d]
            workers = s[SCALAR.labour, y, d] / s[SCALAR.labour, y - 1, d]
            s[SCALAR.gdp_growth, y, d] = growth - 1.0
            s[SCALAR.labour_productivity_growth, y, d] = growth / workers - 1.0
            s[SCALAR.investment_growth, y, d] = uses[2, y, d] / uses[2, y - 1, d] - 1.0
            s[SCALAR.consumption_growth, y, d] = (uses[0, y, d] + uses[1, y, d]) / (
                uses[0, y - 1, d] + uses[1, y - 1, d]
            ) - 1.0


@kernel
def simulate_block(structure, base, drivers, slips, groups, built, hours_of, results):
    """Run a block of draws from the base year to the horizon.

    Parameters
    ----------
    structure : Structure
        The same in every draw.
    base : Base
        Base year of each draw.
    drivers : array (len(DRIVERS), Y, B)
        One value per driver, year and draw; index 0 of the years is the base year.
    slips : array (U, B)
        Years by which each named unit is late.
    groups, built, hours_of : arrays
        `GROUPS`, `BUILT_INDEX`, `HOURS_INDEX` of this module.
    results : Results
        Filled; `residual` holds the relative residual of every identity.
    """
    years, draws = drivers.shape[1], drivers.shape[2]
    n = structure.demand_group.shape[0]
    volumes, external = np.ones((3, 7, draws)), np.ones((12, draws))
    prices, shifts = np.ones((6, draws)), np.zeros((2, draws))
    demand, work = np.empty((7, n, draws)), np.empty((4, n, draws))
    supported, incomes = np.empty((7, 6, draws)), np.empty((4, draws))
    factors, supply = np.zeros((7, draws)), np.empty(draws)
    people, base_people = np.empty((2, draws)), np.empty((2, draws))
    uses, consumption = np.empty((3, years, draws)), np.ones((2, draws))
    activity, efficiency = np.ones((n + 2, draws)), np.zeros((6, draws))
    kept, response = np.ones((4, draws)), np.ones((4, draws))
    capacity, average = base.capacity.copy(), base.capacity_average.copy()
    base_hours, hours = np.empty((11, draws)), np.empty((11, draws))
    base_share, base_clean = np.empty(draws), np.empty(draws)
    flows, process, extraction = np.empty((10, draws)), np.zeros(draws), np.zeros((3, draws))
    for t in range(11):
        for d in range(draws):
            running = base.capacity_average[t, d]
            base_hours[t, d] = 1e3 * base.generation[t, d] / running if running > 0.0 else 0.0
            if hours_of[t] >= 0:
                level = drivers[DRIVER.hours_nuclear + hours_of[t], 0, d]
                base_hours[t, d] = base_hours[t, d] / level if running > 0.0 else 1.0
    for y in range(years):
        if y == 0:
            demand[:] = base.final_demand
            supply[:] = 0.0
            produce(0, structure, demand, work, results)
            for i in range(n):
                for d in range(draws):
                    supply[d] += results.value_added[i, 0, d]
            account(0, structure, supply, work, results, incomes)
            supply_gdp(0, structure, drivers, factors, uses, results, supply)
        else:
            supply_gdp(y, structure, drivers, factors, uses, results, supply)
            grow_demand(y, drivers, volumes, external, prices, shifts)
            compose_demand(structure, base, external, shifts, demand)
            supported_value_added(y, structure, demand, supported)
            close_accounts(y, structure, drivers, supply, supported, prices, volumes, results)
            scale_demand(volumes[0], demand)
            produce(y, structure, demand, work, results)
            account(y, structure, supply, work, results, incomes)
        shares(y, structure, prices, results)
        growth_rates(y, structure, results, uses)
        for d in range(draws):
            for h in range(2):
                consumption[h, d] = uses[h, y, d] / uses[h, 0, d]
        follow_people(y, structure, drivers, people, base_people, results)
        if y > 0:
            follow_activity(y, structure, drivers, people, consumption, results, activity)
            change_intensity(y, structure, drivers, efficiency, kept, response)
            build_capacity(y, structure, drivers, slips, built, capacity, average)
        final_energy(
            y, structure, drivers, base, groups, activity, efficiency, kept, response, results
        )
        dispatch(
            y,
            structure,
            drivers,
            base,
            hours_of,
            capacity,
            average,
            base_hours,
            base_share,
            hours,
            results,
        )
        transform(y, structure, drivers, results, flows)
        primary_energy(y, structure, drivers, results, flows)
        energy_balance(y, structure, drivers, results, flows)
        energy_indicators(y, structure, drivers, hours, extraction, base_clean, results)
        emissions(y, structure, drivers, base, activity, flows, process, results)


def simulate(
    structure: Structure, base: Base, drivers: np.ndarray, slips: np.ndarray, results: Results
) -> None:
    """Run `simulate_block` with this module's label tables.

    Raises
    ------
    ValueError
        Where the shapes of the arrays do not belong together.
    """
    years, draws, units = drivers.shape[1], drivers.shape[2], structure.unit_capacity.size
    fits = (
        drivers.shape[0] == len(DRIVERS)
        and structure.technical_coefficients.shape[0] == years
        and all(array.shape[-1] == draws for array in base)
        and slips.shape == (units, draws)
        and results.scalars.shape[1:] == (years, draws)
    )
    if not fits:
        raise ValueError("drivers, structure, base, slips and results have different sizes")
    simulate_block(structure, base, drivers, slips, GROUPS, BUILT_INDEX, HOURS_INDEX, results)
