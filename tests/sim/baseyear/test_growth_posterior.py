"""Posterior draws of the growth model, and what a referee asks of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.baseyear.growth_diagnostics import (
    RESIDUAL_TESTS,
    cusum,
    prior_sensitivity,
    residual_tests,
    revisions,
)
from sim.baseyear.growth_estimate import GrowthEstimate, estimate_growth
from sim.baseyear.growth_parameters import GrowthParameters, load_growth_parameters
from sim.baseyear.growth_posterior import (
    GROWTH_PARAMETERS,
    Posterior,
    effective_size,
    shrunk_draws,
    simulate_posterior,
    split_r_hat,
)
from sim.baseyear.growth_statespace import TrendGapModel, _smooth
from sim.errors import InputError
from sim.figures.series import load_series


@pytest.fixture(scope="module")
def parameters() -> GrowthParameters:
    return load_growth_parameters()


@pytest.fixture(scope="module")
def estimate(parameters: GrowthParameters) -> GrowthEstimate:
    return estimate_growth(load_series(), parameters)


@pytest.fixture(scope="module")
def posterior(estimate: GrowthEstimate, parameters: GrowthParameters) -> Posterior:
    return simulate_posterior(estimate.measurements, parameters, estimate.fit)


def test_the_chains_agree_and_a_kept_draw_is_nearly_independent(
    posterior: Posterior, parameters: GrowthParameters
) -> None:
    assert len(posterior.parameters) == parameters.year("posterior_draws")
    assert (posterior.r_hat < 1.01).all()
    assert (posterior.effective > 1000).all()
    assert ((posterior.acceptance > 0.2) & (posterior.acceptance < 0.5)).all()


def test_draws_of_the_states_reproduce_the_mixture_of_smoothers(
    estimate: GrowthEstimate, posterior: Posterior
) -> None:
    """Means within four Monte Carlo errors of 1024 draws, widths within a tenth."""
    smoothed, count = estimate.fit.smoothed, len(posterior.trend)
    for name in ("trend", "gap"):
        draws = getattr(posterior, name)
        spread = smoothed[f"{name}_sd"].to_numpy()
        error = (draws.mean(axis=0) - smoothed[name].to_numpy()) / spread
        assert np.abs(error).max() < 4.0 / np.sqrt(count)
        np.testing.assert_allclose(draws.std(axis=0), spread, rtol=0.1)


def test_the_simulation_smoother_has_the_moments_of_the_smoother(
    estimate: GrowthEstimate, parameters: GrowthParameters
) -> None:
    """At fixed parameters: 4000 draws against the exact smoothed mean and variance."""
    fit, count = estimate.fit, 4000
    model = TrendGapModel(estimate.measurements, parameters, fit.extra_variance)
    states, covariances = _smooth(model, fit.mode)
    smoother = model.simulation_smoother()
    stream = np.random.default_rng(7)
    draws = np.empty((count, 2))
    for i in range(count):
        smoother.simulate(rng=stream)
        draws[i] = smoother.simulated_state[:2, -1]
    exact = covariances[:2, :2, -1]
    error = np.sqrt(np.diag(exact) / count)
    assert (np.abs(draws.mean(axis=0) - states[:2, -1]) < 4.0 * error).all()
    found = np.cov(draws, rowvar=False)
    np.testing.assert_allclose(np.diag(found), np.diag(exact), rtol=4.0 * np.sqrt(2.0 / count))
    correlation = exact[0, 1] / np.sqrt(exact[0, 0] * exact[1, 1])
    assert np.corrcoef(draws.T)[0, 1] == pytest.approx(correlation, abs=4.0 / np.sqrt(count))


def test_shrunk_draws_have_the_moments_of_the_stated_rule(
    estimate: GrowthEstimate, posterior: Posterior
) -> None:
    """Mean and width of the trend, and the gap, follow the update of the mean and covariance."""
    weight, target, choice = 0.5, estimate.long_record, 0.002**2
    draws = shrunk_draws(posterior, target, weight, choice)
    assert tuple(draws.columns) == GROWTH_PARAMETERS
    before = posterior.transformed
    covariance, mean = np.cov(before, rowvar=False), before.mean(axis=0)
    gain = weight * covariance[0] / covariance[0, 0]
    expected = mean + gain * (target - mean[0])
    variance = covariance[0, 0] * (1.0 - weight) + choice
    error = np.sqrt(variance / len(draws))
    assert draws["tfp_growth_trend"].mean() == pytest.approx(expected[0], abs=4 * error)
    assert draws["tfp_growth_trend"].var() == pytest.approx(variance, rel=0.18)
    assert draws["output_gap_2025"].mean() == pytest.approx(expected[1], abs=0.004)
    assert draws["gap_persistence"].between(0.0, 1.0).all()
    assert (draws[["gap_shock_sd", "trend_drift_sd"]] > 0.0).all().all()


def test_without_weight_only_the_choices_move_the_draws(posterior: Posterior) -> None:
    draws = shrunk_draws(posterior, 0.03, 0.0, 0.0)
    np.testing.assert_array_equal(draws["tfp_growth_trend"], posterior.trend[:, -1])
    full = shrunk_draws(posterior, 0.03, 1.0, 0.0)
    np.testing.assert_allclose(full["tfp_growth_trend"], 0.03, atol=1e-15)


def test_draws_are_the_same_bits_again(
    estimate: GrowthEstimate, posterior: Posterior, parameters: GrowthParameters
) -> None:
    again = simulate_posterior(estimate.measurements, parameters, estimate.fit)
    np.testing.assert_array_equal(again.transformed, posterior.transformed)


def test_chains_that_disagree_are_refused(
    estimate: GrowthEstimate, parameters: GrowthParameters
) -> None:
    short = parameters.replaced(posterior_draws=16, posterior_warm_up=0, posterior_thinning=3)
    with pytest.raises(InputError, match="chains of the growth model disagree"):
        simulate_posterior(estimate.measurements, short, estimate.fit)


def test_effective_size_and_r_hat_know_independent_and_sticky_chains() -> None:
    """An AR(1) chain with coefficient 0.8 has (1 + 0.8) / (1 - 0.8) = 9 steps a draw."""
    stream = np.random.default_rng(3)
    noise = stream.standard_normal((4, 5000, 1))
    sticky = noise.copy()
    for t in range(1, 5000):
        sticky[:, t] = 0.8 * sticky[:, t - 1] + 0.6 * noise[:, t]
    assert effective_size(noise)[0] == pytest.approx(20000, rel=0.1)
    assert effective_size(sticky)[0] == pytest.approx(20000 / 9, rel=0.2)
    assert split_r_hat(noise)[0] == pytest.approx(1.0, abs=2e-3)
    assert split_r_hat(noise + np.arange(4)[:, None, None])[0] > 1.3


def test_residual_tests_are_reported_for_both_treatments(estimate: GrowthEstimate) -> None:
    table = residual_tests(estimate)
    assert tuple(table.index) == RESIDUAL_TESTS
    chances = table[["robust_p_value", "full_p_value"]]
    assert chances.stack().between(0.0, 1.0).all()
    assert cusum(estimate.fit.residuals) < 1.0


def test_cusum_sees_a_shift() -> None:
    shifted = pd.Series(np.r_[np.zeros(20), np.ones(20)] + np.tile([0.1, -0.1], 20))
    assert cusum(shifted) > 1.0


def test_each_prior_is_halved_and_doubled(parameters: GrowthParameters) -> None:
    table = prior_sensitivity(load_series(), parameters)
    assert len(table) == 1 + 4 * 5
    assert np.isfinite(table.to_numpy()).all()
    wide, narrow = (table.loc[f"trend_drift_centre_{name}"] for name in ("double", "half"))
    assert wide["trend_drift"] > narrow["trend_drift"]
    assert wide["tfp_trend_sd"] > narrow["tfp_trend_sd"]


def test_an_end_year_sees_no_later_figure(
    estimate: GrowthEstimate, parameters: GrowthParameters
) -> None:
    """Figures of 2011 and later are changed; trends of end years to 2010 stay, bit by bit."""
    given = {**vars(estimate), "parameters": estimate.parameters.replaced(realtime_first_year=2009)}
    table, inputs = estimate.measurements.table.copy(), estimate.measurements.inputs.copy()
    table.loc[2011:, "released"] += 0.05
    inputs.loc[2011:] -= 0.02
    changed = type(estimate)(
        **{
            **given,
            "measurements": type(estimate.measurements)(table, inputs),
        }
    )
    before, after = revisions(type(estimate)(**given)), revisions(changed)
    names = ["tfp_trend", "tfp_trend_sd", "output_gap", "output_gap_sd"]
    pd.testing.assert_frame_equal(
        before.loc[:2010, names], after.loc[:2010, names], check_exact=True
    )
    assert (before.loc[2012:, "tfp_trend"] != after.loc[2012:, "tfp_trend"]).all()
    last = before.loc[2025]
    assert last["tfp_trend"] == pytest.approx(last["final_tfp_trend"], abs=2e-4)
