"""What a referee asks of the trend-and-gap model: residuals, priors, revisions."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.diagnostic import acorr_ljungbox
from statsmodels.stats.stattools import jarque_bera

from sim.baseyear.growth_choices import CHOICE_DRAWS, FIRST_PLAN_YEAR, LAST_PLAN_YEAR
from sim.baseyear.growth_estimate import GrowthEstimate, estimate_growth
from sim.baseyear.growth_parameters import GrowthParameters
from sim.baseyear.growth_statespace import Measurements, fit_trend_gap

RESIDUAL_TESTS = (
    "ljung_box_5",
    "ljung_box_10",
    "jarque_bera",
    "heteroscedasticity",
)
BOX_LAGS = (5, 10)
# 5 % line of the cusum: 0.948 sqrt(n) at the start, three times that at the end
CUSUM_LINE = 0.948
PRIORS = ("gap_shock", "trend_drift", "bias_shock", "gap_persistence", "trend")


def residual_tests(estimate: GrowthEstimate) -> pd.DataFrame:
    """Return tests of the standardised one-step residuals of released growth.

    Returns
    -------
    pandas.DataFrame
        Rows `RESIDUAL_TESTS`; columns by treatment of outlying years: `robust_statistic`,
        `robust_p_value`, `full_statistic`, `full_p_value` (all years at full weight).
        Ljung & Box (1978) with 5 and 10 lags (NaN where the record is no longer); Jarque &
        Bera (1980); heteroscedasticity is the ratio of the sums of squares of the last and
        the first third (Harvey 1989, equation 5.4.15), two-sided.
    """
    full = fit_trend_gap(
        estimate.measurements,
        estimate.parameters.replaced(parameter_draws=CHOICE_DRAWS),
        robust=False,
    )
    columns = {}
    for name, residuals in (("robust", estimate.fit.residuals), ("full", full.residuals)):
        statistics, chances = _tests(residuals.dropna().to_numpy())
        columns[f"{name}_statistic"] = statistics
        columns[f"{name}_p_value"] = chances
    return pd.DataFrame(columns, index=pd.Index(RESIDUAL_TESTS, name="residual_test"))


def _tests(residuals: np.ndarray) -> tuple[list[float], list[float]]:
    lags = [lag for lag in BOX_LAGS if lag < len(residuals)]
    box = acorr_ljungbox(residuals, lags=lags).reindex(BOX_LAGS)
    normal, normal_chance = jarque_bera(residuals)[:2]
    third = len(residuals) // 3
    ratio = float(np.sum(residuals[-third:] ** 2) / np.sum(residuals[:third] ** 2))
    tail = stats.f(third, third).cdf(ratio)
    statistics = [*box["lb_stat"], normal, ratio]
    chances = [*box["lb_pvalue"], normal_chance, 2.0 * min(tail, 1.0 - tail)]
    return [float(value) for value in statistics], [float(value) for value in chances]


def cusum(residuals: pd.Series) -> float:
    """Return how close the sum of the residuals comes to its 5 % line; above 1 rejects.

    References
    ----------
    Brown, Durbin & Evans (1975), Journal of the Royal Statistical Society B 37, page 154.
    """
    values = residuals.dropna().to_numpy()
    count = len(values)
    line = CUSUM_LINE * np.sqrt(count) * (1.0 + 2.0 * np.arange(1, count + 1) / count)
    return float(np.max(np.abs(np.cumsum(values) / values.std(ddof=1)) / line))


def prior_sensitivity(base: pd.DataFrame, parameters: GrowthParameters) -> pd.DataFrame:
    """Return what the answer owes to each prior, one changed at a time.

    The width (sigma) of each prior is halved and doubled, and its centre too (for the
    persistence its odds).

    Returns
    -------
    pandas.DataFrame
        By `growth_prior` (`as_stated`, then NAME_width_half, NAME_width_double,
        NAME_centre_half, NAME_centre_double): tfp_trend and its sd, output_gap and its sd
        (after shrinkage), gap_shock, trend_drift, gap_persistence (modes) and
        growth_2026_2030 (mean log growth of the central path).
    """
    quick = parameters.replaced(parameter_draws=CHOICE_DRAWS)
    changed = {"as_stated": quick}
    for name in PRIORS:
        key = f"prior_{name}"
        value, sigma = quick.value(key), quick.sigma(key)
        for label, factor in (("half", 0.5), ("double", 2.0)):
            centre = factor * value
            if name == "gap_persistence":
                odds = factor * value / (1.0 - value)
                centre = odds / (1.0 + odds)
            changed[f"{name}_width_{label}"] = quick.widened(**{key: factor * sigma})
            changed[f"{name}_centre_{label}"] = quick.replaced(**{key: centre})
    rows = {name: _answer(estimate_growth(base, given)) for name, given in changed.items()}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("growth_prior")


def _answer(estimate: GrowthEstimate) -> dict[str, float]:
    spread = np.sqrt(np.diag(estimate.covariance))
    growth = estimate.path["growth"].loc[FIRST_PLAN_YEAR:LAST_PLAN_YEAR]
    fitted = estimate.fit.parameters
    return {
        "tfp_trend": float(estimate.mean[0]),
        "tfp_trend_sd": float(spread[0]),
        "output_gap": float(estimate.mean[1]),
        "output_gap_sd": float(spread[1]),
        **{name: fitted[name] for name in ("gap_shock", "trend_drift", "gap_persistence")},
        "growth_2026_2030": float(growth.mean()),
    }


def revisions(estimate: GrowthEstimate) -> pd.DataFrame:
    """Return trend and gap of each end year as estimated with the data to that year.

    Capital, labour and released growth are today's figures cut at the end year; the
    revised levels are seen only from `vintages_published_year` on. So this is revision
    through new years, not through new vintages of old ones.

    Returns
    -------
    pandas.DataFrame
        By `end_year` (`realtime_first_year` to the last year): tfp_trend, tfp_trend_sd,
        output_gap, output_gap_sd before shrinkage; final_tfp_trend and final_output_gap
        as estimated with all years.
    """
    quick = estimate.parameters.replaced(parameter_draws=CHOICE_DRAWS)
    published = quick.year("vintages_published_year")
    table, inputs = estimate.measurements.table, estimate.measurements.inputs
    last = int(table.index[-1])
    rows = {}
    for end in range(max(quick.year("realtime_first_year"), int(table.index[0])), last + 1):
        seen = table.loc[:end].copy()
        if end < published:
            seen["vintages"] = np.nan
        fit = fit_trend_gap(Measurements(seen, inputs.loc[:end]), quick)
        spread = np.sqrt(np.diag(fit.covariance))
        rows[end] = {
            "tfp_trend": float(fit.mean[0]),
            "tfp_trend_sd": float(spread[0]),
            "output_gap": float(fit.mean[1]),
            "output_gap_sd": float(spread[1]),
        }
    out = pd.DataFrame.from_dict(rows, orient="index").rename_axis("end_year")
    out["final_tfp_trend"] = estimate.fit.smoothed["trend"].reindex(out.index)
    out["final_output_gap"] = estimate.fit.smoothed["gap"].reindex(out.index)
    return out
