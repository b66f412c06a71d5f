"""Inputs of the 2025 energy accounts: parameters, observations and prior cells of final energy.

Sectoral fuel use is carried from the CEADs inventory of 2019 (Shan et al. 2016, 2018, 2020;
Guan et al. 2021), turned into Mtce by its own factors, mapped to the 42 sectors and moved to
2025 by physical activity (`data/ceads_sector_map.csv`). Final coal is calibrated on the
provincial balance of 2014, of which CEADs shows little more than half. Sectoral electricity
follows the electricity row of the input-output table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from models.labels import ENERGY_SECTORS, FINAL_CARRIERS, SECTOR_NAMES, SECTORS, TERTIARY
from sim.errors import InputError

Floats = NDArray[np.float64]

PACKAGE_DATA: Final = Path(__file__).parent / "data"
CEADS_FILE: Final = Path("co2") / "Liaoning_CEADs_1997_2019_tidy.csv"
TABLE_FILE: Final = Path("io") / "Liaoning_2017_IO_42sec_tidy_10kCNY.csv"
PANEL_FILE: Final = Path("macro") / "liaoning_annual_panel.csv"
CEADS_POWER: Final = "Production and Supply of Electric Power, Steam and Hot Water"
CEADS_FUELS: Final[dict[str, tuple[str, ...]]] = {
    "coal": ("Raw_Coal", "Cleaned_Coal", "Other_Washed_Coal", "Briquettes"),
    "coke": ("Coke",),
    "oil": (
        "Crude_Oil",
        "Gasoline",
        "Kerosene",
        "Diesel_Oil",
        "Fuel_Oil",
        "LPG",
        "Refinery_Gas",
        "Other_Petroleum_Products",
    ),
    "gas": ("Natural_Gas",),
}
ALLOCATION_ROW: Final = {"coal": "02", "coke": "11", "oil": "11", "gas": "25"}
SMALLEST_CELL: Final = 0.002
ELECTRICITY: Final = FINAL_CARRIERS.index("electricity")
ACTIVITY: Final = ("gen_thermal_yikWh", "crude_steel_wan_t", "cement_wan_t")
Cell = tuple[float, float, str, str]  # value, sigma, source, kind


@dataclass(frozen=True)
class EnergyInputs:
    """Everything the reconciliation needs.

    Attributes
    ----------
    parameters : dict of str to float
        Central values of `energy_parameters.csv`.
    observations : DataFrame
        Rows of `energy_observations.csv`.
    prior : ndarray (44, 7)
        Prior final energy by sector and carrier, Mtce; zero where there is no use.
    prior_sigma : ndarray (44, 7)
        Its standard deviation, Mtce.
    prior_source : ndarray (44, 7) of str
        Where each cell comes from.
    prior_kind : ndarray (44, 7) of str
        document, series, estimate or judgement.
    parameter_table : DataFrame
        Rows of `energy_parameters.csv` by name: value, sigma, unit, source, kind.
    activity : DataFrame
        By year: `gen_thermal_yikWh`, `crude_steel_wan_t` and `cement_wan_t`.
    history : DataFrame
        Rows of `energy_history.csv` by year.
    inventory : DataFrame or None
        CO2 of 2019 by CEADs sector and fuel, Mt; None where the province gives none.
    hours_range : dict of str to (float, float)
        By technology, the least and the most hours a year that its plants can run; a
        technology without a range is held by its observations alone.
    """

    parameters: dict[str, float]
    observations: pd.DataFrame
    prior: Floats
    prior_sigma: Floats
    prior_source: NDArray[np.str_]
    prior_kind: NDArray[np.str_]
    parameter_table: pd.DataFrame
    activity: pd.DataFrame
    history: pd.DataFrame
    inventory: pd.DataFrame | None
    hours_range: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def read_inputs(data_dir: Path, io: xr.Dataset | None) -> EnergyInputs:
    """Read the data files and build the prior cells of final energy.

    Parameters
    ----------
    data_dir : Path
        Folder with the reference data (`co2`, `io`, `macro`, ...).
    io : Dataset or None
        Base-year table with `technical_coefficients` and `gross_output`; None takes the
        official table of 2017.

    Returns
    -------
    EnergyInputs

    Raises
    ------
    InputError
        Where a file is missing or does not have the expected rows.
    """
    table = read_parameters()
    parameters = parameter_values(table)
    observations = pd.read_csv(
        PACKAGE_DATA / "energy_observations.csv", dtype={"label": str, "note_zh": str}
    )
    flows = _table_flows(data_dir, io)
    inventory = read_ceads(data_dir, 2019)
    early = ceads_fuel_groups(read_ceads(data_dir, 2014)).drop(index=CEADS_POWER)
    factor = {c: parameters[f"ceads_factor_{c}"] for c in CEADS_FUELS}
    factor["coal"] = float(early["coal"].sum()) / parameters["final_coal_2014"]
    cells = carried_cells(inventory, factor, parameters, flows)
    cells.update(electricity_cells(parameters, observations, flows))
    cells.update(_stated_cells())
    return EnergyInputs(
        parameters,
        observations,
        *prior_arrays(cells),
        parameter_table=table,
        activity=read_reference(data_dir / PANEL_FILE, "year", ACTIVITY),
        history=pd.read_csv(PACKAGE_DATA / "energy_history.csv").set_index("year"),
        inventory=inventory,
    )


def read_parameters() -> pd.DataFrame:
    """Return the rows of `energy_parameters.csv` by name."""
    return pd.read_csv(PACKAGE_DATA / "energy_parameters.csv").set_index("name")


def parameter_values(table: pd.DataFrame) -> dict[str, float]:
    """Return the central value of every parameter."""
    return {str(k): float(v) for k, v in table["value"].items()}


def prior_arrays(
    cells: Mapping[tuple[str, str], Cell],
) -> tuple[Floats, Floats, NDArray[np.str_], NDArray[np.str_]]:
    """Arrange cells by sector and carrier: value, sigma, source and kind, each (44, 7).

    Cells below `SMALLEST_CELL` are taken as not used.
    """
    shape = (len(ENERGY_SECTORS), len(FINAL_CARRIERS))
    prior, sigma = np.zeros(shape), np.zeros(shape)
    source, kind = np.full(shape, "", dtype="U240"), np.full(shape, "", dtype="U12")
    for (sector, carrier), (value, spread, origin, sort) in cells.items():
        if value >= SMALLEST_CELL:
            at = (ENERGY_SECTORS.index(sector), FINAL_CARRIERS.index(carrier))
            prior[at], sigma[at], source[at], kind[at] = value, spread, origin, sort
    return prior, sigma, source, kind


def read_reference(
    path: Path, index: str | int | None = None, columns: Sequence[str] = ()
) -> pd.DataFrame:
    """Read a reference CSV file, with one column as index where `index` names it.

    Raises
    ------
    InputError
        Where the file is missing or no table, or lacks the index or one of `columns`.
    """
    if not path.is_file():
        raise InputError("reference data file is missing", file=path)
    try:
        frame = pd.read_csv(path)
    except ValueError as error:
        raise InputError(f"the file is no table ({error})", file=path) from error
    lacking = [name for name in (index, *columns) if isinstance(name, str) and name not in frame]
    if lacking:
        raise InputError("the table lacks a column", file=path, key=lacking[0])
    if index is None:
        return frame
    return frame.set_index(frame.columns[index] if isinstance(index, int) else index)


def read_ceads(data_dir: Path, year: int) -> pd.DataFrame:
    """CO2 of one year by CEADs sector (rows) and fuel (columns), Mt; totals left out.

    Raises
    ------
    InputError
        Where the year is not in the file.
    """
    columns = ("year", "sector", "fuel", "MtCO2")
    frame = read_reference(data_dir / CEADS_FILE, columns=columns)
    chosen = frame[
        (frame["year"] == year) & ~frame["sector"].isin(["Total Consumption", "TotalEmissions"])
    ]
    if chosen.empty:
        raise InputError("no CEADs inventory for this year", key="year", found=year)
    return chosen.pivot_table(index="sector", columns="fuel", values="MtCO2", sort=False)


def ceads_fuel_groups(inventory: pd.DataFrame) -> pd.DataFrame:
    """Sum the CEADs fuels to coal, coke, oil and gas (Mt CO2); furnace gases left out."""
    return pd.DataFrame({c: inventory[list(f)].sum(axis=1) for c, f in CEADS_FUELS.items()})


def _table_flows(data_dir: Path, io: xr.Dataset | None) -> Floats:
    """Intermediate flows (42, 42), row = product; only the row shares are used."""
    if io is not None:
        coefficients = io["technical_coefficients"].transpose("sector_input", "sector")
        return np.asarray(coefficients.values * io["gross_output"].values[None, :], dtype=float)
    table = read_reference(data_dir / TABLE_FILE, index=0)
    names = [SECTOR_NAMES[code][1] for code in SECTORS]
    if not set(names) <= set(table.index):
        raise InputError("the 2017 table lacks a sector row", file=data_dir / TABLE_FILE)
    return np.asarray(table.loc[names, names].to_numpy(dtype=float), dtype=float)


def carried_cells(
    inventory: pd.DataFrame,
    factor: Mapping[str, float],
    parameters: Mapping[str, float],
    flows: Floats,
) -> dict[tuple[str, str], Cell]:
    """Turn a CEADs inventory into cells of final fuel use of the base year.

    Parameters
    ----------
    inventory : DataFrame
        CO2 by CEADs sector and fuel, Mt.
    factor : mapping
        tCO2/tce of the inventory by carrier.
    parameters : mapping
        `carry_relative_sigma` and `carry_relative_sigma_large`.
    flows : ndarray (42, 42)
        Intermediate flows, which split a CEADs sector over several sectors.
    """
    groups = ceads_fuel_groups(inventory)
    sums: dict[tuple[str, str], float] = {}
    mapping = pd.read_csv(PACKAGE_DATA / "ceads_sector_map.csv", dtype={"sectors": str})
    for row in mapping.to_dict("records"):
        targets = str(row["sectors"]).split()
        for carrier in CEADS_FUELS:
            amount = float(groups[carrier].loc[str(row["ceads_sector"])]) / factor[carrier]
            amount *= float(row[f"{carrier}_index"])
            for target, share in zip(targets, _shares(targets, carrier, flows), strict=True):
                sums[target, carrier] = sums.get((target, carrier), 0.0) + amount * share
    narrow, wide = parameters["carry_relative_sigma_large"], parameters["carry_relative_sigma"]
    origin = "CEADs 2019 carried by physical activity (ceads_sector_map.csv)"
    return {
        key: (value, value * (narrow if value > 5.0 else wide), origin, "estimate")
        for key, value in sums.items()
    }


def _shares(targets: list[str], carrier: str, flows: Floats) -> Floats:
    """Split of one CEADs sector over several sectors by the table row of the fuel."""
    if len(targets) == 1:
        return np.ones(1)
    row = flows[SECTORS.index(ALLOCATION_ROW[carrier])]
    weights = np.maximum(np.array([row[SECTORS.index(t)] for t in targets]), 0.0)
    if weights.sum() <= 0.0:
        return np.full(len(targets), 1.0 / len(targets))
    return np.asarray(weights / weights.sum())


def electricity_cells(
    parameters: Mapping[str, float], observations: pd.DataFrame, flows: Floats
) -> dict[tuple[str, str], Cell]:
    """Electricity by sector: group totals spread by the electricity row of the table."""
    value = observations.set_index("id")["value"].astype(float)
    to_mtce = parameters["electricity_calorific"]
    row = np.maximum(flows[SECTORS.index("24")], 0.0)
    groups = {
        "agriculture": ("01",),
        "construction": ("27",),
        "tertiary": TERTIARY,
        "industry": tuple(s for s in SECTORS[1:26] if s != "24"),
    }
    total = {k: float(value[f"electricity_{k}"]) for k in ("agriculture", "construction")}
    total["tertiary"] = float(value["electricity_tertiary"])
    residential = float(value["electricity_residential"])
    total["industry"] = parameters["final_electricity_prior"] - sum(total.values()) - residential
    spread = parameters["electricity_relative_sigma"]
    cells: dict[tuple[str, str], Cell] = {}
    for group, members in groups.items():
        weights = np.array([row[SECTORS.index(s)] for s in members])
        if not weights.any():
            weights = np.ones(len(members))
        for sector, weight in zip(members, weights / weights.sum(), strict=True):
            amount = float(total[group] * weight * to_mtce)
            origin = "electricity row of the input-output table within its group"
            cells[sector, "electricity"] = (amount, spread * amount, origin, "estimate")
    rural = float(value["electricity_rural"])
    for sector, amount in (
        ("rural_households", rural * to_mtce),
        ("urban_households", (residential - rural) * to_mtce),
    ):
        origin = "residential electricity and its 2007 rural share"
        cells[sector, "electricity"] = (
            amount,
            parameters["household_relative_sigma"] * amount,
            origin,
            "estimate",
        )
    return cells


def _stated_cells() -> dict[tuple[str, str], Cell]:
    frame = pd.read_csv(PACKAGE_DATA / "energy_sector_priors.csv", dtype={"sector": str})
    return {
        (str(r["sector"]), str(r["carrier"])): (
            float(r["value_mtce"]),
            float(r["value_mtce"]) * float(r["relative_sigma"]),
            str(r["source"]),
            str(r["kind"]),
        )
        for r in frame.to_dict("records")
    }
