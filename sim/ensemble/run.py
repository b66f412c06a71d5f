"""The ensemble: central paths and draws of one or more scenarios over common draws.

How the draws pass and what is kept of them: `sim.ensemble.stream`.
"""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import pandas as pd
import xarray as xr

from models.state import DRIVERS
from sim.baseyear.pack import (
    BUNDLED,
    content_hash,
    identity_of,
    load_pack,
    made_with,
    read_manifest,
)
from sim.ensemble.assemble import central_dataset, draws_dataset, ensemble_dataset
from sim.ensemble.effects import effects_dataset
from sim.ensemble.inputs import count_kinds
from sim.ensemble.methods import REPLICATES, count_draws, design
from sim.ensemble.observer import Observer
from sim.ensemble.store import DrawStore
from sim.ensemble.stream import Progress, Stream
from sim.ensemble.summary import BrokenDrawError, Summary, find_fault
from sim.ensemble.trace import extreme_scores
from sim.ensemble.work import Work, prepare_work, simulate_centre
from sim.errors import InputError, whole_number
from sim.scenario import ResolvedScenario, Scenario
from sim.scenario import scenario as find_scenario


@dataclass(frozen=True)
class EnsembleRun:
    """What a run produced.

    Attributes
    ----------
    scenarios : tuple of ResolvedScenario or RecordedScenario
    paths : Dataset
        Central paths, NAME(scenario, year, …), and the pack's NAME_history(history_year).
    ensemble : Dataset
        NAME_mean, NAME_std, and NAME(scenario, year, …, quantile).
    draws : Dataset or None
        Scalars of the leading 16,384 draws, of all where there are no more; of a run read
        from a folder every draw where they were kept there, else None.
    paired : Dataset or None
        Differences of the scenarios in the same draw, see `sim.ensemble.paired`; None
        where the run was read from a folder.
    targets_table : DataFrame or None
    manifest : dict
    kept_in : Path or None
        Folder in which every draw was kept.
    """

    scenarios: tuple[Any, ...]
    paths: xr.Dataset
    ensemble: xr.Dataset
    draws: xr.Dataset | None
    targets_table: pd.DataFrame | None
    manifest: dict[str, Any]
    paired: xr.Dataset | None = None
    kept_in: Path | None = None


def run_ensemble(
    scenarios: Sequence[str | Path | Scenario],
    *,
    draws: int | None = None,
    seed: int = 1,
    horizon: int | None = None,
    threads: int | None = None,
    overrides: Mapping[str, object] | None = None,
    pack: xr.Dataset | None = None,
    sampler: str = "philox",
    replicates: int = REPLICATES,
    progress: Progress | None = None,
    observers: Sequence[Observer] = (),
) -> EnsembleRun:
    """Simulate scenarios over common random numbers.

    Parameters
    ----------
    scenarios : sequence of str, Path or Scenario
        Names of bundled scenarios, files, or scenarios.
    draws : int, optional
        Number of draws; see `sim.ensemble.methods.count_draws` where not given.
    seed : int
        Seed of the random streams.
    horizon : int, optional
        Last year; the scenarios' own where not given.
    threads : int, optional
        Threads; all processors where not given. Results do not depend on it.
    overrides : mapping, optional
        Levers set on top of every scenario.
    pack : Dataset, optional
        Base-year pack; the bundled one where not given.
    sampler : {"philox", "antithetic", "sobol"}
        Independent draws, pairs of mirror images, or scrambled Sobol points.
    replicates : int
        Independent scrambles of Sobol points, whose spread is the error.
    progress : callable, optional
        Called with draws done and draws in all, from the thread that called this.
    observers : sequence of Observer
        Are shown the scalars of every draw.

    Raises
    ------
    InputError
        For bad input, a central path or a draw that is no number or whose accounts do not close.
    """
    started = time.perf_counter()
    draws = count_draws(draws, sampler, replicates)
    seed = whole_number(seed, "seed", 0, 2**63 - 1)
    threads = whole_number(os.cpu_count() or 1 if threads is None else threads, "threads", 1, 1024)
    how = design(sampler, draws, replicates)
    origin = read_manifest() if pack is None else _origin(pack)
    pack = load_pack() if pack is None else pack
    resolved = resolve_scenarios(scenarios, pack, horizon, overrides)
    work = prepare_work(pack, resolved, seed, how)
    centre = [simulate_centre(work, s) for s in range(len(work.cases))]
    names = [item.name for item in resolved]
    years = work.cases[0].years
    for name, path in zip(names, centre, strict=True):
        if (fault := find_fault(path, years, 1)) is not None:
            raise InputError(fault.text.format("the central path"), key=name)
    past = [name for name in pack.data_vars if pack.variables[name].dims == ("history_year",)]
    # with the estimates before the base year, so that a run tells by itself what has peaked
    paths = central_dataset(names, years, centre).assign(pack[past].data_vars)
    prepared = time.perf_counter()
    stream = Stream(work, centre, draws, observers, how)
    begun = EnsembleRun(
        *(tuple(resolved), paths, xr.Dataset(), None, None),
        {"pack": origin, "seed": seed, "sampler": how._asdict()},
    )
    for observer in observers:
        observer.begin(begun, draws)
    try:
        stream.run(threads, progress)
    except BrokenDrawError as error:
        asked = scenarios[names.index(str(error.key))]
        raise _explained(error, work, seed, asked) from error
    simulated = time.perf_counter()
    ensemble = ensemble_dataset(names, years, stream.summaries).merge(effects_dataset(work))
    timings = {
        "prepare": prepared - started,
        "simulate": simulated - prepared,
        "summarise": time.perf_counter() - simulated,
    }
    kept_in = next((item.folder for item in observers if isinstance(item, DrawStore)), None)
    manifest = {
        "draws": draws,
        "seed": seed,
        "sampler": how._asdict(),
        "threads": threads,
        "draws_kept": kept_in is not None,
        "pack": origin,
        "timings_seconds": {name: round(value, 3) for name, value in timings.items()},
        **_manifest(work, stream.summaries),
    }
    leading = draws_dataset(names, years, stream.leading, draws)
    paired = stream.paired.dataset(names, years)
    return EnsembleRun(tuple(resolved), paths, ensemble, leading, None, manifest, paired, kept_in)


def _origin(pack: xr.Dataset) -> dict[str, object]:
    """Identify a pack that was handed over."""
    whose = identity_of(pack)
    found: dict[str, object] = {"content_sha256": content_hash(pack)}
    if whose.key != BUNDLED:
        found |= {"province": whose.key, "name": whose.name, "name_zh": whose.name_zh}
    return found


def resolve_scenarios(
    scenarios: Sequence[str | Path | Scenario],
    pack: xr.Dataset,
    horizon: int | None = None,
    overrides: Mapping[str, object] | None = None,
) -> list[ResolvedScenario]:
    """Resolve the scenarios of a run, which share a horizon.

    Raises
    ------
    InputError
        For bad input, no scenario, or two of one name.
    """
    if not scenarios:
        raise InputError("name at least one scenario")
    found = [item if isinstance(item, Scenario) else find_scenario(item) for item in scenarios]
    if overrides:
        found = [item.set(overrides) for item in found]
    names = [item.name for item in found]
    if len(set(names)) < len(names):
        raise InputError("two scenarios of a run have the same name", found=", ".join(names))
    last = max(item.horizon for item in found) if horizon is None else horizon
    return [item.resolve(pack, horizon=last) for item in found]


def _explained(
    error: BrokenDrawError, work: Work, seed: int, asked: str | Path | Scenario
) -> InputError:
    """Say which inputs are behind a broken draw, and how to see it; `asked` is its scenario."""
    extreme = ", ".join(extreme_scores(work, error.draw))
    scenario = asked.name if isinstance(asked, Scenario) else shlex.quote(str(asked))
    again = f"provsim run {scenario} --seed {seed} --draw {error.draw}"
    return BrokenDrawError(
        f"{error.message}; its most extreme inputs: {extreme}; `{again}` "
        "(with the same other options) shows it",
        error.draw,
        str(error.key),
    )


def _manifest(work: Work, summaries: Sequence[Summary]) -> dict[str, Any]:
    """What produced the run, as far as scenarios, inputs and machine tell."""
    try:
        own = version("provsim")
    except PackageNotFoundError:
        own = "source"
    return {
        "provsim": own,
        **made_with(),
        "years": [int(year) for year in work.cases[0].years],
        "inputs": count_kinds(work.sampler.inputs),
        "scenarios": [_record(case.scenario) for case in work.cases],
        "held_back_by_bounds": {
            case.scenario.name: {
                name: int(count)
                for name, count in zip(DRIVERS, summary.clamped, strict=True)
                if count
            }
            for case, summary in zip(work.cases, summaries, strict=True)
        },
        "systems_pivoted": {
            case.scenario.name: summary.pivoted
            for case, summary in zip(work.cases, summaries, strict=True)
            if case.drawn_coefficients
        },
    }


def _record(item: ResolvedScenario) -> dict[str, Any]:
    """A scenario as it stands in the manifest."""
    table = item.provenance()
    table.columns = [str(column) for column in table.columns]
    return {
        "name": item.name,
        "title": item.title,
        "title_zh": item.title_zh,
        "description": item.description,
        "description_zh": item.description_zh,
        "horizon": item.horizon,
        "settings": dict(item.settings),
        "inputs": {name: dict(change) for name, change in item.inputs.items()},
        "values": table.astype(object).where(table.notna(), None).to_dict("records"),
    }


@dataclass(frozen=True)
class RecordedScenario:
    """A scenario as a run folder records it."""

    name: str
    title: str
    title_zh: str
    description: str
    description_zh: str
    horizon: int
    settings: Mapping[str, Any]
    inputs: Mapping[str, Any]
    values: Sequence[Mapping[str, Any]]

    def provenance(self) -> pd.DataFrame:
        """One row a lever: names, values by year, unit, origin and source."""
        return pd.DataFrame(self.values)


def recorded_scenarios(manifest: Mapping[str, Any]) -> tuple[RecordedScenario, ...]:
    """Scenarios of a manifest."""
    return tuple(RecordedScenario(**record) for record in manifest["scenarios"])
