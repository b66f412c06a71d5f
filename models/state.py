"""What the one-year step reads and writes: drivers, structure, base year, results.

Every array's last axis is the draw. Years run from the base year (index 0) to the
horizon (index T). Money is 亿元 at constant base-year prices, energy Mtce, electricity
TWh, capacity GW, CO2 Mt, people 万人; shares and rates are fractions.
"""

from __future__ import annotations

from collections import namedtuple
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.arena import Arena
from models.compiled import equation
from models.energy.hours import Days
from models.labels import DEMAND_GROUPS, ENERGY_GROUPS, PRICE_GROUPS

Array = NDArray[np.float64]

BUILT: Final = (
    "hydro",
    "wind_onshore",
    "wind_offshore",
    "solar_utility",
    "solar_distributed",
    "biomass",
    "coal",
    "gas",
    "storage",
)
RETIRED: Final = ("wind_onshore", "solar_utility", "coal")
RUN: Final = (
    "nuclear",
    "hydro",
    "pumped_storage",
    "wind_onshore",
    "wind_offshore",
    "solar_utility",
    "solar_distributed",
    "biomass",
    "gas",
)

DRIVERS: Final = (
    # growth
    "tfp_growth",
    "gap_shock",
    "gap_persistence",
    "output_gap_2025",
    "capital_share",
    "depreciation_rate",
    "investment_efficiency",
    "working_age_growth",
    "participation_growth",
    "schooling_increase",
    "schooling_return",
    "rd_growth",
    "rd_elasticity",
    "rd_depreciation",
    # demand
    "consumption_rural_growth",
    "consumption_urban_growth",
    "government_growth",
    "investment_growth",
    "exports_growth",
    "outflow_growth",
    *(f"external_growth_{group}" for group in DEMAND_GROUPS),
    "refining_to_chemicals",
    "closure_weight_domestic",
    "consumption_services_shift",
    "investment_equipment_shift",
    *(f"price_growth_{group}" for group in PRICE_GROUPS),
    # population
    "population_growth",
    "urbanisation_increase",
    # energy demand
    *(f"efficiency_{group}" for group in ENERGY_GROUPS),
    "electrification_industry",
    "electrification_buildings",
    "electrification_transport",
    "electrification_efficiency",
    "coal_to_gas",
    "carbon_price",
    "price_elasticity",
    "eaf_share",
    "vehicle_registrations",
    "vehicle_electric_sales",
    "vehicle_scrapping",
    "vehicle_scrapping_electric",
    "household_income_elasticity",
    "data_centre_electricity",
    "nuclear_heat",
    # power
    *(f"build_{technology}" for technology in BUILT),
    *(f"retire_{technology}" for technology in RETIRED),
    *(f"hours_{technology}" for technology in RUN),
    "curtailment_base",
    "net_import",
    "net_import_displacement",
    "import_limit",
    "grid_loss_rate",
    "coal_rate",
    "coal_hours_max",
    "imported_nonfossil_share",
    "imported_electricity_factor",
    "heat_efficiency",
    "heat_chp_share",
    "chp_fuel_saving",
    "curtailment_response",
    "coal_availability",
    "coal_minimum_output",
    "coal_minimum_outside",
    "exchange_power",
    "storage_duration",
    "pumped_duration",
    "demand_response",
    # carbon
    "emission_factor_coal",
    "emission_factor_coke",
    "emission_factor_oil",
    "emission_factor_gas",
    "process_intensity_growth",
    "carbon_stored_share",
    "carbon_capture",
    # production capacity
    "coal_capacity_growth",
    "oil_capacity_growth",
    "gas_capacity_growth",
)
Driver = namedtuple("Driver", DRIVERS)  # type: ignore[misc]
DRIVER: Final = Driver(*range(len(DRIVERS)))

SCALARS: Final = (
    "gdp",
    "gdp_growth",
    "potential_gdp",
    "output_gap",
    "capital",
    "labour",
    "human_capital",
    "tfp",
    "rd_expenditure",
    "rd_growth",
    "primary_share",
    "secondary_share",
    "tertiary_share",
    "manufacturing_share",
    "manufacturing_share_constant",
    "manufacturing_share_if_domestic",
    "manufacturing_share_if_external",
    "primary_growth",
    "services_growth",
    "industry_growth",
    "labour_productivity_growth",
    "investment_growth",
    "consumption_growth",
    "closure_scale_domestic",
    "closure_scale_external",
    "saving_rate",
    "external_balance_share",
    "compensation",
    "production_taxes",
    "depreciation",
    "operating_surplus",
    "population",
    "urbanisation",
    "energy_total",
    "energy_total_calorific",
    "energy_intensity",
    "final_electricity",
    "electricity_demand",
    "electricity_net_import",
    "electricity_planned_import",
    "electricity_shortfall",
    "electricity_surplus",
    "electricity_exchange_excess",
    "exchange_capability",
    "curtailment",
    "coal_power_hours",
    "peak_residual_load",
    "reserve_margin",
    "peak_load",
    "supply_capability",
    "energy_production",
    "energy_production_capacity",
    "non_fossil_share",
    "clean_capacity_share",
    "clean_generation_share",
    "clean_generation",
    "wind_pv_capacity",
    "coal_consumption",
    "oil_consumption",
    "gas_consumption",
    "heat_chp",
    "heat_boilers",
    "heat_nuclear",
    "vehicle_stock",
    "vehicle_electric_share",
    "co2_total",
    "co2_energy",
    "co2_process",
    "co2_imported_electricity",
    "co2_captured",
    "co2_target_scope",
    "co2_intensity",
    "co2_intensity_reduction",
)
Scalar = namedtuple("Scalar", SCALARS)  # type: ignore[misc]
SCALAR: Final = Scalar(*range(len(SCALARS)))

IDENTITIES: Final = (
    "gdp_production_income",
    "gdp_production_expenditure",
    "gdp_supply_demand",
    "row_balance",
    "electricity_balance",
    "energy_balance",
    "energy_balance_calorific",
    "co2_balance",
    "vehicle_balance",
)
Identity = namedtuple("Identity", IDENTITIES)  # type: ignore[misc]
IDENTITY: Final = Identity(*range(len(IDENTITIES)))


_BY_YEAR: Final = (
    "technical_coefficients",
    "leontief_inverse",
    "local_supply_share",
    "value_added_coefficient",
    "value_added_multiplier",
)
_OF_UNITS: Final = ("unit_technology", "unit_capacity", "unit_year")


class Structure(NamedTuple):
    """What is the same in every draw of a scenario (n = 42, Y = T + 1 years)."""

    technical_coefficients: Array  # (Y, n, n) total inputs per unit of output
    leontief_inverse: Array  # (Y, n, n) of the local coefficients
    local_supply_share: Array  # (Y, n)
    value_added_coefficient: Array  # (Y, n)
    income_coefficients: Array  # (4, Y, n) compensation, taxes, depreciation, surplus
    value_added_multiplier: Array  # (Y, 6, n) value added by price group per local final demand
    demand_group: NDArray[np.int64]  # (n,) index in DEMAND_GROUPS
    price_group: NDArray[np.int64]  # (n,) index in PRICE_GROUPS
    equipment: NDArray[np.bool_]  # (n,) sectors that supply equipment
    feedstock_share: Array  # (44, 7) raw material in base-year final energy
    road_oil_share: Array  # (44,) of the oil burnt
    fuel_price: Array  # (7,) CNY per tce
    emission_factor: Array  # (7,) tCO2/tce
    own_use_rate: Array  # (11,)
    heat_fuel_share: Array  # (7,)
    carbon_stored_share: Array  # (7,) of feedstock carbon
    clean: Array  # (11,) 1 where the technology counts as clean
    counted: Array  # (11,) 1 where it counts in the whole of the clean shares
    unit_technology: NDArray[np.int64]  # (U,) index in TECHNOLOGIES and then LINKS
    unit_capacity: Array  # (U,) GW, negative for a unit that closes
    unit_year: Array  # (U,) planned commissioning or closing, decimal year
    link_capacity: Array  # (2,) GW of LINKS in the base year
    parameters: Array  # (len(PARAMETERS),)
    days: Days  # typical days of the power system
    supply_led: bool
    count_imported_nonfossil: bool
    calorific_share: bool  # non-fossil share in the calorific method
    scope_imports: bool
    scope_process: bool


def base_year_structure(structure: Structure) -> Structure:
    """Return what the base year reads of a structure: no later year, no unit still to come."""
    now = {name: getattr(structure, name)[:1] for name in _BY_YEAR}
    later = {name: getattr(structure, name)[:0] for name in _OF_UNITS}
    income = structure.income_coefficients[:, :1]
    return structure._replace(**now, **later, income_coefficients=income)


PARAMETERS: Final = (
    "base_year",
    "capital_2025_start",
    "investment_scale",
    "labour",
    "population",
    "urbanisation",
    "rd_stock",
    "rd_expenditure",
    "rd_stock_growth_reference",
    "gdp_growth_2025",
    "primary_growth_2025",
    "industry_growth_2025",
    "services_growth_2025",
    "labour_productivity_growth_2025",
    "investment_growth_2025",
    "consumption_growth_2025",
    "rd_growth_2025",
    "gas_for_coal_ratio",
    "vehicle_efficiency_ratio",
    "vehicle_stock",
    "vehicle_electric_share",
    "crude_steel",
    "eaf_electricity",
    "pumping_efficiency",
    "storage_efficiency",
    "gas_rate",
    "coke_output",
    "coking_efficiency",
    "refinery_loss",
    "coal_loss",
    "gas_loss",
    "coal_production",
    "oil_production",
    "gas_production",
    "coal_mine_capacity",
    "oil_field_capacity",
    "gas_field_capacity",
    "non_fossil_power_capacity",
)
Parameter = namedtuple("Parameter", PARAMETERS)  # type: ignore[misc]
PARAMETER: Final = Parameter(*range(len(PARAMETERS)))


class Base(NamedTuple):
    """The base year of each draw of a block (B draws)."""

    final_demand: Array  # (7, n, B)
    final_energy: Array  # (44, 7, B)
    capacity: Array  # (11, B) at year end
    capacity_average: Array  # (11, B) over the year
    generation: Array  # (11, B)
    process_co2: Array  # (44, B)
    net_import: Array  # (B,) of electricity


class Results(NamedTuple):
    """What a block of draws produces.

    Tables by sector hold the last K years: all of them (K = Y), or fewer where what is kept
    of a draw is added up while the years pass. Year y stands in row y modulo K.
    """

    scalars: Array  # (len(SCALARS), Y, B)
    value_added: Array  # (n, K, B)
    gross_output: Array  # (n, K, B)
    final_demand: Array  # (7, n, K, B)
    final_energy: Array  # (44, 7, K, B)
    primary_energy: Array  # (11, Y, B)
    electricity_generation: Array  # (11, Y, B)
    electricity_capacity: Array  # (11, Y, B)
    co2: Array  # (44, K, B)
    residual: Array  # (len(IDENTITIES), Y, B) relative residual of each identity, >= 0


@equation
def place(y: int, table: Array) -> int:
    """Return where year y stands in a table (…, K, B) that holds the last K years."""
    row: int = y % table.shape[-2]
    return row


def empty_results(
    years: int, draws: int, kept: int | None = None, arena: Arena | None = None
) -> Results:
    """Return room for `years` years (base year included) and `draws` draws.

    Tables by sector hold the last `kept` years, all where not given. The memory is that of
    `arena`, or of its own.
    """
    memory = Arena() if arena is None else arena
    k = years if kept is None else kept
    shapes = (
        *((len(SCALARS), years), (42, k), (42, k), (7, 42, k), (44, 7, k)),
        *((11, years), (11, years), (11, years), (44, k), (len(IDENTITIES), years)),
    )
    return Results(*(memory.zeros((*shape, draws)) for shape in shapes))
