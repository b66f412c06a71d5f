"""The Python interface: `sim.run`, `sim.Run`, `sim.read_run`, `sim.trace`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pandas as pd
import xarray as xr

from sim.assess.compare import all_differences, compare
from sim.assess.tally import TargetTally
from sim.assess.targets import evaluate, joint
from sim.baseyear.files import check_folder
from sim.baseyear.pack import load_pack
from sim.ensemble import folder
from sim.ensemble.methods import MAXIMUM_DRAWS, REPLICATES, count_draws, design
from sim.ensemble.run import EnsembleRun, resolve_scenarios, run_ensemble
from sim.ensemble.store import DrawStore
from sim.ensemble.stream import Progress
from sim.ensemble.trace import Trace, trace_draw
from sim.ensemble.work import prepare_work
from sim.errors import InputError, whole_number
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.publish.plot import Plot


@dataclass(frozen=True)
class Run(EnsembleRun):
    """A run with its targets, comparisons and pictures.

    Attributes as in `sim.ensemble.run.EnsembleRun`: `paths` and `ensemble` are labelled
    datasets, `draws` holds the scalars of the leading draws; and

    tally : TargetTally or None
        How often targets are met in all draws; None where the run was read from a folder.
    """

    tally: TargetTally | None = None

    @classmethod
    def of(cls, ensemble: EnsembleRun, tally: TargetTally | None = None) -> Self:
        """Give a run its targets, evaluating them where that was not done."""
        own = {field.name: getattr(ensemble, field.name) for field in fields(EnsembleRun)}
        made = cls(**own, tally=tally)
        if made.targets_table is None:
            made = replace(made, targets_table=evaluate(made))
        return made

    def targets(self) -> pd.DataFrame:
        """Return every target with its central value, quantiles and probability."""
        assert self.targets_table is not None
        return self.targets_table

    def compare(self, a: str, b: str) -> pd.DataFrame:
        """Return the paired difference of scenarios `a` and `b` (a minus b)."""
        return compare(self, a, b)

    def write(self, path: str | Path) -> None:
        """Write the run folder, with the tables that need the draws.

        `joint.csv`: how likely targets are met together; `differences.csv`: the paired
        differences of all scenarios.

        Raises
        ------
        InputError
            Where the folder cannot be written, or the draws were not kept.
        """
        tables = {
            folder.JOINT: joint(self),
            folder.DIFFERENCES: all_differences(self),
        }
        folder.write_run(self, Path(path), tables)

    @property
    def plot(self) -> Plot:
        """Pictures of the run."""
        from sim.publish.plot import Plot

        return Plot(self)


def run(
    scenarios: str | Path | Scenario | Sequence[str | Path | Scenario],
    *,
    draws: int | None = None,
    seed: int = 1,
    horizon: int | None = None,
    threads: int | None = None,
    overrides: Mapping[str, object] | None = None,
    pack: xr.Dataset | str | Path | None = None,
    out: str | Path | None = None,
    keep_draws: bool = False,
    sampler: str = "philox",
    replicates: int = REPLICATES,
    progress: Progress | None = None,
) -> Run:
    """Simulate scenarios over common random numbers and assess their targets.

    Parameters
    ----------
    scenarios : str, Path, Scenario or sequence of them
        Names of bundled scenarios, files, or scenarios.
    draws : int, optional
        Number of draws; where not given 10,000, for Sobol points the nearest number that the
        replicates can make (16,384 with 16).
    seed : int
        Seed of the random streams.
    horizon : int, optional
        Last year; the scenarios' own where not given.
    threads : int, optional
        Threads; results do not depend on it.
    overrides : mapping, optional
        Levers set on top of every scenario.
    pack : Dataset or path, optional
        Base-year pack, or its folder; the bundled one where not given.
    out : path, optional
        Folder to which the run is written, with the tables that need its draws.
    keep_draws : bool
        Also write the scalars of every draw to ``draws.zarr`` in `out`.
    sampler : {"philox", "antithetic", "sobol"}
        Independent draws, pairs of mirror images, or scrambled Sobol points.
    replicates : int
        Independent scrambles of Sobol points; `draws` is a power of two times this.
    progress : callable, optional
        Called with draws done and draws in all, from the thread that called this.

    Raises
    ------
    InputError
        For bad input, or where `out` cannot be written.

    Examples
    --------
    >>> import sim
    >>> small = sim.run("baseline", draws=256)
    >>> small.ensemble.sizes["quantile"]
    9
    """
    if out is not None:
        check_folder(Path(out))
    elif keep_draws:
        raise InputError("keeping every draw needs a folder", key="out")
    if isinstance(pack, str | Path):
        pack = load_pack(Path(pack))
    tally = TargetTally()
    store = DrawStore(Path(out)) if out is not None and keep_draws else None
    try:
        ensemble = run_ensemble(
            _several(scenarios),
            draws=draws,
            seed=seed,
            horizon=horizon,
            threads=threads,
            overrides=overrides,
            pack=pack,
            sampler=sampler,
            replicates=replicates,
            progress=progress,
            observers=[tally] if store is None else [tally, store],
        )
    finally:
        if store is not None:
            store.discard()
    made = Run.of(ensemble, tally)
    if out is not None:
        made.write(out)
    return made


def _several(
    scenarios: str | Path | Scenario | Sequence[str | Path | Scenario],
) -> list[str | Path | Scenario]:
    if isinstance(scenarios, str | Path | Scenario) or not isinstance(scenarios, Iterable):
        return [scenarios]  # what is no scenario is refused where it is looked for
    return list(scenarios)


def trace(
    scenarios: str | Path | Scenario | Sequence[str | Path | Scenario],
    draw: int,
    *,
    seed: int = 1,
    horizon: int | None = None,
    overrides: Mapping[str, object] | None = None,
    pack: xr.Dataset | str | Path | None = None,
    sampler: str = "philox",
    replicates: int = REPLICATES,
    draws: int | None = None,
) -> dict[str, Trace]:
    """Simulate one draw again and tell everything about it.

    Parameters
    ----------
    scenarios : str, Path, Scenario or sequence of them
        As in `run`.
    draw : int
        Number of the draw, from 0.
    seed, horizon, overrides, pack, sampler, replicates
        As in `run`: the same give the same draw, to the bit.
    draws : int, optional
        Number of draws of the run, as in `run`; Sobol points depend on it.

    Returns
    -------
    dict of str to Trace
        Inputs with their scores, drivers, results and identities by name of the scenario;
        see `sim.ensemble.trace.Trace`.

    Raises
    ------
    InputError
        For bad input.
    """
    draw = whole_number(draw, "draw", 0, MAXIMUM_DRAWS - 1)
    seed = whole_number(seed, "seed", 0, 2**63 - 1)
    if not isinstance(pack, xr.Dataset):
        pack = load_pack() if pack is None else load_pack(Path(pack))
    how = design(sampler, count_draws(draws, sampler, replicates), replicates)
    resolved = resolve_scenarios(_several(scenarios), pack, horizon, overrides)
    work = prepare_work(pack, resolved, seed, how)
    return {item.name: trace_draw(work, index, draw) for index, item in enumerate(resolved)}


def read_run(path: str | Path) -> Run:
    """Read a run folder."""
    return Run.of(folder.read_run(Path(path)))
