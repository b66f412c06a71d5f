"""From pack and scenario to the arrays that the model reads."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.inputoutput.coefficients import (
    drifted_coefficients,
    drifted_supply_share,
    income_coefficients,
    local_leontief_inverse,
    value_added_coefficient,
    value_added_multiplier,
)
from models.labels import (
    DEMAND_GROUPS,
    FINAL_CARRIERS,
    LINKS,
    PRICE_GROUPS,
    SECTORS,
    TECHNOLOGIES,
)
from models.state import DRIVERS, PARAMETERS, Base, Structure
from sim.baseyear.pack import BUNDLED, identity_of
from sim.baseyear.power_profiles import typical_days
from sim.ensemble.compiled import allocating_kernel
from sim.ensemble.picks import CENTRE
from sim.ensemble.widths import draws_coefficients
from sim.errors import InputError
from sim.scenario.defaults import BASE_YEAR, default_path
from sim.scenario.levers import lever_table
from sim.scenario.resolved import ResolvedScenario
from sim.scenario.units import Unit, operating_capacity

Array = NDArray[np.float64]
EQUIPMENT = ("16", "17", "18", "19", "20")
COMPONENTS = "energy_production_capacity_component"
INCOME = ("compensation", "production_tax", "depreciation", "surplus")


class Case(NamedTuple):
    """A scenario ready to run."""

    scenario: ResolvedScenario
    structure: Structure
    central: Array  # (len(DRIVERS), Y)
    slips: Mapping[str, float]  # median delay of each unit built or closed, years
    years: NDArray[np.int64]  # (Y,) with the base year
    drawn_coefficients: bool  # input coefficients differ between draws
    base_draw: int  # base year of every draw; CENTRE where each draws its own


def prepare(pack: xr.Dataset, scenario: ResolvedScenario, units: Sequence[Unit]) -> Case:
    """Build the structure and the central drivers of a scenario.

    Raises
    ------
    InputError
        Where structural drift leaves a sector without value added, or the pack has no such draw of
        the base year.
    """
    years = np.concatenate([[BASE_YEAR], scenario.years]).astype(np.int64)
    # the register names plants of Liaoning: another province's pack has none of them
    own = units if identity_of(pack).key == BUNDLED else ()
    changes = _changes(scenario, own)
    links = np.array([operating_capacity(own, kind, BASE_YEAR) for kind in LINKS], dtype=float)
    return Case(
        scenario,
        _structure(pack, scenario, changes, links, years),
        central_drivers(pack, scenario),
        {change.unit: change.slip for change in changes},
        years,
        draws_coefficients(scenario),
        _base_draw(pack, scenario),
    )


def _base_draw(pack: xr.Dataset, scenario: ResolvedScenario) -> int:
    chosen, known = int(scenario.value("base_year.draw")[0]), pack.sizes["base_draw"]
    if chosen >= known:
        raise InputError(
            "the pack has no such draw of the base year",
            key="base_year.draw",
            found=chosen,
            allowed=f"{CENTRE} to {known - 1}",
        )
    return chosen


class Change(NamedTuple):
    """What a named unit changes: capacity in GW, negative where it closes, from a date on."""

    unit: str
    technology: str
    capacity: float
    year: float
    slip: float


def _changes(scenario: ResolvedScenario, units: Sequence[Unit]) -> list[Change]:
    """Units that a scenario builds, and those of today that it closes within its horizon."""

    def number(unit: Unit, lever: str) -> float:
        return float(scenario.value(f"units.{unit.name}.{lever}")[0])

    changes = []
    for unit in (unit for unit in units if unit.counts):
        if unit.operates:
            year, size, slip = number(unit, "retires"), -unit.capacity_gw, 0.0
            changed = year <= scenario.horizon + 1
        else:
            year, size, slip = (number(unit, name) for name in ("year", "capacity_gw", "slip"))
            changed = bool(scenario.choice(f"units.{unit.name}.included"))
        if changed:
            # the base year stands as it is: what is dated to its very end comes after it
            year = max(year, float(np.nextafter(BASE_YEAR + 1, np.inf)))
            changes.append(Change(unit.name, unit.technology, size, year, slip))
    return changes


def central_drivers(pack: xr.Dataset, scenario: ResolvedScenario) -> Array:
    """Central path of every driver: shape (len(DRIVERS), Y), the base year first.

    In the base year a path stands at its starting value, a constant at its value.
    """
    by_driver = {lever.driver: lever for lever in lever_table().values() if lever.driver}
    out = np.empty((len(DRIVERS), scenario.years.size + 1))
    for index, name in enumerate(DRIVERS):
        lever = by_driver[name]
        values = scenario.value(lever.name)
        start = default_path(lever, pack, scenario.years).start
        out[index, 0] = values[0] if lever.kind == "constant" else start
        out[index, 1:] = values
    return out


def _group_index(groups: Mapping[str, tuple[str, ...]]) -> NDArray[np.int64]:
    names = list(groups)
    of = {code: names.index(name) for name, codes in groups.items() for code in codes}
    return np.array([of[code] for code in SECTORS], dtype=np.int64)


def _growth_by_sector(scenario: ResolvedScenario, prefix: str) -> Array:
    """Cumulated yearly rates by demand group, one row per year: (Y, n)."""
    index = _group_index(DEMAND_GROUPS)
    rates = np.array([scenario.value(f"{prefix}.{group}") for group in DEMAND_GROUPS])
    path = np.concatenate([np.zeros((rates.shape[0], 1)), rates.cumsum(axis=1)], axis=1)
    return path[index].T


def _structure(
    pack: xr.Dataset,
    scenario: ResolvedScenario,
    changes: Sequence[Change],
    links: Array,
    years: NDArray[np.int64],
) -> Structure:
    drift = _growth_by_sector(scenario, "structure.technical_drift")
    supply = _growth_by_sector(scenario, "structure.local_supply_growth")
    coefficients = drifted_coefficients(pack["technical_coefficients"].values, drift)
    local = drifted_supply_share(pack["local_supply_share"].values, supply)
    added = value_added_coefficient(coefficients)
    if not (added > 0.0).all():
        year, sector = np.argwhere(~(added > 0.0))[0]
        raise InputError(
            "the drift of input coefficients leaves a sector without value added",
            key=f"structure.technical_drift (sector {SECTORS[sector]}, {years[year]})",
            found=f"{added[year, sector]:.3f} of output",
            allowed="above 0",
        )
    inverse = local_leontief_inverse(coefficients, local)
    price_group = _group_index(PRICE_GROUPS)
    multiplier = value_added_multiplier(added, inverse, price_group, len(PRICE_GROUPS))
    income = np.stack([pack[f"{part}_coefficient"].values for part in INCOME])
    income = income_coefficients(income, added, pack["value_added_coefficient"].values)
    settings = scenario.settings
    definition = _clean_definition(pack, settings)
    carriers = list(FINAL_CARRIERS)
    scope = settings["carbon_intensity_scope"]
    return Structure(
        technical_coefficients=np.ascontiguousarray(coefficients),
        leontief_inverse=np.ascontiguousarray(inverse),
        local_supply_share=local,
        value_added_coefficient=added,
        income_coefficients=np.ascontiguousarray(income),
        value_added_multiplier=np.ascontiguousarray(multiplier),
        demand_group=_group_index(DEMAND_GROUPS),
        price_group=price_group,
        equipment=np.array([code in EQUIPMENT for code in SECTORS]),
        feedstock_share=pack["feedstock_share"].sel(carrier=carriers).values,
        road_oil_share=pack["road_oil_share"].values,
        fuel_price=pack["fuel_price"].sel(carrier=carriers).values,
        emission_factor=pack["emission_factor"].sel(carrier=carriers).values,
        own_use_rate=pack["plant_own_use_rate"].values,
        heat_fuel_share=pack["heat_fuel_share"].sel(carrier=carriers).values,
        carbon_stored_share=pack["carbon_stored_share"].sel(carrier=carriers).values,
        clean=pack["clean_definition"].sel(definition=definition, use="capacity").values,
        counted=pack["clean_definition_counted"].sel(definition=definition).values,
        unit_technology=np.array(
            [(*TECHNOLOGIES, *LINKS).index(change.technology) for change in changes],
            dtype=np.int64,
        ),
        unit_capacity=np.array([change.capacity for change in changes], dtype=float),
        unit_year=np.array([change.year for change in changes], dtype=float),
        link_capacity=links,
        parameters=np.array([_parameter(pack, name) for name in PARAMETERS]),
        days=typical_days(),
        supply_led=scenario.choice("closure.kind") == "supply_led",
        count_imported_nonfossil=bool(settings["count_imported_nonfossil"]),
        calorific_share=settings["coal_equivalent_method"] == "calorific",
        scope_imports=scope != "territorial",
        scope_process=scope == "with_imports_and_process",
    )


def _clean_definition(pack: xr.Dataset, settings: Mapping[str, bool | str | float]) -> str:
    wanted = str(settings["clean_definition"])
    known = [str(name) for name in pack["definition"].values]
    if wanted == "pack":
        return str(pack["clean_definition"].attrs["default"])
    if wanted not in known:
        raise InputError(
            "unknown definition of clean energy",
            key="settings.clean_definition",
            found=wanted,
            allowed=", ".join(known),
        )
    return wanted


def _parameter(pack: xr.Dataset, name: str) -> float:
    if name == "base_year":
        return float(BASE_YEAR)
    if name == "refinery_loss":
        return float(pack["refinery_loss_rate"] * pack["refinery_throughput"])
    if name == "investment_scale":
        invested = pack["final_demand"].sel(final_use="fixed_capital").sum()
        return float(pack["investment_2025"] / invested)
    for suffix, table in (("_production", "energy_production"), ("_capacity", COMPONENTS)):
        label = name.removesuffix(suffix)
        if name.endswith(suffix):
            dimension = pack[table].dims[0]
            return float(pack[table].sel({dimension: label}))
    return float(pack[name])


class BaseTables(NamedTuple):
    """Base years of the pack as one table: a row a value, the base draws and then the centre."""

    rows: Array  # (R, base draws + 1)
    varying: NDArray[np.int64]  # rows that are not the same in all of them
    shapes: tuple[tuple[int, ...], ...]  # of the fields of `Base`, without the draw

    def shaped(self, rows: Array) -> Base:
        """Return views of rows (R, B) as base years."""
        ends = np.cumsum([math.prod(shape) for shape in self.shapes])
        parts = np.split(rows, ends[:-1])
        draws = rows.shape[1]
        return Base(*(p.reshape(*s, draws) for p, s in zip(parts, self.shapes, strict=True)))

    def fill(self, index: NDArray[np.int64], rows: Array) -> None:
        """Fill the varying rows of `rows` (R, B) with the base year of each draw of a block.

        Parameters
        ----------
        index : array of int (B,)
            Position along `base_draw`; -1 is the reconciled centre.
        rows : array (R, B)

        Raises
        ------
        IndexError
            For a base draw that the pack does not have.
        """
        if not pick_base_years(self.rows, self.varying, index, rows):
            draws = self.rows.shape[1] - 1
            unknown = index[(index < CENTRE) | (index >= draws)][0]
            raise IndexError(f"base draw {unknown} of {draws}")

    def gather(self, index: NDArray[np.int64]) -> Base:
        """Return the base year of each draw of a block; see `fill`."""
        rows = np.empty((self.rows.shape[0], index.size))
        rows[:] = self.rows[:, -1:]
        self.fill(index, rows)
        return self.shaped(rows)


@allocating_kernel
def pick_base_years(
    table: Array, rows: NDArray[np.int64], index: NDArray[np.int64], out: Array
) -> bool:
    """Fill `rows` of `out` (R, B) with columns of `table` (R, base draws + 1); -1 is the last.

    False, and nothing is filled, where there is no such base draw.
    """
    draws = table.shape[1] - 1
    place = np.empty(index.shape[0], np.uint64)
    for b in range(index.shape[0]):
        if not CENTRE <= index[b] < draws:
            return False
        place[b] = index[b] if index[b] >= 0 else draws
    for row in rows:
        for b in range(out.shape[1]):
            out[row, b] = table[row, place[b]]
    return True


def base_tables(pack: xr.Dataset) -> BaseTables:
    """Read the base years of a pack."""

    def table(name: str, *, carriers: bool = False) -> Array:
        centre, draws = pack[name], pack[f"{name}_draws"]
        if carriers:
            centre = centre.sel(carrier=list(FINAL_CARRIERS))
            draws = draws.sel(carrier=list(FINAL_CARRIERS))
        both = np.concatenate([draws.values, centre.values[None]])
        return np.moveaxis(both, 0, -1)

    found = Base(
        final_demand=table("final_demand"),
        final_energy=table("final_energy", carriers=True),
        capacity=table("electricity_capacity"),
        capacity_average=table("electricity_capacity_average"),
        generation=table("electricity_generation"),
        process_co2=table("process_co2"),
        net_import=table("electricity_net_import"),
    )
    rows = np.concatenate([item.reshape(-1, item.shape[-1]) for item in found])
    varying = np.flatnonzero((rows != rows[:, -1:]).any(axis=1))
    return BaseTables(rows, varying, tuple(item.shape[:-1] for item in found))
