"""The joint posterior draws of growth as the ensemble takes them from the base pack.

One uncertain input, `growth_draw`, picks a draw; trend, gap and persistence of the draw move
their drivers, its standard deviations set the width of gap shock and trend drift. Nothing is
made Gaussian. The central path stays the scenario's: a state is taken as deviation from its
median. The deviation of the trend is multiplied by the pack's `trend_width_factor`.

Draws stand in the order of the growth over five years that they imply, so that a low score of
`growth_draw` is low growth, mirrored and Sobol draws spread evenly over growth, and a
correlation with the input means something.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.errors import InputError

FloatArray = npt.NDArray[np.float64]

DRAWS: Final = "growth_posterior_draws"
TREND_WIDTH: Final = "trend_width_factor"
TREND, GAP, PERSISTENCE = "tfp_growth_trend", "output_gap_2025", "gap_persistence"
WIDTHS: Final = ("gap_shock_sd", "trend_drift_sd")
YEARS: Final = 5


class GrowthDraws(NamedTuple):
    """Joint draws, ordered by the growth that they imply.

    Attributes
    ----------
    names : tuple of str
        Trend (log a year), gap (log), persistence (logit), gap shock and trend drift
        (standard deviations, log).
    values : ndarray, shape (n_draw, n_name)
        The trend already widened about its median.
    """

    names: tuple[str, ...]
    values: FloatArray

    def scales(self) -> dict[str, float]:
        """Return by name the standard deviation of a state, or of the shock over all draws.

        The latter is the root of the mean variance.
        """
        spread = self.values.std(axis=0, ddof=1)
        shock = np.sqrt((self.values**2).mean(axis=0))
        own = [shock[i] if name in WIDTHS else spread[i] for i, name in enumerate(self.names)]
        return dict(zip(self.names, map(float, own), strict=True))

    def deviates(self, names: Sequence[str]) -> FloatArray:
        """Return deviations from the median over the standard deviation: (n, n_draw)."""
        own = [self.values[:, self.names.index(name)] for name in names]
        scales = self.scales()
        rows = [(x - np.median(x)) / scales[n] for n, x in zip(names, own, strict=True)]
        return np.array(rows).reshape(len(rows), len(self.values))

    def widths(self, names: Sequence[str]) -> FloatArray:
        """Return the standard deviation of a shock over that of all draws: (n, n_draw)."""
        scales = self.scales()
        rows = [self.values[:, self.names.index(name)] / scales[name] for name in names]
        return np.array(rows).reshape(len(rows), len(self.values))


def read_growth_draws(pack: Any) -> GrowthDraws:
    """Return the growth draws of a base pack.

    Parameters
    ----------
    pack : xarray.Dataset
        With `growth_posterior_draws(growth_draw, growth_parameter)` and the scalar
        `trend_width_factor`.

    Raises
    ------
    InputError
        When one is missing, or the draws are not those of a posterior: fewer than two, a
        value that is not finite, a persistence outside (0, 1), a width that is not positive.
    """
    for name in (DRAWS, TREND_WIDTH):
        if name not in pack:
            raise InputError(
                "the base pack lacks a variable; build it again with provsim calibrate", key=name
            )
    table = pack[DRAWS].to_pandas()
    names = (TREND, GAP, PERSISTENCE, *WIDTHS)
    missing = [name for name in names if name not in table]
    if missing:
        raise InputError("the growth draws lack a parameter", key=DRAWS, found=missing)
    values = table[list(names)].to_numpy(dtype=np.float64, copy=True)
    persistence, widths = values[:, 2].copy(), values[:, 3:]
    inside = (persistence > 0.0) & (persistence < 1.0) & (widths > 0.0).all(axis=1)
    if len(values) < 2 or not (inside & np.isfinite(values).all(axis=1)).all():
        raise InputError("the base pack's growth draws are not usable", key=DRAWS)
    values[:, 2] = np.log(persistence / (1.0 - persistence))
    middle = np.median(values[:, 0])
    values[:, 0] = middle + float(pack[TREND_WIDTH]) * (values[:, 0] - middle)
    implied = YEARS * values[:, 0] + (persistence**YEARS - 1.0) * values[:, 1]
    return GrowthDraws(names, values[np.argsort(implied, kind="stable")])
