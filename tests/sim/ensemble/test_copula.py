from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.ensemble.copula import (
    Correlation,
    cholesky_factor,
    correlation_matrix,
    read_correlations,
)
from sim.ensemble.deviates import sample_block
from sim.ensemble.inputs import read_inputs
from sim.errors import InputError

INPUTS = {item.name: item for item in read_inputs()}


def stated(a: str, b: str, rho: float) -> Correlation:
    return Correlation(a, b, rho, "test", "judgement")


def test_bundled_matrix_is_positive_definite_with_room_to_spare(sampler):
    np.testing.assert_array_equal(sampler.correlation, sampler.correlation.T)
    assert np.linalg.eigvalsh(sampler.correlation).min() > 0.05


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 12), st.integers(0, 2**32 - 1))
def test_factor_reproduces_any_correlation_matrix(n, seed):
    noise = np.random.default_rng(seed).normal(size=(n, n + 3))
    covariance = noise @ noise.T
    spread = np.sqrt(np.diag(covariance))
    matrix = covariance / np.outer(spread, spread)
    factor = cholesky_factor(matrix, [str(i) for i in range(n)])
    np.testing.assert_allclose(factor @ factor.T, matrix, atol=1e-12)
    np.testing.assert_array_equal(factor, np.tril(factor))


def test_rows_of_the_factor_do_not_depend_on_later_inputs(sampler):
    names = [item.name for item in sampler.inputs]
    whole = cholesky_factor(sampler.correlation, names)
    part = cholesky_factor(sampler.correlation[:60, :60], names[:60])
    np.testing.assert_array_equal(whole[:60, :60], part)


def test_constants_and_yearly_inputs_do_not_mix_in_the_factor(sampler):
    factor = cholesky_factor(sampler.correlation, [item.name for item in sampler.inputs])
    constant = np.array([item.is_constant for item in sampler.inputs])
    assert not factor[np.ix_(constant, ~constant)].any()
    assert not factor[np.ix_(~constant, constant)].any()


def test_a_contradictory_pair_is_named():
    names = ["steel", "ore", "coke"]
    matrix = np.array([[1, 0.9, 0.1], [0.9, 1, 0.8], [0.1, 0.8, 1]])
    with pytest.raises(InputError, match=r"not positive definite.*found 0.8") as caught:
        cholesky_factor(matrix, names)
    assert caught.value.key == "ore, coke"


def test_correlations_are_recovered_from_the_draws(sampler):
    plan, n = sampler.plan, 40_000
    deviates, base = np.empty((plan.n_row, n)), np.empty(n, np.int64)
    sample_block(plan, 0, deviates, base)
    inputs = sampler.inputs
    checked = 0
    for i, j in zip(*np.nonzero(np.tril(sampler.correlation, -1)), strict=True):
        a, b = inputs[i], inputs[j]
        if a.distribution == "slip" or a.structure != b.structure:
            continue
        for year in range(1 if a.is_constant else plan.year.size):
            x, y = deviates[plan.row[i] + year], deviates[plan.row[j] + year]
            rho = sampler.correlation[i, j]
            assert abs(np.corrcoef(x, y)[0, 1] - rho) < 5 * (1 - rho**2) / np.sqrt(n)
            checked += 1
    assert checked > 60


def test_units_of_a_technology_slip_together(sampler):
    names = [item.name for item in sampler.inputs]
    i, j, k = (names.index(f"slip_{unit}") for unit in ("north_1", "north_2", "hill"))
    assert sampler.correlation[i, j] == 0.4
    assert sampler.correlation[i, k] == 0.0


def test_two_ar1_with_different_memory_correlate_less_in_later_years():
    """The limit stated in the docstring of `copula`."""
    rho, a, b, n = 0.6, 0.3, 0.8, 200_000
    rng = np.random.default_rng(5)
    e = rng.multivariate_normal([0, 0], [[1, rho], [rho, 1]], size=(60, n // 10))
    x, y = e[0, :, 0], e[0, :, 1]
    for year in range(1, 60):
        x = a * x + np.sqrt(1 - a**2) * e[year, :, 0]
        y = b * y + np.sqrt(1 - b**2) * e[year, :, 1]
    limit = rho * np.sqrt((1 - a**2) * (1 - b**2)) / (1 - a * b)
    assert np.corrcoef(x, y)[0, 1] == pytest.approx(limit, abs=0.03)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([stated("gap_shock", "capital_shares", 0.1)], "unknown input.*capital_share"),
        ([stated("gap_shock", "capital_share", 0.1)], "constant input cannot be correlated"),
        ([stated("eaf_share", "eaf_share", 0.1)], "with itself"),
        ([stated("tfp_trend", "capital_share", 0.1)], "correlate growth_draw"),
        (
            [stated("gap_shock", "rd_growth", 0.1), stated("rd_growth", "gap_shock", 0.2)],
            "stated twice",
        ),
    ],
)
def test_a_bad_pair_is_refused(rows, message):
    with pytest.raises(InputError, match=message):
        correlation_matrix(list(INPUTS.values()), rows)


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("a,b,1.0,s,judgement", "rho is outside its range; found 1.0"),
        ("a,b,much,s,judgement", "rho is outside its range; found much"),
        ("a,b,0.1,s,guess", "kind is unknown; found guess"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(tmp_path: Path, row, message):
    path = tmp_path / "correlations.csv"
    path.write_text(f"input_a,input_b,rho,source,kind\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_correlations(path)


def test_adding_an_input_leaves_all_other_draws_unchanged(make_sampler):
    inputs = read_inputs()
    new = replace(inputs[5], order=len(inputs) + 1, name="capital_share_second", pack_name=None)
    rows = [*read_correlations(), stated("capital_share_second", "depreciation_rate", -0.4)]
    before = make_sampler()
    after = make_sampler(inputs=[*inputs, new], correlations=rows)
    n = 300
    samples = []
    for sampler in (before, after):
        deviates, base = np.empty((sampler.plan.n_row, n)), np.empty(n, np.int64)
        sample_block(sampler.plan, 0, deviates, base)
        place = {item.name: r for item, r in zip(sampler.inputs, sampler.plan.row, strict=True)}
        years = {i.name: 1 if i.is_constant else 5 for i in sampler.inputs}
        samples.append({k: deviates[r : r + years[k]] for k, r in place.items()})
    assert len(samples[1]) == len(samples[0]) + 1
    for name, values in samples[0].items():
        np.testing.assert_array_equal(values, samples[1][name], err_msg=name)
