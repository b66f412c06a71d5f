"""Differences of scenarios in the same draw: what common random numbers make sharp."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
import xarray as xr
from llvmlite import ir
from numba import types
from numpy.typing import NDArray

from models.compiled import emitted
from models.moments import LANES, add_rows, emit_chunk, emit_sums
from models.state import SCALARS
from models.vector import Lanes, arrays_of, fetch
from sim.ensemble.accumulate import BLOCK, LEAF, Moments, MomentTree
from sim.ensemble.compiled import exact_formula, exact_kernel
from sim.ensemble.methods import Design
from sim.ensemble.standard_error import error_of_groups

Array = NDArray[np.float64]
Counts = NDArray[np.int64]


def _emit_pair(context: Any, builder: Any, signature: Any, args: Any) -> Any:
    first, second, sums, signs = arrays_of(context, builder, signature, args, 4)
    lanes = Lanes(context, builder, LANES)
    start, nothing, middle = lanes.at(0), lanes.constant(0.0), lanes.repeat(args[4])
    rows = emit_chunk(lanes, first, start), emit_chunk(lanes, second, start)
    differences = [builder.fsub(a, b) for a, b in zip(*rows, strict=True)]
    for side, sign in enumerate("><"):
        place = lanes.address(signs, lanes.at(side))
        count = builder.load(place)
        for part in differences:
            passed = builder.fcmp_ordered(sign, part, nothing)
            number = builder.ctpop(builder.bitcast(passed, ir.IntType(LANES)))
            count = builder.add(count, builder.zext(number, count.type))
        builder.store(count, place)
    deviations = [builder.fsub(part, middle) for part in differences]
    emit_sums(lanes, deviations, lambda power: lanes.address(sums, lanes.at(power)))
    return context.get_dummy_value()


@emitted
def _add_pair(typingctx: Any, first: Any, second: Any, sums: Any, signs: Any, middle: Any) -> Any:
    """Add the differences of two rows (BLOCK,) to sums (2,) about `middle` and to signs (2,).

    They stay in registers, of which a loop over draws for each of the three would know nothing.
    """
    return types.void(first, second, sums, signs, types.float64), _emit_pair


@exact_formula
def _same(first: Array, second: Array) -> bool:
    """Tell whether two rows (BLOCK,) are equal; of those that are not most differ at once."""
    if first[0] != second[0]:
        return False
    equal = 0
    for b in range(BLOCK):
        equal += int(first[b] == second[b])
    return equal == BLOCK


class PairSums(NamedTuple):
    """What a thread gathers of the differences of P pairs of scenarios in n values."""

    pairs: Counts  # (P, 2) the scenarios of each pair, of which the second is subtracted
    central: Array  # (n_scenario, n) values of the central paths
    middle: Array  # (P, n) their differences, about which to sum
    mirrored: bool  # whether neighbouring draws are mirror images
    rooms: Array  # (2, 1, 1, BLOCK) scratch
    sums: Array  # (2, P, n) of deviations and of their squares
    folded: Array  # (2, P, n) likewise of the means of mirrored draws, zero where there are none
    signs: Counts  # (2, P, n) numbers of draws above and below zero


@exact_kernel
def add_pairs(scalars: Array, used: int, gathered: PairSums) -> None:
    """Add the differences of pairs of scenarios over the leading draws of a block.

    The other draws are overwritten with the central paths, which add nothing.

    Parameters
    ----------
    scalars : ndarray, shape (n_scenario, n, BLOCK)
    used : int
        Number of leading draws.
    gathered : PairSums
        Its sums and signs are increased.
    """
    pairs, middle, mirrored = gathered.pairs, gathered.middle, gathered.mirrored
    sums, folded, signs = gathered.sums, gathered.folded, gathered.signs
    means, padded = gathered.rooms[0], gathered.rooms[1, 0, 0]
    half = means[0, 0]
    if used < BLOCK:
        for s in range(scalars.shape[0]):
            for i in range(scalars.shape[1]):
                for b in range(used, BLOCK):
                    scalars[s, i, b] = gathered.central[s, i]
        for p in range(pairs.shape[0]):
            for i in range(scalars.shape[1]):
                signs[0, p, i] -= (BLOCK - used) * int(middle[p, i] > 0.0)
                signs[1, p, i] -= (BLOCK - used) * int(middle[p, i] < 0.0)
    for i in range(scalars.shape[1]):
        if i + 1 < scalars.shape[1]:
            for s in range(scalars.shape[0]):
                fetch(scalars[s, i + 1])
        for p in range(pairs.shape[0]):
            first, second = scalars[pairs[p, 0], i], scalars[pairs[p, 1], i]
            if middle[p, i] == 0.0 and _same(first, second):
                continue  # what a scenario leaves as it is adds nothing
            _add_pair(first, second, sums[:, p, i], signs[:, p, i], middle[p, i])
            if mirrored:
                for k in range(BLOCK // 2):
                    b = 2 * k
                    half[k] = 0.5 * ((first[b] - second[b]) + (first[b + 1] - second[b + 1]))
                about, own = middle[p, i : i + 1], folded[:, p, i : i + 1]
                add_rows(means, 0, BLOCK // 2, about, own, padded)


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
        self.pairs = np.array(list(combinations(range(len(centre)), 2)), np.int64).reshape(-1, 2)
        self.central = np.stack(centre).reshape(len(centre), -1)
        self.moments = MomentTree(self.central[self.pairs[:, 0]] - self.central[self.pairs[:, 1]])
        self.signs = np.zeros((2, *self.moments.shape), np.int64)
        # of the means of mirrored draws, and of each replicate
        self.folded = MomentTree(self._middle())
        count = how.replicates if how.points else 0
        self.replicates = [MomentTree(self._middle()) for _ in range(count)]

    def _middle(self) -> Array:
        """What the differences are summed about: (P, n)."""
        return self.moments.centre.reshape(self.moments.shape)

    def leaf(self) -> PairSums:
        """Return room for a leaf."""
        shape = (2, *self.moments.shape)
        return PairSums(
            self.pairs,
            self.central,
            self._middle(),
            self.how.mirrored,
            np.empty((2, 1, 1, BLOCK)),
            np.zeros(shape),
            np.zeros(shape),
            np.zeros(shape, np.int64),
        )

    def merge(self, leaf: PairSums, first: int) -> None:
        """Take over what was gathered of a leaf, and clear it; leaves may come in any order."""
        sums = leaf.sums.reshape(2, -1)
        self.moments.add_sums(first // LEAF, sums.copy())
        self.signs += leaf.signs
        if self.how.mirrored:
            self.folded.add_sums(first // LEAF, leaf.folded.reshape(2, -1).copy())
        if self.how.points:
            own = self.replicates[self.how.replicate(first)]
            own.add_sums(first % self.how.points // LEAF, sums.copy())
        for gathered in (leaf.sums, leaf.folded, leaf.signs):
            gathered[:] = 0

    def _error(self, found: Moments) -> Array:
        """Standard error of the mean differences, by how the draws were made."""
        if self.how.mirrored:
            count = self.draws // 2
            return np.asarray(self.folded.finish(self.draws, count).std / np.sqrt(count))
        if self.how.points:
            means = [tree.finish(self.how.points).mean for tree in self.replicates]
            return np.asarray(error_of_groups(np.stack(means, axis=-1)).standard_error)
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
        found = self.moments.finish(self.draws)
        above, below = self.signs / self.draws
        parts = {
            "mean": found.mean,
            "mean_se": self._error(found),
            "std": found.std,
            "share_above_zero": above,
            "share_below_zero": below,
        }
        shape, dims = (-1, len(SCALARS), years.size), ("pair", "variable", "year")
        return xr.Dataset(
            {name: (dims, values.reshape(shape)) for name, values in parts.items()},
            {
                "a": ("pair", [names[a] for a, _ in self.pairs]),
                "b": ("pair", [names[b] for _, b in self.pairs]),
                "variable": list(SCALARS),
                "year": years,
            },
            {"draws": self.draws},
        )
