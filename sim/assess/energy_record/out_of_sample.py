"""Intensities fitted up to a year, against the CO2 of the years after it.

The test asks whether CO2 per unit of activity can be carried forward as the model carries
it: from its last value, with the mean yearly change of a window, as a random walk. Activity
of the years predicted is the actual one, so that only intensities are tested; the rival
leaves intensities where they were.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd
from scipy import stats

from sim.assess.energy_record.inventory import BROAD, gdp_index
from sim.errors import InputError
from sim.figures.series import load_series, series

# what a sector's CO2 is measured against; the others against GDP
ACTIVITY: Final = {
    "metals": "crude_steel",
    "building_materials": "cement",
    "power_heat": "generation_thermal",
    "rural_households": "population",
    "urban_households": "population",
}
FITTED: Final = 2017
WINDOW: Final = 10
LEVEL: Final = 0.90


def predict_sectors(
    frame: pd.DataFrame | None = None,
    *,
    fitted: int = FITTED,
    last: int = 2019,
    window: int = WINDOW,
) -> pd.DataFrame:
    """Predict CO2 by sector of the inventory after `fitted` from intensities up to it.

    Parameters
    ----------
    frame : DataFrame, optional
        The series base.
    fitted, last : int
        Last year of the fit and of the prediction.
    window : int
        Years of the fit, at least 4.

    Returns
    -------
    DataFrame
        One row a sector and year: ``sector, activity, year, actual, predicted, low, high``
        (Mt; 90 % interval of a random walk with estimated drift, Student t), ``error``
        (predicted over actual less one), ``error_unchanged`` (the rival's) and ``inside``.
        A sector that emits nothing in a year has no relative error (NaN).

    Raises
    ------
    InputError
        Where the window is too short, or a year has no figure.
    """
    if window < 4:
        raise InputError("the window is too short", key="window", found=window, allowed="4 or more")
    base = load_series() if frame is None else frame
    years = list(range(fitted - window + 1, last + 1))
    gdp = gdp_index(base, years[0], last)
    rows = []
    for sector in (name for group in BROAD.values() for name in group):
        co2 = series(f"co2_sector_{sector}", frame=base)
        name = ACTIVITY.get(sector, "gdp")
        activity = gdp if name == "gdp" else series(name, frame=base)
        known = co2.index.intersection(activity.index)
        missing = [str(year) for year in years if year not in known]
        if missing:
            raise InputError("a year has no figure", key=sector, found=", ".join(missing))
        rows.extend(_sector(sector, name, co2, activity, years, fitted))
    return pd.DataFrame(rows)


def _sector(
    sector: str, name: str, co2: pd.Series, activity: pd.Series, years: list[int], fitted: int
) -> list[dict[str, object]]:
    """Rows of one sector."""
    past = [year for year in years if year <= fitted]
    moves = np.diff(np.log((co2 / activity).loc[past].to_numpy()))
    drift, spread, count = moves.mean(), moves.std(ddof=1), moves.size
    start = float(co2[fitted] / activity[fitted])
    width = float(stats.t.ppf(0.5 + LEVEL / 2.0, count - 1))
    rows: list[dict[str, object]] = []
    for year in years[len(past) :]:
        ahead = year - fitted
        actual, moved = float(co2[year]), float(activity[year])
        predicted = start * moved * float(np.exp(drift * ahead))
        # variance of the walk, and of its estimated drift
        reach = width * spread * float(np.sqrt(ahead + ahead**2 / count))
        low, high = predicted * np.exp(-reach), predicted * np.exp(reach)
        error = [v / actual - 1.0 if actual > 0.0 else np.nan for v in (predicted, start * moved)]
        rows.append(
            {
                "sector": sector,
                "activity": name,
                "year": year,
                "actual": actual,
                "predicted": predicted,
                "low": float(low),
                "high": float(high),
                "error": error[0],
                "error_unchanged": error[1],
                "inside": bool(low <= actual <= high),
            }
        )
    return rows


def summarise_errors(predictions: pd.DataFrame) -> pd.DataFrame:
    """Errors of all sectors together, by year.

    Returns
    -------
    DataFrame
        ``year, actual, predicted, error`` of the total, ``mean_absolute`` and
        ``mean_absolute_unchanged`` (Mt, the mean over sectors of the absolute error, and the
        rival's) and ``inside`` (fraction of sectors inside the 90 % interval).
    """
    rows = []
    for year, group in predictions.groupby("year"):
        rival = group["actual"] * (1.0 + group["error_unchanged"].fillna(0.0))
        rows.append(
            {
                "year": year,
                "actual": group["actual"].sum(),
                "predicted": group["predicted"].sum(),
                "error": group["predicted"].sum() / group["actual"].sum() - 1.0,
                "mean_absolute": (group["predicted"] - group["actual"]).abs().mean(),
                "mean_absolute_unchanged": (rival - group["actual"]).abs().mean(),
                "inside": group["inside"].mean(),
            }
        )
    return pd.DataFrame(rows)
