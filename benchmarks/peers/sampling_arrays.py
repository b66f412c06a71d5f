"""Uncertain inputs over whole arrays: copula, time structure, drivers; see `year_arrays`.

Normals come in rows: one a constant input, then one a year of each yearly input.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.peers.economy_arrays import Arrays, Values
from models.state import DRIVERS, Base
from sim.ensemble import distributions
from sim.ensemble.plan import SamplingPlan
from sim.ensemble.work import Work

ADD, MULTIPLY = 0, 1
KNOWN = (distributions.GAUSSIAN, distributions.SLIP, distributions.INDEX)


def independent_scores(plan: SamplingPlan) -> SamplingPlan:
    """Return the plan that leaves the scores of our sampler as they are drawn."""
    n = plan.key.size
    return plan._replace(
        code=np.full(n, distributions.GAUSSIAN),
        walk=np.zeros(n, np.bool_),
        persistence=np.zeros(n),
        factor_start=np.arange(n + 1),
        factor_column=np.arange(n),
        factor=np.ones(n),
        growth_row=-1,
    )


class Sampling:
    """The uncertain inputs of one scenario of a run.

    Parameters
    ----------
    lib : Arrays
    work : Work
        What `sim.ensemble.work.prepare_work` gives.
    case : int
        Number of the scenario.

    Attributes
    ----------
    order : ndarray of int
        Row of our sampler's scores for each row of normals here.
    """

    def __init__(self, lib: Arrays, work: Work, case: int = 0) -> None:
        self.lib, self.plan, self.driver = lib, work.sampler.plan, work.plans[case]
        self.tables = work.tables.shaped(work.tables.rows)
        plan = self.plan
        if not np.isin(plan.code, KNOWN).all():
            raise ValueError("the array program knows Gaussian inputs, slips and draws of the pack")
        if work.factor_plans[case] is not None:
            raise ValueError("the array program has the same coefficients in every draw")
        index = np.flatnonzero(plan.code == distributions.INDEX)
        growth = plan.row[index] == plan.growth_row
        (self.base_draw,), (self.growth_draw,) = index[~growth], index[growth]
        states = np.isin(plan.row, plan.state_row)
        self.states = np.flatnonzero(states)
        self.years = plan.year.size
        self.constants = np.flatnonzero(plan.constant & ~states)
        self.yearly = np.flatnonzero(~plan.constant)
        later = plan.row[self.yearly][:, None] + np.arange(self.years)
        self.order = np.concatenate([plan.row[self.constants], later.ravel()])
        self.factors = [
            self.factor(work.sampler.correlation, rows) for rows in (self.constants, self.yearly)
        ]

    @staticmethod
    def factor(correlation: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return which of the inputs are correlated with others, and their Cholesky factor."""
        own = correlation[np.ix_(rows, rows)]
        linked = np.flatnonzero((own != 0.0).sum(axis=1) > 1)
        return linked, np.linalg.cholesky(own[np.ix_(linked, linked)])

    def deviates(self, normals: Any) -> list[Any]:
        """Return each input's deviate, (B,) or (T, B), from normals (rows, B)."""
        xp, plan, draws = self.lib.xp, self.plan, normals.shape[-1]
        count = self.constants.size
        fixed = normals[:count]
        moving = normals[count:].reshape(self.yearly.size, self.years, draws)
        found: list[Any] = [None] * plan.key.size
        for rows, values, (linked, factor) in zip(
            (self.constants, self.yearly), (fixed, moving), self.factors, strict=True
        ):
            for i, value in zip(rows, values, strict=True):
                found[i] = value
            mixed = factor @ values[linked].reshape(linked.size, -1)
            for i, value in zip(rows[linked], mixed, strict=True):
                found[i] = value.reshape(values.shape[1:])
        for i in self.yearly:
            found[i] = self.in_time(i, found[i])
        self.follow_growth(found)
        late = np.flatnonzero(plan.code == distributions.SLIP)
        if late.size:
            delays = self.delays(late, xp.stack([found[i] for i in late]))
            for i, delay in zip(late, delays, strict=True):
                found[i] = delay
        return found

    def follow_growth(self, found: list[Any]) -> None:
        """Take states and widths of shocks from the growth draw."""
        xp, plan = self.lib.xp, self.plan
        place = self.place(found[self.growth_draw], plan.state.shape[1])
        for i, state in zip(self.states, plan.state, strict=True):
            found[i] = xp.take(xp.asarray(state), place)
        for i, width in zip(plan.width_input, plan.width, strict=True):
            found[i] = found[i] * xp.take(xp.asarray(width), place)

    def place(self, score: Any, count: int) -> Any:
        """Number of the draw of `count` that each score (B,) picks."""
        xp = self.lib.xp
        place = xp.floor(self.lib.ndtr(score) * count).astype(np.int64)
        return xp.minimum(place, count - 1)

    def in_time(self, i: int, steps: Any) -> Any:
        """Turn yearly innovations (T, B) into scores with the input's time structure."""
        plan, xp = self.plan, self.lib.xp
        if plan.walk[i]:
            return xp.cumsum(steps, axis=0)
        if plan.persistence[i] == 0.0:
            return steps
        path = [steps[0]]
        for step in steps[1:]:
            path.append(plan.persistence[i] * path[-1] + plan.innovation[i] * step)
        return xp.stack(path)

    def delays(self, rows: np.ndarray, scores: Any) -> Any:
        """Delays over their median, less one: zero with a probability, else Weibull."""
        xp, plan = self.lib.xp, self.plan
        shape, zero = plan.parameter[rows, 4][:, None], plan.parameter[rows, 5][:, None]
        given = self.lib.ndtr(-scores) / (1.0 - zero)
        delay = (-xp.log(xp.where(given < 1.0, given, 0.5))) ** (1.0 / shape)
        return xp.where(given < 1.0, delay, 0.0) / plan.median[rows][:, None] - 1.0

    def draw(self, normals: Any) -> tuple[Base, Values, Any]:
        """Return base years, drivers by name and delays of a block from its normals."""
        xp, plan = self.lib.xp, self.driver
        deviates = self.deviates(normals)
        drivers = {name: self.path(d, deviates) for d, name in enumerate(DRIVERS)}
        slips = xp.zeros((0, normals.shape[-1]))
        if plan.central_slip.size:
            members = np.split(plan.slip_member, plan.slip_start[1:-1])
            late = [1.0 + sum(plan.amplitude[i] * deviates[i] for i in part) for part in members]
            ones = xp.ones(normals.shape[-1])
            wide = xp.stack([ones * delay for delay in late])
            slips = plan.central_slip[:, None] * xp.maximum(wide, 0.0)
        return self.base(deviates), drivers, slips

    def base(self, deviates: list[Any]) -> Base:
        """Base year of each draw."""
        xp = self.lib.xp
        place = self.place(deviates[self.base_draw], self.plan.base_draws)
        return Base(*(xp.take(xp.asarray(table), place, axis=-1) for table in self.tables))

    def path(self, driver: int, deviates: list[Any]) -> Any:
        """A driver (Y, B), or (Y, 1) where no input moves it."""
        xp, plan = self.lib.xp, self.driver
        centre = plan.central[driver][:, None]
        members = plan.member[plan.start[driver] : plan.start[driver + 1]]
        if not members.size:
            return xp.asarray(centre)
        first = int(plan.first[driver])
        moved = sum(plan.amplitude[i] * deviates[i] for i in members)
        effect, centre_moved = plan.effect[driver], centre[first:]
        if effect == ADD:
            value = centre_moved + moved
        else:
            factor = xp.exp(moved)
            value = centre_moved * factor
            if effect != MULTIPLY:
                value = value / (1.0 + centre_moved * (factor - 1.0))
        low, high = plan.lower[driver], plan.upper[driver]
        if np.isfinite(low):
            value = xp.maximum(value, low)
        if np.isfinite(high):
            value = xp.minimum(value, high)
        start = xp.broadcast_to(xp.asarray(centre[:first]), (first, value.shape[-1]))
        return xp.concatenate([start, value])
