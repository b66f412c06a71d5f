"""Checks that run over all rows: targets, outcomes, words instead of numbers."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from sim.figures.audit.book import Book, Result, number

if TYPE_CHECKING:
    from sim.figures.base import Figure

_REDUCES: Final = ("<", "<=")
# Two-sided: neither more nor less is better, so "missed" has no meaning here.
_TWO_SIDED: Final = ("cpi",)
# A plan-period target of these kinds is a yearly figure, like an outcome of one year.
_YEARLY: Final = ("_growth", "_per_year")


def _met(target: Figure, outcome: float) -> bool:
    goal = number(target)
    tolerance = target.half_unit if target.comparator == "about" else 0.0
    if target.comparator in _REDUCES:
        return outcome <= goal + tolerance
    return outcome >= goal - tolerance


def targets_and_outcomes(book: Book) -> Result | None:
    """Annual targets with the outcome of the same year, from rows or else series."""
    cases: list[tuple[Figure, float, bool]] = []
    used: list[Figure] = []
    for target in book.figures:
        if target.basis != "annual_target" or target.nature == "none" or target.is_text:
            continue
        outcomes = book.all(target.indicator, target.period, target=False)
        found = [row for row in outcomes if not row.is_text]
        if found:
            cases.append((target, number(found[0]), True))
            used.extend((target, found[0]))
        elif target.years[0] in book.series.get(target.indicator, {}):
            cases.append((target, book.series[target.indicator][target.years[0]], False))
            used.append(target)
    cases = [case for case in cases if case[0].indicator not in _TWO_SIDED]
    missed = [case for case in cases if not _met(case[0], case[1])]
    if not missed:
        return None
    return Result(
        {
            "missed": len(missed),
            "all": len(cases),
            "cases_en": "; ".join(_case_en(*case) for case in missed),
            "cases_zh": "；".join(_case_zh(*case) for case in missed),
        },
        tuple(dict.fromkeys(used)),
    )


def _case_en(target: Figure, outcome: float, in_rows: bool) -> str:
    source = "" if in_rows else " (series)"
    return (
        f"{target.name_en} {target.period}: {target.comparator} {_size(target)}, "
        f"outcome {_size(target, outcome)}{source}"
    )


def _case_zh(target: Figure, outcome: float, in_rows: bool) -> str:
    source = "" if in_rows else "（序列）"
    sizes = f"目标{_size(target)}，实际{_size(target, outcome)}"
    return f"{target.period}年{target.name_zh}{sizes}{source}"


def _size(row: Figure, value: float | None = None) -> str:
    shown = number(row) if value is None else value
    if row.canonical_unit == "fraction":
        return f"{shown:.1%}"
    return f"{shown:g} {row.canonical_unit}"


def falling_targets(book: Book) -> Result | None:
    """Annual targets that were lowered year after year."""
    by_name: dict[str, list[Figure]] = defaultdict(list)
    for row in book.figures:
        if row.basis == "annual_target" and not row.is_text and row.canonical_unit == "fraction":
            by_name[row.indicator].append(row)
    falling = []
    for rows in by_name.values():
        ordered = sorted(rows, key=lambda row: row.period)
        values = [number(row) for row in ordered]
        if len(values) >= 3 and all(a > b for a, b in pairwise(values)):
            falling.append(ordered)
    if not falling:
        return None
    return Result(
        {
            "count": len(falling),
            "cases_en": "; ".join(f"{rows[0].name_en} {_steps(rows)}" for rows in falling),
            "cases_zh": "；".join(f"{rows[0].name_zh}{_steps(rows)}" for rows in falling),
        },
        tuple(row for rows in falling for row in rows),
    )


def _steps(rows: list[Figure]) -> str:
    return " → ".join(f"{number(row):.1%} ({row.period})" for row in rows)


def _comparable(target: Figure) -> bool:
    yearly = target.period == "2026-2030" and target.indicator.endswith(_YEARLY)
    return target.is_target and (target.period == "2030" or yearly)


def _plan_pairs(book: Book) -> list[tuple[Figure, Figure]]:
    """Plan targets with the outcome of 2025, same indicator, subject and unit."""
    actual = {
        (row.indicator, row.subject, row.canonical_unit): row
        for row in book.figures
        if row.basis == "actual" and row.period == "2025" and row.canonical_value is not None
    }
    pairs = []
    for row in book.figures:
        key = (row.indicator, row.subject, row.canonical_unit)
        if _comparable(row) and row.canonical_value is not None and key in actual:
            pairs.append((actual[key], row))
    return pairs


def targets_already_met(book: Book) -> Result | None:
    """Box-1 targets that 2025 meets already, within half a unit of the last digit."""
    met = []
    for actual, target in _plan_pairs(book):
        rise = number(target) - number(actual)
        if target.nature != "none" and target.period == "2030" and 0.0 <= rise <= target.half_unit:
            met.append((actual, target))
    if not met:
        return None
    return Result(
        {
            "count": len(met),
            "cases_en": "; ".join(
                f"{new.name_en}: {old.printed} in 2025, {new.printed} in 2030, "
                f"{new.printed} begins at {_edge(new):g}"
                for old, new in met
            ),
            "cases_zh": "；".join(
                f"{new.name_zh}2025年{old.printed}、2030年{new.printed}，"
                f"按末位半个单位{_edge(new):g}即算达到"
                for old, new in met
            ),
        },
        tuple(row for pair in met for row in pair),
    )


def _edge(target: Figure) -> float:
    digits = target.printed.partition(".")[2]
    return float(target.printed) - 0.5 * 10.0 ** -len(digits)


def targets_below_outcome(book: Book) -> Result | None:
    """Plan targets that lie below the outcome of 2025."""
    below = [
        (actual, target)
        for actual, target in _plan_pairs(book)
        if number(target) < number(actual) and target.comparator not in _REDUCES
    ]
    if not below:
        return None
    return Result(
        {
            "count": len(below),
            "cases_en": "; ".join(
                f"{new.name_en}: {old.printed} {old.unit} in 2025, "
                f"{new.printed} {new.unit} in {new.period}"
                for old, new in below
            ),
            "cases_zh": "；".join(
                f"{new.name_zh}2025年{old.printed}{old.unit}、{new.period}年{new.printed}{new.unit}"
                for old, new in below
            ),
        },
        tuple(row for pair in below for row in pair),
    )


def targets_without_number(book: Book) -> Result | None:
    """Binding or expected targets that give no number."""
    rows = [row for row in book.figures if row.is_target and row.is_text]
    main = [row for row in rows if row.nature != "none" and row.code == "002"]
    if not rows:
        return None
    empty = [row for row in main if not row.printed]
    return Result(
        {
            "all": len(rows),
            "main": len(main),
            "names_en": ", ".join(row.name_en for row in main),
            "names_zh": "、".join(row.name_zh for row in main),
            "empty_en": ", ".join(row.name_en for row in empty) or "none",
            "empty_zh": "、".join(row.name_zh for row in empty) or "无",
        },
        tuple(rows),
    )


def starred_cells(book: Book) -> Result | None:
    """Box-1 cells of 2024 beside cells of 2025."""
    goals = {
        row.indicator: row
        for row in book.figures
        if row.code == "002" and row.is_target and row.nature != "none"
    }
    rows = [
        row
        for row in book.figures
        if row.code == "002"
        and row.basis == "actual"
        and row.period == "2024"
        and row.indicator in goals
    ]
    if not rows:
        return None
    return Result(
        {
            "count": len(rows),
            "names_en": ", ".join(f"{row.name_en} {row.printed}" for row in rows),
            "names_zh": "、".join(f"{row.name_zh}{row.printed}" for row in rows),
        },
        tuple(rows),
    )


def same_numeral(book: Book) -> Result | None:
    """One numeral with several meanings: 15.5 in the plan."""
    share = book.one("non_fossil_share", "2025", target=False)
    rows = [
        row
        for row in book.figures
        if row.code == share.code and row.printed == share.printed and row.basis == "actual"
    ]
    if len(rows) < 2:
        return None
    return Result(
        {
            "numeral": share.printed,
            "count": len(rows),
            "names_en": "; ".join(f"{row.name_en} ({row.unit}, line {row.line})" for row in rows),
            "names_zh": "；".join(f"{row.name_zh}（{row.unit}，第{row.line}行）" for row in rows),
        },
        tuple(rows),
    )


def comparators_differ(book: Book) -> Result | None:
    """One target with one number and two comparators in two places."""
    by_target: dict[tuple[str, str, str, float], list[Figure]] = defaultdict(list)
    for row in book.figures:
        if row.is_target and row.canonical_value is not None:
            key = (row.indicator, row.subject, row.period, row.canonical_value)
            by_target[key].append(row)
    pairs = [rows for rows in by_target.values() if len({row.comparator for row in rows}) > 1]
    if not pairs:
        return None

    def places(rows: list[Figure]) -> str:
        return ", ".join(f"{row.comparator}{row.printed} ({row.code}:{row.line})" for row in rows)

    return Result(
        {
            "count": len(pairs),
            "cases_en": "; ".join(f"{rows[0].name_en} {places(rows)}" for rows in pairs),
            "cases_zh": "；".join(f"{rows[0].name_zh}{places(rows)}" for rows in pairs),
        },
        tuple(row for rows in pairs for row in rows),
    )


def student_rates(book: Book) -> Result | None:
    """The national enrolment rate that the printed gap implies."""
    rate = book.one("higher_education_enrolment", "2025", target=False)
    gap = book.one("higher_education_enrolment_gap", "2025", subject="national")
    return Result(
        {
            "rate": number(rate),
            "gap": 100.0 * number(gap),
            "national": number(rate) - number(gap),
        },
        (rate, gap),
    )


CHECKS = (
    targets_and_outcomes,
    falling_targets,
    targets_already_met,
    targets_below_outcome,
    targets_without_number,
    starred_cells,
    same_numeral,
    comparators_differ,
    student_rates,
)
