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
_FIRST, _END = MIX_ROWS * GROUP, (MIX_ROWS + 12) * GROUP  # after the rows of `mix`
BASE, ROOM, REACH, SURPLUS, SENT, WITHIN = range(_FIRST, _END - 6 * GROUP, GROUP)
ROOM_HOME, ROOM_ALL, MISSING, BEYOND, HIGHEST, RESULT = range(_END - 6 * GROUP, _END, GROUP)
WORK_SIZE: Final = RESULT + OUTCOME_ROWS * GROUP  # the rows of `outcome` come last
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
def residual(hour, means):
    """Load less what runs anyway, GW: profile of load, land, sea, sun; their means, the base."""
    return (
        hour[0] * means[0] - means[4] - hour[1] * means[1] - hour[2] * means[2] - hour[3] * means[3]
    )


@equation
def add_hour(r, link, power, reach, sums):
    """Add an hour's residual `r` to a day's sums (GWh).

    Too much, sent out (at most `link`), sent out or stored (at most `reach` = link +
    stores' power); room for stores to give back (at most `power`) in place of coal, and with
    the links' spare power; the highest residual.
    """
    surplus, sent, within, home, everywhere, highest = sums
    up = positive(r)
    over = up - r
    return (
        surplus + over,
        sent + least(over, link),
        within + least(over, reach),
        home + least(up, power),
        everywhere + least(positive(r + link), power),
        r if r > highest else highest,
    )


@equation
def add_missing(r, room, power, missing, beyond):
    """Add load that coal cannot serve, and the same beyond the stores' power (GWh).

    `room` is coal's range above its minimum.
    """
    lack = positive(r - room)
    return missing + lack, beyond + positive(lack - power)


@equation
def store_intake(within_power, intake, room_below, least_efficiency):
    """What stores take of a day's surplus (GWh).

    The least of: surplus within their power, their intake (energy over efficiency), and
    what the day can take back (room within their power over the least efficiency).
    """
    return least(least(within_power, intake), room_below / least_efficiency)


@equation
def profile(hours, k, h):
    """Load, wind on land and at sea, and sun in hour `h` of day `k`."""
    return hours[0, k, h], hours[1, k, h], hours[2, k, h], hours[3, k, h]


@equation
def highest_load(days):
    """Highest load of the year over its mean."""
    highest = 0.0
    for k in range(days.hours.shape[1]):
        for h in range(24):
            highest = max(highest, days.hours[0, k, h])
    return highest


@equation
def means(work, d):
    """Means of load, wind on land and at sea, and sun of a draw; what runs all day."""
    sun = work[3 * GROUP + d]
    return work[d], work[GROUP + d], work[2 * GROUP + d], sun, work[BASE + d]


@kernel
def add_hours(hours, k, first, work):
    """Add four hours of day `k`, from hour `first`, to the sums of a group."""
    h0, h1 = profile(hours, k, first), profile(hours, k, first + 1)
    h2, h3 = profile(hours, k, first + 2), profile(hours, k, first + 3)
    for d in range(GROUP):
        mean = means(work, d)
        link, power, reach = work[LINK * GROUP + d], work[STORE_POWER * GROUP + d], work[REACH + d]
        surplus, sent, within = work[SURPLUS + d], work[SENT + d], work[WITHIN + d]
        home, everywhere, highest = work[ROOM_HOME + d], work[ROOM_ALL + d], work[HIGHEST + d]
        s = (surplus, sent, within, home, everywhere, highest)
        s = add_hour(residual(h0, mean), link, power, reach, s)
        s = add_hour(residual(h1, mean), link, power, reach, s)
        s = add_hour(residual(h2, mean), link, power, reach, s)
        s = add_hour(residual(h3, mean), link, power, reach, s)
        work[SURPLUS + d], work[SENT + d], work[WITHIN + d] = s[:3]
        work[ROOM_HOME + d], work[ROOM_ALL + d], work[HIGHEST + d] = s[3:]


@kernel
def add_missing_hours(hours, k, work):
    """Add what coal cannot serve in day `k` to the sums of a group.

    Nothing is missing in most days: they are passed over.
    """
    short = 0
    for d in range(GROUP):
        short += int(work[HIGHEST + d] > work[ROOM + d])
    for h in range(24 if short > 0 else 0):
        hour = profile(hours, k, h)
        for d in range(GROUP):
            work[MISSING + d], work[BEYOND + d] = add_missing(
                residual(hour, means(work, d)),
                work[ROOM + d],
                work[STORE_POWER * GROUP + d],
                work[MISSING + d],
                work[BEYOND + d],
            )


@kernel
def run_days(days, mix, least_efficiency, work, outcome):
    """Run the typical days of a year; `work` (WORK_SIZE,) is scratch. See `dispatch_hours`."""
    for first in range(0, mix.shape[1], GROUP):
        width = min(GROUP, mix.shape[1] - first)
        for row in range(MIX_ROWS):
            for d in range(width):
                work[row * GROUP + d] = mix[row, first + d]
        work[RESULT:] = 0.0
        for k in range(days.weight.shape[0]):
            start_day(days.days[:, k], work)
            for h in range(0, 24, HOURS_AT_ONCE):
                add_hours(days.hours, k, h, work)
            add_missing_hours(days.hours, k, work)
            close_day(days, k, least_efficiency, work)
        for row in range(OUTCOME_ROWS):
            for d in range(width):
                outcome[row, first + d] = work[RESULT + row * GROUP + d]


@kernel
def start_day(day, work):
    """Clear the sums of a group; set what runs all day and coal's range above its minimum.

    `day` (3,): nuclear, hydro, and 1 in the heating season.
    """
    nuclear, hydro, heating = day[0], day[1], day[2]
    work[SURPLUS:HIGHEST] = 0.0
    work[HIGHEST:RESULT] = -np.inf
    for d in range(GROUP):
        minimum = work[MINIMUM * GROUP + d] + heating * work[HEAT_BOUND * GROUP + d]
        steady = nuclear * work[NUCLEAR_MEAN * GROUP + d] + hydro * work[HYDRO_MEAN * GROUP + d]
        work[BASE + d] = steady + work[FLAT * GROUP + d] + minimum
        work[ROOM + d] = positive(work[AVAILABLE * GROUP + d] - minimum)
        work[REACH + d] = work[LINK * GROUP + d] + work[STORE_POWER * GROUP + d]


@kernel
def close_day(days, k, least_efficiency, work):
    """Let stores and links settle the day and add it to the year with its weight.

    Surplus beyond all wind and sun of the day comes from plants that must run: it leaves
    the province; so does what stores hold when no room is left above coal's minimum. A
    store fills what coal cannot serve within its power and energy, from surplus and from
    what coal can do in other hours of the day.
    """
    weight, heating = 1e-3 * days.weight[k], days.days[2, k]
    load, land, sea, sun = 0.0, 0.0, 0.0, 0.0
    for h in range(24):
        hour = profile(days.hours, k, h)
        load, land, sea, sun = load + hour[0], land + hour[1], sea + hour[2], sun + hour[3]
    for d in range(GROUP):
        mean = means(work, d)
        sent, missing, room = work[SENT + d], work[MISSING + d], work[ROOM_ALL + d]
        taken = store_intake(
            work[WITHIN + d] - sent, work[STORE_INTAKE * GROUP + d], room, least_efficiency
        )
        left = work[SURPLUS + d] - sent - taken
        green = land * mean[1] + sea * mean[2] + sun * mean[3]
        lost = least(left, green)
        through = positive(least_efficiency * taken - work[ROOM_HOME + d])  # links carry it
        above = load * mean[0] - 24.0 * mean[4] - green + work[SURPLUS + d]
        spare = 24.0 * work[ROOM + d] - (above - missing)
        filled = least(missing - work[BEYOND + d], work[STORE_OUTPUT * GROUP + d])
        filled = least(filled, least_efficiency * (positive(spare) + taken))
        result = RESULT + d
        work[result + CURTAILED * GROUP] += weight * lost
        work[result + EXPORTED * GROUP] += weight * (sent + through + left - lost)
        work[result + STORED * GROUP] += weight * taken
        work[result + UNSERVED * GROUP] += weight * (missing - filled)
        highest = work[HIGHEST + d] + work[MINIMUM * GROUP + d]
        highest += heating * work[HEAT_BOUND * GROUP + d]
        peak = work[result + PEAK * GROUP]
        work[result + PEAK * GROUP] = highest if highest > peak else peak


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
    run_days(days, mix, least_efficiency, np.zeros(WORK_SIZE), outcome)
