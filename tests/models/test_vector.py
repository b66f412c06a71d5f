"""Vector primitives against NumPy in extended precision, in units of the last place."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models import vector
from models.compiled import kernel
from models.elimination import LANES, solve
from models.vector import exp, log, multiply

EXTENDED = pytest.mark.skipif(
    np.finfo(np.longdouble).nmant < 63, reason="no extended precision to compare with"
)


def ulps(found: np.ndarray, exact: np.ndarray) -> float:
    """Largest distance in units of the last place of the exact value."""
    unit = np.spacing(np.abs(exact.astype(np.float64)))
    return float((np.abs(found - exact) / unit).max())


@kernel
def exp_into(x, out):
    for d in range(x.shape[0]):
        out[d] = exp(x[d])


@kernel
def log_into(x, out):
    for d in range(x.shape[0]):
        out[d] = log(x[d])


def filled(function, values) -> np.ndarray:
    out = np.empty(len(values))
    function(np.ascontiguousarray(values, np.float64), out)
    return out


@EXTENDED
@pytest.mark.parametrize(
    ("low", "high"), [(-1e-3, 1e-3), (-1, 1), (-20, 20), (-700, 700), (-745, -708), (709, 709.78)]
)
def test_exponential_is_within_two_ulp(low, high):
    x = np.random.default_rng(1).uniform(low, high, 100_001)
    assert ulps(filled(exp_into, x), np.exp(x.astype(np.longdouble))) <= 2.0


@EXTENDED
@pytest.mark.parametrize("size", [1e-6, 0.5, 20.0, 700.0])
def test_logarithm_is_within_two_ulp(size):
    x = np.exp(np.random.default_rng(2).uniform(-size, size, 100_001))
    assert ulps(filled(log_into, x), np.log(x.astype(np.longdouble))) <= 2.0


@EXTENDED
@settings(max_examples=200, deadline=None)
@given(st.floats(5e-324, 1.7e308))
def test_logarithm_of_any_positive_number(x):
    values = np.array([x])
    exact = np.log(values.astype(np.longdouble))
    if exact[0] == 0.0:
        assert filled(log_into, values)[0] == 0.0
    else:
        assert ulps(filled(log_into, values), exact) <= 2.0


def test_special_values_of_the_exponential():
    x = [0.0, -0.0, np.nan, np.inf, -np.inf, 709.79, 1e308, -746.0, -1e308, -745.1]
    expected = [1.0, 1.0, np.nan, np.inf, 0.0, np.inf, np.inf, 0.0, 0.0, 5e-324]
    np.testing.assert_array_equal(filled(exp_into, x), expected)


def test_special_values_of_the_logarithm():
    x = [0.0, -0.0, 1.0, np.inf, np.nan, -1.0, -np.inf, -5e-324]
    expected = [-np.inf, -np.inf, 0.0, np.inf, np.nan, np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(filled(log_into, x), expected)


@pytest.mark.parametrize("function", [exp_into, log_into])
def test_a_value_has_the_same_bits_at_every_place(function):
    x = np.random.default_rng(3).uniform(0.01, 30.0, 203)
    whole = filled(function, x)
    for size in (1, 7, 8, 33, 64):
        for start in (0, 1, 5):
            part = filled(function, x[start : start + size])
            np.testing.assert_array_equal(part, whole[start : start + size])


def test_outside_kernels_they_are_those_of_numpy():
    x = np.array([0.5, 1.0, 2.0])
    np.testing.assert_array_equal(vector.exp(x), np.exp(x))
    np.testing.assert_array_equal(vector.log(x), np.log(x))


@pytest.mark.parametrize(
    ("features", "shape"),
    [({"avx512f": True, "avx": True}, (8, 4)), ({"avx": True}, (4, 2)), ({}, (2, 2))],
)
def test_the_tile_fits_the_processor(features, shape):
    assert vector.tile_shape(features) == shape


@pytest.mark.parametrize(("rows", "columns"), [(42, 42), (6, 42), (1, 3), (7, 1), (13, 5)])
@pytest.mark.parametrize("draws", [1, 7, 32, 64, 77])
def test_product_is_that_of_numpy(rows, columns, draws):
    rng = np.random.default_rng(4)
    matrix, block = rng.normal(size=(rows, columns)), rng.normal(size=(columns, draws))
    out = np.full((rows, draws), np.nan)
    multiply(matrix, block, out)
    np.testing.assert_allclose(out, matrix @ block, rtol=1e-12, atol=1e-13)


def test_product_of_rows_that_lie_apart():
    rng = np.random.default_rng(5)
    matrix, block = rng.normal(size=(2, 9, 9))[:, :, ::2], rng.normal(size=(5, 3, 40))
    out = np.zeros((9, 3, 40))
    multiply(matrix[1], block[:, 1], out[:, 1])
    np.testing.assert_allclose(out[:, 1], matrix[1] @ block[:, 1], rtol=1e-12, atol=1e-13)
    assert not out[:, ::2].any()


def test_a_draw_of_a_product_has_the_same_bits_at_every_place():
    rng = np.random.default_rng(6)
    matrix, block = rng.normal(size=(42, 42)), rng.normal(size=(42, 203))
    whole = np.empty((42, 203))
    multiply(matrix, block, whole)
    for start, size in ((0, 1), (5, 7), (31, 64), (2, 200)):
        out = np.empty((42, size))
        multiply(matrix, np.ascontiguousarray(block[:, start : start + size]), out)
        np.testing.assert_array_equal(out, whole[:, start : start + size])


def packed(matrix: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """Systems (draws, n, n) and sides (draws, n, m) as `solve` wants them."""
    both = np.concatenate([matrix, sides], axis=2)
    groups = both.reshape(-1, LANES, *both.shape[1:])
    return np.ascontiguousarray(groups.transpose(0, 2, 3, 1))


def solutions(systems: np.ndarray, n: int) -> np.ndarray:
    return systems[:, :, n:].transpose(0, 3, 1, 2).reshape(-1, n, systems.shape[2] - n)


def economies(rng: np.random.Generator, draws: int, n: int) -> np.ndarray:
    """I - A with value added in every sector."""
    coefficients = rng.dirichlet(np.ones(n + 1), (draws, n)).transpose(0, 2, 1)[:, :n]
    return np.eye(n) - coefficients


@pytest.mark.parametrize(
    ("n", "sides"), [(42, 1), (42, 5), (41, 2), (5, 1), (4, 3), (3, 1), (1, 1)]
)
def test_dominant_systems_are_solved_without_pivoting(n, sides):
    rng = np.random.default_rng(7)
    matrix, right = economies(rng, 3 * LANES, n), rng.normal(size=(3 * LANES, n, sides))
    systems = packed(matrix, right)
    assert solve(systems) == 0
    expected = np.linalg.solve(matrix, right)
    np.testing.assert_allclose(solutions(systems, n), expected, rtol=1e-10, atol=1e-12)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(2, 12), others=st.integers(1, LANES))
def test_other_systems_are_pivoted_and_do_not_touch_their_neighbours(seed, n, others):
    rng = np.random.default_rng(seed)
    matrix, right = economies(rng, LANES, n), rng.normal(size=(LANES, n, 2))
    alone = packed(matrix, right)
    assert solve(alone) == 0
    place = rng.permutation(LANES)[:others]
    matrix[place] = rng.normal(size=(others, n, n))
    matrix[place, 0, 0] = 0.0
    systems = packed(matrix, right)
    assert solve(systems) == others
    found, left = solutions(systems, n), np.delete(np.arange(LANES), place)
    np.testing.assert_array_equal(found[left], solutions(alone, n)[left])
    residual = np.abs(matrix @ found - right).max(axis=(1, 2))
    size = np.abs(matrix).sum(axis=2).max(axis=1) * np.abs(found).max(axis=(1, 2))
    assert (residual <= 1e-12 * (size + 1.0)).all()


def test_missing_coefficients_and_singular_systems_give_no_finite_solution():
    rng = np.random.default_rng(8)
    matrix, right = economies(rng, LANES, 6), rng.normal(size=(LANES, 6, 1))
    matrix[2, 3, 3], matrix[5] = np.nan, 0.0
    systems = packed(matrix, right)
    assert solve(systems) == 2
    found = solutions(systems, 6)
    assert np.isnan(found[2]).any()
    assert not np.isfinite(found[5]).any()
    assert np.isfinite(np.delete(found, (2, 5), axis=0)).all()
