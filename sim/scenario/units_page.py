"""The register of named power units as a documentation page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import xarray as xr

from models.labels import LINK_NAMES, LINKS, TECHNOLOGIES, TECHNOLOGY_NAMES
from sim.baseyear.pack import load_pack
from sim.scenario.defaults import BASE_YEAR
from sim.scenario.units import PASSING, Unit, operating_capacity, read_units

STATUS_NAMES: Final = {
    "construction": "under construction 在建",
    "planned": "planned 规划",
    "study": "under study 论证",
    "operating": "operating 在役",
}
KIND_NAMES: Final = {
    name: " ".join(words)
    for name, words in {
        **TECHNOLOGY_NAMES,
        **LINK_NAMES,
        PASSING: ("Passing, no exchange", "过境或省内，不计入"),
    }.items()
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

_LINKS: Final = """\
## Links 联络线

`exchange_capability` (跨区域网间互济能力) is the sum of links to **another** regional grid in
service at year end, {across:g} GW in 2025: the plan names it "cross-region" (002:1383), and
Liaoning is part of the north-east grid. Ties within that grid bring most of the net import and
do not count.
Both together, {all:g} GW, are the largest power that the grid can take in. Links that come into
service raise `energy.exchange_power` in proportion to the first, `energy.import_limit` in
proportion to the second. 互济能力仅计与其他区域电网的联络；区域内联络线不计；新投运联络线按比例
提高偏离计划功率与净受入上限。
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
    plants = [unit for unit in units if unit.technology in TECHNOLOGIES]
    lines = [
        _INTRODUCTION,
        "## To be built 待建",
        "",
        *_table([unit for unit in plants if not unit.operates]),
        "",
        _OPERATING,
        *_covered(pack, units),
        "",
        *_table([unit for unit in plants if unit.operates]),
        "",
        _links_text(units),
        *_table([unit for unit in units if unit.technology not in TECHNOLOGIES]),
    ]
    return "\n".join(lines) + "\n"


def _links_text(units: Sequence[Unit]) -> str:
    across, within = (operating_capacity(units, kind, BASE_YEAR) for kind in LINKS)
    return _LINKS.format(across=across, all=across + within)


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
        KIND_NAMES[unit.technology],
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
            name = KIND_NAMES[technology]
            lines.append(f"| {name} | {named:.2f} | {whole:.2f} | {named / whole:.0%} |")
    return lines
