"""Who else may watch the draws as they pass: targets, a store of every draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sim.ensemble.run import EnsembleRun


class Observer(Protocol):
    """Sees the scalars of every draw once, in whatever order, from several threads.

    What it gathers must not depend on that order: whole numbers, or sums over the fixed
    leaves in a fixed tree.
    """

    def begin(self, run: EnsembleRun, draws: int) -> None:
        """Be told scenarios, central paths and manifest so far, and the number of draws."""
        ...

    def add(self, index: int, scalars: NDArray[np.float64], used: int, first: int) -> None:
        """See a leaf of one scenario.

        Parameters
        ----------
        index : int
            Position of the scenario.
        scalars : ndarray, shape (len(SCALARS), Y, width)
            Reused afterwards; only the first `used` columns count.
        used, first : int
            Number of draws in the leaf, and number of its first draw.
        """
        ...

    def settle(self) -> None:
        """Be told that all leading draws have been seen, and no other."""
        ...

    def finish(self) -> None:
        """Be told that every draw has been seen."""
        ...
