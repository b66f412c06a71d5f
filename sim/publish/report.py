"""The report: one HTML file that needs nothing else, in English and Chinese."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from html import unescape
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, StrictUndefined, select_autoescape
from markupsafe import Markup

from models.labels import (
    CARRIER_NAMES,
    ENERGY_SECTOR_NAMES,
    FINAL_USE_NAMES,
    TECHNOLOGY_NAMES,
)
from sim.assess.probability import made_with_bundled_pack, registered_targets
from sim.assess.results import RunResult, scenario_names, scenario_title
from sim.assess.targets import evaluate, joint
from sim.baseyear.pack import read_observations
from sim.ensemble.folder import write_atomic
from sim.publish.audit import identity_residuals
from sim.publish.charts import chart_title, inline_svg, run_charts, svg_text
from sim.publish.driving import driving_inputs
from sim.publish.findings import findings
from sim.publish.fonts import embedded_font
from sim.publish.numbers import missing, probability, signed
from sim.publish.tables import peak_note, target_cells
from sim.publish.words import LANGUAGES, check_language, join_names, province, word

_FARTHEST = 12
_LABELS = (ENERGY_SECTOR_NAMES, FINAL_USE_NAMES, CARRIER_NAMES, TECHNOLOGY_NAMES)
_CHANGED = ("file", "extended", "set")


def _value(value: object, lang: str) -> str:
    """Show a value of a scenario: a number, a word, or yes and no."""
    if isinstance(value, bool):
        return word("yes" if value else "no", lang)
    return _number(value)


def _observed_name(row: Mapping[str, Any], lang: str) -> str:
    """Name an observation: its variable and, where it has one, its label in words."""
    variable = "" if missing(row.get("variable")) else str(row.get("variable", ""))
    label = "" if missing(row["label"]) else str(row["label"])
    for names in _LABELS:
        if label in names:
            label = names[label][lang == "zh"]
            break
    return " · ".join(part for part in (variable, label) if part)


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return "" if value is None else str(value)
    return "" if missing(value) else signed(f"{value:.4g}")


def _bundled_observations(run: RunResult) -> pd.DataFrame | None:
    """Return the observations of the bundled pack where the run was made with it."""
    return read_observations() if made_with_bundled_pack(run) else None


def _plausibility(observations: pd.DataFrame | None, lang: str) -> dict[str, Any]:
    """Return the text and the rows of the observations farthest from their value."""
    if observations is None or observations.empty:
        return {"text": word("report_plausibility_none", lang), "rows": []}
    size = observations["z"].abs()
    text = word(
        "report_plausibility_text",
        lang,
        count=len(observations),
        largest=f"{size.max():.1f}",
        beyond=int((size > 3).sum()),
    )
    worst = observations.loc[size.sort_values(ascending=False).index[:_FARTHEST]]
    rows = [
        {
            "name": _observed_name(row, lang),
            "observed": _number(row["observed"]),
            "reconciled": _number(row["reconciled"]),
            "unit": str(row["unit"]),
            "z": _number(round(float(row["z"]), 2)),
            "source": str(row["source"]),
        }
        for row in worst.to_dict("records")
    ]
    return {"text": text, "rows": rows}


def _provenance(run: RunResult, lang: str) -> list[dict[str, Any]]:
    """Return, for each scenario, the values it sets itself."""
    blocks: list[dict[str, Any]] = []
    for scenario in run.scenarios:
        table = scenario.provenance()
        own = table[table["origin"].isin(_CHANGED)]
        years = [column for column in table.columns if str(column).isdigit()]
        rows = []
        for row in own.to_dict("records"):
            first, last = row[years[0]], row[years[-1]]
            values = _value(first, lang)
            if first != last:
                values += f" … {_value(last, lang)}"
            rows.append(
                {
                    "lever": str(row["lever"]),
                    "name": str(row[f"name_{lang}"]),
                    "value": values,
                    "unit": str(row["unit"]),
                    "place": str(row["place"]),
                    "source": str(row["source"]),
                }
            )
        key = "report_provenance_text" if rows else "report_provenance_none"
        blocks.append(
            {
                "title": scenario_title(run, scenario.name, lang),
                "text": word(key, lang, defaults=len(table) - len(own)),
                "rows": rows,
            }
        )
    return blocks


def _judgement(inputs: Mapping[str, int] | None, lang: str) -> str:
    if not inputs:
        return word("report_judgement_none", lang)
    return word(
        "report_judgement_text", lang, judged=inputs.get("judgement", 0), total=sum(inputs.values())
    )


def _joint_rows(run: RunResult, together: pd.DataFrame | None, lang: str) -> list[dict[str, str]]:
    if together is None:
        return []
    chosen = together[together["set"].isin(["all", "box1"])]
    return [
        {
            "scenario": scenario_title(run, str(row["scenario"]), lang),
            "set": word(f"set_{row['set']}", lang),
            "count": str(row["count"]),
            "probability": probability(row["probability"], row["probability_se"]),
            "independent": probability(row["independent"]),
        }
        for row in chosen.to_dict("records")
    ]


def _manifest_rows(manifest: Mapping[str, Any]) -> list[tuple[str, str]]:
    rows: list[tuple[str, str]] = []
    for key, value in manifest.items():
        plain = isinstance(value, (str, int, float, bool))
        text = str(value) if plain else json.dumps(value, ensure_ascii=False, default=str)
        rows.append((str(key), text if len(text) <= 400 else text[:400] + " …"))
    return rows


def _body(
    run: RunResult,
    table: pd.DataFrame,
    together: pd.DataFrame | None,
    observations: pd.DataFrame | None,
    inputs: Mapping[str, int] | None,
    lang: str,
) -> dict[str, Any]:
    """Return all that the template shows in one language."""
    names = scenario_names(run)
    titles = [scenario_title(run, name, lang) for name in names]
    cells = target_cells(table, lang)
    quoted = [word("report_scenarios", lang, name=title) for title in titles]
    pictures = [
        Markup(
            inline_svg(svg_text(chart(run, lang), lang), f"{name}-{lang}", chart_title(name, lang))
        )
        for name, chart in run_charts(run, table).items()
    ]
    question = "report_question_text" if registered_targets(run) else "report_question_other"
    outside = [row for row in cells if row["status"] == "not_modelled"]
    return {
        "lang": lang,
        "province": province(run.manifest.get("pack", {}), lang),
        "question": word(question, lang, scenarios=join_names(quoted, lang)),
        "peak_note": peak_note(table, int(run.paths["year"][-1]), lang),
        "findings": findings(run, table, together, lang),
        "groups": [
            {
                "title": title,
                "rows": [
                    row
                    for row in cells
                    if row["scenario"] == name and row["status"] != "not_modelled"
                ],
            }
            for name, title in zip(names, titles, strict=True)
        ],
        "outside": [row for row in outside if row["scenario"] == names[0]],
        "joint": _joint_rows(run, together, lang),
        "charts": pictures,
        "plausibility": _plausibility(observations, lang),
        "driving": driving_inputs(run, lang),
        "provenance": _provenance(run, lang),
        "audit": [
            (word(f"identity_{item.identity}", lang), f"{item.largest:.1e}")
            for item in identity_residuals(run)
        ],
        "judgement": _judgement(inputs, lang),
        "manifest": _manifest_rows(run.manifest),
    }


def report_html(
    run: RunResult,
    lang: str,
    *,
    together: pd.DataFrame | None = None,
    observations: pd.DataFrame | None = None,
    inputs: Mapping[str, int] | None = None,
) -> str:
    """Return the report as HTML that loads nothing from elsewhere.

    Parameters
    ----------
    run : RunResult
        The run.
    lang : {"en", "zh"}
        Language shown first; the reader can switch.
    together : DataFrame, optional
        Joint probabilities; computed where the run keeps its draws.
    observations : DataFrame, optional
        Observations of the base pack with ``label observed reconciled z unit source``; by
        default those of the bundled pack, where the run was made with it.
    inputs : mapping of str to int, optional
        Number of uncertain inputs by kind (``estimate``, ``citation``, ``judgement``); by
        default what the manifest says.

    Returns
    -------
    str
    """
    check_language(lang)
    table = evaluate(run)
    observations = _bundled_observations(run) if observations is None else observations
    if inputs is None and isinstance(run.manifest.get("inputs"), Mapping):
        inputs = run.manifest["inputs"]
    if together is None and run.draws is not None:
        together = joint(run)
    environment = Environment(
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    source = files("sim.publish").joinpath("templates/report.html.j2").read_text("utf-8")
    bodies = [
        _body(run, table, together, observations, inputs, each)
        for each in sorted(LANGUAGES, key=lambda one: one != lang)
    ]
    template = environment.from_string(source)
    page = template.render(lang=lang, bodies=bodies, word=word, font="")
    words = re.sub(r"<svg.*?</svg>|<[^>]+>", "", page, flags=re.DOTALL)
    return template.render(lang=lang, bodies=bodies, word=word, font=embedded_font(unescape(words)))


def write_report(
    run: RunResult,
    path: str | Path,
    lang: str,
    *,
    together: pd.DataFrame | None = None,
    observations: pd.DataFrame | None = None,
    inputs: Mapping[str, int] | None = None,
) -> Path:
    """Write the report of a run; see `report_html`.

    Parameters
    ----------
    run : RunResult
        The run.
    path : str or Path
        The HTML file, or a folder that gets ``report.html``.
    lang : {"en", "zh"}
        Language shown first.
    together, observations, inputs
        As in `report_html`.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    OSError
        Where it cannot be written.
    """
    target = Path(path)
    if target.suffix != ".html":
        target = target / "report.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    text = report_html(run, lang, together=together, observations=observations, inputs=inputs)
    write_atomic(target, partial(_save, text))
    return target


def _save(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")
