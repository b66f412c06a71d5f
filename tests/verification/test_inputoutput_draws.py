"""Many systems and many shocks: the quick way gives what each solved on its own gives."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InputError
from models.inputoutput import IOTable
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


def table_of(n: int, seed: int) -> IOTable:
    rng = np.random.default_rng(seed)
    labels = [f"s{k}" for k in range(n)]
    A = productive(rng, n)
    final = rng.uniform(1.0, 9.0, (n, 2))
    x = np.linalg.solve(np.eye(n) - A, final.sum(axis=1))
    added = 0.5 * (x - (A * x).sum(axis=0))
    return IOTable.from_frames(
        pd.DataFrame(A * x, labels, labels),
        pd.DataFrame(final, labels, ["households", "exports"]),
        pd.DataFrame([added, added], ["compensation", "surplus"], labels),
        unit="million CNY",
        year=2020,
        satellites={"co2": (pd.Series(rng.uniform(0.0, 2.0, n), labels), "kt")},
    )


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), changes=st.sampled_from([1, 40]))
def test_account_totals_are_the_sums_of_shocks(seed: int, changes: int) -> None:
    table = table_of(6, seed)
    demand = pd.DataFrame(
        np.random.default_rng(seed).uniform(0.0, 9.0, (len(table.sectors), changes)),
        table.sectors,
    )
    totals = table.account_totals(demand, ["co2", "output", "income"])
    shock = table.shock(demand)
    for name in ("co2", "output", "income"):
        np.testing.assert_allclose(totals[name], shock[name].sum("sector"), rtol=1e-9)
        assert totals[name].attrs["units"] == shock[name].attrs["units"]


def test_labelled_results_are_ordinary_arrays_of_their_own() -> None:
    table = table_of(4, 3)
    found = table.technical_coefficients
    made = xr.DataArray(
        table.coefficients,
        coords={"sector_input": list(table.sectors), "sector": list(table.sectors)},
        dims=("sector_input", "sector"),
        name="technical_coefficients",
        attrs=found.attrs,
    )
    xr.testing.assert_identical(found, made)
    found.coords["doubled"] = ("sector", np.arange(4))
    found.attrs["units"] = "other"
    xr.testing.assert_identical(
        table.technical_coefficients, made.assign_attrs({**made.attrs, "units": "1"})
    )
