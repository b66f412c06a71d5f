"""From the summaries of scenarios to the datasets of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.state import SCALARS, Results
from models.tables import MATRICES, VECTORS
from sim.ensemble.dataset import (
    LABELS,
    label_coordinates,
    labelled,
    variables,
    widen,
)
from sim.ensemble.quantiles import LEADING, QUANTILES, RELATIVE_ERROR, exact_quantiles
from sim.ensemble.summary import SUBSET, Summary

Array = NDArray[np.float64]
_RESIDUAL = "identity_residual"


def _dims(name: str) -> tuple[str, ...]:
    return (*variables()[name].dims, "year")


def _assemble(
    names: Sequence[str],
    years: NDArray[np.int64],
    parts: Sequence[Mapping[str, xr.Variable]],
) -> xr.Dataset:
    """Join the variables of each scenario along `scenario`, year second."""
    joined = {}
    for key, first in parts[0].items():
        values = np.stack([part[key].values for part in parts])
        rest = [dim for dim in first.dims if dim != "year"]
        joined[key] = xr.Variable(("scenario", *first.dims), values, first.attrs).transpose(
            "scenario", "year", *rest
        )
    coords = {"scenario": list(names), "year": years, **label_coordinates(list(LABELS))}
    return xr.Dataset(joined, coords)


def central_dataset(
    names: Sequence[str], years: NDArray[np.int64], centre: Sequence[Results]
) -> xr.Dataset:
    """Central paths NAME(scenario, year, …), with the residual of every identity."""
    return _assemble(names, years, [_centre(results) for results in centre])


def _centre(results: Results) -> dict[str, xr.Variable]:
    part = {
        name: labelled(name, results.scalars[i, :, 0], ("year",)) for i, name in enumerate(SCALARS)
    }
    for name in (*VECTORS, *MATRICES):
        values = widen(name, getattr(results, name)[..., 0])
        part[name] = labelled(name, values, _dims(name))
    residual = results.residual[..., 0]
    return part | {_RESIDUAL: labelled(_RESIDUAL, residual, _dims(_RESIDUAL))}


def ensemble_dataset(
    names: Sequence[str], years: NDArray[np.int64], summaries: Sequence[Summary]
) -> xr.Dataset:
    """Means, standard deviations and quantiles of the ensemble.

    Quantiles of scalars come from every draw, those of vectors from the leading draws
    whose number is the attribute `quantile_draws`; matrices have none. The attribute
    `quantile_error` bounds the error of a scalar's quantiles as a share of the distance from
    its 5 to its 95 % quantile, where they lie within three such distances of its median: 0
    where they are exact.
    """
    dataset = _assemble(names, years, [_moments(item) | _quantiles(item) for item in summaries])
    dataset["quantile"] = list(QUANTILES)
    dataset.attrs["draws"] = summaries[0].draws
    dataset.attrs["quantile_draws"] = min(summaries[0].draws, SUBSET)
    dataset.attrs["quantile_error"] = 0.0 if summaries[0].draws <= LEADING else RELATIVE_ERROR
    return dataset


def _moments(summary: Summary) -> dict[str, xr.Variable]:
    part: dict[str, xr.Variable] = {}
    for key, mean, std in summary.moments():
        for statistic, values in (("mean", mean), ("std", std)):
            if key == "scalars":
                for i, name in enumerate(SCALARS):
                    part[f"{name}_{statistic}"] = labelled(
                        name, values[i], ("year",), statistic=statistic
                    )
            else:
                part[f"{key}_{statistic}"] = labelled(
                    key, widen(key, values), _dims(key), statistic=statistic
                )
    part[_RESIDUAL] = labelled(_RESIDUAL, summary.residual, _dims(_RESIDUAL))
    return part


def _quantiles(summary: Summary) -> dict[str, xr.Variable]:
    scalars = summary.quantiles.finish().reshape(len(SCALARS), summary.years.size, -1)
    part = {
        name: labelled(name, scalars[i], ("year", "quantile")) for i, name in enumerate(SCALARS)
    }
    for name, store in summary.vectors.items():
        part[name] = labelled(name, exact_quantiles(store), (*_dims(name), "quantile"))
    return part


def draws_dataset(
    names: Sequence[str], years: NDArray[np.int64], leading: Array, draws: int
) -> xr.Dataset:
    """Scalars of the leading draws, NAME(scenario, year, draw); `draws` were simulated.

    Parameters
    ----------
    leading : ndarray, shape (n_scenario, len(SCALARS), Y, kept)
    """
    coords = {"scenario": list(names), "year": years, "draw": np.arange(leading.shape[-1])}
    data = {
        name: (("scenario", "year", "draw"), leading[:, i], variables()[name].attrs)
        for i, name in enumerate(SCALARS)
    }
    return xr.Dataset(data, coords, {"draws": draws})
