"""The power balance of a year: hours settle what is curtailed, coal and the links the rest."""

from __future__ import annotations

from models.compiled import part, step
from models.energy.hours import (
    AVAILABLE,
    CURTAILED,
    EXPORTED,
    FLAT,
    HEAT_BOUND,
    HYDRO_MEAN,
    LINK,
    LOAD,
    MINIMUM,
    NUCLEAR_MEAN,
    PEAK,
    STORE_INTAKE,
    STORE_OUTPUT,
    STORE_POWER,
    STORED,
    SUN,
    UNSERVED,
    WIND_LAND,
    WIND_SEA,
    highest_load,
    least,
    positive,
    run_days,
)
from models.energy.power import (
    by_links,
    coal_minimum,
    coal_residual,
    curtailment,
    generation,
    planned_import,
    store_hours,
    supply_capability,
    utilisation_hours,
)
from models.energy.year import (
    BIO_POWER,
    CALORIFIC,
    COAL_POWER,
    ELECTRICITY,
    GAS_POWER,
    HEAT,
    HYDRO,
    NUCLEAR,
    PUMPED,
    SOLAR,
    SOLAR_ROOF,
    STORAGE,
    WIND_OFF,
    WIND_ON,
)
from models.state import DRIVER, IDENTITY, PARAMETER, SCALAR

GW_PER_TWH = 1.0 / 8.76  # mean power of a year's energy
FIXED, OTHER = range(2)  # rows of `balance`: demand and generation without coal plants'
# rows of `start`: what the hours of the base year gave, its heat from CHP, and its load and
# own non-fossil generation at the gate
CURTAILED_START, EXPORTED_START, UNSERVED_START, FILLED_START, HEAT_START = range(5)
LOAD_START, OWN_START = range(5, 7)


@part
def dispatch(y, structure, drivers, base, hours_of, w, results):
    """The power balance of the year, over the workspace `w`.

    `hours_of` (11,) is the index of a technology's `hours_` driver among them, -1 for
    coal and storage. `w.base_hours` (11, B): base-year hours of the draw over the driver's
    base-year value, so that a draw keeps its base year. `w.power_start` (7, B): what the
    hours of the base year gave, its heat, load and own generation, set in year 0. `w.hours`
    (11, B) receives the hours at the base year's curtailment.
    """
    average, mix, outcome, start = w.average, w.mix, w.outcome, w.power_start
    intend(y, drivers, hours_of, w.carriers, w.capacity, average, w.base_hours, w.hours, results)
    plan_import(y, structure, drivers, base, start, results)
    fill_mix(y, structure, drivers, base, w.carriers, average, start, mix, results)
    follow_links(y, structure, drivers, w.links, w.links_average, mix, w.import_limit, results)
    p = structure.parameters
    worst = min(p[PARAMETER.pumping_efficiency], p[PARAMETER.storage_efficiency])
    run_days(structure.days, mix, worst, w.day, outcome)
    apply_hours(y, structure, drivers, average, mix, outcome, start, w.hours, results)
    settle(y, structure, drivers, average, outcome, start, w.import_limit, w.balance, results)


@step
def follow_links(y, structure, drivers, links, links_average, mix, import_limit, results):
    """Power beside plan, and the yearly limit of net import (B,), of the links in service.

    What leaves its plan goes to another regional grid, since neighbours within share the
    wind; the limit of net import rests on all links. `links` (2, B): see `build_capacity`.
    """
    across, within = structure.link_capacity[0], structure.link_capacity[1]
    for d in range(mix.shape[1]):
        if y == 0:
            links[0, d] = links_average[0, d] = across
            links[1, d] = links_average[1, d] = within
        mix[LINK, d] = by_links(drivers[DRIVER.exchange_power, y, d], links_average[0, d], across)
        import_limit[d] = by_links(
            drivers[DRIVER.import_limit, y, d],
            links_average[0, d] + links_average[1, d],
            across + within,
        )
        results.scalars[SCALAR.exchange_capability, y, d] = links[0, d]


@step
def intend(y, drivers, hours_of, carriers, capacity, average, base_hours, hours, results):
    """Hours and generation at the base year's curtailment, all but coal; final electricity."""
    out = results.electricity_generation
    draws = capacity.shape[1]
    for d in range(draws):
        results.scalars[SCALAR.final_electricity, y, d] = carriers[ELECTRICITY, d] / CALORIFIC
    for t in range(capacity.shape[0]):
        for d in range(draws):
            hours[t, d] = base_hours[t, d]
        if hours_of[t] >= 0:
            for d in range(draws):
                hours[t, d] *= drivers[DRIVER.hours_nuclear + hours_of[t], y, d]
        for d in range(draws):
            out[t, y, d] = generation(average[t, d], hours[t, d])
            results.electricity_capacity[t, y, d] = capacity[t, d]


@step
def fill_mix(y, structure, drivers, base, carriers, average, start, mix, results):
    """What the hours start from (14, B) but for links: see `hours.dispatch_hours`.

    Wind and sun before curtailment. Load is what leaves the plants' gates but for charging,
    sources are less their own use; biomass, gas and the planned net import run flat.
    """
    p = structure.parameters
    own = structure.own_use_rate
    out = results.electricity_generation
    for d in range(mix.shape[1]):
        final = results.scalars[SCALAR.final_electricity, y, d]
        supplied = final / (1.0 - drivers[DRIVER.grid_loss_rate, y, d])
        before = GW_PER_TWH / (1.0 - drivers[DRIVER.curtailment_base, 0, d])
        sun = (1.0 - own[SOLAR]) * out[SOLAR, y, d]
        sun += (1.0 - own[SOLAR_ROOF]) * out[SOLAR_ROOF, y, d]
        flat = (1.0 - own[BIO_POWER]) * out[BIO_POWER, y, d]
        flat += (1.0 - own[GAS_POWER]) * out[GAS_POWER, y, d]
        flat += results.scalars[SCALAR.electricity_planned_import, y, d]
        mix[LOAD, d] = GW_PER_TWH * supplied
        mix[WIND_LAND, d] = before * (1.0 - own[WIND_ON]) * out[WIND_ON, y, d]
        mix[WIND_SEA, d] = before * (1.0 - own[WIND_OFF]) * out[WIND_OFF, y, d]
        mix[SUN, d] = before * sun
        mix[NUCLEAR_MEAN, d] = GW_PER_TWH * (1.0 - own[NUCLEAR]) * out[NUCLEAR, y, d]
        mix[HYDRO_MEAN, d] = GW_PER_TWH * (1.0 - own[HYDRO]) * out[HYDRO, y, d]
        mix[FLAT, d] = GW_PER_TWH * flat
        coal = (1.0 - own[COAL_POWER]) * average[COAL_POWER, d]
        mix[AVAILABLE, d] = drivers[DRIVER.coal_availability, y, d] * coal
        # plants on line for heat and for the grid: those of the base year, not new ones
        heat = positive(carriers[HEAT, d] - drivers[DRIVER.nuclear_heat, y, d])
        heat *= drivers[DRIVER.heat_chp_share, y, d]
        if y == 0:
            start[HEAT_START, d] = heat
        heat_start = start[HEAT_START, d]
        bound = coal_minimum(
            drivers[DRIVER.coal_minimum_output, y, d],
            (1.0 - own[COAL_POWER]) * base.capacity_average[COAL_POWER, d],
            heat / heat_start if heat_start > 0.0 else 1.0,
        )
        bound = least(bound, mix[AVAILABLE, d])
        outside = (
            drivers[DRIVER.coal_minimum_output, y, d] * drivers[DRIVER.coal_minimum_outside, y, d]
        )
        outside *= (1.0 - own[COAL_POWER]) * base.capacity_average[COAL_POWER, d]
        mix[MINIMUM, d] = least(outside, mix[AVAILABLE, d])
        mix[HEAT_BOUND, d] = positive(bound - mix[MINIMUM, d])  # the grid needs no less in winter
        pumped = drivers[DRIVER.pumped_duration, y, d] * average[PUMPED, d]
        stored = drivers[DRIVER.storage_duration, y, d] * average[STORAGE, d]
        moved = drivers[DRIVER.storage_duration, y, d] * drivers[DRIVER.demand_response, y, d]
        mix[STORE_POWER, d] = average[PUMPED, d] + average[STORAGE, d]
        mix[STORE_POWER, d] += drivers[DRIVER.demand_response, y, d]
        mix[STORE_OUTPUT, d] = pumped + stored + moved
        mix[STORE_INTAKE, d] = pumped / p[PARAMETER.pumping_efficiency] + moved
        mix[STORE_INTAKE, d] += stored / p[PARAMETER.storage_efficiency]


@step
def plan_import(y, structure, drivers, base, start, results):
    """Planned net import of the year: the driver's change, and what own plants displace.

    The driver moves the net import of the draw's own base year.
    """
    own = structure.own_use_rate
    out = results.electricity_generation
    s = results.scalars
    for d in range(start.shape[1]):
        load = s[SCALAR.final_electricity, y, d] / (1.0 - drivers[DRIVER.grid_loss_rate, y, d])
        made = (1.0 - own[NUCLEAR]) * out[NUCLEAR, y, d] + (1.0 - own[HYDRO]) * out[HYDRO, y, d]
        for t in range(WIND_ON, BIO_POWER + 1):
            made += (1.0 - own[t]) * out[t, y, d]
        if y == 0:
            start[LOAD_START, d] = load
            start[OWN_START, d] = made
        moved = drivers[DRIVER.net_import, y, d] - drivers[DRIVER.net_import, 0, d]
        s[SCALAR.electricity_planned_import, y, d] = planned_import(
            base.net_import[d] + moved,
            drivers[DRIVER.net_import_displacement, y, d],
            made,
            start[OWN_START, d],
            load,
            start[LOAD_START, d],
        )


@step
def apply_hours(y, structure, drivers, average, mix, outcome, start, hours, results):
    """Curtail wind and sun, give stores their hours, and keep what the base year gave.

    The hours give the change since the base year, whose curtailment is an observation:
    local lines and errors of forecast stand in it too.
    """
    s = results.scalars
    out = results.electricity_generation
    highest = highest_load(structure.days)
    for d in range(mix.shape[1]):
        green = (mix[WIND_LAND, d] + mix[WIND_SEA, d] + mix[SUN, d]) / GW_PER_TWH
        rate = outcome[CURTAILED, d] / green if green > 0.0 else 0.0
        # times a store could be filled from surplus: the same for all kinds of stores
        intake = mix[STORE_INTAKE, d]
        filled = 1e3 * outcome[STORED, d] / intake if intake > 0.0 else 0.0
        if y == 0:
            start[CURTAILED_START, d] = rate
            start[EXPORTED_START, d] = outcome[EXPORTED, d]
            start[UNSERVED_START, d] = outcome[UNSERVED, d]
            start[FILLED_START, d] = filled
        lost = curtailment(
            drivers[DRIVER.curtailment_base, y, d],
            drivers[DRIVER.curtailment_response, y, d],
            rate,
            start[CURTAILED_START, d],
        )
        kept = (1.0 - lost) / (1.0 - drivers[DRIVER.curtailment_base, 0, d])
        for t in range(WIND_ON, SOLAR_ROOF + 1):
            out[t, y, d] *= kept
        more = filled - start[FILLED_START, d]
        pumped = store_hours(hours[PUMPED, d], more, drivers[DRIVER.pumped_duration, y, d])
        stored = store_hours(hours[STORAGE, d], more, drivers[DRIVER.storage_duration, y, d])
        out[PUMPED, y, d] = generation(average[PUMPED, d], pumped)
        out[STORAGE, y, d] = generation(average[STORAGE, d], stored)
        s[SCALAR.curtailment, y, d] = lost
        s[SCALAR.peak_residual_load, y, d] = outcome[PEAK, d]
        firm = mix[AVAILABLE, d] + mix[STORE_POWER, d]
        load = highest * mix[LOAD, d]
        s[SCALAR.reserve_margin, y, d] = (firm - outcome[PEAK, d]) / load
        s[SCALAR.peak_load, y, d] = load
        s[SCALAR.supply_capability, y, d] = supply_capability(
            load, firm, outcome[PEAK, d], mix[LINK, d]
        )


@step
def settle(y, structure, drivers, average, outcome, start, import_limit, balance, results):
    """Close the year: coal within its yearly limit, then net import, then identities.

    What the hours leave unserved or send out beyond the base year, and what coal cannot
    close within the year, is an explicit shortfall or surplus, settled by net import; what
    that exceeds the limit of the links by is shown.
    """
    p = structure.parameters
    s = results.scalars
    out = results.electricity_generation
    own = structure.own_use_rate[COAL_POWER]
    draws = average.shape[1]
    for d in range(draws):
        final = s[SCALAR.final_electricity, y, d]
        balance[FIXED, d] = final / (1.0 - drivers[DRIVER.grid_loss_rate, y, d])
        balance[OTHER, d] = 0.0
    for t in range(average.shape[0]):
        if t != COAL_POWER:
            for d in range(draws):
                balance[OTHER, d] += out[t, y, d]
                balance[FIXED, d] += structure.own_use_rate[t] * out[t, y, d]
    for d in range(draws):
        fixed, other = balance[FIXED, d], balance[OTHER, d]
        fixed += out[PUMPED, y, d] / p[PARAMETER.pumping_efficiency]
        fixed += out[STORAGE, y, d] / p[PARAMETER.storage_efficiency]
        planned = s[SCALAR.electricity_planned_import, y, d]
        shortfall = positive(outcome[UNSERVED, d] - start[UNSERVED_START, d])
        surplus = positive(outcome[EXPORTED, d] - start[EXPORTED_START, d])
        wanted = coal_residual(fixed, other, planned + shortfall - surplus, own)
        most = generation(average[COAL_POWER, d], drivers[DRIVER.coal_hours_max, y, d])
        coal = min(max(wanted, 0.0), most)
        shortfall += (1.0 - own) * positive(wanted - most)
        surplus += (1.0 - own) * positive(-wanted)
        out[COAL_POWER, y, d] = coal
        net_import = planned + shortfall - surplus
        demand = fixed + own * coal
        s[SCALAR.electricity_demand, y, d] = demand
        s[SCALAR.electricity_net_import, y, d] = net_import
        s[SCALAR.electricity_shortfall, y, d] = shortfall
        s[SCALAR.electricity_surplus, y, d] = surplus
        s[SCALAR.electricity_exchange_excess, y, d] = max(abs(net_import) - import_limit[d], 0.0)
        s[SCALAR.coal_power_hours, y, d] = utilisation_hours(coal, average[COAL_POWER, d])
        results.residual[IDENTITY.electricity_balance, y, d] = abs(
            demand - other - coal - net_import
        ) / abs(demand)
