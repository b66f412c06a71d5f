"""What a run keeps against its draws one by one: tables, scalars, counts, in any company."""

from __future__ import annotations

import numpy as np
import pytest

from models.moments import add_rows
from models.state import DRIVERS, SCALARS
from sim.baseyear.pack import load_pack
from sim.ensemble.accumulate import BLOCK, LEAF, MomentTree
from sim.ensemble.methods import design
from sim.ensemble.quantiles import LEADING
from sim.ensemble.replay import replay
from sim.ensemble.run import resolve_scenarios
from sim.ensemble.stream import Stream
from sim.ensemble.summary import SUBSET
from sim.ensemble.trace import trace_draw
from sim.ensemble.work import (
    INDEPENDENT,
    Scratch,
    Work,
    prepare_work,
    sample,
    simulate_case,
    simulate_centre,
)
from sim.errors import InputError
from sim.scenario import scenario

NAMES = ("baseline", "plan")  # of different units
SIZES = (1, 127, 128, 129, 1023, 1025, 2047, 2049)
DRAWS = 2049


class Recorder:
    """Keeps the scalars of every draw: an `Observer`."""

    def __init__(self, scenarios, years, draws):
        self.scalars = np.full((scenarios, len(SCALARS), years, draws), np.nan)
        self.settled = self.finished = 0

    def begin(self, run, draws):
        raise AssertionError("a stream by itself has no run to tell of")

    def add(self, index, scalars, used, first):
        room = self.scalars[index, ..., first : first + used]
        assert np.isnan(room).all(), "a draw is shown more than once"
        room[:] = scalars[..., :used]

    def settle(self):
        self.settled += 1

    def finish(self):
        self.finished += 1


def streamed(work, draws, threads=1, how=INDEPENDENT) -> tuple[Stream, Recorder]:
    centre = [simulate_centre(work, index) for index in range(len(work.cases))]
    seen = Recorder(len(centre), work.cases[0].years.size, draws)
    stream = Stream(work, centre, draws, [seen], how)
    stream.run(threads, None)
    assert (seen.settled, seen.finished) == (1, 1)
    return stream, seen


def made(names=NAMES, horizon=2027, how=INDEPENDENT, **settings) -> Work:
    pack = load_pack()
    found = [scenario(name) for name in names]
    found[-1] = found[-1].set(settings) if settings else found[-1]
    return prepare_work(pack, resolve_scenarios(found, pack, horizon), 3, how)


@pytest.fixture(scope="module", params=["shared", "drawn"])
def work(request) -> Work:
    if request.param == "shared":
        return made()
    found = made(**{"settings.coefficient_uncertainty": "factors"})
    assert [plan is None for plan in found.factor_plans] == [True, False]
    return found


@pytest.fixture(scope="module")
def draws(work):
    """Every result of the leading draws of each scenario, all years kept."""
    return [replay(work, index, 0, DRAWS) for index in range(len(work.cases))]


def moments_of(centre: np.ndarray, values: np.ndarray, draws: int):
    tree = MomentTree(centre)
    rows = values[..., :draws].reshape(tree.centre.size, 1, draws)
    for first in range(0, draws, LEAF):
        leaf = np.ascontiguousarray(rows[..., first : first + LEAF])
        sums = np.zeros((2, tree.centre.size))
        add_rows(leaf, 0, leaf.shape[-1], tree.centre, sums, np.empty(BLOCK))
        tree.add_sums(first // LEAF, sums)
    return tree.finish(draws)


@pytest.mark.parametrize("size", SIZES)
def test_moments_are_those_of_the_replayed_draws_to_the_bit(work, draws, size):
    stream, _ = streamed(work, size, threads=1 + SIZES.index(size) % 3)
    for index, summary in enumerate(stream.summaries):
        centre = simulate_centre(work, index)
        for name, mean, std in summary.moments():
            values = getattr(draws[index], name)
            expected = moments_of(getattr(centre, name)[..., 0], values, size)
            assert np.ascontiguousarray(mean).tobytes() == expected.mean.tobytes(), name
            assert np.ascontiguousarray(std).tobytes() == expected.std.tobytes(), name
        for name, kept in summary.vectors.items():
            known = getattr(draws[index], name)[..., : min(size, SUBSET)]
            np.testing.assert_array_equal(kept, known, name)
        worst = draws[index].residual[..., :size].max(axis=-1)
        np.testing.assert_array_equal(summary.residual, worst)


def test_observers_see_every_draw_as_it_is_replayed(work, draws):
    _, seen = streamed(work, DRAWS, threads=2)
    for index, replayed in enumerate(draws):
        np.testing.assert_array_equal(seen.scalars[index], replayed.scalars)


@pytest.mark.parametrize("size", [5, 130])
def test_values_held_back_are_those_of_the_draws_that_count(work, size):
    stream, _ = streamed(work, size)
    alone = Scratch(work, 1)
    for index, summary in enumerate(stream.summaries):
        clamped = np.zeros(len(DRIVERS), np.int64)
        for draw in range(size):
            sample(work, alone, draw)
            simulate_case(work, index, alone, clamped, used=1)
        np.testing.assert_array_equal(summary.clamped, clamped)


@pytest.mark.parametrize("method", ["antithetic", "sobol"])
def test_draws_made_in_other_ways_are_those_of_the_run_beyond_what_is_kept_whole(method):
    how = design(method, 2 * SUBSET, 2)
    work = made(["plan"], how=how)
    _, seen = streamed(work, 2 * SUBSET, threads=2, how=how)
    first = 2 * SUBSET - 200
    np.testing.assert_array_equal(replay(work, 0, first, 200).scalars, seen.scalars[0, ..., first:])


def test_a_longer_run_to_2035_keeps_each_draw_and_the_bits_of_its_sums():
    work = made(["plan"], horizon=2035)
    stream, seen = streamed(work, SUBSET + 1, threads=4)
    again = replay(work, 0, SUBSET)
    np.testing.assert_array_equal(again.scalars, seen.scalars[0, ..., SUBSET:])
    alone = streamed(work, SUBSET + 1)[0].summaries[0]
    for ours, other in zip(stream.summaries[0].moments(), alone.moments(), strict=True):
        np.testing.assert_array_equal(ours[1], other[1], ours[0])
        np.testing.assert_array_equal(ours[2], other[2], ours[0])


def test_counts_beyond_the_leading_draws_do_not_depend_on_threads():
    work = made(["plan"], horizon=2026)
    runs = [streamed(work, LEADING + 1, threads) for threads in (1, 2, 4)]
    first = runs[0][0].summaries[0].quantiles
    assert first.counts.sum(axis=1).tolist() == [LEADING + 1] * first.counts.shape[0]
    for stream, seen in runs[1:]:
        other = stream.summaries[0].quantiles
        for name in ("counts", "lowest", "highest", "centre", "scale", "leading"):
            assert getattr(other, name).tobytes() == getattr(first, name).tobytes(), name
        assert seen.scalars.tobytes() == runs[0][1].scalars.tobytes()
    np.testing.assert_array_equal(
        replay(work, 0, LEADING).scalars[..., 0], runs[0][1].scalars[0, ..., LEADING]
    )


def test_sobol_points_end_where_the_run_ends():
    work = made(["plan"], horizon=2026, how=design("sobol", 2 * LEAF, 2))
    last = 2 * LEAF - 1
    assert np.isfinite(replay(work, 0, last).scalars).all()
    for first, count in ((last + 1, 1), (last, 2), (10**9, 1)):
        with pytest.raises(InputError, match=rf"no such draw.* 0 to {last}"):
            replay(work, 0, first, count)
    with pytest.raises(InputError, match="no such draw"):
        trace_draw(work, 0, last + 1)


def test_a_block_of_base_years_is_that_of_its_draws_whatever_the_block_before_held():
    work = made(["plan"], horizon=2026)
    tables, rows = work.tables, Scratch(work, BLOCK).base_rows
    assert 0 < tables.varying.size < len(tables.rows)
    for index in (np.arange(BLOCK) % 256, np.arange(BLOCK) - 1, np.full(BLOCK, -1)):
        tables.fill(index, rows)
        assert rows.tobytes() == np.ascontiguousarray(tables.rows[:, index]).tobytes()


@pytest.mark.parametrize("draw", [-2, 256, 10**12])
def test_a_base_year_that_the_pack_does_not_have_is_named(draw):
    tables = made(["plan"], horizon=2026).tables
    index = np.array([0, draw, 255, -1] * (BLOCK // 4))
    with pytest.raises(IndexError, match=rf"base draw {draw} of 256"):
        tables.gather(index)
