"""Precedence, interpolation and units of scenario values."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from sim.errors import InputError
from sim.scenario import Scenario, layers_in_order, parse_set, scenario

WIND = "energy.wind.build_gw"


def write(folder: Path, name: str, body: str) -> Path:
    path = folder / f"{name}.yaml"
    path.write_text(f"name: {name}\n{body}", encoding="utf-8")
    return path


def trial(folder: Path, line: str) -> Scenario:
    return scenario(write(folder, "trial", f"values:\n  {line}\n"))


def test_set_beats_file_beats_extended_beats_default(tmp_path: Path) -> None:
    write(tmp_path, "first", f"values: {{{WIND}: 1, energy.solar.build_gw: 1}}\n")
    write(tmp_path, "second", f"values: {{{WIND}: 2, energy.storage.build_gw: 2}}\n")
    body = f"extends: [first, second]\nvalues: {{{WIND}: 3, energy.gas.build_gw: 3}}\n"
    subject = scenario(write(tmp_path, "third", body))
    resolved = subject.set({"energy.coal.build_gw": 1, WIND: 4}).resolve()
    assert [kind for kind, _ in layers_in_order(subject)] == ["extended", "extended", "file", "set"]
    last = {
        WIND: (4.0, "set"),
        "energy.gas.build_gw": (3.0, "file"),
        "energy.storage.build_gw": (2.0, "extended"),
        "energy.solar.build_gw": (1.0, "extended"),
        "energy.biomass.build_gw": (0.05, "default"),
    }
    for lever, (value, kind) in last.items():
        assert resolved.value(lever)[0] == value
        assert resolved.origin(lever).kind == kind
    assert subject.resolve().value(WIND)[0] == 3.0
    assert subject.resolve().origin(WIND).place.endswith("third.yaml:3")
    assert subject.resolve().origin("energy.storage.build_gw").place.endswith("second.yaml:2")


def test_later_extended_scenario_wins_and_a_shared_ancestor_applies_once(tmp_path: Path) -> None:
    write(tmp_path, "root", f"values: {{{WIND}: 1}}\n")
    write(tmp_path, "left", f"extends: root\nvalues: {{{WIND}: 2}}\n")
    write(tmp_path, "right", "extends: root\nvalues: {energy.solar.build_gw: 2}\n")
    subject = scenario(write(tmp_path, "leaf", "extends: [left, right]\n"))
    assert [item.name for item in subject.extended] == ["root", "left", "right"]
    assert subject.resolve().value(WIND)[0] == 2.0


def test_set_leaves_the_scenario_unchanged() -> None:
    plan = scenario("plan")
    before = plan.resolve().value(WIND).copy()
    changed = plan.set({WIND: {2027: 4.0}, "horizon": 2035})
    assert (plan.resolve().value(WIND) == before).all()
    assert changed.resolve().horizon == 2035
    assert changed.resolve().value(WIND).size == 10


def test_years_between_are_linear_from_the_base_year_and_held_at_the_end(tmp_path: Path) -> None:
    resolved = trial(tmp_path, f"{WIND}: {{2027: 3.9, 2029: 5.9}}").resolve(horizon=2031)
    # the default 1.9 stands in 2025
    expected = [2.9, 3.9, 4.9, 5.9, 5.9, 5.9]
    assert resolved.years.tolist() == [2026, 2027, 2028, 2029, 2030, 2031]
    np.testing.assert_allclose(resolved.value(WIND), expected, rtol=0, atol=1e-12)


def test_path_starts_from_the_base_year_of_the_pack(tmp_path: Path, pack: xr.Dataset) -> None:
    resolved = trial(tmp_path, "industry.eaf_share: {2027: 0.2}").resolve(pack)
    expected = [0.15, 0.2, 0.2, 0.2, 0.2]
    np.testing.assert_allclose(resolved.value("industry.eaf_share"), expected, atol=1e-12)


def test_one_number_holds_in_every_year(tmp_path: Path) -> None:
    assert (trial(tmp_path, f"{WIND}: 3").resolve().value(WIND) == 3.0).all()


def test_a_change_acts_on_the_layers_below_and_grows_in_from_the_base_year(tmp_path: Path) -> None:
    write(tmp_path, "below", f"values: {{{WIND}: 2}}\n")
    body = f"extends: below\nvalues: {{{WIND}: {{2027: base + 1, 2028: base + 2}}}}\n"
    resolved = scenario(write(tmp_path, "above", body)).resolve()
    np.testing.assert_allclose(resolved.value(WIND), [2.5, 3.0, 4.0, 4.0, 4.0], atol=1e-12)
    assert "(base: " in resolved.origin(WIND).place
    halved = scenario(tmp_path / "above.yaml").set({WIND: "base * 0.5"}).resolve()
    np.testing.assert_allclose(halved.value(WIND), [1.25, 1.5, 2.0, 2.0, 2.0], atol=1e-12)


@pytest.mark.parametrize(
    ("lever", "written", "value"),
    [
        (WIND, "'4 GW'", 4.0),
        (WIND, "4000 MW", 4.0),
        (WIND, "400 万千瓦", 4.0),
        (WIND, "4 GW/yr", 4.0),
        ("energy.data_centre_electricity", "30 亿千瓦时", 3.0),
        ("energy.nuclear.heat", "12 万吨标准煤", 0.12),
        ("carbon.capture", "40 万吨", 0.4),
        ("energy.coal_rate", "290 gce/kWh", 0.29),
        ("industry.eaf_share", "24 %", 0.24),
        ("industry.eaf_share", "24%", 0.24),
        ("demand.exports_growth", "5 %", math.log(1.05)),
        ("demand.exports_growth", "-5 %/yr", math.log(0.95)),
        ("population.urbanisation_increase", "0.4 个百分点", 0.004),
    ],
)
def test_units_are_converted(tmp_path: Path, lever: str, written: str, value: float) -> None:
    resolved = trial(tmp_path, f"{lever}: {written}").resolve()
    assert resolved.value(lever)[0] == pytest.approx(value, rel=1e-14)


def test_nested_and_dotted_names_mean_the_same(tmp_path: Path) -> None:
    nested = trial(tmp_path, "energy: {wind: {build_gw: {2027: 4}}}").resolve()
    dotted = trial(tmp_path, f"{WIND}: {{2027: 4}}").resolve()
    assert (nested.value(WIND) == dotted.value(WIND)).all()


def test_source_is_carried_to_the_provenance(tmp_path: Path, pack: xr.Dataset) -> None:
    subject = trial(tmp_path, f'{WIND}: {{value: {{2027: 4}}, source: "002:1429"}}')
    table = subject.resolve(pack).provenance().set_index("lever")
    assert table.loc[WIND, "source"] == "002:1429"
    assert table.loc[WIND, 2027] == 4.0
    assert table.loc[WIND, "place"].endswith("trial.yaml:3")
    assert table.loc["energy.net_import", "origin"] == "pack"
    assert table.loc["energy.net_import", 2030] == 44.0
    assert table.loc["closure.kind", 2026] == "supply_led"


def test_settings_block_is_short_for_settings_levers(tmp_path: Path) -> None:
    body = "settings:\n  carbon_intensity_target: 18 %\n  count_imported_nonfossil: true\n"
    settings = scenario(write(tmp_path, "trial", body)).resolve().settings
    assert settings["carbon_intensity_target"] == pytest.approx(0.18)
    assert settings["count_imported_nonfossil"] is True
    assert settings["carbon_intensity_scope"] == "with_imports"


def test_inputs_of_the_file_win_over_those_extended(tmp_path: Path) -> None:
    write(tmp_path, "below", "inputs: {a: {sd: 1}, b: {sd: 1}}\n")
    top = write(tmp_path, "above", "extends: below\ninputs: {a: {sd: 0}}\n")
    assert scenario(top).resolve().inputs == {"a": {"sd": 0.0}, "b": {"sd": 1.0}}


def test_horizon_of_the_nearest_file_holds(tmp_path: Path) -> None:
    write(tmp_path, "below", "horizon: 2035\n")
    assert scenario(write(tmp_path, "a", "extends: below\n")).horizon == 2035
    assert scenario(write(tmp_path, "b", "extends: below\nhorizon: 2032\n")).horizon == 2032
    assert scenario(write(tmp_path, "c", "title: none stated\n")).horizon == 2030


def test_command_line_values_may_be_yaml() -> None:
    key, value = parse_set("energy.wind.build_gw={2027: 4 GW, 2028: 5}")
    resolved = scenario("baseline").set({key: value}).resolve()
    assert resolved.value(WIND)[1:3].tolist() == [4.0, 5.0]
    assert resolved.origin(WIND).place == "--set"
    assert parse_set("units.xudabao_5.included=true") == ("units.xudabao_5.included", True)


def test_pack_defaults_and_their_trends(pack: xr.Dataset) -> None:
    resolved = scenario("baseline").resolve(pack)
    assert resolved.value("energy.coal_rate")[-1] == pytest.approx(0.295 - 5 * 0.0008)
    assert resolved.value("energy.nuclear.hours")[0] == pytest.approx(7700.0)
    assert resolved.value("energy.wind.hours")[0] == pytest.approx(2200.0 / 0.96)
    assert resolved.value("growth.gap_persistence")[0] == 0.5
    assert resolved.value("growth.working_age_growth").tolist() == pytest.approx(
        [-0.01, -0.015, -0.02, -0.02, -0.02]
    )


def test_a_number_for_all_years_needs_no_pack(tmp_path: Path) -> None:
    resolved = trial(tmp_path, "energy.net_import: 30").set({"energy.net_import": "base + 2"})
    assert (resolved.resolve().value("energy.net_import") == 32.0).all()
    with pytest.raises(InputError, match="data pack"):
        trial(tmp_path, "energy.net_import: {2027: 30}").resolve().value("energy.net_import")
