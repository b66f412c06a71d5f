"""How likely targets are met together, in the same draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from sim.assess.probability import require_draws
from sim.assess.register import load_targets
from sim.assess.results import RunResult, scenario_names
from sim.assess.tally import Group, counted_tally, tally_draws
from sim.errors import InputError, nearest_name


def _chosen(sets: Sequence[Sequence[str]]) -> list[Group]:
    """Return sets of target ids as groups, or refuse an unknown id."""
    known = [target.target_id for target in load_targets()]
    for name in (name for one in sets for name in one):
        if name not in known:
            raise InputError("no such target", key=name, nearest=nearest_name(name, known))
    return [("set", tuple(dict.fromkeys(one))) for one in sets if one]


def joint(
    run: RunResult,
    history: xr.Dataset | None = None,
    *,
    sets: Sequence[Sequence[str]] | None = None,
) -> pd.DataFrame:
    """Return how likely targets are met together, in the same draw.

    Parameters
    ----------
    run : RunResult
        A run with its draws.
    history : Dataset (year), optional
        As in `evaluate`.
    sets : sequence of sequences of str, optional
        Sets of target ids. By default all pairs, the modelled indicators of box 1
        (``box1``) and all targets with a probability (``all``). Chosen sets, and another
        history, are judged by the draws that the run keeps: of a long run the leading
        ones (`run.draws.sizes["draw"]`).

    Returns
    -------
    DataFrame
        Columns ``scenario, set, targets, count, probability, probability_se,
        independent, given_first``: the joint probability, its Monte Carlo standard
        error, the product of the single probabilities, and for pairs the probability of
        the second target where the first is met.

    Raises
    ------
    InputError
        Where the run has no draws, a target is unknown or has no probability.
    """
    tally = counted_tally(run) if sets is None and history is None else None
    if tally is None:
        groups = None if sets is None else _chosen(sets)
        tally = tally_draws(run, require_draws(run), None, history, groups)
    single = {target.target_id: tally.count(target) for target in tally.judged}
    together = tally.together()
    rows: list[dict[str, Any]] = []
    for index, scenario in enumerate(scenario_names(run)):
        met = {name: float(counts[index]) for name, counts in single.items() if counts is not None}
        for group, (label, members) in enumerate(tally.groups):
            count = float(together[index, group])
            first = met[members[0]]
            rows.append(
                {
                    "scenario": scenario,
                    "set": label,
                    "targets": ";".join(members),
                    "count": len(members),
                    "probability": count / tally.draws,
                    "probability_se": float(tally.error_together(group)[index]),
                    "independent": float(np.prod([met[name] / tally.draws for name in members])),
                    "given_first": count / first if len(members) == 2 and first else np.nan,
                }
            )
    columns = "scenario set targets count probability probability_se independent given_first"
    return pd.DataFrame(rows, columns=columns.split())
