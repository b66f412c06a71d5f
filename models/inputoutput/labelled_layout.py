"""The plain labelled layout: one csv file or sheet, self-describing.

Lines that begin with # state what the numbers are, then follows the table:

    #unit,亿元
    #year,2017
    #imports,competitive
    ,01,02,final_use:households,final_use:exports,imports:imports,output
    01,…
    primary_input:compensation,…
    satellite:co2 [Mt],…

A label that names a row and a column is a sector. Other columns are final uses and other rows
primary inputs, unless a prefix says what they are: ``final_use:``, ``imports:`` (positive,
deducted), ``primary_input:``, ``satellite:NAME [UNIT]``. ``output`` is the printed output.
Tables of several regions have two header rows and two label columns, and ``#levels,2``.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from models.errors import InputError
from models.inputoutput.frames import (
    COMPETITIVE,
    DOMESTIC,
    TableFrames,
    empty_columns,
    file_hash,
)
from models.inputoutput.grids import Grid, block, plain, read_grid, write_grid

OUTPUT: Final = ("output", "gross_output", "total_output", "total_input", "总产出", "总投入")
COLUMN_ROLES: Final = ("final_use", "imports")
ROW_ROLES: Final = ("primary_input", "satellite")
STATED: Final = ("unit", "year", "imports", "price_basis", "source", "levels")


@dataclass(frozen=True)
class _Line:
    """One row or column: where it stands, what it is and its label without prefix."""

    position: int
    role: str
    label: Hashable


def read_labelled(
    path: Path,
    *,
    sheet: str | None = None,
    unit: str | None = None,
    year: int | None = None,
    imports: str | None = None,
    levels: int | None = None,
    import_columns: Sequence[str] = (),
    satellites: Mapping[str, str] | None = None,
) -> TableFrames:
    """Read a plain labelled table.

    Parameters
    ----------
    path : Path
        csv, .xlsx or .xls.
    sheet : str, optional
        Name of the sheet; the first one where none is given.
    unit, year, imports, levels : optional
        What the # lines state; an argument goes before a line.
    import_columns : sequence of str
        Columns without prefix that are imports or inflow: positive, deducted.
    satellites : mapping of str to str, optional
        Rows without prefix that are satellite accounts, with their units.

    Returns
    -------
    TableFrames

    Raises
    ------
    InputError
        If unit or year is stated nowhere, no label names both a row and a column, a label
        stands twice, the sectors of rows and columns differ, or a cell is not a number.
    """
    grid = read_grid(path, sheet)
    stated, first = _stated(grid, path)
    given = {"unit": unit, "year": year, "imports": imports, "levels": levels}
    stated |= {key: str(value) for key, value in given.items() if value is not None}
    _require(stated, path)
    depth = int(stated.get("levels", "1"))
    if first + depth >= len(grid):
        raise InputError("the file holds no table", file=path)
    columns = [
        _line(j, [grid[first + k][j] for k in range(depth)], COLUMN_ROLES)
        for j in range(depth, len(grid[first]))
    ]
    rows = [
        _line(i, grid[i][:depth], ROW_ROLES)
        for i in range(first + depth, len(grid))
        if any(plain(cell) for cell in grid[i])
    ]
    rows, columns = _with_sectors(rows, columns, tuple(import_columns), satellites or {}, path)
    return _assemble(_Cells(grid, path, rows, columns), stated, satellites or {})


def _stated(grid: Grid, path: Path) -> tuple[dict[str, str], int]:
    stated: dict[str, str] = {}
    for line, row in enumerate(grid):
        head = str(row[0]).strip() if row else ""
        if not head.startswith("#"):
            if any(plain(cell) for cell in row):
                return stated, line
            continue
        key, colon, rest = head.lstrip("# ").partition(":")
        value = rest if colon else (row[1] if len(row) > 1 else "")
        name = key.strip().lower()
        if name in STATED:
            stated[name] = str(value).strip()
    raise InputError("the file holds no table", file=path)


def _require(stated: Mapping[str, str], path: Path) -> None:
    for key in ("unit", "year"):
        if not stated.get(key):
            raise InputError(
                f"the file does not state its {key}: add a line #{key} or give {key}=",
                file=path,
                key=key,
            )
    for key in ("year", "levels"):
        text = stated.get(key, "1").removesuffix(".0")
        if not text.isdigit() or (key == "levels" and text not in ("1", "2")):
            raise InputError("not a valid value", file=path, key=key, found=repr(text))
    if stated.get("imports", COMPETITIVE) not in (COMPETITIVE, DOMESTIC):
        raise InputError(
            "unknown treatment of imports",
            file=path,
            key="imports",
            found=repr(stated["imports"]),
            allowed=f"{COMPETITIVE}, {DOMESTIC}",
        )


def _line(position: int, cells: Sequence[Any], roles: Sequence[str]) -> _Line:
    texts = [_label(cell) for cell in cells]
    head, colon, rest = texts[-1].partition(":")
    role = head if colon and head in roles else ""
    if role:
        texts[-1] = rest
    return _Line(position, role, texts[0] if len(texts) == 1 else tuple(texts))


def _label(cell: Any) -> str:
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _last(label: Hashable) -> str:
    return str(label[-1] if isinstance(label, tuple) else label)


def _with_sectors(
    rows: list[_Line],
    columns: list[_Line],
    import_columns: tuple[str, ...],
    satellites: Mapping[str, str],
    path: Path,
) -> tuple[list[_Line], list[_Line]]:
    """Give every line without prefix its role."""
    across = {c.label for c in columns if not c.role}
    both = {r.label for r in rows if not r.role and r.label in across}
    if not both:
        raise InputError("no label names both a row and a column", file=path)

    def role(line: _Line, other: str) -> str:
        name = _last(line.label)
        if line.role:
            return line.role
        if line.label in both:
            return "sector"
        if name in OUTPUT:
            return "output"
        if other == "final_use":
            return "imports" if name in import_columns else other
        return "satellite" if name in satellites else other

    done = []
    for lines, other in ((rows, "primary_input"), (columns, "final_use")):
        named = [_Line(line.position, role(line, other), line.label) for line in lines]
        seen: set[tuple[str, Hashable]] = set()
        for line in named:
            if (line.role, line.label) in seen:
                raise InputError("a label stands twice", file=path, found=repr(line.label))
            seen.add((line.role, line.label))
        done.append(named)
    return done[0], done[1]


@dataclass(frozen=True)
class _Cells:
    grid: Grid
    path: Path
    rows: list[_Line]
    columns: list[_Line]

    def frame(self, row_role: str, column_role: str, *, gaps: bool = False) -> pd.DataFrame:
        """Return the block of two roles; with `gaps` an empty cell is zero."""
        rows = [r for r in self.rows if r.role == row_role]
        columns = [c for c in self.columns if c.role == column_role]
        grid = self.grid
        if gaps:
            width = len(self.rows) + len(self.columns) + len(grid[-1])
            padded = [[*row, *[""] * (width - len(row))] for row in grid]
            grid = [[cell if plain(cell) else 0.0 for cell in row] for row in padded]
        values = block(grid, [r.position for r in rows], [c.position for c in columns], self.path)
        return pd.DataFrame(values, index=_index(rows), columns=_index(columns))


def _index(lines: Sequence[_Line]) -> pd.Index:
    labels = [line.label for line in lines]
    if labels and isinstance(labels[0], tuple):
        return pd.MultiIndex.from_tuples(labels)
    return pd.Index(labels, dtype=object)


def _assemble(
    cells: _Cells, stated: Mapping[str, str], satellites: Mapping[str, str]
) -> TableFrames:
    flows = cells.frame("sector", "sector")
    index = flows.index
    notes = [f"read from {cells.path.name}, sha256 {file_hash(cells.path)[:16]}"]
    final_use = cells.frame("sector", "final_use")
    imports = cells.frame("sector", "imports")
    imports = imports if imports.shape[1] else empty_columns(index)
    totals = cells.frame("sector", "output")
    if totals.shape[1]:
        output = totals.iloc[:, 0].rename("output")
    else:
        output = (flows.sum(axis=1) + final_use.sum(axis=1) - imports.sum(axis=1)).rename("output")
        notes.append("no printed output: output is the sum of the row")
    primary = cells.frame("primary_input", "sector").loc[:, index]
    taxes = cells.frame("primary_input", "final_use", gaps=True).to_numpy()
    if taxes.any():
        notes.append(f"primary inputs of final users, {taxes.sum():.6g}, are not in the table")
    accounts, direct, units = _satellites(cells, satellites, index)
    total_input = cells.frame("output", "sector")
    printed = {} if total_input.empty else {"total_input": total_input.iloc[0].loc[index]}
    return TableFrames(
        flows=flows.loc[:, index],
        final_use=final_use,
        primary_inputs=_flat(primary),
        output=output,
        imports=imports,
        satellites=accounts,
        satellite_units=units,
        satellite_final_use=direct,
        unit=stated["unit"],
        year=int(stated["year"].removesuffix(".0")),
        treatment=stated.get("imports", COMPETITIVE),
        printed=printed,
        price_basis=stated.get("price_basis", "prices of the year"),
        source=stated.get("source", cells.path.name),
        history=tuple(notes),
    )


def _satellites(
    cells: _Cells, given: Mapping[str, str], index: pd.Index
) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
    accounts = _flat(cells.frame("satellite", "sector").loc[:, index])
    direct = _flat(cells.frame("satellite", "final_use", gaps=True))
    names, units = [], {}
    for printed in accounts.index:
        found = re.fullmatch(r"(.*?)\s*\[(.*)\]", str(printed))
        name, unit = (found[1], found[2]) if found else (str(printed), given.get(str(printed), ""))
        if not unit:
            raise InputError(
                "a satellite account without a unit: write `satellite:NAME [UNIT]`",
                file=cells.path,
                key=name,
            )
        names.append(name)
        units[name] = unit
    accounts.index = direct.index = pd.Index(names, dtype=object)
    return accounts, direct, units


def _flat(frame: pd.DataFrame) -> pd.DataFrame:
    """Rows of primary inputs and satellites carry one label, whatever the sectors carry."""
    if frame.index.nlevels == 1:
        return frame
    labels = [" ".join(str(part) for part in label if str(part)) for label in frame.index]
    return frame.set_axis(pd.Index(labels, dtype=object), axis=0)


def write_labelled(frames: TableFrames, path: Path) -> None:
    """Write a table in the plain labelled layout, as csv or .xlsx.

    Raises
    ------
    InputError
        On another kind of file.
    """
    levels = frames.flows.index.nlevels
    stated = {
        "unit": frames.unit,
        "year": frames.year,
        "imports": frames.treatment,
        "price_basis": frames.price_basis,
        "source": frames.source,
        "levels": levels,
    }
    grid: Grid = [[f"#{key}", value] for key, value in stated.items()]
    columns = [
        *_heads(frames.flows.columns, ""),
        *_heads(frames.final_use.columns, "final_use:", levels),
        *_heads(frames.imports.columns, "imports:", levels),
        ["output"] if levels == 1 else ["", "output"],
    ]
    for level in range(levels):
        grid.append([""] * levels + [column[level] for column in columns])
    body = np.column_stack(
        [frames.flows, frames.final_use, frames.imports, frames.output.to_numpy()]
    )
    for label, values in zip(_heads(frames.flows.index, ""), body, strict=True):
        grid.append([*label, *(float(v) for v in values)])
    for label, values in zip(
        frames.primary_inputs.index, frames.primary_inputs.values, strict=True
    ):
        grid.append([*[""] * (levels - 1), f"primary_input:{label}", *map(float, values)])
    direct = frames.satellite_final_use
    for name in frames.satellites.index:
        tail = [] if direct is None else [float(v) for v in direct.loc[name]]
        head = f"satellite:{name} [{frames.satellite_units[name]}]"
        values = [float(v) for v in frames.satellites.loc[name]]
        grid.append([*[""] * (levels - 1), head, *values, *tail])
    write_grid(path, grid)


def _heads(index: pd.Index, prefix: str, levels: int | None = None) -> list[list[str]]:
    labels = [list(label) if isinstance(label, tuple) else [label] for label in index]
    wanted = levels or index.nlevels
    padded = [[""] * (wanted - len(label)) + [str(part) for part in label] for label in labels]
    return [[*label[:-1], prefix + label[-1]] for label in padded]
