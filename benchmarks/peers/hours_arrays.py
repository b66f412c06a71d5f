"""The typical days of the power system over whole arrays; see `year_arrays`."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.peers.economy_arrays import Arrays, Setup, Values
from models.labels import TECHNOLOGIES
from models.state import RUN, Base


def base_hours(xp: Any, base: Base, start: Values) -> list[Any]:
    """Base-year hours of each technology over its driver's level in the base year, `start`."""
    runs = base.capacity_average > 0.0
    hours = 1e3 * base.generation / xp.where(runs, base.capacity_average, 1.0)
    hours = xp.where(runs, hours, 0.0)
    return [
        xp.where(runs[i], hours[i] / start[f"hours_{name}"], 1.0) if name in RUN else hours[i]
        for i, name in enumerate(TECHNOLOGIES)
    ]


def typical_hours(setup: Setup) -> tuple[np.ndarray, ...]:
    """Return weight (D,), heating (D,), and what an hour's and a day's residual is made of.

    An hour's residual is a sum of nine means times profiles: (D, 24, 9); `green` (D, 3) is
    the day's sum of the profiles of wind and sun.
    """
    days = setup.structure.days
    load, land, sea, sun = days.hours
    steady = [np.repeat(row[:, None], 24, axis=1) for row in days.days[:2]]
    one = np.ones_like(load)
    heating = np.repeat(days.days[2][:, None], 24, axis=1)
    parts = [load, -land, -sea, -sun, -steady[0], -steady[1], -one, -one, -heating]
    green = days.hours[1:].sum(axis=2).T
    return 1e-3 * days.weight, days.days[2], np.stack(parts, axis=-1), green


def run_days(lib: Arrays, days: tuple[np.ndarray, ...], mix: Values, p: Any) -> tuple[Any, ...]:
    """Curtailed, sent out, stored and unserved (TWh a year), and the highest load left (GW)."""
    xp, means = lib.xp, mix["means"]
    link, power = mix["link"], mix["power"]
    worst = min(p.pumping_efficiency, p.storage_efficiency)

    def day(carry: tuple[Any, ...], one: tuple[Any, ...]) -> tuple[Any, ...]:
        weight, heating, profile, green_profile = one
        minimum = means[7] + heating * means[8]
        room = xp.maximum(mix["available"] - minimum, 0.0)
        r = profile @ means
        over, up = xp.maximum(-r, 0.0), xp.maximum(r, 0.0)
        surplus, sent = over.sum(0), xp.minimum(over, link).sum(0)
        within = xp.minimum(over, link + power).sum(0)
        home = xp.minimum(up, power).sum(0)
        below = xp.minimum(xp.maximum(r + link, 0.0), power).sum(0)
        lack = xp.maximum(up - room, 0.0)
        missing, beyond = lack.sum(0), xp.maximum(lack - power, 0.0).sum(0)
        taken = xp.minimum(xp.minimum(within - sent, mix["intake"]), below / worst)
        rest = surplus - sent - taken
        lost = xp.minimum(rest, green_profile @ means[1:4])
        through = xp.maximum(worst * taken - home, 0.0)
        spare = 24.0 * room - (up.sum(0) - missing)
        filled = xp.minimum(missing - beyond, mix["output"])
        filled = xp.minimum(filled, worst * (xp.maximum(spare, 0.0) + taken))
        return (
            carry[0] + weight * lost,
            carry[1] + weight * (sent + through + rest - lost),
            carry[2] + weight * taken,
            carry[3] + weight * (missing - filled),
            xp.maximum(carry[4], r.max(0) + minimum),
        )

    zero = xp.zeros(means.shape[-1])
    return lib.fold(day, (zero,) * 5, days)
