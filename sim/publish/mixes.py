"""Stacked areas: energy by carrier and power by source, as means of the draws.

Means are stacked because quantiles do not add up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from sim.assess.results import RunResult, require_variable, scenario_names
from sim.publish import style
from sim.publish.fans import footnote, panel_titles
from sim.publish.numbers import reader_unit
from sim.publish.words import word

POWER_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "coal": ("coal",),
    "gas": ("gas",),
    "biomass": ("biomass",),
    "nuclear": ("nuclear",),
    "hydro": ("hydro", "pumped_storage"),
    "wind": ("wind_onshore", "wind_offshore"),
    "solar": ("solar_utility", "solar_distributed"),
    "storage": ("storage",),
}
CARRIER_ORDER: Final = (
    *("coal", "coke", "oil", "gas", "heat", "biomass"),
    *("nuclear", "hydro", "wind", "solar", "electricity"),
)
_SMALL: Final = 0.004


@dataclass(frozen=True)
class Layer:
    """One layer of a stack: values by year, bottom layers first."""

    name: str
    colour: str
    values: NDArray[np.float64]


def _mean(run: RunResult, name: str) -> xr.DataArray:
    """Return the mean over draws, or the central path where the run keeps no means."""
    stored = f"{name}_mean"
    return run.ensemble[stored] if stored in run.ensemble else require_variable(run.paths, name)


def _seen(layers: Sequence[Layer]) -> list[Layer]:
    largest = max(float(np.abs(layer.values).max()) for layer in layers)
    return [layer for layer in layers if np.abs(layer.values).max() > largest * 1e-6]


Edges = tuple[NDArray[np.float64], NDArray[np.float64]]


def _sides(layers: Sequence[Layer]) -> list[tuple[Edges, Edges]]:
    """Return the edges of what each layer puts above zero, and of what it puts below."""
    up = np.zeros_like(layers[0].values)
    down = np.zeros_like(layers[0].values)
    sides = []
    for layer in layers:
        above, below = np.maximum(layer.values, 0.0), np.minimum(layer.values, 0.0)
        sides.append(((up, up + above), (down + below, down)))
        up, down = up + above, down + below
    return sides


def _bounds(layers: Sequence[Layer]) -> list[Edges]:
    """Return lower and upper edge of each layer; negative values stack below zero."""
    edges = []
    for (low, high), (lowest, highest) in _sides(layers):
        above = high > low
        edges.append((np.where(above, low, lowest), np.where(above, high, highest)))
    return edges


def _stack(axes: Axes, years: Sequence[int], layers: Sequence[Layer]) -> None:
    edges = _bounds(layers)
    for layer, sides in zip(layers, _sides(layers), strict=True):
        for lower, upper in sides:  # apart: a layer that changes sign must not cross the others
            if (upper > lower).any():
                axes.fill_between(
                    years, lower, upper, facecolor=layer.colour, edgecolor="white", linewidth=0.6
                )
    total = np.sum([layer.values for layer in layers], axis=0)
    top = np.max([upper for _, upper in edges], axis=0)
    for k in (0, -1):
        text = axes.annotate(
            f"{total[k]:,.0f}",
            (years[k], top[k]),
            xytext=(1 if k == 0 else -1, 4),
            textcoords="offset points",
            ha="left" if k == 0 else "right",
            fontsize=9,
            color=style.INK,
            annotation_clip=False,
        )
        text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
    floor = min(0.0, float(np.min([lower for lower, _ in edges])) * 1.08)
    axes.set_ylim(floor, max(float(top.max()) * 1.1, axes.get_ylim()[1] if floor else 0.0))
    if floor:
        axes.axhline(0.0, color=style.MUTED, linewidth=0.8)


def _name_layers(axes: Axes, years: Sequence[int], layers: Sequence[Layer]) -> None:
    """Write name and last value beside each layer, with a thin lead where it moved."""
    low, high = axes.get_ylim()
    points = style.height_points(axes)
    total = sum(abs(float(layer.values[-1])) for layer in layers)
    rows = [
        (layer, float((lower[-1] + upper[-1]) / 2))
        for layer, (lower, upper) in zip(layers, _bounds(layers), strict=True)
        if abs(float(layer.values[-1])) > _SMALL * total
    ]
    wished = [(middle - low) / (high - low) * points for _, middle in rows]
    placed = style.spread(wished, [10.6] * len(rows), 0.0, points + 12.0)
    for (layer, middle), wish, y in zip(rows, wished, placed, strict=True):
        value = float(layer.values[-1])
        digits = 0 if abs(value) >= 9.5 else 1
        axes.annotate(
            f"{layer.name}  {value:,.{digits}f}".replace("-", "−"),
            (years[-1], middle),
            xytext=(17, y - wish),
            textcoords="offset points",
            fontsize=8.3,
            color=style.INK,
            va="center",
            annotation_clip=False,
            arrowprops={
                "arrowstyle": "-",
                "color": layer.colour,
                "linewidth": 1.6,
                "shrinkA": 1.0,
                "shrinkB": 1.0,
                "relpos": (0.0, 0.5),
            },
        )


def _mix(run: RunResult, chart: str, stacks: Mapping[str, Sequence[Layer]], lang: str) -> Figure:
    years = [int(year) for year in run.paths["year"].values]
    page = style.page(
        panel_titles(run, lang),
        word(f"chart_{chart}", lang),
        word(f"chart_{chart}_unit", lang) + "   |   " + word("mean_note", lang),
        footnote(run, lang),
        label_width=2.1 if lang == "en" else 1.75,
    )
    for axes, name in zip(page.panels, scenario_names(run), strict=True):
        _stack(axes, years, stacks[name])
        style.year_axis(axes, years)
        style.number_axis(axes)
    limits = [axes.dataLim.intervaly for axes in page.panels]
    low = min(float(limit[0]) for limit in limits)
    high = max(float(limit[1]) for limit in limits)
    page.panels[0].set_ylim(min(0.0, low * 1.08), high * 1.1)
    for axes, name in zip(page.panels, scenario_names(run), strict=True):
        _name_layers(axes, years, stacks[name])
    return page.figure


def energy_mix(run: RunResult, lang: str) -> Figure:
    """Draw primary energy by carrier."""
    mean = _mean(run, "primary_energy")
    stacks = {
        name: _seen(
            [
                Layer(
                    word(f"carrier_{carrier}", lang),
                    style.CARRIER_COLOURS[carrier],
                    mean.sel(scenario=name, carrier=carrier).values * reader_unit("Mtce", lang)[0],
                )
                for carrier in CARRIER_ORDER
            ]
        )
        for name in scenario_names(run)
    }
    with style.styled(lang):
        return _mix(run, "primary_energy", stacks, lang)


def power_mix(run: RunResult, lang: str) -> Figure:
    """Draw generation by source with the net import on top, so that the total is demand."""
    mean = _mean(run, "electricity_generation")
    imported = _mean(run, "electricity_net_import")
    colours = {**style.CARRIER_COLOURS, "storage": "#a9c7b0"}
    factor, _ = reader_unit("TWh", lang)
    stacks: dict[str, Sequence[Layer]] = {}
    for name in scenario_names(run):
        layers = [
            Layer(
                word(f"group_{group}", lang),
                colours[group],
                mean.sel(scenario=name, technology=list(members)).sum("technology").values * factor,
            )
            for group, members in POWER_GROUPS.items()
        ]
        flow = imported.sel(scenario=name).values * factor
        key = "net_import" if flow[-1] >= 0 else "net_export"
        layers.append(Layer(word(key, lang), style.CARRIER_COLOURS["electricity"], flow))
        stacks[name] = _seen(layers)
    with style.styled(lang):
        return _mix(run, "generation", stacks, lang)
