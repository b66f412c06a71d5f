"""Memory side by side: zeros, on lines of the cache, and never the same twice."""

from __future__ import annotations

import gc
import itertools
import math

import numpy as np

from models.arena import LINE, PIECE, Arena

SHAPES = [(3,), (0, 7), (42, 6, 128), (1,), (), (5, 0), (17, 3), (PIECE // 8 - 1,), (2, 9)]


def test_arrays_are_aligned_zeros_of_the_shape_asked_for():
    memory = Arena()
    for shape in SHAPES * 3:
        array = memory.zeros(shape)
        assert array.shape == shape
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        assert array.ctypes.data % LINE == 0 or not array.size
        assert not array.any()
        array[...] = np.nan  # what an array leaves behind, no other may start from


def test_no_two_arrays_overlap_however_their_sizes_fill_the_pieces():
    rng = np.random.default_rng(1)
    memory = Arena()
    arrays = [memory.zeros((int(size),)) for size in rng.integers(1, PIECE // 64, 60)]
    arrays += [memory.zeros((int(size),)) for size in rng.integers(1, 20, 200)]
    spans = sorted((a.ctypes.data, a.ctypes.data + a.nbytes) for a in arrays)
    for (_, end), (start, _) in itertools.pairwise(spans):
        assert end <= start
    assert sum(a.nbytes for a in arrays) > PIECE


def test_an_array_larger_than_a_piece_has_room_and_others_follow():
    memory = Arena()
    before = memory.zeros((4,))
    large = memory.zeros((PIECE // 8 + 1,))
    after = memory.zeros((4,))
    before[:], large[:], after[:] = 1.0, 2.0, 3.0
    assert (before.sum(), large.min(), large.max(), after.sum()) == (4.0, 2.0, 2.0, 12.0)


def test_arrays_outlive_their_arena():
    memory = Arena()
    arrays = [memory.zeros((8, 100)) for _ in range(5)]
    for number, array in enumerate(arrays):
        array[:] = number
    del memory
    gc.collect()
    assert [float(array.mean()) for array in arrays] == [0.0, 1.0, 2.0, 3.0, 4.0]


def test_neighbours_start_at_varying_places_of_a_page():
    memory = Arena()
    size = 128 * 8
    starts = [memory.zeros((128,)).ctypes.data for _ in range(6)]
    gaps = {b - a - math.ceil(size / LINE) * LINE for a, b in itertools.pairwise(starts)}
    assert len(gaps) > 1
    assert min(gaps) >= LINE
