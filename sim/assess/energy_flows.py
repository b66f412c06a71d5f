"""The energy balance of the base year as flows, from supply to use: every Mtce that enters leaves.

Calorific method: electricity counts 0.1229 Mtce per TWh wherever it comes from, so that what
thermal plants waste stands among the losses. Raw-material use of fuels stands apart.
"""

from __future__ import annotations

from typing import Final

import pandas as pd
import xarray as xr

from models.energy.year import CALORIFIC
from models.labels import ENERGY_GROUPS, FINAL_CARRIERS

COLUMNS: Final[tuple[tuple[str, ...], ...]] = (
    (
        *("supply_coal", "supply_coke", "supply_oil", "supply_gas", "supply_biomass"),
        *("supply_nuclear", "supply_hydro", "supply_wind", "supply_solar", "supply_electricity"),
    ),
    ("coke_ovens", "refineries", "heat_plants", "power_system"),
    tuple(f"final_{carrier}" for carrier in FINAL_CARRIERS),
    (*(f"use_{group}" for group in ENERGY_GROUPS), "raw_materials", "losses"),
)
_THERMAL: Final = {"coal": "coal_rate_gross", "gas": "gas_rate", "biomass": "coal_rate_gross"}
_ELECTRIC: Final = {
    "nuclear": ("nuclear",),
    "hydro": ("hydro",),
    "wind": ("wind_onshore", "wind_offshore"),
    "solar": ("solar_utility", "solar_distributed"),
}


def energy_flows(pack: xr.Dataset) -> pd.DataFrame:
    """Return the flows of the base year.

    Parameters
    ----------
    pack : Dataset
        The base-year pack.

    Returns
    -------
    DataFrame
        ``source, target`` (names of `COLUMNS`) and ``value`` (Mtce, calorific), positive. The
        flows into a node equal those out of it, but for supply and use.
    """
    final = {c: float(pack["final_energy"].sel(carrier=c).sum()) for c in FINAL_CARRIERS}
    heat_fuel = {
        c: final["heat"] / _number(pack, "heat_supply_efficiency") * float(share)
        for c, share in zip(
            pack["carrier"].values,
            pack["heat_fuel_share"].sel(carrier=pack["carrier"]),
            strict=True,
        )
    }
    flows = [
        *_fuels(pack, final, heat_fuel),
        *_power(pack, final),
        *_heat(final, heat_fuel),
        *_uses(pack),
    ]
    table = pd.DataFrame(flows, columns=["source", "target", "value"])
    return table[table["value"] > 0.0].reset_index(drop=True)


def _number(pack: xr.Dataset, name: str) -> float:
    return float(pack[name])


Flow = tuple[str, str, float]


def _fuels(pack: xr.Dataset, final: dict[str, float], heat_fuel: dict[str, float]) -> list[Flow]:
    """Fuels to plants, ovens, refineries and final use."""
    made = pack["electricity_generation"]
    coke = _number(pack, "coke_output")
    charged = coke / _number(pack, "coking_efficiency")
    lost = _number(pack, "refinery_loss_rate") * _number(pack, "refinery_throughput")
    flows: list[Flow] = [
        (f"supply_{c}", "power_system", float(made.sel(technology=c)) * _number(pack, rate))
        for c, rate in _THERMAL.items()
    ]
    flows += [(f"supply_{c}", "heat_plants", heat_fuel[c]) for c in ("coal", "gas", "biomass")]
    flows += [
        ("supply_coal", "coke_ovens", charged),
        ("coke_ovens", "final_coke", coke),
        ("coke_ovens", "losses", charged - coke),
        ("supply_coke", "final_coke", final["coke"] - coke),
        ("supply_oil", "refineries", final["oil"] + heat_fuel["oil"] + lost),
        ("refineries", "heat_plants", heat_fuel["oil"]),
        ("refineries", "final_oil", final["oil"]),
        ("refineries", "losses", lost),
        *((f"supply_{c}", f"final_{c}", final[c]) for c in ("coal", "gas", "biomass")),
        *((f"supply_{c}", "losses", _number(pack, f"{c}_loss")) for c in ("coal", "gas")),
    ]
    return flows


def _power(pack: xr.Dataset, final: dict[str, float]) -> list[Flow]:
    """Into the power system, and out of it; conversion, own use, grid and storage are lost."""
    made = pack["electricity_generation"]
    flows: list[Flow] = [
        (f"supply_{c}", "power_system", CALORIFIC * float(made.sel(technology=list(t)).sum()))
        for c, t in _ELECTRIC.items()
    ]
    imported = CALORIFIC * _number(pack, "electricity_net_import")
    burnt = sum(float(made.sel(technology=c)) * _number(pack, rate) for c, rate in _THERMAL.items())
    entering = sum(value for _, _, value in flows) + imported + burnt
    return [
        *flows,
        ("supply_electricity", "power_system", imported),
        ("power_system", "final_electricity", final["electricity"]),
        ("power_system", "losses", entering - final["electricity"]),
    ]


def _heat(final: dict[str, float], heat_fuel: dict[str, float]) -> list[Flow]:
    return [
        ("heat_plants", "final_heat", final["heat"]),
        ("heat_plants", "losses", sum(heat_fuel.values()) - final["heat"]),
    ]


def _uses(pack: xr.Dataset) -> list[Flow]:
    """Final energy by group of sectors, raw materials apart."""
    used = pack["final_energy"]
    raw = used * pack["feedstock_share"]
    flows: list[Flow] = []
    for carrier in FINAL_CARRIERS:
        for group, sectors in ENERGY_GROUPS.items():
            part = (used - raw).sel(energy_sector=list(sectors), carrier=carrier)
            flows.append((f"final_{carrier}", f"use_{group}", float(part.sum())))
        flows.append((f"final_{carrier}", "raw_materials", float(raw.sel(carrier=carrier).sum())))
    return flows
