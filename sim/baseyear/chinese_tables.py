"""The official 42-sector table of a province as the arrays that calibration starts from.

Read by `models.inputoutput` (layout "china-42"), divided once from 10 thousand CNY to 亿元.
Nothing is repaired: a table that does not balance to its own printed totals is refused.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.inputoutput.frames import TableFrames
from models.inputoutput.reading import as_table, read_frames
from models.labels import FINAL_USES
from sim.errors import InputError

Floats = NDArray[np.float64]

MONEY: Final = "亿元"
PRIMARY_INPUTS: Final = ("compensation", "production_tax", "depreciation", "surplus")
# Checks of `IOTable.preflight` that calibration needs passed; of the others none may fail.
EXACT_CHECKS: Final = ("row_residuals", "column_residuals", "printed_totals", "error_column")


@dataclass(frozen=True)
class OfficialTable:
    """One official table, in 亿元 at producer prices of its year.

    Attributes
    ----------
    flows : ndarray (42, 42)
        Intermediate use, row product by column sector, imported inputs included.
    final_uses : ndarray (7, 42)
        In the order of `models.labels.FINAL_USES`.
    imports, inflow, output : ndarray (42,)
        Imports and domestic inflow (positive), gross output by row.
    primary_inputs : ndarray (4, 42)
        In the order of `PRIMARY_INPUTS`.
    value_added : ndarray (42,)
        Printed value added (TVA).
    """

    flows: Floats
    final_uses: Floats
    imports: Floats
    inflow: Floats
    output: Floats
    primary_inputs: Floats
    value_added: Floats

    @property
    def domestic_use(self) -> Floats:
        """Purchases in the province (42,): intermediate, consumption and capital formation."""
        return np.asarray(self.flows.sum(axis=1) + self.final_uses[:5].sum(axis=0))


def read_official_table(path: Path) -> OfficialTable:
    """Read the printed table and check it.

    Parameters
    ----------
    path : Path
        The statistical bureau's .xls or .xlsx file, or a csv of the same layout.

    Returns
    -------
    OfficialTable

    Raises
    ------
    InputError
        If the file cannot be read, lacks a part, or the table fails a check.
    """
    frames = read_frames(path, layout="china-42").in_unit(MONEY)
    refuse_unbalanced(frames, path)
    return OfficialTable(
        flows=_plain(frames.flows),
        final_uses=_columns(frames.final_use, FINAL_USES, path).T,
        imports=_columns(frames.imports, ("imports",), path)[:, 0],
        inflow=_columns(frames.imports, ("inflow",), path)[:, 0],
        output=frames.output.to_numpy(dtype=float),
        primary_inputs=_plain(frames.primary_inputs.loc[list(PRIMARY_INPUTS)]),
        value_added=_columns(pd.DataFrame(frames.printed), ("value_added",), path)[:, 0],
    )


def refuse_unbalanced(frames: TableFrames, path: Path) -> None:
    """Refuse a table that does not balance, or fails any other check before use.

    Raises
    ------
    InputError
        With the first check not met.
    """
    for check in as_table(frames).preflight().checks:
        if check.status == "fail" or (check.name in EXACT_CHECKS and check.status != "pass"):
            raise InputError(
                f"the table does not meet the check {check.name}: {check.detail}", file=path
            )


def _plain(frame: pd.DataFrame) -> Floats:
    return np.ascontiguousarray(frame.to_numpy(dtype=float))


def _columns(frame: pd.DataFrame, names: tuple[str, ...], path: Path) -> Floats:
    for name in names:
        if name not in frame.columns:
            raise InputError(
                "the table lacks a column that calibration needs",
                file=path,
                key=name,
                allowed=", ".join(frame.columns),
            )
    return _plain(frame[list(names)])
