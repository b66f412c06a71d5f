"""Peaks joined to uncertain estimates of the years before the run, and what misses them."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm

import sim
from sim.assess.past import past_deviates, past_estimates
from sim.assess.peaks import peaks
from sim.assess.probability import pack_history
from sim.assess.targets import evaluate
from sim.baseyear.pack import load_pack
from sim.errors import InputError
from tests.sim.assess.test_targets import only, run_of

DRAWS = 20_480


def history(level: float, sd: float, now_sd: float = 0.0) -> xr.Dataset:
    year = {"year": [2024, 2025]}
    return xr.Dataset(
        {
            "co2_target_scope": xr.DataArray([level, 1.0], year, ("year",)),
            "co2_target_scope_sd": xr.DataArray([sd, now_sd], year, ("year",)),
        }
    )


@pytest.mark.parametrize(("sd", "now_sd"), [(0.02, 0.0), (0.05, 0.04)])
def test_an_uncertain_past_peak_has_the_closed_form(sd, now_sd):
    """The run climbs to 1.05 in 2027; 2024 stood at 1.02 and is higher with P(z > 0.03/s)."""
    levels = np.broadcast_to(np.array([1.0, 1.0, 1.05, 1.0, 1.0, 1.0])[:, None], (6, DRAWS))
    run = run_of({"co2_target_scope": levels}, {})
    row = evaluate(run, history(1.02, sd, now_sd), targets=only("co2_peak_before_2030")).iloc[0]
    assert row["central"] == 2027  # the central path takes the estimates themselves
    added = np.sqrt(sd**2 - now_sd**2)
    earlier = norm.sf(0.03 / added)
    assert row["p05"] == (2024 if earlier > 0.05 else 2027)
    later = np.array([1.0, 1.0, 1.0, 1.0, 1.0, 1.05])[:, None]
    row = evaluate(
        run_of({"co2_target_scope": np.broadcast_to(later, (6, DRAWS))}, {}),
        history(1.02, sd, now_sd),
        targets=only("co2_peak_before_2030"),
    ).iloc[0]
    assert row["probability"] == pytest.approx(earlier, abs=4 * row["probability_se"])


def test_deviates_are_those_of_the_draw_wherever_a_leaf_starts():
    whole = past_deviates(3, 0, 1024)
    np.testing.assert_array_equal(past_deviates(3, 256, 512), whole[:, 256:768])
    assert abs(np.corrcoef(whole)[0, 1]) < 0.1


def test_the_drift_of_the_packs_estimates_is_one_percent_a_year_back():
    past = past_estimates(["co2_target_scope", "oil_consumption"], 2025, pack_history(load_pack()))
    back = 2025 - past.year
    np.testing.assert_allclose(past.spread / past.level, np.tile(0.01 * back, (2, 1)), rtol=1e-9)


@pytest.fixture(scope="module")
def run():
    return sim.run("plan", draws=1024, seed=2, horizon=2035, threads=1)


def test_the_gap_is_zero_exactly_where_the_peak_is_in_time(run):
    table = peaks(run).set_index("target_id")
    assert set(table.index) == {"co2_peak_before_2030", "coal_peak_plan", "oil_peak_plan"}
    for _, row in table.iterrows():
        share_missed = row["gap"] / row["gap_if_missed"]
        assert share_missed == pytest.approx(1.0 - row["probability"], abs=1e-12)


def test_a_run_that_ends_too_early_is_refused():
    with pytest.raises(InputError, match="ends before the peak"):
        peaks(sim.run("plan", draws=2, horizon=2030, threads=1))
