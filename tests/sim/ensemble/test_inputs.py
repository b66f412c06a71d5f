from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xarray as xr

from models.inputoutput.drawn import FACTORS
from models.state import DRIVERS
from sim.baseyear.pack import load_pack
from sim.ensemble.inputs import (
    INPUTS_FILE,
    check_drivers,
    count_kinds,
    expand_units,
    read_inputs,
)
from sim.ensemble.sampler import pack_numbers
from sim.errors import InputError

INPUTS = read_inputs()
UNITS = {"north_1": "nuclear", "hill": "pumped_storage", "town": "coal", "north_2": "nuclear"}
# Numbers and names are permanent: an input may be added at the end, never moved.
FIRST = ("tfp_trend", "output_gap_2025", "gap_persistence", "tfp_trend_drift", "gap_shock")


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, str], Path]:
    """Return the bundled table with one piece of text replaced."""

    def edit(old: str, new: str) -> Path:
        text = INPUTS_FILE.read_text(encoding="utf-8")
        assert old in text
        path = tmp_path / "inputs.csv"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return path

    return edit


def test_there_are_at_least_55_uncertain_inputs():
    assert len(INPUTS) >= 55


def test_every_input_moves_a_driver_of_the_model():
    check_drivers(expand_units(INPUTS, UNITS), (*DRIVERS, *FACTORS), UNITS)


# the path of vehicles' electric share gave way to their stock, curtailment_slope and
# coal_hours_min to the hours of power
RETIRED = {59, 85, 91}


def test_orders_follow_the_file_and_retired_ones_stay_free():
    used = [item.order for item in INPUTS]
    assert used == sorted(used)
    assert set(used) == set(range(1, max(used) + 1)) - RETIRED
    assert tuple(item.name for item in INPUTS[:5]) == FIRST


def test_judgements_are_counted():
    kinds = count_kinds(INPUTS)
    assert sum(kinds.values()) == len(INPUTS)
    assert kinds["judgement"] == sum(item.kind == "judgement" for item in INPUTS) > 0


def test_the_subjects_named_in_the_method_are_all_covered():
    moved = {item.driver for item in INPUTS}
    named = {
        *("tfp_growth", "gap_shock", "capital_share", "depreciation_rate", "investment_growth"),
        *("working_age_growth", "participation_growth", "exports_growth", "outflow_growth"),
        *("external_growth_steel_metals", "external_growth_petrochemicals"),
        *("external_growth_vehicles", "efficiency_heavy", "electrification_industry"),
        *("hours_wind_onshore", "build_wind_onshore", "slip_<nuclear>", "coal_rate"),
        *("emission_factor_coal", "price_growth_services", "closure_weight_domestic"),
        "base_draw",
    }
    assert named <= moved


def test_a_slip_row_becomes_one_input_for_each_unit_of_its_technology():
    expanded = expand_units(INPUTS, UNITS)
    slips = [(item.name, item.row_name) for item in expanded if item.distribution == "slip"]
    assert slips == [
        ("slip_north_1", "slip_nuclear"),
        ("slip_north_2", "slip_nuclear"),
        ("slip_hill", "slip_pumped_storage"),
        ("slip_town", "slip_coal"),
    ]


def test_an_unknown_driver_is_refused_with_the_nearest_name():
    other = [driver.replace("tfp_growth", "tfp_growth_rate") for driver in DRIVERS]
    with pytest.raises(InputError, match=r"tfp_trend: driver is unknown.*'tfp_growth_rate'"):
        check_drivers(expand_units(INPUTS, UNITS), other, UNITS)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("distribution", "distributions", "distribution: column is missing"),
        (",posterior,", ",posterier,", "did you mean 'posterior'"),
        (",ar1(0.3),", ",ar1(1.3),", "time structure is unknown"),
        (",0.028,", ",wide,", "scale is not a number; found wide"),
        (",0.028,", ",-0.028,", "scale is negative"),
        (",0.028,", ",,", "scale is missing for distribution normal"),
        ("2,output_gap_2025", "1,output_gap_2025", "order is used twice"),
        ("5,gap_shock,", "5,tfp_trend,", "name is used twice"),
        ("add,normal,,0.028,,", "add,normal,,0.028,0,", "low is superfluous"),
        ("multiply,lognormal", "add,lognormal", "lognormal goes with effect multiply"),
        (",random_walk,log,judgement", ",random_walk,CNY,judgement", "is a logarithm"),
        (",0.2,constant,ratio", ",0.6,constant,ratio", "probability_zero in"),
        (",0.028,,,,,ar1", ",0.028,,,,,arma1", "time structure is unknown"),
        (",citation,", ",hearsay,", "kind is unknown"),
        (",random_walk,log/yr", ",constant,log/yr", "shock of the posterior is yearly"),
        ("growth_draw,replace", "growth_draws,replace", "draws of the pack; found growth_draws"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(edited, old, new, message):
    with pytest.raises(InputError, match=message):
        read_inputs(edited(old, new))


def test_the_bundled_pack_has_every_number_that_the_inputs_take_from_it():
    numbers = pack_numbers(load_pack())
    for item in INPUTS:
        if item.pack_name is not None:
            drawn = item.distribution in ("posterior", "posterior_width")
            assert item.pack_name in (numbers.growth.names if drawn else numbers.scales)


def test_a_pack_without_growth_draws_is_refused():
    with pytest.raises(InputError, match="growth_posterior_draws: the base pack lacks"):
        pack_numbers(xr.Dataset())
