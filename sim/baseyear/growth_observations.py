"""The observations of the growth accounts and how far the estimates stand from them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.baseyear.growth_estimate import BASE_YEAR, GrowthEstimate
from sim.baseyear.growth_labour import (
    CENSUS_DATE,
    COHORTS_0_14,
    implied_employment_growth,
)
from sim.baseyear.growth_parameters import GrowthParameters
from sim.baseyear.growth_rd import ResearchAccounts
from sim.baseyear.growth_substitutes import ESTIMATED, known_series
from sim.figures.series import by_year, log_growth, series

OBSERVATION_COLUMNS = (
    "id",
    "variable",
    "label",
    "observed",
    "sigma",
    "reconciled",
    "posterior_sd",
    "z",
    "unit",
    "source",
    "kind",
    "note_zh",
)
FIRST_OBSERVED_YEAR = 2005
Row = dict[str, object]


def growth_observations(
    base: pd.DataFrame,
    parameters: GrowthParameters,
    estimate: GrowthEstimate,
    research: ResearchAccounts,
    covariance: npt.NDArray[np.float64],
) -> pd.DataFrame:
    """Return one row per observation: observed, sigma, estimate, its sd and residual.

    Parameters
    ----------
    base, parameters, estimate, research
        What `sim.baseyear.growth_accounts.build_growth` works with.
    covariance : array, shape (3, 3)
        Covariance of trend TFP growth, output gap and logit persistence.

    Returns
    -------
    pandas.DataFrame
        Columns id, variable, label, observed, sigma, reconciled, posterior_sd, z, unit,
        source, kind (document, series, estimate, judgement), note_zh.
    """
    rows = [
        *_growth_rows(base, parameters, estimate),
        *_labour_rows(base, parameters, estimate),
        *_parameter_rows(parameters, estimate, research, covariance),
    ]
    out = pd.DataFrame(rows, columns=list(OBSERVATION_COLUMNS))
    out.loc[out["source"].str.startswith(ESTIMATED), "kind"] = "judgement"
    out["z"] = (out["reconciled"] - out["observed"]) / out["sigma"]
    return out


def _row(
    variable: str,
    label: object,
    numbers: tuple[float, float, float, float],
    text: tuple[str, str, str, str],
) -> Row:
    observed, sigma, reconciled, posterior_sd = numbers
    unit, source, kind, note = text
    return {
        "id": f"growth.{variable}.{label}",
        "variable": variable,
        "label": str(label),
        "observed": observed,
        "sigma": sigma,
        "reconciled": reconciled,
        "posterior_sd": posterior_sd,
        "z": np.nan,
        "unit": unit,
        "source": source,
        "kind": kind,
        "note_zh": note,
    }


def _source(base: pd.DataFrame, variable: str, year: int, vintage: str | None = None) -> str:
    rows = base[(base["variable"] == variable) & (base["year"] == year)]
    if vintage is not None:
        rows = rows[rows["vintage"] == vintage]
    return str(rows["source"].iloc[0])


def _growth_rows(
    base: pd.DataFrame, parameters: GrowthParameters, estimate: GrowthEstimate
) -> Iterator[Row]:
    seen, fitted, smoothed = estimate.measurements.table, estimate.fit.fitted, estimate.fit.smoothed
    for year in seen.index[(seen.index >= FIRST_OBSERVED_YEAR) & seen["released"].notna()]:
        kind = "document" if year == BASE_YEAR else "series"
        source = _source(base, "gdp_growth", int(year))
        yield _row(
            "gdp_growth_released",
            year,
            (
                float(seen.loc[year, "released"]),
                float(fitted.loc[year, "released_noise"]),
                float(fitted.loc[year, "released"]),
                float(smoothed.loc[year, "true_growth_sd"]),
            ),
            ("log", source, kind, "估计值=剔除偏差后增速+偏差"),
        )
        if np.isfinite(seen.loc[year, "vintages"]):
            yield _row(
                "gdp_vintage_gap",
                year,
                (
                    float(seen.loc[year, "vintages"]),
                    parameters.sigma("vintage_gap_noise"),
                    float(smoothed.loc[year, "bias"]),
                    float(smoothed.loc[year, "bias_sd"]),
                ),
                (
                    "log",
                    _source(base, "gdp", int(year), "revised"),
                    "series",
                    "两个版本名义增速之差",
                ),
            )
        if np.isfinite(seen.loc[year, "five_year_average"]):
            yield _row(
                "gdp_growth_five_year_average",
                year,
                (
                    float(seen.loc[year, "five_year_average"]),
                    parameters.sigma("five_year_sigma"),
                    float(fitted.loc[year, "five_year_average"]),
                    parameters.sigma("five_year_sigma"),
                ),
                (
                    "log",
                    _source(base, "gdp_growth_five_year_average", int(year)),
                    "document",
                    "文件所载五年平均增速",
                ),
            )


def _labour_rows(
    base: pd.DataFrame, parameters: GrowthParameters, estimate: GrowthEstimate
) -> Iterator[Row]:
    table = estimate.labour.table
    level = parameters.sigma("labour_level_sigma")
    labour = by_year(table["labour"])
    for year, value in by_year(known_series("employment", None, base)).items():
        fitted = labour[year]
        yield _row(
            "employment",
            year,
            (value, level * fitted, fitted, level * fitted),
            (
                "万人",
                _source(base, "employment", year),
                "series",
                "以劳动年龄人口乘平均参与率平滑",
            ),
        )
    yield from _employment_growth_row(base, parameters, table)
    census = int(series("share_age_15_59", frame=base).index[-1])
    share = (
        series("share_age_15_59", frame=base)[census]
        - series("share_age_0_14", frame=base)[census] / COHORTS_0_14
    )
    people = float(series("census_population", frame=base)[census] * share)
    spread = parameters.sigma("working_age_sigma") * people
    fall = by_year(log_growth(table["working_age"]))[census] * (1.0 - CENSUS_DATE)
    fitted = by_year(table["working_age"])[census] * float(np.exp(-fall))
    yield _row(
        "working_age",
        census,
        (people, spread, fitted, spread),
        (
            "万人",
            _source(base, "share_age_15_59", census),
            "series",
            "普查15—59岁扣除15岁一个年龄组",
        ),
    )


def _employment_growth_row(
    base: pd.DataFrame, parameters: GrowthParameters, table: pd.DataFrame
) -> Iterator[Row]:
    found = implied_employment_growth(base)
    if found is None:
        return
    year, implied = found
    spread = parameters.sigma("participation_sigma")
    workers = by_year(log_growth(table["labour"]))[year]
    source = _source(base, "labour_productivity_growth", year)
    yield _row(
        "employment_growth",
        year,
        (implied, spread, workers, spread),
        ("log", source, "document", "由全员劳动生产率增速推算"),
    )


def _parameter_rows(
    parameters: GrowthParameters,
    estimate: GrowthEstimate,
    research: ResearchAccounts,
    covariance: npt.NDArray[np.float64],
) -> Iterator[Row]:
    fit = estimate.fit
    yield _row(
        "tfp_growth_trend",
        "recent",
        (
            float(fit.mean[0]),
            float(np.sqrt(fit.covariance[0, 0])),
            float(estimate.mean[0]),
            float(np.sqrt(covariance[0, 0])),
        ),
        ("log", "state-space model, 2025", "estimate", "收缩前的趋势"),
    )
    weight = parameters.value("tfp_shrinkage_weight")
    if weight > 0.0:
        spread = float(np.sqrt(fit.covariance[0, 0] * (1.0 - weight) / weight))
        if spread > 0.0:
            yield _row(
                "tfp_growth_trend",
                "long_record",
                (
                    estimate.long_record,
                    spread,
                    float(estimate.mean[0]),
                    float(np.sqrt(covariance[0, 0])),
                ),
                ("log", parameters["tfp_shrinkage_weight"].source, "judgement", "长期记录"),
            )
    for name, note in (
        ("capital_share", "2017年投入产出表"),
        ("depreciation_rate", "张军(2008)"),
        ("schooling_return", "文献"),
        ("rd_elasticity", "文献"),
        ("rd_depreciation", "文献"),
        ("investment_efficiency", "判断"),
    ):
        given = parameters[name]
        yield _row(
            name,
            BASE_YEAR,
            (given.value, given.sigma, given.value, given.sigma),
            (given.unit, given.source, given.kind, note),
        )
    yield _row(
        "rd_expenditure",
        BASE_YEAR,
        (
            float(research.expenditure[BASE_YEAR]),
            parameters.sigma("rd_2025_sigma") * float(research.expenditure[BASE_YEAR]),
            float(research.expenditure[BASE_YEAR]),
            parameters.sigma("rd_2025_sigma") * float(research.expenditure[BASE_YEAR]),
        ),
        ("亿元", parameters["rd_2025_sigma"].source, "document", "按文件五年平均增速推算"),
    )
