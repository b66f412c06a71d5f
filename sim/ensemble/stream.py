"""The draws on their way: from the sampler through the model into the summaries.

Draws are simulated in blocks of fixed size; consecutive blocks make a leaf, which one
thread works through for all scenarios. Sums are kept by leaf and added in a fixed tree,
the rest is counted in whole numbers, so that results do not depend on the number of
threads. The leading draws go first: they are kept, and set the bins in which the others
are counted.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import NoReturn

import numpy as np

from models.state import DRIVERS, Results
from sim.ensemble.accumulate import BLOCK, LEAF
from sim.ensemble.leaf import Room
from sim.ensemble.methods import Design
from sim.ensemble.observer import Observer
from sim.ensemble.paired import Paired
from sim.ensemble.quantiles import APART, LEADING
from sim.ensemble.summary import BrokenDrawError, Summary
from sim.ensemble.work import INDEPENDENT, Scratch, Work, sample, simulate_case
from sim.errors import InputError

Progress = Callable[[int, int], None]
Tell = Callable[[int | None], None]


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
        self._lock, self._done = threading.Lock(), 0
        self._waiting: Iterator[int] = iter(())

    def run(self, threads: int, progress: Progress | None) -> None:
        """Simulate every draw of every scenario.

        Raises
        ------
        BrokenDrawError
            For the first leaf with a draw that cannot be summarised.
        """
        kept = self.leading.shape[-1]
        passes = [range(0, kept, LEAF), range(kept, self.draws, LEAF)]
        threads = min(threads, max(map(len, passes)))
        same = (self.work, self.summaries, self.paired, bool(self.observers))
        rooms = [Room(*same)]
        rooms += [Room(*same, rooms[0].kernels) for _ in range(1, threads)]
        with ThreadPoolExecutor(threads) as pool:
            self._pass(passes[0], pool, rooms, progress)
            for summary in self.summaries:
                summary.quantiles.settle(pool)
            for observer in self.observers:
                observer.settle()
            if passes[1]:
                for room in rooms:
                    room.prepare()
                self._pass(passes[1], pool, rooms, progress)
        for observer in self.observers:
            observer.finish()

    def _pass(
        self,
        firsts: range,
        pool: ThreadPoolExecutor,
        rooms: Sequence[Room],
        progress: Progress | None,
    ) -> None:
        """Work through leaves, each thread in its room; tell of each from this thread."""
        self._waiting = iter(firsts)
        told: SimpleQueue[int | None] = SimpleQueue()
        tell: Tell = told.put if progress is not None else lambda done: None
        tasks: list[Future[tuple[int, BaseException] | None]] = []
        try:
            for room in rooms:
                tasks.append(pool.submit(self._work_through, room, tell))
            if progress is not None:
                for _ in firsts:
                    if (done := told.get()) is None:
                        break
                    progress(done, self.draws)
            failed = [failure for task in tasks if (failure := task.result()) is not None]
        finally:
            self._waiting = iter(())  # a run that stops leaves its other leaves undone
        if failed:
            raise min(failed, key=lambda failure: failure[0])[1]

    def _work_through(self, room: Room, tell: Tell) -> tuple[int, BaseException] | None:
        """Simulate leaves until none is left; return the one that failed, and how.

        Leaves are given out in order: those before one that failed are done, or come to their
        end, so that the first that fails is the same for any number of threads. `tell` is called
        with the number of draws done after each, and with None for one that failed.
        """
        first = -1
        try:
            while True:
                with self._lock:
                    first = next(self._waiting, self.draws)
                if first == self.draws:
                    room.count()
                    return None
                self._leaf(first, room, tell)
        except BaseException as error:
            self._waiting = iter(())
            tell(None)
            return first, error

    def _leaf(self, first: int, room: Room, tell: Tell) -> None:
        """Simulate a leaf of draws of every scenario."""
        last = min(first + LEAF, self.draws)
        room.simulate(first, last)
        unsound = [index for index, leaf in enumerate(room.leaves) if not leaf.sound()]
        if unsound:
            self._explain(unsound, range(first, last, BLOCK), room.scratch)
        for observer in self.observers:
            for index, scalars in enumerate(room.scalars):
                observer.add(index, scalars, last - first, first)
        with self._lock:
            for summary, leaf in zip(self.summaries, room.leaves, strict=True):
                summary.merge(leaf, first)
            self.paired.merge(room.pairs, first)
            self._done += last - first
            tell(self._done)

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
