"""How likely CO2, coal and oil peak in time, and by how much they would miss it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.assess.past import Past, past_deviates, past_estimates
from sim.assess.probability import registered_targets, require_draws, run_history
from sim.assess.results import RunResult, scenario_names
from sim.assess.targets import evaluate
from sim.ensemble.random import GROUP
from sim.errors import InputError

Array = NDArray[np.float64]
COLUMNS = (
    *("scenario", "target_id", "last_allowed", "central", "p05", "p50", "p95"),
    *("probability", "probability_se", "gap", "gap_if_missed", "unit"),
)


def peaks(run: RunResult) -> pd.DataFrame:
    """Return the peaks that documents ask for: year, probability and remaining gap.

    The gap of a draw is the highest value after the last allowed year less the highest up
    to it, estimates since 2020 included, and zero where the peak is in time: so much less
    would have to be emitted or burnt in the later years.

    Parameters
    ----------
    run : RunResult
        A run with draws that reaches beyond the years asked for, best to 2035.

    Returns
    -------
    DataFrame
        One row a scenario and target with the columns `COLUMNS`; ``central`` and quantiles
        are years (NaN: not seen yet), ``gap`` its mean over all kept draws and
        ``gap_if_missed`` over those that miss (NaN where none does).

    Raises
    ------
    InputError
        Where the run keeps no draws, or ends before a year asked for has passed.
    """
    targets = [item for item in registered_targets(run) if item.window == "peak"]
    years = run.paths["year"].values
    draws = require_draws(run)
    table = evaluate(run).set_index(["scenario", "target_id"])
    past = past_estimates([item.variable for item in targets], int(years[0]), run_history(run))
    rows = []
    for place, target in enumerate(targets):
        if years[-1] <= target.year:
            raise InputError(
                "the run ends before the peak can be told",
                key=target.target_id,
                found=int(years[-1]),
                allowed=f"{target.year + 1} or later",
            )
        last = target.year - 1 if target.comparator == "<" else target.year
        earlier = _earlier(past, place, int(run.manifest["seed"]), draws.sizes["draw"])
        for scenario in scenario_names(run):
            values = draws[target.variable].sel(scenario=scenario).transpose("year", "draw")
            gap = _gap(values.values, earlier * values.values[0], int(last - years[0]))
            missed = gap[gap > 0.0]
            found = table.loc[(scenario, target.target_id)]
            rows.append(
                {
                    "scenario": scenario,
                    "target_id": target.target_id,
                    "last_allowed": last,
                    **{key: found[key] for key in COLUMNS[3:9]},
                    "gap": float(gap.mean()),
                    "gap_if_missed": float(missed.mean()) if missed.size else np.nan,
                    "unit": run.paths[target.variable].attrs.get("units", ""),
                }
            )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _earlier(past: Past, place: int, seed: int, draws: int) -> Array:
    """Highest index before the first year, in every draw (draw,); 0 where none is known."""
    if not past.year.size:
        return np.zeros(draws)
    width = -(-draws // GROUP) * GROUP
    deviate = past_deviates(seed, 0, width)[past.stream[place], :draws]
    index = past.level[place][:, None] + past.spread[place][:, None] * deviate
    found: Array = np.nan_to_num(index, nan=0.0).max(axis=0)
    return found


def _gap(values: Array, earlier: Array, last: int) -> Array:
    """Highest of `values` (year, draw) after place `last` over the highest before (draw,)."""
    until = np.maximum(values[: last + 1].max(axis=0), earlier)
    gap: Array = np.maximum(values[last + 1 :].max(axis=0) - until, 0.0)
    return gap
