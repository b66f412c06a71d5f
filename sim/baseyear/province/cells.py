"""Cells of a province's files: csv (UTF-8 or GBK) or xlsx, forgiving in form only."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sim.errors import InputError, nearest_name

SUFFIXES: Final = (".csv", ".xlsx")
MISSING: Final = (
    *("", "-", "--", "－", "—", "——", "..", "...", "…", "……", "··"),
    *("NA", "N/A", "#N/A", "nan", "NaN", "null"),
)
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_THOUSANDS: Final = re.compile(r"[+-]?\d{1,3}([,，' ]\d{3})+(\.\d*)?")


@dataclass(frozen=True)
class Row:
    """One row below the header: its line in the file and its cells by column."""

    line: int
    cells: dict[str, str]


def find_table(folder: Path, stem: str) -> Path | None:
    """Return `stem.csv` or `stem.xlsx` of the folder, None where neither stands there.

    Raises
    ------
    InputError
        Where both do.
    """
    found = [path for suffix in SUFFIXES if (path := folder / (stem + suffix)).is_file()]
    if len(found) > 1:
        raise InputError(
            "the same table stands twice; keep one",
            file=folder,
            found=", ".join(path.name for path in found),
        )
    return found[0] if found else None


def read_rows(path: Path) -> tuple[list[str], list[Row]]:
    """Read header and rows; empty rows and rows that begin with # are left out.

    Raises
    ------
    InputError
        Where the file cannot be read, is empty, or a row is longer than the header.
    """
    grid = [(line, cells) for line, cells in _grid(path) if _used(cells)]
    if not grid:
        raise InputError("the table is empty", file=path)
    first, header = grid[0][0], grid[0][1]
    while header and not header[-1]:
        header = header[:-1]
    doubled = next((name for name in header if name and header.count(name) > 1), None)
    if doubled is not None:
        raise InputError("the column stands twice", file=path, line=first, key=doubled)
    rows = []
    for line, cells in grid[1:]:
        if any(cells[len(header) :]):
            raise InputError(
                "the row has more cells than the header (a comma inside a cell?)",
                file=path,
                line=line,
                found=len(cells),
                allowed=len(header),
            )
        padded = cells + [""] * (len(header) - len(cells))
        rows.append(Row(line, dict(zip(header, padded, strict=False))))
    return header, rows


def number(text: str, path: Path, line: int, key: str) -> float | None:
    """Return the number in a cell, None where it says that there is none.

    Raises
    ------
    InputError
        On anything else: a thousands separator, a unit or a per cent sign in the cell.
    """
    if text in MISSING:
        return None
    if _NUMBER.fullmatch(text):
        return float(text)
    reason = "not a number"
    if _THOUSANDS.fullmatch(text):
        reason = "thousands separators are not read; write plain digits"
    elif text.endswith(("%", "％")):
        reason = "the unit belongs into the unit column, not into the cell"
    raise InputError(reason, file=path, line=line, key=key, found=repr(text))


def known(name: str, names: dict[str, str], path: Path, line: int, what: str) -> str:
    """Return the key that `name` stands for.

    Parameters
    ----------
    name : str
        As written in the file.
    names : dict
        Every name that may be written -> key.
    path, line, what
        Where it stands, and what it is, for the message.

    Raises
    ------
    InputError
        Naming the nearest name.
    """
    if name not in names:
        near = nearest_name(name, names)
        raise InputError(f"unknown {what}", file=path, line=line, found=repr(name), nearest=near)
    return names[name]


def _used(cells: list[str]) -> bool:
    return any(cells) and not cells[0].startswith("#")


def _grid(path: Path) -> Iterator[tuple[int, list[str]]]:
    if path.suffix.lower() == ".xlsx":
        yield from _xlsx(path)
        return
    reader = csv.reader(io.StringIO(_decoded(path), newline=""))
    try:
        for cells in reader:
            yield reader.line_num, [_clean(cell) for cell in cells]
    except csv.Error as error:
        raise InputError(f"the csv is malformed ({error})", file=path) from error


def _decoded(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read ({error.strerror or error})", file=path) from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise InputError("the text is neither UTF-8 nor GBK", file=path)


def _xlsx(path: Path) -> Iterator[tuple[int, list[str]]]:
    from models.inputoutput.grids import read_grid

    for line, cells in enumerate(read_grid(path), start=1):
        yield line, [_clean(_text(cell)) for cell in cells]


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return repr(cell) if isinstance(cell, float) else str(cell)


def _clean(cell: str) -> str:
    return cell.replace("\u3000", " ").replace("\ufeff", "").strip()
