"""From deviations to drivers: the path of every driver in every draw of a block.

`sim.ensemble.deviates` draws the inputs' deviates once for all scenarios; `apply_block` moves a
scenario's central paths by them. `assemble_drivers` does both. The central path goes through the
same functions with every normal score at zero, hence with every input at its median.

Order of the work within a block, fixed so that bits never depend on the block: inputs of one
driver summed in permanent order, constants first; effect; clamp.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.ensemble.compiled import exact_formula, exact_kernel, exact_step, fused
from sim.ensemble.deviates import sample_block, sample_centre
from sim.ensemble.normal import exponential
from sim.ensemble.plan import DriverPlan, IntArray, SamplingPlan

FloatArray = npt.NDArray[np.float64]

_CONSTANT = -1
_ADD = 0
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


@exact_formula
def _add_deviates(
    plan: DriverPlan, driver: int, year: int, deviates: FloatArray, start: FloatArray, x: FloatArray
) -> int:
    """Fill `x` with `start` and the driver's inputs; return how many were added.

    Constant inputs are added where `year` is -1, else the yearly ones of that year.
    """
    count = 0
    for k in range(plan.start[driver], plan.start[driver + 1]):
        i = plan.member[k]
        if plan.constant[i] != (year < 0):
            continue
        amplitude = plan.amplitude[i]
        value = deviates[plan.row[i] + max(year, 0)]
        if count == 0:
            for b in range(x.shape[0]):
                x[b] = fused(amplitude, value[b], start[b])
        else:
            for b in range(x.shape[0]):
                x[b] = fused(amplitude, value[b], x[b])
        count += 1
    if count == 0:
        for b in range(x.shape[0]):
            x[b] = start[b]
    return count


@exact_formula
def _held(value: float, lower: float, upper: float) -> float:
    """`value` inside its range; NaN passes."""
    value = lower if value < lower else value
    return upper if value > upper else value


@exact_formula
def _moved(effect: int, centre: float, x: float) -> float:
    """`centre` moved by x, or by exp(x), which `x` is unless the effect is to add."""
    if effect == _MULTIPLY:
        return centre * x
    if effect == _LOGIT:
        return centre * x / (1.0 + centre * (x - 1.0))
    return centre + x


@exact_step
def _move(
    effect: int,
    centre: float,
    lower: float,
    upper: float,
    x: FloatArray,
    out: FloatArray,
    used: int,
) -> int:
    """Apply the effect and the bounds; return how many of `used` values a bound held back."""
    count = 0
    for b in range(used):
        value = _moved(effect, centre, x[b])
        count += int(value < lower) + int(value > upper)
        out[b] = _held(value, lower, upper)
    for b in range(used, out.shape[0]):
        out[b] = _held(_moved(effect, centre, x[b]), lower, upper)
    return count


@exact_kernel
def apply_block(
    plan: DriverPlan,
    which: IntArray,
    deviates: FloatArray,
    drivers: FloatArray,
    slip: FloatArray,
    clamped: IntArray,
    used: int,
    rooms: FloatArray,
) -> None:
    """Move a scenario's central paths by the deviates.

    Parameters
    ----------
    plan : DriverPlan
    which : ndarray of int64
        The drivers to be moved; the others stay as they are.
    deviates : ndarray, shape (n_row, block)
        From `sample_block` or `sample_centre`.
    drivers : ndarray, shape (n_driver, 1 + n_year, block)
        Receives the drivers, base year first, inside [lower, upper] where inputs move them.
    slip : ndarray, shape (n_unit, block)
        Receives the delay of each unit in years.
    clamped : ndarray of int64, shape (n_driver,)
        Is increased by the number of values held back by a bound.
    used : int
        Number of leading draws that `clamped` counts.
    rooms : ndarray, shape (3, block)
        Scratch.
    """
    block = deviates.shape[1]
    none, fixed, x = rooms[0], rooms[1], rooms[2]
    none[:] = 0.0
    for d in which:
        effect = plan.effect[d]
        lower, upper = plan.lower[d], plan.upper[d]
        first = plan.first[d] if plan.start[d] < plan.start[d + 1] else drivers.shape[1]
        for y in range(first):
            drivers[d, y] = plan.central[d, y]
        _add_deviates(plan, d, _CONSTANT, deviates, none, fixed)
        yearly = 1
        for y in range(first, drivers.shape[1]):
            if yearly > 0:  # else x of the year before is this year's too
                yearly = _add_deviates(plan, d, max(y - 1, 0), deviates, fixed, x)
                if effect != _ADD:
                    for b in range(block):
                        x[b] = exponential(x[b])
            clamped[d] += _move(effect, plan.central[d, y], lower, upper, x, drivers[d, y], used)
    for u in range(slip.shape[0]):
        for b in range(block):
            fixed[b] = 1.0
        for k in range(plan.slip_start[u], plan.slip_start[u + 1]):
            i = plan.slip_member[k]
            value, amplitude = deviates[plan.row[i]], plan.amplitude[i]
            for b in range(block):
                fixed[b] = fused(amplitude, value[b], fixed[b])
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
    outcome, rooms = (result.drivers, result.slip, result.clamped), np.empty((3, block))
    apply_block(plan, np.arange(n_driver), deviates, *outcome, block, rooms)
    return result
