"""Sourced paths of the drivers of growth 2026-2040 and the central path they give."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.growth import capital_next
from sim.baseyear.growth_capital import InvestmentRelation
from sim.baseyear.growth_cohorts import cohort_path
from sim.baseyear.growth_labour import CENSUS_DATE, LabourAccounts
from sim.baseyear.growth_parameters import GrowthParameters
from sim.figures.series import series

Array = npt.NDArray[np.float64]
BASE_YEAR = 2025
LAST_YEAR = 2040
SSP = "SSP2"
CENSUS_YEAR = 2020


def path_years() -> pd.Index:
    """Return the years of the paths, 2026-2040."""
    return pd.Index(range(BASE_YEAR + 1, LAST_YEAR + 1), name="path_year")


def population_growth(base: pd.DataFrame, scenario: str = SSP) -> pd.Series:
    """Return log growth of population by year: the SSP path, log-linear between its years."""
    people = np.log(series("ssp_population", scenario, base))
    years = np.arange(BASE_YEAR, LAST_YEAR + 1)
    values = np.interp(years, people.index.to_numpy(), people.to_numpy())
    return pd.Series(np.diff(values), index=path_years())


def working_age_growth(
    base: pd.DataFrame, parameters: GrowthParameters, labour: LabourAccounts
) -> pd.Series:
    """Return log growth of people aged 16-59.

    Those who turn 16 enter, those who turn 60 leave (`growth_cohorts.cohort_path`).
    """
    people = cohort_path(base, parameters, labour).working_age
    start = float(labour.table["working_age"][BASE_YEAR])
    logs = np.log(np.concatenate([[start], people.to_numpy()]))
    return pd.Series(np.diff(logs), index=path_years(), name="working_age_growth")


def urbanisation_increase(base: pd.DataFrame) -> pd.Series:
    """Return the yearly rise of the urban share on a logistic curve.

    The speed is the change of the logit between the census of 2020 and 2025 (Northam 1979:
    urbanisation follows an S-curve).
    """
    share = series("urbanisation", frame=base)
    logit = np.log(share / (1.0 - share))
    census = CENSUS_YEAR if CENSUS_YEAR in share.index else int(share.index[0])
    speed = (logit[BASE_YEAR] - logit[census]) / (BASE_YEAR + 1.0 - census - CENSUS_DATE)
    steps = np.arange(LAST_YEAR - BASE_YEAR + 1)
    curve = 1.0 / (1.0 + np.exp(-(logit[BASE_YEAR] + speed * steps)))
    return pd.Series(np.diff(curve), index=path_years())


def central_path(
    base: pd.DataFrame,
    parameters: GrowthParameters,
    *,
    relation: InvestmentRelation,
    labour: LabourAccounts,
    capital_start: float,
    investment: float,
    states: Array,
) -> pd.DataFrame:
    """Return the central path of potential output and of what drives it.

    Investment of 2026 follows the target for fixed-asset investment through the estimated
    relation; from 2027 on, or without a target, it grows with potential output. Output adds
    the closing gap. R&D is at its reference, so it adds nothing here.

    Parameters
    ----------
    base, parameters, relation, labour
        Series base, parameters and the accounts.
    capital_start : float
        Stock at the end of 2025, 亿元 at 2025 prices: in use in 2026.
    investment : float
        Capital formation of 2025, 亿元 at 2025 prices; it is part of `capital_start`.
    states : array, shape (3,)
        tfp_growth_trend, output_gap_2025, gap_persistence_logit.

    Returns
    -------
    pandas.DataFrame
        By path_year, log growth rates: the contributions capital, labour, human_capital,
        tfp, gap; potential_growth and growth (with the gap); working_age_growth,
        participation_growth, schooling_increase, population_growth, urbanisation_increase,
        investment_growth, consumption_urban_growth, consumption_rural_growth,
        government_growth.
    """
    share = parameters.value("capital_share")
    carried = parameters.value("participation_weight") * labour.implied_rise
    out = pd.DataFrame(index=path_years())
    out["population_growth"] = population_growth(base)
    out["urbanisation_increase"] = urbanisation_increase(base)
    out["working_age_growth"] = working_age_growth(base, parameters, labour)
    out["participation_growth"] = carried
    out["schooling_increase"] = labour.schooling_increase
    out["government_growth"] = parameters.value("government_growth")
    workers = out["working_age_growth"] + out["participation_growth"]
    out["labour"] = (1.0 - share) * workers
    skill = parameters.value("schooling_return") * labour.schooling_increase
    out["human_capital"] = (1.0 - share) * skill
    out["tfp"] = states[0]
    persistence = 1.0 / (1.0 + np.exp(-states[2]))
    elapsed = np.arange(1, len(out) + 1)
    out["gap"] = states[1] * (persistence**elapsed - persistence ** (elapsed - 1))
    first = None
    if "investment_target_2026" in parameters:
        target = float(np.log1p(parameters.value("investment_target_2026")))
        first = relation.drift + relation.slope * target
    out = _with_capital(parameters, out, capital_start, investment, first)
    out["growth"] = out["potential_growth"] + out["gap"]
    return _consumption(base, parameters, out)


def _with_capital(
    parameters: GrowthParameters,
    path: pd.DataFrame,
    capital_start: float,
    investment: float,
    first_growth: float | None,
) -> pd.DataFrame:
    """Add the contribution of capital, potential growth and investment growth."""
    out = path.copy()
    share = parameters.value("capital_share")
    rate = parameters.value("depreciation_rate")
    others = (out["labour"] + out["human_capital"] + out["tfp"]).to_numpy()
    before = (capital_start - investment) / (1.0 - rate)
    capital = capital_start
    rows = np.empty((len(out), 3))
    for i, other in enumerate(others):
        contribution = share * float(np.log(capital / before))
        potential = contribution + float(other)
        growth = potential if i or first_growth is None else first_growth
        rows[i] = contribution, potential, growth
        investment *= float(np.exp(growth))
        before, capital = capital, float(capital_next(capital, investment, rate, 1.0))
    out[["capital", "potential_growth", "investment_growth"]] = rows
    return out


def _consumption(
    base: pd.DataFrame, parameters: GrowthParameters, path: pd.DataFrame
) -> pd.DataFrame:
    """Add household consumption: in step with potential output, rural income ahead of urban.

    Urban and rural consumption follow their people and a common growth per head, with the
    carried premium on the rural side; the common growth makes their sum grow with output.
    """
    out = path.copy()
    urban = float(series("urbanisation", frame=base)[BASE_YEAR])
    share = urban + out["urbanisation_increase"].cumsum()
    before = share - out["urbanisation_increase"]
    incomes = {
        place: float(
            np.log1p(series(f"income_growth_{place}_five_year_average", frame=base)[BASE_YEAR])
        )
        for place in ("rural", "urban")
    }
    premium = incomes["rural"] - incomes["urban"]
    carried = parameters.value("consumption_rural_premium_weight") * premium
    shift_urban = np.log(share / before)
    shift_rural = np.log((1.0 - share) / (1.0 - before)) + carried
    rural = parameters.value("rural_consumption_share")
    common = out["potential_growth"] - (1.0 - rural) * shift_urban - rural * shift_rural
    out["consumption_urban_growth"] = common + shift_urban
    out["consumption_rural_growth"] = common + shift_rural
    return out
