"""The model's year over whole arrays, as a user of NumPy or JAX would write it.

The equations are those of `models.economy`; every array's last axis holds the draws and
every statement acts on all of them. Nothing but labels and the order of rows is taken from
the compiled model. `tests/benchmarks/test_peers.py` compares the two number by number.

What a strong array program does is done here: products as matrix products, levels from
cumulated rates at once, no array formed that is not needed, one year's tables at a time so
that a block of draws stays near the processor.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.peers.economy_arrays import Arrays, Economy, Setup, Values, factor_levels
from benchmarks.peers.energy_arrays import Energy
from models.state import DRIVERS, IDENTITIES, SCALARS, Base, Results


def named_drivers(drivers: Any) -> Values:
    """Return the drivers (D, Y, B) by name."""
    return dict(zip(DRIVERS, drivers, strict=True))


def simulate_years(
    lib: Arrays, setup: Setup, base: Base, drivers: Values, slips: Any
) -> list[Values]:
    """Return the results of every year by name: scalars, identities and tables.

    Parameters
    ----------
    lib : Arrays
    setup : Setup
    base : Base
        Base year of each draw.
    drivers : dict of array (Y, B) or (Y, 1)
    slips : array (U, B)
    """
    drivers = lib.hold(drivers)
    levels = lib.hold(factor_levels(lib.xp, setup, drivers))
    economy = Economy(lib, setup, base, levels)
    energy = Energy(lib, setup, base, drivers, slips, levels)
    found: list[Values] = []
    for y in range(setup.structure.technical_coefficients.shape[0]):
        now = {name: path[y] for name, path in drivers.items()}
        year = economy.year(y, now, found[-1] if found else None)
        found.append(lib.hold(energy.year(y, now, lib.hold(year))))
    return found


def as_results(found: list[Values]) -> Results:
    """Stack the years of one block as the compiled model lays them out."""

    def stack(get: Callable[[Values], Any]) -> np.ndarray:
        return np.stack([np.asarray(get(year)) for year in found], axis=-2)

    draws = found[0]["gdp"].shape[-1]

    def rows(names: tuple[str, ...]) -> np.ndarray:
        wide = [[np.broadcast_to(year[name], draws) for year in found] for name in names]
        return np.array(wide)

    tables = {name: stack(lambda year, name=name: year[name]) for name in Results._fields[1:-1]}
    tables["final_energy"] = tables["final_energy"].swapaxes(0, 1)
    return Results(scalars=rows(SCALARS), residual=rows(IDENTITIES), **tables)
