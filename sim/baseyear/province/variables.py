"""The variables of a province's folder, read from `data/variables.csv`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Variable:
    """One variable of `series.csv`.

    Attributes
    ----------
    name, unit : str
        Key, and canonical unit.
    need : str
        required, recommended or optional.
    carry : str
        How the last figure is carried to the base year: `trend` (its average growth of five
        years), `gdp` (ratio to GDP held), `hold` (held), `none` (not carried).
    sigma : float
        Relative standard deviation where the file states none.
    vintage : str
        Vintage where the file states none.
    name_en, name_zh, fallback_en, fallback_zh : str
        Names, and what is used where the variable is missing.
    """

    name: str
    unit: str
    need: str
    carry: str
    sigma: float
    vintage: str
    name_en: str
    name_zh: str
    fallback_en: str
    fallback_zh: str


@cache
def variables() -> dict[str, Variable]:
    """Return every variable by key."""
    with (DATA / "variables.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["variable"]: Variable(
                name=row["variable"],
                unit=row["unit"],
                need=row["need"],
                carry=row["carry"],
                sigma=float(row["sigma"]),
                vintage=row["vintage"],
                name_en=row["name_en"],
                name_zh=row["name_zh"],
                fallback_en=row["fallback_en"],
                fallback_zh=row["fallback_zh"],
            )
            for row in csv.DictReader(stream)
        }


def written_names() -> dict[str, str]:
    """Return every name that a file may use for a variable: key, English or Chinese.

    `data/names.csv` adds the names that statistical yearbooks print.
    """
    names: dict[str, str] = {}
    for key, variable in variables().items():
        short = variable.name_zh.partition("（")[0]
        names |= {key: key, variable.name_en: key, variable.name_zh: key, short: key}
    with (DATA / "names.csv").open(encoding="utf-8", newline="") as stream:
        return names | {row["name"]: row["variable"] for row in csv.DictReader(stream)}


@dataclass(frozen=True)
class Fallback:
    """A structural figure used where the province gives none; `sigma` is relative."""

    value: float
    sigma: float
    source: str
    kind: str


@cache
def fallbacks() -> dict[str, Fallback]:
    """Return the rows of `data/fallbacks.csv` by name."""
    with (DATA / "fallbacks.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["name"]: Fallback(
                float(row["value"]), float(row["sigma"]), row["source"], row["kind"]
            )
            for row in csv.DictReader(stream)
        }


@cache
def hours_range() -> dict[str, tuple[float, float]]:
    """Return the least and the most hours a year of each technology."""
    with (DATA / "hours_range.csv").open(encoding="utf-8", newline="") as stream:
        return {
            row["technology"]: (float(row["least"]), float(row["most"]))
            for row in csv.DictReader(stream)
        }
