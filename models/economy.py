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
from models.handing import Handed, held
from models.inputoutput.drawn import FACTORS, output_and_value_added, value_added_by_use
from models.inputoutput.year import (
    account,
    base_composition,
    close_accounts,
    compose_demand,
    grow_demand,
    shares,
)
from models.labels import ENERGY_GROUPS, ENERGY_SECTORS, TECHNOLOGIES
from models.moments import Totals
from models.state import BUILT, DRIVER, DRIVERS, RUN, Base, Results, Structure
from models.supply import follow_people, growth_rates, start_growth, supply_gdp
from models.tables import NOTHING, add_tables, table_rows
from models.vector import copy
from models.workspace import Workspace, workspace

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
INDICES = Handed((GROUPS, BUILT_INDEX, HOURS_INDEX))


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
def simulate_block(
    structure, base, drivers, slips, factors, indices, w, results, used, totals, first, end
):
    """Run a block of draws from the base year to the horizon, or through some of these years.

    Parameters
    ----------
    structure : Handed[Structure]
        The same in every draw.
    base : Handed[Base]
        Base year of each draw.
    drivers : array (len(DRIVERS), Y, B)
        One value per driver, year and draw; index 0 of the years is the base year.
    slips : array (U, B)
        Years by which each named unit is late.
    factors : array (len(FACTORS), Y, B) or None
        See `models.inputoutput.drawn`; None where all draws share the coefficients, and then
        the code that solves each draw's system is not compiled.
    indices : Handed[tuple of arrays]
        `INDICES` of this module.
    w : Handed[Workspace]
        Overwritten.
    results : Handed[Results]
        Filled; `residual` holds the relative residual of every identity.
    used : int
        Number of leading draws that `totals` counts.
    totals : Totals
        Sums over draws of the rows of `TABLES`, increased year by year while they are at hand;
        `NOTHING` where none are wanted.
    first, end : int
        The years from `first` to before `end`; 0 is the base year. Those that start later go on
        from the state in which `w` and `results` were left, see `models.workspace.CARRIED`.
    """
    structure, base, w, results = held(structure), held(base), held(w), held(results)
    groups, built, hours_of = held(indices)
    if first == 0:
        start_block(structure, base, drivers, hours_of, w)
    for y in range(first, end):
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
    simulate_block(
        *(Handed(structure), Handed(base), drivers, slips, factors, INDICES),
        *(Handed(room), Handed(results), used, totals, 0, years),
    )
