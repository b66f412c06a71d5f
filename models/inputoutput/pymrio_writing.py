"""Writing the folder that pymrio loads; `pymrio_layout` says what stands in it."""

from __future__ import annotations

import json
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from models.errors import InputError
from models.inputoutput.frames import TableFrames
from models.inputoutput.pymrio_layout import PARAMETERS, PRIMARY_INPUTS

SINGLE_REGION: Final = "region"
NUMERIC_PREFIX: Final = "s"


def write_pymrio(found: TableFrames, folder: Path) -> None:
    """Write a table as a folder that pymrio loads.

    Imports of a competitive table become negative columns of Y. A single region is called
    "region". pymrio reads a code such as 01 as the number 1 in rows and as text in columns;
    numeric codes are therefore written with a prefix, which reading here takes away.

    Raises
    ------
    InputError
        If the folder already holds other files.
    """
    if folder.exists() and any(folder.iterdir()):
        raise InputError("the folder is not empty", file=folder)
    folder.mkdir(parents=True, exist_ok=True)
    codes = [str(label) for label in found.flows.index.get_level_values(-1)]
    prefix = NUMERIC_PREFIX if any(label.isdigit() for label in codes) else ""
    sectors = _two_levels(found.flows.index, "sector", prefix)
    uses = pd.concat([found.final_use, -found.imports.set_axis(found.flows.index)], axis=1)
    columns = _two_levels(uses.columns, "category")
    matrices = {
        "Z": pd.DataFrame(found.flows.to_numpy(), sectors, sectors),
        "Y": pd.DataFrame(uses.to_numpy(), sectors, columns),
        "x": pd.DataFrame({"indout": found.output.to_numpy()}, index=sectors),
        "unit": pd.DataFrame({"unit": [found.unit] * len(sectors)}, index=sectors),
    }
    _save(folder, matrices, {"systemtype": "IOSystem", "sector_prefix": prefix})
    about = {
        "description": found.source,
        "name": f"{found.source} {found.year}",
        "system": None,
        "version": str(found.year),
        "history": list(found.history),
    }
    text = json.dumps(about, ensure_ascii=False, indent=4)
    (folder / "metadata.json").write_text(text, encoding="utf8")
    units = dict.fromkeys((str(name) for name in found.primary_inputs.index), found.unit)
    _write_extension(
        folder / PRIMARY_INPUTS[0], found.primary_inputs, None, units, sectors, columns
    )
    if len(found.satellites):
        _write_extension(
            folder / "satellites",
            found.satellites,
            found.satellite_final_use,
            found.satellite_units,
            sectors,
            columns,
        )


def _two_levels(index: pd.Index, name: str, prefix: str = "") -> pd.MultiIndex:
    labels: list[tuple[Hashable, Hashable]] = [
        (label[0], f"{prefix}{label[1]}")
        if isinstance(label, tuple)
        else (SINGLE_REGION, f"{prefix}{label}")
        for label in index
    ]
    return pd.MultiIndex.from_tuples(labels, names=["region", name])


def _write_extension(
    folder: Path,
    flows: pd.DataFrame,
    direct: pd.DataFrame | None,
    units: Mapping[str, str],
    sectors: pd.MultiIndex,
    uses: pd.MultiIndex,
) -> None:
    folder.mkdir()
    names = pd.Index([str(name) for name in flows.index], name="stressor")
    matrices = {
        "F": pd.DataFrame(flows.to_numpy(), names, sectors),
        "unit": pd.DataFrame({"unit": [units[name] for name in names]}, index=names),
    }
    if direct is not None:
        padded = np.zeros((len(names), len(uses)))
        padded[:, : direct.shape[1]] = direct.to_numpy()
        matrices["F_Y"] = pd.DataFrame(padded, names, uses)
    _save(folder, matrices, {"systemtype": "Extension", "name": folder.name})


def _save(folder: Path, matrices: Mapping[str, pd.DataFrame], more: Mapping[str, str]) -> None:
    files = {}
    for name, frame in matrices.items():
        frame.to_csv(folder / f"{name}.txt", sep="\t", lineterminator="\n")
        files[name] = {
            "name": f"{name}.txt",
            "nr_index_col": str(frame.index.nlevels),
            "nr_header": str(frame.columns.nlevels),
        }
    text = json.dumps({"files": files, **more}, indent=4)
    (folder / PARAMETERS).write_text(text, encoding="utf8")
