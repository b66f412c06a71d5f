"""A small data pack with just what the defaults of the levers start from."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from models.labels import CARRIERS, TECHNOLOGIES

# in the order of TECHNOLOGIES
HOURS = [7700, 1500, 900, 2200, 2800, 1400, 1150, 4600, 3000, 2300, 450]


@pytest.fixture(scope="session")
def pack() -> xr.Dataset:
    """Every technology has 2 GW on average and runs its usual hours."""
    states = ["tfp_growth_trend", "output_gap_2025", "gap_persistence_logit"]
    scalars = {
        "capital_share": 0.48,
        "eaf_share": 0.1,
        "vehicle_registrations": 64.0,
        "depreciation_rate": 0.096,
        "schooling_return": 0.079,
        "rd_growth_mean": 0.053,
        "rd_elasticity": 0.07,
        "rd_depreciation": 0.15,
        "electricity_net_import": 44.0,
        "grid_loss_rate": 0.038,
        "coal_rate_gross": 0.295,
        "imported_electricity_factor": 0.5,
        "heat_supply_efficiency": 0.78,
    }
    size = len(TECHNOLOGIES)
    return xr.Dataset(
        {
            **scalars,
            "growth_posterior_mean": ("state", [0.02, -0.01, 0.0]),
            "path_working_age_growth": ("year", [-0.01, -0.02]),
            "path_participation_growth": ("year", [0.004, 0.004]),
            "path_schooling_increase": ("year", [0.067, 0.067]),
            "path_population_growth": ("year", [-0.006, -0.007]),
            "path_urbanisation_increase": ("year", [0.0046, 0.0045]),
            "path_consumption_rural_growth": ("year", [0.023, 0.025]),
            "path_consumption_urban_growth": ("year", [0.038, 0.040]),
            "path_government_growth": ("year", [0.02, 0.02]),
            "electricity_generation": ("technology", 0.002 * np.array(HOURS)),
            "electricity_capacity_average": ("technology", np.full(size, 2.0)),
            "carbon_stored_share": ("carrier", np.full(len(CARRIERS), 0.8)),
        },
        coords={
            "state": states,
            "year": [2026, 2028],
            "technology": list(TECHNOLOGIES),
            "carrier": list(CARRIERS),
        },
    )
