"""The hours of a year of power: typical days, one by one, every draw at once.

An hour's residual is what load leaves to coal above its minimum output once everything that
runs anyway has run:

    r = load - nuclear - hydro - flat - wind - sun - minimum        (GW)

Where r < 0 there is too much: the links send out what they can beside plan, stores (pumped
storage, batteries, load that can move) take what they can, the rest is curtailed. Where
r > 0 coal follows up to what is available; stores and then purchases beside plan fill what
is left. Every day closes: what a store takes in, less its losses, it gives back within the
day. The order of the hours then does not matter and a day reduces to sums over its hours.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.compiled import equation, kernel

Array = NDArray[np.float64]


class Days(NamedTuple):
    """Typical days (D of them); hourly profiles, nuclear and hydro have mean 1 over the year."""

    hours: Array  # (4, D, 24) load, wind on land, wind at sea, sun
    days: Array  # (3, D) nuclear, hydro; 1 in the heating season, else 0
    weight: Array  # (D,) days a year that each stands for; 0 for a day that only tests peaks


# rows of `mix`: means of the year (GW), then limits (GW) and stores
LOAD, WIND_LAND, WIND_SEA, SUN, NUCLEAR_MEAN, HYDRO_MEAN, FLAT = range(7)
MINIMUM, HEAT_BOUND, AVAILABLE, LINK, STORE_POWER, STORE_OUTPUT, STORE_INTAKE = range(7, 14)
MIX_ROWS: Final = 14
# rows of `outcome`: TWh a year; highest load left to coal and stores, GW
CURTAILED, EXPORTED, STORED, UNSERVED, PEAK = range(5)
OUTCOME_ROWS: Final = 5
# `work` holds a group of draws in one line, row after row at fixed distances: the compiler
# then sees that rows do not overlap and does the draws of a group side by side
GROUP: Final = 64
BASE, ROOM, REACH = 4 * GROUP, 5 * GROUP, 8 * GROUP
POWER_ROW, LINK_ROW = 7 * GROUP, 6 * GROUP
SURPLUS, SENT, WITHIN, ROOM_HOME, ROOM_ALL = range(9 * GROUP, 14 * GROUP, GROUP)
MISSING, BEYOND, HIGHEST = range(14 * GROUP, 17 * GROUP, GROUP)
WORK_SIZE: Final = 17 * GROUP
HOURS_AT_ONCE: Final = 4


@equation
def positive(value):
    """max(value, 0)."""
    return value if value > 0.0 else 0.0


@equation
def least(a, b):
    """min(a, b)."""
    return a if a < b else b


@equation
def add_hour(r, room, link, power, reach, sums):
    """Add an hour's residual `r` to a day's sums (GWh).

    Too much, sent out (at most `link`), sent out or stored (at most `reach` = link +
    stores' power); room for stores to give back (at most `power`) in place of coal, and with
    the links' spare power; load that coal cannot serve (`room` is its range above the
    minimum), the same beyond the stores' power; the highest residual.
    """
    surplus, sent, within, home, everywhere, missing, beyond, highest = sums
    up = positive(r)
    over = up - r
    lack = positive(up - room)
    return (
        surplus + over,
        sent + least(over, link),
        within + least(over, reach),
        home + least(up, power),
        everywhere + least(positive(r + link), power),
        missing + lack,
        beyond + positive(lack - power),
        r if r > highest else highest,
    )


@equation
def store_intake(within_power, intake, room_below, least_efficiency):
    """What stores take of a day's surplus (GWh).

    The least of: surplus within their power, their intake (energy over efficiency), and
    what the day can take back (room within their power over the least efficiency).
    """
    return least(least(within_power, intake), room_below / least_efficiency)


@kernel
def add_hours(profile, work):
    """Add four hours to the sums of a group: `profile` (4, 4) by load, land, sea, sun and hour."""
    l0, l1, l2, l3 = profile[0, 0], profile[0, 1], profile[0, 2], profile[0, 3]
    a0, a1, a2, a3 = profile[1, 0], profile[1, 1], profile[1, 2], profile[1, 3]
    b0, b1, b2, b3 = profile[2, 0], profile[2, 1], profile[2, 2], profile[2, 3]
    c0, c1, c2, c3 = profile[3, 0], profile[3, 1], profile[3, 2], profile[3, 3]
    for d in range(GROUP):
        load, land, sea, sun = work[d], work[GROUP + d], work[2 * GROUP + d], work[3 * GROUP + d]
        base, room, link = work[BASE + d], work[ROOM + d], work[LINK_ROW + d]
        power, reach = work[POWER_ROW + d], work[REACH + d]
        surplus, sent, within = work[SURPLUS + d], work[SENT + d], work[WITHIN + d]
        home, everywhere, missing = work[ROOM_HOME + d], work[ROOM_ALL + d], work[MISSING + d]
        beyond, highest = work[BEYOND + d], work[HIGHEST + d]
        s = (surplus, sent, within, home, everywhere, missing, beyond, highest)
        s = add_hour(
            l0 * load - base - a0 * land - b0 * sea - c0 * sun, room, link, power, reach, s
        )
        s = add_hour(
            l1 * load - base - a1 * land - b1 * sea - c1 * sun, room, link, power, reach, s
        )
        s = add_hour(
            l2 * load - base - a2 * land - b2 * sea - c2 * sun, room, link, power, reach, s
        )
        s = add_hour(
            l3 * load - base - a3 * land - b3 * sea - c3 * sun, room, link, power, reach, s
        )
        work[SURPLUS + d], work[SENT + d], work[WITHIN + d], work[ROOM_HOME + d] = s[:4]
        work[ROOM_ALL + d], work[MISSING + d], work[BEYOND + d], work[HIGHEST + d] = s[4:]


@kernel
def dispatch_hours(days, mix, least_efficiency, outcome):
    """Run the typical days of a year.

    Parameters
    ----------
    days : Days
    mix : array (14, B)
        Rows as named above, at the plants' gate: mean GW of load, sources and flat supply
        (planned net import, biomass, gas); coal's minimum output, what heat adds to it in
        season, and its available power; power by which links can leave their plan; power of
        stores, and the energy that they give and take a day (GWh).
    least_efficiency : float
        The lowest efficiency among the stores.
    outcome : array (5, B)
        Filled: curtailed, sent out beside plan, taken in by stores, unserved (TWh);
        highest load left to coal and stores (GW).
    """
    outcome[:] = 0.0
    work, profile = np.zeros(WORK_SIZE), np.empty((4, HOURS_AT_ONCE))
    for first in range(0, mix.shape[1], GROUP):
        width = min(GROUP, mix.shape[1] - first)
        group = mix[:, first : first + width]
        for d in range(width):
            for row in range(4):
                work[row * GROUP + d] = group[row, d]
            work[LINK_ROW + d], work[POWER_ROW + d] = group[LINK, d], group[STORE_POWER, d]
            work[REACH + d] = group[LINK, d] + group[STORE_POWER, d]
        for k in range(days.weight.shape[0]):
            start_day(days, k, group, work)
            for start in range(0, 24, HOURS_AT_ONCE):
                for kind in range(4):
                    for h in range(HOURS_AT_ONCE):
                        profile[kind, h] = days.hours[kind, k, start + h]
                add_hours(profile, work)
            close_day(days, k, group, least_efficiency, work, outcome[:, first : first + width])


@kernel
def start_day(days, k, mix, work):
    """Clear the sums of a group; set what runs all day and coal's range above its minimum."""
    heating = days.days[2, k]
    work[SURPLUS:HIGHEST] = 0.0
    work[HIGHEST:] = -np.inf
    for d in range(mix.shape[1]):
        minimum = mix[MINIMUM, d] + heating * mix[HEAT_BOUND, d]
        steady = days.days[0, k] * mix[NUCLEAR_MEAN, d] + days.days[1, k] * mix[HYDRO_MEAN, d]
        work[BASE + d] = steady + mix[FLAT, d] + minimum
        work[ROOM + d] = positive(mix[AVAILABLE, d] - minimum)


@kernel
def close_day(days, k, mix, least_efficiency, work, outcome):
    """Let stores and links settle the day and add it to the year with its weight.

    Surplus beyond all wind and sun of the day comes from plants that must run: it leaves
    the province; so does what stores hold when no room is left above coal's minimum. A
    store fills what coal cannot serve within its power and energy, from surplus and from
    what coal can do in other hours of the day.
    """
    weight = 1e-3 * days.weight[k]
    load = days.hours[0, k].sum()
    land = days.hours[1, k].sum()
    sea = days.hours[2, k].sum()
    sun = days.hours[3, k].sum()
    heating = days.days[2, k]
    for d in range(mix.shape[1]):
        sent = work[SENT + d]
        taken = store_intake(
            work[WITHIN + d] - sent, mix[STORE_INTAKE, d], work[ROOM_ALL + d], least_efficiency
        )
        left = work[SURPLUS + d] - sent - taken
        green = land * mix[WIND_LAND, d] + sea * mix[WIND_SEA, d] + sun * mix[SUN, d]
        lost = least(left, green)
        through = positive(least_efficiency * taken - work[ROOM_HOME + d])  # links carry it
        above = load * mix[LOAD, d] - 24.0 * work[BASE + d] - green + work[SURPLUS + d]
        spare = 24.0 * work[ROOM + d] - (above - work[MISSING + d])
        filled = least(work[MISSING + d] - work[BEYOND + d], mix[STORE_OUTPUT, d])
        filled = least(filled, least_efficiency * (positive(spare) + taken))
        outcome[CURTAILED, d] += weight * lost
        outcome[EXPORTED, d] += weight * (sent + through + left - lost)
        outcome[STORED, d] += weight * taken
        outcome[UNSERVED, d] += weight * (work[MISSING + d] - filled)
        highest = work[HIGHEST + d] + mix[MINIMUM, d] + heating * mix[HEAT_BOUND, d]
        outcome[PEAK, d] = max(outcome[PEAK, d], highest)
