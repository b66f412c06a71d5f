"""Scores equal their closed forms and published numbers."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from sim.assess.backtest.scores import (
    coverage,
    crps_normal,
    crps_sample,
    effective_size,
    log_score,
    long_run_variance,
    paired_error,
    pit,
)

PUBLISHED = Path(__file__).parents[5] / "shared" / "verification" / "crps_scores.json"


def published() -> dict[str, list[dict[str, object]]]:
    if not PUBLISHED.is_file():
        pytest.skip(f"the published cases are not here: {PUBLISHED}")
    return json.loads(PUBLISHED.read_text("utf-8"))


def test_crps_of_a_normal_equals_the_published_values() -> None:
    for case in published()["normal"]:
        found = crps_normal(case["mu"], case["sigma"], case["obs"])
        assert found == pytest.approx(case["crps"], rel=1e-12)


def test_crps_of_a_sample_equals_the_published_values() -> None:
    for case in published()["ensemble"]:
        assert crps_sample(case["ensemble"], case["obs"]) == pytest.approx(
            case["crps_ecdf"], rel=1e-12
        )
        assert crps_sample(case["ensemble"], case["obs"], fair=True) == pytest.approx(
            case["crps_fair"], rel=1e-12
        )


def test_crps_of_a_certain_forecast_is_the_absolute_error() -> None:
    assert crps_sample(np.full(50, 0.04), 0.055) == pytest.approx(0.015, abs=1e-15)


def test_crps_of_a_normal_at_its_centre() -> None:
    # sd (sqrt 2 - 1) / sqrt pi
    assert crps_normal(0.0, 2.0, 0.0) == pytest.approx(2 * (np.sqrt(2) - 1) / np.sqrt(np.pi))


def test_a_large_sample_of_a_normal_scores_as_the_closed_form() -> None:
    draws = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000, 0.05, 0.02)
    for observed in (-0.03, 0.05, 0.06):
        assert crps_sample(draws, observed) == pytest.approx(
            crps_normal(0.05, 0.02, observed), rel=1e-4
        )


def test_log_score_is_minus_the_log_density() -> None:
    assert log_score(0.05, 0.02, 0.08) == pytest.approx(-stats.norm.logpdf(0.08, 0.05, 0.02))


def test_pit_and_coverage_of_a_right_forecast() -> None:
    draws = np.arange(1000) / 1000.0
    pits = np.array([pit(draws, value) for value in np.linspace(0.0005, 0.9995, 1000)])
    for level in (0.5, 0.8, 0.9):
        assert coverage(pits, level) == pytest.approx(level, abs=0.002)
    assert pit(draws, -1.0) == 0.0
    assert pit(draws, 2.0) == 1.0
    assert pit(np.zeros(4), 0.0) == 0.5


def test_overlap_makes_origins_worth_less() -> None:
    generator = np.random.default_rng(3)
    shocks = generator.standard_normal(400)
    moving = np.convolve(shocks, np.ones(5) / 5, "valid")
    alone = effective_size(shocks, windows=400)
    overlapping = effective_size(moving, windows=400)
    assert alone > 250
    # five-year means share four years of five: Bartlett weights give about n / 3.6
    assert overlapping < 0.4 * len(moving)
    assert effective_size(moving, windows=7.5) == 7.5
    assert effective_size(np.ones(4), windows=9.0) == 4.0


def test_long_run_variance_of_a_hand_example() -> None:
    # values -1, 1: variance 1; lag 1: covariance -1/2, weight 1 - 1/2
    assert long_run_variance(np.array([-1.0, 1.0]), lags=1) == pytest.approx(1.0 - 0.5)


def test_paired_error_needs_three_origins() -> None:
    assert np.isnan(paired_error(np.array([0.1, 0.2])))
    values = np.array([0.1, -0.2, 0.3, 0.0])
    assert paired_error(values, lags=0) == pytest.approx(np.std(values) / 2.0)
