"""Capital formation and the capital stock of the province, 1952-2025, at 2025 prices.

Capital formation is known to 2017. After it, it follows fixed-asset investment by an
estimated relation; the fall of 2025 passes through as the fall of 2015-2016 did.
Two vintages: `released` as published, `revised` = released ratio to released GDP times
revised GDP (an assumption: the release was inflated as output was).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import statsmodels.api as sm

from models.growth import perpetual_inventory
from sim.baseyear.growth_parameters import GrowthParameters
from sim.baseyear.growth_substitutes import ESTIMATED, known_series
from sim.errors import InputError
from sim.figures.series import by_year, log_growth, series

BASE_YEAR = 2025
VINTAGES = ("revised", "released")
LEAST_ORDINARY_YEARS = 8
FIRST_YEARS = 10


@dataclass(frozen=True)
class InvestmentRelation:
    """Capital formation growth as a function of fixed-asset investment growth (logs).

    `slope` of ordinary years with its standard error, `residual_sd` (robust scale),
    `large_fall_slope` the pass-through of the episode, `drift` in logs a year, `weights`
    the robust weight of each year used.
    """

    slope: float
    slope_error: float
    residual_sd: float
    large_fall_slope: float
    drift: float
    weights: pd.Series


def estimate_investment_relation(
    base: pd.DataFrame, parameters: GrowthParameters
) -> InvestmentRelation:
    """Estimate ``dln I = drift + slope ln(1 + f)`` by Huber's robust regression.

    I is capital formation and f fixed-asset investment growth, both nominal. The drift is
    a parameter (0: over 1993-2017 both grow alike); the slope comes from all years but
    those of the large fall, whose pass-through is the ratio of the cumulated falls. Estimated
    rows of the base are not looked at. With
    fewer than eight ordinary years, slope and residual are the parameters
    `investment_slope` and `investment_residual`; without an episode, a large fall passes
    through with the slope.

    Parameters
    ----------
    base : pandas.DataFrame
        The series base.
    parameters : GrowthParameters
        Drift, tuning constant and years.

    Returns
    -------
    InvestmentRelation

    Raises
    ------
    InputError
        The robust regression did not converge.

    References
    ----------
    Huber (1964), Annals of Mathematical Statistics 35, 73-101.
    """
    seen = base[~base["source"].str.startswith(ESTIMATED)]
    formation = log_growth(known_series("fixed_capital_formation", None, seen))
    driver = np.log1p(known_series("fixed_investment_growth", None, seen))
    first, last = (parameters.year(f"investment_episode_{end}") for end in ("first", "last"))
    start = parameters.year("investment_relation_first")
    both = pd.DataFrame({"formation": formation, "driver": driver}).dropna().loc[start:]
    ordinary = both[(both.index < first) | (both.index > last)]
    episode = both.loc[first:last].sum()
    drift = parameters.value("investment_relation_drift")
    if len(ordinary) < LEAST_ORDINARY_YEARS:
        slope, error = (getattr(parameters, k)("investment_slope") for k in ("value", "sigma"))
        residual = parameters.value("investment_residual")
        return InvestmentRelation(slope, error, residual, slope, drift, pd.Series(dtype=float))
    norm = sm.robust.norms.HuberT(t=parameters.value("investment_relation_tuning"))
    fit = sm.RLM(ordinary["formation"] - drift, ordinary[["driver"]], M=norm).fit()
    if fit.fit_history["iteration"] >= 50:
        raise InputError("the relation of capital formation to investment did not converge")
    slope = float(fit.params["driver"])
    return InvestmentRelation(
        slope=slope,
        slope_error=float(fit.bse["driver"]),
        residual_sd=float(fit.scale),
        large_fall_slope=float(episode["formation"] / episode["driver"])
        if episode["driver"]
        else slope,
        drift=drift,
        weights=fit.weights.copy(),
    )


def investment_price(base: pd.DataFrame, parameters: GrowthParameters) -> pd.Series:
    """Return the price of capital formation by year to 2025, 2025 = 1.

    Years after the published index follow the assumed growth; 2025 follows the implicit
    GDP deflator (released nominal over released real growth, one vintage).
    """
    price = by_year(series("investment_price", frame=base))
    released = by_year(series("gdp", "released", base))
    real = by_year(series("gdp_growth", "released", base))
    last = max(price)
    assumed = parameters.value("investment_price_growth")
    steps = dict.fromkeys(range(last + 1, BASE_YEAR), assumed)
    nominal = float(np.log(released[BASE_YEAR] / released[BASE_YEAR - 1]))
    steps[BASE_YEAR] = nominal - float(np.log1p(real[BASE_YEAR]))
    for year, step in steps.items():
        price[year] = price[year - 1] * float(np.exp(step))
    return pd.Series(price) / price[BASE_YEAR]


def scaling_ratio(base: pd.DataFrame, parameters: GrowthParameters) -> pd.Series:
    """Return revised over released GDP by year; the first ratio holds for all years before."""
    released = series("gdp", "released", base)
    ratio = (known_series("gdp", "revised", base) / released).dropna()
    first = parameters.year("scaling_first_year")
    years = range(int(series("fixed_capital_formation", frame=base).index[0]), BASE_YEAR + 1)
    return ratio.loc[first:].reindex(years).bfill().fillna(1.0)


def investment_path(
    base: pd.DataFrame,
    parameters: GrowthParameters,
    relation: InvestmentRelation,
    vintage: str,
) -> pd.Series:
    """Return capital formation 1952-2025 at constant 2025 prices, 亿元.

    Parameters
    ----------
    base, parameters, relation
        Series base, parameters and the estimated relation.
    vintage : str
        `released` or `revised`.

    Raises
    ------
    InputError
        Unknown vintage, or a gap in capital formation or its price.
    """
    if vintage not in VINTAGES:
        raise InputError("no such investment vintage", found=vintage, allowed=VINTAGES)
    nominal = series("fixed_capital_formation", frame=base)
    if vintage == "revised":
        nominal = nominal * scaling_ratio(base, parameters).reindex(nominal.index)
    growth = by_year(series("fixed_investment_growth", frame=base))
    path = by_year(nominal)
    large_fall = parameters.value("investment_large_fall")
    for year in range(max(path) + 1, BASE_YEAR + 1):
        slope = relation.slope if growth[year] > large_fall else relation.large_fall_slope
        step = relation.drift + slope * float(np.log1p(growth[year]))
        path[year] = path[year - 1] * float(np.exp(step))
    price = investment_price(base, parameters)
    out = (pd.Series(path) / price.reindex(list(path))).dropna()
    if (np.diff(out.index.to_numpy()) != 1).any():
        raise InputError("capital formation or its price lacks a year within the record")
    return out.rename(f"investment_{vintage}")


def capital_stock(
    investment: pd.Series, parameters: GrowthParameters, depreciation_rate: float
) -> pd.Series:
    """Return the capital stock at the end of each year, 亿元 at the prices of investment.

    The stock of 1952 is its investment times `initial_capital_ratio`; a record that starts
    later begins with ``I / (g + delta)``, g the growth of its first ten years (Harberger
    1978).
    """
    ratio = parameters.value("initial_capital_ratio")
    if investment.index[0] > parameters.year("initial_capital_year"):
        pace = float(log_growth(investment).iloc[1 : FIRST_YEARS + 1].mean())
        ratio = 1.0 / (max(pace, 0.0) + depreciation_rate)
    initial = float(investment.iloc[0]) * ratio
    later = perpetual_inventory(investment.iloc[1:].to_numpy(), initial, depreciation_rate)
    return pd.Series(np.concatenate([[initial], later]), index=investment.index)


def investment_2025_sigma(
    base: pd.DataFrame, parameters: GrowthParameters, relation: InvestmentRelation
) -> float:
    """Return the standard deviation of ln capital formation 2025.

    Root of the sum of the yearly residuals since the last figure, the drift's error over
    those years, the slope's error on ordinary growth and the pass-through's error on 2025.
    """
    growth = np.log1p(series("fixed_investment_growth", frame=base))
    last = int(series("fixed_capital_formation", frame=base).index[-1])
    years = max(BASE_YEAR - last, 1)
    ordinary = float(growth.loc[last + 1 : BASE_YEAR - 1].sum())
    parts = (
        relation.residual_sd * np.sqrt(years),
        parameters.sigma("investment_relation_drift") * years,
        relation.slope_error * ordinary,
        parameters.sigma("investment_passthrough_sigma") * float(growth[BASE_YEAR]),
    )
    return float(np.sqrt(sum(part**2 for part in parts)))
