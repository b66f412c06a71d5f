"""What each uncertain input does, one at a time.

Every input is moved by one standard score in all years while the others stay at their
medians; the effect is the change of an indicator against the central path. It tells
which inputs matter and in which direction, not how much of the variance they explain:
that needs a design for dependent inputs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr

from models.economy import simulate
from models.state import DRIVERS, SCALARS, empty_results
from sim.baseyear.pack import load_pack
from sim.ensemble.drivers import apply_block, sample_alone
from sim.ensemble.run import prepare_work
from sim.scenario import Scenario
from sim.scenario import scenario as find_scenario


def input_effects(
    scenario: str | Scenario,
    *,
    score: float = 1.0,
    horizon: int | None = None,
    pack: xr.Dataset | None = None,
) -> pd.DataFrame:
    """Move each input by `score` standard scores and return what follows.

    Parameters
    ----------
    scenario : str or Scenario
        Name of a bundled scenario, a file, or a scenario.
    score : float
        Standard score at which an input is put, in every year; its time structure then
        applies (a random walk sums its innovations).
    horizon : int, optional
        Last year; the scenario's own where not given.
    pack : Dataset, optional
        Base-year pack; the bundled one where not given.

    Returns
    -------
    DataFrame
        Columns ``input variable year effect``: change of a scalar output against the
        central path, for every input, output and year.
    """
    pack = load_pack() if pack is None else pack
    found = find_scenario(scenario) if isinstance(scenario, str) else scenario
    work = prepare_work(pack, [found.resolve(pack, horizon=horizon or found.horizon)], seed=0)
    case, plan = work.cases[0], work.plans[0]
    inputs = [item.name for item in work.sampler.inputs]
    block = len(inputs) + 1  # the last column is the central path
    deviates = np.empty((work.sampler.plan.n_row, block))
    base_draw = np.empty(block, np.int64)
    sample_alone(work.sampler.plan, score, deviates, base_draw)
    drivers = np.empty((len(DRIVERS), case.years.size, block))
    slips = np.empty((len(case.slips), block))
    apply_block(plan, deviates, drivers, slips, np.zeros(len(DRIVERS), np.int64))
    results = empty_results(case.years.size, block)
    simulate(case.structure, work.tables.gather(base_draw), drivers, slips, results)
    effect = results.scalars[..., :-1] - results.scalars[..., -1:]
    index = pd.MultiIndex.from_product(
        [SCALARS, case.years, inputs], names=["variable", "year", "input"]
    )
    frame = pd.DataFrame({"effect": effect.ravel()}, index=index).reset_index()
    return frame[["input", "variable", "year", "effect"]]
