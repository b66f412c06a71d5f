"""Differences of scenarios in the same draw: what common random numbers make sharp."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.state import SCALARS
from sim.ensemble.accumulate import LEAF, Moments, MomentTree, leaf_sums
from sim.ensemble.compiled import exact_kernel
from sim.ensemble.methods import Design
from sim.ensemble.standard_error import error_of_groups

Array = NDArray[np.float64]
Counts = NDArray[np.int64]


@exact_kernel
def subtract(
    first: Array, second: Array, used: int, difference: Array, above: Counts, below: Counts
) -> None:
    """Fill `difference` (n, width) with ``first - second``; count signs of `used` draws.

    `above` and `below` (n,) are increased by the numbers of draws above and below zero.
    """
    for i in range(first.shape[0]):
        p, q, out = first[i], second[i], difference[i]
        over, under = 0, 0
        for b in range(used):
            out[b] = p[b] - q[b]
            over += int(out[b] > 0.0)
            under += int(out[b] < 0.0)
        above[i] += over
        below[i] += under


class PairedLeaf:
    """What one thread gathers from a leaf: sums (2, n) and signs (2, n) of each pair.

    `folded` holds the sums of the means of mirrored draws, where there are any.
    """

    def __init__(self, sums: list[Array], signs: list[Counts]) -> None:
        self.sums, self.signs = sums, signs
        self.folded: list[Array] = []


class Paired:
    """Moments and signs of the differences of all pairs of scenarios.

    Parameters
    ----------
    centre : sequence of ndarray, shape (len(SCALARS), Y)
        Central scalars of each scenario.
    draws : int
        Number of draws to come.
    how : Design
        How the draws are made; it decides what the error of a mean is.
    """

    def __init__(self, centre: Sequence[Array], draws: int, how: Design) -> None:
        self.draws, self.how = draws, how
        self.pairs = list(combinations(range(len(centre)), 2))
        self.moments = [MomentTree(centre[a] - centre[b]) for a, b in self.pairs]
        self.signs = [np.zeros((2, tree.centre.size), np.int64) for tree in self.moments]
        # moments of the means of mirrored pairs; sums of each replicate, by leaf
        self.pair_means = [MomentTree(tree.centre) for tree in self.moments if how.mirrored]
        self.replicates = [
            [MomentTree(tree.centre.ravel()) for _ in range(how.replicates if how.points else 0)]
            for tree in self.moments
        ]

    def leaf(self, scalars: Array, first: int, room: Array) -> PairedLeaf:
        """Gather a leaf that starts at draw `first`.

        Parameters
        ----------
        scalars : ndarray, shape (n_scenario, len(SCALARS), Y, 1024)
        first : int
        room : ndarray, shape (len(SCALARS), Y, 1024)
            Scratch memory.
        """
        used = min(LEAF, self.draws - first)
        difference = room.reshape(-1, LEAF)
        found = PairedLeaf([], [])
        for (a, b), tree in zip(self.pairs, self.moments, strict=True):
            sums = np.zeros((2, tree.centre.size))
            signs = np.zeros((2, tree.centre.size), np.int64)
            pair = (scalars[a].reshape(-1, LEAF), scalars[b].reshape(-1, LEAF))
            subtract(*pair, used, difference, signs[0], signs[1])
            leaf_sums(difference, used, tree.centre, sums)
            found.sums.append(sums)
            found.signs.append(signs)
            if self.how.mirrored:
                means = 0.5 * (difference[:, 0:used:2] + difference[:, 1:used:2])
                folded = np.zeros_like(sums)
                leaf_sums(means, used // 2, tree.centre, folded)
                found.folded.append(folded)
        return found

    def merge(self, leaf: PairedLeaf, first: int) -> None:
        """Take over what a thread gathered; leaves may come in any order."""
        for i, tree in enumerate(self.moments):
            tree.add_sums(first // LEAF, leaf.sums[i])
            self.signs[i] += leaf.signs[i]
            if self.how.mirrored:
                self.pair_means[i].add_sums(first // LEAF, leaf.folded[i])
            if self.how.points:
                own = self.replicates[i][self.how.replicate(first)]
                own.add_sums(first % self.how.points // LEAF, leaf.sums[i].copy())

    def _error(self, pair: int, found: Moments) -> Array:
        """Standard error of the mean difference, by how the draws were made."""
        if self.how.mirrored:
            count = self.draws // 2
            spread = self.pair_means[pair].finish(self.draws, count).std
            return np.asarray(spread / np.sqrt(count)).reshape(found.std.shape)
        if self.how.points:
            means = [tree.finish(self.how.points).mean for tree in self.replicates[pair]]
            error = error_of_groups(np.stack(means, axis=-1)).standard_error
            return np.asarray(error).reshape(found.std.shape)
        return np.asarray(found.std / np.sqrt(self.draws))

    def dataset(self, names: Sequence[str], years: NDArray[np.int64]) -> xr.Dataset:
        """Return the statistics of ``a - b`` over all draws.

        Returns
        -------
        Dataset
            `mean`, `mean_se`, `std`, `share_above_zero` and `share_below_zero` by (pair,
            variable, year), with the names of the scenarios `a` and `b` of each pair; the number of
            draws is an attribute.
        """
        shape = (len(self.pairs), len(SCALARS), years.size)
        parts = {name: np.empty(shape) for name in ("mean", "mean_se", "std")}
        shares = np.empty((2, *shape))
        for i, (tree, signs) in enumerate(zip(self.moments, self.signs, strict=True)):
            found = tree.finish(self.draws)
            parts["mean"][i], parts["std"][i] = found.mean, found.std
            parts["mean_se"][i] = self._error(i, found)
            shares[:, i] = (signs / self.draws).reshape(2, *shape[1:])
        parts["share_above_zero"], parts["share_below_zero"] = shares
        return xr.Dataset(
            {name: (("pair", "variable", "year"), values) for name, values in parts.items()},
            {
                "a": ("pair", [names[a] for a, _ in self.pairs]),
                "b": ("pair", [names[b] for _, b in self.pairs]),
                "variable": list(SCALARS),
                "year": years,
            },
            {"draws": self.draws},
        )
