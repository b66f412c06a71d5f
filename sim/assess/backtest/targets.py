"""The record of official annual targets and their outcomes: a list, not a distribution."""

from __future__ import annotations

import pandas as pd

from sim.assess.backtest.run import OURS
from sim.errors import InputError
from sim.figures.base import Figure, find
from sim.figures.series import load_series

COLUMNS = (
    *("indicator", "name_en", "name_zh", "year", "target", "comparator", "outcome", "difference"),
    *("unit", "model_q05", "model_mean", "model_q95", "source", "outcome_source"),
)


def target_record(pairs: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return annual targets of the province's documents beside what came.

    Outcomes are actual figures of the documents, else of the series base. Targets without a
    number, and those whose outcome is in neither, are left out.

    Parameters
    ----------
    pairs : pandas.DataFrame, optional
        `Backtest.pairs`: gives what the model would have said a year before (GDP growth).

    Returns
    -------
    pandas.DataFrame
        Sorted by indicator and year; `target` and `outcome` in `unit`.
    """
    outside = load_series()
    rows = []
    for target in find(basis="annual_target", subject=""):
        if target.canonical_value is None or not target.period.isdigit():
            continue
        came = _outcome(target, outside)
        if came is None:
            continue
        value, source = came
        said = _model(pairs, target)
        rows.append(
            (
                *(target.indicator, target.name_en, target.name_zh, int(target.period)),
                *(target.canonical_value, target.comparator, value),
                *(value - target.canonical_value, target.canonical_unit, *said),
                *(f"{target.document} line {target.line}", source),
            )
        )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.sort_values(["indicator", "year"]).reset_index(drop=True)


def _outcome(target: Figure, outside: pd.DataFrame) -> tuple[float, str] | None:
    found = find(indicator=target.indicator, subject="", period=target.period, basis="actual")
    for figure in found:
        if figure.canonical_value is not None:
            if figure.canonical_unit != target.canonical_unit:
                raise InputError("target and outcome differ in unit", key=target.id)
            return figure.canonical_value, f"{figure.document} line {figure.line}"
    rows = outside[
        (outside["variable"] == target.indicator) & (outside["year"] == int(target.period))
    ]
    if rows.empty or rows["unit"].iloc[0] != target.canonical_unit:
        return None
    return float(rows["value"].iloc[0]), str(rows["source"].iloc[0])


def _model(pairs: pd.DataFrame | None, target: Figure) -> tuple[float, float, float]:
    nothing = (float("nan"),) * 3
    if pairs is None or target.indicator != "gdp_growth":
        return nothing
    rows = pairs[
        (pairs["variable"] == "gdp_growth")
        & (pairs["forecaster"] == OURS)
        & (pairs["horizon"] == 1)
        & (pairs["target_year"] == int(target.period))
    ]
    if rows.empty:
        return nothing
    row = rows.iloc[0]
    return float(row["q05"]), float(row["mean"]), float(row["q95"])
