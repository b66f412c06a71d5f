"""Nothing younger than the origin enters a projection."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim.ensemble
from sim.assess.backtest.growth import project_growth
from sim.assess.backtest.information import Record, known_at, load_record
from sim.assess.backtest.run import densities_at
from sim.baseyear.growth_parameters import load_growth_parameters
from sim.errors import InputError

DRAWS = 100


def rows(frame: pd.DataFrame, variable: str, vintage: str) -> pd.DataFrame:
    return frame[(frame["variable"] == variable) & (frame["vintage"] == vintage)]


@pytest.mark.parametrize("origin", [2000, 2011, 2019, 2020, 2024])
def test_no_observation_is_younger_than_the_origin(record: Record, origin: int) -> None:
    known = record.at(origin).series
    assert known["year"].max() == origin
    assert set(rows(known, "gdp_growth", "released")["year"]) == set(range(1978, origin + 1))


def test_revised_levels_are_unknown_before_their_revision(record: Record) -> None:
    assert rows(known_at(record.series, 2019), "gdp", "revised").empty
    assert set(rows(known_at(record.series, 2020), "gdp", "revised")["year"]) == set(
        range(2005, 2020)
    )
    assert rows(known_at(record.series, 2022), "gdp", "revised")["year"].max() == 2021


def test_averages_first_printed_in_2026_are_unknown_to_every_origin(record: Record) -> None:
    averages = record.at(2024).series
    assert rows(averages, "gdp_growth_five_year_average", "documents").empty


def test_parameters_are_those_of_the_time(record: Record) -> None:
    assert record.at(2005).parameters.value("capital_share") == 0.5
    assert record.at(2016).parameters.value("capital_share") == 0.417
    assert record.at(2024).parameters.value("capital_share") == 0.481
    assert record.at(2015).parameters.year("bias_break_year") > 2100
    assert record.at(2016).parameters.year("bias_break_year") == 2016


def perturbed(record: Record, origin: int) -> Record:
    """The record with every figure that was not known at the origin changed or gone."""
    frame = record.series.copy()
    known = known_at(frame, origin, record.releases)
    keys = ["variable", "year", "vintage"]
    known_keys = set(map(tuple, known[keys].to_numpy()))
    later = np.array([tuple(row) not in known_keys for row in frame[keys].to_numpy()])
    frame.loc[later, "value"] = frame.loc[later, "value"] * 1.7 + 0.1
    odd = later & (np.arange(len(frame)) % 3 == 0)
    return replace(record, series=frame[~odd].reset_index(drop=True))


@pytest.mark.parametrize("origin", [2004, 2012, 2018, 2021])
def test_a_changed_future_changes_no_bit_of_a_projection(record: Record, origin: int) -> None:
    found = []
    for one in (record, perturbed(record, origin)):
        known = one.at(origin)
        growth, missing = project_growth(known, DRAWS, 1)
        found.append((missing, densities_at(known, growth, DRAWS, 1)))
    assert found[0][0] == found[1][0]
    assert found[0][1].keys() == found[1][1].keys()
    for variable, densities in found[0][1].items():
        for forecaster, draws in densities.items():
            assert np.array_equal(draws, found[1][1][variable][forecaster]), (variable, forecaster)


def test_a_changed_past_does_change_the_projection(record: Record) -> None:
    frame = record.series.copy()
    past = (frame["variable"] == "gdp_growth") & (frame["year"] == 2010)
    frame.loc[past, "value"] += 0.01
    before, _ = project_growth(record.at(2011), DRAWS, 1)
    after, _ = project_growth(replace(record, series=frame).at(2011), DRAWS, 1)
    assert abs(float(after.mean() - before.mean())) > 1e-4


def test_a_pack_without_series_is_refused(tmp_path) -> None:
    with pytest.raises(InputError, match="no series"):
        load_record(tmp_path)
    with pytest.raises(InputError, match="no such pack folder"):
        load_record(tmp_path / "nowhere")


def test_investment_persists_as_in_the_ensemble() -> None:
    table = pd.read_csv(Path(sim.ensemble.__path__[0]) / "data" / "inputs.csv")
    row = next(row for row in table.itertuples() if row.name == "investment_growth")
    persistence = load_growth_parameters().value("investment_growth_persistence")
    assert f"ar1({persistence:g})" in tuple(row)
