"""Inputs of a province's energy accounts, from its figures and a stated structure."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from models.labels import CARRIERS, ENERGY_SECTORS, FINAL_CARRIERS, SECTORS
from sim.baseyear.energy_inputs import (
    ACTIVITY,
    CEADS_FUELS,
    PACKAGE_DATA,
    Cell,
    EnergyInputs,
    carried_cells,
    electricity_cells,
    parameter_values,
    prior_arrays,
    read_parameters,
)
from sim.baseyear.energy_state import PROCESS_SECTORS
from sim.baseyear.province.description import BASE_YEAR, Description
from sim.baseyear.province.figures import Estimates, Figure, Figures
from sim.baseyear.province.power import Row, power_rows, row
from sim.baseyear.province.variables import fallbacks, hours_range, variables
from sim.errors import InputError, nearest_name

FUEL_TOTALS: Final = {
    "coal_consumption": ("primary_energy", "coal"),
    "oil_consumption": ("primary_energy", "oil"),
    "gas_consumption": ("primary_energy", "gas"),
    "coke_consumption": ("final_energy", "all|coke"),
    "heat_consumption": ("final_energy", "all|heat"),
}
ELECTRICITY_GROUPS: Final = {
    "agriculture": "01",
    "construction": "27",
    "tertiary": "services",
    "residential": "households",
    "rural": "rural_households",
}
VEHICLES: Final = ("vehicle_stock", "vehicle_registrations")
BY_OUTPUT: Final = ("relative output", "产出之比")
BY_PEOPLE: Final = ("relative population", "人口之比")
TRACE: Final = 1e-6
HISTORY_YEARS: Final = range(2020, BASE_YEAR)
STRUCTURE: Final = "accounts of Liaoning in the bundled pack"


def energy_inputs(
    figures: Figures,
    io: xr.Dataset,
    bundled: xr.Dataset,
    description: Description,
    inventory: pd.DataFrame | None,
    estimates: Estimates,
) -> EnergyInputs:
    """Build the inputs of the energy accounts.

    Parameters
    ----------
    figures : Figures
    io : Dataset
        The province's input-output accounts.
    bundled : Dataset
        The pack of Liaoning, whose energy use per unit of output stands where the province
        gives nothing.
    description : Description
        Its parameters replace those of `energy_parameters.csv`.
    inventory : DataFrame or None
        CO2 of the province by CEADs sector and fuel, Mt.
    estimates : Estimates
    """
    relative = _relative_output(io, bundled)
    observations = [*power_rows(figures, estimates), *_use_rows(figures, estimates)]
    observations += _process_rows(figures, bundled, relative, estimates)
    frame = pd.DataFrame(observations)
    people = figures.need("population").value / float(bundled["population"])
    table = _parameters(figures, frame, relative, people, description, estimates)
    parameters = parameter_values(table)
    flows = np.asarray(
        io["technical_coefficients"].transpose("sector_input", "sector").values
        * io["gross_output"].values[None, :]
    )
    cells = _borrowed_cells(figures, bundled, relative)
    if inventory is None:
        estimates.add(
            "final_energy",
            ("energy use by sector and fuel", "分部门分品种终端能源消费"),
            ("no co2.csv in the folder", "目录中没有co2.csv"),
            (
                "use per unit of output (households: a head) of Liaoning, wide, within the totals",
                "按辽宁单位产出（居民按人均）能耗，σ放宽，总量受本省数值约束",
            ),
            source=STRUCTURE,
        )
    else:
        cells = {k: v for k, v in cells.items() if k[1] not in CEADS_FUELS}
        factor = {c: parameters[f"ceads_factor_{c}"] for c in CEADS_FUELS}
        cells |= carried_cells(inventory, factor, parameters, flows)
    cells |= electricity_cells(parameters, frame, flows)
    for name, (_, label) in FUEL_TOTALS.items():
        carrier = label.removeprefix("all|")
        if (total := figures.get(name)) is not None and total.value == 0.0:
            cells = {k: v for k, v in cells.items() if k[1] != carrier}
            frame = frame[frame["id"] != name]
    return EnergyInputs(
        parameters,
        frame.reset_index(drop=True),
        *prior_arrays(cells),
        parameter_table=table,
        activity=_activity(figures, parameters, estimates),
        history=_history(figures, estimates),
        inventory=None,
        hours_range=hours_range(),
    )


def _relative_output(io: xr.Dataset, bundled: xr.Dataset) -> dict[str, float]:
    """Gross output of each sector over that of Liaoning."""
    ratio = (io["gross_output"].values / bundled["gross_output"].values).tolist()
    return dict(zip(SECTORS, ratio, strict=True))


def _use_rows(figures: Figures, estimates: Estimates) -> list[Row]:
    """Electricity use, its groups, fuel totals, total energy and the non-fossil share."""
    demand = figures.need("electricity_consumption")
    rows = [row("electricity_demand", "electricity_demand", "total", demand)]
    trade = figures.get("electricity_net_import")
    if trade is None:
        estimates.missing("electricity_net_import")
    else:
        rows.append(row("net_import", "electricity_net_import", "total", trade))
    stated = pd.read_csv(PACKAGE_DATA / "energy_observations.csv").set_index("id")
    whole = float(stated.loc["electricity_demand", "value"])
    for group, label in ELECTRICITY_GROUPS.items():
        name = f"electricity_{group}"
        figure = figures.get(name)
        if figure is None:
            value = float(stated.loc[name, "value"]) / whole * demand.value
            estimates.missing(name, value, STRUCTURE)
            note = variables()[name].fallback_zh
            figure = Figure(value, 0.3 * value, "TWh", STRUCTURE, "estimate", note)
        rows.append(row(name, "final_electricity", label, figure))
    for name, (variable, label) in FUEL_TOTALS.items():
        figure = figures.get(name)
        if figure is None:
            estimates.missing(name)
        else:
            rows.append(row(name, variable, label, figure))
    for name, variable, label in (
        ("energy_consumption", "energy_total", "total"),
        ("non_fossil_share", "non_fossil_share", "default"),
    ):
        figure = figures.get(name)
        if figure is None:
            estimates.missing(name)
        else:
            identifier = name if name == "non_fossil_share" else "energy_total"
            rows.append(row(identifier, variable, label, figure))
    return rows


def _process_rows(
    figures: Figures, bundled: xr.Dataset, relative: dict[str, float], estimates: Estimates
) -> list[Row]:
    """Process CO2 of building materials, steel and chemicals."""
    rows = []
    for sector, (name, rule) in zip(
        PROCESS_SECTORS,
        ((None, None), ("cement", "cement_process"), ("crude_steel", "steel_process")),
        strict=True,
    ):
        figure = None if name is None else figures.get(name)
        if figure is not None and rule is not None:
            factor = fallbacks()[rule]
            value = figure.value * factor.value
            source, kind = f"{figure.source}; {factor.source}", "estimate"
        else:
            value = float(bundled["process_co2"].sel(energy_sector=sector)) * relative[sector]
            source, kind = STRUCTURE, "judgement"
            estimates.add(
                f"process_co2 {sector}",
                (f"process CO2 of sector {sector}", f"{sector}部门过程排放"),
                ("no output in series.csv", "series.csv未给出产量"),
                ("per unit of output of Liaoning", "按辽宁单位产出"),
                value=value,
                unit="Mt",
                source=STRUCTURE,
            )
        spread = Figure(value, 0.35 * value, "Mt", source, kind, "过程排放")
        rows.append(row(f"process_{sector}", "process_co2", sector, spread))
    return rows


def _borrowed_cells(
    figures: Figures, bundled: xr.Dataset, relative: dict[str, float]
) -> dict[tuple[str, str], Cell]:
    """Final energy per unit of output, and per head of urban and rural people, of Liaoning."""
    spread = fallbacks()["intensity_sigma"].sigma
    people = figures.need("population").value / float(bundled["population"])
    town = float(bundled["urbanisation"])
    urban = figures.value("urbanisation", town)
    scale = relative | {
        "rural_households": people * (1.0 - urban) / (1.0 - town),
        "urban_households": people * urban / town,
    }
    energy = bundled["final_energy"].transpose("energy_sector", "carrier").values
    cells: dict[tuple[str, str], Cell] = {}
    for s, sector in enumerate(ENERGY_SECTORS):
        for carrier in FINAL_CARRIERS:
            value = float(energy[s, CARRIERS.index(carrier)]) * scale[sector]
            if value > 0.0:
                cells[sector, carrier] = (value, spread * value, STRUCTURE, "judgement")
    return cells


def _parameters(
    figures: Figures,
    observations: pd.DataFrame,
    relative: dict[str, float],
    people: float,
    description: Description,
    estimates: Estimates,
) -> pd.DataFrame:
    """Parameters of the energy accounts, those that have a size scaled to the province.

    `relative`: gross output of each sector over that of Liaoning; `people`: population over
    that of Liaoning.
    """
    table = read_parameters().copy()
    by_id = observations.set_index("id")["value"].astype(float)
    demand = figures.need("electricity_consumption").value
    scaled = {
        "coke_output": relative["11"],
        "refinery_throughput": relative["11"],
        "coal_loss": relative["24"],
        "gas_loss": relative["25"],
        "capacity_coal_mine": relative["02"],
        "capacity_oil_field": relative["03"],
        "capacity_gas_field": relative["03"],
        "crude_steel": relative["14"],
        "cement_2025": relative["13"],
        **dict.fromkeys(VEHICLES, people),
    }
    known = {
        "crude_steel": figures.get("crude_steel"),
        "cement_2025": figures.get("cement"),
    }
    for name, ratio in scaled.items():
        figure = known.get(name)
        if figure is None:
            table.loc[name, ["value", "sigma"]] = table.loc[name, ["value", "sigma"]] * ratio
            en, zh = BY_PEOPLE if name in VEHICLES else BY_OUTPUT
            table.loc[name, "source"] = f"{STRUCTURE}, times {en}"
            estimates.add(
                f"parameter.{name}",
                (name.replace("_", " "), name),
                ("not given", "未给出"),
                (f"that of Liaoning times {en}", f"按{zh}缩放辽宁数值"),
                value=float(table.loc[name, "value"]),
                unit=str(table.loc[name, "unit"]),
                source=STRUCTURE,
            )
        else:
            table.loc[name, ["value", "sigma"]] = [figure.value, figure.sigma]
    table.loc["thermal_above_scale_2025", "value"] = by_id["generation_thermal"]
    table.loc["final_electricity_prior", "value"] = (
        fallbacks()["final_electricity_share"].value * demand
    )
    table.loc["history_drift", "value"] = 2.0 * float(table.loc["history_drift", "value"])
    made = ["crude_steel", "cement_2025", "vehicle_stock"]  # indices divide by them
    table.loc[made, "value"] = np.maximum(table.loc[made, "value"], TRACE)
    mines = table.index.isin([f"capacity_{c}" for c in ("coal_mine", "oil_field", "gas_field")])
    table.loc[mines, "sigma"] = np.maximum(table.loc[mines, "sigma"], 0.02)
    _state(table, description)
    _production_capacity(table, figures, by_id, estimates)
    return table


def _state(table: pd.DataFrame, description: Description) -> None:
    """Put the parameters that `province.csv` states."""
    from sim.baseyear.growth_parameters import load_growth_parameters

    growth = {item.name for item in load_growth_parameters()}
    for name, value in description.parameters.items():
        if name in table.index:
            table.loc[name, "value"] = value
            table.loc[name, "source"] = description.file.name
        elif name not in growth:
            names = [*map(str, table.index), *growth]
            raise InputError(
                "no such parameter",
                file=description.file,
                key=f"parameter.{name}",
                nearest=nearest_name(name, names),
            )


def _production_capacity(
    table: pd.DataFrame, figures: Figures, by_id: pd.Series, estimates: Estimates
) -> None:
    """Energy production capacity: the figure, else non-fossil power plus mines and fields."""
    stated = figures.get("energy_production_capacity")
    clean = sum(by_id[f"generation_{group}"] for group in ("hydro", "nuclear", "wind", "solar"))
    clean += by_id["generation_biomass"] - by_id["generation_pumped_storage"]
    power = 1.1 * clean * float(table.loc["coal_rate_gross", "value"])
    mines = [f"capacity_{c}" for c in ("coal_mine", "oil_field", "gas_field")]
    total = power + float(table.loc[mines, "value"].sum())
    if stated is None:
        estimates.missing("energy_production_capacity", total)
    else:
        total = stated.value
    table.loc["capacity_total", "value"] = total


def _activity(figures: Figures, parameters: dict[str, float], estimates: Estimates) -> pd.DataFrame:
    """Thermal generation, steel and cement by year; flat where there is no figure."""
    sources = {
        "gen_thermal_yikWh": ("generation_thermal", 10.0, "thermal_above_scale_2025"),
        "crude_steel_wan_t": ("crude_steel", 100.0, "crude_steel"),
        "cement_wan_t": ("cement", 100.0, "cement_2025"),
    }
    frame = pd.DataFrame(index=list(HISTORY_YEARS), columns=list(ACTIVITY), dtype=float)
    for column, (variable, factor, parameter) in sources.items():
        known = figures.by_year(variable)
        now = max(parameters[parameter], TRACE)
        missing = [year for year in HISTORY_YEARS if year not in known]
        for year in HISTORY_YEARS:
            frame.loc[year, column] = factor * known.get(year, now)
        if missing:
            estimates.add(
                f"{variable} {missing[0]}-{missing[-1]}",
                (
                    f"{variables()[variable].name_en} by year",
                    f"历年{variables()[variable].name_zh}",
                ),
                ("years are missing in series.csv", "series.csv缺年份"),
                (
                    "flat at the base year (history of CO2, for peaks)",
                    "取基年数值（碳排放历史，用于达峰）",
                ),
            )
    return frame


def _history(figures: Figures, estimates: Estimates) -> pd.DataFrame:
    """Indices of the uses without series: flat; net import by year where it is known."""
    frame = pd.read_csv(PACKAGE_DATA / "energy_history.csv").set_index("year")
    indices = [c for c in frame if str(c).endswith("_index")]
    frame[indices] = 1.0
    known = figures.by_year("electricity_net_import")
    now = figures.value("electricity_net_import", 0.0)
    for year in HISTORY_YEARS:
        frame.loc[year, "net_import_twh"] = known.get(year, now)
    estimates.add(
        "co2_history",
        ("CO2, coal and oil of 2020-2024", "2020—2024年碳排放、煤炭和石油"),
        ("no fuel balances by year are read", "未读入历年分品种平衡"),
        (
            "heat, gas, oil and other coal flat; power, steel and cement by activity",
            "供热、天然气、石油和其他用煤取基年数值；电力、钢铁、水泥按活动量",
        ),
        source="judgement",
    )
    return frame
