"""The power balance of a year: what runs, what is curtailed, what coal and the links settle."""

from __future__ import annotations

from models.compiled import kernel
from models.energy.power import coal_residual, curtailment, generation
from models.energy.year import (
    CALORIFIC,
    COAL_POWER,
    ELECTRICITY,
    PUMPED,
    SECTORS,
    SOLAR_ROOF,
    STORAGE,
    WIND_ON,
)
from models.state import DRIVER, IDENTITY, PARAMETER, SCALAR


@kernel
def dispatch(
    y, structure, drivers, base, hours_of, capacity, average, base_hours, base_share, hours, results
):
    """The power balance of the year.

    `hours_of` (11,) is the index of a technology's `hours_` driver among them, -1 for
    coal and storage. `base_hours` (11, B): base-year hours of the draw over the driver's
    base-year value, so that a draw keeps its base year. `base_share` (B,): wind and solar
    output over final electricity plus grid losses in the base year, set in year 0. `hours`
    (11, B) receives the hours at the base year's curtailment. Coal closes the balance
    between its limits (the upper one, where they cross); what lies outside is an explicit
    shortfall or surplus, settled by net import, and what that exceeds the limit of the
    links by is shown.
    """
    p = structure.parameters
    s = results.scalars
    out = results.electricity_generation
    draws = capacity.shape[1]
    for d in range(draws):
        final = 0.0
        for i in range(SECTORS + 2):
            final += results.final_energy[i, ELECTRICITY, y, d]
        final /= CALORIFIC
        supplied = final / (1.0 - drivers[DRIVER.grid_loss_rate, y, d])
        variable = 0.0
        for t in range(capacity.shape[0]):
            hours[t, d] = base_hours[t, d]
            if hours_of[t] >= 0:
                hours[t, d] *= drivers[DRIVER.hours_nuclear + hours_of[t], y, d]
            out[t, y, d] = generation(average[t, d], hours[t, d])
            if WIND_ON <= t <= SOLAR_ROOF:
                variable += out[t, y, d]
        share = variable / supplied
        if y == 0:
            base_share[d] = share
        lost = curtailment(
            drivers[DRIVER.curtailment_base, y, d],
            drivers[DRIVER.curtailment_slope, y, d],
            share,
            base_share[d],
        )
        s[SCALAR.curtailment, y, d] = lost
        kept = (1.0 - lost) / (1.0 - drivers[DRIVER.curtailment_base, 0, d])
        fixed, other = supplied, 0.0
        for t in range(capacity.shape[0]):
            if t == COAL_POWER:
                continue
            if WIND_ON <= t <= SOLAR_ROOF:
                out[t, y, d] *= kept
            other += out[t, y, d]
            fixed += structure.own_use_rate[t] * out[t, y, d]
        fixed += out[PUMPED, y, d] / p[PARAMETER.pumping_efficiency]
        fixed += out[STORAGE, y, d] / p[PARAMETER.storage_efficiency]
        # the driver moves the net import of the draw's own base year
        planned = base.net_import[d] + drivers[DRIVER.net_import, y, d]
        planned -= drivers[DRIVER.net_import, 0, d]
        own = structure.own_use_rate[COAL_POWER]
        wanted = coal_residual(fixed, other, planned, own)
        most = generation(average[COAL_POWER, d], drivers[DRIVER.coal_hours_max, y, d])
        least = generation(average[COAL_POWER, d], drivers[DRIVER.coal_hours_min, y, d])
        least = min(least, most)
        coal = min(max(wanted, least), most)
        shortfall = (1.0 - own) * max(wanted - most, 0.0)
        surplus = (1.0 - own) * max(least - wanted, 0.0)
        out[COAL_POWER, y, d] = coal
        net_import = planned + shortfall - surplus
        demand = fixed + own * coal
        s[SCALAR.final_electricity, y, d] = final
        s[SCALAR.electricity_demand, y, d] = demand
        s[SCALAR.electricity_net_import, y, d] = net_import
        s[SCALAR.electricity_shortfall, y, d] = shortfall
        s[SCALAR.electricity_surplus, y, d] = surplus
        s[SCALAR.electricity_exchange_excess, y, d] = max(
            abs(net_import) - drivers[DRIVER.import_limit, y, d], 0.0
        )
        s[SCALAR.coal_power_hours, y, d] = 1e3 * coal / average[COAL_POWER, d]
        results.residual[IDENTITY.electricity_balance, y, d] = abs(
            demand - other - coal - net_import
        ) / abs(demand)
        for t in range(capacity.shape[0]):
            results.electricity_capacity[t, y, d] = capacity[t, d]
