"""Electricity consumption from an origin: a reduced form of activity × intensity.

The input-output and energy tables of the time are those of 2007 and 2012 only, so the full
energy model cannot be run from an origin. Consumption before its first figure is chained
back with above-scale generation.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.assess.backtest.information import find, yearly_growth
from sim.assess.backtest.reduced_form import energy_response, respond

Array = npt.NDArray[np.float64]
SOURCES = ("thermal", "hydro", "nuclear", "wind", "solar")


def electricity_growth(frame: pd.DataFrame) -> pd.Series | None:
    """Return log growth of electricity consumption, before its first figure of generation.

    None where consumption is not in the frame.
    """
    used = find(frame, "electricity_consumption")
    if used is None:
        return None
    growth = yearly_growth(used)
    parts = [find(frame, f"generation_{source}") for source in SOURCES]
    present = [part for part in parts if part is not None]
    if not present:
        return growth
    first = int(used.index[0])
    total = pd.concat(present, axis=1).loc[:first].sum(axis=1)
    return pd.concat([yearly_growth(total).loc[:first], growth]).sort_index()


def project_electricity(
    growth: pd.Series, output: pd.Series, projected: Array, generator: np.random.Generator
) -> Array:
    """Return draws of log growth of consumption, shape (horizon, draws).

    Parameters
    ----------
    growth, output : pandas.Series
        Log growth of consumption and of GDP by year, to the origin.
    projected : array, shape (horizon, draws)
        Log growth of GDP projected from the same origin.
    """
    both = pd.concat([growth, output], axis=1, keys=["energy", "gdp"]).dropna()
    posterior = energy_response(both["energy"].to_numpy(), both["gdp"].to_numpy())
    return respond(posterior, projected, generator)
