from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.moments import add_rows
from sim.ensemble.accumulate import (
    BLOCK,
    LEAF,
    MomentTree,
    find_non_finite,
)

SHAPE = (3, 4)


def leaves(draws: int, seed: int = 1) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    values = 1e6 + np.random.default_rng(seed).normal(size=(*SHAPE, draws))
    centre = np.full(SHAPE, 1e6)
    return values, centre, [values[..., i : i + LEAF] for i in range(0, draws, LEAF)]


def add_sums(values: np.ndarray, used: int, centre: np.ndarray, sums: np.ndarray) -> None:
    """Add the leading draws of values (n, width) to sums (2, n)."""
    add_rows(values[:, None], 0, used, centre, sums, np.empty(BLOCK))


def add_leaf(tree: MomentTree, leaf: int, values: np.ndarray) -> None:
    """Add the draws of a leaf (..., draws) to a tree."""
    draws, sums = values.shape[-1], np.zeros((2, tree.centre.size))
    rows = np.ascontiguousarray(values).reshape(-1, draws)
    add_sums(rows, draws, tree.centre, sums)
    tree.add_sums(leaf, sums)


@settings(max_examples=30, deadline=None)
@given(st.integers(2, 9000), st.randoms())
def test_any_order_of_leaves_gives_the_same_bits_and_the_moments(draws, random):
    values, centre, parts = leaves(draws)
    straight, shuffled = MomentTree(centre), MomentTree(centre)
    for number, part in enumerate(parts):
        add_leaf(straight, number, part)
    order = list(range(len(parts)))
    random.shuffle(order)
    for number in order:
        add_leaf(shuffled, number, parts[number])
    a, b = straight.finish(draws), shuffled.finish(draws)
    np.testing.assert_array_equal(a.mean, b.mean)
    np.testing.assert_array_equal(a.std, b.std)
    np.testing.assert_allclose(a.mean, values.mean(axis=-1), rtol=1e-15)
    np.testing.assert_allclose(a.std, values.std(axis=-1, ddof=1), rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 20), st.integers(0, 20), st.integers(0, 20))
def test_merged_parts_give_the_same_bits(count, first_cut, second_cut):
    draws = count * LEAF - 5
    _, centre, parts = leaves(draws)
    whole = MomentTree(centre)
    for number, part in enumerate(parts):
        add_leaf(whole, number, part)
    pieces = [MomentTree(centre) for _ in range(3)]
    for number, part in enumerate(parts):
        add_leaf(pieces[(number >= first_cut) + (number >= second_cut)], number, part)
    merged = pieces[1]
    merged.merge(pieces[2])
    merged.merge(pieces[0])
    np.testing.assert_array_equal(merged.finish(draws).mean, whole.finish(draws).mean)
    np.testing.assert_array_equal(merged.finish(draws).std, whole.finish(draws).std)


def test_small_spread_around_a_large_value_keeps_its_accuracy():
    spread = 1e-4 * np.random.default_rng(2).normal(size=(1, BLOCK))
    centre = np.array([3e4])
    tree = MomentTree(centre)
    add_leaf(tree, 0, centre[:, None] + spread)
    exact = (centre[:, None] + spread - centre[:, None]).std(ddof=1)
    assert tree.finish(BLOCK).std[0] == pytest.approx(exact, rel=1e-10)


def test_an_ensemble_that_does_not_vary_has_exactly_the_central_mean_and_no_spread():
    centre = np.array([0.1, 1 / 3, 7e5])
    tree = MomentTree(centre)
    add_leaf(tree, 0, np.repeat(centre[:, None], 100, axis=1))
    moments = tree.finish(100)
    np.testing.assert_array_equal(moments.mean, centre)
    np.testing.assert_array_equal(moments.std, 0.0)


def test_one_draw_has_a_mean_and_no_standard_deviation():
    tree = MomentTree(np.array([2.0]))
    add_leaf(tree, 0, np.array([[3.0]]))
    assert tree.finish(1).mean[0] == 3.0
    assert np.isnan(tree.finish(1).std[0])


def test_missing_and_doubled_leaves_are_refused():
    _, centre, parts = leaves(4 * LEAF)
    tree = MomentTree(centre)
    add_leaf(tree, 0, parts[0])
    add_leaf(tree, 1, parts[1])
    add_leaf(tree, 3, parts[3])
    with pytest.raises(ValueError, match="without a gap"):
        tree.finish(4 * LEAF)
    with pytest.raises(ValueError, match="added before"):
        add_leaf(tree, 1, parts[1])
    with pytest.raises(ValueError, match="different centres"):
        tree.merge(MomentTree(centre + 1))


def test_a_result_that_is_not_finite_names_draw_variable_and_year():
    results = {"gdp": np.ones((2, 4)), "co2": np.ones((3, 2, 4)), "tfp": np.ones((2, 4))}
    assert find_non_finite(results, (2026, 2027)) is None
    results["gdp"][1, 3] = np.nan
    results["co2"][2, 1, 2] = np.inf
    assert find_non_finite(results, (2026, 2027)) == (2, 2027, "co2", np.inf)
    results["tfp"][0, 2] = -np.inf
    assert find_non_finite(results, (2026, 2027)) == (2, 2026, "tfp", -np.inf)
    results["gdp"][0, 2] = np.inf  # of one draw and year, the first variable
    assert find_non_finite(results, (2026, 2027)) == (2, 2026, "gdp", np.inf)


@pytest.mark.parametrize("width", [128, 256, 1024])
@pytest.mark.parametrize("used", [1, 127, 128, 500, 1000, 1024])
def test_the_sums_of_a_leaf_do_not_depend_on_the_width_of_the_blocks(width, used):
    values = np.random.default_rng(5).normal(size=(37, LEAF))
    centre = np.random.default_rng(6).normal(size=37)
    whole, parts = np.zeros((2, 37)), np.zeros((2, 37))
    add_sums(values, used, centre, whole)
    for first in range(0, used, width):
        block = np.ascontiguousarray(values[:, first : first + width])
        add_sums(block, min(width, used - first), centre, parts)
    assert parts.tobytes() == whole.tobytes()
    deviations = values[:, :used] - centre[:, None]
    np.testing.assert_allclose(whole[0], deviations.sum(axis=1), atol=1e-12 * used)
    np.testing.assert_allclose(whole[1], (deviations**2).sum(axis=1), rtol=1e-13)


def test_sums_show_a_value_that_is_not_finite():
    values = np.ones((5, BLOCK))
    values[3, 77] = np.nan
    sums = np.zeros((2, 5))
    add_sums(values, BLOCK, np.ones(5), sums)
    assert np.isnan(sums).any(axis=0).tolist() == [False, False, False, True, False]
