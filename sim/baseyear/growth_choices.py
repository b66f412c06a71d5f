"""What the answer owes to each choice, and to the treatment of outlying years."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.baseyear.growth_estimate import Choices, GrowthEstimate, estimate_growth
from sim.baseyear.growth_parameters import GrowthParameters

FIRST_PLAN_YEAR, LAST_PLAN_YEAR = 2026, 2030
CHOICE_DRAWS = 100


def choice_table(base: pd.DataFrame, parameters: GrowthParameters) -> pd.DataFrame:
    """Return what the answer owes to each choice.

    Returns
    -------
    pandas.DataFrame
        By choice: tfp_trend (log a year), output_gap (log) and growth_2026_2030 (mean log
        growth of the central path). Alternatives change one thing each.
    """
    quick = parameters.replaced(parameter_draws=CHOICE_DRAWS)
    share, spread = parameters.value("capital_share"), parameters.sigma("capital_share")
    drift = parameters.sigma("investment_relation_drift")
    own = Choices()
    changes: dict[str, tuple[dict[str, float], Choices]] = {
        "central": ({}, own),
        "no_shrinkage": ({"tfp_shrinkage_weight": 0.0}, own),
        "quarter_shrinkage": ({"tfp_shrinkage_weight": 0.25}, own),
        "three_quarter_shrinkage": ({"tfp_shrinkage_weight": 0.75}, own),
        "full_shrinkage": ({"tfp_shrinkage_weight": 1.0}, own),
        "long_record_from_1993": ({"tfp_long_first": 1993.0}, own),
        "long_record_from_2005": ({"tfp_long_first": 2005.0}, own),
        "released_investment": ({}, replace(own, vintage="released")),
        "depreciation_shan": (
            {"depreciation_rate": parameters.value("depreciation_rate_alternative")},
            own,
        ),
        "capital_share_high": ({"capital_share": share + spread}, own),
        "capital_share_low": ({"capital_share": share - spread}, own),
        "investment_drift_high": ({"investment_relation_drift": drift}, own),
        "investment_drift_low": ({"investment_relation_drift": -drift}, own),
        "ordinary_pass_through_2025": ({"investment_large_fall": -1.0}, own),
        "participation_flat": ({"participation_weight": 0.0}, own),
        "participation_as_implied": ({"participation_weight": 1.0}, own),
        "ages_as_the_country": ({"cohort_profile_weight": 1.0}, own),
        "exits_as_in_2021_2025": ({"cohort_profile_weight": 0.0}, own),
        "no_robust_weights": ({}, replace(own, robust=False)),
        "sample_from_1993": ({"tfp_long_first": 1993.0}, replace(own, first_year=1993)),
    }
    if "outlying_year" in parameters:
        year = parameters.year("outlying_year")
        changes[f"without_{year}"] = ({}, replace(own, without_year=year))
    rows = {}
    for name, (values, choices) in changes.items():
        estimate = estimate_growth(base, quick.replaced(**values), choices)
        rows[name] = {
            "tfp_trend": float(estimate.mean[0]),
            "output_gap": float(estimate.mean[1]),
            "growth_2026_2030": float(
                estimate.path["growth"].loc[FIRST_PLAN_YEAR:LAST_PLAN_YEAR].mean()
            ),
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("growth_choice")


def sample_table(base: pd.DataFrame, parameters: GrowthParameters) -> pd.DataFrame:
    """Return the estimated standard deviations by treatment of outlying years.

    Columns gap_shock, trend_drift, gap_persistence; rows all_years (full weight),
    robust (used), since_1993, and without the outlying year that the province names.
    """
    quick = parameters.replaced(parameter_draws=CHOICE_DRAWS)
    samples = {
        "all_years": Choices(robust=False),
        "robust": Choices(),
        "since_1993": Choices(first_year=1993),
    }
    if "outlying_year" in parameters:
        year = parameters.year("outlying_year")
        samples[f"without_{year}"] = Choices(robust=False, without_year=year)
    names = ("gap_shock", "trend_drift", "gap_persistence")
    rows = {}
    for name, choices in samples.items():
        fitted = estimate_growth(base, quick, choices).fit.parameters
        rows[name] = {key: fitted[key] for key in names}
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("growth_sample")


def choice_variance(choices: pd.DataFrame) -> float:
    """Return the variance of the trend that the choices leave open.

    Half the distance between the alternatives of investment vintage, depreciation rate,
    capital share and investment drift counts as one standard deviation each.
    """
    trend = choices["tfp_trend"]
    half = (
        0.5 * (trend["released_investment"] - trend["central"]),
        0.5 * (trend["depreciation_shan"] - trend["central"]),
        0.5 * (trend["capital_share_high"] - trend["capital_share_low"]),
        0.5 * (trend["investment_drift_high"] - trend["investment_drift_low"]),
    )
    return float(sum(value**2 for value in half))


def widened_covariance(estimate: GrowthEstimate, choices: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the covariance of the states with `choice_variance` added to the trend."""
    covariance = estimate.covariance.copy()
    covariance[0, 0] += choice_variance(choices)
    return covariance
