"""The typical days of the power system as arrays that the dispatch reads."""

from __future__ import annotations

import csv
import io
from functools import cache
from importlib.resources import files
from typing import Final

import numpy as np

from models.energy.hours import Days

HOURS_FILE: Final = "power_hours.csv"
KEY: Final = ("month", "state", "days", "hour")
HOURLY: Final = ("load", "wind_onshore", "wind_offshore", "solar")
DAILY: Final = ("nuclear", "hydro", "heating")
COLUMNS: Final = (*KEY, *HOURLY, *DAILY)


def read_rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a table of the base year's data."""
    text = files("sim.baseyear").joinpath("data", name).read_text(encoding="utf-8")
    return list(csv.DictReader(io.StringIO(text)))


@cache
def typical_days() -> Days:
    """Return the bundled days, rescaled so that every profile has mean 1 over the year.

    `heating` alone keeps its level: 1 in the season of public heating, else 0.
    """
    rows = read_rows(HOURS_FILE)
    table = {name: np.array([float(row[name]) for row in rows]) for name in (*HOURLY, *DAILY)}
    weight = np.array([float(row["days"]) for row in rows])
    flat = weight / weight.sum()
    for name in (*HOURLY, "nuclear", "hydro"):
        table[name] = table[name] / (flat @ table[name])
    hours = np.stack([table[name].reshape(-1, 24) for name in HOURLY])
    days = np.stack([table[name].reshape(-1, 24)[:, 0] for name in DAILY])
    return Days(
        hours=np.ascontiguousarray(hours),
        days=np.ascontiguousarray(days),
        weight=weight.reshape(-1, 24)[:, 0].copy(),
    )


def day_labels() -> list[tuple[int, str]]:
    """Return (month, state) of each typical day."""
    rows = read_rows(HOURS_FILE)
    return [(int(row["month"]), row["state"]) for row in rows[::24]]
