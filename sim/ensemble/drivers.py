"""From random numbers to drivers: the path of every driver in every draw of a block.

Two steps. `sample_block` draws the inputs' deviates once for all scenarios (common
random numbers); `apply_block` moves a scenario's central paths by them. `assemble_drivers`
does both. The central path goes through the same functions with every normal score at
zero, hence with every input at its median.

Order of the work within a block, fixed so that bits never depend on the block:
scores z by stream; correlated innovations L z, summed over the columns in permanent
order; time structure; marginal distribution; median subtracted; inputs of one driver
summed in permanent order, constants first; effect; clamp.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.ensemble import distributions
from sim.ensemble.compiled import exact_kernel
from sim.ensemble.normal import exponentials, normal_probability
from sim.ensemble.plan import DriverPlan, IntArray, SamplingPlan
from sim.ensemble.random import normals_with

FloatArray = npt.NDArray[np.float64]

CENTRE = -1
_GAUSSIAN = distributions.GAUSSIAN
_INDEX = distributions.INDEX
_SLIP = distributions.SLIP
_MULTIPLY = 1
_LOGIT = 2


class DriverBlock(NamedTuple):
    """The drivers of a block of draws.

    Attributes
    ----------
    drivers : float64, (n_driver, 1 + n_year, block)
        Base year first.
    slip : float64, (n_unit, block)
        Delay of each unit of the scenario in years.
    base_draw : int64, (block,)
        Draw of the base year; -1 stands for its centre.
    clamped : int64, (n_driver,)
        How many values (years times draws) a bound held back.
    """

    drivers: FloatArray
    slip: FloatArray
    base_draw: IntArray
    clamped: IntArray


@exact_kernel
def _fill_scores(plan: SamplingPlan, first_draw: int, deviates: FloatArray) -> None:
    """Fill the independent standard normals of every input and year."""
    block = deviates.shape[1]
    words = np.empty((2, block // 2 + 1), np.uint64)
    tail = np.empty((3, block))
    place = np.empty(block, np.int64)
    for i in range(plan.key.shape[0]):
        row = plan.row[i]
        if plan.constant[i]:
            normals_with(plan.key[i], 0, first_draw, deviates[row], words, tail, place)
        else:
            for y in range(plan.year.shape[0]):
                normals_with(
                    plan.key[i], plan.year[y], first_draw, deviates[row + y], words, tail, place
                )


@exact_kernel
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
            own *= plan.factor[last]
            for k in range(first, last):
                other = deviates[plan.row[plan.factor_column[k]] + y]
                weight = plan.factor[k]
                for b in range(own.shape[0]):
                    own[b] += weight * other[b]


@exact_kernel
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
                now[b] = keep * before[b] + fresh * now[b]


@exact_kernel
def _apply_marginals(plan: SamplingPlan, deviates: FloatArray, base_draw: IntArray) -> None:
    """Turn scores into deviations from the median, in place; pick the base draws."""
    for i in range(plan.key.shape[0]):
        code = plan.code[i]
        if code == _GAUSSIAN:
            continue
        if code == _INDEX:
            score = deviates[plan.row[i]]
            for b in range(base_draw.shape[0]):
                index = int(normal_probability(score[b]) * plan.base_draws)
                base_draw[b] = min(index, plan.base_draws - 1)
            continue
        n_year = 1 if plan.constant[i] else plan.year.shape[0]
        for y in range(n_year):
            score = deviates[plan.row[i] + y]
            for b in range(score.shape[0]):
                value = distributions.quantile(code, score[b], plan.parameter[i])
                if code == _SLIP:
                    score[b] = value / plan.median[i] - 1.0
                else:
                    score[b] = value - plan.median[i]


@exact_kernel
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
        Receives, row by row, the standard score of Gaussian inputs, a slip's delay over
        its median less one, and x minus its median for the others.
    base_draw : ndarray of int64, shape (block,)
        Receives the draw of the base year; -1 (its centre) where no input picks one.
    """
    base_draw[:] = CENTRE
    _fill_scores(plan, first_draw, deviates)
    _correlate(plan, deviates)
    _apply_time_structure(plan, deviates)
    _apply_marginals(plan, deviates, base_draw)


@exact_kernel
def sample_centre(plan: SamplingPlan, deviates: FloatArray, base_draw: IntArray) -> None:
    """Fill the deviates of the central path: every score zero, every input at its median.

    Arguments as in `sample_block`; `base_draw` receives -1, the centre of the base year.
    """
    deviates[:] = 0.0
    _correlate(plan, deviates)
    _apply_time_structure(plan, deviates)
    _apply_marginals(plan, deviates, base_draw)
    base_draw[:] = CENTRE


@exact_kernel
def sample_alone(
    plan: SamplingPlan, score: float, deviates: FloatArray, base_draw: IntArray
) -> None:
    """Fill one column per input: that input moved by `score`, the others at zero.

    A constant stands at `score`; the innovations of a yearly input stand at `score` over
    the root of the number of years, so that their sum over the years is one as likely.
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
    _apply_marginals(plan, deviates, base_draw)
    for b in range(base_draw.shape[0]):
        if b >= n_input or plan.code[b] != _INDEX:
            base_draw[b] = CENTRE


@exact_kernel
def _add_deviates(
    plan: DriverPlan, driver: int, year: int, constant: bool, deviates: FloatArray, x: FloatArray
) -> int:
    """Add to `x` the driver's constant or yearly inputs; return how many there are."""
    count = 0
    for k in range(plan.start[driver], plan.start[driver + 1]):
        i = plan.member[k]
        if plan.constant[i] != constant:
            continue
        count += 1
        amplitude = plan.amplitude[i]
        value = deviates[plan.row[i] + (0 if constant else year)]
        for b in range(x.shape[0]):
            x[b] += amplitude * value[b]
    return count


@exact_kernel
def _move(effect: int, centre: float, x: FloatArray, grown: FloatArray, out: FloatArray) -> None:
    """Apply the effect; `grown` holds exp(x) unless the effect is to add."""
    if effect == _MULTIPLY:
        for b in range(out.shape[0]):
            out[b] = centre * grown[b]
    elif effect == _LOGIT:
        for b in range(out.shape[0]):
            out[b] = centre * grown[b] / (1.0 + centre * (grown[b] - 1.0))
    else:
        for b in range(out.shape[0]):
            out[b] = centre + x[b]


@exact_kernel
def _clamp(lower: float, upper: float, out: FloatArray) -> int:
    """Hold `out` inside its range; NaN passes; return how many values were held back."""
    count = 0
    for b in range(out.shape[0]):
        value = out[b]
        count += int(value < lower) + int(value > upper)
        value = lower if value < lower else value
        out[b] = upper if value > upper else value
    return count


@exact_kernel
def apply_block(
    plan: DriverPlan,
    deviates: FloatArray,
    drivers: FloatArray,
    slip: FloatArray,
    clamped: IntArray,
) -> None:
    """Move a scenario's central paths by the deviates.

    Parameters
    ----------
    plan : DriverPlan
    deviates : ndarray, shape (n_row, block)
        From `sample_block` or `sample_centre`.
    drivers : ndarray, shape (n_driver, 1 + n_year, block)
        Receives the drivers, base year first, inside [lower, upper] where inputs move them.
    slip : ndarray, shape (n_unit, block)
        Receives the delay of each unit in years.
    clamped : ndarray of int64, shape (n_driver,)
        Is increased by the number of values held back by a bound.
    """
    block = deviates.shape[1]
    fixed, x, grown, scratch = np.empty(block), np.empty(block), np.empty(block), np.empty(block)
    for d in range(drivers.shape[0]):
        effect = plan.effect[d]
        first = plan.first[d] if plan.start[d] < plan.start[d + 1] else drivers.shape[1]
        for y in range(first):
            drivers[d, y] = plan.central[d, y]
        fixed[:] = 0.0
        _add_deviates(plan, d, 0, True, deviates, fixed)
        for y in range(first, drivers.shape[1]):
            x[:] = fixed
            yearly = _add_deviates(plan, d, y - 1, False, deviates, x)
            if effect != 0 and (y == first or yearly > 0):
                exponentials(x, grown, scratch)
            out = drivers[d, y]
            _move(effect, plan.central[d, y], x, grown, out)
            clamped[d] += _clamp(plan.lower[d], plan.upper[d], out)
    for u in range(slip.shape[0]):
        fixed[:] = 1.0
        for k in range(plan.slip_start[u], plan.slip_start[u + 1]):
            i = plan.slip_member[k]
            fixed += plan.amplitude[i] * deviates[plan.row[i]]
        for b in range(block):
            slip[u, b] = plan.central_slip[u] * max(fixed[b], 0.0)


def assemble_drivers(
    sampling: SamplingPlan,
    plan: DriverPlan,
    first_draw: int = 0,
    block: int = 1,
    *,
    central: bool = False,
) -> DriverBlock:
    """Return the drivers of draws first_draw to first_draw + block - 1.

    Parameters
    ----------
    sampling : SamplingPlan
        Shared by the scenarios of a run.
    plan : DriverPlan
        Of one scenario.
    first_draw, block : int
        Number of the first draw, and how many.
    central : bool
        Return the central path instead: every input at its median (`block` copies).

    Returns
    -------
    DriverBlock
    """
    n_driver, n_column = plan.central.shape
    deviates = np.empty((sampling.n_row, block))
    result = DriverBlock(
        drivers=np.empty((n_driver, n_column, block)),
        slip=np.empty((plan.central_slip.size, block)),
        base_draw=np.empty(block, np.int64),
        clamped=np.zeros(n_driver, np.int64),
    )
    if central:
        sample_centre(sampling, deviates, result.base_draw)
    else:
        sample_block(sampling, first_draw, deviates, result.base_draw)
    apply_block(plan, deviates, result.drivers, result.slip, result.clamped)
    return result
