"""The economy of a province, year by year: the step that strings the equations together.

Growth accounting supplies GDP; input-output demand turns it into sector output and the
investment that builds next year's capital; sector output and households drive energy;
the power balance and fuels give primary energy and CO2. One function, `simulate_block`,
serves the central path (one draw) and the ensemble (many).
"""

from __future__ import annotations

import numpy as np

from models.carbon import carbon_accounts, emission_factors, emissions
from models.compiled import kernel, part, step
from models.energy.dispatch import dispatch
from models.energy.primary import energy_balance, energy_indicators, primary_energy, transform
from models.energy.vehicles import turn_over_vehicles
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
from models.inputoutput.drawn import FACTORS, output_and_value_added, value_added_by_use
from models.inputoutput.year import (
    CAPITAL_USE,
    account,
    base_composition,
    close_accounts,
    compose_demand,
    grow_demand,
    shares,
)
from models.labels import ENERGY_GROUPS, ENERGY_SECTORS, TECHNOLOGIES
from models.moments import Totals
from models.state import (
    BUILT,
    DRIVER,
    DRIVERS,
    PARAMETER,
    RUN,
    SCALAR,
    Base,
    Results,
    Structure,
)
from models.tables import NOTHING, add_tables, table_rows
from models.vector import copy, exp, log
from models.workspace import Workspace, workspace

CAPITAL, LABOUR, SKILL, PROGRESS, LEVEL, KNOWLEDGE, GAP = 0, 1, 2, 3, 4, 5, 6  # `factors`

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
INDICES = GROUPS, BUILT_INDEX, HOURS_INDEX


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


@step
def start_block(structure, base, drivers, hours_of, w):
    """Set what a run starts from: indices, compositions, capacity, hours of the base year."""
    w.volumes[:] = 1.0
    w.external[:] = 1.0
    w.prices[:] = 1.0
    w.saved[:] = 1.0
    w.kept[:] = 1.0
    w.response[:] = 1.0
    w.activity[:] = 1.0
    w.shifts[:] = 0.0
    w.efficiency[:] = 0.0
    w.process[:] = 0.0
    w.extraction[:] = 0.0
    w.pivoted[:] = 0.0
    draws = drivers.shape[2]
    base_composition(structure, base, w.composition)
    for t in range(11):
        for d in range(draws):
            w.capacity[t, d] = base.capacity[t, d]
            w.average[t, d] = base.capacity_average[t, d]
            running = base.capacity_average[t, d]
            hours = 1e3 * base.generation[t, d] / running if running > 0.0 else 0.0
            if hours_of[t] >= 0:
                level = drivers[DRIVER.hours_nuclear + hours_of[t], 0, d]
                hours = hours / level if running > 0.0 else 1.0
            w.base_hours[t, d] = hours


@part
def simulate_accounts(y, structure, base, drivers, factors, w, results):
    """One year of the economy: GDP, final demand, output, value added, shares, people."""
    if y > 0:
        supply_gdp(y, structure, drivers, w.factors, w.uses, results, w.supply)
        grow_demand(y, drivers, w.volumes, w.external, w.prices, w.shifts)
    compose_demand(y, structure, base, w.composition, w.external, w.shifts, w.scale, results)
    if y > 0:
        value_added_by_use(y, structure, factors, w, results)
        close_accounts(
            y,
            structure,
            drivers,
            w.supply,
            w.supported,
            w.created,
            w.prices,
            w.volumes,
            w.scale,
            results,
        )
    output_and_value_added(y, structure, factors, w, results)
    if y == 0:
        copy(w.totals[0], w.supply)
        start_growth(structure, drivers, w.factors, results, w.supply)
        for i in range(w.inverse_output.shape[0]):
            for d in range(drivers.shape[2]):
                output = results.gross_output[i, 0, d]
                w.inverse_output[i, d] = 1.0 / output if output > 0.0 else 0.0
    account(y, w.supply, w.goods[3], w.uses, w.totals, results)
    shares(y, w.prices, w.added, results)
    growth_rates(y, structure, w.uses, w.consumption, results)
    follow_people(y, structure, drivers, w.people, w.base_people, results)


@part
def simulate_energy(y, structure, base, drivers, slips, groups, built, hours_of, w, results):
    """One year of energy and carbon, given the year's economy."""
    turn_over_vehicles(y, structure, drivers, w.vehicles, w.kept, results)
    if y > 0:
        follow_activity(y, drivers, w.people, w.consumption, w.inverse_output, results, w.activity)
        change_intensity(y, structure, drivers, w.efficiency, w.saved, w.kept, w.response)
        build_capacity(
            y,
            structure,
            drivers,
            slips,
            built,
            w.capacity,
            w.average,
            w.links,
            w.links_average,
        )
    final_energy(
        y,
        structure,
        drivers,
        base,
        groups,
        w.activity,
        w.saved,
        w.kept,
        w.response,
        w.burnt,
        w.carriers,
        results,
    )
    dispatch(y, structure, drivers, base, hours_of, w, results)
    transform(y, structure, drivers, w.activity, w.carriers, w.coke, results, w.flows)
    primary_energy(y, structure, drivers, w.carriers, results, w.flows)
    energy_balance(y, structure, drivers, results, w.carriers, w.flows)
    energy_indicators(y, structure, drivers, w.hours, w.extraction, w.plants, w.base_clean, results)
    emission_factors(y, structure, drivers, w.factor, w.stored)
    emissions(
        y, structure, drivers, base, w.activity, w.factor, w.stored, w.process, w.sums, results
    )
    carbon_accounts(y, structure, drivers, w.factor, w.flows, w.sums, results)


@kernel
def simulate_block(structure, base, drivers, slips, factors, indices, w, results, used, totals):
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
    factors : array (len(FACTORS), Y, B) or None
        See `models.inputoutput.drawn`; None where all draws share the coefficients, and then
        the code that solves each draw's system is not compiled.
    indices : tuple of arrays
        `INDICES` of this module.
    w : Workspace
        Overwritten.
    results : Results
        Filled; `residual` holds the relative residual of every identity.
    used : int
        Number of leading draws that `totals` counts.
    totals : Totals
        Sums over draws of the rows of `TABLES`, increased year by year while they are at hand;
        `NOTHING` where none are wanted.
    """
    groups, built, hours_of = indices
    start_block(structure, base, drivers, hours_of, w)
    for y in range(drivers.shape[1]):
        simulate_accounts(y, structure, base, drivers, factors, w, results)
        simulate_energy(y, structure, base, drivers, slips, groups, built, hours_of, w, results)
        if totals.centre.shape[0] > 0:
            add_tables(y, results, used, totals)


def simulate(
    structure: Structure,
    base: Base,
    drivers: np.ndarray,
    slips: np.ndarray,
    results: Results,
    room: Workspace | None = None,
    factors: np.ndarray | None = None,
    used: int = 0,
    totals: Totals = NOTHING,
) -> None:
    """Run `simulate_block` over arrays whose shapes are checked.

    `room` is a `Workspace` of the block's size, to be used again by the same thread; where
    not given it is made. Without `factors` all draws have the coefficients of `structure`.
    The leading `used` draws are added to `totals`, see `models.tables`.

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
        and (factors is None or factors.shape == (len(FACTORS), years, draws))
        and results.scalars.shape[1:] == (years, draws)
        and (room is None or room.added.shape[1:] == (years, draws))
        and (totals is NOTHING or totals.centre.shape == (years, table_rows(results)))
        and 0 <= used <= draws
    )
    if not fits:
        raise ValueError(
            "drivers, structure, base, slips, factors, results, totals: different sizes"
        )
    if room is None:
        room = workspace(structure.demand_group.size, years, draws)
    simulate_block(structure, base, drivers, slips, factors, INDICES, room, results, used, totals)
