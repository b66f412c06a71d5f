"""The bits of a draw do not depend on the block it is simulated in."""

from __future__ import annotations

import numpy as np
import pytest

from models.state import DRIVERS, Results
from sim.baseyear.pack import load_pack
from sim.ensemble.run import resolve_scenarios
from sim.ensemble.work import Scratch, Work, prepare_work, sample, simulate_case

DRAWS = 256


@pytest.fixture(scope="module")
def work() -> Work:
    pack = load_pack()
    return prepare_work(pack, resolve_scenarios(["plan"], pack), 1)


def simulated(work: Work, width: int) -> Results:
    """Simulate the leading draws in blocks of `width`."""
    scratch = Scratch(work, width)
    clamped = np.zeros(len(DRIVERS), np.int64)
    blocks = []
    for first in range(0, DRAWS, width):
        sample(work, scratch, first)
        results = simulate_case(work, 0, scratch, clamped)
        blocks.append([part.copy() for part in results])
    joined = [np.concatenate(parts, axis=-1) for parts in zip(*blocks, strict=True)]
    return Results(*(part[..., :DRAWS] for part in joined))


@pytest.fixture(scope="module")
def expected(work: Work) -> Results:
    return simulated(work, 128)


@pytest.mark.parametrize("width", [1, 37, 64, 256])
def test_block_size_does_not_change_a_bit(work, expected, width):
    for name, ours, found in zip(
        Results._fields, expected, simulated(work, width), strict=True
    ):  # fmt: skip
        np.testing.assert_array_equal(found, ours, err_msg=name)
