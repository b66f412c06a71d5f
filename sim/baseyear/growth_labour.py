"""People of working age, employment and schooling, with proxies marked.

Working age is 16-59 throughout. Census bands of 15-59 lose one cohort (a fifteenth of the
share aged 0-14). Before the census of 2000 the share is held at its value of 2000;
employment outside 2013-2015 is working age times a participation rate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.baseyear.growth_parameters import GrowthParameters
from sim.baseyear.growth_substitutes import known_series
from sim.figures.series import by_year, log_growth, series

BASE_YEAR = 2025
FIRST_YEAR = 1978
CENSUS_DATE = 10.0 / 12.0
COHORTS_0_14 = 15.0


@dataclass(frozen=True)
class LabourAccounts:
    """Labour by year 1978-2025.

    `table` has columns working_age (万人), participation (employment over working age),
    labour (万人, smooth, used by the trend model), employment (万人, the figures where
    they exist, else labour), schooling_years, human_capital, labour_proxied (bool).
    `share_fall` is the yearly fall of the working-age share 2020-2023, `implied_rise` the
    growth of participation implied for 2024, `schooling_increase` years a year.
    """

    table: pd.DataFrame
    share_fall: float
    implied_rise: float
    schooling_increase: float


def working_age_points(base: pd.DataFrame) -> pd.Series:
    """Return people aged 16-59 (万人) at the dates (decimal years) of censuses and reports."""
    young = series("share_age_0_14", frame=base)
    band = series("share_age_15_59", frame=base)
    share = by_year(band - young / COHORTS_0_14)
    earliest = min(share)
    points = {
        year + CENSUS_DATE: people * share[max(year, earliest)]
        for year, people in by_year(series("census_population", frame=base)).items()
    }
    population = by_year(series("population", frame=base))
    for year, value in by_year(known_series("share_age_16_59", None, base)).items():
        points[year + 1.0] = population[year] * value
    return pd.Series(points).sort_index()


def working_age_share_fall(base: pd.DataFrame) -> float:
    """Return the yearly fall of the share aged 16-59 between census and latest report.

    Without a report after the last census, between the last two censuses.
    """
    young = series("share_age_0_14", frame=base)
    band = series("share_age_15_59", frame=base)
    shares = band - young / COHORTS_0_14
    reported = known_series("share_age_16_59", None, base)
    census, start = int(shares.index[-1]), float(shares.iloc[-1])
    reported = reported.loc[census + 1 :]
    if reported.empty:
        before = int(shares.index[-2])
        return float((shares[before] - start) / (census - before))
    report = int(reported.index[-1])
    elapsed = report + 1.0 - (census + CENSUS_DATE)
    return float((start - reported[report]) / elapsed)


def working_age_by_year(base: pd.DataFrame) -> pd.Series:
    """Return people aged 16-59 at the end of each year 1978-2025, 万人.

    Log-linear between the points; before the first the first slope holds; after the last
    report the share falls on at its recent pace and population is the published one.
    """
    points = working_age_points(base)
    years = np.arange(FIRST_YEAR, BASE_YEAR + 1)
    logs = np.log(points.to_numpy())
    dates = points.index.to_numpy()
    slope = (logs[1] - logs[0]) / (dates[1] - dates[0])
    ends = years + 1.0
    values = np.interp(ends, dates, logs)
    before = ends < dates[0]
    values[before] = logs[0] + slope * (ends[before] - dates[0])
    out = dict(zip(years.tolist(), np.exp(values).tolist(), strict=True))
    population = by_year(series("population", frame=base))
    fall = working_age_share_fall(base)
    last = int(dates[-1]) if dates[-1] % 1.0 else int(dates[-1]) - 1
    start = float(np.exp(logs[-1])) / population[last]
    for year in range(last + 1, BASE_YEAR + 1):
        out[year] = population[year] * (start - fall * (year + 1.0 - dates[-1]))
    return pd.Series(out).rename_axis("year")


def labour_accounts(base: pd.DataFrame, parameters: GrowthParameters) -> LabourAccounts:
    """Return labour, schooling and human capital by year.

    Employment over working age is the mean of the years with a figure; it grows by the rise
    that labour productivity implies for 2024 and by its carried part in 2025.
    """
    table = pd.DataFrame({"working_age": working_age_by_year(base)})
    figures = known_series("employment", None, base)
    first, last = parameters.year("labour_base_first"), parameters.year("labour_base_last")
    rate = (figures / table["working_age"]).dropna().loc[first:last].mean()
    if figures.empty:
        rate = parameters.value("employment_rate")
    year, implied = implied_employment_growth(base) or (BASE_YEAR, None)
    steps = by_year(log_growth(table["working_age"]))
    rise = 0.0 if implied is None else implied - steps[year]
    ends = table.index.to_numpy(dtype=np.int64)
    carried = parameters.value("participation_weight") * np.maximum(ends - year, 0)
    table["participation"] = float(rate) * np.exp(rise * ((ends >= year) + carried))
    table["labour"] = table["working_age"] * table["participation"]
    table["employment"] = figures.reindex(table.index).fillna(table["labour"])
    table["labour_proxied"] = ~table.index.isin(figures.index)
    level, increase = schooling(base)
    table["schooling_years"] = level
    table["human_capital"] = np.exp(parameters.value("schooling_return") * level)
    return LabourAccounts(table, working_age_share_fall(base), rise, increase)


def implied_employment_growth(base: pd.DataFrame) -> tuple[int, float] | None:
    """Return year and log growth of employment as productivity implies it; None without."""
    productivity = by_year(known_series("labour_productivity_growth", None, base))
    if not productivity:
        return None
    growth = by_year(series("gdp_growth", "released", base))
    year = max(productivity)
    return year, float(np.log1p(growth[year]) - np.log1p(productivity[year]))


def schooling(base: pd.DataFrame) -> tuple[pd.Series, float]:
    """Return mean years of schooling of working age by year, and their yearly increase.

    The provincial mean of 15 and over plus the national difference between working age and
    15 and over of 2020; linear through the censuses of 2010 and 2020, also beyond them.
    """
    means = series("schooling_years_15_plus", frame=base)
    whole = series("national_schooling_years_15_plus", frame=base)
    working = series("national_schooling_years_working_age", frame=base)
    first, last = int(means.index[0]), int(means.index[-1])
    increase = float((means[last] - means[first]) / (last - first))
    years = np.arange(FIRST_YEAR, BASE_YEAR + 1)
    elapsed = years + 1.0 - (last + CENSUS_DATE)
    difference = float(working.iloc[-1] - whole.iloc[-1])
    values = means[last] + difference + increase * elapsed
    return pd.Series(values, index=pd.Index(years, name="year")), increase
