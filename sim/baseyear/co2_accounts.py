"""CO2 accounts of 2025 and the estimates of 2020-2025.

Coke carbon is counted in full where coke is used; recovered furnace gas is therefore never
counted on top (CEADs counts both). Coke-oven gas is the coking loss, counted once under
petroleum and coking. Fuels of power and heat stand under sector 24.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.labels import CARRIERS, ENERGY_SECTORS, FINAL_CARRIERS
from sim.baseyear.energy_inputs import EnergyInputs
from sim.baseyear.energy_state import (
    EnergyState,
    coking_coal,
    heat_fuel,
    power_fuel,
    primary_energy,
    refinery_loss,
)

Floats = NDArray[np.float64]
Parameters = Mapping[str, float]

CARBON_TO_CO2: Final = 44.0 / 12.0
FOSSIL: Final = ("coal", "coke", "oil", "gas")
FEEDSTOCKS: Final = (("12", "oil"), ("27", "oil"), ("29", "oil"), ("12", "gas"), ("12", "coal"))
HISTORY_YEARS: Final = tuple(range(2020, 2026))


def emission_factors(parameters: Parameters) -> Floats:
    """Emission factor by carrier (11,), tCO2/tce, oxidation included.

    carbon content (tC/TJ) * 0.0293076 TJ/tce * oxidation * 44/12; IPCC 2006 vol. 2 ch. 2;
    省级温室气体清单编制指南(试行) 2011, table 1.7. Zero for biomass, electricity and heat.
    """
    factors = np.zeros(len(CARRIERS))
    for c in FOSSIL:
        factors[CARRIERS.index(c)] = (
            parameters[f"carbon_content_{c}"]
            * parameters["energy_per_tce"]
            * parameters[f"oxidation_{c}"]
            * CARBON_TO_CO2
        )
    return factors


def carbon_stored_shares(parameters: Parameters) -> Floats:
    """Share of feedstock carbon that is not emitted, by carrier (11,)."""
    stored = np.zeros(len(CARRIERS))
    for c in FOSSIL:
        stored[CARRIERS.index(c)] = parameters["carbon_stored_share"]
    return stored


def feedstock_shares(parameters: Parameters) -> Floats:
    """Non-energy share of final energy by sector and carrier (44, 11)."""
    shares = np.zeros((len(ENERGY_SECTORS), len(CARRIERS)))
    for sector, c in FEEDSTOCKS:
        shares[ENERGY_SECTORS.index(sector), CARRIERS.index(c)] = parameters[
            f"feedstock_{sector}_{c}"
        ]
    return shares


def co2_by_sector(state: EnergyState, parameters: Parameters) -> Floats:
    """CO2 of combustion and process by energy sector (..., 44), Mt.

    co2[s] = sum_c final[s,c] (1 - feedstock_share[s,c] carbon_stored_share[c]) factor[c]
    + process[s]; power and heat fuels on 24, refinery loss (oil) and the carbon
    of coking coal beyond that of its coke on 11.
    """
    factors = emission_factors(parameters)
    n = len(FINAL_CARRIERS)
    emitted = 1.0 - feedstock_shares(parameters)[:, :n] * carbon_stored_shares(parameters)[:n]
    total = (state.final * emitted * factors[:n]).sum(axis=-1) + state.process
    supply = ENERGY_SECTORS.index("24")
    for fuels in (power_fuel(state, parameters), heat_fuel(state, parameters)):
        for c, amount in fuels.items():
            total[..., supply] += amount * factors[CARRIERS.index(c)]
    coke = parameters["coke_output"] * factors[CARRIERS.index("coke")]
    refining = ENERGY_SECTORS.index("11")
    total[..., refining] += refinery_loss(parameters) * factors[CARRIERS.index("oil")]
    total[..., refining] += coking_coal(parameters) * factors[CARRIERS.index("coal")] - coke
    return np.asarray(total)


def imported_electricity_co2(state: EnergyState, parameters: Parameters) -> Floats:
    """CO2 of net imported electricity, Mt (...): TWh * t/MWh."""
    return np.asarray(state.net_import * parameters["imported_electricity_factor"])


def ceads_comparison(
    inventory: pd.DataFrame | None, state: EnergyState, parameters: Parameters
) -> dict[str, float]:
    """What separates the accounts from the CEADs inventory, Mt CO2.

    Parameters
    ----------
    inventory : DataFrame or None
        CEADs inventory of 2019, Mt by sector and fuel; without one its figures are NaN.
    state : EnergyState
    parameters : mapping

    Returns
    -------
    dict
        CEADs 2019 total, its furnace gas and coke-oven gas, the total without them, the 2025
        accounts without process, and the 2025 accounts under the CEADs rule (furnace gas in
        the 2019 ratio to coke on top).
    """
    total, furnace, oven, coke, process = (
        np.nan if inventory is None else float(inventory[column].sum())
        for column in ("Scope_1_Total", "Other_Gas", "Coke_Oven_Gas", "Coke", "Process")
    )
    here = float((co2_by_sector(state, parameters) - state.process).sum())
    factor = float(emission_factors(parameters)[CARRIERS.index("coke")])
    coke_2025 = float(state.final[..., FINAL_CARRIERS.index("coke")].sum()) * factor
    return {
        "ceads_2019": total,
        "ceads_2019_furnace_gas": furnace,
        "ceads_2019_coke_oven_gas": oven,
        "ceads_2019_without_gases_and_process": total - furnace - oven - process,
        "accounts_2025_energy": here,
        "accounts_2025_energy_ceads_rule": here + coke_2025 * furnace / coke,
    }


def grid_factor_check(state: EnergyState, parameters: Parameters) -> float:
    """Mean CO2 of electricity used in 2025, t/MWh, to compare with the published grid factors."""
    factors = emission_factors(parameters)
    fuels = power_fuel(state, parameters)
    power = sum(float(v) * factors[CARRIERS.index(c)] for c, v in fuels.items())
    used = float(state.generation.sum() + state.net_import)
    return float((power + float(imported_electricity_co2(state, parameters))) / used)


def history(
    inputs: EnergyInputs, state: EnergyState, spread: Mapping[str, float]
) -> dict[str, Floats]:
    """CO2, coal and oil of 2020-2025 carried back from 2025.

    Power follows above-scale thermal generation and the coal rate, steel crude steel, cement
    process cement output (monthly releases), the rest `energy_history.csv`. `co2_history` is
    energy and net imported electricity, coal includes the net import of coke.

    Parameters
    ----------
    inputs : EnergyInputs
        Activity and indices by year, and the parameters.
    state : EnergyState
        Centre.
    spread : mapping
        Standard deviation in 2025 of each history, by name.

    Returns
    -------
    dict
        co2_history, co2_energy_history, co2_process_history, coal_history, oil_history and
        their _sd, each (6,).
    """
    parameters = inputs.parameters
    index = _indices(inputs, state)
    energy, process = _emission_blocks(state, parameters)
    carried = sum((v * index[k] for k, v in energy.items()), np.zeros(len(HISTORY_YEARS)))
    primary = dict(zip(CARRIERS, primary_energy(state, parameters), strict=True))
    found = {
        "co2_history": carried + index["imported_co2"],
        "co2_energy_history": carried,
        "co2_process_history": sum(
            (v * index[k] for k, v in process.items()), np.zeros(len(HISTORY_YEARS))
        ),
        "coal_history": _coal_history(state, index, parameters),
        "oil_history": primary["oil"] * index["oil"],
    }
    back = parameters["history_drift"] * (HISTORY_YEARS[-1] - np.array(HISTORY_YEARS))
    for name in list(found):
        found[f"{name}_sd"] = np.sqrt(spread[name] ** 2 + (back * found[name]) ** 2)
    return found


def _coal_history(
    state: EnergyState, index: Mapping[str, Floats], parameters: Parameters
) -> Floats:
    """Coal and net import of coke (6,), Mtce."""
    primary = dict(zip(CARRIERS, primary_energy(state, parameters), strict=True))
    power = float(power_fuel(state, parameters)["coal"])
    heat = float(heat_fuel(state, parameters)["coal"])
    row = state.final[ENERGY_SECTORS.index("14"), FINAL_CARRIERS.index("coal")]
    steel = float(row) + coking_coal(parameters) + primary["coke"]
    rest = primary["coal"] + primary["coke"] - power - heat - steel
    return np.asarray(
        power * index["power"]
        + heat * index["heat"]
        + steel * index["steel"]
        + rest * index["other_coal"]
    )


def _emission_blocks(
    state: EnergyState, parameters: Parameters
) -> tuple[dict[str, float], dict[str, float]]:
    """Energy and process CO2 of 2025 by the index that carries it back, Mt."""
    factors = dict(zip(CARRIERS, emission_factors(parameters), strict=True))
    primary = dict(zip(CARRIERS, primary_energy(state, parameters), strict=True))
    power = float(power_fuel(state, parameters)["coal"])
    heat = float(heat_fuel(state, parameters)["coal"])
    process = state.process.sum()
    burnt = primary["coal"] - parameters["coal_loss"]
    made = parameters["coke_output"] * factors["coke"]
    coke = primary["coke"] + parameters["coke_output"]
    energy = {
        "power": power * factors["coal"],
        "heat": heat * factors["coal"],
        "other_coal": (burnt - power - heat) * factors["coal"] - made,
        "steel": coke * factors["coke"],
        "gas": (primary["gas"] - parameters["gas_loss"]) * factors["gas"],
    }
    total = float(co2_by_sector(state, parameters).sum() - process)
    energy["oil"] = total - sum(energy.values())
    cement = float(state.process[ENERGY_SECTORS.index("13")])
    return energy, {"cement": cement, "steel": float(process) - cement}


def _indices(inputs: EnergyInputs, state: EnergyState) -> dict[str, Floats]:
    """Activity indices of 2020-2025, 2025 = 1."""
    parameters, panel, stated = inputs.parameters, inputs.activity, inputs.history
    past = list(HISTORY_YEARS[:-1])
    thermal = np.append(
        panel.loc[past, "gen_thermal_yikWh"].to_numpy(dtype=float) / 10.0,
        parameters["thermal_above_scale_2025"],
    )
    steel = np.append(
        panel.loc[past, "crude_steel_wan_t"].to_numpy(dtype=float) / 100.0,
        parameters["crude_steel"],
    )
    cement = np.append(
        panel.loc[past, "cement_wan_t"].to_numpy(dtype=float) / 100.0, parameters["cement_2025"]
    )
    years_back = HISTORY_YEARS[-1] - np.array(HISTORY_YEARS)
    rate = np.exp(parameters["coal_rate_trend"] * years_back)
    found = {
        "power": thermal / thermal[-1] * rate,
        "steel": steel / steel[-1],
        "cement": cement / cement[-1],
    }
    imported = (stated["net_import_twh"] * stated["import_factor"]).loc[past].to_numpy(float)
    now = float(imported_electricity_co2(state, parameters))
    found["imported_co2"] = np.append(imported, now)
    for name in ("oil", "other_coal", "heat", "gas"):
        found[name] = stated.loc[list(HISTORY_YEARS), f"{name}_index"].to_numpy(dtype=float)
    return found
