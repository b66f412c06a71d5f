"""Location quotients: a region's input coefficients from those of the nation.

With E_i the size of sector i (output, value added or employment), R for the region and N for
the nation, and sums E^R and E^N:

    SLQ_i   = (E_i^R / E^R) / (E_i^N / E^N)
    CILQ_ij = SLQ_i / SLQ_j
    lambda  = [log2(1 + E^R / E^N)]^delta
    FLQ_ij  = lambda CILQ_ij   (i != j),   lambda SLQ_i   (i = j)
    AFLQ_ij = FLQ_ij log2(1 + SLQ_j)   where SLQ_j > 1,   FLQ_ij otherwise

Row i supplies, column j buys. The regional coefficient is a_ij min(1, quotient): a quotient
over one says that the region can supply all it needs, not that it needs more. delta is not
observed; it may be an array of draws, which gives a result for each.

Sources: Miller and Blair (2009), Input-Output Analysis, 2nd edition, section 8.2 (SLQ, CILQ);
Flegg and Webber (1997), Regional Studies 31(8) (FLQ); Flegg and Webber (2000), Regional
Studies 34(6) (AFLQ).
"""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from models.errors import InputError

Floats = NDArray[np.float64]
Sizes: TypeAlias = pd.Series | ArrayLike
Delta: TypeAlias = float | ArrayLike
Quotients: TypeAlias = pd.DataFrame | xr.DataArray | Floats

# The value that Flegg and Webber (1997) propose. Later studies find 0.1 to 0.5, so that a
# study should draw it from a distribution or estimate it.
FLEGG_WEBBER_DELTA: Final = 0.3


def slq(
    regional: Sizes,
    national: Sizes,
    *,
    regional_total: float | None = None,
    national_total: float | None = None,
) -> pd.Series | Floats:
    """Return simple location quotients.

    Parameters
    ----------
    regional, national : Series or array (n,)
        Size of each sector, in one unit and of one year, not below zero. Series are aligned
        by label; both or neither must be labelled.
    regional_total, national_total : float, optional
        Totals of all sectors where those given are only a part; their sums otherwise.

    Returns
    -------
    Series or ndarray (n,)
        SLQ, a ratio; labelled where the input is.

    Raises
    ------
    InputError
        If labels differ, a size is negative or not finite, or a sector of the region does not
        exist in the nation.

    Examples
    --------
    >>> slq([20.0, 30.0], [200.0, 800.0])
    array([2.  , 0.75])
    """
    labels, region, nation = _sizes(regional, national)
    quotients = _slq(region, nation, *_totals(region, nation, regional_total, national_total))
    return quotients if labels is None else pd.Series(quotients, index=labels, name="slq")


def cilq(regional: Sizes, national: Sizes, *, diagonal: str = "one") -> pd.DataFrame | Floats:
    """Return cross-industry location quotients SLQ_i / SLQ_j.

    Parameters
    ----------
    regional, national : Series or array (n,)
        As in `slq`.
    diagonal : {"one", "slq"}
        CILQ_ii is one by its formula; "slq" puts SLQ_i there, the usual correction, because
        one would say that every sector supplies all of its own input (Miller and Blair 2009,
        section 8.2.4).

    Returns
    -------
    DataFrame or ndarray (n, n)
        Zero where the region lacks the supplier; infinite where it lacks the buyer only, so
        that the capped quotient is one (the coefficient then multiplies an output of zero).

    Raises
    ------
    InputError
        As `slq`, and on another `diagonal`.

    Examples
    --------
    >>> cilq([20.0, 30.0], [200.0, 800.0], diagonal="slq")
    array([[2.        , 2.66666667],
           [0.375     , 0.75      ]])
    """
    if diagonal not in ("one", "slq"):
        raise InputError(
            "unknown diagonal", key="diagonal", found=repr(diagonal), allowed="one, slq"
        )
    labels, region, nation = _sizes(regional, national)
    simple = _slq(region, nation, *_totals(region, nation, None, None))
    values = _cilq(simple)
    if diagonal == "slq":
        np.fill_diagonal(values, simple)
    return values if labels is None else pd.DataFrame(values, index=labels, columns=labels)


def flq(
    regional: Sizes,
    national: Sizes,
    delta: Delta = FLEGG_WEBBER_DELTA,
    *,
    capped: bool = False,
    regional_total: float | None = None,
    national_total: float | None = None,
) -> Quotients:
    """Return Flegg's location quotients.

    Parameters
    ----------
    regional, national : Series or array (n,)
        As in `slq`.
    delta : float or array (m,)
        Exponent in [0, 1) of the size of the region; an array gives a result for each draw.
    capped : bool
        Limit the quotients to one, as they enter coefficients; False gives the formula.
    regional_total, national_total : float, optional
        As in `slq`.

    Returns
    -------
    DataFrame, DataArray or ndarray (n, n), for m draws (m, n, n)
        Labelled where the input is; DataArray (draw, input, output) for draws.

    Raises
    ------
    InputError
        As `slq`, and if delta lies outside [0, 1) or the region is larger than the nation.

    References
    ----------
    Flegg and Webber (1997), Regional Studies 31(8), 795-805.
    """
    labels, values, _ = _flq(regional, national, delta, (regional_total, national_total))
    return _labelled(np.minimum(values, 1.0) if capped else values, labels, delta)


def aflq(
    regional: Sizes,
    national: Sizes,
    delta: Delta = FLEGG_WEBBER_DELTA,
    *,
    capped: bool = False,
    regional_total: float | None = None,
    national_total: float | None = None,
) -> Quotients:
    """Return Flegg's location quotients augmented for regional specialisation of the buyer.

    Parameters and results as in `flq`. Where SLQ_j > 1, column j is multiplied by
    log2(1 + SLQ_j): a sector in which the region specialises attracts suppliers.

    References
    ----------
    Flegg and Webber (2000), Regional Studies 34(6), 563-569.
    """
    labels, values, simple = _flq(regional, national, delta, (regional_total, national_total))
    values = values * np.where(simple > 1.0, np.log2(1.0 + simple), 1.0)
    return _labelled(np.minimum(values, 1.0) if capped else values, labels, delta)


def regional_coefficients(
    national_coefficients: pd.DataFrame | Floats, quotients: Quotients | pd.Series
) -> Quotients:
    """Return regional input coefficients a_ij min(1, q_ij).

    Parameters
    ----------
    national_coefficients : DataFrame or array (n, n)
        Technical coefficients of the nation, inputs per unit of output.
    quotients : as `slq`, `cilq`, `flq` and `aflq` return
        A vector holds for whole rows.

    Returns
    -------
    The type of `quotients`, a matrix for a vector
        Inputs from within the region per unit of output.

    Raises
    ------
    InputError
        If the labels or shapes differ.
    """
    if isinstance(quotients, xr.DataArray):
        table = _aligned(national_coefficients, quotients.indexes["input"])
        capped = quotients.copy(data=table * np.minimum(quotients.to_numpy(), 1.0))
        return capped.assign_attrs(long_name="regional input coefficient")
    if isinstance(quotients, (pd.DataFrame, pd.Series)):
        table = _aligned(national_coefficients, quotients.index)
        limits = quotients.clip(upper=1.0).to_numpy()
        limits = limits[:, None] if limits.ndim == 1 else limits
        return pd.DataFrame(table * limits, index=quotients.index, columns=quotients.index)
    if isinstance(national_coefficients, pd.DataFrame):
        raise InputError("the coefficients are labelled and the quotients are not")
    table = np.asarray(national_coefficients, dtype=float)
    limits = np.minimum(np.asarray(quotients, dtype=float), 1.0)
    limits = limits[:, None] if limits.ndim == 1 else limits
    if limits.shape[-2] != table.shape[0] or limits.shape[-1] not in (1, table.shape[1]):
        raise InputError(f"quotients {limits.shape} do not fit coefficients {table.shape}")
    return np.asarray(table * limits)


def _sizes(regional: Sizes, national: Sizes) -> tuple[pd.Index | None, Floats, Floats]:
    """Return labels (None for arrays) and the two vectors in one order."""
    labels: pd.Index | None = None
    if isinstance(regional, pd.Series) != isinstance(national, pd.Series):
        raise InputError("one of region and nation is labelled and the other is not")
    if isinstance(regional, pd.Series) and isinstance(national, pd.Series):
        labels = regional.index
        _same_labels(labels, national.index, "nation")
        national = national.reindex(labels)
    region = np.asarray(regional, dtype=float)
    nation = np.asarray(national, dtype=float)
    if region.ndim != 1 or region.shape != nation.shape:
        raise InputError(f"sectors of region {region.shape} and nation {nation.shape} differ")
    for name, values in (("region", region), ("nation", nation)):
        bad = ~np.isfinite(values) | (values < 0.0)
        if bad.any():
            raise InputError(
                "the size of a sector must be finite and not below zero",
                key=f"{name} {_label(labels, bad)}",
                found=values[bad][0],
            )
    absent = (nation == 0.0) & (region > 0.0)
    if absent.any():
        raise InputError(
            "the region has a sector that the nation has not", key=_label(labels, absent)
        )
    return labels, region, nation


def _label(labels: pd.Index | None, bad: NDArray[np.bool_]) -> str:
    first = int(np.flatnonzero(bad)[0])
    return str(first if labels is None else labels[first])


def _same_labels(wanted: pd.Index, given: pd.Index, name: str) -> None:
    for index, owner in ((wanted, "the first input"), (given, name)):
        if not index.is_unique:
            twice = index[index.duplicated()][0]
            raise InputError("a sector stands twice", key=owner, found=repr(twice))
    missing, more = wanted.difference(given), given.difference(wanted)
    if len(missing) or len(more):
        found = f"{len(missing)} missing and {len(more)} unknown, first {[*missing, *more][0]!r}"
        raise InputError("the sectors differ", key=name, found=found)


def _totals(
    region: Floats, nation: Floats, regional_total: float | None, national_total: float | None
) -> tuple[float, float]:
    first = float(region.sum()) if regional_total is None else regional_total
    second = float(nation.sum()) if national_total is None else national_total
    if not (0.0 < first < np.inf and 0.0 < second < np.inf):
        raise InputError("the totals must be above zero", found=f"{first} and {second}")
    return first, second


def _slq(region: Floats, nation: Floats, regional_total: float, national_total: float) -> Floats:
    share = np.divide(region, nation, out=np.zeros_like(region), where=nation > 0.0)
    return np.asarray(share * (national_total / regional_total))


def _cilq(simple: Floats) -> Floats:
    n = simple.size
    values = np.full((n, n), np.inf)
    present = simple > 0.0
    values[:, present] = simple[:, None] / simple[None, present]
    values[~present] = 0.0
    return values


def _flq(
    regional: Sizes, national: Sizes, delta: Delta, totals: tuple[float | None, float | None]
) -> tuple[pd.Index | None, Floats, Floats]:
    labels, region, nation = _sizes(regional, national)
    regional_total, national_total = _totals(region, nation, *totals)
    share = regional_total / national_total
    if share > 1.0 + 1e-12:
        raise InputError("the region is larger than the nation", found=f"share {share:.6g}")
    exponents = np.asarray(delta, dtype=float)
    if exponents.ndim > 1 or not ((exponents >= 0.0) & (exponents < 1.0)).all():
        raise InputError("delta must lie in [0, 1)", key="delta", found=delta)
    simple = _slq(region, nation, regional_total, national_total)
    cross = _cilq(simple)
    np.fill_diagonal(cross, simple)
    size = np.log2(1.0 + share) ** exponents
    return labels, np.asarray(size[..., None, None] * cross), simple


def _labelled(values: Floats, labels: pd.Index | None, delta: Delta) -> Quotients:
    if labels is None:
        return values
    if values.ndim == 2:
        return pd.DataFrame(values, index=labels, columns=labels)
    return xr.DataArray(
        values,
        dims=("draw", "input", "output"),
        coords={"input": labels, "output": labels, "delta": ("draw", np.asarray(delta))},
        attrs={"units": "1", "long_name": "location quotient"},
    )


def _aligned(table: pd.DataFrame | Floats, labels: pd.Index) -> Floats:
    """Return the coefficients in the order of the labels."""
    if not isinstance(table, pd.DataFrame):
        raise InputError("the quotients are labelled and the coefficients are not")
    _same_labels(labels, table.index, "rows of the coefficients")
    _same_labels(labels, table.columns, "columns of the coefficients")
    return np.asarray(table.loc[labels, labels], dtype=float)
