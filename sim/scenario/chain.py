"""A scenario with everything it extends and everything set on top, not yet evaluated."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from sim.errors import InputError, nearest_name
from sim.scenario.bundled import bundled_scenarios
from sim.scenario.defaults import Pack
from sim.scenario.levers import find_lever, lever_table
from sim.scenario.load import Assignment, ScenarioDocument, load_scenario, parse_value
from sim.scenario.quantities import Place
from sim.scenario.resolve import check_horizon, resolve
from sim.scenario.resolved import ResolvedScenario
from sim.scenario.schema import DEFAULT_HORIZON
from sim.scenario.yamltext import plain_value

SET: Final = "--set"


@dataclass(frozen=True)
class Scenario:
    """A scenario with all it extends, not yet evaluated; immutable.

    Attributes
    ----------
    document : ScenarioDocument
        The file itself.
    extended : tuple of ScenarioDocument
        What it extends, weakest first, each once.
    overrides : tuple of Assignment
        From ``--set`` or `set`, later ones win.
    horizon_override : int or None
        From `set({"horizon": …})`.
    name_override : str or None
        From `set({…}, name=…)`.
    """

    document: ScenarioDocument
    extended: tuple[ScenarioDocument, ...] = ()
    overrides: tuple[Assignment, ...] = ()
    horizon_override: int | None = None
    name_override: str | None = None

    @property
    def name(self) -> str:
        """Short name."""
        return self.name_override or self.document.name

    @property
    def horizon(self) -> int:
        """Last year of the run."""
        stated = [item.horizon for item in (*self.extended, self.document) if item.horizon]
        return self.horizon_override or (stated[-1] if stated else DEFAULT_HORIZON)

    def set(
        self, changes: Mapping[str, object], *, name: str | None = None, label: str = SET
    ) -> Scenario:
        """Return a copy with further values on top.

        Parameters
        ----------
        changes : mapping of str to object
            Lever to number, text with unit, mapping of years, or ``{value, source}``;
            also ``horizon``.
        name : str, optional
            Name of the copy, so that it can run beside this scenario.
        label : str
            Named as the origin.

        Raises
        ------
        InputError
            For unknown levers and values that they cannot take.
        """
        overrides = list(self.overrides)
        horizon = self.horizon_override
        for key, raw in changes.items():
            place = Place(label, None, key)
            if key == "horizon":
                horizon = check_horizon(raw, place)
                continue
            if key not in lever_table():
                nearest = nearest_name(key, lever_table())
                raise place.error("unknown lever", nearest=nearest)
            overrides.append(parse_value(raw, find_lever(key), place))
        return replace(
            self,
            overrides=tuple(overrides),
            horizon_override=horizon,
            name_override=name or self.name_override,
        )

    def resolve(self, pack: Pack | None = None, *, horizon: int | None = None) -> ResolvedScenario:
        """Evaluate every lever; see `resolve`."""
        return resolve(self, pack, horizon=horizon)


def scenario(name_or_path: str | Path) -> Scenario:
    """Return a bundled scenario by name, or one from a file, with all it extends.

    Parameters
    ----------
    name_or_path : str or Path
        Such as ``"plan"`` or ``"my/plan.yaml"``.

    Returns
    -------
    Scenario

    Raises
    ------
    InputError
        Where there is no such scenario, or a file is wrong.
    """
    path = _locate(name_or_path)
    document = _load(path)
    return Scenario(document, tuple(_extended(document, (path.resolve(),))))


def _load(path: Path) -> ScenarioDocument:
    """Load a file; a bundled one is shown without its folder on this computer."""
    if bundled_scenarios().get(path.stem) == path:
        return _load_bundled(path, path.stat().st_mtime_ns)
    return load_scenario(path)


@lru_cache(maxsize=32)
def _load_bundled(path: Path, changed: int) -> ScenarioDocument:
    """Load a bundled file as it stands since a time: many scenarios extend it."""
    return load_scenario(path, f"scenarios/{path.name}")


def _locate(name: str | Path) -> Path:
    bundled = bundled_scenarios()
    if isinstance(name, str) and name in bundled:
        return bundled[name]
    named = isinstance(name, str | os.PathLike)
    if named and (path := Path(name)).is_file():
        return path
    raise InputError(
        "there is no such scenario or file",
        found=repr(str(name) if named else name),
        allowed=", ".join(bundled) + ", or the path of a YAML file",
        nearest=nearest_name(str(name), bundled),
    )


def _extended(document: ScenarioDocument, chain: tuple[Path, ...]) -> Iterator[ScenarioDocument]:
    """Yield what a file extends, depth first and weakest first, each file once."""
    seen: set[Path] = set()
    for name in document.extends:
        path = _extended_path(name, document)
        if path.resolve() in chain:
            names = " > ".join(item.stem for item in (*chain, path))
            raise InputError(
                "scenarios extend each other in a circle",
                file=document.shown,
                line=document.extends_line,
                key="extends",
                found=names,
            )
        parent = _load(path)
        for item in (*_extended(parent, (*chain, path.resolve())), parent):
            place = item.file.resolve()
            if place not in seen:
                seen.add(place)
                yield item


def _extended_path(name: str, document: ScenarioDocument) -> Path:
    """Find an extended scenario: bundled by name, else a file beside this one."""
    bundled = bundled_scenarios()
    if name in bundled:
        return bundled[name]
    folder = document.file.parent
    for candidate in (folder / name, folder / f"{name}.yaml"):
        if candidate.is_file():
            return candidate
    raise InputError(
        "there is no such scenario to extend",
        file=document.shown,
        line=document.extends_line,
        key="extends",
        found=repr(name),
        allowed=", ".join(bundled) + ", or a file beside this one",
        nearest=nearest_name(name, bundled),
    )


def parse_set(text: str) -> tuple[str, object]:
    """Split ``key=value`` of the command line; the value may be YAML.

    Parameters
    ----------
    text : str
        Such as ``energy.wind.build_gw=4`` or ``energy.wind.build_gw={2027: 4 GW}``.

    Returns
    -------
    key : str
    value : object
        Plain data for `Scenario.set`.

    Raises
    ------
    InputError
        Without an equals sign, or with a value that is not YAML.
    """
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise InputError(
            "--set takes key=value", found=repr(text), allowed="energy.wind.build_gw=4"
        )
    return key.strip(), plain_value(value, SET)
