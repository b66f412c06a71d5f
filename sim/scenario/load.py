"""Scenario files: from YAML text to checked assignments, each with its place.

A value may be a number, a number with a unit, a change of the value below (``base + 0.2``),
a mapping of years to any of these, or ``{value: …, source: …}``. Dotted and nested names
mean the same. Everything that cannot be meant is refused with file, line and key.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from sim.errors import InputError, nearest_name
from sim.scenario.levers import Lever, lever_table
from sim.scenario.quantities import Operation, Place, check_range, parse_number
from sim.scenario.schema import FIRST_YEAR, LAST_YEAR, ScenarioFile
from sim.scenario.yamltext import Lines, read_text, read_yaml

SETTINGS: Final = "settings"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One lever set in one place.

    Attributes
    ----------
    lever : Lever
        What is set.
    operation : {"set", "add", "multiply"}
        How the numbers act on the value of the layers below.
    points : tuple of (year, value)
        By year; empty where one value holds in all years.
    scalar : float, bool, str or None
        The one value of all years, None with points.
    source : str
        Stated reason, may be empty.
    place : Place
        File, line and key.
    """

    lever: Lever
    operation: Operation
    points: tuple[tuple[int, float], ...]
    scalar: float | bool | str | None
    source: str
    place: Place


@dataclass(frozen=True, slots=True)
class ScenarioDocument:
    """One checked scenario file.

    Attributes
    ----------
    name, title, title_zh, description, description_zh : str
        As in the file.
    extends : tuple of str
        Scenarios to start from, weakest first.
    extends_line : int or None
        Line of ``extends``.
    horizon : int or None
        Last year, None where not stated.
    assignments : tuple of Assignment
        In the order of the file.
    inputs : dict of str to dict
        Overrides of uncertain inputs.
    input_places : dict of str to Place
        Where each of them stands.
    file : Path
        Where it was read from.
    shown : str
        Its name in messages and origins.
    """

    name: str
    title: str
    title_zh: str
    description: str
    description_zh: str
    extends: tuple[str, ...]
    extends_line: int | None
    horizon: int | None
    assignments: tuple[Assignment, ...]
    inputs: Mapping[str, Mapping[str, float]]
    input_places: Mapping[str, Place]
    file: Path
    shown: str


def load_scenario(path: Path, shown: str | None = None) -> ScenarioDocument:
    """Read and check one scenario file, without those it extends.

    Parameters
    ----------
    path : Path
        A YAML file.
    shown : str, optional
        Its name in messages and origins; the path as given by default.

    Returns
    -------
    ScenarioDocument

    Raises
    ------
    InputError
        With file, line and key of the first thing that is wrong.
    """
    return parse_scenario(read_text(path), path, str(path) if shown is None else shown)


def parse_scenario(text: str, file: Path, shown: str) -> ScenarioDocument:
    """Check the text of a scenario file; see `load_scenario`."""
    data, lines = read_yaml(text, shown)
    frame = _frame(data, lines, shown)
    levers = lever_table()
    assignments = [
        *_walk(frame.values, ("values",), "", lines, shown, levers),
        *_walk(frame.settings, (SETTINGS,), SETTINGS, lines, shown, levers),
    ]
    _refuse_twice(assignments)
    _refuse_contradictions(assignments)
    extends = [frame.extends] if isinstance(frame.extends, str) else frame.extends
    return ScenarioDocument(
        name=frame.name,
        title=frame.title,
        title_zh=frame.title_zh,
        description=frame.description,
        description_zh=frame.description_zh,
        extends=tuple(extends),
        extends_line=lines.get(("extends",)),
        horizon=frame.horizon,
        assignments=tuple(assignments),
        inputs={name: override.model_dump() for name, override in frame.inputs.items()},
        input_places={
            name: Place(shown, lines.get(("inputs", name)), f"inputs.{name}")
            for name in frame.inputs
        },
        file=file,
        shown=shown,
    )


def _frame(data: Mapping[str, object], lines: Lines, file: str) -> ScenarioFile:
    """Check the frame and turn the first complaint into one of ours."""
    given = {key: value for key, value in data.items() if value is not None}
    try:
        return ScenarioFile.model_validate(given)
    except ValidationError as error:
        complaints = error.errors()
    unknown = [item for item in complaints if item["type"] == "extra_forbidden"]
    first = (unknown or complaints)[0]
    path = tuple(str(part) for part in first["loc"])
    known = max((n for n in range(len(path) + 1) if path[:n] in lines), default=0)
    line, key = lines.get(path[:known], 1), ".".join(path[: max(known, 1)])
    if first["type"] == "extra_forbidden":
        fields = list(ScenarioFile.model_fields) if len(path) == 1 else ["sd"]
        raise InputError(
            "unknown key",
            file=file,
            line=line,
            key=".".join(path),
            allowed=", ".join(fields),
            nearest=nearest_name(path[-1], fields),
        )
    if first["type"] == "missing":
        raise InputError("a required key is missing", file=file, line=line, key=".".join(path))
    if first["type"] == "string_pattern_mismatch":
        details, allowed = "not a short name", "small letters, digits and underscores"
    else:
        details, allowed = str(first["msg"]).replace("Input should", "it should"), None
    found = repr(first["input"])[:60]
    raise InputError(details, file=file, line=line, key=key, found=found, allowed=allowed)


def _walk(
    node: Mapping[str, object],
    path: tuple[str, ...],
    prefix: str,
    lines: Lines,
    file: str,
    levers: Mapping[str, Lever],
) -> list[Assignment]:
    """Collect the assignments under a group of dotted or nested names."""
    found: list[Assignment] = []
    for key, value in node.items():
        here = (*path, str(key))
        name = f"{prefix}.{key}" if prefix else str(key)
        place = Place(file, lines.get(here, lines.get(path)), name)
        if name in levers:
            found.append(parse_value(value, levers[name], place, lines, here))
            continue
        if not any(lever.startswith(f"{name}.") for lever in levers):
            raise place.error("unknown lever", nearest=nearest_name(name, levers))
        if not isinstance(value, Mapping):
            members = [lever for lever in levers if lever.startswith(f"{name}.")]
            shown = ", ".join(members[:4]) + (", …" if len(members) > 4 else "")
            raise place.error("this is a group of levers, not a lever", allowed=shown)
        found.extend(_walk(value, here, name, lines, file, levers))
    return found


def parse_value(
    raw: object,
    lever: Lever,
    place: Place,
    lines: Lines | None = None,
    path: tuple[str, ...] = (),
) -> Assignment:
    """Check what stands after a lever's name.

    Parameters
    ----------
    raw : object
        Plain data: number, text, boolean or mapping.
    lever : Lever
        The lever.
    place : Place
        Where it stands.
    lines, path : optional
        Lines of the keys below, for exact places.

    Returns
    -------
    Assignment

    Raises
    ------
    InputError
        For a value that the lever cannot take.
    """
    source = ""
    if isinstance(raw, Mapping) and ({"value", "source"} & set(raw)):
        raw, source, path = _unwrap(raw, lever, place, path)
    if lever.kind == "bool":
        if not isinstance(raw, bool):
            raise place.error("yes or no is expected", found=repr(raw), allowed=lever.allowed)
        return Assignment(lever, "set", (), raw, source, place)
    if lever.kind == "choice":
        return Assignment(lever, "set", (), _choice(raw, lever, place), source, place)
    if isinstance(raw, Mapping):
        operation, points = _by_year(raw, lever, place, lines or {}, path)
        return Assignment(lever, operation, points, None, source, place)
    operation, number = parse_number(raw, lever, place)
    if operation == "set":
        _check_number(number, lever, place, None)
    return Assignment(lever, operation, (), number, source, place)


def _unwrap(
    raw: Mapping[str, object], lever: Lever, place: Place, path: tuple[str, ...]
) -> tuple[object, str, tuple[str, ...]]:
    """Take value and source apart."""
    extra = [str(key) for key in raw if key not in ("value", "source")]
    if extra or "value" not in raw:
        found = extra[0] if extra else "no value"
        raise place.error("a sourced value has two keys", found=found, allowed="value, source")
    source = raw.get("source", "")
    if not isinstance(source, str):
        raise place.error("the source is a text", found=repr(source), allowed="source: '002:1429'")
    return raw["value"], source, (*path, "value")


def _choice(raw: object, lever: Lever, place: Place) -> str:
    if not isinstance(raw, str) or (lever.choices and raw not in lever.choices):
        raise place.error(
            "not one of the choices",
            found=raw,
            allowed=lever.allowed,
            nearest=nearest_name(str(raw), lever.choices),
        )
    return raw


def _check_number(number: float, lever: Lever, place: Place, year: int | None) -> None:
    check_range(number, lever, place, year)
    if lever.unit == "index" and number != int(number):
        raise place.error("a whole number is expected", found=number, allowed=lever.allowed)


def _by_year(
    raw: Mapping[object, object],
    lever: Lever,
    place: Place,
    lines: Lines,
    path: tuple[str, ...],
) -> tuple[Operation, tuple[tuple[int, float], ...]]:
    """Check a mapping of years to numbers."""
    if lever.kind != "path":
        raise place.error("one value for all years is expected", found="values by year")
    if not raw:
        raise place.error("no year is given", allowed="year: value")
    points: dict[int, float] = {}
    operations: set[Operation] = set()
    for key, value in raw.items():
        line = lines.get((*path, str(key)), place.line)
        here = Place(place.file, line, f"{place.key}.{key}")
        year = _year(key, here)
        if year in points:
            raise here.error("year given twice")
        operation, points[year] = parse_number(value, lever, here)
        operations.add(operation)
        if len(operations) > 1:
            raise here.error("values and changes of the base cannot be mixed", found=value)
        if operation == "set":
            _check_number(points[year], lever, here, year)
    return operations.pop(), tuple(sorted(points.items()))


def _year(key: object, place: Place) -> int:
    text = str(key)
    if isinstance(key, bool) or not text.isdecimal():
        raise place.error("a year is expected", found=repr(key), allowed="value, source, or years")
    year = int(text)
    if not FIRST_YEAR <= year <= LAST_YEAR:
        allowed = f"{FIRST_YEAR} to {LAST_YEAR}"
        raise place.error("year outside the range of the model", found=year, allowed=allowed)
    return year


def _refuse_twice(assignments: list[Assignment]) -> None:
    seen: dict[str, Assignment] = {}
    for assignment in assignments:
        name = assignment.lever.name
        if name in seen:
            line = seen[name].place.line
            raise assignment.place.error(f"lever set twice in this file, first in line {line}")
        seen[name] = assignment


def _refuse_contradictions(assignments: list[Assignment]) -> None:
    """Refuse values of one file that exclude each other."""
    by_name = {assignment.lever.name: assignment for assignment in assignments}
    kind, weight = by_name.get("closure.kind"), by_name.get("closure.weight_domestic")
    if kind is not None and weight is not None and kind.scalar == "demand_led":
        raise weight.place.error(
            "contradicts closure.kind demand_led of this file, which has no adjustment to share"
        )
    for name, assignment in by_name.items():
        if not (name.startswith("units.") and name.endswith(".included")):
            continue
        unit = name.removesuffix(".included")
        for other in (by_name.get(f"{unit}.{part}") for part in ("year", "slip", "capacity_gw")):
            if assignment.scalar is False and other is not None:
                raise other.place.error(f"contradicts {name} false of this file")
