"""The result of resolving a scenario: every lever with its value and origin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.errors import InputError
from sim.scenario.levers import find_lever, lever_table
from sim.scenario.load import SETTINGS
from sim.scenario.quantities import Place

if TYPE_CHECKING:
    import pandas as pd

Value = NDArray[np.float64] | bool | str


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from.

    Attributes
    ----------
    kind : {"default", "pack", "extended", "file", "set"}
        The layer of the precedence.
    place : str
        ``file:line``, or the default expression.
    source : str
        Stated reason.
    """

    kind: str
    place: str
    source: str


@dataclass(frozen=True)
class ResolvedScenario:
    """Every lever with its value and origin.

    Attributes
    ----------
    name, title, title_zh, description, description_zh : str
        Of the file.
    horizon : int
        Last year T.
    years : ndarray of int, shape (T - 2025,)
        Years after the base year.
    settings : dict of str to bool, str or float
        ``settings.*`` without the prefix.
    inputs : dict of str to dict
        Overrides of uncertain inputs.
    input_places : dict of str to Place
        Where each of them stands, for messages.
    """

    name: str
    title: str
    title_zh: str
    description: str
    description_zh: str
    horizon: int
    years: NDArray[np.int64]
    inputs: Mapping[str, Mapping[str, float]]
    input_places: Mapping[str, Place] = field(repr=False, compare=False)
    values: Mapping[str, Value] = field(repr=False)
    origins: Mapping[str, Origin] = field(repr=False)

    def value(self, lever: str) -> NDArray[np.float64]:
        """Return the values of a numeric lever over `years`, in its unit.

        Raises
        ------
        InputError
            For an unknown lever, one that is not a number, or one whose default needs a
            data pack when the scenario was resolved without.
        """
        found = self._found(lever)
        if not isinstance(found, np.ndarray):
            raise InputError("this lever is not a number", key=lever, found=found)
        return found

    def choice(self, lever: str) -> bool | str:
        """Return the value of a yes-or-no lever or of a choice."""
        found = self._found(lever)
        if isinstance(found, np.ndarray):
            raise InputError("this lever is a number, not a choice", key=lever)
        return found

    def _found(self, name: str) -> Value:
        lever = find_lever(name)
        if name not in self.values:
            raise InputError(
                "the default of this lever comes from a data pack", key=name, found=lever.default
            )
        return self.values[name]

    def origin(self, lever: str) -> Origin:
        """Return where the value of a lever comes from."""
        return self.origins[find_lever(lever).name]

    def drivers(self) -> dict[str, NDArray[np.float64]]:
        """Return the central path of every driver over `years`, by driver name."""
        return {
            lever.driver: self.value(name) for name, lever in lever_table().items() if lever.driver
        }

    @property
    def settings(self) -> dict[str, bool | str | float]:
        """The settings of the accounts by name, without prefix."""
        prefix = f"{SETTINGS}."
        return {
            name.removeprefix(prefix): float(value[0]) if isinstance(value, np.ndarray) else value
            for name, value in self.values.items()
            if name.startswith(prefix)
        }

    def provenance(self) -> pd.DataFrame:
        """Return one row per lever: names, values by year, unit, origin and source.

        Returns
        -------
        DataFrame
            Columns ``lever name_en name_zh unit``, one per year, ``origin place source``.
            Values that need a data pack are missing where none was given.
        """
        import pandas as pd

        rows: list[dict[str | int, object]] = []
        for name, lever in lever_table().items():
            value = self.values.get(name)
            series = value if isinstance(value, np.ndarray) else [value] * self.years.size
            by_year: dict[str | int, object] = dict(
                zip((int(year) for year in self.years), series, strict=True)
            )
            origin = self.origins[name]
            head = {"lever": name, "name_en": lever.name_en, "name_zh": lever.name_zh}
            tail = {"origin": origin.kind, "place": origin.place, "source": origin.source}
            row: dict[str | int, object] = {}
            for part in (head, {"unit": lever.unit}, by_year, tail):
                row.update(part)
            rows.append(row)
        return pd.DataFrame(rows)
