"""Structural decomposition of a change into the effects of its factors, exactly.

    y = g(a_1, ..., a_n),   y1 - y0 = sum_k effect_k

There are n! ways to change the factors one after the other, each exact and none better than
another. Their average gives factor k the weight s! (n - 1 - s)! / n! for each set S of s other
factors that changed before it,

    effect_k = sum_S  s! (n - 1 - s)! / n!  [g(S with k) - g(S)],

the Shapley value, from 2^n evaluations. The n! forms come in n!/2 mirrored ("polar") pairs;
the average of the two forms at the poles, factors in the given order and in reverse, is often
close to the average of all.

Source: Dietzenbacher and Los (1998), Economic Systems Research 10(4); de Boer (2009), ESR
21(3), and Sun (1998) for the equivalence with the Shapley value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import permutations
from math import factorial
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from models.errors import InputError
from models.inputoutput.labelled import Floats

METHODS: Final = ("all", "polar")
MOST_FACTORS: Final = 16  # 2^16 evaluations
MOST_ORDERED: Final = 7  # 7! = 5040 forms


@dataclass(frozen=True)
class Decomposition:
    """Effects of the factors on a change.

    Attributes
    ----------
    names : tuple of str
        Factors, in the order given.
    effects : ndarray (n, ...)
        Effect of each factor, in the unit and shape of the result.
    change : ndarray (...)
        y1 - y0.
    lowest, highest : ndarray (n, ...) or None
        Range of each effect over all n! forms (over the two polar forms with "polar"); None
        where there are more than seven factors.
    method : str
        "all" or "polar".
    """

    names: tuple[str, ...]
    effects: Floats
    change: Floats
    lowest: Floats | None
    highest: Floats | None
    method: str

    @property
    def residual(self) -> float:
        """Largest difference between the change and the sum of the effects."""
        return float(np.abs(self.change - self.effects.sum(axis=0)).max(initial=0.0))


def product(*factors: Floats) -> Floats:
    """Product of the factors from left to right: `@` between arrays, `*` with a scalar."""
    return np.asarray(
        reduce(lambda a, b: a * b if np.ndim(a) == 0 or np.ndim(b) == 0 else a @ b, factors)
    )


def sda(
    start: Sequence[ArrayLike],
    end: Sequence[ArrayLike],
    *,
    evaluate: Callable[..., ArrayLike] = product,
    names: Sequence[str] | None = None,
    method: str = "all",
) -> Decomposition:
    """Decompose the change of g(a_1, ..., a_n) between two states.

    Parameters
    ----------
    start, end : sequence of n arrays
        The factors in each state, for instance (c, L, f).
    evaluate : callable
        g; the matrix product of the factors in their order unless given.
    names : sequence of str, optional
        Names of the factors.
    method : "all" or "polar"
        Average of all n! forms, or of the two polar forms.

    Returns
    -------
    Decomposition

    Raises
    ------
    InputError
        On different numbers or shapes of factors, or more than 16 factors with "all".

    Examples
    --------
    >>> sda([2.0, 5.0], [3.0, 7.0]).effects  # area from 10 to 21
    array([6., 5.])
    """
    before = [np.asarray(a, dtype=float) for a in start]
    after = [np.asarray(a, dtype=float) for a in end]
    labels = tuple(names) if names is not None else tuple(f"factor {k}" for k in range(len(before)))
    _check(before, after, labels, method)
    state = _States(before, after, evaluate)
    everything = (1 << len(before)) - 1
    change = state(everything) - state(0)
    if method == "polar":
        order = tuple(range(len(before)))
        forms = [_form(state, order), _form(state, order[::-1])]
        effects = (forms[0] + forms[1]) / 2.0
        low, high = np.minimum(*forms), np.maximum(*forms)
        return Decomposition(labels, effects, change, low, high, method)
    effects = _shapley(state, len(before), change.shape)
    if len(before) > MOST_ORDERED:
        return Decomposition(labels, effects, change, None, None, method)
    low = np.full_like(effects, np.inf)
    high = np.full_like(effects, -np.inf)
    for order in permutations(range(len(before))):
        form = _form(state, order)
        np.minimum(low, form, out=low)
        np.maximum(high, form, out=high)
    return Decomposition(labels, effects, change, low, high, method)


class _States:
    """g with the factors of a set (bits) at the end and the others at the start, remembered."""

    def __init__(
        self, before: list[Floats], after: list[Floats], evaluate: Callable[..., ArrayLike]
    ) -> None:
        self.before, self.after, self.evaluate = before, after, evaluate
        self.known: dict[int, Floats] = {}

    def __call__(self, moved: int) -> Floats:
        if moved not in self.known:
            chosen = [
                after if moved >> k & 1 else before
                for k, (before, after) in enumerate(zip(self.before, self.after, strict=True))
            ]
            self.known[moved] = np.asarray(self.evaluate(*chosen), dtype=float)
        return self.known[moved]


def _form(state: _States, order: tuple[int, ...]) -> Floats:
    """Effects when the factors change in this order."""
    effects: list[Floats] = [np.zeros(0)] * len(order)
    moved = 0
    for k in order:
        effects[k] = state(moved | 1 << k) - state(moved)
        moved |= 1 << k
    return np.array(effects)


def _shapley(state: _States, n: int, shape: tuple[int, ...]) -> Floats:
    effects = np.zeros((n, *shape))
    for moved in range(1 << n):
        size = moved.bit_count()
        value = state(moved)
        for k in range(n):
            if moved >> k & 1:
                weight = factorial(size - 1) * factorial(n - size) / factorial(n)
                effects[k] += weight * value
            else:
                weight = factorial(size) * factorial(n - 1 - size) / factorial(n)
                effects[k] -= weight * value
    return effects


def _check(before: list[Floats], after: list[Floats], names: tuple[str, ...], method: str) -> None:
    if method not in METHODS:
        raise InputError("unknown method", found=method, allowed=", ".join(METHODS))
    if not before or len(before) != len(after) or len(names) != len(before):
        raise InputError(
            f"{len(before)} factors at the start, {len(after)} at the end, {len(names)} names"
        )
    for name, a, b in zip(names, before, after, strict=True):
        if a.shape != b.shape:
            raise InputError(f"{name} has shape {a.shape} at the start and {b.shape} at the end")
    if method == "all" and len(before) > MOST_FACTORS:
        raise InputError(
            "the average of all forms is computed for at most 16 factors; use the polar forms",
            found=len(before),
        )
