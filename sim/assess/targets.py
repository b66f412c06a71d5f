"""How likely each target is, alone and together, given the scenario and the model.

Probabilities are shares of draws and hence conditional on scenario and model. A target
that the model does not project keeps its row with empty cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.assess.joint import joint
from sim.assess.measure import Measured, covered, is_met, measure
from sim.assess.probability import monte_carlo_error, require_draws, run_history, target_numbers
from sim.assess.register import Origin, Target, load_targets, target_origins
from sim.assess.results import RunResult, scenario_names

__all__ = ["COLUMNS", "evaluate", "joint", "required_rate"]

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


@dataclass(frozen=True)
class _Judged:
    """A modelled target measured in the central path and in the draws."""

    target: Target
    number: xr.DataArray
    central: Measured
    drawn: Measured

    def share(self, shift: float = 0.0, tolerance: float | None = None) -> NDArray[np.float64]:
        slack = self.target.tolerance if tolerance is None else tolerance
        met = is_met(self.target, self.drawn, self.number + shift, slack)
        counts: NDArray[np.float64] = met.sum("draw").values.astype(float)
        return counts

    def central_met(self, shift: float = 0.0) -> NDArray[np.bool_]:
        met = is_met(self.target, self.central, self.number + shift, self.target.tolerance)
        values: NDArray[np.bool_] = met.values
        return values


def _quantiles(target: Target, value: xr.DataArray) -> NDArray[np.float64]:
    levels = [0.05, 0.5, 0.95]
    axis = value.get_axis_num("draw")
    if target.window != "peak":
        plain: NDArray[np.float64] = np.quantile(value.values, levels, axis=axis)
        return plain
    # A peak that has not been seen lies beyond every year; years do not interpolate.
    later = np.where(np.isnan(value.values), np.inf, value.values)
    result = np.quantile(later, levels, axis=axis, method="inverted_cdf")
    return np.where(np.isinf(result), np.nan, result)


def _distance(target: Target, central: Measured, number: xr.DataArray) -> NDArray[np.float64]:
    margin: xr.DataArray = central.value - number
    if central.reference is not None:
        margin = margin - central.reference
    if target.direction == "at_most":
        margin = -margin
    if target.direction == "within":
        margin = -abs(margin)
    values: NDArray[np.float64] = margin.values
    return values


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


def _closures(target: Target, draws: xr.Dataset, number: xr.DataArray) -> list[dict[str, float]]:
    """Probabilities under the extremes of the closure, where the model gives both.

    All of the adjustment on domestic demand, or all of it on outflow and exports
    (variables `NAME_if_domestic` and `NAME_if_external`); one mapping a scenario.
    """
    found: list[dict[str, float]] = [{} for _ in range(number.size)]
    for end in ("domestic", "external"):
        variable = f"{target.variable}_if_{end}"
        if variable not in draws:
            continue
        other = measure(replace(target, variable=variable), draws)
        met = is_met(target, other, number, target.tolerance).mean("draw")
        for mapping, share in zip(found, met.values, strict=True):
            mapping[f"probability_if_{end}"] = float(share)
    return found


def _values(judged: _Judged, run: RunResult) -> list[dict[str, Any]]:
    """Return the numbers of one target, one mapping a scenario."""
    target, number, central = judged.target, judged.number, judged.central
    draws = judged.drawn.value.sizes["draw"]
    quantiles = _quantiles(target, judged.drawn.value)
    base = run.paths[target.variable].isel(year=0)
    first = int(run.paths["year"][0])
    rows: list[dict[str, Any]] = []
    known = ~np.isnan(number.values)
    counts, strict = judged.share(), judged.share(tolerance=0.0)
    errors = monte_carlo_error(counts, draws)
    met = judged.central_met()
    unit = None if target.half_unit is None else 2.0 * target.half_unit
    distance = _distance(target, central, number)
    for i in range(number.size):
        row: dict[str, Any] = {
            "central": float(central.value[i]),
            "p05": quantiles[0, i],
            "p50": quantiles[1, i],
            "p95": quantiles[2, i],
            "status": _status(target, float(number[i]), float(central.value[i])),
        }
        if central.reference is not None:
            row["reference"] = float(central.reference[i])
        if known[i]:
            row.update(
                distance=distance[i],
                met=bool(met[i]),
                probability=counts[i] / draws,
                probability_se=errors[i],
                probability_strict=strict[i] / draws,
                required_rate=required_rate(
                    target.rate, float(base[i]), float(number[i]), target.year - first
                ),
            )
        if known[i] and unit is not None:
            row.update(
                met_half_unit_low=bool(judged.central_met(-unit)[i]),
                met_half_unit_high=bool(judged.central_met(unit)[i]),
                probability_unit_low=judged.share(-unit)[i] / draws,
                probability_unit_high=judged.share(unit)[i] / draws,
            )
        rows.append(row)
    return rows


def evaluate(
    run: RunResult, history: xr.Dataset | None = None, *, targets: Sequence[Target] | None = None
) -> pd.DataFrame:
    """Judge every target of the register in every scenario of a run.

    Parameters
    ----------
    run : RunResult
        A run with its draws. Of a run read without draws the stored table is returned.
    history : Dataset (year), optional
        CO2, coal and oil up to 2025 under the names of the model variables, for peaks;
        by default what the run carries.
    targets : sequence of Target, optional
        The targets to judge; by default the whole register.

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
    if run.draws is None and run.targets_table is not None and targets is None:
        return run.targets_table.copy()
    draws = require_draws(run)
    past = run_history(run) if history is None else history
    rows: list[dict[str, Any]] = []
    for target in load_targets() if targets is None else targets:
        number = target_numbers(run, target)
        basic = [
            _base_row(target, name, float(number[i])) for i, name in enumerate(scenario_names(run))
        ]
        if target.modelled != "not_modelled":
            if covered(target, run.paths):
                judged = _Judged(
                    target, number, measure(target, run.paths, past), measure(target, draws, past)
                )
                ends = _closures(target, draws, number)
                for row, values, end in zip(basic, _values(judged, run), ends, strict=True):
                    row.update(values | end)
            else:
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
