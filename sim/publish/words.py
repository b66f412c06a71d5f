"""Every label and message that an economist reads, in English and Chinese."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from sim.errors import InputError

LANGUAGES: Final = ("en", "zh")


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Read the catalogue: key to language to text."""
    source = files("sim.publish").joinpath("data/words.csv")
    with source.open(encoding="utf-8") as stream:
        return {
            row["key"]: {lang: row[lang].replace("\\n", "\n") for lang in LANGUAGES}
            for row in csv.DictReader(stream)
        }


def word(key: str, lang: str, **values: object) -> str:
    """Return the text of `key` in `lang` with `values` filled in.

    Parameters
    ----------
    key : str
        Key of the catalogue.
    lang : {"en", "zh"}
        Language.
    **values
        For the placeholders of the text.

    Raises
    ------
    KeyError
        Where the catalogue has no such key.
    """
    text = catalogue()[key][lang]
    return text.format(**values) if values else text


def province(identity: Mapping[str, object], lang: str) -> str:
    """Return the name of the province that a run or a pack is about.

    Parameters
    ----------
    identity : mapping
        `pack` of a run's manifest, or the attributes of a pack: `province`, `name` and
        `name_zh` where it is another province than the bundled one.
    lang : {"en", "zh"}
        Language.
    """
    from sim.baseyear.pack import BUNDLED  # heavy, and help is written from this module

    if identity.get("province", BUNDLED) == BUNDLED:
        return word("province_bundled", lang)
    return str(identity["name_zh" if lang == "zh" else "name"])


def check_language(lang: str) -> str:
    """Return `lang`, or refuse it.

    Raises
    ------
    InputError
        Where it is neither ``en`` nor ``zh``.
    """
    if lang not in LANGUAGES:
        raise InputError("unknown language", key="lang", found=repr(lang), allowed="en, zh")
    return lang


def locale_language() -> str:
    """Return ``zh`` where the environment's locale is Chinese, else ``en``.

    The first that is set of LC_ALL, LC_MESSAGES, LANG decides, as POSIX orders them.
    """
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(name, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def join_names(names: list[str], lang: str) -> str:
    """Join names as a list in running text."""
    return ("、" if lang == "zh" else ", ").join(names)
