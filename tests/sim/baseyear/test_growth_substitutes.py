"""A province that lacks figures: what stands in is said, and what cannot be is refused."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from sim.baseyear.growth_accounts import build_growth
from sim.baseyear.growth_parameters import GrowthParameters, load_growth_parameters
from sim.baseyear.growth_substitutes import (
    ESTIMATED,
    complete,
    growth_requirements,
    growth_substitutes,
)
from sim.errors import InputError
from sim.figures.series import load_series

LEAST = ("gdp", "gdp_growth", "population", "fixed_capital_formation")


@pytest.fixture(scope="module")
def base() -> pd.DataFrame:
    return load_series()


@pytest.fixture(scope="module")
def general() -> GrowthParameters:
    """No province's own parameters; few draws."""
    return load_growth_parameters(province=None).replaced(posterior_draws=256, parameter_draws=40)


@pytest.fixture(scope="module")
def least(base: pd.DataFrame) -> pd.DataFrame:
    """One vintage of GDP, growth, people and capital formation, 1993-2023: no more."""
    kept = base[base["variable"].isin(LEAST) & (base["vintage"] != "revised")]
    return kept[kept["year"].between(1993, 2023)]


def test_liaoning_lacks_nothing(base: pd.DataFrame) -> None:
    given = load_growth_parameters()
    assert growth_substitutes(base, given).empty
    pd.testing.assert_frame_equal(complete(base, given).base, base)


@pytest.mark.parametrize(
    ("variable", "key"),
    [
        ("share_age_15_59", "national_ages"),
        ("share_age_16_59", "fall_from_censuses"),
        ("schooling_years_15_plus", "national_schooling"),
        ("urbanisation", "national_urbanisation"),
        ("employment", "no_employment"),
        ("labour_productivity_growth", "no_productivity"),
        ("rd_expenditure", "no_research"),
        ("ssp_population", "population_trend"),
        ("investment_price", "price_from_gdp"),
        ("fixed_investment_growth", "investment_with_gdp"),
        ("gdp_growth_five_year_average", "no_five_year_average"),
        ("income_growth_rural_five_year_average", "no_income_premium"),
    ],
)
def test_each_missing_series_is_a_row(base: pd.DataFrame, variable: str, key: str) -> None:
    rows = growth_substitutes(base[base["variable"] != variable], load_growth_parameters())
    assert key in set(rows["key"])
    assert rows[["missing", "used", "missing_zh", "used_zh"]].ne("").all().all()


def test_one_vintage_has_no_bias(base: pd.DataFrame) -> None:
    released = base[base["vintage"] != "revised"]
    done = complete(released, load_growth_parameters(province=None))
    assert "no_revised_gdp" in {row["key"] for row in done.rows}
    assert done.parameters.year("bias_first_year") > 2025
    assert done.parameters.year("bias_break_year") == 0


def test_a_bare_province_gets_accounts_and_a_list(
    least: pd.DataFrame, general: GrowthParameters
) -> None:
    data, observations = build_growth(least, general)
    rows = json.loads(data.attrs["substitutes"])
    assert rows == growth_substitutes(least, general).to_dict("records")
    assert {"no_revised_gdp", "late_capital", "growth_carried", "no_research"} <= {
        row["key"] for row in rows
    }
    for name, variable in data.data_vars.items():
        assert np.isfinite(variable.to_numpy().astype(float)).all(), name
    assert np.abs(data["gdp_growth_bias"]).max() < 1e-9
    total = data["growth_contribution"].sum("contribution")
    np.testing.assert_allclose(total, data["gdp_growth_estimated"], atol=1e-12)
    assert data["growth_labour_proxied"].all()
    assert data.sizes["sourced_year"] == 0
    made_up = observations["source"].str.startswith(ESTIMATED)
    assert (observations.loc[made_up, "kind"] == "judgement").all()


def test_carried_growth_is_not_a_measurement(
    least: pd.DataFrame, general: GrowthParameters
) -> None:
    """2024 and 2025 are not known: the trend model does not see them, the gap is wide."""
    data, observations = build_growth(least, general)
    released = observations[observations["variable"] == "gdp_growth_released"]
    assert released["label"].astype(int).max() == 2023
    spread = data["gdp_growth_estimated_sd"]
    assert float(spread.sel(growth_year=2025)) > 3 * float(spread.sel(growth_year=2023))


def test_growth_may_come_from_nominal_growth_and_a_deflator(base: pd.DataFrame) -> None:
    years = list(range(1979, 2026))
    deflator = pd.DataFrame({"variable": "gdp_deflator_growth", "year": years, "value": 0.02})
    deflator = deflator.assign(unit="fraction", vintage="published", source="test", note="")
    frame = pd.concat([base[base["variable"] != "gdp_growth"], deflator], ignore_index=True)
    done = complete(frame, load_growth_parameters())
    gdp, growth = (done.known(name, "released") for name in ("gdp", "gdp_growth"))
    assert 1 + growth[2010] == pytest.approx(gdp[2010] / gdp[2009] / 1.02, rel=1e-12)
    assert "growth_from_nominal" in {row["key"] for row in done.rows}


def test_what_nothing_can_stand_in_for_is_named_at_once(base: pd.DataFrame) -> None:
    frame = base[~base["variable"].isin(["population", "fixed_capital_formation"])]
    with pytest.raises(InputError, match=r"population \(0 years\), fixed_capital_formation"):
        growth_substitutes(frame, load_growth_parameters())


def test_a_hole_in_capital_formation_is_refused(base: pd.DataFrame) -> None:
    hole = (base["variable"] == "fixed_capital_formation") & (base["year"] == 1999)
    with pytest.raises(InputError, match="lacks a year within the record"):
        build_growth(base[~hole], load_growth_parameters())


def test_requirements_list_what_must_be_there() -> None:
    table = growth_requirements()
    assert set(table.loc[table["key"] == "required", "variable"]) == set(LEAST)
    assert table["key"].value_counts().drop("required").eq(1).all()
