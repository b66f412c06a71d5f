from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import special, stats

from sim.ensemble.compiled import exact_kernel
from sim.ensemble.normal import (
    exceedance,
    exponential,
    logarithm,
    normal_probability,
    normal_quantile,
    normals,
)


def quantiles(centred: np.ndarray) -> np.ndarray:
    """Quantiles of any number of values: `normals` takes multiples of 32."""
    padded = np.zeros(-(-centred.size // 32) * 32)
    padded[: centred.size] = centred
    out = np.empty_like(padded)
    normals(padded, out)
    return out[: centred.size]


@exact_kernel
def apply_exponential(x, out):
    for i in range(x.size):
        out[i] = exponential(x[i])


@exact_kernel
def apply_logarithm(x, out):
    for i in range(x.size):
        out[i] = logarithm(x[i])


@exact_kernel
def apply_exceedance(x, out):
    for i in range(x.size):
        out[i] = exceedance(x[i])


def applied(kernel, x: np.ndarray) -> np.ndarray:
    out = np.empty_like(x)
    kernel(x, out)
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
    tails = 2.0 ** -np.arange(4.0, 53.0)
    q = np.concatenate([tails - 0.5, 0.5 - tails, np.linspace(-0.4999, 0.4999, 99_999)])
    expected = np.where(
        np.abs(q) > 0.4, np.sign(q) * -special.ndtri(0.5 - np.abs(q)), special.ndtri(0.5 + q)
    )
    np.testing.assert_allclose(quantiles(q), expected, rtol=1e-14, atol=3e-16)


def test_quantile_rises_across_the_seam_of_middle_and_tail():
    seam = 0.499 + 2.0**-40 * np.arange(-64, 64)
    assert np.all(np.diff(quantiles(seam)) > 0)


@given(st.integers(0, 2**50 - 1))
def test_block_form_is_exactly_antisymmetric(half):
    q = (2 * half + 1) / 2.0**52
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


def test_exceedance_agrees_with_scipy_in_both_tails():
    z = np.linspace(-8.5, 8.5, 9999)
    np.testing.assert_allclose(applied(apply_exceedance, z), special.ndtr(-z), rtol=2e-14)
    assert applied(apply_exceedance, np.zeros(1))[0] == 0.5


def ulps(found: np.ndarray, exact: np.ndarray) -> float:
    """Largest error in units of the last place against extended precision."""
    return float(np.max(np.abs(found - exact) / np.spacing(np.abs(exact.astype(float)))))


def test_exponential_is_within_one_unit_of_the_last_place():
    x = np.concatenate([np.linspace(-3, 3, 20_001), np.linspace(-600, 600, 20_001)])
    assert ulps(applied(apply_exponential, x), np.exp(x.astype(np.longdouble))) <= 1


def test_logarithm_is_within_one_unit_of_the_last_place():
    x = np.concatenate([np.logspace(-300, 300, 20_001), np.linspace(0.5, 2.0, 20_000)])
    assert ulps(applied(apply_logarithm, x), np.log(x.astype(np.longdouble))) <= 1


def test_exponential_of_zero_is_one_and_nan_passes():
    out = applied(apply_exponential, np.array([0.0, -0.0, np.nan]))
    assert out[0] == out[1] == 1.0
    assert np.isnan(out[2])


@pytest.mark.parametrize("kernel", [apply_exponential, apply_logarithm, apply_exceedance])
def test_bits_do_not_depend_on_the_place_in_the_block(kernel):
    x = np.linspace(0.01, 5.0, 200)
    whole = applied(kernel, x)
    alone = [applied(kernel, x[i : i + 1])[0] for i in range(x.size)]
    np.testing.assert_array_equal(whole, alone)
