"""The rivals: rules that need no economics, each with a density from its own past errors.

A rule is judged by what it would have missed: its error paths over the horizon from all
earlier origins have a second-moment matrix, and the density is the normal one with it, so
that errors of neighbouring years go together. Nothing after the origin enters.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import ConvergenceWarning

from sim.assess.backtest.reduced_form import Regression

Array = npt.NDArray[np.float64]
Rule = Callable[[Array], float]
LEAST_HISTORY = 3
MEAN_YEARS = 5


def last_value(history: Array) -> float:
    """Return the growth of the last year: it stays."""
    return float(history[-1])


def five_year_mean(history: Array) -> float:
    """Return the mean growth of the last five years."""
    return float(history[-MEAN_YEARS:].mean())


def drift(history: Array) -> float:
    """Return the mean growth of the record: the level is a random walk with drift."""
    return float(history.mean())


RULES: dict[str, tuple[Rule, int]] = {
    "last_value": (last_value, 1),
    "five_year_mean": (five_year_mean, MEAN_YEARS),
    "random_walk_drift": (drift, LEAST_HISTORY),
}


def rule_density(
    rule: Rule, first: int, history: Array, horizon: int, draws: int, generator: np.random.Generator
) -> Array:
    """Return draws of growth by a rule, with its own past errors.

    Parameters
    ----------
    rule : callable
        From the history of log growth to the growth that it projects for every year.
    first : int
        Years that the rule needs.
    history : array, shape (years,)
        Log growth to the origin.
    horizon, draws : int
        Years ahead and number of draws.
    generator : numpy.random.Generator

    Returns
    -------
    array, shape (horizon, draws)
    """
    count = len(history)
    paths = np.array(
        [history[t : t + horizon] - rule(history[:t]) for t in range(first, count - horizon + 1)]
    )
    weights = generator.standard_normal((draws, len(paths)))
    errors = weights @ paths / np.sqrt(len(paths))
    return np.asarray(rule(history) + errors.T)


def autoregression(
    history: Array, horizon: int, draws: int, generator: np.random.Generator
) -> Array:
    """Return draws of growth by an AR(1), its parameters drawn from their posterior.

    Flat priors (Zellner 1971, chapter 7); persistence is held inside the unit circle.
    """
    before, now = history[:-1], history[1:]
    model = Regression.flat(now, np.column_stack([np.ones(len(before)), before]))
    coefficients, spread = model.draw(draws, generator)
    slope = np.clip(coefficients[1], -0.99, 0.99)
    centre = np.mean(history)
    constant = coefficients[0] + (coefficients[1] - slope) * centre
    out, last = np.empty((horizon, draws)), np.full(draws, history[-1])
    for h in range(horizon):
        last = constant + slope * last + spread * generator.standard_normal(draws)
        out[h] = last
    return out


def unobserved_components(
    history: Array, horizon: int, draws: int, generator: np.random.Generator
) -> Array:
    """Return draws of growth by a local-level model of growth alone (statsmodels).

    Growth is a random walk seen through noise (Harvey 1989, section 2.3); the two variances
    maximise the likelihood.
    """
    scale = float(np.std(history))
    model = sm.tsa.UnobservedComponents(history / scale, level="local level")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # a variance of zero is a maximum
        fitted = model.fit(disp=0)
    irregular, level = np.sqrt(np.maximum(fitted.params, 0.0)) * scale
    mean = float(fitted.filtered_state[0, -1]) * scale
    error = float(np.sqrt(fitted.filtered_state_cov[0, 0, -1])) * scale
    walk = level * generator.standard_normal((horizon, draws)).cumsum(axis=0)
    start = mean + error * generator.standard_normal(draws)
    return np.asarray(start + walk + irregular * generator.standard_normal((horizon, draws)))


def rival_densities(history: Array, horizon: int, draws: int, seed: list[int]) -> dict[str, Array]:
    """Return draws (horizon, draws) of log growth by every rival that the history allows."""
    out = {}
    for i, (name, (rule, first)) in enumerate(RULES.items()):
        if len(history) >= first + horizon:
            generator = np.random.default_rng([*seed, i])
            out[name] = rule_density(rule, first, history, horizon, draws, generator)
    generators = [np.random.default_rng([*seed, len(RULES) + i]) for i in range(2)]
    out["ar1"] = autoregression(history, horizon, draws, generators[0])
    out["unobserved_components"] = unobserved_components(history, horizon, draws, generators[1])
    return out
