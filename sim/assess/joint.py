"""How likely targets are met together, in the same draw."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.assess.measure import covered, is_met, measure
from sim.assess.probability import monte_carlo_error, require_draws, run_history, target_numbers
from sim.assess.register import load_targets
from sim.assess.results import RunResult, scenario_names
from sim.errors import InputError, nearest_name


def _met_draws(
    run: RunResult, history: xr.Dataset | None, wanted: Sequence[str] | None
) -> tuple[list[str], NDArray[np.bool_]]:
    """Return target ids and an array (target, scenario, draw) of met or not."""
    draws = require_draws(run)
    past = run_history(run) if history is None else history
    ids: list[str] = []
    met: list[NDArray[np.bool_]] = []
    for target in load_targets():
        if wanted is not None and target.target_id not in wanted:
            continue
        number = target_numbers(run, target)
        usable = target.modelled != "not_modelled" and covered(target, run.paths)
        if not usable or bool(np.isnan(number).any()):
            if wanted is not None:
                raise InputError("the target has no probability in this run", key=target.target_id)
            continue
        drawn = is_met(target, measure(target, draws, past), number, target.tolerance)
        ids.append(target.target_id)
        met.append(drawn.transpose("scenario", "draw").values)
    return ids, np.array(met)


def _check_ids(wanted: Sequence[str]) -> None:
    known = [target.target_id for target in load_targets()]
    for name in wanted:
        if name not in known:
            raise InputError("no such target", key=name, nearest=nearest_name(name, known))


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
        (``box1``) and all targets with a probability (``all``).

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
    wanted = None if sets is None else sorted({name for one in sets for name in one})
    if wanted is not None:
        _check_ids(wanted)
    ids, met = _met_draws(run, history, wanted)
    place = {name: i for i, name in enumerate(ids)}
    groups: list[tuple[str, list[str]]] = []
    if sets is None:
        box1 = {t.target_id for t in load_targets() if t.box1 is not None}
        groups.append(("all", ids))
        groups.append(("box1", [name for name in ids if name in box1]))
        groups.extend(("pair", list(pair)) for pair in combinations(ids, 2))
    else:
        groups.extend(("set", list(dict.fromkeys(one))) for one in sets if one)
    rows: list[dict[str, Any]] = []
    for index, scenario in enumerate(scenario_names(run)):
        for label, members in groups:
            if members:
                block = met[[place[name] for name in members], index]
                rows.append({"scenario": scenario, "set": label, **_together(members, block)})
    columns = "scenario set targets count probability probability_se independent given_first"
    return pd.DataFrame(rows, columns=columns.split())


def _together(members: list[str], block: NDArray[np.bool_]) -> dict[str, Any]:
    draws = block.shape[1]
    count = float(block.all(axis=0).sum())
    first = float(block[0].sum())
    return {
        "targets": ";".join(members),
        "count": len(members),
        "probability": count / draws,
        "probability_se": float(monte_carlo_error(count, draws)),
        "independent": float(np.prod(block.mean(axis=1))),
        "given_first": count / first if len(members) == 2 and first > 0 else float("nan"),
    }
