"""provsim: scenarios of a province's economy, energy and carbon, with honest uncertainty.

`import sim` is light; the parts load when they are first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.api import Run, read_run, run, trace
    from sim.errors import InputError
    from sim.scenario import Scenario, bundled_scenarios, scenario

__all__ = [
    "InputError",
    "Run",
    "Scenario",
    "bundled_scenarios",
    "read_run",
    "run",
    "scenario",
    "trace",
]
_HOME = {
    "InputError": "sim.errors",
    "Run": "sim.api",
    "Scenario": "sim.scenario",
    "bundled_scenarios": "sim.scenario",
    "read_run": "sim.api",
    "run": "sim.api",
    "scenario": "sim.scenario",
    "trace": "sim.api",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
