"""What is handed to a kernel is what stands there: shapes, strides, kinds; read and written."""

from __future__ import annotations

import copy
from collections import namedtuple
from typing import Any, NamedTuple

import numpy as np
import pytest

from models.compiled import kernel
from models.handing import Handed, held


class Inner(NamedTuple):
    whole: Any
    truth: Any


class Outer(NamedTuple):
    number: Any
    inner: Inner
    yes: bool
    apart: Any
    no: bool


@kernel
def read(handed, out):
    outer = held(handed)
    out[0] = outer.number[1, 2, 3]
    out[1] = outer.inner.whole[4]
    out[2] = outer.inner.truth[1]
    out[3] = outer.yes
    out[4] = outer.apart[1, 1]
    out[5] = outer.no
    out[6] = outer.number.shape[1] + 10 * outer.apart.shape[1]
    outer.number[0, 0, 0] = 7.0
    outer.apart[0, 1] = 8.0


def outer_of(rng: np.random.Generator) -> Outer:
    inner = Inner(rng.integers(0, 9, 5), np.array([False, True]))
    return Outer(rng.random((2, 3, 4)), inner, True, rng.random((4, 6))[::2, ::3], False)


def test_a_kernel_reads_and_writes_what_was_handed_over():
    kinds = []
    for seed in range(3):
        value = outer_of(np.random.default_rng(seed))
        out = np.empty(7)
        read(Handed(value), out)
        expected = [value.number[1, 2, 3], value.inner.whole[4], 1.0, 1.0, value.apart[1, 1], 0.0]
        np.testing.assert_array_equal(out, [*expected, 3 + 10 * 2])
        assert (value.number[0, 0, 0], value.apart[0, 1]) == (7.0, 8.0)
        kinds.append(len(read.signatures))
    assert kinds[0] == kinds[-1], "one kind of value, one kernel"


def test_another_kind_of_value_is_not_read_as_the_first():
    value = outer_of(np.random.default_rng(0))
    other, out = value._replace(number=value.number.astype(np.float32)), np.empty(7)
    read(Handed(other), out)
    assert out[0] == float(other.number[1, 2, 3])


def test_fields_in_another_order_are_not_mistaken():
    @kernel
    def first(handed, out):
        out[0] = held(handed).x[0]

    out = np.empty(1)
    for names in ("x y", "y x"):
        value = namedtuple("Pair", names)(**{"x": np.array([1.0]), "y": np.array([2.0])})
        first(Handed(value), out)
        assert out[0] == 1.0, names


def test_what_is_handed_over_is_not_copied():
    handed = Handed(outer_of(np.random.default_rng(0)))
    with pytest.raises(TypeError, match="cannot be copied"):
        copy.deepcopy(handed)


def test_numbers_are_not_handed_over():
    value = outer_of(np.random.default_rng(0))
    with pytest.raises(TypeError, match="cannot hand over float"):
        Handed(value._replace(yes=1.0))
