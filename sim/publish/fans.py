"""Fan charts: the central path and the spread of the draws, scenario by scenario."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from sim.assess.probability import target_numbers
from sim.assess.register import Target, load_targets
from sim.assess.results import RunResult, require_variable, scenario_names, scenario_title
from sim.publish import style
from sim.publish.numbers import FRACTIONS, percent, plain, reader_unit
from sim.publish.words import catalogue, province, word


@dataclass(frozen=True)
class Mark:
    """A target drawn as a dashed line between two years."""

    first_year: int
    last_year: int
    value: float
    text: str


def footnote(run: RunResult, lang: str) -> str:
    """Return the source line of a chart."""
    manifest = run.manifest
    draws = manifest.get("draws", "–")
    shown = f"{draws:,}" if isinstance(draws, int) else str(draws)
    return word(
        "chart_source",
        lang,
        province=province(manifest.get("pack", {}), lang),
        draws=shown,
        seed=manifest.get("seed", "–"),
    )


def panel_titles(run: RunResult, lang: str) -> list[str]:
    """Return the titles of the scenarios in order."""
    return [scenario_title(run, name, lang) for name in scenario_names(run)]


def _register(target_id: str) -> Target:
    return next(target for target in load_targets() if target.target_id == target_id)


def _level_labels(axes: Axes, rows: Sequence[tuple[float, str, str, float]], year: int) -> None:
    """Write labels (value, text, colour, size) right of the last year without overlap."""
    low, high = axes.get_ylim()
    points = style.height_points(axes)
    lines = [text.count("\n") + 1 for _, text, _, _ in rows]
    heights = [size * 1.3 * count for (_, _, _, size), count in zip(rows, lines, strict=True)]
    wished = [(value - low) / (high - low) * points for value, _, _, _ in rows]
    placed = style.spread(wished, heights, -6.0, points + 10.0)
    for (value, text, colour, size), wish, y in zip(rows, wished, placed, strict=True):
        axes.annotate(
            text,
            (year, value),
            xytext=(9, y - wish),
            textcoords="offset points",
            fontsize=size,
            color=colour,
            va="center",
            linespacing=1.1,
            annotation_clip=False,
        )


def _fan(axes: Axes, quantiles: xr.DataArray, central: xr.DataArray) -> None:
    years = central["year"].values
    bands = {level: quantiles.sel(quantile=level).values for level in (0.05, 0.25, 0.75, 0.95)}
    axes.fill_between(years, bands[0.05], bands[0.95], color=style.BAND_90, linewidth=0)
    axes.fill_between(years, bands[0.25], bands[0.75], color=style.BAND_50, linewidth=0)
    axes.plot(years, central.values, color=style.ACCENT, linewidth=2.2, solid_capstyle="round")
    axes.plot(
        years[:1], central.values[:1], "o", color=style.INK, markersize=4.5, clip_on=False, zorder=5
    )


def _mark(axes: Axes, mark: Mark, last_year: int) -> None:
    """Draw the target: a dashed line over its years, a diamond where it is one year.

    Its words stand with the other labels at the right where it ends in the last year of
    the chart, else above it.
    """
    if mark.first_year < mark.last_year:
        years, values = [mark.first_year, mark.last_year], [mark.value, mark.value]
        axes.plot(years, values, color=style.TARGET, linewidth=1.4, dashes=(4, 2.5), zorder=4)
    else:
        axes.plot(
            [mark.last_year],
            [mark.value],
            "D",
            color=style.TARGET,
            markeredgecolor="white",
            markeredgewidth=0.8,
            markersize=6.5,
            clip_on=False,
            zorder=6,
        )
    if mark.last_year == last_year:
        return
    text = axes.annotate(
        mark.text.replace("\n", " "),
        ((mark.first_year + mark.last_year) / 2, mark.value),
        xytext=(0, 6),
        textcoords="offset points",
        fontsize=8,
        color=style.TARGET,
        ha="center",
        va="bottom",
        zorder=7,
    )
    text.set_path_effects([withStroke(linewidth=2.5, foreground="white", alpha=0.85)])


def _heading(path: xr.DataArray, lang: str) -> tuple[str, str]:
    """Return title and unit line: from the catalogue, else from the variable's attributes."""
    key = f"chart_{path.name}"
    if key in catalogue():
        return word(key, lang), word(f"{key}_unit", lang)
    name = path.attrs.get("long_name_zh" if lang == "zh" else "long_name", str(path.name))
    return str(name), reader_unit(str(path.attrs.get("units", "")), lang)[1]


def fan_chart(
    run: RunResult,
    variable: str,
    lang: str,
    *,
    show: Callable[[float], str],
    as_percent: bool,
    marks: Callable[[str], Mark | None],
    extremes: Sequence[tuple[str, str]] = (),
) -> Figure:
    """Draw one fan a scenario.

    Parameters
    ----------
    run : RunResult
        The run.
    variable : str
        A scalar of the run.
    lang : {"en", "zh"}
        Language.
    show : callable
        Number to text, for the labels.
    as_percent : bool
        Percent on the axis.
    marks : callable
        Scenario name to the target to draw, or None.
    extremes : sequence of (variable, word key)
        Central paths of further variables, drawn thin and named.

    Returns
    -------
    Figure
    """
    quantiles = require_variable(run.ensemble, variable)
    central = require_variable(run.paths, variable)
    years = [int(year) for year in central["year"].values]
    title, unit = _heading(central, lang)
    with style.styled(lang):
        page = style.page(
            panel_titles(run, lang),
            title,
            unit + "   |   " + word("fan_note", lang),
            footnote(run, lang),
            label_width=1.25 if not extremes else 1.95,
        )
        for axes, name in zip(page.panels, scenario_names(run), strict=True):
            _fan(axes, quantiles.sel(scenario=name), central.sel(scenario=name))
            for other, _ in extremes:
                line = require_variable(run.paths, other).sel(scenario=name)
                axes.plot(years, line.values, color=style.MUTED, linewidth=1.1, dashes=(1, 1.6))
            mark = marks(name)
            if mark is not None:
                _mark(axes, mark, years[-1])
            style.year_axis(axes, years)
            (style.percent_axis if as_percent else style.number_axis)(axes)
            axes.margins(y=0.08)
        page.panels[0].autoscale_view(scalex=False)
        for axes, name in zip(page.panels, scenario_names(run), strict=True):
            last = quantiles.sel(scenario=name).isel(year=-1)
            end = float(central.sel(scenario=name).isel(year=-1))
            rows = [(end, show(end), style.ACCENT, 11.0)]
            for level in (0.05, 0.95):
                value = float(last.sel(quantile=level))
                rows.append((value, show(value), style.MUTED, 8.0))
            for other, key in extremes:
                value = float(require_variable(run.paths, other).sel(scenario=name).isel(year=-1))
                rows.append((value, f"{show(value)} {word(key, lang)}", style.MUTED, 7.6))
            mark = marks(name)
            if mark is not None and mark.last_year == years[-1]:
                rows.append((mark.value, mark.text, style.TARGET, 8.0))
            _level_labels(axes, rows, years[-1])
    return page.figure


def _inside(run: RunResult, target: Target) -> bool:
    return target.year <= int(run.paths["year"][-1])


def _plain_mark(run: RunResult, target_id: str, key: str) -> Mark | None:
    target = _register(target_id)
    if target.target is None or not _inside(run, target):
        return None
    average = target.window == "annual_average"
    first = target.first_year if average else target.year
    return Mark(first, target.year, target.target, key.format(value=f"{target.target * 100:g}%"))


def gdp_growth_fan(run: RunResult, lang: str) -> Figure:
    """Draw the fan of GDP growth with the five-year average of the plan."""
    mark = _plain_mark(run, "gdp_growth_plan", word("target_line_average", lang))
    return fan_chart(run, "gdp_growth", lang, show=percent, as_percent=True, marks=lambda _: mark)


def carbon_intensity_fan(run: RunResult, lang: str) -> Figure:
    """Draw the fan of CO2 per unit of GDP with the level that the setting asks for."""
    target = _register("co2_intensity_reduction_plan")
    numbers = target_numbers(run, target)
    start = require_variable(run.paths, "co2_intensity").isel(year=0)

    def mark(name: str) -> Mark | None:
        if not _inside(run, target):
            return None
        cut = float(numbers.sel(scenario=name))
        text = word("target_line_setting", lang, value=f"{cut * 100:g}%")
        return Mark(target.year, target.year, float(start.sel(scenario=name)) * (1 - cut), text)

    return fan_chart(run, "co2_intensity", lang, show=plain(2), as_percent=False, marks=mark)


def manufacturing_share_fan(run: RunResult, lang: str) -> Figure:
    """Draw the fan of the manufacturing share with both extremes of the closure."""
    mark = _plain_mark(run, "manufacturing_share_2030", word("target_line_about", lang))
    return fan_chart(
        run,
        "manufacturing_share",
        lang,
        show=percent,
        as_percent=True,
        marks=lambda _: mark,
        extremes=(
            ("manufacturing_share_if_external", "closure_external"),
            ("manufacturing_share_if_domestic", "closure_domestic"),
        ),
    )


def variable_fan(run: RunResult, variable: str, lang: str) -> Figure:
    """Draw the fan of any scalar of the run, without target."""
    central = require_variable(run.paths, variable)
    fraction = central.attrs.get("units") in FRACTIONS
    size = float(abs(central).max())
    digits = 0 if size >= 100 else 1 if size >= 10 else 2
    return fan_chart(
        run,
        variable,
        lang,
        show=percent if fraction else plain(digits),
        as_percent=fraction,
        marks=lambda _: None,
    )
