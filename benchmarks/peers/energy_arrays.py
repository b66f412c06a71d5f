"""Energy, the hours of power and carbon over whole arrays; see `year_arrays`.

Tables are kept carrier by carrier, so that a sector's row of every draw lies together.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.peers.economy_arrays import Arrays, Setup, Values, since
from benchmarks.peers.hours_arrays import base_hours, run_days, typical_hours
from benchmarks.peers.primary_arrays import (
    CALORIFIC,
    GREEN,
    OWN,
    T,
    check_energy,
    primary_energy,
)
from models.labels import ENERGY_GROUPS, SECTORS, TECHNOLOGIES
from models.state import BUILT, RETIRED, RUN, Base

GW_PER_TWH = 1.0 / 8.76
FUELS = ("coal", "coke", "oil", "gas")
STEEL, INFORMATION, REFINING, UTILITIES = (SECTORS.index(c) for c in ("14", "31", "11", "24"))


class Energy:
    """Final energy, power, primary energy and CO2 of each year, given its economy."""

    def __init__(
        self, lib: Arrays, setup: Setup, base: Base, d: Values, slips: Any, levels: Values
    ) -> None:
        xp, s = lib.xp, setup.structure
        self.lib, self.xp, self.setup, self.base = lib, xp, setup, base
        self.slips, self.levels, self.p = slips, levels, setup.parameters
        self.draws = base.net_import.shape[-1]
        self.d0 = {name: path[0] for name, path in d.items()}
        raw = s.feedstock_share[:, :4, None] * base.final_energy[:, :4]
        self.raw = raw.swapaxes(0, 1)
        self.burnt = [base.final_energy[:, c] - (raw[:, c] if c < 4 else 0.0) for c in range(7)]
        gains = [since(xp, d[f"efficiency_{g}"]) for g in ENERGY_GROUPS]
        self.saved = [xp.exp(-gain) for gain in gains]

        def kept(name: str) -> Any:
            path = 1.0 - d[name]
            return xp.concatenate([xp.ones_like(path[:1]), xp.cumprod(path[1:], axis=0)])

        self.left = [kept(f"electrification_{g}") for g in ("industry", "buildings", "transport")]
        self.coal_left = kept("coal_to_gas")
        self.process = xp.exp(since(xp, d["process_intensity_growth"]))
        self.mines = {
            c: xp.exp(since(xp, d[f"{c}_capacity_growth"])) for c in ("coal", "oil", "gas")
        }
        self.capacity = self.average = base.capacity
        start = s.link_capacity[:, None] * np.ones(self.draws)
        self.links = self.links_average = self.first_links = start
        self.hours_of = base_hours(xp, base, self.d0)
        self.days = typical_hours(setup)
        self.first: Values = {}

    def wide(self, rows: list[Any]) -> Any:
        """Stack rows of one number or one a draw: (rows, B)."""
        ones = self.xp.ones(self.draws)
        return self.xp.stack([row * ones for row in rows])

    def year(self, y: int, d: Values, found: Values) -> Values:
        """Add energy and carbon to the accounts of a year."""
        if y == 0:
            self.first.update(found)
        final, raw, activity = self.final_energy(y, d, found)
        self.build(y, d)
        found["electricity_capacity"] = self.capacity
        hours = self.wide(
            [
                h * d[f"hours_{name}"] if name in RUN else h
                for h, name in zip(self.hours_of, TECHNOLOGIES, strict=True)
            ]
        )
        self.power(y, d, hours, found)
        flows = self.transform(y, d, found)
        primary_energy(self.setup, self.wide, d, found, flows)
        check_energy(self.setup, d, found, flows)
        self.indicators(y, d, hours, found)
        self.carbon(y, d, (final, raw, activity), found, flows)
        return found

    def final_energy(self, y: int, d: Values, found: Values) -> tuple[Any, Any, Any]:
        """Final energy (7, 44, B), raw material in it (4, 44, B) and activity (44, B)."""
        xp, s, p, put = self.xp, self.setup.structure, self.p, self.lib.put
        activity = self.activity(y, d, found)
        active = activity * self.wide([gain[y] for gain in self.saved])[self.setup.group]
        use = [burnt * active for burnt in self.burnt]
        for c in range(4):
            price, factor = s.fuel_price[c], s.emission_factor[c]
            paid = (price + d["carbon_price"] * factor) / (price + self.d0["carbon_price"] * factor)
            use[c] = use[c] * paid ** -d["price_elasticity"]
        coal, coke, oil, gas, electricity, heat, biomass = use
        route = (1.0 - d["eaf_share"]) / (1.0 - self.d0["eaf_share"])
        coal = put(coal, STEEL, coal[STEEL] * route)
        coke = put(coke, STEEL, coke[STEEL] * route)
        arc = p.crude_steel * activity[STEEL] * (d["eaf_share"] - self.d0["eaf_share"])
        arc = electricity[STEEL] + CALORIFIC * p.eaf_electricity * arc
        electricity = put(electricity, STEEL, arc)
        engines = self.turn_over_vehicles(y, d, found)
        road = s.road_oil_share[:, None] * oil
        other = oil - road
        left = self.wide([path[y] for path in self.left])[self.setup.fuel_group]
        per_fuel = 1.0 / d["electrification_efficiency"]
        electricity = electricity + road * ((1.0 - engines) / p.vehicle_efficiency_ratio)
        electricity = electricity + (coal + other + gas) * (1.0 - left) * per_fuel
        oil = road * engines + other * left
        coal = coal * left
        gas = gas * left + coal * ((1.0 - self.coal_left[y]) * p.gas_for_coal_ratio)
        coal = coal * self.coal_left[y]
        centres = electricity[INFORMATION] + CALORIFIC * d["data_centre_electricity"]
        electricity = put(electricity, INFORMATION, centres)
        raw = self.raw * activity
        fuels = [fuel + raw[c] for c, fuel in enumerate((coal, coke, oil, gas))]
        final = xp.stack([*fuels, electricity, heat, biomass])
        found["final_energy"], found["carriers"] = final, final.sum(1)
        return final, raw, activity

    def turn_over_vehicles(self, y: int, d: Values, found: Values) -> Any:
        """Vehicles by drive at the end of the year; what is left of road fuel."""
        p, xp = self.p, self.xp
        if y == 0:
            share = np.array([1.0 - p.vehicle_electric_share, p.vehicle_electric_share])
            self.vehicles = p.vehicle_stock * share[:, None] * xp.ones(self.draws)
            gap = self.vehicles[0] * 0.0
        else:
            bought, new = d["vehicle_electric_sales"], d["vehicle_registrations"]
            gone = self.wide([d["vehicle_scrapping"], d["vehicle_scrapping_electric"]])
            before, gone = self.vehicles.sum(0), gone * self.vehicles
            self.vehicles = self.vehicles - gone + self.wide([new - bought * new, bought * new])
            gap = abs(before - gone.sum(0) + new - self.vehicles.sum(0)) / before
        stock = self.vehicles.sum(0)
        share = self.vehicles[1] / stock
        found |= {"vehicle_stock": stock, "vehicle_electric_share": share, "vehicle_balance": gap}
        return (1.0 - share) / (1.0 - self.first.setdefault("electric", share))

    def activity(self, y: int, d: Values, found: Values) -> Any:
        """Output of sectors, and people and consumption of households, since the base year."""
        xp = self.xp
        if y == 0:
            return xp.ones((44, self.draws))
        start = self.first["gross_output"]
        made = found["gross_output"] / xp.where(start > 0.0, start, 1.0)
        people = self.people(y) / self.people(0)
        bought = found["uses"][:2] / self.first["uses"][:2]
        e = d["household_income_elasticity"]
        return xp.concatenate([made, people ** (1.0 - e) * bought**e])

    def people(self, y: int) -> Any:
        """Rural and urban population (2, B)."""
        all_of, urban = self.levels["population"][y], self.levels["urbanisation"][y]
        return self.wide([all_of * (1.0 - urban), all_of * urban])

    def build(self, y: int, d: Values) -> None:
        """Capacity at year end and on average over the year."""
        if y == 0:
            self.average = self.base.capacity_average
            return
        xp, s = self.xp, self.setup.structure
        moves = [d[f"build_{name}"] if name in BUILT else 0.0 for name in TECHNOLOGIES]
        added = xp.maximum(self.wide(moves), -self.capacity)
        closed = [d[f"retire_{name}"] if name in RETIRED else 0.0 for name in TECHNOLOGIES]
        added = added - xp.minimum(self.wide(closed), self.capacity + added)
        self.average = self.capacity + 0.5 * added
        if s.unit_year.size:
            start = s.unit_year[:, None] + self.slips
            year = self.p.base_year + y
            new = (start > year) & (start <= year + 1.0)
            part = xp.where(new, year + 1.0 - start, 0.0)
            place = (np.arange(13)[:, None] == s.unit_technology) * s.unit_capacity
            self.average = self.average + place[:11] @ part
            added = added + place[:11] @ (1.0 * new)
            self.links_average = self.links + place[11:] @ part
            self.links = self.links + place[11:] @ (1.0 * new)
        self.capacity = self.capacity + added

    def grown(self, kinds: int) -> Any:
        """Links in service over those of the base year: to other grids (1), or all (2)."""
        now, start = self.links_average[:kinds].sum(0), self.first_links[:kinds].sum(0)
        some = start > 0.0
        return self.xp.where(some, now / np.where(some, start, 1.0), 1.0)

    def planned_import(self, y: int, d: Values, sent: Any, load: Any) -> Any:
        """Scheduled net import less what own non-fossil plants gain on load displaces."""
        xp = self.xp
        own = sum(sent[T[name]] for name in (*OWN, "biomass")) / GW_PER_TWH
        if y == 0:
            self.first["load"], self.first["own"] = load, own
        gained = own - self.first["own"] - (load - self.first["load"])
        schedule = self.base.net_import + d["net_import"] - self.d0["net_import"]
        replaced = d["net_import_displacement"] * xp.maximum(gained, 0.0)
        return schedule - xp.minimum(replaced, xp.maximum(schedule, 0.0))

    def mix(self, y: int, d: Values, made: Any, found: Values) -> Values:
        """What the hours start from: means, limits and stores, in GW and GWh."""
        xp, p, base = self.xp, self.p, self.base
        own = self.setup.structure.own_use_rate
        sent = made * (GW_PER_TWH * (1.0 - own[:, None]))
        before = 1.0 / (1.0 - self.d0["curtailment_base"])
        electricity = found["carriers"][4] / CALORIFIC
        found["final_electricity"] = electricity
        planned = self.planned_import(y, d, sent, electricity / (1.0 - d["grid_loss_rate"]))
        found["electricity_planned_import"] = planned
        coal = 1.0 - own[T["coal"]]
        available = d["coal_availability"] * coal * self.average[T["coal"]]
        heat = d["heat_chp_share"] * xp.maximum(found["carriers"][5] - d["nuclear_heat"], 0.0)
        start = heat if y == 0 else self.first["heat"]
        self.first.setdefault("heat", heat)
        index = xp.where(start > 0.0, heat / xp.where(start > 0.0, start, 1.0), 1.0)
        fleet = d["coal_minimum_output"] * coal * base.capacity_average[T["coal"]]
        minimum = xp.minimum(fleet * d["coal_minimum_outside"], available)
        moved = d["demand_response"] * d["storage_duration"]
        pumped = d["pumped_duration"] * self.average[T["pumped_storage"]]
        stored = d["storage_duration"] * self.average[T["storage"]]
        stores = self.average[T["pumped_storage"]] + self.average[T["storage"]]
        return {
            "means": self.wide(
                [
                    GW_PER_TWH * electricity / (1.0 - d["grid_loss_rate"]),
                    before * sent[T["wind_onshore"]],
                    before * sent[T["wind_offshore"]],
                    before * (sent[T["solar_utility"]] + sent[T["solar_distributed"]]),
                    sent[T["nuclear"]],
                    sent[T["hydro"]],
                    sent[T["biomass"]] + sent[T["gas"]] + GW_PER_TWH * planned,
                    minimum,
                    xp.maximum(xp.minimum(fleet * index, available) - minimum, 0.0),
                ]
            ),
            "available": available,
            "link": d["exchange_power"] * self.grown(1),
            "power": stores + d["demand_response"],
            "output": pumped + stored + moved,
            "intake": pumped / p.pumping_efficiency + moved + stored / p.storage_efficiency,
            "planned": planned,
        }

    def power(self, y: int, d: Values, hours: Any, found: Values) -> None:
        """The power balance: what the hours make of curtailment, stores and links."""
        xp, p = self.xp, self.p
        made = self.average * hours * 1e-3
        mix = self.mix(y, d, made, found)
        lost, sent, stored, short, peak = run_days(self.lib, self.days, mix, p)
        green = mix["means"][1:4].sum(0) / GW_PER_TWH
        rate = xp.where(green > 0.0, lost / xp.where(green > 0.0, green, 1.0), 0.0)
        full = mix["intake"] > 0.0
        filled = xp.where(full, 1e3 * stored / xp.where(full, mix["intake"], 1.0), 0.0)
        if y == 0:
            self.first["days"] = (rate, sent, short, filled)
        then = self.first["days"]
        change = d["curtailment_response"] * (rate - then[0])
        lost = xp.clip(d["curtailment_base"] + change, 0.0, 1.0)
        kept = (1.0 - lost) / (1.0 - self.d0["curtailment_base"])
        more = xp.maximum(filled - then[3], 0.0) * 1e-3
        rows = list(made)
        for name in GREEN:
            rows[T[name]] = rows[T[name]] * kept
        for name, days in (("pumped_storage", "pumped_duration"), ("storage", "storage_duration")):
            rows[T[name]] = rows[T[name]] + self.average[T[name]] * d[days] * more
        bought, sold = xp.maximum(short - then[2], 0.0), xp.maximum(sent - then[1], 0.0)
        self.settle(d, rows, mix["planned"], bought, sold, found)
        highest = self.setup.structure.days.hours[0].max() * mix["means"][0]
        firm = mix["available"] + mix["power"]
        found |= {
            "curtailment": lost,
            "peak_residual_load": peak,
            "reserve_margin": (firm - peak) / highest,
            "peak_load": highest,
            "supply_capability": highest + firm - peak + mix["link"],
        }

    def settle(
        self, d: Values, rows: list[Any], planned: Any, bought: Any, sold: Any, found: Values
    ) -> None:
        """Close the year: coal within its yearly limit, then net import."""
        xp, p, own = self.xp, self.p, self.setup.structure.own_use_rate
        rows[T["coal"]] = 0.0 * bought
        other = sum(rows)
        fixed = found["final_electricity"] / (1.0 - d["grid_loss_rate"])
        fixed = fixed + sum(rate * row for rate, row in zip(own, rows, strict=True))
        fixed = fixed + rows[T["pumped_storage"]] / p.pumping_efficiency
        fixed = fixed + rows[T["storage"]] / p.storage_efficiency
        gate = 1.0 - own[T["coal"]]
        wanted = (fixed - other - (planned + bought - sold)) / gate
        most = self.average[T["coal"]] * d["coal_hours_max"] * 1e-3
        coal = xp.minimum(xp.maximum(wanted, 0.0), most)
        bought = bought + gate * xp.maximum(wanted - most, 0.0)
        sold = sold + gate * xp.maximum(-wanted, 0.0)
        rows[T["coal"]] = coal
        net, demand = planned + bought - sold, fixed + own[T["coal"]] * coal
        found |= {
            "electricity_shortfall": bought,
            "electricity_surplus": sold,
            "electricity_net_import": net,
            "electricity_exchange_excess": xp.maximum(
                abs(net) - d["import_limit"] * self.grown(2), 0.0
            ),
            "exchange_capability": self.links[0],
            "electricity_demand": demand,
            "coal_power_hours": 1e3 * coal / self.average[T["coal"]],
            "electricity_balance": abs(demand - other - coal - net) / abs(demand),
            "electricity_generation": xp.stack(rows),
        }

    def transform(self, y: int, d: Values, found: Values) -> Values:
        """Fuel into heat (7, B), coking and refining; heat by source."""
        p, carriers = self.p, found["carriers"]
        if y == 0:
            self.first["coke"] = carriers[1]
        coke = p.coke_output * carriers[1] / self.first["coke"]
        heat, chp = carriers[5] - d["nuclear_heat"], d["heat_chp_share"]
        per_heat = 1.0 / d["heat_efficiency"]
        per_heat = per_heat - d["chp_fuel_saving"] * (chp - self.d0["heat_chp_share"])
        found |= {
            "heat_nuclear": d["nuclear_heat"],
            "heat_chp": heat * chp,
            "heat_boilers": heat * (1.0 - chp),
        }
        refined = found["gross_output"][REFINING] / self.first["gross_output"][REFINING]
        return {
            "heat": self.setup.structure.heat_fuel_share[:, None] * (heat * per_heat),
            "coke": coke,
            "coking": coke / p.coking_efficiency,
            "refining": p.refinery_loss * refined,
        }

    def indicators(self, y: int, d: Values, hours: Any, found: Values) -> None:
        """Production, its capacity, and the clean shares."""
        s, p = self.setup.structure, self.p
        made, capacity, rate = found["electricity_generation"], self.capacity, d["coal_rate"]
        primary = np.isin(TECHNOLOGIES, (*OWN, "biomass")).astype(float)
        able = rate * (primary @ (capacity * hours * 1e-3))
        start = self.first.setdefault("able", able)
        some = start > 0.0
        scale = self.xp.where(
            some, p.non_fossil_power_capacity / self.xp.where(some, start, 1.0), 1.0
        )
        mines = {name: path[y] for name, path in self.mines.items()}
        clean = s.clean @ made
        found |= {
            "energy_production_capacity": p.coal_mine_capacity * mines["coal"]
            + p.oil_field_capacity * mines["oil"]
            + p.gas_field_capacity * mines["gas"]
            + scale * able,
            "energy_production": p.coal_production * mines["coal"]
            + p.oil_production * mines["oil"]
            + p.gas_production * mines["gas"]
            + rate * (primary @ made)
            + d["nuclear_heat"],
            "clean_generation": clean,
            "clean_generation_share": clean / (s.counted @ made),
            "clean_capacity_share": (s.clean @ capacity) / (s.counted @ capacity),
            "wind_pv_capacity": sum(capacity[T[name]] for name in GREEN),
        }

    def carbon(
        self, y: int, d: Values, energy: tuple[Any, Any, Any], found: Values, flows: Values
    ) -> None:
        """CO2 by energy sector from fuels and processes; scopes and intensity."""
        xp, s, p, put = self.xp, self.setup.structure, self.p, self.lib.put
        final, raw, activity = energy
        level = s.carbon_stored_share[:4] / s.carbon_stored_share[2]
        factor = self.wide(
            [s.emission_factor[c] * d[f"emission_factor_{fuel}"] for c, fuel in enumerate(FUELS)]
        )
        coke = xp.minimum(factor[1], factor[0] / p.coking_efficiency)  # carbon of its coal
        factor = put(factor, 1, coke)
        bound = [xp.minimum(d["carbon_stored_share"] * level[c], 1.0) * factor[c] for c in range(4)]
        fuels = sum(final[c] * factor[c] - raw[c] * bound[c] for c in range(4))
        process = self.base.process_co2[:42] * activity[:42] * self.process[y]
        co2 = xp.concatenate([fuels[:42] + process, fuels[42:]])
        heat, made = flows["heat"], found["electricity_generation"]
        plants = factor[0] * (heat[0] + d["coal_rate"] * made[T["coal"]])
        plants = plants + factor[3] * (heat[3] + p.gas_rate * made[T["gas"]])
        plants = plants + factor[1] * heat[1] + factor[2] * heat[2]
        losses = factor[0] * flows["coking"] - factor[1] * flows["coke"]
        losses = losses + factor[2] * flows["refining"]
        captured = d["carbon_capture"] + 0.0 * plants
        co2 = put(co2, UTILITIES, co2[UTILITIES] + plants - captured)
        co2 = put(co2, REFINING, co2[REFINING] + losses)
        energy_co2, processed = fuels.sum(0) + plants + losses - captured, process.sum(0)
        total, whole = energy_co2 + processed, co2.sum(0)
        supply = found["primary_energy"]
        released = (supply[0] - p.coal_loss, supply[1], supply[2], supply[3] - p.gas_loss)
        by_fuel = sum(f * r for f, r in zip(factor, released, strict=True)) + processed - captured
        by_fuel = by_fuel - sum(raw[c].sum(0) * bound[c] for c in range(4))
        imported = d["imported_electricity_factor"] * found["electricity_net_import"]
        scope = energy_co2 + s.scope_imports * imported + s.scope_process * processed
        intensity = 100.0 * scope / found["gdp"]
        self.first.setdefault("intensity", intensity)
        found |= {
            "co2": co2,
            "co2_energy": energy_co2,
            "co2_process": processed,
            "co2_captured": captured,
            "co2_total": total,
            "co2_imported_electricity": imported,
            "co2_target_scope": scope,
            "co2_intensity": intensity,
            "co2_intensity_reduction": 1.0 - intensity / self.first["intensity"],
            "co2_balance": xp.maximum(abs(whole - by_fuel), abs(whole - total)) / abs(whole),
        }
