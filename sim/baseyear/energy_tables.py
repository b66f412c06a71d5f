"""Side tables of the energy accounts: clean definitions, total energy both ways, capacity."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.labels import CARRIERS, TECHNOLOGIES
from sim.baseyear.energy_inputs import EnergyInputs
from sim.baseyear.energy_state import (
    ELECTRIC_PRIMARY,
    EnergyState,
    energy_total,
    non_fossil_energy,
    primary_energy,
)
from sim.baseyear.energy_system import Solution, unbounded_clean, without_share
from sim.baseyear.power_accounts import average_capacity, clean_definitions, share
from sim.baseyear.reconcile import Reconciliation, reconcile

Floats = NDArray[np.float64]

TOTAL_METHODS: Final = (
    "non_fossil_share",
    "fuel_balances",
    "reconciled",
    "non_fossil_share_with_imports",
)
CAPACITY_COMPONENTS: Final = ("coal_mine", "oil_field", "gas_field", "non_fossil_power")
FUEL_COMPONENTS: Final = {"coal_mine": "coal", "oil_field": "oil", "gas_field": "gas"}


def clean_table(inputs: EnergyInputs, state: EnergyState) -> dict[str, Floats]:
    """Refit the accounts under every candidate definition of clean energy.

    Returns
    -------
    dict
        Arrays over the definitions (16,): shares of the accounts as they stand, and of the
        refit the misfit, the worst z, fossil capacity (GW) and thermal generation (TWh).
    """
    names = (
        "capacity_share",
        "generation_share",
        "misfit",
        "worst_z",
        "fossil_capacity",
        "thermal_generation",
    )
    table: dict[str, list[float]] = {name: [] for name in names}
    fossil = [TECHNOLOGIES.index(t) for t in ("coal", "gas")]
    thermal = [*fossil, TECHNOLOGIES.index("biomass")]
    for name, definition in clean_definitions().items():
        refit = unbounded_clean(inputs, name)
        z = refit.result.residual_z
        table["capacity_share"].append(float(share(state.capacity, definition)))
        table["generation_share"].append(float(share(state.generation, definition)))
        table["misfit"].append(float((z**2).sum()))
        table["worst_z"].append(float(np.abs(z).max()))
        table["fossil_capacity"].append(float(refit.state.capacity[fossil].sum()))
        table["thermal_generation"].append(float(refit.state.generation[thermal].sum()))
    return {name: np.array(values) for name, values in table.items()}


def total_methods(
    inputs: EnergyInputs, definition: str, draws: EnergyState
) -> tuple[Floats, Floats]:
    """Total energy (4,) and its standard deviation by `TOTAL_METHODS`, Mtce.

    The first divides non-fossil energy of the power accounts by the published share, the
    second adds up the fuel balances without it, the third is the joint reconciliation, the
    fourth is the first where the non-fossil part of the net import counts.
    """
    p = inputs.parameters
    alone = without_share(inputs, definition)
    count, seed = int(p["draw_count"]), int(p["draw_seed"])
    free = alone.draws(count, seed)
    published = float(inputs.observations.set_index("id")["value"].get("non_fossil_share", np.nan))
    imported = p["imported_nonfossil_share"] * p["coal_rate_gross"]
    samples = (
        non_fossil_energy(free, p) / published,
        energy_total(free, p),
        energy_total(draws, p),
        (non_fossil_energy(free, p) + imported * free.net_import) / published,
    )
    return np.array([s.mean() for s in samples]), np.array([s.std() for s in samples])


def production_capacity(state: EnergyState, inputs: EnergyInputs) -> tuple[Floats, Reconciliation]:
    """Components of energy production capacity (4,), Mtce, summing to the published figure.

    Non-fossil power is capacity at year end * hours of the year * gross coal rate over
    nuclear, hydro, wind, PV and biomass; the mines and fields share what is left by their
    sigmas.
    """
    parameters = inputs.parameters
    average = average_capacity(state.capacity_2024, state.capacity)
    hours = state.generation / np.where(average > 0.0, average, 1.0)
    columns = [TECHNOLOGIES.index(t) for group in ELECTRIC_PRIMARY.values() for t in group]
    columns.append(TECHNOLOGIES.index("biomass"))
    power = float((state.capacity * hours)[columns].sum() * parameters["coal_rate_gross"])
    table = _capacity_priors(inputs)
    result = reconcile(
        np.eye(3),
        table["value"],
        table["sigma"],
        constraints=np.ones((1, 3)),
        targets=[parameters["capacity_total"] - power],
        lower=np.zeros(3),
        upper=np.full(3, np.inf),
        names=list(FUEL_COMPONENTS),
    )
    return np.append(result.estimate, power), result


def _capacity_priors(inputs: EnergyInputs) -> pd.DataFrame:
    return inputs.parameter_table.loc[[f"capacity_{c}" for c in FUEL_COMPONENTS]]


def capacity_rows(result: Reconciliation, inputs: EnergyInputs) -> pd.DataFrame:
    """Rows of the observation table for the capacity components."""
    table = _capacity_priors(inputs)
    return pd.DataFrame(
        {
            "id": table.index.to_numpy(),
            "variable": "energy_production_capacity_component",
            "label": list(FUEL_COMPONENTS),
            "observed": table["value"].to_numpy(),
            "sigma": table["sigma"].to_numpy(),
            "reconciled": result.estimate,
            "posterior_sd": result.posterior_sd,
            "z": result.residual_z,
            "unit": table["unit"].to_numpy(),
            "source": table["source"].to_numpy(),
            "kind": table["kind"].to_numpy(),
            "note_zh": "能源综合生产能力构成",
        }
    )


def energy_production(
    solution: Solution, components: Floats, parameters: dict[str, float]
) -> Floats:
    """Production of primary energy by carrier (11,), Mtce coal-equivalent.

    Mines and fields run at `utilisation_<component>` of their capacity; biomass and
    non-fossil electricity are produced where they are used.
    """
    production = primary_energy(solution.state, parameters)
    production[[CARRIERS.index(c) for c in ("coke", "electricity", "heat")]] = 0.0
    for component, carrier in FUEL_COMPONENTS.items():
        capacity = components[CAPACITY_COMPONENTS.index(component)]
        production[CARRIERS.index(carrier)] = capacity * parameters[f"utilisation_{component}"]
    return production
