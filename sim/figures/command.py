"""What ``provsim figures`` shows: plain tables, a list of dicts each.

Rendering is left to the command line.
"""

from __future__ import annotations

import csv
from collections import Counter
from typing import TYPE_CHECKING, Final

from sim.errors import InputError
from sim.figures.audit import audit
from sim.figures.base import Figure, figure, find, load_figures
from sim.figures.sections import coverage, load_exclusions, load_sections
from sim.figures.units import DATA, unit
from sim.figures.vocabulary import BASES, COMPARATORS, DOMAINS, NATURES, documents, require

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

Table = list[dict[str, object]]
LANGUAGES: Final = ("en", "zh")
_SIGNS: Final = {"=": "", "about": "≈ ", ">=": "≥ ", ">": "> ", "<=": "≤ ", "<": "< "}


def list_rows(
    *,
    indicator: str | None = None,
    domain: str | None = None,
    period: str | None = None,
    basis: str | None = None,
    document: str | None = None,
    lang: str = "en",
) -> Table:
    """Return the figures that fit every filter, one dict a figure.

    Parameters
    ----------
    indicator, domain, period, basis, document : str, optional
        As in `sim.figures.find`.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    list of dict
        Keys id, name, value, unit, period, basis, nature, place.

    Raises
    ------
    InputError
        On an unknown filter value or language.
    """
    require("lang", lang, LANGUAGES)
    rows = find(indicator=indicator, domain=domain, period=period, basis=basis, document=document)
    place = LANGUAGES.index(lang)
    return [
        {
            "id": row.id,
            "name": _name(row, lang),
            "value": shown_value(row),
            "unit": row.unit,
            "period": row.period,
            "basis": BASES[row.basis][place],
            "nature": NATURES[row.nature][place],
            "place": f"{row.code}:{row.line}",
        }
        for row in rows
    ]


def _name(row: Figure, lang: str) -> str:
    name = row.name_en if lang == "en" else row.name_zh
    return f"{name} [{row.subject}]" if row.subject else name


def shown_value(row: Figure) -> str:
    """Return value with sign as printed: ``≥ 70``, ``3–5``, or the words of the document."""
    if row.comparator == "between":
        return f"{row.low:.15g}–{row.high:.15g}"
    if row.value is None:
        return row.printed or "—"
    return f"{_SIGNS[row.comparator]}{row.value:.15g}"


def show_row(figure_id: str, lang: str = "en") -> Table:
    """Return every field of one figure, one dict a field.

    Parameters
    ----------
    figure_id : str
        Id of a figure.
    lang : str
        ``en`` or ``zh``.

    Returns
    -------
    list of dict
        Keys field, value; document title and unit name included.

    Raises
    ------
    InputError
        On an unknown id (with the nearest one) or language.
    """
    require("lang", lang, LANGUAGES)
    row = figure(figure_id)
    place = LANGUAGES.index(lang)
    source = documents()[row.code]
    fields: dict[str, object] = {
        "id": row.id,
        "name": row.name_en if lang == "en" else row.name_zh,
        "indicator": row.indicator,
        "subject": row.subject,
        "domain": DOMAINS[row.domain][place],
        "value": shown_value(row),
        "comparator": COMPARATORS[row.comparator][place],
        "printed": row.printed,
        "unit": row.unit,
        "unit_name": unit(row.unit).name_en if row.unit else "",
        "canonical_value": row.canonical_value,
        "canonical_low": row.canonical_low,
        "canonical_high": row.canonical_high,
        "canonical_unit": row.canonical_unit,
        "period": row.period,
        "basis": BASES[row.basis][place],
        "nature": NATURES[row.nature][place],
        "document": row.document,
        "title": source.title_en if lang == "en" else source.title_zh,
        "line": row.line,
        "note": row.note,
    }
    return [{"field": key, "value": value} for key, value in fields.items()]


def outside_series() -> dict[str, dict[int, float]]:
    """Return the outside series of the audit (``data/audit_series.csv``).

    Returns
    -------
    dict
        Variable to year to value, in the units of the series base; one vintage each.

    Raises
    ------
    InputError
        Where a series or vintage is not in the series base.
    """
    from sim.figures.series import load_series, series

    frame = load_series()
    table: dict[str, dict[int, float]] = {}
    with (DATA / "audit_series.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            values = series(row["variable"], row["vintage"], frame)
            table[row["variable"]] = {
                int(year): float(value)
                for year, value in zip(values.index, values.to_numpy(), strict=True)
            }
    return table


def audit_table(
    lang: str = "en",
    figures: Iterable[Figure] | None = None,
    series: Mapping[str, Mapping[int, float]] | None = None,
) -> Table:
    """Return the findings of the audit, one dict a finding.

    Parameters
    ----------
    lang : str
        ``en`` or ``zh``.
    figures : iterable of Figure, optional
        Default: the bundled base.
    series : mapping, optional
        Default: `outside_series`.

    Returns
    -------
    list of dict
        Keys severity, kind, check, title, explanation, rows (ids joined by blanks).
    """
    require("lang", lang, LANGUAGES)
    findings = audit(
        load_figures() if figures is None else figures,
        outside_series() if series is None else series,
    )
    return [
        {
            "severity": one.severity,
            "kind": one.kind,
            "check": one.check,
            "title": one.title_en if lang == "en" else one.title_zh,
            "explanation": one.explanation_en if lang == "en" else one.explanation_zh,
            "rows": " ".join(one.rows),
        }
        for one in findings
    ]


def count_rows(by: str) -> Table:
    """Return the number of figures by a column.

    Parameters
    ----------
    by : str
        document, domain, basis, nature, comparator or unit.

    Returns
    -------
    list of dict
        Keys `by` and rows; the largest first, equal ones in alphabetical order.
    """
    require("by", by, ("document", "domain", "basis", "nature", "comparator", "unit"))
    counts = Counter(str(getattr(row, by)) or "—" for row in load_figures())
    return [
        {by: name, "rows": count}
        for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def coverage_table(seeds_dir: str | Path) -> Table:
    """Return the coverage of the documents, which are needed for it, one dict a document."""
    rows = Counter(row.document for row in load_figures())
    return [
        {
            "document": one.document,
            "rows": rows[one.document],
            "lines": one.lines,
            "complete_lines": one.complete_lines,
            "numerals": one.numerals,
            "in_rows": one.in_rows,
            "excluded": one.excluded,
        }
        for one in coverage(seeds_dir)
    ]


def statistics() -> str:
    """Return the statistics of the base as Markdown, the block of ``docs/data/figures.md``."""
    figures = load_figures()
    numbers = sum(not row.is_text for row in figures)
    lines = [
        f"{len(figures)} figures of {len({row.indicator for row in figures})} indicators, "
        f"{numbers} with a number and {len(figures) - numbers} in words; "
        f"{len(load_exclusions())} entries on the exclusion lists, "
        f"{len(load_sections())} complete sections.",
    ]
    for by in ("document", "domain", "basis", "nature", "comparator"):
        lines += ["", f"| {by} | figures |", "| --- | ---: |"]
        lines += [f"| {entry[by]} | {entry['rows']} |" for entry in count_rows(by)]
    return "\n".join(lines)


def markdown(table: Table) -> str:
    """Return a table as Markdown.

    Raises
    ------
    InputError
        Where the table is empty.
    """
    if not table:
        raise InputError("an empty table has no columns")
    lines = ["| " + " | ".join(table[0]) + " |", "|" + " --- |" * len(table[0])]
    lines += ["| " + " | ".join(str(value) for value in row.values()) + " |" for row in table]
    return "\n".join(lines)
