"""Plans of an ensemble: plain arrays, built once, that the compiled kernels read.

`SamplingPlan` holds the random part and is shared by all scenarios of a run (common
random numbers); `DriverPlan` holds what a scenario sets: the central paths, the widths
and the bounds. Both are named tuples of arrays and may be passed to compiled code.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.ensemble.growth_draws import GrowthDraws

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class PackNumbers(NamedTuple):
    """What the uncertain inputs take from the base pack.

    Attributes
    ----------
    scales : mapping of str to float
        Standard deviations by name, for `pack:NAME` scales.
    growth : GrowthDraws
        Joint draws of the growth posterior.
    base_draws : int
        Number of draws of the base year.
    """

    scales: Mapping[str, float]
    growth: GrowthDraws
    base_draws: int


class SamplingPlan(NamedTuple):
    """The random part of an ensemble.

    Attributes
    ----------
    key : uint64, (n_input,)
        Stream keys.
    constant : bool, (n_input,)
        Whether one value holds for all years.
    row : int64, (n_input,)
        First row of the input among the deviates: one row for a constant, one a year
        for the others.
    code : int64, (n_input,)
        Distribution, see `distributions.CODES`.
    parameter : float64, (n_input, 6)
    median : float64, (n_input,)
        Subtracted from x (0 for Gaussians and the index); a slip is divided by it.
    walk : bool, (n_input,)
        Random walk: innovations are summed.
    persistence, innovation : float64, (n_input,)
        ar1: z_t = persistence z_(t-1) + innovation e_t, innovation = sqrt(1 - rho**2).
    factor_start : int64, (n_input + 1,); factor_column : int64; factor : float64
        Rows of the Cholesky factor, non-zero elements only, diagonal last.
    year : int64, (n_year,)
        Calendar years after the base year, the counters of the yearly innovations.
    n_row : int64
        Number of rows of deviates.
    base_draws : int64
        Number of draws of the base year.
    growth_row : int64
        Row of the score that picks the growth draw; -1 where no input picks one.
    state_row : int64, (n_state,)
        Rows of the inputs whose deviate is that of the growth draw.
    state : float64, (n_state, n_growth_draw)
        Their deviates: deviation from the median over the standard deviation.
    width_input : int64, (n_width,); width : float64, (n_width, n_growth_draw)
        Yearly inputs whose deviates are multiplied by a factor of the growth draw.
    mirrored : bool
        Draws 2n and 2n + 1 are mirror images (antithetic pairs).
    points : int64
        Scrambled Sobol points of one replicate, a power of two; 0 where draws come from
        the random streams.
    direction : uint64, (n_replicate, n_row, n_digit); shift : uint64, (n_replicate, n_row)
        Scrambled direction numbers and digital shifts, see `sobol`; empty elsewhere.
    """

    key: npt.NDArray[np.uint64]
    constant: npt.NDArray[np.bool_]
    row: IntArray
    code: IntArray
    parameter: FloatArray
    median: FloatArray
    walk: npt.NDArray[np.bool_]
    persistence: FloatArray
    innovation: FloatArray
    factor_start: IntArray
    factor_column: IntArray
    factor: FloatArray
    year: IntArray
    n_row: int
    base_draws: int
    growth_row: int
    state_row: IntArray
    state: FloatArray
    width_input: IntArray
    width: FloatArray
    mirrored: bool
    points: int
    direction: npt.NDArray[np.uint64]
    shift: npt.NDArray[np.uint64]


class DriverPlan(NamedTuple):
    """What a scenario sets.

    Attributes
    ----------
    central : float64, (n_driver, 1 + n_year)
        Base year first.
    first : int64, (n_driver,)
        First column that the inputs move: 0 where the driver is one number for all years
        (the base year included), 1 where it is a path that starts from the base year.
    lower, upper : float64, (n_driver,)
        Physical range of each driver.
    effect : int64, (n_driver,)
        0 add, 1 multiply, 2 logit.
    start : int64, (n_driver + 1,); member : int64
        Inputs of each driver, in permanent order.
    central_slip : float64, (n_unit,)
        Median delay of each unit of the scenario in years.
    slip_start : int64, (n_unit + 1,); slip_member : int64
        Inputs of each unit's slip.
    amplitude : float64, (n_input,)
        Factor of each input's deviate: the standard deviation of a Gaussian, 1 for the
        others, unless the scenario overrides it.
    constant : bool, (n_input,); row : int64, (n_input,)
        As in `SamplingPlan`.
    """

    central: FloatArray
    first: IntArray
    lower: FloatArray
    upper: FloatArray
    effect: IntArray
    start: IntArray
    member: IntArray
    central_slip: FloatArray
    slip_start: IntArray
    slip_member: IntArray
    amplitude: FloatArray
    constant: npt.NDArray[np.bool_]
    row: IntArray
