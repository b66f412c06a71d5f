"""The growth accounts of the base year: stocks, labour, trend, gap, and the stated rule."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from sim.baseyear.growth_accounts import build_growth
from sim.baseyear.growth_capital import (
    capital_stock,
    estimate_investment_relation,
    investment_path,
    investment_price,
)
from sim.baseyear.growth_estimate import Choices, GrowthEstimate, estimate_growth, shrink
from sim.baseyear.growth_labour import labour_accounts
from sim.baseyear.growth_parameters import GrowthParameters, load_growth_parameters
from sim.baseyear.growth_rd import research_accounts
from sim.errors import InputError
from sim.figures.series import load_series, log_growth, series


@pytest.fixture(scope="module")
def base() -> pd.DataFrame:
    return load_series()


@pytest.fixture(scope="module")
def parameters() -> GrowthParameters:
    return load_growth_parameters()


@pytest.fixture(scope="module")
def built() -> tuple[xr.Dataset, pd.DataFrame]:
    return build_growth()


@pytest.fixture(scope="module")
def estimate(base: pd.DataFrame, parameters: GrowthParameters) -> GrowthEstimate:
    return estimate_growth(base, parameters.replaced(parameter_draws=60))


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        # cran/CHNCapitalStock (commit d4e02c3), stock of 2017 in 2000 prices and at 1952
        # prices: Zhang 2008 with 9.6 %, Shan 2008 with 10.96 %.
        (0.096, 6037.487031256699),
        (0.1096, 5614.978969038956),
    ],
)
def test_released_capital_reproduces_the_published_inventory(
    base: pd.DataFrame, parameters: GrowthParameters, rate: float, expected: float
) -> None:
    price = series("investment_price", frame=base)
    nominal = series("fixed_capital_formation", frame=base)
    stock = capital_stock(nominal / price.reindex(nominal.index), parameters, rate)
    # The price index is printed to four decimals.
    assert stock[2017] == pytest.approx(expected, rel=1e-4)


def test_2025_fall_passes_through_as_in_2015_and_2016(
    base: pd.DataFrame, parameters: GrowthParameters
) -> None:
    relation = estimate_investment_relation(base, parameters)
    formation = series("fixed_capital_formation", frame=base)
    fall = np.log(formation[2016] / formation[2014])
    driver = np.log(1 - 0.278) + np.log(1 - 0.635)
    assert relation.large_fall_slope == pytest.approx(fall / driver, rel=1e-9)
    path = investment_path(base, parameters, relation, "revised")
    price = investment_price(base, parameters)
    nominal = path * price.reindex(path.index)
    step = np.log(nominal[2025] / nominal[2024])
    assert step == pytest.approx(relation.large_fall_slope * np.log(1 - 0.19), rel=1e-9)


def test_released_and_revised_growth_are_never_paired(
    base: pd.DataFrame, parameters: GrowthParameters
) -> None:
    """2025 deflator: released nominal growth less released real growth, one vintage."""
    price = investment_price(base, parameters)
    nominal = series("gdp", "released", base)
    expected = np.log(nominal[2025] / nominal[2024]) - np.log1p(0.037)
    assert np.log(price[2025] / price[2024]) == pytest.approx(expected, abs=1e-12)


def test_labour_meets_its_sources_and_marks_proxies(
    base: pd.DataFrame, parameters: GrowthParameters
) -> None:
    table = labour_accounts(base, parameters).table
    figures = series("employment", frame=base)
    assert table.index[~table["labour_proxied"]].tolist() == [2013, 2014, 2015]
    np.testing.assert_allclose(table["employment"].loc[2013:2015], figures)
    # Box 1 of the plan: productivity +6.4 % in 2024 with GDP +5.1 %.
    growth = log_growth(table["labour"])[2024]
    assert growth == pytest.approx(np.log(1.051 / 1.064), abs=1e-12)
    assert table["working_age"][2023] == pytest.approx(2498, abs=0.5)
    assert table["working_age"].diff().loc[2011:].lt(0).all()


def test_accounts_sum_to_estimated_growth(built: tuple[xr.Dataset, pd.DataFrame]) -> None:
    data, _ = built
    total = data["growth_contribution"].sum("contribution")
    np.testing.assert_allclose(total, data["gdp_growth_estimated"], atol=1e-12)
    assert data["growth_labour_proxied"].sel(growth_year=[2014, 2015]).sum() == 0
    assert data["growth_labour_proxied"].sel(growth_year=slice(None, 2013)).all()


def test_accounts_hold_under_both_rates_and_both_vintages(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    """Revised investment explains estimated growth, released investment released growth."""
    data, _ = built
    total = data["growth_contribution_by_account"].sum("contribution")
    released = np.log1p(data["gdp_growth_history"])
    for account in total["growth_account"].values:
        growth = released if "released" in str(account) else data["gdp_growth_estimated"]
        np.testing.assert_allclose(total.sel(growth_account=account), growth, atol=1e-12)
    central = data["growth_contribution_by_account"].sel(growth_account="zhang_revised")
    proxied = data["growth_labour_proxied"].astype(bool)
    np.testing.assert_allclose(
        central[proxied.to_numpy()], data["growth_contribution"][proxied.to_numpy()], atol=1e-12
    )
    sourced = central.sel(growth_year=data["sourced_year"].values)
    np.testing.assert_allclose(sourced, data["growth_contribution_sourced"], atol=1e-12)


def test_the_pack_carries_joint_posterior_draws(
    built: tuple[xr.Dataset, pd.DataFrame], parameters: GrowthParameters
) -> None:
    """1024 draws; trend and gap agree with the mixture within four Monte Carlo errors."""
    data, _ = built
    draws = data["growth_posterior_draws"]
    assert draws.sizes["growth_draw"] == parameters.year("posterior_draws") == 1024
    mean, covariance = data["growth_posterior_mean"], data["growth_posterior_covariance"]
    for i, name in enumerate(("tfp_growth_trend", "output_gap_2025")):
        own = draws.sel(growth_parameter=name)
        spread = float(np.sqrt(covariance[i, i]))
        assert float(own.mean()) == pytest.approx(float(mean[i]), abs=4 * spread / 32)
        assert float(own.std()) == pytest.approx(spread, rel=0.1)


def test_estimated_growth_meets_the_averages_of_the_documents(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    data, _ = built
    estimated = data["gdp_growth_estimated"]
    for first, last, printed in ((2016, 2020, 0.033), (2021, 2025, 0.045)):
        mean = float(estimated.sel(growth_year=slice(first, last)).mean())
        assert np.expm1(mean) == pytest.approx(printed, abs=5e-4)


def test_bias_of_the_release_is_largest_in_2010(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    bias = built[0]["gdp_growth_bias"]
    assert int(bias["growth_year"][int(bias.to_numpy().argmax())]) == 2010
    assert float(bias.sel(growth_year=2016)) < -0.01
    assert np.abs(bias.sel(growth_year=slice(1979, 2004))).max() < 1e-9


def test_posterior_is_a_distribution(built: tuple[xr.Dataset, pd.DataFrame]) -> None:
    covariance = built[0]["growth_posterior_covariance"].to_numpy()
    np.testing.assert_allclose(covariance, covariance.T)
    assert np.linalg.eigvalsh(covariance).min() > 0
    mean = built[0]["growth_posterior_mean"].to_numpy()
    assert np.isfinite(mean).all()


def test_shrinkage_is_the_update_by_a_measurement() -> None:
    mean = np.array([0.04, 0.01, 0.7])
    root = np.array([[0.01, 0.0, 0.0], [-0.012, 0.03, 0.0], [0.1, 0.02, 0.6]])
    covariance = root @ root.T
    weight, target = 0.3, 0.03
    noise = covariance[0, 0] * (1 - weight) / weight
    gain = covariance[:, 0] / (covariance[0, 0] + noise)
    got_mean, got = shrink(mean, covariance, target, weight)
    np.testing.assert_allclose(got_mean, mean + gain * (target - mean[0]), rtol=1e-12)
    np.testing.assert_allclose(got, covariance - np.outer(gain, covariance[0]), atol=1e-15)
    np.testing.assert_array_equal(shrink(mean, covariance, target, 0.0)[0], mean)
    assert shrink(mean, covariance, target, 1.0)[0][0] == pytest.approx(target)
    with pytest.raises(InputError, match="outside its range"):
        shrink(mean, covariance, target, 1.5)


def test_choice_table_moves_the_trend_between_recent_and_long_record(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    data, _ = built
    trend = data["choice_tfp_trend"]
    names = ["no_shrinkage", "quarter_shrinkage", "central", "three_quarter_shrinkage"]
    steps = trend.sel(growth_choice=names).to_numpy()
    assert (np.diff(steps) < 0).all()
    full = float(trend.sel(growth_choice="full_shrinkage"))
    assert full == pytest.approx(float(data["tfp_long_record"]), abs=2e-4)


def test_2016_does_not_decide_the_width_alone(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    sample = built[0]["sample_gap_shock"]
    every, without = (float(sample.sel(growth_sample=n)) for n in ("all_years", "without_2016"))
    assert without == pytest.approx(every, rel=0.1)
    assert float(built[0]["gap_shock_sd"]) == float(sample.sel(growth_sample="robust"))
    assert 0.005 < float(built[0]["gap_shock_sd"]) < every


def test_robust_weights_bring_residuals_to_the_threshold(
    estimate: GrowthEstimate, parameters: GrowthParameters
) -> None:
    limit = parameters.value("robust_threshold")
    assert estimate.fit.residuals.abs().max() < limit * 1.02
    assert (estimate.fit.weights <= 1.0).all()
    assert (estimate.fit.weights > 0.0).all()


def test_central_growth_follows_from_the_parameters(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    data, _ = built
    parts = data["central_contribution"].sum("path_contribution")
    np.testing.assert_allclose(parts, data["central_growth"], atol=1e-12)
    mean = float(data["central_growth"].sel(path_year=slice(2026, 2030)).mean())
    assert 0.025 < mean < 0.05


def test_labour_shrinks_more_slowly_than_working_age(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    data, _ = built
    assert (data["path_working_age_growth"] < data["path_population_growth"]).all()
    assert (data["path_population_growth"] < 0).all()
    assert (data["path_participation_growth"] > 0).all()


def test_potential_follows_from_level_and_factors(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    data, _ = built
    share = float(data["capital_share"])
    skilled = float(data["labour"]) * float(data["human_capital"])
    level = float(data["tfp"]) * float(data["capital_2025_start"]) ** share
    assert level * skilled ** (1 - share) == pytest.approx(float(data["potential_gdp"]))
    gap = np.log(33182.9 / float(data["potential_gdp"]))
    assert gap == pytest.approx(float(data["output_gap"]), abs=1e-12)


def test_capital_of_2025_is_last_years_less_wear_plus_investment(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    data, _ = built
    rate = float(data["depreciation_rate"])
    expected = (1 - rate) * float(data["capital_2025_start"]) + float(data["investment_2025"])
    assert float(data["capital"]) == pytest.approx(expected, rel=1e-12)


def test_rd_equation_has_eight_observations_and_beats_its_rivals(
    base: pd.DataFrame, parameters: GrowthParameters
) -> None:
    research = research_accounts(base, parameters, investment_price(base, parameters))
    assert len(research.growth) >= 8
    table = research.backtest["rmse"]
    assert table.idxmin() == "robust_mean"
    nominal = research.expenditure[2025]
    assert nominal == pytest.approx(549.0 * 1.074**5, rel=1e-9)


def test_too_few_rd_observations_are_refused(
    base: pd.DataFrame, parameters: GrowthParameters
) -> None:
    short = base[(base["variable"] != "rd_expenditure") | (base["year"] > 2018)]
    with pytest.raises(InputError, match="more observations"):
        research_accounts(short, parameters, investment_price(base, parameters))


def test_every_variable_has_unit_names_and_origin(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    for name, variable in built[0].data_vars.items():
        for attribute in ("units", "long_name", "long_name_zh", "origin"):
            assert variable.attrs[attribute], f"{name}: {attribute}"
        assert np.isfinite(variable.to_numpy().astype(float)).all(), name


def test_observations_are_complete_and_within_three_sigma(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    table = built[1]
    assert table["id"].is_unique
    assert table["kind"].isin(["document", "series", "estimate", "judgement"]).all()
    assert (table["sigma"] > 0).all()
    assert table["z"].abs().max() < 3
    assert table["source"].str.strip().ne("").all()


def test_build_is_deterministic(base: pd.DataFrame, parameters: GrowthParameters) -> None:
    quick = parameters.replaced(parameter_draws=20)
    first, second = (estimate_growth(base, quick) for _ in range(2))
    np.testing.assert_array_equal(first.mean, second.mean)
    np.testing.assert_array_equal(first.covariance, second.covariance)


def test_a_year_left_out_is_not_seen(base: pd.DataFrame, parameters: GrowthParameters) -> None:
    quick = parameters.replaced(parameter_draws=20)
    without = estimate_growth(base, quick, Choices(without_year=2016))
    assert np.isnan(without.measurements.table.loc[2016, "released"])


def test_unknown_vintage_is_refused(base: pd.DataFrame, parameters: GrowthParameters) -> None:
    relation = estimate_investment_relation(base, parameters)
    with pytest.raises(InputError, match="no such investment vintage"):
        investment_path(base, parameters, relation, "final")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("capital_share,0.5,,fraction,,estimate", "unit or source is missing"),
        ("capital_share,half,,fraction,a book,estimate", "not a number"),
        ("capital_share,0.5,,fraction,a book,guess", "unknown kind"),
        ("capital_share,0.5,,fraction", "wrong number of cells"),
    ],
)
def test_bad_parameters_are_refused(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "growth_parameters.csv"
    path.write_text(f"name,value,sigma,unit,source,kind\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load_growth_parameters(path)
    assert caught.value.line == 2


def test_unknown_parameter_gets_the_nearest(parameters: GrowthParameters) -> None:
    with pytest.raises(InputError, match="did you mean 'capital_share'"):
        parameters.value("capital_shares")
    with pytest.raises(InputError, match="has no value"):
        parameters.value("released_noise")
