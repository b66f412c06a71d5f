"""Scores of densities: CRPS, log score, PIT, coverage, effective size, paired tests.

Sources: Gneiting & Raftery (2007), JASA 102, 359-378; Zamo & Naveau (2018), Mathematical
Geosciences 50, for the fair sample CRPS; Diebold & Mariano (1995), JBES 13, 253-263.
"""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt
from scipy import special

Array = npt.NDArray[np.float64]
LEVELS = (0.5, 0.8, 0.9)
OVERLAP = 4  # neighbouring origins of a five-year horizon share up to four target years


@overload
def crps_normal(mean: float, sd: float, observed: float) -> float: ...
@overload
def crps_normal(mean: Array, sd: Array, observed: Array) -> Array: ...
def crps_normal(mean: float | Array, sd: float | Array, observed: float | Array) -> float | Array:
    """Return the CRPS of a normal density.

    ``sd (z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi))``, ``z = (observed - mean) / sd``
    (Gneiting & Raftery 2007, equation 5 of section 4.2, sign reversed: lower is better).
    """
    z = (np.asarray(observed) - mean) / sd
    density = np.exp(-0.5 * z**2) / np.sqrt(2.0 * np.pi)
    value = sd * (z * (2.0 * special.ndtr(z) - 1.0) + 2.0 * density - 1.0 / np.sqrt(np.pi))
    return float(value) if np.ndim(value) == 0 else np.asarray(value)


def crps_sample(draws: npt.ArrayLike, observed: float, *, fair: bool = False) -> float:
    """Return the CRPS of a sample, ``E|X - y| - E|X - X'| / 2``.

    Parameters
    ----------
    draws : array_like, shape (draws,)
        The sample.
    observed : float
        y, in the same unit.
    fair : bool
        Pairs of different draws only, which makes the score unbiased for the density that
        the draws come from; otherwise that of the empirical distribution.
    """
    values = np.sort(np.asarray(draws, dtype=np.float64))
    return float(np.mean(np.abs(values - observed)) - 0.5 * mean_difference(values, fair=fair))


def mean_difference(draws: Array, *, fair: bool = True) -> float:
    """Return ``E|X - X'|`` of sorted draws."""
    count = len(draws)
    ranks = 2.0 * np.arange(1, count + 1) - count - 1.0
    pairs = count * (count - 1 if fair else count)
    return float(2.0 * (ranks @ draws) / pairs)


def log_score(mean: float, sd: float, observed: float) -> float:
    """Return minus the log density of the normal with the draws' moments; lower is better.

    The tails of two thousand draws do not carry a density; with two moments it is half the
    score of Dawid & Sebastiani (1999), Annals of Statistics 27, plus a constant.
    """
    z = (observed - mean) / sd
    return float(0.5 * z**2 + np.log(sd) + 0.5 * np.log(2.0 * np.pi))


def pit(draws: Array, observed: float) -> float:
    """Return the share of draws below the outcome (ties count half)."""
    return float(np.mean(draws < observed) + 0.5 * np.mean(draws == observed))


def coverage(pits: Array, level: float) -> float:
    """Return the share of outcomes inside the central interval of probability `level`."""
    return float(np.mean(np.abs(np.asarray(pits) - 0.5) <= 0.5 * level))


def long_run_variance(values: Array, lags: int = OVERLAP) -> float:
    """Return the variance of a mean times the number of values (Newey & West 1987, Bartlett)."""
    centred = np.asarray(values) - np.mean(values)
    count = len(centred)
    total = float(centred @ centred) / count
    for lag in range(1, min(lags, count - 1) + 1):
        weight = 1.0 - lag / (lags + 1.0)
        total += 2.0 * weight * float(centred[lag:] @ centred[:-lag]) / count
    return total


def effective_size(by_origin: Array, windows: float, lags: int = OVERLAP) -> float:
    """Return how many independent origins the origins are worth.

    ``n var / long-run var``, at least 1, at most the number of windows of outcomes that do
    not overlap: the estimate itself rests on few origins and may exceed it.

    Parameters
    ----------
    by_origin : array, shape (origins,)
        A score by origin, in the order of years.
    windows : float
        Years with an outcome over the years that one outcome covers.
    lags : int
        Neighbouring origins taken as related.
    """
    values = np.asarray(by_origin, dtype=np.float64)
    count = len(values)
    variance = float(np.var(values))
    if count < 2 or variance == 0.0:
        return float(min(count, windows))
    ratio = variance / max(long_run_variance(values, lags), 1e-12)
    return float(np.clip(count * ratio, 1.0, max(windows, 1.0)))


def paired_error(differences: Array, lags: int = OVERLAP) -> float:
    """Return the standard error of a mean difference of scores by origin (Diebold-Mariano).

    Bartlett weights over neighbouring origins, whose horizons overlap; nan below three.
    """
    count = len(differences)
    if count < 3:
        return float("nan")
    return float(np.sqrt(max(long_run_variance(differences, lags), 0.0) / count))
