"""The whole year once more, for one draw, in plain NumPy: what `models` is checked against.

Slow and readable, written from the economics and not from the kernels: matrices where
they loop, `solve` where they store an inverse, levels since the base year where they
carry a state. Only labels and the order of drivers, parameters and results are shared.
"""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np

from models import labels
from models.labels import CARRIERS, ENERGY_GROUPS, FINAL_CARRIERS, SECTORS, TECHNOLOGIES
from models.state import BUILT, IDENTITIES, RETIRED, RUN, SCALARS, Driver, Parameter, Results

TCE_PER_MWH = 0.1229  # calorific value: Mtce per TWh
MOST = 0.25  # change of a kind of demand that the closure makes in a year
RENEWABLE = ("wind_onshore", "wind_offshore", "solar_utility", "solar_distributed")
OWN_POWER = ("nuclear", "hydro", *RENEWABLE)  # primary electricity made in the province
SUBSTITUTION = {"services": "buildings", "households": "buildings", "transport": "transport"}
FUELS = ("coal", "coke", "oil", "gas")
PRIMARY, INDUSTRY, MANUFACTURING, SERVICES = (
    np.isin(SECTORS, codes)
    for codes in (labels.PRIMARY, labels.INDUSTRY, labels.MANUFACTURING, labels.TERTIARY)
)


def at(order, names) -> np.ndarray:
    """Positions of `names` in `order`."""
    return np.array([order.index(name) for name in names], dtype=int)


def since(rates) -> np.ndarray:
    """Sum of yearly rates since the base year, whose own rate does not count."""
    return np.concatenate([[0.0], np.cumsum(rates[1:])])


def spread(values: dict, groups: dict) -> np.ndarray:
    """One row per sector or energy sector: the value of its group."""
    of = {code: name for name, codes in groups.items() for code in codes}
    order = labels.ENERGY_SECTORS if "households" in groups else SECTORS
    return np.array([values[of[code]] for code in order])


def drift_apart(structure, factors):
    """The structure with the input coefficients of one draw; factors (54, Y)."""
    A = structure.technical_coefficients.copy()
    before, after = A.sum(axis=1), A.sum(axis=1)
    for y in range(1, len(A)):
        by_group = dict(zip(labels.DEMAND_GROUPS, np.exp(factors[:12, y]), strict=True))
        moved = spread(by_group, labels.DEMAND_GROUPS)[:, None] * A[y]
        logit = np.log(before[y] / (1 - before[y])) + factors[12:, y]
        after[y] = 1 / (1 + np.exp(-logit))
        A[y] = moved / moved.sum(axis=0) * after[y]
    incomes = structure.income_coefficients * ((1 - after) / (1 - before))
    return structure._replace(technical_coefficients=A, income_coefficients=incomes)


def simulate_one(structure, base, drivers, slips, apart=None) -> Results:
    """Run one draw: `base` without its draw axis, drivers (D, Y), slips (U,), apart (54, Y)."""
    if apart is not None:
        structure = drift_apart(structure, apart)
    d = Driver(*drivers)
    p = Parameter(*structure.parameters)
    years = drivers.shape[1]
    s = SimpleNamespace(**{name: np.zeros(years) for name in SCALARS})
    r = SimpleNamespace(**{name: np.zeros(years) for name in IDENTITIES})
    t = SimpleNamespace(raw_material=[])  # tables, one entry per year
    for name in Results._fields[1:-1]:
        setattr(t, name, [])
    factors(d, p, s)
    accounts(structure, base, d, p, s, r, t)
    rates(structure, d, p, s, t)
    vehicles(d, p, s, r)
    end, average = capacities(structure, base, d, p, slips)
    t.electricity_capacity, t.links = [now[:11] for now in end], [now[11:] for now in average]
    s.exchange_capability[:] = [now[11] for now in end]
    average = [now[:11] for now in average]
    for y in range(years):
        burnt, raw_material = final_energy(y, structure, base, d, p, s, t)
        t.final_energy.append(burnt + raw_material)
        t.raw_material.append(raw_material)
        hours = power(y, structure, base, d, p, s, r, t, average)
        flows = transformation(y, structure, d, p, s, t)
        primary(y, structure, d, p, s, r, t, flows)
        clean(y, structure, d, p, s, t, hours)
        carbon(y, structure, base, d, p, s, r, t, flows)
    tables = [np.stack(getattr(t, name), axis=-1) for name in Results._fields[1:-1]]
    scalars, residual = (np.array(list(vars(part).values())) for part in (s, r))
    return Results(scalars, *tables, residual)


def factors(d, p, s) -> None:
    """Labour, skill, knowledge and TFP of every year; population."""
    years = len(s.labour)
    s.labour[:] = p.labour * np.exp(since(d.working_age_growth + d.participation_growth))
    s.human_capital[:] = np.exp(since(d.schooling_return * d.schooling_increase))
    s.rd_expenditure[:] = p.rd_expenditure * np.exp(since(d.rd_growth))
    s.rd_growth[:] = np.concatenate([[p.rd_growth_2025], np.expm1(d.rd_growth[1:])])
    stock, beyond = np.full(years, p.rd_stock), np.zeros(years)
    for y in range(1, years):
        stock[y] = (1 - d.rd_depreciation[y]) * stock[y - 1] + s.rd_expenditure[y]
        beyond[y] = np.log(stock[y] / stock[y - 1]) - p.rd_stock_growth_reference
    s.tfp[:] = np.exp(since(d.tfp_growth + d.rd_elasticity * beyond))
    s.population[:] = p.population * np.exp(since(d.population_growth))
    s.urbanisation[:] = p.urbanisation + since(d.urbanisation_increase)


def final_demand(y, structure, base, d) -> np.ndarray:
    """Final uses (7, n) at base-year volumes: composition shifts, external demand moves."""

    def recompose(row, member, shift):
        if shift == 0:
            return row
        share = row[member].sum() / row.sum()
        new = np.clip(share + shift, 0.0, 1.0)
        return row * np.where(member, new / share, (1 - new) / (1 - share))

    f = base.final_demand.copy()
    to_services = since(d.consumption_services_shift)[y]
    f[0] = recompose(f[0], SERVICES, to_services)
    f[1] = recompose(f[1], SERVICES, to_services)
    f[3] = recompose(f[3], structure.equipment, since(d.investment_equipment_shift)[y])
    by_group = {g: since(getattr(d, f"external_growth_{g}"))[y] for g in labels.DEMAND_GROUPS}
    f[5:] *= np.exp(spread(by_group, labels.DEMAND_GROUPS))
    refined, chemicals = SECTORS.index("11"), SECTORS.index("12")
    moved = np.clip(since(d.refining_to_chemicals)[y], 0.0, 1.0) * f[5:, refined]
    f[5:, refined] -= moved
    f[5:, chemicals] += moved
    return f


def accounts(structure, base, d, p, s, r, t) -> None:
    """Growth accounting, closure and input-output accounts of every year."""
    domestic, external = [0, 1, 2, 3], [5, 6]
    volumes = np.ones((3, 7))  # closure: the scenario's, all domestic, all external
    growth = np.zeros((7, len(s.gdp)))
    growth[:2] = d.consumption_rural_growth, d.consumption_urban_growth
    growth[2:4] = d.government_growth, d.investment_growth
    growth[5:] = d.outflow_growth, d.exports_growth
    gap = d.output_gap_2025[0]
    for y in range(len(s.gdp)):
        A, share = structure.technical_coefficients[y], structure.local_supply_share[y]
        v = 1.0 - A.sum(axis=0)
        paths = {g: since(getattr(d, f"price_growth_{g}"))[y] for g in labels.PRICE_GROUPS}
        price = np.exp(spread(paths, labels.PRICE_GROUPS))
        demand = final_demand(y, structure, base, d)
        local = demand.copy()
        local[:5] *= share
        output_of = np.linalg.solve(np.eye(42) - share[:, None] * A, local.T)  # (n, 7)
        added = v[:, None] * output_of
        created = added.sum(axis=0)
        alpha = d.capital_share[y]
        if y == 0:
            supply = created.sum()
            s.capital[0] = p.capital_2025_start
        else:
            volumes *= np.exp(growth[:, y])
            gap = d.gap_persistence[y] * gap + d.gap_shock[y]
            invested = p.investment_scale * t.final_demand[y - 1][3].sum()
            s.capital[y] = (1 - d.depreciation_rate[y - 1]) * s.capital[y - 1]
            s.capital[y] += d.investment_efficiency[y - 1] * invested
        k, skilled = s.capital[y], s.human_capital[y] * s.labour[y]
        if y == 0:
            level = supply / np.exp(gap) / (k**alpha * skilled ** (1 - alpha))
        potential = level * s.tfp[y] * k**alpha * skilled ** (1 - alpha)
        s.potential_gdp[y] = potential
        supply = potential * np.exp(gap) if structure.supply_led else volumes[0] @ created
        weights = (d.closure_weight_domestic[y], 1.0, 0.0)
        for closure in range(3) if y > 0 else ():
            q = volumes[closure]
            missing = supply - q @ created if structure.supply_led else 0.0
            made_d, made_e = q[domestic] @ created[domestic], q[external] @ created[external]
            w = weights[closure]
            both = missing / (w * made_d + (1 - w) * made_e)
            up = np.clip(w * both, -MOST, MOST)
            out = np.clip((missing - up * made_d) / made_e, -MOST, MOST)
            up = (missing - out * made_e) / made_d  # takes what is left
            q[domestic] *= 1 + up
            q[external] *= 1 + out
            if closure == 0:
                s.closure_scale_domestic[y], s.closure_scale_external[y] = up, out
        nominal = [price * (added @ q) for q in volumes]
        made = [value[MANUFACTURING].sum() / value.sum() for value in nominal]
        s.manufacturing_share[y] = made[0]
        s.manufacturing_share_if_domestic[y], s.manufacturing_share_if_external[y] = made[1:]
        s.primary_share[y] = nominal[0][PRIMARY].sum() / nominal[0].sum()
        s.tertiary_share[y] = nominal[0][SERVICES].sum() / nominal[0].sum()
        f = demand * volumes[0][:, None]
        book(y, structure, f, output_of @ volumes[0], supply, s, r, t)
    s.secondary_share[:] = 1 - s.primary_share - s.tertiary_share
    s.output_gap[:] = np.log(s.gdp / s.potential_gdp)


def book(y, structure, f, x, supply, s, r, t) -> None:
    """The three measures of GDP, incomes and balances from final demand and output."""
    A, share = structure.technical_coefficients[y], structure.local_supply_share[y]
    value_added = x - A.sum(axis=0) * x
    use = A @ x + f[:5].sum(axis=0)
    sold = f[5:].sum(axis=0)
    bought = (1 - share) * use
    gdp = value_added.sum()
    incomes = structure.income_coefficients[:, y] @ x
    s.compensation[y], s.production_taxes[y], s.depreciation[y], s.operating_surplus[y] = incomes
    s.gdp[y] = gdp
    s.saving_rate[y] = (gdp - f[:3].sum()) / gdp
    s.external_balance_share[y] = (sold.sum() - bought.sum()) / gdp
    s.manufacturing_share_constant[y] = value_added[MANUFACTURING].sum() / gdp
    r.gdp_production_income[y] = abs((gdp - incomes.sum()) / gdp)
    r.gdp_production_expenditure[y] = abs((gdp - (f.sum() - bought.sum())) / gdp)
    r.gdp_supply_demand[y] = abs((gdp - supply) / gdp)
    flow = abs(x) + abs(use) + abs(sold)
    gaps = abs(x + bought - use - sold)
    r.row_balance[y] = np.divide(gaps, flow, out=np.zeros(42), where=flow > 0).max()
    t.value_added.append(value_added)
    t.gross_output.append(x)
    t.final_demand.append(f)


def rates(structure, d, p, s, t) -> None:
    """Real growth; that of the base year is data."""
    value_added = np.array(t.value_added)
    f = np.array(t.final_demand).sum(axis=2)
    levels = {
        "gdp_growth": s.gdp,
        "primary_growth": value_added[:, PRIMARY].sum(axis=1),
        "industry_growth": value_added[:, INDUSTRY].sum(axis=1),
        "services_growth": value_added[:, SERVICES].sum(axis=1),
        "labour_productivity_growth": s.gdp / s.labour,
        "investment_growth": f[:, 3],
        "consumption_growth": f[:, 0] + f[:, 1],
    }
    for name, level in levels.items():
        getattr(s, name)[:] = np.append(getattr(p, f"{name}_2025"), level[1:] / level[:-1] - 1)


def capacities(structure, base, d, p, slips) -> tuple[list, list]:
    """Capacity of plants and links at year end and on average over the year, of every year."""
    end = [np.append(base.capacity, structure.link_capacity)]
    average = [np.append(base.capacity_average, structure.link_capacity)]
    start = structure.unit_year + slips
    for y in range(1, len(d.tfp_growth)):
        year = p.base_year + y
        added, new, from_date = np.zeros((3, 13))
        for name in BUILT:
            i = TECHNOLOGIES.index(name)
            added[i] = max(getattr(d, f"build_{name}")[y], -end[-1][i])
        for name in RETIRED:
            i = TECHNOLOGIES.index(name)
            added[i] -= min(getattr(d, f"retire_{name}")[y], end[-1][i] + added[i])
        for u in np.flatnonzero((year < start) & (start <= year + 1)):
            i, part = structure.unit_technology[u], year + 1 - start[u]  # of its first year
            size = max(structure.unit_capacity[u], -(end[-1] + added + new)[i])
            new[i] += size
            from_date[i] += size * part
        average.append(end[-1] + 0.5 * added + from_date)
        end.append(end[-1] + added + new)
    return end, average


def vehicles(d, p, s, r) -> None:
    """Vehicles at the end of every year: those of each drive that are not yet scrapped."""
    years = len(s.vehicle_stock)
    burning, electric = np.zeros(years), np.zeros(years)
    electric[0] = p.vehicle_electric_share * p.vehicle_stock
    burning[0] = p.vehicle_stock - electric[0]
    for y in range(1, years):
        new, share = d.vehicle_registrations[y], d.vehicle_electric_sales[y]
        gone = d.vehicle_scrapping[y] * burning[y - 1]
        gone_electric = d.vehicle_scrapping_electric[y] * electric[y - 1]
        burning[y] = burning[y - 1] - gone + (1 - share) * new
        electric[y] = electric[y - 1] - gone_electric + share * new
        before, after = burning[y - 1] + electric[y - 1], burning[y] + electric[y]
        r.vehicle_balance[y] = abs(after - (before - gone - gone_electric + new)) / before
    s.vehicle_stock[:] = burning + electric
    s.vehicle_electric_share[:] = electric / s.vehicle_stock


def final_energy(y, structure, base, d, p, s, t) -> tuple[np.ndarray, np.ndarray]:
    """Final energy (44, 7) burnt, and used as raw material.

    Raw materials are bound to what is made of them: they follow activity. What is burnt
    also follows efficiency and prices, then routes, vehicles and substitution.
    """
    people = np.array([s.population * (1 - s.urbanisation), s.population * s.urbanisation])
    bought = np.array([f[:2].sum(axis=1) for f in t.final_demand]).T
    e = d.household_income_elasticity[y]
    homes = (people[:, y] / people[:, 0]) ** (1 - e) * (bought[:, y] / bought[:, 0]) ** e
    output = np.append(t.gross_output[y] / t.gross_output[0], homes)
    raw = np.zeros((44, 7))
    raw[:, :4] = structure.feedstock_share[:, :4] * base.final_energy[:, :4]
    gain = {g: since(getattr(d, f"efficiency_{g}"))[y] for g in ENERGY_GROUPS}
    energy = (base.final_energy - raw) * (output * np.exp(-spread(gain, ENERGY_GROUPS)))[:, None]
    for c in range(4):
        paid = structure.fuel_price[c] + d.carbon_price * structure.emission_factor[c]
        energy[:, c] *= (paid[y] / paid[0]) ** -d.price_elasticity[y]
    coal, coke, oil, gas, electricity = energy[:, :5].T

    steel = SECTORS.index("14")
    blast = (1 - d.eaf_share[y]) / (1 - d.eaf_share[0])
    coal[steel], coke[steel] = coal[steel] * blast, coke[steel] * blast
    arc = p.crude_steel * output[steel] * (d.eaf_share[y] - d.eaf_share[0])  # Mt
    electricity[steel] += TCE_PER_MWH * p.eaf_electricity * arc

    with_engine = (1 - s.vehicle_electric_share[y]) / (1 - s.vehicle_electric_share[0])
    road, other = oil * structure.road_oil_share, oil * (1 - structure.road_oil_share)
    electricity += road * (1 - with_engine) / p.vehicle_efficiency_ratio
    road *= with_engine

    def moved(name):  # part moved since the base year
        return 1 - np.prod(1 - getattr(d, name)[1 : y + 1])

    groups = {g: SUBSTITUTION.get(g, "industry") for g in ENERGY_GROUPS}
    part = spread({g: moved(f"electrification_{m}") for g, m in groups.items()}, ENERGY_GROUPS)
    electricity += part * (coal + other + gas) / d.electrification_efficiency[y]
    coal -= part * coal
    gas -= part * gas
    oil[:] = road + (1 - part) * other
    to_gas = coal * moved("coal_to_gas")
    coal -= to_gas
    gas += to_gas * p.gas_for_coal_ratio
    electricity[SECTORS.index("31")] += TCE_PER_MWH * d.data_centre_electricity[y]
    return energy, raw * output[:, None]


def undisturbed(y, base, d) -> np.ndarray:
    """Hours of each technology at the base year's curtailment and use of stores."""
    runs = base.capacity_average > 0
    hours = np.zeros(11)
    hours[runs] = 1e3 * base.generation[runs] / base.capacity_average[runs]
    for name in RUN:
        i, path = TECHNOLOGIES.index(name), getattr(d, f"hours_{name}")
        hours[i] = hours[i] * (path[y] / path[0]) if runs[i] else path[y]
    return hours


def grown(now, start) -> float:
    """Links in service over those of the base year, 1 where it names none."""
    return now / start if start > 0 else 1.0


def supplied(y, d, t) -> float:
    """Final electricity and grid losses, TWh."""
    electricity = t.final_energy[y][:, FINAL_CARRIERS.index("electricity")].sum() / TCE_PER_MWH
    return electricity / (1 - d.grid_loss_rate[y])


def planned_import(y, structure, base, d, t, average) -> float:
    """What own non-fossil plants gain on load takes the place of purchases in part."""
    own = at(TECHNOLOGIES, (*OWN_POWER, "biomass"))
    sent = [
        ((1 - structure.own_use_rate) * average[year] * undisturbed(year, base, d) / 1e3)[own].sum()
        for year in (0, y)
    ]
    gained = sent[1] - sent[0] - (supplied(y, d, t) - supplied(0, d, t))
    schedule = base.net_import + d.net_import[y] - d.net_import[0]
    return schedule - min(d.net_import_displacement[y] * max(gained, 0.0), max(schedule, 0.0))


def typical_year(y, structure, base, d, p, t, average) -> SimpleNamespace:
    """Every typical day of the year in GW, settled day by day."""
    made = dict(zip(TECHNOLOGIES, average[y] * undisturbed(y, base, d) / 8760, strict=True))
    sent = dict(zip(TECHNOLOGIES, 1 - structure.own_use_rate, strict=True))
    size = dict(zip(TECHNOLOGIES, average[y], strict=True))
    gate = {name: made[name] * sent[name] for name in TECHNOLOGIES}
    load, land, sea, sun = structure.days.hours
    nuclear, hydro, season = structure.days.days[:, :, None]
    before = 1 - d.curtailment_base[0]
    green = land * gate["wind_onshore"] + sea * gate["wind_offshore"]
    green = (green + sun * (gate["solar_utility"] + gate["solar_distributed"])) / before
    load = load * supplied(y, d, t) / 8.76
    left = load - nuclear * gate["nuclear"] - hydro * gate["hydro"] - green
    left = left - gate["biomass"] - gate["gas"]
    left = left - planned_import(y, structure, base, d, t, average) / 8.76  # to coal, links, stores

    def chp_heat(year):
        heat = t.final_energy[year][:, FINAL_CARRIERS.index("heat")].sum() - d.nuclear_heat[year]
        return d.heat_chp_share[year] * max(heat, 0.0)

    index = chp_heat(y) / chp_heat(0) if chp_heat(0) > 0 else 1.0
    fleet = d.coal_minimum_output[y] * base.capacity_average[TECHNOLOGIES.index("coal")]
    able = d.coal_availability[y] * size["coal"]
    for_grid = fleet * d.coal_minimum_outside[y]
    minimum = np.where(season > 0, max(fleet * index, for_grid), for_grid)
    minimum = np.minimum(minimum, able) * sent["coal"]
    too_much = np.maximum(minimum - left, 0)
    room = np.maximum(left - minimum, 0)
    lack = np.maximum(room - np.maximum(able * sent["coal"] - minimum, 0), 0)

    duration = {"pumped_storage": d.pumped_duration[y], "storage": d.storage_duration[y]}
    efficiency = {"pumped_storage": p.pumping_efficiency, "storage": p.storage_efficiency}
    power = sum(size[k] for k in duration) + d.demand_response[y]
    output = sum(size[k] * duration[k] for k in duration)
    intake = sum(size[k] * duration[k] / efficiency[k] for k in duration)
    movable = d.demand_response[y] * d.storage_duration[y]
    output, intake = output + movable, intake + movable

    link = d.exchange_power[y] * grown(t.links[y][0], t.links[0][0])
    beside = np.minimum(too_much, link).sum(axis=1)
    wanted = np.clip(too_much - link, 0, power).sum(axis=1)
    worst = min(efficiency.values())
    spare = np.maximum(left - minimum + link, 0)
    back = np.minimum(spare, power).sum(axis=1) / worst
    stored = np.minimum(np.minimum(wanted, intake), back)
    rest = too_much.sum(axis=1) - beside - stored
    lost = np.minimum(rest, green.sum(axis=1))
    through = np.maximum(worst * stored - np.minimum(room, power).sum(axis=1), 0)
    spare = (able * sent["coal"] - minimum).sum(axis=1) * 24 - (room - lack).sum(axis=1)
    charged = worst * (np.maximum(spare, 0) + stored)
    served = np.minimum(np.minimum(np.minimum(lack, power).sum(axis=1), output), charged)
    days = structure.days.weight / 1e3
    return SimpleNamespace(
        curtailed=days @ lost / (days @ green.sum(axis=1)) if green.any() else 0.0,
        sent_out=days @ (beside + through + rest - lost),
        fills=1e3 * (days @ stored) / intake if intake > 0 else 0.0,
        unserved=days @ (lack.sum(axis=1) - served),
        peak=max(left.max(), 0.0),
        firm=able * sent["coal"] + power,
        highest=load.max(),
        link=link,
    )


def power(y, structure, base, d, p, s, r, t, average) -> np.ndarray:
    """Typical days move curtailment, stores and exchange from the base year's; coal closes."""
    now = typical_year(y, structure, base, d, p, t, average)
    then = typical_year(0, structure, base, d, p, t, average)
    coal, pumped, stored = at(TECHNOLOGIES, ("coal", "pumped_storage", "storage"))
    change = d.curtailment_response[y] * (now.curtailed - then.curtailed)
    lost = np.clip(d.curtailment_base[y] + change, 0, 1)
    hours = undisturbed(y, base, d)
    made = average[y] * hours / 1e3
    made[at(TECHNOLOGIES, RENEWABLE)] *= (1 - lost) / (1 - d.curtailment_base[0])
    more = max(now.fills - then.fills, 0.0)
    made[pumped] += average[y][pumped] * d.pumped_duration[y] * more / 1e3
    made[stored] += average[y][stored] * d.storage_duration[y] * more / 1e3
    made[coal] = 0.0
    taken = (
        supplied(y, d, t)
        + structure.own_use_rate @ made
        + made[pumped] / p.pumping_efficiency
        + made[stored] / p.storage_efficiency
    )
    planned = planned_import(y, structure, base, d, t, average)
    s.electricity_planned_import[y] = planned
    bought = max(now.unserved - then.unserved, 0.0)
    sold = max(now.sent_out - then.sent_out, 0.0)
    sent_out = 1 - structure.own_use_rate[coal]
    wanted = (taken - made.sum() - planned - bought + sold) / sent_out
    made[coal] = np.clip(wanted, 0.0, average[y][coal] * d.coal_hours_max[y] / 1e3)
    off = (wanted - made[coal]) * sent_out
    s.curtailment[y] = lost
    s.final_electricity[y] = supplied(y, d, t) * (1 - d.grid_loss_rate[y])
    s.electricity_shortfall[y] = bought + max(off, 0.0)
    s.electricity_surplus[y] = sold + max(-off, 0.0)
    s.electricity_net_import[y] = planned + bought - sold + off
    limit = d.import_limit[y] * grown(t.links[y].sum(), t.links[0].sum())
    s.electricity_exchange_excess[y] = max(abs(s.electricity_net_import[y]) - limit, 0.0)
    s.electricity_demand[y] = taken + structure.own_use_rate[coal] * made[coal]
    s.coal_power_hours[y] = 1e3 * made[coal] / average[y][coal] if average[y][coal] else 0.0
    s.peak_residual_load[y] = now.peak
    s.reserve_margin[y] = (now.firm - now.peak) / now.highest
    s.peak_load[y] = now.highest
    s.supply_capability[y] = now.highest * (1 + s.reserve_margin[y]) + now.link
    gap = s.electricity_demand[y] - made.sum() - s.electricity_net_import[y]
    r.electricity_balance[y] = abs(gap / s.electricity_demand[y])
    t.electricity_generation.append(made)
    return hours


def transformation(y, structure, d, p, s, t) -> SimpleNamespace:
    """Heat fuel by carrier, coking and refining, Mtce."""
    energy = t.final_energy[y].sum(axis=0)
    carrier = dict(zip(FINAL_CARRIERS, energy, strict=True))
    coke = p.coke_output * carrier["coke"] / t.final_energy[0][:, 1].sum()
    refined = t.gross_output[y][SECTORS.index("11")] / t.gross_output[0][SECTORS.index("11")]
    heat = carrier["heat"] - d.nuclear_heat[y]
    saved = d.chp_fuel_saving[y] * (d.heat_chp_share[y] - d.heat_chp_share[0])
    s.heat_nuclear[y] = d.nuclear_heat[y]
    s.heat_chp[y], s.heat_boilers[y] = heat * np.array([1, -1]) * d.heat_chp_share[y] + [0, heat]
    return SimpleNamespace(
        heat=heat * (1 / d.heat_efficiency[y] - saved) * structure.heat_fuel_share,
        coke=coke,
        coking=coke / p.coking_efficiency,
        refining=p.refinery_loss * refined,
        made=dict(zip(TECHNOLOGIES, t.electricity_generation[y], strict=True)),
        final=carrier,
    )


def primary(y, structure, d, p, s, r, t, flows) -> None:
    """Primary energy by carrier, totals and balances in both methods."""
    rate, made, final = d.coal_rate[y], flows.made, flows.final
    net_import, heat = s.electricity_net_import[y], d.nuclear_heat[y]
    use = {c: final[c] + flows.heat[FINAL_CARRIERS.index(c)] for c in (*FUELS, "biomass")}
    use["coal"] += rate * made["coal"] + flows.coking + p.coal_loss
    use["coke"] -= flows.coke
    use["oil"] += flows.refining
    use["gas"] += p.gas_rate * made["gas"] + p.gas_loss
    use["biomass"] += rate * made["biomass"]
    fuels = sum(use.values())
    own = sum(made[name] for name in OWN_POWER)
    use["electricity"], use["heat"] = rate * net_import, 0.0
    use["nuclear"] = rate * made["nuclear"] + heat
    use["hydro"] = rate * made["hydro"]
    use["wind"] = rate * (made["wind_onshore"] + made["wind_offshore"])
    use["solar"] = rate * (made["solar_utility"] + made["solar_distributed"])
    t.primary_energy.append(np.array([use[c] for c in CARRIERS]))
    s.energy_total[y] = fuels + heat + rate * (own + net_import)
    s.energy_total_calorific[y] = fuels + heat + TCE_PER_MWH * (own + net_import)
    counted = d.imported_nonfossil_share[y] if structure.count_imported_nonfossil else 0.0
    per_twh = TCE_PER_MWH if structure.calorific_share else rate
    fossil = sum(use[c] for c in FUELS) + per_twh * (1 - counted) * net_import
    whole = s.energy_total_calorific[y] if structure.calorific_share else s.energy_total[y]
    s.non_fossil_share[y] = 1 - fossil / whole
    s.energy_intensity[y] = 100 * s.energy_total[y] / s.gdp[y]
    s.coal_consumption[y], s.oil_consumption[y] = use["coal"], use["oil"]
    s.gas_consumption[y] = use["gas"]
    consumed = sum(final.values()) - final["electricity"]
    consumed += flows.heat.sum() + heat - final["heat"]  # losses of heat supply
    consumed += flows.coking - flows.coke + flows.refining + p.coal_loss + p.gas_loss
    returned = made["pumped_storage"] + made["storage"]
    for name, value in (("energy_total", rate), ("energy_total_calorific", TCE_PER_MWH)):
        plants = (made["coal"] + made["biomass"]) * (rate - value)
        plants += made["gas"] * (p.gas_rate - value)
        whole = consumed + plants + value * (s.electricity_demand[y] - returned)
        supply = getattr(s, name)[y]
        identity = name.replace("total", "balance")
        getattr(r, identity)[y] = abs((supply - whole) / supply)


def clean(y, structure, d, p, s, t, hours) -> None:
    """Production, production capacity and the clean shares."""
    made, capacity = t.electricity_generation[y], t.electricity_capacity[y]
    able = at(TECHNOLOGIES, (*OWN_POWER, "biomass"))
    t.able = [*getattr(t, "able", ()), d.coal_rate[y] * (capacity * hours)[able].sum()]
    mines = np.exp([since(getattr(d, f"{c}_capacity_growth"))[y] for c in ("coal", "oil", "gas")])
    s.energy_production[y] = d.coal_rate[y] * made[able].sum() + d.nuclear_heat[y]
    s.energy_production[y] += mines @ (p.coal_production, p.oil_production, p.gas_production)
    scale = p.non_fossil_power_capacity / t.able[0] if t.able[0] > 0 else 1.0
    s.energy_production_capacity[y] = scale * t.able[y]
    fields = p.coal_mine_capacity, p.oil_field_capacity, p.gas_field_capacity
    s.energy_production_capacity[y] += mines @ fields
    s.clean_generation[y] = structure.clean @ made
    s.clean_generation_share[y] = structure.clean @ made / (structure.counted @ made)
    s.clean_capacity_share[y] = structure.clean @ capacity / (structure.counted @ capacity)
    s.wind_pv_capacity[y] = capacity[at(TECHNOLOGIES, RENEWABLE)].sum()


def carbon(y, structure, base, d, p, s, r, t, flows) -> None:
    """CO2 by energy sector from fuels burnt and processes; scopes and intensity."""
    scale = np.array([getattr(d, f"emission_factor_{c}")[y] for c in FUELS])
    factor = structure.emission_factor[:4] * scale
    factor[1] = min(factor[1], factor[0] / p.coking_efficiency)  # carbon of the coal coked
    level = d.carbon_stored_share[y] / structure.carbon_stored_share[2]
    bound = np.minimum(structure.carbon_stored_share[:4] * level, 1.0)
    stored = t.raw_material[y][:, :4] * bound
    burnt = (t.final_energy[y][:, :4] - stored) @ factor
    index = t.gross_output[y] / t.gross_output[0] * np.exp(since(d.process_intensity_growth)[y])
    process = base.process_co2 * np.append(index, (0.0, 0.0))
    plants = flows.heat[:4].copy()
    plants[0] += d.coal_rate[y] * flows.made["coal"]
    plants[3] += p.gas_rate * flows.made["gas"]
    refineries = factor[:3] @ (flows.coking, -flows.coke, flows.refining)
    captured = d.carbon_capture[y]
    co2 = burnt + process
    co2[SECTORS.index("24")] += factor @ plants - captured
    co2[SECTORS.index("11")] += refineries
    t.co2.append(co2)
    energy = burnt.sum() + factor @ plants + refineries - captured
    released = t.primary_energy[y][:4] - (p.coal_loss, 0.0, 0.0, p.gas_loss)
    by_fuel = factor @ (released - stored.sum(axis=0)) + process.sum() - captured
    gaps = abs(co2.sum() - by_fuel), abs(co2.sum() - energy - process.sum())
    r.co2_balance[y] = max(gaps) / abs(co2.sum())
    s.co2_energy[y], s.co2_process[y], s.co2_captured[y] = energy, process.sum(), captured
    s.co2_total[y] = co2.sum()
    imported = d.imported_electricity_factor[y] * s.electricity_net_import[y]
    s.co2_imported_electricity[y] = imported
    scope = energy + structure.scope_imports * imported + structure.scope_process * process.sum()
    s.co2_target_scope[y] = scope
    s.co2_intensity[y] = 100 * scope / s.gdp[y]
    s.co2_intensity_reduction[y] = 1 - s.co2_intensity[y] / s.co2_intensity[0]
