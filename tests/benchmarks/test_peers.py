"""The programs that a run is timed against compute the same model."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.peers.economy_arrays import setup
from benchmarks.peers.libraries import NUMPY
from benchmarks.peers.year_arrays import as_results, named_drivers, simulate_years
from models.economy import simulate
from models.state import SCALARS, Results, empty_results
from tests.models.test_oracle import EXTREMES, FLAGS, varied


def both(structure, base, drivers, slips) -> tuple[Results, Results]:
    """Results of the compiled year and of the year over whole arrays."""
    ours = empty_results(drivers.shape[1], drivers.shape[2])
    simulate(structure, base, drivers, slips, ours)
    years = simulate_years(NUMPY, setup(structure), base, named_drivers(drivers), slips)
    return ours, as_results(years)


def check_equal(ours: Results, theirs: Results) -> None:
    for row, name in enumerate(SCALARS):
        np.testing.assert_allclose(
            theirs.scalars[row], ours.scalars[row], 1e-9, 1e-11, err_msg=name
        )
    for name in Results._fields[1:-1]:
        np.testing.assert_allclose(
            getattr(theirs, name), getattr(ours, name), 1e-9, 1e-11, err_msg=name
        )
    np.testing.assert_allclose(theirs.residual, ours.residual, 1e-9, 1e-11)


@pytest.mark.parametrize("extreme", sorted(EXTREMES))
@pytest.mark.parametrize("flag", [True, False])
def test_the_year_over_arrays_equals_the_compiled_one(extreme, flag):
    absent = ["nuclear", "wind_offshore", "storage"] if flag else []
    check_equal(*both(*varied(5, dict.fromkeys(FLAGS, flag), extreme, absent)))
