"""From a scenario to one value and one origin for every lever.

Precedence, weakest first: defaults of the levers and the data pack, extended scenarios in
order, the file, ``--set``. `layers_in_order` is the only place that states it.
"""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import TYPE_CHECKING

import numpy as np

from sim.scenario.defaults import BASE_YEAR, Pack, check_own_levers
from sim.scenario.evaluate import Stack, evaluate, origin_of, refuse_crossed_limits
from sim.scenario.levers import lever_table
from sim.scenario.load import Assignment
from sim.scenario.quantities import Place
from sim.scenario.resolved import Origin, ResolvedScenario, Value
from sim.scenario.schema import FIRST_YEAR, LAST_YEAR

if TYPE_CHECKING:
    from sim.scenario.chain import Scenario


def layers_in_order(subject: Scenario) -> list[tuple[str, tuple[Assignment, ...]]]:
    """State the precedence: the layers above the defaults, weakest first.

    Defaults of the levers and the data pack < extended scenarios in order < the file
    < ``--set``.
    """
    return [
        *(("extended", item.assignments) for item in subject.extended),
        ("file", subject.document.assignments),
        ("set", subject.overrides),
    ]


def resolve(
    subject: Scenario, pack: Pack | None = None, *, horizon: int | None = None
) -> ResolvedScenario:
    """Evaluate every lever of a scenario.

    Parameters
    ----------
    subject : Scenario
        From `scenario`.
    pack : xarray.Dataset, optional
        The base data pack; without it, levers that start from it have no value.
    horizon : int, optional
        Last year; the scenario's own by default.

    Returns
    -------
    ResolvedScenario

    Raises
    ------
    InputError
        For values that leave their range or contradict each other once combined.
    """
    last = (
        subject.horizon
        if horizon is None
        else check_horizon(horizon, Place("the run", None, "horizon"))
    )
    years = np.arange(BASE_YEAR + 1, last + 1, dtype=np.int64)
    check_own_levers(pack, lever_table())
    stacks: dict[str, Stack] = {name: [] for name in lever_table()}
    inputs: dict[str, Mapping[str, float]] = {}
    input_places: dict[str, Place] = {}
    for kind, assignments in layers_in_order(subject):
        for assignment in assignments:
            stacks[assignment.lever.name].append((kind, assignment))
    for document in (*subject.extended, subject.document):
        inputs.update(document.inputs)
        input_places.update(document.input_places)
    values: dict[str, Value] = {}
    origins: dict[str, Origin] = {}
    for name, lever in lever_table().items():
        value = evaluate(lever, stacks[name], pack, years)
        origins[name] = origin_of(lever, stacks[name])
        if value is not None:
            values[name] = value
    refuse_crossed_limits(values, stacks, years)
    document = subject.document
    return ResolvedScenario(
        name=subject.name,
        title=_title(subject, document.title),
        title_zh=_title(subject, document.title_zh),
        description=document.description,
        description_zh=document.description_zh,
        horizon=last,
        years=years,
        inputs=inputs,
        input_places=input_places,
        values=values,
        origins=origins,
    )


def _title(subject: Scenario, title: str) -> str:
    """Title of the file; a renamed copy shows its own name behind it."""
    return title if subject.name_override is None else f"{title} ({subject.name_override})"


def check_horizon(raw: object, place: Place) -> int:
    """Return a horizon that the model can run to, or refuse it."""
    if not isinstance(raw, bool) and isinstance(raw, Integral):
        year = int(raw)
        if FIRST_YEAR <= year <= LAST_YEAR:
            return year
    allowed = f"a year from {FIRST_YEAR} to {LAST_YEAR}"
    raise place.error("not a horizon", found=repr(raw), allowed=allowed)
