"""Pictures of a run for notebooks: ``run.plot.fan("co2_intensity")``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from matplotlib.figure import Figure

from sim.assess.results import RunResult
from sim.assess.targets import evaluate
from sim.errors import InputError, nearest_name
from sim.publish import fans, mixes
from sim.publish.probabilities import probability_chart
from sim.publish.words import check_language

_FANS: Final[Mapping[str, Callable[[RunResult, str], Figure]]] = {
    "gdp_growth": fans.gdp_growth_fan,
    "co2_intensity": fans.carbon_intensity_fan,
    "manufacturing_share": fans.manufacturing_share_fan,
}
_MIXES: Final[Mapping[str, Callable[[RunResult, str], Figure]]] = {
    "primary_energy": mixes.energy_mix,
    "electricity_generation": mixes.power_mix,
}


class Plot:
    """The charts of one run.

    Parameters
    ----------
    run : RunResult
        The run.
    """

    def __init__(self, run: RunResult) -> None:
        self._run = run

    def fan(self, variable: str, lang: str = "en") -> Figure:
        """Draw central path and spread of a scalar, with its target where it has one.

        Raises
        ------
        InputError
            Where the run holds no such scalar.
        """
        check_language(lang)
        if variable in _FANS:
            return _FANS[variable](self._run, lang)
        return fans.variable_fan(self._run, variable, lang)

    def mix(self, variable: str = "primary_energy", lang: str = "en") -> Figure:
        """Draw ``primary_energy`` or ``electricity_generation`` as stacked areas.

        Raises
        ------
        InputError
            For any other variable.
        """
        check_language(lang)
        if variable not in _MIXES:
            raise InputError(
                "no stacked chart of this variable",
                found=repr(variable),
                allowed=", ".join(_MIXES),
                nearest=nearest_name(variable, _MIXES),
            )
        return _MIXES[variable](self._run, lang)

    def targets(self, lang: str = "en") -> Figure:
        """Draw the probability of each target."""
        check_language(lang)
        return probability_chart(self._run, evaluate(self._run), lang)
