"""The width of the growth fan follows from the record, and goes to the trend."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sim.baseyear.growth_estimate import GrowthEstimate, estimate_growth
from sim.baseyear.growth_parameters import load_growth_parameters
from sim.baseyear.growth_posterior import GROWTH_PARAMETERS
from sim.baseyear.growth_width import (
    MEAN,
    SAMPLES,
    WIDTH_FILE,
    YEARLY,
    chosen_factor,
    mean_growth_parts,
    read_width_table,
    trend_width_factor,
)
from sim.errors import InputError
from sim.figures.series import load_series


@pytest.fixture(scope="module")
def estimate() -> GrowthEstimate:
    return estimate_growth(load_series(), load_growth_parameters())


def draws(count: int = 500, **changes: float) -> pd.DataFrame:
    """Independent draws about the estimate; a change is a value without spread."""
    generator = np.random.default_rng(3)
    centre = (0.037, 0.01, 0.7, 0.021, 0.0075)
    spread = (0.008, 0.03, 0.05, 0.003, 0.002)
    table = centre + spread * generator.standard_normal((count, 5))
    return pd.DataFrame(table, columns=list(GROWTH_PARAMETERS)).assign(**changes)


@pytest.mark.parametrize("wanted", [1.1, 1.5, 2.0])
def test_the_mean_of_five_years_becomes_as_much_wider_as_wanted(estimate, wanted):
    factor = trend_width_factor(estimate, draws(), wanted)
    deviation, rest = mean_growth_parts(estimate, draws())
    assert np.std(factor * deviation + rest) / np.std(deviation + rest) == pytest.approx(wanted)
    assert factor > wanted  # the trend is a part of the fan and carries all of the widening


@pytest.mark.parametrize("wanted", [0.9, 1.0])
def test_growth_is_not_narrowed(estimate, wanted):
    assert trend_width_factor(estimate, draws(), wanted) == 1.0


def test_where_only_the_trend_is_uncertain_its_factor_is_that_of_the_mean(estimate):
    still = estimate.parameters.widened(
        **{p.name: 0.0 for p in estimate.parameters if not np.isnan(p.sigma)}
    )
    certain = GrowthEstimate(**{**vars(estimate), "parameters": still})
    fixed = draws(
        gap_persistence=0.7, output_gap_2025=0.01, gap_shock_sd=0.0, trend_drift_sd=0.0
    )  # fmt: skip
    assert trend_width_factor(certain, fixed, 1.4) == pytest.approx(1.4, rel=1e-6)


def test_mean_growth_without_uncertainty_is_the_central_path(estimate):
    still = estimate.parameters.widened(
        **{p.name: 0.0 for p in estimate.parameters if not np.isnan(p.sigma)}
    )
    certain = GrowthEstimate(**{**vars(estimate), "parameters": still})
    trend, gap, logit = estimate.mean
    one = draws(
        2,
        tfp_growth_trend=trend,
        output_gap_2025=gap,
        gap_persistence=1.0 / (1.0 + np.exp(-logit)),
        gap_shock_sd=0.0,
        trend_drift_sd=0.0,
    )
    _, rest = mean_growth_parts(certain, one)
    expected = estimate.path["growth"].iloc[:5].mean()
    np.testing.assert_allclose(trend + rest, expected, atol=1e-4)


def test_the_factor_is_the_middle_one_of_the_samples():
    table = read_width_table()
    for measure in (YEARLY, MEAN):
        rows = table[(table["measure"] == measure) & (table["criterion"] == "crps")]
        assert chosen_factor(table, measure) == pytest.approx(sorted(rows["factor"])[1], abs=1e-3)
        assert set(rows["sample"]) == set(SAMPLES)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("effective_origins", "origins_worth", "effective_origins: column is missing"),
        ("five_year_mean,without_2016,crps", "five_year_mean,x,crps", "factor is missing"),
    ],
)
def test_an_incomplete_table_is_refused(tmp_path: Path, old: str, new: str, message: str):
    path = tmp_path / "growth_width.csv"
    path.write_text(WIDTH_FILE.read_text(encoding="utf8").replace(old, new), encoding="utf8")
    with pytest.raises(InputError, match=message):
        read_width_table(path)
