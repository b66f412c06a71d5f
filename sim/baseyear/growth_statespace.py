"""Trend TFP growth, output gap and the bias of released growth: a state-space model.

For year t, with g* true output growth, k_t the contribution of capital, labour and human
capital, mu trend TFP growth, c the output gap and b the bias of the release (all logs):

    g*_t      = k_t + mu_t + c_t - c_{t-1}
    mu_t      = mu_{t-1} + zeta_t                zeta ~ N(0, drift_sd^2)
    c_t       = phi c_{t-1} + eta_t              eta  ~ N(0, gap_sd^2)
    b_t       = rho b_{t-1} + beta_t             beta ~ N(0, bias_sd^2)
    release   : g_t = g*_t + b_t + e_t
    vintages  : dln(released GDP / revised GDP)_t = b_t + u_t
    documents : mean of g* over five years, as printed

The parameters (gap_sd, drift_sd, bias_sd, phi) maximise the likelihood times wide priors,
which keeps the drift off zero (Stock & Watson 1998). Measurement years whose one-step
residual lies beyond a threshold have their variance raised (Huber 1964).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import linalg, optimize
from statsmodels.tools.numdiff import approx_hess
from statsmodels.tsa.statespace.mlemodel import MLEModel

from sim.baseyear.growth_parameters import GrowthParameters
from sim.errors import InputError

Array = npt.NDArray[np.float64]
STATES = ("trend", "gap", "gap_before", "bias", "five_years")
MEASUREMENTS = ("released", "vintages", "five_year_average")
PARAMETERS = ("gap_shock", "trend_drift", "bias_shock", "gap_persistence")
AVERAGED_YEARS = 5
ROBUST_ROUNDS = 5
DRAW_SEED = 20251
REPEATS = 1e-6


@dataclass(frozen=True)
class Measurements:
    """What the model sees.

    `table` (year × MEASUREMENTS, nan where missing) and `inputs`, the growth contribution
    of capital, labour and human capital by year.
    """

    table: pd.DataFrame
    inputs: pd.Series


class TrendGapModel(MLEModel):  # type: ignore[misc]
    """The state-space form; parameters are logs of the standard deviations and logit phi.

    Parameters
    ----------
    measurements : Measurements
        Rows 1979-2025.
    parameters : GrowthParameters
        Noise, priors and the break of the bias.
    extra_variance : array, shape (years,)
        Added to the variance of the released rate of each year.
    """

    def __init__(
        self,
        measurements: Measurements,
        parameters: GrowthParameters,
        extra_variance: Array | None = None,
    ) -> None:
        years = measurements.table.index.to_numpy()
        super().__init__(measurements.table.to_numpy(), k_states=len(STATES), k_posdef=3)
        self.settings = parameters
        self.years = years
        self.extra = np.zeros(len(years)) if extra_variance is None else extra_variance
        self.inputs_by_year = measurements.inputs.to_numpy()
        self._fixed_matrices()

    @property
    def start_params(self) -> Array:
        """Means of the priors."""
        return np.array([mean for mean, _ in self.priors()])

    @property
    def param_names(self) -> list[str]:
        """Names of the transformed parameters."""
        return ["log_gap_shock", "log_trend_drift", "log_bias_shock", "logit_gap_persistence"]

    def priors(self) -> list[tuple[float, float]]:
        """Mean and standard deviation of the normal prior of each transformed parameter."""
        s = self.settings
        out = [
            (float(np.log(s.value(f"prior_{name}"))), s.sigma(f"prior_{name}"))
            for name in PARAMETERS[:3]
        ]
        phi = s.value("prior_gap_persistence")
        return [*out, (float(np.log(phi / (1.0 - phi))), s.sigma("prior_gap_persistence"))]

    def _fixed_matrices(self) -> None:
        count, size = len(self.years), len(STATES)
        s = self.settings
        design = np.zeros((3, size))
        design[0, [0, 1, 2, 3]] = 1.0, 1.0, -1.0, 1.0
        design[1, 3] = 1.0
        design[2, 4] = 1.0 / AVERAGED_YEARS
        self["design"] = design
        self["obs_intercept"] = np.vstack([self.inputs_by_year, np.zeros((2, count))])
        noise = np.zeros((3, 3, count))
        noise[0, 0] = s.sigma("released_noise") ** 2 + self.extra
        noise[1, 1] = s.sigma("vintage_gap_noise") ** 2
        noise[2, 2] = s.sigma("five_year_sigma") ** 2
        self["obs_cov"] = noise
        selection = np.zeros((size, 3))
        selection[0, 0] = selection[1, 1] = selection[3, 2] = 1.0
        selection[4, :2] = 1.0
        self["selection"] = selection

    def update(self, params: Any, **kwargs: Any) -> None:
        """Fill the matrices that depend on the parameters."""
        params = super().update(params, **kwargs)
        gap_sd, drift_sd, bias_sd = (float(np.exp(value)) for value in params[:3])
        phi = float(1.0 / (1.0 + np.exp(-params[3])))
        rho = self.settings.value("bias_persistence")
        count, size = len(self.years), len(STATES)
        transition = np.zeros((size, size, count))
        transition[0, 0] = 1.0
        transition[1, 1] = phi
        transition[2, 1] = 1.0
        transition[3, 3] = rho
        transition[4, 0] = 1.0
        transition[4, 1] = phi - 1.0
        ahead = self.years + 1
        transition[4, 4] = np.where(ahead % AVERAGED_YEARS == 1, 0.0, 1.0)
        self["transition"] = transition
        intercept = np.zeros((size, count))
        intercept[4, :-1] = self.inputs_by_year[1:]
        self["state_intercept"] = intercept
        shocks = np.zeros((3, 3, count))
        shocks[0, 0], shocks[1, 1], shocks[2, 2] = drift_sd**2, gap_sd**2, bias_sd**2
        shocks[2, 2, ahead < self.settings.year("bias_first_year")] = 0.0
        broken = ahead == self.settings.year("bias_break_year")
        shocks[2, 2, broken] += self.settings.sigma("bias_break_sigma") ** 2
        self["state_cov"] = shocks
        self._initial(gap_sd, phi)

    def _initial(self, gap_sd: float, phi: float) -> None:
        s = self.settings
        mean = np.array([s.value("prior_trend"), 0.0, 0.0, 0.0, 0.0])
        spread = np.zeros((len(STATES), len(STATES)))
        spread[0, 0] = s.sigma("prior_trend") ** 2
        gap = gap_sd**2 / (1.0 - phi**2)
        spread[1:3, 1:3] = gap * np.array([[1.0, phi], [phi, 1.0]])
        mean[4] = self.inputs_by_year[0] + mean[0]
        spread[4, 4] = spread[0, 0] + gap * 2.0 * (1.0 - phi)
        self.ssm.initialize_known(mean, spread)

    def log_posterior(self, params: Array) -> float:
        """Return the log likelihood plus the log of the priors (up to a constant)."""
        penalty = sum(
            ((value - mean) / sd) ** 2
            for value, (mean, sd) in zip(params, self.priors(), strict=True)
        )
        return float(self.loglike(params)) - 0.5 * float(penalty)


@dataclass(frozen=True)
class TrendGapFit:
    """Result of the state-space model.

    `parameters` (mode, natural units) and `parameter_sd` (transformed units, Hessian);
    `mode` and `mode_covariance` of the transformed parameters, `extra_variance` of the
    released rates (robust weights); `mean` and `covariance` of (trend, gap, logit
    persistence) in the last year, over states and parameters; `smoothed` by year: trend,
    gap, bias, true_growth and their standard deviations (`_sd`); `weights` of the released
    rates (1 = full).
    """

    parameters: dict[str, float]
    parameter_sd: dict[str, float]
    mode: Array
    mode_covariance: Array
    extra_variance: Array
    mean: Array
    covariance: Array
    smoothed: pd.DataFrame
    weights: pd.Series
    residuals: pd.Series
    log_posterior: float
    fitted: pd.DataFrame = field(repr=False)


def fit_trend_gap(
    measurements: Measurements, parameters: GrowthParameters, *, robust: bool = True
) -> TrendGapFit:
    """Fit the model and return states and parameters with their uncertainty.

    Parameters
    ----------
    measurements : Measurements
        What is observed.
    parameters : GrowthParameters
        Settings and priors.
    robust : bool
        Raise the variance of released rates whose one-step residual lies beyond
        `robust_threshold` standard deviations, until it lies on it.

    Returns
    -------
    TrendGapFit

    Raises
    ------
    InputError
        The maximum was not found, or it is not a maximum in every direction.

    References
    ----------
    Harvey (1989), Forecasting, Structural Time Series Models and the Kalman Filter;
    Durbin & Koopman (2012), Time Series Analysis by State Space Methods, chapters 4 and 7;
    Stock & Watson (1998), JASA 93; Huber (1964), Annals of Mathematical Statistics 35.
    """
    extra = np.zeros(len(measurements.table))
    threshold = parameters.value("robust_threshold")
    for _ in range(ROBUST_ROUNDS if robust else 1):
        model = TrendGapModel(measurements, parameters, extra)
        mode = _maximise(model)
        errors, variances = _one_step(model, mode)
        wanted = errors**2 / threshold**2 - (variances - extra)
        update = np.where(np.isnan(wanted), 0.0, np.maximum(wanted, 0.0))
        if not robust or np.max(np.abs(update - extra)) < REPEATS:
            break
        extra = update
    return _summarise(model, mode, parameters.year("parameter_draws"))


def _maximise(model: TrendGapModel) -> Array:
    def objective(params: Array) -> float:
        return -model.log_posterior(params)

    found = optimize.minimize(
        objective, model.start_params, method="BFGS", options={"gtol": 1e-5, "maxiter": 500}
    )
    if not np.isfinite(found.fun) or np.max(np.abs(found.jac)) > 1e-2:
        raise InputError("the state-space model of growth did not converge", found=found.message)
    return np.asarray(found.x, dtype=np.float64)


def _one_step(model: TrendGapModel, params: Array) -> tuple[Array, Array]:
    """Return one-step errors and variances of the released rates, unconditional on others."""
    model.update(params)
    result = model.ssm.filter()
    return (
        np.asarray(result.forecasts_error[0], dtype=np.float64),
        np.asarray(result.forecasts_error_cov[0, 0], dtype=np.float64),
    )


def _smooth(model: TrendGapModel, params: Array) -> tuple[Array, Array]:
    """Return smoothed states (5, years) and their covariances (5, 5, years)."""
    model.update(params)
    result = model.ssm.smooth()
    return np.asarray(result.smoothed_state), np.asarray(result.smoothed_state_cov)


def _summarise(model: TrendGapModel, mode: Array, draws: int) -> TrendGapFit:
    hessian = approx_hess(mode, model.log_posterior)
    if not (linalg.eigvalsh(-hessian) > 0.0).all():
        raise InputError("the growth model is not at a maximum of its posterior")
    spread = linalg.inv(-hessian)
    spread = 0.5 * (spread + spread.T)
    generator = np.random.default_rng(DRAW_SEED)
    sample = generator.standard_normal((draws // 2, len(mode)))
    sample = np.vstack([sample, -sample])
    points = mode + sample @ linalg.cholesky(spread, lower=True).T
    paths, last_mean, last_cov = [], [], []
    for point in points:
        states, covariances = _smooth(model, point)
        paths.append((states, covariances))
        last_mean.append([states[0, -1], states[1, -1], point[3]])
        inner = np.zeros((3, 3))
        inner[:2, :2] = covariances[:2, :2, -1]
        last_cov.append(inner)
    means = np.array(last_mean)
    covariance = np.mean(last_cov, axis=0) + np.cov(means, rowvar=False, ddof=0)
    errors, variances = _one_step(model, mode)
    years = pd.Index(model.years, name="year")
    noise = model.settings.sigma("released_noise") ** 2
    natural = np.array([*np.exp(mode[:3]), 1.0 / (1.0 + np.exp(-mode[3]))])
    smoothed = _smoothed_table(model, paths, years)
    return TrendGapFit(
        parameters=dict(zip(PARAMETERS, natural.tolist(), strict=True)),
        parameter_sd=dict(zip(PARAMETERS, np.sqrt(np.diag(spread)).tolist(), strict=True)),
        mode=mode,
        mode_covariance=spread,
        extra_variance=model.extra,
        mean=means.mean(axis=0),
        covariance=0.5 * (covariance + covariance.T),
        smoothed=smoothed,
        weights=pd.Series((variances - model.extra) / variances, index=years),
        residuals=pd.Series(errors / np.sqrt(variances), index=years),
        log_posterior=model.log_posterior(mode),
        fitted=_fitted(model, smoothed, noise),
    )


def _smoothed_table(
    model: TrendGapModel, paths: list[tuple[Array, Array]], years: pd.Index
) -> pd.DataFrame:
    """Mean and standard deviation of states by year, over states and parameters."""
    growth_row = np.array([1.0, 1.0, -1.0, 0.0, 0.0])
    rows = {
        "trend": np.eye(len(STATES))[0],
        "gap": np.eye(len(STATES))[1],
        "bias": np.eye(len(STATES))[3],
        "tfp_growth": growth_row,
    }
    table = pd.DataFrame(index=years)
    for name, row in rows.items():
        values = np.array([row @ states for states, _ in paths])
        inner = np.array([np.einsum("i,ijt,j->t", row, cov, row) for _, cov in paths])
        table[name] = values.mean(axis=0)
        table[f"{name}_sd"] = np.sqrt(inner.mean(axis=0) + values.var(axis=0))
    table["true_growth"] = table["tfp_growth"] + model.inputs_by_year
    table["true_growth_sd"] = table["tfp_growth_sd"]
    five = np.array([states[4] for states, _ in paths]) / AVERAGED_YEARS
    table["five_year_average"] = five.mean(axis=0)
    return table


def _fitted(model: TrendGapModel, smoothed: pd.DataFrame, noise: float) -> pd.DataFrame:
    """Fitted value of each measurement and the standard deviation of its noise."""
    out = pd.DataFrame(index=smoothed.index)
    out["released"] = smoothed["true_growth"] + smoothed["bias"]
    out["vintages"] = smoothed["bias"]
    out["five_year_average"] = smoothed["five_year_average"]
    out["released_noise"] = np.sqrt(noise + model.extra)
    return out
