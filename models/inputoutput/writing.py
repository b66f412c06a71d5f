"""Writing tables in the layouts that `reading` reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from models.errors import InputError, nearest_name
from models.inputoutput import chinese_layout as china
from models.inputoutput.frames import DOMESTIC, TableFrames
from models.inputoutput.grids import Grid, write_grid
from models.inputoutput.labelled_layout import write_labelled
from models.inputoutput.pymrio_writing import write_pymrio
from models.inputoutput.reading import as_frames
from models.labels import SECTOR_NAMES, SECTORS

if TYPE_CHECKING:
    from models.inputoutput.table import IOTable

IMPORTED_INPUTS: Final = "imported_inputs"


def write_table(table: IOTable | TableFrames, path: str | Path, *, layout: str) -> Path:
    """Write a table.

    Parameters
    ----------
    table : IOTable or TableFrames
    path : str or Path
        .csv or .xlsx; a folder for "pymrio".
    layout : {"china-42", "china-42-split", "labelled", "pymrio"}
        "china-42-split" needs `TableFrames` that hold the imported part by cell.

    Returns
    -------
    Path
        Where it was written.

    Raises
    ------
    InputError
        On an unknown layout, or a table that does not fit it.
    """
    writer = LAYOUTS.get(layout)
    if writer is None:
        raise InputError(
            "unknown layout",
            key="layout",
            found=repr(layout),
            allowed=", ".join(LAYOUTS),
            nearest=nearest_name(layout, LAYOUTS),
        )
    place = Path(path)
    writer(table if isinstance(table, TableFrames) else as_frames(table), place)
    return place


def write_china_42(frames: TableFrames, path: Path) -> None:
    """Write the layout of the provincial 42-sector tables, as .xlsx or csv.

    Satellites have no place in it and are refused rather than lost.
    """
    if frames.treatment == DOMESTIC:
        raise InputError("this layout holds imports by product: the table has none", key="imports")
    uses = _codes(frames.final_use.columns, china.FINAL_USES | china.CONSUMPTION, "final use")
    imports = _codes(frames.imports.columns, china.IMPORTS, "imports")
    inputs = _codes(frames.primary_inputs.index, china.PRIMARY_INPUTS, "primary input")
    _require_fit(frames)
    flows = frames.flows.loc[list(SECTORS), list(SECTORS)].to_numpy()
    final = frames.final_use.loc[list(SECTORS)].to_numpy()
    deducted = frames.imports.loc[list(SECTORS)].to_numpy()
    output = frames.output.loc[list(SECTORS)].to_numpy()
    values = frames.primary_inputs.loc[:, list(SECTORS)].to_numpy()
    columns = [*SECTORS, "TIU", *uses, *imports, "GO"]
    body = np.column_stack([flows, flows.sum(axis=1), final, deducted, output])
    grid: Grid = [
        [f"{frames.year}年投入产出表"],
        [f"单位：{frames.unit}"],
        ["", "代码", *columns],
    ]
    grid += [_row(_name(frames, c), c, row) for c, row in zip(SECTORS, body, strict=True)]
    totals = {"TII": flows.sum(axis=0), **dict(zip(inputs, values, strict=True))}
    totals["TVA"] = values.sum(axis=0)
    totals["TI"] = flows.sum(axis=0) + values.sum(axis=0)
    grid += [_row("", c, row) for c, row in totals.items()]
    width = max(len(row) for row in grid)
    write_grid(path, [row + [""] * (width - len(row)) for row in grid])


def write_china_42_split(frames: TableFrames, path: Path) -> None:
    """Write the national layout, domestic and imported rows; money in 万元."""
    if frames.treatment != DOMESTIC:
        raise InputError("this layout holds domestic flows: read it with imports='domestic'")
    frames = frames.in_unit(china.UNIT)
    imported, imported_use = frames.imported_flows, frames.imported_final_use
    if imported is None or imported_use is None:
        raise InputError("this layout needs the imported part of every cell", key="imported_flows")
    uses = _codes(frames.final_use.columns, china.FINAL_USES | china.CONSUMPTION, "final use")
    own = frames.primary_inputs.drop(index=IMPORTED_INPUTS, errors="ignore")
    inputs = _codes(own.index, china.PRIMARY_INPUTS, "primary input")
    _require_fit(frames)
    order = list(SECTORS)
    empty = [""] * (len(uses) + 2)
    grid: Grid = [
        [
            "Code",
            "Description",
            "DescriptionInChinese",
            "Origin",
            *SECTORS,
            "TIU",
            *uses,
            "TFU",
            "GO",
        ]
    ]
    parts = (
        ("Domestic", frames.flows, frames.final_use),
        ("Imports", imported, imported_use),
    )
    for origin, flows, final in parts:
        z, f = flows.loc[order, order].to_numpy(), final.loc[order].to_numpy()
        supply = z.sum(axis=1) + f.sum(axis=1)
        if origin == "Domestic":
            supply = frames.output.loc[order].to_numpy()
        body = np.column_stack([z, z.sum(axis=1), f, f.sum(axis=1), supply])
        for c, row in zip(SECTORS, body, strict=True):
            grid.append([c, SECTOR_NAMES[c][0], _name(frames, c), origin, *map(float, row)])
    intermediate = (frames.flows + imported).loc[:, order].sum(axis=0).to_numpy()
    values = own.loc[:, order].to_numpy()
    totals = {"TII": intermediate, **dict(zip(inputs, values, strict=True))}
    totals["TVA"], totals["TI"] = values.sum(axis=0), intermediate + values.sum(axis=0)
    for c, row in totals.items():
        grid.append([c, "", "", "TOT", *map(float, row), float(row.sum()), *empty])
    write_grid(path, grid)


def _codes(labels: pd.Index, codes: Mapping[str, str], what: str) -> list[str]:
    by_name = {name: c for c, name in codes.items()}
    unknown = next((str(label) for label in labels if label not in by_name), None)
    if unknown is not None:
        raise InputError(
            f"this layout has no such {what}", found=repr(unknown), allowed=", ".join(by_name)
        )
    return [by_name[label] for label in labels]


def _require_fit(frames: TableFrames) -> None:
    if set(frames.flows.index) != set(SECTORS):
        raise InputError("this layout holds the 42 sectors 01 to 42", found=len(frames.flows))
    if len(frames.satellites):
        raise InputError(
            "this layout has no place for satellite accounts: use labelled or pymrio",
            found=", ".join(map(str, frames.satellites.index)),
        )


def _name(frames: TableFrames, sector: str) -> str:
    return frames.names.get(sector, SECTOR_NAMES[sector][1])


def _row(name: str, code: str, values: np.ndarray) -> list[object]:
    return [name, code, *(float(v) for v in values)]


LAYOUTS: Final[Mapping[str, Callable[[TableFrames, Path], None]]] = {
    "china-42": write_china_42,
    "china-42-split": write_china_42_split,
    "labelled": write_labelled,
    "pymrio": write_pymrio,
}
