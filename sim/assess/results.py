"""What assessment and publication need to know of a run and of its scenarios.

`sim.ensemble.run.Run` satisfies `RunResult`; tests use a synthetic one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import pandas as pd
import xarray as xr

from sim.errors import InputError, nearest_name


class ScenarioResult(Protocol):
    """A resolved scenario as it travels with a run."""

    @property
    def name(self) -> str:
        """Name used as label of the dimension `scenario`."""
        ...

    @property
    def title(self) -> str:
        """Title in English."""
        ...

    @property
    def title_zh(self) -> str:
        """Title in Chinese."""
        ...

    def provenance(self) -> pd.DataFrame:
        """One row a lever: ``lever name_en name_zh unit``, years, ``origin place source``."""
        ...


class RunResult(Protocol):
    """Central paths, ensemble summary and, where kept, the draws of a run."""

    @property
    def scenarios(self) -> Sequence[ScenarioResult]:
        """Resolved scenarios in the order of the dimension `scenario`."""
        ...

    @property
    def paths(self) -> xr.Dataset:
        """Central paths NAME(scenario, year, ...)."""
        ...

    @property
    def ensemble(self) -> xr.Dataset:
        """NAME_mean, NAME_std and NAME(scenario, year, ..., quantile)."""
        ...

    @property
    def draws(self) -> xr.Dataset | None:
        """Scalars NAME(scenario, year, draw), or None where they were not kept."""
        ...

    @property
    def targets_table(self) -> pd.DataFrame | None:
        """The evaluated targets stored with the run."""
        ...

    @property
    def manifest(self) -> Mapping[str, Any]:
        """What produced the run."""
        ...


def scenario_names(run: RunResult) -> list[str]:
    """Return the labels of the dimension `scenario` in order."""
    return [str(name) for name in run.paths.variables["scenario"].values]


def scenario_title(run: RunResult, name: str, lang: str) -> str:
    """Return the title of scenario `name` in English (``en``) or Chinese (``zh``)."""
    for scenario in run.scenarios:
        if scenario.name == name:
            return (scenario.title_zh if lang == "zh" else scenario.title) or name
    return name


def scenario_setting(run: RunResult, name: str, key: str, default: float) -> float:
    """Return the numeric setting `key` of scenario `name`.

    Parameters
    ----------
    run : RunResult
        The run.
    name : str
        Label of the scenario.
    key : str
        Name of the setting, without the prefix ``settings.``.
    default : float
        Value where the scenario does not carry the setting.

    Raises
    ------
    InputError
        Where the setting is not a number.
    """
    for scenario in run.scenarios:
        settings = getattr(scenario, "settings", None)
        if scenario.name != name or not isinstance(settings, Mapping):
            continue
        value = settings.get(key, settings.get(f"settings.{key}", default))
        try:
            return float(value)
        except (TypeError, ValueError):
            raise InputError(
                "the setting must be a number", key=f"settings.{key}", found=value
            ) from None
    return default


def require_variable(dataset: xr.Dataset, name: str) -> xr.DataArray:
    """Return a variable of a run.

    Raises
    ------
    InputError
        Where the run does not hold it.
    """
    if name not in dataset:
        known = [str(key) for key in dataset.data_vars]
        raise InputError(
            "the run holds no such variable", key=name, nearest=nearest_name(name, known)
        )
    return dataset[name]
