"""Sums of draws about a fixed value, in an order that nothing changes.

Knows no economics. The deviations of 128 draws from a centre, and their squares, are added
in a fixed tree; chunks of 128 draws are added one after the other. A value that is summed
about the central path keeps its accuracy where the spread is small beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from numba import types

from models.compiled import emitted, exact_kernel
from models.vector import Lanes, arrays_of

FloatArray = npt.NDArray[np.float64]
CHUNK: Final = 128  # draws that make one tree
LANES: Final = 16


class Totals(NamedTuple):
    """Sums over draws of the rows of a list of tables, year by year (R rows, Y years)."""

    centre: FloatArray  # (Y, R) value about which to sum
    sums: FloatArray  # (2, Y, R) of deviations and of their squares; increased
    padded: FloatArray  # (CHUNK,) scratch


def totals(centre: FloatArray) -> Totals:
    """Return sums about `centre` (Y, R), of no draw yet."""
    return Totals(np.ascontiguousarray(centre), np.zeros((2, *centre.shape)), np.empty(CHUNK))


def _tree(values: list[Any], add: Callable[[Any, Any], Any]) -> Any:
    """Add neighbours, then sums of neighbours, until one is left."""
    while len(values) > 1:
        values = [add(a, b) for a, b in zip(values[::2], values[1::2], strict=True)]
    return values[0]


def emit_sums(lanes: Lanes, deviations: list[Any], address: Callable[[int], Any]) -> None:
    """Emit the addition of a chunk of deviations, and of their squares, in a fixed tree.

    Parameters
    ----------
    lanes : Lanes
    deviations : list of value
        Vectors of neighbouring draws.
    address : callable
        Gives where the sum of a power stands: 0 for the deviations, 1 for their squares.
    """
    builder = lanes.builder
    for power, values in enumerate((deviations, [builder.fmul(x, x) for x in deviations])):
        whole = _tree(values, builder.fadd)
        width = lanes.width // 2
        while width:  # upper half onto lower half
            upper = [ir.Constant(ir.IntType(32), k) for k in range(width, 2 * width)]
            lower = [ir.Constant(ir.IntType(32), k) for k in range(width)]
            halves = (
                builder.shuffle_vector(
                    whole,
                    ir.Constant(whole.type, ir.Undefined),
                    ir.Constant(ir.VectorType(ir.IntType(32), width), mask),
                )
                for mask in (lower, upper)
            )
            whole = builder.fadd(*halves)
            width //= 2
        total = builder.extract_element(whole, ir.Constant(ir.IntType(32), 0))
        at = address(power)
        builder.store(builder.fadd(builder.load(at), total), at)


def emit_chunk(lanes: Lanes, row: Any, start: Any) -> list[Any]:
    """Emit the loads of the 128 draws of a row (B,) that begin at `start`."""
    places = (lanes.builder.add(start, lanes.at(k)) for k in range(0, CHUNK, lanes.width))
    return [lanes.load(lanes.address(row, place)) for place in places]


def _emit_add(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    row, sums = arrays_of(context, builder, signature, args, 2)
    start, middle, place = args[2:]
    lanes = Lanes(context, builder, LANES)
    centre = lanes.repeat(middle)
    deviations = [builder.fsub(x, centre) for x in emit_chunk(lanes, row, start)]
    emit_sums(lanes, deviations, lambda power: lanes.address(sums, lanes.at(power), place))
    return context.get_dummy_value()


@emitted
def _add_chunk(typingctx: Any, row: Any, sums: Any, start: Any, middle: Any, place: Any) -> Any:
    """Add the deviations of 128 draws of a row, and their squares, to a place of sums (2, R)."""
    return types.void(row, sums, types.intp, types.float64, types.intp), _emit_add


@exact_kernel
def add_rows(
    values: FloatArray,
    year: int,
    used: int,
    centre: FloatArray,
    sums: FloatArray,
    padded: FloatArray,
) -> None:
    """Add the deviations of draws from `centre` and their squares, in a fixed order.

    Parameters
    ----------
    values : ndarray, shape (R, K, B), contiguous
        Draws on the last axis.
    year : int
        Place on the second axis.
    used : int
        Number of leading draws that count.
    centre : ndarray, shape (R,)
    sums : ndarray, shape (2, R)
        Are increased by the sums of deviations and of their squares.
    padded : ndarray, shape (CHUNK,)
        Scratch.
    """
    for start in range(0, used, CHUNK):
        whole = start + CHUNK <= used
        for i in range(values.shape[0]):
            middle = centre[i]
            if whole:
                _add_chunk(values[i, year], sums, start, middle, i)
            else:
                for b in range(CHUNK):
                    padded[b] = middle
                for b in range(used - start):
                    padded[b] = values[i, year, start + b]
                _add_chunk(padded, sums, 0, middle, i)
