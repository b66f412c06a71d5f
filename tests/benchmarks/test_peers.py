"""The programs that a run is timed against compute the same model."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.peers.economy_arrays import setup
from benchmarks.peers.ensemble import AGREEMENT, check_agreement, prepared, table
from benchmarks.peers.forms import Program, pilot
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


@pytest.fixture(scope="module")
def work():
    return prepared()


def test_a_run_over_arrays_equals_ours_on_the_same_random_numbers(work):
    assert check_agreement(work, Program(NUMPY, work), 300) <= AGREEMENT


def test_a_program_that_differs_is_refused(work):
    program = Program(NUMPY, work)
    program.sampling.driver = program.sampling.driver._replace(
        central=program.sampling.driver.central * (1.0 + 1e-6)
    )
    with pytest.raises(SystemExit, match="differs"):
        check_agreement(work, program, 64)


def test_the_summary_over_arrays_gives_moments_and_medians(work):
    program = Program(NUMPY, work)
    totals = pilot(program)
    normals = np.random.default_rng(3).standard_normal((2, program.rows, 512))
    for block in normals:
        totals.add(*program.reduced(block, totals), 512)
    years = program.simulate(np.concatenate(normals, axis=1))
    gdp = np.stack([year["gdp"] for year in years])
    mean, std, median = (part[:, SCALARS.index("gdp")] for part in totals.finish())
    np.testing.assert_allclose(mean, gdp.mean(axis=-1), 1e-12)
    np.testing.assert_allclose(std, gdp.std(axis=-1), 1e-8)
    low, middle, high = np.quantile(gdp, [0.05, 0.5, 0.95], axis=-1)
    assert (np.abs(median - middle) <= 0.02 * (high - low)).all()


def test_a_block_whose_accounts_do_not_close_is_refused(work):
    totals = pilot(Program(NUMPY, work))
    with pytest.raises(ArithmeticError, match="identity"):
        totals.add([], [], 1e-6, 1)
    with pytest.raises(ArithmeticError, match="identity"):
        totals.add([], [], float("nan"), 1)


def test_the_table_shows_every_program_and_its_ratio():
    found = {
        "draws_per_second": {
            "provsim, 2 threads": 1000.0,
            "model": 9.0,
            "models": 9.0,
            "batch": 8.0,
            "EMA Workbench": 10.0,
        },
        "ten_scenarios": 1.5,
        "gflops": {"dgemm": 50.0},
        "bandwidth_gb_per_second": 20.0,
        "dgemm_share": 0.5,
        "thread_scaling": 1.9,
        "overhead_share": 0.3,
        "per_draw_solve": 15.0,
        "per_draw_solve_blocks": 5.0,
    }
    text = table(found, 2)
    assert "| EMA Workbench, extrapolated | 10 | 100.0 |" in text
    assert "model" not in text
    assert "| batch" not in text
    assert "time over that of 10 years alone | 1.50 |" in text
    assert "| our matrix product against dgemm | 50% |" in text
