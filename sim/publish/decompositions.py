"""What moves CO2: LMDI effects as tables and charts, of a run and of the record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.assess.decomposition import EFFECTS, Split, between_scenarios, between_years
from sim.assess.energy_record.inventory import FIRST, LAST, by_fuel
from sim.assess.results import RunResult, scenario_names
from sim.publish import style
from sim.publish.fans import footnote, panel_titles
from sim.publish.numbers import signed
from sim.publish.words import word

if TYPE_CHECKING:
    from rich.table import Table

UNIT: Final = "Mt"
_CHANGE: Final = "change"
_HISTORY: Final = ("activity", "energy_intensity", "fuel_mix", "furnace_gas", "process")
_LABELS: Final = {"en": 3.3, "zh": 2.75}  # inches right of a panel


def split_differences(
    run: RunResult, a: str, b: str, years: Sequence[int] | None = None
) -> pd.DataFrame:
    """Split the difference of CO2 between two scenarios, by sector and by fuel.

    Parameters
    ----------
    run : RunResult
        A run whose draws can be recomputed with the bundled base year.
    a, b : str
        Labels of the scenarios; ``a - b`` is split.
    years : sequence of int, optional
        Years wanted; the last by default.

    Returns
    -------
    DataFrame
        ``by`` and ``year`` before the columns of
        `sim.assess.decomposition.between_scenarios` (Mt).

    Raises
    ------
    InputError
        As `sim.assess.decomposition.between_scenarios`.
    """
    wanted = [int(run.paths["year"].values[-1])] if years is None else list(years)
    parts = []
    for year in wanted:
        for by in EFFECTS:
            part = between_scenarios(run.manifest, a, b, year, by=_split(by))
            part.insert(0, "year", year)
            part.insert(0, "by", by)
            parts.append(part)
    return pd.concat(parts, ignore_index=True)


def split_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of `split_differences` under the names of paired differences."""
    rows = []
    for row in table.to_dict("records"):
        rows.append(
            {
                "variable": f"co2_by_{row['by']}:{row['effect']}",
                **{f"name_{lang}": _name(row["by"], row["effect"], lang) for lang in ("en", "zh")},
                "unit": UNIT,
                "year": row["year"],
                **{key: row[key] for key in ("central", "mean", "mean_se", "p05", "p50", "p95")},
            }
        )
    return rows


def split_tables(table: pd.DataFrame, a: str, b: str, lang: str) -> list[Table]:
    """Build the terminal tables of `split_differences`; `a` and `b` are titles."""
    from sim.publish.tables import plain_table

    columns = [
        ("effect", word("column_effect", lang)),
        ("central", ">" + word("column_central", lang)),
        ("mean", ">" + word("column_mean", lang)),
        ("range", ">" + word("column_range", lang)),
    ]
    tables = []
    for (year, by), part in table.groupby(["year", "by"], sort=False):
        title = word("table_split_title", lang, a=a, b=b, year=year, by=word(f"split_{by}", lang))
        rows = [
            {
                "effect": word(f"effect_{row['effect']}", lang),
                "central": _megatonnes(row["central"], 2),
                "mean": f"{_megatonnes(row['mean'], 2)} ± {row['mean_se']:.2f}",
                "range": f"{_megatonnes(row['p05'])} – {_megatonnes(row['p95'])}",
            }
            for row in part.to_dict("records")
        ]
        tables.append(plain_table(title, columns, rows))
    return tables


def _split(by: str) -> Split:
    return "sector" if by == "sector" else "fuel"


def _name(by: str, effect: str, lang: str) -> str:
    return f"{word(f'split_{by}', lang)} · {word(f'effect_{effect}', lang)}"


def _megatonnes(value: float, digits: int = 1) -> str:
    return signed(f"{value:+.{digits}f}")


def change_chart(run: RunResult, lang: str, by: Split) -> Figure:
    """Draw what changes CO2 from the first year of a run to 2030, or to its last year.

    Bars are means of the draws, which add up to the change; lines span 5 to 95 % of the
    draws of each effect, which do not.

    Parameters
    ----------
    run : RunResult
        As in `split_differences`.
    lang : {"en", "zh"}
        Language.
    by : {"sector", "fuel"}
        The split.
    """
    years = [int(year) for year in run.paths["year"].values]
    first, last = years[0], min(years[-1], 2030)
    with style.styled(lang):
        page = style.page(
            panel_titles(run, lang),
            word("chart_co2_change", lang, first=first, last=last, by=word(f"split_{by}", lang)),
            word("chart_co2_change_unit", lang),
            footnote(run, lang),
            share_y=False,
            label_width=_LABELS[lang],
        )
        for axes, name in zip(page.panels, scenario_names(run), strict=True):
            _bars(axes, between_years(run.manifest, name, first, last, by=by), lang)
        low = min(axes.get_xlim()[0] for axes in page.panels)
        high = max(axes.get_xlim()[1] for axes in page.panels)
        for axes in page.panels:
            axes.set_xlim(low, high)
    return page.figure


def _bars(axes: Axes, table: pd.DataFrame, lang: str) -> None:
    """One row an effect, the change last; names and numbers at the right."""
    for y, row in enumerate(table.to_dict("records")):
        change = row["effect"] == _CHANGE
        axes.barh(-y, row["mean"], 0.58, color=style.INK if change else style.BAND_50)
        axes.plot([row["p05"], row["p95"]], [-y, -y], color=style.ACCENT, linewidth=1.3)
        text = (
            f"{word('effect_' + row['effect'], lang)}  {_megatonnes(row['mean'])}"
            f"  ({_megatonnes(row['p05'], 0)} … {_megatonnes(row['p95'], 0)})"
        )
        axes.text(
            1.02,
            -y,
            text,
            transform=axes.get_yaxis_transform(),
            fontsize=8.3,
            color=style.INK,
            va="center",
        )
    axes.set_ylim(0.5 - len(table), 0.5)
    axes.axvline(0.0, color=style.MUTED, linewidth=0.8)
    axes.set_yticks([])
    axes.grid(True, axis="x")
    axes.xaxis.set_major_formatter(lambda value, _: signed(f"{value:g}"))


def history_chart(pack: xr.Dataset, lang: str) -> Figure:
    """Draw the yearly effects of the CO2 inventory, stacked, with the change as a line.

    Parameters
    ----------
    pack : Dataset
        Base-year pack: emission factors.
    lang : {"en", "zh"}
        Language.
    """
    table = by_fuel(pack)
    with style.styled(lang):
        figure = style.page(
            [""],
            word("chart_co2_history", lang, first=FIRST, last=LAST),
            word("chart_co2_history_unit", lang),
            word("chart_co2_history_source", lang),
            label_width=1.9,
        ).figure
        _stacked_years(figure.axes[0], table, lang)
    return figure


def _stacked_years(axes: Axes, table: pd.DataFrame, lang: str) -> None:
    years = table.index.to_numpy()
    up, down = np.zeros(years.size), np.zeros(years.size)
    for effect, colour in zip(_HISTORY, style.SERIES, strict=False):
        values = table[effect].to_numpy()
        bottom = np.where(values >= 0.0, up, down)
        axes.bar(years, values, 0.72, bottom=bottom, color=colour, alpha=0.75)
        up, down = up + np.maximum(values, 0.0), down + np.minimum(values, 0.0)
    axes.plot(years, table[_CHANGE], "o-", color=style.INK, linewidth=1.2, markersize=3.2)
    axes.axhline(0.0, color=style.MUTED, linewidth=0.8)
    style.number_axis(axes)
    axes.set_xticks(years[::3])
    _sums(axes, table.sum(), lang)


def _sums(axes: Axes, totals: Mapping[str, float], lang: str) -> None:
    """Name each effect in its colour, with its sum over all years."""
    colours = dict(zip(_HISTORY, style.SERIES, strict=False)) | {_CHANGE: style.INK}
    for k, (effect, colour) in enumerate(colours.items()):
        axes.text(
            1.02,
            0.92 - 0.1 * k,
            f"{word(f'effect_{effect}', lang)}  {_megatonnes(totals[effect], 0)}",
            transform=axes.transAxes,
            fontsize=9,
            color=colour,
        )
