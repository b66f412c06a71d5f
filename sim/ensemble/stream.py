"""The draws on their way: from the sampler through the model into the summaries.

Draws are simulated in blocks of fixed size; consecutive blocks make a leaf, which one
thread works through for all scenarios. Sums are kept by leaf and added in a fixed tree,
the rest is counted in whole numbers, so that results do not depend on the number of
threads. The leading draws go first: they are kept, and set the bins in which the others
are counted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import NoReturn

import numpy as np

from models.state import DRIVERS, Results
from sim.ensemble.accumulate import BLOCK, LEAF
from sim.ensemble.methods import Design
from sim.ensemble.observer import Observer
from sim.ensemble.paired import Paired, PairedLeaf
from sim.ensemble.quantiles import APART, LEADING, Bins
from sim.ensemble.sharing import complete
from sim.ensemble.summary import SUBSET, BrokenDrawError, Leaf, Summary
from sim.ensemble.work import INDEPENDENT, Scratch, Work, sample, simulate_case
from sim.errors import InputError

AHEAD = 2  # leaves given out beyond those in work, for each thread
Progress = Callable[[int, int], None]


class Room:
    """Memory of one thread: a block in work, bins, and the scalars of a leaf for observers."""

    def __init__(self, work: Work, summaries: Sequence[Summary], watched: bool) -> None:
        self.scratch = Scratch(work, BLOCK)
        self.bins = [Bins(summary.quantiles) for summary in summaries]
        shape = self.scratch.scalars.shape[:-1]
        self.scalars = np.empty((*shape, LEAF + APART if watched else 0))


class Stream:
    """The draws of a run on their way into its summaries.

    Parameters
    ----------
    work : Work
    centre : sequence of Results
        Central path of each scenario.
    draws : int
    observers : sequence of Observer
    how : Design
        How the draws are made.

    Attributes
    ----------
    leading : ndarray, shape (n_scenario, len(SCALARS), Y, kept)
        Scalars of the leading draws.
    summaries : list of Summary
        One a scenario.
    paired : Paired
        Differences of the scenarios.
    """

    def __init__(
        self,
        work: Work,
        centre: Sequence[Results],
        draws: int,
        observers: Sequence[Observer],
        how: Design = INDEPENDENT,
    ) -> None:
        self.work, self.draws, self.observers = work, draws, observers
        scalars = [item.scalars[..., 0] for item in centre]
        kept = min(draws, LEADING)
        self.leading = np.empty((len(centre), *scalars[0].shape, kept + APART))[..., :kept]
        self.summaries = [
            Summary(item, room, draws, len(DRIVERS), case.years, case.scenario.name)
            for item, room, case in zip(centre, self.leading, work.cases, strict=True)
        ]
        self.paired = Paired(scalars, draws, how)

    def run(self, threads: int, progress: Progress | None) -> None:
        """Simulate every draw of every scenario.

        Raises
        ------
        BrokenDrawError
            For the first leaf with a draw that cannot be summarised.
        """
        pool = ThreadPoolExecutor(threads)
        everyone = [Room(self.work, self.summaries, bool(self.observers)) for _ in range(threads)]
        rooms: SimpleQueue[Room] = SimpleQueue()
        for room in everyone:
            rooms.put(room)
        try:
            self._pass(range(0, self.leading.shape[-1], LEAF), pool, rooms, threads, progress)
            for summary in self.summaries:
                summary.quantiles.settle(pool)
            for observer in self.observers:
                observer.settle()
            self._pass(range(LEADING, self.draws, LEAF), pool, rooms, threads, progress)
        finally:
            pool.shutdown(cancel_futures=True)  # a run that stops leaves its other draws undone
        for room in everyone:
            for bins in room.bins:
                bins.count()
        for observer in self.observers:
            observer.finish()

    def _pass(
        self,
        firsts: range,
        pool: ThreadPoolExecutor,
        rooms: SimpleQueue[Room],
        threads: int,
        progress: Progress | None,
    ) -> None:
        """Work through leaves; few are given out at a time, so that memory stays bounded."""
        waiting: deque[Future[tuple[list[Leaf], PairedLeaf]]] = deque()
        ahead = (1 + AHEAD) * threads
        given = iter(firsts)
        for first in firsts:
            while len(waiting) < ahead and (start := next(given, None)) is not None:
                waiting.append(pool.submit(self._leaf, start, rooms))
            leaves, pairs = waiting.popleft().result()
            for summary, leaf in zip(self.summaries, leaves, strict=True):
                summary.merge(leaf, first)
            self.paired.merge(pairs, first)
            if progress is not None:
                progress(min(first + LEAF, self.draws), self.draws)

    def _leaf(self, first: int, rooms: SimpleQueue[Room]) -> tuple[list[Leaf], PairedLeaf]:
        """Simulate a leaf of draws of every scenario."""
        room = rooms.get()
        try:
            last = min(first + LEAF, self.draws)
            leaves = [Leaf(summary) for summary in self.summaries]
            pairs = self.paired.leaf()
            for start in range(first, last, BLOCK):
                used, at = min(BLOCK, last - start), start - first
                sample(self.work, room.scratch, start)
                for turn in self.work.turns:
                    index = turn.scenario
                    summary, leaf = self.summaries[index], leaves[index]
                    results = simulate_case(
                        self.work,
                        index,
                        room.scratch,
                        leaf.clamped,
                        lean=start >= SUBSET,
                        used=used,
                        totals=leaf.totals,
                        turn=turn,
                    )
                    summary.add(leaf, room.bins[index], results, start, used)
                    if self.work.factor_plans[index] is not None:
                        leaf.pivoted += int(room.scratch.room.value.pivoted[:used].sum())
                self.paired.add(pairs, room.scratch.scalars, used)
                if self.observers:
                    room.scalars[..., at : at + used] = room.scratch.scalars[..., :used]
            complete(leaves, self.work.turns)
            unsound = [index for index, leaf in enumerate(leaves) if not leaf.sound()]
            if unsound:
                self._explain(unsound, range(first, last, BLOCK), room.scratch)
            for observer in self.observers:
                for index, scalars in enumerate(room.scalars):
                    observer.add(index, scalars, last - first, first)
            return leaves, pairs
        finally:
            rooms.put(room)

    def _explain(self, unsound: Sequence[int], blocks: range, scratch: Scratch) -> NoReturn:
        """Simulate scenarios of a leaf again, and name the first draw that cannot be summarised."""
        for start in blocks:
            sample(self.work, scratch, start)
            used, broken = min(BLOCK, blocks.stop - start), []
            for index in unsound:
                results = simulate_case(self.work, index, scratch, np.zeros(len(DRIVERS), np.int64))
                try:
                    self.summaries[index].explain(results, start, used)
                except BrokenDrawError as error:
                    broken.append(error)
            if broken:
                raise min(broken, key=lambda error: error.draw)
        raise InputError(
            f"draws {blocks.start} to {blocks.stop - 1} give numbers too large to add up",
            key=self.summaries[unsound[0]].name,
        )
