"""Which inputs matter most, output by output, as the run tells."""

from __future__ import annotations

from typing import Any

from sim.assess.results import RunResult, scenario_names, scenario_title
from sim.ensemble.dataset import variables
from sim.publish.numbers import quantity, signed
from sim.publish.words import word

OUTPUTS = (
    "gdp",
    "manufacturing_share",
    "co2_intensity_reduction",
    "non_fossil_share",
    "clean_capacity_share",
    "energy_production_capacity",
)
SHOWN = 5
RELATIVE = "gdp"  # shown in percent of its central value


def driving_inputs(run: RunResult, lang: str) -> list[dict[str, Any]]:
    """Return the inputs that move each key output most, scenario by scenario.

    Parameters
    ----------
    run : RunResult
        A run whose ensemble holds `input_effect`.
    lang : {"en", "zh"}
        Language.

    Returns
    -------
    list of dict
        ``title`` of the scenario and ``rows`` with ``output``, ``year`` and ``inputs``: the
        names of the strongest inputs with the change that one standard score makes.
    """
    if "input_effect" not in run.ensemble:
        return []
    effect = run.ensemble["input_effect"]
    year = int(effect.attrs["year"])
    names = effect["input_name_zh" if lang == "zh" else "input_name"].values
    groups = []
    for scenario in scenario_names(run):
        rows = []
        for output in OUTPUTS:
            values = effect.sel(scenario=scenario, output=output).values
            order = abs(values).argsort()[::-1][:SHOWN]
            central = float(run.paths[output].sel(scenario=scenario, year=year))
            inputs = [
                f"{names[i]} {_change(output, float(values[i]), central, lang)}" for i in order
            ]
            named = variables()[output]
            rows.append(
                {
                    "output": named.long_name_zh if lang == "zh" else named.long_name,
                    "year": str(year),
                    "inputs": word("list_separator", lang).join(inputs),
                }
            )
        groups.append({"title": scenario_title(run, scenario, lang), "rows": rows})
    return groups


def _change(output: str, value: float, central: float, lang: str) -> str:
    """Show a change: GDP in percent, shares in points, the rest in its unit."""
    if output == RELATIVE:
        return signed(f"{100.0 * value / central:+.1f}%")
    units = variables()[output].units
    if units == "1":
        return signed(f"{100.0 * value:+.1f}{word('points', lang)}")
    shown = quantity(abs(value), "Mtce", lang)
    return signed(f"{'+' if value > 0 else '-'}{shown}")
