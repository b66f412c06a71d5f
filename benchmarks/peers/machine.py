"""What the machine can do: matrix products, memory, and our small solver beside NumPy's."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import numpy as np

from models.compiled import allocating_kernel, kernel
from models.elimination import LANES, solve
from models.vector import multiply
from sim.ensemble.accumulate import BLOCK

SECTORS = 42
SIDES = 7  # one a final use: the closure needs the GDP that each creates
TIMES = 2_000  # products in one go
CHUNK = 256  # draws of a block of systems


def alternate(works: dict[str, Callable[[], float]], rounds: int) -> dict[str, float]:
    """Run every work once a round, A B C A B C; return the median of what each gives."""
    found: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            found[name].append(work())
    return {name: float(np.median(values)) for name, values in found.items()}


def one_blas_thread() -> AbstractContextManager[Any]:
    """Keep the linear algebra of NumPy on one thread while threads share the draws."""
    from threadpoolctl import threadpool_limits

    limits: AbstractContextManager[Any] = threadpool_limits(1)
    return limits


@kernel
def _many_products(matrix: Any, block: Any, out: Any, times: int) -> None:
    for _ in range(times):
        multiply(matrix, block, out)


def matrix_products(rounds: int) -> dict[str, float]:
    """Return GFLOP/s on one thread: our product of a year's size, dgemm of a large one."""
    rng = np.random.default_rng(1)
    matrix, block = rng.random((SECTORS, SECTORS)), rng.random((SECTORS, BLOCK))
    out, large = np.empty((SECTORS, BLOCK)), rng.random((1024, 1024))
    _many_products(matrix, block, out, 1)

    def ours() -> float:
        started = time.perf_counter()
        _many_products(matrix, block, out, TIMES)
        return 2e-9 * TIMES * SECTORS * SECTORS * BLOCK / (time.perf_counter() - started)

    def dgemm() -> float:
        with one_blas_thread():
            started = time.perf_counter()
            np.matmul(large, large)
            return 2e-9 * 1024**3 / (time.perf_counter() - started)

    return alternate({"ours": ours, "dgemm": dgemm}, 2 * rounds + 1)


@kernel
def _triad(a: Any, b: Any, c: Any) -> None:
    for i in range(a.shape[0]):
        a[i] = b[i] + 3.0 * c[i]


def memory_bandwidth(threads: int, rounds: int) -> float:
    """Return GB/s of a = b + 3 c over arrays far larger than the caches (STREAM's triad).

    Counts two reads and a write, as McCalpin (1995) does.
    """
    size = 2**24
    a, b, c = (np.full(size, 1.0) for _ in range(3))
    parts = np.array_split(np.arange(size), threads)
    spans = [(part[0], part[-1] + 1) for part in parts]
    _triad(a[:8], b[:8], c[:8])
    with ThreadPoolExecutor(threads) as pool:

        def once() -> float:
            started = time.perf_counter()
            list(pool.map(lambda s: _triad(a[s[0] : s[1]], b[s[0] : s[1]], c[s[0] : s[1]]), spans))
            return 24e-9 * size / (time.perf_counter() - started)

        return alternate({"triad": once}, 2 * rounds + 1)["triad"]


@allocating_kernel
def _solve_all(coefficients: Any, rows: Any, columns: Any, sides: Any, found: Any) -> None:
    """Build and solve I - A for groups of draws, one group after the other in one room."""
    n, m = sides.shape[1:3]
    room = np.empty((1, n, n + m, LANES))
    for g in range(sides.shape[0]):
        for i in range(n):
            for j in range(n):
                a = coefficients[i, j]
                one = 1.0 if i == j else 0.0
                for lane in range(LANES):
                    room[0, i, j, lane] = one - a * rows[g, i, lane] * columns[g, j, lane]
            room[0, i, n:] = sides[g, i]
        solve(room)
        found[g] = room[0, :, n:]


def per_draw_solve(draws: int, threads: int, rounds: int) -> dict[str, float]:
    """Return draws/s of output under coefficients that differ from draw to draw.

    A = A0 times a factor a row and a factor a column in each draw; (I - A) x = f for the
    seven final uses. Ours on `threads` threads; "numpy": one batched `solve` of all draws;
    "numpy_blocks": `solve` over blocks of draws on the same number of threads. The
    solutions are compared first.
    """
    rng = np.random.default_rng(1)
    draws += -draws % CHUNK
    base = rng.gamma(0.4, 1.0, (SECTORS, SECTORS))
    base *= rng.uniform(0.3, 0.7, SECTORS) / base.sum(axis=0)
    rows, columns = np.exp(rng.normal(0.0, 0.02, (2, draws, SECTORS)))
    sides = rng.uniform(1.0, 2.0, (draws, SECTORS, SIDES))

    def numpys(part: slice) -> np.ndarray:
        inputs = base * rows[part, :, None] * columns[part, None]
        return np.linalg.solve(np.eye(SECTORS) - inputs, sides[part])

    grouped = [
        np.ascontiguousarray(np.moveaxis(table.reshape(-1, LANES, *table.shape[1:]), 1, -1))
        for table in (rows, columns, sides)
    ]
    found = np.empty_like(grouped[2])

    def ours(part: slice) -> None:
        of = slice(part.start // LANES, part.stop // LANES)
        _solve_all(base, *(table[of] for table in grouped), found[of])

    chunks = [slice(start, start + CHUNK) for start in range(0, draws, CHUNK)]
    ours(chunks[0])
    first = np.moveaxis(found[: CHUNK // LANES], -1, 1).reshape(CHUNK, SECTORS, SIDES)
    np.testing.assert_allclose(first, numpys(chunks[0]), 1e-9)
    with ThreadPoolExecutor(threads) as pool, one_blas_thread():

        def rate(work: Callable[[slice], Any], parts: list[slice]) -> Callable[[], float]:
            def once() -> float:
                started = time.perf_counter()
                for _ in pool.map(work, parts):
                    pass
                return draws / (time.perf_counter() - started)

            return once

        works = {
            "ours": rate(ours, chunks),
            "numpy": rate(numpys, [slice(0, draws)]),
            "numpy_blocks": rate(numpys, chunks),
        }
        return alternate(works, rounds)
