"""What a run shares: cases, plans, base years and sampler, and how a block is simulated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.arena import Arena
from models.economy import INDICES, simulate_block
from models.handing import Handed
from models.inputoutput.drawn import FACTORS
from models.labels import SECTORS
from models.state import DRIVERS, SCALARS, Results, Structure, empty_results
from models.tables import NOTHING
from models.workspace import CARRIED_ROWS, workspace
from sim.ensemble.copula import read_correlations
from sim.ensemble.deviates import sample_block, sample_centre
from sim.ensemble.drivers import apply_block
from sim.ensemble.inputs import read_inputs
from sim.ensemble.methods import Design
from sim.ensemble.picks import CENTRE
from sim.ensemble.plan import DriverPlan
from sim.ensemble.prepare import BaseTables, Case, base_tables, prepare
from sim.ensemble.sampler import Sampler, build_sampler, pack_numbers
from sim.ensemble.sharing import EVERY_DRIVER, Turn, take_turns
from sim.ensemble.widths import check_widths, technologies
from sim.errors import InputError
from sim.scenario import ResolvedScenario, lever_table, read_units

INDEPENDENT: Final = Design()
EVERY_FACTOR: Final = np.arange(len(FACTORS))


class Work(NamedTuple):
    """What the threads share: cases, plans, base years, sampler.

    `factor_plans` holds the plan of the factors of input coefficients of each scenario, None
    where its draws share the coefficients. `turns` tells what the scenarios have in common.
    """

    cases: tuple[Case, ...]
    structures: tuple[Handed[Structure], ...]
    plans: tuple[DriverPlan, ...]
    factor_plans: tuple[DriverPlan | None, ...]
    tables: BaseTables
    sampler: Sampler
    turns: tuple[Turn, ...]


def prepare_work(
    pack: xr.Dataset,
    resolved: Sequence[ResolvedScenario],
    seed: int,
    how: Design = INDEPENDENT,
) -> Work:
    """Build what the simulation of resolved scenarios needs; `how` the draws are made.

    Raises
    ------
    InputError
        Where a scenario sets the width of an input that is unknown or without effect, or
        the pack lacks what the model needs.
    """
    for item in resolved:
        check_widths(item)
    units = read_units()
    cases = tuple(prepare(pack, item, units) for item in resolved)
    inputs = read_inputs()
    own = [item.name for item in inputs if item.driver in FACTORS]
    drawn = any(case.drawn_coefficients for case in cases)
    sampler = build_sampler(
        [item for item in inputs if drawn or item.name not in own],
        read_correlations(),
        seed=seed,
        years=[int(year) for year in resolved[0].years],
        driver_names=(*DRIVERS, *FACTORS),
        units=technologies(units),
        pack=pack_numbers(pack),
        method=how.method,
        draws=how.points * how.replicates or None,
        replicates=how.replicates,
    )
    widths = [_widths(case, own, drawn) for case in cases]
    plans = tuple(_driver_plan(sampler, c, w) for c, w in zip(cases, widths, strict=True))
    return Work(
        cases,
        tuple(Handed(case.structure) for case in cases),
        plans,
        tuple(_factor_plan(sampler, c, w) for c, w in zip(cases, widths, strict=True)),
        base_tables(pack),
        sampler,
        take_turns(cases, plans),
    )


def _widths(case: Case, factors: Sequence[str], drawn: bool) -> dict[str, float]:
    """Standard deviations of a scenario; factors stand still where its draws share coefficients."""
    widths = {name: change["sd"] for name, change in case.scenario.inputs.items()}
    still = drawn and not case.drawn_coefficients
    return widths | (dict.fromkeys(factors, 0.0) if still else {})


def _driver_plan(sampler: Sampler, case: Case, widths: Mapping[str, float]) -> DriverPlan:
    by_driver = {lever.driver: lever for lever in lever_table().values() if lever.driver}
    levers = [by_driver[name] for name in DRIVERS]
    return replace(sampler, driver_names=DRIVERS).driver_plan(
        case.central,
        np.array([-np.inf if x.minimum is None else x.minimum for x in levers]),
        np.array([np.inf if x.maximum is None else x.maximum for x in levers]),
        constant=[x.driver for x in levers if x.kind == "constant"],
        slips=case.slips,
        sd_overrides=widths,
    )


def _factor_plan(sampler: Sampler, case: Case, widths: Mapping[str, float]) -> DriverPlan | None:
    """Plan of the factors of coefficients, zero in the base year and on the central path."""
    if not case.drawn_coefficients:
        return None
    bound = np.full(len(FACTORS), np.inf)
    return replace(sampler, driver_names=FACTORS).driver_plan(
        np.zeros((len(FACTORS), case.years.size)),
        -bound,
        bound,
        constant=(),
        slips={},
        sd_overrides=widths,
    )


class Scratch:
    """Arrays of one thread; deviates and base years are those of the block in work.

    The scalars of each scenario have their own room, all else that is a result shares one.
    `carried` is the state that later years go on from, `begun` that in which a base year ended.
    """

    def __init__(self, work: Work, block: int) -> None:
        years = work.cases[0].years.size
        memory = Arena()
        self.deviates = memory.zeros((work.sampler.plan.n_row, block))
        self.base_draw = np.empty(block, np.int64)
        self.base_rows = memory.zeros((work.tables.rows.shape[0], block))
        self.base_rows[:] = work.tables.rows[:, -1:]
        self.base = Handed(work.tables.shaped(self.base_rows))
        self.drivers = memory.zeros((len(DRIVERS), years, block))
        count = len(FACTORS) if any(work.factor_plans) else 0
        self.factors = memory.zeros((count, years, block))
        self.rooms = memory.zeros((3, block))
        self.unused = np.empty((0, block)), np.zeros(count, np.int64)  # no slips, no bounds
        self.carried, self.begun = memory.zeros((2, CARRIED_ROWS, block))
        self.room = Handed(workspace(len(SECTORS), years, block, memory, self.carried))
        self.slips = [np.empty((len(case.slips), block)) for case in work.cases]
        self._tables = {
            False: empty_results(years, block, arena=memory),
            True: empty_results(years, block, 1, memory),
        }
        self.scalars = memory.zeros((len(work.cases), len(SCALARS), years, block))
        self._results: dict[tuple[int, bool], Handed[Results]] = {}

    def results(self, index: int, *, lean: bool = False) -> Handed[Results]:
        """Return the room for the results of a scenario; `lean`: tables hold the last year only."""
        found = self._results.get((index, lean))
        if found is None:
            found = Handed(self._tables[lean]._replace(scalars=self.scalars[index]))
            self._results[index, lean] = found
        return found


def require_draws(work: Work, last: int) -> None:
    """Refuse draws that cannot be made: Sobol points end, the other streams do not.

    Raises
    ------
    InputError
        Where the draw `last` lies beyond the Sobol points.
    """
    plan = work.sampler.plan
    if plan.points and last >= (made := plan.points * plan.direction.shape[0]):
        raise InputError(
            "the Sobol points have no such draw", key="draw", found=last, allowed=f"0 to {made - 1}"
        )


def sample(work: Work, scratch: Scratch, first: int) -> None:
    """Fill `scratch` with the block of draws that starts at draw `first`."""
    sample_block(work.sampler.plan, first, scratch.deviates, scratch.base_draw)
    work.tables.fill(scratch.base_draw, scratch.base_rows)


def simulate_centre(work: Work, index: int) -> Results:
    """Central path: an ensemble of one draw at central values."""
    scratch = Scratch(work, 1)
    sample_centre(work.sampler.plan, scratch.deviates, scratch.base_draw)
    work.tables.fill(scratch.base_draw, scratch.base_rows)
    return simulate_case(work, index, scratch, np.zeros(len(DRIVERS), np.int64))


def simulate_case(
    work: Work, index: int, scratch: Scratch, clamped: NDArray[np.int64], *, used: int = 0
) -> Results:
    """Run one scenario over the block whose deviates stand in `scratch`.

    `scratch.room.value.pivoted` tells how many years of each draw needed pivoting.

    Parameters
    ----------
    work : Work
    index : int
        Position of the scenario.
    scratch : Scratch
    clamped : ndarray of int64, shape (len(DRIVERS),)
        Is increased by the number of values held back by a bound.
    used : int
        Number of leading draws that `clamped` counts.

    Returns
    -------
    Results
        Those of `scratch`, which the next block overwrites.
    """
    results = scratch.results(index)
    slips, plan, factors = scratch.slips[index], work.factor_plans[index], None
    if plan is not None:
        factors = scratch.factors
        apply_block(
            plan, EVERY_FACTOR, scratch.deviates, factors, *scratch.unused, 0, scratch.rooms
        )
    outcome = (scratch.drivers, slips, clamped)
    apply_block(work.plans[index], EVERY_DRIVER, scratch.deviates, *outcome, used, scratch.rooms)
    chosen = work.cases[index].base_draw
    if chosen != CENTRE:
        work.tables.fill(np.full_like(scratch.base_draw, chosen), scratch.base_rows)
    simulate_block(  # type: ignore[no-untyped-call]
        work.structures[index],
        scratch.base,
        scratch.drivers,
        slips,
        factors,
        INDICES,
        scratch.room,
        results,
        0,
        NOTHING,
        0,
        scratch.drivers.shape[1],
    )
    if chosen != CENTRE:
        work.tables.fill(scratch.base_draw, scratch.base_rows)
    return results.value
