"""Scenarios: what an economist may set, where each value comes from, and in which order.

Equations and data stand elsewhere; this package turns YAML files into one value and one
origin for every lever of the model.
"""

import sys
from types import ModuleType
from typing import Any

from sim.scenario.bundled import bundled_scenarios
from sim.scenario.chain import Scenario, parse_set, scenario
from sim.scenario.levers import Lever, find_lever, lever_table
from sim.scenario.load import ScenarioDocument, load_scenario
from sim.scenario.page import levers_table_markdown, unrepresented_levers
from sim.scenario.resolve import layers_in_order, resolve
from sim.scenario.resolved import Origin, ResolvedScenario
from sim.scenario.schema import published_schema, scenario_schema
from sim.scenario.units import Unit, read_units

__all__ = [
    "Lever",
    "Origin",
    "ResolvedScenario",
    "Scenario",
    "ScenarioDocument",
    "Unit",
    "bundled_scenarios",
    "find_lever",
    "layers_in_order",
    "lever_table",
    "levers_table_markdown",
    "load_scenario",
    "parse_set",
    "published_schema",
    "read_units",
    "resolve",
    "scenario",
    "scenario_schema",
    "unrepresented_levers",
]


class _CallableModule(ModuleType):
    """Lets `sim.scenario("plan")` work although this package carries the same name.

    Importing a subpackage sets it as an attribute of `sim`, where users look for the
    function.
    """

    def __call__(self, *arguments: Any) -> Scenario:
        return scenario(*arguments)


sys.modules[__name__].__class__ = _CallableModule
