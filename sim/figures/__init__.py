"""Figures with provenance: the documents row by row, the outside series, the audit.

>>> from sim import figures
>>> figures.figure("002-217-gdp_growth-2026-2030").canonical_value
0.05
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sim.figures.audit import Finding, Settings
    from sim.figures.base import Figure, figure, find, load_figures
    from sim.figures.sections import check_numerals, check_rows, coverage
    from sim.figures.units import to_canonical

__all__ = [
    "Figure",
    "Finding",
    "Settings",
    "check_numerals",
    "check_rows",
    "coverage",
    "figure",
    "find",
    "load_figures",
    "to_canonical",
]

_HOME: Final = {
    "Figure": "base",
    "Finding": "audit",
    "Settings": "audit",
    "check_numerals": "sections",
    "check_rows": "sections",
    "coverage": "sections",
    "figure": "base",
    "find": "base",
    "load_figures": "base",
    "to_canonical": "units",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
