"""One estimate of trend growth: accounts, state-space model, shrinkage, central path.

The stated rule for trend TFP: TFP growth since 2020 is a residual that absorbs a thin
investment record and the rebound, so the trend of the last year is shrunk towards the
mean of the long record with weight w. In Gaussian terms the long record is a further
measurement of the trend with variance ``V (1 - w) / w``, V being the variance of the
trend; the gap and its persistence move with it through their covariance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.baseyear.growth_capital import (
    InvestmentRelation,
    capital_stock,
    estimate_investment_relation,
    investment_path,
)
from sim.baseyear.growth_labour import LabourAccounts, labour_accounts
from sim.baseyear.growth_parameters import GrowthParameters
from sim.baseyear.growth_paths import central_path
from sim.baseyear.growth_statespace import (
    MEASUREMENTS,
    Measurements,
    TrendGapFit,
    fit_trend_gap,
)
from sim.baseyear.growth_substitutes import ESTIMATED, known_series
from sim.errors import InputError
from sim.figures.series import log_growth, series

Array = npt.NDArray[np.float64]
FIRST_GROWTH_YEAR = 1979
BASE_YEAR = 2025


@dataclass(frozen=True)
class Choices:
    """What may be chosen otherwise: see the table of choices in the methods page."""

    vintage: str = "revised"
    first_year: int = FIRST_GROWTH_YEAR
    without_year: int | None = None
    robust: bool = True


@dataclass(frozen=True)
class GrowthEstimate:
    """Everything one estimate yields; see `estimate_growth`."""

    parameters: GrowthParameters
    relation: InvestmentRelation
    investment: pd.Series
    capital: pd.Series
    labour: LabourAccounts
    measurements: Measurements
    fit: TrendGapFit
    long_record: float
    mean: Array
    covariance: Array
    path: pd.DataFrame


def estimate_growth(
    base: pd.DataFrame, parameters: GrowthParameters, choices: Choices | None = None
) -> GrowthEstimate:
    """Estimate trend growth, gap and the central path that follows from them.

    Parameters
    ----------
    base : pandas.DataFrame
        The series base.
    parameters : GrowthParameters
        Parameters; change one with `GrowthParameters.replaced`.
    choices : Choices, optional
        Investment vintage, first year, a year left out, robust weights or not.

    Returns
    -------
    GrowthEstimate
        `capital` is the stock at the end of each year (亿元, 2025 prices); `mean` and
        `covariance` belong to (tfp_growth_trend, output_gap_2025, gap_persistence_logit)
        after shrinkage; `path` is the central path 2026-2040.
    """
    chosen = Choices() if choices is None else choices
    relation = estimate_investment_relation(base, parameters)
    investment = investment_path(base, parameters, relation, chosen.vintage)
    capital = capital_stock(investment, parameters, parameters.value("depreciation_rate"))
    labour = labour_accounts(base, parameters)
    first_year = max(chosen.first_year, first_growth_year(base, capital))
    measurements = measure(base, parameters, capital, labour, first_year)
    if chosen.without_year is not None:
        measurements.table.loc[chosen.without_year, "released"] = np.nan
    fit = fit_trend_gap(measurements, parameters, robust=chosen.robust)
    first = parameters.year("tfp_long_first")
    long_record = float(fit.smoothed["tfp_growth"].loc[first:].mean())
    mean, covariance = shrink(
        fit.mean, fit.covariance, long_record, parameters.value("tfp_shrinkage_weight")
    )
    path = central_path(
        base,
        parameters,
        relation=relation,
        labour=labour,
        capital_start=float(capital[BASE_YEAR]),
        investment=float(investment[BASE_YEAR]),
        states=mean,
    )
    return GrowthEstimate(
        parameters,
        relation,
        investment,
        capital,
        labour,
        measurements,
        fit,
        long_record,
        mean,
        covariance,
        path,
    )


def measure(
    base: pd.DataFrame,
    parameters: GrowthParameters,
    capital: pd.Series,
    labour: LabourAccounts,
    first_year: int,
) -> Measurements:
    """Return what the state-space model sees.

    Inputs of year t are the capital in use (stock at the end of t - 1), smooth labour and
    human capital. The vintages say something about the bias only between years in which
    both levels are consistently chained: not across the breaks of the release.
    """
    share = parameters.value("capital_share")
    table = labour.table
    skilled = log_growth(table["labour"] * table["human_capital"])
    inputs = share * log_growth(capital).shift(1) + (1.0 - share) * skilled
    years = pd.Index(range(first_year, BASE_YEAR + 1), name="year")
    out = pd.DataFrame(index=years, columns=list(MEASUREMENTS), dtype=np.float64)
    seen = base[~base["source"].str.startswith(ESTIMATED)]
    out["released"] = np.log1p(series("gdp_growth", "released", seen))
    released = log_growth(series("gdp", "released", seen))
    revised = log_growth(known_series("gdp", "revised", seen))
    gap = (released - revised).loc[: parameters.year("vintages_last_year")]
    first, last = (parameters.year(f"vintages_break_{end}") for end in ("first", "last"))
    out["vintages"] = gap[(gap.index < first) | (gap.index > last)]
    averages = known_series("gdp_growth_five_year_average", None, seen)
    out["five_year_average"] = np.log1p(averages)
    return Measurements(out, inputs.reindex(years))


def first_growth_year(base: pd.DataFrame, capital: pd.Series) -> int:
    """Return the first year with released growth and growth of the capital in use."""
    released = int(series("gdp_growth", "released", base).index[0])
    return max(FIRST_GROWTH_YEAR, released, int(capital.index[0]) + 2)


def shrink(mean: Array, covariance: Array, target: float, weight: float) -> tuple[Array, Array]:
    """Shrink the first state towards `target` with `weight`, the others with it.

    Parameters
    ----------
    mean, covariance : array, shapes (3,), (3, 3)
        Posterior of the states.
    target : float
        Mean of the long record.
    weight : float
        w in [0, 1): 0 leaves the posterior as it is, 1 is the limit that takes the target.

    Returns
    -------
    (mean, covariance)
        ``mean + k (target - mean_0)`` and ``covariance - k cov_0'`` with
        ``k = w cov_0 / V``: the update by a measurement with variance ``V (1 - w) / w``.

    Raises
    ------
    InputError
        The weight lies outside [0, 1].
    """
    if not 0.0 <= weight <= 1.0:
        raise InputError("the shrinkage weight lies outside its range", found=weight)
    gain = weight * covariance[:, 0] / covariance[0, 0]
    updated = covariance - np.outer(gain, covariance[0])
    return mean + gain * (target - mean[0]), 0.5 * (updated + updated.T)


def empirical_bayes_weight(estimate: GrowthEstimate) -> float:
    """Return the weight that the record itself suggests, ``V / (V + B)``.

    V is the posterior variance of the trend in the last year, B the variance of the
    smoothed trend over the long record (Efron & Morris 1975): shown beside the parameter.
    """
    first = estimate.parameters.year("tfp_long_first")
    between = float(estimate.fit.smoothed["trend"].loc[first:].var(ddof=1))
    inner = float(estimate.fit.covariance[0, 0])
    return inner / (inner + between)
