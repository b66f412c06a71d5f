"""What an audit check works with: the rows, the series and the settings."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sim.figures.base import Figure

Kind = Literal["disagreement", "arithmetic", "impossible", "coverage"]
Severity = Literal["high", "medium", "low"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding of the audit.

    Attributes
    ----------
    check : str
        Name of the check.
    kind : str
        disagreement, arithmetic, impossible or coverage.
    severity : str
        high, medium or low.
    title_en, title_zh : str
        One line.
    explanation_en, explanation_zh : str
        What follows from the rows, with the numbers computed from them.
    rows : tuple of str
        Ids of the figures it rests on.
    """

    check: str
    kind: Kind
    severity: Severity
    title_en: str
    title_zh: str
    explanation_en: str
    explanation_zh: str
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Settings:
    """Assumptions of the audit that the documents do not print.

    Attributes
    ----------
    carbon_cuts : tuple of float
        Five-year reductions of CO2 intensity that are tried, as fractions.
    energy_growth : tuple of float
        Yearly growth rates of total energy use that are tried, as fractions.
    """

    carbon_cuts: tuple[float, ...] = (0.17, 0.18)
    energy_growth: tuple[float, ...] = (0.0, 0.01, 0.02)


@dataclass(frozen=True, slots=True)
class Result:
    """What a check returns: the numbers for its text, and the rows behind them."""

    values: Mapping[str, object]
    rows: tuple[Figure, ...]


class MissingError(Exception):
    """A check needs a row or a series that is not there; the audit reports it."""

    def __init__(self, what_en: str, what_zh: str) -> None:
        self.what_en, self.what_zh = what_en, what_zh
        super().__init__(what_en)


@dataclass(frozen=True, slots=True)
class Book:
    """Rows, series and settings of one audit.

    Attributes
    ----------
    figures : tuple of Figure
        The rows.
    series : mapping
        Variable to a mapping of year to value; may be empty.
    settings : Settings
        Assumptions.
    """

    figures: tuple[Figure, ...]
    series: Mapping[str, Mapping[int, float]] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)

    def all(
        self,
        indicator: str,
        period: str | None = None,
        *,
        target: bool | None = None,
        document: str | None = None,
        subject: str | None = "",
    ) -> tuple[Figure, ...]:
        """Return the rows that fit; ``subject=None`` takes every subject."""
        return tuple(
            row
            for row in self.figures
            if row.indicator == indicator
            and (period is None or row.period == period)
            and (target is None or row.is_target == target)
            and (document is None or row.code == document)
            and (subject is None or row.subject == subject)
        )

    def one(
        self,
        indicator: str,
        period: str,
        *,
        target: bool | None = None,
        document: str | None = None,
        subject: str = "",
    ) -> Figure:
        """Return the first row with a number that fits.

        Raises
        ------
        MissingError
            Where there is none.
        """
        found = self.all(indicator, period, target=target, document=document, subject=subject)
        for row in found:
            if row.canonical_value is not None:
                return row
        name = f"{indicator} {subject} {period}".replace("  ", " ")
        raise MissingError(f"the row {name}", f"{name} 一行")

    def past(self, variable: str, years: Sequence[int]) -> list[float]:
        """Return a series for these years.

        Raises
        ------
        MissingError
            Where a year is not there.
        """
        found = self.series.get(variable, {})
        if any(year not in found for year in years):
            span = f"{min(years)}-{max(years)}" if len(years) > 1 else str(years[0])
            raise MissingError(f"the series {variable} {span}", f"{variable} {span} 序列")
        return [found[year] for year in years]


def number(row: Figure) -> float:
    """Return the canonical value of a row that has one.

    Raises
    ------
    MissingError
        Where the document gives no number.
    """
    if row.canonical_value is None:
        raise MissingError(f"a number in {row.id}", f"{row.id} 的数值")
    return row.canonical_value


def yearly(ratio: float, years: int) -> float:
    """Return the constant yearly growth rate behind a ratio over some years."""
    return float(ratio ** (1.0 / years) - 1.0)


def compound(rates: Sequence[float]) -> float:
    """Return the product of one plus each rate."""
    product = 1.0
    for rate in rates:
        product *= 1.0 + rate
    return product
