"""A linear regression with a conjugate prior: posterior draws of its parameters."""

from __future__ import annotations

import csv
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.assess.backtest.information import DATA

Array = npt.NDArray[np.float64]
PRIOR_FILE = DATA / "reduced_form.csv"


@dataclass(frozen=True)
class Regression:
    """Normal-inverse-gamma posterior of ``y = X b + u``, ``u ~ N(0, s^2)``.

    Attributes
    ----------
    mean : array, shape (k,)
        Posterior mean of b.
    factor : array, shape (k, k)
        Its covariance is ``s^2 factor``.
    degrees, squares : float
        ``squares / s^2`` has a chi-square distribution with `degrees`.

    References
    ----------
    Zellner (1971), An Introduction to Bayesian Inference in Econometrics, chapter 3.
    """

    mean: Array
    factor: Array
    degrees: float
    squares: float

    @classmethod
    def flat(cls, y: Array, x: Array) -> Regression:
        """Return the posterior under the flat prior ``p(b, s) = 1 / s``."""
        factor = np.asarray(np.linalg.inv(x.T @ x), dtype=np.float64)
        mean = factor @ x.T @ y
        residual = y - x @ mean
        return cls(mean, factor, float(len(y) - x.shape[1]), float(residual @ residual))

    @classmethod
    def with_prior(
        cls, y: Array, x: Array, centre: Array, sigma: Array, shock: float, worth: float
    ) -> Regression:
        """Return the posterior under ``b ~ N(centre, sigma^2 s^2 / shock^2)``.

        Parameters
        ----------
        y, x : array, shapes (years,), (years, k)
            Data.
        centre, sigma : array, shape (k,)
            Prior mean and standard deviation of b.
        shock, worth : float
            Prior standard deviation of u, and the observations that it is worth.
        """
        precision = np.diag((shock / sigma) ** 2)
        total = precision + x.T @ x
        factor = np.asarray(np.linalg.inv(total), dtype=np.float64)
        mean = factor @ (precision @ centre + x.T @ y)
        squares = worth * shock**2 + y @ y + centre @ precision @ centre - mean @ total @ mean
        return cls(mean, factor, worth + len(y), float(squares))

    def draw(self, draws: int, generator: np.random.Generator) -> tuple[Array, Array]:
        """Return draws of b, shape (k, draws), and of s, shape (draws,)."""
        spread = np.sqrt(self.squares / generator.chisquare(self.degrees, draws))
        scores = generator.standard_normal((len(self.mean), draws))
        shift = np.linalg.cholesky(self.factor) @ scores
        return self.mean[:, None] + spread * shift, spread


def energy_response(growth: Array, activity: Array) -> Regression:
    """Return the posterior of ``growth = trend + elasticity · activity + shock``.

    Activity × intensity with a trend of intensity, in logs; the prior stands in
    `data/reduced_form.csv`.

    Parameters
    ----------
    growth, activity : array, shape (years,)
        Log growth of energy use or emissions, and of what drives it.
    """
    with PRIOR_FILE.open(encoding="utf-8", newline="") as stream:
        prior = {row["name"]: row for row in csv.DictReader(stream)}
    centre, sigma = (
        np.array([float(prior[name][column]) for name in ("trend", "elasticity")])
        for column in ("value", "sigma")
    )
    shock, worth = (float(prior["shock"][column]) for column in ("value", "sigma"))
    x = np.column_stack([np.ones(len(activity)), activity])
    return Regression.with_prior(growth, x, centre, sigma, shock, worth)


def respond(posterior: Regression, activity: Array, generator: np.random.Generator) -> Array:
    """Return draws of the response to draws of activity, both (horizon, draws)."""
    coefficients, spread = posterior.draw(activity.shape[1], generator)
    shocks = spread * generator.standard_normal(activity.shape)
    return np.asarray(coefficients[0] + coefficients[1] * activity + shocks)
