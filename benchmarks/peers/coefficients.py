"""One system of equations per draw: ours against NumPy's batched `solve`, side by side.

    python -m benchmarks.peers.coefficients [--draws 100000] [--threads 2] [--json FILE]

Two tasks, 42 sectors, one year. *Solution*: given the systems I - diag(r) A_d and one final
demand each, the outputs. *In the model*: given row and column factors of each draw, as
`models.inputoutput.drawn` takes them, the coefficients and the outputs of the seven final uses.

Outputs are compared first, to 1e-9; then the programs take turns and the best time of each
counts. Our blocks go to the threads as in a run; NumPy's `solve` goes through a batch one by one
and LAPACK has nothing to share at this size. NumPy works on as many draws at a time as are fastest
for it here, of `BLOCKS`.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.compiled import allocating_kernel, kernel
from models.elimination import LANES, solve
from models.inputoutput.drawn import FACTORS, ROW_FACTORS, move_coefficients, output_by_use
from models.inputoutput.year import OUTFLOW
from models.state import Structure, empty_results
from models.workspace import workspace

Floats = NDArray[np.float64]

BLOCKS = (64, 512, 4096)  # draws that NumPy has in work
OURS = 128
AGREEMENT = 1e-9


def economy(draws: int) -> Any:
    """Return the random economy of the tests: structure, base year, drivers and delays."""
    # where `tests` is another package, asv still finds the other benchmarks
    from tests.models.economies import random_economy

    return random_economy(1, years=2, draws=draws)


def alternate(tasks: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the best time of each task in seconds, the tasks taking turns."""
    best = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            best[name] = min(best[name], time.perf_counter() - start)
    return best


def spread(work: Callable[[int], None], pool: ThreadPoolExecutor, threads: int) -> None:
    """Do `work(thread)` in every thread."""
    list(pool.map(work, range(threads)))


@allocating_kernel
def solve_blocks(systems, rooms, first, step, draws):  # type: ignore[no-untyped-def]
    """Solve copies of the systems block by block, every `step`-th block from `first` on."""
    groups = rooms.shape[0]
    for block in range(first, draws // OURS, step):
        start = block * groups % systems.shape[0]
        rooms[:] = systems[start : start + groups]
        solve(rooms)


@kernel
def step_blocks(structure, results, factors, w, first, step, draws):  # type: ignore[no-untyped-def]
    """Take the step of the model block by block; `factors` (blocks, F, 2, B)."""
    for block in range(first, draws // OURS, step):
        move_coefficients(1, structure, factors[block % factors.shape[0]], w)
        output_by_use(1, structure, w, results)


def ratio(ours: float, theirs: dict[str, float]) -> dict[str, float]:
    """Return the ratio to the best of NumPy's times, and both times."""
    numpy = min(theirs.values())
    return {"ratio": numpy / ours, "ours_seconds": ours, "numpy_seconds": numpy}


def drawn_coefficients(structure: Structure, factors: Floats) -> Floats:
    """Input coefficients (B, n, n) of year 1 by whole arrays."""
    A = structure.technical_coefficients[1]
    rows = np.exp(factors[structure.demand_group, 1]).T
    moved = rows[:, :, None] * A
    odds = A.sum(axis=0) / (1 - A.sum(axis=0)) * np.exp(factors[ROW_FACTORS:, 1]).T
    return np.asarray(moved * (odds / (1 + odds) / moved.sum(axis=1))[:, None, :])


def agree(found: Floats, expected: Floats) -> None:
    """Stop where the outputs differ."""
    worst = float(np.abs(found / expected - 1.0).max())
    if not worst <= AGREEMENT:
        raise SystemExit(f"the outputs differ by {worst:.1e}")


def solution(draws: int, rounds: int, threads: int) -> dict[str, float]:
    """Time the solution of systems that are given."""
    structure, base, _, _ = economy(1)
    n = structure.demand_group.size
    kept = min(draws, max(BLOCKS))
    factors = np.random.default_rng(2).normal(0.0, 0.15, (len(FACTORS), 2, kept))
    local = structure.local_supply_share[1][:, None] * drawn_coefficients(structure, factors)
    matrix = np.eye(n) - local
    side = np.broadcast_to(base.final_demand.sum(axis=0)[:, :1], (kept, n, 1)).copy()
    both = np.concatenate([matrix, side], axis=2).reshape(-1, LANES, n, n + 1)
    systems = np.ascontiguousarray(both.transpose(0, 2, 3, 1))
    room = systems[: OURS // LANES].copy()
    solve(room)
    agree(
        room[:, :, n].transpose(0, 2, 1).reshape(-1, n),
        np.linalg.solve(matrix[:OURS], side[:OURS])[..., 0],
    )

    rooms = [room.copy() for _ in range(threads)]
    pool = ThreadPoolExecutor(threads)

    def ours() -> None:
        spread(lambda t: solve_blocks(systems, rooms[t], t, threads, draws), pool, threads)

    def theirs(block: int) -> Callable[[], None]:
        def run() -> None:
            for start in range(0, draws, block):
                place = start % kept
                np.linalg.solve(matrix[place : place + block], side[place : place + block])

        return run

    solve_blocks(systems, room, 0, 1, OURS)
    blocks = {f"numpy {b}": theirs(b) for b in BLOCKS if b <= kept}
    times = alternate({"ours": ours, **blocks}, rounds)
    return ratio(times.pop("ours"), times)


def in_the_model(draws: int, rounds: int, threads: int) -> dict[str, float]:
    """Time the step of the model: from factors to the output of seven final uses."""
    kept = max(BLOCKS)
    structure, base, _, _ = economy(kept)
    factors = np.random.default_rng(2).normal(0.0, 0.15, (len(FACTORS), 2, kept))
    share, n = structure.local_supply_share[1], structure.demand_group.size
    rooms = [workspace(n, 2, OURS) for _ in range(threads)]
    pool = ThreadPoolExecutor(threads)
    results = empty_results(1, OURS)
    results.final_demand[:, :, 0] = base.final_demand[..., :OURS]
    blocks = np.stack(np.split(factors, kept // OURS, axis=-1))

    def ours() -> None:
        spread(
            lambda t: step_blocks(structure, results, blocks, rooms[t], t, threads, draws),
            pool,
            threads,
        )

    def numpy_step(start: int, block: int) -> Floats:
        local = base.final_demand[..., start : start + block].transpose(2, 1, 0).copy()
        local[..., :OUTFLOW] *= share[:, None]
        A = drawn_coefficients(structure, factors[..., start : start + block])
        return np.asarray(np.linalg.solve(np.eye(n) - share[:, None] * A, local))

    def theirs(block: int) -> Callable[[], None]:
        def run() -> None:
            for start in range(0, draws, block):
                numpy_step(start % kept, block)

        return run

    step_blocks(structure, results, blocks, rooms[0], 0, 1, OURS)
    agree(rooms[0].needed.transpose(2, 1, 0), numpy_step(0, OURS))
    times = alternate({"ours": ours, **{f"numpy {b}": theirs(b) for b in BLOCKS}}, rounds)
    return ratio(times.pop("ours"), times)


def main() -> None:
    """Print the ratios."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--draws", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    size = options.draws, options.rounds, options.threads
    found = {
        "per_draw_solve": solution(*size),
        "per_draw_solve_in_model": in_the_model(*size),
    }
    for name, values in found.items():
        print(name, "  ".join(f"{key} {value:.3g}" for key, value in values.items()))
    if options.json:
        options.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
