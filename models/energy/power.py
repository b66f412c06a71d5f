"""The power balance of a year.

electricity_demand (全社会用电量) = final use + grid losses + plants' own use + pumping +
charging = gross generation (pumped storage and batteries included) + net import.
Generation in TWh, capacity in GW.
"""

from __future__ import annotations

from models.compiled import equation


@equation
def generation(capacity, hours):
    """Gross generation (TWh) of a capacity (GW) running `hours` (h a year)."""
    return capacity * hours * 1e-3


@equation
def utilisation_hours(output, capacity):
    """Hours a year that `capacity` (GW) runs for `output` (TWh); none where nothing stands."""
    return 1e3 * output / capacity if capacity > 0.0 else 0.0


@equation
def in_service(planned, slip, year):
    """Part of `year` in which a unit runs (0..1), given its planned date and slip.

    Dates are decimal years: a unit of 2026.75 with no slip runs a quarter of 2026.
    """
    part = year + 1.0 - (planned + slip)
    part = part * (part > 0.0)
    return part * (part < 1.0) + 1.0 * (part >= 1.0)


@equation
def at_year_end(planned, slip, year):
    """1 where the unit runs at the end of `year`, else 0."""
    return 1.0 * (planned + slip <= year + 1.0)


@equation
def curtailment(base, response, rate, start):
    """Curtailed part of wind and solar output (fraction, 0 to 1).

    base + response * (rate - start): `rate` is what the hours of the year curtail, `start`
    what they curtail in the base year, `base` the observed rate. A response above 1 adds
    what lines within the province and errors of forecast lose beside the hourly balance,
    one below 1 trade that the hours do not know.
    """
    value = base + response * (rate - start)
    value = value * (value > 0.0)
    return value * (value < 1.0) + 1.0 * (value >= 1.0)


@equation
def by_links(value, capability, start):
    """`value`, stated for links of `start` GW, where `capability` GW are in service.

    In proportion: new links are used as those of the base year are. Where a province names
    no links, `value` stands.
    """
    return value * (capability / start) if start > 0.0 else value


@equation
def coal_minimum(share, capacity, heat):
    """Minimum output of coal plants in the heating season (GW).

    share * capacity * heat: `share` of the base year's `capacity` (GW) stays on line at its
    lowest stable load; `heat` is the index of heat from combined heat and power (base year
    = 1), since plants are on line for heat. Plants added later do not raise it, nuclear heat
    lowers it, and heat from boilers leaves it alone.
    """
    return share * capacity * heat


@equation
def store_hours(scheduled, more, duration):
    """Hours of a store: those of the base year's use, and what more surplus adds.

    `more` is how many more times a year than in the base year surplus fills the store,
    which holds `duration` hours of its power. Where surplus fills it less often, the
    schedule between valley and peak goes on.
    """
    return scheduled + duration * more * (more > 0.0)


@equation
def supply_capability(peak_load, firm, peak_residual, link):
    """Highest load that could be served (GW, at the plants' gate).

    The highest load with as much even load beside it as the tightest hour leaves room for:
    coal available and stores (`firm`) less the highest load left to them, and the power by
    which links can leave their plan. Nuclear, hydro, wind, sun and planned net import count
    with what they give in that hour.
    """
    return peak_load + (firm - peak_residual) + link


@equation
def planned_import(schedule, displacement, own, own_base, load, load_base):
    """Planned net import (TWh) once the province's own non-fossil plants have their share.

    M = S - min(d * max((O - O0) - (L - L0), 0), max(S, 0)): of what `own` non-fossil
    generation gains on `load` since the base year, the part `displacement` takes the place
    of purchases, coal and exports have the rest. `schedule` S is what the driver plans.
    Purchases fall to zero at most; where load gains, more of them is for the schedule to
    say. All at the plants' gate, at the base year's curtailment. A rule of this model; d
    comes from the record of net import (`sim.assess.energy_record.imports`).
    """
    gained = (own - own_base) - (load - load_base)
    replaced = displacement * gained * (gained > 0.0)
    bought = schedule * (schedule > 0.0)
    beyond = replaced - bought
    return schedule - replaced + beyond * (beyond > 0.0)


@equation
def coal_residual(fixed_demand, other_generation, net_import, own_use_rate):
    """Gross coal generation (TWh) that closes the balance.

    G = (fixed demand - other generation - net import)/(1 - own use rate): coal plants
    also supply their own use. `fixed_demand` holds every other use.
    """
    return (fixed_demand - other_generation - net_import) / (1.0 - own_use_rate)
