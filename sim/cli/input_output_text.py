"""Tables of input-output analyses as people read them: names, units, percent and bands."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from models.labels import FINAL_CARRIERS
from sim.cli.output import tell, write_tables
from sim.publish.words import catalogue, word

if TYPE_CHECKING:
    import pandas as pd

BANDS: Final = ("_low", "_high")
BY_CARRIER: Final = {f"energy_{carrier}" for carrier in FINAL_CARRIERS}  # in csv and json only


@dataclass(frozen=True)
class Found:
    """Rows of an analysis, the words for its title, and what it assumes."""

    frame: pd.DataFrame
    title: str
    about: str
    fractions: frozenset[str] = frozenset()  # columns shown in percent, beside those in _share
    notes: tuple[str, ...] = ()  # words said below the table
    units: Mapping[str, str] = field(default_factory=dict)  # of columns named after accounts


def unit_word(units: str, lang: str) -> str:
    """A unit such as "Mt per 亿元" in the language of the reader."""
    parts = [
        word(f"io_unit_{part}", lang) if f"io_unit_{part}" in catalogue() else part
        for part in units.split(" per ")
    ]
    return word("io_unit_per", lang).join(parts)


def show(found: Found, options: Any) -> None:
    """Print the table, then its notes and what it assumes.

    Parameters
    ----------
    found : Found
    options
        Of the command line: `lang` and `quiet`.
    """
    from sim.publish.tables import plain_table

    lang = options.lang
    # Identifiers are for programs; people read names.
    hidden = {
        "note",
        "final_use",
        "cluster",
        "industry",
        "same_as",
        "name_en" if lang == "zh" else "name_zh",
    }
    keys = [
        key
        for key in found.frame.columns
        if key not in hidden
        and not key.endswith(BANDS)
        and key.removesuffix("_loss") not in BY_CARRIER
    ]
    columns = [(key, _heading(found, key, lang)) for key in keys]
    percent = {key: key.endswith("_share") or key in found.fractions for key in keys}
    cells = [
        {key: _with_band(row, key, percent=percent[key]) for key in keys}
        for row in found.frame.to_dict("records")
    ]
    write_tables([plain_table(word(found.title, lang), columns, cells)])
    for text in (*(word(note, lang) for note in found.notes), found.about):
        tell(text, options.quiet)


def _with_band(row: Mapping[str, object], key: str, *, percent: bool) -> str:
    """A number, with its band in brackets where the rows have one."""
    cell = _cell(row[key], percent=percent)
    if f"{key}_low" not in row or cell == "—":
        return cell
    low, high = (_cell(row[key + end], percent=percent).removesuffix("%") for end in BANDS)
    return f"{cell} [{low}…{high}]"


def _heading(found: Found, key: str, lang: str) -> str:
    name = key.removesuffix("_loss") if key in found.units else key
    known = f"io_account_{name}" if key in found.units else f"io_{key}"
    text = word(known, lang) if known in catalogue() else key.replace("_", " ")
    unit = f" ({found.units[key]})" if key in found.units else ""
    return (">" if found.frame[key].dtype.kind in "fi" else "") + text + unit


def _cell(value: object, *, percent: bool = False) -> str:
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return "—"
    if percent:
        return f"{value:.1%}"
    size = abs(value)
    digits: Sequence[tuple[float, str]] = ((1000.0, ",.0f"), (10.0, ",.1f"), (0.1, ".3f"))
    form = next((form for limit, form in digits if size >= limit), ".4f")
    return format(value, form)
