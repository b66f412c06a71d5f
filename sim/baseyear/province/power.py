"""Observations of a province's capacity and generation by technology."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
import xarray as xr

from sim.baseyear.province.description import BASE_YEAR
from sim.baseyear.province.figures import Estimates, Figure, Figures
from sim.baseyear.province.variables import fallbacks
from sim.figures.series import load_series, series

Row = dict[str, object]

GROUPS: Final = {
    "thermal": "coal+gas+biomass",
    "hydro": "hydro+pumped_storage",
    "nuclear": "nuclear",
    "wind": "wind_onshore+wind_offshore",
    "solar": "solar_utility+solar_distributed",
}
# part of a group -> (its technology, its share where no figure stands, its hours)
PARTS: Final = {
    "capacity_wind_offshore": ("wind_offshore", None, "hours_wind_offshore"),
    "capacity_solar_distributed": (
        "solar_distributed",
        ("capacity_solar", "distributed_share_of_solar"),
        "hours_solar_distributed",
    ),
    "capacity_pumped_storage": ("pumped_storage", None, "hours_pumped_storage"),
    "capacity_biomass": (
        "biomass",
        ("capacity_thermal", "biomass_share_of_thermal"),
        "hours_biomass",
    ),
    "capacity_gas": ("gas", ("capacity_thermal", "gas_share_of_thermal"), "national_hours_gas"),
}
NONE: Final = 1e-4  # GW or TWh: sigma of a technology that the province does not have
GIGAWATT_HOURS: Final = 1000.0
ADDITION_SIGMA: Final = 0.03


def row(identifier: str, variable: str, label: str, figure: Figure) -> Row:
    """Return one row in the form of `data/energy_observations.csv`."""
    return {
        "id": identifier,
        "variable": variable,
        "label": label,
        "value": figure.value,
        "sigma": max(figure.sigma, NONE),
        "rounding": np.nan,
        "unit": figure.unit,
        "source": figure.source,
        "kind": figure.kind,
        "note_zh": figure.note_zh,
    }


def power_rows(figures: Figures, estimates: Estimates) -> Iterator[Row]:
    """Yield the observations of capacity at both ends of the year and of generation.

    What stands neither as capacity nor as generation is zero; one of the two gives the other
    at national utilisation hours.
    """
    capacity: dict[str, Figure] = {}
    for group, label in GROUPS.items():
        made, stock = _group(group, figures, estimates)
        capacity[f"capacity_{group}"] = stock
        yield row(f"generation_{group}", "electricity_generation", label, made)
        yield row(f"capacity_{group}", "electricity_capacity", label, stock)
        yield row(
            f"capacity_{group}_before",
            "electricity_capacity_2024",
            label,
            _before(f"capacity_{group}", stock, figures, estimates),
        )
    for name, (technology, share, hours) in PARTS.items():
        stock = _part(name, share, capacity, figures, estimates)
        yield from _part_rows(name, technology, stock, _hours(hours), figures, estimates)
    stock = _storage(capacity, figures, estimates)
    yield from _part_rows(
        "capacity_storage", "storage", stock, _hours("hours_storage"), figures, estimates
    )


def _group(group: str, figures: Figures, estimates: Estimates) -> tuple[Figure, Figure]:
    """Generation (TWh) and capacity (GW) of a group."""
    made, stock = figures.get(f"generation_{group}"), figures.get(f"capacity_{group}")
    hours = _national_hours(group)
    if made is None and stock is None:
        for name in (f"generation_{group}", f"capacity_{group}"):
            estimates.missing(name, 0.0, detail="zero 零")
        return _none("TWh"), _none("GW")
    if made is None:
        assert stock is not None
        value = stock.value * hours / GIGAWATT_HOURS
        made = Figure(value, 0.12 * value, "TWh", "national hours", "estimate", "按全国利用小时")
        estimates.missing(f"generation_{group}", value, "CEC national utilisation hours")
    if stock is None:
        value = made.value * GIGAWATT_HOURS / hours
        stock = Figure(value, 0.12 * value, "GW", "national hours", "estimate", "按全国利用小时")
        estimates.missing(f"capacity_{group}", value, "CEC national utilisation hours")
    return made, stock


def _before(name: str, stock: Figure, figures: Figures, estimates: Estimates) -> Figure:
    """Capacity at the end of the year before: the figure, else a guess that allows additions."""
    value = figures.year_before(name)
    if value is not None:
        return Figure(
            min(value, stock.value) if stock.kind == "series" else value,
            0.005 * value,
            "GW",
            f"series.csv {BASE_YEAR - 1}",
            "series",
            f"{BASE_YEAR - 1}年末",
        )
    if stock.value > 0.0:
        estimates.add(
            name,
            (f"{name}, end of {BASE_YEAR - 1}", f"{BASE_YEAR - 1}年末装机（{name}）"),
            ("not in series.csv", "series.csv未给出"),
            ("as at the end of the base year", "取基年末数值"),
            value=stock.value,
            unit="GW",
        )
    return Figure(
        stock.value, ADDITION_SIGMA * stock.value, "GW", stock.source, "estimate", "取基年末数值"
    )


def _part(
    name: str,
    share: tuple[str, str] | None,
    capacity: dict[str, Figure],
    figures: Figures,
    estimates: Estimates,
) -> Figure:
    found = figures.get(name)
    if found is not None:
        return found
    if share is None:
        estimates.missing(name, 0.0)
        return _none("GW")
    of, rule = share
    given = fallbacks()[rule]
    value = given.value * capacity[of].value
    if capacity[of].value > 0.0:
        estimates.missing(name, value, given.source)
    return Figure(value, given.sigma * value, "GW", given.source, given.kind, "按比重推算")


def _part_rows(
    name: str,
    technology: str,
    stock: Figure,
    hours: tuple[float, float],
    figures: Figures,
    estimates: Estimates,
) -> Iterator[Row]:
    value = stock.value * hours[0] / GIGAWATT_HOURS
    spread = float(np.hypot(hours[1] * value, stock.sigma * hours[0] / GIGAWATT_HOURS))
    made = Figure(value, spread, "TWh", "capacity times hours", "estimate", "装机乘利用小时")
    yield row(name, "electricity_capacity", technology, stock)
    yield row(
        f"{name}_before",
        "electricity_capacity_2024",
        technology,
        _before(name, stock, figures, estimates),
    )
    yield row(f"generation_{technology}", "electricity_generation", technology, made)


def _storage(capacity: dict[str, Figure], figures: Figures, estimates: Estimates) -> Figure:
    found = figures.get("capacity_storage")
    if found is not None:
        return found
    given = fallbacks()["storage_share_of_wind_solar"]
    value = given.value * (capacity["capacity_wind"].value + capacity["capacity_solar"].value)
    estimates.missing("capacity_storage", value, given.source)
    return Figure(value, given.sigma * value, "GW", given.source, given.kind, "按比重推算")


def _none(unit: str) -> Figure:
    return Figure(0.0, NONE, unit, "no figure in series.csv", "estimate", "无数值，取零")


def _national_hours(group: str) -> float:
    return float(series(f"national_hours_{group}", frame=load_series()).iloc[-1])


def _hours(name: str) -> tuple[float, float]:
    """Hours of a part and their relative sigma."""
    if name.startswith("national_hours_"):
        return _national_hours(name.removeprefix("national_hours_")), 0.2
    given = fallbacks()[name]
    return given.value, given.sigma


STANDARD: Final = {
    "energy.nuclear.hours": ("nuclear", "national_hours_nuclear"),
    "energy.hydro.hours": ("hydro", "national_hours_hydro"),
    "energy.pumped_storage.hours": ("pumped_storage", "hours_pumped_storage"),
    "energy.wind.hours": ("wind_onshore", "national_hours_wind"),
    "energy.offshore_wind.hours": ("wind_offshore", "hours_wind_offshore"),
    "energy.solar.hours": ("solar_utility", "national_hours_solar"),
    "energy.distributed_solar.hours": ("solar_distributed", "hours_solar_distributed"),
    "energy.biomass.hours": ("biomass", "hours_biomass"),
    "energy.gas.hours": ("gas", "national_hours_gas"),
}
LEAST_CAPACITY: Final = 1e-3


def standard_hours(energy: xr.Dataset) -> dict[str, float]:
    """Return hours for the levers of technologies that the province does not have.

    Its accounts give no hours for them; a plant that a scenario adds runs at these.
    """
    capacity = energy["electricity_capacity_average"]
    return {
        lever: _hours(name)[0]
        for lever, (technology, name) in STANDARD.items()
        if float(capacity.sel(technology=technology)) < LEAST_CAPACITY
    }
