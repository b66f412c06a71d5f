"""What kernels rest on in numba."""

from __future__ import annotations

import numba
import numpy as np
import pytest
from numba.core.options import DefaultOptions

from models.compiled import allocating_kernel, kernel


@allocating_kernel
def allowed(n):
    return np.ones(n).sum()


@kernel
def refused(n):
    return np.ones(n).sum()


def test_numba_has_the_option_that_counts_no_references():
    """`_nrt` is no documented option, though numba's own sorting uses it."""
    assert hasattr(DefaultOptions, "_nrt"), f"numba {numba.__version__} has no option _nrt"


def test_a_kernel_makes_no_array_unless_it_says_so():
    assert allowed(3) == 3.0
    with pytest.raises(numba.TypingError, match="empty"):
        refused(3)


def test_numba_has_the_hook_that_says_that_arrays_lie_apart():
    """A private name: without it kernels would be slower by a tenth, and no error tell so."""
    flags = numba.core.compiler.Flags()
    assert not flags.noalias
    assert refused._compiler._customize_flags(flags).noalias
    assert hasattr(numba.core.dispatcher._FunctionCompiler, "_customize_flags")
