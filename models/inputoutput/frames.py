"""What a file of an input-output table holds, as labelled frames and before any judgement."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from models.errors import InputError

# Money units by their size in CNY, and the spellings found in files.
CNY_PER_UNIT: Final = {"元": 1.0, "万元": 1e4, "百万元": 1e6, "亿元": 1e8}
SPELLINGS: Final = {
    "CNY": "元",
    "10k CNY": "万元",
    "10kCNY": "万元",
    "10 thousand CNY": "万元",
    "million CNY": "百万元",
    "100M CNY": "亿元",
    "100 million CNY": "亿元",
}
COMPETITIVE: Final = "competitive"
DOMESTIC: Final = "domestic"


@dataclass(frozen=True)
class TableFrames:
    """A table as it stands in its file.

    Attributes
    ----------
    flows : DataFrame (n, n)
        Intermediate use, row product by column sector; imported inputs included where
        `treatment` is competitive.
    final_use : DataFrame (n, k)
        Final uses, all as stored; an error column is one of them, named
        "statistical_discrepancy".
    primary_inputs : DataFrame (p, n)
        Primary inputs by row; imported inputs are one of them where `treatment` is domestic.
    output : Series (n,)
        Printed gross output, or the row sum where none is printed (said in `history`).
    unit : str
        Money unit of all of these.
    year : int
    imports : DataFrame (n, m)
        Imports and inflow by product, positive, deducted from uses; no columns where the
        table has none. sum flows + sum final_use - sum imports = output.
    satellites : DataFrame (s, n)
        Satellite accounts by row.
    satellite_units : mapping
        Unit of each satellite row.
    satellite_final_use : DataFrame (s, k)
        Part of the satellites that final users cause directly; zero where not known.
    treatment : str
        "competitive" or "domestic".
    imported_flows, imported_final_use : DataFrame, optional
        The imported part by cell, of tables that split it.
    names : mapping
        Printed names of the sectors by label.
    printed : mapping
        Printed subtotals by name, for checks.
    price_basis, source : str
    history : tuple of str
        What reading did and assumed.
    """

    flows: pd.DataFrame
    final_use: pd.DataFrame
    primary_inputs: pd.DataFrame
    output: pd.Series
    unit: str
    year: int
    imports: pd.DataFrame
    satellites: pd.DataFrame
    satellite_units: Mapping[str, str] = field(default_factory=dict)
    satellite_final_use: pd.DataFrame | None = None
    treatment: str = COMPETITIVE
    imported_flows: pd.DataFrame | None = None
    imported_final_use: pd.DataFrame | None = None
    names: Mapping[str, str] = field(default_factory=dict)
    printed: Mapping[str, pd.Series] = field(default_factory=dict)
    price_basis: str = "producer prices of the year"
    source: str = ""
    history: tuple[str, ...] = ()

    def in_unit(self, unit: str) -> TableFrames:
        """Return the same table in another money unit; satellites stay in theirs.

        Raises
        ------
        InputError
            If either unit is not one of CNY.
        """
        old, new = standard_unit(self.unit), standard_unit(unit)
        for name in (old, new):
            if name not in CNY_PER_UNIT:
                raise InputError(
                    "this money unit cannot be converted",
                    key="unit",
                    found=repr(name),
                    allowed=", ".join(CNY_PER_UNIT),
                )
        if old == new:
            return self
        divisor = CNY_PER_UNIT[new] / CNY_PER_UNIT[old]

        def scaled(frame: pd.DataFrame | None) -> pd.DataFrame | None:
            return None if frame is None else frame / divisor

        return replace(
            self,
            flows=self.flows / divisor,
            final_use=self.final_use / divisor,
            primary_inputs=self.primary_inputs / divisor,
            output=self.output / divisor,
            imports=self.imports / divisor,
            imported_flows=scaled(self.imported_flows),
            imported_final_use=scaled(self.imported_final_use),
            printed={name: values / divisor for name, values in self.printed.items()},
            unit=new,
            history=(*self.history, f"money in {old} divided by {divisor:g} to {new}"),
        )


def standard_unit(unit: str) -> str:
    """Return the usual spelling of a money unit; others are returned as they are."""
    return SPELLINGS.get(unit.strip(), unit.strip())


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, or of all files of a folder in the order of their names."""
    digest = hashlib.sha256()
    files = (
        sorted(p for p in path.rglob("*") if p.is_file() and p.suffix != ".json")
        if path.is_dir()
        else [path]
    )
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def empty_columns(index: pd.Index) -> pd.DataFrame:
    """Return a frame (n, 0) for tables without import columns."""
    return pd.DataFrame(np.zeros((len(index), 0)), index=index)


def empty_rows(columns: pd.Index) -> pd.DataFrame:
    """Return a frame (0, n) for tables without satellites."""
    return pd.DataFrame(np.zeros((0, len(columns))), columns=columns)
