"""What a calibration is built from, wherever it was read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.baseyear.chinese_tables import OfficialTable
from sim.baseyear.energy_inputs import EnergyInputs
from sim.baseyear.growth_parameters import GrowthParameters
from sim.baseyear.io_observations import ObservationTable
from sim.baseyear.province.figures import Estimates

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Statistics:
    """Inputs of one province.

    Attributes
    ----------
    key, name, name_zh : str
        Of the province.
    table : OfficialTable
        Input-output table to carry forward.
    observations : ObservationTable
        Of the input-output accounts.
    national : tuple of ndarray (42,)
        National value added of an early and a late year.
    energy : callable
        Inputs of the energy accounts, given the input-output accounts.
    series : DataFrame or None
        Series base of the growth accounts; the bundled one where None.
    growth : GrowthParameters or None
        The bundled ones where None.
    levers : dict
        Central values of levers that differ from the lever table.
    lever_scales : dict
        Factors on the bundled values of levers that are a size of Liaoning.
    base_growth : dict
        Growth in the base year, by name in `data/model_parameters.csv`.
    estimates : Estimates
        What was estimated.
    """

    key: str
    name: str
    name_zh: str
    table: OfficialTable
    observations: ObservationTable
    national: tuple[Floats, Floats]
    energy: Callable[[xr.Dataset], EnergyInputs]
    series: pd.DataFrame | None = None
    growth: GrowthParameters | None = None
    levers: dict[str, float] = field(default_factory=dict)
    lever_scales: dict[str, float] = field(default_factory=dict)
    base_growth: dict[str, float] = field(default_factory=dict)
    estimates: Estimates = field(default_factory=Estimates)
