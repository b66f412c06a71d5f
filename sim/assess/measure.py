"""The value a target speaks of, in the central path and in every draw.

Targets become rows of a plan once; one compiled function then measures all of them in a
block of draws. The central path is a block of one draw and goes through the same lines.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.assess.past import Past, past_estimates, past_level
from sim.assess.register import Target
from sim.ensemble.compiled import allocating_kernel, exact_formula, exact_kernel
from sim.errors import InputError, nearest_name

Array = NDArray[np.float64]
Counts = NDArray[np.int64]
Bytes = NDArray[np.uint8]

LEVEL, AVERAGE, INCREMENT, REDUCTION, PEAK = range(5)
# Differences of rounded decimals must not fail at the last bit.
GUARD = 1e-12


class Plan(NamedTuple):
    """What to measure: one row a value.

    Attributes
    ----------
    kind : int64, (n_row,)
        LEVEL, AVERAGE, INCREMENT, REDUCTION or PEAK.
    variable, reference : int64, (n_row,)
        Places among the scalars; the reference is subtracted, -1 for none.
    first, last : int64, (n_row,)
        Places of the years that count.
    past : Past
        Estimates before the first year; used by peaks.
    year : float64, (n_year,)
        Calendar years.
    """

    kind: Counts
    variable: Counts
    reference: Counts
    first: Counts
    last: Counts
    past: Past
    year: Array


@dataclass(frozen=True)
class Row:
    """A value to measure: a target's measure applied to `variable`, less `reference`."""

    target: Target
    variable: str
    reference: str = ""


def covered(target: Target, years: NDArray[np.int64]) -> bool:
    """Tell whether a run over `years` reaches the year the target speaks of."""
    return bool(years[0] <= target.year <= years[-1])


def plan_rows(
    rows: Sequence[Row],
    names: Sequence[str],
    years: NDArray[np.int64],
    history: xr.Dataset | None,
) -> Plan:
    """Turn rows into a plan.

    Parameters
    ----------
    rows : sequence of Row
    names : sequence of str
        Names of the scalars in their order.
    years : ndarray of int
        Calendar years of the run.
    history : Dataset (year), optional
        Estimates before the first year, as `sim.assess.past.past_estimates` takes them.

    Raises
    ------
    InputError
        Where the run lacks a variable.
    """
    place = {name: i for i, name in enumerate(names)}

    def find(name: str) -> int:
        if name not in place:
            raise InputError(
                "the run holds no such variable", key=name, nearest=nearest_name(name, names)
            )
        return place[name]

    start = int(years[0])
    peaks = [row.variable if _kind(row.target) == PEAK else "" for row in rows]
    return Plan(
        kind=np.array([_kind(row.target) for row in rows], np.int64),
        variable=np.array([find(row.variable) for row in rows], np.int64),
        reference=np.array(
            [find(row.reference) if row.reference else -1 for row in rows], np.int64
        ),
        first=np.array([max(row.target.first_year - start, 0) for row in rows], np.int64),
        last=np.array([row.target.year - start for row in rows], np.int64),
        past=past_estimates(peaks, start, history),
        year=years.astype(np.float64),
    )


def _kind(target: Target) -> int:
    if target.window == "peak":
        return PEAK
    if target.window == "annual_average":
        return AVERAGE
    return {"level": LEVEL, "increment": INCREMENT, "reduction": REDUCTION}[target.measure]


@exact_formula
def geometric_mean_growth(product: float, years: int) -> float:
    """Return the constant yearly growth that gives the same level after all years.

    ``(prod(1 + g_y)) ** (1 / n) - 1`` of growth rates g_y as fractions.

    Parameters
    ----------
    product : float
        ``prod(1 + g_y)``.
    years : int
        Number n of years.
    """
    return math.expm1(math.log(product) / years)


@exact_kernel
def _peak_year(plan: Plan, row: int, series: Array, deviates: Array, used: int, out: Array) -> None:
    """Fill the years of the highest value; NaN where it is the last year.

    A maximum in the last year means that the peak has not been seen yet. The first of
    equal maxima counts.
    """
    last = plan.year.shape[0] - 1
    past = plan.past
    for b in range(used):
        best = 0
        for y in range(1, last + 1):
            if series[y, b] > series[best, b]:
                best = y
        out[b] = plan.year[best] if best < last else np.nan
        highest = series[best, b]
        for k in range(past.year.shape[0] - 1, -1, -1):
            level = series[0, b] * past_level(past, row, k, deviates, b)
            if level >= highest:
                highest = level
                out[b] = past.year[k]


@exact_kernel
def _measure_series(
    plan: Plan, row: int, series: Array, deviates: Array, used: int, out: Array
) -> None:
    """Fill the value of one row in every draw."""
    kind, last = plan.kind[row], plan.last[row]
    if kind == PEAK:
        _peak_year(plan, row, series, deviates, used, out)
        return
    now = series[last]
    if kind == AVERAGE:
        first = plan.first[row]
        for b in range(used):
            product = 1.0
            for y in range(first, last + 1):
                product *= 1.0 + series[y, b]
            out[b] = geometric_mean_growth(product, last + 1 - first)
    elif kind == INCREMENT:
        before = series[last - 1]
        for b in range(used):
            out[b] = now[b] - before[b]
    elif kind == REDUCTION:
        for b in range(used):
            out[b] = 1.0 - now[b] / series[0, b]
    else:
        for b in range(used):
            out[b] = now[b]


@allocating_kernel
def measure_rows(plan: Plan, scalars: Array, deviates: Array, used: int, values: Array) -> None:
    """Measure every row of a plan in a block of draws.

    Parameters
    ----------
    plan : Plan
    scalars : ndarray, shape (n_variable, n_year, width)
    deviates : ndarray, shape (len(STREAMS), width)
        Of the estimates before the first year; see `sim.assess.past.past_deviates`.
    used : int
        Number of leading draws that count.
    values : ndarray, shape (n_row, width)
        Receives the values.
    """
    other = np.empty(values.shape[1])
    for row in range(values.shape[0]):
        _measure_series(plan, row, scalars[plan.variable[row]], deviates, used, values[row])
        if plan.reference[row] >= 0:
            _measure_series(plan, row, scalars[plan.reference[row]], deviates, used, other)
            for b in range(used):
                values[row, b] -= other[b]


def bounds(target: Target, number: Array, tolerance: float) -> tuple[Array, Array]:
    """Return the interval in which a value meets the target, ends included.

    `at_least` asks for ``value >= number - tolerance``, `at_most` for ``value <= number +
    tolerance``, `within` for both. A printed ``>`` or ``<`` is strict. NaN meets nothing:
    a peak that has not been seen, or a number that is not printed.

    Parameters
    ----------
    target : Target
    number : ndarray
        The number to meet; for a relative target, by how much to exceed the reference.
    tolerance : float
        Slack, in the unit of the target.

    Returns
    -------
    tuple of ndarray
        Lower and upper ends, of the shape of `number`.
    """
    low = number - tolerance - GUARD
    high = number + tolerance + GUARD
    if target.direction == "at_least":
        high = np.where(np.isnan(number), np.nan, np.inf)
        if target.comparator == ">":
            low = np.nextafter(number - tolerance, np.inf)
    elif target.direction == "at_most":
        low = np.where(np.isnan(number), np.nan, -np.inf)
        if target.comparator == "<":
            high = np.nextafter(number + tolerance, -np.inf)
    return low, high


@exact_kernel
def count_met(
    values: Array,
    used: int,
    row: Counts,
    low: Array,
    high: Array,
    mirrored: bool,
    counts: Counts,
    both: Counts,
) -> None:
    """Count the draws in which each test is passed.

    Parameters
    ----------
    values : ndarray, shape (n_row, width)
        From `measure_rows`.
    used : int
    row : ndarray of int64, shape (n_test,)
        Row that each test looks at.
    low, high : ndarray, shape (n_test,)
        From `bounds`.
    mirrored : bool
        Whether draws 2k and 2k + 1 are a pair.
    counts, both : ndarray of int64, shape (n_test,)
        Are increased: `both` by the pairs in which both draws pass, where there are pairs.
    """
    for test in range(row.shape[0]):
        value, lower, upper = values[row[test]], low[test], high[test]
        met = 0
        for b in range(used):
            met += int(value[b] >= lower) & int(value[b] <= upper)
        counts[test] += met
        if mirrored:
            met = 0
            for k in range(used // 2):
                one, other = value[2 * k], value[2 * k + 1]
                inside = int(one >= lower) & int(one <= upper)
                met += inside & int(other >= lower) & int(other <= upper)
            both[test] += met


@allocating_kernel
def count_together(
    values: Array,
    used: int,
    row: Counts,
    low: Array,
    high: Array,
    groups: Bytes,
    mirrored: bool,
    counts: Counts,
    both: Counts,
) -> None:
    """Count the draws in which all tests of a group are passed.

    Parameters
    ----------
    values, used, row, low, high, mirrored
        As in `count_met`.
    groups : ndarray of uint8, shape (n_group, n_test)
        1 where a test belongs to the group.
    counts, both : ndarray of int64, shape (n_group,)
        Are increased, as in `count_met`.
    """
    met = np.empty((row.shape[0], used), np.uint8)
    for test in range(row.shape[0]):
        value, lower, upper = values[row[test]], low[test], high[test]
        for b in range(used):
            met[test, b] = np.uint8(int(value[b] >= lower) & int(value[b] <= upper))
    everything = np.empty(used, np.uint8)
    for group in range(groups.shape[0]):
        everything[:] = 1
        for test in range(row.shape[0]):
            if groups[group, test]:
                for b in range(used):
                    everything[b] &= met[test, b]
        total = 0
        for b in range(used):
            total += everything[b]
        counts[group] += total
        if mirrored:
            total = 0
            for k in range(used // 2):
                total += everything[2 * k] & everything[2 * k + 1]
            both[group] += total
