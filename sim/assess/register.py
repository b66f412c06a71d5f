"""The register of targets: what the documents promise and whether the model says anything on it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

Direction = Literal["at_least", "at_most", "within"]
Window = Literal["year", "annual_average", "cumulative", "peak"]
Measure = Literal["level", "increment", "reduction"]
Modelled = Literal["structural", "auxiliary", "not_modelled"]


@dataclass(frozen=True)
class Target:
    """One target of a document.

    Attributes
    ----------
    target_id : str
        Name of the target in tables and on the command line.
    box1 : int or None
        Number of the indicator among the 28 of box 1, where it is one of them.
    indicator, figure_id : str
        Indicator and row of the figure base that print the target.
    name_en, name_zh : str
        Names for readers.
    comparator : str
        As printed: ``=``, ``about``, ``>=``, ``>``, ``<``, ``<=``.
    direction : {"at_least", "at_most", "within"}
        On which side of the number the target is met.
    window : {"year", "annual_average", "cumulative", "peak"}
        ``year``: value of `year`; ``annual_average``: geometric mean of growth from
        `first_year` to `year`; ``cumulative``: change from 2025 to `year`; ``peak``: year
        of the highest value.
    year, first_year : int
        Last and first year that count.
    target : float or None
        Number in `unit` (fractions, GW, Mtce); None where none is printed.
    unit, printed : str
        Unit of `target`; the words or digits of the document.
    about : bool
        Printed with 左右: met within half a unit of the last printed digit.
    half_unit : float or None
        Half a unit of the last printed digit, in `unit`.
    relative_to : str
        Variable that the target is compared with in the same draw, or empty.
    measure : {"level", "increment", "reduction"}
        Taken from the variable: its value, its change on the year before, or its fall
        since the first year of the run.
    setting : str
        Setting of the scenario that overrides `target`, or empty.
    rate : str
        How the pace still needed is told: ``average``, ``compound``, ``points``, ``cut``
        or empty.
    modelled : {"structural", "auxiliary", "not_modelled"}
        Whether and how the model projects it.
    variable : str
        Variable of the run, empty where not modelled.
    reason_en, reason_zh : str
        How it is projected, or why not.
    """

    target_id: str
    box1: int | None
    indicator: str
    figure_id: str
    name_en: str
    name_zh: str
    comparator: str
    direction: Direction
    window: Window
    year: int
    first_year: int
    target: float | None
    unit: str
    printed: str
    about: bool
    half_unit: float | None
    relative_to: str
    measure: Measure
    setting: str
    rate: str
    modelled: Modelled
    variable: str
    reason_en: str
    reason_zh: str

    def name(self, lang: str) -> str:
        """Return the name in English (``en``) or Chinese (``zh``)."""
        return self.name_zh if lang == "zh" else self.name_en

    def reason(self, lang: str) -> str:
        """Return the reason in English (``en``) or Chinese (``zh``)."""
        return self.reason_zh if lang == "zh" else self.reason_en

    @property
    def tolerance(self) -> float:
        """Slack granted to a printed 左右 and to a target to be met within a band."""
        if self.half_unit is None or not (self.about or self.direction == "within"):
            return 0.0
        return self.half_unit


def _number(text: str) -> float | None:
    return float(text) if text else None


def _target(row: dict[str, str]) -> Target:
    return Target(
        target_id=row["target_id"],
        box1=int(row["box1"]) if row["box1"] else None,
        indicator=row["indicator"],
        figure_id=row["figure_id"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        comparator=row["comparator"],
        direction=cast(Direction, row["direction"]),
        window=cast(Window, row["window"]),
        year=int(row["year"]),
        first_year=int(row["first_year"]),
        target=_number(row["target"]),
        unit=row["unit"],
        printed=row["printed"],
        about=row["about"] == "true",
        half_unit=_number(row["half_unit"]),
        relative_to=row["relative_to"],
        measure=cast(Measure, row["measure"]),
        setting=row["setting"],
        rate=row["rate"],
        modelled=cast(Modelled, row["modelled"]),
        variable=row["variable"],
        reason_en=row["reason_en"],
        reason_zh=row["reason_zh"],
    )


@cache
def load_targets() -> tuple[Target, ...]:
    """Read the register bundled with the package, in its order."""
    source = files("sim.assess").joinpath("data/targets.csv")
    with source.open(encoding="utf-8") as stream:
        return tuple(_target(row) for row in csv.DictReader(stream))


@dataclass(frozen=True)
class Origin:
    """Where a document prints a target."""

    document: str
    line: int
    basis: str
    nature: str


@cache
def target_origins() -> dict[str, Origin]:
    """Map the figure rows that targets cite to document, line, basis and nature.

    Taken from the figure base, so that the register repeats nothing of it.
    """
    from sim.figures.base import load_figures

    cited = {target.figure_id for target in load_targets()}
    return {
        row.id: Origin(row.document, row.line, row.basis, row.nature)
        for row in load_figures()
        if row.id in cited
    }
