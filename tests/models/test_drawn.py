"""Input coefficients that drift apart between draws: accounts, bounds, solver, independence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.economy import simulate
from models.inputoutput.drawn import FACTORS, ROW_FACTORS, retained_value_added
from models.state import IDENTITIES, SCALAR, empty_results
from models.workspace import workspace
from tests.models.economies import random_economy
from tests.models.test_oracle import FLAGS, compare, varied


def drawn_factors(seed: int, years: int, draws: int, width: float) -> np.ndarray:
    """Random walks from the base year."""
    steps = np.random.default_rng(seed).normal(0.0, width, (len(FACTORS), years, draws))
    steps[:, 0] = 0.0
    return steps.cumsum(axis=1)


def run(structure, base, drivers, slips, factors):
    results = empty_results(*drivers.shape[1:])
    room = workspace(42, *drivers.shape[1:])
    simulate(structure, base, drivers, slips, results, room, factors)
    return results, room.pivoted


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    flags=st.fixed_dictionaries(dict.fromkeys(FLAGS, st.booleans())),
    extreme=st.sampled_from(["none", "boom", "bust", "served"]),
    width=st.sampled_from([0.0, 0.05, 0.2]),
)
def test_the_compiled_year_equals_the_plain_one_with_coefficients_of_each_draw(
    seed, flags, extreme, width
):  # fmt: skip
    structure, base, drivers, slips = varied(seed, flags, extreme, [])
    factors = drawn_factors(seed, *drivers.shape[1:], width)
    results = compare(structure, base, drivers, slips, factors)
    assert np.isfinite(results.scalars).all()
    assert results.residual.max() <= 1e-9


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), width=st.floats(0.0, 1.5))
def test_identities_and_positive_value_added_whatever_the_factors(seed, width):
    structure, base, drivers, slips = random_economy(seed, supply_led=False)
    factors = drawn_factors(seed, *drivers.shape[1:], width)
    results, pivoted = run(structure, base, drivers, slips, factors)
    worst = dict(zip(IDENTITIES, results.residual.max(axis=(1, 2)), strict=True))
    assert max(worst.values()) <= 1e-9, worst
    assert ((results.value_added > 0.0) == (results.gross_output > 0.0)).all()
    assert not pivoted.any()


def test_the_base_year_is_that_of_shared_coefficients_to_the_bit():
    structure, base, drivers, slips = random_economy(5, draws=9)
    shared, _ = run(structure, base, drivers, slips, None)
    apart, _ = run(structure, base, drivers, slips, drawn_factors(5, *drivers.shape[1:], 0.3))
    for ours, theirs in zip(apart, shared, strict=True):
        np.testing.assert_array_equal(ours[..., 0, :], theirs[..., 0, :])
    row = SCALAR.manufacturing_share
    assert (apart.scalars[row, 1:] != shared.scalars[row, 1:]).all()


@pytest.mark.parametrize("moved", [0.0, 0.4])
def test_factors_that_stand_still_or_move_all_rows_alike_change_nothing(moved):
    structure, base, drivers, slips = random_economy(7)
    factors = np.zeros((len(FACTORS), *drivers.shape[1:]))
    factors[:ROW_FACTORS, 1:] = moved
    shared, _ = run(structure, base, drivers, slips, None)
    apart, _ = run(structure, base, drivers, slips, factors)
    for ours, theirs in zip(apart[:-1], shared[:-1], strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-10, atol=1e-10)


def test_more_inputs_of_a_sector_lower_its_value_added_per_unit_of_output():
    structure, base, drivers, slips = random_economy(9)
    factors = np.zeros((len(FACTORS), *drivers.shape[1:]))
    factors[ROW_FACTORS + 13, 1:] = 0.25
    results, _ = run(structure, base, drivers, slips, factors)
    inputs = structure.technical_coefficients[1:, :, 13].sum(axis=1)
    odds = inputs / (1.0 - inputs) * np.exp(0.25)
    expected = np.broadcast_to((1.0 / (1.0 + odds))[:, None], (5, drivers.shape[2]))
    found = results.value_added[13, 1:] / results.gross_output[13, 1:]
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@given(share=st.floats(0.0, 0.999), change=st.floats(-30.0, 30.0))
def test_inputs_stay_below_output(share, change):
    kept = retained_value_added(share, np.exp(change))
    assert kept > 0.0
    assert share * np.exp(change) * kept + (1.0 - share) * kept == pytest.approx(1.0)


def test_a_draw_has_the_same_bits_in_any_block_and_at_any_place():
    structure, base, drivers, slips = random_economy(37, draws=75)
    drivers *= np.random.default_rng(37).uniform(0.9, 1.1, drivers.shape)
    factors = drawn_factors(37, *drivers.shape[1:], 0.05)
    whole, _ = run(structure, base, drivers, slips, factors)
    for start, size in ((0, 1), (74, 1), (3, 7), (0, 64), (5, 70)):
        part = slice(start, start + size)
        cut = (np.ascontiguousarray(table[..., part]) for table in (drivers, slips, factors))
        bases = type(base)(*(np.ascontiguousarray(table[..., part]) for table in base))
        block, _ = run(structure, bases, *cut)
        for name, table, expected in zip(block._fields, block, whole, strict=True):
            np.testing.assert_array_equal(table, expected[..., part], err_msg=name)


def test_a_diagonal_that_does_not_dominate_is_pivoted_counted_and_right():
    structure, base, drivers, slips = random_economy(41, draws=3, supply_led=False)
    share = structure.local_supply_share * 0.0 + 1.0
    share[:, 3] = 4.0  # no share: only to leave the dominant systems
    inverse = np.linalg.inv(np.eye(42) - share[:, :, None] * structure.technical_coefficients)
    structure = structure._replace(local_supply_share=share, leontief_inverse=inverse)
    factors = drawn_factors(41, *drivers.shape[1:], 0.05)
    factors[ROW_FACTORS:, :, 1] = 0.0
    factors[ROW_FACTORS:, 1:, 1] -= 6.0  # hardly any inputs: this draw stays dominant
    _, pivoted = run(structure, base, drivers, slips, factors)
    assert (pivoted > 0.0).tolist() == [True, False, True]
    compare(structure, base, drivers, slips, factors)


def test_a_missing_factor_or_a_singular_system_reaches_the_results_of_its_draw_alone():
    structure, base, drivers, slips = random_economy(43)
    factors = drawn_factors(43, *drivers.shape[1:], 0.05)
    factors[2, 3, 1] = np.nan
    factors[20, 4, 2] = np.inf
    results, _ = run(structure, base, drivers, slips, factors)
    gdp = results.scalars[SCALAR.gdp]
    assert np.isfinite(gdp[:, 0]).all()
    assert np.isnan(gdp[3, 1])
    assert np.isnan(gdp[4, 2])
    A = structure.technical_coefficients.copy()
    A[:, :, 5] = np.arange(42) == 5  # a sector that uses up all it makes
    share = structure.local_supply_share.copy()
    share[:, 5] = 1.0
    structure = structure._replace(
        technical_coefficients=A,
        local_supply_share=share,
        value_added_coefficient=1.0 - A.sum(axis=1),
    )
    singular, pivoted = run(structure, base, drivers, slips, np.zeros_like(factors))
    assert pivoted.all()
    assert not np.isfinite(singular.scalars[SCALAR.gdp, 1:]).any()


def test_factors_of_another_size_are_refused():
    structure, base, drivers, slips = random_economy(41)
    with pytest.raises(ValueError, match="different sizes"):
        run(structure, base, drivers, slips, np.zeros((7, *drivers.shape[1:])))
