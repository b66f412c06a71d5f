"""GDP growth projected from an origin by the equations of the ensemble.

Capital by perpetual inventory, labour of working age, schooling where two censuses were
known, trend TFP growth and output gap from the state-space model estimated anew on what
was known, shrunk by the same rule. A part without data is left to TFP and named.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.growth import capital_next, cobb_douglas
from sim.assess.backtest.information import Information
from sim.baseyear.growth_capital import capital_stock, estimate_investment_relation
from sim.baseyear.growth_estimate import FIRST_GROWTH_YEAR, shrink
from sim.baseyear.growth_labour import CENSUS_DATE, COHORTS_0_14
from sim.baseyear.growth_parameters import GrowthParameters
from sim.baseyear.growth_statespace import MEASUREMENTS, Measurements, fit_trend_gap
from sim.errors import InputError
from sim.figures.series import by_year, log_growth

Array = npt.NDArray[np.float64]
HORIZON = 5
LEAST_YEARS = 10


@dataclass(frozen=True)
class Inputs:
    """Capital, labour and schooling as known at an origin.

    `capital` and `investment` by year (end of year, constant prices) and `working_age_growth`
    by year; None where nothing, or too little for the trend model, was known. `pace` is the
    log growth of working age carried forward, `schooling` the increase in years a year.
    `missing` names what was not known.
    """

    capital: pd.Series | None
    investment: pd.Series | None
    working_age_growth: pd.Series | None
    pace: float
    schooling: float | None
    missing: tuple[str, ...]


@dataclass(frozen=True)
class States:
    """Trend TFP growth, gap and logit persistence at the origin, and the shocks' widths."""

    mean: Array
    covariance: Array
    gap_shock: float
    trend_drift: float


def project_growth(known: Information, draws: int, seed: int) -> tuple[Array, tuple[str, ...]]:
    """Return yearly log growth of GDP in the five years after the origin.

    Parameters
    ----------
    known : Information
        What was known at the origin.
    draws, seed : int
        Number of draws; the origin is part of the seed.

    Returns
    -------
    (array, tuple of str)
        Growth, shape (5, draws), as it would be released: true growth plus the noise of the
        release, without bias, as the ensemble has none. Names of what was not known.
    """
    inputs = inputs_at(known)
    states = states_at(known, inputs)
    generator = np.random.default_rng([seed, known.origin])
    return _simulate(known.parameters, inputs, states, generator, draws), inputs.missing


def inputs_at(known: Information) -> Inputs:
    """Return capital, labour and schooling from what was known."""
    missing = []
    investment = _investment(known)
    if investment is not None and len(investment) < LEAST_YEARS + 2:
        investment = None
    capital = None
    if investment is None:
        missing.append("fixed_capital_formation")
    else:
        rate = known.parameters.value("depreciation_rate")
        capital = capital_stock(investment, known.parameters, rate)
    people = _working_age_growth(known)
    if people is not None and len(people) < LEAST_YEARS:
        people = None
    if people is None:
        missing.append("census_population")
    schooling = _schooling_increase(known)
    if schooling is None:
        missing.append("schooling_years_15_plus")
    pace = 0.0 if people is None else float(people.iloc[-1])
    return Inputs(capital, investment, people, pace, schooling, tuple(missing))


def _investment(known: Information) -> pd.Series | None:
    """Capital formation at constant prices to the origin, or None."""
    nominal = known.find("fixed_capital_formation")
    price = known.find("investment_price")
    if nominal is None or price is None:
        return None
    released, revised = known.find("gdp", "released"), known.find("gdp", "revised")
    if released is not None and revised is not None:
        ratio = (revised / released).dropna()
        nominal = nominal * ratio.reindex(nominal.index).bfill().fillna(1.0)
    path, prices = by_year(nominal), by_year(price)
    for year in range(max(prices) + 1, known.origin + 1):
        growth = known.parameters.value("investment_price_growth")
        prices[year] = prices[year - 1] * float(np.exp(growth))
    driver = known.find("fixed_investment_growth")
    rates = {} if driver is None else by_year(driver)
    needed = range(max(path) + 1, known.origin + 1)
    if not set(needed) <= set(rates):
        return None
    if needed:
        relation = estimate_investment_relation(known.series, known.parameters)
        fall = known.parameters.value("investment_large_fall")
        for year in needed:
            slope = relation.slope if rates[year] > fall else relation.large_fall_slope
            step = relation.drift + slope * float(np.log1p(rates[year]))
            path[year] = path[year - 1] * float(np.exp(step))
    real = {year: value / prices[year] for year, value in path.items() if year in prices}
    return pd.Series(real)


def _working_age_growth(known: Information) -> pd.Series | None:
    """Log growth of people of working age by year to the origin, or None.

    Log-linear between the censuses (and communiques) known; the last slope is carried on.
    Before the first age structure the share is held, so that people grow as population.
    """
    people = known.find("census_population")
    young, band = known.find("share_age_0_14"), known.find("share_age_15_59")
    if people is None or len(people) < 2 or young is None or band is None:
        return _population_growth(known)
    share = by_year(band - young / COHORTS_0_14)
    dated = {
        year + CENSUS_DATE: count * share[max(s for s in share if s <= max(year, min(share)))]
        for year, count in by_year(people).items()
    }
    reported, population = known.find("share_age_16_59"), known.find("population")
    if reported is not None and population is not None:
        counts = by_year(population)
        for year, value in by_year(reported).items():
            dated[year + 1.0] = counts[year] * value
    points = pd.Series(dated).sort_index()
    logs, dates = np.log(points.to_numpy()), points.index.to_numpy(dtype=np.float64)
    slopes = np.diff(logs) / np.diff(dates)
    years = np.arange(FIRST_GROWTH_YEAR, known.origin + 1)
    ends = np.arange(FIRST_GROWTH_YEAR, known.origin + 2).astype(np.float64)
    levels = np.interp(ends, dates, logs)
    levels = np.where(ends < dates[0], logs[0] + slopes[0] * (ends - dates[0]), levels)
    levels = np.where(ends > dates[-1], logs[-1] + slopes[-1] * (ends - dates[-1]), levels)
    return pd.Series(np.diff(levels), index=years)


def _population_growth(known: Information) -> pd.Series | None:
    """Growth of population where no age structure was known; the last pace is carried on."""
    people = known.find("population")
    if people is None or len(people) < 2:
        return None
    years = range(int(people.index[0]), known.origin + 1)
    growth = log_growth(people).reindex(years)
    return growth.ffill().dropna()


def _schooling_increase(known: Information) -> float | None:
    means = known.find("schooling_years_15_plus")
    if means is None or len(means) < 2:
        return None
    years = means.index.to_numpy(dtype=np.float64)
    return float((means.iloc[-1] - means.iloc[0]) / (years[-1] - years[0]))


def states_at(known: Information, inputs: Inputs) -> States:
    """Estimate the state-space model on what was known and shrink the trend.

    Raises
    ------
    InputError
        Fewer than ten growth rates were known, or one within the record is missing.
    """
    parameters = known.parameters
    measurements = _measurements(known, inputs)
    fit = fit_trend_gap(measurements, parameters)
    first = parameters.year("tfp_long_first")
    long_record = float(fit.smoothed["tfp_growth"].loc[first:].mean())
    weight = parameters.value("tfp_shrinkage_weight")
    mean, covariance = shrink(fit.mean, fit.covariance, long_record, weight)
    shocks = fit.parameters
    return States(mean, covariance, shocks["gap_shock"], shocks["trend_drift"])


def _measurements(known: Information, inputs: Inputs) -> Measurements:
    growth = known.find("gdp_growth", "released")
    if growth is None:
        raise InputError("the series base has no released GDP growth", key="gdp_growth")
    share = known.parameters.value("capital_share")
    parts = []
    if inputs.capital is not None:
        parts.append(share * log_growth(inputs.capital).shift(1))
    if inputs.working_age_growth is not None:
        parts.append((1.0 - share) * inputs.working_age_growth)
    rates = growth.loc[FIRST_GROWTH_YEAR:]
    contribution = pd.Series(0.0, index=rates.index)
    for part in parts:
        contribution = contribution + part.reindex(rates.index)
    if inputs.schooling is not None:
        skill = known.parameters.value("schooling_return") * inputs.schooling
        contribution = contribution + (1.0 - share) * skill
    contribution = contribution.dropna()
    if len(contribution) < LEAST_YEARS:
        raise InputError(
            f"GDP growth with its inputs is known for too few years to {known.origin}",
            key="gdp_growth",
            found=len(contribution),
            allowed=f"{LEAST_YEARS} at least",
        )
    years = pd.Index(range(int(contribution.index[0]), known.origin + 1), name="year")
    gaps = sorted(set(years) - set(contribution.index))
    if gaps:
        raise InputError("a year of growth or its inputs is missing", key="gdp_growth", found=gaps)
    table = pd.DataFrame(np.nan, index=years, columns=list(MEASUREMENTS))
    table["released"] = np.log1p(growth.reindex(years))
    table["vintages"] = _vintage_gap(known).reindex(years)
    return Measurements(table, contribution.reindex(years))


def _vintage_gap(known: Information) -> pd.Series:
    """Growth of the release less growth of the revised level, where both are chained."""
    released, revised = known.find("gdp", "released"), known.find("gdp", "revised")
    if released is None or revised is None:
        return pd.Series(dtype=np.float64)
    p = known.parameters
    gap = (log_growth(released) - log_growth(revised)).loc[: p.year("vintages_last_year")]
    first, last = p.year("vintages_break_first"), p.year("vintages_break_last")
    return gap[(gap.index < first) | (gap.index > last)]


def _simulate(
    parameters: GrowthParameters,
    inputs: Inputs,
    states: States,
    generator: np.random.Generator,
    draws: int,
) -> Array:
    """Simulate growth with the equations and the uncertain inputs of the ensemble."""

    def normal(name: str, centre: float | None = None) -> Array:
        value = parameters.value(name) if centre is None else centre
        return value + parameters.sigma(name) * generator.standard_normal(draws)

    trend, gap, logit = generator.multivariate_normal(
        states.mean, states.covariance, draws, method="cholesky"
    ).T
    persistence = 1.0 / (1.0 + np.exp(-logit))
    share = np.clip(normal("capital_share"), 0.05, 0.95)
    depreciation = np.clip(normal("depreciation_rate"), 0.0, 0.5)
    efficiency = np.exp(normal("investment_efficiency", 0.0))
    workers = normal("working_age_sigma", inputs.pace) + normal("participation_sigma", 0.0)
    learning = inputs.schooling or 0.0
    skill_step = normal("schooling_return") * normal("schooling_increase_sigma", learning)
    if inputs.schooling is None:
        skill_step = np.zeros(draws)
    spread = parameters.sigma("investment_growth_sigma")
    memory = parameters.value("investment_growth_persistence")
    noise = parameters.sigma("released_noise")
    capital, investment = _starting_capital(inputs, draws)
    labour = skill = progress = surprise = np.zeros(draws)
    before = np.log(cobb_douglas(1.0, capital[0], 1.0, 1.0, share))
    stock, out = capital[1], np.empty((HORIZON, draws))
    drift = np.zeros(draws)
    for h in range(HORIZON):
        labour, skill = labour + workers, skill + skill_step
        drift = drift + states.trend_drift * generator.standard_normal(draws)
        progress = progress + trend + drift
        output = np.log(cobb_douglas(np.exp(progress), stock, np.exp(labour), np.exp(skill), share))
        potential, before = output - before, output
        following = persistence * gap + states.gap_shock * generator.standard_normal(draws)
        out[h] = potential + following - gap + noise * generator.standard_normal(draws)
        gap = following
        innovation = spread * (np.sqrt(1.0 - memory**2) if h else 1.0)
        surprise = memory * surprise + innovation * generator.standard_normal(draws)
        investment = investment * np.exp(potential + surprise)
        stock = np.asarray(capital_next(stock, investment, depreciation, efficiency))
        if inputs.capital is None:
            stock = np.ones(draws)
    return out


def _starting_capital(inputs: Inputs, draws: int) -> tuple[Array, Array]:
    """Return capital in use at the origin and a year later (2, draws), and investment."""
    if inputs.capital is None or inputs.investment is None:
        return np.ones((2, draws)), np.zeros(draws)
    stock = inputs.capital.to_numpy()[-2:, None] * np.ones(draws)
    return stock, np.full(draws, float(inputs.investment.iloc[-1]))
