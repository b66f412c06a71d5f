"""From arrays to labelled, unit-carrying datasets."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.labels import (
    CARRIER_NAMES,
    CARRIERS,
    ENERGY_SECTOR_NAMES,
    ENERGY_SECTORS,
    FINAL_CARRIERS,
    FINAL_USE_NAMES,
    FINAL_USES,
    SECTOR_NAMES,
    SECTORS,
    TECHNOLOGIES,
    TECHNOLOGY_NAMES,
)
from models.state import IDENTITIES, SCALARS
from models.tables import MATRICES, VECTORS

Array = NDArray[np.float64]
LABELS: Mapping[str, Sequence[str]] = {
    "sector": SECTORS,
    "energy_sector": ENERGY_SECTORS,
    "final_use": FINAL_USES,
    "carrier": CARRIERS,
    "technology": TECHNOLOGIES,
    "identity": IDENTITIES,
}
NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "sector": SECTOR_NAMES,
    "energy_sector": ENERGY_SECTOR_NAMES,
    "final_use": FINAL_USE_NAMES,
    "carrier": CARRIER_NAMES,
    "technology": TECHNOLOGY_NAMES,
}


class Variable(NamedTuple):
    """Name, dimensions (without scenario, year, draw) and metadata of an output."""

    name: str
    dims: tuple[str, ...]
    units: str
    long_name: str
    long_name_zh: str

    @property
    def attrs(self) -> dict[str, str]:
        """Attributes of the xarray variable."""
        return {
            "units": self.units,
            "long_name": self.long_name,
            "long_name_zh": self.long_name_zh,
        }


@cache
def variables() -> Mapping[str, Variable]:
    """Every output of the model with its metadata."""
    text = files("sim.ensemble").joinpath("data/variables.csv").read_text(encoding="utf8")
    rows = csv.DictReader(text.splitlines())
    table = {
        row["name"]: Variable(
            row["name"],
            tuple(row["dims"].split()),
            row["units"],
            row["long_name"],
            row["long_name_zh"],
        )
        for row in rows
    }
    assert {*SCALARS, *MATRICES, *VECTORS} <= set(table)
    return table


def widen(name: str, values: Array) -> Array:
    """Give `final_energy` the full carrier dimension: primary-only carriers are zero.

    Parameters
    ----------
    values : array (44, 7, ...)
        Energy sector, final carrier, further axes.
    """
    if name != "final_energy":
        return values
    missing = len(CARRIERS) - len(FINAL_CARRIERS)
    padding = [(0, 0)] * values.ndim
    padding[1] = (0, missing)
    return np.pad(values, padding)


def label_coordinates(dims: Sequence[str]) -> dict[str, Any]:
    """Coordinates of labelled dimensions, with English and Chinese names."""
    coords: dict[str, Any] = {}
    for dim in dims:
        if dim not in LABELS:
            continue
        coords[dim] = list(LABELS[dim])
        if dim in NAMES:
            pairs = [NAMES[dim][label] for label in LABELS[dim]]
            coords[f"{dim}_name"] = (dim, [pair[0] for pair in pairs])
            coords[f"{dim}_name_zh"] = (dim, [pair[1] for pair in pairs])
    return coords


def labelled(name: str, values: Array, dims: Sequence[str], *, statistic: str = "") -> xr.Variable:
    """Give `values` their dimensions and the attributes of output `name`.

    `statistic` ("mean", "std") is told among the attributes.
    """
    attrs = variables()[name].attrs
    if statistic:
        attrs["statistic"] = statistic
    return xr.Variable(dims, values, attrs)
