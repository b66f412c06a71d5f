"""The table of variables in `docs/user/outputs.md`.

`python -m tests.docs.variables_table` writes it; `test_pages.py` holds it against the data.
"""

from __future__ import annotations

import re
from pathlib import Path

from sim.ensemble.dataset import variables

PAGE = Path(__file__).parents[2] / "docs" / "user" / "outputs.md"
BLOCK = re.compile(r"(<!-- variables -->\n).*?(<!-- end variables -->)", re.DOTALL)


def variables_table() -> str:
    """Every output with its dimensions, unit and names, as Markdown."""
    lines = [
        "| name | further dimensions | unit | English | 中文 |",
        "| --- | --- | --- | --- | --- |",
    ]
    for item in variables().values():
        dims = ", ".join(f"`{dim}`" for dim in item.dims)
        cells = (f"`{item.name}`", dims, item.units, item.long_name, item.long_name_zh)
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def filled(page: str) -> str:
    """Put the table into the page."""
    return BLOCK.sub(lambda found: found[1] + variables_table() + found[2], page)


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
