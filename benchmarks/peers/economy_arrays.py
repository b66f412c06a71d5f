"""Growth accounting, demand, closure and accounts over whole arrays; see `year_arrays`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from models.inputoutput.demand import WIDEST
from models.labels import (
    DEMAND_GROUPS,
    ENERGY_GROUPS,
    ENERGY_SECTORS,
    PRICE_GROUPS,
    SECTORS,
    TERTIARY,
)
from models.state import Base, Parameter, Structure

Values = dict[str, Any]  # by name, arrays whose last axis holds the draws
GROWING = ("consumption_rural", "consumption_urban", "government", "investment")
MADE = (2, 3)  # price groups that make up manufacturing
INDUSTRY = (1, 2, 3)
SERVICES_GROUP = 5
REFINED, CHEMICALS = SECTORS.index("11"), SECTORS.index("12")


class Arrays(NamedTuple):
    """What differs between array libraries.

    Attributes
    ----------
    xp : module
        `numpy` or `jax.numpy`.
    put : callable
        put(array, row, values): the array with a row replaced; may change the array.
    fold : callable
        fold(step, carry, xs): carry = step(carry, x) for every x along the first axis.
    ndtr : callable
        Distribution function of the standard normal.
    hold : callable
        The same arrays, computed once: a compiler does not compute them again for each use.
    """

    xp: Any
    put: Callable[[Any, int, Any], Any]
    fold: Callable[[Callable[[Any, Any], Any], Any, Any], Any]
    ndtr: Callable[[Any], Any]
    hold: Callable[[Any], Any]


class Setup(NamedTuple):
    """A scenario's constants in the form that the array program multiplies with."""

    structure: Structure
    parameters: Any
    equipment: np.ndarray  # (n, 1)
    services: np.ndarray  # (n, 1)
    local_multiplier: np.ndarray  # (Y, 6, n) value added by price group, local share bought
    accounts: np.ndarray  # (Y, 10, n) value added by price group and four incomes
    group: np.ndarray  # (44,) energy group
    fuel_group: np.ndarray  # (44,) substitution group


def setup(structure: Structure) -> Setup:
    """Prepare a scenario."""
    member = np.arange(len(PRICE_GROUPS))[:, None] == structure.price_group
    added = member[None] * structure.value_added_coefficient[:, None]
    of = {code: name for name, codes in ENERGY_GROUPS.items() for code in codes}
    group = [of[code] for code in ENERGY_SECTORS]
    buildings, transport = ("services", "households"), ("transport",)
    shared = structure.local_supply_share[:, None]
    return Setup(
        structure=structure,
        parameters=Parameter(*structure.parameters.tolist()),
        equipment=structure.equipment[:, None],
        services=np.isin(SECTORS, TERTIARY)[:, None],
        local_multiplier=structure.value_added_multiplier * shared,
        accounts=np.concatenate([added, structure.income_coefficients.swapaxes(0, 1)], axis=1),
        group=np.array([list(ENERGY_GROUPS).index(name) for name in group]),
        fuel_group=np.array([(g in buildings) + 2 * (g in transport) for g in group]),
    )


def since(xp: Any, rates: Any) -> Any:
    """Sum of yearly rates (Y, B) since the base year, whose own rate does not count."""
    return xp.concatenate([0.0 * rates[:1], xp.cumsum(rates[1:], axis=0)])


def factor_levels(xp: Any, setup: Setup, d: Values) -> Values:
    """Labour, skill, TFP, R&D, the gap, people and prices of every year: (Y, B) each."""
    p = setup.parameters

    def levels(name: str) -> Any:
        return xp.exp(since(xp, d[name]))

    rd = p.rd_expenditure * levels("rd_growth")
    stock, gap = [p.rd_stock + 0.0 * rd[0]], [d["output_gap_2025"][0]]
    for y in range(1, rd.shape[0]):
        stock.append((1.0 - d["rd_depreciation"][y]) * stock[-1] + rd[y])
        gap.append(d["gap_persistence"][y] * gap[-1] + d["gap_shock"][y])
    known = xp.stack(stock)
    faster = xp.log(known[1:] / known[:-1]) - p.rd_stock_growth_reference
    faster = xp.concatenate([0.0 * faster[:1], faster])
    return {
        "labour": p.labour * xp.exp(since(xp, d["working_age_growth"] + d["participation_growth"])),
        "human_capital": xp.exp(since(xp, d["schooling_return"] * d["schooling_increase"])),
        "rd_expenditure": rd,
        "rd_growth": xp.concatenate(
            [p.rd_growth_2025 + 0.0 * rd[:1], xp.expm1(d["rd_growth"][1:]) + 0.0 * rd[1:]]
        ),
        "tfp": xp.exp(since(xp, d["tfp_growth"] + d["rd_elasticity"] * faster)),
        "gap": xp.stack(xp.broadcast_arrays(*gap)),
        "population": p.population * levels("population_growth"),
        "urbanisation": p.urbanisation + since(xp, d["urbanisation_increase"]),
        "prices": [levels(f"price_growth_{g}") for g in PRICE_GROUPS],
        "external": [levels(f"external_growth_{g}") for g in DEMAND_GROUPS],
        "to_chemicals": xp.clip(since(xp, d["refining_to_chemicals"]), 0.0, 1.0),
        "to_services": since(xp, d["consumption_services_shift"]),
        "to_equipment": since(xp, d["investment_equipment_shift"]),
    }


class Economy:
    """Growth accounting, final demand, closure and accounts, year after year."""

    def __init__(self, lib: Arrays, setup: Setup, base: Base, levels: Values) -> None:
        self.lib, self.xp, self.setup, self.levels = lib, lib.xp, setup, levels
        self.demand = base.final_demand
        kinds = (setup.services, setup.services, None, setup.equipment)
        self.shares = [
            None if kind is None else (f * kind).sum(0) / f.sum(0)
            for f, kind in zip(self.demand[:4], kinds, strict=True)
        ]
        self.volumes = self.xp.ones((3, 7, self.demand.shape[-1]))
        self.first: Values = {}

    def year(self, y: int, d: Values, before: Values | None) -> Values:
        """Return the accounts of a year; `before` is what the year before gave."""
        s = self.setup.structure
        demand = self.lib.hold(self.composed(y))
        found: Values = {}
        if before is not None:
            supply = self.potential(y, d, before, found)
            supported = self.xp.concatenate(
                [
                    self.xp.matmul(self.setup.local_multiplier[y], demand[:5]),
                    self.xp.matmul(s.value_added_multiplier[y], demand[5:]),
                ]
            )
            supply = self.close(y, d, supply, supported, found)
        self.volumes = self.lib.hold(self.volumes)
        final = self.lib.hold(demand * self.volumes[0][:, None])
        self.account(y, final, found)
        if before is None:
            supply = found["gdp"]
            self.start(d, supply, found)
            for name in ("domestic", "external"):
                found[f"manufacturing_share_if_{name}"] = found["manufacturing_share"]
                found[f"closure_scale_{name}"] = 0.0 * supply
        found["gdp_supply_demand"] = abs(found["gdp"] - supply) / abs(found["gdp"])
        found["output_gap"] = self.xp.log(found["gdp"] / found["potential_gdp"])
        self.rates(found, before)
        return found

    def composed(self, y: int) -> Any:
        """Final demand (7, n, B) at base-year volumes and this year's composition."""
        xp, base, levels = self.xp, self.demand, self.levels
        moves = ("to_services", "to_services", None, "to_equipment")
        kinds = (self.setup.services, self.setup.services, None, self.setup.equipment)
        parts = []
        for k, (move, kind) in enumerate(zip(moves, kinds, strict=True)):
            if y == 0 or move is None:
                parts.append(base[k])
                continue
            share, shift = self.shares[k], levels[move][y]
            new = xp.clip(share + shift, 0.0, 1.0)
            still = shift == 0.0
            inside = xp.where(still, 1.0, new / share)
            outside = xp.where(still, 1.0, (1.0 - new) / (1.0 - share))
            parts.append(base[k] * xp.where(kind, inside, outside))
        groups = xp.stack(xp.broadcast_arrays(*(path[y] for path in levels["external"])))
        external = groups[self.setup.structure.demand_group]
        parts.append(base[4])
        parts += [self.converted(y, base[k] * external) for k in (5, 6)]
        return xp.stack(parts)

    def converted(self, y: int, sales: Any) -> Any:
        """Sales outside the province (n, B) with part of refined products made chemicals."""
        put = self.lib.put
        refined, chemicals = sales[REFINED], sales[CHEMICALS]
        moved = self.levels["to_chemicals"][y] * refined
        return put(put(sales, CHEMICALS, chemicals + moved), REFINED, refined - moved)

    def potential(self, y: int, d: Values, before: Values, found: Values) -> Any:
        """GDP that the factors supply."""
        p, levels = self.setup.parameters, self.levels
        kept = (1.0 - before["d_depreciation_rate"]) * before["capital"]
        invested = p.investment_scale * before["uses"][3]
        capital = kept + before["d_investment_efficiency"] * invested
        self.remember(d, found)
        output = self.cobb_douglas(y, d, capital)
        found["potential_gdp"] = self.first["level"] * levels["tfp"][y] * output
        self.put_factors(y, capital, found)
        return found["potential_gdp"] * self.xp.exp(levels["gap"][y])

    def start(self, d: Values, supply: Any, found: Values) -> None:
        """TFP level of the base year, from its GDP and gap."""
        capital = self.setup.parameters.capital_2025_start + 0.0 * supply
        found["potential_gdp"] = supply / self.xp.exp(self.levels["gap"][0])
        self.first["level"] = found["potential_gdp"] / self.cobb_douglas(0, d, capital)
        self.put_factors(0, capital, found)
        self.remember(d, found)

    @staticmethod
    def remember(d: Values, found: Values) -> None:
        """Keep for the next year what acts on this year's investment."""
        for name in ("depreciation_rate", "investment_efficiency"):
            found[f"d_{name}"] = d[name]

    def cobb_douglas(self, y: int, d: Values, capital: Any) -> Any:
        """Output per unit of TFP."""
        skilled = self.levels["human_capital"][y] * self.levels["labour"][y]
        alpha = d["capital_share"]
        log = self.xp.log
        return self.xp.exp(alpha * log(capital) + (1.0 - alpha) * log(skilled))

    def put_factors(self, y: int, capital: Any, found: Values) -> None:
        """Factors of the year among the results."""
        names = ("labour", "human_capital", "tfp", "rd_expenditure", "rd_growth")
        for name in (*names, "population", "urbanisation"):
            found[name] = self.levels[name][y]
        found["capital"] = capital

    def close(self, y: int, d: Values, supply: Any, supported: Any, found: Values) -> Any:
        """Scale volumes so that demand creates the GDP supplied; return that GDP."""
        xp = self.xp
        ones = xp.ones(self.demand.shape[-1])
        rates = [d[f"{use}_growth"] for use in GROWING]
        rates += [0.0, d["outflow_growth"], d["exports_growth"]]
        volumes = self.volumes * xp.exp(xp.stack([rate * ones for rate in rates]))
        created = supported.sum(1)
        domestic = (volumes[:, :4] * created[:4]).sum(1)
        outside = (volumes[:, 5:] * created[5:]).sum(1)
        demanded = domestic + created[4] + outside
        led = self.setup.structure.supply_led
        gap = supply - demanded if led else 0.0 * demanded
        weight = xp.stack([d["closure_weight_domestic"] * ones, ones, 0.0 * ones])
        change = gap / (weight * domestic + (1.0 - weight) * outside)
        up = xp.clip(weight * change, -WIDEST, WIDEST)
        out = (gap - up * domestic) / outside
        held = xp.clip(out, -WIDEST, WIDEST)
        up = xp.where(held == out, up, (gap - held * outside) / domestic)
        move = xp.stack([1.0 + up] * 4 + [1.0 + 0.0 * up] + [1.0 + held] * 2, axis=1)
        self.volumes = volumes * move
        found["closure_scale_domestic"], found["closure_scale_external"] = up[0], held[0]
        moved = self.volumes[1:]
        value = sum(moved[:, k, None] * supported[k] for k in range(7))
        prices = [path[y] for path in self.levels["prices"]]
        nominal = sum(value[:, g] * price for g, price in enumerate(prices))
        made = sum(value[:, g] * prices[g] for g in MADE) / nominal
        found["manufacturing_share_if_domestic"] = made[0]
        found["manufacturing_share_if_external"] = made[1]
        return supply if led else demanded[0]

    def account(self, y: int, final: Any, found: Values) -> None:
        """Output, the three measures of GDP and shares."""
        xp, s = self.xp, self.setup.structure
        r = s.local_supply_share[y][:, None]
        bought, sold = final[:5].sum(0), final[5] + final[6]
        output = s.leontief_inverse[y] @ (r * bought + sold)
        use = s.technical_coefficients[y] @ output + bought
        flow = abs(output) + abs(use) + abs(sold)
        gaps = abs(output - r * use - sold) / xp.where(flow > 0.0, flow, 1.0)
        found["row_balance"] = gaps.max(0)
        sums = self.setup.accounts[y] @ output
        added, incomes = sums[:6], sums[6:]
        gdp = added.sum(0)
        uses = final.sum(1)
        imports = use.sum(0) - (r * use).sum(0)
        consumption, out = uses[:3].sum(0), uses[5:].sum(0)
        expenditure = uses.sum(0) - imports
        names = ("compensation", "production_taxes", "depreciation", "operating_surplus")
        found.update(zip(names, incomes, strict=True))
        price = [path[y] for path in self.levels["prices"]]
        nominal = sum(added[g] * price[g] for g in range(6))
        primary, tertiary = added[0] * price[0] / nominal, added[5] * price[5] / nominal
        found |= {
            "gdp": gdp,
            "saving_rate": 1.0 - consumption / gdp,
            "external_balance_share": (out - imports) / gdp,
            "gdp_production_income": abs(gdp - incomes.sum(0)) / abs(gdp),
            "gdp_production_expenditure": abs(gdp - expenditure) / abs(gdp),
            "primary_share": primary,
            "tertiary_share": tertiary,
            "secondary_share": 1.0 - primary - tertiary,
            "manufacturing_share": sum(added[g] * price[g] for g in MADE) / nominal,
            "manufacturing_share_constant": sum(added[g] for g in MADE) / gdp,
            "value_added": s.value_added_coefficient[y][:, None] * output,
            "gross_output": output,
            "final_demand": final,
            "uses": uses,
            "added": added,
        }

    def rates(self, now: Values, before: Values | None) -> None:
        """Real growth; that of the base year is data."""
        added, uses = now["added"], now["uses"]
        now["growing"] = {
            "gdp_growth": now["gdp"],
            "primary_growth": added[0],
            "industry_growth": sum(added[g] for g in INDUSTRY),
            "services_growth": added[SERVICES_GROUP],
            "labour_productivity_growth": now["gdp"] / now["labour"],
            "investment_growth": uses[3],
            "consumption_growth": uses[0] + uses[1],
        }
        for name, level in now["growing"].items():
            if before is None:
                rate = getattr(self.setup.parameters, f"{name}_2025")
                now[name] = rate + 0.0 * now["gdp"]
            else:
                now[name] = level / before["growing"][name] - 1.0
