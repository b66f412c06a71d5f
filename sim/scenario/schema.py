"""The shape of a scenario file, and its published JSON Schema.

`ScenarioFile` checks the frame; the levers under ``values`` are checked against the lever
table, and the published schema spells both out for completion in an editor.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from sim.scenario.levers import UNIT_PLACEHOLDER, Lever, lever_rows
from sim.scenario.tables import table_place

FIRST_YEAR: Final = 2026
LAST_YEAR: Final = 2060
DEFAULT_HORIZON: Final = 2030
YEAR_PATTERN: Final = "^20(2[6-9]|[3-5][0-9]|60)$"
SCHEMA_NAME: Final = "scenario.schema.json"


class InputOverride(BaseModel):
    """Change of the width of one uncertain input of the ensemble."""

    model_config = ConfigDict(extra="forbid")

    sd: Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)] = Field(
        description="Standard deviation in the unit of the input; 0 switches it off"
    )


class ScenarioFile(BaseModel):
    """A scenario file of provsim."""

    model_config = ConfigDict(extra="forbid", title="provsim scenario")

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)] = Field(
        description="Short name in small letters, digits and underscores"
    )
    title: str = Field("", description="Title in English")
    title_zh: str = Field("", description="Title in Chinese")
    description: str = Field("", description="What the scenario assumes, in English")
    description_zh: str = Field("", description="What the scenario assumes, in Chinese")
    extends: str | list[str] = Field(
        default_factory=list,
        description="Bundled scenario or file to start from; of several, later ones win",
    )
    horizon: Annotated[int, Field(ge=FIRST_YEAR, le=LAST_YEAR, strict=True)] | None = Field(
        None, description=f"Last year of the run; {DEFAULT_HORIZON} where nothing is said"
    )
    values: dict[str, Any] = Field(
        default_factory=dict, description="Levers under their dotted names, or nested"
    )
    settings: dict[str, Any] = Field(
        default_factory=dict, description="Settings of the accounts: settings.* without prefix"
    )
    inputs: dict[str, InputOverride] = Field(
        default_factory=dict, description="Uncertain inputs of the ensemble by name"
    )


def _quantity(lever: Lever) -> dict[str, Any]:
    """Schema of one number of a lever, plain or with a unit."""
    number: dict[str, Any] = {"type": "number"}
    if lever.minimum is not None:
        number["minimum"] = lever.minimum
    if lever.maximum is not None:
        number["maximum"] = lever.maximum
    if lever.name == "base_year.draw":
        number["type"] = "integer"
    return {"anyOf": [number, {"type": "string"}]}


def _value(lever: Lever) -> dict[str, Any]:
    """Schema of what may stand after a lever's name, without source."""
    if lever.kind == "bool":
        return {"type": "boolean"}
    if lever.kind == "choice":
        return {"enum": list(lever.choices)} if lever.choices else {"type": "string"}
    quantity = _quantity(lever)
    if lever.kind != "path":
        return quantity
    by_year = {
        "type": "object",
        "patternProperties": {YEAR_PATTERN: quantity},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {"anyOf": [*quantity["anyOf"], by_year]}


def _lever_schema(lever: Lever) -> dict[str, Any]:
    value = _value(lever)
    with_source = {
        "type": "object",
        "properties": {"value": value, "source": {"type": "string"}},
        "required": ["value"],
        "additionalProperties": False,
    }
    forms = value.get("anyOf", [value])
    unit = f" [{lever.unit}]" if lever.unit else ""
    return {
        "title": lever.name_en,
        "description": f"{lever.name_zh}{unit}. Default: {lever.default}",
        "anyOf": [*forms, with_source],
    }


def _definition(lever: Lever) -> str:
    """Name of the lever's schema among the definitions."""
    return lever.name.replace(UNIT_PLACEHOLDER, "unit")


def _values_schema(levers: tuple[Lever, ...]) -> dict[str, Any]:
    """Schema of ``values``: dotted names side by side, and the nested form."""
    tree: dict[str, Any] = {"type": "object", "additionalProperties": False}
    dotted: dict[str, Any] = {}
    patterns: dict[str, Any] = {}
    for lever in levers:
        schema = {"$ref": f"#/$defs/{_definition(lever)}"}
        if UNIT_PLACEHOLDER in lever.name:
            suffix = lever.name.rsplit(".", 1)[1]
            patterns[rf"^units\.[a-z0-9_]+\.{suffix}$"] = schema
        else:
            dotted[lever.name] = schema
        _nest(tree, lever.name.split("."), schema)
    tree["properties"] = {**tree["properties"], **dotted}
    tree["patternProperties"] = patterns
    return tree


def _nest(tree: dict[str, Any], path: list[str], schema: dict[str, Any]) -> None:
    *groups, last = path
    node = tree
    for group in groups:
        named = group != UNIT_PLACEHOLDER
        slot = node.setdefault("properties" if named else "patternProperties", {})
        node = slot.setdefault(
            group if named else "^[a-z0-9_]+$", {"type": "object", "additionalProperties": False}
        )
    node.setdefault("properties", {})[last] = schema


def scenario_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of a scenario file."""
    schema = ScenarioFile.model_json_schema()
    levers = lever_rows()
    schema["properties"]["values"] |= _values_schema(levers)
    prefix = "settings."
    schema["properties"]["settings"] |= {
        "additionalProperties": False,
        "properties": {
            lever.name.removeprefix(prefix): {"$ref": f"#/$defs/{_definition(lever)}"}
            for lever in levers
            if lever.name.startswith(prefix)
        },
    }
    schema["$defs"] |= {_definition(lever): _lever_schema(lever) for lever in levers}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def schema_text() -> str:
    """Return the published text of the JSON Schema."""
    return json.dumps(scenario_schema(), ensure_ascii=False, indent=1) + "\n"


def published_schema() -> str:
    """Return the JSON Schema as shipped in the package."""
    return table_place("sim.scenario", SCHEMA_NAME).read_text(encoding="utf-8")


def write_schema(path: Path) -> None:
    """Write the JSON Schema to `path`."""
    path.write_text(schema_text(), encoding="utf-8")
