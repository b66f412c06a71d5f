"""The standard deviations of inputs that a scenario sets, checked before any draw is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from models.inputoutput.drawn import FACTORS
from sim.ensemble.inputs import INDICES, UncertainInput, expand_units, read_inputs
from sim.errors import nearest_name
from sim.scenario.quantities import Place
from sim.scenario.resolved import ResolvedScenario
from sim.scenario.units import Unit, read_units

COEFFICIENT_UNCERTAINTY: Final = "settings.coefficient_uncertainty"
DRAWN: Final = "factors"


def check_widths(scenario: ResolvedScenario) -> None:
    """Refuse standard deviations of inputs that are unknown or without effect.

    Raises
    ------
    InputError
        At the place where the scenario sets it.
    """
    if not scenario.inputs:
        return
    inputs = expand_units(read_inputs(), technologies(read_units()))
    for name in scenario.inputs:
        place = scenario.input_places[name]
        chosen = inputs_called(name, inputs, place)
        if inputs[chosen[0]].driver in FACTORS and not draws_coefficients(scenario):
            raise place.error(
                "the input acts only where coefficients differ between draws",
                allowed=f"with {COEFFICIENT_UNCERTAINTY}: {DRAWN}",
            )


def draws_coefficients(scenario: ResolvedScenario) -> bool:
    """Whether the input coefficients of a scenario differ between draws."""
    return scenario.choice(COEFFICIENT_UNCERTAINTY) == DRAWN


def inputs_called(name: str, inputs: Sequence[UncertainInput], place: Place) -> list[int]:
    """Return the positions of the inputs that a scenario means by `name`, at least one.

    An input has its own name and that of its row, which all units of a technology share.

    Raises
    ------
    InputError
        Where none has that name, or it has no standard deviation.
    """
    called: dict[str, list[int]] = {}
    for index, item in enumerate(inputs):
        if item.driver not in INDICES:
            for known in {item.name, item.row_name}:
                called.setdefault(known, []).append(index)
    if name not in called:
        raise place.error(
            "no uncertain input of this name has a standard deviation",
            nearest=nearest_name(name, called),
        )
    return called[name]


def technologies(units: Iterable[Unit]) -> dict[str, str]:
    """Return the technology of each unit that counts, by which inputs know what may be late.

    A unit that operates has none here, and with it no delay that is drawn.
    """
    return {item.name: "" if item.operates else item.technology for item in units if item.counts}
