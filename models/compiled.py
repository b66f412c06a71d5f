"""How the model is compiled: a few decorators, one cache key.

`equation` marks a formula of the model: a plain Python function of scalars that also
accepts NumPy arrays, and that kernels inline. `step` compiles a loop over a block of draws,
`part` strings steps together, and `kernel` compiles what Python calls. An equation is
written once and serves the central path, the ensemble and the notebooks.

numba's cache does not notice edits in imported files, so the folder of the cache carries
a hash of every source file of the package.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite.binding
import numba
from numba.extending import intrinsic, overload, register_jitable

Function = TypeVar("Function", bound=Callable[..., Any])


def source_hash() -> str:
    """Return 16 hex digits that change with any source file of the package."""
    digest = hashlib.sha256()
    root = Path(__file__).parent
    for path in sorted(root.rglob("*.py")):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _cache_folder() -> str:
    base = os.environ.get("NUMBA_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    root = Path(base) if base else Path.home() / ".cache"
    return str(root / "provsim" / source_hash())


CACHE_FOLDER = _cache_folder()


def _use_wide_vectors() -> None:
    """Let LLVM use the processor's widest vectors, and check more arrays for overlap.

    LLVM prefers half of AVX-512 on some processors, and leaves a loop over more than a
    few arrays scalar because it would have to test at run time that none overlap.
    """
    config: Any = numba.config
    if config.CPU_FEATURES is None and config.CPU_NAME is None:
        features = llvmlite.binding.get_host_cpu_features()
        if features.get("avx512f"):
            config.CPU_FEATURES = features.flatten() + ",-prefer-256-bit"
    llvmlite.binding.set_option("provsim", "-runtime-memory-check-threshold=200")


_use_wide_vectors()


def equation(function: Function) -> Function:
    """Mark `function` as an equation that kernels may call on scalars.

    It is always inlined: a call would keep the loop over draws around it scalar.
    """
    marked: Function = register_jitable(forceinline=True)(function)
    return marked


def kernel(function: Function) -> Function:
    """Compile `function` without the interpreter lock, cached, NaN-safe.

    Only `contract` (fused multiply-add) is allowed of the fast-math flags: the others
    break NaN detection or reproducibility. The function makes no array of its own: counting
    references would take a sixth of the time, more where threads share an array. Arrays of
    which one is written must not overlap.
    """
    return _compile(function)


def allocating_kernel(function: Function) -> Function:
    """Compile `function` as `kernel` does; it may make arrays."""
    return _compile(function, _nrt=True)


def step(function: Function) -> Function:
    """Compile `function` as `kernel` does, for kernels to call and not for Python.

    Python's way in, which unpacks every array of a structure, takes as long to compile as
    a kernel itself.
    """
    return _compile(function, no_cpython_wrapper=True)


def exact_kernel(function: Function) -> Function:
    """Compile `function` as `kernel` does, with IEEE arithmetic as written.

    The compiler may not fuse a multiplication and an addition of its own accord: a loop and
    its remainder could fuse differently, and a draw's bits depend on its place in the block.
    """
    return _compile(function, fastmath=False)


def part(function: Function) -> Function:
    """Mark `function`, a string of calls, as part of the kernel that calls it.

    Its lines are put where it is called before anything is compiled: compiled apart, all that
    it calls would be optimised once more.
    """
    return _compile(function, inline="always")


def _apart(flags: Any) -> Any:
    """Tell LLVM that the arrays of a call do not overlap where one of them is written.

    It then need not test that before every loop, which takes a tenth of the time to compile
    and to run. numba itself sets this flag for its generated loops only.
    """
    flags.noalias = True
    return flags


def _compile(function: Function, **options: Any) -> Function:
    return compile_cached(
        function, CACHE_FOLDER, **{"fastmath": {"contract"}, "_nrt": False} | options
    )


def compile_cached(function: Function, folder: str, **options: Any) -> Function:
    """Compile `function` without the interpreter lock, cached in `folder`; options of numba."""
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = folder
    try:
        compiled: Any = numba.njit(
            nogil=True, cache=True, error_model="numpy", no_cfunc_wrapper=True, **options
        )(function)
    finally:
        numba.config.CACHE_DIR = before
    if not options.get("_nrt", True):
        compiled._compiler._customize_flags = _apart
    return cast(Function, compiled)


def emitted(function: Callable[..., Any]) -> Callable[..., Any]:
    """Mark `function(typingctx, ...)` as one that emits the code of a call in a kernel."""
    marked: Callable[..., Any] = intrinsic(function)
    return marked


def in_kernels(function: Callable[..., Any]) -> Callable[[Function], Function]:
    """Say what kernels run instead of `function`: IEEE arithmetic as written, inlined.

    No fast-math flag, so that the bits do not depend on the kernel that calls.
    """
    options = {"error_model": "numpy", "fastmath": False, "forceinline": True}
    decorator: Callable[[Function], Function] = overload(function, jit_options=options)
    return decorator
