"""The bundled table of 2025 as `IOTable`, with employment, energy and CO2 beside it."""

from __future__ import annotations

import csv
from functools import lru_cache
from importlib.resources import files
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from models.inputoutput.labelled import Satellite
from models.inputoutput.roles import Roles
from models.inputoutput.table import IOTable
from models.labels import CARRIER_NAMES, FINAL_CARRIERS, FINAL_USES, SECTORS
from sim.baseyear.pack import load_pack, read_manifest

Floats = NDArray[np.float64]

UNIT: Final = "亿元"
NAME: Final = "Liaoning 2025"
INCOMES: Final = ("compensation", "production_tax", "depreciation", "surplus")
HOUSEHOLDS: Final = ("rural_households", "urban_households")
EMPLOYMENT: Final = "employment"
ENERGY: Final = "energy"
CO2: Final = "co2"
EMPLOYMENT_DATA: Final = "employment_2018.csv"


@lru_cache(maxsize=1)
def bundled_table() -> IOTable:
    """Return the input-output table of Liaoning 2025 from the bundled pack.

    Returns
    -------
    IOTable
        42 sectors, 亿元 at 2025 prices, competitive imports with local-supply coefficients by
        row. Satellites: ``employment`` (万人, an estimate), ``energy`` and ``energy_CARRIER``
        (final energy, Mtce calorific, non-energy use included), ``co2`` (Mt, combustion and
        process; fuels of power and heat supply stand in sector 24), each with the part that
        households cause directly.
    """
    return table_of(load_pack(), history=(f"pack {str(read_manifest()['content_sha256'])[:16]}",))


def table_of(pack: xr.Dataset, *, history: tuple[str, ...] = ()) -> IOTable:
    """Return the table of a base-year pack.

    Parameters
    ----------
    pack : Dataset
        A base-year pack (`sim.baseyear.pack.load_pack`).
    history : tuple of str
        What is known of its origin.

    Returns
    -------
    IOTable
        As `bundled_table` describes.
    """
    sectors = list(SECTORS)
    output = pack["gross_output"].sel(sector=sectors).to_numpy()
    coefficients = pack["technical_coefficients"].sel(sector_input=sectors, sector=sectors)
    incomes = np.stack([pack[f"{name}_coefficient"].sel(sector=sectors) for name in INCOMES])
    final_use = pack["final_demand"].sel(final_use=list(FINAL_USES), sector=sectors).to_numpy().T
    return IOTable.from_frames(
        pd.DataFrame(coefficients.to_numpy() * output, sectors, sectors),
        pd.DataFrame(final_use, sectors, list(FINAL_USES)),
        pd.DataFrame(incomes * output, list(INCOMES), sectors),
        unit=UNIT,
        year=2025,
        satellites=_satellites(pack),
        output=pd.Series(output, sectors),
        imports="competitive",
        imports_by_row=pd.DataFrame(
            {"imports_and_inflow": pack["imports_inflow"].sel(sector=sectors).to_numpy()}, sectors
        ),
        local_supply=pd.Series(pack["local_supply_share"].sel(sector=sectors).to_numpy(), sectors),
        roles=Roles(
            compensation="compensation", households=HOUSEHOLDS, external=("outflow", "exports")
        ),
        name=NAME,
        source="base-year pack: official table of 2017 carried to 2025 (input_output_base.md)",
        price_basis="producer prices of 2025",
        history=history,
    )


def employment_by_sector(pack: xr.Dataset) -> pd.Series:
    """Return an estimate of employment by sector (42,), 万人.

    National workers per unit of national value added in 2018 times the province's value
    added in 2025, scaled to the province's total employment. The province's own sectors are
    not observed, so that differences of its productivity from the nation's, beyond a common
    factor, are missing.
    """
    with files("sim.assess").joinpath("data", EMPLOYMENT_DATA).open(encoding="utf8") as stream:
        rows = {row["sector"]: row for row in csv.DictReader(stream)}
    intensity = [float(rows[s]["employed"]) / float(rows[s]["value_added"]) for s in SECTORS]
    workers = np.asarray(intensity) * pack["value_added"].sel(sector=list(SECTORS)).to_numpy()
    total = float(pack["labour"])
    return pd.Series(workers * (total / workers.sum()), list(SECTORS), name=EMPLOYMENT)


def _satellites(pack: xr.Dataset) -> dict[str, Satellite]:
    energy = pack["final_energy"].sel(carrier=list(FINAL_CARRIERS))
    accounts = {
        EMPLOYMENT: Satellite(employment_by_sector(pack), "万人"),
        ENERGY: _by_user(energy.sum("carrier"), "Mtce"),
    }
    for carrier in CARRIER_NAMES:
        if carrier in FINAL_CARRIERS:
            accounts[f"{ENERGY}_{carrier}"] = _by_user(energy.sel(carrier=carrier), "Mtce")
    accounts[CO2] = _by_user(pack["co2"], "Mt")
    return accounts


def _by_user(values: xr.DataArray, unit: str) -> Satellite:
    """Split what sectors and the two groups of households use or emit."""
    own = pd.Series(values.sel(energy_sector=list(SECTORS)).to_numpy(), list(SECTORS))
    direct = pd.Series(0.0, list(FINAL_USES))
    for group in HOUSEHOLDS:
        direct[group] = float(values.sel(energy_sector=group))
    return Satellite(own, unit, direct)
