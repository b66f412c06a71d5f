"""Draws solved with the factors of the centre equal draws solved on their own."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InputError
from models.inputoutput.draws import column_draws, solve_draws
from models.inputoutput.solving import LeontiefSystem


def productive(rng: np.random.Generator, n: int) -> np.ndarray:
    return rng.uniform(0.0, 1.0, (n, n)) * (rng.uniform(0.2, 0.8, n) * 2.0 / n)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(3, 25), k=st.integers(1, 3))
def test_changed_columns(seed: int, n: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    A, f = productive(rng, n), rng.uniform(0.0, 5.0, n)
    columns = rng.choice(n, k, replace=False)
    draws = A[:, columns] * rng.uniform(0.5, 1.3, (4, n, k))
    found = column_draws(LeontiefSystem(A), A, columns, draws, f)
    for x, drawn in zip(found, draws, strict=True):
        changed = A.copy()
        changed[:, columns] = drawn
        np.testing.assert_allclose(x, np.linalg.solve(np.eye(n) - changed, f), rtol=1e-10)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), spread=st.sampled_from([0.0, 0.1, 0.9]))
def test_all_coefficients_changed_by_little_and_by_much(seed: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    A, f = productive(rng, 20), rng.uniform(0.0, 5.0, (3, 20))
    draws = [A * rng.uniform(1.0 - spread, 1.0 + spread, A.shape) for _ in range(3)]
    for centre in (LeontiefSystem(A), None):
        output = solve_draws(draws, f, centre=centre)
        content = solve_draws(draws, f[0], centre=centre, transposed=True)
        for k, drawn in enumerate(draws):
            system = np.eye(20) - drawn
            np.testing.assert_allclose(output[k], np.linalg.solve(system, f[k]), rtol=1e-10)
            np.testing.assert_allclose(content[k], np.linalg.solve(system.T, f[0]), rtol=1e-10)


def test_a_draw_far_from_the_centre_is_factorised() -> None:
    A = np.full((2, 2), 0.01)
    far = np.array([[0.3, 0.6], [0.6, 0.3]])  # radius 0.9, of L (A_d - A) near one
    (found,) = solve_draws([far], np.ones(2), centre=LeontiefSystem(A))
    np.testing.assert_allclose(found, [10.0, 10.0], rtol=1e-12)


@pytest.mark.parametrize("factor", [0.99, 1.01])
def test_a_draw_that_is_not_productive_is_refused_however_it_is_solved(factor: float) -> None:
    A = np.array([[0.6, 0.9], [0.4, 0.1]])  # radius one; neither row nor column sums below it
    near = LeontiefSystem(0.99 * A)
    if factor < 1.0:
        found = solve_draws([factor * A], np.ones(2), centre=near)
        assert (found > 1.0).all()
    else:
        for centre in (near, LeontiefSystem(0.1 * A)):
            with pytest.raises(InputError, match="draw 0: the spectral radius"):
                solve_draws([factor * A], np.ones(2), centre=centre)


def test_singular_draws_and_wrong_shapes_are_refused() -> None:
    A = np.array([[0.2, 0.1], [0.1, 0.2]])
    system = LeontiefSystem(A)
    singular = np.array([[[1.0], [0.0]]])
    with pytest.raises(InputError, match="singular"):
        column_draws(system, A, [0], singular, np.ones(2))
    with pytest.raises(InputError, match="draw 0: the spectral radius"):
        solve_draws([np.eye(2)], np.ones(2), centre=system)
    with pytest.raises(InputError, match="n by n"):
        solve_draws([np.eye(3)], np.ones(2), centre=system)
    with pytest.raises(InputError, match="k columns"):
        column_draws(system, A, [0], np.ones((1, 2, 2)), np.ones(2))
