"""The folder that pymrio saves: Z, Y and unit as tab-separated text, one folder an extension.

`file_parameters.json` names the files and their numbers of header rows and label columns. One
extension holds the primary inputs; all others are satellite accounts. pymrio knows no column
of imports, so a competitive table is written with imports as a negative column of Y and read
back as such.

Source: Stadler (2021), Pymrio - a Python based multi-regional input-output analysis toolbox,
Journal of Open Research Software 9(1); format of pymrio 0.6 and 0.7.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pandas as pd

from models.errors import InputError
from models.inputoutput.frames import (
    DOMESTIC,
    TableFrames,
    empty_columns,
    empty_rows,
    file_hash,
)

PARAMETERS: Final = "file_parameters.json"
PRIMARY_INPUTS: Final = ("primary_inputs", "factor_inputs", "factor_input", "value_added")
NOT_STATED: Final = 0  # pymrio's format has no place for the year


def read_pymrio(
    folder: Path,
    *,
    year: int | None = None,
    unit: str | None = None,
    primary_inputs: str | None = None,
) -> TableFrames:
    """Read a table that `pymrio.IOSystem.save` wrote.

    Parameters
    ----------
    folder : Path
        Folder with file_parameters.json.
    year : int, optional
        Year of the table; otherwise the first year in its metadata or folder name, else 0,
        which the history reports.
    unit : str, optional
        Money unit; otherwise the one unit of unit.txt.
    primary_inputs : str, optional
        Folder of the extension with the primary inputs; by default the one called
        factor_inputs, primary_inputs or value_added. Without one, value added is output less
        inputs, and the history says so.

    Returns
    -------
    TableFrames
        Flows between all regions, imports in "domestic" treatment: what regions buy from each
        other is part of the flows. The label of a single region is left out.

    Raises
    ------
    InputError
        If a file is missing or unreadable, labels differ, or the units of the sectors differ.
    """
    files = _parameters(folder)
    notes = [f"read from {folder.name} (pymrio), sha256 {file_hash(folder)[:16]}"]
    flows, uses, output = _core(folder, files, notes)
    places = [path.parent for path in sorted(folder.glob(f"*/{PARAMETERS}"))]
    extensions = {place.name: _extension(place, flows.index) for place in places}
    chosen = _primary_name(primary_inputs, list(extensions), folder)
    primary = extensions.pop(chosen).flows if chosen else _residual(output, flows, notes)
    merged = _merged(extensions, flows.index, uses.columns)
    found = TableFrames(
        flows=flows,
        final_use=uses,
        primary_inputs=primary,
        output=output,
        imports=empty_columns(flows.index),
        satellites=merged.flows,
        satellite_units=merged.units,
        satellite_final_use=merged.direct,
        unit=unit or _unit(folder, files),
        year=_year(folder, notes) if year is None else year,
        treatment=DOMESTIC,
        price_basis="",
        source=str(_metadata(folder).get("description") or folder.name),
        history=tuple(notes),
    )
    return _without_single_region(_without_prefix(found, _prefix(folder)))


def _core(
    folder: Path, files: Mapping[str, dict[str, Any]], notes: list[str]
) -> tuple[pd.DataFrame, pd.DataFrame, pd.Series]:
    """Return Z, Y and x in one order of labels."""
    flows = _matrix(folder, files, "Z")
    uses = _matrix(folder, files, "Y")
    _same(flows.index, flows.columns, folder / "Z")
    _same(flows.index, uses.index, folder / "Y")
    flows, uses = flows.loc[:, flows.index], uses.loc[flows.index]
    if "x" in files:
        output = _matrix(folder, files, "x").iloc[:, 0].loc[flows.index]
    else:
        output = flows.sum(axis=1) + uses.sum(axis=1)
        notes.append("no stored output: output is the sum of the row")
    return flows, uses, output.rename("output")


@dataclass(frozen=True)
class _Extension:
    flows: pd.DataFrame
    direct: pd.DataFrame | None
    units: Mapping[str, str]


def _parameters(folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / PARAMETERS
    if not path.is_file():
        raise InputError("this folder holds no table saved by pymrio", file=folder, key=PARAMETERS)
    loaded = _json(path)
    files = loaded.get("files")
    if not isinstance(files, dict):
        raise InputError("the list of files is missing", file=path, key="files")
    return files


def _json(path: Path) -> dict[str, Any]:
    try:
        loaded = json.loads(path.read_text(encoding="utf8"))
    except (OSError, ValueError) as error:
        raise InputError(f"the file cannot be read ({error})", file=path) from error
    if not isinstance(loaded, dict):
        raise InputError("the file holds no settings", file=path)
    return loaded


def _metadata(folder: Path) -> dict[str, Any]:
    path = folder / "metadata.json"
    return _json(path) if path.is_file() else {}


def _matrix(folder: Path, files: Mapping[str, dict[str, Any]], name: str) -> pd.DataFrame:
    if name not in files:
        raise InputError("the saved table lacks a matrix", file=folder / PARAMETERS, key=name)
    path = folder / str(files[name]["name"])
    depth, heads = int(files[name]["nr_index_col"]), int(files[name]["nr_header"])
    try:
        return _text_matrix(path, depth, heads)
    except (OSError, ValueError, IndexError) as error:
        raise InputError(f"the matrix cannot be read ({error})", file=path) from error


def _text_matrix(path: Path, depth: int, heads: int) -> pd.DataFrame:
    """Read labels as text, so that a code 01 does not become the number 1."""
    with path.open(encoding="utf8", newline="") as stream:
        lines = list(islice(csv.reader(stream, delimiter="\t"), heads + 1))
    columns: pd.Index = pd.Index(lines[0][depth:], dtype=object)
    if heads > 1:
        columns = pd.MultiIndex.from_arrays([line[depth:] for line in lines[:heads]])
    # pandas puts the names of the label columns on a line of their own below several headers.
    names = heads > 1 and len(lines) > heads and not any(lines[heads][depth:])
    values = pd.read_csv(
        path,
        sep="\t",
        header=None,
        skiprows=heads + int(names),
        dtype=dict.fromkeys(range(depth), str),
        keep_default_na=False,
        na_values=[""],
    )
    labels = [values[k].fillna("").tolist() for k in range(depth)]
    index = pd.MultiIndex.from_arrays(labels) if depth > 1 else pd.Index(labels[0], dtype=object)
    return values.drop(columns=range(depth)).set_axis(index, axis=0).set_axis(columns, axis=1)


def _same(wanted: pd.Index, given: pd.Index, path: Path) -> None:
    for index in (wanted, given):
        if not index.is_unique:
            twice = index[index.duplicated()][0]
            raise InputError("a label stands twice", file=path, found=repr(twice))
    if set(wanted) != set(given):
        other = next(iter(set(wanted) ^ set(given)))
        raise InputError("the labels of the matrices differ", file=path, found=repr(other))


def _extension(folder: Path, sectors: pd.Index) -> _Extension:
    files = _parameters(folder)
    flows = _matrix(folder, files, "F")
    _same(sectors, flows.columns, folder / "F")
    names = _row_names(flows.index)
    direct = None
    if "F_Y" in files:
        direct = _matrix(folder, files, "F_Y").reindex(flows.index)
        direct.index = names
    units = dict.fromkeys(names, "not stated")
    if "unit" in files:
        printed = _matrix(folder, files, "unit").reindex(flows.index)
        units = dict(zip(names, printed.iloc[:, 0].astype(str), strict=True))
    flows = flows.loc[:, sectors].set_axis(names, axis=0)
    return _Extension(flows, direct, units)


def _row_names(index: pd.Index) -> pd.Index:
    """Stressor and compartment in one label."""
    if index.nlevels == 1:
        return pd.Index([str(label) for label in index], dtype=object)
    joined = [", ".join(str(part) for part in label if str(part)) for label in index]
    return pd.Index(joined, dtype=object)


def _primary_name(wanted: str | None, names: list[str], folder: Path) -> str | None:
    if wanted is not None:
        if wanted not in names:
            raise InputError(
                "no such extension", file=folder, found=repr(wanted), allowed=", ".join(names)
            )
        return wanted
    return next((name for name in PRIMARY_INPUTS if name in names), None)


def _residual(output: pd.Series, flows: pd.DataFrame, notes: list[str]) -> pd.DataFrame:
    notes.append("no extension with primary inputs: value added is output less inputs")
    return (output - flows.sum(axis=0)).to_frame("value_added").T


def _merged(extensions: Mapping[str, _Extension], sectors: pd.Index, uses: pd.Index) -> _Extension:
    """All satellite accounts in one frame; a name in two extensions gets that of its own."""
    labels = [label for part in extensions.values() for label in part.flows.index]
    twice = {label for label in labels if labels.count(label) > 1}
    flows, direct, units = [], [], {}
    for name, part in extensions.items():
        renamed = {c: f"{name}: {c}" if c in twice else c for c in part.flows.index}
        flows.append(part.flows.rename(index=renamed))
        blank = pd.DataFrame(0.0, index=part.flows.index, columns=uses)
        found = blank if part.direct is None else part.direct.loc[:, uses]
        direct.append(found.rename(index=renamed))
        units.update({renamed[c]: unit for c, unit in part.units.items()})
    if not flows:
        return _Extension(empty_rows(sectors), empty_rows(uses), {})
    return _Extension(pd.concat(flows), pd.concat(direct), units)


def _unit(folder: Path, files: Mapping[str, dict[str, Any]]) -> str:
    if "unit" not in files:
        raise InputError("the folder states no unit: give unit=", file=folder, key="unit")
    units = set(_matrix(folder, files, "unit").iloc[:, -1].astype(str))
    if len(units) != 1:
        raise InputError("the sectors have different units", file=folder, found=sorted(units))
    return str(units.pop())


def _year(folder: Path, notes: list[str]) -> int:
    stated = _metadata(folder)
    for text in (stated.get("name"), stated.get("version"), stated.get("description"), folder.name):
        found = re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", str(text or ""))
        if found:
            return int(found.group())
    notes.append("the year is not stated and set to 0: give year=")
    return NOT_STATED


def _prefix(folder: Path) -> str:
    return str(_json(folder / PARAMETERS).get("sector_prefix", ""))


def _without_prefix(found: TableFrames, prefix: str) -> TableFrames:
    if not prefix:
        return found
    plain = pd.MultiIndex.from_tuples(
        [(region, str(code).removeprefix(prefix)) for region, code in found.flows.index]
    )
    return replace(
        found,
        flows=found.flows.set_axis(plain, axis=0).set_axis(plain, axis=1),
        final_use=found.final_use.set_axis(plain, axis=0),
        primary_inputs=found.primary_inputs.set_axis(plain, axis=1),
        output=found.output.set_axis(plain),
        imports=empty_columns(plain),
        satellites=found.satellites.set_axis(plain, axis=1),
    )


def _without_single_region(found: TableFrames) -> TableFrames:
    index = found.flows.index
    if index.nlevels != 2 or len(set(index.get_level_values(0))) > 1:
        return found
    sectors = index.get_level_values(1)
    uses = found.final_use.columns
    if uses.nlevels == 2 and len(set(uses.get_level_values(0))) == 1:
        uses = uses.get_level_values(1)
    direct = found.satellite_final_use
    return replace(
        found,
        flows=found.flows.set_axis(sectors, axis=0).set_axis(sectors, axis=1),
        final_use=found.final_use.set_axis(sectors, axis=0).set_axis(uses, axis=1),
        primary_inputs=found.primary_inputs.set_axis(sectors, axis=1),
        output=found.output.set_axis(sectors),
        imports=empty_columns(sectors),
        satellites=found.satellites.set_axis(sectors, axis=1),
        satellite_final_use=None if direct is None else direct.set_axis(uses, axis=1),
    )
