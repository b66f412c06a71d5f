"""What was emitted and burnt before the base year, in the estimate and in each draw.

The estimates of 2020-2024 are carried back from the base year with activity; their
standard deviation grows by a drift with every year back (`history_drift` of the base
year's parameters), since the indices that carry them back may be off by so much a year.
A draw takes one standard normal for that drift: errors of neighbouring years have the
same sign, and the base year itself keeps its value of the draw.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.ensemble.compiled import exact_formula
from sim.ensemble.normal import normals
from sim.ensemble.random import GROUP, centred_group, stream_key

Array = NDArray[np.float64]
STREAMS: Final = ("history_coal", "history_oil")
# most of the CO2 carried back is coal's: both err together
_STREAM_OF: Final = {"co2_target_scope": 0, "coal_consumption": 0, "oil_consumption": 1}


class Past(NamedTuple):
    """Estimates before the first year of a run, over that of the first year.

    Attributes
    ----------
    level : float64, (n_row, n_past)
        Estimate as an index, first year of the run = 1; NaN where none is known.
    spread : float64, (n_row, n_past)
        Standard deviation of that index.
    stream : int64, (n_row,)
        Place of the random number in `STREAMS`.
    year : float64, (n_past,)
        Calendar years, ascending.
    """

    level: Array
    spread: Array
    stream: NDArray[np.int64]
    year: Array


def past_estimates(variables: Sequence[str], start: int, history: xr.Dataset | None) -> Past:
    """Return the estimates before the year `start`.

    They join as an index, because inventories and the run may differ in scope. Of a
    standard deviation only what exceeds that of `start` counts: the base year's own error
    stands in its draws.

    Parameters
    ----------
    variables : sequence of str
        A variable a row; empty where the row has no past.
    start : int
        First year of the run.
    history : Dataset (year), optional
        Estimates by the names of the variables, with `NAME_sd` where it is known.
    """
    years = [] if history is None else [int(y) for y in history["year"].values if y < start]
    shape = (len(variables), len(years))
    level, spread = np.full(shape, np.nan), np.zeros(shape)
    for i, name in enumerate(variables):
        if history is None or name not in history or start not in history["year"].values:
            continue
        series, now = history[name].sel(year=years).values, float(history[name].sel(year=start))
        level[i] = series / now
        if f"{name}_sd" in history:
            sd = history[f"{name}_sd"]
            added = sd.sel(year=years).values ** 2 - float(sd.sel(year=start)) ** 2
            spread[i] = np.sqrt(np.maximum(added, 0.0)) / now
    return Past(
        level,
        spread,
        np.array([_STREAM_OF.get(name, 0) for name in variables], np.int64),
        np.array(years, np.float64),
    )


@exact_formula
def past_level(past: Past, row: int, k: int, deviates: Array, b: int) -> float:
    """Index of past year `k` in draw `b`: estimate + standard deviation times deviate."""
    moved: float = past.level[row, k] + past.spread[row, k] * deviates[past.stream[row], b]
    return moved


def past_deviates(seed: int, first: int, width: int) -> Array:
    """Return the deviates of draws `first` to ``first + width - 1``, one row a stream.

    Parameters
    ----------
    seed : int
        Of the run.
    first, width : int
        Multiples of 128.
    """
    out, uniform = np.empty((len(STREAMS), width)), np.empty(GROUP)
    for i, name in enumerate(STREAMS):
        key = np.uint64(stream_key(seed, name))
        for start in range(0, width, GROUP):
            centred_group(key, 0, (first + start) // GROUP, False, uniform)
            normals(uniform, out[i, start : start + GROUP])
    return out
