"""The lever tables as documentation pages."""

from __future__ import annotations

from typing import Final, NamedTuple

from sim.scenario.levers import Lever, lever_rows
from sim.scenario.tables import read_rows, table_place

AREAS: Final = {
    "growth": "Growth 增长",
    "demand": "Demand 需求",
    "closure": "Closure 闭合",
    "population": "Population 人口",
    "energy": "Energy and power 能源与电力",
    "industry": "Industry 工业",
    "transport": "Transport 交通",
    "carbon": "Carbon 碳",
    "production": "Energy production capacity 能源生产能力",
    "units": "Named power units 列名机组",
    "base_year": "Base year 基年",
    "structure": "Structure 结构",
    "settings": "Settings of the accounts 核算设置",
}
_HEAD: Final = (
    "| lever | name | unit | range | default | source (kind) | named in |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


class UnrepresentedLever(NamedTuple):
    """A policy lever of the documents that the model cannot move."""

    name_en: str
    name_zh: str
    documents: str
    reason_en: str
    reason_zh: str


def unrepresented_levers() -> tuple[UnrepresentedLever, ...]:
    """Return the policy levers that the model cannot represent, with the reason."""
    rows = read_rows(table_place("sim.scenario", "unrepresented_levers.csv"))
    return tuple(UnrepresentedLever(**row) for row in rows)


def _row(lever: Lever) -> str:
    if lever.kind == "bool":
        span = "true, false"
    elif lever.kind == "choice":
        span = ", ".join(lever.choices) or "a definition of the pack"
    else:
        span = f"{lever.minimum:g} to {lever.maximum:g}"
    note = f"; {lever.note}" if lever.note else ""
    cells = (
        f"`{lever.name}`",
        f"{lever.name_en}<br>{lever.name_zh}",
        lever.unit or lever.kind,
        span,
        f"`{lever.default}`",
        f"{lever.source} ({lever.origin_kind}){note}",
        ", ".join(lever.documents),
    )
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def levers_table_markdown() -> str:
    """Return the page of all levers, and of those that the model cannot represent.

    Returns
    -------
    str
        Markdown, one table an area.
    """
    rows = lever_rows()
    lines = [
        "# Levers of the scenario format",
        "",
        "Generated from `sim/scenario/data/levers.csv` and `unrepresented_levers.csv`; how to",
        "write a scenario stands in the [user guide](../user/scenarios.md). Places such as",
        "002:1429 are `document:line`, the document by the first three digits of its name.",
        "`pack:` defaults come from the data pack of the base year, with a yearly trend where",
        "one is written behind.",
    ]
    for area, title in AREAS.items():
        members = [lever for lever in rows if lever.name.split(".")[0] == area]
        lines += ["", f"## {title}", "", *_HEAD, *(_row(lever) for lever in members)]
    lines += [
        "",
        "## Named in the documents and not represented 文件提及而模型不能表示",
        "",
        "| lever | named in | why not |",
        "| --- | --- | --- |",
    ]
    lines += [
        f"| {item.name_en}<br>{item.name_zh} | {item.documents.replace(';', ', ')} "
        f"| {item.reason_en}<br>{item.reason_zh} |"
        for item in unrepresented_levers()
    ]
    return "\n".join(lines) + "\n"
