"""From the folder of a province to the inputs of the calibration."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pandas as pd
import xarray as xr

from sim.baseyear.accounts import check_table
from sim.baseyear.energy_inputs import CEADS_FUELS, PACKAGE_DATA, EnergyInputs
from sim.baseyear.pack import load_pack
from sim.baseyear.province.cells import find_table, number, read_rows
from sim.baseyear.province.description import Description, read_description
from sim.baseyear.province.economy import consumption_split, observations, use_totals
from sim.baseyear.province.energy import energy_inputs
from sim.baseyear.province.figures import Estimates, Figures
from sim.baseyear.province.growth import growth_parameters, growth_series
from sim.baseyear.province.plausible import check_plausible
from sim.baseyear.province.series import ROW_COLUMNS, check_required, read_series
from sim.baseyear.province.table import (
    find_io_table,
    national_value_added,
    read_io_table,
    regional_table,
)
from sim.baseyear.province.variables import fallbacks
from sim.baseyear.statistics import Statistics
from sim.errors import InputError, nearest_name

NATIONAL_YEARS: Final = ("2017", "2020")
INVENTORY_TOTALS: Final = ("Total Consumption", "TotalEmissions")
CEADS_COLUMNS: Final = ("year", "sector", "fuel", "MtCO2")
BASE_GROWTH: Final = (
    "gdp_growth_2025",
    "services_growth_2025",
    "primary_growth_2025",
    "industry_growth_2025",
    "consumption_growth_2025",
)
SCALED_LEVERS: Final = (
    "energy.wind.build_gw",
    "energy.offshore_wind.build_gw",
    "energy.solar.build_gw",
    "energy.distributed_solar.build_gw",
    "energy.biomass.build_gw",
    "energy.storage.build_gw",
    "energy.data_centre_electricity",
)


def is_province(folder: Path) -> bool:
    """Tell whether a folder is in the format of `docs/user/calibrate.md`."""
    return any(find_table(folder, stem) for stem in ("province", "series"))


def read_province(folder: Path) -> Statistics:
    """Read a province's folder.

    Raises
    ------
    InputError
        On the first mistake in a file, or where required files or figures are missing (all
        of them at once).
    """
    places = {stem: find_table(folder, stem) for stem in ("province", "series")}
    lacking = [f"{stem}.csv" for stem, path in places.items() if path is None]
    if lacking:
        check_required(pd.DataFrame(columns=list(ROW_COLUMNS)), lacking, folder)
    description = read_description(folder)
    assert places["series"] is not None
    frame = read_series(places["series"], description)
    check_required(frame, [], folder)
    check_plausible(frame, places["series"])
    estimates = Estimates()
    figures = Figures(frame, estimates)
    bundled = load_pack()
    inventory = _inventory(folder)
    if (path := find_io_table(folder)) is not None:
        table, year = read_io_table(path, description, estimates)
        check_table(table, path)
        estimates.add(
            "technical_coefficients",
            ("inputs per unit of output", "直接消耗系数"),
            (f"the table is of {year}", f"投入产出表为{year}年"),
            ("carried to 2025 by the broad sectors and GRAS", "按三次产业总量和GRAS延伸至2025年"),
            source=path.name,
        )
    else:
        totals = use_totals(_national_shares(bundled), figures)
        split = consumption_split(bundled["final_demand"].values)
        table = regional_table(figures, split, totals, estimates)
        check_table(table, folder / "national_structure.csv")
    observed = observations(table, figures, estimates)
    series = growth_series(figures, estimates)
    parameters = growth_parameters(description)

    def energy(accounts: xr.Dataset) -> EnergyInputs:
        return energy_inputs(figures, accounts, bundled, description, inventory, estimates)

    return Statistics(
        key=description.key,
        name=description.name,
        name_zh=description.name_zh,
        table=table,
        observations=observed,
        national=(national_value_added("2017"), national_value_added("2020")),
        energy=energy,
        series=series,
        growth=parameters,
        levers=_levers(figures, description),
        lever_scales=_lever_scales(figures, bundled, estimates),
        base_growth=_base_growth(figures, estimates),
        estimates=estimates,
    )


def _base_growth(figures: Figures, estimates: Estimates) -> dict[str, float]:
    """Growth in the base year; sectors and consumption as GDP where nothing says more."""
    growth = figures.need("gdp_growth").value
    estimates.add(
        "growth by sector 2025",
        ("growth of sectors and consumption in 2025", "2025年分产业和消费增速"),
        ("not read", "未读入"),
        ("as GDP", "取地区生产总值增速"),
        value=growth,
        unit="fraction",
        source="gdp_growth",
    )
    return dict.fromkeys(BASE_GROWTH, growth)


def _national_shares(bundled: xr.Dataset) -> dict[str, float]:
    """Final uses and imports over GDP of Liaoning, where neither table nor figure stands."""
    gdp = float(bundled["value_added"].sum())
    demand = bundled["final_demand"].sum("sector") / gdp
    return {str(use): float(demand.sel(final_use=use)) for use in demand["final_use"].values}


def _inventory(folder: Path) -> pd.DataFrame | None:
    """Last year of `co2.csv`: CO2 by CEADs sector (rows) and fuel (columns), Mt.

    Raises
    ------
    InputError
        On a wrong column, an unknown sector or fuel, or a sector that is missing.
    """
    path = find_table(folder, "co2")
    if path is None:
        return None
    header, rows = read_rows(path)
    lacking = [name for name in CEADS_COLUMNS if name not in header]
    if lacking:
        raise InputError(
            f"the column {', '.join(lacking)} is missing",
            file=path,
            line=1,
            allowed=", ".join(CEADS_COLUMNS),
        )
    mapped = pd.read_csv(PACKAGE_DATA / "ceads_sector_map.csv")["ceads_sector"].astype(str)
    last = max((row.cells["year"] for row in rows), default="")
    known = {*mapped, *INVENTORY_TOTALS}
    cells: dict[tuple[str, str], float] = {}
    for row in rows:
        sector, fuel = row.cells["sector"], row.cells["fuel"]
        if row.cells["year"] != last or sector in INVENTORY_TOTALS:
            continue
        value = number(row.cells["MtCO2"], path, row.line, "MtCO2")
        if sector not in known and not sector.startswith("Production and Supply of Electric"):
            near = nearest_name(sector, known)
            raise InputError(
                "unknown CEADs sector", file=path, line=row.line, found=repr(sector), nearest=near
            )
        cells[sector, fuel] = value or 0.0
    fuels = sorted({fuel for group in CEADS_FUELS.values() for fuel in group})
    frame = pd.Series(cells).unstack(fill_value=0.0) if cells else pd.DataFrame()
    lacking = [name for name in (*mapped,) if name not in frame.index]
    if lacking:
        raise InputError(f"co2 of {last} lacks the sector {lacking[0]!r}", file=path)
    return frame.reindex(columns=list(dict.fromkeys([*frame.columns, *fuels])), fill_value=0.0)


def _lever_scales(figures: Figures, bundled: xr.Dataset, estimates: Estimates) -> dict[str, float]:
    """Levers whose bundled default is a size of Liaoning, and the factor of electricity use."""
    demand = figures.need("electricity_consumption").value
    factor = demand / float(bundled["electricity_demand"])
    estimates.add(
        "levers",
        ("yearly additions and limits of scenarios", "情景中的年新增规模和上限"),
        ("not in province.csv", "province.csv未给出"),
        (
            "wind and PV: own average of the last five years; others: Liaoning times electricity "
            "use; named plants: none",
            "风电光伏按本省近五年平均；其余按用电量之比缩放辽宁数值；无具名机组",
        ),
        value=factor,
        unit="ratio",
        source="sim/scenario/data/levers.csv",
    )
    return dict.fromkeys(SCALED_LEVERS, factor)


def _levers(figures: Figures, description: Description) -> dict[str, float]:
    """Central values of levers: the province's own record, and what `province.csv` states.

    Wind and PV go on as over the last five years; PV by its share of distributed plants.
    """
    share = fallbacks()["distributed_share_of_solar"].value
    if figures.value("capacity_solar") > 0.0:
        found = figures.get("capacity_solar_distributed")
        share = share if found is None else found.value / figures.value("capacity_solar")
    wind, solar = _added(figures, "capacity_wind"), _added(figures, "capacity_solar")
    values = {
        "energy.wind.build_gw": wind,
        "energy.solar.build_gw": None if solar is None else solar * (1.0 - share),
        "energy.distributed_solar.build_gw": None if solar is None else solar * share,
    }
    own = {name: value for name, value in values.items() if value is not None}
    if figures.value("capacity_wind_offshore") == 0.0:
        own["energy.offshore_wind.build_gw"] = 0.0
    return own | description.levers


def _added(figures: Figures, variable: str) -> float | None:
    """Mean yearly addition of the last five years, GW; None with fewer than two figures."""
    known = figures.by_year(variable)
    years = list(known)[-6:]
    if len(years) < 2:
        return None
    added = (known[years[-1]] - known[years[0]]) / (years[-1] - years[0])
    return max(added, 0.0)
