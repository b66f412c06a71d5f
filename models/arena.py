"""Memory for blocks of draws: many arrays side by side in few large pieces.

NumPy asks the system for large pages where an array is large; the kernels walk through
hundreds of rows of as many arrays, and with small pages the processor spends a sixth of its
time on looking up where they are.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

PIECE = 1 << 24  # bytes asked for at a time
LINE = 64  # bytes: arrays start on lines of the cache
STAGGER = 5  # and not all at the same distance from a page, where loads wait for stores


class Arena:
    """Hands out arrays of zeros that stay as long as any of them is in use."""

    def __init__(self) -> None:
        self._piece = np.empty(0, np.uint8)
        self._next = 0
        self._given = 0

    def zeros(self, shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
        """Return an array of float64 zeros that nothing else holds."""
        size = 8 * math.prod(shape)
        if self._next + size > self._piece.size:
            self._piece = np.zeros(max(PIECE, size + LINE), np.uint8)
            self._next = -self._piece.ctypes.data % LINE
        array = self._piece[self._next : self._next + size].view(np.float64).reshape(shape)
        self._given += 1
        apart = LINE * (1 + 2 * (self._given % STAGGER))
        self._next += -(-size // LINE) * LINE + apart
        return array
