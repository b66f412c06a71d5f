"""How the sampling kernels are compiled: no fast-math flag, one cache key.

numba's cache does not notice edits in imported files, so the folder of the cache
carries a hash of every source file with kernels. Kernels run without the interpreter
lock, so that threads may sample blocks side by side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

from models.compiled import CACHE_FOLDER

_SOURCES = ("compiled", "normal", "random", "distributions", "plan", "drivers", "accumulate")
Function = TypeVar("Function", bound=Callable[..., Any])


def _source_hash() -> str:
    digest = hashlib.sha256()
    for name in _SOURCES:
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()[:16]


_FOLDER = str(Path(CACHE_FOLDER) / f"ensemble-{_source_hash()}")


def _compile(function: Function, *, inlined: bool) -> Function:
    config: Any = numba.config  # its settings are made at run time
    before = config.CACHE_DIR
    config.CACHE_DIR = _FOLDER
    try:
        compiled: Any = numba.njit(
            nogil=True, cache=True, error_model="numpy", forceinline=inlined
        )(function)
    finally:
        config.CACHE_DIR = before
    return cast(Function, compiled)


def exact_kernel(function: Function) -> Function:
    """Compile `function` with IEEE arithmetic as written: the same bits in any block.

    Not even fused multiply-add is allowed, since a vectorised loop and its remainder
    could fuse differently and a draw's bits would depend on its place in the block.
    """
    return _compile(function, inlined=False)


def exact_formula(function: Function) -> Function:
    """Compile a formula of scalars as `exact_kernel` does, always inlined by its caller.

    Without it the compiler may leave a call inside a loop over draws, which then stays
    scalar.
    """
    return _compile(function, inlined=True)
