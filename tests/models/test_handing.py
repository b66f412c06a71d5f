"""What is handed to a kernel is what stands there: shapes, strides, kinds; read and written."""

from __future__ import annotations

import copy
from collections import namedtuple
from typing import Any, NamedTuple

import numpy as np
import pytest
from numba.core.errors import TypingError

from models.compiled import kernel
from models.handing import Callee, Handed, Several, call, held, held_of


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


def test_what_is_neither_array_nor_whole_number_is_not_handed_over():
    value = outer_of(np.random.default_rng(0))
    with pytest.raises(TypeError, match="cannot hand over float"):
        Handed(value._replace(yes=1.0))


class Part(NamedTuple):
    place: Any
    values: Any
    inner: Any


@kernel
def add(number, values, handed):
    for i in range(values.shape[0]):
        values[i] += number
    return number > 1 and held(handed).truth[1]


class Tools(NamedTuple):
    add: Any
    spare: Any
    inner: Any


@kernel
def use(tools, parts, count, spare):
    known = held(tools)
    last = False
    for i in range(count):
        own = held_of(parts, i)
        last = call(known.add, (own.place, own.values, own.inner))
    if spare:
        call(known.spare, (count, None))
    return last


def tools_and_parts(places, kind=np.float64):
    inner = Handed(Inner(np.arange(5), np.array([False, True])))
    values = np.zeros((len(places), 3), kind)
    parts = Several([Handed(Part(*pair, inner)) for pair in zip(places, values, strict=True)])
    callee = Callee(add, 1, values[0], inner)
    return Handed(Tools(callee, Callee(use, 1, None, wanted=False), inner)), parts, values


def test_a_kernel_calls_another_by_its_address_with_one_of_several_tuples():
    tools, parts, values = tools_and_parts([1, -2, 7])
    assert use(tools, parts, 2, False) is False
    assert use(tools, parts, 3, False) is True
    np.testing.assert_array_equal(values, [[2.0] * 3, [-4.0] * 3, [7.0] * 3])


def test_a_callee_is_not_called_with_other_arguments():
    tools, _, _ = tools_and_parts([1])
    _, parts, _ = tools_and_parts([1], np.float32)
    with pytest.raises(TypingError, match="handed over for"):
        use(tools, parts, 1, False)


def test_tuples_of_several_types_are_not_handed_over_together():
    whole, half = (Handed(Part(1, np.zeros(2, kind), 0)) for kind in (np.float64, np.float32))
    with pytest.raises(TypeError, match="of one type"):
        Several([whole, half])
