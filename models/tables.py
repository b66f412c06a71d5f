"""Scalars and tables by sector, carrier and technology, added up over draws year by year."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from models.compiled import step
from models.moments import FloatArray, Totals, add_rows, totals
from models.state import Array, Results, place

MATRICES: Final = ("final_demand", "final_energy")
VECTORS: Final = (
    "value_added",
    "gross_output",
    "primary_energy",
    "electricity_generation",
    "electricity_capacity",
    "co2",
)
TABLES: Final = ("scalars", *MATRICES, *VECTORS)  # in the order of `add_tables`
NOTHING: Final = totals(np.zeros((0, 0)))  # of no year


def table_rows(results: Results) -> int:
    """Return how many rows the tables have together."""
    return sum(math.prod(getattr(results, name).shape[:-2]) for name in TABLES)


def first_draw(results: Results) -> FloatArray:
    """Return the tables of the first draw, all years kept, as `Totals` stand: (Y, R)."""
    tables = [getattr(results, name)[..., 0] for name in TABLES]
    return np.concatenate([table.reshape(-1, table.shape[-1]) for table in tables]).T


@step
def add_table(table: Array, y: int, used: int, totals: Totals, at: int) -> int:
    """Add the rows of a table (R, K, B) in a year from place `at` of the totals; return its end."""
    end: int = at + table.shape[0]
    centre, sums = totals.centre[y, at:end], totals.sums[:, y, at:end]
    add_rows(table, place(y, table), used, centre, sums, totals.padded)
    return end


@step
def add_tables(y: int, results: Results, used: int, totals: Totals) -> None:
    """Add the leading `used` draws of a year to the totals, in the order of `TABLES`."""
    at = add_table(results.scalars, y, used, totals, 0)
    for k in range(results.final_demand.shape[0]):
        at = add_table(results.final_demand[k], y, used, totals, at)
    for s in range(results.final_energy.shape[0]):
        at = add_table(results.final_energy[s], y, used, totals, at)
    at = add_table(results.value_added, y, used, totals, at)
    at = add_table(results.gross_output, y, used, totals, at)
    at = add_table(results.primary_energy, y, used, totals, at)
    at = add_table(results.electricity_generation, y, used, totals, at)
    at = add_table(results.electricity_capacity, y, used, totals, at)
    add_table(results.co2, y, used, totals, at)
