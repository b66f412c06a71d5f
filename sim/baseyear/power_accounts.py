"""Electricity accounts of 2025: demand, own use, clean shares and their candidate definitions.

All functions take arrays whose last axis is the technology (order of
`models.labels.TECHNOLOGIES`) with any leading axes, so that they serve the centre and the draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.labels import FINAL_CARRIERS, TECHNOLOGIES

Floats = NDArray[np.float64]

ELECTRICITY: Final = FINAL_CARRIERS.index("electricity")
PUMPED: Final = TECHNOLOGIES.index("pumped_storage")
STORAGE: Final = TECHNOLOGIES.index("storage")
CORE_CLEAN: Final = (
    "nuclear",
    "hydro",
    "wind_onshore",
    "wind_offshore",
    "solar_utility",
    "solar_distributed",
)
OPTIONS: Final = {
    "pumped": ("pumped_storage",),
    "biomass": ("biomass",),
    "gas": ("gas",),
    "storage": ("storage",),
}
DEFAULT_DEFINITION: Final = "pumped+biomass"


def final_electricity(final_energy: Floats, parameters: Mapping[str, float]) -> Floats:
    """Final electricity in TWh from final energy (..., 44, 7) in Mtce calorific."""
    total = final_energy[..., ELECTRICITY].sum(axis=-1)
    return np.asarray(total / parameters["electricity_calorific"])


def own_use_rates(parameters: Mapping[str, float]) -> Floats:
    """Plant own-use rate by technology (11,)."""
    return np.array([parameters[f"own_use_{t}"] for t in TECHNOLOGIES])


def electricity_use(
    final_energy: Floats, generation: Floats, parameters: Mapping[str, float]
) -> Floats:
    """Total electricity use (全社会用电量), TWh.

    demand = final / (1 - grid_loss_rate) + sum(own_use_rate * generation)
    + pumped_generation / pumping_efficiency + storage_generation / storage_efficiency.

    Parameters
    ----------
    final_energy : ndarray (..., 44, 7)
        Mtce.
    generation : ndarray (..., 11)
        Gross generation, TWh; discharge for storage.
    parameters : mapping
        `grid_loss_rate`, `own_use_<technology>`, `pumping_efficiency`, `storage_efficiency`.

    Returns
    -------
    ndarray (...)
    """
    final = final_electricity(final_energy, parameters)
    return np.asarray(
        final / (1.0 - parameters["grid_loss_rate"])
        + generation @ own_use_rates(parameters)
        + generation[..., PUMPED] / parameters["pumping_efficiency"]
        + generation[..., STORAGE] / parameters["storage_efficiency"]
    )


def average_capacity(capacity_2024: Floats, capacity: Floats) -> Floats:
    """Mean of the capacity at both ends of the year (..., 11), GW."""
    return np.asarray(0.5 * (capacity_2024 + capacity))


def clean_definitions() -> dict[str, tuple[Floats, Floats]]:
    """Candidate definitions of clean energy: name to masks (numerator, denominator) (11,).

    Nuclear, hydro, wind and PV are always clean. Pumped storage, biomass and gas are in or out
    of the numerator and always in the denominator; new-type storage is in both or in neither.

    Returns
    -------
    dict
        "core" and every combination such as "pumped+biomass".
    """
    table: dict[str, tuple[Floats, Floats]] = {}
    for flags in product((False, True), repeat=len(OPTIONS)):
        chosen = [name for name, flag in zip(OPTIONS, flags, strict=True) if flag]
        members = set(CORE_CLEAN).union(*(OPTIONS[name] for name in chosen))
        numerator = np.array([float(t in members) for t in TECHNOLOGIES])
        denominator = np.ones(len(TECHNOLOGIES))
        denominator[STORAGE] = float("storage" in chosen)
        table["+".join(chosen) if chosen else "core"] = (numerator, denominator)
    return table


def share(values: Floats, definition: tuple[Floats, Floats]) -> Floats:
    """Clean share of capacity or generation (...), fraction."""
    return np.asarray((values @ definition[0]) / (values @ definition[1]))
