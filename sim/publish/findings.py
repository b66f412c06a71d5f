"""Sentences that a run supports, written from its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from sim.assess.results import RunResult, scenario_names, scenario_title
from sim.publish.numbers import missing, percent, probability
from sim.publish.words import join_names, word

_WEAKEST = 3
_DOUBTFUL = 0.5


def _row(table: pd.DataFrame, scenario: str, target_id: str) -> Mapping[str, Any] | None:
    own = table[(table["scenario"] == scenario) & (table["target_id"] == target_id)]
    if own.empty or missing(own["probability"].iloc[0]):
        return None
    found: Mapping[str, Any] = own.iloc[0].to_dict()
    return found


def _spread(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "central": percent(float(row["central"])),
        "low": percent(float(row["p05"])),
        "high": percent(float(row["p95"])),
        "probability": probability(row["probability"]),
    }


def _structure(run: RunResult, row: Mapping[str, Any], scenario: str) -> dict[str, str]:
    ends = {
        key: percent(float(run.paths[name].sel(scenario=scenario, year=int(row["year"]))))
        for key, name in (
            ("domestic", "manufacturing_share_if_domestic"),
            ("external", "manufacturing_share_if_external"),
        )
    }
    chances = {f"chance_{key}": probability(row[f"probability_if_{key}"]) for key in ends}
    return {**_spread(row), **ends, **chances}


def _weakest(table: pd.DataFrame, scenario: str, lang: str) -> str:
    own = table[(table["scenario"] == scenario) & table["probability"].notna()]
    if own.empty:  # no target is registered for the province
        return ""
    low = own[own["probability"] < _DOUBTFUL].nsmallest(_WEAKEST, "probability")
    return join_names(
        [
            word(
                "weakest_item",
                lang,
                name=row[f"name_{lang}"],
                probability=probability(row["probability"]),
            )
            for row in low.to_dict("records")
        ],
        lang,
    )


def findings(
    run: RunResult, table: pd.DataFrame, together: pd.DataFrame | None, lang: str
) -> dict[str, list[str]]:
    """Return the key findings of a run, scenario by scenario.

    Parameters
    ----------
    run : RunResult
        The run.
    table : DataFrame
        From `sim.assess.targets.evaluate`.
    together : DataFrame or None
        From `sim.assess.targets.joint`; None where the draws were not kept.
    lang : {"en", "zh"}
        Language.

    Returns
    -------
    dict of str to list of str
        Title of the scenario to its sentences.
    """
    found: dict[str, list[str]] = {}
    for scenario in scenario_names(run):
        sentences = found.setdefault(scenario_title(run, scenario, lang), [])
        for key, target_id in (
            ("finding_growth", "gdp_growth_plan"),
            ("finding_structure", "manufacturing_share_2030"),
            ("finding_energy", "non_fossil_share_2030"),
            ("finding_carbon", "co2_intensity_reduction_plan"),
        ):
            row = _row(table, scenario, target_id)
            if row is None:
                continue
            values = _spread(row)
            if key == "finding_structure":
                values = _structure(run, row, scenario)
            values["target"] = f"{float(row['target']) * 100:g}%"
            sentences.append(word(key, lang, **values))
        weakest = _weakest(table, scenario, lang)
        if weakest:
            sentences.append(word("finding_weakest", lang, names=weakest))
        if together is not None:
            own = together[(together["scenario"] == scenario) & (together["set"] == "all")]
            for row in own.to_dict("records"):
                sentences.append(
                    word(
                        "finding_joint",
                        lang,
                        count=row["count"],
                        probability=probability(row["probability"], row["probability_se"]),
                    )
                )
    return found
