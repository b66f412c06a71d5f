"""The logarithmic mean and the decomposition: closed forms, limits, exactness, refusals."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.errors import InputError
from models.lmdi import decompose, kaya_factors, logarithmic_mean

positive = st.floats(1e-6, 1e6)
factor = arrays(np.float64, (5,), elements=positive)
sparse = arrays(np.float64, (6,), elements=st.one_of(st.just(0.0), st.floats(1e-3, 1e3)))


@pytest.mark.parametrize("value", [1e-300, 3.7, 1e300, -2.0])
def test_the_mean_of_equal_values_is_the_value(value):
    assert logarithmic_mean(value, value) == value


def test_the_mean_takes_its_limits():
    assert logarithmic_mean(0.0, 0.0) == 0.0
    assert logarithmic_mean(0.0, 5.0) == 0.0
    assert logarithmic_mean(1.0, math.e) == pytest.approx(math.e - 1.0, rel=1e-15)
    assert logarithmic_mean(-1.0, -math.e) == pytest.approx(1.0 - math.e, rel=1e-15)
    assert math.isnan(logarithmic_mean(float("nan"), 1.0))


def test_the_mean_refuses_opposite_signs():
    with pytest.raises(InputError, match="one sign"):
        logarithmic_mean([1.0, -1.0], [2.0, 1.0])


@pytest.mark.parametrize("step", [1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 0.4999, 0.5001])
def test_the_mean_of_near_values_keeps_its_digits(step):
    b = 1.0 + step
    x = b - 1.0
    # series of x / ln(1 + x) by long arithmetic
    exact = np.longdouble(x) / np.log1p(np.longdouble(x))
    assert logarithmic_mean(1.0, b) == pytest.approx(float(exact), rel=4e-16)


@given(positive, positive)
def test_the_mean_lies_between_geometric_and_arithmetic_mean(a, b):
    mean = logarithmic_mean(a, b)
    assert mean == logarithmic_mean(b, a)
    assert math.sqrt(a * b) * (1 - 1e-14) <= mean <= 0.5 * (a + b) * (1 + 1e-14)


@given(*[factor] * 6)
def test_effects_sum_and_multiply_to_the_change(a0, b0, c0, a1, b1, c1):
    start, end = {"a": a0, "b": b0, "c": c0}, {"a": a1, "b": b1, "c": c1}
    before, after = (a0 * b0 * c0).sum(), (a1 * b1 * c1).sum()
    size = (a0 * b0 * c0).max() + (a1 * b1 * c1).max()
    added = decompose(start, end)
    assert sum(added.values()) == pytest.approx(after - before, abs=1e-12 * size)
    ratios = decompose(start, end, form="multiplicative")
    assert math.prod(ratios.values()) == pytest.approx(after / before, rel=1e-10)
    for name, ratio in ratios.items():
        relation = added[name] / logarithmic_mean(before, after)
        assert math.log(ratio) == pytest.approx(relation, abs=1e-10)


@given(*[sparse] * 4)
def test_effects_sum_exactly_with_zeros(a0, b0, a1, b1):
    change = (a1 * b1).sum() - (a0 * b0).sum()
    effects = decompose({"a": a0, "b": b0}, {"a": a1, "b": b1})
    size = (a0 * b0).sum() + (a1 * b1).sum() + 1.0
    assert sum(effects.values()) == pytest.approx(change, abs=1e-12 * size)


@given(factor, factor, factor, factor)
def test_time_reversal(a0, b0, a1, b1):
    there = decompose({"a": a0, "b": b0}, {"a": a1, "b": b1})
    back = decompose({"a": a1, "b": b1}, {"a": a0, "b": b0})
    size = (a0 * b0).sum() + (a1 * b1).sum()
    for name, effect in there.items():
        assert effect == pytest.approx(-back[name], abs=1e-13 * size)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        # Ang & Liu (2007): what comes from zero takes all of it, what goes to zero likewise
        ((0.0, 3.0), (2.0, 5.0), (10.0, 0.0)),
        ((2.0, 3.0), (0.0, 5.0), (-6.0, 0.0)),
        ((0.0, 3.0), (0.0, 5.0), (0.0, 0.0)),
        ((0.0, 0.0), (2.0, 5.0), (5.0, 5.0)),
        ((0.0, 3.0), (2.0, 0.0), (0.0, 0.0)),
        ((2.0, 3.0), (2.0, 3.0), (0.0, 0.0)),
    ],
)
def test_zeros_take_the_analytical_limits(start, end, expected):
    effects = decompose(dict(zip("ab", start, strict=True)), dict(zip("ab", end, strict=True)))
    assert tuple(effects.values()) == expected


@pytest.mark.parametrize("zeros", [{"a"}, {"a", "b"}])
def test_the_limits_are_those_of_a_small_value(zeros):
    end = {"a": 2.0, "b": 5.0, "c": 1.5}
    limit = decompose({"a": 3.0, "b": 4.0, "c": 2.5} | dict.fromkeys(zeros, 0.0), end)
    distance = []
    for small in (1e-30, 1e-120):
        near = decompose({"a": 3.0, "b": 4.0, "c": 2.5} | dict.fromkeys(zeros, small), end)
        distance.append(max(abs(near[name] - limit[name]) for name in end))
    assert distance[1] < distance[0] < 1.0
    assert distance[1] < 0.2


def test_a_common_factor_may_be_a_number():
    start = {"activity": 100.0, "structure": [0.4, 0.6], "intensity": [2.0, 0.5]}
    end = {"activity": 150.0, "structure": [0.3, 0.7], "intensity": [1.6, 0.4]}
    effects = decompose(start, end)
    v0, v1 = np.array([80.0, 30.0]), np.array([72.0, 42.0])
    weight = (v1 - v0) / np.log(v1 / v0)
    assert effects["activity"] == pytest.approx(weight.sum() * math.log(1.5), rel=1e-14)
    assert effects["intensity"] == pytest.approx(weight.sum() * math.log(0.8), rel=1e-14)
    assert sum(effects.values()) == pytest.approx(4.0, rel=1e-13)


def test_levels_are_consistent_in_aggregation():
    rng = np.random.default_rng(3)
    start = {name: rng.uniform(0.5, 2.0, (4, 3)) for name in ("mix", "factor")}
    end = {name: rng.uniform(0.5, 2.0, (4, 3)) for name in ("mix", "factor")}
    parts = decompose(start, end, by_category=True)
    whole = decompose(start, end)
    for name, effect in whole.items():
        assert parts[name].shape == (4, 3)
        assert parts[name].sum() == pytest.approx(effect, rel=1e-13)


def test_draws_are_decomposed_apart():
    rng = np.random.default_rng(4)
    start = {"income": rng.uniform(1, 2, 7), "share": rng.uniform(0.1, 1, (5, 7))}
    end = {"income": rng.uniform(1, 2, 7), "share": rng.uniform(0.1, 1, (5, 7))}
    effects = decompose(start, end, draws=True)
    for d in range(7):
        one = decompose(
            {"income": start["income"][d], "share": start["share"][:, d]},
            {"income": end["income"][d], "share": end["share"][:, d]},
        )
        for name, effect in one.items():
            assert effects[name][d] == pytest.approx(effect, rel=1e-13)


def test_the_printed_illustration_adds_up():
    path = Path(__file__).parents[2] / ".." / "shared" / "verification"
    if not path.is_dir():
        pytest.skip("the verification cases are not beside the project")
    case = json.loads((path / "lmdi_ang_illustration.json").read_text(encoding="utf-8"))
    assert sum(case["effects"].values()) == case["ET"] - case["E0"] == case["total"]


def test_kaya_factors_multiply_to_the_emission():
    start = kaya_factors(4200.0, 30000.0, 230.0, 450.0)
    end = kaya_factors(4100.0, 38000.0, 245.0, 430.0)
    assert math.prod(map(float, start.values())) == pytest.approx(450.0, rel=1e-14)
    effects = decompose(start, end)
    assert list(effects) == ["population", "income", "energy_intensity", "carbon_content"]
    assert sum(effects.values()) == pytest.approx(-20.0, rel=1e-12)
    assert effects["population"] < 0 < effects["income"]


@pytest.mark.parametrize(
    ("start", "end", "options", "words"),
    [
        ({"a": 1.0}, {"b": 1.0}, {}, "same factors"),
        ({}, {}, {}, "at least one"),
        ({"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0]},) * 2 + ({}, "do not fit"),
        ({"a": [1.0, np.nan]}, {"a": [1.0, 2.0]}, {}, "not finite"),
        ({"a": [1.0, -1.0]}, {"a": [1.0, 2.0]}, {}, "changes its sign"),
        ({"a": 0.0}, {"a": 2.0}, {"form": "multiplicative"}, "not zero"),
        ({"a": 1.0}, {"a": 2.0}, {"form": "additiv"}, "did you mean 'additive'"),
    ],
)
def test_what_cannot_be_decomposed_is_refused(start, end, options, words):
    with pytest.raises(InputError, match=words):
        decompose(start, end, **options)


def test_labels_that_differ_are_refused():
    first = pd.Series([1.0, 2.0], index=["coal", "oil"])
    other = pd.Series([1.0, 2.0], index=["oil", "coal"])
    with pytest.raises(InputError, match="labels differ"):
        decompose({"mix": first}, {"mix": other})
