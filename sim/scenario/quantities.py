"""Numbers with units as an economist writes them: ``4 GW``, ``24 %``, ``400 万千瓦``.

The accepted units and their factors stand in ``data/quantities.csv``. The rule ``growth``
turns a percentage growth rate g into the logarithmic rate ln(1 + g/100) of the drivers.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

from sim.errors import InputError, nearest_name
from sim.scenario.levers import Lever
from sim.scenario.tables import read_rows, table_place

Operation = Literal["set", "add", "multiply"]
_QUANTITY: Final = re.compile(
    r"^\s*(?P<number>[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?)\s*(?P<unit>\S.*?)?\s*$"
)
_RELATIVE: Final = re.compile(r"^\s*base\s*(?P<sign>[-+*])\s*(?P<rest>.+)$")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands: file, line and key, for messages and provenance."""

    file: str
    line: int | None
    key: str

    def error(self, message: str, **details: object) -> InputError:
        """Return the error of this place."""
        return InputError(message, file=self.file, line=self.line, key=self.key, **details)  # type: ignore[arg-type]

    @property
    def text(self) -> str:
        """File and line."""
        return self.file if self.line is None else f"{self.file}:{self.line}"


@cache
def conversions() -> dict[str, dict[str, tuple[float, str]]]:
    """Return for every lever unit the accepted written units with factor and rule."""
    table: dict[str, dict[str, tuple[float, str]]] = {}
    for row in read_rows(table_place("sim.scenario", "quantities.csv")):
        known = table.setdefault(row["unit"], {})
        known[row["written"]] = (float(row["factor"]), row["rule"])
    return table


def convert(number: float, written: str, lever: Lever, place: Place) -> float:
    """Return `number` in the lever's unit.

    Raises
    ------
    InputError
        Where the written unit does not measure what the lever measures.
    """
    if written == lever.unit:
        return number
    known = conversions().get(lever.unit, {})
    if written not in known:
        allowed = ", ".join(dict.fromkeys([lever.unit, *known]))
        raise place.error(
            f"wrong unit for a value in {lever.unit}",
            found=f"{number:g} {written}",
            allowed=f"a plain number or {allowed}",
            nearest=nearest_name(written, known),
        )
    factor, rule = known[written]
    if rule == "linear":
        return number * factor
    if number * factor <= -1.0:
        raise place.error("a growth rate must be above -100 %", found=f"{number:g} {written}")
    return math.log1p(number * factor)


def parse_number(raw: object, lever: Lever, place: Place) -> tuple[Operation, float]:
    """Read a number, a number with unit, or a change of the value below.

    Parameters
    ----------
    raw : int, float or str
        ``4``, ``"4 GW"``, ``"24 %"``, ``"base + 0.002"``, ``"base * 0.95"``.
    lever : Lever
        The lever it is for.
    place : Place
        Where it stands.

    Returns
    -------
    operation : {"set", "add", "multiply"}
        What the number does to the value of the layers below.
    value : float
        In the unit of the lever; a factor for ``multiply``.

    Raises
    ------
    InputError
        For anything that is not a finite number in a fitting unit.
    """
    if isinstance(raw, bool) or not isinstance(raw, (int, float, str)):
        raise place.error("a number is expected", found=_shown(raw), allowed=lever.allowed)
    if isinstance(raw, str):
        operation, value = _parse_text(raw, lever, place)
    else:
        operation, value = "set", float(raw)
    if not math.isfinite(value):
        raise place.error("a finite number is expected", found=raw, allowed=lever.allowed)
    return operation, value


def _shown(raw: object) -> str:
    """Return a value as a scenario file writes it."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    return "nothing" if raw is None else f"{raw} ({type(raw).__name__})"


def _parse_text(raw: str, lever: Lever, place: Place) -> tuple[Operation, float]:
    relative = _RELATIVE.match(raw)
    sign, text = (relative["sign"], relative["rest"]) if relative else ("", raw)
    match = _QUANTITY.match(text)
    if match is None:
        raise place.error(
            "a number, or a number with a unit, is expected", found=repr(raw), allowed=lever.allowed
        )
    number = float(match["number"])
    unit = match["unit"]
    if sign == "*":
        if unit is not None:
            raise place.error("a factor has no unit", found=repr(raw), allowed="base * 0.95")
        return "multiply", number
    value = number if unit is None else convert(number, unit, lever, place)
    if not sign:
        return "set", value
    return "add", -value if sign == "-" else value


def check_range(value: float, lever: Lever, place: Place, year: int | None = None) -> None:
    """Refuse a value outside the lever's range.

    Raises
    ------
    InputError
        With the range; shares over one and growth rates in percent are named as such.
    """
    low, high = lever.minimum, lever.maximum
    if (low is None or value >= low) and (high is None or value <= high):
        return
    message = "value out of range"
    if lever.unit == "fraction" and value > 1:
        share = value / 100 if value <= 100 else 0.24
        message = f"share over 1: write {share:g} for {100 * share:g} %"
    elif lever.unit in ("fraction/yr", "log/yr") and 0.5 <= abs(value) < 100:
        message = f"rate out of range: write {value / 100:g} or '{value:g} %' for {value:g} %"
    when = "" if year is None else f" in {year}"
    raise place.error(message, found=f"{value:g}{when}", allowed=lever.allowed)
