"""How well location quotients reproduce an official regional table.

The regional table gives A_local = diag(r) A, the inputs that the region supplies itself. The
quotients estimate it from the nation's domestic input coefficients and the gross output of
both by sector, nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.inputoutput.regional import aflq, cilq, flq, regional_coefficients, slq
from models.inputoutput.solving import LeontiefSystem
from models.inputoutput.table import IOTable
from sim.errors import InputError

Floats = NDArray[np.float64]
DELTAS: Final = tuple(round(0.05 * k, 2) for k in range(11))  # 0 to 0.5, the range of studies


def reproduction(
    national: IOTable, regional: IOTable, *, deltas: Sequence[float] = DELTAS
) -> pd.DataFrame:
    """Return the errors of the quotients against the region's own table.

    Parameters
    ----------
    national : IOTable
        Domestic flows of the nation.
    regional : IOTable
        Table of the region with the same sectors and competitive imports.
    deltas : sequence of float
        Exponents of FLQ and AFLQ.

    Returns
    -------
    DataFrame
        One row a method and delta (missing for SLQ, CILQ and the national coefficients
        unchanged): ``stpe`` sum |estimate - official| / sum official over coefficients;
        ``inputs`` mean share of local inputs in output and ``inputs_official``;
        ``multiplier_bias`` and ``multiplier_error``, mean signed and mean absolute relative
        error of the output multipliers; ``rank_correlation`` of these (Spearman).

    Raises
    ------
    InputError
        If the national table holds imported flows or the sectors differ.

    References
    ----------
    Flegg and Tohmo (2013), Regional Studies 47(5), for measures and method of the test;
    Miller and Blair (2009), section 8.7.
    """
    if national.imports != "domestic":
        raise InputError("the national table must hold domestic flows: read imports='domestic'")
    official = _labelled(regional.local())
    home = _labelled(national)
    if set(home.index) != set(official.index):
        raise InputError("the sectors of nation and region differ")
    home = home.loc[official.index, official.index]
    truth = official.to_numpy()
    multipliers = _output_multipliers(truth)
    sizes = [pd.Series(t.output.to_numpy(), t.sectors) for t in (regional, national)]
    rows = []
    for method, delta, estimate in _estimates(home, sizes[0], sizes[1], deltas):
        rows.append({"method": method, "delta": delta, **_errors(estimate, truth, multipliers)})
    return pd.DataFrame(rows)


def _errors(estimate: Floats, truth: Floats, multipliers: Floats) -> dict[str, float]:
    found = _output_multipliers(estimate)
    gap = found / multipliers - 1.0
    return {
        "stpe": float(np.abs(estimate - truth).sum() / truth.sum()),
        "inputs": float(estimate.sum(axis=0).mean()),
        "inputs_official": float(truth.sum(axis=0).mean()),
        "multiplier_bias": float(gap.mean()),
        "multiplier_error": float(np.abs(gap).mean()),
        "rank_correlation": float(pd.Series(found).rank().corr(pd.Series(multipliers).rank())),
    }


def _labelled(table: IOTable) -> pd.DataFrame:
    return pd.DataFrame(table.coefficients, table.sectors, table.sectors)


def _estimates(
    home: pd.DataFrame, region: pd.Series, nation: pd.Series, deltas: Sequence[float]
) -> Iterator[tuple[str, float, Floats]]:
    yield "national", np.nan, home.to_numpy()
    for name, quotients in (
        ("slq", slq(region, nation)),
        ("cilq", cilq(region, nation, diagonal="slq")),
    ):
        yield name, np.nan, np.asarray(regional_coefficients(home, quotients))
    for name, method in (("flq", flq), ("aflq", aflq)):
        draws = regional_coefficients(home, method(region, nation, list(deltas)))
        for delta, estimate in zip(deltas, np.asarray(draws), strict=True):
            yield name, delta, estimate


def _output_multipliers(coefficients: Floats) -> Floats:
    return LeontiefSystem(coefficients).solve_transposed(np.ones(coefficients.shape[0]))
