"""The whole ensemble side by side: provsim, NumPy, JAX and EMA Workbench on the same equations.

    pip install 'provsim[peers]'
    python -m benchmarks.peers.ensemble [--draws 1000000] [--threads 2] [--quick] [--json FILE]

Every program computes the same year (checked first, on the same random numbers, to 1e-9 in
every variable), and does a whole run its own way: random numbers, copula, drivers, five
years after the base year, means, standard deviations and quantiles. Rounds alternate
between programs, the median of each counts; a program runs as many draws as take it a few
seconds. What reads and prepares a run is left out for all, so is compilation.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers.forms import SCENARIO, EmaForm, JaxForm, NumpyForm, Ours, Program
from benchmarks.peers.libraries import NUMPY, jax_arrays
from benchmarks.peers.machine import (
    alternate,
    matrix_products,
    memory_bandwidth,
    one_blas_thread,
    per_draw_solve,
)
from benchmarks.peers.sampling_arrays import independent_scores
from benchmarks.peers.year_arrays import as_results
from models.economy import INDICES, simulate_block
from models.state import DRIVERS, SCALARS, Results
from models.tables import NOTHING
from sim.baseyear.pack import load_pack
from sim.ensemble.accumulate import BLOCK
from sim.ensemble.deviates import sample_block
from sim.ensemble.run import resolve_scenarios
from sim.ensemble.work import Scratch, Work, prepare_work, sample, simulate_case
from sim.scenario import Scenario, scenario

DRAWS = 1_000_000
WHOLE = 32_768  # draws of a whole array: far beyond the caches, within memory
SCENARIOS = 10  # of a run that compares scenarios
AGREEMENT = 1e-9
INSTALL = "pip install 'provsim[peers]'"


def prepared() -> Work:
    """The bundled base year and the scenario that all programs run."""
    pack = load_pack()
    return prepare_work(pack, resolve_scenarios([SCENARIO], pack), 1)


def check_agreement(work: Work, program: Program, draws: int = 256) -> float:
    """Return the worst relative difference of a program's results from ours on the same normals.

    Every table is compared with the largest magnitude of each of its rows over draws.

    Raises
    ------
    SystemExit
        Where a variable differs by more than 1e-9.
    """
    scratch = Scratch(work, draws)
    sample(work, scratch, 0)
    simulate_case(work, 0, scratch, np.zeros(len(DRIVERS), np.int64))
    plan = independent_scores(work.sampler.plan)
    scores = np.empty((plan.n_row, draws))
    sample_block(plan, 0, scores, np.empty(draws, np.int64))
    theirs = as_results(program.simulate(scores[program.sampling.order]))
    worst = 0.0
    for name in Results._fields[:-1]:
        ours, found = getattr(scratch.results(0).value, name), getattr(theirs, name)
        size = np.maximum(np.abs(ours).max(axis=-1, keepdims=True), 1e-9)
        gap = float((np.abs(found - ours) / size).max())
        if not gap <= AGREEMENT:
            raise SystemExit(f"{name} differs by {gap:.1e} of its size")
        worst = max(worst, gap)
    return worst


def check_moments(form: NumpyForm | JaxForm, ours: Ours, draws: int) -> None:
    """Refuse a program whose means are not ours within six standard errors.

    What stands at one number in 98 draws of 100 is left out: in the few draws of a slow program
    its other values are too few for a mean to be normal.

    Raises
    ------
    SystemExit
    """
    mean, std = ours.moments()
    found, _, _ = form.totals.finish()
    error = std * np.sqrt(1.0 / draws + 1.0 / form.totals.draws)
    error += 1e-9 * np.abs(mean) + 1e-9
    gap = np.where(ours.varying(), np.abs(found - mean) / error, 0.0)
    year, scalar = np.unravel_index(np.argmax(gap), gap.shape)
    if not gap[year, scalar] <= 6.0:
        when = ours.ensemble["year"].values[year]
        raise SystemExit(
            f"{form.name}: the mean of {SCALARS[scalar]} in {when} lies "
            f"{gap[year, scalar]:.1f} standard errors from ours"
        )


def peer_forms(
    work: Work, threads: int, quick: bool, without: Sequence[str]
) -> dict[str, list[tuple[Any, int]]]:
    """Forms of each program with the draws of a round; those not installed are told."""
    scale = 1 if quick else 4
    blocked = [NumpyForm(work, 4096, 1), NumpyForm(work, 1024, 1)]
    if threads > 1:
        blocked += [NumpyForm(work, 4096, threads), NumpyForm(work, 1024, threads)]
    forms: dict[str, list[tuple[Any, int]]] = {
        "numpy_blocked": [(form, 8192 * scale) for form in blocked],
        "numpy_whole": [(NumpyForm(work, 0, 1), 8192 if quick else WHOLE)],
    }
    makers: dict[str, Callable[[], list[tuple[Any, int]]]] = {
        "jax": lambda: [(form, 8192 * scale) for form in jax_forms(work, quick)],
        "ema": lambda: [(EmaForm(work, threads), 60 if quick else 300)],
    }
    for name, make in makers.items():
        if name in without:
            continue
        try:
            forms[name] = make()
        except ImportError as error:
            print(f"{error.name} is not installed and left out: {INSTALL}", file=sys.stderr)
    return forms


def jax_forms(work: Work, quick: bool) -> list[JaxForm]:
    """Forms of JAX, each checked to agree with ours."""
    worst = check_agreement(work, Program(jax_arrays(), work), 64)
    print(f"JAX agrees on the same random numbers, worst relative difference {worst:.1e}")
    kinds = [("blocks", 4096)] if quick else [("whole", 0), ("blocks", 4096), ("vmap", 1024)]
    return [JaxForm(work, kind, block) for kind, block in kinds]


def model_rate(work: Work, draws: int, threads: int = 1) -> float:
    """Return draws/s of the year alone, each thread over one sampled block again and again."""
    clamped = np.zeros(len(DRIVERS), np.int64)
    rooms = [Scratch(work, BLOCK) for _ in range(threads)]
    for scratch in rooms:
        sample(work, scratch, 0)
        simulate_case(work, 0, scratch, clamped)

    def simulate(scratch: Scratch) -> None:
        given = (work.structures[0], scratch.base, scratch.drivers, scratch.slips[0], None, INDICES)
        results, years = scratch.results(0, lean=True), scratch.drivers.shape[1]
        for _ in range(0, draws, BLOCK):
            simulate_block(  # type: ignore[no-untyped-call]
                *given, scratch.room, results, 0, NOTHING, 0, years
            )

    with ThreadPoolExecutor(threads) as pool:
        started = time.perf_counter()
        list(pool.map(simulate, rooms))
        return threads * draws / (time.perf_counter() - started)


def variants(count: int) -> list[Scenario]:
    """Return scenarios that differ in the growth of productivity, and with it in most results."""
    plan = scenario(SCENARIO)
    return [
        plan.set({"growth.tfp_growth": 0.02 + 0.002 * i}, name=f"{SCENARIO}{i}")
        for i in range(count)
    ]


def compare(draws: int, threads: int, quick: bool, without: Sequence[str] = ()) -> dict[str, Any]:
    """Measure everything; return rates by form, ratios and what the machine can do."""
    work = prepared()
    worst = check_agreement(work, Program(NUMPY, work))
    print(f"NumPy agrees on the same random numbers, worst relative difference {worst:.1e}")
    rounds = 1 if quick else 3
    ours = Ours(threads)
    forms = peer_forms(work, threads, quick, without)
    for form, count in (pair for pairs in forms.values() for pair in pairs):
        warm = 3 if isinstance(form, EmaForm) else getattr(form, "block", 0) or count
        form.run(warm)  # compiles, and fills caches
    ours.run(20_000)
    works: dict[str, Callable[[], float]] = {ours.name: lambda: draws / ours.run(draws)}
    alone = Ours(1)
    few = max(draws // 5, 20_000)
    if threads > 1:
        works[alone.name] = lambda: draws / alone.run(draws)
    works["model"] = lambda: model_rate(work, few)
    works["models"] = lambda: model_rate(work, few, threads)
    batch = Ours(threads, variants(SCENARIOS))
    batch.run(2_000)
    works["batch"] = lambda: SCENARIOS * draws / batch.run(draws)
    for form, count in (pair for pairs in forms.values() for pair in pairs):
        works[form.name] = lambda form=form, count=count: count / form.run(count)  # type: ignore[misc]
    with one_blas_thread():
        rates = alternate(works, rounds)
    for form, _ in (pair for pairs in forms.values() for pair in pairs):
        if not isinstance(form, EmaForm):
            check_moments(form, ours, draws)
    best = {name: max(rates[form.name] for form, _ in pairs) for name, pairs in forms.items()}
    mine, single = rates[ours.name], rates[alone.name]
    products = matrix_products(rounds)
    solved = per_draw_solve(20_000 if quick else 100_000, threads, rounds)
    measured: dict[str, Any] = {name: mine / rate for name, rate in best.items()}
    return measured | {
        "dgemm_share": products["ours"] / products["dgemm"],
        "thread_scaling": mine / single,
        "overhead_share": 1.0 - single / rates["model"],
        "ten_scenarios": rates["models"] / rates["batch"],
        "per_draw_solve": solved["ours"] / solved["numpy"],
        "per_draw_solve_blocks": solved["ours"] / solved["numpy_blocks"],
        "draws_per_second": rates,
        "solves_per_second": solved,
        "gflops": products,
        "bandwidth_gb_per_second": memory_bandwidth(threads, rounds),
        "machine": f"{platform.machine()}, {os.cpu_count()} processors",
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "draws": draws,
        "threads": threads,
    }


def table(found: dict[str, Any], threads: int) -> str:
    """The figures as a table in markdown."""
    rates = found["draws_per_second"]
    mine = next(iter(rates.values()))
    lines = ["| program | draws/s | provsim is faster by |", "| --- | ---: | ---: |"]
    for name, rate in rates.items():
        if name not in ("model", "models", "batch"):
            told = f"{name}, extrapolated" if name.startswith("EMA") else name
            lines.append(f"| {told} | {rate:,.0f} | {mine / rate:,.1f} |")
    gflops = found["gflops"]
    lines += [
        "",
        "| measured on the same machine | |",
        "| --- | ---: |",
        f"| dgemm, one thread | {gflops['dgemm']:.0f} GFLOP/s |",
        f"| memory bandwidth (triad), {threads} threads | "
        f"{found['bandwidth_gb_per_second']:.1f} GB/s |",
        f"| our matrix product against dgemm | {found['dgemm_share']:.0%} |",
        f"| {threads} threads against one | {found['thread_scaling']:.2f} |",
        f"| sampling, copula, drivers and summary in a run | {found['overhead_share']:.0%} |",
        f"| {SCENARIOS} scenarios in one run, time over that of {SCENARIOS} years alone | "
        f"{found['ten_scenarios']:.2f} |",
        f"| a system per draw, against batched `solve` | {found['per_draw_solve']:.1f} |",
        f"| the same against `solve` in blocks on as many threads | "
        f"{found['per_draw_solve_blocks']:.1f} |",
    ]
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table, and write the figures as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--draws", type=int, help="draws of our run (1,000,000; quick: 50,000)")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--quick", action="store_true", help="one round of few draws")
    parser.add_argument(
        "--without", nargs="+", default=[], choices=["jax", "ema"], help="leave programs out"
    )
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    if options.threads == 1:  # before JAX is first used
        os.environ["XLA_FLAGS"] = (
            "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
        )
    draws = options.draws or (50_000 if options.quick else DRAWS)
    found = compare(draws, options.threads, options.quick, options.without)
    print(table(found, options.threads))
    if options.json is not None:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf8")


if __name__ == "__main__":
    main()
