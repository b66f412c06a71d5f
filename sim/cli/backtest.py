"""``provsim backtest``: projections from past origins against what came."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.cli.output import ProgressBar, records, tell, write_rows, write_tables
from sim.errors import InputError
from sim.publish.words import word

if TYPE_CHECKING:
    import pandas as pd

    from sim.assess.backtest import Backtest


def add_backtest(build: Any, commands: Any) -> None:
    """Add the command to the grammar; imports nothing heavy."""
    made = build.parser("backtest", commands, "cli_backtest")
    made.add_argument("--origin", type=int, metavar="YEAR", help=build.say("cli_arg_origin"))
    made.add_argument("--pack", metavar="PACK", help=build.say("cli_arg_backtest_pack"))
    made.add_argument("--out", metavar="DIR", help=build.say("cli_arg_backtest_out"))


def backtest_command(options: Any) -> None:
    """Run the backtest and print what it says, bad news first.

    Raises
    ------
    InputError
        An origin without projections, or a pack without series.
    """
    from sim.assess.backtest import run_backtest
    from sim.assess.backtest.targets import target_record

    with ProgressBar(word("cli_backtest_progress", options.lang), options.quiet) as progress:
        found = run_backtest(options.pack, progress=progress)
    origins = sorted(set(found.pairs["origin"]))
    if options.origin is not None and options.origin not in origins:
        raise InputError(
            "no projection starts from this year",
            key="--origin",
            found=options.origin,
            allowed=f"{origins[0]} to {origins[-1]}",
        )
    targets = None if options.pack else target_record(found.pairs)
    if options.out:
        _write(found, targets, Path(options.out), options.lang)
        tell(word("cli_written", options.lang, path=options.out), options.quiet)
    if options.format != "text":
        write_rows(records(_rows(found, options.origin)), options.format)
        return
    _show(found, targets, options)


def _rows(found: Backtest, origin: int | None) -> pd.DataFrame:
    from sim.assess.backtest.summary import score_table

    if origin is None:
        return score_table(found.pairs)
    return found.pairs[found.pairs["origin"] == origin]


def _show(found: Backtest, targets: pd.DataFrame | None, options: Any) -> None:
    from sim.publish import backtest as publish

    lang = options.lang
    if options.origin is not None:
        write_tables([publish.origin_table(found, options.origin, lang)])
        return
    print(word("backtest_title", lang))
    for text in publish.findings(found, targets, lang):
        print(f"• {text}")
    print()
    tables = [*publish.score_tables(found, lang), publish.width_table(found, lang)]
    if targets is not None:
        tables.append(publish.target_table(targets, lang))
    write_tables(tables)


def _write(found: Backtest, targets: pd.DataFrame | None, folder: Path, lang: str) -> None:
    from sim.assess.backtest.summary import score_table
    from sim.publish.backtest import backtest_chart

    folder.mkdir(parents=True, exist_ok=True)
    tables = {
        "pairs": found.pairs,
        "scores": score_table(found.pairs),
        "growth_width": found.width.table,
        "missing": found.missing,
    }
    if targets is not None:
        tables["targets"] = targets
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False)
    for ending in ("svg", "png"):
        backtest_chart(found, lang).savefig(folder / f"backtest_growth.{ending}", dpi=150)
