"""Every input error is refused at its exact place, with what is allowed and what is near."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.scenario import parse_set, scenario

BAD = Path(__file__).parent / "bad"
WIND = "energy.wind.build_gw"
CASES: list[tuple[str, int | None, str | None, list[str]]] = [
    ("unknown_key", 2, "horizn", ["unknown key", "did you mean 'horizon'?"]),
    ("unknown_lever", 4, "energy.wind.built_gw", ["unknown lever", f"did you mean '{WIND}'?"]),
    ("unknown_nested_lever", 5, "energy.wind.build", ["unknown lever", f"'{WIND}'"]),
    ("unknown_power_unit", 3, "units.xudabao_9.year", ["unknown lever", "units.xudabao_"]),
    ("unknown_setting", 3, "settings.clean_definitoin", ["settings.clean_definition"]),
    ("wrong_unit", 3, WIND, ["wrong unit", "4 TWh", "GW, MW", "万千瓦"]),
    ("out_of_range", 3, f"{WIND}.2028", ["out of range", "40 in 2028", "0 to 20 GW/yr"]),
    ("out_of_range_by_unit", 3, WIND, ["out of range", "found 40"]),
    ("share_over_one", 3, "industry.eaf_share", ["share over 1: write 0.24 for 24 %"]),
    ("growth_in_percent", 3, "demand.exports_growth", ["write 0.05 or '5 %' for 5 %"]),
    ("growth_below_minus_hundred", 3, "demand.exports_growth", ["above -100 %", "-120 %"]),
    ("not_a_number", 3, WIND, ["a number", "'plenty'", "0 to 20 GW/yr"]),
    ("no_value", 3, WIND, ["a number is expected", "found nothing"]),
    ("list_for_number", 3, WIND, ["a number is expected", "[1, 2]"]),
    ("boolean_for_number", 3, WIND, ["a number is expected", "found true"]),
    ("number_for_boolean", 3, "units.xudabao_3.included", ["yes or no", "true or false"]),
    ("not_finite", 3, WIND, ["finite", "nan"]),
    ("bad_choice", 3, "closure.kind", ["not one of the choices", "did you mean 'supply_led'?"]),
    ("year_out_of_range", 4, f"{WIND}.2025", ["year outside", "2026 to 2060"]),
    ("not_a_year", 5, f"{WIND}.soon", ["a year is expected", "'soon'"]),
    ("years_for_constant", 3, "growth.capital_share", ["one value for all years"]),
    ("no_years", 3, WIND, ["no year is given"]),
    ("group_for_lever", 3, "energy.wind", ["a group of levers", WIND]),
    ("set_twice", 6, WIND, ["set twice", "first in line 3"]),
    ("duplicate_key", 4, WIND, ["key given twice"]),
    ("not_yaml", 4, None, ["not valid YAML"]),
    ("not_a_mapping", 1, None, ["a scenario is a mapping"]),
    ("empty", 1, None, ["a scenario is a mapping"]),
    ("tagged", 3, f"values.{WIND}", ["tags are not allowed"]),
    ("two_documents", 2, None, ["a second document"]),
    ("too_deep", 2, None, ["nested too deeply"]),
    ("not_utf8", None, None, ["not UTF-8"]),
    ("missing_name", 1, "name", ["required key is missing"]),
    ("bad_name", 1, "name", ["not a short name", "small letters"]),
    ("bad_horizon", 2, "horizon", ["greater than or equal to 2026", "found 2020"]),
    ("horizon_as_text", 2, "horizon", ["integer", "'2030'"]),
    ("unknown_parent", 2, "extends", ["no such scenario to extend", "did you mean 'plan'?"]),
    ("contradicting_closure", 4, "closure.weight_domestic", ["contradicts closure.kind"]),
    ("contradicting_unit", 4, "units.xudabao_4.year", ["contradicts", "included false"]),
    ("crossed_limits", 4, "energy.coal.availability", ["contradictory", "in 2028", "0.7 over 0.6"]),
    ("export_beyond_links", 3, "energy.net_import", ["contradictory", "in 2026", "-90 over 75"]),
    ("values_and_changes", 5, f"{WIND}.2029", ["cannot be mixed"]),
    ("factor_with_unit", 3, WIND, ["a factor has no unit"]),
    ("change_out_of_range", 3, WIND, ["out of range", "in 2026", "0 to 20 GW/yr"]),
    ("extra_in_sourced_value", 3, WIND, ["two keys", "sauce", "value, source"]),
    ("source_not_text", 3, WIND, ["the source is a text"]),
    ("negative_sd", 3, "inputs.tfp_growth.sd", ["greater than or equal to 0", "found -1"]),
    ("unknown_input_key", 3, "inputs.tfp_growth.std", ["unknown key", "allowed: sd"]),
    ("fractional_draw", 3, "base_year.draw", ["a whole number"]),
]


@pytest.mark.parametrize(("name", "line", "key", "parts"), CASES, ids=[case[0] for case in CASES])
def test_bad_file_is_refused_at_its_place(
    name: str, line: int | None, key: str | None, parts: list[str]
) -> None:
    path = BAD / f"{name}.yaml"
    with pytest.raises(InputError) as caught:
        scenario(path).resolve()
    error = caught.value
    assert (error.file, error.line, error.key) == (str(path), line, key)
    for part in parts:
        assert part in str(error)
    assert "\n" not in str(error)


def test_a_circle_of_extensions_is_named() -> None:
    with pytest.raises(InputError, match="cycle > cycle_back > cycle") as caught:
        scenario(BAD / "cycle.yaml")
    assert caught.value.key == "extends"
    assert caught.value.line == 2
    assert caught.value.file == str(BAD / "cycle_back.yaml")


def test_every_bad_file_is_tested() -> None:
    tested = {case[0] for case in CASES} | {"cycle", "cycle_back"}
    assert {path.stem for path in BAD.iterdir()} == tested


def test_missing_scenario_gets_the_nearest_name() -> None:
    with pytest.raises(InputError, match="did you mean 'plan'"):
        scenario("plann")


@pytest.mark.parametrize("text", ["energy.wind.build_gw", "=4", "energy.wind.build_gw="])
def test_malformed_set_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="key=value"):
        parse_set(text)


def test_set_names_itself_as_the_place() -> None:
    with pytest.raises(InputError) as caught:
        scenario("baseline").set({"energy.wind.bild_gw": 4})
    assert caught.value.file == "--set"
    assert caught.value.nearest == WIND


def test_a_bad_horizon_is_refused_from_everywhere() -> None:
    with pytest.raises(InputError, match="2026 to 2060"):
        scenario("baseline").set({"horizon": 2090})
    with pytest.raises(InputError, match="2026 to 2060"):
        scenario("baseline").resolve(horizon=2025)


def test_default_of_the_pack_is_not_invented_without_a_pack() -> None:
    resolved = scenario("baseline").resolve()
    with pytest.raises(InputError, match="comes from a data pack"):
        resolved.value("energy.net_import")
    with pytest.raises(InputError, match="not a number"):
        resolved.value("closure.kind")
    with pytest.raises(InputError, match="is a number"):
        resolved.choice("energy.wind.build_gw")


def test_pack_without_a_variable_names_variable_and_lever(pack) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InputError, match="capital_share") as caught:
        scenario("baseline").resolve(pack.drop_vars("capital_share"))
    assert caught.value.key == "growth.capital_share"
