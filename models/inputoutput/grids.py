"""Cells of a spreadsheet or csv file, as they stand."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.errors import InputError

Floats = NDArray[np.float64]
Grid: TypeAlias = list[list[Any]]
SUFFIXES: Final = (".csv", ".xls", ".xlsx")
MISSING_READER: Final = "reading this format needs a package: pip install 'provsim[calibrate]'"


def read_grid(path: Path, sheet: str | None = None) -> Grid:
    """Return the cells of one sheet.

    Parameters
    ----------
    path : Path
        A csv (UTF-8), .xls or .xlsx file.
    sheet : str, optional
        Name of the sheet; the first one where none is given.

    Returns
    -------
    list of list
        Rows of text and numbers; an empty cell is "".

    Raises
    ------
    InputError
        If the file is missing, unreadable, of another kind or without that sheet.
    """
    if not path.is_file():
        raise InputError("input-output table not found", file=path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        raise InputError(
            "unknown kind of file", file=path, found=suffix, allowed=", ".join(SUFFIXES)
        )
    try:
        if suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as stream:
                return [list(row) for row in csv.reader(stream)]
        return _read_xls(path, sheet) if suffix == ".xls" else _read_xlsx(path, sheet)
    except InputError:
        raise
    except ImportError as error:
        raise InputError(MISSING_READER, file=path) from error
    except Exception as error:  # each library of spreadsheets has errors of its own
        raise InputError(f"the file cannot be read ({error})", file=path) from error


def _read_xls(path: Path, sheet: str | None) -> Grid:
    import xlrd

    book = xlrd.open_workbook(str(path))
    _require_sheet(path, sheet, book.sheet_names())
    page = book.sheet_by_index(0) if sheet is None else book.sheet_by_name(sheet)
    return [[page.cell_value(i, j) for j in range(page.ncols)] for i in range(page.nrows)]


def _read_xlsx(path: Path, sheet: str | None) -> Grid:
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    try:
        _require_sheet(path, sheet, book.sheetnames)
        page = book[book.sheetnames[0] if sheet is None else sheet]
        rows = [["" if v is None else v for v in row] for row in page.iter_rows(values_only=True)]
    finally:
        book.close()
    width = max((len(row) for row in rows), default=0)
    return [row + [""] * (width - len(row)) for row in rows]


def _require_sheet(path: Path, sheet: str | None, names: Sequence[str]) -> None:
    if sheet is not None and sheet not in names:
        raise InputError("no such sheet", file=path, found=repr(sheet), allowed=", ".join(names))


def write_grid(path: Path, rows: Grid, sheets: dict[str, Grid] | None = None) -> None:
    """Write cells as csv or .xlsx; `sheets` adds further sheets by name to an .xlsx.

    Raises
    ------
    InputError
        On another kind of file (.xls can be read, not written).
    """
    suffix = path.suffix.lower()
    if suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows(rows)
        return
    if suffix != ".xlsx":
        raise InputError("tables are written as .csv or .xlsx", file=path, found=suffix)
    try:
        from openpyxl import Workbook
    except ImportError as error:
        raise InputError(MISSING_READER, file=path) from error
    book = Workbook(write_only=True)
    for name, cells in {"table": rows, **(sheets or {})}.items():
        page = book.create_sheet(name)
        for row in cells:
            page.append(row)
    book.save(path)


def code(value: Any) -> str:
    """Return the code in a cell: 38.0, "38" and " 38 " are "38", 1 is "01"."""
    text = "".join(str(value).split())
    if text.endswith(".0") and text[:-2].isdigit():
        text = text[:-2]
    return text.zfill(2) if text.isdigit() else text


def plain(value: Any) -> str:
    """Return printed text without the blanks and line breaks of its layout."""
    return "".join(str(value).split())


def positions(
    codes: Sequence[str], wanted: Sequence[str], path: Path, place: str
) -> dict[str, int]:
    """Return where each wanted code stands.

    Raises
    ------
    InputError
        If one stands twice.
    """
    found: dict[str, int] = {}
    for index, text in enumerate(codes):
        if text in wanted:
            if text in found:
                raise InputError(f"code stands twice among the {place}", file=path, key=text)
            found[text] = index
    return found


def block(grid: Grid, rows: Sequence[int], columns: Sequence[int], path: Path) -> Floats:
    """Return the numbers at rows by columns.

    Raises
    ------
    InputError
        At a cell that is not a finite number, an empty one included.
    """
    values = np.empty((len(rows), len(columns)))
    for i, row in enumerate(rows):
        cells = grid[row]
        for j, column in enumerate(columns):
            cell = cells[column] if column < len(cells) else ""
            try:
                values[i, j] = float(cell)
            except (TypeError, ValueError):
                values[i, j] = np.nan
            if not np.isfinite(values[i, j]):
                raise InputError(
                    "cell is not a number",
                    file=path,
                    line=row + 1,
                    key=f"column {column + 1}",
                    found=repr(cell),
                )
    return values
