"""Build the typical days of the power system from the monthly record and geometry.

Twelve months by three states of the wind by 24 hours, and two peak days without weight.
Load: workdays of four seasons, scaled to each month's consumption. Wind: the monthly record
of utilisation hours, split into calm, middling and windy days by a beta distribution of the
daily mean. Sun: geometry of a fixed panel, scaled to the monthly record. Nuclear and hydro:
their monthly record, flat within the day. Rebuild `data/power_hours.csv` with
`python -m sim.baseyear.power_days FOLDER`.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import beta

from sim.baseyear.power_profiles import COLUMNS, HOURS_FILE, read_rows
from sim.errors import InputError

Floats = NDArray[np.float64]
MONTHLY_FILE: Final = Path("energy/liaoning_monthly_power_and_industry.csv")
DAYS: Final = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], dtype=float)
YEARS: Final = range(2018, 2025)
NUCLEAR_YEARS: Final = range(2023, 2025)  # with all six units of Hongyanhe
STATES: Final = ("calm", "middling", "windy")
PEAK_MONTHS: Final = (7, 12)
HOURS_IN_YEAR: Final = 8760.0
DECIMALS: Final = 4


def parameters() -> dict[str, float]:
    """Return the assumptions of the typical days by name (`power_day_parameters.csv`)."""
    rows = read_rows("power_day_parameters.csv")
    return {row["name"]: float(row["value"]) for row in rows}


def monthly_rates(record: pd.DataFrame, column: str, years: range) -> Floats:
    """Daily rate of each month over the year's mean: (12,), mean 1 over the days.

    Differences of year-to-date figures; zero means missing, January and February come as
    one figure and share a rate.
    """
    rates = np.full((len(years), 12), np.nan)
    for k, year in enumerate(years):
        labels = [f"{year}-{month:02d}" for month in range(1, 13)]
        total = record[column].reindex(labels).replace(0.0, np.nan).to_numpy(dtype=float)
        rates[k, :2] = total[1] / DAYS[:2].sum()
        rates[k, 2:] = np.diff(total[1:]) / DAYS[2:]
    return _mean_one(np.asarray(np.nanmean(rates, axis=0)))


def monthly_load(record: pd.DataFrame) -> Floats:
    """Daily electricity consumption of each month over the year's mean: (12,)."""
    rows = []
    for year in YEARS:
        labels = [f"{year}-{month:02d}" for month in range(1, 13)]
        used = record["elec_cons_month_yikWh"].reindex(labels).to_numpy(dtype=float)
        if np.isfinite(used).all():  # months can be missing; their years say nothing of a share
            rows.append(used / DAYS)
    return _mean_one(np.mean([row / np.average(row, weights=DAYS) for row in rows], axis=0))


def _mean_one(rates: Floats) -> Floats:
    return rates / float(np.average(rates, weights=DAYS))


def load_shapes() -> Floats:
    """Load of a workday by month over the day's mean (12, 24), linear between four seasons."""
    rows = read_rows("power_load_days.csv")
    given: dict[int, list[float]] = {}
    for row in rows:
        given.setdefault(int(row["month"]), []).append(float(row["load_mw"]))
    known = sorted(given)
    months = [*known, known[0] + 12]
    shapes = np.array([np.array(given[m]) / np.mean(given[m]) for m in known])
    shapes = np.vstack([shapes, shapes[:1]])
    return np.array(
        [
            [np.interp(month, months, shapes[:, hour]) for hour in range(24)]
            for month in range(1, 13)
        ]
    )


def solar_day(month: int, latitude: float, longitude: float, tilt: float) -> Floats:
    """Output of a fixed south-facing panel under a clear sky, hour by hour (24,), any unit.

    Beam 0.7**(AM**0.678) (Meinel & Meinel 1976) on the tilted plane, a tenth of it as
    diffuse light; declination of the middle of the month (Cooper 1969).
    """
    day = float(DAYS[: month - 1].sum() + 15.0)
    declination = np.radians(23.45) * np.sin(2.0 * np.pi * (284.0 + day) / 365.0)
    phi, slope = np.radians(latitude), np.radians(tilt)
    minutes = np.arange(0.5, 60.0) / 60.0
    clock = np.arange(24.0)[:, None] + minutes
    angle = np.radians(15.0 * (clock + (longitude - 120.0) / 15.0 - 12.0))
    height = np.sin(phi) * np.sin(declination)
    height = height + np.cos(phi) * np.cos(declination) * np.cos(angle)
    facing = np.sin(phi - slope) * np.sin(declination)
    facing = facing + np.cos(phi - slope) * np.cos(declination) * np.cos(angle)
    up = height > 0.02
    beam = np.where(up, 0.7 ** (np.where(up, height, 1.0) ** -0.678), 0.0)
    light = beam * (np.maximum(facing, 0.0) + 0.1)
    return np.asarray(light.mean(axis=1))


def state_means(mean: float, variation: float, share: float) -> Floats:
    """Mean of a beta variable within its lowest `share`, its middle and its highest (3,).

    With mean m and coefficient of variation c the partial means follow from the beta
    distribution with one more success: E[X; X < q] = m F(q; a + 1, b).
    """
    size = mean * (1.0 - mean) / (variation * mean) ** 2 - 1.0
    a, b = mean * size, (1.0 - mean) * size
    cuts = beta.ppf([0.0, share, 1.0 - share, 1.0], a, b)
    part = np.diff(beta.cdf(cuts, a + 1.0, b))
    return np.asarray(mean * part / np.array([share, 1.0 - 2.0 * share, share]))


def typical_days(record: pd.DataFrame, assumed: dict[str, float]) -> list[list[float | int | str]]:
    """Return the rows of `power_hours.csv`, in the order of `COLUMNS`."""
    load, shape = monthly_load(record), load_shapes()
    wind = monthly_rates(record, "hours_wind", YEARS)
    sun = monthly_rates(record, "hours_solar", YEARS)
    nuclear = monthly_rates(record, "gen_nuc", NUCLEAR_YEARS)
    hydro = monthly_rates(record, "gen_hydro", YEARS)
    mean_factor = _mean_hours(record) / HOURS_IN_YEAR
    share = assumed["calm_share"]
    turn = 2.0 * np.pi * (np.arange(24) - assumed["wind_diurnal_peak"]) / 24.0
    diurnal = 1.0 + assumed["wind_diurnal_amplitude"] * np.cos(turn)
    first, last = assumed["heating_first_month"], assumed["heating_last_month"]
    rows: list[list[float | int | str]] = []
    for month in range(1, 13):
        m = month - 1
        light = solar_day(month, assumed["latitude"], assumed["longitude"], assumed["panel_tilt"])
        light = light / light.mean() * sun[m]
        factor = mean_factor * wind[m]
        onshore = state_means(factor, assumed["wind_daily_cv"], share) / mean_factor
        offshore = state_means(factor, assumed["offshore_daily_cv"], share) / mean_factor
        heating = float(month >= first or month <= last)
        days = DAYS[m] * np.array([share, 1.0 - 2.0 * share, share])
        kinds = [(STATES[k], k, float(days[k]), load[m] * shape[m]) for k in range(3)]
        if month in PEAK_MONTHS:
            highest = shape[m] / shape[m].max() * assumed["peak_over_mean"]
            kinds.append(("peak", 0, 0.0, highest))
        for state, k, weight, used in kinds:
            for hour in range(24):
                values = (
                    *(used[hour], onshore[k] * diurnal[hour], offshore[k], light[hour]),
                    *(nuclear[m], hydro[m], heating),
                )
                rounded = [round(float(value), DECIMALS) for value in values]
                rows.append([month, state, round(weight, 2), hour, *rounded])
    return rows


def _mean_hours(record: pd.DataFrame) -> float:
    """Mean utilisation hours of wind in the years on record."""
    hours = record["hours_wind"].reindex([f"{year}-12" for year in YEARS]).to_numpy(dtype=float)
    return float(hours[hours > 0.0].mean())


def build(folder: Path, out: Path) -> None:
    """Write `power_hours.csv` from the statistics in `folder`.

    Raises
    ------
    InputError
        Where the monthly record is missing.
    """
    place = folder / MONTHLY_FILE
    if not place.is_file():
        raise InputError("the monthly record of power is missing", file=place)
    record = pd.read_csv(place, index_col="month")
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(typical_days(record, parameters()))


if __name__ == "__main__":
    build(Path(sys.argv[1]), Path(__file__).parent / "data" / HOURS_FILE)
