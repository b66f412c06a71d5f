"""Margins of the 2025 table: supply and use by row, reconciled at once.

Unknowns, all in 亿元: value added V (42), intermediate rows T (42), imports m (42), inflow n
(42), output for local use d (42), final-use cells F that are not zero. Identities:

    T_i + sum_k F_ki = V_i / v_i + m_i + n_i          (uses = output + imports + inflow)
    d_i = V_i / v_i - outflow_i - exports_i,  d_i >= 0 (local supply share not below zero)
    sum_i T_i = sum_j (1 - v_j) V_j / v_j              (rows and columns of the flow table)
    sum_j V_j = GDP

with v the value-added coefficients of 2017. Imports and inflow are unknowns of their own with
their own observations: were they a residual, a larger output would shrink them as an artefact.
Observations: `data/io_observations.csv`; intermediate rows are observed as A_2017 x, imports
and inflow as shares in local purchases. Estimator: generalized least squares
(Stone, Champernowne and Meade 1942; Weale 1985).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.labels import FINAL_USES, MANUFACTURING, SECTORS
from sim.baseyear.carry_forward import (
    BROAD_SECTORS,
    DOMESTIC_USES,
    EXPORTS,
    OUTFLOW,
    Priors,
    sector_mask,
)
from sim.baseyear.io_observations import ObservationTable
from sim.baseyear.reconcile import reconcile
from sim.errors import InputError

Floats = NDArray[np.float64]

SHARE_SECTORS = {**BROAD_SECTORS, "manufacturing": MANUFACTURING}


@dataclass(frozen=True)
class Margins:
    """Reconciled margins of 2025, 亿元.

    Attributes
    ----------
    value_added, intermediate_use, imports, inflow : ndarray (42,)
    final_uses : ndarray (7, 42)
    constraint_residual : float
        Largest residual of an identity relative to its gross flow.
    """

    value_added: Floats
    intermediate_use: Floats
    imports: Floats
    inflow: Floats
    final_uses: Floats
    constraint_residual: float


class _Layout:
    """Places of the unknowns in one vector."""

    def __init__(self, uses: Floats) -> None:
        n = len(SECTORS)
        self.value_added = np.arange(n)
        self.intermediate = self.value_added + n
        self.imports = self.value_added + 2 * n
        self.inflow = self.value_added + 3 * n
        self.local_output = self.value_added + 4 * n
        self.cells = np.argwhere(uses != 0.0)
        self.final = np.full(uses.shape, -1)
        self.final[uses != 0.0] = 5 * n + np.arange(len(self.cells))
        self.size = 5 * n + len(self.cells)

    def rows(self, positions: NDArray[np.int64], weights: Floats | None = None) -> Floats:
        """One row per position, weight at that position."""
        matrix = np.zeros((len(positions), self.size))
        matrix[np.arange(len(positions)), positions] = 1.0 if weights is None else weights
        return matrix

    def total(self, positions: NDArray[np.int64], weights: Floats | None = None) -> Floats:
        """One row: weighted sum over the positions that exist."""
        row = np.zeros(self.size)
        kept = positions >= 0
        row[positions[kept]] = 1.0 if weights is None else weights[kept]
        return row

    def purchases(self) -> Floats:
        """Rows (42, size): intermediate and domestic final use by product."""
        matrix = self.rows(self.intermediate)
        for k, i in self.cells:
            if FINAL_USES[k] in DOMESTIC_USES:
                matrix[i, self.final[k, i]] = 1.0
        return matrix


def reconcile_margins(priors: Priors, observations: ObservationTable) -> Margins:
    """Solve for the margins of the 2025 table.

    Parameters
    ----------
    priors : Priors
    observations : ObservationTable

    Returns
    -------
    Margins

    Raises
    ------
    InputError
        If the observations contradict the identities and bounds, or output is not above zero.
    """
    layout = _Layout(priors.final_uses)
    matrix, observed, sigma = _observation_system(layout, priors, observations)
    constraints, targets = _identities(layout, priors, observations.get("gdp", "total").value)
    lower, upper = np.zeros(layout.size), np.full(layout.size, np.inf)
    for k, i in layout.cells:
        if priors.final_uses[k, i] < 0.0:
            lower[layout.final[k, i]], upper[layout.final[k, i]] = -np.inf, 0.0
    for positions, share in (
        (layout.imports, priors.import_share),
        (layout.inflow, priors.inflow_share),
    ):
        upper[positions[share == 0.0]] = 0.0
    kept = upper > lower  # unknowns fixed at zero leave the problem
    solution = reconcile(
        matrix[:, kept],
        observed,
        sigma,
        constraints=constraints[:, kept],
        targets=targets,
        lower=lower[kept],
        upper=upper[kept],
    )
    x = np.zeros(layout.size)
    x[kept] = solution.estimate
    if (x[layout.value_added] <= 0.0).any():
        code = SECTORS[int(np.argmin(x[layout.value_added]))]
        raise InputError("reconciled value added is not above zero", key=code)
    uses = np.zeros_like(priors.final_uses)
    for k, i in layout.cells:
        uses[k, i] = x[layout.final[k, i]]
    return Margins(
        value_added=x[layout.value_added],
        intermediate_use=x[layout.intermediate],
        imports=x[layout.imports],
        inflow=x[layout.inflow],
        final_uses=uses,
        constraint_residual=float(solution.constraint_residual.max()),
    )


def _observation_system(
    layout: _Layout, priors: Priors, observations: ObservationTable
) -> tuple[Floats, Floats, Floats]:
    """Return H, y and sigma."""
    gdp = observations.get("gdp", "total").value
    blocks: list[tuple[Floats, Floats, Floats]] = []
    blocks.append(
        (layout.rows(layout.value_added), priors.value_added, priors.value_added_sigma),
    )
    for name, codes in SHARE_SECTORS.items():
        share = observations.get("value_added_share", name)
        row = layout.total(layout.value_added, sector_mask(codes))
        blocks.append(_single(row, share.value * gdp, share.sigma * gdp))
    places = layout.final[layout.cells[:, 0], layout.cells[:, 1]]
    cells = priors.final_uses != 0.0
    blocks.append((layout.rows(places), priors.final_uses[cells], priors.final_uses_sigma[cells]))
    for total in observations.of("final_use_total"):
        row = layout.total(layout.final[FINAL_USES.index(total.label)])
        blocks.append(_single(row, total.value, total.sigma))
    imports = observations.get("imports_total", "total")
    blocks.append(_single(layout.total(layout.imports), imports.value, imports.sigma))
    net = observations.get("net_outflow_share", "total")
    row = layout.total(layout.final[OUTFLOW]) - layout.total(layout.inflow)
    blocks.append(_single(row, net.value * gdp, net.sigma * gdp))
    blocks += _structure(layout, priors, observations)
    matrix, observed, sigma = (np.concatenate(part) for part in zip(*blocks, strict=True))
    return matrix, observed, sigma


def _structure(
    layout: _Layout, priors: Priors, observations: ObservationTable
) -> list[tuple[Floats, Floats, Floats]]:
    """Rows that tie intermediate use, imports and inflow to their structure of 2017."""
    expected = priors.intermediate_use
    rows = layout.rows(layout.intermediate)
    rows[:, layout.value_added] -= priors.coefficients / priors.value_added_coefficient
    relative = observations.sector_sigmas("intermediate_row_sigma")
    blocks = [(rows, np.zeros(len(SECTORS)), relative * expected)]
    purchases = priors.purchases
    for variable, positions, share in (
        ("import_share_sigma", layout.imports, priors.import_share),
        ("inflow_share_sigma", layout.inflow, priors.inflow_share),
    ):
        kept = share > 0.0
        rows = layout.rows(positions) - share[:, None] * layout.purchases()
        sigma = observations.sector_sigmas(variable) * share * purchases
        blocks.append((rows[kept], np.zeros(int(kept.sum())), sigma[kept]))
    return blocks


def _identities(layout: _Layout, priors: Priors, gdp: float) -> tuple[Floats, Floats]:
    """Return C and b."""
    n = len(SECTORS)
    inverse = 1.0 / priors.value_added_coefficient
    balance = layout.rows(layout.intermediate)
    for k, i in layout.cells:
        balance[i, layout.final[k, i]] = 1.0
    balance -= layout.rows(layout.value_added, inverse)
    balance -= layout.rows(layout.imports) + layout.rows(layout.inflow)
    local = layout.rows(layout.local_output) - layout.rows(layout.value_added, inverse)
    for k, i in layout.cells:
        if k in (OUTFLOW, EXPORTS):
            local[i, layout.final[k, i]] = 1.0
    table = layout.total(layout.intermediate) - layout.total(layout.value_added, inverse - 1.0)
    total = layout.total(layout.value_added)
    constraints = np.vstack([balance, local, table, total])
    return constraints, np.concatenate([np.zeros(2 * n + 1), [gdp]])


def _single(row: Floats, value: float, sigma: float) -> tuple[Floats, Floats, Floats]:
    return row[None, :], np.array([value]), np.array([sigma])
