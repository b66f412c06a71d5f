"""The register of named power units (``sim/baseyear/data/units.csv``).

Plants to be built come into the model at their date; plants that operate are part of the
base year's capacity, and leave it only where a scenario closes them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sim.errors import InputError
from sim.scenario.tables import read_rows, table_place

OPERATING: Final = "operating"
UNDER_WORK: Final = "construction"
STATUSES: Final = (UNDER_WORK, "planned", "study", OPERATING)


@dataclass(frozen=True, slots=True)
class Unit:
    """A named power unit of the register.

    Attributes
    ----------
    name, name_en, name_zh, technology : str
        As in the register.
    capacity_gw : float
        Gross capacity.
    status : {"construction", "planned", "study", "operating"}
        In the base year.
    planned_year, slip_mean_years : float
        Decimal year of planned commissioning and mean slip in years; for a unit that
        operates the year in which it began to, and 0.
    source, kind, note, note_zh : str
        Where size and year come from, and what kind of source the weaker of them has.
    """

    name: str
    name_en: str
    name_zh: str
    technology: str
    capacity_gw: float
    status: str
    planned_year: float
    slip_mean_years: float
    source: str
    kind: str
    note: str
    note_zh: str

    @property
    def operates(self) -> bool:
        """Whether the unit is part of the base year's capacity."""
        return self.status == OPERATING

    @property
    def under_work(self) -> bool:
        """Whether the unit is under construction, and built unless a scenario says else."""
        return self.status == UNDER_WORK


def read_units(register: Path | None = None) -> tuple[Unit, ...]:
    """Read the register of named units.

    Parameters
    ----------
    register : Path, optional
        Another register in the same columns; the bundled one by default.

    Returns
    -------
    tuple of Unit
        In the order of the file.

    Raises
    ------
    InputError
        Where the register cannot be found, or a status is unknown.
    """
    place = register or table_place("sim.baseyear", "units.csv")
    if not place.is_file():
        raise InputError("the register of named power units is missing", file=str(place))
    units = tuple(_unit(row) for row in read_rows(place))
    for unit in units:
        if unit.status not in STATUSES:
            raise InputError(
                "status of a power unit is unknown",
                file=str(place),
                key=unit.name,
                found=unit.status,
                allowed=", ".join(STATUSES),
            )
    return units


def _unit(row: Mapping[str, str]) -> Unit:
    return Unit(
        name=row["unit"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        technology=row["technology"],
        capacity_gw=float(row["capacity_gw"]),
        status=row["status"],
        planned_year=float(row["planned_year"]),
        slip_mean_years=float(row["slip_mean_years"] or 0.0),
        source=row["source"],
        kind=row["kind"],
        note=row["note"],
        note_zh=row["note_zh"],
    )


def operating_capacity(units: Sequence[Unit], technology: str, year: int) -> float:
    """Return the named capacity of a technology in operation at the end of `year`, GW."""
    return sum(
        unit.capacity_gw
        for unit in units
        if unit.operates and unit.technology == technology and unit.planned_year <= year + 1.0
    )
