"""The look of all charts: one page layout, one palette, direct labels instead of legends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, cast

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.publish.fonts import family
from sim.publish.numbers import signed

INK: Final = "#1c2733"
MUTED: Final = "#66717d"
HAIRLINE: Final = "#dde2e7"
ACCENT: Final = "#1f5a8a"
BAND_50: Final = "#8fb3d1"
BAND_90: Final = "#d2e1ed"
TARGET: Final = "#b04a2f"
# Okabe & Ito (2008), darkened to stand on white as text.
SERIES: Final = (
    *("#1f5a8a", "#c46210", "#00795c", "#9a4f86"),
    *("#6b6b00", "#3b9bc9", "#7a3e1d", "#4d4d4d"),
)
CARRIER_COLOURS: Final = {
    "coal": "#45494e",
    "coke": "#7d7f82",
    "oil": "#a4784f",
    "gas": "#dcbf8d",
    "electricity": "#b6bec6",
    "heat": "#c9a0a0",
    "biomass": "#7f9a55",
    "nuclear": "#84699f",
    "hydro": "#2f6798",
    "wind": "#6fb0d2",
    "solar": "#efc94c",
}
PANEL_WIDTH: Final = 3.1
PANEL_HEIGHT: Final = 2.55
LABEL_WIDTH: Final = 1.35
LEFT: Final = 0.62
HEAD: Final = 0.92
FOOT: Final = 0.62
GAP: Final = 0.78


def _settings(lang: str) -> dict[str, Any]:
    return {
        "font.family": list(family(lang)),
        "font.size": 9.0,
        "text.color": INK,
        "axes.edgecolor": HAIRLINE,
        "axes.labelcolor": MUTED,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.spines.left": False,
        "axes.grid": True,
        "axes.grid.axis": "y",
        "axes.axisbelow": True,
        "axes.unicode_minus": True,
        "grid.color": HAIRLINE,
        "grid.linewidth": 0.7,
        "xtick.color": MUTED,
        "ytick.color": MUTED,
        "xtick.major.size": 0,
        "ytick.major.size": 0,
        "xtick.labelsize": 8.5,
        "ytick.labelsize": 8.5,
        "figure.facecolor": "white",
        "axes.facecolor": "none",
        "savefig.facecolor": "white",
        "svg.fonttype": "path",
        "svg.hashsalt": "provsim",
        "path.simplify": False,
    }


@contextmanager
def styled(lang: str) -> Iterator[None]:
    """Apply the project's style, whatever the user's matplotlib settings are."""
    with mpl.rc_context():
        mpl.rcdefaults()
        cast(Any, mpl.rcParams).update(_settings(lang))
        yield


@dataclass(frozen=True)
class Page:
    """A figure and its panels in reading order."""

    figure: Figure
    panels: tuple[Axes, ...]


def heading(figure: Figure, title: str, subtitle: str, footnote: str) -> None:
    """Write title, unit line and source at the left edge."""
    height = figure.get_size_inches()[1]
    width = figure.get_size_inches()[0]
    x = 0.16 / width
    figure.text(x, 1 - 0.13 / height, title, fontsize=15, color=INK, va="top")
    figure.text(x, 1 - 0.47 / height, subtitle, fontsize=9, color=MUTED, va="top")
    figure.text(x, 0.12 / height, footnote, fontsize=7.2, color=MUTED, va="bottom")


def page(
    titles: Sequence[str],
    title: str,
    subtitle: str,
    footnote: str,
    *,
    share_y: bool = True,
    label_width: float = LABEL_WIDTH,
) -> Page:
    """Lay out one panel a scenario, two in a row, with room for labels at the right.

    Parameters
    ----------
    titles : sequence of str
        Titles of the panels; a single panel carries none.
    title, subtitle, footnote : str
        Heading of the page.
    share_y : bool
        Same scale in all panels.
    label_width : float
        Room at the right of each panel, inches.
    """
    count = len(titles)
    columns = min(count, 2)
    rows = -(-count // columns)
    panel = PANEL_WIDTH if columns > 1 else 5.4
    head = HEAD + (0.28 if count > 1 else 0.0)
    cell_h = PANEL_HEIGHT + (0.0 if columns > 1 else 0.45)
    width = columns * (LEFT + panel + label_width)
    height = head + rows * cell_h + (rows - 1) * GAP + FOOT
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    heading(figure, title, subtitle, footnote)
    panels: list[Axes] = []
    for i, name in enumerate(titles):
        row, column = divmod(i, columns)
        left = column * (LEFT + panel + label_width) + LEFT
        bottom = height - head - (row + 1) * cell_h - row * GAP
        sharer = panels[0] if panels and share_y else None
        axes = figure.add_axes(
            (left / width, bottom / height, panel / width, cell_h / height), sharey=sharer
        )
        if count > 1:
            axes.text(
                0, 1.045, name, transform=axes.transAxes, fontsize=10, color=INK, va="baseline"
            )
        panels.append(axes)
    return Page(figure, tuple(panels))


def year_axis(axes: Axes, years: Sequence[int]) -> None:
    """Number every year of a five-year run, every second of a longer one."""
    step = 1 if len(years) <= 7 else 2
    axes.set_xticks([year for year in years if (year - years[0]) % step == 0])
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0f}"))
    axes.set_xlim(years[0], years[-1])
    axes.tick_params(axis="x", pad=5)
    axes.grid(False, axis="x")


def percent_axis(axes: Axes) -> None:
    """Show fractions as percent on the vertical axis."""
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(f"{value * 100:g}%")))


def number_axis(axes: Axes) -> None:
    """Show plain numbers on the vertical axis."""
    axes.yaxis.set_major_locator(MaxNLocator(6, steps=[1, 2, 2.5, 5, 10]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: signed(f"{value:,g}")))


def height_points(axes: Axes) -> float:
    """Return the height of a panel in points."""
    return float(axes.get_position().height * axes.get_figure(root=True).get_figheight() * 72)  # type: ignore[union-attr]


def spread(
    positions: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Move the centres of labels apart so that none overlap, inside `low` and `high`.

    The order is kept and the moves are small: labels that collide are pooled and stacked
    around the mean of their wishes.

    Parameters
    ----------
    positions : sequence of float
        Wished centres, in any order.
    heights : sequence of float
        Heights of the labels.
    low, high : float
        Room; where it is too small the stack starts at `low`.

    Returns
    -------
    list of float
        Centres in the order of `positions`.
    """
    order = np.argsort(positions, kind="stable")
    pools: list[list[int]] = [[int(i)] for i in order]

    def size(pool: list[int]) -> float:
        return float(sum(heights[i] for i in pool))

    def bottom(pool: list[int]) -> float:
        offset, wishes = 0.0, []
        for i in pool:
            wishes.append(positions[i] - offset - heights[i] / 2)
            offset += heights[i]
        return max(min(float(np.mean(wishes)), high - size(pool)), low)

    k = 0
    while k < len(pools) - 1:
        if bottom(pools[k]) + size(pools[k]) > bottom(pools[k + 1]) + 1e-9:
            pools[k : k + 2] = [pools[k] + pools[k + 1]]
            k = max(k - 1, 0)
        else:
            k += 1
    placed = [0.0] * len(positions)
    for pool in pools:
        edge = bottom(pool)
        for i in pool:
            placed[i] = edge + heights[i] / 2
            edge += heights[i]
    return placed
