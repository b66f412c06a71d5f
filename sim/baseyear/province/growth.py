"""Series and parameters of a province's growth accounts.

The growth accounts need series that few provinces publish (capital formation since 1952,
schooling, age structure). A series that is missing, or starts later than that of Liaoning,
is completed by the series of Liaoning, scaled to the province where it is a level. Each
completion is a row of `estimated.csv`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd

from sim.baseyear.growth_parameters import GrowthParameters, load_growth_parameters
from sim.baseyear.province.description import BASE_YEAR, Description
from sim.baseyear.province.figures import Estimates, Figures
from sim.baseyear.province.variables import variables
from sim.figures.series import SERIES_COLUMNS, load_series

SCALE: Final = {
    "employment": "population",
    "census_population": "population",
    "ssp_population": "population",
}
RATIOS: Final = ("fixed_capital_formation", "rd_expenditure")  # completed as ratios to GDP
# completed before their first year: the accounts start in 1952, the trend in 1978
SPLICED: Final = (
    "gdp",
    "gdp_growth",
    "population",
    "investment_price",
    "urbanisation",
    "census_population",
    "ssp_population",
)
YEARLY: Final = ("gdp", "gdp_growth", "population", "investment_price")
WHOLE: Final = (
    "employment",
    "share_age_0_14",
    "share_age_15_59",
    "share_age_16_59",
    "schooling_years_15_plus",
    "national_schooling_years_15_plus",
    "national_schooling_years_working_age",
    "rd_expenditure_growth_five_year_average",
    "income_growth_urban_five_year_average",
    "income_growth_rural_five_year_average",
)
NO_YEAR: Final = 0.0  # no large fall of investment is named
RELEASED_ONLY_BREAK: Final = 0.003  # log: no break of the release is known
LIAONING: Final = "series of Liaoning (sim/figures/data/series.csv)"
AVERAGE_YEARS: Final = 5


def growth_series(figures: Figures, estimates: Estimates) -> pd.DataFrame:
    """Return the series base of the province, complete for the growth accounts.

    Parameters
    ----------
    figures : Figures
    estimates : Estimates
        Gets a row for each completion.

    Returns
    -------
    DataFrame
        Columns `sim.figures.series.SERIES_COLUMNS`; the note of completed rows says so.
    """
    own = figures.series[list(SERIES_COLUMNS)].copy()
    own = own[(own["year"] <= BASE_YEAR) | own["variable"].str.startswith("ssp_")]
    bundled = load_series()
    completed = [own]
    for name in (*SPLICED, *WHOLE):
        completed.append(_completed(name, own, bundled, estimates))
    frame = pd.concat(completed, ignore_index=True)
    frame = pd.concat([frame, *_bridged(frame, estimates)], ignore_index=True)
    frame = pd.concat([frame, *_carried(frame, figures)], ignore_index=True)
    gdp = _values(frame, "gdp", variables()["gdp"].vintage)
    ratios = [_ratio_rows(name, own, bundled, gdp, estimates) for name in RATIOS]
    frame = pd.concat([frame, *ratios, _investment_rows(own, gdp, estimates)], ignore_index=True)
    frame = pd.concat([frame, *_derived(frame, own, estimates)], ignore_index=True)
    return frame.sort_values(["variable", "vintage", "year"], ignore_index=True)


def _values(frame: pd.DataFrame, name: str, vintage: str | None = None) -> pd.Series:
    rows = frame[frame["variable"] == name]
    if vintage is not None:
        rows = rows[rows["vintage"] == vintage]
    return pd.Series(rows["value"].to_numpy(), index=rows["year"].to_numpy()).sort_index()


def _completed(
    name: str, own: pd.DataFrame, bundled: pd.DataFrame, estimates: Estimates
) -> pd.DataFrame:
    """Rows that the province lacks: before its first year, or all of them."""
    vintage = variables()[name].vintage
    theirs = _values(bundled, name, vintage)
    mine = _values(own, name, vintage)
    if mine.empty:
        scaled = theirs * _scale(name, own, bundled)
        estimates.missing(name, float("nan"), LIAONING, "")
    elif name in SPLICED:
        first = int(mine.index[0])
        earlier = theirs[theirs.index < first]
        if earlier.empty:
            return own.iloc[:0]
        level = variables()[name].unit != "fraction"
        join = float(mine.iloc[0]) / _at(theirs, first) if level else 1.0
        scaled = earlier * join
        estimates.add(
            name,
            (
                f"{variables()[name].name_en} before {first}",
                f"{first}年以前{variables()[name].name_zh}",
            ),
            (f"series.csv starts in {first}", f"series.csv自{first}年起"),
            ("movement of Liaoning" if level else "series of Liaoning", "按辽宁变动回推"),
            unit=variables()[name].unit,
            source=LIAONING,
        )
    else:
        return own.iloc[:0]
    return _rows(name, scaled, vintage, LIAONING, "estimated from Liaoning 按辽宁推算")


def _ratio_rows(
    name: str, own: pd.DataFrame, bundled: pd.DataFrame, gdp: pd.Series, estimates: Estimates
) -> pd.DataFrame:
    """Rows of a part of GDP for the years without figure, by its ratio to GDP.

    Before the first figure the ratio moves as that of Liaoning, as far as that is known;
    between two figures, and from the last ratio of Liaoning to the first figure, it moves on a
    straight line. Nothing is added after the last figure.
    """
    vintage = variables()[name].vintage
    theirs = _values(bundled, name, vintage)
    ratio = (theirs / _values(bundled, "gdp", variables()["gdp"].vintage)).dropna()
    mine = _values(own, name, vintage)
    if mine.empty:
        estimates.missing(name, source=LIAONING)
    else:
        first = int(mine.index[0])
        known = mine / gdp.reindex(mine.index)
        join = float(known.iloc[0] / ratio[first]) if first in ratio.index else 1.0
        ratio = pd.concat([join * ratio[ratio.index < first], known])
    years = np.arange(ratio.index[0], ratio.index[-1] + 1)
    filled = pd.Series(np.interp(years, ratio.index, ratio), index=years).drop(mine.index)
    if not mine.empty and not filled.empty:
        told = f"{filled.index[0]}-{filled.index[-1]}"
        given = variables()[name]
        estimates.add(
            name,
            (f"{given.name_en} {told}", f"{told}年{given.name_zh}"),
            ("years are missing in series.csv", "series.csv缺年份"),
            (
                "ratio to GDP: between figures on a straight line, before the first as in Liaoning",
                "按占地区生产总值比重：数值之间直线内插，首个数值以前按辽宁变动",
            ),
            unit=given.unit,
            source=LIAONING,
        )
    values = filled * gdp.reindex(filled.index)
    return _rows(name, values, vintage, LIAONING, "ratio to GDP 按占地区生产总值比重")


def _investment_rows(own: pd.DataFrame, gdp: pd.Series, estimates: Estimates) -> pd.DataFrame:
    """Growth of investment where no figure stands: nominal growth of the province's GDP.

    Investment of Liaoning fell by two thirds in 2015-2016 and by a fifth in 2025: its rates
    say nothing of another province.
    """
    name = "fixed_investment_growth"
    given = variables()[name]
    nominal = gdp.pct_change(fill_method=None).dropna()
    mine = _values(own, name, given.vintage)
    if mine.empty:
        estimates.missing(name, source="gdp")
    else:
        nominal = nominal[~nominal.index.isin(mine.index)]
    if not mine.empty and not nominal.empty:
        estimates.add(
            name,
            (f"{given.name_en}, other years", f"其他年份{given.name_zh}"),
            ("years are missing in series.csv", "series.csv缺年份"),
            (given.fallback_en, given.fallback_zh),
            unit=given.unit,
            source="gdp",
        )
    return _rows(name, nominal, given.vintage, "nominal GDP growth", "取名义地区生产总值增速")


def _at(values: pd.Series, year: int) -> float:
    """Value of a year, log-linear between the known ones."""
    years = values.index.to_numpy(dtype=float)
    return float(np.exp(np.interp(year, years, np.log(values.to_numpy(dtype=float)))))


def _scale(name: str, own: pd.DataFrame, bundled: pd.DataFrame) -> float:
    """Size of the province relative to Liaoning in the last year that both have."""
    of = SCALE.get(name)
    if of is None:
        return 1.0
    vintage = variables()[of].vintage
    mine, theirs = _values(own, of, vintage), _values(bundled, of, vintage)
    common = mine.index.intersection(theirs.index)
    year = int(common[-1]) if len(common) else int(mine.index[-1])
    return float(mine[year] / _at(theirs, year))


def _rows(name: str, values: pd.Series, vintage: str, source: str, note: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "variable": name,
            "year": values.index.to_numpy(dtype=np.int64),
            "value": values.to_numpy(dtype=np.float64),
            "unit": variables()[name].unit,
            "vintage": vintage,
            "source": source,
            "note": note,
        }
    )


def _bridged(frame: pd.DataFrame, estimates: Estimates) -> list[pd.DataFrame]:
    """Years missing between two figures, on the straight line between them."""
    out = []
    for name in YEARLY:
        vintage = variables()[name].vintage
        known = _values(frame, name, vintage)
        years = np.arange(known.index[0], known.index[-1] + 1)
        missing = np.setdiff1d(years, known.index.to_numpy())
        if not missing.size:
            continue
        filled = np.interp(missing, known.index.to_numpy(dtype=float), known.to_numpy())
        told = ", ".join(str(year) for year in missing)
        estimates.add(
            name,
            (f"{variables()[name].name_en} {told}", f"{told}年{variables()[name].name_zh}"),
            ("years are missing in series.csv", "series.csv缺年份"),
            ("on the straight line between the figures", "前后数值直线内插"),
            unit=variables()[name].unit,
        )
        line = pd.Series(filled, index=missing)
        out.append(_rows(name, line, vintage, "interpolated", "内插"))
    return out


def _carried(frame: pd.DataFrame, figures: Figures) -> list[pd.DataFrame]:
    """Years between the last figure and the base year, straight to the carried figure."""
    out = []
    for name in ("gdp", "gdp_growth", "population", "urbanisation"):
        vintage = variables()[name].vintage
        known = _values(frame, name, vintage)
        last = int(known.index[-1])
        if last >= BASE_YEAR:
            continue
        end = figures.value(name, float(known.iloc[-1]))
        years = np.arange(last + 1, BASE_YEAR + 1)
        if name in ("gdp", "population"):
            weight = (years - last) / (BASE_YEAR - last)
            values = known.iloc[-1] * (end / known.iloc[-1]) ** weight
        else:
            values = np.full(len(years), end)
        carried = pd.Series(values, index=years)
        out.append(_rows(name, carried, vintage, "carried forward", "外推"))
    return out


def _derived(frame: pd.DataFrame, own: pd.DataFrame, estimates: Estimates) -> list[pd.DataFrame]:
    """Series that follow from growth and GDP where the province gives none."""
    out = []
    growth = _values(frame, "gdp_growth", "released")
    last = int(growth.index[-1])
    for name, years in (
        ("gdp_growth_five_year_average", (last,)),
        ("labour_productivity_growth", (last - 1,)),
    ):
        if _values(own, name).empty:
            values = [
                float(np.expm1(np.log1p(growth.loc[year - AVERAGE_YEARS + 1 : year]).mean()))
                if name == "gdp_growth_five_year_average"
                else float(growth[year])
                for year in years
            ]
            estimates.missing(name, values[0], "gdp_growth")
            filled = pd.Series(values, index=list(years))
            out.append(_rows(name, filled, "documents", "gdp_growth", "推算"))
    if _values(own, "gdp", "revised").empty:
        estimates.add(
            "gdp revised",
            ("GDP as revised", "修订后地区生产总值"),
            ("series.csv has one vintage", "series.csv只有一个版本"),
            ("taken as released: no bias between vintages", "视同公布数：不估计版本偏差"),
            source="gdp released",
        )
        gdp = _values(frame, "gdp", "released").loc[2005:]
        out.append(_rows("gdp", gdp, "revised", "gdp as released", "视同公布数"))
    return out


def growth_parameters(
    figures: Figures, description: Description, estimates: Estimates
) -> GrowthParameters:
    """Return the growth parameters of the province.

    The long record starts with the province's own growth rates; without a revised vintage no
    break of the release is assumed; the base of employment is the years that have a figure.
    """
    given = load_growth_parameters()
    changes: dict[str, float] = {}
    growth = figures.by_year("gdp_growth")
    changes |= dict.fromkeys(("investment_episode_first", "investment_episode_last"), NO_YEAR)
    changes["tfp_long_first"] = float(max(min(growth), given.year("tfp_long_first")))
    employed = figures.by_year("employment")
    if employed:
        changes["labour_base_first"] = float(min(employed))
        changes["labour_base_last"] = float(max(employed))
    known = {item.name for item in given}
    changes |= {k: v for k, v in description.parameters.items() if k in known}
    parameters = given.replaced(**changes)
    if not figures.by_year("gdp", "revised"):
        quiet = replace(parameters["bias_break_sigma"], sigma=RELEASED_ONLY_BREAK)
        parameters = GrowthParameters({p.name: p for p in parameters} | {quiet.name: quiet})
    for name in ("capital_share", "investment_target_2026", "government_growth"):
        if name not in description.parameters:
            item = parameters[name]
            estimates.add(
                f"parameter.{name}",
                (name.replace("_", " "), name),
                ("not in province.csv", "province.csv未给出"),
                ("that of Liaoning", "取辽宁数值"),
                value=item.value,
                unit=item.unit,
                source=item.source,
            )
    return parameters
