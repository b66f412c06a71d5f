"""The 2025 energy, power and CO2 accounts of the base pack.

    final use -> transformation (power, heat, coking, refining) -> primary energy -> CO2

See `docs/methods/energy_base.md` for the equations. The figures are the solution of one
generalized least-squares reconciliation (`sim.baseyear.reconcile`).
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from models.labels import CARRIERS, ENERGY_SECTORS, FINAL_CARRIERS, TECHNOLOGIES
from sim.baseyear.co2_accounts import (
    HISTORY_YEARS,
    carbon_stored_shares,
    ceads_comparison,
    co2_by_sector,
    emission_factors,
    feedstock_shares,
    grid_factor_check,
    history,
    imported_electricity_co2,
)
from sim.baseyear.energy_inputs import PACKAGE_DATA, EnergyInputs
from sim.baseyear.energy_state import (
    HEAT_FUELS,
    EnergyState,
    balance_items,
    electricity_demand,
    energy_total,
    non_fossil_energy,
    primary_energy,
)
from sim.baseyear.energy_system import Solution, observation_table, solve_energy
from sim.baseyear.energy_tables import (
    CAPACITY_COMPONENTS,
    TOTAL_METHODS,
    capacity_rows,
    clean_table,
    energy_production,
    production_capacity,
    total_methods,
)
from sim.baseyear.power_accounts import (
    DEFAULT_DEFINITION,
    average_capacity,
    clean_definitions,
    own_use_rates,
)
from sim.errors import InputError

Floats = NDArray[np.float64]
Variables = dict[str, tuple[tuple[str, ...], Floats]]

SCALARS: Final = (
    "grid_loss_rate",
    "pumping_efficiency",
    "storage_efficiency",
    "coal_rate_gross",
    "gas_rate",
    "heat_supply_efficiency",
    "coke_output",
    "coking_efficiency",
    "refinery_loss_rate",
    "refinery_throughput",
    "coal_loss",
    "gas_loss",
    "imported_electricity_factor",
    "imported_nonfossil_share",
    "crude_steel",
    "eaf_share",
    "vehicle_stock",
    "vehicle_registrations",
    "vehicle_electric_share",
)

BALANCE_ITEMS: Final = (
    "primary_energy",
    "final_energy",
    "power_conversion",
    "grid_losses",
    "plant_own_use",
    "storage_losses",
    "heat_losses",
    "coking_losses",
    "refinery_losses",
    "coal_losses",
    "gas_losses",
    "residual",
)


def energy_accounts(inputs: EnergyInputs) -> tuple[xr.Dataset, pd.DataFrame]:
    """Reconcile the energy accounts of any province from its inputs.

    Parameters
    ----------
    inputs : EnergyInputs

    Returns
    -------
    dataset : Dataset
        Energy variables with attrs units, long_name, long_name_zh, origin; NAME_draws with
        leading dimension `base_draw` for every reconciled variable.
    observations : DataFrame
        id, variable, label, observed, sigma, reconciled, posterior_sd, z, unit, source, kind,
        note_zh.

    Raises
    ------
    InputError
        Where the accounts cannot be reconciled.
    """
    p = inputs.parameters
    solution = solve_energy(inputs, definition=DEFAULT_DEFINITION)
    centre = solution.state
    draws = solution.draws(int(p["draw_count"]), int(p["draw_seed"]))
    variables = reconciled_variables(centre, p)
    for name, (dims, values) in reconciled_variables(draws, p).items():
        variables[f"{name}_draws"] = (("base_draw", *dims), values)
    components, capacity = production_capacity(centre, inputs)
    variables |= _parameter_variables(p)
    variables |= _capacity_variables(solution, components, p)
    variables |= _clean_variables(inputs, centre)
    totals, totals_sd = total_methods(inputs, DEFAULT_DEFINITION, draws)
    variables["energy_total_method"] = (("total_method",), totals)
    variables["energy_total_method_sd"] = (("total_method",), totals_sd)
    comparison = ceads_comparison(inputs.inventory, centre, p)
    values = np.array(list(comparison.values()))
    variables["co2_ceads_comparison"] = (("comparison",), values)
    variables["grid_factor_2025"] = ((), np.array(grid_factor_check(centre, p)))
    for name, values in history(inputs, centre, _spread(draws, p)).items():
        variables[name] = (("history_year",), values)
    dataset = _label(variables, list(comparison))
    table = pd.concat(
        [observation_table(solution, inputs), capacity_rows(capacity, inputs)], ignore_index=True
    )
    return dataset, table


def reconciled_variables(state: EnergyState, parameters: dict[str, float]) -> Variables:
    """Every reconciled figure of the pack from a state; leading axes are not named.

    Parameters
    ----------
    state : EnergyState
    parameters : dict

    Returns
    -------
    dict
        Name to (dimensions, values).
    """
    lead = state.net_import.shape
    final = np.zeros((*lead, len(ENERGY_SECTORS), len(CARRIERS)))
    final[..., : len(FINAL_CARRIERS)] = state.final
    primary = primary_energy(state, parameters)
    calorific = primary_energy(state, parameters, calorific=True)
    total = energy_total(state, parameters)
    co2 = co2_by_sector(state, parameters)
    sector, carrier, technology = ("energy_sector",), ("carrier",), ("technology",)
    average = average_capacity(state.capacity_2024, state.capacity)
    balances = [balance_items(state, parameters, calorific=flag) for flag in (False, True)]
    table = np.stack(
        [np.stack([np.asarray(v) for v in b.values()], axis=-1) for b in balances], axis=-2
    )
    return {
        "final_energy": ((*sector, *carrier), final),
        "electricity_capacity": (technology, state.capacity),
        "electricity_capacity_2024": (technology, state.capacity_2024),
        "electricity_capacity_average": (technology, average),
        "electricity_generation": (technology, state.generation),
        "electricity_net_import": ((), state.net_import),
        "electricity_demand": ((), electricity_demand(state)),
        "primary_energy": (carrier, primary),
        "primary_energy_calorific": (carrier, calorific),
        "energy_total": ((), total),
        "energy_total_calorific": ((), calorific.sum(axis=-1)),
        "non_fossil_share": ((), non_fossil_energy(state, parameters) / total),
        "energy_balance": (("balance_method", "balance_item"), table),
        "process_co2": (sector, state.process),
        "co2": (sector, co2),
        "co2_total": ((), co2.sum(axis=-1)),
        "co2_process": ((), state.process.sum(axis=-1)),
        "co2_imported_electricity": ((), imported_electricity_co2(state, parameters)),
    }


def _spread(draws: EnergyState, parameters: dict[str, float]) -> dict[str, float]:
    """Standard deviation in 2025 of the draws, by the history that starts there."""
    primary = primary_energy(draws, parameters)
    process = draws.process.sum(axis=-1)
    energy = co2_by_sector(draws, parameters).sum(axis=-1) - process
    imported = imported_electricity_co2(draws, parameters)
    coal = primary[:, [CARRIERS.index(c) for c in ("coal", "coke")]].sum(axis=-1)
    return {
        "co2_history": float((energy + imported).std()),
        "co2_energy_history": float(energy.std()),
        "co2_process_history": float(process.std()),
        "coal_history": float(coal.std()),
        "oil_history": float(primary[:, CARRIERS.index("oil")].std()),
    }


def _parameter_variables(parameters: dict[str, float]) -> Variables:
    heat = np.zeros(len(CARRIERS))
    for c in HEAT_FUELS:
        heat[CARRIERS.index(c)] = parameters[f"heat_fuel_share_{c}"]
    found: Variables = {name: ((), np.array(parameters[name])) for name in SCALARS}
    found["plant_own_use_rate"] = (("technology",), own_use_rates(parameters))
    found["heat_fuel_share"] = (("carrier",), heat)
    found["feedstock_share"] = (("energy_sector", "carrier"), feedstock_shares(parameters))
    found["emission_factor"] = (("carrier",), emission_factors(parameters))
    found["carbon_stored_share"] = (("carrier",), carbon_stored_shares(parameters))
    return found


def _capacity_variables(
    solution: Solution, components: Floats, parameters: dict[str, float]
) -> Variables:
    production = energy_production(solution, components, parameters)
    return {
        "energy_production": (("carrier",), production),
        "energy_production_capacity_component": (("component",), components),
        "energy_production_capacity": ((), np.array(components.sum())),
    }


def _clean_variables(inputs: EnergyInputs, state: EnergyState) -> Variables:
    masks = np.array([np.stack([clean, clean]) for clean, _ in clean_definitions().values()])
    counted = np.array([total for _, total in clean_definitions().values()])
    found: Variables = {
        "clean_definition": (("definition", "use", "technology"), masks),
        "clean_definition_counted": (("definition", "technology"), counted),
    }
    for name, values in clean_table(inputs, state).items():
        found[f"clean_definition_{name}"] = (("definition",), values)
    return found


def _label(variables: Variables, comparison: list[str]) -> xr.Dataset:
    """Attach coordinates and attributes; every variable must be described."""
    described = pd.read_csv(PACKAGE_DATA / "energy_variables.csv").set_index("name")
    coordinates: dict[str, object] = {
        "energy_sector": list(ENERGY_SECTORS),
        "carrier": list(CARRIERS),
        "technology": list(TECHNOLOGIES),
        "component": list(CAPACITY_COMPONENTS),
        "total_method": list(TOTAL_METHODS),
        "definition": list(clean_definitions()),
        "use": ["capacity", "generation"],
        "balance_method": ["coal_equivalent", "calorific"],
        "balance_item": list(BALANCE_ITEMS),
        "comparison": comparison,
        "history_year": list(HISTORY_YEARS),
    }
    dataset = xr.Dataset(coords=coordinates)
    for name, (dims, values) in variables.items():
        base = name.removesuffix("_draws")
        if base not in described.index:
            raise InputError("variable without description", file="energy_variables.csv", key=base)
        attrs = {str(k): str(v) for k, v in described.loc[base].items()}
        dataset[name] = (dims, values, attrs)
    dataset["clean_definition"].attrs["default"] = DEFAULT_DEFINITION
    return dataset
