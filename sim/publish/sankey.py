"""The energy balance of the base year as a Sankey diagram."""

from __future__ import annotations

from typing import Final

import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Shape
from matplotlib.patheffects import withStroke

from sim.assess.energy_flows import COLUMNS, energy_flows
from sim.publish import style
from sim.publish.words import province, word

_SIZE: Final = (10.4, 6.4)  # inches
_AT: Final = (0.0, 0.31, 0.62, 1.0)  # left edges of the columns
_BAR: Final = 0.014
_GAP: Final = 0.022  # between nodes, share of the height
_COLOURS: Final = {
    "coke_ovens": style.CARRIER_COLOURS["coke"],
    "refineries": style.CARRIER_COLOURS["oil"],
    "heat_plants": style.CARRIER_COLOURS["heat"],
    "power_system": style.CARRIER_COLOURS["electricity"],
    "losses": style.HAIRLINE,
}


def energy_sankey(pack: xr.Dataset, lang: str) -> Figure:
    """Draw the balance of the base year, Mtce in the calorific method.

    Parameters
    ----------
    pack : Dataset
        The base-year pack.
    lang : {"en", "zh"}
        Language of the labels.
    """
    flows = energy_flows(pack)
    with style.styled(lang):
        figure = Figure(figsize=_SIZE)
        FigureCanvasAgg(figure)
        style.heading(
            figure,
            word(
                "sankey_title",
                lang,
                province=province(pack.attrs, lang),
                year=int(pack.attrs.get("base_year", 2025)),
            ),
            word("sankey_subtitle", lang),
            word("sankey_source", lang),
        )
        axes = figure.add_axes((0.155, 0.065, 0.645, 0.815))
        axes.set_axis_off()
        _draw(axes, flows, lang)
    return figure


def _draw(axes: Axes, flows: pd.DataFrame, lang: str) -> None:
    """Place the nodes, then the bands between them, then the names."""
    place, scale = _places(flows)
    out = {node: top for node, (_, top, _) in place.items()}
    into = dict(out)
    order = {node: i for column in COLUMNS for i, node in enumerate(column)}
    ranked = flows.assign(first=flows["source"].map(order), last=flows["target"].map(order))
    # bands leave in the order of their ends and arrive in the order of their starts
    start = {}
    for row in ranked.sort_values(["source", "last"]).itertuples():
        start[row.Index] = out[row.source]
        out[row.source] -= row.value * scale
    for row in ranked.sort_values(["target", "first"]).itertuples():
        left = place[row.source][0] + _BAR
        right = place[row.target][0]
        _band(
            axes,
            left,
            start[row.Index],
            right,
            into[row.target],
            row.value * scale,
            _colour(str(row.source)),
        )
        into[row.target] -= row.value * scale
    for node, (x, top, size) in place.items():
        axes.add_patch(
            Rectangle((x, top - size), _BAR, size, facecolor=_colour(node), edgecolor="none")
        )
        _name(axes, node, x, top - size / 2.0, size / scale, lang)
    axes.set_xlim(0.0, 1.0 + _BAR)
    axes.set_ylim(0.0, 1.0)


def _places(flows: pd.DataFrame) -> tuple[dict[str, tuple[float, float, float]], float]:
    """Left edge, top and height of each node, and height per Mtce."""
    leaving = flows.groupby("source")["value"].sum()
    coming = flows.groupby("target")["value"].sum()
    sizes = {
        node: max(float(leaving.get(node, 0.0)), float(coming.get(node, 0.0)))
        for column in COLUMNS
        for node in column
    }
    columns = [[node for node in column if sizes[node] > 0.0] for column in COLUMNS]
    scale = min(
        (1.0 - _GAP * (len(column) - 1)) / sum(sizes[node] for node in column) for column in columns
    )
    place = {}
    for x, column in zip(_AT, columns, strict=True):
        height = scale * sum(sizes[node] for node in column)
        gap = (
            (1.0 - height) / (len(column) + 1)
            if len(column) < 5
            else ((1.0 - height) / max(len(column) - 1, 1))
        )
        top = 1.0 - gap if len(column) < 5 else 1.0
        for node in column:
            place[node] = (x, top, sizes[node] * scale)
            top -= sizes[node] * scale + gap
    return place, scale


def _band(
    axes: Axes, left: float, top: float, right: float, end: float, size: float, colour: str
) -> None:
    """A band of constant height between two nodes."""
    middle = 0.5 * (left + right)
    points = [
        *((left, top), (middle, top), (middle, end), (right, end)),
        *((right, end - size), (middle, end - size), (middle, top - size), (left, top - size)),
        (left, top),
    ]
    codes = [Shape.MOVETO, *[Shape.CURVE4] * 3, Shape.LINETO, *[Shape.CURVE4] * 3, Shape.CLOSEPOLY]
    axes.add_patch(PathPatch(Shape(points, codes), facecolor=colour, alpha=0.5, linewidth=0.0))


def _colour(node: str) -> str:
    kind, _, name = node.partition("_")
    if kind in ("supply", "final"):
        return style.CARRIER_COLOURS[name]
    return _COLOURS.get(node, style.MUTED)


def _name(axes: Axes, node: str, x: float, y: float, value: float, lang: str) -> None:
    """Name and amount: left of the first column, right of the others."""
    kind, _, name = node.partition("_")
    key = {"supply": f"carrier_{name}", "final": f"final_{name}"}.get(kind, f"sankey_{node}")
    text = f"{word(key, lang)}  {value:.1f}" if value < 100 else f"{word(key, lang)}  {value:.0f}"
    first = x == _AT[0]
    axes.text(
        x - 0.008 if first else x + _BAR + 0.008,
        y,
        text,
        ha="right" if first else "left",
        va="center",
        fontsize=8.5,
        color=style.INK,
        path_effects=[withStroke(linewidth=2.2, foreground="white", alpha=0.75)],
    )
