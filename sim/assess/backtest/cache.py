"""Results kept in the user's cache folder, found again by data and code."""

from __future__ import annotations

import hashlib
import json
import os
from importlib import metadata
from pathlib import Path

import pandas as pd

import models
import sim

# What decides a projection: the equations, the growth estimation, the reader, the backtest.
SOURCES = (
    (Path(models.__file__).parent, "growth.py"),
    (Path(sim.__file__).parent, "baseyear/growth_*.py"),
    (Path(sim.__file__).parent, "figures/series.py"),
    (Path(sim.__file__).parent, "assess/backtest/*.py"),
    (Path(sim.__file__).parent, "assess/backtest/data/*.csv"),
    (Path(sim.__file__).parent, "baseyear/data/growth_parameters.csv"),
)
LIBRARIES = ("numpy", "pandas", "scipy", "statsmodels")


def cache_key(series: pd.DataFrame, *settings: object) -> str:
    """Return 24 hex digits that change with the data, the code and the settings."""
    digest = hashlib.sha256()
    for root, pattern in SOURCES:
        for path in sorted(root.glob(pattern)):
            digest.update(path.name.encode())
            digest.update(path.read_bytes())
    for name in LIBRARIES:
        digest.update(f"{name} {metadata.version(name)}".encode())
    digest.update(series.to_csv(index=False).encode())
    digest.update(repr(settings).encode())
    return digest.hexdigest()[:24]


def folder() -> Path:
    """Return the cache folder of the backtest (XDG_CACHE_HOME, else ~/.cache)."""
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "provsim" / "backtest"


def read_tables(key: str) -> dict[str, pd.DataFrame] | None:
    """Return the tables kept under a key, to the last bit, or None where there are none."""
    file = folder() / f"{key}.json"
    if not file.is_file():
        return None
    kept = json.loads(file.read_text("utf-8"))
    return {name: pd.DataFrame(columns) for name, columns in kept.items()}


def write_tables(key: str, tables: dict[str, pd.DataFrame]) -> None:
    """Keep tables under a key; a folder that cannot be written to is no error.

    The file is written beside and moved into place, so that nobody reads half of it.
    """
    text = json.dumps({name: table.to_dict("list") for name, table in tables.items()})
    file = folder() / f"{key}.json"
    beside = file.with_suffix(f".{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(text, "utf-8")
        beside.replace(file)
    except OSError:
        return
