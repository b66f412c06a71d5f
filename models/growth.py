"""Growth accounting and the factors of production.

Symbols: Y output, K capital, L labour, h human capital per worker, A total factor
productivity, I investment, alpha capital share, delta depreciation rate.

The scalar functions use plain arithmetic, so that they work on floats, on arrays and
inside compiled scalar code.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.compiled import equation
from models.errors import InputError
from models.vector import exp, log

Number = float | npt.NDArray[np.float64]
CONTRIBUTIONS = ("capital", "labour", "human_capital", "tfp")


@equation
def capital_next(
    capital: Number, investment: Number, depreciation_rate: Number, efficiency: Number
) -> Number:
    """Return the capital stock one year on, ``K' = (1 - delta) K + efficiency I``.

    Parameters
    ----------
    capital, investment : float or array
        Stock at the start of the year and investment of the year, 亿元 at constant prices.
    depreciation_rate : float or array
        delta, fraction a year.
    efficiency : float or array
        Productive capital formed by one unit of investment (1 in the accounts).

    Returns
    -------
    float or array
        Stock at the start of the next year, 亿元 at constant prices.

    References
    ----------
    Goldsmith (1951); Zhang Jun, Wu Guiying & Zhang Jipeng (2004), Economic Research
    Journal (经济研究) 10, equation 1.
    """
    return (1.0 - depreciation_rate) * capital + efficiency * investment


@equation
def cobb_douglas(
    tfp: Number, capital: Number, labour: Number, human_capital: Number, capital_share: Number
) -> Number:
    """Return output ``Y = A K^alpha (h L)^(1 - alpha)``.

    Parameters
    ----------
    tfp : float or array
        A, in the unit that makes Y 亿元.
    capital : float or array
        K, 亿元 at constant prices.
    labour : float or array
        L, 万人.
    human_capital : float or array
        h, index per worker, ``exp(return * years of schooling)``.
    capital_share : float or array
        alpha, fraction.

    Returns
    -------
    float or array
        Y, 亿元 at constant prices.

    References
    ----------
    Solow (1957), Review of Economics and Statistics 39, equation 1; Hall & Jones (1999),
    Quarterly Journal of Economics 114, equation 1, for h.
    """
    effective = human_capital * labour
    shares = capital_share * log(capital) + (1.0 - capital_share) * log(effective)
    output: Number = tfp * exp(shares)
    return output


def perpetual_inventory(
    investment: npt.ArrayLike, initial: float, depreciation_rate: float
) -> npt.NDArray[np.float64]:
    """Return the capital stock at the end of each year of `investment`.

    ``K_t = (1 - delta) K_{t-1} + I_t`` from the stock before the first year.

    Parameters
    ----------
    investment : array_like, shape (years,)
        I, 亿元 at constant prices.
    initial : float
        Stock at the end of the year before the first, 亿元 at the same prices.
    depreciation_rate : float
        delta, fraction a year, in [0, 1].

    Returns
    -------
    numpy.ndarray, shape (years,)
        Stock at the end of each year, 亿元 at the same prices.

    Raises
    ------
    InputError
        A missing investment, a negative initial stock or a rate outside [0, 1].

    References
    ----------
    Zhang Jun (2008), in China's Economic Growth, for delta = 9.6 %; Shan Haojie (2008),
    Journal of Quantitative & Technical Economics 10, for 10.96 %.
    """
    flows = np.asarray(investment, dtype=np.float64)
    if flows.ndim != 1 or not np.isfinite(flows).all():
        raise InputError("investment must be one finite value a year")
    if not 0.0 <= depreciation_rate <= 1.0:
        raise InputError(
            "the depreciation rate lies outside its range",
            found=depreciation_rate,
            allowed="0 to 1",
        )
    if not initial >= 0.0:
        raise InputError("the initial capital stock must not be negative", found=initial)
    stock = np.empty_like(flows)
    last = float(initial)
    for i, flow in enumerate(flows):
        last = (1.0 - depreciation_rate) * last + float(flow)
        stock[i] = last
    return stock


def growth_accounting(
    output: pd.Series,
    capital: pd.Series,
    labour: pd.Series,
    *,
    capital_share: float | Sequence[float] | pd.Series,
    human_capital: pd.Series | None = None,
) -> pd.DataFrame:
    """Split output growth into capital, labour, human capital and TFP (Törnqvist).

    ``dlnY = a dlnK + (1 - a) dlnL + (1 - a) dln h + dlnA`` with a the mean of the capital
    shares of both years; dlnA is the remainder, so the four columns sum to dlnY.

    Parameters
    ----------
    output, capital, labour : pandas.Series
        Positive levels indexed by the same consecutive years, in any order: Y and K in 亿元
        at constant prices (K the stock in use during the year), L in 万人.
    capital_share : float, pandas.Series or sequence
        alpha, fraction. A series by year, or one value for each row of `output` in its
        order, is averaged over each pair of years.
    human_capital : pandas.Series, optional
        h, positive index per worker; constant when left out.

    Returns
    -------
    pandas.DataFrame
        Log contributions capital, labour, human_capital, tfp; index: the years from the
        second on, ascending.

    Raises
    ------
    InputError
        Years that are not whole numbers, stand twice, differ between the series or are not
        consecutive; values that are missing or not positive; a share outside [0, 1].

    References
    ----------
    Solow (1957), Review of Economics and Statistics 39, 312-320; Diewert (1976), Journal of
    Econometrics 4, for the exactness of the Törnqvist index.
    """
    years = _years(output)
    levels = {"output": output, "capital": capital, "labour": labour}
    if human_capital is not None:
        levels["human capital"] = human_capital
    logs = {name: np.log(_levels(name, values, years)) for name, values in levels.items()}
    share = _share_by_year(capital_share, output, years)
    growth = {name: np.diff(values) for name, values in logs.items()}
    mean = 0.5 * (share[1:] + share[:-1])
    out = pd.DataFrame(index=years[1:], columns=list(CONTRIBUTIONS), dtype=np.float64)
    out["capital"] = mean * growth["capital"]
    out["labour"] = (1.0 - mean) * growth["labour"]
    out["human_capital"] = (1.0 - mean) * growth.get("human capital", np.zeros(len(mean)))
    inputs = out["capital"] + out["labour"] + out["human_capital"]
    out["tfp"] = growth["output"] - inputs
    return out


def _years(output: pd.Series) -> pd.Index:
    """Return the years of output, ascending, or refuse them."""
    index = _year_index("output", output)
    if len(index) < 2 or (np.diff(index.to_numpy()) != 1).any():
        raise InputError("output needs consecutive years, two at least", found=list(index))
    return index


def _year_index(name: str, values: pd.Series) -> pd.Index:
    if not isinstance(values, pd.Series):
        raise InputError(f"{name} must be a pandas series by year", found=type(values).__name__)
    if not pd.api.types.is_integer_dtype(values.index):
        raise InputError(f"{name} must be indexed by years, whole numbers")
    twice = values.index[values.index.duplicated()]
    if len(twice):
        raise InputError(f"{name} holds a year twice", found=int(twice[0]))
    return values.index.sort_values()


def _levels(name: str, values: pd.Series, years: pd.Index) -> npt.NDArray[np.float64]:
    """Return the values of `years`, or refuse what has no logarithm."""
    if not _year_index(name, values).equals(years):
        raise InputError(f"{name} covers other years than output")
    numbers = pd.to_numeric(values.loc[years], errors="coerce")
    levels: npt.NDArray[np.float64] = numbers.to_numpy(dtype=np.float64)
    wrong = ~(np.isfinite(levels) & (levels > 0.0))
    if wrong.any():
        year = int(years[int(np.argmax(wrong))])
        raise InputError(
            f"{name} must be positive in every year", key=str(year), found=values.loc[year]
        )
    return levels


def _share_by_year(
    capital_share: float | Sequence[float] | pd.Series, output: pd.Series, years: pd.Index
) -> npt.NDArray[np.float64]:
    given = capital_share
    if not isinstance(given, pd.Series):
        values = np.asarray(given, dtype=np.float64)
        if values.ndim and values.shape != (len(output),):
            raise InputError(
                "the capital share has another length than output",
                found=len(values),
                allowed=len(output),
            )
        given = pd.Series(np.broadcast_to(values, len(output)), index=output.index)
    if not _year_index("the capital share", given).equals(years):
        raise InputError("the capital share covers other years than output")
    share: npt.NDArray[np.float64] = given.loc[years].to_numpy(dtype=np.float64)
    if not ((share >= 0.0) & (share <= 1.0)).all():
        raise InputError("a capital share lies outside its range", allowed="0 to 1")
    return share
