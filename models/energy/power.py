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
def curtailment(base, slope, share, base_share):
    """Curtailed part of wind and solar output (fraction).

    base + slope * max(0, share - base_share), where `share` is wind and solar output at
    the base year's curtailment over final electricity plus grid losses; kept at most 0.5.
    """
    above = share - base_share
    value = base + slope * above * (above > 0.0)
    return value * (value < 0.5) + 0.5 * (value >= 0.5)


@equation
def coal_residual(fixed_demand, other_generation, net_import, own_use_rate):
    """Gross coal generation (TWh) that closes the balance.

    G = (fixed demand - other generation - net import)/(1 - own use rate): coal plants
    also supply their own use. `fixed_demand` holds every other use.
    """
    return (fixed_demand - other_generation - net_import) / (1.0 - own_use_rate)
