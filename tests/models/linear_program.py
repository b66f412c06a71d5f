"""The typical days once more, as a linear program over every hour (linopy and HiGHS).

Stores have a level in every hour and close each day; the program sees the whole day and
chooses freely. `dispatch_hours` must come close to what it finds.
"""

from __future__ import annotations

from typing import NamedTuple

import linopy
import numpy as np
import xarray as xr

from models.energy import hours as h
from models.energy.hours import Days

PRICES = {"coal": 1.0, "sent": 0.1, "lost": 20.0, "forced": 200.0, "unserved": 1e3, "cycle": 0.01}


class Store(NamedTuple):
    """A store: power (GW), hours of that power, efficiency."""

    power: float
    duration: float
    efficiency: float


def optimum(days: Days, mix: np.ndarray, stores: list[Store]) -> xr.Dataset:
    """Cheapest hours of the typical days (GW by day and hour): `mix` (14,) as in the kernel."""
    axes = {"day": np.arange(days.weight.size), "hour": np.arange(24)}
    load, land, sea, sun = days.hours
    nuclear, hydro, heating = days.days[:, :, None]
    green = land * mix[h.WIND_LAND] + sea * mix[h.WIND_SEA] + sun * mix[h.SUN]
    steady = nuclear * mix[h.NUCLEAR_MEAN] + hydro * mix[h.HYDRO_MEAN] + mix[h.FLAT]
    need = xr.DataArray(load * mix[h.LOAD] - steady - green, axes)
    least = np.broadcast_to(mix[h.MINIMUM] + heating * mix[h.HEAT_BOUND], load.shape)
    model = linopy.Model()

    def flow(name, lower=0.0, upper=np.inf):
        bounds = [xr.DataArray(np.broadcast_to(v, load.shape), axes) for v in (lower, upper)]
        return model.add_variables(*bounds, name=name)

    flows = {
        "coal": flow("coal", least, np.maximum(mix[h.AVAILABLE], least)),
        "sent": flow("sent", upper=mix[h.LINK]),
        "lost": flow("lost", upper=green),
        "forced": flow("forced"),
        "unserved": flow("unserved"),
    }
    balance = flows["coal"] + flows["unserved"]
    balance = balance - flows["sent"] - flows["lost"] - flows["forced"]
    burnt = 0.0  # what stores lose costs as much as what is curtailed: no idle cycling
    for k, store in enumerate(stores):
        taken = flow(f"taken_{k}", upper=store.power)
        given = flow(f"given_{k}", upper=store.power)
        level = flow(f"level_{k}", upper=store.power * store.duration)
        before = level.roll(hour=1)
        model.add_constraints(level - before - store.efficiency * taken + given == 0)
        balance = balance + given - taken
        burnt = burnt + (PRICES["lost"] * (1.0 - store.efficiency) + PRICES["cycle"]) * taken
    model.add_constraints(balance == need)
    weight = xr.DataArray(np.maximum(days.weight, 1e-3), {"day": axes["day"]})
    cost = sum(
        price * (weight * flows[name]).sum() for name, price in PRICES.items() if name != "cycle"
    )
    model.add_objective(cost + (weight * burnt).sum() if stores else cost)
    status, _ = model.solve("highs", io_api="direct", output_flag=False)
    assert status == "ok"
    return model.solution


def yearly(days: Days, solution: xr.Dataset) -> dict[str, float]:
    """Energies of the year, TWh."""
    weight = xr.DataArray(days.weight / 1e3, dims="day")
    energy = {str(name): float((weight * flow).sum()) for name, flow in solution.items()}
    return {
        "curtailed": energy["lost"],
        "sent out": energy["sent"] + energy["forced"],
        "coal": energy["coal"],
        "unserved": energy["unserved"],
    }
