"""The year: compiled kernels over a block of draws, and the ensemble around them.

The block is a made-up economy of full size (42 sectors, five years after the base year)
that satisfies every identity, the one of the property tests, so that the kernel is timed
without reading data.
"""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

ECONOMIES = Path(__file__).parents[1] / "tests" / "models" / "economies.py"
YEARS = 6  # the base year and five more


def _economies() -> ModuleType:
    spec = importlib.util.spec_from_file_location("economies", ECONOMIES)
    if spec is None or spec.loader is None:
        raise FileNotFoundError(ECONOMIES)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Block:
    """`models.economy.simulate` on one block, compiled before the clock starts."""

    params = (1, 64, 256)
    param_names = ("draws",)
    warmup_time = 0.5

    def setup(self, draws: int) -> None:
        """Build the economy and compile."""
        from models.economy import simulate
        from models.state import empty_results

        self.simulate = simulate
        self.arguments: Any = _economies().random_economy(1, years=YEARS, draws=draws)
        self.results = empty_results(YEARS, draws)
        self.time_simulate(draws)

    def time_simulate(self, draws: int) -> None:
        self.simulate(*self.arguments, self.results)

    def track_draws_per_second(self, draws: int) -> float:
        best = float("inf")
        for _ in range(5):
            start = time.perf_counter()
            self.time_simulate(draws)
            best = min(best, time.perf_counter() - start)
        return draws / best

    track_draws_per_second.unit = "draws/s"  # type: ignore[attr-defined]


class Ensemble:
    """`sim.run`: sampling, the year, summaries; without files and pictures."""

    params = (1, 1_000, 10_000)
    param_names = ("draws",)
    warmup_time = 0.0

    def setup(self, draws: int) -> None:
        """Read the data and compile."""
        import sim

        self.run = sim.run
        self.run(["plan"], draws=2, seed=1)

    def time_plan(self, draws: int) -> None:
        self.run(["plan"], draws=draws, seed=1)

    def peakmem_plan(self, draws: int) -> None:
        self.run(["plan"], draws=draws, seed=1)


class Import:
    """A new interpreter that imports `sim`: start-up included."""

    def time_import_sim(self) -> None:
        subprocess.run([sys.executable, "-c", "import sim"], check=True)

    def time_interpreter_alone(self) -> None:
        subprocess.run([sys.executable, "-c", ""], check=True)
