"""Tables added up while the years pass: what is kept of a year changes no bit of it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from models.economy import simulate
from models.moments import Totals, totals
from models.state import Results, empty_results
from models.tables import TABLES, first_draw, table_rows
from tests.models.economies import random_economy
from tests.models.test_drawn import drawn_factors
from tests.models.test_moments import reference

YEARS, DRAWS = 4, 200
LAST_YEARS = ("value_added", "gross_output", "final_demand", "final_energy", "co2")


@pytest.fixture(scope="module", params=["shared coefficients", "drawn coefficients"])
def economy(request):
    structure, base, drivers, slips = random_economy(53, YEARS, DRAWS)
    drivers *= np.random.default_rng(53).uniform(0.9, 1.1, drivers.shape)
    drawn = request.param == "drawn coefficients"
    factors = drawn_factors(53, YEARS, DRAWS, 0.05) if drawn else None
    return structure, base, drivers, slips, factors


def run(
    economy, kept: int = YEARS, used: int = 0, sums: Totals | None = None, part: slice | None = None
) -> Results:
    """Simulate the draws of `part`."""
    structure, base, drivers, slips, factors = economy

    def cut(array):
        return np.ascontiguousarray(array[..., part or slice(None)])

    own = cut(drivers)
    results = empty_results(YEARS, own.shape[-1], kept)
    for table in results:
        table[:] = np.nan  # every number is written, and none is read before
    apart = None if factors is None else cut(factors)
    base = type(base)(*map(cut, base))
    more = {} if sums is None else {"used": used, "totals": sums}
    simulate(structure, base, own, cut(slips), results, factors=apart, **more)
    return results


def summed(economy, used: int, kept: int, edges: tuple[int, ...] = (0, DRAWS)) -> Totals:
    found = totals(first_draw(run(economy)))
    for first, last in itertools.pairwise(edges):
        run(economy, kept, min(used, last) - first, found, slice(first, last))
    return found


@pytest.mark.parametrize("kept", [1, 2, 3])
def test_keeping_fewer_years_changes_no_bit(economy, kept):
    full, lean = run(economy), run(economy, kept)
    for name in Results._fields:
        table, whole = getattr(lean, name), getattr(full, name)
        if name in LAST_YEARS:
            assert table.shape[-2] == kept
            for year in range(YEARS - kept, YEARS):
                np.testing.assert_array_equal(table[..., year % kept, :], whole[..., year, :], name)
        else:
            np.testing.assert_array_equal(table, whole, name)
        assert np.isfinite(table).all(), name


@pytest.mark.parametrize("kept", [1, YEARS])
@pytest.mark.parametrize("used", [1, 127, 128, 129, DRAWS])
def test_totals_are_the_sums_of_the_draws(economy, kept, used):
    full, found = run(economy), summed(economy, used, kept)
    for year in range(YEARS):
        rows = [getattr(full, name)[..., year, :used].reshape(-1, used) for name in TABLES]
        expected = reference(np.concatenate(rows), found.centre[year])
        assert found.sums[:, year].tobytes() == expected.tobytes()


def test_totals_do_not_depend_on_blocks_of_whole_chunks(economy):
    whole, parts = (summed(economy, 190, 1, edges) for edges in ((0, DRAWS), (0, 128, DRAWS)))
    assert parts.sums.tobytes() == whole.sums.tobytes()


def test_the_first_draw_stands_in_the_order_of_the_totals(economy):
    full = run(economy)
    assert first_draw(full).shape == (YEARS, table_rows(full))
    sums = totals(first_draw(full))
    run(economy, 1, 1, sums)
    assert not sums.sums.any()  # the first draw about itself


@pytest.mark.parametrize("used", [-1, DRAWS + 1])
def test_more_draws_than_there_are_cannot_count(economy, used):
    with pytest.raises(ValueError, match="different sizes"):
        run(economy, 1, used, totals(first_draw(run(economy))))


@pytest.mark.parametrize("shape", [(YEARS, 762), (YEARS - 1, 763), (0, 763)])
def test_totals_of_other_tables_are_refused(economy, shape):
    with pytest.raises(ValueError, match="different sizes"):
        run(economy, 1, 1, totals(np.zeros(shape)))
