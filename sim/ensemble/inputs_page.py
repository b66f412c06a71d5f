"""The page `docs/data/inputs.md`, written from the tables of uncertain inputs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from sim.ensemble.copula import Correlation, read_correlations
from sim.ensemble.inputs import UncertainInput, count_kinds, read_inputs

_INTRODUCTION: Final = """\
# Uncertain inputs

This page is generated from `sim/ensemble/data/inputs.csv` and
`sim/ensemble/data/correlations.csv`; do not edit it. Methods: `docs/methods/uncertainty.md`.

- **Effect**: `add` driver = centre + x; `multiply` driver = centre · exp(x); `logit`
  driver = logistic(logit(centre) + x); `replace` slip = median slip · x, or the index
  itself.
- **Width**: standard deviation of x in its unit (`log`: about the relative change); for
  a random walk that of one year's step; `pack:` read from the base pack. For a slip its
  shape and the chance of no delay.
  `posterior` takes its value, `posterior_width` its standard deviation, from the growth draw.
- **Time**: `constant` one value for all years; `iid` a new one each year; `ar1(rho)` the
  same width every year, with memory; `random_walk` steps that add up.
- **Kind**: `estimate` from data of the project; `citation` literature or statistics;
  `judgement` nobody's figure but ours.
"""


def render_inputs_page(
    inputs: Sequence[UncertainInput] | None = None,
    correlations: Sequence[Correlation] | None = None,
) -> str:
    """Return the page as Markdown.

    Parameters
    ----------
    inputs, correlations : sequences, optional
        The bundled tables by default.
    """
    inputs = read_inputs() if inputs is None else inputs
    correlations = read_correlations() if correlations is None else correlations
    kinds = count_kinds(inputs)
    stated = {kind: sum(row.kind == kind for row in correlations) for kind in kinds}
    counts = ", ".join(f"{number} {kind}" for kind, number in kinds.items())
    pairs = ", ".join(f"{number} {kind}" for kind, number in stated.items())
    lines = [
        _INTRODUCTION,
        f"Rows: {len(inputs)} ({counts}); slip rows stand for one input for each named unit.",
        f"Correlations: {len(correlations)} ({pairs}).",
        "",
        "## Inputs",
        "",
        "| no. | input | 名称 | driver | effect | distribution | width | unit | time | kind |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        *(_input_line(item) for item in inputs),
        "",
        "## Sources and notes",
        "",
        *(_source_line(item) for item in inputs),
        "",
        "## Correlations",
        "",
        "Between the standard normal innovations; every pair that is not listed is"
        " uncorrelated, except the states and shock widths of growth, which come jointly with"
        " `growth_draw`.",
        "",
        "| input | input | correlation | source | kind |",
        "| --- | --- | --- | --- | --- |",
        *(
            f"| `{row.input_a}` | `{row.input_b}` | {row.rho:g} | {row.source} | {row.kind} |"
            for row in correlations
        ),
        "",
    ]
    return "\n".join(lines)


def _input_line(item: UncertainInput) -> str:
    cells = (
        str(item.order),
        f"{item.name_en} (`{item.name}`)",
        item.name_zh,
        f"`{item.driver}`",
        item.effect,
        item.distribution,
        _width(item),
        item.unit,
        item.structure,
        item.kind,
    )
    return "| " + " | ".join(cells) + " |"


def _width(item: UncertainInput) -> str:
    if item.pack_name is not None:
        return f"`pack:{item.pack_name}`"
    if item.distribution == "slip":
        return f"shape {item.shape:g}, P(0) {item.probability_zero:g}"
    if item.distribution == "discrete_index":
        return "all draws alike"
    if item.distribution == "truncated_normal":
        return f"{item.location:g} ± {item.scale:g} in [{item.low:g}, {item.high:g}]"
    if item.distribution == "triangular":
        return f"{item.low:g} – {item.location:g} – {item.high:g}"
    if item.distribution == "uniform":
        return f"{item.low:g} – {item.high:g}"
    return f"{item.scale:g}"


def _source_line(item: UncertainInput) -> str:
    note = f" ({item.note})" if item.note else ""
    return f"- `{item.name}` — {item.kind}: {item.source}{note}"


def write_inputs_page(path: Path) -> None:
    """Write the page to `path`."""
    path.write_text(render_inputs_page(), encoding="utf-8")
