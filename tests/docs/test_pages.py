from __future__ import annotations

import doctest
import re
import shlex
from pathlib import Path

import pytest

from sim.cli.arguments import build_parser
from sim.ensemble.dataset import variables
from sim.scenario.units_page import units_page_markdown
from tests.docs import backtest_table
from tests.docs.variables_table import PAGE, filled

DOCS = Path(__file__).parents[2] / "docs"
WITH_EXAMPLES = sorted(
    page
    for page in [*DOCS.glob("user/*.md"), *DOCS.glob("data/*.md")]
    if "\n>>> " in page.read_text(encoding="utf-8")
)
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def test_the_table_of_variables_is_up_to_date():
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text) == text, "run `python -m tests.docs.variables_table`"
    assert all(f"| `{name}` |" in text for name in variables())


def test_the_page_of_named_units_is_up_to_date():
    page = (DOCS / "data" / "units.md").read_text(encoding="utf-8")
    assert page == units_page_markdown(), "run `python -m tests.regenerate`"


def test_the_tables_of_the_backtest_are_up_to_date():
    """Every number within two units of its last digit: maxima differ by processor."""
    text = backtest_table.PAGE.read_text(encoding="utf-8")
    made = backtest_table.filled(text)
    number = r"[−-]?\d+(?:\.\d+)?"
    assert re.sub(number, "#", made) == re.sub(number, "#", text)
    shown, found = (
        [float(value.replace("−", "-")) for value in re.findall(number, page)]
        for page in (text, made)
    )
    assert shown == pytest.approx(found, abs=0.02), "run `python -m tests.docs.backtest_table`"


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: page.name)
def test_the_examples_of_a_page_say_what_comes_out(page):
    found = doctest.testfile(str(page), module_relative=False, optionflags=FLAGS, encoding="utf-8")
    assert found.attempted > 0
    assert found.failed == 0


def commands() -> list[str]:
    parser = build_parser("en")
    return [
        name for action in parser._actions if action.dest == "command" for name in action.choices
    ]


@pytest.mark.parametrize("command", commands())
def test_every_command_has_an_example(command):
    text = (DOCS / "user" / "command_line.md").read_text(encoding="utf-8")
    assert f"### {command}\n" in text
    assert re.search(rf"^provsim .*\b{command}\b", text, re.MULTILINE)


def test_the_examples_of_the_command_line_are_accepted():
    text = (DOCS / "user" / "command_line.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = [shlex.split(line, comments=True) for block in blocks for line in block.splitlines()]
    assert len(lines) > 15
    for words in lines:
        end = words.index(">") if ">" in words else None
        build_parser("en").parse_args(words[1:end])


@pytest.mark.parametrize("name", ["getting_started", "reading_probabilities"])
def test_the_chinese_page_has_the_sections_of_the_english_one(name):
    english, chinese = (
        (DOCS / "user" / f"{name}{ending}").read_text(encoding="utf-8")
        for ending in (".md", ".zh.md")
    )
    assert english.count("\n## ") == chinese.count("\n## ")
    assert english.count("\n```sh") == chinese.count("\n```sh")
