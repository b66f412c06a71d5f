"""Printed units and their canonical counterparts.

A figure keeps its unit as printed. It is converted once, at the edge, with the
factors of ``data/units.csv``: money in 亿元, energy in Mtce, electricity in TWh,
capacity in GW, mass in Mt, people in 万人, shares and rates as fractions.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sim.errors import InputError, nearest_name

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA: Final = Path(__file__).parent / "data"
_COLUMNS: Final = ["unit", "dimension", "canonical", "factor", "name_en"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A printed unit.

    Attributes
    ----------
    unit : str
        As printed, without blanks.
    dimension : str
        What it measures.
    canonical : str
        Unit of the model.
    factor : float
        Canonical units in one printed unit.
    name_en : str
        English name.
    """

    unit: str
    dimension: str
    canonical: str
    factor: float
    name_en: str


def read_units(path: Path) -> Mapping[str, Unit]:
    """Read a table of units.

    Parameters
    ----------
    path : Path
        CSV file with the columns unit, dimension, canonical, factor, name_en.

    Returns
    -------
    Mapping of str to Unit
        By printed unit.

    Raises
    ------
    InputError
        On another header, a factor that is no positive number, a unit that stands
        twice, or one dimension with two canonical units.
    """
    units: dict[str, Unit] = {}
    canonical: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle)
        if reader.fieldnames != _COLUMNS:
            raise InputError(
                "wrong columns",
                file=path,
                line=1,
                found=",".join(reader.fieldnames or ()),
                allowed=",".join(_COLUMNS),
            )
        for row in reader:
            unit = Unit(
                row["unit"],
                row["dimension"],
                row["canonical"],
                _factor(row["factor"], path, reader.line_num),
                row["name_en"],
            )
            if unit.unit in units:
                raise InputError(
                    "unit stands twice",
                    file=path,
                    line=reader.line_num,
                    key="unit",
                    found=unit.unit,
                )
            kept = canonical.setdefault(_family(unit.dimension), unit.canonical)
            if kept != unit.canonical and unit.dimension not in ("density", "time"):
                raise InputError(
                    f"dimension {unit.dimension} has two canonical units",
                    file=path,
                    line=reader.line_num,
                    key="canonical",
                    found=unit.canonical,
                    allowed=kept,
                )
            units[unit.unit] = unit
    return MappingProxyType(units)


def _family(dimension: str) -> str:
    return "share" if dimension == "share_change" else dimension


def _factor(text: str, path: Path, line: int) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 0.0 < factor < float("inf"):
        raise InputError(
            "factor must be a positive number", file=path, line=line, key="factor", found=text
        )
    return factor


@lru_cache(maxsize=1)
def units() -> Mapping[str, Unit]:
    """Return the bundled units by printed unit."""
    return read_units(DATA / "units.csv")


def unit(name: str) -> Unit:
    """Return one unit.

    Parameters
    ----------
    name : str
        Unit as printed; blanks are ignored.

    Raises
    ------
    InputError
        Where the unit is not in ``data/units.csv``.
    """
    table = units()
    key = "".join(name.split())
    if key not in table:
        raise InputError(
            "unknown unit",
            key="unit",
            found=name,
            allowed="a unit of sim/figures/data/units.csv",
            nearest=nearest_name(key, table),
        )
    return table[key]


def to_canonical(value: float, name: str) -> tuple[float, str]:
    """Convert a printed value.

    Parameters
    ----------
    value : float
        In the printed unit.
    name : str
        Printed unit.

    Returns
    -------
    tuple of float and str
        Value in the canonical unit, and that unit.

    Examples
    --------
    >>> to_canonical(3666, "万千瓦")
    (36.66, 'GW')
    >>> to_canonical(6800, "万吨标准煤")
    (68.0, 'Mtce')
    """
    found = unit(name)
    return value * found.factor, found.canonical
