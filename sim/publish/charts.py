"""The charts of a run: drawn once, as PNG and as SVG that is the same byte for byte."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Final

import pandas as pd
from matplotlib.figure import Figure

from sim.assess.decomposition import obstacle
from sim.assess.results import RunResult
from sim.assess.targets import evaluate
from sim.baseyear.pack import load_pack
from sim.ensemble.folder import write_atomic
from sim.publish.decompositions import change_chart
from sim.publish.fans import carbon_intensity_fan, gdp_growth_fan, manufacturing_share_fan
from sim.publish.mixes import energy_mix, power_mix
from sim.publish.probabilities import probability_chart
from sim.publish.sankey import energy_sankey
from sim.publish.style import styled
from sim.publish.words import check_language, word

Chart = Callable[[RunResult, str], Figure]
DPI: Final = 180


def charts(table: pd.DataFrame) -> Mapping[str, Chart]:
    """Return the charts by name, in the order in which a reader meets them.

    Parameters
    ----------
    table : DataFrame
        Evaluated targets, from `sim.assess.targets.evaluate`.
    """
    drawn: dict[str, Chart] = {}
    if table["probability"].notna().any():
        drawn["probabilities"] = lambda run, lang: probability_chart(run, table, lang)
    drawn.update(
        gdp_growth=gdp_growth_fan,
        manufacturing_share=manufacturing_share_fan,
        co2_intensity=carbon_intensity_fan,
        primary_energy=energy_mix,
        generation=power_mix,
    )
    return drawn


def run_charts(run: RunResult, table: pd.DataFrame) -> Mapping[str, Chart]:
    """Return the charts of a run by name: those of any run, and those it allows.

    The decomposition of CO2 needs draws that can be recomputed, the energy balance the
    bundled base year.

    Parameters
    ----------
    run : RunResult
        The run.
    table : DataFrame
        As in `charts`.
    """
    drawn = dict(charts(table))
    if obstacle(run.manifest) is None:
        drawn["co2_change_by_sector"] = partial(change_chart, by="sector")
        drawn["co2_change_by_fuel"] = partial(change_chart, by="fuel")
        drawn["energy_balance"] = lambda _, lang: energy_sankey(load_pack(), lang)
    return drawn


def svg_text(figure: Figure, lang: str) -> str:
    """Return the figure as SVG without date, identical for identical input."""
    buffer = io.StringIO()
    with styled(lang):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": "provsim"})
    return buffer.getvalue()


def inline_svg(text: str, prefix: str, label: str) -> str:
    """Return SVG ready to stand in a page beside others.

    Parameters
    ----------
    text : str
        From `svg_text`.
    prefix : str
        Put before every id, so that two charts in one page do not share clip paths.
    label : str
        Read aloud in place of the picture.
    """
    body = text[text.index("<svg") :]
    body = re.sub(r'\bid="([^"]+)"', rf'id="{prefix}-\1"', body)
    body = re.sub(r"url\(#([^)]+)\)", rf"url(#{prefix}-\1)", body)
    body = re.sub(r'href="#([^"]+)"', rf'href="#{prefix}-\1"', body)
    body = re.sub(r"<metadata>.*?</metadata>", "", body, flags=re.DOTALL)
    size = re.search(r'<svg[^>]*?\swidth="([\d.]+)pt"', body)
    width = f"max-width:{float(size.group(1)) * 4 / 3:.0f}px" if size else ""
    body = re.sub(r'(<svg[^>]*?)\swidth="[\d.]+pt"', r"\1", body, count=1)
    body = re.sub(r'(<svg[^>]*?)\sheight="[\d.]+pt"', r"\1", body, count=1)
    return body.replace("<svg", f'<svg role="img" aria-label="{label}" style="{width}"', 1)


def write_figures(run: RunResult, folder: str | Path, lang: str) -> list[Path]:
    """Write every chart of a run as PNG and SVG.

    Parameters
    ----------
    run : RunResult
        The run.
    folder : str or Path
        Created where missing; files are ``<chart>.<lang>.png`` and ``.svg``.
    lang : {"en", "zh"}
        Language of the charts.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    InputError
        For an unknown language, or where Chinese is asked for and no font has it.
    OSError
        Where the folder cannot be written.
    """
    check_language(lang)
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for name, chart in run_charts(run, evaluate(run)).items():
        figure = chart(run, lang)
        png, svg = target / f"{name}.{lang}.png", target / f"{name}.{lang}.svg"
        save_figure(figure, png, lang)
        write_atomic(svg, partial(_save_text, svg_text(figure, lang)))
        written += [png, svg]
    return written


def save_figure(figure: Figure, path: Path, lang: str) -> None:
    """Write one chart as PNG, whole or not at all."""
    write_atomic(path, partial(_save_png, figure, lang))


def _save_png(figure: Figure, lang: str, path: Path) -> None:
    with styled(lang):
        figure.savefig(path, format="png", dpi=DPI, metadata={"Software": "provsim"})


def _save_text(text: str, path: Path) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def chart_title(name: str, lang: str) -> str:
    """Return the title of a chart."""
    return word(f"chart_{name}", lang)
