"""A small pack and the bundled tables, resolved once for the tests of the sampling."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from models.inputoutput.drawn import FACTORS
from models.state import DRIVERS
from sim.ensemble.copula import read_correlations
from sim.ensemble.growth_draws import GrowthDraws
from sim.ensemble.inputs import read_inputs
from sim.ensemble.plan import DriverPlan, PackNumbers
from sim.ensemble.sampler import Sampler, build_sampler

YEARS = tuple(range(2026, 2031))
UNITS = {
    "north_1": "nuclear",
    "north_2": "nuclear",
    "hill": "pumped_storage",
    "lake": "pumped_storage",
    "town": "coal",
}
NAMES = ("tfp_growth_trend", "output_gap_2025", "gap_persistence", "gap_shock_sd", "trend_drift_sd")
SD = np.array([0.008, 0.012, 0.5])
RHO = np.array([[1.0, -0.5, 0.2], [-0.5, 1.0, 0.0], [0.2, 0.0, 1.0]])
GROWTH_DRAWS = 400
CONSTANT = (
    "gap_persistence",
    "output_gap_2025",
    "capital_share",
    "depreciation_rate",
    "schooling_return",
    "rd_elasticity",
    "rd_depreciation",
    "electrification_efficiency",
    "price_elasticity",
    "household_income_elasticity",
    "emission_factor_coal",
    "emission_factor_coke",
    "emission_factor_oil",
    "emission_factor_gas",
)


@pytest.fixture(scope="session")
def pack() -> PackNumbers:
    wanted = {item.pack_name: 0.01 for item in read_inputs() if item.distribution == "normal"}
    scales = {name: sd for name, sd in wanted.items() if name}
    generator = np.random.default_rng(9)
    centre = np.array([0.03, 0.01, 1.0])
    states = generator.multivariate_normal(centre, np.outer(SD, SD) * RHO, GROWTH_DRAWS)
    widths = (0.012, 0.003) * np.exp(0.2 * generator.standard_normal((GROWTH_DRAWS, 2)))
    values = np.column_stack([states[np.argsort(states[:, 0])], widths])
    return PackNumbers(scales, GrowthDraws(NAMES, values), 256)


@pytest.fixture(scope="session")
def make_sampler(pack: PackNumbers) -> Callable[..., Sampler]:
    def make(**changes: object) -> Sampler:
        arguments = {
            "inputs": read_inputs(),
            "correlations": read_correlations(),
            "seed": 1,
            "years": YEARS,
            "driver_names": (*DRIVERS, *FACTORS),
            "units": UNITS,
            "pack": pack,
            **changes,
        }
        return build_sampler(arguments.pop("inputs"), arguments.pop("correlations"), **arguments)

    return make


@pytest.fixture(scope="session")
def sampler(make_sampler: Callable[..., Sampler]) -> Sampler:
    return make_sampler()


@pytest.fixture(scope="session")
def make_plan() -> Callable[..., DriverPlan]:
    """Return a plan without bounds, every driver at 0.3 (a share, a rate, a level)."""

    def make(sampler: Sampler, **changes: object) -> DriverPlan:
        n = len(sampler.driver_names)
        columns = 1 + sampler.plan.year.size
        path = 0.3 + 0.01 * np.arange(columns)
        arguments = {
            "central": np.tile(path, (n, 1)),
            "lower": np.full(n, -np.inf),
            "upper": np.full(n, np.inf),
            "constant": [name for name in CONSTANT if name in sampler.driver_names],
            "slips": dict.fromkeys(sampler.unit_names, 0.5),
            **changes,
        }
        central, lower, upper = (arguments.pop(k) for k in ("central", "lower", "upper"))
        return sampler.driver_plan(central, lower, upper, **arguments)

    return make
