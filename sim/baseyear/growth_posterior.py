"""Joint posterior draws of states and parameters of the trend-and-gap model.

Parameters are drawn by random-walk Metropolis from the posterior whose mode and curvature
`growth_statespace` finds; for each of them one path of the states is drawn by the
simulation smoother (Durbin & Koopman 2002). The robust weights are held at their estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import linalg

from sim.baseyear.growth_parameters import GrowthParameters
from sim.baseyear.growth_statespace import STATES, Measurements, TrendGapFit, TrendGapModel
from sim.errors import InputError

Array = npt.NDArray[np.float64]
GROWTH_PARAMETERS = (
    "tfp_growth_trend",
    "output_gap_2025",
    "gap_persistence",
    "gap_shock_sd",
    "trend_drift_sd",
)
SEED = 20252
OPTIMAL_SCALE = 2.38
LARGEST_R_HAT = 1.05


@dataclass(frozen=True)
class Posterior:
    """Joint draws and what a referee asks of the chains.

    `parameters` (draws, 4), transformed as in `TrendGapModel.param_names`; `trend`, `gap`
    and `bias` (draws, years); `years`; `acceptance` by chain; `r_hat` and `effective`
    (draws kept after warm-up, before thinning) by transformed parameter.
    """

    parameters: Array
    trend: Array
    gap: Array
    bias: Array
    years: npt.NDArray[np.int64]
    acceptance: Array
    r_hat: Array
    effective: Array

    @property
    def transformed(self) -> Array:
        """Trend and gap of the last year, logit persistence, log gap shock, log drift."""
        own = self.parameters
        return np.column_stack(
            [self.trend[:, -1], self.gap[:, -1], own[:, 3], own[:, 0], own[:, 1]]
        )


def simulate_posterior(
    measurements: Measurements, parameters: GrowthParameters, fit: TrendGapFit
) -> Posterior:
    """Draw parameters and states from their joint posterior.

    Parameters
    ----------
    measurements : Measurements
        What the fit saw.
    parameters : GrowthParameters
        Priors and noise; `posterior_chains`, `posterior_warm_up`, `posterior_thinning` and
        `posterior_draws` (over all chains).
    fit : TrendGapFit
        Mode, curvature and robust variances.

    Returns
    -------
    Posterior

    Raises
    ------
    InputError
        The chains disagree (split R-hat above 1.05).

    References
    ----------
    Metropolis et al. (1953); Roberts, Gelman & Gilks (1997), Annals of Applied Probability
    7, for the scale 2.38/sqrt(4); Durbin & Koopman (2002), Biometrika 89; Gelman et al.
    (2013), Bayesian Data Analysis, equations 11.4 (R-hat) and 11.8 (effective size).
    """
    model = TrendGapModel(measurements, parameters, fit.extra_variance)
    root = linalg.cholesky(fit.mode_covariance, lower=True)
    chains = parameters.year("posterior_chains")
    thinning = parameters.year("posterior_thinning")
    kept = parameters.year("posterior_draws") // chains * thinning
    streams = [np.random.default_rng([SEED, chain]) for chain in range(chains)]
    runs = [
        _chain(model, fit.mode, root, parameters.year("posterior_warm_up"), kept, stream)
        for stream in streams
    ]
    samples = np.stack([path for path, _ in runs])
    r_hat, effective = split_r_hat(samples), effective_size(samples)
    if not (r_hat < LARGEST_R_HAT).all():
        raise InputError(
            "the chains of the growth model disagree",
            key="split R-hat",
            found=f"{r_hat.max():.3f}",
            allowed=f"below {LARGEST_R_HAT}",
        )
    points = samples[:, thinning - 1 :: thinning].reshape(-1, samples.shape[-1])
    states = _simulate_states(model, points, np.random.default_rng([SEED, chains]))
    return Posterior(
        parameters=points,
        trend=states[:, STATES.index("trend")],
        gap=states[:, STATES.index("gap")],
        bias=states[:, STATES.index("bias")],
        years=model.years,
        acceptance=np.array([share for _, share in runs]),
        r_hat=r_hat,
        effective=effective,
    )


def _chain(
    model: TrendGapModel,
    mode: Array,
    root: Array,
    warm_up: int,
    kept: int,
    stream: np.random.Generator,
) -> tuple[Array, float]:
    """Return the kept points (kept, 4) of one chain and the share of accepted proposals.

    The chain starts twice as widely spread as the posterior, so that R-hat can tell.
    """
    size = len(mode)
    point = mode + 2.0 * root @ stream.standard_normal(size)
    value = model.log_posterior(point)
    steps = OPTIMAL_SCALE / np.sqrt(size) * stream.standard_normal((warm_up + kept, size)) @ root.T
    chances = np.log(stream.random(warm_up + kept))
    path, accepted = np.empty((kept, size)), 0
    for i, (step, chance) in enumerate(zip(steps, chances, strict=True)):
        proposed = model.log_posterior(point + step)
        if chance < proposed - value:
            point, value = point + step, proposed
            accepted += i >= warm_up
        if i >= warm_up:
            path[i - warm_up] = point
    return path, accepted / kept


def _simulate_states(model: TrendGapModel, points: Array, stream: np.random.Generator) -> Array:
    """Return one draw of the states for each point: (points, states, years)."""
    smoother = model.simulation_smoother()
    out = np.empty((len(points), model.k_states, model.nobs))
    for i, point in enumerate(points):
        model.update(point)
        smoother.simulate(rng=stream)
        out[i] = smoother.simulated_state
    return out


def split_r_hat(samples: Array) -> Array:
    """Return the potential scale reduction of split chains (chains, draws, parameters)."""
    chains, draws, size = samples.shape
    half = draws // 2
    split = samples[:, : 2 * half].reshape(2 * chains, half, size)
    within = split.var(axis=1, ddof=1).mean(axis=0)
    between = half * split.mean(axis=1).var(axis=0, ddof=1)
    out: Array = np.sqrt(((half - 1) / half * within + between / half) / within)
    return out


def effective_size(samples: Array) -> Array:
    """Return the effective number of draws by parameter of chains (chains, draws, parameters).

    Autocorrelations are summed in pairs while the pairs stay positive (Geyer 1992).
    """
    chains, draws, size = samples.shape
    centred = samples - samples.mean(axis=1, keepdims=True)
    padded = np.fft.rfft(centred, n=2 * draws, axis=1)
    covariance = np.fft.irfft(np.abs(padded) ** 2, axis=1)[:, :draws].mean(axis=0) / draws
    between = samples.mean(axis=1).var(axis=0, ddof=1)
    total = covariance[0] + between
    correlation = 1.0 - (covariance[0] - covariance) / total
    out = np.empty(size)
    for k in range(size):
        pairs = correlation[: draws // 2 * 2, k].reshape(-1, 2).sum(axis=1)
        negative = np.flatnonzero(pairs < 0.0)
        end = int(negative[0]) if negative.size else len(pairs)
        out[k] = chains * draws / max(2.0 * float(pairs[:end].sum()) - 1.0, 1.0)
    return out


def shrunk_draws(
    posterior: Posterior, target: float, weight: float, choice_variance: float
) -> pd.DataFrame:
    """Apply the stated shrinkage rule to each draw and add what the choices leave open.

    The long record is a further measurement of the trend with variance ``V (1-w)/w``. A
    draw x takes it as ``x + k (target + e - x_0)`` with ``k = w cov(x, x_0) / V`` and
    e of that variance, which gives the draws the mean and covariance of the update (the
    perturbed observations of Burgers, van Leeuwen & Evensen 1998). Standard deviations
    move in logs and the persistence in logits.

    Parameters
    ----------
    posterior : Posterior
        Draws before shrinkage.
    target, weight : float
        Mean of the long record and its weight w in [0, 1].
    choice_variance : float
        Variance of the trend through the choices of the accounts.

    Returns
    -------
    pandas.DataFrame
        One row a draw, columns `GROWTH_PARAMETERS` in natural units.
    """
    draws = posterior.transformed
    noise = np.random.default_rng([SEED, len(draws)]).standard_normal((2, len(draws)))
    if weight > 0.0:
        covariance = np.cov(draws, rowvar=False)
        inner = covariance[0, 0]
        seen = target + np.sqrt(inner * (1.0 - weight) / weight) * noise[0]
        draws = draws + np.outer(seen - draws[:, 0], weight * covariance[0] / inner)
    trend = draws[:, 0] + np.sqrt(choice_variance) * noise[1]
    persistence = 1.0 / (1.0 + np.exp(-draws[:, 2]))
    values = [trend, draws[:, 1], persistence, np.exp(draws[:, 3]), np.exp(draws[:, 4])]
    return pd.DataFrame(np.column_stack(values), columns=list(GROWTH_PARAMETERS))
