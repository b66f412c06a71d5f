"""The Python interface: `sim.run`, `sim.Run`, `sim.read_run`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pandas as pd
import xarray as xr

from sim.assess.compare import all_differences, compare
from sim.assess.tally import TargetTally
from sim.assess.targets import evaluate, joint
from sim.baseyear.files import check_folder
from sim.ensemble import folder
from sim.ensemble.run import EnsembleRun, run_ensemble
from sim.ensemble.stream import Progress
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
            made = replace(made, targets_table=evaluate(made, tally=tally))
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
            folder.JOINT: joint(self, tally=self.tally),
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
    draws: int = 10_000,
    seed: int = 1,
    horizon: int | None = None,
    threads: int | None = None,
    overrides: Mapping[str, object] | None = None,
    pack: xr.Dataset | None = None,
    out: str | Path | None = None,
    progress: Progress | None = None,
) -> Run:
    """Simulate scenarios over common random numbers and assess their targets.

    Parameters
    ----------
    scenarios : str, Path, Scenario or sequence of them
        Names of bundled scenarios, files, or scenarios.
    draws, seed : int
        Size and seed of the ensemble.
    horizon : int, optional
        Last year; the scenarios' own where not given.
    threads : int, optional
        Threads; results do not depend on it.
    overrides : mapping, optional
        Levers set on top of every scenario.
    pack : Dataset, optional
        Base-year pack; the bundled one where not given.
    out : path, optional
        Folder to which the run is written, with the tables that need its draws.
    progress : callable, optional
        Called with draws done and draws in all.

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
    chosen = [scenarios] if isinstance(scenarios, str | Path | Scenario) else list(scenarios)
    if out is not None:
        check_folder(Path(out))
    tally = TargetTally()
    made = Run.of(
        run_ensemble(
            chosen,
            draws=draws,
            seed=seed,
            horizon=horizon,
            threads=threads,
            overrides=overrides,
            pack=pack,
            progress=progress,
            observers=[tally],
        ),
        tally,
    )
    if out is not None:
        made.write(out)
    return made


def read_run(path: str | Path) -> Run:
    """Read a run folder."""
    return Run.of(folder.read_run(Path(path)))
