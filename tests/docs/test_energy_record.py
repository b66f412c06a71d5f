"""The page on the record says what the record says."""

from __future__ import annotations

from pathlib import Path

from sim.assess.energy_record.page import record_sections

PAGE = Path(__file__).parents[2] / "docs" / "methods" / "energy_record.md"


def test_the_page_is_up_to_date():
    text = PAGE.read_text(encoding="utf-8")
    for section in record_sections():
        assert section.strip("\n") in text, "run `make generated`"
