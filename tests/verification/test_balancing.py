"""RAS and GRAS: worked examples, margins, signs, and refusals.

The three-sector RAS problem (margins, coefficients and outputs) is that of Miller and Blair
(2009), Input-Output Analysis, 2nd edition, section 7.4.2, as held in the GAMS model library
(iobalance, SEQ=378); the solution to machine precision was computed outside this project. The
GRAS problem is the numerical example of Junius and Oosterhaven (2003), recalled; its solution
was computed outside by a fixed point and a convex program that agree to 2e-9. Both are checks
of the algorithm, not reproductions of printed results.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InputError
from models.inputoutput.balancing import gras, ras

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "verification"

MILLER_BLAIR_COEFFICIENTS = np.array(
    [[0.12, 0.1, 0.049], [0.21, 0.247, 0.265], [0.026, 0.249, 0.145]]
)
MILLER_BLAIR_OUTPUT = np.array([421.0, 284.0, 283.0])
MILLER_BLAIR_ROWS = np.array([245.0, 136.0, 159.0])
MILLER_BLAIR_COLUMNS = np.array([251.0, 107.0, 182.0])
MILLER_BLAIR_BALANCED = np.array(
    [
        [165.21014820116213, 34.613604639477785, 45.1762471593601],
        [63.52861968216023, 18.78617795340145, 53.685202364438325],
        [22.26123211667764, 53.60021740712078, 83.13855047620159],
    ]
)

JUNIUS_OOSTERHAVEN = np.array([[7.0, 3.0, 5.0, -3.0], [2.0, 9.0, 8.0, 1.0], [-2.0, 0.0, 2.0, 1.0]])
JUNIUS_ROWS = np.array([15.0, 26.0, -1.0])
JUNIUS_COLUMNS = np.array([9.0, 16.0, 17.0, -2.0])
JUNIUS_BALANCED = np.array(
    [
        [8.976440309989142, 3.743160245013364, 5.721728439895228, -3.441328994897734],
        [2.7993354035998212, 12.256839754986645, 9.992313662805554, 0.9515111786079786],
        [-2.775775713588971, 0.0, 1.2859578972992192, 0.4898178162897522],
    ]
)
AGREEMENT = 2e-9  # of the fixed point and the convex program


def test_ras_solves_the_three_sector_problem_of_miller_and_blair() -> None:
    start = MILLER_BLAIR_COEFFICIENTS * MILLER_BLAIR_OUTPUT
    result = ras(start, MILLER_BLAIR_ROWS, MILLER_BLAIR_COLUMNS, tolerance=1e-14)
    assert result.converged
    np.testing.assert_allclose(result.flows, MILLER_BLAIR_BALANCED, rtol=1e-12)


def test_gras_solves_the_example_with_negative_entries() -> None:
    result = gras(JUNIUS_OOSTERHAVEN, JUNIUS_ROWS, JUNIUS_COLUMNS, tolerance=1e-14)
    assert result.converged
    np.testing.assert_allclose(result.flows, JUNIUS_BALANCED, atol=AGREEMENT)


def test_gras_multipliers_are_those_of_the_column_first_iteration() -> None:
    result = gras(JUNIUS_OOSTERHAVEN, JUNIUS_ROWS, JUNIUS_COLUMNS, tolerance=1e-14)
    np.testing.assert_allclose(
        result.r, [1.0087034348003505, 1.1009873610694942, 0.5667649914009687], rtol=1e-9
    )
    np.testing.assert_allclose(
        result.s,
        [1.2712840776303551, 1.2369543303062893, 1.134471885887394, 0.864234424711002],
        rtol=1e-9,
    )


def test_multipliers_rebuild_the_balanced_table() -> None:
    result = gras(JUNIUS_OOSTERHAVEN, JUNIUS_ROWS, JUNIUS_COLUMNS, tolerance=1e-14)
    product = result.r[:, None] * result.s
    rebuilt = np.where(
        JUNIUS_OOSTERHAVEN >= 0.0, JUNIUS_OOSTERHAVEN * product, JUNIUS_OOSTERHAVEN / product
    )
    np.testing.assert_allclose(result.flows, rebuilt, rtol=1e-13)


def test_numbers_here_are_those_of_the_reference_files() -> None:
    if not REFERENCE.is_dir():
        pytest.skip("reference cases are not beside the repository")
    case = json.loads((REFERENCE / "miller_blair_ras.json").read_text(encoding="utf-8"))
    np.testing.assert_array_equal(case["expected"]["Z_ras_computed"], MILLER_BLAIR_BALANCED)
    case = json.loads((REFERENCE / "gras_junius_oosterhaven.json").read_text(encoding="utf-8"))
    np.testing.assert_array_equal(case["inputs"]["A0"], JUNIUS_OOSTERHAVEN)
    np.testing.assert_array_equal(case["expected"]["X"], JUNIUS_BALANCED)


def _margins(seed: int, table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Margins of a table with the same signs, so that they can be reached."""
    other = table * np.random.default_rng(seed).uniform(0.5, 2.0, size=table.shape)
    return other.sum(axis=1), other.sum(axis=0)


def _table(seed: int, rows: int, columns: int, negative: float, zero: float) -> np.ndarray:
    rng = np.random.default_rng(seed)
    table = rng.lognormal(sigma=1.5, size=(rows, columns))
    table[rng.random(table.shape) < zero] = 0.0
    table[rng.random(table.shape) < negative] *= -1.0
    return table


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 7), st.integers(2, 7))
def test_gras_meets_the_margins_and_keeps_signs_and_zeros(seed: int, m: int, n: int) -> None:
    table = _table(seed, m, n, negative=0.2, zero=0.2)
    u, v = _margins(seed + 1, table)
    result = gras(table, u, v, tolerance=1e-10, max_iterations=200_000)
    assert result.converged
    scale = max(np.abs(u).max(), np.abs(v).max())
    np.testing.assert_allclose(result.flows.sum(axis=1), u, atol=1e-9 * scale)
    np.testing.assert_allclose(result.flows.sum(axis=0), v, atol=1e-9 * scale)
    np.testing.assert_array_equal(np.sign(result.flows), np.sign(table))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 7), st.integers(2, 7))
def test_ras_equals_gras_on_a_table_without_negative_entries(seed: int, m: int, n: int) -> None:
    table = _table(seed, m, n, negative=0.0, zero=0.1)
    u, v = _margins(seed + 1, table)
    by_ras = ras(table, u, v, tolerance=1e-11, max_iterations=200_000)
    by_gras = gras(table, u, v, tolerance=1e-11, max_iterations=200_000)
    np.testing.assert_allclose(by_ras.flows, by_gras.flows, rtol=1e-9)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(3, 6))
def test_a_balanced_table_is_left_as_it_is(seed: int, n: int) -> None:
    table = _table(seed, n, n, negative=0.2, zero=0.1)
    result = gras(table, table.sum(axis=1), table.sum(axis=0))
    assert result.iterations == 1
    np.testing.assert_allclose(result.flows, table, rtol=1e-9)


def test_a_row_without_positive_entry_takes_minus_n_over_u() -> None:
    table = np.array([[-2.0, -4.0], [5.0, 6.0]])
    result = gras(table, [-3.0, 10.0], [3.0, 4.0], tolerance=1e-12)
    assert result.converged
    np.testing.assert_allclose(result.flows.sum(axis=1), [-3.0, 10.0])
    n = (-table[0] / result.s).sum()
    assert result.r[0] == pytest.approx(-n / -3.0)


def test_a_zero_total_empties_a_non_negative_row() -> None:
    result = ras([[1.0, 2.0], [3.0, 4.0]], [0.0, 7.0], [3.0, 4.0])
    np.testing.assert_array_equal(result.flows[0], 0.0)
    assert result.converged


def test_not_converging_is_reported() -> None:
    start = MILLER_BLAIR_COEFFICIENTS * MILLER_BLAIR_OUTPUT
    result = ras(start, MILLER_BLAIR_ROWS, MILLER_BLAIR_COLUMNS, max_iterations=2)
    assert not result.converged
    assert result.residual > 1e-12


@pytest.mark.parametrize(
    ("table", "u", "v", "message"),
    [
        ([[1.0, 2.0], [3.0, 4.0]], [3.0, 8.0], [4.0, 6.0], "not balanced"),
        ([[0.0, 0.0], [3.0, 4.0]], [3.0, 7.0], [4.0, 6.0], "row 0 is empty"),
        ([[0.0, 2.0], [0.0, 4.0]], [3.0, 7.0], [4.0, 6.0], "column 0 is empty"),
        ([[1.0, 2.0], [3.0, 4.0]], [-1.0, 11.0], [4.0, 6.0], "no negative entry"),
        ([[-1.0, -2.0], [3.0, 4.0]], [1.0, 9.0], [4.0, 6.0], "only negative entries"),
        ([[1.0, 2.0]], [3.0, 1.0], [1.0, 2.0], "do not fit"),
        ([[1.0, np.nan], [3.0, 4.0]], [3.0, 7.0], [4.0, 6.0], "finite"),
    ],
)
def test_gras_refuses_what_cannot_be_balanced(
    table: list[list[float]], u: list[float], v: list[float], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        gras(table, u, v)


def test_ras_refuses_negative_entries_and_margins() -> None:
    with pytest.raises(ValueError, match=r"entry \(0, 1\) is below zero"):
        ras([[1.0, -2.0], [3.0, 4.0]], [3.0, 7.0], [4.0, 6.0])
    with pytest.raises(ValueError, match="no negative entry but a total below zero"):
        ras([[1.0, 2.0], [3.0, 4.0]], [-1.0, 11.0], [4.0, 6.0])


def test_labelled_margins_are_matched_by_label() -> None:
    table = pd.DataFrame([[1.0, 2.0], [3.0, 4.0]], ["a", "b"], ["x", "y"])
    u, v = pd.Series({"b": 8.0, "a": 4.0}), pd.Series({"y": 7.0, "x": 5.0})
    expected = ras(table.to_numpy(), [4.0, 8.0], [5.0, 7.0]).flows
    found = ras(table, u, v)
    pd.testing.assert_frame_equal(found.flows, pd.DataFrame(expected, ["a", "b"], ["x", "y"]))
    assert found.r["a"] * found.s["y"] * 2.0 == pytest.approx(expected[0, 1])
    np.testing.assert_array_equal(gras(table, [4.0, 8.0], v).flows, expected)
    array = xr.DataArray(table.to_numpy(), [("row", ["a", "b"]), ("column", ["x", "y"])])
    xr.testing.assert_equal(ras(array, u, v).flows, array.copy(data=expected))
    with pytest.raises(InputError, match="row totals do not have the labels"):
        ras(table, u.rename({"a": "c"}), v)
    with pytest.raises(ValueError, match="row 'a' has no negative entry"):
        ras(table, u - 8.0, v - 8.0)


def test_a_result_may_stand_for_its_table() -> None:
    result = ras([[1.0, 2.0], [3.0, 4.0]], [4.0, 8.0], [5.0, 7.0])
    np.testing.assert_allclose(np.asarray(result).sum(axis=1), [4.0, 8.0], rtol=1e-11)
    np.testing.assert_allclose(result, result.flows)
