"""Final demand of 2025 given technology and local supply: centre and draws.

With technical coefficients A, local supply shares r and value-added coefficients v fixed,
every account is linear in the final-use cells F:

    f_i = r_i (sum of domestic uses)_i + outflow_i + exports_i
    x   = (I - r̂ A)^-1 f,   V = v x,
    purchases = A x + domestic uses,   imports + inflow = (1 - r) purchases.

Generalized least squares on F (Stone, Champernowne and Meade 1942; Weale 1985) under
sum V = GDP, zeros staying zero and signs kept, therefore gives a centre and draws in which all
identities hold. Printed shares are held inside their rounding interval. A draw perturbs every
observation by its sigma and is solved again; it is then scaled as a whole by GDP drawn / GDP,
since every identity and bound is homogeneous of degree one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.labels import FINAL_USES, SECTORS
from sim.baseyear.account_margins import SHARE_SECTORS
from sim.baseyear.carry_forward import DOMESTIC_USES, OUTFLOW, Priors, sector_mask
from sim.baseyear.io_observations import Observation, ObservationTable
from sim.baseyear.reconcile import reconcile

Floats = NDArray[np.float64]

DOMESTIC: Final = len(DOMESTIC_USES)
GDP_STREAM: Final = 1  # stream of the seed that draws GDP, apart from the observations


@dataclass(frozen=True)
class Structure:
    """What stays fixed in the draws.

    Attributes
    ----------
    coefficients : ndarray (42, 42)
        Technical coefficients A, local and imported inputs together.
    local_share : ndarray (42,)
        r.
    value_added_coefficient : ndarray (42,)
        v.
    import_part : ndarray (42,)
        Imports over imports + inflow.
    """

    coefficients: Floats
    local_share: Floats
    value_added_coefficient: Floats
    import_part: Floats

    def output(self, final_demand: Floats) -> Floats:
        """Gross output (..., 42) of final demand (..., 7, 42)."""
        local = self.local_share * final_demand[..., :DOMESTIC, :].sum(axis=-2)
        local = local + final_demand[..., DOMESTIC:, :].sum(axis=-2)
        system = np.eye(len(SECTORS)) - self.local_share[:, None] * self.coefficients
        return np.asarray(np.linalg.solve(system, local[..., None])[..., 0])

    def purchases(self, final_demand: Floats) -> Floats:
        """Purchases in the province (..., 42): intermediate and domestic final use."""
        intermediate = self.output(final_demand) @ self.coefficients.T
        return np.asarray(intermediate + final_demand[..., :DOMESTIC, :].sum(axis=-2))

    def imports_inflow(self, final_demand: Floats) -> Floats:
        """Imports and inflow (..., 42)."""
        return np.asarray((1.0 - self.local_share) * self.purchases(final_demand))


@dataclass(frozen=True)
class Measured:
    """One observation in terms of final demand.

    `row` (cells,) times the cells is the quantity in 亿元 (or a fraction of GDP after division
    by `unit_scale`); `sources` are the rows of the observation file behind it.
    """

    id: str
    variable: str
    label: str
    row: Floats
    value: float
    sigma: float
    unit_scale: float
    sources: tuple[Observation, ...]


@dataclass(frozen=True)
class FinalDemand:
    """Centre (7, 42) and draws (M, 7, 42) of final demand, and what was observed."""

    centre: Floats
    draws: Floats
    cells: NDArray[np.int64]
    measured: tuple[Measured, ...]


def measure(
    structure: Structure, priors: Priors, observations: ObservationTable
) -> tuple[NDArray[np.int64], tuple[Measured, ...]]:
    """Write every observation as a linear form in the final-use cells.

    Parameters
    ----------
    structure : Structure
    priors : Priors
    observations : ObservationTable

    Returns
    -------
    ndarray (cells, 2), tuple of Measured
        Use and sector of each cell that is not zero, and the observations.
    """
    cells = np.argwhere(priors.final_uses != 0.0)
    unit = np.zeros((len(cells), len(FINAL_USES), len(SECTORS)))
    unit[np.arange(len(cells)), cells[:, 0], cells[:, 1]] = 1.0
    value_added = (structure.value_added_coefficient * structure.output(unit)).T
    outside = structure.imports_inflow(unit).T
    gdp = observations.get("gdp", "total").value
    found = _measured_value_added(value_added, priors, observations, gdp)
    found += _measured_cells(cells, priors, observations)
    for total in observations.of("final_use_total"):
        row = (cells[:, 0] == FINAL_USES.index(total.label)).astype(float)
        found.append(_direct(total, row, 1.0))
    found.append(
        _direct(observations.get("imports_total", "total"), structure.import_part @ outside, 1.0)
    )
    net = (cells[:, 0] == OUTFLOW) - (1.0 - structure.import_part) @ outside
    found.append(_direct(observations.get("net_outflow_share", "total"), net, gdp))
    return cells, tuple(found)


def _measured_value_added(
    value_added: Floats, priors: Priors, observations: ObservationTable, gdp: float
) -> list[Measured]:
    found = [
        Measured(
            id="+".join(row.id for row in rows) + f":{code}",
            variable="value_added",
            label=code,
            row=value_added[j],
            value=float(priors.value_added[j]),
            sigma=float(priors.value_added_sigma[j]),
            unit_scale=1.0,
            sources=rows,
        )
        for j, (code, rows) in enumerate(zip(SECTORS, priors.value_added_rows, strict=True))
    ]
    for name, codes in SHARE_SECTORS.items():
        share = observations.get("value_added_share", name)
        found.append(_direct(share, sector_mask(codes) @ value_added, gdp))
    return found


def _measured_cells(
    cells: NDArray[np.int64], priors: Priors, observations: ObservationTable
) -> list[Measured]:
    balancing = observations.by_sector("balancing_outflow_sigma")
    found = []
    for position, (k, i) in enumerate(cells):
        use, code = FINAL_USES[k], SECTORS[i]
        source = observations.get("final_use_cell_sigma", use)
        if use == "outflow" and code in balancing:
            source = balancing[code]
        found.append(
            Measured(
                id=f"{source.id}:{use}:{code}",
                variable="final_use_cell",
                label=f"{use}:{code}",
                row=np.eye(1, len(cells), position)[0],
                value=float(priors.final_uses[k, i]),
                sigma=float(priors.final_uses_sigma[k, i]),
                unit_scale=1.0,
                sources=(source,),
            )
        )
    return found


def _direct(source: Observation, row: Floats, unit_scale: float) -> Measured:
    """An observation whose value and sigma stand in the file."""
    return Measured(
        id=source.id,
        variable=source.variable,
        label=source.label,
        row=row,
        value=source.value * unit_scale,
        sigma=source.sigma * unit_scale,
        unit_scale=unit_scale,
        sources=(source,),
    )


def estimate_final_demand(
    structure: Structure, priors: Priors, observations: ObservationTable, draws: int, seed: int
) -> FinalDemand:
    """Estimate final demand and draw from its posterior.

    Parameters
    ----------
    structure : Structure
    priors : Priors
    observations : ObservationTable
    draws : int
        Number M of draws.
    seed : int
        Seed of the draws.

    Returns
    -------
    FinalDemand

    Raises
    ------
    InputError
        If the observations contradict the identities and bounds.
    """
    cells, measured = measure(structure, priors, observations)
    gdp = observations.get("gdp", "total")
    prior = priors.final_uses[cells[:, 0], cells[:, 1]]
    rows = np.array([m.row for m in measured])
    values = np.array([m.value for m in measured])
    sigma = np.array([m.sigma for m in measured])
    shares = np.array([m.variable == "value_added_share" for m in measured])
    total = rows[[m.variable == "value_added" for m in measured]].sum(axis=0)
    count, printed = len(cells), int(shares.sum())
    # Unknowns: the cells, then the deviation of each printed share from its figure.
    half_digit = np.sqrt(3.0) * sigma[shares]
    solution = reconcile(
        np.block(
            [
                [rows[~shares], np.zeros((len(rows) - printed, printed))],
                [np.zeros((printed, count)), np.eye(printed)],
            ]
        ),
        np.concatenate([values[~shares], np.zeros(printed)]),
        np.concatenate([sigma[~shares], sigma[shares]]),
        constraints=np.block([[total, np.zeros(printed)], [rows[shares], -np.eye(printed)]]),
        targets=np.concatenate([[gdp.value], values[shares]]),
        lower=np.concatenate([np.where(prior > 0.0, 0.0, -np.inf), -half_digit]),
        upper=np.concatenate([np.where(prior > 0.0, np.inf, 0.0), half_digit]),
        names=[f"{FINAL_USES[k]}:{SECTORS[i]}" for k, i in cells]
        + [f"share of {m.label}" for m in measured if m.variable == "value_added_share"],
    )
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, GDP_STREAM])))
    scale = 1.0 + gdp.sigma / gdp.value * generator.standard_normal(draws)
    drawn = solution.draws(draws, seed)[:, :count] * scale[:, None]
    return FinalDemand(
        centre=_spread(solution.estimate[:count], cells),
        draws=_spread(drawn, cells),
        cells=cells,
        measured=measured,
    )


def _spread(values: Floats, cells: NDArray[np.int64]) -> Floats:
    """Put cell values (..., cells) into tables (..., 7, 42) with zeros elsewhere."""
    table = np.zeros((*values.shape[:-1], len(FINAL_USES), len(SECTORS)))
    table[..., cells[:, 0], cells[:, 1]] = values
    return table
