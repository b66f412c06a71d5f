from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sim.ensemble.normal import (
    exponentials,
    normal_probability,
    normal_quantile,
    normals_in_place,
)


def quantiles(centred: np.ndarray) -> np.ndarray:
    out = centred.copy()
    normals_in_place(out, np.empty((3, out.size)), np.empty(out.size, np.int64))
    return out


def test_quantile_agrees_with_scipy_far_into_the_tail():
    p = np.concatenate([np.logspace(-300, -0.31, 4000), np.linspace(0.501, 0.999999, 4000)])
    ours = np.array([normal_quantile(value) for value in p])
    np.testing.assert_allclose(ours, stats.norm.ppf(p), rtol=1e-14, atol=0)


def test_quantile_agrees_with_the_values_printed_by_wichura():
    # Wichura (1988), section "Accuracy": test values of PPND16
    assert normal_quantile(0.25) == pytest.approx(-0.6744897501960817, rel=1e-15)
    assert normal_quantile(0.001) == pytest.approx(-3.090232306167814, rel=1e-15)
    assert normal_quantile(1e-20) == pytest.approx(-9.262340089798408, rel=1e-15)


def test_block_form_agrees_with_the_scalar_form_up_to_the_last_uniform():
    tails = 2.0 ** -np.arange(4.0, 54.0)
    q = np.concatenate([tails - 0.5, 0.5 - tails, np.linspace(-0.499, 0.499, 9999)])
    expected = np.where(
        np.abs(q) > 0.4, np.sign(q) * -special.ndtri(0.5 - np.abs(q)), special.ndtri(0.5 + q)
    )
    np.testing.assert_allclose(quantiles(q), expected, rtol=1e-14, atol=3e-16)


@given(st.integers(0, 2**52 - 1))
def test_block_form_is_exactly_antisymmetric(half):
    q = (2 * half + 1) / 2.0**54
    below, above = quantiles(np.array([-q, q]))
    assert below == -above


def test_middle_of_the_distribution_is_exactly_zero():
    assert normal_quantile(0.5) == 0.0
    assert normal_probability(0.0) == 0.5


@pytest.mark.parametrize("outside", [0.0, 1.0, -0.1, np.nan])
def test_quantile_outside_the_unit_interval_is_nan(outside):
    assert np.isnan(normal_quantile(outside))


def test_probability_agrees_with_scipy():
    z = np.linspace(-30, 8, 999)
    ours = np.array([normal_probability(value) for value in z])
    np.testing.assert_allclose(ours, special.ndtr(z), rtol=2e-13)


def test_exponential_is_within_two_units_of_the_last_place():
    x = np.concatenate([np.linspace(-3, 3, 20_001), np.linspace(-600, 600, 2_001)])
    out = np.empty_like(x)
    exponentials(x, out, np.empty_like(x))
    expected = np.exp(x)
    assert np.max(np.abs(out - expected) / np.spacing(expected)) <= 2


def test_exponential_of_zero_is_one_and_nan_passes():
    x = np.array([0.0, -0.0, np.nan])
    out = np.empty_like(x)
    exponentials(x, out, np.empty_like(x))
    assert out[0] == out[1] == 1.0
    assert np.isnan(out[2])
