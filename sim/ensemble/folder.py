"""The run folder: written so that a killed run leaves each file complete or absent."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import uuid
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sim.baseyear.files import read_dataset, write_dataset
from sim.ensemble.store import DRAWS, MANIFEST, read_draws
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.ensemble.run import EnsembleRun

TARGETS = "targets.csv"
JOINT = "joint.csv"
DIFFERENCES = "differences.csv"


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


def write_run(
    run: EnsembleRun, folder: Path, tables: Mapping[str, pd.DataFrame] | None = None
) -> None:
    """Write `paths.nc`, `ensemble.nc`, `targets.csv`, `tables` and, last, `manifest.json`.

    The manifest carries the hash of each of the other files: where it stands, they are
    complete. That of an earlier run in the same folder goes first, and its kept draws too;
    those of `run` stay where they are, and other folders do without them.

    Parameters
    ----------
    run : EnsembleRun
    folder : Path
        Created where it does not exist.
    tables : mapping of file name to DataFrame, optional
        Tables computed from the draws, which a run folder does not keep.

    Raises
    ------
    InputError
        Where a file cannot be written; nothing half-written stays.
    """
    found = {} if run.targets_table is None else {TARGETS: run.targets_table}
    writers: dict[str, Callable[[Path], object]] = {
        "paths.nc": partial(write_dataset, run.paths),
        "ensemble.nc": partial(write_dataset, run.ensemble),
        **{
            name: partial(_write_table, table)
            for name, table in (found | dict(tables or {})).items()
        },
    }
    kept = run.kept_in is not None and run.kept_in.resolve() == folder.resolve()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / MANIFEST).unlink(missing_ok=True)
        if not kept:
            shutil.rmtree(folder / DRAWS, ignore_errors=True)
        for name, write in writers.items():
            write_atomic(folder / name, write)
        manifest = run.manifest | {"draws_kept": kept}
        manifest |= {"files": {name: file_hash(folder / name) for name in writers}}
        text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True)
        write_atomic(folder / MANIFEST, lambda p: p.write_text(text + "\n", encoding="utf8"))
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"the run folder cannot be written ({reason})", file=folder) from error


def _write_table(table: pd.DataFrame, path: Path) -> None:
    table.to_csv(path, index=False, lineterminator="\n")


def read_run(folder: Path) -> EnsembleRun:
    """Read a run folder.

    Raises
    ------
    InputError
        Where the folder is no complete run, or a file is not as the run left it.
    """
    from sim.ensemble.run import EnsembleRun, recorded_scenarios

    manifest = _read_manifest(folder)
    try:
        for name, expected in manifest["files"].items():
            if file_hash(folder / name) != expected:
                raise InputError("the file is not as the run left it", file=folder / name)
        targets = folder / TARGETS
        return EnsembleRun(
            scenarios=recorded_scenarios(manifest),
            paths=read_dataset(folder / "paths.nc"),
            ensemble=read_dataset(folder / "ensemble.nc"),
            draws=read_draws(folder) if manifest.get("draws_kept") else None,
            targets_table=pd.read_csv(targets) if TARGETS in manifest["files"] else None,
            manifest=manifest,
            kept_in=folder if manifest.get("draws_kept") else None,
        )
    except OSError as error:
        place, reason = error.filename or folder, error.strerror or str(error)
        raise InputError(f"the run cannot be read ({reason})", file=place) from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InputError(
            f"the manifest is not that of a run ({error})", file=folder / MANIFEST
        ) from error


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if not path.is_file():
        raise InputError("this folder holds no complete run", file=folder, allowed=MANIFEST)
    try:
        manifest = json.loads(path.read_text(encoding="utf8"))
    except (OSError, ValueError) as error:
        raise InputError(f"the manifest cannot be read ({error})", file=path) from error
    if not isinstance(manifest, dict):
        raise InputError("the manifest is not that of a run", file=path)
    return manifest
