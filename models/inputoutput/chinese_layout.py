"""The layouts of Chinese 42-sector tables: provinces, and the nation with split imports.

Rows and columns are found by their codes: sectors 01..42; TIU intermediate use; FU101 to FU103
consumption of rural and urban households and government; FU201, FU202 fixed capital and
inventories; EX exports, OF outflow to other provinces; IM imports, IF inflow from other
provinces, both stored positive and deducted; ERR the error column (其他); GO gross output;
VA001 to VA004 compensation, production taxes, depreciation and operating surplus; TI total
input. The table of 2007 has outflow with exports in FU302, inflow with imports in FU304.

    sum_j z_ij + sum_k f_ik + error_i - imports_i - inflow_i = output_i

The classifications of 2007 and 2012 have other sectors under some of the codes 01..42: the
names read are kept, and where they differ from the classification of 2017 the history says so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd

from models.errors import InputError
from models.inputoutput.frames import (
    COMPETITIVE,
    DOMESTIC,
    TableFrames,
    empty_columns,
    empty_rows,
    file_hash,
    standard_unit,
)
from models.inputoutput.grids import Grid, block, code, plain, positions, read_grid
from models.labels import SECTOR_NAMES, SECTORS

FINAL_USES: Final = {
    "FU101": "rural_households",
    "FU102": "urban_households",
    "FU103": "government",
    "FU201": "fixed_capital",
    "FU202": "inventories",
    "OF": "outflow",
    "EX": "exports",
    "FU302": "outflow_and_exports",
    "ERR": "statistical_discrepancy",
}
IMPORTS: Final = {"IM": "imports", "IF": "inflow", "FU304": "imports_and_inflow"}
PRIMARY_INPUTS: Final = {
    "VA001": "compensation",
    "VA002": "production_tax",
    "VA003": "depreciation",
    "VA004": "surplus",
}
CONSUMPTION: Final = {"TC": "consumption"}  # where it is not split by consumer
PRINTED_ROWS: Final = {
    "TII": "intermediate_input",
    "TVA": "value_added",
    "TI": "total_input",
}
PRINTED_COLUMNS: Final = {"TIU": "intermediate_use", "TFU": "final_use"}
COLUMN_CODES: Final = (*FINAL_USES, *IMPORTS, *CONSUMPTION, *PRINTED_COLUMNS, "GO")
ROW_CODES: Final = (*PRIMARY_INPUTS, *PRINTED_ROWS)
UNIT: Final = "万元"  # of the layout, where the file does not print one
ORIGINS: Final = ("Domestic", "Imports")


@dataclass(frozen=True)
class _Sheet:
    grid: Grid
    rows: Mapping[str, int]
    columns: Mapping[str, int]
    path: Path

    def frame(self, rows: Mapping[str, str], columns: Mapping[str, str]) -> pd.DataFrame:
        """Return the block of the codes given, labelled by the names they map to."""
        values = block(
            self.grid,
            [self.rows[c] for c in rows],
            [self.columns[c] for c in columns],
            self.path,
        )
        return pd.DataFrame(values, index=list(rows.values()), columns=list(columns.values()))

    def present_columns(self, names: Mapping[str, str]) -> dict[str, str]:
        return {c: name for c, name in names.items() if c in self.columns}

    def present_rows(self, names: Mapping[str, str]) -> dict[str, str]:
        return {c: name for c, name in names.items() if c in self.rows}


def read_china_42(path: Path, *, year: int | None = None, sheet: str | None = None) -> TableFrames:
    """Read a provincial 42-sector table: the bureau's .xls or .xlsx, or the tidy csv.

    Parameters
    ----------
    path : Path
    year : int, optional
        Year of the table; otherwise the one in its title or file name.
    sheet : str, optional
        Name of the sheet; the first one where none is given.

    Returns
    -------
    TableFrames
        In the unit printed, competitive imports.

    Raises
    ------
    InputError
        If the file is missing, a code is absent or stands twice, a cell is not a number, or
        no year is found.
    """
    grid = read_grid(path, sheet)
    page, names, ordered = _coded_sheet(grid, path)
    sectors = {c: c for c in SECTORS}
    finals = page.present_columns(FINAL_USES)
    if "FU103" not in finals:
        finals = {**page.present_columns(CONSUMPTION), **finals}
    for wanted in ("FU201", "GO"):
        if wanted not in page.columns:
            raise InputError("code not in the table", file=path, key=wanted)
    for wanted in PRIMARY_INPUTS:
        if wanted not in page.rows:
            raise InputError("code not in the table", file=path, key=wanted)
    imports = page.present_columns(IMPORTS)
    flows = page.frame(sectors, sectors)
    final_use = page.frame(sectors, finals)
    notes = _notes(grid, path, names)
    if "ERR" in finals and not final_use[FINAL_USES["ERR"]].any():
        final_use = final_use.drop(columns=FINAL_USES["ERR"])
        notes.append("the error column (其他) is zero and left out")
    if ordered:
        notes.append("sectors numbered in the order of the file, which carries names only")
    return TableFrames(
        flows=flows,
        final_use=final_use,
        primary_inputs=page.frame(PRIMARY_INPUTS, sectors),
        output=page.frame(sectors, {"GO": "output"})["output"],
        imports=page.frame(sectors, imports) if imports else empty_columns(flows.index),
        satellites=empty_rows(flows.columns),
        unit=_unit(grid, notes),
        year=_year(grid, path, year),
        names=names,
        printed=_printed(page, sectors),
        treatment=COMPETITIVE,
        source=_title(grid, path),
        history=tuple(notes),
    )


def read_china_42_split(
    path: Path, *, year: int | None = None, sheet: str | None = None, imports: str = DOMESTIC
) -> TableFrames:
    """Read a national 42-sector table whose rows stand twice, domestic and imported.

    Parameters
    ----------
    path : Path
        Columns Code, Origin (Domestic, Imports), 01..42, TIU, TC, FU201, FU202, EX, GO.
    year, sheet : optional
        As in `read_china_42`.
    imports : {"domestic", "competitive"}
        "domestic": flows and final uses of domestic products, imported inputs as a primary
        input. "competitive": both added up, imports by product deducted.

    Returns
    -------
    TableFrames
        With `imported_flows` and `imported_final_use`.

    Raises
    ------
    InputError
        As `read_china_42`, and on another value of `imports`.
    """
    _require_treatment(imports)
    grid = read_grid(path, sheet)
    at_home, abroad, names = _split_sheets(grid, path)
    sectors = {c: c for c in SECTORS}
    finals = at_home.present_columns(FINAL_USES)
    finals = finals if "FU103" in finals else {**CONSUMPTION, **finals}
    home, foreign = at_home.frame(sectors, sectors), abroad.frame(sectors, sectors)
    home_use, foreign_use = at_home.frame(sectors, finals), abroad.frame(sectors, finals)
    primary, notes = at_home.frame(PRIMARY_INPUTS, sectors), _notes(grid, path, names)
    if competitive := imports == COMPETITIVE:
        deducted = (foreign.sum(axis=1) + foreign_use.sum(axis=1)).to_frame("imports")
        notes.append("domestic and imported parts added up, imports deducted by product")
    else:
        primary = pd.concat([primary, foreign.sum(axis=0).to_frame("imported_inputs").T])
        deducted = empty_columns(home.index)
        notes.append("imported intermediate inputs stand as a primary input")
    printed = _printed(at_home, sectors, columns=not competitive)
    return TableFrames(
        flows=home + foreign if competitive else home,
        final_use=home_use + foreign_use if competitive else home_use,
        primary_inputs=primary,
        output=at_home.frame(sectors, {"GO": "output"})["output"],
        imports=deducted,
        satellites=empty_rows(home.columns),
        unit=_unit(grid, notes),
        year=_year(grid, path, year),
        names=names,
        printed=printed,
        treatment=imports,
        imported_flows=foreign,
        imported_final_use=foreign_use,
        source=_title(grid, path),
        history=tuple(notes),
    )


def _require_treatment(imports: str) -> None:
    if imports not in (DOMESTIC, COMPETITIVE):
        raise InputError(
            "unknown treatment of imports",
            key="imports",
            found=repr(imports),
            allowed=f"{DOMESTIC}, {COMPETITIVE}",
        )


def _coded_sheet(grid: Grid, path: Path) -> tuple[_Sheet, dict[str, str], bool]:
    """Find header row and code column; a tidy csv has names where codes are expected."""
    coded = [[code(cell) for cell in row] for row in grid]
    header = next((i for i, row in enumerate(coded) if "TIU" in row and "GO" in row), None)
    if header is None:
        raise InputError("no header row with the codes TIU and GO", file=path)
    column = next((j for row in coded for j, text in enumerate(row) if text == "TII"), None)
    if column is None:
        raise InputError("no column with the row code TII", file=path)
    across = coded[header]
    down = [row[column] if column < len(row) else "" for row in coded]
    ordered = SECTORS[0] not in across
    if ordered:
        across, down = _number_sectors(grid, header, column, across, down, path)
    columns = positions(across, (*SECTORS, *COLUMN_CODES), path, "columns")
    rows = positions(down, (*SECTORS, *ROW_CODES), path, "rows")
    for sector in SECTORS:
        for place, known in (("rows", rows), ("columns", columns)):
            if sector not in known:
                raise InputError(f"sector code not among the {place}", file=path, key=sector)
    beside = column if ordered else column - 1
    names = {c: plain(grid[rows[c]][beside]) for c in SECTORS}
    return _Sheet(grid, rows, columns, path), names, ordered


def _number_sectors(
    grid: Grid, header: int, column: int, across: list[str], down: list[str], path: Path
) -> tuple[list[str], list[str]]:
    """Give the codes 01..42 to the names before TIU and TII, which must be the same."""
    named_columns = [plain(c) for c in grid[header][column + 1 : across.index("TIU")]]
    first, last = header + 1, down.index("TII")
    named_rows = [plain(row[column]) for row in grid[first:last]]
    if named_rows != named_columns or len(named_rows) != len(SECTORS):
        raise InputError(
            "rows and columns do not name the same 42 sectors in one order",
            file=path,
            line=header + 1,
            found=f"{len(named_rows)} rows and {len(named_columns)} columns",
        )
    n = len(SECTORS)
    across = [*across[: column + 1], *SECTORS, *across[column + 1 + n :]]
    down = [*down[:first], *SECTORS, *down[first + n :]]
    return across, down


def _split_sheets(grid: Grid, path: Path) -> tuple[_Sheet, _Sheet, dict[str, str]]:
    heads = [[plain(cell) for cell in row] for row in grid[:10]]
    header = next((i for i, row in enumerate(heads) if {"Code", "Origin"} <= set(row)), None)
    if header is None:
        raise InputError("no header row with Code and Origin", file=path)
    across = [code(cell) for cell in grid[header]]
    columns = positions(across, (*SECTORS, *COLUMN_CODES), path, "columns")
    down = [code(row[heads[header].index("Code")]) for row in grid]
    origin = [plain(row[heads[header].index("Origin")]) for row in grid]
    sheets = []
    totals = positions(down, ROW_CODES, path, "rows")
    for wanted in ORIGINS:
        part = [c if o == wanted else "" for c, o in zip(down, origin, strict=True)]
        rows = positions(part, SECTORS, path, f"{wanted.lower()} rows")
        for place, known in ((f"{wanted.lower()} rows", rows), ("columns", columns)):
            absent = next((c for c in SECTORS if c not in known), None)
            if absent is not None:
                raise InputError(f"sector code not among the {place}", file=path, key=absent)
        sheets.append(_Sheet(grid, {**rows, **totals}, columns, path))
    for wanted in (*PRIMARY_INPUTS, "FU201", "GO"):
        if wanted not in totals and wanted not in columns:
            raise InputError("code not in the table", file=path, key=wanted)
    titles = heads[header]
    beside = titles.index("DescriptionInChinese") if "DescriptionInChinese" in titles else 1
    names = {c: plain(grid[sheets[0].rows[c]][beside]) for c in SECTORS}
    return sheets[0], sheets[1], names


def _printed(
    page: _Sheet, sectors: Mapping[str, str], *, columns: bool = True
) -> dict[str, pd.Series]:
    printed = {
        name: page.frame({c: name}, sectors).loc[name]
        for c, name in page.present_rows(PRINTED_ROWS).items()
    }
    for c, name in page.present_columns(PRINTED_COLUMNS if columns else {}).items():
        printed[name] = page.frame(sectors, {c: name})[name]
    return printed


def _notes(grid: Grid, path: Path, names: Mapping[str, str]) -> list[str]:
    notes = [f"read from {path.name}, sha256 {file_hash(path)[:16]}"]
    other = [c for c in SECTORS if names[c] != SECTOR_NAMES[c][1]]
    if other:
        notes.append(f"sector names differ from the 2017 classification in {', '.join(other)}")
    return notes


def _title(grid: Grid, path: Path) -> str:
    title = plain(grid[0][0]) if grid and grid[0] else ""
    return f"{title} ({path.name})" if "年" in title else path.name


def _unit(grid: Grid, notes: list[str]) -> str:
    for row in grid[:10]:
        for cell in row:
            found = re.search(r"单位[:：](\S+)", plain(cell))
            if found:
                return standard_unit(found.group(1))
    notes.append(f"no unit in the file, {UNIT} by its layout")
    return UNIT


def _year(grid: Grid, path: Path, year: int | None) -> int:
    if year is not None:
        return year
    titles = [plain(cell) for row in grid[:4] for cell in row[:3]]
    found = [m.group() for text in titles for m in re.finditer(r"(?:19|20)\d\d(?=年)", text)]
    found += re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", path.stem)
    if not found:
        raise InputError("no year in title or file name: give year=", file=path, key="year")
    return int(found[0])
