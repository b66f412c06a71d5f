"""What scenarios of a run have in common, so that a block of draws computes it once.

Most scenarios part from one another after the base year, and in a few drivers. In each block
they take turns: one that has the base year of an earlier one goes on from where that one stood
at its end, and computes only the drivers in which it differs from the one before it. The same
bits result as from a scenario alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.state import DRIVERS, base_year_structure
from sim.ensemble.plan import DriverPlan
from sim.ensemble.prepare import Case
from sim.ensemble.summary import Leaf

EVERY_DRIVER = np.arange(len(DRIVERS))


class Turn(NamedTuple):
    """The turn of a scenario in a block.

    Attributes
    ----------
    scenario : int
        Its position.
    leader : int
        The scenario from whose base year it goes on; itself where it computes its own.
    followed : bool
        Whether others go on from its base year.
    before : int
        The scenario that had the turn before; itself where it is the first.
    drivers : ndarray of int64
        Drivers that differ from those of the turn before, in order.
    """

    scenario: int
    leader: int
    followed: bool
    before: int
    drivers: NDArray[np.int64]


def take_turns(cases: Sequence[Case], plans: Sequence[DriverPlan]) -> tuple[Turn, ...]:
    """Return the turns of scenarios: those of one base year right after each other.

    No other base year may come between: what it leaves in a block and later years only read,
    the base year's rows of results among it, stands there for all of them.
    """
    first: dict[tuple[bytes, ...], int] = {}
    keys = [_base_year(case, plan) for case, plan in zip(cases, plans, strict=True)]
    leaders = [
        index if case.drawn_coefficients else first.setdefault(key, index)
        for index, (case, key) in enumerate(zip(cases, keys, strict=True))
    ]
    order = sorted(range(len(cases)), key=leaders.__getitem__)
    turns = []
    for index, before in zip(order, [order[0], *order], strict=False):
        differing = EVERY_DRIVER if index == before else _differing(plans[before], plans[index])
        followed = leaders[index] == index and leaders.count(index) > 1
        turns.append(Turn(index, leaders[index], followed, before, differing))
    return tuple(turns)


def _base_year(case: Case, plan: DriverPlan) -> tuple[bytes, ...]:
    """Return all that the base year of a scenario depends on, beside the draw."""
    structure = base_year_structure(case.structure)
    moving = np.repeat(plan.first == 0, np.diff(plan.start))
    numbers = [
        *(item for item in structure if item is not structure.days),
        *structure.days,
        plan.central[:, 0],
        plan.amplitude[plan.member[moving]],
        case.base_draw,
    ]
    return tuple(np.asarray(item).tobytes() for item in numbers)


def _differing(first: DriverPlan, second: DriverPlan) -> NDArray[np.int64]:
    """Return the drivers that two scenarios of a run, which share its inputs, do not share."""
    other = (_bits(first.central) != _bits(second.central)).any(axis=1)
    moved = np.repeat(EVERY_DRIVER, np.diff(first.start))
    wider = _bits(first.amplitude[first.member]) != _bits(second.amplitude[second.member])
    other[moved[wider]] = True
    return np.flatnonzero(other)


def _bits(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return numbers as they are stored: 0 and -0 differ."""
    return np.ascontiguousarray(values).view(np.int64)


def complete(leaves: Sequence[Leaf], turns: Sequence[Turn]) -> None:
    """Give the leaves of all scenarios what they left to others: sums of the base year, bounds."""
    for turn in turns:
        own = leaves[turn.scenario]
        own.totals.sums[:, 0] = leaves[turn.leader].totals.sums[:, 0]
        same = np.delete(EVERY_DRIVER, turn.drivers)
        own.clamped[same] = leaves[turn.before].clamped[same]
