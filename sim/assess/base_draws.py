"""Draws of the base year behind the provincial answers, and the bands they give.

The pack holds draws of final demand and of final energy. Technical coefficients, local-supply
shares, employment and CO2 by sector are single estimates in it: answers that rest on these
alone have no band, and the bands of the others leave that uncertainty out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.inputoutput.table import IOTable
from models.labels import FINAL_CARRIERS, FINAL_USES, SECTORS
from sim.baseyear.pack import load_pack

Floats = NDArray[np.float64]

LEVELS: Final = (0.05, 0.95)


@dataclass(frozen=True)
class BaseDraws:
    """Draws of the base year, paired by their number.

    Attributes
    ----------
    final_demand : ndarray (draws, 42, 7)
        Final uses in 亿元, imported products included.
    energy : ndarray (draws, 42)
        Final energy of sectors, Mtce.
    """

    final_demand: Floats
    energy: Floats

    def local_demand(self, table: IOTable) -> Floats:
        """Final demand for local products (draws, 42, 7): r of domestic uses, all of others."""
        served = np.where(table.external, 1.0, table.local_supply[:, None])
        return np.asarray(self.final_demand * served)


@lru_cache(maxsize=1)
def bundled_draws() -> BaseDraws:
    """Return the draws of the bundled pack."""
    pack = load_pack()
    sectors = list(SECTORS)
    demand = pack["final_demand_draws"].sel(sector=sectors, final_use=list(FINAL_USES))
    energy = pack["final_energy_draws"].sel(energy_sector=sectors, carrier=list(FINAL_CARRIERS))
    return BaseDraws(
        demand.transpose("base_draw", "sector", "final_use").to_numpy(),
        energy.transpose("base_draw", "energy_sector", "carrier").to_numpy().sum(axis=-1),
    )


def band(name: str, values: Floats) -> dict[str, Floats]:
    """Return the columns NAME_low and NAME_high: 5 and 95 % of draws (m, ...)."""
    low, high = np.quantile(values, LEVELS, axis=0)
    return {f"{name}_low": low, f"{name}_high": high}
