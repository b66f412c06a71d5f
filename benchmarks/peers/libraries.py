"""The array libraries that the year over whole arrays runs on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import ndtr

from benchmarks.peers.economy_arrays import Arrays


def _put(array: np.ndarray, row: int, values: np.ndarray) -> np.ndarray:
    array[row] = values
    return array


def _fold(step: Callable[[Any, Any], Any], carry: Any, xs: Any) -> Any:
    for x in zip(*xs, strict=True):
        carry = step(carry, x)
    return carry


NUMPY = Arrays(np, _put, _fold, ndtr, lambda arrays: arrays)


def jax_arrays() -> Arrays:
    """Return JAX in double precision on the processor.

    Raises
    ------
    ImportError
        Where JAX is not installed.
    """
    import jax

    jax.config.update("jax_enable_x64", True)
    jax.config.update("jax_platforms", "cpu")

    def fold(step: Callable[[Any, Any], Any], carry: Any, xs: Any) -> Any:
        return jax.lax.scan(lambda c, x: (step(c, x), None), carry, xs)[0]

    return Arrays(
        jax.numpy,
        lambda array, row, values: array.at[row].set(values),
        fold,
        jax.scipy.special.ndtr,
        jax.lax.optimization_barrier,
    )
