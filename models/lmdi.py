"""Index decomposition by the logarithmic mean Divisia index, method I (LMDI-I).

An aggregate is a sum over categories of a product of factors, V = sum_i x_1i x_2i … x_mi
(Kaya: population x income x energy intensity x carbon content). Its change between two
states is split without residual into one effect a factor:

    additive        V1 - V0 = sum_k  E_k,   E_k = sum_i L(V1_i, V0_i) ln(x1_ki / x0_ki)
    multiplicative  V1 / V0 = prod_k D_k,   D_k = exp(E_k / L(V1, V0))

with L the logarithmic mean. Both forms follow Ang (2005), *Energy Policy* 33, table 1, and
Ang (2015), *Energy Policy* 86, table 2; they are consistent in aggregation, so categories of
several levels may be summed in any order (`by_category`). Zeros take the analytical limits of
Ang & Liu (2007), *Energy Policy* 35, table 2.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from models.errors import InputError, nearest_name

Array = npt.NDArray[np.float64]
Effect = float | Array
Form = Literal["additive", "multiplicative"]
FORMS: Final = ("additive", "multiplicative")
_NEAR = 0.5  # relative distance below which log1p keeps more digits than a difference of logs


def logarithmic_mean(a: npt.ArrayLike, b: npt.ArrayLike) -> Effect:
    """Return the logarithmic mean ``L(a, b) = (a - b) / (ln a - ln b)``.

    Parameters
    ----------
    a, b : array_like
        Of one sign, or zero; any unit. Shapes are broadcast.

    Returns
    -------
    float or ndarray
        In the unit of `a`, between `a` and `b`: L(a, a) = a, L(a, 0) = 0, L(-a, -b) = -L(a, b).
        NaN where an argument is NaN.

    Raises
    ------
    InputError
        Where the arguments have opposite signs: the mean does not exist.

    References
    ----------
    Ang (2005), *Energy Policy* 33: 867-871; limits: Ang & Liu (2007), *Energy Policy* 35.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if bool(np.any(np.sign(first) * np.sign(second) < 0)):
        raise InputError("the logarithmic mean needs two values of one sign")
    low = np.minimum(np.abs(first), np.abs(second))
    high = np.maximum(np.abs(first), np.abs(second))
    safe = np.where(low > 0.0, low, 1.0)
    step = (high - low) / safe
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = np.where(step < _NEAR, np.log1p(step), np.log(high) - np.log(safe))
        mean = (high - low) / distance
    mean = np.where(high == low, high, mean)
    mean = np.where(low == 0.0, 0.0, mean)
    mean = np.where(np.isnan(first) | np.isnan(second), np.nan, mean)
    return _plain(np.where(first + second < 0.0, -mean, mean))


def decompose(
    factors0: Mapping[str, npt.ArrayLike],
    factors1: Mapping[str, npt.ArrayLike],
    *,
    form: Form = "additive",
    by_category: bool = False,
    draws: bool = False,
) -> dict[str, Effect]:
    """Split the change of an aggregate between two states into one effect a factor.

    Parameters
    ----------
    factors0, factors1 : mapping of name to array_like
        Factors in the first and in the second state: same names; shapes that broadcast to
        the shape of the categories (a factor common to all may be a number). Their product,
        summed over the categories, is the aggregate. A factor keeps its sign.
    form : {"additive", "multiplicative"}
        Effects that sum to V1 - V0, or whose product is V1 / V0.
    by_category : bool
        Return the effects of each category (they sum, or multiply, to the whole).
    draws : bool
        The last axis is the draw: categories are the axes before it, and each effect has
        one value a draw.

    Returns
    -------
    dict of str to float or ndarray
        One effect a factor, in the order of `factors0`: in the unit of the aggregate
        (additive), or a ratio (multiplicative).

    Raises
    ------
    InputError
        Where names or labels differ, shapes do not broadcast, a value is not finite, a
        factor changes sign, or a multiplicative form starts or ends at an aggregate of zero.

    Notes
    -----
    A category that appears or disappears is booked on the factors that come from or go to
    zero, in equal parts where several do (the limit of one common small value); one that is
    zero in both states has no effect.
    """
    _check_form(form)
    names, start, end = _aligned(factors0, factors1)
    before, after = prod(start[1:], start=start[0]), prod(end[1:], start=end[0])
    effects = _effects(names, start, end, before, after)
    axes = tuple(range(before.ndim - 1 if draws else before.ndim))
    if form == "multiplicative":
        whole = _whole(before.sum(axis=axes), after.sum(axis=axes))
        scale = np.asarray(logarithmic_mean(*whole))
        effects = [effect / scale for effect in effects]
    kept = effects if by_category else [effect.sum(axis=axes) for effect in effects]
    if form == "multiplicative":
        kept = [np.exp(effect) for effect in kept]
    return {name: _plain(effect) for name, effect in zip(names, kept, strict=True)}


def kaya_factors(
    population: npt.ArrayLike, gdp: npt.ArrayLike, energy: npt.ArrayLike, co2: npt.ArrayLike
) -> dict[str, Array]:
    """Return the factors of the Kaya identity, whose product is `co2`.

    Parameters
    ----------
    population, gdp, energy, co2 : array_like
        Positive and of one shape: 万人, 亿元 at constant prices, Mtce, Mt.

    Returns
    -------
    dict
        ``population``, ``income`` (GDP a head), ``energy_intensity`` (energy per GDP) and
        ``carbon_content`` (CO2 per energy).

    References
    ----------
    Kaya (1990), *Impact of carbon dioxide emission control on GNP growth*, IPCC.
    """
    people, output = np.asarray(population, float), np.asarray(gdp, float)
    used, emitted = np.asarray(energy, float), np.asarray(co2, float)
    return {
        "population": people,
        "income": output / people,
        "energy_intensity": used / output,
        "carbon_content": emitted / used,
    }


def _check_form(form: str) -> None:
    if form not in FORMS:
        raise InputError(
            "no such form of the decomposition",
            key="form",
            found=repr(form),
            allowed=", ".join(FORMS),
            nearest=nearest_name(str(form), FORMS),
        )


def _aligned(
    factors0: Mapping[str, npt.ArrayLike], factors1: Mapping[str, npt.ArrayLike]
) -> tuple[list[str], list[Array], list[Array]]:
    """Return names and both states as arrays of one shape; refuse what does not fit."""
    names = list(factors0)
    if not names or set(names) != set(factors1):
        raise InputError(
            "the two states must name the same factors, at least one",
            found=", ".join(map(str, factors1)) or "none",
            allowed=", ".join(map(str, names)) or "a factor",
        )
    _check_labels([*factors0.items(), *factors1.items()])
    start = [np.asarray(factors0[name], dtype=np.float64) for name in names]
    end = [np.asarray(factors1[name], dtype=np.float64) for name in names]
    try:
        shape = np.broadcast_shapes(*(item.shape for item in (*start, *end)))
    except ValueError:
        shapes = zip(names, start, end, strict=True)
        sizes = ", ".join(f"{name} {a.shape} {b.shape}" for name, a, b in shapes)
        raise InputError("the factors have shapes that do not fit together", found=sizes) from None
    for name, first, last in zip(names, start, end, strict=True):
        if not (np.isfinite(first).all() and np.isfinite(last).all()):
            raise InputError("a value of the factor is not finite", key=name)
        if bool(np.any(np.sign(first) * np.sign(last) < 0)):
            raise InputError("the factor changes its sign between the two states", key=name)
    return (
        names,
        [np.broadcast_to(item, shape) for item in start],
        [np.broadcast_to(item, shape) for item in end],
    )


def _check_labels(items: list[tuple[str, npt.ArrayLike]]) -> None:
    """Refuse pandas objects whose labels differ: position must not decide."""
    kept: dict[int, tuple[str, object]] = {}
    for name, values in items:
        index = getattr(values, "index", None)
        if index is None or not hasattr(index, "equals"):
            continue
        first, labels = kept.setdefault(np.ndim(values), (name, index))
        if not index.equals(labels):
            raise InputError(f"the labels differ from those of {first!r}", key=name)


def _effects(
    names: list[str], start: list[Array], end: list[Array], before: Array, after: Array
) -> list[Array]:
    """Return the additive effect of each factor in each category."""
    gone = [(last == 0.0) & (first != 0.0) for first, last in zip(start, end, strict=True)]
    come = [(first == 0.0) & (last != 0.0) for first, last in zip(start, end, strict=True)]
    weight = np.asarray(logarithmic_mean(before, after))
    share = after / np.maximum(sum(come), 1) - before / np.maximum(sum(gone), 1)
    effects = []
    for first, last, left, new in zip(start, end, gone, come, strict=True):
        plain = (first != 0.0) & (last != 0.0)
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = np.where(plain, np.log(last / first), 0.0)
        limit = np.where(left | new, share, 0.0)
        effects.append(np.where((before == 0.0) | (after == 0.0), limit, weight * moved))
    return effects


def _whole(before: Array, after: Array) -> tuple[Array, Array]:
    """Return both aggregates; refuse those that have no ratio."""
    if bool(np.any(before * after <= 0.0)):
        raise InputError(
            "a multiplicative decomposition needs aggregates of one sign that are not zero"
        )
    return before, after


def _plain(values: Array) -> Effect:
    """Return a float for an array without axes."""
    return float(values) if np.ndim(values) == 0 else values
