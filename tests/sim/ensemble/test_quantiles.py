"""Counted quantiles are those of the draws, in any order and whatever the distribution."""

from __future__ import annotations

import numpy as np
import pytest

from sim.ensemble.quantiles import (
    LEADING,
    QUANTILES,
    RELATIVE_ERROR,
    Bins,
    QuantileStream,
    exact_quantiles,
)

DRAWS = 5 * LEADING
STEP = 1024  # draws shown at a time
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
    bins = Bins(stream), Bins(stream, STEP)
    for first in firsts[leading]:
        bins[0].add(*padded(values, first))
    stream.settle()
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
    inner = [QUANTILES.index(q) for q in QUANTILES if 0.05 <= q <= 0.95]
    assert wrong[inner].max() < 1e-3, wrong
    assert wrong.max() < 2e-3, wrong
    assert (np.diff(found) >= 0.0).all()
    assert values.min() <= found.min()
    assert found.max() <= values.max()


@pytest.mark.parametrize("name", ["normal", "uniform", "exponential", "negative"])
def test_interpolation_makes_smooth_quantiles_far_better_than_the_bound(name):
    values = NASTY[name]
    assert error(stream_of(values[None]).finish()[0], values).max() < RELATIVE_ERROR / 5.0


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
