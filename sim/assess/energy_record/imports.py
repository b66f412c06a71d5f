"""Net import on record, and how much of it own non-fossil plants took the place of.

Net import of a year is consumption less generation. Published generation covers plants above
the reporting size: wind of 2018 and later is January to November over its usual share of the
year, and solar is capacity times the hours of the base year from 2016 on, since published
generation leaves distributed plants out. Small thermal plants stay outside, so the level is
too high by a few TWh and the change from year to year is what is used.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import pandas as pd
import xarray as xr

from sim.figures.series import load_series, series

FIRST, LAST = 2010, 2023
SOLAR_FROM_NOTHING: Final = 2015  # hardly any solar plant stood before
SOLAR = ("solar_utility", "solar_distributed")
# Hongyanhe 1-4 came on line in 2013-2016, 5 and 6 in 2021 and 2022
EPISODES: Final = ((2012, 2016), (2016, 2020), (2020, 2023))


class Displacement(NamedTuple):
    """Part of own plants' gain on consumption that net import gives way to."""

    value: float
    standard_error: float
    years: int  # changes it rests on


def import_record(pack: xr.Dataset, frame: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return consumption, generation and net import by year, TWh.

    Parameters
    ----------
    pack : Dataset
        The base year, whose hours of solar plants are used.
    frame : DataFrame, optional
        The series base.

    Returns
    -------
    DataFrame
        Indexed by year 2010-2023: ``consumption, thermal, hydro, nuclear, wind, solar``,
        ``own`` (the last four together) and ``net_import``.
    """
    base = load_series() if frame is None else frame
    years = range(FIRST, LAST + 1)
    wind, months = (
        series(f"generation_wind{part}", frame=base) for part in ("", "_january_november")
    )
    whole_year = months / float((months / wind).dropna().loc[FIRST:].mean())
    record = pd.DataFrame(
        {
            "consumption": series("electricity_consumption", frame=base),
            **{
                name: series(f"generation_{name}", frame=base)
                for name in ("thermal", "hydro", "nuclear")
            },
            "wind": wind.combine_first(whole_year),
            "solar": _solar(pack, series("capacity_solar", frame=base)),
        }
    ).reindex(years)
    record = record.fillna({"nuclear": 0.0, "solar": 0.0})
    record["own"] = record[["hydro", "nuclear", "wind", "solar"]].sum(axis=1)
    record["net_import"] = record["consumption"] - record["thermal"] - record["own"]
    return record.rename_axis("year")


def _solar(pack: xr.Dataset, capacity: pd.Series) -> pd.Series:
    """Generation of all solar plants, TWh: mean capacity times the hours of the base year."""
    made = pack["electricity_generation"].sel(technology=list(SOLAR)).sum()
    hours = float(made / pack["electricity_capacity_average"].sel(technology=list(SOLAR)).sum())
    known = pd.concat([pd.Series({SOLAR_FROM_NOTHING: 0.0}), capacity])
    known = known.reindex(range(SOLAR_FROM_NOTHING, int(capacity.index.max()) + 1))
    return hours * known.interpolate().rolling(2).mean()


def displacement(record: pd.DataFrame, first: int = FIRST, last: int = LAST) -> Displacement:
    """Estimate the part of own plants' gain on consumption that net import gives way to.

    Least squares without a constant on yearly changes, ΔM = -d (ΔO - ΔL), both those in which
    own plants gain on load and those in which they lose. The model uses it where they gain
    since the base year (`models.energy.power.planned_import`).

    Parameters
    ----------
    record : DataFrame
        From `import_record`.
    first, last : int
        Years whose changes are used, the first as the start of the first change.
    """
    change = record.loc[first:last].diff().dropna()
    gained = (change["own"] - change["consumption"]).to_numpy()
    moved = change["net_import"].to_numpy()
    squares = float(gained @ gained)
    value = -float(gained @ moved) / squares
    rest = moved + value * gained
    error = float(np.sqrt(rest @ rest / (rest.size - 1) / squares))
    return Displacement(value, error, rest.size)


def episodes(record: pd.DataFrame) -> pd.DataFrame:
    """Return changes over the years in which nuclear units came, and those between, TWh.

    Returns
    -------
    DataFrame
        Indexed by (first, last): ``consumption, own, thermal, net_import``.
    """
    columns = ["consumption", "own", "thermal", "net_import"]
    rows = {span: record.loc[span[1], columns] - record.loc[span[0], columns] for span in EPISODES}
    return pd.DataFrame(rows).T.rename_axis(["first", "last"])
