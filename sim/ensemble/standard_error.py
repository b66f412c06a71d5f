"""Standard errors of means and probabilities, by how the draws were made.

Independent draws, antithetic pairs and replicates of Sobol points have one rule: the
draws are split into groups that are independent of one another; the mean over all draws
is the mean of the group means, and its error is their standard deviation over the root
of their number. A group is one draw, one pair of mirror images, or one replicate (Owen
2013, Monte Carlo theory, methods and examples, sections 8.2 and 17.3).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.errors import InputError

FloatArray = npt.NDArray[np.float64]


class MeanError(NamedTuple):
    """A mean over draws and its Monte Carlo error.

    Attributes
    ----------
    mean, standard_error : ndarray
        Without the last axis of what was averaged.
    """

    mean: FloatArray
    standard_error: FloatArray


def mean_error(values: FloatArray, group: int) -> MeanError:
    """Return mean and standard error of draws that come in groups.

    Parameters
    ----------
    values : ndarray, shape (..., n_draw)
        Results, or 0 and 1 for a probability, in the order of the draws.
    group : int
        `Design.group_size` of `sim.ensemble.methods`.

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
    return MeanError(means.mean(axis=-1), spread / math.sqrt(count))
