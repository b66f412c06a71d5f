"""The mixed model: output given for some sectors, final demand given for the others.

With C the sectors whose output is given and N the others,

    x_N = (I - A_NN)^-1 (f_N + A_NC x_C),
    f_C = x_C - A_CN x_N - A_CC x_C.

A sector at its capacity limit then rations final demand, not its suppliers.

Source: Miller and Blair (2009), section 13.2; Stone (1961); Davis and Salkin (1984).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.errors import InputError
from models.inputoutput.labelled import Floats
from models.inputoutput.solving import LeontiefSystem


def mixed_model(
    technical: ArrayLike,
    final_demand: ArrayLike,
    constrained: NDArray[np.intp],
    output: ArrayLike,
) -> tuple[Floats, Floats]:
    """Output and final demand of every sector.

    Parameters
    ----------
    technical : array (n, n)
        A.
    final_demand : array (n,)
        f; entries of constrained sectors are not used.
    constrained : array of int (k,)
        Positions of the sectors whose output is given.
    output : array (k,)
        Their output.

    Returns
    -------
    output, final_demand : ndarray (n,)
        Final demand of a constrained sector is what its output leaves; below zero where the
        output does not even cover intermediate use.

    Raises
    ------
    InputError
        On repeated sectors or a singular system of the others.
    """
    A = np.asarray(technical, dtype=float)
    f = np.array(final_demand, dtype=float)
    x = np.zeros_like(f)
    if np.unique(constrained).size != constrained.size:
        raise InputError("a sector's output is given twice")
    x[constrained] = np.asarray(output, dtype=float)
    free = np.setdiff1d(np.arange(f.size), constrained)
    if free.size:
        demand = f[free] + A[np.ix_(free, constrained)] @ x[constrained]
        x[free] = LeontiefSystem(A[np.ix_(free, free)]).solve(demand)
    f[constrained] = x[constrained] - A[constrained] @ x
    return x, f
