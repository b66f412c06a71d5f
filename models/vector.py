"""Vector primitives of the kernels: exponential, logarithm, products of small matrices.

Knows no economics. A value is a draw's: the last axis of every array is the draw, and a
draw gets the same bits wherever it stands in a block and however wide the block is.

`exp` and `log` are plain arithmetic, so that a loop over draws that calls them becomes
vector code; outside kernels they are NumPy's. Products keep their sums in registers, as
many as the processor has.

References
----------
Exponential: reduction by Cody & Waite (1980), Software Manual for the Elementary
Functions, chapter 6; the polynomial interpolates (e**r - 1 - r)/r**2 in the Chebyshev
nodes of |r| <= ln(2)/2 (worst error 0.14 units of the last place).
Logarithm: Sun Microsystems (1993), fdlibm, e_log.c.
Both are tested to lie within 2 units of the last place (`tests/models/test_vector.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from llvmlite import ir
from llvmlite.binding import get_host_cpu_features
from numba import types
from numba.core import cgutils

from models.compiled import emitted, in_kernels, kernel, step

FloatArray = npt.NDArray[np.float64]

_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_LOG2_E = 1.4426950408889634074
_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to an integer in the low bits
_E0 = 0.5000000000000001
_E1 = 0.16666666666666669
_E2 = 0.04166666666662413
_E3 = 0.008333333333330062
_E4 = 0.0013888888917213717
_E5 = 0.00019841269863053618
_E6 = 2.4801521295954376e-05
_E7 = 2.7557268459997064e-06
_E8 = 2.7620088445409746e-07
_E9 = 2.510038549551032e-08
_EXP_MOST = 710.0  # beyond it e**x is infinite
_EXP_LEAST = -746.0  # below it e**x is zero
_SMALLEST_NORMAL = 2.2250738585072014e-308
_TWO_54 = 18014398509481984.0
_ROOT_HALF_BITS = 0x3FE6A09E667F3BCD


def _bits_of(typingctx: Any, value: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], context.get_value_type(types.int64))

    return types.int64(types.float64), generate


def _from_bits(typingctx: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], context.get_value_type(types.float64))

    return types.float64(bits), generate


# in kernels: the bits of a float64 as int64, and the float64 of 64 bits
bits_of: Callable[[float], int] = emitted(_bits_of)
from_bits: Callable[[int | np.uint64], float] = emitted(_from_bits)


def exp(x: Any) -> Any:
    """Return e**x; NaN where x is NaN, exactly 1 where x is 0."""
    return np.exp(x)


def log(x: Any) -> Any:
    """Return the natural logarithm of x; NaN where x is NaN or negative."""
    return np.log(x)


@in_kernels(exp)
def _exp(x: Any) -> Any:
    def compiled(x: Any) -> Any:
        x = np.float64(x)
        x = _EXP_MOST if x > _EXP_MOST else x
        x = _EXP_LEAST if x < _EXP_LEAST else x
        k = (x * _LOG2_E + _ROUND) - _ROUND
        r = (x - k * _LN2_HIGH) - k * _LN2_LOW
        r2 = r * r
        r4 = r2 * r2
        low = (_E0 + _E1 * r) + (_E2 + _E3 * r) * r2
        high = (_E4 + _E5 * r) + (_E6 + _E7 * r) * r2
        tail = low + (high + (_E8 + _E9 * r) * r4) * r4
        value = 1.0 + (r + r2 * tail)
        # 2**k in two factors, so that neither overflows and denormals round once
        half = 0.5 * k + _ROUND
        rest = (k - (half - _ROUND)) + _ROUND
        value *= from_bits((bits_of(half) + 1023) << 52)
        return value * from_bits((bits_of(rest) + 1023) << 52)

    return compiled


@in_kernels(log)
def _log(x: Any) -> Any:
    def compiled(x: Any) -> Any:
        x = np.float64(x)
        small = x < _SMALLEST_NORMAL
        scaled = x * _TWO_54 if small else x
        exponent = (bits_of(scaled) - _ROOT_HALF_BITS) >> 52
        k = from_bits(bits_of(_ROUND) + exponent) - _ROUND
        f = from_bits(bits_of(scaled) - (exponent << 52)) - 1.0
        k = k - 54.0 if small else k
        s = f / (2.0 + f)
        z = s * s
        w = 1.531383769920937332e-01 + z * 1.479819860511658591e-01
        w = 1.818357216161805012e-01 + z * w
        w = 2.222219843214978396e-01 + z * w
        w = 2.857142874366239149e-01 + z * w
        w = 3.999999999940941908e-01 + z * w
        w = z * (6.666666666666735130e-01 + z * w)
        half = 0.5 * f * f
        value = k * _LN2_HIGH - ((half - (s * (half + w) + k * _LN2_LOW)) - f)
        value = value if x < np.inf else x  # infinity and NaN pass
        value = value if x > 0.0 else np.nan
        return -np.inf if x == 0.0 else value

    return compiled


@step
def copy(source: FloatArray, target: FloatArray) -> None:
    """Fill `target` (B,) with `source`; an assignment of rows would make a copy first."""
    for d in range(target.shape[0]):
        target[d] = source[d]


def tile_shape(features: Mapping[str, bool]) -> tuple[int, int]:
    """Return (doubles in a vector, vectors in a tile) so that a tile's sums fit the registers."""
    if features.get("avx512f"):
        return 8, 4
    if features.get("avx"):
        return 4, 2
    return 2, 2


_LINE = 64  # bytes that a processor fetches at a time
_ROWS = 6
WIDTH, _VECTORS = tile_shape(get_host_cpu_features())
_TILE = WIDTH * _VECTORS  # draws of a tile


class Lanes:
    """Emit vector code over neighbouring draws: loads, stores, a * x + y."""

    def __init__(self, context: Any, builder: Any, width: int) -> None:
        number = context.get_value_type(types.float64)
        self.builder = builder
        self.width = width
        self.type = ir.VectorType(number, width) if width > 1 else number
        self.index = context.get_value_type(types.intp)
        name = f"llvm.fmuladd.v{width}f64" if width > 1 else "llvm.fmuladd.f64"
        kind = ir.FunctionType(self.type, [self.type] * 3)
        self.fused = cgutils.get_or_insert_function(builder.module, kind, name)

    def at(self, place: int) -> Any:
        """Index constant."""
        return ir.Constant(self.index, place)

    def constant(self, value: float) -> Any:
        """The same number in every lane."""
        return ir.Constant(self.type, [value] * self.width if self.width > 1 else value)

    def address(self, array: Any, *place: Any) -> Any:
        """Address of an element of an array."""
        offset = self.at(0)
        for axis, position in enumerate(place):
            stride = self.builder.extract_value(array.strides, axis)
            offset = self.builder.add(offset, self.builder.mul(position, stride))
        start = self.builder.bitcast(array.data, ir.IntType(8).as_pointer())
        return self.builder.bitcast(self.builder.gep(start, [offset]), array.data.type)

    def _vector(self, address: Any) -> Any:
        return self.builder.bitcast(address, self.type.as_pointer())

    def load(self, address: Any) -> Any:
        """Read neighbouring draws."""
        return self.builder.load(self._vector(address), align=8)

    def store(self, value: Any, address: Any) -> None:
        """Write neighbouring draws."""
        self.builder.store(value, self._vector(address), align=8)

    def spread(self, address: Any) -> Any:
        """Read one number into every lane."""
        return self.repeat(self.builder.load(address))

    def repeat(self, value: Any) -> Any:
        """Put a number into every lane."""
        if self.width == 1:
            return value
        nothing = ir.Constant(self.type, ir.Undefined)
        first = self.builder.insert_element(nothing, value, ir.Constant(ir.IntType(32), 0))
        mask = ir.Constant(ir.VectorType(ir.IntType(32), self.width), [0] * self.width)
        return self.builder.shuffle_vector(first, nothing, mask)

    def add_product(self, y: Any, a: Any, x: Any) -> Any:
        """Return y + a * x, fused where the processor can."""
        return self.builder.call(self.fused, [a, x, y])


def arrays_of(context: Any, builder: Any, signature: Any, args: Any, count: int) -> list[Any]:
    """Return what the code of the first `count` arguments, arrays, may read of them."""
    pairs = zip(signature.args[:count], args[:count], strict=True)
    return [context.make_array(kind)(context, builder, value) for kind, value in pairs]


def _emit_fetch(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    (row,) = arrays_of(context, builder, signature, args, 1)
    byte, whole = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [byte, whole, whole, whole])
    fetch = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0i8")
    start = builder.bitcast(row.data, byte)
    size = builder.mul(builder.extract_value(row.shape, 0), row.itemsize)
    step = ir.Constant(size.type, _LINE)
    with cgutils.for_range_slice(builder, ir.Constant(size.type, 0), size, step) as (place, _):
        hints = (ir.Constant(whole, hint) for hint in (0, 3, 1))  # to read, keep, data
        builder.call(fetch, [builder.gep(start, [place]), *hints])
    return context.get_dummy_value()


@emitted
def fetch(typingctx: Any, row: Any) -> Any:
    """Ask for a row (n,), contiguous, that is needed soon: the processor need not wait then."""
    return types.void(row), _emit_fetch


def _tile(rows: int, vectors: int, width: int) -> Any:
    """Make a function that fills `rows` rows and `vectors * width` draws of a product.

    Its sums stay in registers; each is sum = sum + a * x over the columns in order,
    whatever the width.
    """

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        matrix, block, out = arrays_of(context, builder, signature, args, 3)
        lanes = Lanes(context, builder, width)
        places = [builder.add(args[3], lanes.at(r)) for r in range(rows)]
        draws = [builder.add(args[4], lanes.at(v * width)) for v in range(vectors)]
        sums = [cgutils.alloca_once(builder, lanes.type) for _ in range(rows * vectors)]
        for total in sums:
            builder.store(lanes.constant(0.0), total)
        with cgutils.for_range(builder, builder.extract_value(matrix.shape, 1)) as loop:
            x = [lanes.load(lanes.address(block, loop.index, draw)) for draw in draws]
            for r in range(rows):
                a = lanes.spread(lanes.address(matrix, places[r], loop.index))
                for v in range(vectors):
                    total = sums[r * vectors + v]
                    builder.store(lanes.add_product(builder.load(total), a, x[v]), total)
        for r in range(rows):
            for v in range(vectors):
                value = builder.load(sums[r * vectors + v])
                lanes.store(value, lanes.address(out, places[r], draws[v]))
        return context.get_dummy_value()

    @emitted
    def tile(typingctx: Any, matrix: Any, block: Any, out: Any, i: Any, d: Any) -> Any:
        return types.void(matrix, block, out, types.intp, types.intp), generate

    return tile


_wide_rows, _wide_row = _tile(_ROWS, _VECTORS, WIDTH), _tile(1, _VECTORS, WIDTH)
_single_rows, _single_row = _tile(_ROWS, 1, 1), _tile(1, 1, 1)


@kernel
def multiply(matrix: FloatArray, block: FloatArray, out: FloatArray) -> None:
    """Fill out = matrix @ block, summing over columns in order.

    Parameters
    ----------
    matrix : ndarray, shape (n, m)
    block : ndarray, shape (m, B)
        Draws on the last axis, next to each other; rows may lie apart.
    out : ndarray, shape (n, B)
        Overwritten; laid out like `block`, and not the same array.
    """
    n, draws = out.shape
    for d in range(0, draws - draws % _TILE, _TILE):
        for i in range(0, n - n % _ROWS, _ROWS):
            _wide_rows(matrix, block, out, i, d)
        for i in range(n - n % _ROWS, n):
            _wide_row(matrix, block, out, i, d)
    for d in range(draws - draws % _TILE, draws):
        for i in range(0, n - n % _ROWS, _ROWS):
            _single_rows(matrix, block, out, i, d)
        for i in range(n - n % _ROWS, n):
            _single_row(matrix, block, out, i, d)
