"""The observations of the input-output accounts, read from `data/io_observations.csv`.

A label is a sector code, a range of codes ("02-05"), a list of both ("31,34-36,38"), a final
use, or a name such as "manufacturing".
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.labels import SECTORS
from sim.errors import InputError, nearest_name

Floats = NDArray[np.float64]

COLUMNS: Final = (
    "id",
    "variable",
    "label",
    "value",
    "sigma",
    "unit",
    "source",
    "kind",
    "note_zh",
)
KINDS: Final = ("document", "series", "estimate", "judgement")
OBSERVATION_FILE: Final = Path(__file__).parent / "data" / "io_observations.csv"


@dataclass(frozen=True)
class Observation:
    """One row: value and standard deviation (NaN where none applies), with its origin."""

    id: str
    variable: str
    label: str
    value: float
    sigma: float
    unit: str
    source: str
    kind: str
    note_zh: str


class ObservationTable:
    """All rows, found by variable and label."""

    def __init__(self, rows: tuple[Observation, ...], file: Path) -> None:
        self.rows = rows
        self.file = file
        self._by_key = {(row.variable, row.label): row for row in rows}

    def get(self, variable: str, label: str) -> Observation:
        """Return one row.

        Raises
        ------
        InputError
            If there is none.
        """
        row = self._by_key.get((variable, label))
        if row is None:
            names = [f"{v}:{k}" for v, k in self._by_key]
            key = f"{variable}:{label}"
            raise InputError(
                "observation is missing",
                file=self.file,
                key=key,
                nearest=nearest_name(key, names),
            )
        return row

    def of(self, variable: str) -> tuple[Observation, ...]:
        """Return the rows of a variable in file order."""
        return tuple(row for row in self.rows if row.variable == variable)

    def by_sector(self, variable: str) -> dict[str, Observation]:
        """Return sector code -> row, ranges expanded.

        Raises
        ------
        InputError
            If a label is no sector range or a sector stands twice.
        """
        found: dict[str, Observation] = {}
        for row in self.of(variable):
            for code in sectors_of(row.label, self.file):
                if code in found:
                    raise InputError(f"sector {code} stands twice", file=self.file, key=variable)
                found[code] = row
        return found

    def sector_values(self, variable: str) -> Floats:
        """Return the values (42,) of a variable that covers every sector.

        Raises
        ------
        InputError
            If a sector is not covered.
        """
        return np.array([row.value for row in self._complete(variable)])

    def sector_sigmas(self, variable: str) -> Floats:
        """Return the sigmas (42,) of a variable that covers every sector.

        Raises
        ------
        InputError
            If a sector is not covered.
        """
        return np.array([row.sigma for row in self._complete(variable)])

    def _complete(self, variable: str) -> tuple[Observation, ...]:
        found = self.by_sector(variable)
        missing = [code for code in SECTORS if code not in found]
        if missing:
            raise InputError(f"no row for sector {missing[0]}", file=self.file, key=variable)
        return tuple(found[code] for code in SECTORS)


def sectors_of(label: str, file: Path) -> tuple[str, ...]:
    """Expand "31,34-36,38" into sector codes.

    Raises
    ------
    InputError
        If an end of a range is not a sector code.
    """
    codes: list[str] = []
    for part in label.split(","):
        first, _, last = part.partition("-")
        last = last or first
        if first not in SECTORS or last not in SECTORS:
            raise InputError("not a range of sector codes", file=file, found=label)
        codes += SECTORS[SECTORS.index(first) : SECTORS.index(last) + 1]
    return tuple(codes)


def read_observations(file: Path = OBSERVATION_FILE) -> ObservationTable:
    """Read and check the observation file.

    Parameters
    ----------
    file : Path
        UTF-8 csv with the columns `COLUMNS`.

    Returns
    -------
    ObservationTable

    Raises
    ------
    InputError
        On a missing column, a doubled id or variable and label, a value that is no number, a
        sigma that is not above zero, an unknown kind, or a row without unit, source or note.
    """
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise InputError("wrong columns", file=file, line=1, allowed=", ".join(COLUMNS))
        rows = tuple(_row(record, file, line) for line, record in enumerate(reader, start=2))
    for what, keys in (
        ("id", [row.id for row in rows]),
        ("variable and label", [f"{row.variable}:{row.label}" for row in rows]),
    ):
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise InputError(f"the same {what} stands twice", file=file, key=twice[0])
    return ObservationTable(rows, file)


def _row(record: dict[str, str], file: Path, line: int) -> Observation:
    try:
        value = float(record["value"])
        sigma = float(record["sigma"]) if record["sigma"] else math.nan
    except ValueError:
        raise InputError("value or sigma is not a number", file=file, line=line) from None
    if sigma <= 0.0:
        raise InputError("sigma must be above zero", file=file, line=line, found=sigma)
    if record["kind"] not in KINDS:
        raise InputError(
            "unknown kind",
            file=file,
            line=line,
            found=record["kind"],
            allowed=", ".join(KINDS),
            nearest=nearest_name(record["kind"], KINDS),
        )
    for name in ("id", "variable", "label", "unit", "source", "note_zh"):
        if not record[name]:
            raise InputError("empty cell", file=file, line=line, key=name)
    return Observation(
        id=record["id"],
        variable=record["variable"],
        label=record["label"],
        value=value,
        sigma=sigma,
        unit=record["unit"],
        source=record["source"],
        kind=record["kind"],
        note_zh=record["note_zh"],
    )
