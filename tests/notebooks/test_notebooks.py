from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))
CHINESE = re.compile(r"[一-鿿]")


def cells(notebook: Path, kind: str) -> list[str]:
    stored = json.loads(notebook.read_text(encoding="utf-8"))
    return ["".join(cell["source"]) for cell in stored["cells"] if cell["cell_type"] == kind]


def script_cells(script: Path, kind: str) -> list[str]:
    """The cells of a script in percent format, comment marks taken off."""
    header, *parts = re.split(r"^# %%", script.read_text(encoding="utf-8"), flags=re.MULTILINE)
    found = []
    for part in parts:
        first, _, body = part.partition("\n")
        if ("[markdown]" in first) != (kind == "markdown"):
            continue
        if kind == "markdown":
            body = re.sub(r"^# ?", "", body, flags=re.MULTILINE)
        found.append(re.sub(r"^# (?=%)", "", body, flags=re.MULTILINE).strip())
    assert header.startswith("# ---")
    return found


def test_every_script_has_its_notebook_and_the_other_way_round():
    assert len(NOTEBOOKS) >= 2
    assert [path.stem for path in NOTEBOOKS] == [path.stem for path in sorted(FOLDER.glob("*.py"))]


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
@pytest.mark.parametrize("kind", ["code", "markdown"])
def test_notebook_and_script_say_the_same(notebook, kind):
    assert cells(notebook, kind) == script_cells(notebook.with_suffix(".py"), kind)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_no_output_is_stored_and_no_path_of_a_machine(notebook):
    text = notebook.read_text(encoding="utf-8")
    for cell in json.loads(text)["cells"]:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
    assert not re.search(r"/(home|root|tmp|work|Users)/", text)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_section_has_a_heading_and_a_paragraph_in_both_languages(notebook):
    for text in cells(notebook, "markdown"):
        heading = text.splitlines()[0]
        if heading.startswith("#"):
            assert CHINESE.search(heading), heading
            assert re.search(r"[A-Za-z]{3}", heading), heading
        assert CHINESE.search(text), text
