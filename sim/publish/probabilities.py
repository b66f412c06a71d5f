"""The probability of each target, all scenarios side by side."""

from __future__ import annotations

from textwrap import wrap

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from sim.assess.results import RunResult, scenario_names, scenario_title
from sim.publish import style
from sim.publish.fans import footnote
from sim.publish.words import word

_ROW = 0.46
_NAMES = 3.75
_AXIS = 4.1
_VALUES = 0.62
_LEGEND = 0.23
_LEGEND_ROOM = 8.3
_LONG_EN = 46
_LONG_ZH = 27


def _wrapped(name: str, lang: str) -> str:
    """Break a long name: English between words, Chinese before a bracket."""
    if lang == "zh":
        return name if len(name) <= _LONG_ZH else name.replace("（", "\n（", 1)
    return "\n".join(wrap(name, _LONG_EN))


def _offsets(count: int) -> list[float]:
    step = min(0.24, 0.66 / max(count - 1, 1))
    return [(k - (count - 1) / 2) * step for k in range(count)]


def _rows(axes: Axes, table: pd.DataFrame, scenarios: list[str], lang: str) -> None:
    ids = list(dict.fromkeys(table["target_id"]))
    names = table.drop_duplicates("target_id").set_index("target_id")[f"name_{lang}"]
    offsets = _offsets(len(scenarios))
    for y, target_id in enumerate(ids):
        if y:
            axes.axhline(y - 0.5, color=style.HAIRLINE, linewidth=0.6, clip_on=False)
        axes.text(
            -0.03,
            y,
            _wrapped(str(names[target_id]), lang),
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            fontsize=8.8,
            linespacing=1.15,
        )
    for k, scenario in enumerate(scenarios):
        colour = style.SERIES[k % len(style.SERIES)]
        own = table[table["scenario"] == scenario].set_index("target_id")
        for y, target_id in enumerate(ids):
            row = own.loc[target_id]
            share, error = float(row["probability"]), float(row["probability_se"])
            place = y + offsets[k]
            low, high = max(share - 1.96 * error, 0.0), min(share + 1.96 * error, 1.0)
            axes.plot([low, high], [place, place], color=colour, linewidth=1.4, clip_on=False)
            axes.plot(share, place, "o", color=colour, markersize=5.6, clip_on=False, zorder=4)
    for y, target_id in enumerate(ids):
        for k, scenario in enumerate(scenarios):
            share = float(
                table.loc[
                    (table["scenario"] == scenario) & (table["target_id"] == target_id),
                    "probability",
                ].iloc[0]
            )
            axes.text(
                1.035,
                y + offsets[k],
                f"{share * 100:.0f}%",
                transform=axes.get_yaxis_transform(),
                color=style.SERIES[k % len(style.SERIES)],
                fontsize=8.0 if len(scenarios) < 4 else 6.4,
                va="center",
            )


def _legend_width(title: str) -> float:
    """Return a generous width of a legend entry in inches."""
    wide = sum(1.0 if ord(character) > 0x2E80 else 0.56 for character in title)
    return 0.32 + wide * 9.5 / 72


def _legend_lines(titles: list[str]) -> list[int]:
    """Return the line of each entry of the legend, so that none leaves the page."""
    lines, room = [0], 0.0
    for k, title in enumerate(titles):
        room += _legend_width(title)
        if k:
            lines.append(lines[-1] + (room > _LEGEND_ROOM))
        if room > _LEGEND_ROOM:
            room = _legend_width(title)
    return lines


def _scenario_names(figure: Figure, titles: list[str], lines: list[int]) -> None:
    """Write the titles of the scenarios in their colours above the axis."""
    width, height = figure.get_size_inches()
    x, line = 0.16, 0
    for k, (title, own) in enumerate(zip(titles, lines, strict=True)):
        if own > line:
            x, line = 0.16, own
        figure.text(
            x / width,
            1 - (style.HEAD - 0.02 + line * _LEGEND) / height,
            "●  " + title,
            color=style.SERIES[k % len(style.SERIES)],
            fontsize=9.5,
            va="top",
        )
        x += _legend_width(title)


def probability_chart(run: RunResult, table: pd.DataFrame, lang: str) -> Figure:
    """Draw one row a target, one dot a scenario.

    Parameters
    ----------
    run : RunResult
        The run.
    table : DataFrame
        From `sim.assess.targets.evaluate`.
    lang : {"en", "zh"}
        Language.

    Returns
    -------
    Figure
    """
    scenarios = scenario_names(run)
    known = table.dropna(subset=["probability"])
    count = known["target_id"].nunique()
    row = max(_ROW, 0.16 * len(scenarios))
    lines = _legend_lines([scenario_title(run, name, lang) for name in scenarios])
    head = style.HEAD + 0.2 + _LEGEND * (max(lines) + 1)
    width = 0.2 + _NAMES + _AXIS + _VALUES + 0.2
    height = head + count * row + 0.42 + style.FOOT
    with style.styled(lang):
        figure = Figure(figsize=(width, height))
        FigureCanvasAgg(figure)
        style.heading(
            figure,
            word("chart_probabilities", lang),
            word("chart_probabilities_unit", lang),
            footnote(run, lang),
        )
        axes = figure.add_axes(
            (
                (0.2 + _NAMES) / width,
                (style.FOOT + 0.42) / height,
                _AXIS / width,
                count * row / height,
            )
        )
        axes.set_ylim(count - 0.5, -0.5)
        axes.set_xlim(0, 1)
        axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
        axes.set_yticks([])
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value * 100:g}%"))
        axes.grid(True, axis="x")
        axes.spines["bottom"].set_visible(False)
        _rows(axes, known, scenarios, lang)
        _scenario_names(figure, [scenario_title(run, name, lang) for name in scenarios], lines)
    return figure
