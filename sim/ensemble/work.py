"""What a run shares: cases, plans, base years and sampler, and how a block is simulated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.economy import simulate
from models.state import DRIVERS, Results, empty_results
from sim.ensemble.copula import read_correlations
from sim.ensemble.drivers import apply_block, sample_block, sample_centre
from sim.ensemble.inputs import read_inputs
from sim.ensemble.methods import Design
from sim.ensemble.plan import DriverPlan
from sim.ensemble.prepare import BaseTables, Case, base_tables, prepare
from sim.ensemble.sampler import Sampler, build_sampler, pack_numbers
from sim.scenario import ResolvedScenario, lever_table, read_units

INDEPENDENT: Final = Design()


class Work(NamedTuple):
    """What the threads share: cases, plans, base years, sampler."""

    cases: tuple[Case, ...]
    plans: tuple[DriverPlan, ...]
    tables: BaseTables
    sampler: Sampler


def prepare_work(
    pack: xr.Dataset,
    resolved: Sequence[ResolvedScenario],
    seed: int,
    how: Design = INDEPENDENT,
) -> Work:
    """Build what the simulation of resolved scenarios needs; `how` the draws are made."""
    units = read_units()
    cases = tuple(prepare(pack, item, units) for item in resolved)
    sampler = build_sampler(
        read_inputs(),
        read_correlations(),
        seed=seed,
        years=[int(year) for year in resolved[0].years],
        driver_names=DRIVERS,
        units={unit.name: unit.technology for unit in units},
        pack=pack_numbers(pack),
        method=how.method,
        draws=how.points * how.replicates or None,
        replicates=how.replicates,
    )
    by_driver = {lever.driver: lever for lever in lever_table().values() if lever.driver}
    levers = [by_driver[name] for name in DRIVERS]
    lower = np.array([-np.inf if x.minimum is None else x.minimum for x in levers])
    upper = np.array([np.inf if x.maximum is None else x.maximum for x in levers])
    plans = tuple(
        sampler.driver_plan(
            case.central,
            lower,
            upper,
            constant=[x.driver for x in levers if x.kind == "constant"],
            slips=case.slips,
            sd_overrides={name: change["sd"] for name, change in case.scenario.inputs.items()},
        )
        for case in cases
    )
    return Work(cases, plans, base_tables(pack), sampler)


class Scratch:
    """Arrays of one thread; deviates and base years are those of the block in work."""

    def __init__(self, work: Work, block: int) -> None:
        years = work.cases[0].years.size
        self.deviates = np.empty((work.sampler.plan.n_row, block))
        self.base_draw = np.empty(block, np.int64)
        self.base = work.tables.empty(block)
        self.drivers = np.empty((len(DRIVERS), years, block))
        self.slips = [np.empty((len(case.slips), block)) for case in work.cases]
        self.results = empty_results(years, block)


def sample(work: Work, scratch: Scratch, first: int) -> None:
    """Fill `scratch` with the block of draws that starts at draw `first`."""
    sample_block(work.sampler.plan, first, scratch.deviates, scratch.base_draw)
    work.tables.gather(scratch.base_draw, scratch.base)


def simulate_centre(work: Work, index: int) -> Results:
    """Central path: an ensemble of one draw at central values."""
    scratch = Scratch(work, 1)
    sample_centre(work.sampler.plan, scratch.deviates, scratch.base_draw)
    work.tables.gather(scratch.base_draw, scratch.base)
    simulate_case(work, index, scratch, np.zeros(len(DRIVERS), np.int64))
    return scratch.results


def simulate_case(work: Work, index: int, scratch: Scratch, clamped: NDArray[np.int64]) -> None:
    """Run one scenario over the block whose deviates stand in `scratch`."""
    slips = scratch.slips[index]
    apply_block(work.plans[index], scratch.deviates, scratch.drivers, slips, clamped)
    scratch.results.residual[:] = 0.0
    simulate(work.cases[index].structure, scratch.base, scratch.drivers, slips, scratch.results)
