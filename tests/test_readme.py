"""The READMEs show what the model says today."""

from __future__ import annotations

import re

import pytest

from tests.readme import PAGES, filled, readme_run, readme_table


@pytest.fixture(scope="module")
def run():
    return readme_run()


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_readme_shows_the_current_table(run, lang):
    page = PAGES[lang].read_text(encoding="utf8")
    assert filled(page, readme_table(run, lang)) == page, "run `make generated`"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_file_the_readme_links_exists(lang):
    page = PAGES[lang]
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf8")):
        assert (page.parent / target).exists(), target
