"""Differences of scenarios are those of whole arrays, whatever the blocks and the leaves."""

from __future__ import annotations

import numpy as np
import pytest

from models.state import SCALARS
from sim.ensemble.accumulate import BLOCK, LEAF
from sim.ensemble.methods import Design
from sim.ensemble.paired import Paired, add_pairs
from sim.ensemble.standard_error import error_of_groups

YEARS = np.array([2025, 2026])
NAMES = ("low", "same", "high")
PAIRS = [(0, 1), (0, 2), (1, 2)]
CENTRE = 5.0
INDEPENDENT, MIRRORED = Design(), Design("antithetic", 1, 0)


def drawn(draws: int) -> np.ndarray:
    """Scalars (scenario, variable, year, draw) of which some are the same in two scenarios."""
    rng = np.random.default_rng(8)
    values = CENTRE + rng.normal(size=(len(NAMES), len(SCALARS), YEARS.size, draws))
    values[1, 0] = values[0, 0]  # to the bit in every draw
    values[1, 1] = values[0, 1]
    values[1, 1, :, -1] += 0.25  # but in the last
    values[0, 2], values[1, 2] = 0.0, -0.0
    values[2, 3] = values[0, 3]  # though the central paths differ
    return values


def centre() -> list[np.ndarray]:
    paths = np.full((len(NAMES), len(SCALARS), YEARS.size), CENTRE)
    paths[2, 3:] += 0.5
    return list(paths)


def gathered(values: np.ndarray, how: Design = INDEPENDENT, backwards: bool = False) -> Paired:
    """Pass draws through blocks; what stands behind the last draw of a block is no number."""
    draws = values.shape[-1]
    paired = Paired(centre(), draws, how)
    firsts = range(0, draws, LEAF)
    for first in reversed(firsts) if backwards else firsts:
        leaf = paired.leaf()
        for start in range(first, min(first + LEAF, draws), BLOCK):
            used = min(BLOCK, draws - start)
            block = np.full((*values.shape[:-1], BLOCK), np.nan)
            block[..., :used] = values[..., start : start + used]
            add_pairs(block.reshape(len(block), -1, BLOCK), used, leaf)
        paired.merge(leaf, first)
    return paired


@pytest.mark.parametrize("draws", [2, 127, 128, 129, LEAF, LEAF + 130])
def test_moments_and_signs_are_those_of_the_differences(draws):
    values = drawn(draws)
    found = gathered(values).dataset(NAMES, YEARS)
    assert found["a"].values.tolist() == ["low", "low", "same"]
    assert found["b"].values.tolist() == ["same", "high", "high"]
    for pair, (a, b) in enumerate(PAIRS):
        difference = values[a] - values[b]
        own = found.isel(pair=pair)
        np.testing.assert_allclose(own["mean"], difference.mean(axis=-1), atol=1e-13)
        std = difference.std(axis=-1, ddof=1)
        np.testing.assert_allclose(own["std"], std, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(own["mean_se"], own["std"] / np.sqrt(draws), rtol=1e-14)
        for name, sign in (
            ("share_above_zero", difference > 0),
            ("share_below_zero", difference < 0),
        ):
            np.testing.assert_array_equal(own[name], sign.sum(axis=-1) / draws)


def test_what_two_scenarios_share_does_not_differ_at_all():
    found = gathered(drawn(LEAF + 130)).dataset(NAMES, YEARS).isel(pair=0)
    for name in ("mean", "mean_se", "std", "share_above_zero", "share_below_zero"):
        np.testing.assert_array_equal(found[name][[0, 2]], 0.0, name)
    np.testing.assert_array_equal(found["share_below_zero"][1], 1.0 / (LEAF + 130))


@pytest.mark.parametrize("draws", [2, 126, 130, LEAF + 130])
def test_the_error_of_mirrored_draws_is_that_of_the_means_of_pairs(draws):
    values = drawn(draws)
    found = gathered(values, MIRRORED).dataset(NAMES, YEARS)
    if draws == 2:
        assert np.isnan(found["mean_se"]).all()
        return
    for pair, (a, b) in enumerate(PAIRS):
        difference = values[a] - values[b]
        means = 0.5 * (difference[..., ::2] + difference[..., 1::2])
        expected = means.std(axis=-1, ddof=1) / np.sqrt(draws // 2)
        np.testing.assert_allclose(found["mean_se"][pair], expected, rtol=1e-9, atol=1e-9)


def test_the_error_of_points_is_that_of_the_means_of_replicates():
    values = drawn(4 * LEAF)
    found = gathered(values, Design("sobol", 2, 2 * LEAF)).dataset(NAMES, YEARS)
    for pair, (a, b) in enumerate(PAIRS):
        difference = (values[a] - values[b]).reshape(len(SCALARS), YEARS.size, 2, 2 * LEAF)
        expected = error_of_groups(difference.mean(axis=-1)).standard_error
        np.testing.assert_allclose(found["mean_se"][pair], expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("how", [INDEPENDENT, MIRRORED])
def test_leaves_in_any_order_give_the_same_bits(how):
    values = drawn(3 * LEAF + 130)
    one, other = (gathered(values, how, backwards).dataset(NAMES, YEARS) for backwards in (0, 1))
    assert one.identical(other)


def test_a_scenario_alone_has_no_pair():
    alone = Paired(centre()[:1], BLOCK, INDEPENDENT)
    leaf = alone.leaf()
    add_pairs(np.ones((1, len(SCALARS) * YEARS.size, BLOCK)), BLOCK, leaf)
    alone.merge(leaf, 0)
    assert alone.dataset(NAMES[:1], YEARS).sizes["pair"] == 0
