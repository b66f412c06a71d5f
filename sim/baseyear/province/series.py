"""`series.csv`: the province's figures by year, converted once to canonical units."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from sim.baseyear.province.cells import known, number
from sim.baseyear.province.description import BASE_YEAR, Description
from sim.baseyear.province.layout import COLUMNS, Cell, read_cells
from sim.baseyear.province.variables import Variable, variables, written_names
from sim.errors import InputError, nearest_name
from sim.figures.units import units

FIRST_YEAR, LAST_YEAR = 1949, 2100
FIRST_USABLE: Final = BASE_YEAR - 5
LEAST_GROWTH_YEARS: Final = 10  # trend and cycle are not told apart in fewer
SAME_UNIT: Final = {
    "小时": "h",
    "hours": "h",
    "hour": "h",
    "years": "年",
    "100 million CNY": "亿元",
    "亿元人民币": "亿元",
    "％": "%",
    "kWh": "千瓦时",
    "亿kWh": "亿千瓦时",
    "亿度": "亿千瓦时",
    "亿千瓦小时": "亿千瓦时",
    "kW": "千瓦",
    "万kW": "万千瓦",
    "万吨标煤": "万吨标准煤",
    "万tce": "万吨标准煤",
}
PREVIOUS_YEAR: Final = ("上年=100", "previous year=100")
VINTAGES: Final = {"gdp": ("released", "revised")}
_INDEX: Final = re.compile(r"^(19|20)\d\d=(1|100)$")
ROW_COLUMNS: Final = (*COLUMNS, "kind", "line")


def read_series(path: Path, description: Description) -> pd.DataFrame:
    """Read the figures of a province.

    Parameters
    ----------
    path : Path
        csv or xlsx in one of the layouts of `sim.baseyear.province.layout.read_cells`.
    description : Description
        Its `source` holds where a row names none.

    Returns
    -------
    DataFrame
        Columns `ROW_COLUMNS` in canonical units; `sigma` absolute or NaN.

    Raises
    ------
    InputError
        On an unknown column, variable or unit, a year or value that is none, a figure that
        stands twice, or a missing source, each with its line.
    """
    names = written_names()
    seen: dict[tuple[str, int, str], int] = {}
    records = []
    for cell in read_cells(path):
        variable = variables()[known(cell.name, names, path, cell.line, "variable")]
        value = number(cell.value, path, cell.line, variable.name)
        if value is None:
            continue
        year = _year(cell.year, path, cell.line)
        unit = cell.unit
        if unit in PREVIOUS_YEAR and "growth" in variable.name:  # an index of the yearbook
            unit, value = "%", value - 100.0
        factor = _factor(unit, variable, path, cell.line)
        vintage = _vintage(cell.rest.get("vintage", ""), variable, path, cell.line)
        _check_value(value * factor, variable, cell, path)
        place = (variable.name, year, vintage)
        if place in seen:
            raise InputError(
                f"{variable.name} {year} ({vintage}) stands already in line {seen[place]}",
                file=path,
                line=cell.line,
            )
        seen[place] = cell.line
        source = cell.rest.get("source", "") or description.source
        if not source:
            raise InputError(
                "the source is missing (give a column source, or source in province.csv)",
                file=path,
                line=cell.line,
                key=variable.name,
            )
        sigma = number(cell.rest.get("sigma", ""), path, cell.line, "sigma")
        if sigma is not None and sigma <= 0.0:
            raise InputError("sigma must be above zero", file=path, line=cell.line, found=sigma)
        spread = np.nan if sigma is None else sigma * factor
        note = cell.rest.get("note", "")
        records.append(
            (
                *(variable.name, year, value * factor, variable.unit),
                *(spread, vintage, source, note, "series", cell.line),
            )
        )
    return pd.DataFrame(records, columns=list(ROW_COLUMNS))


def _year(text: str, path: Path, line: int) -> int:
    plain = text.removesuffix("年").removesuffix(".0")
    if not plain.isdigit() or not FIRST_YEAR <= int(plain) <= LAST_YEAR:
        raise InputError(
            "the year is not a year",
            file=path,
            line=line,
            found=repr(text),
            allowed=f"{FIRST_YEAR} to {LAST_YEAR}",
        )
    return int(plain)


def _factor(text: str, variable: Variable, path: Path, line: int) -> float:
    """Canonical units in one printed unit."""
    name = "".join(text.split())
    name = SAME_UNIT.get(name, SAME_UNIT.get(text, name))
    if name in (variable.unit, f"{variable.unit}当量"):
        return 1.0
    if variable.unit == "1952=1" and _INDEX.match(name):
        return 0.01 if name.endswith("=100") else 1.0
    table = units()
    allowed = [k for k, u in table.items() if u.canonical == variable.unit]
    if name not in allowed:
        raise InputError(
            "not a unit of this variable" if name in table else "unknown unit",
            file=path,
            line=line,
            key=variable.name,
            found=repr(text),
            allowed=", ".join(dict.fromkeys([variable.unit, *allowed])),
            nearest=nearest_name(name, allowed),
        )
    return table[name].factor


def _vintage(text: str, variable: Variable, path: Path, line: int) -> str:
    allowed = VINTAGES.get(variable.name, (variable.vintage,))
    if text and text not in allowed:
        raise InputError(
            "unknown vintage; leave the cell empty where there is only one",
            file=path,
            line=line,
            key=variable.name,
            found=repr(text),
            allowed=", ".join(allowed),
        )
    return text or variable.vintage


def _check_value(value: float, variable: Variable, cell: Cell, path: Path) -> None:
    """Refuse what cannot be: shares and rates outside their range, negative levels."""
    signed = variable.name in ("inventories", "electricity_net_import")
    growth = "growth" in variable.name
    if variable.unit == "fraction":
        low, high = (-0.9, 3.0) if growth else (0.0, 1.0)
    else:
        low, high = (-np.inf if signed else 0.0), np.inf
    if not low <= value <= high:
        raise InputError(
            "the value cannot be (is the unit right?)",
            file=path,
            line=cell.line,
            key=variable.name,
            found=f"{cell.value} {cell.unit}",
            allowed=f"{low:g} to {high:g} {variable.unit}",
        )


def check_required(series: pd.DataFrame, files: list[str], folder: Path) -> None:
    """Refuse a folder that lacks what nothing can stand for, naming all of it at once.

    Parameters
    ----------
    series : DataFrame
        From `read_series`.
    files : list of str
        Required files that are missing.
    folder : Path
        For the message.

    Raises
    ------
    InputError
        One sentence with every missing file and variable.
    """
    usable = series[
        series["year"].between(FIRST_USABLE, BASE_YEAR) & (series["vintage"] != "revised")
    ]
    missing = [
        f"{v.name} ({v.name_zh})"
        for v in variables().values()
        if v.need == "required" and v.name not in set(usable["variable"])
    ]
    energy = {"energy_consumption", "coal_consumption"}
    if "series.csv" not in files and not energy & set(usable["variable"]):
        missing.append("energy_consumption (能源消费总量) or coal_consumption (煤炭消费总量)")
    if files:
        raise InputError(f"the folder lacks {', '.join(files)}", file=folder)
    if (
        "gdp" in set(series.loc[series["vintage"] == "revised", "variable"])
        and not (usable["variable"] == "gdp").any()
    ):
        raise InputError(
            "gdp has figures of the vintage revised only; leave the cell empty where there is "
            "one vintage",
            file=folder,
        )
    if missing:
        raise InputError(
            f"series.csv lacks a figure of {FIRST_USABLE}-{BASE_YEAR} for {', '.join(missing)}",
            file=folder,
        )
    growth = series[(series["variable"] == "gdp_growth") & (series["year"] <= BASE_YEAR)]
    if len(growth) < LEAST_GROWTH_YEARS:
        raise InputError(
            f"series.csv needs {LEAST_GROWTH_YEARS} or more years of gdp_growth (地区生产总值增速)",
            file=folder,
            found=len(growth),
        )
