"""Made-up economies that satisfy every identity of the base year, for property tests."""

from __future__ import annotations

import numpy as np

from models.energy.hours import Days
from models.labels import DEMAND_GROUPS, PRICE_GROUPS, SECTORS, TECHNOLOGIES
from models.state import DRIVER, DRIVERS, PARAMETER, PARAMETERS, Base, Structure

N = len(SECTORS)


def _index(groups: dict[str, tuple[str, ...]]) -> np.ndarray:
    names = list(groups)
    of = {code: names.index(name) for name, codes in groups.items() for code in codes}
    return np.array([of[code] for code in SECTORS], dtype=np.int64)


def parameters() -> np.ndarray:
    """Round numbers of the size of a province."""
    values = dict.fromkeys(PARAMETERS, 0.0)
    values.update(
        base_year=2025.0,
        capital_2025_start=60000.0,
        investment_scale=1.0,
        labour=2100.0,
        population=4131.0,
        urbanisation=0.7463,
        rd_stock=3000.0,
        rd_expenditure=750.0,
        rd_stock_growth_reference=0.05,
        gas_for_coal_ratio=0.9,
        vehicle_efficiency_ratio=3.0,
        vehicle_stock=1000.0,
        vehicle_electric_share=0.06,
        crude_steel=65.0,
        eaf_electricity=0.45,
        pumping_efficiency=0.75,
        storage_efficiency=0.85,
        gas_rate=0.25,
        coke_output=20.0,
        coking_efficiency=0.9,
        refinery_loss=4.0,
        coal_loss=2.0,
        gas_loss=0.2,
        coal_production=20.0,
        oil_production=14.0,
        gas_production=1.0,
        coal_mine_capacity=22.0,
        oil_field_capacity=15.0,
        gas_field_capacity=1.5,
        non_fossil_power_capacity=30.0,
    )
    return np.array([values[name] for name in PARAMETERS])


def random_days(rng: np.random.Generator, days: int = 7) -> Days:
    """Typical days of no particular place, the last without weight; profiles have mean 1."""
    weight = np.append(rng.dirichlet(np.ones(days - 1)) * 365.0, 0.0)
    hours = np.stack(
        [
            rng.uniform(0.8, 1.2, (days, 24)),
            rng.gamma(2.0, 0.5, (days, 1)) * rng.uniform(0.8, 1.2, (days, 24)),
            rng.gamma(2.0, 0.5, (days, 1)) * rng.uniform(0.8, 1.2, (days, 24)),
            np.maximum(np.sin(np.arange(24) * np.pi / 12.0 - 1.6), 0.0)
            * rng.uniform(0.5, 1.5, (days, 1)),
        ]
    )
    steady = rng.uniform(0.7, 1.3, (2, days))
    hours /= (hours.mean(axis=2) @ weight / 365.0)[:, None, None]
    steady /= (steady @ weight / 365.0)[:, None]
    return Days(hours, np.vstack([steady, np.arange(days) % 2.0]), weight)


def random_economy(seed: int, years: int = 6, draws: int = 3, *, supply_led: bool = True):
    """Return (structure, base, drivers, slips) of a random closed economy."""
    rng = np.random.default_rng(seed)
    raw = rng.gamma(0.4, 1.0, (N, N))
    coefficients = np.empty((years, N, N))
    local = np.empty((years, N))
    coefficients[0] = raw / raw.sum(axis=0) * rng.uniform(0.3, 0.75, N)
    local[0] = rng.uniform(0.1, 1.0, N)
    for y in range(1, years):
        coefficients[y] = coefficients[y - 1] * np.exp(rng.normal(0.0, 0.005, (N, 1)))
        local[y] = np.minimum(local[y - 1] * np.exp(rng.normal(0.0, 0.01, N)), 1.0)
    added = 1.0 - coefficients.sum(axis=1)
    inverse = np.linalg.inv(np.eye(N) - local[:, :, None] * coefficients)
    price_group = _index(PRICE_GROUPS)
    member = (price_group[None] == np.arange(6)[:, None]).astype(float)
    parts = rng.dirichlet(np.ones(4), N).T
    structure = Structure(
        technical_coefficients=coefficients,
        leontief_inverse=inverse,
        local_supply_share=local,
        value_added_coefficient=added,
        income_coefficients=np.ascontiguousarray(parts[:, None] * added[None]),
        value_added_multiplier=np.einsum("yi,gi,yij->ygj", added, member, inverse),
        demand_group=_index(DEMAND_GROUPS),
        price_group=price_group,
        equipment=np.isin(SECTORS, ("16", "17", "18", "19", "20")),
        feedstock_share=np.where(np.arange(44)[:, None] == 11, 0.4, 0.0) * np.ones((1, 7)),
        road_oil_share=np.where(np.arange(44) == 28, 0.7, 0.0),
        fuel_price=np.array([900.0, 1500.0, 4500.0, 2500.0, 5000.0, 900.0, 800.0]),
        emission_factor=np.array([2.7, 3.1, 2.1, 1.64, 0.0, 0.0, 0.0]),
        own_use_rate=np.array([0.06, 0.01, 0.0, 0.02, 0.02, 0.01, 0.0, 0.1, 0.06, 0.03, 0.0]),
        heat_fuel_share=np.array([0.93, 0.0, 0.01, 0.05, 0.0, 0.0, 0.01]),
        carbon_stored_share=np.array([0.3, 0.0, 0.8, 0.33, 0.0, 0.0, 0.0]),
        clean=np.array([1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0], dtype=float),
        counted=np.array([1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0], dtype=float),
        unit_technology=np.array([0, 2], dtype=np.int64),
        unit_capacity=np.array([1.2, 1.0]),
        unit_year=np.array([2026.5, 2027.75]),
        link_capacity=np.array([3.0, 11.0]),
        parameters=parameters(),
        days=random_days(rng),
        supply_led=supply_led,
        count_imported_nonfossil=False,
        calorific_share=False,
        scope_imports=True,
        scope_process=False,
    )
    capacity = np.array([6.7, 1.6, 2.8, 17.0, 1.1, 9.0, 9.5, 1.2, 37.0, 1.5, 1.0])[:, None]
    hours = np.array([7500, 2500, 900, 2200, 2900, 1350, 1200, 4500, 2900, 2400, 400.0])[:, None]
    spread = rng.uniform(0.97, 1.03, (11, draws))
    average = capacity * rng.uniform(0.9, 1.0, (11, draws))
    demand = rng.gamma(1.0, 150.0, (7, N, draws))
    demand[4] *= rng.choice([-0.1, 0.1], (N, 1))
    energy = rng.gamma(0.5, 1.0, (44, 7, draws))
    energy[:, 4] *= 30.0 / energy[:, 4].sum(axis=0)
    energy[:, 0] *= 40.0 / energy[:, 0].sum(axis=0)
    base = Base(
        final_demand=demand,
        final_energy=energy,
        capacity=capacity * np.ones((1, draws)),
        capacity_average=average,
        generation=average * hours * spread * 1e-3,
        process_co2=np.where(np.isin(np.arange(44), (12, 13))[:, None], 12.0, 0.0)
        * np.ones((1, draws)),
        net_import=rng.uniform(35.0, 45.0, draws),
    )
    return structure, base, random_drivers(rng, years, draws), rng.gamma(1.0, 1.0, (2, draws))


def random_drivers(rng: np.random.Generator, years: int, draws: int) -> np.ndarray:
    """Drivers around a province's trend."""
    centre = dict.fromkeys(DRIVERS, 0.01)
    centre.update(
        gap_persistence=0.6,
        capital_share=0.48,
        depreciation_rate=0.096,
        investment_efficiency=0.9,
        rd_elasticity=0.08,
        rd_depreciation=0.15,
        schooling_return=0.08,
        schooling_increase=0.1,
        closure_weight_domestic=0.5,
        electrification_efficiency=1.8,
        carbon_price=70.0,
        price_elasticity=0.25,
        eaf_share=0.12,
        vehicle_registrations=60.0,
        vehicle_electric_sales=0.4,
        vehicle_scrapping=0.035,
        vehicle_scrapping_electric=0.012,
        household_income_elasticity=0.5,
        data_centre_electricity=1.0,
        nuclear_heat=0.1,
        curtailment_base=0.05,
        curtailment_response=1.0,
        coal_availability=0.85,
        coal_minimum_output=0.25,
        coal_minimum_outside=0.7,
        exchange_power=1.0,
        storage_duration=2.5,
        pumped_duration=5.5,
        demand_response=0.5,
        net_import=40.0,
        net_import_displacement=0.5,
        import_limit=75.0,
        grid_loss_rate=0.05,
        coal_rate=0.295,
        coal_hours_max=5000.0,
        imported_nonfossil_share=0.4,
        imported_electricity_factor=0.5,
        heat_efficiency=0.85,
        heat_chp_share=0.5,
        chp_fuel_saving=0.15,
        emission_factor_coal=1.0,
        emission_factor_coke=1.0,
        emission_factor_oil=1.0,
        emission_factor_gas=1.0,
        carbon_stored_share=0.5,
        carbon_capture=0.2,
        build_wind_onshore=2.0,
        retire_coal=0.1,
        build_solar_utility=1.5,
        build_solar_distributed=1.5,
        hours_nuclear=7500.0,
        hours_hydro=2500.0,
        hours_pumped_storage=900.0,
        hours_wind_onshore=2200.0,
        hours_wind_offshore=2900.0,
        hours_solar_utility=1350.0,
        hours_solar_distributed=1200.0,
        hours_biomass=4500.0,
        hours_gas=2400.0,
    )
    level = np.array([centre[name] for name in DRIVERS])[:, None, None]
    drivers = level * rng.uniform(0.8, 1.2, (len(DRIVERS), years, draws))
    for name in ("capital_share", "output_gap_2025"):
        drivers[DRIVER._fields.index(name)] = drivers[DRIVER._fields.index(name), :1]
    return drivers


assert len(TECHNOLOGIES) == 11
assert PARAMETER.base_year == 0
