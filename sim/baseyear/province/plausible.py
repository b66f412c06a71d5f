"""Whether figures fit each other: what catches a wrong unit before it becomes a result."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pandas as pd

from sim.baseyear.province.variables import DATA, variables
from sim.errors import InputError

FIRST_RATIO_YEAR: Final = 2000


def check_plausible(series: pd.DataFrame, path: Path) -> None:
    """Refuse figures that cannot stand beside each other; the ranges are in `plausible.csv`.

    Checked are ratios since 2000 (a head of population, hours of plants), the step from one
    year to the next, the sum of the sectors against GDP, and whether rates are per cent or
    fractions.

    Parameters
    ----------
    series : DataFrame
        From `read_series`.
    path : Path
        For the message.

    Raises
    ------
    InputError
        With the year, the line, what was found and what is allowed.
    """
    with (DATA / "plausible.csv").open(encoding="utf-8", newline="") as stream:
        rules = list(csv.DictReader(stream))
    for rule in rules:
        name, least, most = rule["variable"], float(rule["least"]), float(rule["most"])
        for year, ratio in _ratios(rule, series):
            if not least <= ratio <= most:
                raise InputError(
                    f"{name} ({variables()[name].name_zh}) of {year} does not fit the other "
                    f"figures (is the unit right?)",
                    file=path,
                    line=_line(series, name, year),
                    found=f"{ratio:.4g} {rule['unit']}",
                    allowed=f"{least:g} to {most:g}",
                )


def _ratios(rule: dict[str, str], series: pd.DataFrame) -> Iterator[tuple[int, float]]:
    """Years and the ratio that a rule looks at."""
    for _, values in _known(series, rule["variable"]):
        if values.empty:
            continue
        if rule["check"] == "largest":
            year = int(values.abs().idxmax())
            yield year, abs(float(values[year]))
        elif rule["check"] == "step":
            years = [year for year in values.index if year - 1 in values.index]
            yield from ((year, _over(values[year], values[year - 1])) for year in years)
        else:
            parts = [dict(_known(series, name)) for name in rule["per"].split("+")]
            others = sum(next(iter(part.values()), values.iloc[:0]) for part in parts)
            common = values.index.intersection(others.dropna().index)
            if rule["check"] == "ratio":
                common = common[common >= FIRST_RATIO_YEAR]
            for year in common:
                ratio = _over(values[year], others[year]) * float(rule["factor"])
                yield int(year), _over(1.0, ratio) if rule["check"] == "sum" else ratio


def _over(part: float, whole: float) -> float:
    return part / whole if whole else float("inf")


def _known(series: pd.DataFrame, name: str) -> Iterator[tuple[str, pd.Series]]:
    """Values by year of each vintage of a variable."""
    for vintage, rows in series[series["variable"] == name].groupby("vintage", sort=True):
        yield str(vintage), rows.set_index("year")["value"].sort_index()


def _line(series: pd.DataFrame, name: str, year: int) -> int:
    rows = series[(series["variable"] == name) & (series["year"] == year)]
    return int(rows["line"].iloc[0])
