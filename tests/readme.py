"""The pictures and the table of the READMEs, made from one run.

`make generated` writes them; `test_readme.py` holds them against a run.
"""

from __future__ import annotations

import re
from pathlib import Path

import sim
from sim.publish.tables import target_cells

ROOT = Path(__file__).resolve().parents[1]
PAGES = {"en": ROOT / "README.md", "zh": ROOT / "README.zh.md"}
SCENARIOS = ("baseline", "plan")
HEAD = {
    "en": ("target", "number", "baseline", "probability", "plan", "probability"),
    "zh": ("目标", "目标值", "基准", "实现概率", "规划", "实现概率"),
}
BLOCK = re.compile(r"(<!-- table: make generated -->\n).*?(<!-- end of table -->)", re.DOTALL)


def readme_run() -> sim.Run:
    """The run that the READMEs show: to 2035, since no earlier end can tell a peak."""
    return sim.run(list(SCENARIOS), draws=10_000, seed=1, horizon=2035)


def readme_table(run: sim.Run, lang: str) -> str:
    """Modelled targets with a probability, both scenarios side by side, as Markdown."""
    table = run.targets()
    shown = table[table["probability"].notna()]
    sides = [
        target_cells(shown[shown["scenario"] == name].reset_index(drop=True), lang)
        for name in SCENARIOS
    ]
    lines = [HEAD[lang], ("---", "---", "---:", "---:", "---:", "---:")]
    for cells in zip(*sides, strict=True):
        first = cells[0]
        row = [first["name"], first["number"]]
        for cell in cells:
            row += [cell["central"], cell["probability"]]
        lines.append(tuple(row))
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def filled(page: str, table: str) -> str:
    """Put the table into a page."""
    return BLOCK.sub(lambda match: f"{match[1]}\n{table}\n{match[2]}", page)
