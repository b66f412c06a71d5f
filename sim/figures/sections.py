"""Coverage of the documents, in both directions.

Every row must stand where it says, and every Arabic numeral of a complete section
must be a row or an exclusion with its reason. The documents themselves are not part
of the package: the checks need a folder that holds them.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sim.errors import InputError
from sim.figures.base import load_figures
from sim.figures.units import DATA
from sim.figures.vocabulary import REASONS, documents, require

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sim.figures.base import Figure

_NUMERAL: Final = re.compile(r"\d+(?:\.\d+)?")
_FULL_WIDTH: Final = str.maketrans("０１２３４５６７８９．％", "0123456789.%")


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of a document whose numerals are all accounted for.

    Attributes
    ----------
    document : str
        File name.
    first_line, last_line : int
        1-based, both included.
    name : str
        What it is.
    """

    document: str
    first_line: int
    last_line: int
    name: str


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A numeral that is no figure.

    Attributes
    ----------
    document, line, numeral : str, int, str
        Where and what.
    occurrence : int or None
        Which one in the line (1-based); None for all of them.
    reason : str
        One of `sim.figures.vocabulary.REASONS`; ``repeats:<id>`` names a figure.
    """

    document: str
    line: int
    numeral: str
    occurrence: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the coverage check found.

    Attributes
    ----------
    document, line, numeral : str, int, str
        Where and what.
    problem : str
        One clause.
    """

    document: str
    line: int
    numeral: str
    problem: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """Numerals of the complete sections of one document.

    Attributes
    ----------
    document : str
        File name.
    lines, complete_lines : int
        All lines, and those in complete sections.
    numerals : int
        Arabic numerals in complete sections.
    in_rows, excluded : int
        How many are part of a row, and how many are excluded.
    """

    document: str
    lines: int
    complete_lines: int
    numerals: int
    in_rows: int
    excluded: int


def load_sections(folder: str | Path | None = None) -> tuple[Section, ...]:
    """Read every ``sections_*.csv`` of a folder (default: the bundled ones)."""
    sections = []
    for path, line, row in _rows(folder, "sections", ["document", "first_line", "last_line"]):
        first = _positive(path, line, "first_line", row["first_line"])
        last = _positive(path, line, "last_line", row["last_line"])
        known = {one.document: one for one in documents().values()}
        require("document", row["document"], known, file=path, line=line)
        if not first <= last <= known[row["document"]].lines:
            raise InputError(
                "lines must rise and lie in the document",
                file=path,
                line=line,
                key="last_line",
                found=f"{first}-{last}",
                allowed=f"1 to {known[row['document']].lines}",
            )
        sections.append(Section(row["document"], first, last, row["name"]))
    return tuple(sections)


def load_exclusions(
    folder: str | Path | None = None, figures: Iterable[Figure] | None = None
) -> tuple[Exclusion, ...]:
    """Read every ``exclusions_*.csv`` of a folder (default: the bundled ones).

    Raises
    ------
    InputError
        On an unknown document or reason, a line or occurrence that is no positive
        number, or a repeated figure that is not in the base.
    """
    ids = {row.id for row in (load_figures() if figures is None else figures)}
    exclusions = []
    for path, line, row in _rows(folder, "exclusions", ["document", "line", "numeral"]):
        known = [one.document for one in documents().values()]
        require("document", row["document"], known, file=path, line=line)
        reason, _, repeated = row["reason"].partition(":")
        require("reason", reason, REASONS, file=path, line=line)
        if reason == "repeats":
            allowed = "the id of a figure"
            require("reason", repeated, ids, allowed=allowed, file=path, line=line)
        occurrence = None
        if row["occurrence"] != "*":
            occurrence = _positive(path, line, "occurrence", row["occurrence"])
        place = _positive(path, line, "line", row["line"])
        exclusions.append(
            Exclusion(row["document"], place, row["numeral"], occurrence, row["reason"])
        )
    return tuple(exclusions)


def _rows(
    folder: str | Path | None, kind: str, needed: Sequence[str]
) -> Iterable[tuple[Path, int, dict[str, str]]]:
    for path in sorted((DATA if folder is None else Path(folder)).glob(f"{kind}_*.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            reader = csv.DictReader(handle)
            if any(name not in (reader.fieldnames or ()) for name in needed):
                raise InputError("columns missing", file=path, line=1, allowed=", ".join(needed))
            for row in reader:
                yield path, reader.line_num, row


def _positive(path: Path, line: int, key: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) < 1:
        raise InputError(
            "must be a positive number", file=path, line=line, key=key, found=text or "nothing"
        )
    return int(text)


def numerals(text: str) -> list[str]:
    """Return the Arabic numerals of a text, full-width digits read as plain ones.

    >>> numerals("年均增长 4.5%，２０２３ 年突破 3 万亿元")
    ['4.5', '2023', '3']
    """
    return _NUMERAL.findall(text.translate(_FULL_WIDTH))


def _plain(text: str) -> str:
    return "".join(text.translate(_FULL_WIDTH).split())


def _read(seeds_dir: str | Path) -> dict[str, list[str]]:
    texts = {}
    for one in documents().values():
        path = Path(seeds_dir) / one.document
        if not path.is_file():
            raise InputError("document not found", file=path)
        lines = path.read_text(encoding="utf-8").splitlines()
        if len(lines) != one.lines:
            raise InputError(
                "not the registered version of the document",
                file=path,
                key="lines",
                found=len(lines),
                allowed=one.lines,
            )
        texts[one.document] = lines
    return texts


def _stands(row: Figure, line: str) -> bool:
    text, tokens = _plain(line), Counter(numerals(line))
    parts = [_plain(part) for part in row.printed.split("~")]
    needed = Counter(numerals(row.printed))
    return all(part in text for part in parts) and all(
        tokens[numeral] >= count for numeral, count in needed.items()
    )


def _place(row: Figure, lines: Sequence[str]) -> int | None:
    """Line of the printed numeral: the cited one, or the next that is not blank."""
    following = (n for n in range(row.line + 1, len(lines) + 1) if lines[n - 1].strip())
    for number in (row.line, next(following, row.line)):
        if _stands(row, lines[number - 1]):
            return number
    return None


def check_rows(seeds_dir: str | Path, figures: Iterable[Figure] | None = None) -> tuple[Gap, ...]:
    """Check that every row's printed text stands in the line it cites.

    Parameters
    ----------
    seeds_dir : str or Path
        Folder of the documents.
    figures : iterable of Figure, optional
        Default: the bundled base.

    Returns
    -------
    tuple of Gap
        Empty where all is well. The line after a page break counts as the cited one.
    """
    texts = _read(seeds_dir)
    gaps = []
    for row in load_figures() if figures is None else figures:
        if row.printed and _place(row, texts[row.document]) is None:
            problem = f"{row.id} does not stand here"
            gaps.append(Gap(row.document, row.line, row.printed, problem))
    return tuple(gaps)


def _taken(
    figures: Iterable[Figure], texts: Mapping[str, Sequence[str]]
) -> dict[tuple[str, int], Counter[str]]:
    """Numerals that rows account for, by document and line."""
    taken: dict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    for row in figures:
        place = _place(row, texts[row.document])
        if place is not None:
            taken[row.document, place].update(numerals(row.printed) + numerals(row.unit))
    return taken


def check_numerals(
    seeds_dir: str | Path,
    figures: Iterable[Figure] | None = None,
    folder: str | Path | None = None,
) -> tuple[Gap, ...]:
    """Check that each numeral of the complete sections is a row or an exclusion.

    Parameters
    ----------
    seeds_dir : str or Path
        Folder of the documents.
    figures : iterable of Figure, optional
        Default: the bundled base.
    folder : str or Path, optional
        Folder of the sections and exclusions; default: the bundled ones.

    Returns
    -------
    tuple of Gap
        A numeral that nobody accounts for, or that is accounted for more often than
        it stands in the line.
    """
    rows = load_figures() if figures is None else tuple(figures)
    texts = _read(seeds_dir)
    taken = _taken(rows, texts)
    excluded = _excluded(load_exclusions(folder, rows))
    gaps = []
    for section in load_sections(folder):
        for number in range(section.first_line, section.last_line + 1):
            found = Counter(numerals(texts[section.document][number - 1]))
            here = taken[section.document, number]
            for numeral, count in found.items():
                skipped = excluded.get((section.document, number, numeral), set())
                problem = _account(count, here[numeral], skipped)
                if problem:
                    gaps.append(Gap(section.document, number, numeral, problem))
    for document, number, numeral in excluded:
        if numeral not in numerals(texts[document][number - 1]):
            gaps.append(Gap(document, number, numeral, "excluded but not printed here"))
    return tuple(gaps)


def _excluded(exclusions: Iterable[Exclusion]) -> dict[tuple[str, int, str], set[int | None]]:
    table: dict[tuple[str, int, str], set[int | None]] = defaultdict(set)
    for one in exclusions:
        table[one.document, one.line, one.numeral].add(one.occurrence)
    return table


def _account(count: int, in_rows: int, skipped: set[int | None]) -> str:
    if None in skipped:
        return "excluded everywhere in the line, but a row uses it" if in_rows else ""
    if any(place is not None and place > count for place in skipped):
        return f"excluded at a place beyond its {count} occurrences"
    known = in_rows + len(skipped)
    if known < count:
        return f"printed {count} times, accounted for {known} times"
    return f"printed {count} times, but used {known} times" if known > count else ""


def coverage(seeds_dir: str | Path) -> tuple[Coverage, ...]:
    """Count the numerals of the complete sections, by document.

    Parameters
    ----------
    seeds_dir : str or Path
        Folder of the documents.

    Returns
    -------
    tuple of Coverage
        `in_rows` and `excluded` add up to `numerals` where the check is clean.
    """
    texts = _read(seeds_dir)
    taken = _taken(load_figures(), texts)
    result = []
    for document, lines in texts.items():
        inside = {
            number
            for one in load_sections()
            if one.document == document
            for number in range(one.first_line, one.last_line + 1)
        }
        total = sum(len(numerals(lines[number - 1])) for number in inside)
        in_rows = 0
        for number in inside:
            found = Counter(numerals(lines[number - 1]))
            in_rows += sum((found & taken[document, number]).values())
        result.append(Coverage(document, len(lines), len(inside), total, in_rows, total - in_rows))
    return tuple(result)
