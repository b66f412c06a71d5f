"""Three-stage RAS: margins and block totals."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.inputoutput.balancing import gras, ras
from models.inputoutput.block_balancing import three_stage_ras

BLOCKS = np.array([0, 0, 1, 1, 1])
positive = arrays(float, (5, 5), elements=st.floats(0.5, 20.0))
factors = arrays(float, (5, 5), elements=st.floats(0.6, 1.6))


def block_sums(table):
    select = (BLOCKS[:, None] == np.arange(2)).astype(float)
    return select.T @ table @ select


@given(positive, factors)
def test_margins_and_blocks_are_met(start, change) -> None:
    goal = start * change
    found = three_stage_ras(
        start,
        goal.sum(axis=1),
        goal.sum(axis=0),
        block_sums(goal),
        row_blocks=BLOCKS,
        column_blocks=BLOCKS,
        tolerance=1e-10,
    )
    assert found.converged
    np.testing.assert_allclose(found.flows.sum(axis=1), goal.sum(axis=1), rtol=1e-8)
    np.testing.assert_allclose(found.flows.sum(axis=0), goal.sum(axis=0), rtol=1e-8)
    np.testing.assert_allclose(block_sums(found.flows), block_sums(goal), rtol=1e-8)
    multipliers = found.r[:, None] * found.s * found.t[np.ix_(BLOCKS, BLOCKS)]
    np.testing.assert_allclose(found.flows, start * multipliers, rtol=1e-10)


def test_a_table_that_meets_everything_stays_as_it_is() -> None:
    table = np.arange(1.0, 26.0).reshape(5, 5)
    found = three_stage_ras(
        table,
        table.sum(axis=1),
        table.sum(axis=0),
        block_sums(table),
        row_blocks=BLOCKS,
        column_blocks=BLOCKS,
    )
    np.testing.assert_allclose(found.flows, table, rtol=1e-13)
    assert found.iterations == 1


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_without_known_blocks_it_is_ras_and_with_negative_entries_gras(sign) -> None:
    rng = np.random.default_rng(4)
    start = rng.uniform(1.0, 5.0, (5, 5))
    start[1, 2] *= sign
    goal = start * rng.uniform(0.8, 1.2, (5, 5))
    margins = goal.sum(axis=1), goal.sum(axis=0)
    reference = (ras if sign > 0.0 else gras)(start, *margins)
    found = three_stage_ras(
        start, *margins, np.full((2, 2), np.nan), row_blocks=BLOCKS, column_blocks=BLOCKS
    )
    np.testing.assert_allclose(found.flows, reference.flows, rtol=1e-9)
    np.testing.assert_array_equal(found.t, 1.0)


def test_block_totals_recover_cells_that_the_margins_alone_miss() -> None:
    start = np.ones((2, 2))
    goal = np.array([[3.0, 1.0], [1.0, 3.0]])
    by_margins = ras(start, goal.sum(axis=1), goal.sum(axis=0)).flows
    np.testing.assert_allclose(by_margins, 2.0)
    one_block = [[3.0, np.nan], [np.nan, np.nan]]
    found = three_stage_ras(
        start,
        goal.sum(axis=1),
        goal.sum(axis=0),
        one_block,
        row_blocks=[0, 1],
        column_blocks=[0, 1],
    )
    np.testing.assert_allclose(found.flows, goal, rtol=1e-11)


@pytest.mark.parametrize(
    ("totals", "blocks", "message"),
    [
        ([[9.0, np.nan], [np.nan, np.nan]], [0, 1], "converge"),
        ([[1.0, 1.0], [2.0, 2.0]], [0, 1], "row block 0 sum to 2"),
        ([[1.0, 3.0], [1.0, 3.0]], [0, 1], "column block 0 sum to 2"),
        ([[-1.0, np.nan], [np.nan, np.nan]], [0, 1], r"block \(0, 0\) has no negative entry"),
        ([[4.0, np.nan], [np.nan, np.nan]], [0, 2], "numbers 0 to 1"),
        ([[np.inf, np.nan], [np.nan, np.nan]], [0, 1], "finite"),
    ],
)
def test_impossible_totals_get_a_clear_answer(totals, blocks, message) -> None:
    def balance():
        return three_stage_ras(
            np.ones((2, 2)),
            [4.0, 4.0],
            [4.0, 4.0],
            totals,
            row_blocks=blocks,
            column_blocks=[0, 1],
            max_iterations=200,
        )

    if message == "converge":
        found = balance()
        assert not found.converged
        assert found.residual > 0.1
        return
    with pytest.raises(ValueError, match=message):
        balance()
