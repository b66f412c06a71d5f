"""`province.csv`: who the province is, and what it wants otherwise than the defaults."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from sim.baseyear.province.cells import find_table, known, number, read_rows
from sim.errors import InputError

BASE_YEAR: Final = 2025
PREFIXES: Final = ("parameter.", "lever.")
TEXTS: Final = ("name", "name_zh", "source", "note")
YEARS: Final = ("base_year", "io_year")


class Description(BaseModel):
    """What `province.csv` states.

    Attributes
    ----------
    key : str
        Name in lower case with underscores; identifies the pack.
    name, name_zh : str
        For readers.
    source : str
        Source of every row of `series.csv` that names none.
    io_year : int or None
        Year of `io_table`, where the file does not print it.
    parameters : dict
        Parameters of the energy or growth accounts set for this province.
    levers : dict
        Central values of levers in every scenario of this province.
    file : Path
        For messages.
    """

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    name: str = Field(min_length=1)
    name_zh: str = Field(min_length=1)
    source: str = ""
    io_year: int | None = Field(default=None, ge=1987, le=BASE_YEAR)
    parameters: dict[str, float] = {}
    levers: dict[str, float] = {}
    file: Path

    @property
    def key(self) -> str:
        """Name for file names and manifests."""
        return "_".join(self.name.lower().split())


def read_description(folder: Path) -> Description:
    """Read `province.csv` (or .xlsx): the columns key and value.

    Raises
    ------
    InputError
        On an unknown key, a value that is no number, another base year, or a missing name.
    """
    path = find_table(folder, "province")
    if path is None:
        raise InputError("province.csv is missing", file=folder)
    header, rows = read_rows(path)
    if not {"key", "value"} <= set(header):
        raise InputError("wrong columns", file=path, line=1, found=header, allowed="key, value")
    stated: dict[str, str] = {}
    parameters: dict[str, float] = {}
    levers: dict[str, float] = {}
    for row in rows:
        key, value = row.cells["key"], row.cells["value"]
        prefix, _, rest = key.partition(".")
        if rest and f"{prefix}." in PREFIXES:
            found = number(value, path, row.line, key)
            if found is None:
                raise InputError("the value is missing", file=path, line=row.line, key=key)
            (parameters if prefix == "parameter" else levers)[rest] = found
            continue
        allowed = dict.fromkeys((*TEXTS, *YEARS, *(f"{p}NAME" for p in PREFIXES)))
        known(key, {name: name for name in allowed}, path, row.line, "key")
        stated[key] = value
    _check(stated, path)
    year = stated.get("io_year", "")
    return Description(
        name=stated["name"],
        name_zh=stated["name_zh"],
        source=stated.get("source", ""),
        io_year=int(year) if year else None,
        parameters=parameters,
        levers=levers,
        file=path,
    )


def _check(stated: dict[str, str], path: Path) -> None:
    lacking = [key for key in ("name", "name_zh") if not stated.get(key)]
    if lacking:
        raise InputError(f"{' and '.join(lacking)} must be given", file=path)
    if stated.get("base_year", str(BASE_YEAR)) not in ("", str(BASE_YEAR)):
        raise InputError(
            "the model starts in 2025: leave earlier figures in series.csv as they are, "
            "the last ones are carried to 2025 by a stated rule",
            file=path,
            key="base_year",
            found=stated["base_year"],
            allowed=BASE_YEAR,
        )
    year = stated.get("io_year", "")
    if year and not (year.isdigit() and 1987 <= int(year) <= BASE_YEAR):
        raise InputError("not a year of a table", file=path, key="io_year", found=year)
