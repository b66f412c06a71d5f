"""The base-year pack: built from statistics by one command, shipped with the package.

A pack is a folder with `base.nc` (the reconciled accounts and their draws),
`observations.csv` (every observation with its reconciled value and residual in sigma) and
`manifest.json` (content hash, sources, command). Values are rounded to 12 significant
digits before they are hashed and written.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from models.labels import CARRIERS, ENERGY_SECTORS, TERTIARY
from sim.baseyear.files import read_dataset, write_dataset
from sim.errors import InputError

DIGITS = 12
BUNDLED = "liaoning"
COMMAND = "provsim calibrate PROVINCE_DIR --out PACK"
MANIFEST = "manifest.json"
PACKAGES = ("numpy", "scipy", "numba", "xarray", "pandas", "statsmodels")


@dataclass(frozen=True)
class PackIdentity:
    """Whose pack it is: key in manifests, and names for readers."""

    key: str = BUNDLED
    name: str = "Liaoning"
    name_zh: str = "辽宁"


def identity_of(pack: xr.Dataset) -> PackIdentity:
    """Return whose pack this is; a pack that does not say is the bundled one."""
    stated = {name: str(value) for name, value in pack.attrs.items()}
    if "province" not in stated:
        return PackIdentity()
    key = stated["province"]
    return PackIdentity(key, stated.get("name", key), stated.get("name_zh", key))


def bundled_pack() -> Path:
    """Folder of the pack that ships with the package."""
    return Path(str(files("sim.baseyear").joinpath(f"data/{BUNDLED}")))


def load_pack(folder: Path | None = None) -> xr.Dataset:
    """Read a pack.

    Parameters
    ----------
    folder : path, optional
        Folder of the pack; the bundled Liaoning pack where none is given.

    Raises
    ------
    InputError
        Where the folder or one of its files is missing or unreadable, or where the
        content does not match its manifest.
    """
    folder = folder or bundled_pack()
    path = folder / "base.nc"
    if not path.is_file():
        raise InputError("this folder holds no base-year pack", file=folder, allowed="base.nc")
    expected = read_manifest(folder)["content_sha256"]
    pack = read_dataset(path)
    found = content_hash(pack)
    if found != expected:
        raise InputError(
            "the pack does not match its manifest; rebuild it with `provsim calibrate`",
            file=path,
            found=found[:12],
            allowed=str(expected)[:12],
        )
    return pack


def read_manifest(folder: Path | None = None) -> dict[str, object]:
    """Return the manifest of a pack.

    Raises
    ------
    InputError
        Where it is missing, unreadable or without the hash of the content.
    """
    path = (folder or bundled_pack()) / "manifest.json"
    try:
        loaded = json.loads(path.read_text(encoding="utf8"))
    except OSError as error:
        reason = error.strerror or error
        raise InputError(f"the manifest cannot be read ({reason})", file=path) from error
    except ValueError as error:
        raise InputError(f"the manifest cannot be read ({error})", file=path) from error
    if not isinstance(loaded, dict) or "content_sha256" not in loaded:
        raise InputError("the manifest lacks the hash of the pack", file=path, key="content_sha256")
    return loaded


def read_observations(folder: Path | None = None) -> pd.DataFrame:
    """Return the observations of a pack with their reconciled values and residuals."""
    path = (folder or bundled_pack()) / "observations.csv"
    if not path.is_file():
        raise InputError("the pack holds no observations", file=path)
    try:
        return pd.read_csv(path, keep_default_na=False, na_values=[""])
    except (OSError, ValueError) as error:
        raise InputError(f"the observations cannot be read ({error})", file=path) from error


def made_with() -> dict[str, object]:
    """Return what the last bits of a result depend on: processor, Python and packages."""
    return {
        "processor": _processor(),
        "python": platform.python_version(),
        "versions": {name: version(name) for name in PACKAGES},
    }


def _processor() -> str:
    """Model of the processor where the system tells it, else its architecture."""
    stated = Path("/proc/cpuinfo")
    lines = stated.read_text(encoding="utf8").splitlines() if stated.is_file() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def round_significant(values: np.ndarray, digits: int = DIGITS) -> np.ndarray:
    """Round to `digits` significant digits (NaN and all below 1e-280 stay; -0.0 turns 0.0)."""
    values = np.asarray(values, dtype=float)
    size = np.zeros_like(values)
    used = np.isfinite(values) & (np.abs(values) > 1e-280)
    size[used] = np.floor(np.log10(np.abs(values[used])))
    factor = 10.0 ** (digits - 1 - size)
    with np.errstate(invalid="ignore", over="ignore"):
        return np.where(used, np.round(values * factor) / factor, values) + 0.0


def content_hash(pack: xr.Dataset) -> str:
    """SHA-256 over names, dimensions, labels and values, in the order of the names."""
    digest = hashlib.sha256()
    for name in sorted(map(str, pack.variables)):
        variable = pack.variables[name]
        digest.update(f"{name}{variable.dims}{variable.shape}".encode())
        if variable.dtype.kind in "fc":
            digest.update(round_significant(variable.values).astype("<f8").tobytes())
        else:
            digest.update(json.dumps([str(v) for v in variable.values.ravel()]).encode())
    return digest.hexdigest()


def write_pack(
    pack: xr.Dataset,
    observations: pd.DataFrame,
    folder: Path,
    sources: list[str],
    *,
    identity: PackIdentity | None = None,
    tables: Mapping[str, pd.DataFrame] | None = None,
) -> None:
    """Write a pack; each file appears complete or not at all, the manifest last.

    Parameters
    ----------
    pack, observations : Dataset, DataFrame
    folder : Path
    sources : list of str
    identity : PackIdentity, optional
        Whose pack it is; Liaoning's where none is given.
    tables : mapping, optional
        Further tables by file name.
    """
    whose = identity or PackIdentity()
    if whose.key != BUNDLED:
        pack.attrs = {"province": whose.key, "name": whose.name, "name_zh": whose.name_zh}
    for name in pack.variables:
        if pack[name].dtype.kind == "f":
            pack[name] = pack[name].copy(data=round_significant(pack[name].values))
    manifest = {
        "province": whose.key,
        "base_year": 2025,
        "content_sha256": content_hash(pack),
        "significant_digits": DIGITS,
        "command": COMMAND,
        "base_draws": int(pack.sizes["base_draw"]),
        "observations": len(observations),
        "sources": sorted(sources),
        **made_with(),
    }
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".") as scratch:
        made = Path(scratch)
        write_dataset(pack, made / "base.nc")
        written = {"observations.csv": observations, **(tables or {})}
        for name, table in written.items():
            table.to_csv(made / name, index=False, float_format="%.12g")
        text = json.dumps(manifest, indent=1, ensure_ascii=False, sort_keys=True)
        (made / MANIFEST).write_text(text + "\n", encoding="utf8")
        for name in ("base.nc", *written, MANIFEST):
            os.replace(made / name, folder / name)


def model_parameters() -> tuple[xr.Dataset, pd.DataFrame]:
    """Read the parameters of the model that no account holds, with their sources."""
    text = files("sim.baseyear").joinpath("data/model_parameters.csv").read_text(encoding="utf8")
    rows = list(csv.DictReader(text.splitlines()))
    dataset = xr.Dataset(coords={"carrier": list(CARRIERS), "energy_sector": list(ENERGY_SECTORS)})
    for row in rows:
        attrs = {"units": row["unit"], "origin": row["source"], "kind": row["kind"]}
        name, label, value = row["name"], row["label"], float(row["value"])
        if not label:
            dataset[name] = xr.DataArray(value, attrs=attrs)
            continue
        dimension = "carrier" if label in CARRIERS else "energy_sector"
        if name not in dataset:
            dataset[name] = xr.DataArray(
                np.zeros(dataset.sizes[dimension]), dims=dimension, attrs=attrs
            )
        labels = [s for s in TERTIARY if s > "29"] if label == "services" else [label]
        dataset[name].loc[{dimension: labels}] = value
    return dataset, pd.DataFrame(rows)
