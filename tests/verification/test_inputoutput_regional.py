"""Location quotients against the worked example of the R package UtilMio."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from models.errors import InputError
from models.inputoutput.regional import aflq, cilq, flq, regional_coefficients, slq

# Value added of a region and its nation, 6 sectors: documentation of AFLQ and RegioMIO in the
# R package UtilMio (P. Parra). The page prints no results; those below follow from the
# formulas of Flegg and Webber (1997, 2000), computed outside this project.
REGION = np.array([170.0, 2227.0, 403.0, 821.0, 4896.0, 2484.0])
NATION = np.array([24019.0, 129248.0, 36320.0, 63521.0, 484087.0, 216831.0])
SLQ = [
    0.6137931611037605,
    1.49425401529479,
    0.9622485210595593,
    1.120866467125606,
    0.8770937880436269,
    0.9934780238009498,
]
CILQ_FIRST = [1.0, 0.41076895549293196, 0.637873842017336]
FLQ_FIRST = {  # delta: lambda, FLQ of cells (1,1), (1,2), (2,1), (2,2)
    0.1: (0.6635221858791458, 0.40726537993323786, 0.27255431523996376, 1.6153172653539611),
    0.2: (0.44026169115383973, 0.2702296151262028, 0.18084583501881454, 1.0717988427959846),
    0.3: (0.29212339967324513, 0.17930334491781835, 0.11999522375882321, 0.7111623109947306),
}
AFLQ_ROW_2 = {  # delta: AFLQ of cells (2,1), (2,2), (2,3), (2,4)
    0.1: (1.6153172653539611, 1.3073615778377388, 1.0303686301282677, 0.9594384997503317),
    0.3: (0.7111623109947306, 0.5755812192083951, 0.4536318356121363, 0.4224040164581839),
}
CODES = ["a", "b", "c", "d", "e", "f"]

sizes = arrays(float, 6, elements=st.floats(1.0, 1e6))
shares = arrays(float, 6, elements=st.floats(0.0, 1.0))


def test_slq_and_cilq_equal_the_worked_example() -> None:
    np.testing.assert_allclose(slq(REGION, NATION), SLQ, rtol=1e-12)
    np.testing.assert_allclose(cilq(REGION, NATION)[0, :3], CILQ_FIRST, rtol=1e-12)


@pytest.mark.parametrize("delta", FLQ_FIRST)
def test_flq_equals_the_worked_example(delta) -> None:
    size, first, second, third = FLQ_FIRST[delta]
    found = flq(REGION, NATION, delta)
    np.testing.assert_allclose([found[0, 0], found[0, 1], found[1, 0]], [first, second, third])
    np.testing.assert_allclose(found[1, 1] / SLQ[1], size, rtol=1e-12)
    capped = flq(REGION, NATION, delta, capped=True)
    np.testing.assert_array_equal(capped, np.minimum(found, 1.0))


@pytest.mark.parametrize("delta", AFLQ_ROW_2)
def test_aflq_raises_the_columns_of_specialised_sectors_only(delta) -> None:
    found = aflq(REGION, NATION, delta)
    np.testing.assert_allclose(found[1, :4], AFLQ_ROW_2[delta], rtol=1e-12)
    plain = flq(REGION, NATION, delta)
    specialised = np.asarray(SLQ) > 1.0
    np.testing.assert_array_equal(found[:, ~specialised], plain[:, ~specialised])
    assert (found[:, specialised] > plain[:, specialised]).all()


def test_delta_zero_gives_cilq_with_slq_on_the_diagonal() -> None:
    np.testing.assert_allclose(
        flq(REGION, NATION, 0.0), cilq(REGION, NATION, diagonal="slq"), rtol=1e-14
    )


@given(sizes)
def test_a_region_that_is_the_nation_supplies_itself(nation) -> None:
    for found in (slq(nation, nation), flq(nation, nation, 0.3), aflq(nation, nation, 0.3)):
        np.testing.assert_allclose(found, 1.0, rtol=1e-12)


@given(sizes, shares)
def test_regional_coefficients_lie_between_zero_and_the_national_ones(nation, share) -> None:
    region = nation * np.maximum(share, 1e-6)
    table = np.full((6, 6), 0.1)
    found = regional_coefficients(table, flq(region, nation, 0.3))
    assert (found >= 0.0).all()
    assert (found <= table + 1e-15).all()


def test_a_larger_delta_means_a_smaller_share_of_local_supply() -> None:
    draws = flq(REGION, NATION, [0.1, 0.2, 0.3])
    assert draws.shape == (3, 6, 6)
    assert (np.diff(draws, axis=0) < 0.0).all()


def test_labels_are_aligned_by_name() -> None:
    region = pd.Series(REGION, CODES)
    nation = pd.Series(NATION, CODES)
    shuffled = nation.sample(frac=1.0, random_state=1)
    pd.testing.assert_series_equal(slq(region, shuffled), slq(region, nation))
    draws = flq(region, shuffled, [0.2, 0.3])
    assert draws.dims == ("draw", "input", "output")
    np.testing.assert_allclose(draws.sel(input="b", output="a").values, [1.0717988, 0.7111623])
    table = pd.DataFrame(0.1, CODES[::-1], CODES)
    local = regional_coefficients(table, flq(region, nation, 0.3))
    np.testing.assert_allclose(local.loc["a", "b"], 0.1 * FLQ_FIRST[0.3][2], rtol=1e-12)
    by_draw = regional_coefficients(table, draws)
    np.testing.assert_allclose(by_draw.sel(input="a", output="b")[1], local.loc["a", "b"])


def test_a_missing_supplier_sells_nothing_and_a_missing_buyer_needs_no_limit() -> None:
    region = REGION.copy()
    region[0] = 0.0
    found = cilq(region, NATION)
    assert (found[0] == 0.0).all()
    assert np.isinf(found[1:, 0]).all()
    assert flq(region, NATION, 0.3, capped=True)[1, 0] == 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: slq(pd.Series([1.0], ["a"]), pd.Series([1.0], ["b"])), "sectors differ"),
        (lambda: slq(pd.Series([1.0, 1.0], ["a", "a"]), pd.Series([1.0], ["a"])), "stands twice"),
        (lambda: slq(pd.Series([1.0], ["a"]), [1.0]), "labelled"),
        (lambda: slq([1.0, -1.0], [1.0, 1.0]), "not below zero"),
        (lambda: slq([1.0, 1.0], [2.0, 0.0]), "nation has not"),
        (lambda: flq([3.0], [2.0], 0.3), "larger than the nation"),
        (lambda: flq([1.0], [2.0], 1.0), "delta must lie"),
        (lambda: cilq([1.0], [2.0], diagonal="two"), "unknown diagonal"),
        (lambda: regional_coefficients(np.eye(2), np.ones((3, 3))), "do not fit"),
    ],
)
def test_bad_sizes_are_refused_in_one_sentence(call, message) -> None:
    with pytest.raises(InputError, match=message):
        call()
