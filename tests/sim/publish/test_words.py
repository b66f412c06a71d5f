"""Every label exists in both languages, and the chart font has every glyph of them."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest

import sim
from models import labels
from sim.assess.register import load_targets
from sim.errors import InputError
from sim.publish import fonts
from sim.publish.words import catalogue, check_language, locale_language, word

SOURCE = Path(sim.__path__[0])


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_every_key_has_both_languages_and_the_same_placeholders():
    for key, texts in catalogue().items():
        assert all(text.strip() for text in texts.values()), key
        assert fields(texts["en"]) == fields(texts["zh"]), key


def test_every_key_is_used():
    places = [*SOURCE.glob("publish/*.py"), *SOURCE.glob("cli/*.py")]
    text = "".join(path.read_text("utf-8") for path in places)
    text += (SOURCE / "publish/templates/report.html.j2").read_text("utf-8")
    made = re.findall(r'f"(\w*)\{', text)
    for key in catalogue():
        assert f'"{key}"' in text or any(start and key.startswith(start) for start in made), key


def test_every_literal_key_exists():
    for path in [*SOURCE.glob("publish/*.py"), *SOURCE.glob("cli/*.py")]:
        for key in re.findall(r'\b(?:word|say)\(\s*"(\w+)"', path.read_text("utf-8")):
            assert key in catalogue(), (path.name, key)


def shown_texts() -> list[str]:
    texts = [text for pair in catalogue().values() for text in pair.values()]
    for names in (
        labels.SECTOR_NAMES,
        labels.ENERGY_SECTOR_NAMES,
        labels.FINAL_USE_NAMES,
        labels.CARRIER_NAMES,
        labels.TECHNOLOGY_NAMES,
    ):
        texts += [name for pair in names.values() for name in pair]
    for target in load_targets():
        texts += [target.name_en, target.name_zh, target.reason_en, target.reason_zh]
    return texts


def test_chart_font_has_every_glyph():
    from matplotlib import get_data_path

    chosen = fonts.chinese_font()
    assert chosen is not None
    missing = fonts.missing_glyphs(shown_texts(), chosen)
    fallback = Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    assert fonts.missing_glyphs(missing, fallback) == set()
    assert not any(ord(character) > 0x2E80 for character in missing)


def test_chinese_without_a_font_is_refused_in_one_sentence(monkeypatch):
    monkeypatch.setattr(fonts, "chinese_font", lambda: None)
    fonts.family.cache_clear()
    try:
        with pytest.raises(InputError, match="no font with Chinese characters"):
            fonts.family("zh")
        assert fonts.family("en") == (fonts.LATIN_FALLBACK,)
    finally:
        fonts.family.cache_clear()


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh"),
        ({"LANG": "en_GB.UTF-8"}, "en"),
        ({"LC_ALL": "C", "LANG": "zh_CN.UTF-8"}, "en"),
        ({}, "en"),
    ],
)
def test_language_follows_the_locale(monkeypatch, environment, expected):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert locale_language() == expected


def test_unknown_language_is_refused():
    with pytest.raises(InputError, match="allowed: en, zh"):
        check_language("fr")


def test_words_take_values():
    assert word("before_year", "en", year=2030) == "before 2030"
    assert word("before_year", "zh", year=2030) == "2030年前"
