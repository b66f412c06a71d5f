"""Input coefficients that drift apart between draws, and the output they ask for.

A draw's coefficients of year y are those of the scenario between two diagonal matrices,

    A_d = diag(rho) A_y diag(sigma),

the form of RAS (Stone 1961): rho_i = exp(b_g) moves the use of a demand group's products in
all sectors, sigma_j sets the total of column j to

    s_dj = s_j e^(c_j) / (1 - s_j + s_j e^(c_j)),    s_j = sum_i a_ij,

so that value added takes the counterpart and is positive whatever the factors. b and c are
zero in the base year, whose accounts therefore hold as they are. A common move of all b
changes nothing: only the composition of a sector's inputs follows them.

Every draw has its own system, x_k = (I - diag(r) A_d)^-1 f_k for the seven final uses k. By
linearity their outputs serve the closure and, at closed volumes, make gross output.
"""

from __future__ import annotations

from typing import Final

from models.compiled import equation, part, step
from models.elimination import LANES, solve_lanes
from models.inputoutput.year import (
    OUTFLOW,
    add_value,
    balance_rows,
    produce,
    supported_value_added,
    take_demand,
)
from models.labels import DEMAND_GROUPS, SECTORS
from models.state import place
from models.vector import exp, multiply

USES = 7
ROW_FACTORS = len(DEMAND_GROUPS)
FACTORS: Final = (
    *(f"coefficient_row_{group}" for group in DEMAND_GROUPS),
    *(f"coefficient_column_{sector}" for sector in SECTORS),
)


@equation
def retained_value_added(share, odds):
    """Return value added of a column relative to what it was when its inputs' odds move.

    Parameters
    ----------
    share : float or array
        s: inputs per unit of output (fraction below 1).
    odds : float or array
        e^c: factor of s / (1 - s).

    Returns
    -------
    float or array
        (1 - s_d) / (1 - s), above 0; the inputs become s e^c times it.
    """
    return 1.0 / (1.0 + share * (odds - 1.0))


@step
def move_coefficients(y, structure, factors, w):
    """Fill rho and sigma of each draw, and value added per unit of output against A_y.

    `w.rows`, `w.columns` and `w.retained` (n, B) receive rho, sigma and (1 - s_d) / (1 - s).

    Parameters
    ----------
    factors : array (len(FACTORS), Y, B)
        b by demand group, then c by sector: logarithms, zero where nothing moves.
    """
    n, draws = w.rows.shape
    total = w.goods[0]
    for i in range(n):
        g = structure.demand_group[i]
        for j in range(n):
            w.transposed[j, i] = structure.technical_coefficients[y, i, j]
        for d in range(draws):
            w.rows[i, d] = exp(factors[g, y, d])
    multiply(w.transposed, w.rows, total)
    for j in range(n):
        share = 1.0 - structure.value_added_coefficient[y, j]
        for d in range(draws):
            odds = exp(factors[ROW_FACTORS + j, y, d])
            kept = retained_value_added(share, odds)
            used = total[j, d]
            w.columns[j, d] = share * odds * kept / (used if used != 0.0 else 1.0)
            w.retained[j, d] = kept


@step
def output_by_use(y, structure, w, results):
    """Solve each draw's system for the output `w.needed` (7, n, B) of each final use.

    `LANES` draws are solved side by side; the last draw fills what is left of the lanes.
    `w.pivoted` (B,) counts the years in which a draw's diagonal did not dominate, so that
    it was solved with pivoting (`models.elimination`).
    """
    year = place(y, results.final_demand)
    n, draws = w.rows.shape
    for first in range(0, draws, LANES):
        for i in range(n):
            r = structure.local_supply_share[y, i]
            for lane in range(LANES):
                d = min(first + lane, draws - 1)
                w.lanes[0, i, lane] = r * w.rows[i, d]
                w.lanes[1, i, lane] = w.columns[i, d]
            for k in range(USES):
                bought = r if k < OUTFLOW else 1.0
                for lane in range(LANES):
                    d = min(first + lane, draws - 1)
                    w.system[i, n + k, lane] = bought * results.final_demand[k, i, year, d]
        for i in range(n):
            for j in range(n):
                a = structure.technical_coefficients[y, i, j]
                unit = 1.0 if i == j else 0.0
                for lane in range(LANES):
                    w.system[i, j, lane] = unit - a * w.lanes[0, i, lane] * w.lanes[1, j, lane]
        solve_lanes(w.system, w.single, w.rest, w.dominant)
        for lane in range(min(LANES, draws - first)):
            w.pivoted[first + lane] += 1.0 - w.dominant[lane]
        for k in range(USES):
            for i in range(n):
                for lane in range(min(LANES, draws - first)):
                    w.needed[k, i, first + lane] = w.system[i, n + k, lane]


@step
def drawn_value_added(y, structure, needed, retained, out, total):
    """Value added by price group that each final use creates: out (7, 6, B), total (7, B)."""
    out[:] = 0.0
    total[:] = 0.0
    for k in range(USES):
        for i in range(retained.shape[0]):
            v, g = structure.value_added_coefficient[y, i], structure.price_group[i]
            for d in range(retained.shape[1]):
                value = v * retained[i, d] * needed[k, i, d]
                out[k, g, d] += value
                total[k, d] += value


@part
def value_added_by_use(y, structure, factors, w, results):
    """Value added that each final use creates, by the coefficients of the year or the draw.

    `factors` is None where the draws share the coefficients of the scenario.
    """
    if factors is None:
        supported_value_added(y, structure, w.weights, w.supported, w.created, results)
        return
    move_coefficients(y, structure, factors, w)
    output_by_use(y, structure, w, results)
    drawn_value_added(y, structure, w.needed, w.retained, w.supported, w.created)


@part
def output_and_value_added(y, structure, factors, w, results):
    """Gross output and value added at closed volumes; those of year 0 are the scenario's.

    Incomes keep their shares in the value added of a sector.
    """
    if y == 0 or factors is None:
        produce(y, structure, w.volumes[0], w.goods, w.uses, results)
        add_value(y, structure, w.goods[1], w.added, w.totals, results)
        return
    scaled, output, inputs = w.goods[0], w.goods[1], w.goods[2]
    n, draws = output.shape
    take_demand(y, structure, w.volumes[0], w.goods, w.uses, results)
    for i in range(n):
        output[i] = 0.0
        for k in range(USES):
            for d in range(draws):
                output[i, d] += w.volumes[0, k, d] * w.needed[k, i, d]
        for d in range(draws):
            scaled[i, d] = w.columns[i, d] * output[i, d]
    multiply(structure.technical_coefficients[y], scaled, inputs)
    for i in range(n):
        for d in range(draws):
            inputs[i, d] *= w.rows[i, d]
            scaled[i, d] = w.retained[i, d] * output[i, d]  # would earn the same at A_y
    balance_rows(y, structure, w.goods, results)
    add_value(y, structure, scaled, w.added, w.totals, results)
