from __future__ import annotations

from pathlib import Path

from sim.ensemble.inputs import read_inputs
from sim.ensemble.inputs_page import render_inputs_page, write_inputs_page

PAGE = Path(__file__).parents[3] / "docs" / "data" / "inputs.md"


def test_the_page_of_inputs_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == render_inputs_page()


def test_the_page_names_every_input_with_its_source(tmp_path):
    write_inputs_page(tmp_path / "inputs.md")
    text = (tmp_path / "inputs.md").read_text(encoding="utf-8")
    for item in read_inputs():
        assert f"`{item.name}`" in text
        assert item.source in text
