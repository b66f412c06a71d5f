"""Reading figure rows: every rule of the format, with file, line and column."""

from __future__ import annotations

import csv
import math
import re
from typing import TYPE_CHECKING, Final

from sim.errors import InputError, nearest_name
from sim.figures.base import Figure
from sim.figures.units import to_canonical, units
from sim.figures.vocabulary import (
    BASES,
    COLUMNS,
    COMPARATORS,
    DOMAINS,
    NATURES,
    Document,
    documents,
    require,
)

if TYPE_CHECKING:
    from pathlib import Path

_ID: Final = re.compile(r"[a-z0-9_.-]+")
_SNAKE: Final = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
_PERIOD: Final = re.compile(r"(\d{4})(?:-(\d{4}))?")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def read_figures(path: Path, seen: dict[str, str] | None = None) -> tuple[Figure, ...]:
    """Read one file of figures.

    Parameters
    ----------
    path : Path
        UTF-8 CSV with the columns of `sim.figures.vocabulary.COLUMNS`, in that order.
    seen : dict, optional
        Ids read before, with their place; this file's are added.

    Returns
    -------
    tuple of Figure
        In the order of the file.

    Raises
    ------
    InputError
        On the first row that breaks a rule.
    """
    known = {} if seen is None else seen
    figures: list[Figure] = []
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.reader(handle)
        _check_header(path, next(reader, []))
        for cells in reader:
            line = reader.line_num
            if len(cells) != len(COLUMNS):
                raise InputError(
                    f"a row needs {len(COLUMNS)} cells", file=path, line=line, found=len(cells)
                )
            row = dict(zip(COLUMNS, cells, strict=True))
            if row["id"] in known:
                raise InputError(
                    f"id stands twice, first at {known[row['id']]}",
                    file=path,
                    line=line,
                    key="id",
                    found=row["id"],
                )
            figures.append(_Row(path, line, row).figure())
            known[row["id"]] = f"{path.name}:{line}"
    return tuple(figures)


def _check_header(path: Path, header: list[str]) -> None:
    for name in header:
        if name not in COLUMNS:
            raise InputError(
                "unknown column",
                file=path,
                line=1,
                key="header",
                found=name,
                allowed=", ".join(COLUMNS),
                nearest=nearest_name(name, COLUMNS),
            )
    if tuple(header) != COLUMNS:
        missing = [name for name in COLUMNS if name not in header]
        raise InputError(
            "columns missing" if missing else "columns out of order or double",
            file=path,
            line=1,
            key="header",
            found=", ".join(header),
            allowed=", ".join(COLUMNS),
        )


class _Row:
    """One row with its place, so that every complaint names it."""

    def __init__(self, path: Path, line: int, row: dict[str, str]) -> None:
        self.path, self.line, self.row = path, line, row

    def fail(self, key: str, message: str, allowed: str | None = None) -> InputError:
        found = self.row[key]
        return InputError(
            message,
            file=self.path,
            line=self.line,
            key=key,
            found=found if found else "nothing",
            allowed=allowed,
        )

    def figure(self) -> Figure:
        """Check the row and build the figure."""
        self.check_words()
        self.check_place()
        low, high = self.number("low"), self.number("high")
        value = self.number("value")
        self.check_range(value, low, high)
        self.check_printed(value, low, high)
        canonical: dict[str, float | str | None] = {"canonical_unit": ""}
        for name, one in (("value", value), ("low", low), ("high", high)):
            canonical[f"canonical_{name}"] = None
            if one is not None:
                canonical[f"canonical_{name}"] = to_canonical(one, self.row["unit"])[0]
        if self.row["unit"]:
            canonical["canonical_unit"] = units()[self.row["unit"]].canonical
        return Figure.model_validate(
            {
                **self.row,
                "value": value,
                "low": low,
                "high": high,
                "line": int(self.row["line"]),
                **canonical,
            }
        )

    def check_words(self) -> None:
        """Closed lists and names."""
        for key, names in (
            ("domain", DOMAINS),
            ("comparator", COMPARATORS),
            ("basis", BASES),
            ("nature", NATURES),
        ):
            require(key, self.row[key], names, file=self.path, line=self.line)
        if self.row["unit"]:
            allowed = "a unit of sim/figures/data/units.csv"
            require(
                "unit", self.row["unit"], units(), allowed=allowed, file=self.path, line=self.line
            )
        for key in ("indicator", "subject"):
            if (self.row[key] or key == "indicator") and not _SNAKE.fullmatch(self.row[key]):
                raise self.fail(key, "must be snake_case", "a-z, 0-9 and _")
        for key in ("name_en", "name_zh"):
            if not self.row[key].strip():
                raise self.fail(key, "a name is missing")
        period = _PERIOD.fullmatch(self.row["period"])
        if period is None or (period[2] is not None and int(period[1]) >= int(period[2])):
            raise self.fail("period", "must be a year or two rising years", "2025 or 2026-2030")

    def check_place(self) -> None:
        """Document, line and id."""
        known = {one.document: one for one in documents().values()}
        require("document", self.row["document"], known, file=self.path, line=self.line)
        document: Document = known[self.row["document"]]
        text = self.row["line"]
        if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= document.lines:
            raise self.fail(
                "line",
                "must be a line of the document",
                f"1 to {document.lines} of {document.document}",
            )
        parts = [document.code, text, self.row["indicator"], self.row["subject"]]
        start = "-".join(part for part in parts if part) + "-" + self.row["period"]
        tail = self.row["id"].removeprefix(start)
        if (
            not _ID.fullmatch(self.row["id"])
            or not self.row["id"].startswith(start)
            or (tail and not re.fullmatch(r"-\d+", tail))
        ):
            raise self.fail("id", "must tell document, line, indicator, subject, period", start)

    def number(self, key: str) -> float | None:
        """A finite number, or None for an empty cell."""
        text = self.row[key]
        if not text:
            return None
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.fail(key, "must be a number or empty")
        return value

    def check_range(self, value: float | None, low: float | None, high: float | None) -> None:
        """`between` has low and high only; all others at most a value; numbers need units."""
        if self.row["comparator"] == "between":
            if value is not None or low is None or high is None or low > high:
                raise self.fail("comparator", "between needs low <= high and no value")
        elif low is not None or high is not None:
            raise self.fail("low" if low is not None else "high", "only for comparator between")
        if not self.row["unit"] and (value is not None or low is not None):
            raise self.fail("unit", "a number needs a unit")

    def check_printed(self, value: float | None, low: float | None, high: float | None) -> None:
        """A printed numeral is the number of the row, up to the sign of a fall."""
        numbers = [one for one in (value, low, high) if one is not None]
        parts = self.row["printed"].split("~")
        if numbers and not self.row["printed"]:
            raise self.fail("printed", "the numeral as printed is missing")
        if all(_NUMBER.fullmatch(part) for part in parts):
            printed = [float(part) for part in parts]
            if printed != [abs(one) for one in numbers]:
                raise self.fail("printed", "does not agree with value, low and high")
