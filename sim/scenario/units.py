"""The register of named power units (``sim/baseyear/data/units.csv``): plants and links.

What is to be built comes into the model at its date; what operates is part of the base year
and leaves it only where a scenario closes it. A ``link`` joins the grid of the province to
another regional grid, a ``tie`` to its neighbours within the regional grid; a line that is
``passing``, through the province or inside it, is named and moves nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from models.labels import LINKS, TECHNOLOGIES
from sim.errors import InputError, nearest_name
from sim.scenario.tables import read_rows, table_place

OPERATING: Final = "operating"
UNDER_WORK: Final = "construction"
PASSING: Final = "passing"
WORDS: Final = {
    "status": (UNDER_WORK, "planned", "study", OPERATING),
    "technology": (*TECHNOLOGIES, *LINKS, PASSING),
}


@dataclass(frozen=True, slots=True)
class Unit:
    """A named power unit of the register: a plant, or a link to other grids.

    Attributes
    ----------
    name, name_en, name_zh : str
        As in the register.
    technology : str
        One of `models.labels.TECHNOLOGIES`, ``link``, ``tie`` or ``passing``.
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
    def counts(self) -> bool:
        """Whether the unit moves anything in the model."""
        return self.technology != PASSING

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
        Where the register cannot be found, or a status or a technology is unknown.
    """
    place = register or table_place("sim.baseyear", "units.csv")
    if not place.is_file():
        raise InputError("the register of named power units is missing", file=str(place))
    units = tuple(_unit(row) for row in read_rows(place))
    for unit in units:
        for name, allowed in WORDS.items():
            found = getattr(unit, name)
            if found not in allowed:
                raise InputError(
                    f"{name} of a power unit is unknown",
                    file=str(place),
                    key=unit.name,
                    found=found,
                    allowed=", ".join(allowed),
                    nearest=nearest_name(found, allowed),
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
