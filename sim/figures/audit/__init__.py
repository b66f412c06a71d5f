"""The audit of the figure base: what the printed figures imply, and where they disagree.

Each check is a function of the rows (and, where needed, of outside series) that
returns numbers; the words stand in ``data/audit.csv``, in English and Chinese. No
number of a finding is written in code. Nothing is repaired: both rows of a
disagreement stay.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Final, cast

from sim.errors import InputError
from sim.figures.audit import counts, energy, growth, innovation, targets
from sim.figures.audit.book import Book, Finding, Kind, MissingError, Result, Settings, Severity
from sim.figures.units import DATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sim.figures.base import Figure

__all__ = ["CHECKS", "Finding", "Settings", "audit"]

Check = Callable[[Book], Result | None]
CHECKS: Final[tuple[Check, ...]] = (
    *growth.CHECKS,
    *energy.CHECKS,
    *innovation.CHECKS,
    *counts.CHECKS,
    *targets.CHECKS,
)
_RANK: Final = {"high": 0, "medium": 1, "low": 2}


@lru_cache(maxsize=1)
def texts() -> Mapping[str, Mapping[str, str]]:
    """Return kind, severity and words of each check."""
    with (DATA / "audit.csv").open(encoding="utf-8", newline="") as handle:
        return {row["check"]: row for row in csv.DictReader(handle)}


def audit(
    figures: Iterable[Figure],
    series: Mapping[str, Mapping[int, float]] | None = None,
    settings: Settings | None = None,
) -> tuple[Finding, ...]:
    """Run every check.

    Parameters
    ----------
    figures : iterable of Figure
        The rows.
    series : mapping, optional
        Outside series: variable to year to value, in canonical units. A check that
        needs one which is not there is reported as not computed.
    settings : Settings, optional
        Assumptions that the documents do not print.

    Returns
    -------
    tuple of Finding
        High severity first, then in the order of the checks.

    Raises
    ------
    InputError
        Where a check has no words in ``data/audit.csv``.
    """
    book = Book(tuple(figures), series or {}, settings or Settings())
    findings = []
    for check in CHECKS:
        name = check.__name__
        if name not in texts():
            raise InputError("check without words", file=DATA / "audit.csv", key=name)
        try:
            result = check(book)
        except MissingError as gap:
            values = {"check": name, "what_en": gap.what_en, "what_zh": gap.what_zh}
            findings.append(_finding(name, "missing", Result(values, ())))
            continue
        if result is not None:
            findings.append(_finding(name, name, result))
    return tuple(sorted(findings, key=lambda one: _RANK[one.severity]))


def _finding(check: str, text: str, result: Result) -> Finding:
    words = texts()[text]
    return Finding(
        check=check,
        kind=cast("Kind", words["kind"]),
        severity=cast("Severity", words["severity"]),
        title_en=words["title_en"],
        title_zh=words["title_zh"],
        explanation_en=words["explanation_en"].format(**result.values),
        explanation_zh=words["explanation_zh"].format(**result.values),
        rows=tuple(row.id for row in result.rows),
    )
