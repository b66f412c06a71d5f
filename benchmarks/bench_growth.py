"""Parts of a run, and how a run grows with years, scenarios, threads and sectors."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

DRAWS = 4_096
SEED = 1


class Parts:
    """A leaf of 1,024 draws, and parts of it: sampling with drivers, and the bins of scalars."""

    def setup(self) -> None:
        """Prepare the bundled plan, with its leading draws simulated and bins set."""
        from models.state import DRIVERS
        from sim.baseyear.pack import load_pack
        from sim.ensemble.accumulate import BLOCK, LEAF
        from sim.ensemble.leaf import Room
        from sim.ensemble.quantiles import LEADING
        from sim.ensemble.run import resolve_scenarios
        from sim.ensemble.stream import Stream
        from sim.ensemble.work import prepare_work, sample, simulate_centre

        pack = load_pack()
        self.work = prepare_work(pack, resolve_scenarios(["plan"], pack), SEED)
        self.block, self.leaf, self.later, self.sample = BLOCK, LEAF, LEADING, sample
        self.clamped = np.zeros(len(DRIVERS), np.int64)
        stream = Stream(self.work, [simulate_centre(self.work, 0)], 2 * LEADING, [])
        self.room = Room(self.work, stream.summaries, stream.paired, watched=False)
        for first in range(0, LEADING, LEAF):
            self.room.simulate(first, first + LEAF)
        stream.summaries[0].quantiles.settle()
        self.room.prepare()
        self.time_a_leaf()
        self.time_sample_a_leaf()
        self.time_count_a_leaf()

    def time_a_leaf(self) -> None:
        self.room.simulate(self.later, self.later + self.leaf)

    def time_sample_a_leaf(self) -> None:
        from sim.ensemble.drivers import apply_block
        from sim.ensemble.sharing import EVERY_DRIVER

        scratch = self.room.scratch
        for first in range(0, self.leaf, self.block):
            self.sample(self.work, scratch, first)
            apply_block(
                self.work.plans[0],
                EVERY_DRIVER,
                scratch.deviates,
                scratch.drivers,
                scratch.slips[0],
                self.clamped,
                self.block,
                scratch.rooms,
            )

    def time_count_a_leaf(self) -> None:
        (bins,) = self.room.bins
        scalars = self.room.scratch.scalars[0].reshape(-1, self.block)
        for first in range(self.later, self.later + self.leaf, self.block):
            bins.add(scalars, self.block, first)
        bins.count()


class Writing:
    """`Run.write`: the folder of a run without figures."""

    def setup(self) -> None:
        """Simulate what is written."""
        import sim

        self.run = sim.run(["plan"], draws=1_000, seed=SEED)
        self.scratch = tempfile.TemporaryDirectory()
        self.count = 0

    def teardown(self) -> None:
        """Remove what was written."""
        self.scratch.cleanup()

    def time_write(self) -> None:
        self.count += 1
        self.run.write(Path(self.scratch.name) / f"run{self.count}")


class _Run:
    """A run of `sim.run`, compiled before the clock starts."""

    warmup_time = 0.0
    repeat = (1, 3, 20.0)
    number = 1

    def setup(self, *_: object) -> None:
        """Compile."""
        import sim

        self.run: Any = sim.run
        self.run(["plan"], draws=2, seed=SEED)


class Years(_Run):
    """Growth with the horizon."""

    params = (2026, 2030, 2035)
    param_names = ("horizon",)

    def time_run(self, horizon: int) -> None:
        self.run(["plan"], draws=DRAWS, seed=SEED, horizon=horizon)


class Scenarios(_Run):
    """Growth with scenarios that share their draws."""

    params = (1, 2, 4)
    param_names = ("scenarios",)

    def time_run(self, scenarios: int) -> None:
        names = ["plan", "baseline", "green_push", "external_shock"]
        self.run(names[:scenarios], draws=DRAWS, seed=SEED)


class Threads(_Run):
    """Growth with threads."""

    params = (1, 2)
    param_names = ("threads",)

    def time_run(self, threads: int) -> None:
        self.run(["plan"], draws=4 * DRAWS, seed=SEED, threads=threads)


class Memory(_Run):
    """Peak memory, which must not grow with the draws once 16,384 are kept."""

    params = (20_000, 80_000)
    param_names = ("draws",)

    def peakmem_run(self, draws: int) -> None:
        self.run(["plan"], draws=draws, seed=SEED)


class Sectors:
    """Input-output systems of more sectors than the year's 42, which are fixed."""

    params = (42, 500, 1_000)
    param_names = ("sectors",)

    def setup(self, sectors: int) -> None:
        """Make a productive system."""
        from models.inputoutput.solving import LeontiefSystem

        rng = np.random.default_rng(SEED)
        coefficients = rng.uniform(0.0, 1.0, (sectors, sectors))
        self.coefficients = coefficients * (0.6 / coefficients.sum(axis=0))
        self.demand = rng.uniform(1.0, 2.0, (sectors, 100))
        self.system = LeontiefSystem

    def time_output_of_a_hundred_demands(self, sectors: int) -> None:
        self.system(self.coefficients).solve(self.demand)
