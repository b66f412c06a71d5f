"""Numbers as readers see them: percent for fractions, few digits, a true minus sign."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from sim.publish.words import catalogue

EMPTY: Final = ""
FRACTIONS: Final = ("fraction", "1")


def missing(value: object) -> bool:
    """Tell whether a cell is empty."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def signed(text: str) -> str:
    """Write the typographic minus sign, and none before a number that rounds to zero."""
    if text.startswith("-") and not any(digit in text for digit in "123456789"):
        text = text[1:]
    return text.replace("-", "−")


def percent(value: float, digits: int = 1) -> str:
    """Show a fraction as percent, such as ``4.2%``."""
    return signed(f"{value * 100:.{digits}f}%")


def plain(digits: int) -> Callable[[float], str]:
    """Return a function that shows numbers with `digits` decimals."""
    return lambda value: signed(f"{value:,.{digits}f}")


def quantity(value: object, unit: str, lang: str, step: float | None = None) -> str:
    """Show a value in the unit that readers of `lang` use.

    Fractions are shown as percent and years bare; energy, power and money in the units of
    the language (Mtce, 万吨标准煤).

    Parameters
    ----------
    value : float or None
        Empty gives an empty text.
    unit : str
        Unit of the model.
    lang : {"en", "zh"}
        Language.
    step : float, optional
        Unit of the last digit wanted, in the unit of the model; by default few digits.
    """
    if missing(value):
        return EMPTY
    number = float(value)  # type: ignore[arg-type]
    factor, name = reader_unit(unit, lang)
    if unit in FRACTIONS:
        return percent(number, 1 if step is None else decimals(step * 100))
    if unit == "year" and step is None:
        return f"{number:g}"
    number *= factor
    if step is not None:
        text = f"{number:,.{decimals(step * factor)}f}"
    else:
        size = abs(number)
        text = f"{number:,.{0 if size >= 1000 else 1 if size >= 10 else 2}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    text = signed(text)
    return text if unit in ("count", "year") else f"{text} {name}"


def decimals(step: float) -> int:
    """Return how many decimals a number has whose last digit counts `step`."""
    return max(0, round(-math.log10(step))) if step > 0 else 0


def reader_unit(unit: str, lang: str) -> tuple[float, str]:
    """Return factor and name that turn a unit of the model into one of the language."""
    words = catalogue()
    name = words[f"unit_{unit}"][lang] if f"unit_{unit}" in words else unit
    factor = words[f"scale_{unit}"][lang] if f"scale_{unit}" in words else "1"
    return float(factor), name


def probability(value: object, error: object = None) -> str:
    """Show a probability in percent with its Monte Carlo error, such as ``62.3 ± 0.5%``."""
    if missing(value):
        return EMPTY
    share = float(value) * 100  # type: ignore[arg-type]
    if missing(error):
        return f"{share:.0f}%"
    return f"{share:.1f} ± {max(float(error) * 100, 0.05):.1f}%"  # type: ignore[arg-type]
