"""Energy-related CO2 from an origin: a reduced form in two parts.

Coal follows electricity, the other fuels follow GDP, each with a trend of intensity of its
own: activity × intensity × electrification. Scope: coal, coke, oil and gas of the CEADs
inventory; process emissions and furnace gas (which repeats the carbon of coke) are left out.
The inventories themselves were published years after the origin; no vintage of the time exists.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.assess.backtest.information import find, yearly_growth
from sim.assess.backtest.reduced_form import energy_response, respond

Array = npt.NDArray[np.float64]
OTHER_FUELS = ("coke", "oil", "gas")


def emissions(frame: pd.DataFrame) -> pd.DataFrame | None:
    """Return CO2 of coal and of other fuels by year, Mt; None where a fuel is missing."""
    fuels = {name: find(frame, f"co2_fuel_{name}") for name in ("coal", *OTHER_FUELS)}
    if any(values is None for values in fuels.values()):
        return None
    table = pd.DataFrame(fuels).dropna()
    return pd.DataFrame({"coal": table["coal"], "other": table[list(OTHER_FUELS)].sum(axis=1)})


def project_carbon(
    parts: pd.DataFrame,
    activity: pd.DataFrame,
    projected: dict[str, Array],
    generator: np.random.Generator,
) -> Array:
    """Return draws of log growth of CO2, shape (horizon, draws).

    Parameters
    ----------
    parts : pandas.DataFrame
        `emissions` to the origin.
    activity : pandas.DataFrame
        Log growth of electricity and gdp by year, to the origin.
    projected : dict of array, shape (horizon, draws)
        The same two, projected from the origin.
    """
    levels = [np.full(projected["gdp"].shape[1], float(parts.sum(axis=1).iloc[-1]))]
    paths = []
    for part, driver in (("coal", "electricity"), ("other", "gdp")):
        growth = yearly_growth(parts[part])
        both = pd.concat([growth, activity[driver]], axis=1, keys=["part", "driver"]).dropna()
        posterior = energy_response(both["part"].to_numpy(), both["driver"].to_numpy())
        rates = respond(posterior, projected[driver], generator)
        paths.append(float(parts[part].iloc[-1]) * np.exp(rates.cumsum(axis=0)))
    total = np.concatenate([[levels[0]], paths[0] + paths[1]])
    return np.asarray(np.diff(np.log(total), axis=0))
