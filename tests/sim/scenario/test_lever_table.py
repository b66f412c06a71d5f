"""The lever table covers the drivers, and the pages and schema made from it are current."""

from __future__ import annotations

import json
import re
from pathlib import Path

import jsonschema
import numpy as np
import pytest
import xarray as xr
from ruamel.yaml import YAML

from models.state import DRIVERS
from sim.scenario import (
    bundled_scenarios,
    lever_table,
    levers_table_markdown,
    published_schema,
    read_units,
    scenario,
    scenario_schema,
    unrepresented_levers,
)
from sim.scenario.defaults import default_path
from sim.scenario.levers import lever_rows
from sim.scenario.page import AREAS
from sim.scenario.quantities import conversions
from sim.scenario.schema import schema_text

ROOT = Path(__file__).parents[3]
UNITS = [unit for unit in read_units() if unit.counts and not unit.operates]
PLACE = re.compile(r"^00[0-4]:\d+$")


def test_every_driver_has_exactly_one_lever() -> None:
    slips = [f"slip_{unit.name}" for unit in UNITS]
    named = [lever.driver for lever in lever_table().values() if lever.driver]
    assert sorted(named) == sorted([*DRIVERS, *slips, "base_draw"])


def test_no_lever_is_also_a_group() -> None:
    names = list(lever_table())
    assert not [a for a in names for b in names if b.startswith(f"{a}.")]
    assert {name.split(".")[0] for name in names} == set(AREAS)


def test_every_row_is_named_ranged_and_sourced() -> None:
    for lever in lever_rows():
        assert all((lever.name_en, lever.name_zh, lever.source)), lever.name
        assert lever.origin_kind in {"document", "series", "citation", "judgement"}, lever.name
        assert all(PLACE.match(place) for place in lever.documents), lever.name
        if lever.kind not in ("bool", "choice"):
            assert lever.minimum is not None
            assert lever.maximum is not None
            assert lever.minimum < lever.maximum, lever.name
        if lever.kind == "choice" and lever.choices:
            assert lever.default in lever.choices


def test_every_default_lies_in_its_range(pack: xr.Dataset) -> None:
    years = np.arange(2026, 2036)
    for lever in lever_table().values():
        if lever.kind in ("bool", "choice"):
            continue
        path = default_path(lever, pack, years)
        assert lever.minimum is not None
        assert lever.maximum is not None
        values = [path.start, *path.values]
        assert lever.minimum <= min(values) <= max(values) <= lever.maximum, lever.name


def test_every_unit_of_quantities_belongs_to_a_lever() -> None:
    assert set(conversions()) <= {lever.unit for lever in lever_rows()}


def test_levers_of_the_documents_that_the_model_cannot_move_have_a_reason() -> None:
    for item in unrepresented_levers():
        assert item.reason_en
        assert item.reason_zh
        assert all(PLACE.match(place) for place in item.documents.split(";"))


def test_published_schema_is_up_to_date() -> None:
    assert published_schema() == schema_text()


def test_page_of_levers_is_up_to_date() -> None:
    page = (ROOT / "docs/data/levers.md").read_text(encoding="utf-8")
    assert page == levers_table_markdown()


@pytest.mark.parametrize("name", list(bundled_scenarios()))
def test_bundled_scenarios_fit_the_published_schema(name: str) -> None:
    text = bundled_scenarios()[name].read_text(encoding="utf-8")
    data = json.loads(json.dumps(YAML(typ="safe").load(text)))
    validator = jsonschema.Draft202012Validator(scenario_schema())
    assert list(validator.iter_errors(data)) == []


def test_schema_refuses_what_the_loader_refuses() -> None:
    validator = jsonschema.Draft202012Validator(scenario_schema())
    good = {"name": "a", "values": {"energy": {"wind": {"build_gw": {"2027": "4 GW"}}}}}
    assert validator.is_valid(good)
    for values in (
        {"energy.wind.bild_gw": 4},
        {"energy.wind.build_gw": 40},
        {"energy.wind.build_gw": {"2025": 4}},
        {"energy": {"wind": {"build": 4}}},
        {"closure.kind": "other"},
    ):
        assert not validator.is_valid({"name": "a", "values": values}), values
    assert not validator.is_valid({"values": {}})


def test_a_unit_under_construction_is_built_by_default() -> None:
    resolved = scenario("baseline").resolve()
    for unit in UNITS:
        included = resolved.choice(f"units.{unit.name}.included")
        assert included is (unit.status == "construction"), unit.name
