"""History split exactly, intensities against later years, rules run backwards."""

from __future__ import annotations

import numpy as np
import pytest

from sim.assess.energy_record import (
    backcast,
    by_fuel,
    by_sector,
    predict_sectors,
    summarise_errors,
)
from sim.assess.energy_record.imports import displacement, episodes, import_record
from sim.baseyear.pack import load_pack
from sim.ensemble.inputs import read_inputs
from sim.errors import InputError
from sim.figures.series import load_series, series
from sim.scenario.levers import find_lever


@pytest.fixture(scope="module")
def pack():
    return load_pack()


@pytest.fixture(scope="module")
def frame():
    return load_series()


def test_fuel_effects_add_up_to_the_inventory_in_every_year(pack, frame):
    table = by_fuel(pack, frame)
    total = series("co2_total", frame=frame)
    change = total.diff().loc[1998:2019]
    assert table.index.tolist() == list(range(1998, 2020))
    np.testing.assert_allclose(table["change"], change, atol=1e-9)
    effects = table.drop(columns="change").sum(axis=1)
    np.testing.assert_allclose(effects, change, atol=1e-9)


def test_furnace_gas_stands_apart(pack, frame):
    table = by_fuel(pack, frame)
    # the inventory misses most furnace gas in 2011 and 2012
    assert table.loc[2011, "furnace_gas"] < -25.0
    assert table.loc[2013, "furnace_gas"] > 25.0


def test_sector_effects_add_up_to_the_inventory_in_every_year(frame):
    table = by_sector(frame)
    change = series("co2_total", frame=frame).diff().loc[1998:2019]
    np.testing.assert_allclose(table["change"], change, atol=1e-6)


def test_activity_effect_agrees_between_both_splits_in_sign(pack, frame):
    fuels, sectors = by_fuel(pack, frame), by_sector(frame)
    assert (np.sign(fuels["activity"]) == np.sign(sectors["activity"])).all()


def test_intensities_to_2017_predict_2018_and_2019(frame):
    table = predict_sectors(frame)
    assert len(table) == 2 * 18
    large = table[table["actual"] > 30.0]
    assert set(large["sector"]) == {"power_heat", "metals", "transport"}
    assert large["inside"].all()
    assert large["error"].abs().max() < 0.06
    total = summarise_errors(table).set_index("year")
    assert total["error"].abs().max() < 0.02
    # a 90 % interval should miss some of 36 sector years, and not many more than 3.6
    assert 0.75 <= table["inside"].mean() < 1.0


def test_no_later_figure_reaches_a_prediction(frame):
    changed = frame.copy()
    later = (changed["year"] > 2017) & changed["variable"].str.startswith("co2_")
    changed.loc[later, "value"] *= 1.7
    names = ["sector", "year", "predicted", "low", "high"]
    assert predict_sectors(changed)[names].equals(predict_sectors(frame)[names])


def test_a_window_that_is_too_short_is_refused(frame):
    with pytest.raises(InputError, match="window"):
        predict_sectors(frame, window=3)


def test_a_year_without_activity_is_refused(frame):
    with pytest.raises(InputError, match="no figure"):
        predict_sectors(frame, window=30)


def test_generation_of_2020_to_2024_lies_in_the_stated_uncertainty(pack, frame):
    table = backcast(pack, frame).set_index(["technology", "year"])
    assert len(table) == 19
    # 19 comparisons: 17 expected inside 90 %, fewer than 15 would refute the widths
    assert table["inside_90"].sum() >= 15
    assert table["z"].abs().max() < 2.58
    assert table.loc[("nuclear", 2024), "actual"] == pytest.approx(51.37)


def test_nuclear_backcast_by_hand(pack, frame):
    row = backcast(pack, frame).set_index(["technology", "year"]).loc[("nuclear", 2021)]
    hours = float(
        pack["electricity_generation"].sel(technology="nuclear")
        / pack["electricity_capacity_average"].sel(technology="nuclear")
    )
    # 4.48 GW at the end of 2020, 5.58 GW at the end of 2021; spread of hours 5 %
    assert row["backcast"] == pytest.approx(5.03 * hours, rel=1e-12)
    assert row["sd"] == pytest.approx(0.05 * 5.03 * hours, rel=1e-12)


def test_net_import_is_what_consumption_leaves(pack, frame):
    record = import_record(pack, frame)
    sources = record[["thermal", "hydro", "nuclear", "wind", "solar", "net_import"]]
    np.testing.assert_allclose(sources.sum(axis=1), record["consumption"], rtol=1e-12)
    # 2013, all published: 200.85 - 133.55 - 3.76 - 5.39 - 10.03
    assert record.loc[2013, "net_import"] == pytest.approx(48.11, abs=0.01)


def test_displacement_finds_the_share_a_record_was_made_with(pack, frame):
    record = import_record(pack, frame)
    gained = record["own"] - record["consumption"]
    found = displacement(record.assign(net_import=40.0 - 0.4 * gained))
    assert found.value == pytest.approx(0.4)
    assert found.standard_error == pytest.approx(0.0, abs=1e-9)


def test_the_lever_holds_what_the_record_gives_and_the_input_is_wider(pack, frame):
    record = import_record(pack, frame)
    found = displacement(record)
    halves = displacement(record, last=2016), displacement(record, first=2016)
    assert float(find_lever("energy.net_import_displacement").default) == round(found.value, 2)
    width = next(i.scale for i in read_inputs() if i.name == "net_import_displacement")
    assert found.standard_error < width
    assert halves[1].value < found.value - 0.9 * width
    assert halves[0].value > found.value + 0.8 * width


def test_net_import_fell_when_hongyanhe_came_and_consumption_stood(pack, frame):
    table = episodes(import_record(pack, frame))
    first = table.loc[(2012, 2016)]
    assert first["own"] > first["consumption"] + 9.0
    assert first["net_import"] < -20.0
    assert table.loc[(2016, 2020), "net_import"] > 0.0  # consumption ran ahead
