"""The whole backtest: what is scored, kept, and listed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from sim.assess.backtest import Backtest, run_backtest
from sim.assess.backtest import run as run_module
from sim.assess.backtest.cache import cache_key
from sim.assess.backtest.information import Record, load_record, yearly_growth
from sim.assess.backtest.run import AVERAGE, OURS
from sim.assess.backtest.summary import ALL_YEARS, pit_histogram, score_table
from sim.assess.backtest.targets import target_record
from sim.errors import InputError
from sim.figures.series import series

from .conftest import DRAWS


def test_every_origin_and_horizon_with_an_outcome_is_scored(backtest: Backtest) -> None:
    ours = backtest.pairs[backtest.pairs["forecaster"] == OURS]
    counts = ours.groupby(["variable", "horizon"]).size()
    growth = {h: 26 - h for h in range(1, 6)} | {AVERAGE: 21}
    assert counts["gdp_growth"].to_dict() == growth
    assert counts["electricity"].to_dict() == {h: 15 - h for h in range(1, 6)}
    assert counts["co2"].to_dict() == dict.fromkeys(range(1, 6), 5)
    assert len(set(backtest.pairs["forecaster"])) == 6


def test_outcomes_are_the_figures_as_released(backtest: Backtest, record: Record) -> None:
    pairs = backtest.pairs.set_index(["variable", "forecaster", "origin", "horizon"])["observed"]
    assert pairs["gdp_growth", OURS, 2015, 1] == pytest.approx(-0.025)
    used = series("electricity_consumption", frame=record.series)
    assert pairs["electricity", OURS, 2010, 5] == pytest.approx(used[2015] / used[2010] - 1.0)
    fuels = [series(f"co2_fuel_{name}", frame=record.series) for name in ("coal", "coke")]
    fuels += [series(f"co2_fuel_{name}", frame=record.series) for name in ("oil", "gas")]
    total = sum(fuels[1:], start=fuels[0])
    assert pairs["co2", OURS, 2014, 5] == pytest.approx(total[2019] / total[2014] - 1.0)


def test_scores_rank_the_best_first_and_compare_with_ours(backtest: Backtest) -> None:
    scores = score_table(backtest.pairs)
    for _, part in scores.groupby(["variable", "horizon"]):
        assert part["crps"].is_monotonic_increasing
        assert list(part["rank"]) == list(range(1, len(part) + 1))
        ours = part[part["forecaster"] == OURS].iloc[0]
        expected = ours["crps"] - part["crps"]
        whole = part["origins"] == ours["origins"]
        if ours["horizon"] != ALL_YEARS:
            assert part["difference"][whole].to_numpy() == pytest.approx(expected[whole])
    assert (scores["effective_origins"] <= scores["origins"] + 1e-9).all()


def test_pit_shares_sum_to_one(backtest: Backtest) -> None:
    shares = pit_histogram(backtest.pairs).groupby("variable")["share"].sum()
    assert shares.to_numpy() == pytest.approx(np.ones(3))


def test_a_second_run_reads_the_kept_tables(
    backtest: Backtest, record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("projected again")

    monkeypatch.setattr(run_module, "project_growth", fail)
    again = run_backtest(record=record, draws=DRAWS)
    assert_frame_equal(again.pairs, backtest.pairs, check_exact=True)
    assert again.width.factor == backtest.width.factor


def test_the_key_follows_data_and_settings(record: Record) -> None:
    changed = record.series.copy()
    changed.loc[0, "value"] += 1e-9
    keys = {
        cache_key(record.series, 1),
        cache_key(record.series, 2),
        cache_key(changed, 1),
    }
    assert len(keys) == 3
    assert cache_key(record.series, 1) in keys


@pytest.fixture(scope="module")
def other(record: Record, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A pack of another province: growth since 1990 and population only."""
    frame = record.series
    keep = frame["variable"].isin(["gdp_growth", "population", "gdp"]) & (frame["year"] >= 1990)
    folder = tmp_path_factory.mktemp("other")
    rows = frame[keep].copy()
    rows["value"] = rows["value"] * 0.9
    borrowed = frame[frame["variable"] == "fixed_capital_formation"].copy()
    borrowed["source"] = "series of Liaoning (sim/figures/data/series.csv)"
    rows = pd.concat([rows, borrowed])
    rows.to_csv(folder / "series.csv", index=False)
    return folder


def test_a_province_with_little_is_scored_on_it_and_told_what_is_missing(
    other: Path, cache: str
) -> None:
    found = run_backtest(other, draws=50)
    assert set(found.pairs["variable"]) == {"gdp_growth"}
    assert found.pairs["origin"].min() == 2000
    absent = found.missing[found.missing["origin"] == 0]
    assert set(absent["variable"]) == {"electricity", "co2"}
    later = found.missing[found.missing["origin"] == 2010]
    assert "fixed_capital_formation" in set(later["variable"])


def test_revised_levels_of_another_province_are_left_out(other: Path) -> None:
    assert set(load_record(other).series["vintage"]) == {"published", "released"}


def test_a_gap_in_the_growth_record_is_refused(record: Record) -> None:
    frame = record.series
    gap = (frame["variable"] == "gdp_growth") & (frame["year"] == 1995)
    holed = replace(record, series=frame[~gap].reset_index(drop=True))
    with pytest.raises(InputError, match="missing"):
        run_backtest(record=holed, draws=50)


def test_growth_over_a_gap_is_no_growth_rate() -> None:
    levels = pd.Series([1.0, 2.0, 8.0, 8.0], index=[2000, 2001, 2003, 2004])
    assert yearly_growth(levels).to_dict() == pytest.approx({2001: np.log(2.0), 2004: 0.0})


def test_growth_that_ends_too_early_is_refused(record: Record) -> None:
    short = record.series[record.series["year"] <= 2000].reset_index(drop=True)
    with pytest.raises(InputError, match="no origin"):
        run_backtest(record=replace(record, series=short), draws=50)


def test_targets_stand_beside_their_outcomes(backtest: Backtest) -> None:
    table = target_record(backtest.pairs).set_index(["indicator", "year"])
    pair = table.loc[("gdp_growth", 2024), ["target", "outcome"]].tolist()
    assert pair == pytest.approx([0.055, 0.051])
    pair = table.loc[("gdp_growth", 2025), ["target", "outcome"]].tolist()
    assert pair == pytest.approx([0.05, 0.037])
    pairs = backtest.pairs
    said = pairs[
        (pairs["variable"] == "gdp_growth")
        & (pairs["forecaster"] == OURS)
        & (pairs["origin"] == 2024)
        & (pairs["horizon"] == 1)
    ]
    assert table.loc[("gdp_growth", 2025), "model_mean"] == said["mean"].item()
    assert table["model_mean"].notna().sum() == 2
    assert ("gdp_growth", 2026) not in table.index
