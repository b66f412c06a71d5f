"""Standard errors of means and probabilities, by how the draws were made.

Independent draws, antithetic pairs and replicates of Sobol points have one rule: the
draws are split into groups that are independent of one another; the mean over all draws
is the mean of the group means, and its error is their standard deviation over the root
of their number. A group is one draw, one pair of mirror images, or one replicate. With
few groups the interval takes Student's t (Owen 2013, Monte Carlo theory, methods and
examples, sections 8.2 and 17.3).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.ensemble.sampler import Sampler
from sim.errors import InputError

FloatArray = npt.NDArray[np.float64]


class MeanError(NamedTuple):
    """A mean over draws and its Monte Carlo error.

    Attributes
    ----------
    mean, standard_error : ndarray
        Without the last axis of what was averaged.
    degrees : int
        Degrees of freedom of the standard error: groups less one.
    """

    mean: FloatArray
    standard_error: FloatArray
    degrees: int

    def half_width(self, level: float = 0.95) -> FloatArray:
        """Half the width of the confidence interval of the mean (Student's t)."""
        from scipy.special import stdtrit

        return np.asarray(self.standard_error * stdtrit(self.degrees, 0.5 + 0.5 * level))


def group_size(sampler: Sampler) -> int:
    """Return how many consecutive draws make one independent group."""
    return int(sampler.plan.points) if sampler.plan.points > 0 else sampler.pair_size


def mean_error(values: FloatArray, group: int) -> MeanError:
    """Return mean and standard error of draws that come in groups.

    Parameters
    ----------
    values : ndarray, shape (..., n_draw)
        Results, or 0 and 1 for a probability, in the order of the draws.
    group : int
        From `group_size`.

    Raises
    ------
    InputError
        For less than two whole groups.
    """
    count = values.shape[-1] // group
    if count < 2 or count * group != values.shape[-1]:
        raise InputError(
            "an error needs two or more whole groups of draws",
            key="draws",
            found=values.shape[-1],
            allowed=f"a multiple of {group}",
        )
    return error_of_groups(values.reshape(*values.shape[:-1], count, group).mean(axis=-1))


def error_of_groups(means: FloatArray) -> MeanError:
    """Return mean and standard error from the means of equally large groups (..., n_group)."""
    count = means.shape[-1]
    spread = means.std(axis=-1, ddof=1)
    return MeanError(means.mean(axis=-1), spread / math.sqrt(count), count - 1)
