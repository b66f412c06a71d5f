"""How wide the fan of growth is: what the record says, and what follows for the trend.

The backtest finds by which factor the fan would have had to be wider, for growth of single
years and for the mean of five (`data/growth_width.csv`, written by `provsim backtest --out`).
Growth of single years keeps the width of the posterior. What a five-year mean needs beyond
it goes to the deviation of the TFP trend, which stays for all five years: its factor is
computed here so that the fan of the mean becomes as much wider as the record asks.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from models.growth import capital_next, cobb_douglas
from sim.baseyear.growth_estimate import BASE_YEAR, GrowthEstimate
from sim.errors import InputError

Array = npt.NDArray[np.float64]
WIDTH_FILE = Path(__file__).parent / "data" / "growth_width.csv"
YEARLY, MEAN = "yearly", "five_year_mean"
SAMPLES = ("all", "without_2016", "without_2011_2016")
# The CRPS is linear in a miss, the log score quadratic: one year weighs less in it.
CHOSEN_CRITERION = "crps"
NEEDED = ("measure", "sample", "criterion", "factor", "effective_origins")
HORIZON = 5
REPEATS = 16
SEED = 20253


def read_width_table(path: Path = WIDTH_FILE) -> pd.DataFrame:
    """Return the factors that the backtest of Liaoning found.

    Returns
    -------
    pandas.DataFrame
        As `sim.assess.backtest.width.WidthResult.table`.

    Raises
    ------
    InputError
        A column, or a measure or sample by CRPS, is missing.
    """
    table = pd.read_csv(path)
    absent = [name for name in NEEDED if name not in table]
    if absent:
        raise InputError("column is missing", file=path, line=1, key=absent[0])
    for measure in (YEARLY, MEAN):
        found = _by_sample(table, measure, "factor").index
        for sample in SAMPLES:
            if sample not in found:
                raise InputError("the factor is missing", file=path, key=f"{measure}, {sample}")
    return table


def chosen_factor(table: pd.DataFrame, measure: str) -> float:
    """Return the factor that the table gives: by CRPS, the middle one of the samples.

    With three samples (all years, without 2016, without 2011-2016) the middle one is decided
    neither by one year nor by leaving all bad years out.
    """
    return round(float(_by_sample(table, measure, "factor").median(skipna=False)), 3)


def width_by_sample(table: pd.DataFrame, column: str) -> Array:
    """Return a column of the table by CRPS, shape (2 measures, 3 samples)."""
    rows = [_by_sample(table, measure, column)[list(SAMPLES)] for measure in (YEARLY, MEAN)]
    return np.array(rows, dtype=np.float64)


def _by_sample(table: pd.DataFrame, measure: str, column: str) -> pd.Series:
    rows = (table["measure"] == measure) & (table["criterion"] == CHOSEN_CRITERION)
    return table[rows].set_index("sample")[column]


def trend_width_factor(estimate: GrowthEstimate, draws: pd.DataFrame, wanted: float) -> float:
    """Return the factor on the trend's deviation that widens the five-year mean as wanted.

    With x the trend's deviation and r the rest of mean growth 2026-2030, the factor m is the
    larger root of ``var(m x + r) = wanted**2 var(x + r)``. Growth is not narrowed: one where
    `wanted` is not above one.

    Parameters
    ----------
    estimate : GrowthEstimate
    draws : pandas.DataFrame
        Joint posterior draws, columns `growth_posterior.GROWTH_PARAMETERS`.
    wanted : float
        Factor on the standard deviation of mean growth 2026-2030.
    """
    if wanted <= 1.0:
        return 1.0
    deviation, rest = mean_growth_parts(estimate, draws)
    (trend, joint), (_, others) = np.cov(deviation, rest)
    total = trend + 2.0 * joint + others
    return float((np.sqrt(joint**2 + trend * (wanted**2 * total - others)) - joint) / trend)


def mean_growth_parts(estimate: GrowthEstimate, draws: pd.DataFrame) -> tuple[Array, Array]:
    """Simulate mean log growth 2026-2030, split into the trend's deviation and the rest.

    The equations and widths of the growth block: capital by perpetual inventory on the central
    path of investment, labour, schooling, drift, gap. R&D beyond its reference, which moves
    growth by about 0.1 points, is left out.

    Returns
    -------
    (array, array)
        Deviation of the trend from its median, and the rest of growth; log a year, `REPEATS`
        values for each draw.
    """
    p = estimate.parameters
    own = draws.loc[draws.index.repeat(REPEATS)].to_dict("series")
    trend, gap, persistence, gap_sd, drift_sd = (series.to_numpy() for series in own.values())
    generator = np.random.default_rng([SEED, len(draws)])

    def normal(sd: float | Array) -> Array:
        out: Array = sd * generator.standard_normal(len(trend))
        return out

    share = np.clip(p.value("capital_share") + normal(p.sigma("capital_share")), 0.05, 0.95)
    rate = p.value("depreciation_rate") + normal(p.sigma("depreciation_rate"))
    efficiency = np.exp(normal(p.sigma("investment_efficiency")))
    workers = normal(p.sigma("working_age_sigma")) + normal(p.sigma("participation_sigma"))
    value = p.value("schooling_return") + normal(p.sigma("schooling_return"))
    learning = normal(p.sigma("schooling_increase_sigma"))
    path = estimate.path.iloc[:HORIZON]
    stock = np.full(len(trend), float(estimate.capital[BASE_YEAR - 1]))
    start = stock
    spent = np.full(len(trend), float(estimate.investment[BASE_YEAR]))
    memory, surprise = p.value("investment_growth_persistence"), normal(0.0)
    labour = skill = drift = progress = normal(0.0)
    later = gap
    for h, year in enumerate(path.to_dict("records")):
        stock = np.asarray(capital_next(stock, spent, rate, efficiency))
        fresh = np.sqrt(1.0 - memory**2) if h else 1.0
        surprise = memory * surprise + fresh * normal(p.sigma("investment_growth_sigma"))
        spent = spent * np.exp(year["investment_growth"] + surprise)
        labour = labour + year["working_age_growth"] + year["participation_growth"] + workers
        skill = skill + value * (year["schooling_increase"] + learning)
        drift = drift + normal(drift_sd)
        progress = progress + drift
        later = persistence * later + normal(gap_sd)
    level = cobb_douglas(1.0, stock / start, np.exp(labour), np.exp(skill), share)
    deviation = trend - np.median(trend)
    rest = (np.log(level) + progress + later - gap) / HORIZON
    return deviation, rest
