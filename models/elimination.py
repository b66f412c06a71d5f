"""Many small systems of linear equations, one per draw, several draws to a vector.

Knows no economics. A draw gets the same solution wherever it stands.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.core import cgutils

from models.compiled import allocating_kernel, emitted, kernel
from models.vector import WIDTH, FloatArray, Lanes, arrays_of

LANES = 8  # draws that `solve` eliminates side by side
_PIVOTS = 4  # eliminated at a time: a row is read and written a quarter as often
_ROWS = 4 if WIDTH == LANES else 1  # reduced at a time, as far as the registers go
_SIDES = 4  # solved at a time


def _reduction(pivots: int, rows: int) -> Any:
    """Make a function that eliminates columns k to k + pivots - 1 from rows of a system.

    The rows are i to i + rows - 1. The pivot rows are eliminated among themselves and hold
    one over their pivot in its place.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        (system,) = arrays_of(context, builder, signature, args, 1)
        lanes = Lanes(context, builder, LANES)
        row, first = args[1:]
        zero = lanes.at(0)
        places = [builder.add(row, lanes.at(r)) for r in range(rows)]
        columns = [builder.add(first, lanes.at(p)) for p in range(pivots)]

        def load(i: Any, j: Any) -> Any:
            return lanes.load(lanes.address(system, i, j, zero))

        factors: list[list[Any]] = [[] for _ in places]
        for column in columns:
            over = load(column, column)
            for place, known in zip(places, factors, strict=True):
                left = load(place, column)
                for q, factor in enumerate(known):
                    left = lanes.add_product(left, factor, load(columns[q], column))
                known.append(builder.fsub(lanes.constant(-0.0), builder.fmul(left, over)))
        start = builder.add(first, lanes.at(pivots))
        stop = builder.extract_value(system.shape, 1)
        with cgutils.for_range_slice(builder, start, stop, lanes.at(1)) as (column, _):
            pivot_row = [load(place, column) for place in columns]
            for place, known in zip(places, factors, strict=True):
                value = load(place, column)
                for factor, other in zip(known, pivot_row, strict=True):
                    value = lanes.add_product(value, factor, other)
                lanes.store(value, lanes.address(system, place, column, zero))
        return context.get_dummy_value()

    @emitted
    def reduce(typingctx: Any, system: Any, i: Any, k: Any) -> Any:
        return types.void(system, types.intp, types.intp), generate

    return reduce


def _substitution(sides: int) -> Any:
    """Make a function that solves row i of a reduced system for sides j to j + sides - 1."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        (array,) = arrays_of(context, builder, signature, args, 1)
        lanes = Lanes(context, builder, LANES)
        row, side = args[1:]
        zero = lanes.at(0)
        places = [builder.add(side, lanes.at(s)) for s in range(sides)]
        totals = [cgutils.alloca_once(builder, lanes.type) for _ in places]
        for place, total in zip(places, totals, strict=True):
            builder.store(lanes.load(lanes.address(array, row, place, zero)), total)
        start = builder.add(row, lanes.at(1))
        stop = builder.extract_value(array.shape, 0)
        with cgutils.for_range_slice(builder, start, stop, lanes.at(1)) as (k, _):
            a = lanes.load(lanes.address(array, row, k, zero))
            minus = builder.fsub(lanes.constant(-0.0), a)
            for place, total in zip(places, totals, strict=True):
                x = lanes.load(lanes.address(array, k, place, zero))
                builder.store(lanes.add_product(builder.load(total), minus, x), total)
        over = lanes.load(lanes.address(array, row, row, zero))
        for place, total in zip(places, totals, strict=True):
            value = builder.fmul(builder.load(total), over)
            lanes.store(value, lanes.address(array, row, place, zero))
        return context.get_dummy_value()

    @emitted
    def substitute(typingctx: Any, system: Any, i: Any, j: Any) -> Any:
        return types.void(system, types.intp, types.intp), generate

    return substitute


_reduce_one, _reduce_two, _reduce_three = _reduction(1, 1), _reduction(2, 1), _reduction(3, 1)
_reduce_row, _reduce_rows = _reduction(_PIVOTS, 1), _reduction(_PIVOTS, _ROWS)
_substitute_one, _substitute_many = _substitution(1), _substitution(_SIDES)


@kernel
def _eliminate(system: FloatArray) -> None:
    """Solve `LANES` systems (n, n + m, LANES) without pivoting; sides become solutions."""
    n, width = system.shape[0], system.shape[1]
    for k in range(0, n, _PIVOTS):
        for p in range(k, min(k + _PIVOTS, n)):
            if p == k + 1:
                _reduce_one(system, p, k)
            elif p == k + 2:
                _reduce_two(system, p, k)
            elif p == k + 3:
                _reduce_three(system, p, k)
            for lane in range(LANES):
                system[p, p, lane] = 1.0 / system[p, p, lane]
        below = k + _PIVOTS
        last = n - (n - below) % _ROWS
        for i in range(below, last, _ROWS):
            _reduce_rows(system, i, k)
        for i in range(max(below, last), n):
            _reduce_row(system, i, k)
    for i in range(n - 1, -1, -1):
        for j in range(n, width - _SIDES + 1, _SIDES):
            _substitute_many(system, i, j)
        for j in range(width - (width - n) % _SIDES, width):
            _substitute_one(system, i, j)


@kernel
def _mark_dominant(system: FloatArray, rest: FloatArray, dominant: FloatArray) -> None:
    """Set dominant (LANES,) to 1 where every diagonal exceeds the rest of its column.

    There elimination without pivoting is stable: no element grows beyond twice its size
    (Higham 2002, Accuracy and Stability of Numerical Algorithms, theorem 9.9). `rest`
    (n * LANES,) is scratch.
    """
    n, width = system.shape[0], system.shape[1]
    rest[:] = 0.0
    for i in range(n):
        row = system[i].reshape(width * LANES)
        for place in range(n * LANES):
            rest[place] += abs(row[place])
    dominant[:] = 1.0
    for j in range(n):
        for lane in range(LANES):
            exceeds = 2.0 * abs(system[j, j, lane]) > rest[j * LANES + lane]
            dominant[lane] *= 1.0 if exceeds else 0.0


@kernel
def _eliminate_pivoting(system: FloatArray) -> None:
    """Solve one system (n, n + m) with partial pivoting; sides become solutions."""
    n, width = system.shape
    for k in range(n):
        pivot = k
        for i in range(k + 1, n):
            if abs(system[i, k]) > abs(system[pivot, k]):
                pivot = i
        for j in range(k, width):
            system[k, j], system[pivot, j] = system[pivot, j], system[k, j]
        for i in range(k + 1, n):
            factor = system[i, k] / system[k, k]
            for j in range(k + 1, width):
                system[i, j] -= factor * system[k, j]
    for i in range(n - 1, -1, -1):
        for j in range(n, width):
            value = system[i, j]
            for k in range(i + 1, n):
                value -= system[i, k] * system[k, j]
            system[i, j] = value / system[i, i]


@kernel
def solve_lanes(
    system: FloatArray, single: FloatArray, rest: FloatArray, dominant: FloatArray
) -> None:
    """Solve the systems of `LANES` draws in place, each as `solve` does.

    Parameters
    ----------
    system : ndarray, shape (n, n + m, LANES)
        Coefficients and m right-hand sides; the sides become the solutions.
    single : ndarray, shape (n, n + m)
        Scratch.
    rest : ndarray, shape (n * LANES,)
        Scratch.
    dominant : ndarray, shape (LANES,)
        Receives 0 where a draw needed pivoting, else 1.
    """
    n = system.shape[0]
    _mark_dominant(system, rest, dominant)
    for lane in range(LANES):
        if dominant[lane] == 0.0:
            for i in range(n):
                for j in range(single.shape[1]):
                    single[i, j] = system[i, j, lane]
            _eliminate_pivoting(single)
            for i in range(n):
                for j in range(n):
                    system[i, j, lane] = 1.0 if i == j else 0.0
                for j in range(n, single.shape[1]):
                    system[i, j, lane] = single[i, j]
    _eliminate(system)


@allocating_kernel
def solve(systems: FloatArray) -> int:
    """Solve a system of equations per draw, in place; return how many needed pivoting.

    Parameters
    ----------
    systems : ndarray, shape (groups, n, n + m, LANES)
        Coefficients and m right-hand sides of `LANES` draws per group; the sides become
        the solutions, the coefficients are lost. A singular system gives no finite
        solution.

    Notes
    -----
    A draw whose columns are all dominated by their diagonal, as in I - A with value added
    in every sector, is eliminated without pivoting, `LANES` draws at a time; any other is
    solved by itself with partial pivoting.
    """
    n, width = systems.shape[1], systems.shape[2]
    single, rest, dominant = np.empty((n, width)), np.empty(n * LANES), np.empty(LANES)
    pivoted = 0
    for g in range(systems.shape[0]):
        solve_lanes(systems[g], single, rest, dominant)
        for lane in range(LANES):
            pivoted += 1 if dominant[lane] == 0.0 else 0
    return pivoted
