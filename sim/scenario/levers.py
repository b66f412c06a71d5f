"""The table of levers: what a scenario may set, in which unit and range, and by default.

The rows stand in ``data/levers.csv``. Rows with ``<unit>`` in the name are repeated for
every named power unit of the base year's register (``sim/baseyear/data/units.csv``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Final, Literal, cast

from sim.errors import InputError, nearest_name
from sim.scenario.tables import read_rows, table_place

Kind = Literal["path", "constant", "bool", "choice", "unit"]
UNIT_PLACEHOLDER: Final = "<unit>"
BUILT_STATUS: Final = ("construction",)
REGISTER_COLUMNS: Final = {
    "planned_year": "planned_year",
    "slip_mean_years": "slip_mean_years",
}


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


@dataclass(frozen=True, slots=True)
class Unit:
    """A named power unit of the register.

    Attributes
    ----------
    name, name_en, name_zh, technology, status : str
        As in the register.
    capacity_gw, planned_year, slip_mean_years : float
        Capacity in GW, decimal year of planned commissioning, mean slip in years.
    source : str
        Where the planned year comes from.
    """

    name: str
    name_en: str
    name_zh: str
    technology: str
    capacity_gw: float
    status: str
    planned_year: float
    slip_mean_years: float
    source: str


def _number(value: float | None) -> str:
    return "unbounded" if value is None else f"{value:g}"


def read_units(register: Path | None = None) -> tuple[Unit, ...]:
    """Read the register of named units.

    Parameters
    ----------
    register : Path, optional
        Another register in the same columns; the bundled one by default.

    Returns
    -------
    tuple of Unit
        In the order of the file.

    Raises
    ------
    InputError
        Where the register cannot be found.
    """
    place = register or table_place("sim.baseyear", "units.csv")
    if not place.is_file():
        raise InputError("the register of named power units is missing", file=str(place))
    return tuple(_unit(row) for row in read_rows(place))


def _unit(row: Mapping[str, str]) -> Unit:
    return Unit(
        name=row["unit"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        technology=row["technology"],
        capacity_gw=float(row["capacity_gw"]),
        status=row["status"],
        planned_year=float(row["planned_year"]),
        slip_mean_years=float(row["slip_mean_years"]),
        source=row["source"],
    )


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
    if row.default == "register:status":
        default = "true" if unit.status in BUILT_STATUS else "false"
    else:
        column = REGISTER_COLUMNS[row.default.removeprefix("register:")]
        default = f"{getattr(unit, column):g}"
    return replace(
        row,
        name=row.name.replace(UNIT_PLACEHOLDER, unit.name),
        driver=row.driver.replace(UNIT_PLACEHOLDER, unit.name),
        default=default,
        name_en=f"{row.name_en}: {unit.name_en}",
        name_zh=f"{row.name_zh}:{unit.name_zh}",
        source=f"unit register: {unit.source}",
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
        levers = [_expand(row, unit) for unit in units] if UNIT_PLACEHOLDER in row.name else [row]
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
