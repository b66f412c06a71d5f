"""The run folder: written so that a killed run leaves each file complete or absent."""

from __future__ import annotations

import hashlib
import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import xarray as xr

from sim.errors import InputError

if TYPE_CHECKING:
    from sim.ensemble.run import EnsembleRun

MANIFEST = "manifest.json"


def write_atomic(path: Path, write: Callable[[Path], object]) -> None:
    """Call `write` on a scratch file beside `path`, then move it into place.

    The scratch file carries the ending of `path`, since writers choose a format by it.
    """
    scratch = path.with_name(f".{uuid.uuid4().hex}{path.suffix}")
    try:
        write(scratch)
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def file_hash(path: Path) -> str:
    """SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def prepare_folder(folder: Path) -> None:
    """Create the run folder and check that it can be written.

    Raises
    ------
    InputError
        Where it cannot be created or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_atomic(folder / MANIFEST, lambda scratch: scratch.write_text("{}"))
        (folder / MANIFEST).unlink()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"the run folder cannot be written ({reason})", file=folder) from error


def write_run(run: EnsembleRun, folder: Path) -> None:
    """Write `paths.nc`, `ensemble.nc`, `targets.csv` and, last, `manifest.json`.

    The manifest carries the hash of each of the other files: where it stands, the run is
    complete.
    """
    prepare_folder(folder)
    written = []
    for name, dataset in (("paths.nc", run.paths), ("ensemble.nc", run.ensemble)):
        write_atomic(folder / name, lambda p, d=dataset: d.to_netcdf(p, engine="h5netcdf"))
        written.append(name)
    if run.targets_table is not None:
        table = run.targets_table
        write_atomic(folder / "targets.csv", lambda p: table.to_csv(p, index=False))
        written.append("targets.csv")
    manifest = dict(run.manifest)
    manifest["files"] = {name: file_hash(folder / name) for name in written}
    text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True)
    write_atomic(folder / MANIFEST, lambda p: p.write_text(text + "\n", encoding="utf8"))


def read_run(folder: Path) -> EnsembleRun:
    """Read a run folder.

    Raises
    ------
    InputError
        Where the folder is no complete run.
    """
    from sim.ensemble.run import EnsembleRun, recorded_scenarios

    path = folder / MANIFEST
    if not path.is_file():
        raise InputError("this folder holds no complete run", file=folder, allowed=MANIFEST)
    try:
        manifest = json.loads(path.read_text(encoding="utf8"))
        paths = _read_dataset(folder / "paths.nc")
        ensemble = _read_dataset(folder / "ensemble.nc")
        targets = folder / "targets.csv"
        table = pd.read_csv(targets) if targets.is_file() else None
    except (OSError, ValueError) as error:
        raise InputError(f"the run cannot be read ({error})", file=folder) from error
    return EnsembleRun(
        scenarios=recorded_scenarios(manifest),
        paths=paths,
        ensemble=ensemble,
        draws=None,
        targets_table=table,
        manifest=manifest,
    )


def _read_dataset(path: Path) -> xr.Dataset:
    with xr.open_dataset(path, engine="h5netcdf") as opened:
        return opened.load()
