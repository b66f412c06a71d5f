"""Observations of a province's input-output accounts, from its figures."""

from __future__ import annotations

from typing import Final

import numpy as np

from models.labels import FINAL_USES, MANUFACTURING, SECONDARY
from sim.baseyear.carry_forward import sector_mask
from sim.baseyear.chinese_tables import OfficialTable
from sim.baseyear.io_observations import Observation, ObservationTable, read_observations
from sim.baseyear.province.figures import Estimates, Figure, Figures
from sim.baseyear.province.variables import DATA, variables

USES: Final = {
    "rural_households": "consumption_rural",
    "urban_households": "consumption_urban",
    "government": "consumption_government",
    "fixed_capital": "fixed_capital_formation",
    "inventories": "inventories",
    "exports": "exports",
}
BROAD: Final = ("primary", "secondary", "tertiary")
NET_OUTFLOW_SIGMA: Final = 0.05  # of GDP: spread of the tables of Liaoning 2007-2017


def use_totals(table_share: dict[str, float], figures: Figures) -> dict[str, float]:
    """Return final-use totals of the base year, 亿元: the figure, else the share of GDP."""
    gdp = figures.need("gdp").value
    return {use: figures.value(name, table_share[use] * gdp) for use, name in USES.items()}


def table_shares(table: OfficialTable) -> dict[str, float]:
    """Return each final use, and imports, over the GDP of a table."""
    gdp = float(table.value_added.sum())
    shares = {use: float(table.final_uses[FINAL_USES.index(use)].sum()) / gdp for use in USES}
    return shares | {"imports": float(table.imports.sum()) / gdp}


def observations(table: OfficialTable, figures: Figures, estimates: Estimates) -> ObservationTable:
    """Return what is observed of the base year's accounts.

    Parameters
    ----------
    table : OfficialTable
        The province's table, which gives the shares of uses without figure.
    figures : Figures
    estimates : Estimates

    Returns
    -------
    ObservationTable
        Rows as in `data/io_observations.csv`; the sigmas of the method come from
        `province/data/method_sigmas.csv`.
    """
    gdp = figures.need("gdp")
    rows = [_row("gdp", "total", gdp)]
    rows += _share_rows(table, figures, estimates)
    shares = table_shares(table)
    found: dict[str, Figure] = {}
    for use, name in (*USES.items(), ("imports", "imports")):
        figure = figures.get(name)
        if figure is None:
            figure = _from_table(name, shares[use] * gdp.value, estimates)
        found[use] = figure
    rows += [_row("final_use_total", use, found[use]) for use in USES]
    rows.append(_row("imports_total", "total", found["imports"]))
    spent = sum(found[use].value for use in USES) - found["imports"].value
    net = Figure(
        1.0 - spent / gdp.value,
        NET_OUTFLOW_SIGMA,
        "fraction",
        "GDP less the other uses",
        "estimate",
        "地区生产总值减其他支出项得出",
    )
    rows.append(_row("net_outflow_share", "total", net))
    method = read_observations(DATA / "method_sigmas.csv")
    return ObservationTable((*rows, *method.rows), DATA / "method_sigmas.csv")


def _share_rows(table: OfficialTable, figures: Figures, estimates: Estimates) -> list[Observation]:
    """Shares of the broad sectors (scaled to one) and of manufacturing."""
    parts = {name: figures.need(f"value_added_{name}") for name in BROAD}
    total = sum(part.value for part in parts.values())
    rows = []
    for name, part in parts.items():
        share = Figure(
            part.value / total,
            part.sigma / total,
            "fraction",
            part.source,
            part.kind,
            f"三次产业构成；{part.note_zh}",
        )
        rows.append(_row("value_added_share", name, share))
    manufacturing = figures.get("manufacturing_share")
    if manufacturing is None:
        ratio = float(sector_mask(MANUFACTURING) @ table.value_added) / float(
            sector_mask(SECONDARY) @ table.value_added
        )
        value = ratio * parts["secondary"].value / total
        estimates.missing("manufacturing_share", value, "io_table")
        manufacturing = Figure(
            value, 0.1 * value, "fraction", "input-output table", "estimate", "按投入产出表推算"
        )
    return [*rows, _row("value_added_share", "manufacturing", manufacturing)]


def _from_table(name: str, value: float, estimates: Estimates) -> Figure:
    estimates.missing(name, value, "io_table")
    given = variables()[name]
    sigma = max(2.0 * given.sigma, 0.15) * max(abs(value), 1.0)
    return Figure(value, sigma, given.unit, "input-output table", "estimate", given.fallback_zh)


def _row(variable: str, label: str, figure: Figure) -> Observation:
    return Observation(
        id=f"province.{variable}.{label}",
        variable=variable,
        label=label,
        value=figure.value,
        sigma=figure.sigma,
        unit=figure.unit,
        source=figure.source,
        kind=figure.kind,
        note_zh=figure.note_zh,
    )


def consumption_split(final_demand: np.ndarray) -> np.ndarray:
    """Return the share of each consumer (3, 42) in the consumption of each product.

    Parameters
    ----------
    final_demand : ndarray (7, 42)
        Of the bundled accounts; an equal share where nobody consumes.
    """
    consumed = np.maximum(final_demand[:3], 0.0)
    total = consumed.sum(axis=0)
    return np.where(total > 0.0, consumed / np.where(total > 0.0, total, 1.0), 1.0 / 3.0)
