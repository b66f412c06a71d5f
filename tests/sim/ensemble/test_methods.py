"""Independent, antithetic and Sobol draws of the same inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from models.state import DRIVERS
from sim.ensemble.accumulate import LEAF
from sim.ensemble.deviates import sample_block
from sim.ensemble.drivers import assemble_drivers
from sim.ensemble.inputs import read_inputs
from sim.ensemble.methods import DEFAULT_DRAWS, MAXIMUM_DRAWS, count_draws, design
from sim.ensemble.standard_error import mean_error
from sim.errors import InputError

DRAWS = 4 * 256


@pytest.fixture(scope="module")
def antithetic(make_sampler):
    return make_sampler(method="antithetic")


@pytest.fixture(scope="module")
def sobol(make_sampler):
    return make_sampler(method="sobol", draws=DRAWS, replicates=4)


def sampled(sampler, first, count):
    deviates = np.empty((sampler.plan.n_row, count))
    base_draw = np.empty(count, np.int64)
    sample_block(sampler.plan, first, deviates, base_draw)
    return deviates, base_draw


@pytest.mark.parametrize("method", ["philox", "antithetic", "sobol"])
@pytest.mark.parametrize(("first", "count"), [(0, 1), (1, 7), (63, 64), (100, 128), (250, 300)])
def test_blocks_of_any_size_and_start_give_the_same_bits(make_sampler, method, first, count):
    sampler = make_sampler(method=method, draws=DRAWS, replicates=4)
    whole, base = sampled(sampler, 0, 640)
    part, part_base = sampled(sampler, first, count)
    np.testing.assert_array_equal(part, whole[:, first : first + count])
    np.testing.assert_array_equal(part_base, base[first : first + count])


def test_antithetic_pairs_mirror_every_gaussian_input(antithetic):
    """But those of growth, whose posterior draws are mirrored by number."""
    deviates, base_draw = sampled(antithetic, 0, 512)
    own = [not item.distribution.startswith("posterior") for item in antithetic.inputs]
    gaussian = np.flatnonzero((antithetic.plan.code == 0) & own)
    assert gaussian.size > 100
    for i in gaussian:
        rows = 1 if antithetic.plan.constant[i] else antithetic.plan.year.size
        pairs = deviates[antithetic.plan.row[i] : antithetic.plan.row[i] + rows]
        np.testing.assert_array_equal(pairs[:, ::2], -pairs[:, 1::2])
    mirrored = antithetic.plan.base_draws - 1 - base_draw[1::2]
    np.testing.assert_array_equal(base_draw[::2], mirrored)


def test_pairs_and_replicates_are_told_to_those_who_compute_errors():
    how = {name: design(name, 16_384, 4) for name in ("philox", "antithetic", "sobol")}
    assert [item.group_size for item in how.values()] == [1, 2, 4096]
    assert [how["sobol"].replicate(d) for d in (0, 4095, 4096, 16_383)] == [0, 0, 1, 3]
    assert how["philox"].replicate(1023) == 0


def test_sobol_draws_stratify_every_input_in_every_replicate(sobol):
    for replicate in range(4):
        _, base_draw = sampled(sobol, 256 * replicate, 256)
        np.testing.assert_array_equal(np.sort(base_draw), np.arange(256))


def test_every_method_has_the_same_distribution(make_sampler, make_plan):
    draws = 16 * 1024
    made = {}
    for method in ("philox", "antithetic", "sobol"):
        sampler = make_sampler(method=method, draws=draws)
        made[method] = assemble_drivers(sampler.plan, make_plan(sampler), 0, draws).drivers
    for name in ("gap_shock", "coal_rate", "hours_hydro", "eaf_share"):
        d = DRIVERS.index(name)
        spread = made["philox"][d, -1].std()
        for method in ("antithetic", "sobol"):
            x = made[method][d, -1]
            assert abs(x.mean() - made["philox"][d, -1].mean()) < 5 * spread / np.sqrt(draws)
            assert x.std() == pytest.approx(spread, rel=0.05)


def test_a_new_input_leaves_the_sobol_draws_of_the_others_unchanged(make_sampler):
    known = read_inputs()
    like = next(item for item in known if item.name == "coal_rate")
    new = replace(like, order=known[-1].order + 1, name="one_more")
    few = make_sampler(method="sobol", draws=DRAWS, replicates=4)
    more = make_sampler(inputs=[*known, new], method="sobol", draws=DRAWS, replicates=4)
    a, b = sampled(few, 128, 128)[0], sampled(more, 128, 128)[0]
    np.testing.assert_array_equal(a, b[: a.shape[0]])


def test_a_new_unit_and_a_longer_horizon_leave_the_sobol_draws_unchanged(make_sampler, make_plan):
    units = {"north_1": "nuclear", "hill": "pumped_storage"}
    options = {"method": "sobol", "draws": DRAWS, "replicates": 4}
    few = make_sampler(units=units, **options)
    more = make_sampler(units={**units, "north_2": "nuclear"}, years=range(2026, 2036), **options)
    a = assemble_drivers(few.plan, make_plan(few), 300, 100)
    b = assemble_drivers(more.plan, make_plan(more), 300, 100)
    np.testing.assert_array_equal(a.drivers, b.drivers[:, :6])
    np.testing.assert_array_equal(a.slip, b.slip[:2])


def test_errors_of_a_monotone_result_fall_from_draws_to_pairs_to_sobol(
    make_sampler, make_plan
):  # fmt: skip
    draws = 16 * 1024
    errors = {}
    for method in ("philox", "antithetic", "sobol"):
        sampler = make_sampler(method=method, draws=draws)
        drivers = assemble_drivers(sampler.plan, make_plan(sampler), 0, draws).drivers
        growth = np.log1p(0.03 * drivers[DRIVERS.index("hours_hydro"), 1:]).sum(axis=0)
        errors[method] = float(
            mean_error(growth, design(method, draws, 16).group_size).standard_error
        )
    assert errors["antithetic"] < 0.5 * errors["philox"]
    assert errors["sobol"] < 0.1 * errors["philox"]


def test_error_of_independent_draws_is_the_standard_deviation_over_the_root():
    values = np.random.default_rng(1).normal(size=(3, 400))
    found = mean_error(values, 1)
    np.testing.assert_allclose(found.standard_error, values.std(axis=-1, ddof=1) / 20)
    np.testing.assert_allclose(found.mean, values.mean(axis=-1))


def test_error_of_pairs_knows_their_correlation():
    x = np.random.default_rng(1).normal(size=5000)
    mirrored = np.stack([x, -x], axis=-1).ravel()
    assert mean_error(mirrored, 2).standard_error == 0.0
    doubled = np.repeat(x, 2)
    assert mean_error(doubled, 2).standard_error == mean_error(x, 1).standard_error


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"method": "sobel"}, r"unknown way of sampling.*did you mean 'sobol'"),
        ({"method": "antithetic", "draws": 101}, "draws: antithetic draws come in pairs"),
        ({"method": "sobol"}, "draws: the sampler sobol needs the number of draws"),
        ({"method": "sobol", "draws": 10_000}, "allowed: 8192 or 16384 with 16 replicates"),
        ({"method": "sobol", "draws": 64, "replicates": 4}, "allowed: 512 or 1024"),
        ({"method": "sobol", "draws": 128, "replicates": 1}, "replicates: not a whole number"),
    ],
)
def test_draws_that_a_method_cannot_make_are_refused(make_sampler, changes, message):
    with pytest.raises(InputError, match=message):
        make_sampler(**changes)


@pytest.mark.parametrize("replicates", [2, 3, 16, 64])
@pytest.mark.parametrize("draws", [1, 100, 8191, 10_000, 16_385, MAXIMUM_DRAWS - 1, MAXIMUM_DRAWS])
def test_every_number_that_a_refusal_recommends_is_taken(draws, replicates):
    with pytest.raises(InputError, match="the replicates times a power of two") as caught:
        design("sobol", draws, replicates)
    numbers, _, rest = str(caught.value.allowed).partition(" with ")
    assert rest == f"{replicates} replicates"
    for number in map(int, numbers.split(" or ")):
        assert count_draws(number, "sobol", replicates) == number
        assert design("sobol", number, replicates).points >= LEAF


def test_draws_that_nobody_asked_for_are_what_the_method_can_make():
    made = {replicates: count_draws(None, "sobol", replicates) for replicates in range(2, 65)}
    assert (made[2], made[3], made[16], made[64]) == (8192, 12_288, 16_384, 65_536)
    for replicates, draws in made.items():
        assert design("sobol", draws, replicates).points * replicates == draws
    for method in ("philox", "antithetic"):
        assert count_draws(None, method, 16) == DEFAULT_DRAWS == 10_000


def test_numpy_counts_as_whole_numbers():
    assert type(count_draws(np.int64(16_384), "sobol", 16)) is int
    found = design("sobol", 16_384, np.uint8(16))
    assert found == design("sobol", 16_384, 16)
    assert [type(part) for part in found] == [str, int, int]


@pytest.mark.parametrize(("size", "group"), [(10, 4), (4, 4), (0, 1)])
def test_an_error_needs_two_whole_groups(size, group):
    with pytest.raises(InputError, match="two or more whole groups of draws"):
        mean_error(np.zeros(size), group)
