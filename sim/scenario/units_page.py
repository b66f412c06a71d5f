"""The register of named power units as a documentation page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import xarray as xr

from models.labels import TECHNOLOGIES, TECHNOLOGY_NAMES
from sim.baseyear.pack import load_pack
from sim.scenario.defaults import BASE_YEAR
from sim.scenario.units import Unit, operating_capacity, read_units

STATUS_NAMES: Final = {
    "construction": "under construction 在建",
    "planned": "planned 规划",
    "study": "under study 论证",
    "operating": "operating 在役",
}
_INTRODUCTION: Final = """\
# Named power units 列名机组

Generated from `sim/baseyear/data/units.csv` (`sim/scenario/units_page.py`); do not edit it. What a
scenario may do with a unit stands in the [user guide](../user/scenarios.md#named-power-units).
**Kind 来源性质** is that of the weaker of size and year.
"""
_OPERATING: Final = """\
## In operation 在役

These plants are **part of** the base year's capacity and never added to it; a scenario may close
one. Coal plants are those of 1 GW and more that the database of power plants places in the
province and does not mark as shut down, as of 2018. 在役机组已含在基年装机之内，不重复计入；
情景可设定关停年份。
"""


def units_page_markdown(pack: xr.Dataset | None = None, units: Sequence[Unit] | None = None) -> str:
    """Return the page of all named units, and of what they cover of the base year.

    Parameters
    ----------
    pack : Dataset, optional
        The base year; the bundled one by default.
    units : sequence of Unit, optional
        The bundled register by default.

    Returns
    -------
    str
        Markdown.
    """
    pack = load_pack() if pack is None else pack
    units = read_units() if units is None else units
    built = [unit for unit in units if not unit.operates]
    lines = [
        _INTRODUCTION,
        "## To be built 待建",
        "",
        *_table(built),
        "",
        _OPERATING,
        *_covered(pack, units),
        "",
        *_table([unit for unit in units if unit.operates]),
    ]
    return "\n".join(lines) + "\n"


def _table(units: Sequence[Unit]) -> list[str]:
    """One row a unit; those to be built with their median delay."""
    head = (
        "| name | 名称 | technology | GW | status | year | slip | kind | source and note |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    )
    return [*head, *(_row(unit) for unit in units)]


def _row(unit: Unit) -> str:
    notes = "<br>".join(text for text in (unit.source, unit.note, unit.note_zh) if text)
    cells = (
        f"{unit.name_en}<br>`{unit.name}`",
        unit.name_zh,
        " ".join(TECHNOLOGY_NAMES[unit.technology]),
        f"{unit.capacity_gw:g}",
        STATUS_NAMES[unit.status],
        f"{unit.planned_year:g}",
        "" if unit.operates else f"{unit.slip_mean_years:g}",
        unit.kind,
        notes,
    )
    return "| " + " | ".join(cells) + " |"


def _covered(pack: xr.Dataset, units: Sequence[Unit]) -> list[str]:
    """How much of the base year's capacity has a name."""
    lines = [
        f"| technology | named 列名, GW | capacity {BASE_YEAR} 全部装机, GW | covered 占比 |",
        "| --- | --- | --- | --- |",
    ]
    for technology in TECHNOLOGIES:
        named = operating_capacity(units, technology, BASE_YEAR)
        if named > 0.0:
            whole = float(pack["electricity_capacity"].sel(technology=technology))
            name = " ".join(TECHNOLOGY_NAMES[technology])
            lines.append(f"| {name} | {named:.2f} | {whole:.2f} | {named / whole:.0%} |")
    return lines
