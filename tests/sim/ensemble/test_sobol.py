from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from sim.ensemble.random import GROUP, stream_keys
from sim.ensemble.sobol import (
    SLOT,
    dimension,
    direction_numbers,
    scramble,
    sobol_group,
    words_group,
)
from sim.errors import InputError

DIMENSIONS = np.array([0, 1, 5, 40, SLOT + 3])
ZERO = np.uint64(0)


def scrambled_points(digits: int, replicates: int, seed: int = 1) -> np.ndarray:
    """u of every replicate, dimension and point: (replicates, n_dimension, points)."""
    keys = stream_keys(seed, [f"input_{i}" for i in range(DIMENSIONS.size)])
    direction = direction_numbers(DIMENSIONS, digits)
    table, shift = scramble(direction, keys, np.zeros(DIMENSIONS.size, np.int64), replicates)
    out = np.empty((replicates, DIMENSIONS.size, 1 << digits))
    words = np.empty(GROUP, np.uint64)
    for s, row in np.ndindex(out.shape[:2]):
        for first in range(0, 1 << digits, GROUP):
            part = out[s, row, first : first + GROUP]
            sobol_group(table[s, row], shift[s, row], first, words, part)
    return out + 0.5


def test_unscrambled_points_are_those_of_scipy_from_any_place():
    expected = qmc.Sobol(int(DIMENSIONS[-1]) + 1, scramble=False).random(2048)
    direction = direction_numbers(DIMENSIONS, 11)
    words = np.empty(GROUP, np.uint64)
    for row, column in enumerate(DIMENSIONS):
        for first in (1920, 0, 640):
            words_group(direction[row], ZERO, first, words)
            np.testing.assert_array_equal(words / 2.0**64, expected[first : first + GROUP, column])


@pytest.mark.parametrize("digits", [7, 10])
def test_each_interval_holds_one_scrambled_point_in_every_dimension(digits):
    count = 1 << digits
    cell = np.sort((scrambled_points(digits, 3) * count).astype(int), axis=-1)
    np.testing.assert_array_equal(cell, np.broadcast_to(np.arange(count), cell.shape))


def test_the_first_two_dimensions_keep_their_net_after_scrambling():
    """Dimensions 0 and 1 are a (0, m, 2) net: one point in every elementary box."""
    u = scrambled_points(8, 4)[:, :2]
    for digits in range(9):
        box = (u[:, 0] * 2**digits).astype(int) * 2 ** (8 - digits)
        box += (u[:, 1] * 2 ** (8 - digits)).astype(int)
        box.sort(axis=-1)
        np.testing.assert_array_equal(box, np.broadcast_to(np.arange(256), box.shape))


def smooth(u: np.ndarray) -> np.ndarray:
    """A smooth function of five uniforms with mean 1: (replicates, points)."""
    return np.prod(1.0 + 0.5 * (u - 0.5), axis=1)


def test_error_falls_faster_than_one_over_the_root_of_the_points():
    errors = [smooth(scrambled_points(m, 32)).mean(axis=-1).std() for m in (7, 13)]
    by_independent_draws = np.sqrt(((1 + 0.25 / 12) ** 5 - 1) / 2**13)
    assert errors[1] < errors[0] / 32  # independent draws: 8
    assert errors[1] < by_independent_draws / 50


def test_replicates_are_unbiased_and_differ():
    means = smooth(scrambled_points(7, 64)).mean(axis=-1)
    assert np.unique(means).size == 64
    assert abs(means.mean() - 1.0) < 4 * means.std(ddof=1) / 8


def test_scrambles_follow_the_seed():
    assert np.all(scrambled_points(7, 1, seed=1) != scrambled_points(7, 1, seed=2))


def test_dimensions_of_inputs_and_years_never_meet():
    numbers = {dimension(place, step) for place in range(300) for step in range(41)}
    assert len(numbers) == 300 * 41


@pytest.mark.parametrize(("place", "step"), [(SLOT, 0), (0, 42)])
def test_inputs_and_years_beyond_the_direction_numbers_are_refused(place, step):
    with pytest.raises(InputError, match="too many uncertain inputs or years for Sobol points"):
        dimension(place, step)
