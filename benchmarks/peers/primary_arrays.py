"""Primary energy and its balance over whole arrays; see `year_arrays`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.peers.economy_arrays import Setup, Values
from models.labels import TECHNOLOGIES

CALORIFIC = 0.1229  # Mtce per TWh
GREEN = ("wind_onshore", "wind_offshore", "solar_utility", "solar_distributed")
OWN = ("nuclear", "hydro", *GREEN)  # primary electricity
T = {name: i for i, name in enumerate(TECHNOLOGIES)}


def primary_energy(
    setup: Setup, wide: Callable[[list[Any]], Any], d: Values, found: Values, flows: Values
) -> None:
    """Primary energy by carrier, totals in both methods, the non-fossil share."""
    s, p = setup.structure, setup.parameters
    final, heat = found["carriers"], flows["heat"]
    made, rate, warm = found["electricity_generation"], d["coal_rate"], d["nuclear_heat"]
    net = found["electricity_net_import"]
    coal = final[0] + heat[0] + rate * made[T["coal"]] + flows["coking"] + p.coal_loss
    coke = final[1] + heat[1] - flows["coke"]
    oil = final[2] + heat[2] + flows["refining"]
    gas = final[3] + heat[3] + p.gas_rate * made[T["gas"]] + p.gas_loss
    biomass = final[6] + heat[6] + rate * made[T["biomass"]]
    wind = rate * (made[T["wind_onshore"]] + made[T["wind_offshore"]])
    solar = rate * (made[T["solar_utility"]] + made[T["solar_distributed"]])
    nuclear, hydro = rate * made[T["nuclear"]] + warm, rate * made[T["hydro"]]
    carriers = [coal, coke, oil, gas, rate * net, 0.0, biomass, nuclear, hydro, wind, solar]
    fuels = coal + coke + oil + gas + biomass
    own = sum(made[T[name]] for name in OWN)
    total = fuels + warm + rate * (own + net)
    calorific = fuels + warm + CALORIFIC * (own + net)
    value = CALORIFIC if s.calorific_share else rate
    imported = net * d["imported_nonfossil_share"] if s.count_imported_nonfossil else 0.0
    clean = biomass + warm + value * (own + imported)
    found |= {
        "primary_energy": wide(carriers),
        "energy_total": total,
        "energy_total_calorific": calorific,
        "non_fossil_share": clean / (calorific if s.calorific_share else total),
        "energy_intensity": 100.0 * total / found["gdp"],
        "coal_consumption": coal,
        "oil_consumption": oil,
        "gas_consumption": gas,
    }


def check_energy(setup: Setup, d: Values, found: Values, flows: Values) -> None:
    """Residuals of energy supply against use, in both methods."""
    p, final, made = setup.parameters, found["carriers"], found["electricity_generation"]
    rate = d["coal_rate"]
    used = final.sum(0) - final[4] - final[5] + flows["heat"].sum(0) + d["nuclear_heat"]
    used = used + flows["coking"] - flows["coke"] + flows["refining"] + p.coal_loss + p.gas_loss
    returned = made[T["pumped_storage"]] + made[T["storage"]]
    burning = made[T["coal"]] + made[T["biomass"]]
    for method, value in (("", rate), ("_calorific", CALORIFIC)):
        plants = burning * (rate - value) + made[T["gas"]] * (p.gas_rate - value)
        use = used + plants + value * (found["electricity_demand"] - returned)
        supply = found[f"energy_total{method}"]
        found[f"energy_balance{method}"] = abs(supply - use) / abs(supply)
