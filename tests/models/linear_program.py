"""The typical days once more, as a linear program over every hour (HiGHS, through SciPy).

Stores have a level in every hour and close each day; the program sees the whole day and
chooses freely. `dispatch_hours` must come close to what it finds.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import xarray as xr
from scipy import sparse
from scipy.optimize import linprog

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
    shape, size = days.hours[0].shape, days.hours[0].size
    load, land, sea, sun = days.hours
    nuclear, hydro, heating = days.days[:, :, None]
    green = land * mix[h.WIND_LAND] + sea * mix[h.WIND_SEA] + sun * mix[h.SUN]
    steady = nuclear * mix[h.NUCLEAR_MEAN] + hydro * mix[h.HYDRO_MEAN] + mix[h.FLAT]
    need = load * mix[h.LOAD] - steady - green
    least = np.broadcast_to(mix[h.MINIMUM] + heating * mix[h.HEAT_BOUND], shape)
    weight = np.broadcast_to(np.maximum(days.weight, 1e-3)[:, None], shape)
    # flow: sign in the balance, lower bound, upper bound, price
    flows = {
        "coal": (1.0, least, np.maximum(mix[h.AVAILABLE], least), PRICES["coal"]),
        "sent": (-1.0, 0.0, mix[h.LINK], PRICES["sent"]),
        "lost": (-1.0, 0.0, green, PRICES["lost"]),
        "forced": (-1.0, 0.0, np.inf, PRICES["forced"]),
        "unserved": (1.0, 0.0, np.inf, PRICES["unserved"]),
    }
    for k, store in enumerate(stores):
        # what stores lose costs as much as what is curtailed: no idle cycling
        price = PRICES["lost"] * (1.0 - store.efficiency) + PRICES["cycle"]
        flows[f"taken_{k}"] = (-1.0, 0.0, store.power, price)
        flows[f"given_{k}"] = (1.0, 0.0, store.power, 0.0)
        flows[f"level_{k}"] = (0.0, 0.0, store.power * store.duration, 0.0)
    names, one = list(flows), sparse.identity(size, format="csr")
    hour_before = sparse.kron(sparse.identity(shape[0]), np.roll(np.eye(24), -1, axis=1).T)
    rows = [[sign * one for sign, *_ in flows.values()]]
    for k, store in enumerate(stores):
        row = dict.fromkeys(names, 0.0 * one)
        row[f"level_{k}"] = one - hour_before
        row[f"taken_{k}"], row[f"given_{k}"] = -store.efficiency * one, one
        rows.append(list(row.values()))
    lower, upper, price = (
        np.concatenate([np.broadcast_to(flow[part], shape).ravel() for flow in flows.values()])
        for part in (1, 2, 3)
    )
    found = linprog(
        price * np.tile(weight.ravel(), len(flows)),
        A_eq=sparse.bmat(rows, format="csr"),
        b_eq=np.concatenate([need.ravel(), np.zeros(size * len(stores))]),
        bounds=np.column_stack([lower, upper]),
        method="highs",
    )
    assert found.status == 0, found.message
    values = found.x.reshape(len(flows), *shape)
    axes = {"day": np.arange(shape[0]), "hour": np.arange(shape[1])}
    return xr.Dataset(
        {name: xr.DataArray(part, axes) for name, part in zip(names, values, strict=True)}
    )


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
