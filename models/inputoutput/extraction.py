"""Hypothetical extraction: what the economy produces without a group of sectors.

    loss = x - x*,   x* = (I - A*)^-1 f

with A* = A where a share of the intermediate transactions of the group S is taken out:

- "total": its rows and columns, "backward": its columns (it buys nothing from anyone here),
  "forward": its rows (it sells nothing to anyone here), "partial": rows and columns, in part.

Final demand stays unless it is to be removed as well. The forward case can also be asked of
the Ghosh model, x*' = v' (I - B*)^-1 with the rows of B taken out, as Dietzenbacher and van
der Linden prefer. Every case is a low-rank change of A, solved with the factors of A.

Source: Dietzenbacher and van der Linden (1997), Journal of Regional Science 37(2); Miller and
Blair (2009), section 12.2.5; Dietzenbacher and Lahr (2013), ESR 25(3), for partial extraction.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.errors import InputError
from models.inputoutput.labelled import Floats
from models.inputoutput.solving import System, UpdatedSystem

Kind = Literal["total", "backward", "forward", "partial"]
KINDS: Final = ("total", "backward", "forward", "partial")


def extracted_system(
    system: System,
    technical: ArrayLike,
    group: NDArray[np.intp],
    kind: str = "total",
    share: float = 1.0,
    keep_internal: bool = False,
) -> UpdatedSystem:
    """The system of A*, with the transactions of a group taken out.

    Parameters
    ----------
    system : System
        I - A.
    technical : array (n, n)
        A.
    group : array of int (k,)
        Positions of the sectors.
    kind : "total", "backward", "forward" or "partial"
    share : float
        Share of the transactions taken out, in [0, 1].
    keep_internal : bool
        Whether transactions within the group stay.

    Raises
    ------
    InputError
        On an unknown kind or a share outside [0, 1].
    """
    if kind not in KINDS:
        raise InputError("unknown kind of extraction", found=kind, allowed=", ".join(KINDS))
    if not 0.0 <= share <= 1.0:
        raise InputError("the share taken out must lie in [0, 1]", found=share)
    A = np.asarray(technical, dtype=float)
    unit = np.zeros((A.shape[0], group.size))
    unit[group, np.arange(group.size)] = 1.0
    left: list[Floats] = []
    right: list[Floats] = []
    if kind != "backward":
        rows = A[group].copy()
        if keep_internal:
            rows[:, group] = 0.0
        left.append(unit)
        right.append(-share * rows.T)
    if kind != "forward":
        columns = A[:, group].copy()
        if keep_internal or kind != "backward":
            columns[group] = 0.0
        left.append(-share * columns)
        right.append(unit)
    return UpdatedSystem(system, np.hstack(left), np.hstack(right))


def output_without(
    extracted: System, final_demand: ArrayLike, group: NDArray[np.intp], removed: float = 0.0
) -> Floats:
    """x* (n,) with final demand of the group reduced by the share `removed`."""
    f = np.array(final_demand, dtype=float)
    f[group] *= 1.0 - removed
    return extracted.solve(f)


def output_without_sales(extracted: System, primary: ArrayLike, output: ArrayLike) -> Floats:
    """x* (n,) of the Ghosh model, x*' = v' (I - B*)^-1, v all primary inputs.

    B* = diag(x)^-1 A* diag(x), so that x* = x (L*' (v / x)) needs no second inverse; a
    sector without output has none after extraction either.
    """
    x, v = np.asarray(output, dtype=float), np.asarray(primary, dtype=float)
    per_output = np.divide(v, x, out=np.zeros_like(v), where=x != 0.0)
    return np.asarray(x * extracted.solve_transposed(per_output))
