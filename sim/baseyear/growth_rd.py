"""R&D spending, its stock, and the auxiliary equation of its growth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
import statsmodels.api as sm

from models.growth import perpetual_inventory
from sim.baseyear.growth_parameters import GrowthParameters
from sim.errors import InputError
from sim.figures.series import by_year, log_growth, series

Array = npt.NDArray[np.float64]
BASE_YEAR = 2025
LEAST_OBSERVATIONS = 8
AVERAGE_YEARS = 5


@dataclass(frozen=True)
class ResearchAccounts:
    """R&D at constant 2025 prices.

    `expenditure` and `stock` (亿元, stock at year end, including the year's spending) by
    year; `growth` the real log growth of the published years; `mean` and `sd` of the
    auxiliary equation (robust location and scale); `backtest` leave-one-out errors of the
    equation and its rivals; `growth_2025` and `stock_growth_reference` in logs.
    """

    expenditure: pd.Series
    stock: pd.Series
    growth: pd.Series
    mean: float
    mean_error: float
    sd: float
    backtest: pd.DataFrame
    growth_2025: float
    stock_growth_reference: float


def research_accounts(
    base: pd.DataFrame, parameters: GrowthParameters, price: pd.Series
) -> ResearchAccounts:
    """Build the R&D accounts.

    Spending after the last published year follows the five-year average of the documents.
    The stock before the first year is ``R / (g + delta)`` (Griliches 1980).

    Parameters
    ----------
    base, parameters
        Series base and parameters.
    price : pandas.Series
        Deflator by year, 2025 = 1 (capital formation: no R&D price is published).

    Raises
    ------
    InputError
        Fewer than eight observations of growth.
    """
    nominal = series("rd_expenditure", frame=base)
    published = log_growth(nominal / price.reindex(nominal.index)).dropna()
    if len(published) < LEAST_OBSERVATIONS:
        raise InputError(
            "the auxiliary equation of R&D needs more observations",
            found=len(published),
            allowed=f"at least {LEAST_OBSERVATIONS}",
        )
    real = _spending_to_2025(base) / price.reindex(range(int(nominal.index[0]), BASE_YEAR + 1))
    mean, error, sd = robust_location(published.to_numpy(), parameters)
    rate = parameters.value("rd_depreciation")
    start = float(real.iloc[0]) / (mean + rate)
    stock = pd.Series(
        perpetual_inventory(real.to_numpy(), start, rate), index=real.index, name="rd_stock"
    )
    stock_growth = log_growth(stock).dropna()
    return ResearchAccounts(
        expenditure=real,
        stock=stock,
        growth=published,
        mean=mean,
        mean_error=error,
        sd=sd,
        backtest=backtest(published, base, parameters),
        growth_2025=by_year(log_growth(real))[BASE_YEAR],
        stock_growth_reference=float(stock_growth.mean()),
    )


def _spending_to_2025(base: pd.DataFrame) -> pd.Series:
    """Return nominal R&D spending carried to 2025 by the five-year average."""
    nominal = by_year(series("rd_expenditure", frame=base))
    averages = by_year(series("rd_expenditure_growth_five_year_average", frame=base))
    last = max(nominal)
    start = nominal[BASE_YEAR - AVERAGE_YEARS]
    end = start * (1.0 + averages[BASE_YEAR]) ** AVERAGE_YEARS
    for year in range(last + 1, BASE_YEAR + 1):
        nominal[year] = nominal[last] * (end / nominal[last]) ** (
            (year - last) / (BASE_YEAR - last)
        )
    return pd.Series(nominal).rename_axis("year")


def robust_location(values: Array, parameters: GrowthParameters) -> tuple[float, float, float]:
    """Return Huber's location, its standard error and the standard deviation around it.

    The standard deviation is that of all observations, the outlying year included: the
    equation's centre is robust, its width is not trimmed.
    """
    norm = sm.robust.norms.HuberT(t=parameters.value("investment_relation_tuning"))
    fit = sm.RLM(values, np.ones((len(values), 1)), M=norm).fit()
    location = float(fit.params[0])
    spread = float(np.sqrt(np.sum((values - location) ** 2) / (len(values) - 1)))
    return location, float(fit.bse[0]), spread


def backtest(growth: pd.Series, base: pd.DataFrame, parameters: GrowthParameters) -> pd.DataFrame:
    """Return the leave-one-out errors of three equations of real R&D growth.

    `robust_mean` (used), `mean`, and `gdp` (a constant and real GDP growth): root mean
    square and mean absolute error, log points a year, each year predicted from the others.
    """
    output = np.log1p(series("gdp_growth", "released", base)).reindex(growth.index)
    y, x = growth.to_numpy(), np.column_stack([np.ones(len(growth)), output.to_numpy()])
    predictors: dict[str, Callable[[npt.NDArray[np.bool_], int], float]] = {
        "robust_mean": lambda keep, _: robust_location(y[keep], parameters)[0],
        "mean": lambda keep, _: float(y[keep].mean()),
        "gdp": lambda keep, i: float(x[i] @ np.linalg.lstsq(x[keep], y[keep], rcond=None)[0]),
    }
    rows = {}
    for name, predict in predictors.items():
        errors = np.array([y[i] - predict(np.arange(len(y)) != i, i) for i in range(len(y))])
        rows[name] = {
            "rmse": float(np.sqrt(np.mean(errors**2))),
            "mae": float(np.mean(np.abs(errors))),
            "observations": float(len(y)),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("equation")
