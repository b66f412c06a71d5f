"""The verdicts on targets: closed forms, same-draw comparisons, peaks, and empty cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sim.assess.probability import monte_carlo_error
from sim.assess.register import Target, load_targets, target_origins
from sim.assess.targets import evaluate, joint, required_rate
from sim.errors import InputError
from tests.synthetic import SyntheticRun, SyntheticScenario, synthetic_run

# Sums of normal log growth rates are normal, so the probability has a closed form:
# P(exp(sum) <= 1 - red) = Phi((ln(1 - red) - n mu) / (sd sqrt(n))).
CLOSED_FORMS = [
    (-0.037, 0.015, 0.17, 0.4841899238859392),
    (-0.040, 0.010, 0.18, 0.5276150857352109),
    (-0.030, 0.020, 0.17, 0.20829424818220815),
]
# The same with GDP and CO2 correlated: ln CI = ln CO2 - ln Y.
CORRELATED = [(0.0, 0.4414243436564689), (0.5, 0.41843404639350873), (0.9, 0.3365227715339828)]


def run_of(variables: dict[str, np.ndarray], settings: dict[str, object]) -> SyntheticRun:
    """Build a run from draws (year, draw); the centre is their mean."""
    first = next(iter(variables.values()))
    coords = {"scenario": ["s"], "year": np.arange(2025, 2025 + first.shape[0])}
    draws = xr.Dataset(
        {name: (("scenario", "year", "draw"), value[None]) for name, value in variables.items()},
        coords,
    )
    paths = draws.mean("draw")
    return SyntheticRun((SyntheticScenario("s", "S", "情景", settings),), paths, paths, draws)


def only(target_id: str) -> list[Target]:
    return [target for target in load_targets() if target.target_id == target_id]


def reduction(log_growth: np.ndarray) -> np.ndarray:
    levels = np.exp(np.cumsum(log_growth, axis=0))
    return np.concatenate([np.zeros((1, levels.shape[1])), 1.0 - levels])


@pytest.mark.parametrize(("mu", "sd", "red", "closed"), CLOSED_FORMS)
def test_carbon_intensity_probability_equals_the_closed_form(mu, sd, red, closed):
    rng = np.random.default_rng(20260101)
    run = run_of(
        {"co2_intensity_reduction": reduction(rng.normal(mu, sd, (5, 200_000)))},
        {"carbon_intensity_target": red},
    )
    row = evaluate(run, targets=only("co2_intensity_reduction_plan")).iloc[0]
    assert row["target"] == red
    assert abs(row["probability"] - closed) < 4 * row["probability_se"]


@pytest.mark.parametrize(("rho", "closed"), CORRELATED)
def test_correlated_growth_and_emissions_equal_the_closed_form(rho, closed):
    rng = np.random.default_rng(20260102)
    first, second = rng.normal(size=(2, 5, 200_000))
    growth = 0.048 + 0.012 * first
    carbon = 0.012 + 0.015 * (rho * first + np.sqrt(1 - rho**2) * second)
    run = run_of({"co2_intensity_reduction": reduction(carbon - growth)}, {})
    row = evaluate(run, targets=only("co2_intensity_reduction_plan")).iloc[0]
    assert abs(row["probability"] - closed) < 4 * row["probability_se"]


@pytest.mark.parametrize(
    ("cut", "percent"),
    [
        (0.135, 2.8588542599279565),
        (0.14, 2.9714167243023115),
        (0.17, 3.6580087137298323),
        (0.18, 3.8912850389936637),
    ],
)
def test_five_year_cut_is_told_as_an_equal_yearly_cut(cut, percent):
    assert required_rate("cut", 0.0, cut, 5) * 100 == pytest.approx(percent, abs=1e-12)


def test_annual_average_is_the_geometric_mean():
    growth = np.array([[0.9], [0.02], [0.04], [0.06], [0.05], [0.01]])
    expected = (1.02 * 1.04 * 1.06 * 1.05 * 1.01) ** (1 / 5) - 1
    row = evaluate(run_of({"gdp_growth": growth}, {}), targets=only("gdp_growth_plan")).iloc[0]
    for name in ("central", "p05", "p50", "p95"):
        assert row[name] == pytest.approx(expected, abs=1e-15)


def test_about_five_percent_is_met_from_four_and_a_half():
    growth = np.full((6, 4), 0.05)
    growth[1:] = [0.0449, 0.0451, 0.05, 0.07]
    row = evaluate(run_of({"gdp_growth": growth}, {}), targets=only("gdp_growth_plan")).iloc[0]
    assert row["probability"] == 0.75
    assert row["probability_strict"] == 0.5
    assert row["probability_unit_low"] == 1.0
    assert row["probability_unit_high"] == 0.25


def test_relative_target_is_tested_in_the_same_draw():
    """Half a point above GDP growth in each draw: certain, although the ranges overlap."""
    rng = np.random.default_rng(5)
    growth = rng.normal(0.04, 0.02, (6, 500))
    run = run_of({"gdp_growth": growth, "labour_productivity_growth": growth + 0.005}, {})
    row = evaluate(run, targets=only("labour_productivity_growth_plan")).iloc[0]
    assert row["probability"] == 1.0
    assert row["probability_se"] > 0
    assert np.isnan(row["target"])
    assert row["distance"] == pytest.approx(row["central"] - row["reference"])


def test_new_clean_generation_is_compared_with_new_demand_of_the_same_year():
    demand = np.array([[100.0, 100.0]] * 5 + [[105.0, 105.0]])
    clean = np.array([[50.0, 50.0]] * 5 + [[54.9, 55.1]])
    run = run_of({"clean_generation": clean, "electricity_demand": demand}, {})
    row = evaluate(run, targets=only("clean_increment_coverage_2030")).iloc[0]
    assert row["probability"] == 0.5


def peaks(levels: list[list[float]], history: xr.Dataset | None = None) -> pd.Series:
    """Judge the carbon peak where each row is a draw."""
    run = run_of({"co2_target_scope": np.array(levels, float).T}, {})
    return evaluate(run, history, targets=only("co2_peak_before_2030")).iloc[0]


@pytest.mark.parametrize(
    ("levels", "year"),
    [
        ([1, 2, 3, 2, 1, 1], 2027),
        ([1, 2, 3, 3, 1, 1], 2027),
        ([6, 5, 4, 3, 2, 1], 2025),
        ([1, 2, 3, 4, 5, 6], None),
    ],
)
def test_maximum_in_the_last_year_is_not_yet_a_peak(levels, year):
    row = peaks([levels])
    assert row["p50"] == year or (year is None and np.isnan(row["p50"]))
    assert row["status"] == ("evaluated" if year else "not_yet_peaked")


def test_the_year_of_a_peak_does_not_interpolate_and_not_seen_is_later_than_any():
    early, late, unseen = [1, 2, 1, 1, 1, 1], [1, 1, 1, 1, 2, 1], [1, 1, 1, 1, 1, 2]
    row = peaks([early] * 6 + [late] * 12 + [unseen] * 2)
    assert (row["p05"], row["p50"]) == (2026, 2029)
    assert np.isnan(row["p95"])
    assert row["probability"] == 0.9


def test_history_joins_as_an_index():
    history = xr.DataArray([90.0, 130.0, 100.0], {"year": [2023, 2024, 2025]}, ("year",))
    falling, rising = [10, 9, 8, 7, 6, 5], [10, 11, 14, 12, 11, 10]
    row = peaks([falling], xr.Dataset({"co2_target_scope": history}))
    assert row["p50"] == 2024
    row = peaks([rising], xr.Dataset({"co2_target_scope": history}))
    assert row["p50"] == 2027


def test_carbon_peak_in_2030_is_not_before_2030():
    levels = np.array(
        [[1.0, 1, 1], [1, 2, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [5, 1, 1], [1, 1, 9]]
    )
    run = run_of({"co2_target_scope": levels}, {})
    row = evaluate(run, targets=only("co2_peak_before_2030")).iloc[0]
    assert row["probability"] == pytest.approx(1 / 3)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return evaluate(synthetic_run())


def test_every_target_keeps_its_row_in_every_scenario(table):
    assert len(table) == 2 * len(load_targets())
    assert set(table.groupby("scenario").size()) == {len(load_targets())}


def test_targets_outside_the_model_have_empty_cells(table):
    outside = table[table["modelled"] == "not_modelled"]
    assert outside["probability"].isna().all()
    assert outside["central"].isna().all()
    assert len(outside) > 20


def test_target_without_printed_number_has_a_value_but_no_probability(table):
    row = table[table["target_id"] == "energy_intensity_reduction_plan"].iloc[0]
    assert np.isfinite(row["central"])
    assert np.isnan(row["probability"])
    assert row["status"] == "no_number"


def test_quantiles_are_ordered_and_probabilities_are_shares(table):
    known = table.dropna(subset=["probability"])
    assert known["probability"].between(0, 1).all()
    assert (known["probability_se"] > 0).all()
    ordered = table.dropna(subset=["p05", "p95"])
    assert (ordered["p05"] <= ordered["p50"]).all()
    assert (ordered["p50"] <= ordered["p95"]).all()


def test_joint_probability_is_at_most_the_smallest_single_one():
    run = synthetic_run()
    single = evaluate(run).set_index(["scenario", "target_id"])["probability"]
    together = joint(run)
    for row in together[together["set"] == "pair"].itertuples():
        pair = [single[row.scenario, name] for name in row.targets.split(";")]
        assert sum(pair) - 1 - 1e-12 <= row.probability <= min(pair) + 1e-12
    everything = together[together["set"] == "all"].set_index("scenario")["probability"]
    box1 = together[together["set"] == "box1"].set_index("scenario")["probability"]
    assert (everything <= box1).all()


def test_joint_of_a_chosen_set_and_refusals():
    run = synthetic_run(draws=200)
    chosen = joint(
        run, sets=[["gdp_growth_plan", "non_fossil_share_2030", "manufacturing_share_2030"]]
    )
    assert list(chosen["count"]) == [3, 3]
    with pytest.raises(InputError, match="did you mean 'gdp_growth_plan'"):
        joint(run, sets=[["gdp_growth_plam"]])
    with pytest.raises(InputError, match="no probability"):
        joint(run, sets=[["pm25_2030"]])
    with pytest.raises(InputError, match="not kept"):
        joint(synthetic_run(draws=50, keep_draws=False))


def test_run_to_2035_leaves_the_five_year_targets_unchanged():
    short = evaluate(synthetic_run(draws=300)).set_index(["scenario", "target_id"])
    long = evaluate(synthetic_run(draws=300, horizon=2035))
    assert len(short) == len(long)
    assert (long["status"] != "beyond_horizon").all()


def test_short_horizon_leaves_cells_empty():
    table = evaluate(synthetic_run(draws=50, horizon=2027))
    late = table[(table["modelled"] != "not_modelled") & (table["year"] == 2030)]
    assert (late["status"] == "beyond_horizon").all()
    assert late["probability"].isna().all()


def test_monte_carlo_error_of_a_share():
    assert monte_carlo_error(25.0, 100) == pytest.approx(np.sqrt(0.25 * 0.75 / 100))
    assert 0 < monte_carlo_error(0.0, 100) < 0.01
    assert monte_carlo_error(100.0, 100) == pytest.approx(monte_carlo_error(0.0, 100))


def test_register_holds_the_28_indicators_of_box_1():
    numbers = {target.box1 for target in load_targets() if target.box1 is not None}
    assert numbers == set(range(1, 29))


def test_target_ids_are_unique_and_every_row_names_both_languages():
    ids = [target.target_id for target in load_targets()]
    assert len(ids) == len(set(ids))
    for target in load_targets():
        assert target.name_en
        assert target.name_zh
        assert target.reason_en
        assert target.reason_zh
        assert (target.modelled == "not_modelled") == (target.variable == "")


def test_every_target_cites_a_row_of_the_figure_base():
    assert set(target_origins()) == {target.figure_id for target in load_targets()}


def test_numbers_agree_with_the_figure_base():
    """The register repeats the printed number in the unit of the model; it may not differ."""
    from sim.figures.base import figure

    checked = 0
    for target in load_targets():
        row = figure(target.figure_id)
        if target.target is None or target.setting or row.canonical_value is None:
            continue
        assert target.unit == row.canonical_unit, target.target_id
        assert np.isclose(target.target, row.canonical_value, rtol=1e-12), target.target_id
        if target.half_unit is not None and target.window != "peak":
            assert np.isclose(target.half_unit, row.half_unit, rtol=1e-12), target.target_id
        assert target.about == (row.comparator == "about"), target.target_id
        assert target.comparator == row.comparator, target.target_id
        checked += 1
    assert checked > 35
