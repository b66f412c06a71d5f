"""The forms in which the ensemble is run side by side: ours, NumPy, JAX, EMA Workbench.

Each form does the whole of a run its own way: its own random numbers, copula, drivers, the
year, and its own summary. `run` returns seconds; what it kept of the draws stands in
`totals` afterwards, so that the forms can be compared.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

import numpy as np

from benchmarks.peers.economy_arrays import Arrays, setup
from benchmarks.peers.libraries import NUMPY, jax_arrays
from benchmarks.peers.sampling_arrays import Sampling
from benchmarks.peers.summary_arrays import (
    Totals,
    bin_places,
    block_sums,
    tables_of,
    worst_identity,
)
from benchmarks.peers.year_arrays import simulate_years
from models.state import SCALARS
from sim.ensemble.run import run_ensemble
from sim.ensemble.work import Work
from sim.scenario import Scenario

SCENARIO = "plan"
PILOT = 2048  # draws that set centres and bins of the array programs


class Form(Protocol):
    """A way to run the ensemble."""

    name: str

    def run(self, draws: int) -> float:
        """Run; return seconds."""


class Ours:
    """`provsim`: seconds of simulating and summarising, after reading and preparing."""

    def __init__(self, threads: int, scenarios: Sequence[str | Scenario] = (SCENARIO,)) -> None:
        self.name, self.threads = f"provsim, {_threads(threads)}", threads
        self.scenarios = scenarios

    def run(self, draws: int) -> float:
        """Run; return seconds."""
        found = run_ensemble(self.scenarios, draws=draws, threads=self.threads)
        self.ensemble = found.ensemble
        spent = found.manifest["timings_seconds"]
        return float(spent["simulate"] + spent["summarise"])

    def moments(self) -> tuple[np.ndarray, np.ndarray]:
        """Return means and standard deviations (Y, scalars)."""
        chosen = self.ensemble.isel(scenario=0)
        return tuple(  # type: ignore[return-value]
            np.stack([chosen[f"{name}_{part}"].values for name in SCALARS], axis=-1)
            for part in ("mean", "std")
        )

    def varying(self) -> np.ndarray:
        """Tell which values (Y, scalars) are not one number in 98 draws of 100."""
        chosen = self.ensemble.isel(scenario=0)
        ends = [chosen[name].sel(quantile=[0.01, 0.99]).values for name in SCALARS]
        return np.stack([pair[:, 0] != pair[:, 1] for pair in ends], axis=-1)


class Program:
    """The model of one scenario over whole arrays: from normals to results."""

    def __init__(self, lib: Arrays, work: Work) -> None:
        self.lib, self.setup = lib, setup(work.cases[0].structure)
        self.sampling = Sampling(lib, work)
        self.rows = self.sampling.order.size

    def simulate(self, normals: Any) -> list[dict[str, Any]]:
        """Return every year's results of the draws with these normals (rows, B)."""
        base, drivers, slips = self.sampling.draw(normals)
        return simulate_years(self.lib, self.setup, base, drivers, slips)

    def reduced(self, normals: Any, totals: Totals) -> tuple[Any, list[Any], Any]:
        """Return sums, bins and the worst identity of a block."""
        xp, found = self.lib.xp, self.simulate(normals)
        places = [
            bin_places(xp, tables_of(xp, year)[0], low, scale)
            for year, low, scale in zip(found, totals.low, totals.scale, strict=True)
        ]
        return block_sums(xp, found, totals.centre), places, worst_identity(xp, found)


def pilot(program: Program) -> Totals:
    """Centres and bins from a first block of draws."""
    normals = np.random.default_rng(0).standard_normal((program.rows, PILOT))
    return Totals(program.simulate(normals))


class NumpyForm:
    """NumPy over blocks of draws; one block is the whole where `block` is 0."""

    def __init__(self, work: Work, block: int, threads: int) -> None:
        size = f"blocks of {block:,}" if block else "whole array"
        self.name = f"NumPy, {size}, {_threads(threads)}"
        self.block, self.threads = block, threads
        self.program = Program(NUMPY, work)
        self.totals = pilot(self.program)

    def run(self, draws: int) -> float:
        """Run; return seconds."""
        self.totals.clear()
        block = self.block or draws
        seeds = np.random.SeedSequence(1).spawn(-(-draws // block))
        started = time.perf_counter()

        def one(seed: np.random.SeedSequence) -> Any:
            normals = np.random.Generator(np.random.SFC64(seed)).standard_normal(
                (self.program.rows, block)
            )
            return self.program.reduced(normals, self.totals)

        if self.threads == 1:
            for seed in seeds:
                self.totals.add(*one(seed), block)
        else:
            with ThreadPoolExecutor(self.threads) as pool:
                for found in pool.map(one, seeds):
                    self.totals.add(*found, block)
        return (time.perf_counter() - started) * draws / self.totals.draws


class JaxForm:
    """JAX, compiled by XLA for the processor in double precision.

    Normals come from NumPy, which draws them faster than `jax.random.normal` does here.

    Parameters
    ----------
    kind : str
        "whole": one call for all draws; "blocks": one call a block; "vmap": one draw,
        mapped over a block.
    """

    def __init__(self, work: Work, kind: str, block: int) -> None:
        import jax

        self.block = block
        self.name = f"JAX jit, {kind}" + (f" of {block:,}" if block else "")
        self.totals = pilot(Program(NUMPY, work))
        self.program = Program(jax_arrays(), work)
        self.jax = jax
        self.compiled = self._compile(kind)

    def _compile(self, kind: str) -> Callable[..., Any]:
        jax = self.jax

        def one(normals: Any) -> Any:
            return self.program.simulate(normals[:, None])

        def block(normals: Any) -> Any:
            if kind != "vmap":
                return self.program.reduced(normals, self.totals)
            xp = jax.numpy
            found = jax.vmap(one, in_axes=1, out_axes=-1)(normals)
            found = [{k: v[..., 0, :] for k, v in _plain(year).items()} for year in found]
            places = [
                bin_places(xp, tables_of(xp, year)[0], low, scale)
                for year, low, scale in zip(found, self.totals.low, self.totals.scale, strict=True)
            ]
            sums = block_sums(xp, found, self.totals.centre)
            return sums, places, worst_identity(xp, found)

        compiled: Callable[[Any], Any] = jax.jit(block)
        return compiled

    def run(self, draws: int) -> float:
        """Run; return seconds. Compiles at the first call with a size."""
        self.totals.clear()
        block = self.block or draws
        count = -(-draws // block)
        source = np.random.Generator(np.random.SFC64(1))
        started = time.perf_counter()
        ahead = self.compiled(source.standard_normal((self.program.rows, block)))
        for i in range(count):
            found = ahead
            if i + 1 < count:  # runs while the last block is counted
                ahead = self.compiled(source.standard_normal((self.program.rows, block)))
            self.totals.add(*found, block)
        return (time.perf_counter() - started) * draws / self.totals.draws


def _plain(year: dict[str, Any]) -> dict[str, Any]:
    """The year's results without what one year hands to the next."""
    return {name: value for name, value in year.items() if not isinstance(value, dict)}


class EmaForm:
    """EMA Workbench: one experiment a draw, the year over arrays of one draw.

    The rate of one process; `threads` processes are granted perfect scaling.
    """

    def __init__(self, work: Work, threads: int) -> None:
        from ema_workbench import ArrayOutcome, Model, RealParameter, SequentialEvaluator
        from scipy.stats import norm

        self.name, self.threads = f"EMA Workbench, {_threads(threads)}", threads
        self.evaluator = SequentialEvaluator
        program = Program(NUMPY, work)
        names = [f"score_{row}" for row in range(program.rows)]

        def experiment(**scores: float) -> dict[str, np.ndarray]:
            found = program.simulate(np.array([[scores[name]] for name in names]))
            return {n: np.array([year[n] for year in found]).ravel() for n in SCALARS}

        self.model = Model("provsim", function=experiment)
        self.model.uncertainties = [RealParameter.from_dist(name, norm()) for name in names]
        self.model.outcomes = [ArrayOutcome(name) for name in SCALARS]

    def run(self, draws: int) -> float:
        """Run experiments; return seconds over the number of processes."""
        from ema_workbench import Samplers, perform_experiments

        started = time.perf_counter()
        with self.evaluator(self.model) as evaluator:
            _, outcomes = perform_experiments(
                self.model,
                draws,
                evaluator=evaluator,
                uncertainty_sampling=Samplers.MC,
                log_progress=True,
            )
        for values in outcomes.values():
            values.mean(axis=0), values.std(axis=0), np.quantile(values, [0.05, 0.5, 0.95], axis=0)
        return (time.perf_counter() - started) / self.threads


def _threads(threads: int) -> str:
    return "1 thread" if threads == 1 else f"{threads} threads"
