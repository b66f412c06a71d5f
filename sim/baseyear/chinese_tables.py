"""Reader of the official Chinese 42-sector input-output tables of a province.

The tables stand in 10 thousand CNY at producer prices; they are divided once, to 亿元. Rows
and columns are found by their codes, never by position. Imports (IM) and domestic inflow (IF)
are stored positive and subtracted:

    sum_j z_ij + sum_k f_ik - imports_i - inflow_i + error_i = output_i.

Nothing is repaired: `diagnose` states what is wrong.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import xlrd
from numpy.typing import NDArray

from models.labels import SECTOR_NAMES, SECTORS
from sim.errors import InputError

Floats = NDArray[np.float64]

TEN_THOUSAND_PER_UNIT: Final = 1e4  # 1 亿元 = 10 000 times 10 thousand CNY
FINAL_USE_CODES: Final = ("FU101", "FU102", "FU103", "FU201", "FU202", "OF", "EX")
PRIMARY_INPUT_CODES: Final = ("VA001", "VA002", "VA003", "VA004")
PRIMARY_INPUTS: Final = ("compensation", "production_tax", "depreciation", "surplus")
SUPPLY_CODES: Final = ("IM", "IF", "ERR", "GO")


@dataclass(frozen=True)
class OfficialTable:
    """One official table, in 亿元 at producer prices of its year.

    Attributes
    ----------
    flows : ndarray (42, 42)
        Intermediate use, row product by column sector, imported inputs included.
    final_uses : ndarray (7, 42)
        In the order of `models.labels.FINAL_USES`.
    imports, inflow, error, output : ndarray (42,)
        Imports and domestic inflow (positive), error column, gross output by row.
    primary_inputs : ndarray (4, 42)
        In the order of `PRIMARY_INPUTS`.
    total_input : ndarray (42,)
        Printed total input of each column.
    intermediate_use, intermediate_input, value_added : ndarray (42,)
        Printed subtotals TIU, TII and TVA, for checks.
    names : tuple of str
        Printed names of the 42 sectors.
    """

    flows: Floats
    final_uses: Floats
    imports: Floats
    inflow: Floats
    error: Floats
    output: Floats
    primary_inputs: Floats
    total_input: Floats
    intermediate_use: Floats
    intermediate_input: Floats
    value_added: Floats
    names: tuple[str, ...]

    @property
    def domestic_use(self) -> Floats:
        """Purchases in the province (42,): intermediate, consumption and capital formation."""
        return np.asarray(self.flows.sum(axis=1) + self.final_uses[:5].sum(axis=0))

    @property
    def local_supply_share(self) -> Floats:
        """r (42,): 1 - (imports + inflow) / purchases in the province."""
        return np.asarray(1.0 - (self.imports + self.inflow) / self.domestic_use)


@dataclass(frozen=True)
class Diagnosis:
    """One check of a table: `level` is pass, warning or fail; `value` the figure behind it."""

    check: str
    level: str
    value: float
    message: str


def read_official_table(path: Path) -> OfficialTable:
    """Read the printed table from the statistical bureau's .xls file.

    Parameters
    ----------
    path : Path
        File with codes in one header row and one code column.

    Returns
    -------
    OfficialTable

    Raises
    ------
    InputError
        If the file is missing or a code is absent, doubled, or beside an empty cell.
    """
    if not path.is_file():
        raise InputError("input-output table not found", file=path)
    try:
        sheet = xlrd.open_workbook(str(path)).sheet_by_index(0)
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, ValueError) as error:
        raise InputError(f"the file is no .xls workbook ({error})", file=path) from error
    cells = [[sheet.cell_value(i, j) for j in range(sheet.ncols)] for i in range(sheet.nrows)]
    header = next((i for i, row in enumerate(cells) if "TIU" in row and SECTORS[0] in row), None)
    if header is None:
        raise InputError("no header row with the codes 01..42 and TIU", file=path)
    code_column = next((j for j in range(sheet.ncols) if "TII" in [r[j] for r in cells]), None)
    if code_column is None:
        raise InputError("no column with the row codes 01..42 and TII", file=path)
    columns = _positions([str(c) for c in cells[header]], header, path)
    rows = _positions([str(r[code_column]) for r in cells], code_column, path)
    names = tuple(str(cells[rows[c]][code_column - 1]).strip() for c in SECTORS)
    return _assemble(cells, rows, columns, names, path)


def read_tidy_table(path: Path) -> OfficialTable:
    """Read the same table from the tidy csv, whose rows carry names instead of codes.

    Parameters
    ----------
    path : Path
        UTF-8 csv, 10 thousand CNY; the first 42 rows and columns are the sectors.

    Returns
    -------
    OfficialTable

    Raises
    ------
    InputError
        If the file is missing, the sector names of rows and columns differ, or a code is absent.
    """
    if not path.is_file():
        raise InputError("input-output table not found", file=path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        cells = list(csv.reader(stream))
    n = len(SECTORS)
    names = tuple(row[0].strip() for row in cells[1 : n + 1])
    if names != tuple(name.strip() for name in cells[0][1 : n + 1]):
        raise InputError("rows and columns do not name the same sectors", file=path, line=1)
    columns = _positions(["", *SECTORS, *cells[0][n + 1 :]], 0, path)
    rows = _positions(["", *SECTORS, *[row[0] for row in cells[n + 1 :]]], 0, path)
    return _assemble(cells, rows, columns, names, path)


def _positions(codes: list[str], place: int, path: Path) -> dict[str, int]:
    positions: dict[str, int] = {}
    for index, printed in enumerate(codes):
        code = printed.strip()
        if code in positions and code in SECTORS:
            raise InputError(f"sector code {code} stands twice", file=path, key=str(place))
        positions.setdefault(code, index)
    return positions


def _assemble(
    cells: list[list[object]] | list[list[str]],
    rows: dict[str, int],
    columns: dict[str, int],
    names: tuple[str, ...],
    path: Path,
) -> OfficialTable:
    def block(row_codes: tuple[str, ...], column_codes: tuple[str, ...]) -> Floats:
        values = np.empty((len(row_codes), len(column_codes)))
        for i, row in enumerate(row_codes):
            for j, column in enumerate(column_codes):
                values[i, j] = _number(cells, rows, columns, row, column, path)
        return values / TEN_THOUSAND_PER_UNIT

    supply = block(SECTORS, SUPPLY_CODES)
    return OfficialTable(
        flows=block(SECTORS, SECTORS),
        final_uses=block(SECTORS, FINAL_USE_CODES).T,
        imports=supply[:, 0],
        inflow=supply[:, 1],
        error=supply[:, 2],
        output=supply[:, 3],
        primary_inputs=block(PRIMARY_INPUT_CODES, SECTORS),
        total_input=block(("TI",), SECTORS)[0],
        intermediate_use=block(SECTORS, ("TIU",))[:, 0],
        intermediate_input=block(("TII",), SECTORS)[0],
        value_added=block(("TVA",), SECTORS)[0],
        names=names,
    )


def _number(
    cells: list[list[object]] | list[list[str]],
    rows: dict[str, int],
    columns: dict[str, int],
    row: str,
    column: str,
    path: Path,
) -> float:
    for code, known in ((row, rows), (column, columns)):
        if code not in known:
            raise InputError("code not in the table", file=path, key=code)
    value = cells[rows[row]][columns[column]]
    try:
        return float(str(value))
    except ValueError:
        raise InputError(
            "cell is not a number", file=path, key=f"{row},{column}", found=repr(value)
        ) from None


def diagnose(table: OfficialTable, *, tolerance: float = 1e-6) -> tuple[Diagnosis, ...]:
    """Check orientation, unit, subtotals, balances and signs without changing anything.

    Parameters
    ----------
    table : OfficialTable
    tolerance : float
        Relative residual that still passes.

    Returns
    -------
    tuple of Diagnosis
    """
    supply = table.flows.sum(axis=1) + table.final_uses.sum(axis=0) + table.error
    row_gap = _worst(supply - table.imports - table.inflow, table.output)
    transposed = _worst(table.flows.sum(axis=0) + table.final_uses.sum(axis=0), supply)
    cost = table.flows.sum(axis=0) + table.primary_inputs.sum(axis=0)
    radius = float(np.abs(np.linalg.eigvals(table.flows / table.output)).max())
    share = table.local_supply_share
    expenditure = table.final_uses.sum() - table.imports.sum() - table.inflow.sum()
    total = table.value_added.sum()
    error = float(np.abs(table.error).sum() / total)
    deficits = [SECTORS[j] for j in np.flatnonzero(table.primary_inputs[3] < 0.0)]
    renamed = [c for c, n in zip(SECTORS, table.names, strict=True) if n != SECTOR_NAMES[c][1]]
    subtotals = (
        ("column balance", cost, table.total_input, "inputs and value added"),
        ("total input", table.total_input, table.output, "TI and GO"),
        ("intermediate use", table.flows.sum(axis=1), table.intermediate_use, "TIU"),
        ("intermediate input", table.flows.sum(axis=0), table.intermediate_input, "TII"),
        ("value added", table.primary_inputs.sum(axis=0), table.value_added, "TVA"),
    )
    inside = bool(((share >= 0.0) & (share <= 1.0)).all())
    return (
        _judge("row balance", row_gap, row_gap <= tolerance, "uses less imports and inflow"),
        _judge("orientation", transposed, row_gap < transposed, "rows are products"),
        *(_judge(n, w := _worst(v, t), w <= tolerance, text) for n, v, t, text in subtotals),
        _judge(
            "expenditure", gap := float(abs(expenditure / total - 1.0)), gap <= tolerance, "GDP"
        ),
        _judge("error column", error, error <= tolerance, "其他"),
        _judge("unit", float(total), 1e2 < total < 1e6, "GDP in 亿元"),
        _judge("spectral radius", radius, radius < 1.0, "of the coefficients"),
        _judge("local supply share", float(share.min()), inside, "smallest"),
        _listed("operating surplus", deficits, "negative in sectors"),
        _listed("sector names", renamed, "differ from the classification in sectors"),
    )


def _worst(values: Floats, reference: Floats) -> float:
    return float((np.abs(values - reference) / np.maximum(np.abs(reference), 1.0)).max())


def _judge(check: str, value: float, good: bool, message: str) -> Diagnosis:
    return Diagnosis(check, "pass" if good else "fail", value, message)


def _listed(check: str, codes: list[str], message: str) -> Diagnosis:
    if not codes:
        return Diagnosis(check, "pass", 0.0, "nothing found")
    return Diagnosis(check, "warning", float(len(codes)), f"{message} {', '.join(codes)}")
