"""Scores that pick a draw of the base pack, and what the growth draw hands to the inputs."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.ensemble.compiled import exact_kernel, exact_step
from sim.ensemble.normal import exceedance
from sim.ensemble.plan import IntArray, SamplingPlan

FloatArray = npt.NDArray[np.float64]

CENTRE = -1


@exact_kernel
def pick_draws(score: FloatArray, draws: int, picked: IntArray) -> None:
    """Fill floor(M Phi(z)), at most M - 1."""
    for b in range(picked.shape[0]):
        index = int(exceedance(-score[b]) * draws)
        picked[b] = min(index, draws - 1)


@exact_kernel
def pick_growth_draws(plan: SamplingPlan, deviates: FloatArray, picked: IntArray) -> None:
    """Fill the number of each draw's growth draw; -1 where no input picks one."""
    picked[:] = CENTRE
    if plan.growth_row >= 0:
        pick_draws(deviates[plan.growth_row], plan.state.shape[1], picked)


@exact_step
def apply_growth_draws(
    plan: SamplingPlan, deviates: FloatArray, first: int, last: int, picked: IntArray
) -> None:
    """Take states and widths of shocks from the growth draw, in columns first to last - 1.

    `picked` (block,) is scratch.
    """
    if plan.growth_row < 0:
        return
    pick_growth_draws(plan, deviates, picked)
    for s in range(plan.state_row.shape[0]):
        own = deviates[plan.state_row[s]]
        for b in range(first, last):
            own[b] = plan.state[s, picked[b]]
    for s in range(plan.width_input.shape[0]):
        start = plan.row[plan.width_input[s]]
        for y in range(plan.year.shape[0]):
            own = deviates[start + y]
            for b in range(first, last):
                own[b] *= plan.width[s, picked[b]]
