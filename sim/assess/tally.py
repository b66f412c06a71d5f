"""Targets counted as the draws pass: how often each is met, alone and together.

Everything kept is a count, or the quantiles of the values measured, so that memory does
not grow with the draws and the result does not hang on their order.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import combinations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.state import SCALARS
from sim.assess.measure import (
    PEAK,
    Array,
    Counts,
    Row,
    bounds,
    count_met,
    count_together,
    covered,
    measure_rows,
    plan_rows,
)
from sim.assess.past import STREAMS, past_deviates
from sim.assess.probability import (
    registered_targets,
    run_history,
    share_error,
    target_numbers,
)
from sim.assess.register import Target
from sim.assess.results import RunResult, scenario_names
from sim.ensemble.accumulate import LEAF
from sim.ensemble.methods import Design, recorded_design
from sim.ensemble.quantiles import LEADING, Bins, QuantileStream
from sim.errors import InputError

LEVELS = (0.05, 0.5, 0.95)
_VALUE, _MARGIN, _REFERENCE = "value", "margin", "reference"
_ENDS = ("domestic", "external")
Group = tuple[str, tuple[str, ...]]  # its label, and the ids of its targets


class TargetTally:
    """Counts the draws that meet targets; an `Observer` of a run.

    Parameters
    ----------
    targets : sequence of Target, optional
        The targets to judge; by default those registered for the province of the run.
    history : Dataset (year), optional
        Estimates before the base year; by default what the run carries.
    groups : sequence of (label, target ids), optional
        Sets of targets to be met together; by default all pairs, the modelled indicators
        of box 1 (``box1``) and all targets with a probability (``all``).
    names : sequence of str
        Names of the scalars that will be shown, in their order.

    Attributes
    ----------
    draws : int
        Number of draws counted.
    judged : list of Target
        Targets that the model projects and whose year the run reaches.
    numbers : dict of target id to ndarray, shape (n_scenario,)
        The number to meet, NaN where none is printed.
    usable : list of str
        Ids of the targets that have a number in every scenario, hence a probability.
    groups : list of (label, target ids)
    """

    def __init__(
        self,
        targets: Sequence[Target] | None = None,
        history: xr.Dataset | None = None,
        groups: Sequence[Group] | None = None,
        names: Sequence[str] = SCALARS,
    ) -> None:
        self.targets: tuple[Target, ...] = () if targets is None else tuple(targets)
        self._registered = targets is None
        self.names = list(names)
        self._history, self._wanted = history, groups
        self._lock = threading.Lock()
        self.how = Design()

    def begin(self, run: RunResult, draws: int) -> None:
        """Turn the targets into rows and tests, and measure the central paths."""
        years = run.paths["year"].values
        history = run_history(run) if self._history is None else self._history
        if self._registered:
            self.targets = registered_targets(run)
        self.draws = draws
        self.how = self._design(run, draws)
        self._seed = int(run.manifest.get("seed", 0))
        self.judged = [
            item
            for item in self.targets
            if item.modelled != "not_modelled" and covered(item, years)
        ]
        self.numbers = {item.target_id: target_numbers(run, item).values for item in self.judged}
        self.usable = [name for name, number in self.numbers.items() if not np.isnan(number).any()]
        self.groups = self._default_groups() if self._wanted is None else list(self._wanted)
        for name in (name for _, members in self.groups for name in members):
            if name not in self.usable:
                raise InputError("the target has no probability in this run", key=name)
        self._lay_rows(years, history)
        scenarios = len(scenario_names(run))
        self._lay_tests(years, history, scenarios)
        self._central = np.empty((scenarios, len(self._rows)))
        for index in range(scenarios):
            paths = [run.paths[name].values[index] for name in self.names]
            values = np.empty((len(self._rows), 1))
            centre = np.zeros((len(STREAMS), 1))
            measure_rows(self._plan, np.array(paths, np.float64)[..., None], centre, 1, values)
            self._central[index] = values[:, 0]
        # draws that pass, and pairs of which both draws do, by replicate
        shape = (2, scenarios, self.how.replicates)
        self._counts = np.zeros((*shape, self._row.size), np.int64)
        self._together = np.zeros((*shape, len(self.groups)), np.int64)
        self._quantiles = [
            QuantileStream(np.empty((self._spread, min(draws, LEADING))), draws)
            for _ in range(scenarios)
        ]
        self._found: list[Array] = []

    @staticmethod
    def _design(run: RunResult, draws: int) -> Design:
        """How the draws were made, where all of the run's are counted."""
        made = run.manifest.get("draws", draws)
        return recorded_design(run.manifest) if made == draws else Design()

    def _default_groups(self) -> list[Group]:
        box1 = [item.target_id for item in self.judged if item.box1 is not None]
        found: list[Group] = [
            ("all", tuple(self.usable)),
            ("box1", tuple(name for name in box1 if name in self.usable)),
        ]
        found.extend(("pair", pair) for pair in combinations(self.usable, 2))
        return [(label, members) for label, members in found if members]

    def _lay_rows(self, years: NDArray[np.int64], history: xr.Dataset | None) -> None:
        """Collect what is measured; peaks last, since years have no quantile by counts."""
        rows: dict[tuple[str, str], Row] = {}
        for item in self.judged:
            rows[item.target_id, _VALUE] = Row(item, item.variable)
            if item.relative_to:
                rows[item.target_id, _MARGIN] = Row(item, item.variable, item.relative_to)
                rows[item.target_id, _REFERENCE] = Row(item, item.relative_to)
            for end in _ENDS:
                if f"{item.variable}_if_{end}" in self.names:
                    variable = f"{item.variable}_if_{end}"
                    rows[item.target_id, end] = Row(item, variable, item.relative_to)
        smooth = [key for key, row in rows.items() if row.target.window != "peak"]
        peaks = [key for key, row in rows.items() if row.target.window == "peak"]
        self._rows = {key: i for i, key in enumerate((*smooth, *peaks))}
        self._spread = len(smooth)
        self._plan = plan_rows([rows[key] for key in self._rows], self.names, years, history)

    def _lay_tests(
        self, years: NDArray[np.int64], history: xr.Dataset | None, scenarios: int
    ) -> None:
        """Collect the tests: each target at its number, without slack, a unit off, by end."""
        tests: dict[tuple[str, object], tuple[int, Array, Array]] = {}
        for item in self.judged:
            name, number, slack = item.target_id, self.numbers[item.target_id], item.tolerance
            row = self._rows[name, _MARGIN if item.relative_to else _VALUE]
            tests[name, "met"] = (row, *bounds(item, number, slack))
            tests[name, "strict"] = (row, *bounds(item, number, 0.0))
            if item.half_unit is not None:
                unit = 2.0 * item.half_unit
                tests[name, "low"] = (row, *bounds(item, number - unit, slack))
                tests[name, "high"] = (row, *bounds(item, number + unit, slack))
            for end in _ENDS:
                if (name, end) in self._rows:
                    tests[name, end] = (self._rows[name, end], *bounds(item, number, slack))
            if item.window == "peak":
                for year in self._peak_years(years, history):
                    place = np.full(number.shape, float(year))
                    tests[name, year] = (self._rows[name, _VALUE], place, place)
        self._tests = {key: i for i, key in enumerate(tests)}
        self._row = np.array([row for row, _, _ in tests.values()], np.int64)
        # a run without registered targets has no test, and arrays without rows
        ends = (-1, scenarios)
        self._low = np.array([low for _, low, _ in tests.values()]).reshape(ends).T.copy()
        self._high = np.array([high for _, _, high in tests.values()]).reshape(ends).T.copy()
        self._main = np.array([self._tests[name, "met"] for name in self.usable], np.int64)
        self._members = np.zeros((len(self.groups), len(self.usable)), np.uint8)
        for i, (_, members) in enumerate(self.groups):
            self._members[i, [self.usable.index(name) for name in members]] = 1

    @staticmethod
    def _peak_years(years: NDArray[np.int64], history: xr.Dataset | None) -> list[int]:
        past = [] if history is None else history["year"].values.tolist()
        return sorted({*map(int, past), *map(int, years)})

    def add(self, index: int, scalars: Array, used: int, first: int) -> None:
        """Count a leaf of one scenario."""
        values = np.empty((len(self._rows), scalars.shape[-1]))
        deviates = past_deviates(self._seed, first, LEAF)
        measure_rows(self._plan, scalars, deviates, used, values)
        counts = np.zeros((2, self._row.size), np.int64)
        together = np.zeros((2, len(self.groups)), np.int64)
        low, high, main = self._low[index], self._high[index], self._main
        mirrored = self.how.mirrored
        count_met(values, used, self._row, low, high, mirrored, counts[0], counts[1])
        if self.groups:
            tests = (self._row[main], low[main], high[main], self._members)
            count_together(values, used, *tests, mirrored, together[0], together[1])
        if self._spread:
            bins = Bins(self._quantiles[index], LEAF)
            bins.add(values[: self._spread], used, first)
            bins.count()
        with self._lock:
            replicate = self.how.replicate(first)
            self._counts[:, index, replicate] += counts
            self._together[:, index, replicate] += together

    def settle(self) -> None:
        """Set the bins of the quantiles."""
        for stream in self._quantiles:
            stream.settle()

    def finish(self) -> None:
        """Take the quantiles; the kept draws and the bins are let go."""
        self._found = [stream.finish(LEVELS) for stream in self._quantiles]
        self._quantiles = []

    def central(self, target: Target, part: str = _VALUE) -> Array:
        """Return the central value, or the ``reference`` or ``margin``: (n_scenario,)."""
        found: Array = self._central[:, self._rows[target.target_id, part]]
        return found

    def count(self, target: Target, test: str | int = "met") -> Counts | None:
        """Return how many draws pass a test: (n_scenario,); None where there is no such test.

        ``met``; ``strict`` without slack; ``low`` and ``high``, the number a unit of its
        last digit off; ``domestic`` and ``external``, the extremes of the closure.
        """
        place = self._tests.get((target.target_id, test))
        return None if place is None else self._counts[0, :, :, place].sum(axis=-1)

    def central_met(self, target: Target, test: str = "met") -> NDArray[np.bool_]:
        """Tell whether the central path passes a test: (n_scenario,)."""
        place = self._tests[target.target_id, test]
        value = self._central[:, self._row[place]]
        found: NDArray[np.bool_] = (value >= self._low[:, place]) & (value <= self._high[:, place])
        return found

    def quantiles(self, target: Target) -> Array:
        """Return the 5, 50 and 95 % quantiles of the value: (n_scenario, 3).

        Years of a peak do not interpolate; a peak not seen lies beyond every year (NaN).
        """
        row = self._rows[target.target_id, _VALUE]
        if self._plan.kind[row] != PEAK:
            return np.array([found[row] for found in self._found])
        years = [test for name, test in self._tests if name == target.target_id]
        known = sorted(year for year in years if isinstance(year, int))
        counts = np.array([self.count(target, y) for y in known])
        needed = np.maximum(np.ceil(np.array(LEVELS) * self.draws), 1.0)
        reached = counts.cumsum(axis=0)[..., None] >= needed
        return np.where(reached.any(axis=0), np.array(known, float)[reached.argmax(axis=0)], np.nan)

    def together(self) -> Counts:
        """Return in how many draws all targets of each group are met: (n_scenario, n_group)."""
        found: Counts = self._together[0].sum(axis=1)
        return found

    def error(self, target: Target) -> Array:
        """Return the Monte Carlo standard error of the share that meets a target: (n_scenario,)."""
        place = self._tests[target.target_id, "met"]
        return self._errors(self._counts[..., place])

    def error_together(self, group: int) -> Array:
        """Return that of the share that meets all targets of a group: (n_scenario,)."""
        return self._errors(self._together[..., group])

    def _errors(self, counts: Counts) -> Array:
        """Errors by scenario: `counts` (2, n_scenario, n_replicate)."""
        scenarios = range(counts.shape[1])
        return np.array(
            [
                share_error(counts[0, i], int(counts[1, i].sum()), self.draws, self.how)
                for i in scenarios
            ]
        )


def counted_tally(run: RunResult) -> TargetTally | None:
    """Return what was counted while a run was made; None of a run without."""
    found = getattr(run, "tally", None)
    return found if isinstance(found, TargetTally) else None


def tally_draws(
    run: RunResult,
    draws: xr.Dataset,
    targets: Sequence[Target] | None = None,
    history: xr.Dataset | None = None,
    groups: Sequence[Group] | None = None,
) -> TargetTally:
    """Count targets over kept draws, NAME(scenario, year, draw), instead of passing ones."""
    names = [str(name) for name in draws.data_vars if name in run.paths]
    tally = TargetTally(targets, history, groups, names)
    total = draws.sizes["draw"]
    tally.begin(run, total)
    arrays = [draws[name].transpose("scenario", "year", "draw") for name in names]
    for start in range(0, total, LEADING):
        part = [array[..., start : start + LEADING].values for array in arrays]
        if start == LEADING:
            tally.settle()
        for index in range(len(scenario_names(run))):
            for inner in range(0, part[0].shape[-1], LEAF):
                leaf = np.array([values[index, :, inner : inner + LEAF] for values in part])
                tally.add(index, leaf, leaf.shape[-1], start + inner)
    tally.finish()
    return tally
