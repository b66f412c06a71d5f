"""Labels at the edge of the table: frames aligned by label once, results labelled again.

Frames with the same labels in another order are put in order by label. Frames with other
labels are refused: nothing is ever matched by position.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from models.errors import InputError, nearest_name

Floats = NDArray[np.float64]
Positions = NDArray[np.intp]
Mask = NDArray[np.bool_]

# A dimension cannot share its name with a level of its own index.
LEVELS: Final[dict[str, tuple[str, str]]] = {
    "sector": ("region", "code"),
    "sector_input": ("region_input", "code_input"),
    "final_use": ("use_region", "use"),
}


@dataclass(frozen=True)
class Satellite:
    """An account in physical or other units beside the table.

    Attributes
    ----------
    values : Series or mapping
        By sector: what the sector's own activity uses or emits.
    unit : str
        Unit of `values`.
    final_use : Series or mapping, optional
        By final use: what final users emit or use themselves (households' fuel).
    """

    values: pd.Series | Mapping[Hashable, float]
    unit: str
    final_use: pd.Series | Mapping[Hashable, float] | None = None


def checked_index(index: pd.Index, what: str) -> pd.Index:
    """Refuse an index with duplicates, missing labels or more than two levels."""
    if index.nlevels > 2:
        raise InputError(f"{what} have {index.nlevels} label levels", allowed="one or two")
    if index.nlevels == 1 and len(index) and isinstance(index[0], tuple):
        index = pd.MultiIndex.from_tuples(index)
    if not index.is_unique:
        raise InputError(f"{what} repeat the label {index[index.duplicated()][0]!r}")
    missing = (
        any((codes < 0).any() for codes in index.codes)
        if isinstance(index, pd.MultiIndex)
        else index.hasnans
    )
    if missing:
        raise InputError(f"{what} have a missing label")
    return index


def aligned(frame: pd.DataFrame, index: pd.Index, columns: pd.Index, what: str) -> Floats:
    """Return the values of `frame` in the order of the labels given.

    Parameters
    ----------
    frame : DataFrame (m, n)
    index : Index (m,)
        Labels its rows must have, in any order.
    columns : Index (n,)
        Labels its columns must have, in any order.
    what : str
        Name of the frame in messages.

    Returns
    -------
    ndarray (m, n)

    Raises
    ------
    InputError
        On labels that differ, repeated labels, missing or non-numeric values.
    """
    rows = _order(frame.index, index, f"rows of {what}")
    cols = _order(frame.columns, columns, f"columns of {what}")
    values = _numbers(frame, what)
    if not np.isfinite(values).all():
        i, j = (int(k) for k in np.argwhere(~np.isfinite(values))[0])
        raise InputError(
            f"{what} at row {frame.index[i]!r}, column {frame.columns[j]!r} is not a finite number"
            " (write 0 where nothing flows)"
        )
    if rows is None and cols is None:
        return np.array(values, order="C")
    if rows is not None:
        values = values[rows]
    return np.array(values if cols is None else values[:, cols], order="C")


def _order(have: pd.Index, want: pd.Index, what: str) -> Positions | None:
    """Positions of the labels wanted, or None where they stand in this order already."""
    if have is want:
        return None
    have = checked_index(have, what)
    return None if have.equals(want) else positions(have, want, what)


def aligned_vector(
    values: pd.Series | Mapping[Hashable, float], index: pd.Index, what: str
) -> Floats:
    """Return a vector (n,) in the order of `index`; labels must be the same."""
    series = values if isinstance(values, pd.Series) else _series(values)
    frame = series.to_frame("value")
    return aligned(frame, index, pd.Index(["value"]), what)[:, 0]


def sparse_vector(
    values: pd.Series | Mapping[Hashable, float], index: pd.Index, what: str
) -> Floats:
    """Return a vector (n,) with zeros where `values` names no label; unknown labels refused."""
    series = values if isinstance(values, pd.Series) else _series(values)
    where = located(series.index, index, what)
    numbers = _numbers(series.to_frame("value"), what)[:, 0]
    if not np.isfinite(numbers).all():
        raise InputError(f"{what} hold a value that is not a finite number")
    if np.unique(where).size != where.size:
        raise InputError(f"{what} name a sector twice")
    result = np.zeros(len(index))
    result[where] = numbers
    return result


def _series(values: Mapping[Hashable, float]) -> pd.Series:
    keys = list(values)
    if keys and all(isinstance(key, tuple) for key in keys):
        return pd.Series(list(values.values()), index=pd.MultiIndex.from_tuples(keys))
    return pd.Series(list(values.values()), index=pd.Index(keys))


def _numbers(frame: pd.DataFrame, what: str) -> Floats:
    try:
        return np.asarray(frame.to_numpy(dtype=float))
    except (TypeError, ValueError) as error:
        raise InputError(f"{what} hold a value that is not a number ({error})") from error


def positions(have: pd.Index, want: pd.Index, what: str) -> Positions:
    """Positions in `have` of the labels `want`; both must hold the same labels."""
    if have.nlevels != want.nlevels:
        raise InputError(f"{what} have {have.nlevels} label levels, the table has {want.nlevels}")
    where = have.get_indexer(want)
    if len(have) != len(want) or (where < 0).any():
        lacking = [label for label in want if label not in have]
        surplus = [label for label in have if label not in want]
        told = [f"lacking {lacking[0]!r}"] if lacking else []
        told += [f"{surplus[0]!r} is not in the table"] if surplus else []
        raise InputError(f"{what} do not have the labels of the table: {', '.join(told)}")
    return np.asarray(where)


def located(labels: pd.Index, index: pd.Index, what: str) -> Positions:
    """Positions in `index` of some of its labels; an unknown label is refused."""
    if labels.nlevels == 1 and len(labels) and isinstance(labels[0], tuple):
        labels = pd.MultiIndex.from_tuples(labels)
    if labels.nlevels != index.nlevels and len(labels):
        raise InputError(f"{what} have {labels.nlevels} label levels, the table {index.nlevels}")
    where = index.get_indexer(labels)
    if (where < 0).any():
        unknown = labels[where < 0][0]
        nearest = nearest_name(str(unknown), [str(known) for known in index])
        raise InputError(f"{what}: no sector {unknown!r} in the table", nearest=nearest)
    return np.asarray(where)


def coordinates(dimension: str, index: pd.Index) -> xr.Coordinates:
    """Coordinates of one dimension; (region, sector) labels become a multi-index."""
    if index.nlevels == 1:
        plain = index if pd.api.types.is_numeric_dtype(index.dtype) else index.astype(object)
        return xr.Coordinates.from_xindex(xr.indexes.PandasIndex(plain, dimension))
    named = index.set_names(list(LEVELS[dimension]))
    assert isinstance(named, pd.MultiIndex)
    return xr.Coordinates.from_pandas_multiindex(named, dimension)


def joined(dimensions: Mapping[str, pd.Index]) -> xr.Coordinates:
    """Coordinates of several dimensions together."""
    parts = [coordinates(dimension, index) for dimension, index in dimensions.items()]
    return xr.Coordinates(
        {name: variable for part in parts for name, variable in part.variables.items()},
        {name: index for part in parts for name, index in part.xindexes.items()},
    )


@dataclass(frozen=True)
class Labels:
    """Labels of a result, taken from the table once and shared by all results.

    Attributes
    ----------
    dims : tuple of str
    variables : dict
        Coordinate variables by name.
    indexes : dict
        Their indexes by name.
    """

    dims: tuple[str, ...]
    variables: dict[Hashable, xr.Variable]
    indexes: dict[Hashable, xr.Index]

    @classmethod
    def of(cls, data: xr.Dataset, *dims: str) -> Self:
        """Labels of some dimensions of a dataset."""
        variables = data.variables
        indexes = {k: x for k, x in data.xindexes.items() if set(variables[k].dims) <= set(dims)}
        return cls(dims, {name: variables[name] for name in indexes}, indexes)

    def array(self, values: ArrayLike, name: str, attributes: Mapping[str, object]) -> xr.DataArray:
        """Put the labels on values.

        The labels are known to fit, so xarray need not check them again, which takes longer
        than the coefficients of 42 sectors: hence `fastpath`.
        """
        variable = xr.Variable(self.dims, values, dict(attributes))
        return xr.DataArray(
            variable, dict(self.variables), name=name, indexes=self.indexes, fastpath=True
        )

    @property
    def coords(self) -> xr.Coordinates:
        """The labels as xarray's coordinates."""
        return xr.Coordinates(self.variables, self.indexes)
