"""Default values of the levers: numbers, paths by year, and figures of the data pack.

The default column of the lever table holds one of

* ``0.5``: a number, the same in every year;
* ``60@2025;80@2030``: a path, linear between the years, constant before and after;
* ``pack:VARIABLE`` or ``pack:VARIABLE/label``, with an optional trend such as
  ``+0.003/yr`` counted from the base year: a variable of the data pack, or one of the
  derived quantities of `DERIVED`.

The pack of another province may hold a value (`lever_default`) or a factor on the default
(`lever_default_scale`) of a lever, because some defaults are sizes of Liaoning.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError, nearest_name
from sim.scenario.levers import Lever, lever_rows

BASE_YEAR: Final = 2025
Pack = Mapping[Any, Any]
_PACK: Final = re.compile(
    r"^pack:(?P<name>\w+)(?:/(?P<label>\w+))?(?:(?P<slope>[+-]\d+(?:\.\d+)?)/yr)?$"
)


class BasePath(NamedTuple):
    """Value in the base year and in every year of the run (years,)."""

    start: float
    values: NDArray[np.float64]


def interpolate(
    points: Mapping[int, float], years: NDArray[np.int64], start: float | None
) -> NDArray[np.float64]:
    """Fill the years between given years.

    Linear between given years, constant after the last; before the first given year
    linear from `start`, the value of the base year, or constant where `start` is None.

    Parameters
    ----------
    points : mapping of int to float
        Given years and values.
    years : ndarray of int, shape (T,)
        Years wanted.
    start : float or None
        Value of the base year.

    Returns
    -------
    ndarray, shape (T,)
    """
    known = dict(points) if start is None else {BASE_YEAR: start, **points}
    order = sorted(known)
    return np.interp(years, order, [known[year] for year in order])


def needs_pack(lever: Lever) -> bool:
    """Tell whether the lever's default comes from the data pack."""
    return lever.default.startswith("pack:")


def default_path(lever: Lever, pack: Pack | None, years: NDArray[np.int64]) -> BasePath:
    """Evaluate the default of a numeric lever.

    Parameters
    ----------
    lever : Lever
        Of kind path, constant or unit.
    pack : mapping of str to DataArray, or None
        The base data pack (an `xarray.Dataset`).
    years : ndarray of int, shape (T,)
        Years of the run after the base year.

    Returns
    -------
    BasePath

    Raises
    ------
    InputError
        Where the default needs a pack and there is none, or the pack lacks the variable.
    """
    own = _own_value(lever, pack)
    if own is not None:
        return _constant(own, years)
    scale = _own_scale(lever, pack)
    if scale != 1.0:
        path = default_path(lever, None, years)
        return BasePath(scale * path.start, scale * path.values)
    if needs_pack(lever):
        return _from_pack(lever, pack, years)
    if "@" in lever.default:
        points = _points(lever.default)
        values = interpolate(points, years, None)
        return BasePath(points[min(points)], values)
    number = float(lever.default)
    return BasePath(number, np.full(years.size, number))


def check_own_levers(pack: Pack | None, names: Collection[str]) -> None:
    """Refuse a pack that sets a lever which does not exist.

    Raises
    ------
    InputError
        Naming the nearest lever.
    """
    if pack is None or "lever_default" not in pack:
        return
    for name in map(str, pack["lever_default"]["lever"].values):
        if name not in names:
            raise InputError(
                "the pack sets an unknown lever (lever.NAME in its province.csv)",
                found=repr(name),
                nearest=nearest_name(name, names),
            )


def _own(lever: Lever, pack: Pack | None, name: str) -> float | None:
    """Number that the pack of another province holds for a lever, None where it holds none."""
    if pack is None or name not in pack:
        return None
    held = pack[name]
    if lever.name not in held["lever"].values:
        return None
    number = float(held.sel(lever=lever.name))
    return None if math.isnan(number) else number


def _own_value(lever: Lever, pack: Pack | None) -> float | None:
    return _own(lever, pack, "lever_default")


def _own_scale(lever: Lever, pack: Pack | None) -> float:
    scale = _own(lever, pack, "lever_default_scale")
    return 1.0 if scale is None else scale


def _points(text: str) -> dict[int, float]:
    pairs = (part.split("@") for part in text.split(";"))
    return {int(year): float(value) for value, year in pairs}


def _from_pack(lever: Lever, pack: Pack | None, years: NDArray[np.int64]) -> BasePath:
    match = _PACK.match(lever.default)
    if match is None:
        raise InputError("malformed default", key=lever.name, found=lever.default)
    if pack is None:
        raise InputError("the default of this lever comes from a data pack", key=lever.name)
    name, label = match["name"], match["label"]
    try:
        if name in DERIVED:
            path = _constant(DERIVED[name](pack, label), years)
        else:
            path = _variable(pack, name, label, years)
    except KeyError as error:
        raise InputError(
            "the data pack lacks what this lever starts from",
            key=lever.name,
            found=f"no {error.args[0] if error.args else name}",
            allowed=lever.default,
        ) from error
    if match["slope"] is None:
        return path
    return BasePath(path.start, path.values + float(match["slope"]) * (years - BASE_YEAR))


def _constant(number: float, years: NDArray[np.int64]) -> BasePath:
    return BasePath(number, np.full(years.size, number))


def _variable(pack: Pack, name: str, label: str | None, years: NDArray[np.int64]) -> BasePath:
    """Read a variable of the pack; one with a year dimension becomes a path."""
    if name not in pack:
        raise KeyError(name)
    array = pack[name]
    if label is not None:
        dimension = next(dim for dim in array.dims if dim != "year")
        array = array.sel({dimension: label})
    if "year" not in array.dims:
        return _constant(float(array), years)
    known = {int(year): float(array.sel(year=year)) for year in array["year"].values}
    start = known.pop(BASE_YEAR, None)
    values = interpolate(known, years, start)
    return BasePath(known[min(known)] if start is None else start, values)


def _labelled(pack: Pack, name: str, label: str) -> float:
    if name not in pack:
        raise KeyError(name)
    array = pack[name]
    return float(array.sel({array.dims[0]: label}))


def utilisation_hours(pack: Pack, technology: str) -> float:
    """Return generation over the average capacity of the year, in hours.

    TWh / GW = 1000 h. A technology without capacity has zero hours.
    """
    capacity = _labelled(pack, "electricity_capacity_average", technology)
    generation = _labelled(pack, "electricity_generation", technology)
    return 1000.0 * generation / capacity if capacity > 0 else 0.0


def available_hours(pack: Pack, technology: str) -> float:
    """Return the hours before curtailment, at the default curtailment of the base year."""
    base = next(row for row in lever_rows() if row.driver == "curtailment_base")
    return utilisation_hours(pack, technology) / (1.0 - float(base.default))


def gap_persistence(pack: Pack, label: str) -> float:
    """Return the yearly persistence of the output gap from its posterior logit."""
    logit = _labelled(pack, "growth_posterior_mean", "gap_persistence_logit")
    return 1.0 / (1.0 + math.exp(-logit))


DERIVED: Final[dict[str, Callable[[Pack, str], float]]] = {
    "hours": utilisation_hours,
    "hours_available": available_hours,
    "gap_persistence": gap_persistence,
}
