"""From random numbers to deviations: every uncertain input in every draw of a block.

Drawn once for all scenarios (common random numbers). Order of the work within a block, fixed so
that bits never depend on the block: scores z by stream; correlated innovations L z, summed over
the columns in permanent order; time structure; marginal distribution; median subtracted; growth
draw. What the deviations do to the drivers of a scenario: `sim.ensemble.drivers`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from sim.ensemble import distributions
from sim.ensemble.compiled import allocating_kernel, exact_step, fused
from sim.ensemble.normal import normals
from sim.ensemble.picks import CENTRE, apply_growth_draws, pick_draws
from sim.ensemble.plan import IntArray, SamplingPlan
from sim.ensemble.random import GROUP, centred_group
from sim.ensemble.sobol import sobol_group

FloatArray = npt.NDArray[np.float64]

_GAUSSIAN = distributions.GAUSSIAN
_INDEX = distributions.INDEX
_SLIP = distributions.SLIP


@exact_step
def _fill_scores(
    plan: SamplingPlan,
    first_draw: int,
    deviates: FloatArray,
    words: npt.NDArray[np.uint64],
    uniform: FloatArray,
    score: FloatArray,
) -> None:
    """Fill the independent standard normals of every input and year.

    Draws come in groups of 128; of the groups at the ends only what lies in the block is
    kept. `words`, `uniform` and `score` (128,) are scratch.
    """
    block = deviates.shape[1]
    for group in range(first_draw // GROUP, (first_draw + block - 1) // GROUP + 1):
        start = group * GROUP
        low, high = max(start, first_draw), min(start + GROUP, first_draw + block)
        for i in range(plan.key.shape[0]):
            n_year = 1 if plan.constant[i] else plan.year.shape[0]
            for y in range(n_year):
                row = plan.row[i] + y
                if plan.points > 0:
                    replicate = start // plan.points
                    point = start - replicate * plan.points
                    direction, shift = plan.direction[replicate, row], plan.shift[replicate, row]
                    sobol_group(direction, shift, point, words, uniform)
                else:
                    year = 0 if plan.constant[i] else plan.year[y]
                    centred_group(plan.key[i], year, group, plan.mirrored, uniform)
                kept = deviates[row, low - first_draw : high - first_draw]
                if kept.shape[0] == GROUP:
                    normals(uniform, kept)
                else:
                    normals(uniform, score)
                    for b in range(high - low):  # an assignment of rows takes long to compile
                        kept[b] = score[low - start + b]


@exact_step
def _correlate(plan: SamplingPlan, deviates: FloatArray) -> None:
    """Turn independent scores into correlated innovations, in place.

    Rows are done from the last input to the first: row i of the factor needs the scores
    of the inputs before it only.
    """
    for i in range(plan.key.shape[0] - 1, -1, -1):
        first = plan.factor_start[i]
        last = plan.factor_start[i + 1] - 1
        if last == first:
            continue
        n_year = 1 if plan.constant[i] else plan.year.shape[0]
        for y in range(n_year):
            own = deviates[plan.row[i] + y]
            diagonal = plan.factor[last]
            for b in range(own.shape[0]):
                own[b] *= diagonal
            for k in range(first, last):
                other = deviates[plan.row[plan.factor_column[k]] + y]
                weight = plan.factor[k]
                for b in range(own.shape[0]):
                    own[b] = fused(weight, other[b], own[b])


@exact_step
def _apply_time_structure(plan: SamplingPlan, deviates: FloatArray) -> None:
    """Turn yearly innovations into scores with the input's time structure, in place."""
    for i in range(plan.key.shape[0]):
        if plan.constant[i]:
            continue
        if plan.walk[i]:
            keep, fresh = 1.0, 1.0
        else:
            keep, fresh = plan.persistence[i], plan.innovation[i]
        if keep == 0.0:
            continue
        for y in range(1, plan.year.shape[0]):
            before = deviates[plan.row[i] + y - 1]
            now = deviates[plan.row[i] + y]
            for b in range(now.shape[0]):
                now[b] = fused(keep, before[b], fresh * now[b])


@exact_step
def _apply_slip(
    score: FloatArray, shape: float, probability_zero: float, median: float, given: FloatArray
) -> None:
    """Turn scores into delays relative to their median, less one, in place.

    `distributions.slip` in the steps that vectorise one by one; `given` is scratch.
    """
    for b in range(score.shape[0]):
        given[b] = distributions.exceedance_of_delay(score[b], probability_zero)
    for b in range(score.shape[0]):
        score[b] = distributions.cumulative_hazard(given[b])
    for b in range(score.shape[0]):
        score[b] = distributions.delay(given[b], score[b], shape) / median - 1.0


@exact_step
def _apply_marginals(
    plan: SamplingPlan, deviates: FloatArray, base_draw: IntArray, room: FloatArray
) -> None:
    """Turn scores into deviations from the median, in place; pick the base draws.

    `room` (block,) is scratch.
    """
    for i in range(plan.key.shape[0]):
        code = plan.code[i]
        parameter = plan.parameter[i]
        score = deviates[plan.row[i]]
        if code == _INDEX:
            if plan.row[i] != plan.growth_row:
                pick_draws(score, plan.base_draws, base_draw)
        elif code == _SLIP:
            _apply_slip(score, parameter[4], parameter[5], plan.median[i], room)
        elif code != _GAUSSIAN:
            n_year = 1 if plan.constant[i] else plan.year.shape[0]
            for y in range(n_year):
                score = deviates[plan.row[i] + y]
                for b in range(score.shape[0]):
                    score[b] = distributions.quantile(code, score[b], parameter) - plan.median[i]


@allocating_kernel
def sample_block(
    plan: SamplingPlan, first_draw: int, deviates: FloatArray, base_draw: IntArray
) -> None:
    """Fill the deviates of draws first_draw, first_draw + 1, ...

    Parameters
    ----------
    plan : SamplingPlan
    first_draw : int
        Not negative.
    deviates : ndarray, shape (plan.n_row, block)
        Receives, row by row, the standard score of Gaussian inputs (times the width that
        the growth draw gives), the standardised deviation of posterior states, a slip's
        delay over its median less one, and x minus its median for the others.
    base_draw : ndarray of int64, shape (block,)
        Receives the draw of the base year; -1 (its centre) where no input picks one.
    """
    base_draw[:] = CENTRE
    words, rooms = np.empty(GROUP, np.uint64), np.empty((2, GROUP))
    _fill_scores(plan, first_draw, deviates, words, rooms[0], rooms[1])
    _correlate(plan, deviates)
    _apply_time_structure(plan, deviates)
    _apply_marginals(plan, deviates, base_draw, np.empty(deviates.shape[1]))
    block = deviates.shape[1]
    apply_growth_draws(plan, deviates, 0, block, np.empty(block, np.int64))


@allocating_kernel
def sample_centre(plan: SamplingPlan, deviates: FloatArray, base_draw: IntArray) -> None:
    """Fill the deviates of the central path: every score zero, every input at its median.

    Arguments as in `sample_block`; `base_draw` receives -1, the centre of the base year.
    """
    deviates[:] = 0.0
    _correlate(plan, deviates)
    _apply_time_structure(plan, deviates)
    _apply_marginals(plan, deviates, base_draw, np.empty(deviates.shape[1]))
    base_draw[:] = CENTRE


@allocating_kernel
def sample_alone(
    plan: SamplingPlan, score: float, deviates: FloatArray, base_draw: IntArray
) -> None:
    """Fill one column per input: that input moved by `score`, the others at zero.

    A constant stands at `score`, the growth draw with all that it decides; the innovations
    of a yearly input stand at `score` over the root of the number of years, so that their
    sum over the years is one as likely.
    `deviates` has one column an input and further ones, which hold the central path.
    Arguments as in `sample_block`.
    """
    n_input = plan.key.shape[0]
    deviates[:] = 0.0
    for i in range(n_input):
        rows = 1 if plan.constant[i] else plan.year.shape[0]
        for y in range(rows):
            deviates[plan.row[i] + y, i] = score / math.sqrt(rows)
    _apply_time_structure(plan, deviates)
    _apply_marginals(plan, deviates, base_draw, np.empty(deviates.shape[1]))
    picked = np.empty(deviates.shape[1], np.int64)
    for b in range(base_draw.shape[0]):
        growth = b < n_input and plan.row[b] == plan.growth_row
        if growth:
            apply_growth_draws(plan, deviates, b, b + 1, picked)
        if b >= n_input or plan.code[b] != _INDEX or growth:
            base_draw[b] = CENTRE
