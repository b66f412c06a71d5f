"""The value a target speaks of, in the central path and in every draw.

All functions take a dataset with dimensions (scenario, year[, draw]) and return arrays
without the year: the same lines serve the central path and the draws.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.assess.register import Target
from sim.assess.results import require_variable


def geometric_mean_growth(growth: xr.DataArray, first_year: int, last_year: int) -> xr.DataArray:
    """Return the constant yearly growth that gives the same level after all years.

    ``(prod(1 + g_y)) ** (1 / n) - 1`` over ``first_year <= y <= last_year``.

    Parameters
    ----------
    growth : DataArray (..., year)
        Growth of each year as a fraction.
    first_year, last_year : int
        First and last year, both counted.

    Returns
    -------
    DataArray (...)
    """
    window = growth.sel(year=slice(first_year, last_year))
    log_growth = xr.apply_ufunc(np.log1p, window)
    mean: xr.DataArray = xr.apply_ufunc(np.expm1, log_growth.mean("year"))
    return mean


def peak_year(series: xr.DataArray, history: xr.DataArray | None = None) -> xr.DataArray:
    """Return the year of the highest value; NaN where it is the last year.

    A maximum in the last year means that the peak has not been seen yet. `history` is
    joined as an index: it is scaled so that its value in the first year of `series`
    equals the run's, because inventories and the run may differ in scope.

    Parameters
    ----------
    series : DataArray (..., year)
        Path or draws.
    history : DataArray (year), optional
        Estimates up to and including the first year of `series`.

    Returns
    -------
    DataArray (...), float years
    """
    first = int(series["year"][0])
    last = int(series["year"][-1])
    if history is not None and first in history["year"].values:
        past = history.where(history["year"] < first, drop=True)
        scale = series.isel(year=0, drop=True) / history.sel(year=first, drop=True)
        series = xr.concat([past * scale, series], "year").transpose(..., "year")
    years = series["year"].values
    position = series.argmax("year")
    highest = xr.DataArray(years.astype(float)[position.values], position.coords, position.dims)
    return highest.where(highest < last)


def covered(target: Target, dataset: xr.Dataset) -> bool:
    """Tell whether the run reaches the years the target speaks of."""
    years = dataset["year"].values
    return bool(years[0] <= target.year <= years[-1])


def _at(target: Target, series: xr.DataArray) -> xr.DataArray:
    if target.window == "annual_average":
        return geometric_mean_growth(series, target.first_year, target.year)
    value = series.sel(year=target.year, drop=True)
    if target.measure == "increment":
        return value - series.sel(year=target.year - 1, drop=True)
    if target.measure == "reduction":
        return 1.0 - value / series.isel(year=0, drop=True)
    return value


@dataclass(frozen=True)
class Measured:
    """Value of a target and, where it is relative, of what it is compared with."""

    value: xr.DataArray
    reference: xr.DataArray | None


def measure(target: Target, dataset: xr.Dataset, history: xr.Dataset | None = None) -> Measured:
    """Take the value of `target` from central paths or draws.

    Parameters
    ----------
    target : Target
        A modelled target.
    dataset : Dataset (scenario, year[, draw])
        Paths or draws.
    history : Dataset (year), optional
        Estimates before the first year, by the same variable names; used by peaks.

    Returns
    -------
    Measured
        `value` (scenario[, draw]) and `reference` of the same shape or None.

    Raises
    ------
    InputError
        Where the dataset lacks a variable.
    """
    series = require_variable(dataset, target.variable)
    if target.window == "peak":
        past = None
        if history is not None and target.variable in history:
            past = history[target.variable]
        return Measured(peak_year(series, past), None)
    reference = None
    if target.relative_to:
        reference = _at(target, require_variable(dataset, target.relative_to))
    return Measured(_at(target, series), reference)


def is_met(
    target: Target, measured: Measured, number: xr.DataArray | float, tolerance: float
) -> xr.DataArray:
    """Test the target element by element.

    The test is one-sided by direction: `at_least` asks for ``value >= number - tolerance``,
    `at_most` for ``value <= number + tolerance``, `within` for both. A printed ``>`` or
    ``<`` is strict. A relative target compares ``value - reference`` with `number`, which
    is 0 unless shifted. A peak that has not been seen (NaN) does not meet its target.

    Parameters
    ----------
    target : Target
        The target.
    measured : Measured
        From `measure`.
    number : DataArray (scenario) or float
        The number to meet.
    tolerance : float
        Slack, in the unit of the target.

    Returns
    -------
    DataArray of bool, shape of ``measured.value``
    """
    value = measured.value
    if measured.reference is not None:
        value = value - measured.reference
    # Differences of rounded decimals must not fail at the last bit.
    guard = 1e-12
    if target.direction == "within":
        return abs(value - number) <= tolerance + guard
    if target.direction == "at_least":
        if target.comparator == ">":
            return value > number - tolerance
        return value >= number - tolerance - guard
    if target.comparator == "<":
        return value < number + tolerance
    return value <= number + tolerance + guard
