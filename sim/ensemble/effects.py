"""What each uncertain input does, one at a time.

Every input is moved by one standard score, a yearly one in equal steps that are as likely
together, while the others stay at their medians; the effect is the change of an indicator
against the central path. It tells which inputs matter and in which direction, not how much
of the variance they explain: that needs a design for dependent inputs.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from models.state import DRIVERS, SCALARS
from sim.baseyear.pack import load_pack
from sim.ensemble.deviates import sample_alone
from sim.ensemble.work import Scratch, Work, prepare_work, simulate_case
from sim.scenario import Scenario
from sim.scenario import scenario as find_scenario

STORED_YEAR = 2030


def effects_of(work: Work, index: int, score: float = 1.0) -> NDArray[np.float64]:
    """Change of every scalar output when each input alone moves by `score`.

    Parameters
    ----------
    work : Work
    index : int
        Position of the scenario.
    score : float
        Standard score by which an input is moved; see `sim.ensemble.deviates.sample_alone`.

    Returns
    -------
    ndarray, shape (len(SCALARS), Y, n_input)
    """
    scratch = Scratch(work, len(work.sampler.inputs) + 1)  # the last column is the centre
    sample_alone(work.sampler.plan, score, scratch.deviates, scratch.base_draw)
    work.tables.fill(scratch.base_draw, scratch.base_rows)
    scalars = simulate_case(work, index, scratch, np.zeros(len(DRIVERS), np.int64)).scalars
    return scalars[..., :-1] - scalars[..., -1:]


def effects_dataset(work: Work) -> xr.Dataset:
    """Effects of the inputs at one standard score on the outputs of 2030.

    Of the last year where the run ends before. `input_effect(scenario, input, output)`.
    """
    year = min(STORED_YEAR, int(work.cases[0].years[-1]))
    place = year - int(work.cases[0].years[0])
    values = np.stack([effects_of(work, i)[:, place].T for i in range(len(work.cases))])
    inputs = work.sampler.inputs
    effect = xr.DataArray(
        values,
        dims=("scenario", "input", "output"),
        coords={
            "scenario": [case.scenario.name for case in work.cases],
            "input": [item.name for item in inputs],
            "input_name": ("input", [item.name_en for item in inputs]),
            "input_name_zh": ("input", [item.name_zh for item in inputs]),
            "input_kind": ("input", [item.kind for item in inputs]),
            "output": list(SCALARS),
        },
        attrs={
            "units": "units of the output",
            "long_name": "Change of the output when the input alone rises by one standard score",
            "long_name_zh": "某一输入单独提高一个标准分时产出的变化",
            "year": year,
        },
    )
    return xr.Dataset({"input_effect": effect})


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
        As in `effects_of`.
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
    inputs = [item.name for item in work.sampler.inputs]
    index = pd.MultiIndex.from_product(
        [SCALARS, work.cases[0].years, inputs], names=["variable", "year", "input"]
    )
    frame = pd.DataFrame({"effect": effects_of(work, 0, score).ravel()}, index=index)
    return frame.reset_index()[["input", "variable", "year", "effect"]]
