"""Series and parameters of a province for the growth accounts.

The growth accounts say themselves what stands in for a series that a province lacks
(`sim.baseyear.growth_substitutes`). Here its few figures become yearly series: gaps are
bridged, last figures carried to the base year, levels followed back as far as the
province's own growth rates reach. Such rows carry a source that starts with `ESTIMATED`, so
that no measurement of the trend model and no score of a backtest reads them; each is told in
`estimated.csv`. Growth rates are the province's own or none.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from sim.baseyear.growth_parameters import GrowthParameters, load_growth_parameters
from sim.baseyear.growth_substitutes import ESTIMATED
from sim.baseyear.province.description import BASE_YEAR, Description
from sim.baseyear.province.figures import Estimates, Figures
from sim.baseyear.province.variables import variables
from sim.figures.series import SERIES_COLUMNS, load_series

BRIDGED = ("gdp", "gdp_growth", "population", "investment_price")
CARRIED = ("gdp", "gdp_growth", "population", "urbanisation")
FORMATION = "fixed_capital_formation"
LIAONING = "series of Liaoning (sim/figures/data/series.csv)"
Told = tuple[str, str]


def growth_series(figures: Figures, estimates: Estimates) -> pd.DataFrame:
    """Return the series of the province with the yearly rows that the growth accounts need.

    Parameters
    ----------
    figures : Figures
    estimates : Estimates
        Gets a row for each estimate.

    Returns
    -------
    DataFrame
        Columns `sim.figures.series.SERIES_COLUMNS`.
    """
    own = figures.series[list(SERIES_COLUMNS)].copy()
    own = own[(own["year"] <= BASE_YEAR) | own["variable"].str.startswith("ssp_")]
    frame = pd.concat([own, *_bridged(own, estimates)], ignore_index=True)
    frame = pd.concat([frame, *_carried(frame, figures)], ignore_index=True)
    bundled = load_series()
    frame = pd.concat([frame, *_followed_back(frame, bundled, estimates)], ignore_index=True)
    gdp = _values(frame, "gdp")
    frame = pd.concat([frame, _formation(own, bundled, gdp, estimates)], ignore_index=True)
    return frame.sort_values(["variable", "vintage", "year"], ignore_index=True)


def growth_parameters(description: Description) -> GrowthParameters:
    """Return the general growth parameters, and those that `province.csv` states.

    What neither holds the growth accounts find in the data, or do without, and say so.
    """
    general, named = load_growth_parameters(province=None), load_growth_parameters()
    own = {
        name: replace(named[name], value=value, source="province.csv", kind="series")
        for name, value in description.parameters.items()
        if name in named
    }
    return GrowthParameters({one.name: one for one in general} | own)


def tell_substitutes(rows: list[dict[str, str]], estimates: Estimates) -> None:
    """Add what stands in for missing series, told by the growth accounts, to the estimates."""
    for row in rows:
        name, years = row["variable"], row["years"]
        known = variables().get(name)
        what = (known.name_en, known.name_zh) if known else (name.replace("_", " "), name)
        if years:
            what = (f"{what[0]}, {years}", f"{what[1]}，{years}")
        told = (row["missing"], row["missing_zh"]), (row["used"], row["used_zh"])
        estimates.add(name, what, *told, source="growth accounts")


def _values(frame: pd.DataFrame, name: str) -> pd.Series:
    rows = frame[(frame["variable"] == name) & (frame["vintage"] == variables()[name].vintage)]
    return pd.Series(rows["value"].to_numpy(), index=rows["year"].to_numpy()).sort_index()


def _rows(name: str, values: pd.Series, source: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "variable": name,
            "year": values.index.to_numpy(dtype=np.int64),
            "value": values.to_numpy(dtype=np.float64),
            "unit": variables()[name].unit,
            "vintage": variables()[name].vintage,
            "source": ESTIMATED + source,
            "note": "",
        }
    )


def _tell(
    name: str, years: pd.Index, why: Told, how: Told, estimates: Estimates, source: str = ""
) -> None:
    given = variables()[name]
    first, last = int(years[0]), int(years[-1])
    whole = len(years) == last - first + 1
    told = (str(first) if first == last else f"{first}-{last}") if whole else ""
    told = told or ", ".join(str(year) for year in years)
    what = (f"{given.name_en} {told}", f"{told}年{given.name_zh}")
    estimates.add(name, what, why, how, unit=given.unit, source=source)


def _bridged(frame: pd.DataFrame, estimates: Estimates) -> list[pd.DataFrame]:
    """Years missing between two figures, on the straight line between them."""
    out = []
    for name in BRIDGED:
        known = _values(frame, name)
        if known.empty:
            continue
        years = np.arange(known.index[0], known.index[-1] + 1)
        missing = np.setdiff1d(years, known.index.to_numpy())
        if not missing.size:
            continue
        filled = np.interp(missing, known.index.to_numpy(dtype=float), known.to_numpy())
        _tell(
            name,
            pd.Index(missing),
            ("years are missing in series.csv", "series.csv缺年份"),
            ("on the straight line between the figures", "前后数值直线内插"),
            estimates,
        )
        out.append(_rows(name, pd.Series(filled, index=missing), "interpolated"))
    return out


def _carried(frame: pd.DataFrame, figures: Figures) -> list[pd.DataFrame]:
    """Years between the last figure and the base year, straight to the carried figure."""
    out = []
    for name in CARRIED:
        known = _values(frame, name)
        if known.empty or known.index[-1] >= BASE_YEAR:
            continue
        last = int(known.index[-1])
        end = figures.value(name, float(known.iloc[-1]))
        years = np.arange(last + 1, BASE_YEAR + 1)
        if name in ("gdp", "population"):
            weight = (years - last) / (BASE_YEAR - last)
            values = known.iloc[-1] * (end / known.iloc[-1]) ** weight
        else:
            values = np.full(len(years), end)
        out.append(_rows(name, pd.Series(values, index=years), "carried forward"))
    return out


def _followed_back(
    frame: pd.DataFrame, bundled: pd.DataFrame, estimates: Estimates
) -> list[pd.DataFrame]:
    """Levels of GDP and population back to the province's first growth rate.

    GDP by its own real growth and the deflator of Liaoning's GDP, population as that of
    Liaoning moved: prices and censuses are national, growth is not.
    """
    growth = _values(frame, "gdp_growth")
    theirs = np.log(_values(bundled, "gdp")).diff()
    deflator = theirs - np.log1p(_values(bundled, "gdp_growth"))
    moves = {
        "gdp": np.log1p(growth) + deflator.reindex(growth.index).fillna(0.0),
        "population": np.log(_values(bundled, "population")).diff().reindex(growth.index),
    }
    how = {
        "gdp": (
            "own real growth and the GDP deflator of Liaoning",
            "按本省实际增速和辽宁地区生产总值平减指数回推",
        ),
        "population": ("movement of Liaoning", "按辽宁变动回推"),
    }
    out = []
    for name, steps in moves.items():
        known = _values(frame, name)
        if known.empty or known.index[0] <= growth.index[0]:
            continue
        first = int(known.index[0])
        back = steps.fillna(0.0).loc[:first][::-1].cumsum()
        values = float(known.iloc[0]) * np.exp(-back)
        values.index = values.index - 1
        why = (f"series.csv starts in {first}", f"series.csv自{first}年起")
        _tell(name, values.index[::-1], why, how[name], estimates, LIAONING)
        out.append(_rows(name, values.sort_index(), how[name][0]))
    return out


def _formation(
    own: pd.DataFrame, bundled: pd.DataFrame, gdp: pd.Series, estimates: Estimates
) -> pd.DataFrame:
    """Capital formation of the years without figure, by its ratio to GDP.

    Before the first figure the ratio moves as that of Liaoning, as far as that is known;
    between two figures, and from the last ratio of Liaoning to the first figure, it moves on a
    straight line. Nothing is added after the last figure; without any, the last ratio of
    Liaoning is held. Nothing at all is added where the province has levels of fixed investment.
    """
    mine = _values(own, FORMATION)
    if mine.empty and (own["variable"] == "fixed_investment").any():
        return own.iloc[:0]
    ratio = (_values(bundled, FORMATION) / _values(bundled, "gdp")).dropna()
    if not mine.empty:
        first = int(mine.index[0])
        known = mine / gdp.reindex(mine.index)
        join = float(known.iloc[0] / ratio[first]) if first in ratio.index else 1.0
        ratio = pd.concat([join * ratio[ratio.index < first], known])
    last = BASE_YEAR - 1 if mine.empty else int(ratio.index[-1])
    years = np.arange(ratio.index[0], last + 1)
    filled = pd.Series(np.interp(years, ratio.index, ratio), index=years).drop(mine.index)
    values = (filled * gdp.reindex(filled.index)).dropna()
    if values.empty:
        return own.iloc[:0]
    _tell(
        FORMATION,
        values.index,
        ("years are missing in series.csv", "series.csv缺年份"),
        (
            "ratio to GDP: between figures on a straight line, before the first as in Liaoning "
            "(without any figure that of Liaoning, held after 2017)",
            "按占地区生产总值比重：数值之间直线内插，首个数值以前按辽宁变动"
            "（无数值时取辽宁比重，2017年后不变）",
        ),
        estimates,
        LIAONING,
    )
    return _rows(FORMATION, values, "ratio to GDP")
