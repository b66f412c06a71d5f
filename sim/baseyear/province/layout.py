"""The three layouts of `series.csv`: a figure a row, a year a row, or the years across."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from sim.baseyear.province.cells import MISSING, Row, known, read_rows
from sim.errors import InputError

COLUMNS: Final = ("variable", "year", "value", "unit", "sigma", "vintage", "source", "note")
ALIASES: Final = {
    "指标": "variable",
    "变量": "variable",
    "年份": "year",
    "年": "year",
    "数值": "value",
    "值": "value",
    "单位": "unit",
    "标准差": "sigma",
    "版本": "vintage",
    "来源": "source",
    "备注": "note",
    "说明": "note",
}
_WITH_UNIT: Final = re.compile(r"^(?P<name>.+?)\s*[\[（(【](?P<unit>[^\[\]（）()【】]+)[\]）)】]$")
_YEAR: Final = re.compile(r"^(19|20)\d\d年?$")


class Cell(NamedTuple):
    """One figure as it stands in the file: all text, with what else its row says."""

    name: str
    year: str
    value: str
    unit: str
    rest: dict[str, str]
    line: int


def read_cells(path: Path) -> Iterator[Cell]:
    """Yield every cell of a file of figures, whichever of the three layouts it has.

    Parameters
    ----------
    path : Path
        csv or xlsx. Years in the heading: years across, with a column `variable` (and
        `unit`, or the unit behind the name). A column `value`: one figure a row. Else one
        year a row with `variable[unit]` in the heading.

    Raises
    ------
    InputError
        On an unknown or missing column, or a name without unit.
    """
    header, rows = read_rows(path)
    if any(_YEAR.match(name) for name in header):
        yield from _across(header, rows, path)
    elif "value" in [ALIASES.get(name, name.lower()) for name in header]:
        yield from _long(header, rows, path)
    else:
        yield from _wide(header, rows, path)


def _columns(header: list[str], path: Path) -> dict[str, str]:
    """Heading -> column it stands for."""
    allowed = {name: name for name in COLUMNS} | ALIASES
    return {
        name: known(name if name in ALIASES else name.lower(), allowed, path, 1, "column")
        for name in header
        if name
    }


def _require(columns: dict[str, str], needed: tuple[str, ...], path: Path) -> None:
    lacking = [name for name in needed if name not in columns.values()]
    if lacking:
        raise InputError(f"the column {', '.join(lacking)} is missing", file=path, line=1)


def _long(header: list[str], rows: list[Row], path: Path) -> Iterator[Cell]:
    columns = _columns(header, path)
    _require(columns, ("variable", "year", "value", "unit"), path)
    for row in rows:
        cells = {columns[k]: v for k, v in row.cells.items() if k in columns}
        name, year, value, unit = (cells.pop(k) for k in ("variable", "year", "value", "unit"))
        yield Cell(name, year, value, unit, cells, row.line)


def _across(header: list[str], rows: list[Row], path: Path) -> Iterator[Cell]:
    years = [name for name in header if _YEAR.match(name)]
    columns = _columns([name for name in header if name not in years], path)
    _require(columns, ("variable",), path)
    for row in rows:
        cells = {columns[k]: v for k, v in row.cells.items() if k in columns}
        figures = {year: row.cells[year] for year in years if row.cells[year] not in MISSING}
        if not figures:  # a heading between the rows, or the line of the source below them
            continue
        name, unit = cells.pop("variable"), cells.pop("unit", "")
        if not unit:
            name, unit = _named_unit(name, path, row.line)
        for year, value in figures.items():
            yield Cell(name, year, value, unit, cells, row.line)


def _wide(header: list[str], rows: list[Row], path: Path) -> Iterator[Cell]:
    year = next((n for n in header if ALIASES.get(n, n.lower()) == "year"), None)
    if year is None:
        raise InputError(
            "the first line must name the columns, separated by commas: variable, year, value, "
            "unit; or year and gdp[亿元]; or variable, unit and the years",
            file=path,
            line=1,
            found=", ".join(header[:6]),
        )
    columns = {name: _named_unit(name, path, 1) for name in header if name and name != year}
    for row in rows:
        for column, (name, unit) in columns.items():
            yield Cell(name, row.cells[year], row.cells[column], unit, {}, row.line)


def _named_unit(text: str, path: Path, line: int) -> tuple[str, str]:
    match = _WITH_UNIT.match(text)
    if match is None:
        raise InputError(
            "the name needs its unit behind it, as gdp[亿元]",
            file=path,
            line=line,
            found=repr(text),
        )
    return match["name"], match["unit"]
