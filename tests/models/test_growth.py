"""Growth accounting: exact sums, and Solow's series."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numba import njit

from models.errors import InputError
from models.growth import (
    capital_next,
    cobb_douglas,
    growth_accounting,
    perpetual_inventory,
)

# Solow (1957), Review of Economics and Statistics 39, Table 1, 1909-1949 as in R
# Ecdat::Solow: private output per hour q, capital per hour k, index of technical change A.
SOLOW_Q_1909, SOLOW_Q_1949 = 0.623, 1.275
SOLOW_K_1909, SOLOW_K_1949 = 2.06, 2.70
SOLOW_A_1949 = 1.809
# Table 1, share of property in income: 0.312 to 0.397 over the years, about 0.34 on average.
SOLOW_SHARES = (0.312, 0.397)

levels = st.lists(st.floats(0.1, 1e5), min_size=2, max_size=12)


def on_years(values: list[float], first: int = 2000) -> pd.Series:
    return pd.Series(values, index=range(first, first + len(values)), dtype=float)


@settings(deadline=None, max_examples=60)
@given(data=st.data(), count=st.integers(2, 12))
def test_contributions_sum_to_output_growth_exactly(data: st.DataObject, count: int) -> None:
    def drawn(low: float, high: float) -> pd.Series:
        return on_years(data.draw(st.lists(st.floats(low, high), min_size=count, max_size=count)))

    output, capital, labour, skill = (drawn(0.1, 1e5) for _ in range(4))
    share = drawn(0.0, 1.0)
    parts = growth_accounting(output, capital, labour, capital_share=share, human_capital=skill)
    expected = np.diff(np.log(output.to_numpy()))
    np.testing.assert_allclose(parts.sum(axis=1), expected, atol=1e-12, rtol=0)
    assert list(parts.columns) == ["capital", "labour", "human_capital", "tfp"]


def test_tornqvist_uses_the_mean_of_both_years_shares() -> None:
    output, labour = on_years([1.0, 1.0]), on_years([1.0, 1.0])
    capital = on_years([1.0, np.e])
    parts = growth_accounting(output, capital, labour, capital_share=on_years([0.2, 0.4]))
    assert parts["capital"].iloc[0] == pytest.approx(0.3, abs=1e-15)
    assert parts["tfp"].iloc[0] == pytest.approx(-0.3, abs=1e-15)


def test_years_may_stand_in_any_order_and_shares_in_a_list() -> None:
    output = pd.Series([4.0, 1.0, 2.0], index=[2002, 2000, 2001])
    capital = pd.Series([1.0, 9.0, 3.0], index=[2000, 2002, 2001])
    labour = pd.Series([1, 1, 1], index=[2001, 2002, 2000])
    share = pd.Series([0.2, 0.4, 0.6], index=[2000, 2001, 2002])
    parts = growth_accounting(output, capital, labour, capital_share=share)
    assert parts.index.tolist() == [2001, 2002]
    np.testing.assert_allclose(parts["capital"], np.log(3.0) * np.array([0.3, 0.5]), rtol=1e-15)
    listed = growth_accounting(output, capital, labour, capital_share=[0.6, 0.2, 0.4])
    pd.testing.assert_frame_equal(parts, listed, check_exact=True)
    np.testing.assert_allclose(parts.sum(axis=1), np.log(2.0), rtol=1e-15)


def test_accounting_recovers_the_tfp_of_a_cobb_douglas_economy() -> None:
    rng = np.random.default_rng(1)
    years = 20
    tfp = np.exp(np.cumsum(rng.normal(0.02, 0.01, years)))
    capital = np.exp(np.cumsum(rng.normal(0.05, 0.02, years)))
    labour = np.exp(np.cumsum(rng.normal(-0.01, 0.01, years)))
    skill = np.exp(0.08 * np.linspace(9, 11, years))
    output = cobb_douglas(tfp, capital, labour, skill, 0.48)
    parts = growth_accounting(
        *(on_years(list(v)) for v in (output, capital, labour)),
        capital_share=0.48,
        human_capital=on_years(list(skill)),
    )
    np.testing.assert_allclose(parts["tfp"], np.diff(np.log(tfp)), atol=1e-12)


def test_solow_1957_attributes_seven_eighths_to_technical_change() -> None:
    """Solow's closing split: 87 1/2 per cent technical change, 12 1/2 capital per hour."""
    gain = SOLOW_Q_1949 - SOLOW_Q_1909
    from_capital = SOLOW_Q_1949 / SOLOW_A_1949 - SOLOW_Q_1909
    # k, q and A are printed to three digits: the split is exact to about 0.002.
    assert 1.0 - from_capital / gain == pytest.approx(0.875, abs=2e-3)
    assert 1.0 - from_capital / gain == pytest.approx(0.8745256335907374, abs=1e-12)
    ratio = SOLOW_Q_1949 / SOLOW_Q_1909
    assert ratio == pytest.approx(2.046548956661316, abs=1e-12)


def test_solow_1957_index_lies_between_its_extreme_property_shares() -> None:
    """The yearly share column is not in the file, so A of 1949 is bracketed, not recomputed."""
    output = pd.Series([SOLOW_Q_1909, SOLOW_Q_1949], index=[1948, 1949])
    capital = pd.Series([SOLOW_K_1909, SOLOW_K_1949], index=[1948, 1949])
    hours = pd.Series([1.0, 1.0], index=[1948, 1949])
    low, high = (
        float(np.exp(growth_accounting(output, capital, hours, capital_share=s)["tfp"].sum()))
        for s in reversed(SOLOW_SHARES)
    )
    assert low < high
    assert low == pytest.approx(SOLOW_A_1949, rel=0.03)
    assert high == pytest.approx(SOLOW_A_1949, rel=0.05)
    annual = 100 * (SOLOW_A_1949 ** (1 / 40) - 1)
    share = 100 * np.log(SOLOW_A_1949) / 40
    assert annual == pytest.approx(share, abs=0.02)


@given(flows=levels, initial=st.floats(0.0, 1e6), rate=st.floats(0.0, 1.0))
@settings(deadline=None, max_examples=60)
def test_inventory_is_repeated_capital_next(
    flows: list[float], initial: float, rate: float
) -> None:
    stock = perpetual_inventory(flows, initial, rate)
    expected = initial
    for flow, value in zip(flows, stock, strict=True):
        expected = capital_next(expected, flow, rate, 1.0)
        assert value == pytest.approx(expected, rel=1e-12)


def test_inventory_matches_its_closed_form() -> None:
    investment, rate = 10.0, 0.1
    stock = perpetual_inventory(np.full(200, investment), 0.0, rate)
    expected = investment / rate * (1 - (1 - rate) ** np.arange(1, 201))
    np.testing.assert_allclose(stock, expected, rtol=1e-12)


def test_equations_give_the_same_in_compiled_scalar_code() -> None:
    @njit
    def both(k: float, i: float) -> tuple[float, float]:
        return capital_next(k, i, 0.096, 0.9), cobb_douglas(1.1, k, 20.0, 2.5, 0.481)

    compiled = both(100.0, 12.0)
    assert compiled[0] == capital_next(100.0, 12.0, 0.096, 0.9)
    assert compiled[1] == pytest.approx(cobb_douglas(1.1, 100.0, 20.0, 2.5, 0.481), rel=1e-15)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"capital": on_years([1.0, 2.0, 3.0])}, "other years"),
        ({"labour": on_years([1.0, -2.0])}, "must be positive"),
        ({"labour": on_years([1.0, np.nan])}, "must be positive"),
        ({"output": on_years([1.0, np.inf])}, "output must be positive"),
        ({"labour": pd.Series(["1", "many"], index=[2000, 2001])}, "labour must be positive"),
        ({"human_capital": on_years([1.0, 0.0])}, "2001: human capital must be positive"),
        ({"capital": [1.0, 2.0]}, "must be a pandas series"),
        ({"output": pd.Series([1.0, 2.0], index=["2000", "2001"])}, "whole numbers"),
        ({"output": pd.Series([1.0, 2.0], index=[2000, 2000])}, "a year twice"),
        ({"output": on_years([1.0])}, "two at least"),
        ({"capital_share": [0.4, 0.4, 0.4]}, "another length"),
        ({"capital_share": [0.4, np.nan]}, "outside its range"),
        ({"capital_share": 1.2}, "outside its range"),
        ({"capital_share": on_years([0.4, 0.4], 1990)}, "other years"),
    ],
)
def test_bad_accounts_are_refused(change: dict[str, object], message: str) -> None:
    given_data: dict[str, object] = {
        "output": on_years([1.0, 2.0]),
        "capital": on_years([1.0, 2.0]),
        "labour": on_years([1.0, 2.0]),
        "capital_share": 0.4,
    }
    with pytest.raises(InputError, match=message):
        growth_accounting(**{**given_data, **change})  # type: ignore[arg-type]


def test_years_that_jump_are_refused() -> None:
    jump = pd.Series([1.0, 2.0], index=[2000, 2002])
    with pytest.raises(InputError, match="consecutive"):
        growth_accounting(jump, jump, jump, capital_share=0.4)


@pytest.mark.parametrize(
    ("investment", "initial", "rate", "message"),
    [
        ([1.0, np.nan], 1.0, 0.1, "finite"),
        ([[1.0]], 1.0, 0.1, "finite"),
        ([1.0], -1.0, 0.1, "negative"),
        ([1.0], 1.0, 1.1, "outside its range"),
    ],
)
def test_bad_inventories_are_refused(
    investment: list[float], initial: float, rate: float, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        perpetual_inventory(investment, initial, rate)
