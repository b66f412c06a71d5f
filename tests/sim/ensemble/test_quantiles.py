"""Counted quantiles are those of the draws, in any order and whatever the distribution."""

from __future__ import annotations

import numpy as np
import pytest

from sim.ensemble.quantiles import (
    BITS,
    DOUBLINGS,
    FAR_BITS,
    LEADING,
    MIDDLE,
    NEAR_DOUBLINGS,
    NO_NUMBER,
    PLACES,
    QUANTILES,
    RELATIVE_ERROR,
    SIDE,
    Bins,
    QuantileStream,
    exact_quantiles,
)

DRAWS = 5 * LEADING
STEP = 1024  # draws shown at a time
INNER = [QUANTILES.index(q) for q in QUANTILES if 0.05 <= q <= 0.95]
RNG = np.random.default_rng(3)
NORMAL = RNG.normal(size=DRAWS)
UNIFORM = RNG.uniform(size=DRAWS)
NASTY = {
    "normal": 3e4 + NORMAL,
    "tiny spread": 1.0 + 1e-12 * NORMAL,
    "large": 1e12 * (1.0 + 0.1 * NORMAL),
    "uniform": UNIFORM,
    "triangular": np.sqrt(UNIFORM),
    "bounded below, a fifth at the bound": np.maximum(NORMAL, -0.8416),
    "mostly zero": np.where(UNIFORM < 0.97, 0.0, 1.0 + NORMAL),
    "zero in half the draws": np.where(UNIFORM < 0.5, 0.0, np.abs(NORMAL)),
    "two peaks": np.where(UNIFORM < 0.4, -5.0, 4.0) + 0.1 * NORMAL,
    "two values": np.where(UNIFORM < 0.3, 1.0, 2.0),
    "years": np.round(3.0 * NORMAL),
    "exponential": -np.log(UNIFORM),
    "lognormal": np.exp(2.0 * NORMAL),
    "student, two degrees": NORMAL / np.sqrt(-np.log(RNG.uniform(size=DRAWS))),
    "cauchy": np.tan(np.pi * (UNIFORM - 0.5)),
    "negative": -np.exp(NORMAL),
}


def stream_of(values: np.ndarray, order: np.ndarray | None = None) -> QuantileStream:
    """Show steps of draws: the leading ones, then the others in `order`; in turns to two bins."""
    draws = values.shape[-1]
    stream = QuantileStream(np.empty((values.shape[0], min(draws, LEADING))), draws)
    firsts = np.arange(0, draws, STEP)
    leading = firsts < LEADING
    later = firsts[~leading]
    before = Bins(stream)
    for first in firsts[leading]:
        before.add(*padded(values, first))
    stream.settle()
    bins = Bins(stream), Bins(stream, STEP)
    for turn, first in enumerate(later if order is None else later[order]):
        bins[turn % 2].add(*padded(values, first))
    for waiting in bins:
        waiting.count()
    return stream


def padded(values: np.ndarray, first: int) -> tuple[np.ndarray, int, int]:
    block = np.full((values.shape[0], STEP), np.nan)
    used = min(STEP, values.shape[-1] - first)
    block[:, :used] = values[:, first : first + used]
    return block, used, int(first)


def error(found: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Error of the quantiles as a share of the 5-95 % range."""
    exact = exact_quantiles(values)
    spread = exact[QUANTILES.index(0.95)] - exact[QUANTILES.index(0.05)]
    return np.asarray(np.abs(found - exact) / (spread or 1.0))


@pytest.mark.parametrize("name", NASTY)
def test_quantiles_are_within_a_thousandth_of_the_range(name):
    values = NASTY[name]
    found = stream_of(values[None]).finish()[0]
    wrong = error(found, values)
    assert wrong.max() < 1e-3, wrong
    assert (np.diff(found) >= 0.0).all()
    assert values.min() <= found.min()
    assert found.max() <= values.max()


RARE = np.exp(NORMAL[::-1])


@pytest.mark.parametrize("width", [1e-9, 1e-5, 1e-2])
@pytest.mark.parametrize("share", [0.011, 0.03, 0.049])
def test_tails_far_beyond_the_range_are_told_apart(width, share):
    values = np.where(share > UNIFORM, 30.0 * RARE, width * NORMAL)
    found, exact = stream_of(values[None]).finish()[0, -1], exact_quantiles(values)[-1]
    assert exact > 100.0 * 3.3 * width  # which only rare draws reach
    assert abs(found - exact) < 2.0**-FAR_BITS * exact


@pytest.mark.parametrize("name", ["normal", "uniform", "exponential", "negative"])
def test_interpolation_makes_smooth_quantiles_far_better_than_the_bound(name):
    values = NASTY[name]
    wrong = error(stream_of(values[None]).finish()[0], values)
    assert wrong[INNER].max() < RELATIVE_ERROR / 5.0


@pytest.mark.parametrize("value", [0.0, 1 / 3, -7e5])
def test_a_value_that_does_not_vary_keeps_its_bits(value):
    found = stream_of(np.full((1, LEADING + STEP), value)).finish()
    assert (found == value).all()


def test_a_value_that_first_varies_after_the_leading_draws_is_counted():
    values = np.full(DRAWS, 2.0)
    values[LEADING:] += NORMAL[LEADING:]
    stream = stream_of(values[None])
    assert stream.counts is not None
    assert stream.counts.sum() == DRAWS
    assert stream.lowest[0] == values.min()
    assert stream.highest[0] == values.max()


def test_any_order_gives_the_same_counts():
    values = np.array(list(NASTY.values()))[:, : 2 * LEADING + 77]
    later = -(-(LEADING + 77) // STEP)
    straight = stream_of(values)
    shuffled = stream_of(values, RNG.permutation(later))
    assert straight.counts is not None
    assert np.array_equal(straight.counts, shuffled.counts)
    assert straight.finish().tobytes() == shuffled.finish().tobytes()
    assert (straight.counts.sum(axis=1) == values.shape[1]).all()


@pytest.mark.parametrize("draws", [1, 2, STEP, LEADING])
def test_short_runs_have_exact_quantiles(draws):
    values = np.array(list(NASTY.values()))[:, :draws]
    assert np.array_equal(stream_of(values).finish(), exact_quantiles(values))


def test_quantiles_are_exact_order_statistics():
    draws = np.random.default_rng(3).permutation(101.0 * np.arange(101))
    both = np.stack([draws, draws + 1])
    values = exact_quantiles(both)
    assert values.shape == (2, len(QUANTILES))
    np.testing.assert_allclose(values[0], 10100.0 * np.array(QUANTILES), rtol=1e-12)
    np.testing.assert_allclose(values[1] - values[0], 1.0, rtol=1e-9)


@pytest.mark.parametrize("draws", [1, 2, 3, 10, 127, 1500])
def test_exact_quantiles_are_those_of_numpy_to_the_bit(draws):
    values = np.array([*(values[:draws] for values in NASTY.values()), 1e-310 * NORMAL[:draws]])
    levels = (0.0, 1.0 / 3.0, *QUANTILES, 0.999, 1.0)
    expected = np.quantile(values, levels, axis=1).T
    assert exact_quantiles(values, levels).tobytes() == np.ascontiguousarray(expected).tobytes()


def test_exact_quantiles_of_what_is_no_number_are_none():
    values = np.array([[1.0, np.nan, 2.0], [1.0, 2.0, 3.0]])
    found = exact_quantiles(values)
    assert np.isnan(found[0]).all()
    assert np.isfinite(found[1]).all()


def counted(values: np.ndarray, widths: list[int], batch: int) -> QuantileStream:
    """Show the leading draws, then the others in steps of `widths`, to bins of a batch."""
    stream = QuantileStream(np.empty((len(values), LEADING)), values.shape[1])
    Bins(stream).add(np.ascontiguousarray(values[:, :LEADING]), LEADING, 0)
    stream.settle()
    bins = Bins(stream, batch)
    first = LEADING
    while first < values.shape[1]:
        used = min(widths[first % len(widths)], values.shape[1] - first)
        wide = np.full((len(values), used + 3), np.nan)  # what does not count is no number
        wide[:, :used] = values[:, first : first + used]
        bins.add(wide, used, first)
        first += used
    bins.count()
    return stream


@pytest.mark.parametrize(("widths", "batch"), [([1, 7, 128, 33], 130), ([100], 100), ([61], 4096)])
def test_bins_are_those_of_the_definition_whatever_comes_at_a_time(widths, batch):
    values = np.array(list(NASTY.values()))[:, : LEADING + 1003]
    stream = counted(values, widths, batch)
    assert stream.counts is not None
    for row, count, centre, scale in zip(
        values, stream.counts, stream.centre, stream.scale, strict=True
    ):
        share, power = np.frexp(1.0 + np.abs((row - centre) * scale))
        first, near, far = (
            2**bits * (power - 1.0) + np.floor(2**bits * (2.0 * share - 1.0))
            for bits in (BITS, BITS + 1, FAR_BITS)
        )
        before = NEAR_DOUBLINGS * 2 ** (BITS + 1) - 2**BITS - NEAR_DOUBLINGS * 2**FAR_BITS
        assert before + DOUBLINGS * 2**FAR_BITS == SIDE
        apart = [power == 1, power <= NEAR_DOUBLINGS]
        step = np.select(apart, [first, near - 2**BITS], before + far)
        side = np.sign(row - centre).astype(int)
        place = MIDDLE + side * (np.minimum(step, SIDE).astype(int) + 1)
        np.testing.assert_array_equal(count, np.bincount(place, minlength=PLACES))
    assert stream.lowest.tobytes() == values.min(axis=1).tobytes()
    assert stream.highest.tobytes() == values.max(axis=1).tobytes()


def test_what_is_infinite_counts_at_the_ends_and_what_is_no_number_spoils_its_row():
    values = np.tile(NORMAL[: LEADING + 130], (4, 1))
    values[0, LEADING + 3], values[0, LEADING + 129] = np.inf, -np.inf
    values[1, 5] = np.nan
    values[2, LEADING + 129] = np.nan
    stream = counted(values, [128], 256)
    assert stream.counts is not None
    assert (stream.counts.sum(axis=1) == values.shape[1]).all()
    assert stream.counts[:, NO_NUMBER].tolist() == [0, 1, 1, 0]
    assert (stream.lowest[0], stream.highest[0]) == (-np.inf, np.inf)
    found = stream.finish()
    assert np.isnan(found[1:3]).all()
    np.testing.assert_allclose(found[0], found[3], atol=1e-2)
    np.testing.assert_allclose(found[3], exact_quantiles(values[3]), atol=1e-2)


def test_draws_that_were_never_counted_are_missed():
    stream = counted(NORMAL[None, : LEADING + 200], [100], 100)
    stream.draws *= 2
    with pytest.raises(AssertionError, match="fewer draws"):
        stream.finish()


def test_more_draws_at_a_time_than_a_batch_are_refused():
    values = NORMAL[None, : LEADING + 200]
    with pytest.raises(AssertionError, match="beyond the bins"):
        counted(values, [129], 128)
