"""The rivals and the reduced forms on cases whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from sim.assess.backtest.reduced_form import Regression, energy_response, respond
from sim.assess.backtest.rivals import (
    autoregression,
    drift,
    five_year_mean,
    last_value,
    rival_densities,
    rule_density,
    unobserved_components,
)

DRAWS = 40_000


def generator() -> np.random.Generator:
    return np.random.default_rng(7)


def test_rules_by_hand() -> None:
    history = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    assert last_value(history) == 0.6
    assert five_year_mean(history) == pytest.approx(0.4)
    assert drift(history) == pytest.approx(0.35)


def test_a_rule_is_as_wide_as_its_own_past_errors() -> None:
    history = np.array([0.01, 0.03, -0.02, 0.04, 0.00, 0.05])
    draws = rule_density(last_value, 1, history, 2, DRAWS, generator())
    errors = np.array([history[t : t + 2] - history[t - 1] for t in range(1, 5)])
    assert draws.mean(axis=1) == pytest.approx([0.05, 0.05], abs=1e-3)
    second = errors.T @ errors / len(errors)
    assert np.cov(draws) == pytest.approx(second, rel=0.05, abs=2e-5)


def test_a_constant_history_leaves_rules_no_doubt() -> None:
    history = np.full(20, 0.08)
    for rule, first in ((last_value, 1), (five_year_mean, 5), (drift, 3)):
        draws = rule_density(rule, first, history, 5, 100, generator())
        assert np.ptp(draws) == pytest.approx(0.0, abs=1e-15)


def test_autoregression_returns_to_the_mean() -> None:
    source = generator()
    history = np.zeros(2000)
    for t in range(1, 2000):
        history[t] = 0.6 * history[t - 1] + 0.01 * source.standard_normal()
    draws = autoregression(np.append(history, 0.05), 3, DRAWS, generator())
    assert draws.mean(axis=1) == pytest.approx([0.030, 0.018, 0.0108], abs=0.003)
    assert draws[0].std() == pytest.approx(0.01, rel=0.05)


def test_unobserved_components_follow_a_moved_level() -> None:
    history = np.concatenate([np.full(20, 0.10), np.full(10, 0.02)])
    history = history + 0.002 * generator().standard_normal(30)
    draws = unobserved_components(history, 5, DRAWS, generator())
    assert draws.mean(axis=1) == pytest.approx(np.full(5, 0.02), abs=0.01)
    assert draws[4].std() > draws[0].std()


def test_a_short_history_has_fewer_rivals() -> None:
    found = rival_densities(np.linspace(0.0, 0.1, 8), 5, 50, [1])
    assert set(found) == {"last_value", "random_walk_drift", "ar1", "unobserved_components"}
    assert all(draws.shape == (5, 50) for draws in found.values())


def test_flat_posterior_is_least_squares() -> None:
    x = np.column_stack([np.ones(5), np.arange(5.0)])
    y = 1.0 + 2.0 * np.arange(5.0) + np.array([0.1, -0.1, 0.0, -0.1, 0.1])
    found = Regression.flat(y, x)
    assert found.mean == pytest.approx(np.linalg.lstsq(x, y)[0])
    assert found.degrees == 3.0


def test_much_data_overrules_the_prior_and_none_leaves_it() -> None:
    activity = 0.08 + 0.03 * generator().standard_normal(5000)
    noise = 0.01 * np.random.default_rng(8).standard_normal(5000)
    found = energy_response(0.01 + 0.5 * activity + noise, activity)
    assert found.mean == pytest.approx([0.01, 0.5], abs=0.03)
    empty = energy_response(np.zeros(0), np.zeros(0))
    assert empty.mean == pytest.approx([0.0, 1.0])
    coefficients, spread = empty.draw(200_000, generator())
    assert np.median(spread) == pytest.approx(0.045, abs=0.003)
    assert np.percentile(coefficients[1], 75) == pytest.approx(1.38, abs=0.03)


def test_a_response_moves_with_activity() -> None:
    exact = Regression(np.array([0.01, 0.8]), np.eye(2) * 1e-12, 1e9, 1e-9)
    activity = np.array([[0.1, 0.0], [0.05, -0.05]])
    assert respond(exact, activity, generator()) == pytest.approx(0.01 + 0.8 * activity, abs=1e-6)
