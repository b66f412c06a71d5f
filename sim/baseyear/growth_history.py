"""The record of growth: what was released, what is estimated, and what it came from."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.growth import growth_accounting
from sim.baseyear.growth_capital import capital_stock, investment_path
from sim.baseyear.growth_estimate import GrowthEstimate
from sim.baseyear.growth_parameters import GrowthParameters
from sim.baseyear.growth_rd import ResearchAccounts
from sim.figures.series import series

ACCOUNTS = ("zhang_revised", "shan_revised", "zhang_released", "shan_released")
Data = dict[str, tuple[tuple[str, ...], object]]


def growth_history(
    base: pd.DataFrame,
    parameters: GrowthParameters,
    estimate: GrowthEstimate,
    research: ResearchAccounts,
) -> Data:
    """Return the record by year: growth, its bias, gap, trend and contributions."""
    smoothed = estimate.fit.smoothed
    contributions, sourced = accounts_by_year(parameters, estimate)
    labour = estimate.labour.table
    years = smoothed.index
    year = ("growth_year",)
    released = series("gdp_growth", "released", base).reindex(years)
    out: Data = {
        "gdp_growth_history": (year, released.to_numpy()),
        "gdp_growth_estimated": (year, smoothed["true_growth"].to_numpy()),
        "gdp_growth_estimated_sd": (year, smoothed["true_growth_sd"].to_numpy()),
        "gdp_growth_bias": (year, smoothed["bias"].to_numpy()),
        "output_gap_history": (year, smoothed["gap"].to_numpy()),
        "output_gap_history_sd": (year, smoothed["gap_sd"].to_numpy()),
        "tfp_trend_history": (year, smoothed["trend"].to_numpy()),
        "tfp_trend_history_sd": (year, smoothed["trend_sd"].to_numpy()),
        "growth_weight": (year, estimate.fit.weights.to_numpy()),
        "growth_contribution": ((*year, "contribution"), contributions.to_numpy()),
        "growth_contribution_by_account": (
            ("growth_account", *year, "contribution"),
            np.stack(list(alternative_accounts(base, parameters, estimate).values())),
        ),
        "growth_labour_proxied": (
            year,
            (labour["labour_proxied"] | labour["labour_proxied"].shift(1, fill_value=True))
            .reindex(years)
            .to_numpy()
            .astype(np.int8),
        ),
        "growth_contribution_sourced": (("sourced_year", "contribution"), sourced.to_numpy()),
        "investment_history": (year, estimate.investment.reindex(years).to_numpy()),
        "capital_history": (year, estimate.capital.reindex(years).to_numpy()),
        "labour_history": (year, labour["labour"].reindex(years).to_numpy()),
        "rd_expenditure_history": (("rd_year",), research.expenditure.to_numpy()),
        "rd_stock_history": (("rd_year",), research.stock.to_numpy()),
    }
    return out


def accounts_by_year(
    parameters: GrowthParameters, estimate: GrowthEstimate
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return Törnqvist accounts: the whole record with smooth labour, and the sourced years.

    Output is estimated growth (bias taken out), capital the stock in use (start of the
    year). The second table uses the employment figures and exists for the years in which
    this and the year before have one.
    """
    growth = estimate.fit.smoothed["true_growth"]
    return _accounts(parameters, estimate, growth, estimate.capital)


def alternative_accounts(
    base: pd.DataFrame, parameters: GrowthParameters, estimate: GrowthEstimate
) -> dict[str, pd.DataFrame]:
    """Return the accounts under both depreciation rates and both investment vintages.

    The vintages are never mixed: revised investment goes with estimated growth (bias taken
    out), released investment with released growth. Labour is that of the employment
    figures in the sourced years, smooth in all others (a proxy).

    Returns
    -------
    dict of pandas.DataFrame
        By account (`ACCOUNTS`): log contributions by year.
    """
    smoothed = estimate.fit.smoothed
    released = np.log1p(series("gdp_growth", "released", base)).reindex(smoothed.index)
    growth = {"revised": smoothed["true_growth"], "released": released}
    rates = {"zhang": "depreciation_rate", "shan": "depreciation_rate_alternative"}
    out = {}
    for account in ACCOUNTS:
        rate, vintage = account.split("_")
        investment = investment_path(base, parameters, estimate.relation, vintage)
        stock = capital_stock(investment, parameters, parameters.value(rates[rate]))
        whole, sourced = _accounts(parameters, estimate, growth[vintage], stock)
        whole.loc[sourced.index] = sourced
        out[account] = whole
    return out


def _accounts(
    parameters: GrowthParameters, estimate: GrowthEstimate, growth: pd.Series, stock: pd.Series
) -> tuple[pd.DataFrame, pd.DataFrame]:
    years = [int(growth.index[0]) - 1, *growth.index]
    output = pd.Series(np.exp([0.0, *growth.cumsum()]), index=years)
    capital = stock.shift(1).reindex(years)
    table = estimate.labour.table.reindex(years)
    share = parameters.value("capital_share")
    whole = growth_accounting(
        output,
        capital,
        table["labour"],
        capital_share=share,
        human_capital=table["human_capital"],
    )
    pairs = [
        growth_accounting(
            output.loc[year - 1 : year],
            capital.loc[year - 1 : year],
            table["employment"].loc[year - 1 : year],
            capital_share=share,
            human_capital=table["human_capital"].loc[year - 1 : year],
        )
        for year in sourced_years(estimate)
    ]
    return whole, pd.concat(pairs) if pairs else whole.iloc[:0]


def sourced_years(estimate: GrowthEstimate) -> list[int]:
    """Return the years that have an employment figure of their own and of the year before."""
    proxied = estimate.labour.table["labour_proxied"]
    known = {int(year) for year in proxied.index[~proxied]}
    first = int(estimate.fit.smoothed.index[0])
    return sorted(year for year in known if year - 1 in known and year >= first)
