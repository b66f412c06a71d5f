"""The target table: cells as readers see them, for the terminal and the report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from sim.publish.numbers import (
    EMPTY,
    FRACTIONS,
    decimals,
    missing,
    probability,
    quantity,
    reader_unit,
    signed,
)
from sim.publish.words import word

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

Cells = dict[str, str]


def shown_target(row: Mapping[str, Any], lang: str) -> str:
    """Return what the document asks for, such as ``about 24%`` or ``above GDP growth``.

    Parameters
    ----------
    row : mapping
        A row of `sim.assess.targets.evaluate`.
    lang : {"en", "zh"}
        Language.
    """
    if not missing(row["relative_to"]) and row["relative_to"]:
        name = word(f"relative_{row['relative_to']}", lang)
        kind = {"within": "compared_step"}.get(str(row["direction"]), "compared_above")
        if row["relative_to"] == "electricity_demand":
            kind = "compared_cover"
        return word(kind, lang, name=name)
    if missing(row["target"]):
        return word("status_no_number", lang)
    if row["window"] == "peak":
        key = "before_year" if row["comparator"] == "<" else "by_year"
        return word(key, lang, year=f"{row['target']:.0f}")
    half = row["half_unit"]
    step = None if missing(half) else 2.0 * float(half)
    value = quantity(row["target"], str(row["unit"]), lang, step)
    if row["target_id"] == "co2_intensity_reduction_plan":
        return word("setting_number", lang, value=value)
    if row["comparator"] == "about":
        return word("about_number", lang, value=value)
    if row["comparator"] == ">":
        return word("above_number", lang, value=value)
    return value


def shown_rate(row: Mapping[str, Any], lang: str) -> str:
    """Return the pace still needed, such as ``+0.26 points a year``."""
    rate, kind = row["required_rate"], row["rate"]
    if missing(rate) or missing(kind):
        return EMPTY
    number = signed(f"{float(rate) * 100:+.2f}")
    if kind == "points":
        return f"{number} {word('unit_points', lang)}"
    if kind == "cut":
        number = signed(f"{-float(rate) * 100:+.2f}")
    return f"{number}{word('unit_percent_year', lang)}"


def _range(row: Mapping[str, Any], lang: str) -> str:
    if missing(row["p05"]) and missing(row["p95"]):
        return EMPTY
    unit = str(row["unit"])
    if unit in FRACTIONS:
        low, high = (quantity(row[key], unit, lang).rstrip("%") for key in ("p05", "p95"))
        return f"{low} – {high}%"
    low = quantity(row["p05"], unit, lang).split(" ")[0]
    high = quantity(row["p95"], unit, lang).split(" ")[0] or "…"
    return f"{low} – {high}"


def _sensitivity(row: Mapping[str, Any]) -> str:
    if missing(row["probability_unit_low"]):
        return EMPTY
    return (
        f"{probability(row['probability_unit_low'])} / {probability(row['probability_unit_high'])}"
    )


def _place(row: Mapping[str, Any]) -> str:
    document = EMPTY if missing(row["document"]) else str(row["document"])[:3]
    return f"{document}:{row['line']}" if document else EMPTY


def target_cells(table: pd.DataFrame, lang: str) -> list[Cells]:
    """Return the target table as text cells, one mapping a row, in the order of `table`.

    Parameters
    ----------
    table : DataFrame
        From `sim.assess.targets.evaluate`, or read back from ``targets.csv``.
    lang : {"en", "zh"}
        Language.

    Returns
    -------
    list of dict
        Keys scenario, target_id, name, number, year, central, range, probability, verdict,
        sensitivity, rate, place, modelled, status, reason. Cells of targets that are not
        modelled are empty.
    """
    rows: list[Cells] = []
    for row in table.to_dict("records"):
        status = str(row["status"])
        central = quantity(row["central"], str(row["unit"]), lang)
        if status == "not_yet_peaked":
            central = word("status_not_yet_peaked", lang)
        if status == "beyond_horizon":
            central = word("status_beyond_horizon", lang)
        met = row["met"]
        verdict = EMPTY if missing(met) or met is None or str(met) == "<NA>" else str(bool(met))
        rows.append(
            {
                "scenario": str(row["scenario"]),
                "target_id": str(row["target_id"]),
                "name": str(row[f"name_{lang}"]),
                "number": shown_target(row, lang),
                "year": f"{row['year']:.0f}",
                "central": central,
                "range": _range(row, lang),
                "probability": probability(row["probability"], row["probability_se"]),
                "share": EMPTY if missing(row["probability"]) else f"{row['probability']:.4f}",
                "verdict": word({"True": "meets", "False": "misses"}[verdict], lang)
                if verdict
                else EMPTY,
                "sensitivity": _sensitivity(row),
                "rate": shown_rate(row, lang),
                "place": _place(row),
                "modelled": word(f"modelled_{row['modelled']}", lang),
                "status": status,
                "reason": str(row[f"reason_{lang}"]),
            }
        )
    return rows


def plain_table(
    title: str, columns: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, str]]
) -> Table:
    """Build a terminal table.

    Parameters
    ----------
    title : str
        Above the table.
    columns : sequence of (key, heading)
        A heading that starts with ``>`` aligns its column right.
    rows : sequence of mapping
        Cells by key.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False)
    for _, heading in columns:
        right = heading.startswith(">")
        name = heading.lstrip(">")
        table.add_column(name, justify="right" if right else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(row.get(key, EMPTY)) for key, _ in columns))
    return table


# a rise after the plan period shows in the years to 2035: a run this far beyond the year asked for
_YEARS_TO_SEE_A_PEAK: Final = 5


def peak_note(table: pd.DataFrame, last_year: int, lang: str) -> str:
    """Say that a run ends too early to tell a peak; empty where it does not.

    Parameters
    ----------
    table : DataFrame
        From `sim.assess.targets.evaluate`.
    last_year : int
        Last year of the run.
    lang : {"en", "zh"}
        Language.
    """
    asked = table.loc[(table["window"] == "peak") & table["probability"].notna(), "year"]
    needed = int(asked.max()) + _YEARS_TO_SEE_A_PEAK if len(asked) else last_year
    if last_year >= needed:
        return ""
    return word("table_peaks_short", lang, last=last_year, needed=needed)


def target_tables(table: pd.DataFrame, titles: Mapping[str, str], lang: str) -> list[Table]:
    """Build one terminal table a scenario, and a last one of targets outside the model.

    Parameters
    ----------
    table : DataFrame
        From `sim.assess.targets.evaluate`.
    titles : mapping of str to str
        Scenario to its title.
    lang : {"en", "zh"}
        Language.
    """
    columns = [
        ("name", word("column_target", lang)),
        ("number", word("column_number", lang)),
        ("year", ">" + word("column_year", lang)),
        ("central", ">" + word("column_central", lang)),
        ("range", ">" + word("column_range", lang)),
        ("probability", ">" + word("column_probability", lang)),
    ]
    tables: list[Table] = []
    cells = target_cells(table, lang)
    scenarios = list(dict.fromkeys(row["scenario"] for row in cells))
    for scenario in scenarios:
        own = [row for row in cells if row["scenario"] == scenario]
        inside = [row for row in own if row["status"] != "not_modelled"]
        title = word("table_targets_title", lang, scenario=titles.get(scenario, scenario))
        tables.append(plain_table(title, columns, inside))
    outside = [
        row for row in cells if row["status"] == "not_modelled" and row["scenario"] == scenarios[0]
    ]
    heading = word("table_not_modelled", lang, count=len(outside))
    last = plain_table(heading, [*columns[:3], ("reason", word("column_reason", lang))], outside)
    last.style = "dim"
    return [*tables, last]


def difference_tables(table: pd.DataFrame, a: str, b: str, lang: str) -> list[Table]:
    """Build one terminal table a year of paired differences.

    Parameters
    ----------
    table : DataFrame
        From `sim.assess.compare.compare`.
    a, b : str
        Titles of the scenarios.
    lang : {"en", "zh"}
        Language.
    """
    columns = [
        ("name", word("column_variable", lang)),
        ("central", ">" + word("column_central", lang)),
        ("mean", ">" + word("column_mean", lang)),
    ]
    if table["p05"].notna().any():
        columns.append(("range", ">" + word("column_range", lang)))
        columns.append(("above", ">" + word("column_higher", lang)))
    points = word("points", lang)
    tables: list[Table] = []
    for year, part in table.groupby("year", sort=True):
        rows = []
        for row in part.to_dict("records"):
            unit = str(row["unit"])
            rows.append(
                {
                    "name": str(row[f"name_{lang}"]),
                    "central": quantity(row["central"], unit, lang).replace("%", points),
                    "mean": _with_error(row, unit, lang).replace("%", points),
                    "range": _range(row, lang).replace("%", points),
                    "above": probability(row["share_above_zero"]),
                }
            )
        title = word("table_compare_title", lang, a=a, b=b, year=year)
        tables.append(plain_table(title, columns, rows))
    return tables


def _with_error(row: Mapping[str, Any], unit: str, lang: str) -> str:
    """Show a mean with its Monte Carlo error in the same digits and unit."""
    if missing(row["mean_se"]):
        return quantity(row["mean"], unit, lang)
    factor, name = reader_unit(unit, lang)
    if unit in FRACTIONS:
        factor, name = 100.0, "%"
    mean, error = float(row["mean"]) * factor, float(row["mean_se"]) * factor
    digits = min(4, max(0, decimals(error) + 1)) if error > 0 else 2
    text = signed(f"{mean:,.{digits}f} ± {error:,.{digits}f}")
    return text + (name if name == "%" else f" {name}")


def provenance_table(table: pd.DataFrame, title: str, lang: str) -> Table:
    """Build the terminal table of a scenario's values with their origin.

    Parameters
    ----------
    table : DataFrame
        From `ResolvedScenario.provenance`.
    title : str
        Above the table.
    lang : {"en", "zh"}
        Language.
    """
    years = [column for column in table.columns if str(column).isdigit()]
    columns = [
        ("lever", word("column_name", lang)),
        *((str(year), f">{year}") for year in years),
        ("unit", word("column_unit", lang)),
        ("place", word("column_origin", lang)),
    ]
    rows: list[Cells] = []
    for row in table.to_dict("records"):
        cells = {"lever": str(row["lever"]), "unit": str(row["unit"]), "place": str(row["place"])}
        for year in years:
            value = row[year]
            number = isinstance(value, float) and not missing(value)
            cells[str(year)] = signed(f"{value:.4g}") if number else str(value or EMPTY)
        rows.append(cells)
    return plain_table(title, columns, rows)
