from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from models.inputoutput.drawn import FACTORS
from models.state import DRIVERS
from sim.ensemble import distributions
from sim.ensemble.deviates import sample_block
from sim.ensemble.drivers import assemble_drivers
from sim.ensemble.inputs import read_inputs
from sim.errors import InputError

D = {name: i for i, name in enumerate(DRIVERS)}
COUNT = len(DRIVERS) + len(FACTORS)
N = 40_000


@pytest.fixture(scope="module")
def plan(sampler, make_plan):
    return make_plan(sampler)


@pytest.fixture(scope="module")
def ensemble(sampler, plan):
    return assemble_drivers(sampler.plan, plan, 0, N)


def spread(ensemble, plan, driver):
    """Deviation of an additive driver from its centre, by year after the base year."""
    return ensemble.drivers[D[driver], 1:] - plan.central[D[driver], 1:, None]


def test_central_path_is_the_ensemble_with_every_score_at_zero(sampler, plan):
    block = assemble_drivers(sampler.plan, plan, central=True)
    np.testing.assert_array_equal(block.drivers[:, :, 0], plan.central)
    np.testing.assert_array_equal(block.slip[:, 0], plan.central_slip)
    assert block.base_draw.tolist() == [-1]
    assert block.clamped.sum() == 0


def test_the_median_of_every_driver_is_its_central_path(ensemble, plan):
    below = (ensemble.drivers[:, 1:] < plan.central[:, 1:, None]).mean(axis=-1)
    moved = np.diff(plan.start) > 0
    assert np.all(np.abs(below[moved] - 0.5) < 5 * 0.5 / np.sqrt(N))


def test_a_path_starts_from_the_base_year_and_a_constant_moves_it(ensemble, plan):
    drivers = ensemble.drivers
    assert np.all(drivers[D["coal_rate"], 0] == plan.central[D["coal_rate"], 0])
    share = drivers[D["capital_share"]] - plan.central[D["capital_share"], :, None]
    assert share[0].std() > 0
    np.testing.assert_allclose(share, np.broadcast_to(share[0], share.shape), atol=1e-15)


@pytest.mark.parametrize("block", [1, 7, 64, 128, 500])
def test_blocks_of_any_size_give_the_same_bits(sampler, plan, ensemble, block):
    first = 250
    part = assemble_drivers(sampler.plan, plan, first, block)
    window = slice(first, first + block)
    np.testing.assert_array_equal(part.drivers, ensemble.drivers[:, :, window])
    np.testing.assert_array_equal(part.slip, ensemble.slip[:, window])
    np.testing.assert_array_equal(part.base_draw, ensemble.base_draw[window])


def test_threads_give_the_same_bits(sampler, plan, ensemble):
    def work(first):
        return assemble_drivers(sampler.plan, plan, first, 128).drivers

    with ThreadPoolExecutor(max(2, os.cpu_count() or 2)) as pool:
        blocks = list(pool.map(work, range(0, 1280, 128)))
    np.testing.assert_array_equal(np.concatenate(blocks, axis=-1), ensemble.drivers[:, :, :1280])


def test_a_longer_horizon_leaves_the_earlier_years_unchanged(make_sampler, make_plan):
    short, long = make_sampler(), make_sampler(years=range(2026, 2036))
    a = assemble_drivers(short.plan, make_plan(short), 0, 64)
    b = assemble_drivers(long.plan, make_plan(long), 0, 64)
    np.testing.assert_array_equal(a.drivers, b.drivers[:, :6])


def test_a_change_of_one_scenario_is_a_paired_difference(sampler, make_plan, plan):
    central = plan.central.copy()
    central[D["exports_growth"]] += 0.01
    other = make_plan(sampler, central=central)
    a = assemble_drivers(sampler.plan, plan, 0, 256).drivers
    b = assemble_drivers(sampler.plan, other, 0, 256).drivers
    rest = np.arange(COUNT) != D["exports_growth"]
    np.testing.assert_array_equal(a[rest], b[rest])
    np.testing.assert_allclose(b[D["exports_growth"]] - a[D["exports_growth"]], 0.01, rtol=1e-9)


def test_random_walk_has_the_variance_of_its_steps(ensemble, plan):
    sd = 0.002  # coal_rate, inputs.csv
    variance = spread(ensemble, plan, "coal_rate").var(axis=-1)
    expected = sd**2 * np.arange(1, 6)
    assert np.all(np.abs(variance / expected - 1) < 5 * np.sqrt(2 / N))


def test_ar1_has_the_same_variance_every_year_and_its_memory(ensemble, plan):
    sd, rho = 0.043, 0.5  # external_growth_steel_metals, inputs.csv
    x = spread(ensemble, plan, "external_growth_steel_metals")
    assert np.all(np.abs(x.var(axis=-1) / sd**2 - 1) < 5 * np.sqrt(2 / N))
    expected = rho ** np.abs(np.subtract.outer(np.arange(5), np.arange(5)))
    np.testing.assert_allclose(np.corrcoef(x), expected, atol=5 / np.sqrt(N))


def test_iid_years_are_uncorrelated_and_constants_equal(ensemble, plan):
    x = spread(ensemble, plan, "gap_shock")
    np.testing.assert_allclose(np.corrcoef(x), np.eye(5), atol=5 / np.sqrt(N))
    y = spread(ensemble, plan, "efficiency_heavy")
    np.testing.assert_allclose(y, np.broadcast_to(y[0], y.shape), atol=1e-15)


def test_two_inputs_of_one_driver_add_their_variances(ensemble, plan, sampler):
    variance = spread(ensemble, plan, "tfp_growth").var(axis=-1)
    scale = {item.name: item.scale for item in sampler.inputs}
    expected = scale["tfp_trend"] ** 2 + scale["tfp_trend_drift"] ** 2 * np.arange(1, 6)
    assert np.all(np.abs(variance / expected - 1) < 5 * np.sqrt(2 / N))


def test_multiplied_drivers_are_lognormal_and_shares_logit_normal(ensemble, plan):
    factor = ensemble.drivers[D["hours_hydro"], 1:] / plan.central[D["hours_hydro"], 1:, None]
    assert np.log(factor).std() == pytest.approx(0.30, rel=0.02)
    share = ensemble.drivers[D["closure_weight_domestic"], 1]
    centre = plan.central[D["closure_weight_domestic"], 1]
    x = np.log(share / (1 - share)) - np.log(centre / (1 - centre))
    assert x.std() == pytest.approx(0.8, rel=0.02)


@pytest.mark.parametrize("edge", [0.0, 1.0])
def test_a_share_of_zero_or_one_stays_there(sampler, make_plan, edge):
    central = np.full((COUNT, 6), 0.3)
    central[D["eaf_share"]] = edge
    block = assemble_drivers(sampler.plan, make_plan(sampler, central=central), 0, 64)
    assert np.all(block.drivers[D["eaf_share"]] == edge)


def test_base_draws_are_uniform_over_the_pack(ensemble):
    counts = np.bincount(ensemble.base_draw, minlength=256)
    assert counts.size == 256
    assert ((counts - N / 256) ** 2 / (N / 256)).sum() < 256 + 5 * np.sqrt(512)


def test_slips_of_a_block_are_the_quantiles_of_their_scores_to_the_bit(sampler):
    plan = sampler.plan
    plain = plan._replace(code=np.full_like(plan.code, distributions.GAUSSIAN))
    scores, deviates = np.empty((2, plan.n_row, 1000))
    for of, found in ((plain, scores), (plan, deviates)):
        sample_block(of, 0, found, np.empty(1000, np.int64))
    slips = np.flatnonzero(plan.code == distributions.SLIP)
    assert slips.size > 1
    for i in slips:
        shape, zero, row = plan.parameter[i, 4], plan.parameter[i, 5], plan.row[i]
        delays = np.array([distributions.slip(z, shape, zero) for z in scores[row]])
        np.testing.assert_array_equal(deviates[row], delays / plan.median[i] - 1.0)


def test_slips_are_never_negative_and_sometimes_zero(ensemble, sampler):
    assert ensemble.slip.min() >= 0
    zero = (ensemble.slip == 0).mean(axis=-1)
    expected = [0.2, 0.2, 0.2, 0.2, 0.3]  # inputs.csv, by technology of the units
    np.testing.assert_allclose(zero, expected, atol=5 * 0.5 / np.sqrt(N))
    np.testing.assert_allclose(np.median(ensemble.slip, axis=-1), 0.5, rtol=0.03)


def test_a_bound_that_holds_values_back_is_counted(sampler, make_plan):
    lower, upper = np.full(COUNT, -np.inf), np.full(COUNT, np.inf)
    d = D["hours_hydro"]
    upper[d] = 0.36
    block = assemble_drivers(sampler.plan, make_plan(sampler, lower=lower, upper=upper), 0, 512)
    free = assemble_drivers(sampler.plan, make_plan(sampler), 0, 512)
    assert block.clamped[d] == (free.drivers[d, 1:] > 0.36).sum() > 0
    assert block.clamped.sum() == block.clamped[d]
    assert block.drivers[d].max() == 0.36


def test_a_scenario_may_widen_narrow_or_switch_off_an_input(sampler, make_plan, plan, ensemble):
    twice = 2 * next(item.scale for item in sampler.inputs if item.name == "gap_shock")
    changes = {"gap_shock": twice, "closure_weight_domestic": 0.0, "slip_nuclear": 0.0}
    block = assemble_drivers(sampler.plan, make_plan(sampler, sd_overrides=changes), 0, 256)
    np.testing.assert_allclose(
        spread(block, plan, "gap_shock"), 2 * spread(ensemble, plan, "gap_shock")[:, :256],
        atol=1e-14,
    )  # fmt: skip
    assert np.all(spread(block, plan, "closure_weight_domestic") == 0)
    assert np.all(block.slip[:2] == 0.5)
    assert block.slip[2].std() > 0


def test_widths_of_other_distributions_are_set_as_standard_deviations(make_sampler, make_plan):
    inputs = [
        replace(
            item,
            distribution="triangular",
            location=0.001,
            scale=np.nan,
            low=-0.004,
            high=0.008,
        )
        if item.name == "efficiency_heavy"
        else item
        for item in read_inputs()
    ]
    sampler = make_sampler(inputs=inputs)
    plan = make_plan(sampler, sd_overrides={"efficiency_heavy": 0.02})
    block = assemble_drivers(sampler.plan, plan, 0, N)
    assert spread(block, plan, "efficiency_heavy")[0].std() == pytest.approx(0.02, rel=0.02)
    assert assemble_drivers(sampler.plan, plan, central=True).drivers[
        D["efficiency_heavy"], 1, 0
    ] == plan.central[D["efficiency_heavy"], 1]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"sd_overrides": {"gap_shocks": 1.0}}, "did you mean 'gap_shock'"),
        ({"sd_overrides": {"base_draw": 1.0}}, "base_draw: no uncertain input of this name"),
        ({"sd_overrides": {"growth_draw": 1.0}}, "growth_draw: no uncertain input of this name"),
        ({"sd_overrides": {"gap_shock": -1.0}}, "not negative; found -1.0"),
        ({"slips": {"north_3": 1.0}}, "north_3: unit is unknown"),
        ({"slips": {"north_1": -1.0}}, "delay is finite and not negative"),
        ({"central": np.zeros((3, 6))}, "wrong shape"),
        ({"central": np.full((COUNT, 6), 1.2)}, "outside its range; found 1.2"),
        ({"central": np.full((COUNT, 6), np.nan)}, "outside its range; found nan"),
        ({"upper": np.full(COUNT, 0.2)}, "central value of 2026 is outside its range"),
        ({"constant": ["gap_shock"]}, "one number for all years"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(sampler, make_plan, changes, message):
    with pytest.raises(InputError, match=message):
        make_plan(sampler, **changes)


def test_a_pack_without_a_number_is_refused(make_sampler, pack):
    with pytest.raises(InputError, match=r"capital_share: the base pack has no such number"):
        make_sampler(pack=pack._replace(scales={"capital_shares_sd": 0.1}))
