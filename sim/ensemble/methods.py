"""How draws are made: independent, in antithetic pairs, or as scrambled Sobol points.

Sobol points take their dimension from the permanent order of an input, units from their
place in the register, and from the distance of the year from the base year.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from sim.ensemble.accumulate import LEAF
from sim.ensemble.inputs import SLIP, UncertainInput
from sim.ensemble.plan import SamplingPlan
from sim.ensemble.random import GROUP
from sim.ensemble.sobol import MOST_POINTS, dimension, direction_numbers, scramble
from sim.errors import InputError, nearest_name, whole_number

DEFAULT_DRAWS: Final = 10_000
MAXIMUM_DRAWS: Final = 10**9
METHODS: Final = ("philox", "antithetic", "sobol")
REPLICATES: Final = 16
MOST_REPLICATES: Final = 64
FIRST_UNIT_PLACE: Final = 256  # of Sobol dimensions: inputs by order below, units above


class Design(NamedTuple):
    """How the draws of a run are made, as its manifest records it.

    Attributes
    ----------
    method : str
        One of `METHODS`.
    replicates : int
        Independent scrambles of Sobol points; 1 for the other methods.
    points : int
        Points of each replicate; 0 for the other methods.
    """

    method: str = "philox"
    replicates: int = 1
    points: int = 0

    @property
    def mirrored(self) -> bool:
        """Whether draws come in pairs of mirror images."""
        return self.method == "antithetic"

    @property
    def group_size(self) -> int:
        """Consecutive draws that make one independent observation: a draw, pair or replicate."""
        return self.points or (2 if self.mirrored else 1)

    def replicate(self, draw: int) -> int:
        """Return the replicate that a draw belongs to, 0 where there are none."""
        return draw // self.points if self.points else 0


def count_draws(draws: int | None, method: str, replicates: int) -> int:
    """Return the number of draws of a run.

    Parameters
    ----------
    draws : int or None
        As asked for. Where nothing is, 10,000, for Sobol points the nearest number that the
        replicates can make.
    method : str
    replicates : int

    Raises
    ------
    InputError
        For what is not a whole number in range.
    """
    if draws is not None:
        return whole_number(draws, "draws", 1, MAXIMUM_DRAWS)
    if method != "sobol":
        return DEFAULT_DRAWS
    near = _sobol_draws_near(DEFAULT_DRAWS, _check_replicates(replicates), LEAF)
    return min(near, key=lambda number: abs(number - DEFAULT_DRAWS))


def design(method: str, draws: int, replicates: int) -> Design:
    """Return how a run makes its draws.

    Replicates of Sobol points are whole leaves of the summary, so that each can be counted
    apart.

    Raises
    ------
    InputError
        As `check_draws`, and for a wrong number of replicates whatever the method.
    """
    replicates = _check_replicates(replicates)
    points = check_draws(method, draws, replicates, LEAF)
    return Design(method, replicates if points else 1, points)


def recorded_design(manifest: Mapping[str, Any]) -> Design:
    """Return how a stored run made its draws; independently, where it does not say."""
    found = manifest.get("sampler")
    if not isinstance(found, Mapping):
        return Design()
    return Design(str(found["method"]), int(found["replicates"]), int(found["points"]))


def check_draws(method: str, draws: int | None, replicates: int, fewest: int = GROUP) -> int:
    """Return the Sobol points of one replicate, 0 for the other methods.

    Parameters
    ----------
    method : str
    draws : int or None
        Of all replicates; None where the method needs no number.
    replicates : int
    fewest : int
        Points that a replicate has at least, a power of two.

    Raises
    ------
    InputError
        For an unknown method, or draws or replicates that it cannot make.
    """
    if method not in METHODS:
        raise InputError(
            "unknown way of sampling",
            key="sampler",
            found=repr(method),
            allowed=", ".join(METHODS),
            nearest=nearest_name(str(method), METHODS),
        )
    if method == "antithetic" and draws is not None and draws % 2:
        raise InputError("antithetic draws come in pairs", key="draws", found=draws, allowed="even")
    if method != "sobol":
        return 0
    replicates = _check_replicates(replicates)
    if draws is None:
        raise InputError("the sampler sobol needs the number of draws", key="draws")
    near = _sobol_draws_near(draws, replicates, fewest)
    if draws not in near:
        raise InputError(
            f"draws of the sampler sobol are the replicates times a power of two from {fewest} on",
            key="draws",
            found=draws,
            allowed=" or ".join(map(str, near)) + f" with {replicates} replicates",
        )
    return draws // replicates


def _check_replicates(replicates: int) -> int:
    return whole_number(replicates, "replicates", 2, MOST_REPLICATES)


def _sobol_draws_near(draws: int, replicates: int, fewest: int) -> list[int]:
    """Return one or two numbers of draws near `draws` that Sobol points can make.

    They are the last not above it and the first above it, as far as the bounds allow.
    """
    most = min(MOST_POINTS, MAXIMUM_DRAWS // replicates)
    points = min(max(draws // replicates, fewest), most)
    power = 1 << (points.bit_length() - 1)
    return [replicates * number for number in (power, 2 * power) if number <= most]


def with_sobol_points(
    plan: SamplingPlan,
    inputs: Sequence[UncertainInput],
    units: Sequence[str],
    points: int,
    replicates: int,
) -> SamplingPlan:
    """Return the plan with the scrambled direction numbers of every row of deviates.

    Parameters
    ----------
    plan : SamplingPlan
    inputs : sequence of UncertainInput
        Expanded by unit, in the order of the plan.
    units : sequence of str
        The unit register in its permanent order.
    points, replicates : int
        Points of each replicate, a power of two from 128 on, and replicates.

    Raises
    ------
    InputError
        Where the published direction numbers do not reach.
    """
    dimensions: list[int] = []
    key: list[np.uint64] = []
    year: list[int] = []
    for i, item in enumerate(inputs):
        place = item.order
        if item.unit_row is not None:
            place = FIRST_UNIT_PLACE + units.index(item.name.removeprefix(SLIP))
        elif place >= FIRST_UNIT_PLACE:
            raise InputError("order is too high for Sobol points", key=item.name, found=place)
        steps = [0] if item.is_constant else range(1, plan.year.size + 1)
        dimensions += [dimension(place, step) for step in steps]
        key += [plan.key[i]] * len(steps)
        year += [0] if item.is_constant else plan.year.tolist()
    direction, shift = scramble(
        direction_numbers(np.array(dimensions), points.bit_length() - 1),
        np.array(key, dtype=np.uint64),
        np.array(year, dtype=np.int64),
        replicates,
    )
    return plan._replace(points=points, direction=direction, shift=shift)
