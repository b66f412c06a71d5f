"""Identities that a reader can recompute from the central paths of a run."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import xarray as xr

from sim.assess.results import RunResult


@dataclass(frozen=True)
class Residual:
    """Largest relative residual of one identity over scenarios and years."""

    identity: str
    largest: float


def _relative(parts: xr.DataArray, whole: xr.DataArray) -> float:
    scale = float(np.abs(whole).max())
    return float(np.abs(parts - whole).max()) / scale if scale else 0.0


def identity_residuals(run: RunResult) -> list[Residual]:
    """Recompute the identities between vectors and totals.

    Parameters
    ----------
    run : RunResult
        The run; identities whose variables it does not hold are left out.

    Returns
    -------
    list of Residual
        Residuals relative to the largest total.
    """
    paths = run.paths
    sums: list[tuple[str, str, str, str]] = [
        ("value_added", "value_added", "sector", "gdp"),
        ("primary_energy", "primary_energy", "carrier", "energy_total"),
        ("co2", "co2", "energy_sector", "co2_total"),
    ]
    found = [
        Residual(identity, _relative(paths[name].sum(dim), paths[total]))
        for identity, name, dim, total in sums
        if name in paths and total in paths
    ]
    power = ("electricity_generation", "electricity_net_import", "electricity_demand")
    if all(name in paths for name in power):
        supply = paths[power[0]].sum("technology") + paths[power[1]]
        found.append(Residual("generation", _relative(supply, paths[power[2]])))
    return found
