"""The model's rules for power, run backwards over 2020-2024.

Nuclear, hydro and wind are capacity times hours, with the hours of the base year and the
spread that the uncertain inputs state; thermal power is what balances the consumption of the
year. Capacities and consumption are the actual ones. Solar is no evidence (its published
generation leaves out distributed plants), nor is wind built from hours and capacity:
January to November as published is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from scipy import stats

from sim.ensemble.inputs import read_inputs
from sim.figures.series import load_series, series
from sim.scenario.units import operating_capacity, read_units

YEARS: Final = tuple(range(2020, 2025))
LEVELS: Final = (0.50, 0.90)
THERMAL: Final = ("coal", "gas", "biomass")
Number = tuple[float, float]  # mean and standard deviation


def backcast(pack: xr.Dataset, frame: pd.DataFrame | None = None) -> pd.DataFrame:
    """Compare the model's rules with the published generation of 2020-2024.

    Parameters
    ----------
    pack : Dataset
        The base year: generation, average capacity, net import and its draws.
    frame : DataFrame, optional
        The series base.

    Returns
    -------
    DataFrame
        One row a technology and year: ``technology, year, actual, backcast, sd`` (TWh),
        ``z`` ((actual - backcast)/sd), ``inside_50`` and ``inside_90``.
    """
    base = load_series() if frame is None else frame
    spread = _stated_spread()
    hours = {
        str(name): float(
            pack["electricity_generation"].sel(technology=name)
            / pack["electricity_capacity_average"].sel(technology=name)
        )
        for name in pack["technology"].values
    }
    rows = []
    for year in YEARS:
        made = {
            "nuclear": _nuclear(base, year, hours, spread),
            "hydro": _hydro(base, year, hours, spread),
            "wind": _wind(base, year, hours, spread),
            "solar": _solar(base, year, hours, spread),
        }
        rows.append(
            _row("nuclear", year, made["nuclear"], series("generation_nuclear", frame=base))
        )
        rows.append(_row("hydro", year, made["hydro"], series("generation_hydro", frame=base)))
        windy = series("generation_wind_january_november", frame=base)
        if year in windy.index:
            rows.append(
                _row("wind_january_november", year, _eleven_months(made["wind"], base), windy)
            )
        thermal = _thermal(pack, base, year, made, spread)
        rows.append(_row("thermal", year, thermal, series("generation_thermal", frame=base)))
    return pd.DataFrame(rows)


def _stated_spread() -> dict[str, float]:
    """Standard deviation of each uncertain input, as registered (log, or its own unit)."""
    return {item.name: item.scale for item in read_inputs()}


def _average(values: pd.Series, year: int) -> float:
    """Mean of the capacities at both ends of a year, GW; the last known where one is missing."""
    known = values.reindex(range(int(values.index.min()), year + 1)).ffill()
    return float(0.5 * (known[year - 1] + known[year]))


def _made(capacity: float, hours: float, spread: float) -> Number:
    return capacity * hours, capacity * hours * spread


def _sum(*parts: Number) -> Number:
    """Sum of independent numbers."""
    return sum(p[0] for p in parts), float(np.sqrt(sum(p[1] ** 2 for p in parts)))


def _nuclear(
    base: pd.DataFrame, year: int, hours: Mapping[str, float], spread: Mapping[str, float]
) -> Number:
    capacity = _average(series("capacity_nuclear", frame=base), year)
    return _made(capacity, hours["nuclear"], spread["hours_nuclear"])


def _hydro(
    base: pd.DataFrame, year: int, hours: Mapping[str, float], spread: Mapping[str, float]
) -> Number:
    """Published hydro holds pumped storage, here that of the register; rivers stay as they were."""
    whole = series("capacity_hydro", frame=base)
    pumped = operating_capacity(read_units(), "pumped_storage", YEARS[0])
    rivers = float(whole[YEARS[0]]) - pumped
    return _sum(
        _made(rivers, hours["hydro"], spread["hours_hydro"]),
        _made(
            _average(whole, year) - rivers, hours["pumped_storage"], spread["hours_pumped_storage"]
        ),
    )


def _wind(
    base: pd.DataFrame, year: int, hours: Mapping[str, float], spread: Mapping[str, float]
) -> Number:
    """All wind with the hours of onshore plants: offshore is a twentieth of it."""
    known = float(np.hypot(spread["hours_wind_onshore"], spread["hours_wind_onshore_level"]))
    return _made(_average(series("capacity_wind", frame=base), year), hours["wind_onshore"], known)


def _solar(
    base: pd.DataFrame, year: int, hours: Mapping[str, float], spread: Mapping[str, float]
) -> Number:
    known = float(np.hypot(spread["hours_solar_utility"], spread["hours_solar_level"]))
    capacity = _average(series("capacity_solar", frame=base), year)
    return _made(capacity, hours["solar_utility"], known)


def _eleven_months(whole: Number, base: pd.DataFrame) -> Number:
    """January to November out of a year: mean and spread of the years with both figures."""
    part = series("generation_wind_january_november", frame=base)
    share = (part / series("generation_wind", frame=base)).dropna()
    share = share[share < 1.0]
    mean, sd = float(share.mean()), float(share.std(ddof=1))
    return whole[0] * mean, float(np.hypot(whole[1] * mean, whole[0] * sd))


def _thermal(
    pack: xr.Dataset,
    base: pd.DataFrame,
    year: int,
    made: Mapping[str, Number],
    spread: Mapping[str, float],
) -> Number:
    """Consumption less the others and the net import of the base year.

    The base year's import comes with its posterior spread, and moves with the input
    `net_import`.
    """
    draws = pack["electricity_net_import_draws"]
    imported = (
        float(pack["electricity_net_import"]),
        float(np.hypot(draws.std(), spread["net_import"])),
    )
    storage = (float(pack["electricity_generation"].sel(technology="storage")), 0.0)
    others = _sum(*made.values(), imported, storage)
    return float(series("electricity_consumption", frame=base)[year]) - others[0], others[1]


def _row(technology: str, year: int, expected: Number, actual: pd.Series) -> dict[str, object]:
    z = (float(actual[year]) - expected[0]) / expected[1]
    inside = {
        f"inside_{round(100 * level)}": bool(abs(z) <= stats.norm.ppf(0.5 + level / 2.0))
        for level in LEVELS
    }
    return {
        "technology": technology,
        "year": year,
        "actual": float(actual[year]),
        "backcast": expected[0],
        "sd": expected[1],
        "z": z,
        **inside,
    }
