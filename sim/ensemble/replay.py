"""Any draw again: a range of draws recomputed to the bit, and the work of a stored run.

Nothing of a draw needs to be stored: its number and the manifest of the run give it back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.state import DRIVERS, Results
from sim.baseyear.pack import content_hash, load_pack, read_manifest
from sim.ensemble.accumulate import BLOCK
from sim.ensemble.methods import recorded_design
from sim.ensemble.work import Scratch, Work, prepare_work, require_draws, sample, simulate_case
from sim.errors import InputError
from sim.scenario import ResolvedScenario, lever_table
from sim.scenario.quantities import Place
from sim.scenario.resolved import Origin, Value


def replay(work: Work, index: int, first: int, count: int = 1) -> Results:
    """Recompute draws `first` to ``first + count - 1`` of one scenario.

    Whole blocks are simulated, at the places where the run has them, so that the bits are
    those of the run.

    Parameters
    ----------
    work : Work
        From `sim.ensemble.work.prepare_work`, or of a stored run from `recorded_work`.
    index : int
        Position of the scenario.
    first, count : int
        Number of the first draw (not negative), and how many (at least one).

    Returns
    -------
    Results
        The draws on the last axis.

    Raises
    ------
    ValueError
        For a range without draws.
    InputError
        Where Sobol points end before the last draw.
    """
    if first < 0 or count < 1:
        raise ValueError(f"no draws {first} to {first + count - 1}")
    require_draws(work, first + count - 1)
    scratch = Scratch(work, BLOCK)
    clamped = np.zeros(len(DRIVERS), np.int64)
    last = first + count
    found: Results | None = None
    for start in range(first - first % BLOCK, last, BLOCK):
        sample(work, scratch, start)
        results = simulate_case(work, index, scratch, clamped)
        if found is None:
            shapes = [part.shape[:-1] for part in results]
            found = Results(*(np.empty((*shape, count)) for shape in shapes))
        begin, end = max(first, start), min(last, start + BLOCK)
        for ours, block in zip(found, results, strict=True):
            ours[..., begin - first : end - first] = block[..., begin - start : end - start]
    assert found is not None
    return found


def recorded_work(manifest: Mapping[str, Any], pack: xr.Dataset | None = None) -> Work:
    """Rebuild what the simulation of a stored run needs from its manifest.

    Parameters
    ----------
    manifest : mapping
        Of the run.
    pack : Dataset, optional
        The base-year pack that the run was made with; the bundled one where not given.

    Raises
    ------
    InputError
        Where the pack is another one, or the manifest is not that of a run of this
        version.
    """
    found = read_manifest()["content_sha256"] if pack is None else content_hash(pack)
    try:
        expected = manifest["pack"]["content_sha256"]
        if found != expected:
            raise InputError(
                "the run was made with another base-year pack",
                key="pack",
                found=str(found)[:12],
                allowed=str(expected)[:12],
            )
        years = np.array(manifest["years"][1:], dtype=np.int64)
        scenarios = [_resolved(record, years) for record in manifest["scenarios"]]
        seed = int(manifest["seed"])
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"the manifest is not that of a run ({error!r})") from error
    how = recorded_design(manifest)
    return prepare_work(load_pack() if pack is None else pack, scenarios, seed, how)


def _resolved(record: Mapping[str, Any], years: NDArray[np.int64]) -> ResolvedScenario:
    """Return the scenario that a manifest records, with the same bits in every value."""
    rows = {row["lever"]: row for row in record["values"]}
    if set(rows) != set(lever_table()):
        other = sorted(set(rows) ^ set(lever_table()))
        raise InputError(
            "the run was made by a version with other levers", key=record["name"], found=other[0]
        )
    values: dict[str, Value] = {}
    for name, lever in lever_table().items():
        series = [rows[name][str(year)] for year in years]
        if series[0] is not None:
            plain = lever.kind in ("bool", "choice")
            values[name] = series[0] if plain else _numbers(series)
    return ResolvedScenario(
        **{key: record[key] for key in ("name", "title", "title_zh")},
        description=record["description"],
        description_zh=record["description_zh"],
        horizon=int(record["horizon"]),
        years=years,
        inputs={name: dict(change) for name, change in record["inputs"].items()},
        input_places={
            name: Place("manifest.json", None, f"inputs.{name}") for name in record["inputs"]
        },
        values=values,
        origins={
            name: Origin(row["origin"], row["place"], row["source"]) for name, row in rows.items()
        },
    )


def _numbers(series: Sequence[float]) -> NDArray[np.float64]:
    return np.array(series, dtype=np.float64)
