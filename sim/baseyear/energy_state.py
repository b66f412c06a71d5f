"""The unknowns of the 2025 energy accounts and every figure that follows from them.

The state holds final energy by sector and carrier, capacity at both ends of 2025, generation,
net import and process emissions. All figures below are affine in it (or ratios of affine
figures), so the same functions give the observation rows, the identities, the centre and the
draws. Every array may have leading axes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.labels import CARRIERS, ENERGY_SECTORS, FINAL_CARRIERS, TECHNOLOGIES
from sim.baseyear.power_accounts import electricity_use

Floats = NDArray[np.float64]
Parameters = Mapping[str, float]

PROCESS_SECTORS: Final = ("12", "13", "14")
HEAT_FUELS: Final = ("coal", "gas", "oil", "biomass")
NON_FOSSIL: Final = ("nuclear", "hydro", "wind", "solar", "biomass")
ELECTRIC_PRIMARY: Final[dict[str, tuple[str, ...]]] = {
    "nuclear": ("nuclear",),
    "hydro": ("hydro",),
    "wind": ("wind_onshore", "wind_offshore"),
    "solar": ("solar_utility", "solar_distributed"),
}


@dataclass(frozen=True)
class EnergyState:
    """Reconciled unknowns: the arrays may have leading (draw) axes.

    Attributes
    ----------
    final : ndarray (..., 44, 7)
        Final energy, Mtce; electricity calorific.
    capacity, capacity_2024 : ndarray (..., 11)
        GW at the end of 2025 and of 2024.
    generation : ndarray (..., 11)
        TWh of 2025.
    net_import : ndarray (...)
        TWh.
    process : ndarray (..., 44)
        Process CO2, Mt.
    """

    final: Floats
    capacity: Floats
    capacity_2024: Floats
    generation: Floats
    net_import: Floats
    process: Floats


@dataclass(frozen=True)
class Layout:
    """Order of the unknowns in a vector: used cells of final energy, then the power block.

    Attributes
    ----------
    cells : ndarray (k, 2)
        Sector and carrier of the used cells.
    present : ndarray (t,)
        Technologies that the province has; the others are zero.
    """

    cells: NDArray[np.intp]
    present: NDArray[np.intp] = field(default_factory=lambda: np.arange(len(TECHNOLOGIES)))

    @property
    def size(self) -> int:
        """Number of unknowns."""
        return len(self.cells) + 3 * len(self.present) + 1 + len(PROCESS_SECTORS)

    def names(self) -> list[str]:
        """Names of the unknowns, `variable label`."""
        final = [f"final_energy {ENERGY_SECTORS[s]}|{FINAL_CARRIERS[c]}" for s, c in self.cells]
        blocks = ("electricity_capacity", "electricity_capacity_2024", "electricity_generation")
        power = [f"{block} {t}" for block in blocks for t in self._labels()]
        process = [f"process_co2 {s}" for s in PROCESS_SECTORS]
        return [*final, *power, "electricity_net_import total", *process]

    def state(self, x: Floats) -> EnergyState:
        """Unpack vectors (..., size)."""
        lead = x.shape[:-1]
        k, t = len(self.cells), len(self.present)
        final = np.zeros((*lead, len(ENERGY_SECTORS), len(FINAL_CARRIERS)))
        final[..., self.cells[:, 0], self.cells[:, 1]] = x[..., :k]
        process = np.zeros((*lead, len(ENERGY_SECTORS)))
        rows = [ENERGY_SECTORS.index(s) for s in PROCESS_SECTORS]
        process[..., rows] = x[..., k + 3 * t + 1 :]
        return EnergyState(
            final=final,
            capacity=self._technologies(x[..., k : k + t]),
            capacity_2024=self._technologies(x[..., k + t : k + 2 * t]),
            generation=self._technologies(x[..., k + 2 * t : k + 3 * t]),
            net_import=x[..., k + 3 * t],
            process=process,
        )

    def _labels(self) -> list[str]:
        return [TECHNOLOGIES[i] for i in self.present]

    def _technologies(self, x: Floats) -> Floats:
        full = np.zeros((*x.shape[:-1], len(TECHNOLOGIES)))
        full[..., self.present] = x
        return full

    def affine(self, figure: Callable[[EnergyState], Floats]) -> tuple[Floats, float]:
        """Coefficients (size,) and constant of an affine figure."""
        points = np.vstack([np.zeros(self.size), np.eye(self.size)])
        values = figure(self.state(points))
        return np.asarray(values[1:] - values[0]), float(values[0])


def electricity_demand(state: EnergyState) -> Floats:
    """Generation and net import, TWh (...)."""
    return np.asarray(state.generation.sum(axis=-1) + state.net_import)


def electricity_residual(state: EnergyState, parameters: Parameters) -> Floats:
    """Use less supply of electricity, TWh (...); zero in the accounts."""
    use = electricity_use(state.final, state.generation, parameters)
    return np.asarray(use - electricity_demand(state))


def heat_fuel(state: EnergyState, parameters: Parameters) -> dict[str, Floats]:
    """Fuel of heat supply by carrier, Mtce (...): heat_demand / efficiency * share."""
    heat = state.final[..., FINAL_CARRIERS.index("heat")].sum(axis=-1)
    total = heat / parameters["heat_supply_efficiency"]
    return {c: np.asarray(total * parameters[f"heat_fuel_share_{c}"]) for c in HEAT_FUELS}


def power_fuel(state: EnergyState, parameters: Parameters) -> dict[str, Floats]:
    """Fuel of power by carrier, Mtce (...): 1 TWh at 1 kgce/kWh is 1 Mtce."""
    rates = {
        "coal": parameters["coal_rate_gross"],
        "gas": parameters["gas_rate"],
        "biomass": parameters["coal_rate_gross"],
    }
    return {
        c: np.asarray(state.generation[..., TECHNOLOGIES.index(c)] * r) for c, r in rates.items()
    }


def coking_coal(parameters: Parameters) -> float:
    """Coal charged to coke ovens, Mtce."""
    return parameters["coke_output"] / parameters["coking_efficiency"]


def refinery_loss(parameters: Parameters) -> float:
    """Losses and own fuels of refining, Mtce."""
    return parameters["refinery_loss_rate"] * parameters["refinery_throughput"]


def primary_energy(
    state: EnergyState, parameters: Parameters, *, calorific: bool = False
) -> Floats:
    """Primary energy by carrier, Mtce.

    Fossil fuels and biomass as used; non-fossil electricity (pumped and other storage left
    out) and net import at the gross coal rate, or at 0.1229 Mtce/TWh in the calorific method.
    Coke is the net import of coke, electricity the net import of electricity.

    Returns
    -------
    ndarray (..., 11)
        In the order of `models.labels.CARRIERS`.
    """
    value = parameters["electricity_calorific" if calorific else "coal_rate_gross"]
    final = {c: state.final[..., i].sum(axis=-1) for i, c in enumerate(FINAL_CARRIERS)}
    heat, power = heat_fuel(state, parameters), power_fuel(state, parameters)
    amounts: dict[str, Floats] = {
        "coal": final["coal"]
        + power["coal"]
        + heat["coal"]
        + coking_coal(parameters)
        + parameters["coal_loss"],
        "coke": final["coke"] - parameters["coke_output"],
        "oil": final["oil"] + heat["oil"] + refinery_loss(parameters),
        "gas": final["gas"] + power["gas"] + heat["gas"] + parameters["gas_loss"],
        "electricity": state.net_import * value,
        "heat": np.zeros_like(state.net_import),
        "biomass": final["biomass"] + heat["biomass"] + power["biomass"],
    }
    for carrier, technologies in ELECTRIC_PRIMARY.items():
        columns = [TECHNOLOGIES.index(t) for t in technologies]
        amounts[carrier] = state.generation[..., columns].sum(axis=-1) * value
    return np.stack([np.asarray(amounts[c]) for c in CARRIERS], axis=-1)


def non_fossil_energy(state: EnergyState, parameters: Parameters) -> Floats:
    """Non-fossil energy in the coal-equivalent method, Mtce (...); net import not counted."""
    primary = primary_energy(state, parameters)
    return np.asarray(primary[..., [CARRIERS.index(c) for c in NON_FOSSIL]].sum(axis=-1))


def energy_total(state: EnergyState, parameters: Parameters) -> Floats:
    """Total energy consumption in the coal-equivalent method, Mtce (...)."""
    return np.asarray(primary_energy(state, parameters).sum(axis=-1))


def balance_items(
    state: EnergyState, parameters: Parameters, *, calorific: bool
) -> dict[str, Floats]:
    """Closing table: primary energy and what becomes of it, Mtce (...) by item.

    Electricity is valued at 0.1229 Mtce/TWh (calorific) or at the gross coal rate
    (coal-equivalent); in the second case coal and biomass power convert without loss by
    definition and gas power shows a negative loss. The residual is zero by the identities.
    """
    unit = parameters["electricity_calorific"]
    value = unit if calorific else parameters["coal_rate_gross"]
    final = state.final.sum(axis=(-2, -1))
    electricity = state.final[..., FINAL_CARRIERS.index("electricity")].sum(axis=-1)
    power, heat = power_fuel(state, parameters), heat_fuel(state, parameters)
    burnt = state.generation[..., [TECHNOLOGIES.index(c) for c in power]].sum(axis=-1)
    pumped = state.generation[..., TECHNOLOGIES.index("pumped_storage")]
    stored = state.generation[..., TECHNOLOGIES.index("storage")]
    storage_loss = pumped * (1.0 / parameters["pumping_efficiency"] - 1.0) + stored * (
        1.0 / parameters["storage_efficiency"] - 1.0
    )
    grid = electricity / unit / (1.0 - parameters["grid_loss_rate"]) * parameters["grid_loss_rate"]
    own = state.generation @ np.array([parameters[f"own_use_{t}"] for t in TECHNOLOGIES])
    items = {
        "final_energy": final + electricity * (value / unit - 1.0),
        "power_conversion": sum(power.values()) - burnt * value,
        "grid_losses": grid * value,
        "plant_own_use": own * value,
        "storage_losses": storage_loss * value,
        "heat_losses": sum(heat.values())
        - state.final[..., FINAL_CARRIERS.index("heat")].sum(axis=-1),
        "coking_losses": np.full_like(
            state.net_import, coking_coal(parameters) - parameters["coke_output"]
        ),
        "refinery_losses": np.full_like(state.net_import, refinery_loss(parameters)),
        "coal_losses": np.full_like(state.net_import, parameters["coal_loss"]),
        "gas_losses": np.full_like(state.net_import, parameters["gas_loss"]),
    }
    supply = primary_energy(state, parameters, calorific=calorific).sum(axis=-1)
    use = sum(items.values())
    return {"primary_energy": supply, **items, "residual": np.asarray(supply - use)}
