"""How likely each target is, alone and together, given the scenario and the model.

Probabilities are shares of draws and hence conditional on scenario and model. A target
that the model does not project keeps its row with empty cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.assess.joint import joint
from sim.assess.probability import require_draws, target_numbers
from sim.assess.register import Origin, Target, target_origins
from sim.assess.results import RunResult, scenario_names
from sim.assess.tally import TargetTally, counted_tally, tally_draws

__all__ = ["COLUMNS", "evaluate", "joint", "required_rate"]

Array = NDArray[np.float64]
_PROBABILITIES = {
    "probability": "met",
    "probability_strict": "strict",
    "probability_unit_low": "low",
    "probability_unit_high": "high",
    "probability_if_domestic": "domestic",
    "probability_if_external": "external",
}

COLUMNS = (
    "scenario",
    "indicator",
    "document",
    "line",
    "basis",
    "comparator",
    "direction",
    "window",
    "target",
    "year",
    "unit",
    "modelled",
    "central",
    "p05",
    "p50",
    "p95",
    "probability",
    "probability_se",
    "target_id",
    "box1",
    "name_en",
    "name_zh",
    "printed",
    "nature",
    "about",
    "half_unit",
    "first_year",
    "relative_to",
    "reference",
    "distance",
    "met",
    "met_half_unit_low",
    "met_half_unit_high",
    "probability_strict",
    "probability_unit_low",
    "probability_unit_high",
    "probability_if_domestic",
    "probability_if_external",
    "required_rate",
    "rate",
    "status",
    "reason_en",
    "reason_zh",
)


def required_rate(kind: str, start: float, number: float, years: int) -> float:
    """Return the yearly pace that reaches `number` from `start` in `years`.

    Parameters
    ----------
    kind : {"average", "compound", "points", "cut", ""}
        ``average``: the number itself is a yearly average; ``compound``: growth rate of a
        level; ``points``: change of a share a year; ``cut``: equal yearly cut that
        cumulates to `number`; empty: no pace makes sense.
    start, number : float
        Value in the first year of the run, and the target.
    years : int
        Years left.

    Returns
    -------
    float
        NaN where no pace makes sense.
    """
    if years <= 0 or np.isnan(number):
        return float("nan")
    if kind == "average":
        return number
    if kind == "compound":
        return float((number / start) ** (1.0 / years) - 1.0)
    if kind == "points":
        return (number - start) / years
    if kind == "cut":
        return float(1.0 - (1.0 - number) ** (1.0 / years))
    return float("nan")


def _base_row(target: Target, name: str, number: float) -> dict[str, Any]:
    origin = target_origins().get(target.figure_id, Origin("", 0, "", ""))
    row: dict[str, Any] = dict.fromkeys(COLUMNS)
    row.update(
        {key: getattr(target, key) for key in COLUMNS if hasattr(target, key)},
        scenario=name,
        document=origin.document,
        line=origin.line,
        basis=origin.basis,
        nature=origin.nature,
        target=None if target.relative_to or np.isnan(number) else number,
        status=target.modelled,
    )
    return row


def _status(target: Target, number: float, central: float) -> str:
    if target.window == "peak" and np.isnan(central):
        return "not_yet_peaked"
    if np.isnan(number):
        return "no_number"
    return "evaluated"


def _distance(target: Target, tally: TargetTally) -> Array:
    """Return how far the central path is on the side of success: (n_scenario,)."""
    value = tally.central(target, "margin" if target.relative_to else "value")
    margin: Array = value - tally.numbers[target.target_id]
    if target.direction == "at_most":
        return -margin
    if target.direction == "within":
        return -np.abs(margin)
    return margin


def _values(target: Target, tally: TargetTally, run: RunResult) -> list[dict[str, Any]]:
    """Return the numbers of one target, one mapping a scenario."""
    number, central = tally.numbers[target.target_id], tally.central(target)
    quantiles, distance = tally.quantiles(target), _distance(target, tally)
    start = run.paths[target.variable].values[:, 0]
    years_left = target.year - int(run.paths["year"][0])
    rows: list[dict[str, Any]] = []
    for i in range(number.size):
        row: dict[str, Any] = dict(zip(("p05", "p50", "p95"), quantiles[i], strict=True))
        row["central"] = float(central[i])
        row["status"] = _status(target, float(number[i]), float(central[i]))
        if target.relative_to:
            row["reference"] = float(tally.central(target, "reference")[i])
        if not np.isnan(number[i]):
            row.update(_shares(target, tally, i))
            row["distance"] = distance[i]
            row["required_rate"] = required_rate(
                target.rate, float(start[i]), float(number[i]), years_left
            )
        rows.append(row)
    return rows


def _shares(target: Target, tally: TargetTally, scenario: int) -> dict[str, Any]:
    """Return how likely a target with a number is in one scenario."""
    met = tally.count(target)
    assert met is not None
    row: dict[str, Any] = {
        "met": bool(tally.central_met(target)[scenario]),
        "probability_se": float(tally.error(target)[scenario]),
    }
    for column, test in _PROBABILITIES.items():
        counts = tally.count(target, test)
        if counts is not None:
            row[column] = float(counts[scenario] / tally.draws)
    if target.half_unit is not None:
        row["met_half_unit_low"] = bool(tally.central_met(target, "low")[scenario])
        row["met_half_unit_high"] = bool(tally.central_met(target, "high")[scenario])
    return row


def evaluate(
    run: RunResult,
    history: xr.Dataset | None = None,
    *,
    targets: Sequence[Target] | None = None,
) -> pd.DataFrame:
    """Judge every target of the register in every scenario of a run.

    Parameters
    ----------
    run : RunResult
        A run. What was counted of every draw while it was made is used, else the draws
        that it keeps: of a long run the leading ones. Of a run read without draws the
        stored table is returned.
    history : Dataset (year), optional
        CO2, coal and oil up to 2025 under the names of the model variables, for peaks;
        by default what the run carries.
    targets : sequence of Target, optional
        The targets to judge; by default those registered for the
        province of the run. Chosen ones, and another
        history, are judged by the kept draws (`run.draws.sizes["draw"]`).

    Returns
    -------
    DataFrame
        One row a scenario and target with the columns `COLUMNS`, in the units of the
        model (growth and shares as fractions). ``distance`` is positive on the side of
        success. ``met_half_unit_low`` and ``..._high`` tell whether the central value
        meets the number one unit of its last printed digit lower and higher;
        ``probability_unit_low`` and ``..._high`` are the probabilities then, and
        ``probability_strict`` the one with a printed 左右 taken at its number.
        ``probability_if_domestic`` and ``..._external`` stand where the closure of the
        accounts decides: all of the adjustment on domestic demand, or outside.

    Raises
    ------
    InputError
        Where the run has neither draws nor a stored table.
    """
    own = targets is None and history is None
    tally = counted_tally(run) if own else None
    if tally is None:
        if run.draws is None and run.targets_table is not None and targets is None:
            return run.targets_table.copy()
        tally = tally_draws(run, require_draws(run), targets, history, groups=())
    judged = {target.target_id for target in tally.judged}
    rows: list[dict[str, Any]] = []
    for target in tally.targets:
        number = target_numbers(run, target)
        basic = [
            _base_row(target, name, float(number[i])) for i, name in enumerate(scenario_names(run))
        ]
        if target.target_id in judged:
            for row, values in zip(basic, _values(target, tally, run), strict=True):
                row.update(values)
        elif target.modelled != "not_modelled":
            for row in basic:
                row["status"] = "beyond_horizon"
        rows.extend(basic)
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    order = {name: i for i, name in enumerate(scenario_names(run))}
    return _typed(table.sort_values("scenario", key=lambda s: s.map(order), kind="stable"))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    numeric = [
        *("target", "central", "p05", "p50", "p95", "probability", "probability_se"),
        *("half_unit", "reference", "distance", "probability_strict"),
        *("probability_unit_low", "probability_unit_high", "required_rate"),
        *("probability_if_domestic", "probability_if_external"),
    ]
    table = table.reset_index(drop=True)
    kinds: dict[str, Any] = dict.fromkeys(numeric, "float64")
    kinds.update(dict.fromkeys(("met", "met_half_unit_low", "met_half_unit_high"), "boolean"))
    kinds.update({"box1": "Int64", "line": "Int64", "year": "int64", "first_year": "int64"})
    return table.astype(kinds)
