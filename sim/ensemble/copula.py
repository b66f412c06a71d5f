"""Gaussian copula: a correlation matrix one can read, and its Cholesky factor.

What correlates with what: `data/correlations.csv` gives the correlation of the standard
normal innovations of two inputs. Innovations are drawn once for inputs that are constant
and once a year for the others; those of one year are correlated, those of different
years are independent. Hence

* constants correlate with constants, yearly inputs with yearly inputs; a pair of one of
  each is refused, since it would have no effect;
* the time structure is applied afterwards: two iid inputs, two random walks, or two
  ar1 with the same rho keep the stated correlation in every year; two ar1 with rho_a and
  rho_b have it in the first year, later less, with the limit
  r sqrt((1 - rho_a**2)(1 - rho_b**2)) / (1 - rho_a rho_b);
* for a distribution that is not normal the figure is the correlation of its normal score.

A pair (slip_<technology> row, the same row) states the correlation of every two units of
that technology. States of the growth posterior come jointly with the input `growth_draw`: it
may be correlated, they themselves not.

The matrix stands in the permanent order of the inputs and the factor is computed row by
row from the rows above, so that an input added at the end changes no other draw.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from sim.ensemble.inputs import DATA, GROWTH_DRAW, KINDS, UncertainInput
from sim.errors import InputError, nearest_name

FloatArray = npt.NDArray[np.float64]

CORRELATIONS_FILE: Final = DATA / "correlations.csv"
COLUMNS: Final = ("input_a", "input_b", "rho", "source", "kind")
SMALLEST_PIVOT: Final = 1e-8


@dataclass(frozen=True)
class Correlation:
    """One row of `correlations.csv`."""

    input_a: str
    input_b: str
    rho: float
    source: str
    kind: str


def read_correlations(path: Path = CORRELATIONS_FILE) -> tuple[Correlation, ...]:
    """Return the stated correlations.

    Raises
    ------
    InputError
        For a missing column, a rho that is no number strictly inside (-1, 1), or an
        unknown kind.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise InputError("column is missing", file=path, line=1, key=missing[0])
        rows = []
        for row in reader:
            pair = f"{row['input_a']}, {row['input_b']}"
            try:
                rho = float(row["rho"])
            except ValueError:
                rho = math.nan
            if not -1.0 < rho < 1.0:
                raise InputError(
                    "rho is outside its range",
                    file=path,
                    line=reader.line_num,
                    key=pair,
                    found=row["rho"],
                    allowed="between -1 and 1, both excluded",
                )
            if row["kind"] not in KINDS:
                raise InputError(
                    "kind is unknown",
                    file=path,
                    line=reader.line_num,
                    key=pair,
                    found=row["kind"],
                    allowed=", ".join(KINDS),
                )
            rows.append(
                Correlation(row["input_a"], row["input_b"], rho, row["source"], row["kind"])
            )
    return tuple(rows)


def correlation_matrix(
    inputs: Sequence[UncertainInput],
    correlations: Sequence[Correlation],
    *,
    classes: Mapping[str, Sequence[str]] | None = None,
) -> FloatArray:
    """Return the correlation matrix of the innovations, in the permanent order.

    Parameters
    ----------
    inputs : sequence of UncertainInput
        Expanded by unit, in permanent order.
    correlations : sequence of Correlation
        Stated pairs.
    classes : mapping of pattern row name to input names
        The units of each `slip_<technology>` row.

    Returns
    -------
    ndarray, shape (n_input, n_input)

    Raises
    ------
    InputError
        For a pair that names an unknown input, is stated twice, joins a constant with a
        yearly input, or names a state of the growth posterior.
    """
    place = {item.name: i for i, item in enumerate(inputs)}
    matrix = np.eye(len(inputs))
    for a, b, rho in _stated_pairs(correlations, place, classes or {}):
        i, j = place[a], place[b]
        if i == j or matrix[i, j] != 0.0:
            raise InputError("correlation is stated twice or with itself", key=f"{a}, {b}")
        if inputs[i].is_constant != inputs[j].is_constant:
            raise InputError(
                "a constant input cannot be correlated with a yearly one", key=f"{a}, {b}"
            )
        if "posterior" in (inputs[i].distribution, inputs[j].distribution):
            raise InputError(
                "a state of the growth posterior goes with its draw and has no correlation "
                f"of its own; correlate {GROWTH_DRAW}",
                key=f"{a}, {b}",
            )
        matrix[i, j] = matrix[j, i] = rho
    return matrix


def _stated_pairs(
    correlations: Sequence[Correlation],
    known: Collection[str],
    classes: Mapping[str, Sequence[str]],
) -> Iterator[tuple[str, str, float]]:
    """Yield the stated pairs, those of a slip row for every two units of its technology."""
    for row in correlations:
        if row.input_a == row.input_b and row.input_a in classes:
            for a, b in combinations(classes[row.input_a], 2):
                yield a, b, row.rho
            continue
        for name in (row.input_a, row.input_b):
            if name not in known:
                raise InputError(
                    "correlation names an unknown input",
                    key=f"{row.input_a}, {row.input_b}",
                    found=name,
                    nearest=nearest_name(name, known),
                )
        yield row.input_a, row.input_b, row.rho


def cholesky_factor(matrix: FloatArray, names: Sequence[str]) -> FloatArray:
    """Return the lower Cholesky factor, each row computed from the rows above only.

    Parameters
    ----------
    matrix : ndarray, shape (n, n)
        Correlation matrix.
    names : sequence of str
        Names of the inputs, for the message.

    Raises
    ------
    InputError
        When the matrix is not positive definite; the message names the pair whose
        correlation, set to zero, would mend the first row that fails by most.
    """
    n = matrix.shape[0]
    factor = np.zeros((n, n))
    for i in range(n):
        row, pivot = _factor_row(factor, matrix[i, : i + 1])
        if not pivot > SMALLEST_PIVOT:
            a, b = names[i], names[_worst_partner(factor, matrix[i, : i + 1])]
            raise InputError(
                "the correlation matrix is not positive definite: this correlation "
                "contradicts the others of the two inputs",
                key=f"{b}, {a}",
                found=float(matrix[i, names.index(b)]),
            )
        factor[i, :i] = row
        factor[i, i] = math.sqrt(pivot)
    return factor


def _factor_row(factor: FloatArray, target: FloatArray) -> tuple[FloatArray, float]:
    """Return row i of the factor below the diagonal, and its squared pivot."""
    row = np.zeros(target.size - 1)
    filled: list[int] = []
    for j in range(row.size):
        rest = float(target[j])
        for k in filled:
            rest -= float(row[k] * factor[j, k])
        if rest != 0.0:
            row[j] = rest / factor[j, j]
            filled.append(j)
    pivot = float(target[-1])
    for k in filled:
        pivot -= float(row[k] * row[k])
    return row, pivot


def _worst_partner(factor: FloatArray, target: FloatArray) -> int:
    """Return the earlier input whose correlation, set to zero, lifts the pivot most."""
    candidates = np.flatnonzero(target[:-1])
    pivots = []
    for j in candidates:
        without = target.copy()
        without[j] = 0.0
        pivots.append(_factor_row(factor, without)[1])
    return int(candidates[int(np.argmax(pivots))])
