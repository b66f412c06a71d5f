"""A leaf of draws in one compiled call: sampling, the scenarios' turns, and what is kept of them.

The interpreter is entered once a leaf instead of several times a block and scenario, so that
threads hardly ever wait for its lock, and what a block needs stays in the processor's cache. The
steps are the kernels that also run one by one: they are called by their addresses.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import part
from models.economy import INDICES, simulate_block
from models.handing import Callee, Handed, Several, call, held, held_of
from models.moments import Totals
from models.state import Base, Results, Structure
from models.vector import bits_of, from_bits
from models.workspace import Workspace
from sim.ensemble.accumulate import BLOCK, LEAF
from sim.ensemble.compiled import exact_kernel, exact_step
from sim.ensemble.deviates import sample_block
from sim.ensemble.drivers import apply_block
from sim.ensemble.paired import Paired, PairSums, add_pairs
from sim.ensemble.picks import CENTRE
from sim.ensemble.plan import DriverPlan, SamplingPlan
from sim.ensemble.prepare import pick_base_years
from sim.ensemble.quantiles import APART, Bins, place_values
from sim.ensemble.sharing import EVERY_DRIVER, Turn, complete
from sim.ensemble.summary import Leaf, Summary
from sim.ensemble.work import EVERY_FACTOR, Scratch, Work

Array = NDArray[np.float64]
Integers = NDArray[np.int64]
_ALL_BUT_SIGN = 2**63 - 1


class Kernels(NamedTuple):
    """The kernels that a leaf calls."""

    sample: Callee  # `sample_block`
    pick: Callee  # `pick_base_years`
    move: Callee  # `apply_block`
    years: Callee  # `simulate_block`
    years_drawn: Callee  # the same with drawn coefficients
    place: Callee  # `place_values`
    pair: Callee  # `add_pairs`


class Common(NamedTuple):
    """What the scenarios of a thread share; see `Scratch`."""

    kernels: Kernels
    sampling: Handed[SamplingPlan]
    deviates: Array
    base_draw: Integers
    base_table: Array
    varying: Integers
    base_rows: Array
    base: Handed[Base]
    drivers: Array
    every_factor: Integers
    factors: Array
    no_slips: Array
    no_bounds: Integers
    rooms: Array
    carried: Array
    begun: Array
    indices: Handed[Any]
    room: Handed[Workspace]
    scalars: Array  # (n_scenario, len(SCALARS), Y, BLOCK)
    rows: Array  # the same, (n_scenario, len(SCALARS) Y, BLOCK)
    watched: Array  # (n_scenario, len(SCALARS), Y, LEAF or none) receives all scalars
    pairs: PairSums


class Kept(NamedTuple):
    """The leading draws of each of `VECTORS`, (…, Y, kept)."""

    value_added: Array
    gross_output: Array
    primary_energy: Array
    electricity_generation: Array
    electricity_capacity: Array
    co2: Array


class Own(NamedTuple):
    """What a scenario has of its own in a thread."""

    scenario: int  # its position
    leader: int  # position of the scenario whose base year it has
    followed: bool  # whether others have its base year
    drawn: bool  # whether each draw has its own coefficients
    structure: Handed[Structure]
    plan: DriverPlan
    which: Integers  # drivers to be moved
    factor_plan: DriverPlan  # not read where coefficients are not drawn
    base_draw: Integers  # (BLOCK,) the base year of all draws; empty where each has its own
    slips: Array
    results: Handed[Results]
    totals: Totals
    clamped: Integers
    residual: Array
    pivoted: Integers  # (1,)
    leading: Array  # (len(SCALARS) Y, kept)
    vectors: Kept
    places: NDArray[np.int16]  # of its `Bins`; no column while the draws are leading ones
    lowest: Array
    highest: Array
    centre: Array  # of its `QuantileStream`
    scale: Array


@exact_step
def _copy(values: Array, out: Array) -> None:
    for i in range(values.shape[0]):
        for b in range(values.shape[1]):
            out[i, b] = values[i, b]


@exact_step
def _keep(values: Array, at: int, used: int, out: Array) -> None:
    """Copy the leading `used` columns of each row to columns from `at`."""
    for i in range(values.shape[0]):
        for b in range(used):
            out[i, at + b] = values[i, b]


@exact_step
def _keep_table(table: Array, at: int, used: int, out: Array) -> None:
    """Do as `_keep` with a table (R, Y, BLOCK)."""
    for i in range(table.shape[0]):
        _keep(table[i], at, used, out[i])


@exact_kernel
def take_worst(residual: Array, used: int, worst: Array) -> None:
    """Raise `worst` (I, Y) to the leading residuals (I, Y, BLOCK), sizes without a sign.

    NaN is worse than any number. The bits of numbers without a sign are in the order of the
    numbers, and those of NaN above all: maxima of whole numbers vectorise.
    """
    for i in range(residual.shape[0]):
        for y in range(residual.shape[1]):
            row, most = residual[i, y], bits_of(worst[i, y])
            for b in range(used):
                most = max(most, bits_of(row[b]) & _ALL_BUT_SIGN)
            worst[i, y] = from_bits(most)


@part
def _move_drivers(c: Any, own: Any, used: int) -> None:
    """Move the drivers of a scenario, all or those that differ from the turn before."""
    if own.drawn:
        unlimited = (c.factors, c.no_slips, c.no_bounds, 0, c.rooms)
        call(c.kernels.move, (own.factor_plan, c.every_factor, c.deviates, *unlimited))
    outcome = (c.drivers, own.slips, own.clamped, used, c.rooms)
    call(c.kernels.move, (own.plan, own.which, c.deviates, *outcome))


@part
def _simulate(c: Any, own: Any, used: int) -> None:
    """Simulate a scenario, or what follows the base year of its leader."""
    first, years = 0, c.drivers.shape[1]  # the first year that is left to do
    if own.leader != own.scenario:
        _copy(c.begun, c.carried)
        _copy(c.scalars[own.leader, :, 0], c.scalars[own.scenario, :, 0])
        first = 1
    while first < years:
        end = 1 if own.followed and first == 0 else years
        given = (own.structure, c.base, c.drivers, own.slips)
        gathered = (c.indices, c.room, own.results, used, own.totals, first, end)
        if own.drawn:
            call(c.kernels.years_drawn, (*given, c.factors, *gathered))
        else:
            call(c.kernels.years, (*given, None, *gathered))
        if end == 1:
            _copy(c.carried, c.begun)
        first = end


@part
def _keep_draws(c: Any, own: Any, start: int, used: int, at: int, done: int) -> None:
    """Keep what is wanted of a scenario's block beside its sums."""
    results = held(own.results)
    take_worst(results.residual, used, own.residual)
    if own.drawn:
        for b in range(used):
            own.pivoted[0] += int(held(c.room).pivoted[b])
    rows = c.rows[own.scenario]
    if own.places.shape[1] > 0:
        bins = (own.centre, own.scale, own.places, at + done, own.lowest, own.highest)
        call(c.kernels.place, (rows, used, *bins))
    else:
        _keep(rows, start, used, own.leading)
    vectors = own.vectors
    if start < vectors.co2.shape[-1]:
        _keep_table(results.value_added, start, used, vectors.value_added)
        _keep_table(results.gross_output, start, used, vectors.gross_output)
        _keep_table(results.primary_energy, start, used, vectors.primary_energy)
        _keep_table(results.electricity_generation, start, used, vectors.electricity_generation)
        _keep_table(results.electricity_capacity, start, used, vectors.electricity_capacity)
        _keep_table(results.co2, start, used, vectors.co2)
    if c.watched.shape[3] > 0:
        _keep_table(c.scalars[own.scenario], done, used, c.watched[own.scenario])


@exact_kernel
def simulate_leaf(first: int, last: int, at: int, common: Any, scenarios: Any) -> bool:
    """Simulate draws of every scenario in turn, and add them to what the thread gathers.

    Parameters
    ----------
    first, last : int
        The first draw, and the one after the last.
    at : int
        Place of the first draw among the bins that wait to be counted.
    common : Handed[Common]
    scenarios : Several[Own]
        In the order of their turns.

    Returns
    -------
    bool
        False where the pack has not the base year of a draw.
    """
    c = held(common)
    sampling = held(c.sampling)
    for start in range(first, last, BLOCK):
        used = min(BLOCK, last - start)
        call(c.kernels.sample, (sampling, start, c.deviates, c.base_draw))
        if not call(c.kernels.pick, (c.base_table, c.varying, c.base_draw, c.base_rows)):
            return False
        for turn in range(c.scalars.shape[0]):
            own = held_of(scenarios, turn)
            _move_drivers(c, own, used)
            chosen = own.base_draw.shape[0] > 0
            fixed = (c.base_table, c.varying, own.base_draw, c.base_rows)
            if chosen and not call(c.kernels.pick, fixed):
                return False
            _simulate(c, own, used)
            if chosen:
                call(c.kernels.pick, (c.base_table, c.varying, c.base_draw, c.base_rows))
            _keep_draws(c, own, start, used, at, start - first)
        if c.pairs.pairs.shape[0] > 0:
            call(c.kernels.pair, (c.rows, used, c.pairs))
    return True


class Room:
    """Memory of one thread: a block in work, and what it gathers of a leaf.

    Parameters
    ----------
    work : Work
    summaries : sequence of Summary
        Of each scenario.
    paired : Paired
    watched : bool
        Whether observers are to see the scalars.
    kernels : Kernels, optional
        Those of another room of the run.

    Attributes
    ----------
    scratch : Scratch
    scalars : ndarray, shape (n_scenario, len(SCALARS), Y, LEAF or more)
        Of the leaf, where they are watched.
    leaves : list of Leaf
    pairs : PairSums
    bins : list of Bins
    kernels : Kernels
    """

    def __init__(
        self,
        work: Work,
        summaries: Sequence[Summary],
        paired: Paired,
        watched: bool,
        kernels: Kernels | None = None,
    ) -> None:
        self._work, self._summaries = work, summaries
        self.scratch = scratch = Scratch(work, BLOCK)
        self.leaves = [Leaf(summary) for summary in summaries]
        self.pairs = paired.leaf()
        shape = scratch.scalars.shape
        self.scalars = np.empty((*shape[:-1], LEAF + APART if watched else 0))
        self.prepare()
        self.kernels = self._compiled() if kernels is None else kernels
        self._common = Handed(
            Common(
                kernels=self.kernels,
                sampling=Handed(work.sampler.plan),
                deviates=scratch.deviates,
                base_draw=scratch.base_draw,
                base_table=work.tables.rows,
                varying=work.tables.varying,
                base_rows=scratch.base_rows,
                base=scratch.base,
                drivers=scratch.drivers,
                every_factor=EVERY_FACTOR,
                factors=scratch.factors,
                no_slips=scratch.unused[0],
                no_bounds=scratch.unused[1],
                rooms=scratch.rooms,
                carried=scratch.carried,
                begun=scratch.begun,
                indices=INDICES,
                room=scratch.room,
                scalars=scratch.scalars,
                rows=scratch.scalars.reshape(shape[0], -1, BLOCK),
                watched=self.scalars,
                pairs=self.pairs,
            )
        )

    def _compiled(self) -> Kernels:
        """Return the kernels, each compiled for arguments like those that it will get."""
        work, scratch, leaf = self._work, self.scratch, self.leaves[0]
        values, tables, bins = scratch.scalars[0].reshape(-1, BLOCK), work.tables, self.bins[0]
        picked = (tables.rows, tables.varying, scratch.base_draw, scratch.base_rows)
        moved = (scratch.drivers, scratch.slips[0], leaf.clamped, 0, scratch.rooms)
        given = (work.structures[0], scratch.base, scratch.drivers, scratch.slips[0])
        gathered = (INDICES, scratch.room, scratch.results(0), 0, leaf.totals, 0, 0)
        drawn = [case.drawn_coefficients for case in work.cases]
        ends = (bins.lowest, bins.highest)
        later = bins.stream.goes_on
        return Kernels(
            sample=Callee(sample_block, work.sampler.plan, 0, scratch.deviates, scratch.base_draw),
            pick=Callee(pick_base_years, *picked),
            move=Callee(apply_block, work.plans[0], EVERY_DRIVER, scratch.deviates, *moved),
            years=Callee(simulate_block, *given, None, *gathered, wanted=not all(drawn)),
            years_drawn=Callee(
                simulate_block, *given, scratch.factors, *gathered, wanted=any(drawn)
            ),
            place=Callee(place_values, values, 0, *ends, bins.places, 0, *ends, wanted=later),
            pair=Callee(add_pairs, values[None], 0, self.pairs, wanted=len(work.cases) > 1),
        )

    def prepare(self) -> None:
        """Be ready for the next leaves: the leading ones, or those whose draws are counted."""
        self.bins = [Bins(summary.quantiles) for summary in self._summaries]
        self._scenarios = Several([Handed(self._own(turn)) for turn in self._work.turns])

    def _own(self, turn: Turn) -> Own:
        work, scratch, index = self._work, self.scratch, turn.scenario
        case, summary, leaf = work.cases[index], self._summaries[index], self.leaves[index]
        plan, stream, bins = work.plans[index], summary.quantiles, self.bins[index]
        return Own(
            scenario=index,
            leader=turn.leader,
            followed=turn.followed,
            drawn=case.drawn_coefficients,
            structure=work.structures[index],
            plan=plan,
            which=turn.drivers,
            factor_plan=work.factor_plans[index] or plan,
            base_draw=np.full(0 if case.base_draw == CENTRE else BLOCK, case.base_draw),
            slips=scratch.slips[index],
            results=scratch.results(index, lean=stream.counts is not None),
            totals=leaf.totals,
            clamped=leaf.clamped,
            residual=leaf.residual,
            pivoted=leaf.pivoted,
            leading=stream.leading,
            vectors=Kept(**summary.vectors),
            places=bins.places,
            lowest=bins.lowest,
            highest=bins.highest,
            centre=stream.centre,
            scale=stream.scale,
        )

    def simulate(self, first: int, last: int) -> None:
        """Simulate a leaf; what it gives is in `leaves`, `pairs` and `scalars`."""
        at = 0
        for bins in self.bins:
            if bins.places.size:
                at = bins.make_room(last - first)  # the same in all
        if not simulate_leaf(first, last, at, self._common, self._scenarios):
            raise IndexError(f"draws from {first}: the pack has no such base draw")
        complete(self.leaves, self._work.turns)

    def count(self) -> None:
        """Count the draws that wait in bins."""
        for bins in self.bins:
            bins.count()
