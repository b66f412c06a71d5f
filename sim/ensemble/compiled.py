"""How the sampling kernels are compiled: no fast-math flag, one cache key; a fused operation.

numba's cache does not notice edits in imported files, so the folder of the cache
carries a hash of every source file with kernels. Kernels run without the interpreter
lock, so that threads may sample blocks side by side.

An operation that Python has no word for stands here too: `fused`, which exists in compiled
code only. Vectors are as wide as `models.compiled` lets them be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from numba import types
from numba.extending import intrinsic

from models.compiled import CACHE_FOLDER, compile_cached

_SOURCES = (
    "assess/measure",
    "assess/past",
    "ensemble/accumulate",
    "ensemble/compiled",
    "ensemble/normal",
    "ensemble/random",
    "ensemble/sobol",
    "ensemble/distributions",
    "ensemble/plan",
    "ensemble/picks",
    "ensemble/deviates",
    "ensemble/drivers",
    "ensemble/prepare",
    "ensemble/quantiles",
    "ensemble/paired",
    "ensemble/leaf",
)
Function = TypeVar("Function", bound=Callable[..., Any])


def _source_hash() -> str:
    digest, root = hashlib.sha256(), Path(__file__).parents[1]
    for name in _SOURCES:
        digest.update((root / f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


_FOLDER = str(Path(CACHE_FOLDER) / f"ensemble-{_source_hash()}")


def exact_kernel(function: Function) -> Function:
    """Compile `function` with IEEE arithmetic as written: the same bits in any block.

    The compiler may not fuse a multiplication and an addition of its own accord, since a
    vectorised loop and its remainder could fuse differently and a draw's bits would
    depend on its place in the block. Where a fused operation is wanted it is written:
    `fused`. As with `models.compiled.kernel`, the function makes no array, and arrays of which
    one is written must not overlap.
    """
    return compile_cached(function, _FOLDER, _nrt=False)


def exact_step(function: Function) -> Function:
    """Compile `function` as `exact_kernel` does, for kernels to call and not for Python.

    Python's way in takes as long to compile as a small kernel.
    """
    return compile_cached(function, _FOLDER, _nrt=False, no_cpython_wrapper=True)


def exact_formula(function: Function) -> Function:
    """Compile a formula as `exact_kernel` does, always inlined by its caller.

    Without it the compiler may leave a call inside a loop over draws, which then stays
    scalar.
    """
    return compile_cached(function, _FOLDER, _nrt=False, forceinline=True)


def allocating_kernel(function: Function) -> Function:
    """Compile `function` as `exact_kernel` does; it may make arrays."""
    return compile_cached(function, _FOLDER)


def _fused(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.fma(*args)

    return types.float64(types.float64, types.float64, types.float64), generate


# a b + c, rounded once: the same bits on every processor and anywhere in a loop
fused: Callable[[float, float, float], float] = intrinsic(_fused)
