"""Generalized least-squares reconciliation: identities, bounds, optimality, draws."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, minimize

from sim.baseyear.reconcile import Reconciliation, reconcile, relative_residual
from sim.errors import InputError

INF = np.inf


def _random_problem(seed: int, n: int, k: int, tight: float) -> dict[str, Any]:
    """A feasible problem: targets and bounds are taken from a known interior point."""
    rng = np.random.default_rng(seed)
    inside = rng.normal(size=n) * 10.0 ** rng.uniform(-2, 3, size=n)
    c = rng.normal(size=(k, n)) * (rng.random((k, n)) < 0.6)
    h = np.vstack([np.eye(n), rng.normal(size=(2, n))])
    sigma = (np.abs(h) @ np.abs(inside)) * rng.uniform(0.05, 0.5, size=n + 2) + 1e-3
    y = h @ inside + sigma * rng.normal(size=n + 2) * 2.0
    width = tight * np.abs(inside)
    return {
        "observation_matrix": h,
        "observed": y,
        "sigma": sigma,
        "constraints": c,
        "targets": c @ inside,
        "lower": inside - width * rng.random(n),
        "upper": inside + width * rng.random(n),
    }


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(3, 12),
    k=st.integers(0, 2),
    tight=st.floats(0.01, 3.0),
)
def test_identities_and_bounds_hold_in_the_centre_and_in_every_draw(
    seed: int, n: int, k: int, tight: float
) -> None:
    problem = _random_problem(seed, n, k, tight)
    result = reconcile(**problem)
    for x in (result.estimate, *result.draws(4, seed)):
        residual = relative_residual(problem["constraints"], problem["targets"], x)
        assert residual.max(initial=0.0) <= 1e-9
        assert (x >= problem["lower"]).all()
        assert (x <= problem["upper"]).all()


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(3, 12), k=st.integers(0, 2))
def test_first_order_conditions_of_karush_kuhn_and_tucker_hold(seed: int, n: int, k: int) -> None:
    problem = _random_problem(seed, n, k, 0.4)
    x = reconcile(**problem).estimate
    weighted = problem["observation_matrix"] / problem["sigma"][:, None]
    gradient = weighted.T @ (weighted @ x - problem["observed"] / problem["sigma"])
    low, high = x == problem["lower"], x == problem["upper"]
    scale = 1.0 / np.linalg.norm(weighted, axis=0)
    free = ~(low | high)
    c = problem["constraints"]
    multiplier = np.zeros(c.shape[0])
    if c.shape[0] and free.sum() >= c.shape[0]:
        multiplier = np.linalg.lstsq((c[:, free] * scale[free]).T, (gradient * scale)[free])[0]
        reduced = (gradient - c.T @ multiplier) * scale
        size = np.abs(gradient * scale).max() + np.abs((c.T @ multiplier) * scale).max() + 1.0
        assert np.abs(reduced[free]).max(initial=0.0) <= 1e-6 * size
        if np.linalg.matrix_rank(c[:, free] * scale[free]) == c.shape[0]:
            assert (reduced[low] >= -1e-6 * size).all()
            assert (reduced[high] <= 1e-6 * size).all()


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(2, 10))
def test_observations_that_already_agree_are_reproduced(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    truth = rng.uniform(1.0, 100.0, size=n)
    c = np.ones((1, n))
    result = reconcile(
        np.eye(n),
        truth,
        0.1 * truth,
        constraints=c,
        targets=c @ truth,
        lower=np.zeros(n),
        upper=np.full(n, INF),
    )
    np.testing.assert_allclose(result.estimate, truth, rtol=1e-12)
    np.testing.assert_allclose(result.residual_z, 0.0, atol=1e-10)


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_scipy_trust_constr(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = 6
    inside = rng.uniform(1.0, 5.0, n)
    c = rng.normal(size=(2, n))
    y, sigma = inside + rng.normal(size=n), rng.uniform(0.5, 1.5, n)
    lower, upper = inside - 0.3, inside + 0.3
    ours = reconcile(
        np.eye(n), y, sigma, constraints=c, targets=c @ inside, lower=lower, upper=upper
    ).estimate
    theirs = minimize(  # type: ignore[call-overload]
        lambda x: float((((x - y) / sigma) ** 2).sum()),
        inside,
        jac=lambda x: 2.0 * (x - y) / sigma**2,
        hess=lambda x: np.diag(2.0 / sigma**2),
        method="trust-constr",
        bounds=list(zip(lower, upper, strict=True)),
        constraints=LinearConstraint(c, c @ inside, c @ inside),
        options={"gtol": 1e-10, "xtol": 1e-12, "barrier_tol": 1e-12, "maxiter": 3000},
    )
    objective = float((((ours - y) / sigma) ** 2).sum())
    assert objective <= float(theirs.fun) + 1e-6
    np.testing.assert_allclose(ours, theirs.x, atol=1e-3)


def test_discrepancy_is_shared_by_the_squares_of_sigma_as_in_stone_champernowne_and_meade() -> None:
    """Income 105 and expenditure 95 + 5 of one total: adjustments are in proportion to sigma^2."""
    result = reconcile(
        np.eye(3),
        [105.0, 95.0, 5.0],
        [2.0, 1.0, 1e-6],
        constraints=[[1.0, -1.0, -1.0]],
        targets=[0.0],
        lower=[0.0] * 3,
        upper=[INF] * 3,
    )
    np.testing.assert_allclose(result.estimate, [101.0, 96.0, 5.0], atol=1e-9)
    np.testing.assert_allclose(result.posterior_sd[:2], [np.sqrt(0.8), np.sqrt(0.8)], rtol=1e-9)
    np.testing.assert_allclose(result.residual_z[:2], [-2.0, 1.0], atol=1e-9)


def test_a_bound_moves_the_discrepancy_to_the_other_unknown() -> None:
    result = reconcile(
        np.eye(2),
        [3.0, 1.0],
        [1.0, 1.0],
        constraints=[[1.0, 1.0]],
        targets=[1.0],
        lower=[0.0, 0.0],
        upper=[INF, INF],
    )
    np.testing.assert_allclose(result.estimate, [1.0, 0.0], atol=1e-12)
    assert result.at_bound.tolist() == [False, True]


def test_draws_have_the_posterior_spread_and_do_not_depend_on_their_number() -> None:
    result = _weale_accounts()
    draws = result.draws(4000, 7)
    np.testing.assert_allclose(draws.mean(axis=0), result.estimate, rtol=0.01)
    np.testing.assert_allclose(draws.std(axis=0), result.posterior_sd, rtol=0.06)
    np.testing.assert_array_equal(draws[:10], result.draws(10, 7))
    assert not np.array_equal(draws[:10], result.draws(10, 8))


def _weale_accounts() -> Reconciliation:
    """Two-sector accounts: output = income per sector, total income = total expenditure."""
    observed = [50.0, 30.0, 52.0, 29.0, 60.0, 25.0]
    return reconcile(
        np.eye(6),
        observed,
        [1.0, 2.0, 1.5, 1.0, 2.0, 3.0],
        constraints=[
            [1, 0, -1, 0, 0, 0],
            [0, 1, 0, -1, 0, 0],
            [0, 0, 1, 1, -1, -1],
            [1, 1, 0, 0, -1, -1],
        ],
        targets=[0.0] * 4,
        lower=[0.0] * 6,
        upper=[INF] * 6,
    )


def test_redundant_identities_of_a_closed_accounting_system_are_accepted() -> None:
    """The last row follows from the others (Walras); the closed form of Stone et al. is met."""
    result = _weale_accounts()
    variance = np.diag(np.array([1.0, 2.0, 1.5, 1.0, 2.0, 3.0]) ** 2)
    c = np.array([[1, 0, -1, 0, 0, 0], [0, 1, 0, -1, 0, 0], [0, 0, 1, 1, -1, -1]], dtype=float)
    y = np.array([50.0, 30.0, 52.0, 29.0, 60.0, 25.0])
    gain = variance @ c.T @ np.linalg.inv(c @ variance @ c.T)
    np.testing.assert_allclose(result.estimate, y - gain @ c @ y, rtol=1e-12)
    np.testing.assert_allclose(result.covariance, variance - gain @ c @ variance, atol=1e-10)


def test_fixed_unknown_keeps_its_value_in_every_draw() -> None:
    result = reconcile(
        np.eye(3),
        [1.0, 2.0, 4.0],
        [1.0, 1.0, 1.0],
        constraints=[[1.0, 1.0, -1.0]],
        targets=[0.0],
        lower=[0.0, 2.0, 0.0],
        upper=[INF, 2.0, INF],
    )
    assert (result.draws(20, 1)[:, 1] == 2.0).all()


def test_unobserved_unknown_is_refused_by_name() -> None:
    with pytest.raises(InputError, match=r"heat.*|weak prior"):
        reconcile(
            [[1.0, 0.0]],
            [1.0],
            [1.0],
            constraints=np.zeros((0, 2)),
            targets=[],
            lower=[0.0, 0.0],
            upper=[1.0, 1.0],
            names=["coal", "heat"],
        )


def test_contradictory_identities_are_refused() -> None:
    with pytest.raises(InputError, match="contradict"):
        reconcile(
            np.eye(2),
            [1.0, 1.0],
            [1.0, 1.0],
            constraints=[[1.0, 1.0], [2.0, 2.0]],
            targets=[1.0, 3.0],
            lower=[0.0, 0.0],
            upper=[9.0, 9.0],
        )


def test_bounds_that_no_identity_can_meet_are_refused() -> None:
    with pytest.raises(InputError, match="cannot be met"):
        reconcile(
            np.eye(2),
            [1.0, 1.0],
            [1.0, 1.0],
            constraints=[[1.0, 1.0]],
            targets=[5.0],
            lower=[0.0, 0.0],
            upper=[1.0, 1.0],
        )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sigma": [1.0, 0.0]}, "sigma"),
        ({"observed": [1.0]}, "match"),
        ({"lower": [2.0, 0.0], "upper": [1.0, 1.0]}, "lower bound above"),
        ({"observed": [np.nan, 1.0]}, "finite"),
    ],
)
def test_bad_input_is_refused(change: dict[str, list[float]], message: str) -> None:
    arguments: dict[str, object] = {
        "observation_matrix": np.eye(2),
        "observed": [1.0, 1.0],
        "sigma": [1.0, 1.0],
        "constraints": np.zeros((0, 2)),
        "targets": [],
        "lower": [0.0, 0.0],
        "upper": [2.0, 2.0],
    }
    with pytest.raises(InputError, match=message):
        reconcile(**(arguments | change))  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(5, 40))
@example(seed=5369, n=5)  # the fast method lets go of every bound, and one is violated then
def test_both_active_set_methods_give_the_same_solution(seed: int, n: int) -> None:
    problem = _random_problem(seed, n, 2, 0.2)
    fast = reconcile(**problem).estimate
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.baseyear.active_set.NEWTON_ITERATIONS", 0)
        exact = reconcile(**problem).estimate
    np.testing.assert_allclose(fast, exact, rtol=1e-7, atol=1e-7 * problem["sigma"].min())


def test_draws_of_a_large_account_satisfy_its_constraints() -> None:
    problem = _random_problem(3, 400, 120, 0.6)
    draws = reconcile(**problem).draws(16, 1)
    assert draws.shape == (16, 400)
    targets = problem["targets"]
    np.testing.assert_allclose(
        draws @ problem["constraints"].T, np.broadcast_to(targets, (16, 120)), rtol=1e-8, atol=1e-8
    )
