"""Paired differences of two scenarios: common random numbers make them sharp."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.assess.results import RunResult, scenario_names
from sim.errors import InputError, nearest_name

COLUMNS = (
    *("variable", "name_en", "name_zh", "unit", "year", "central", "mean", "mean_se"),
    *("p05", "p50", "p95", "share_above_zero", "share_below_zero"),
)
_STORED = ["a", "b", *COLUMNS]
_SIGNED = ("central", "mean", "p50")


def _check(run: RunResult, scenario: str) -> None:
    names = scenario_names(run)
    if scenario not in names:
        raise InputError(
            "the run holds no such scenario",
            found=repr(scenario),
            allowed=", ".join(names),
            nearest=nearest_name(scenario, names),
        )


def compare(run: RunResult, a: str, b: str, years: Sequence[int] | None = None) -> pd.DataFrame:
    """Return ``a - b`` for every scalar, draw by draw.

    Parameters
    ----------
    run : RunResult
        A run of both scenarios.
    a, b : str
        Labels of the scenarios.
    years : sequence of int, optional
        Years to compare; the last by default.

    Returns
    -------
    DataFrame
        One row a variable and year with the columns `COLUMNS`. Where the run keeps no
        draws, `mean` is the difference of the means and the columns of the spread are
        empty.

    Raises
    ------
    InputError
        Where the run lacks a scenario or year.
    """
    _check(run, a)
    _check(run, b)
    known = [int(year) for year in run.paths["year"].values]
    wanted = [known[-1]] if years is None else list(years)
    for year in wanted:
        if year not in known:
            raise InputError("the run holds no such year", found=year, allowed=f"{known}")
    rows: list[dict[str, object]] = []
    for name, path in run.paths.data_vars.items():
        if path.dims != ("scenario", "year"):
            continue
        for year in wanted:
            central = path.sel(year=year)
            row: dict[str, object] = {
                "variable": str(name),
                "name_en": path.attrs.get("long_name", name),
                "name_zh": path.attrs.get("long_name_zh", name),
                "unit": path.attrs.get("units", ""),
                "year": year,
                "central": float(central.sel(scenario=a) - central.sel(scenario=b)),
            }
            row.update(_spread(run, str(name), a, b, year))
            rows.append(row)
    return pd.DataFrame(rows, columns=list(COLUMNS))


def all_differences(run: RunResult) -> pd.DataFrame:
    """Return the paired differences of all pairs of scenarios and all years.

    Stored with a run, they outlive its draws.

    Parameters
    ----------
    run : RunResult
        A run with its draws.

    Returns
    -------
    DataFrame
        The columns ``a``, ``b`` and those of `compare`; each pair once, in the order of
        the scenarios. Empty for a run of one scenario.
    """
    years = [int(year) for year in run.paths["year"].values]
    parts = []
    for a, b in combinations(scenario_names(run), 2):
        part = compare(run, a, b, years)
        part.insert(0, "b", b)
        part.insert(0, "a", a)
        parts.append(part)
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=_STORED)


def stored_difference(
    table: pd.DataFrame, a: str, b: str, years: Sequence[int] | None = None
) -> pd.DataFrame:
    """Look up ``a - b`` in the table of `all_differences`, turning the sign where needed.

    Parameters
    ----------
    table : DataFrame
        From `all_differences`, or read back.
    a, b : str
        Labels of the scenarios.
    years : sequence of int, optional
        Years wanted; the last by default.

    Returns
    -------
    DataFrame
        The columns `COLUMNS`; empty where the table lacks the pair or the years.
    """
    wanted = [table["year"].max()] if years is None else list(years)
    table = table[table["year"].isin(wanted)]
    forward = table[(table["a"] == a) & (table["b"] == b)]
    if not forward.empty:
        return forward[list(COLUMNS)].reset_index(drop=True)
    turned = table[(table["a"] == b) & (table["b"] == a)].copy()
    turned[list(_SIGNED)] = -turned[list(_SIGNED)]
    turned[["p05", "p95"]] = -turned[["p95", "p05"]].to_numpy()
    shares = ["share_above_zero", "share_below_zero"]
    turned[shares] = turned[shares[::-1]].to_numpy()
    return turned[list(COLUMNS)].reset_index(drop=True)


def _spread(run: RunResult, name: str, a: str, b: str, year: int) -> dict[str, float]:
    """Return the statistics of a difference: moments and shares of every draw where known.

    Quantiles are those of the draws that the run keeps, of a long run the leading ones.
    """
    if run.draws is None or name not in run.draws:
        if f"{name}_mean" not in run.ensemble:
            return {}
        mean = run.ensemble[f"{name}_mean"].sel(year=year)
        return {"mean": float(mean.sel(scenario=a) - mean.sel(scenario=b))}
    drawn = run.draws[name].sel(year=year)
    difference = drawn.sel(scenario=a).values - drawn.sel(scenario=b).values
    low, middle, high = np.quantile(difference, [0.05, 0.5, 0.95])
    return {
        **(_paired(run, name, a, b, year) or _unsummed(difference)),
        "p05": float(low),
        "p50": float(middle),
        "p95": float(high),
    }


def _unsummed(difference: NDArray[np.float64]) -> dict[str, float]:
    draws = difference.size
    return {
        "mean": float(difference.mean()),
        "mean_se": float(difference.std(ddof=1) / np.sqrt(draws)) if draws > 1 else np.nan,
        "share_above_zero": float((difference > 0).mean()),
        "share_below_zero": float((difference < 0).mean()),
    }


def _paired(run: RunResult, name: str, a: str, b: str, year: int) -> dict[str, float] | None:
    """Return what was summed over every draw while the run was made; None where it was not."""
    summed = getattr(run, "paired", None)
    if summed is None or name not in summed["variable"].values:
        return None
    for first, second, sign in ((a, b, 1.0), (b, a, -1.0)):
        place = np.flatnonzero((summed["a"].values == first) & (summed["b"].values == second))
        if place.size:
            found = summed.isel(pair=place[0]).sel(variable=name, year=year)
            above, below = float(found["share_above_zero"]), float(found["share_below_zero"])
            return {
                "mean": sign * float(found["mean"]),
                "mean_se": float(found["mean_se"]),
                "share_above_zero": above if sign > 0 else below,
                "share_below_zero": below if sign > 0 else above,
            }
    return None
