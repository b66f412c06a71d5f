"""Sums of draws: the order of additions, draw by draw, and that nothing else matters."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.moments import CHUNK, add_rows, totals

LANES = 16


def chunk_sum(terms: np.ndarray) -> float:
    """Add 128 numbers: eight groups of 16 in pairs, then the upper half onto the lower."""
    groups = list(terms.reshape(-1, LANES))
    while len(groups) > 1:
        groups = [groups[i] + groups[i + 1] for i in range(0, len(groups), 2)]
    whole = groups[0]
    while whole.size > 1:
        whole = whole[: whole.size // 2] + whole[whole.size // 2 :]
    return float(whole[0])


def reference(values: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """Sums (2, R) of the deviations of draws (R, B) and of their squares, chunk by chunk."""
    sums = np.zeros((2, centre.size))
    for i, row in enumerate(values):
        for first in range(0, row.size, CHUNK):
            deviations = np.zeros(CHUNK)
            part = row[first : first + CHUNK]
            deviations[: part.size] = part - centre[i]
            sums[0, i] += chunk_sum(deviations)
            sums[1, i] += chunk_sum(deviations * deviations)
    return sums


def added(values: np.ndarray, used: int, centre: np.ndarray, sums: np.ndarray) -> np.ndarray:
    """Add `used` draws of values (R, B) to `sums`, and return these."""
    add_rows(np.ascontiguousarray(values)[:, None], 0, used, centre, sums, np.empty(CHUNK))
    return sums


def random_rows(seed: int, rows: int = 5, draws: int = 1024) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(rows, draws)) * 10.0 ** rng.integers(-8, 8, (rows, draws))
    return values, rng.normal(size=rows)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), used=st.integers(0, 1024))
def test_draws_are_added_in_the_documented_tree(seed, used):
    values, centre = random_rows(seed)
    found = added(values, used, centre, np.zeros((2, 5)))
    assert found.tobytes() == reference(values[:, :used], centre).tobytes()


@settings(max_examples=40, deadline=None)
@given(cuts=st.sets(st.integers(1, 7)), used=st.integers(1, 1024))
def test_blocks_of_whole_chunks_give_the_same_bits(cuts, used):
    values, centre = random_rows(1)
    whole, parts = added(values, used, centre, np.zeros((2, 5))), np.zeros((2, 5))
    edges = [0, *(CHUNK * cut for cut in sorted(cuts) if CHUNK * cut < used), used]
    for first, last in itertools.pairwise(edges):
        added(values[:, first:last], last - first, centre, parts)
    assert parts.tobytes() == whole.tobytes()


@pytest.mark.parametrize("used", [1, 127, 128, 129, 300])
def test_a_year_is_summed_alone_and_draws_past_the_last_do_not_count(used):
    values = np.random.default_rng(2).normal(size=(4, 3, 384))
    values[:, :, used:] = np.nan
    values[:, [0, 2]] = np.inf
    centre = np.array([0.0, 1.0, -3.0, 1e6])
    table = totals(np.zeros((3, 4)))
    before = values.copy()
    add_rows(values, 1, used, centre, table.sums[:, 1], table.padded)
    assert table.sums[:, 1].tobytes() == reference(values[:, 1, :used], centre).tobytes()
    assert not table.sums[:, [0, 2]].any()
    np.testing.assert_array_equal(values, before)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("place", [0, 77, 127, 128, 199])
def test_what_is_no_number_shows_in_its_own_row(value, place):
    values, centre = random_rows(3, rows=4, draws=200)
    values[2, place] = value
    finite = np.isfinite(added(values, 200, centre, np.zeros((2, 4))))
    assert finite.tolist() == [[True, True, False, True]] * 2


def test_a_row_at_its_centre_adds_exact_zeros():
    centre = np.array([0.1, 1 / 3, 7e300])
    found = added(np.repeat(centre[:, None], 300, axis=1), 300, centre, np.zeros((2, 3)))
    assert not found.any()
