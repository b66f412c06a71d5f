"""``provsim run SCENARIO… --draw N``: one draw laid open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sim.cli.output import write_rows, write_tables
from sim.publish.words import word

if TYPE_CHECKING:
    import pandas as pd
    from rich.table import Table

    from sim.ensemble.trace import Trace


def trace_command(options: Any, changes: Mapping[str, object]) -> None:
    """Print the trace of one draw of each scenario; write no run folder."""
    import sim

    traces = sim.trace(
        options.scenarios,
        options.draw,
        seed=options.seed,
        horizon=options.horizon,
        overrides=changes,
        pack=options.pack,
        sampler=options.sampler,
        replicates=options.replicates,
        draws=options.draws,
    )
    if options.format != "text":
        rows = [
            {"scenario": name, "draw": options.draw, **row}
            for name, trace in traces.items()
            for row in trace.rows()
        ]
        write_rows(rows, options.format)
        return
    for name, trace in traces.items():
        write_tables(_tables(trace, name, options.draw, options.lang))


def _tables(trace: Trace, scenario: str, draw: int, lang: str) -> list[Table]:
    """Return inputs, drivers, results and identities as terminal tables, years across."""
    from sim.publish.tables import plain_table

    def title(part: str) -> str:
        return word(f"table_trace_{part}", lang, scenario=scenario, draw=draw)

    def heads(years: Sequence[object], named: bool) -> list[tuple[str, str]]:
        first = [("name", word("column_name", lang)), ("unit", word("column_unit", lang))]
        plain = [("name", word("column_identity", lang))]
        return [*(first if named else plain), *((str(y), f">{y}") for y in years)]

    years = [column for column in trace.results if isinstance(column, int)]
    constant = word("column_all_years", lang)
    columns = heads([constant, *years[1:]], True)
    found = [plain_table(title("inputs"), columns, _input_rows(trace.inputs, constant, lang))]
    for part, table in (("drivers", trace.drivers), ("results", trace.results)):
        found.append(plain_table(title(part), heads(years, True), _rows(table, years, lang)))
    identities = [
        {"name": row["identity"], **{str(year): f"{row[year]:.1e}" for year in years}}
        for row in trace.identities.to_dict("records")
    ]
    found.append(plain_table(title("identities"), heads(years, False), identities))
    return found


def _rows(table: pd.DataFrame, years: Sequence[int], lang: str) -> list[dict[str, str]]:
    return [
        {
            "name": row[f"name_{lang}"],
            "unit": row["unit"],
            **{str(year): f"{row[year]:.5g}" for year in years},
        }
        for row in table.to_dict("records")
    ]


def _input_rows(inputs: pd.DataFrame, constant: str, lang: str) -> list[dict[str, str]]:
    """Return one row an input: by year its value and, in brackets, its score."""
    rows: dict[str, dict[str, str]] = {}
    for row in inputs.to_dict("records"):
        cells = rows.setdefault(row["input"], {"name": row[f"name_{lang}"], "unit": row["unit"]})
        year = constant if row["year"] is None or row["year"] != row["year"] else str(row["year"])
        cells[year] = f"{row['value']:.4g} ({row['score']:+.2f})"
    return list(rows.values())
