"""The statistical series from outside the documents, one row per variable, year, vintage.

The rows stand in `data/series.csv` (built by `sim.figures.build_series`), the names and
units of the variables in `data/variables.csv`. Vintages of one variable are never mixed:
a variable with two of them must be asked for with its vintage.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from sim.errors import InputError, nearest_name

SERIES_FILE = Path(__file__).parent / "data" / "series.csv"
VARIABLES_FILE = Path(__file__).parent / "data" / "variables.csv"
SERIES_COLUMNS = ("variable", "year", "value", "unit", "vintage", "source", "note")
UNITS = (
    "亿元",
    "万人",
    "fraction",
    "TWh",
    "GW",
    "Mtce",
    "Mt",
    "h",
    "年",
    "t/MWh",
    "1952=1",
)
FIRST_YEAR, LAST_YEAR = 1949, 2100


def read_variables(path: str | Path = VARIABLES_FILE) -> pd.DataFrame:
    """Return the variables of the series base: unit, name_en, name_zh, note by variable.

    Raises
    ------
    InputError
        A variable stands twice, or its unit is unknown; file and line are named.
    """
    names = ("variable", "unit", "name_en", "name_zh", "note")
    rows: dict[str, dict[str, str]] = {}
    for line, row in _rows(Path(path), names):
        variable = row["variable"]
        if variable in rows:
            raise InputError("the variable stands twice", file=path, line=line, key=variable)
        _check_unit(row["unit"], path, line, variable)
        rows[variable] = {name: row[name] for name in names[1:]}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("variable")


def units_by_variable(path: str | Path = VARIABLES_FILE) -> dict[str, str]:
    """Return the unit of each variable of the series base."""
    table = read_variables(path)
    return dict(zip(table.index.astype(str), table["unit"].astype(str), strict=True))


def load_series(
    path: str | Path = SERIES_FILE, variables: str | Path = VARIABLES_FILE
) -> pd.DataFrame:
    """Return the series base, typed and validated.

    Parameters
    ----------
    path, variables : path
        The csv files of the rows and of the variables.

    Returns
    -------
    pandas.DataFrame
        Columns variable (str), year (int64), value (float64), unit, vintage, source and
        note (str), in the order of the file.

    Raises
    ------
    InputError
        Unknown unit or variable, a unit that is not the variable's, a value that is not a
        number, a missing source or vintage, or a second row for the same variable, year
        and vintage; file and line are named.
    """
    units = units_by_variable(variables)
    seen: dict[tuple[str, int, str], int] = {}
    records: list[tuple[str, int, float, str, str, str, str]] = []
    for line, row in _rows(Path(path), SERIES_COLUMNS):
        variable, unit = row["variable"], row["unit"]
        _check_unit(unit, path, line, variable)
        if variable not in units:
            raise InputError(
                "unknown variable",
                file=path,
                line=line,
                found=variable,
                nearest=nearest_name(variable, units),
            )
        if unit != units[variable]:
            raise InputError(
                "the unit is not the unit of the variable",
                file=path,
                line=line,
                key=variable,
                found=unit,
                allowed=units[variable],
            )
        for name in ("vintage", "source"):
            if not row[name].strip():
                raise InputError(f"the {name} is missing", file=path, line=line, key=variable)
        year, value = _year(row["year"], path, line), _value(row["value"], path, line)
        key = (variable, year, row["vintage"])
        if key in seen:
            raise InputError(
                f"{variable} {year} ({row['vintage']}) stands already in line {seen[key]}",
                file=path,
                line=line,
            )
        seen[key] = line
        records.append((variable, year, value, unit, row["vintage"], row["source"], row["note"]))
    return pd.DataFrame(records, columns=list(SERIES_COLUMNS))


def series(
    variable: str, vintage: str | None = None, frame: pd.DataFrame | None = None
) -> pd.Series:
    """Return one series, indexed by year.

    Parameters
    ----------
    variable : str
        Name as in `data/variables.csv`.
    vintage : str, optional
        Needed where the variable has more than one: vintages are never mixed.
    frame : pandas.DataFrame, optional
        The series base, when it is loaded already.

    Returns
    -------
    pandas.Series
        Values by year, ascending; named as the variable; `attrs` holds unit and vintage.

    Raises
    ------
    InputError
        Unknown variable or vintage, or several vintages and none named.
    """
    base = load_series() if frame is None else frame
    rows = base[base["variable"] == variable]
    if rows.empty:
        names = sorted(set(base["variable"]))
        raise InputError(
            "no such variable in the series base",
            found=variable,
            nearest=nearest_name(variable, names),
        )
    vintages = sorted(set(rows["vintage"]))
    if vintage is None and len(vintages) > 1:
        raise InputError(
            f"{variable} has several vintages, which must not be mixed: name one",
            allowed=", ".join(vintages),
        )
    if vintage is not None and vintage not in vintages:
        raise InputError(
            f"{variable} has no such vintage", found=vintage, allowed=", ".join(vintages)
        )
    rows = rows[rows["vintage"] == (vintage or vintages[0])].sort_values("year")
    out = pd.Series(
        rows["value"].to_numpy(), index=pd.Index(rows["year"], name="year"), name=variable
    )
    out.attrs = {"unit": rows["unit"].iloc[0], "vintage": vintage or vintages[0]}
    return out


def by_year(values: pd.Series) -> dict[int, float]:
    """Return a series indexed by year as a dictionary, ascending as it stands."""
    years = values.index.to_numpy(dtype=np.int64).tolist()
    return dict(zip(years, values.to_numpy(dtype=np.float64).tolist(), strict=True))


def log_growth(values: pd.Series) -> pd.Series:
    """Return log growth from the year before, indexed by year; nan in the first year."""
    logs = np.log(values.to_numpy(dtype=np.float64))
    return pd.Series(logs, index=values.index).diff()


def _rows(path: Path, names: tuple[str, ...]) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield line number and row; refuse a wrong header and rows of a wrong length."""
    if not path.is_file():
        raise InputError("the file is missing", file=path)
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        header = next(reader, [])
        if tuple(header) != names:
            raise InputError(
                "wrong header", file=path, line=1, found=",".join(header), allowed=",".join(names)
            )
        for cells in reader:
            if len(cells) != len(names):
                raise InputError(
                    "wrong number of cells",
                    file=path,
                    line=reader.line_num,
                    found=len(cells),
                    allowed=len(names),
                )
            yield reader.line_num, dict(zip(names, cells, strict=True))


def _check_unit(unit: str, path: str | Path, line: int, variable: str) -> None:
    if unit not in UNITS:
        raise InputError(
            "unknown unit",
            file=path,
            line=line,
            key=variable,
            found=unit or "nothing",
            allowed=", ".join(UNITS),
        )


def _year(text: str, path: str | Path, line: int) -> int:
    if not text.isdigit() or not FIRST_YEAR <= int(text) <= LAST_YEAR:
        raise InputError(
            "the year is not a year",
            file=path,
            line=line,
            found=text,
            allowed=f"{FIRST_YEAR} to {LAST_YEAR}",
        )
    return int(text)


def _value(text: str, path: str | Path, line: int) -> float:
    try:
        value = float(text)
    except ValueError as error:
        raise InputError(
            "the value is not a number", file=path, line=line, found=text or "nothing"
        ) from error
    if not np.isfinite(value):
        raise InputError("the value is not finite", file=path, line=line, found=text)
    return value
