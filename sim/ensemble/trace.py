"""One draw laid open: every input, driver, result and account, year by year."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.state import DRIVERS, IDENTITIES, SCALARS
from sim.ensemble import distributions
from sim.ensemble.accumulate import BLOCK
from sim.ensemble.dataset import variables
from sim.ensemble.deviates import sample_block
from sim.ensemble.inputs import BASE_DRAW, GROWTH_DRAW
from sim.ensemble.picks import CENTRE, pick_growth_draws
from sim.ensemble.work import Scratch, Work, require_draws, sample, simulate_case
from sim.scenario import lever_table

Array = NDArray[np.float64]
EXTREMES = 5  # inputs named where a draw breaks


class Trace(NamedTuple):
    """What happens in a draw; the years are columns but in `inputs`.

    Attributes
    ----------
    inputs : DataFrame
        Columns ``input name_en name_zh year score value unit``: the standard normal score
        of each uncertain input (with its correlations and its memory of earlier years) and
        the value it takes, as a deviation of the driver in the unit of the input; the year
        is missing where one value holds for all.
    drivers : DataFrame
        Columns ``driver name_en name_zh unit`` and one a year.
    results : DataFrame
        Columns ``variable name_en name_zh unit`` and one a year: every scalar output.
    identities : DataFrame
        Columns ``identity`` and one a year: how far each account is from closing, as a
        share of its total.
    """

    inputs: pd.DataFrame
    drivers: pd.DataFrame
    results: pd.DataFrame
    identities: pd.DataFrame

    def rows(self) -> list[dict[str, Any]]:
        """Return everything as rows ``part name year value score unit``, for machines."""
        found: list[dict[str, Any]] = []
        for row in self.inputs.to_dict("records"):
            year = None if pd.isna(row["year"]) else int(row["year"])
            found.append(_row("input", row["input"], year, row["value"], row["unit"], row["score"]))
        for part, table in (
            ("driver", self.drivers),
            ("result", self.results),
            ("identity", self.identities),
        ):
            years = [column for column in table if isinstance(column, int)]
            for row in table.to_dict("records"):
                name = row.get(part if part != "result" else "variable")
                unit = row.get("unit", "1")
                found.extend(_row(part, str(name), y, row[y], unit) for y in years)
        return found


def _row(
    part: str, name: str, year: int | None, value: float, unit: str, score: float | None = None
) -> dict[str, Any]:
    return {
        "part": part,
        "name": name,
        "year": year,
        "value": value,
        "score": score,
        "unit": unit,
    }


def draw_scores(work: Work, draw: int) -> Array:
    """Return the standard normal scores of a draw by row of the sampling plan: (n_row,).

    Those of inputs that are not Gaussian are taken before they become values; that of a
    posterior state is its deviation over its standard deviation.
    """
    plan = work.sampler.plan
    gaussian = np.full_like(plan.code, distributions.GAUSSIAN)
    plain = plan._replace(code=gaussian, width_input=plan.width_input[:0])
    scores = np.empty((plan.n_row, BLOCK))
    sample_block(plain, draw - draw % BLOCK, scores, np.empty(BLOCK, np.int64))
    return np.ascontiguousarray(scores[:, draw % BLOCK])


def extreme_scores(work: Work, draw: int, count: int = EXTREMES) -> list[str]:
    """Name the inputs of a draw that are furthest from their medians, with their scores.

    A sum of yearly steps is told as one step a year of the same likelihood.
    """
    plan, scores = work.sampler.plan, draw_scores(work, draw)
    likely = scores.copy()
    for i in np.flatnonzero(plan.walk & ~plan.constant):
        likely[plan.row[i] : plan.row[i] + plan.year.size] /= np.sqrt(1 + np.arange(plan.year.size))
    names = _row_names(work)
    order = np.argsort(-np.abs(likely), kind="stable")[:count]
    return [f"{' '.join(map(str, names[row]))} {likely[row]:+.2f}" for row in order]


def _row_names(work: Work) -> list[tuple[str, ...] | tuple[str, int]]:
    plan = work.sampler.plan
    found: list[tuple[str, ...] | tuple[str, int]] = []
    for item, constant in zip(work.sampler.inputs, plan.constant, strict=True):
        found.extend([(item.name,)] if constant else [(item.name, int(y)) for y in plan.year])
    return found


def trace_draw(work: Work, index: int, draw: int) -> Trace:
    """Simulate one draw of a scenario again, to the bit, and tell everything about it.

    Parameters
    ----------
    work : Work
    index : int
        Position of the scenario.
    draw : int
        Number of the draw, from 0.

    Raises
    ------
    InputError
        Where Sobol points end before the draw.
    """
    require_draws(work, draw)
    scratch = Scratch(work, BLOCK)
    sample(work, scratch, draw - draw % BLOCK)
    results = simulate_case(work, index, scratch, np.zeros(len(DRIVERS), np.int64))
    place = draw % BLOCK
    years = [int(year) for year in work.cases[index].years]
    levers = {lever.driver: lever for lever in lever_table().values() if lever.driver}
    known = variables()
    return Trace(
        inputs=_inputs(work, index, draw, scratch, place),
        drivers=_by_year(
            [
                {
                    "driver": name,
                    "name_en": levers[name].name_en,
                    "name_zh": levers[name].name_zh,
                    "unit": levers[name].unit,
                }
                for name in DRIVERS
            ],
            years,
            scratch.drivers[..., place],
        ),
        results=_by_year(
            [
                {
                    "variable": name,
                    "name_en": known[name].long_name,
                    "name_zh": known[name].long_name_zh,
                    "unit": known[name].units,
                }
                for name in SCALARS
            ],
            years,
            results.scalars[..., place],
        ),
        identities=_by_year(
            [{"identity": name} for name in IDENTITIES],
            years,
            results.residual[..., place],
        ),
    )


def _by_year(heads: list[dict[str, str]], years: list[int], values: Array) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {**head, **dict(zip(years, map(float, row), strict=True))}
            for head, row in zip(heads, values, strict=True)
        ]
    )


def _inputs(work: Work, index: int, draw: int, scratch: Scratch, place: int) -> pd.DataFrame:
    plan, amplitude = work.sampler.plan, work.plans[index].amplitude
    scores = draw_scores(work, draw)
    growth_draw = np.empty_like(scratch.base_draw)
    pick_growth_draws(plan, scratch.deviates, growth_draw)
    rows = []
    for i, item in enumerate(work.sampler.inputs):
        years = [None] if plan.constant[i] else [int(year) for year in plan.year]
        for n, year in enumerate(years):
            row = plan.row[i] + n
            moved = amplitude[i] * scratch.deviates[row, place]
            if plan.code[i] == distributions.SLIP:
                value = max(1.0 + moved, 0.0)  # delay over its median
            elif item.driver == BASE_DRAW:
                chosen = work.cases[index].base_draw
                value = float(scratch.base_draw[place] if chosen == CENTRE else chosen)
            elif item.driver == GROWTH_DRAW:
                value = float(growth_draw[place])
            elif plan.code[i] == distributions.GAUSSIAN:
                value = moved
            else:
                value = plan.median[i] + moved
            rows.append(
                {
                    "input": item.name,
                    "name_en": item.name_en,
                    "name_zh": item.name_zh,
                    "year": year,
                    "score": float(scores[row]),
                    "value": float(value),
                    "unit": item.unit,
                }
            )
    return pd.DataFrame(rows).astype({"year": "Int64"})
