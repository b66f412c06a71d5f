"""Growth accounts as chart and table: what growth was made of, and which years are proxied."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from sim.errors import InputError, nearest_name
from sim.publish import style
from sim.publish.words import check_language, word

CONTRIBUTION_COLOURS: Final = {
    "capital": "#8fb3d1",
    "labour": "#c46210",
    "human_capital": "#dcbf8d",
    "tfp": "#1f5a8a",
}
SIZE: Final = (9.6, 4.6)
HATCH: Final = "/////"


def growth_accounts(pack: xr.Dataset, lang: str, account: str = "zhang_revised") -> pd.DataFrame:
    """Return the growth accounts with headings in `lang`.

    Parameters
    ----------
    pack : xarray.Dataset
        Base-year pack.
    lang : {"en", "zh"}
        Language of the headings.
    account : str
        Depreciation rate and vintage of investment: a label of `growth_account`.

    Returns
    -------
    pandas.DataFrame
        One row a year: growth and its contributions, log points times 100, and whether
        labour of that growth rate is sourced or a proxy.

    Raises
    ------
    InputError
        Unknown language or account.
    """
    check_language(lang)
    parts = _contributions(pack, account)
    out = pd.DataFrame(index=parts.index.rename(word("growth_year", lang)))
    out[word("growth_total", lang)] = 100.0 * parts.sum(axis=1)
    for name in CONTRIBUTION_COLOURS:
        out[word(f"growth_{name}", lang)] = 100.0 * parts[name]
    keys = np.where(_proxied(pack), "growth_proxied", "growth_sourced")
    out[word("growth_labour_data", lang)] = [word(key, lang) for key in keys]
    return out


def growth_accounts_chart(pack: xr.Dataset, lang: str, account: str = "zhang_revised") -> Figure:
    """Draw the contributions to growth year by year, proxied labour hatched.

    Parameters
    ----------
    pack, lang, account
        As `growth_accounts`.

    Raises
    ------
    InputError
        Unknown language or account.
    """
    check_language(lang)
    parts = 100.0 * _contributions(pack, account)
    with style.styled(lang):
        figure, axes = _canvas(
            word("chart_growth_accounts", lang),
            word("chart_growth_accounts_unit", lang, account=word(f"account_{account}", lang)),
            word("chart_growth_accounts_source", lang),
        )
        _bars(axes, parts, _proxied(pack))
        axes.plot(parts.index, parts.sum(axis=1), "o", color=style.INK, markersize=2.8, zorder=4)
        _names(axes, lang)
        _axis(axes, parts)
    return figure


def trend_revisions_chart(pack: xr.Dataset, lang: str) -> Figure:
    """Draw trend TFP growth of each end year as seen then, and as seen with all years.

    Parameters
    ----------
    pack : xarray.Dataset
        Base-year pack.
    lang : {"en", "zh"}
        Language.

    Raises
    ------
    InputError
        Unknown language.
    """
    check_language(lang)
    years = pack["end_year"].to_numpy()
    then = 100.0 * pack["realtime_tfp_trend"].to_numpy()
    spread = 100.0 * pack["realtime_tfp_trend_sd"].to_numpy()
    final = 100.0 * pack["realtime_final_tfp_trend"].to_numpy()
    with style.styled(lang):
        figure, axes = _canvas(
            word("chart_trend_revisions", lang),
            word("chart_trend_revisions_unit", lang),
            word("chart_trend_revisions_source", lang),
        )
        axes.fill_between(years, then - spread, then + spread, color=style.BAND_90, linewidth=0)
        lines = (("trend_then", then, style.ACCENT), ("trend_final", final, style.TARGET))
        for key, values, colour in lines:
            axes.plot(years, values, color=colour, linewidth=1.8, label=word(key, lang))
        axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1.0), ncols=2)
        style.year_axis(axes, [int(year) for year in years])
        style.number_axis(axes)
    return figure


def _contributions(pack: xr.Dataset, account: str) -> pd.DataFrame:
    accounts = [str(name) for name in pack["growth_account"].values]
    if account not in accounts:
        raise InputError(
            "no such growth account",
            found=account,
            allowed=", ".join(accounts),
            nearest=nearest_name(account, accounts),
        )
    table = pack["growth_contribution_by_account"].sel(growth_account=account)
    names = [str(name) for name in table["contribution"].values]
    return pd.DataFrame(table.values, index=table["growth_year"].to_numpy(), columns=names)


def _proxied(pack: xr.Dataset) -> np.ndarray:
    return pack["growth_labour_proxied"].to_numpy().astype(bool)


def _canvas(title: str, subtitle: str, footnote: str) -> tuple[Figure, Axes]:
    figure = Figure(figsize=SIZE)
    FigureCanvasAgg(figure)
    style.heading(figure, title, subtitle, footnote)
    width, height = SIZE
    room = height - style.HEAD - style.FOOT
    axes = figure.add_axes(
        (
            style.LEFT / width,
            style.FOOT / height,
            1.0 - (style.LEFT + 0.2) / width,
            room / height,
        )
    )
    return figure, axes


def _bars(axes: Axes, parts: pd.DataFrame, proxied: np.ndarray) -> None:
    """Stack positive contributions up and negative ones down from zero."""
    up, down = np.zeros(len(parts)), np.zeros(len(parts))
    for name, colour in CONTRIBUTION_COLOURS.items():
        values = parts[name].to_numpy()
        start = np.where(values >= 0.0, up, down)
        bars = axes.bar(parts.index, values, 0.82, bottom=start, color=colour, linewidth=0)
        if name == "labour":
            for bar, proxy in zip(bars, proxied, strict=True):
                bar.set(hatch=HATCH if proxy else None, edgecolor="white")
        up, down = up + np.maximum(values, 0.0), down + np.minimum(values, 0.0)
    axes.axhline(0.0, color=style.MUTED, linewidth=0.8)


def _names(axes: Axes, lang: str) -> None:
    handles = [
        Patch(facecolor=colour, label=word(f"growth_{name}", lang))
        for name, colour in CONTRIBUTION_COLOURS.items()
    ]
    proxy = Patch(
        facecolor=CONTRIBUTION_COLOURS["labour"],
        hatch=HATCH,
        edgecolor="white",
        label=word("growth_labour_proxied", lang),
    )
    axes.legend(
        handles=[*handles, proxy], frameon=False, ncols=5, loc="lower left", bbox_to_anchor=(0, 1.0)
    )


def _axis(axes: Axes, parts: pd.DataFrame) -> None:
    first, last = int(parts.index[0]), int(parts.index[-1])
    axes.set_xlim(first - 0.7, last + 0.7)
    axes.set_xticks(range(first + (-first) % 5, last + 1, 5))
    axes.grid(False, axis="x")
    style.number_axis(axes)
