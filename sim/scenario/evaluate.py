"""The value of one lever: its default, and the layers laid over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.scenario.defaults import Pack, default_path, interpolate, needs_pack
from sim.scenario.levers import Lever
from sim.scenario.load import Assignment
from sim.scenario.quantities import Place, check_range
from sim.scenario.resolved import Origin, Value

LIMIT_PAIRS: Final = (
    ("energy.coal.minimum_output", "energy.coal.availability"),
    ("energy.net_import", "energy.import_limit"),
)
Stack = list[tuple[str, Assignment]]


def origin_of(lever: Lever, stack: Stack) -> Origin:
    """Return the origin of a lever with the layers `stack` over its default."""
    if not stack:
        kind = "pack" if needs_pack(lever) else "default"
        return Origin(kind, lever.default, lever.source)
    kind, last = stack[-1]
    below = "" if last.operation == "set" else f" (base: {origin_of(lever, stack[:-1]).place})"
    return Origin(kind, last.place.text + below, last.source)


def evaluate(
    lever: Lever,
    stack: Stack,
    pack: Pack | None,
    years: NDArray[np.int64],
) -> Value | None:
    """Apply the layers of one lever; None where a data pack would be needed."""
    if lever.kind in ("bool", "choice"):
        if stack:
            scalar = stack[-1][1].scalar
            assert isinstance(scalar, (bool, str))
            return scalar
        return lever.default == "true" if lever.kind == "bool" else lever.default
    if needs_pack(lever) and pack is None:
        return _without_pack(lever, stack, years)
    base = default_path(lever, pack, years)
    values = base.values
    for _, assignment in stack:
        values = _apply(assignment, base.start, values, years)
        _check_path(values, assignment, years)
    return values


def _without_pack(lever: Lever, stack: Stack, years: NDArray[np.int64]) -> Value | None:
    """Evaluate what does not depend on the data pack: a number for all years on top."""
    sets = [n for n, (_, item) in enumerate(stack) if item.operation == "set" and not item.points]
    if not sets:
        return None
    if any(item.points and item.operation == "set" for _, item in stack[sets[-1] :]):
        return None
    values = np.full(years.size, np.nan)
    for _, assignment in stack[sets[-1] :]:
        values = _apply(assignment, float("nan"), values, years)
        _check_path(values, assignment, years)
    return values


def _apply(
    assignment: Assignment,
    start: float,
    below: NDArray[np.float64],
    years: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Lay one assignment over the values below it."""
    neutral = {"set": start, "add": 0.0, "multiply": 1.0}[assignment.operation]
    if assignment.points:
        own = interpolate(dict(assignment.points), years, neutral)
    else:
        assert isinstance(assignment.scalar, float)
        own = np.full(years.size, assignment.scalar)
    if assignment.operation == "add":
        return below + own
    return below * own if assignment.operation == "multiply" else own


def _check_path(
    values: NDArray[np.float64], assignment: Assignment, years: NDArray[np.int64]
) -> None:
    for year, value in zip(years, values, strict=True):
        check_range(float(value), assignment.lever, assignment.place, int(year))


def refuse_crossed_limits(
    values: Mapping[str, Value],
    stacks: Mapping[str, Stack],
    years: NDArray[np.int64],
) -> None:
    """Refuse a lower limit above its upper limit; net import is bound in both directions."""
    for low_name, high_name in LIMIT_PAIRS:
        low, high = values.get(low_name), values.get(high_name)
        if not isinstance(low, np.ndarray) or not isinstance(high, np.ndarray):
            continue
        crossed = np.flatnonzero(np.abs(low) > high)
        if crossed.size == 0:
            continue
        culprit = [*stacks[low_name], *stacks[high_name]]
        place = culprit[-1][1].place if culprit else Place("defaults", None, low_name)
        first = int(crossed[0])
        raise place.error(
            f"contradictory values: {low_name} above {high_name} in {years[first]}",
            found=f"{low[first]:g} over {high[first]:g}",
        )
