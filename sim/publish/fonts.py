"""A font that draws Chinese and Latin alike, found without the user's help.

First the font that comes with the package ``pylopdf-fonts-zh-cn`` (Noto Sans SC, SIL Open
Font License 1.1), a dependency of this project, so that pictures look the same
everywhere; else a font of the system.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from sim.errors import InputError
from sim.publish.words import word

SYSTEM_FONTS: Final = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Hiragino Sans GB",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
)
LATIN_FALLBACK: Final = "DejaVu Sans"
_SAMPLE: Final = "辽宁省二氧化碳—％"


def missing_glyphs(text: Iterable[str], font: Path) -> set[str]:
    """Return the characters of `text` that the font cannot draw.

    Parameters
    ----------
    text : iterable of str
        Texts; white space is left out.
    font : Path
        Font file.
    """
    face = FT2Font(str(font))
    characters = {character for one in text for character in one if not character.isspace()}
    return {character for character in characters if face.get_char_index(ord(character)) == 0}


def _bundled() -> Path | None:
    spec = find_spec("pylopdf_fonts_zh_cn")
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / "NotoSansSC-Regular.otf"
    return path if path.is_file() else None


def _system() -> Path | None:
    installed = {entry.name: Path(entry.fname) for entry in font_manager.fontManager.ttflist}
    for name in SYSTEM_FONTS:
        path = installed.get(name)
        if path is not None and path.is_file() and not missing_glyphs([_SAMPLE], path):
            return path
    return None


@cache
def chinese_font() -> Path | None:
    """Return the file of a font with Simplified Chinese, or None."""
    return _bundled() or _system()


def embedded_font(text: str) -> str | None:
    """Return a font with just the characters of `text` as a data address for a web page.

    Parameters
    ----------
    text : str
        All that the page shows.

    Returns
    -------
    str or None
        ``data:font/woff;base64,...``; None where no font with Chinese is installed.
    """
    path = chinese_font()
    if path is None:
        return None
    from fontTools.subset import (  # type: ignore[import-untyped]
        Options,
        Subsetter,
        save_font,
    )
    from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

    options = Options()
    options.flavor = "woff"
    options.notdef_outline = True
    options.layout_features = ["kern", "locl"]
    options.drop_tables += ["vmtx", "vhea", "VORG"]
    # Timestamps would make the same report differ from one second to the next.
    options.recalc_timestamp = False
    buffer = io.BytesIO()
    with TTFont(str(path), fontNumber=0, lazy=True, recalcTimestamp=False) as face:
        subsetter = Subsetter(options)
        subsetter.populate(text=text)
        subsetter.subset(face)
        save_font(face, buffer, options)
    return "data:font/woff;base64," + base64.b64encode(buffer.getvalue()).decode("ascii")


@cache
def family(lang: str) -> tuple[str, ...]:
    """Return the font families to draw `lang` with, registered with matplotlib.

    Raises
    ------
    InputError
        Where Chinese is asked for and no font has it.
    """
    path = chinese_font()
    if path is None:
        if lang == "zh":
            raise InputError(word("no_font", "en"))
        return (LATIN_FALLBACK,)
    font_manager.fontManager.addfont(str(path))
    name = font_manager.FontProperties(fname=str(path)).get_name()
    return (name, LATIN_FALLBACK)
