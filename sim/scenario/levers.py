"""The table of levers: what a scenario may set, in which unit and range, and by default.

The rows stand in ``data/levers.csv``. Rows with ``<unit>`` in the name are repeated for
every named power unit of the register (`sim.scenario.units`) that is to be built, the row
of closing for every one that operates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast

from sim.errors import InputError, nearest_name
from sim.scenario.tables import read_rows, table_place
from sim.scenario.units import Unit, read_units

Kind = Literal["path", "constant", "bool", "choice", "unit"]
UNIT_PLACEHOLDER: Final = "<unit>"
CLOSES: Final = f"units.{UNIT_PLACEHOLDER}.retires"  # the one lever of plants that operate


@dataclass(frozen=True, slots=True)
class Lever:
    """One setting of the scenario format.

    Attributes
    ----------
    name : str
        Dotted key, such as ``energy.wind.build_gw``.
    driver : str
        Driver of the yearly step that it moves; empty for structural settings.
    kind : {"path", "constant", "bool", "choice", "unit"}
        A value by year, one number, yes or no, one of a list, or a commissioning year.
    unit : str
        Unit of the value.
    minimum, maximum : float or None
        Admissible range, ends included.
    choices : tuple of str
        Allowed words of a choice; empty where the data pack lists them.
    default : str
        Default expression, see `sim.scenario.defaults`.
    name_en, name_zh, source, origin_kind, note : str
        Names, and where the default comes from.
    documents : tuple of str
        ``document:line`` places that name the lever.
    """

    name: str
    driver: str
    kind: Kind
    unit: str
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    default: str
    name_en: str
    name_zh: str
    source: str
    origin_kind: str
    documents: tuple[str, ...]
    note: str

    @property
    def allowed(self) -> str:
        """What may stand there, in words."""
        if self.kind == "bool":
            return "true or false"
        if self.kind == "choice":
            return ", ".join(self.choices) or "a definition of the data pack"
        text = f"{_number(self.minimum)} to {_number(self.maximum)}"
        return f"{text} {self.unit}" if self.kind != "unit" else f"a year from {text}"


def _number(value: float | None) -> str:
    return "unbounded" if value is None else f"{value:g}"


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _optional(text: str) -> float | None:
    return float(text) if text else None


@cache
def lever_rows() -> tuple[Lever, ...]:
    """Return the rows of ``data/levers.csv`` as they stand, unit rows unexpanded."""
    return tuple(_lever(row) for row in read_rows(table_place("sim.scenario", "levers.csv")))


def _lever(row: Mapping[str, str]) -> Lever:
    return Lever(
        name=row["lever"],
        driver=row["driver"],
        kind=cast(Kind, row["kind"]),
        unit=row["unit"],
        minimum=_optional(row["minimum"]),
        maximum=_optional(row["maximum"]),
        choices=_split(row["choices"]),
        default=row["default"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        source=row["source"],
        origin_kind=row["origin_kind"],
        documents=_split(row["documents"]),
        note=row["note"],
    )


def _expand(row: Lever, unit: Unit) -> Lever:
    """Return the lever of one unit, its default taken from the register."""
    default, source = row.default, row.source
    if default.startswith("register:"):
        found = getattr(unit, default.removeprefix("register:"))
        default = f"{found:g}" if isinstance(found, float) else str(found).lower()
        source = f"unit register: {unit.source}"
    return replace(
        row,
        name=row.name.replace(UNIT_PLACEHOLDER, unit.name),
        driver=row.driver.replace(UNIT_PLACEHOLDER, unit.name),
        default=default,
        name_en=f"{row.name_en}: {unit.name_en}",
        name_zh=f"{row.name_zh}:{unit.name_zh}",
        source=source,
    )


@cache
def lever_table(register: Path | None = None) -> dict[str, Lever]:
    """Return every lever by name, unit levers expanded.

    Parameters
    ----------
    register : Path, optional
        Another register of units; the bundled one by default.

    Returns
    -------
    dict of str to Lever
        In the order of the table.
    """
    units = read_units(register)
    table: dict[str, Lever] = {}
    for row in lever_rows():
        levers = [row]
        if UNIT_PLACEHOLDER in row.name:
            closes = row.name == CLOSES
            named = [unit for unit in units if unit.counts and unit.operates == closes]
            levers = [_expand(row, unit) for unit in named]
        table.update((lever.name, lever) for lever in levers)
    return table


def find_lever(name: str, table: Mapping[str, Lever] | None = None) -> Lever:
    """Return the lever called `name`.

    Raises
    ------
    InputError
        Where there is none, with the nearest name.
    """
    levers = lever_table() if table is None else table
    if name not in levers:
        raise InputError("unknown lever", key=name, nearest=nearest_name(name, levers))
    return levers[name]
