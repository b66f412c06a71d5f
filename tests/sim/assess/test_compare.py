"""Paired differences of scenarios."""

from __future__ import annotations

import numpy as np
import pytest

from sim.assess.compare import all_differences, compare, stored_difference
from sim.errors import InputError
from tests.synthetic import synthetic_run

RUN = synthetic_run(draws=400)


def test_difference_is_paired_and_antisymmetric():
    forward = compare(RUN, "plan", "baseline").set_index("variable")
    backward = compare(RUN, "baseline", "plan").set_index("variable")
    assert np.allclose(forward["mean"], -backward["mean"])
    spread = RUN.draws["gdp_growth"].sel(year=2030).std("draw").values
    unpaired = np.sqrt((spread**2).sum() / 400)
    assert forward.loc["gdp_growth", "mean_se"] < unpaired / 10


def test_without_draws_means_differ_and_the_spread_is_empty():
    run = synthetic_run(draws=400, keep_draws=False)
    table = compare(run, "plan", "baseline", [2028, 2030]).set_index(["variable", "year"])
    full = compare(RUN, "plan", "baseline", [2028, 2030]).set_index(["variable", "year"])
    assert np.allclose(table["mean"], full["mean"])
    assert table["mean_se"].isna().all()


def test_unknown_scenario_and_year_are_refused():
    with pytest.raises(InputError, match="did you mean 'baseline'"):
        compare(RUN, "plan", "baselin")
    with pytest.raises(InputError, match="no such year"):
        compare(RUN, "plan", "baseline", [2050])


def test_stored_differences_outlive_the_draws_and_turn_their_sign():
    stored = all_differences(RUN)
    forward = stored_difference(stored, "baseline", "plan")
    assert np.allclose(forward["p05"], compare(RUN, "baseline", "plan")["p05"])
    turned = stored_difference(stored, "plan", "baseline", [2027])
    direct = compare(RUN, "plan", "baseline", [2027])
    for column in ("central", "mean", "mean_se", "p05", "p50", "p95", "share_above_zero"):
        assert np.allclose(turned[column], direct[column]), column
    assert stored_difference(stored, "plan", "other").empty


def test_one_scenario_has_no_differences():
    assert all_differences(synthetic_run(("plan",), draws=20)).empty
