"""The page of the base year shows every observation and is up to date."""

from __future__ import annotations

import re
from pathlib import Path

import sim
from sim.baseyear.pack import read_observations
from sim.baseyear.page import ACCOUNTS, KINDS, WORST, base_year_markdown

PAGE = Path(sim.__path__[0]).parent / "docs" / "data" / "base_year.md"
REGENERATE = (
    'python -c "from pathlib import Path; from sim.baseyear.page import base_year_markdown; '
    "Path('docs/data/base_year.md').write_text(base_year_markdown(), encoding='utf-8')\""
)


def test_the_page_is_up_to_date():
    assert PAGE.read_text(encoding="utf-8") == base_year_markdown(), REGENERATE


def test_every_observation_is_a_row_of_its_account():
    page, observations = base_year_markdown(), read_observations()
    by_account = page.split("\n## ")[-len(ACCOUNTS) :]
    for text, title in zip(by_account, ACCOUNTS.values(), strict=True):
        assert text.startswith(title)
    rows = [line for text in by_account for line in text.splitlines() if line.startswith("| `")]
    assert len(rows) == len(observations)
    for kind, shown in KINDS.items():
        assert sum(f"| {shown} |" in row for row in rows) == (observations["kind"] == kind).sum()


def test_the_worst_residuals_come_first():
    page, observations = base_year_markdown(), read_observations()
    part = page.split("## Largest residuals")[1].split("\n## ")[0]
    shown = [abs(float(z)) for z in re.findall(r"\| ([+-]\d+\.\d\d) \|", part)]
    expected = observations["z"].abs().sort_values(ascending=False)[:WORST]
    assert shown == [round(z, 2) for z in expected]


def test_the_number_of_judgements_is_told_in_both_languages():
    judged = int((read_observations()["kind"] == "judgement").sum())
    page = base_year_markdown()
    assert f"of which {judged} are judgement" in page
    assert f"其中{judged}条为判断" in page


def test_identities_hold_to_1e9_at_the_centre():
    part = base_year_markdown().split("## Identities")[1].split("\n## ")[0]
    sizes = [float(size) for size in re.findall(r"< (1e-\d+) \|", part)]
    assert len(sizes) == 9
    assert max(sizes) <= 1e-9


def test_tables_are_regular():
    width = 0
    for line in base_year_markdown().splitlines():
        bars = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert bars in (0, width) or width == 0, line
        width = bars
