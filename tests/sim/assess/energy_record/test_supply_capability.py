"""The rule of supply capability against the one figure that the grid company gave."""

from __future__ import annotations

import pytest

import sim
from sim.baseyear.pack import load_pack
from sim.figures.series import load_series, series
from sim.scenario import lever_table, read_units
from sim.scenario.units import operating_capacity


def test_the_rule_gives_the_capability_of_2023_to_a_twentieth():
    """The centre of 2025 less what was added since mid-2023: thermal plants and stores.

    Nuclear plants and the kind of purchases are those of 2025; what wind and sun give in the
    tightest hour is small.
    """
    frame, pack = load_series(), load_pack()
    average = pack["electricity_capacity_average"]

    def now(*names: str) -> float:
        return float(average.sel(technology=list(names)).sum())

    thermal = series("capacity_thermal", frame=frame)
    added = now("coal", "gas", "biomass") - 0.5 * (thermal[2022] + thermal[2023])
    own = float(pack["plant_own_use_rate"].sel(technology="coal"))
    ready = float(lever_table()["energy.coal.availability"].default)
    stores = now("pumped_storage", "storage")
    stores -= operating_capacity(read_units(), "pumped_storage", 2022)
    paths = sim.run(["baseline"], draws=2, horizon=2026).paths.isel(scenario=0, year=0)
    rule = float(paths["supply_capability"]) - added * ready * (1.0 - own) - stores
    stated = series("grid_supply_capability", frame=frame)[2023]
    assert stated == 40.6
    assert rule == pytest.approx(42.45, abs=0.05)
    assert rule / stated == pytest.approx(1.0, abs=0.05)
    coal = (now("coal") - added) * (1.0 - own)  # what the default was chosen by
    assert ready - (rule - stated) / coal == pytest.approx(0.74, abs=0.005)
    assert ready == pytest.approx(0.5 * (0.85 + 0.74), abs=0.006)
    assert stated > series("peak_load_expected", frame=frame)[2023]
