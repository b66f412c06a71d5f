"""The tables of `docs/methods/backtest.md`, written from the backtest itself."""

from __future__ import annotations

from pathlib import Path

from sim.assess.backtest import run_backtest
from sim.assess.backtest.run import AVERAGE
from sim.assess.backtest.summary import ALL_YEARS, score_table
from sim.publish.backtest import horizon_name, points, variables
from sim.publish.numbers import plain, signed
from sim.publish.words import word

PAGE = Path(__file__).parents[2] / "docs" / "methods" / "backtest.md"
START, END = "<!-- scores -->", "<!-- end of scores -->"
HEAD = (
    "| variable | years | rank | forecaster | CRPS | ours less its | log score "
    "| 50/80/90 % | bias | origins (worth) |"
)
WIDTH_HEAD = "| growth of | outcomes | factor | each origin left out | score held out (at 1) |"


def tables() -> str:
    """Return the score and width tables as Markdown; points are percentage points."""
    found = run_backtest()
    scores = score_table(found.pairs)
    lines = [HEAD, "| --- " * 10 + "|"]
    for variable in variables(scores):
        for horizon in (ALL_YEARS, AVERAGE, 1):
            part = scores[(scores["variable"] == variable) & (scores["horizon"] == horizon)]
            for row in part.to_dict("records"):
                name = word(f"forecaster_{row['forecaster']}", "en")
                cells = (
                    word(f"backtest_{variable}", "en"),
                    horizon_name(horizon, "en"),
                    str(row["rank"]),
                    f"**{name}**" if name == "provsim" else name,
                    points(row["crps"]),
                    f"{points(row['difference'])} ± {points(row['difference_se'])}",
                    plain(2)(row["log_score"]),
                    "/".join(plain(0)(100.0 * row[f"coverage_{k}"]) for k in (50, 80, 90)),
                    signed(f"{100.0 * row['bias']:+.2f}"),
                    f"{row['origins']} ({row['effective_origins']:.1f})",
                )
                lines.append("| " + " | ".join(cells) + " |")
    lines += ["", WIDTH_HEAD, "| --- " * 5 + "|"]
    for row in found.width.table[found.width.table["criterion"] == "crps"].itertuples():
        cells = (
            word(f"backtest_measure_{row.measure}", "en"),
            word(f"backtest_sample_{row.sample}", "en"),
            plain(2)(row.factor),
            f"{row.factor_low:.2f} – {row.factor_high:.2f}",
            f"{points(row.score)} ({points(row.score_at_one)})",
        )
        lines.append("| " + " | ".join(cells) + " |")
    factors = f"{found.width.factor:.2f} for single years, {found.width.factor_mean:.2f}"
    lines += ["", f"`growth_width_factor`: {factors} for the mean of five years."]
    return "\n".join(lines)


def filled(text: str) -> str:
    """Return the page with its tables replaced."""
    before, _, rest = text.partition(START)
    after = rest.partition(END)[2]
    return f"{before}{START}\n\n{tables()}\n\n{END}{after}"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf8")), encoding="utf8")
