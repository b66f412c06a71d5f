"""No uncertain input is idle."""

from __future__ import annotations

import pandas as pd
import pytest

from sim.ensemble.effects import input_effects
from sim.scenario import scenario

INDICATORS = {
    "gdp_growth",
    "labour_productivity_growth",
    "urbanisation",
    "manufacturing_share",
    "services_growth",
    "industry_growth",
    "investment_growth",
    "rd_growth",
    "co2_intensity_reduction",
    "co2_total",
    "non_fossil_share",
    "energy_production_capacity",
    "clean_capacity_share",
    "clean_generation_share",
    "electricity_shortfall",
    "electricity_surplus",
    "energy_total",
    "electricity_exchange_excess",
    "reserve_margin",
}


TIGHT = {  # limits bind and imported non-fossil electricity counts
    "settings.count_imported_nonfossil": True,
    "energy.coal.hours_max": 2000,
    "energy.import_limit": 45,
}


@pytest.fixture(scope="module")
def effects() -> pd.DataFrame:
    """In `green_push` to 2035, where every unit, capture and nuclear heat are in play."""
    return input_effects("green_push", horizon=2035, score=2.0)


def test_every_input_moves_at_least_one_indicator(effects):
    tight = input_effects(scenario("baseline").set(TIGHT), score=2.0)
    both = pd.concat([effects, tight])
    moved = both[both["variable"].isin(INDICATORS)].groupby("input")["effect"]
    idle = moved.apply(lambda values: values.abs().max())
    assert sorted(idle[idle <= 1e-9].index) == []


@pytest.mark.parametrize(
    ("name", "variable", "sign"),
    [
        ("tfp_trend", "gdp_growth", 1),
        ("efficiency_heavy", "energy_total", -1),
        ("build_wind_onshore", "non_fossil_share", 1),
        ("slip_xudabao_4", "non_fossil_share", -1),
        ("coal_rate", "non_fossil_share", 1),
        ("price_growth_materials", "manufacturing_share", 1),
        ("external_growth_steel_metals", "co2_total", 1),
    ],
)
def test_inputs_move_indicators_in_the_expected_direction(effects, name, variable, sign):
    rows = effects.query("input == @name and variable == @variable and 2028 <= year <= 2030")
    assert len(rows) == 3, sorted(effects["input"].unique())
    assert (sign * rows["effect"] > 0).any()
    assert (sign * rows["effect"] >= -1e-12).all()
