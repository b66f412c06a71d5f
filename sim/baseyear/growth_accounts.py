"""The growth part of the base pack: accounts, posterior, paths and observations."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from models.growth import CONTRIBUTIONS, cobb_douglas
from sim.baseyear.growth_capital import (
    capital_stock,
    investment_2025_sigma,
    investment_path,
    investment_price,
)
from sim.baseyear.growth_choices import (
    choice_table,
    choice_variance,
    sample_table,
    widened_covariance,
)
from sim.baseyear.growth_diagnostics import (
    cusum,
    prior_sensitivity,
    residual_tests,
    revisions,
)
from sim.baseyear.growth_estimate import (
    BASE_YEAR,
    GrowthEstimate,
    empirical_bayes_weight,
    estimate_growth,
)
from sim.baseyear.growth_history import ACCOUNTS, growth_history, sourced_years
from sim.baseyear.growth_observations import growth_observations
from sim.baseyear.growth_parameters import GrowthParameters, load_growth_parameters
from sim.baseyear.growth_posterior import (
    GROWTH_PARAMETERS,
    Posterior,
    shrunk_draws,
    simulate_posterior,
)
from sim.baseyear.growth_rd import ResearchAccounts, research_accounts
from sim.baseyear.growth_statespace import PARAMETERS
from sim.baseyear.growth_substitutes import complete
from sim.baseyear.growth_width import (
    MEAN,
    SAMPLES,
    YEARLY,
    chosen_factor,
    read_width_table,
    trend_width_factor,
    width_by_sample,
)
from sim.errors import InputError
from sim.figures.series import by_year, load_series, log_growth, series

VARIABLES_FILE = Path(__file__).parent / "data" / "growth_variables.csv"
STATES = ("tfp_growth_trend", "output_gap_2025", "gap_persistence_logit")
PATHS = (
    "working_age_growth",
    "population_growth",
    "participation_growth",
    "schooling_increase",
    "urbanisation_increase",
    "investment_growth",
    "consumption_urban_growth",
    "consumption_rural_growth",
    "government_growth",
)
PATH_CONTRIBUTIONS = (*CONTRIBUTIONS, "gap")
Data = dict[str, tuple[tuple[str, ...], object]]


def build_growth(
    data: str | Path | pd.DataFrame | None = None, parameters: GrowthParameters | None = None
) -> tuple[xr.Dataset, pd.DataFrame]:
    """Build the growth part of the base pack from the series base.

    Parameters
    ----------
    data : path or pandas.DataFrame, optional
        The series base or its csv file; the bundled one when left out. Any province's
        frame with the same columns will do; what it lacks is estimated.
    parameters : GrowthParameters, optional
        The bundled ones when left out.

    Returns
    -------
    (xarray.Dataset, pandas.DataFrame)
        Variables with attrs units, long_name, long_name_zh and origin (listed in
        `data/growth_variables.csv`), and the observations with their residuals in sigma.
        The attribute `substitutes` of the dataset is the table of `growth_substitutes` as
        JSON: what was missing and what stands in.

    Raises
    ------
    InputError
        A series is missing that nothing can stand in for, or an estimation did not
        converge.
    """
    frame = data if isinstance(data, pd.DataFrame) else _read(data)
    completed = complete(frame, load_growth_parameters() if parameters is None else parameters)
    base, given = completed.base, completed.parameters
    estimate = estimate_growth(base, given)
    research = research_accounts(base, given, investment_price(base, given))
    choices = choice_table(base, given)
    samples = sample_table(base, given)
    covariance = widened_covariance(estimate, choices)
    posterior = simulate_posterior(estimate.measurements, given, estimate.fit)
    tables = {
        "growth_choice": ("choice", choices),
        "growth_sample": ("sample", samples),
        "growth_prior": ("prior", prior_sensitivity(base, given)),
        "residual_test": ("residual", residual_tests(estimate)),
        "end_year": ("realtime", revisions(estimate)),
    }
    data_vars: Data = {
        **_levels(base, given, estimate, research),
        **_posterior(given, estimate, covariance, samples),
        **growth_history(base, given, estimate, research),
        **_paths(given, estimate),
        **_draws(given, estimate, posterior, choice_variance(choices)),
        **_tables(tables, research),
    }
    coordinates = _coordinates(estimate, research)
    coordinates |= {name: table.index.to_list() for name, (_, table) in tables.items()}
    dataset = _labelled(data_vars, coordinates)
    dataset.attrs["substitutes"] = json.dumps(completed.rows, ensure_ascii=False)
    return dataset, growth_observations(base, given, estimate, research, covariance)


def _read(data: str | Path | None) -> pd.DataFrame:
    return load_series() if data is None else load_series(data)


def _levels(
    base: pd.DataFrame,
    parameters: GrowthParameters,
    estimate: GrowthEstimate,
    research: ResearchAccounts,
) -> Data:
    """Scalars of 2025."""
    table = estimate.labour.table
    names = ("labour", "working_age", "participation", "schooling_years", "human_capital")
    labour = {name: by_year(table[name])[BASE_YEAR] for name in names}
    gdp = float(series("gdp", "released", base)[BASE_YEAR])
    gap = float(estimate.mean[1])
    start = float(estimate.capital[BASE_YEAR - 1])
    share = parameters.value("capital_share")
    factors = cobb_douglas(1.0, start, labour["labour"], labour["human_capital"], share)
    shan = capital_stock(
        estimate.investment, parameters, parameters.value("depreciation_rate_alternative")
    )
    released = capital_stock(
        investment_path(base, parameters, estimate.relation, "released"),
        parameters,
        parameters.value("depreciation_rate"),
    )
    workers = by_year(log_growth(table["labour"]))[BASE_YEAR]
    growth = float(np.log1p(series("gdp_growth", "released", base)[BASE_YEAR]))
    investment = estimate.investment
    values = {
        "capital": float(estimate.capital[BASE_YEAR]),
        "capital_2025_start": start,
        "capital_shan": float(shan[BASE_YEAR]),
        "capital_released": float(released[BASE_YEAR]),
        "investment_2025": float(investment[BASE_YEAR]),
        "investment_2025_sigma": investment_2025_sigma(base, parameters, estimate.relation),
        "investment_growth_2025": by_year(log_growth(investment))[BASE_YEAR],
        "investment_pass_through": estimate.relation.large_fall_slope,
        "investment_slope": estimate.relation.slope,
        **labour,
        "labour_sigma": parameters.sigma("labour_level_sigma"),
        "schooling_years_sd": parameters.sigma("schooling_level_sigma"),
        "labour_productivity_growth_2025": growth - workers,
        "output_gap": gap,
        "potential_gdp": gdp * float(np.exp(-gap)),
        "tfp": gdp * float(np.exp(-gap)) / float(factors),
        "population": float(series("population", frame=base)[BASE_YEAR]),
        "urbanisation": float(series("urbanisation", frame=base)[BASE_YEAR]),
        "rd_expenditure": float(research.expenditure[BASE_YEAR]),
        "rd_stock": float(research.stock[BASE_YEAR]),
        "rd_growth_2025": research.growth_2025,
        "rd_growth_mean": research.mean,
        "rd_growth_mean_sd": research.mean_error,
        "rd_growth_sd": research.sd,
        "rd_growth_observations": float(len(research.growth)),
        "rd_stock_growth_reference": research.stock_growth_reference,
    }
    return {name: ((), value) for name, value in values.items()}


def _posterior(
    parameters: GrowthParameters,
    estimate: GrowthEstimate,
    covariance: np.ndarray,
    samples: pd.DataFrame,
) -> Data:
    """Posterior of the states, shock widths and the parameters with a distribution."""
    shocks = {name: float(samples[name]["robust"]) for name in ("gap_shock", "trend_drift")}
    values = {
        "gap_shock_sd": shocks["gap_shock"],
        "trend_drift_sd": shocks["trend_drift"],
        "gap_persistence": float(1.0 / (1.0 + np.exp(-estimate.mean[2]))),
        "gap_shock_sd_log_error": estimate.fit.parameter_sd["gap_shock"],
        "trend_drift_sd_log_error": estimate.fit.parameter_sd["trend_drift"],
        "tfp_long_record": estimate.long_record,
        "tfp_recent_trend": float(estimate.fit.mean[0]),
        "tfp_shrinkage_weight": parameters.value("tfp_shrinkage_weight"),
        "tfp_empirical_bayes_weight": empirical_bayes_weight(estimate),
        "depreciation_rate_alternative": parameters.value("depreciation_rate_alternative"),
    }
    for name in (
        "capital_share",
        "depreciation_rate",
        "investment_efficiency",
        "schooling_return",
        "rd_elasticity",
        "rd_depreciation",
    ):
        values[name] = parameters.value(name)
        values[f"{name}_sd"] = parameters.sigma(name)
    out: Data = {name: ((), value) for name, value in values.items()}
    out["growth_posterior_mean"] = (("state",), estimate.mean)
    out["growth_posterior_covariance"] = (("state", "state_b"), covariance)
    return out


def _paths(parameters: GrowthParameters, estimate: GrowthEstimate) -> Data:
    """Paths of the drivers 2026-2040 with their widths, and the central decomposition."""
    path = estimate.path
    widths = {
        "working_age_growth": parameters.sigma("working_age_sigma"),
        "population_growth": parameters.sigma("population_sigma"),
        "participation_growth": parameters.sigma("participation_sigma"),
        "schooling_increase": parameters.sigma("schooling_increase_sigma"),
        "urbanisation_increase": parameters.sigma("urbanisation_sigma"),
        "investment_growth": parameters.sigma("investment_growth_sigma"),
        "consumption_urban_growth": parameters.sigma("consumption_sigma"),
        "consumption_rural_growth": parameters.sigma("consumption_sigma"),
        "government_growth": parameters.sigma("government_growth"),
    }
    out: Data = {}
    for name in PATHS:
        out[f"path_{name}"] = (("path_year",), path[name].to_numpy())
        out[f"path_{name}_sd"] = ((), widths[name])
    out["central_contribution"] = (
        ("path_year", "path_contribution"),
        path[list(PATH_CONTRIBUTIONS)].to_numpy(),
    )
    out["central_growth"] = (("path_year",), path["growth"].to_numpy())
    return out


def _draws(
    parameters: GrowthParameters,
    estimate: GrowthEstimate,
    posterior: Posterior,
    choice_variance: float,
) -> Data:
    """Joint posterior draws after the shrinkage rule, the chains, and the width of the fan."""
    weight = parameters.value("tfp_shrinkage_weight")
    draws = shrunk_draws(posterior, estimate.long_record, weight, choice_variance)
    widths = read_width_table()
    wanted = chosen_factor(widths, MEAN)
    return {
        "growth_width_factor": (("width_measure",), [chosen_factor(widths, YEARLY), wanted]),
        "growth_width_by_sample": (
            ("width_measure", "width_sample"),
            width_by_sample(widths, "factor"),
        ),
        "growth_width_effective_origins": (
            ("width_measure", "width_sample"),
            width_by_sample(widths, "effective_origins"),
        ),
        "trend_width_factor": ((), trend_width_factor(estimate, draws, wanted)),
        "growth_posterior_draws": (("growth_draw", "growth_parameter"), draws.to_numpy()),
        "residual_cusum": ((), cusum(estimate.fit.residuals)),
        "posterior_acceptance": (("chain",), posterior.acceptance),
        "posterior_r_hat": (("state_parameter",), posterior.r_hat),
        "posterior_effective_draws": (("state_parameter",), posterior.effective),
    }


def _tables(tables: dict[str, tuple[str, pd.DataFrame]], research: ResearchAccounts) -> Data:
    out: Data = {
        f"{prefix}_{name}": ((dimension,), table[name].to_numpy())
        for dimension, (prefix, table) in tables.items()
        for name in table
    }
    out["rd_backtest_rmse"] = (("rd_equation",), research.backtest["rmse"].to_numpy())
    out["rd_backtest_mae"] = (("rd_equation",), research.backtest["mae"].to_numpy())
    return out


def _coordinates(estimate: GrowthEstimate, research: ResearchAccounts) -> dict[str, list[object]]:
    return {
        "state": list(STATES),
        "state_b": list(STATES),
        "growth_year": [int(year) for year in estimate.fit.smoothed.index],
        "sourced_year": list[object](sourced_years(estimate)),
        "growth_account": list(ACCOUNTS),
        "contribution": list(CONTRIBUTIONS),
        "path_year": [int(year) for year in estimate.path.index],
        "path_contribution": list(PATH_CONTRIBUTIONS),
        "rd_year": [int(year) for year in research.expenditure.index],
        "rd_equation": list(research.backtest.index),
        "growth_parameter": list(GROWTH_PARAMETERS),
        "state_parameter": list(PARAMETERS),
        "width_measure": [YEARLY, MEAN],
        "width_sample": list(SAMPLES),
    }


def _labelled(data: Data, coordinates: dict[str, list[object]]) -> xr.Dataset:
    """Join values with unit, names and origin from the file of variables."""
    names = pd.read_csv(VARIABLES_FILE, keep_default_na=False).set_index("name")
    odd = sorted(set(data) ^ set(names.index))
    if odd:
        raise InputError("growth variables and their file differ", file=VARIABLES_FILE, found=odd)
    variables = {
        name: xr.Variable(dims, values, dict(names.loc[name]))
        for name, (dims, values) in data.items()
    }
    return xr.Dataset(variables, coords=coordinates)
