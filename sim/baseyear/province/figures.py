"""Figures of the base year: read, carried from the last year, or taken from a stated fallback.

Whatever is not a figure of the base year itself becomes a row of `estimated.csv`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import pandas as pd

from sim.baseyear.province.description import BASE_YEAR
from sim.baseyear.province.variables import fallbacks, variables

LONGEST_CARRY: Final = 5
TREND_YEARS: Final = 5
LARGEST_TREND: Final = 0.25
ESTIMATED_COLUMNS: Final = ("variable", "what", "why", "how", "value", "unit", "source")
ESTIMATED_COLUMNS_ZH: Final = ("what_zh", "why_zh", "how_zh")


@dataclass(frozen=True)
class Figure:
    """One figure of the base year: value and standard deviation in the variable's unit."""

    value: float
    sigma: float
    unit: str
    source: str
    kind: str
    note_zh: str


@dataclass
class Estimates:
    """What was estimated instead of read: one row each, in English and Chinese."""

    rows: list[dict[str, object]] = field(default_factory=list)

    def add(
        self,
        variable: str,
        what: tuple[str, str],
        why: tuple[str, str],
        how: tuple[str, str],
        *,
        value: float = float("nan"),
        unit: str = "",
        source: str = "",
    ) -> None:
        """Add a row; each text is given in English and Chinese."""
        texts = (what, why, how)
        row: dict[str, object] = {"variable": variable}
        for column, text in zip(("what", "why", "how"), texts, strict=True):
            row[column], row[f"{column}_zh"] = text
        self.rows.append(row | {"value": value, "unit": unit, "source": source})

    def missing(
        self, variable: str, value: float = float("nan"), source: str = "", detail: str = ""
    ) -> None:
        """Add a row for a variable without figure, told as `data/variables.csv` says."""
        given = variables()[variable]
        self.add(
            variable,
            (given.name_en, given.name_zh),
            ("not in series.csv", "series.csv未给出"),
            (detail or given.fallback_en, detail or given.fallback_zh),
            value=value,
            unit=given.unit,
            source=source,
        )

    def frame(self) -> pd.DataFrame:
        """Return the rows as a table."""
        columns = [*ESTIMATED_COLUMNS, *ESTIMATED_COLUMNS_ZH]
        return pd.DataFrame(self.rows, columns=columns).drop_duplicates(ignore_index=True)


class Figures:
    """The figures of a province by variable and year.

    Parameters
    ----------
    series : DataFrame
        From `sim.baseyear.province.series.read_series`.
    estimates : Estimates
        Where carried figures are told.
    """

    def __init__(self, series: pd.DataFrame, estimates: Estimates) -> None:
        self.series = series
        self.estimates = estimates
        self._found: dict[str, Figure | None] = {}

    def by_year(self, variable: str, vintage: str | None = None) -> dict[int, float]:
        """Return the figures of a variable to the base year, of one vintage, ascending."""
        rows = self._rows(variable, vintage)
        return dict(zip(rows["year"].tolist(), rows["value"].tolist(), strict=True))

    def get(self, variable: str) -> Figure | None:
        """Return the figure of the base year, carried where its last year is not far back."""
        if variable not in self._found:
            self._found[variable] = self._look(variable)
        return self._found[variable]

    def need(self, variable: str) -> Figure:
        """Return a figure that `check_required` has seen."""
        found = self.get(variable)
        assert found is not None, variable
        return found

    def value(self, variable: str, otherwise: float = 0.0) -> float:
        """Return the central value, `otherwise` where there is no figure."""
        found = self.get(variable)
        return otherwise if found is None else found.value

    def year_before(self, variable: str) -> float | None:
        """Return the figure of the year before the base year, None where there is none."""
        return self.by_year(variable).get(BASE_YEAR - 1)

    def _rows(self, variable: str, vintage: str | None) -> pd.DataFrame:
        rows = self.series[
            (self.series["variable"] == variable) & (self.series["year"] <= BASE_YEAR)
        ]
        vintages = list(dict.fromkeys(rows["vintage"]))
        if vintages:
            default = variables()[variable].vintage
            wanted = vintage or (default if default in vintages else vintages[0])
            rows = rows[rows["vintage"] == wanted]
        return rows.sort_values("year")

    def _look(self, variable: str) -> Figure | None:
        given = variables()[variable]
        rows = self._rows(variable, None)
        if rows.empty:
            return None
        last = rows.iloc[-1]
        year, value = int(last["year"]), float(last["value"])
        size = abs(value) if value else 1e-3
        stated = float(last["sigma"])
        sigma = given.sigma * size if np.isnan(stated) else stated
        source = str(last["source"])
        if year == BASE_YEAR:
            return Figure(value, sigma, given.unit, source, "series", f"{year}年数值")
        if given.carry == "none" or BASE_YEAR - year > LONGEST_CARRY:
            return None
        factor, rule, rule_zh = self._carried(variable, given.carry, year)
        sigma = float(np.hypot(sigma, fallbacks()["carry_sigma"].sigma * (BASE_YEAR - year) * size))
        self.estimates.add(
            variable,
            (f"{given.name_en}, {BASE_YEAR}", f"{BASE_YEAR}年{given.name_zh}"),
            (f"the last figure is of {year}", f"最近数值为{year}年"),
            (rule, rule_zh),
            value=value * factor,
            unit=given.unit,
            source=source,
        )
        note = f"{year}年数值延伸至{BASE_YEAR}年：{rule_zh}"
        return Figure(value * factor, sigma * factor, given.unit, source, "estimate", note)

    def _carried(self, variable: str, rule: str, year: int) -> tuple[float, str, str]:
        """Factor from the last year to the base year, and the rule in words."""
        if rule == "gdp" and variable != "gdp":
            gdp = self.by_year("gdp")
            if year in gdp:
                factor = self.need("gdp").value / gdp[year]
                return factor, "ratio to GDP held", "占地区生产总值比重不变"
        if rule == "trend":
            figures = self.by_year(variable)
            before = [y for y in figures if year - TREND_YEARS <= y < year and figures[y] > 0.0]
            if before and figures[year] > 0.0:
                growth = float(np.log(figures[year] / figures[before[0]]) / (year - before[0]))
                growth = float(np.clip(growth, -LARGEST_TREND, LARGEST_TREND))
                rate = f"{np.expm1(growth):+.1%}"
                text = f"average growth of {before[0]}-{year} goes on ({rate} a year)"
                zh = f"按{before[0]}—{year}年平均增速外推（每年{rate}）"
                return float(np.exp(growth * (BASE_YEAR - year))), text, zh
        return 1.0, "held at the last figure", "保持最近数值"
