"""What is kept of an ensemble, and the datasets it becomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.state import IDENTITIES, SCALARS, Results
from sim.ensemble.accumulate import (
    BLOCK,
    QUANTILES,
    MomentTree,
    check_finite,
    exact_quantiles,
)
from sim.ensemble.dataset import (
    LABELS,
    MATRICES,
    VECTORS,
    label_coordinates,
    labelled,
    variables,
    widen,
)
from sim.errors import InputError

Array = NDArray[np.float64]
SUBSET = 2048  # leading draws from which quantiles of vectors are taken
TOLERANCE = 1e-9
_RESIDUAL = "identity_residual"


class Leaf:
    """What one thread gathers from consecutive blocks of a scenario."""

    def __init__(self, summary: Summary) -> None:
        self.moments = {name: MomentTree(centre) for name, centre in summary.centre.items()}
        self.residual = np.zeros(summary.residual.shape)
        self.clamped = np.zeros(summary.clamped.shape, np.int64)


class Summary:
    """Everything kept of one scenario.

    Parameters
    ----------
    centre : Results
        The central path: sums are taken about it.
    draws, drivers : int
        Number of draws, and of drivers whose bounds are counted.
    years : ndarray
        Calendar years, for messages.
    name : str
        Name of the scenario, for messages.
    """

    def __init__(
        self, centre: Results, draws: int, drivers: int, years: NDArray[np.int64], name: str
    ) -> None:
        self.centre = {
            key: getattr(centre, key)[..., 0] for key in ("scalars", *VECTORS, *MATRICES)
        }
        self.draws, self.years, self.name = draws, years, name
        self.moments = {key: MomentTree(value) for key, value in self.centre.items()}
        self.scalars = np.empty((len(SCALARS), years.size, draws))
        self.vectors = {
            key: np.empty((*self.centre[key].shape, min(draws, SUBSET))) for key in VECTORS
        }
        self.residual = np.zeros((len(IDENTITIES), years.size))
        self.clamped = np.zeros(drivers, np.int64)

    def add(self, leaf: Leaf, results: Results, first: int) -> None:
        """Add a block that starts at draw `first`; draws past the last are left out.

        Raises
        ------
        InputError
            Where a result is not finite, or an identity fails, naming the draw.
        """
        used = min(BLOCK, self.draws - first)
        self._check(results, first, used)
        np.maximum(leaf.residual, results.residual[..., :used].max(axis=-1), out=leaf.residual)
        self.scalars[..., first : first + used] = results.scalars[..., :used]
        for name, tree in leaf.moments.items():
            values = getattr(results, name)
            tree.add(first // BLOCK, values if used == BLOCK else values[..., :used].copy())
        for name, store in self.vectors.items():
            kept = min(used, store.shape[-1] - first)
            if kept > 0:
                store[..., first : first + kept] = getattr(results, name)[..., :kept]

    def _check(self, results: Results, first: int, used: int) -> None:
        worst = results.residual[..., :used].max()
        if not (worst <= TOLERANCE and np.isfinite(results.scalars[..., :used].sum())):
            try:
                check_finite(
                    {n: results.scalars[i, :, :used] for i, n in enumerate(SCALARS)},
                    first,
                    [int(year) for year in self.years],
                )
            except ArithmeticError as error:
                raise InputError(str(error), key=self.name) from error
            place = np.unravel_index(
                np.argmax(results.residual[..., :used]), results.residual[..., :used].shape
            )
            raise InputError(
                f"identity {IDENTITIES[place[0]]} fails in draw {first + place[2]} of "
                f"{self.years[place[1]]}",
                key=self.name,
                found=f"{worst:.1e}",
                allowed=f"{TOLERANCE:.0e}",
            )

    def merge(self, leaf: Leaf) -> None:
        """Take over what a thread gathered; to be called in the order of the leaves."""
        for name, tree in self.moments.items():
            tree.merge(leaf.moments[name])
        np.maximum(self.residual, leaf.residual, out=self.residual)
        self.clamped += leaf.clamped


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
    whose number is the attribute `quantile_draws`; matrices have none.
    """
    dataset = _assemble(names, years, [_moments(item) | _quantiles(item) for item in summaries])
    dataset["quantile"] = list(QUANTILES)
    dataset.attrs["draws"] = summaries[0].draws
    dataset.attrs["quantile_draws"] = min(summaries[0].draws, SUBSET)
    return dataset


def _moments(summary: Summary) -> dict[str, xr.Variable]:
    part: dict[str, xr.Variable] = {}
    for key, tree in summary.moments.items():
        found = tree.finish(summary.draws)
        for statistic, values in (("mean", found.mean), ("std", found.std)):
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
    part = {
        name: labelled(name, exact_quantiles(summary.scalars[i]), ("year", "quantile"))
        for i, name in enumerate(SCALARS)
    }
    for name, store in summary.vectors.items():
        part[name] = labelled(name, exact_quantiles(store), (*_dims(name), "quantile"))
    return part


def draws_dataset(
    names: Sequence[str], years: NDArray[np.int64], summaries: Sequence[Summary]
) -> xr.Dataset:
    """Scalars of every draw, NAME(scenario, year, draw)."""
    coords = {
        "scenario": list(names),
        "year": years,
        "draw": np.arange(summaries[0].draws),
    }
    data = {}
    for i, name in enumerate(SCALARS):
        values = np.stack([item.scalars[i] for item in summaries])
        data[name] = xr.DataArray(
            values, dims=("scenario", "year", "draw"), attrs=variables()[name].attrs
        )
    return xr.Dataset(data, coords=coords)
