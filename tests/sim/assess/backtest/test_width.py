"""The width factor finds what was built in, without the origin that it is scored on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.assess.backtest import Backtest
from sim.assess.backtest.growth import HORIZON
from sim.assess.backtest.width import WidthResult, growth_width, width_result
from sim.baseyear.growth_width import MEAN, YEARLY, read_width_table

YEARS = range(1900, 2100)


def made(true_sd: float, fan_sd: float) -> tuple[dict[int, np.ndarray], pd.Series]:
    generator = np.random.default_rng(11)
    outcomes = pd.Series(true_sd * generator.standard_normal(len(YEARS)), index=YEARS)
    fans = {year: fan_sd * generator.standard_normal((HORIZON, 400)) for year in list(YEARS)[:-1]}
    return fans, outcomes


@pytest.mark.parametrize(("true_sd", "fan_sd"), [(0.02, 0.02), (0.03, 0.02), (0.01, 0.02)])
def test_the_factor_is_the_ratio_of_true_to_drawn_width(true_sd: float, fan_sd: float) -> None:
    found = width_result(*made(true_sd, fan_sd))
    assert found.factor == pytest.approx(true_sd / fan_sd, rel=0.12)
    table = found.table.set_index(["measure", "sample", "criterion"])
    row = table.loc[(YEARLY, "all", "log_score")]
    assert row["factor"] == pytest.approx(true_sd / fan_sd, rel=0.12)
    assert row["coverage_90"] == pytest.approx(0.9, abs=0.04)


def test_an_origin_does_not_decide_its_own_factor() -> None:
    fans, outcomes = made(0.02, 0.02)
    few = {year: fans[year] for year in range(1900, 1910)}
    base = width_result(few, outcomes).table
    shocked = outcomes.copy()
    shocked.loc[1910:] = 5.0  # seen by the last origins only
    moved = width_result(few, shocked).table
    rows = (base["measure"] == YEARLY) & (base["sample"] == "all") & (base["criterion"] == "crps")
    # the first origins are scored with a factor from the last ones, the last from the first
    assert moved[rows]["factor_high"].item() > 2.0 > base[rows]["factor_high"].item()
    assert moved[rows]["factor_low"].item() < base[rows]["factor_high"].item()


def test_means_without_a_year_use_no_window_that_holds_it() -> None:
    fans, outcomes = made(0.02, 0.02)
    table = width_result(fans, outcomes).table.set_index(["measure", "sample", "criterion"])
    windows = len(YEARS) - HORIZON
    assert table.loc[(MEAN, "all", "crps"), "pairs"] == windows
    assert table.loc[(MEAN, "without_2016", "crps"), "pairs"] == windows - HORIZON
    assert table.loc[(MEAN, "without_2011_2016", "crps"), "pairs"] == windows - HORIZON - 5


def test_one_year_does_not_decide_the_factor_of_the_record(backtest: Backtest) -> None:
    table = backtest.width.table.set_index(["measure", "criterion", "sample"])["factor"]
    found = table.sort_index().loc[(MEAN, "crps")]
    assert set(found.index) == {"all", "without_2016", "without_2011_2016"}
    assert backtest.width.factor_mean == pytest.approx(found["without_2016"], abs=1e-3)
    worse = backtest.width.table.copy()
    worse.loc[worse["sample"] == "all", "factor"] = 9.0  # whatever 2016 adds
    assert WidthResult.of(worse).factor_mean == backtest.width.factor_mean
    assert (backtest.width.table["effective_origins"] < backtest.width.table["origins"]).all()


def test_the_table_that_calibration_reads_is_that_of_the_backtest() -> None:
    """`provsim backtest --out DIR` writes growth_width.csv anew."""
    pd.testing.assert_frame_equal(read_width_table(), growth_width().table, rtol=1e-9)


def test_a_result_is_what_its_table_says(backtest: Backtest) -> None:
    again = WidthResult.of(backtest.width.table)
    assert (again.factor, again.factor_mean) == (
        backtest.width.factor,
        backtest.width.factor_mean,
    )
