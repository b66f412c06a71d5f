"""What moved CO2 from 1997 to 2019: LMDI on the provincial inventory.

The inventory is that of CEADs (Shan et al. 2016, 2018; Guan et al. 2021). It counts the
carbon of coke where coke is burnt and once more as furnace gas, and misses about 28 Mt of
that gas in 2011-12; furnace gas and process emissions therefore stand apart in `by_fuel`.
Effects are computed between neighbouring years and added up (chaining), so that a period's
effects are the sum of its years'. GDP is the chain of released growth rates.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
import xarray as xr

from models.lmdi import decompose
from sim.figures.series import load_series, series

FUELS: Final = ("coal", "coke", "oil", "gas")
APART: Final = ("furnace_gas", "process")
FIRST, LAST = 1997, 2019
# inventory sectors by the broad sector whose value added they belong to
BROAD: Final = {
    "primary": ("agriculture",),
    "secondary": (
        *("power_heat", "metals", "building_materials", "petroleum_coking", "chemicals"),
        *("coal_mining", "oil_gas_extraction", "other_mining", "food_light", "machinery"),
        *("gas_water", "construction"),
    ),
    "tertiary": ("transport", "trade", "other_services"),
    "households": ("rural_households", "urban_households"),
}


def gdp_index(frame: pd.DataFrame, first: int, last: int) -> pd.Series:
    """Real GDP by year, 1 in `first`: the chain of released growth rates."""
    growth = series("gdp_growth", "released", frame).loc[first + 1 : last]
    index = (1.0 + growth).cumprod()
    return pd.concat([pd.Series({first: 1.0}), index])


def by_fuel(pack: xr.Dataset, frame: pd.DataFrame | None = None) -> pd.DataFrame:
    """Split the yearly change of the inventory's CO2 into activity, intensity and mix.

    CO2 of fuels = GDP x fossil energy per GDP x sum over fuels of (share x factor), with the
    pack's factors, which do not change; fossil energy is CO2 over factor.

    Parameters
    ----------
    pack : Dataset
        Holds `emission_factor` (tCO2/tce).
    frame : DataFrame, optional
        The series base.

    Returns
    -------
    DataFrame
        One row a year (the change from the year before, Mt): ``activity, energy_intensity,
        fuel_mix, furnace_gas, process`` and ``change``, which is their sum.
    """
    base = load_series() if frame is None else frame
    factors = {name: float(pack["emission_factor"].sel(carrier=name)) for name in FUELS}
    co2 = pd.DataFrame({f: series(f"co2_fuel_{f}", frame=base) for f in (*FUELS, *APART)})
    gdp = gdp_index(base, FIRST, LAST)
    energy = co2[list(FUELS)] / pd.Series(factors)
    states = {
        year: {
            "activity": gdp[year],
            "energy_intensity": energy.loc[year].sum() / gdp[year],
            "fuel_mix": (energy.loc[year] / energy.loc[year].sum()).to_numpy(),
            "factor": np.array([factors[f] for f in FUELS]),
        }
        for year in range(FIRST, LAST + 1)
    }
    rows = {}
    for year in range(FIRST + 1, LAST + 1):
        effects = decompose(states[year - 1], states[year])
        apart = co2.loc[year, list(APART)] - co2.loc[year - 1, list(APART)]
        rows[year] = {n: effects[n] for n in ("activity", "energy_intensity", "fuel_mix")}
        rows[year] |= apart.to_dict()
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("year")
    return table.assign(change=table.sum(axis=1))


def by_sector(frame: pd.DataFrame | None = None) -> pd.DataFrame:
    """Split the yearly change of the inventory's CO2 into activity, structure and intensity.

    CO2 = GDP x share of the broad sector in GDP at current prices x CO2 per value added of
    the broad sector, over the inventory's sectors; households stand per GDP.

    Returns
    -------
    DataFrame
        One row a year (the change from the year before, Mt): ``activity``, ``structure``, one
        column ``intensity_<sector>`` a sector of the inventory, and ``change``, their sum.
    """
    base = load_series() if frame is None else frame
    gdp = gdp_index(base, FIRST, LAST)
    names = [name for members in BROAD.values() for name in members]
    co2 = pd.DataFrame({name: series(f"co2_sector_{name}", frame=base) for name in names})
    added = pd.DataFrame(
        {
            broad: series(f"value_added_{broad}", "released", base)
            for broad in ("primary", "secondary", "tertiary")
        }
    )
    share = added.div(added.sum(axis=1), axis=0).assign(households=1.0)
    weight = pd.DataFrame({s: share[broad] for broad, group in BROAD.items() for s in group})
    rows = {}
    for year in range(FIRST + 1, LAST + 1):
        before, after = (
            {
                "activity": gdp[y],
                "structure": weight.loc[y, names].to_numpy(),
                "intensity": (co2.loc[y, names] / weight.loc[y, names] / gdp[y]).to_numpy(),
            }
            for y in (year - 1, year)
        )
        parts = decompose(before, after, by_category=True)
        rows[year] = {k: float(np.sum(parts[k])) for k in ("activity", "structure")}
        intensity = np.asarray(parts["intensity"])
        rows[year] |= {f"intensity_{n}": float(v) for n, v in zip(names, intensity, strict=True)}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("year")
    return table.assign(change=table.sum(axis=1))
