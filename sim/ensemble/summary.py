"""What is kept of the draws of a scenario: memory that does not grow with their number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.state import IDENTITIES, SCALARS, Results
from sim.ensemble.accumulate import (
    BLOCK,
    LEAF,
    MomentTree,
    NonFiniteResultError,
    check_finite,
    leaf_sums,
)
from sim.ensemble.dataset import MATRICES, VECTORS
from sim.ensemble.quantiles import QuantileStream
from sim.errors import InputError

Array = NDArray[np.float64]
SUBSET = 2048  # leading draws from which quantiles of vectors are taken
TOLERANCE = 1e-9


class BrokenDrawError(InputError):
    """A draw gave a result that is no number, or an account that does not close.

    Attributes
    ----------
    draw : int
        Its number.
    """

    def __init__(self, message: str, draw: int, scenario: str) -> None:
        super().__init__(message, key=scenario)
        self.draw = draw


class Leaf:
    """What one thread gathers from the blocks of a leaf of a scenario.

    Parameters
    ----------
    summary : Summary
    scalars : ndarray, shape (len(SCALARS), Y, 1024)
        Receives the scalars of the leaf's draws.
    """

    def __init__(self, summary: Summary, scalars: Array) -> None:
        self.scalars = scalars
        self.sums = {key: np.zeros((2, centre.size)) for key, centre in summary.centre.items()}
        self.residual = np.zeros(summary.residual.shape)
        self.clamped = np.zeros(summary.clamped.shape, np.int64)
        self.pivoted = 0


class Summary:
    """Everything kept of one scenario.

    Parameters
    ----------
    centre : Results
        The central path: sums are taken about it.
    leading : ndarray, shape (len(SCALARS), Y, kept)
        Room for the scalars of the leading draws.
    draws, drivers : int
        Number of draws, and of drivers whose bounds are counted.
    years : ndarray
        Calendar years, for messages.
    name : str
        Name of the scenario, for messages.
    """

    def __init__(
        self,
        centre: Results,
        leading: Array,
        draws: int,
        drivers: int,
        years: NDArray[np.int64],
        name: str,
    ) -> None:
        keys = ("scalars", *VECTORS, *MATRICES)
        self.moments = {key: MomentTree(getattr(centre, key)[..., 0]) for key in keys}
        self.centre = {key: tree.centre for key, tree in self.moments.items()}
        self.draws, self.years, self.name = draws, years, name
        self.quantiles = QuantileStream(leading.reshape(-1, leading.shape[-1]), draws)
        self.vectors = {
            key: np.empty((*self.moments[key].shape, min(draws, SUBSET))) for key in VECTORS
        }
        self.residual = np.zeros((len(IDENTITIES), years.size))
        self.clamped = np.zeros(drivers, np.int64)
        self.pivoted = 0  # systems of a draw and year that were solved with pivoting

    def add(self, leaf: Leaf, results: Results, first: int) -> None:
        """Add a block that starts at draw `first`; draws past the last are left out.

        Raises
        ------
        BrokenDrawError
            Where a result is not finite, or an identity fails, naming the draw.
        """
        used = min(BLOCK, self.draws - first)
        self._check(results, first, used)
        np.maximum(leaf.residual, results.residual[..., :used].max(axis=-1), out=leaf.residual)
        place = first % LEAF
        leaf.scalars[..., place : place + used] = results.scalars[..., :used]
        for name, sums in leaf.sums.items():
            if name != "scalars":
                values = getattr(results, name).reshape(sums.shape[1], -1)
                leaf_sums(values, used, self.centre[name], sums[0], sums[1])
        for name, store in self.vectors.items():
            kept = min(used, store.shape[-1] - first)
            if kept > 0:
                store[..., first : first + kept] = getattr(results, name)[..., :kept]

    def _check(self, results: Results, first: int, used: int) -> None:
        worst = results.residual[..., :used].max()
        if worst <= TOLERANCE and np.isfinite(results.scalars[..., :used].sum()):
            return
        try:
            check_finite(
                {n: results.scalars[i, :, :used] for i, n in enumerate(SCALARS)},
                first,
                [int(year) for year in self.years],
            )
        except NonFiniteResultError as error:
            raise BrokenDrawError(str(error), error.draw, self.name) from error
        place = np.unravel_index(
            np.argmax(results.residual[..., :used]), results.residual[..., :used].shape
        )
        draw = first + int(place[2])
        raise BrokenDrawError(
            f"identity {IDENTITIES[place[0]]} fails in draw {draw} of {self.years[place[1]]}: "
            f"{worst:.1e} of the total, {TOLERANCE:.0e} allowed",
            draw,
            self.name,
        )

    def close(self, leaf: Leaf, first: int) -> None:
        """Sum and count the scalars of a leaf whose blocks have all been added.

        Raises
        ------
        InputError
            Where a vector or matrix holds what is no number although all scalars and
            accounts are in order.
        """
        used = min(LEAF, self.draws - first)
        values = leaf.scalars.reshape(-1, LEAF)
        sums = leaf.sums["scalars"]
        leaf_sums(values, used, self.centre["scalars"], sums[0], sums[1])
        for name, found in leaf.sums.items():
            if not np.isfinite(found).all():
                raise InputError(
                    f"a draw from {first} to {first + used - 1} gave no finite {name}",
                    key=self.name,
                )
        self.quantiles.add(values, used, first)

    def merge(self, leaf: Leaf, first: int) -> None:
        """Take over the sums of a closed leaf; leaves may come in any order."""
        for name, tree in self.moments.items():
            tree.add_sums(first // LEAF, leaf.sums[name])
        np.maximum(self.residual, leaf.residual, out=self.residual)
        self.clamped += leaf.clamped
        self.pivoted += leaf.pivoted
