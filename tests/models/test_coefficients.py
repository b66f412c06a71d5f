"""Coefficients by year: what they must satisfy in any economy."""

from __future__ import annotations

import numpy as np
import pytest

from models.inputoutput.coefficients import (
    drifted_coefficients,
    drifted_supply_share,
    income_coefficients,
    local_leontief_inverse,
    value_added_coefficient,
    value_added_multiplier,
)

N, YEARS = 6, 3
GROUP = np.array([0, 0, 1, 2, 2, 1])


@pytest.fixture
def economy():
    rng = np.random.default_rng(1)
    raw = rng.uniform(0.0, 1.0, (N, N))
    base = raw / raw.sum(axis=0) * rng.uniform(0.3, 0.8, N)
    drift = np.concatenate([np.zeros((1, N)), rng.normal(0.0, 0.02, (YEARS - 1, N))])
    return base, rng.uniform(0.1, 1.0, N), drift


def test_the_base_year_does_not_drift(economy):
    base, share, drift = economy
    np.testing.assert_array_equal(drifted_coefficients(base, drift)[0], base)
    np.testing.assert_array_equal(drifted_supply_share(share, drift)[0], share)


def test_a_product_drifts_alike_in_every_sector(economy):
    base, _, drift = economy
    ratio = drifted_coefficients(base, drift) / base
    np.testing.assert_allclose(ratio, np.exp(drift)[:, :, None] * np.ones((1, 1, N)))


def test_a_supply_share_stops_at_one(economy):
    _, share, drift = economy
    assert (drifted_supply_share(share, drift + 5.0) == 1.0).all()


def test_parts_of_value_added_sum_to_it(economy):
    base, _, drift = economy
    added = value_added_coefficient(drifted_coefficients(base, drift))
    parts = np.random.default_rng(2).dirichlet(np.ones(4), N).T * added[0]
    np.testing.assert_allclose(income_coefficients(parts, added, added[0]).sum(axis=0), added)


def test_local_output_meets_local_use(economy):
    base, share, drift = economy
    table, local = drifted_coefficients(base, drift), drifted_supply_share(share, drift)
    demand = np.arange(1.0, N + 1.0)
    output = local_leontief_inverse(table, local) @ demand
    for y in range(YEARS):
        np.testing.assert_allclose(output[y], local[y] * (table[y] @ output[y]) + demand)


def test_what_is_not_value_added_is_imported(economy):
    base, share, drift = economy
    table, local = drifted_coefficients(base, drift), drifted_supply_share(share, drift)
    inverse = local_leontief_inverse(table, local)
    multiplier = value_added_multiplier(value_added_coefficient(table), inverse, GROUP, 3)
    imported = np.einsum("yi,yij->yj", 1.0 - local, table @ inverse)
    np.testing.assert_allclose(multiplier.sum(axis=1) + imported, 1.0)


def test_nothing_imported_makes_all_demand_value_added(economy):
    base, _, drift = economy
    table = drifted_coefficients(base, drift)
    inverse = local_leontief_inverse(table, np.ones((YEARS, N)))
    multiplier = value_added_multiplier(value_added_coefficient(table), inverse, GROUP, 3)
    np.testing.assert_allclose(multiplier.sum(axis=1), 1.0)
