"""Growth is drawn from the joint posterior: states with their parameters, nothing refitted."""

from __future__ import annotations

import numpy as np
import pytest

from models.state import DRIVERS
from sim.baseyear.pack import load_pack
from sim.ensemble.deviates import sample_alone, sample_block
from sim.ensemble.drivers import assemble_drivers
from sim.ensemble.growth_draws import read_growth_draws
from sim.ensemble.inputs import read_inputs
from sim.ensemble.picks import pick_growth_draws
from sim.errors import InputError

D = {name: i for i, name in enumerate(DRIVERS)}
N = 20_000
STATES = ("tfp_trend", "output_gap_2025", "gap_persistence")


def rows(sampler, name):
    place = [item.name for item in sampler.inputs].index(name)
    return slice(sampler.plan.row[place], sampler.plan.row[place] + sampler.plan.year.size)


@pytest.fixture(scope="module")
def drawn(sampler):
    deviates, base = np.empty((sampler.plan.n_row, N)), np.empty(N, np.int64)
    sample_block(sampler.plan, 0, deviates, base)
    picked = np.empty(N, np.int64)
    pick_growth_draws(sampler.plan, deviates, picked)
    return deviates, picked


def test_every_draw_takes_the_states_of_one_posterior_draw(sampler, make_plan, pack):
    plan = make_plan(sampler)
    block = assemble_drivers(sampler.plan, plan, 0, 500)
    deviates, base = np.empty((sampler.plan.n_row, 500)), np.empty(500, np.int64)
    sample_block(sampler.plan, 0, deviates, base)
    picked = np.empty(500, np.int64)
    pick_growth_draws(sampler.plan, deviates, picked)
    moved = pack.growth.values[picked] - np.median(pack.growth.values, axis=0)
    gap = block.drivers[D["output_gap_2025"], 1] - plan.central[D["output_gap_2025"], 1]
    np.testing.assert_allclose(gap, moved[:, 1], atol=1e-15)
    share = block.drivers[D["gap_persistence"], 1]
    centre = plan.central[D["gap_persistence"], 1]
    logit = np.log(share / (1 - share)) - np.log(centre / (1 - centre))
    np.testing.assert_allclose(logit, moved[:, 2], atol=1e-12)
    trend = deviates[rows(sampler, "tfp_trend")][0] * pack.growth.scales()["tfp_growth_trend"]
    np.testing.assert_allclose(trend, moved[:, 0], atol=1e-15)


def test_all_posterior_draws_are_as_likely(drawn, pack):
    count = len(pack.growth.values)
    seen = np.bincount(drawn[1], minlength=count)
    assert seen.size == count
    assert ((seen - N / count) ** 2 / (N / count)).sum() < count + 5 * np.sqrt(2 * count)


@pytest.mark.parametrize(
    ("name", "width"), [("gap_shock", "gap_shock_sd"), ("tfp_trend_drift", "trend_drift_sd")]
)
def test_a_shock_is_as_wide_as_its_posterior_draw_says(sampler, drawn, pack, name, width):
    deviates, picked = drawn
    own = pack.growth.values[picked, pack.growth.names.index(width)]
    score = deviates[rows(sampler, name)] * pack.growth.scales()[width] / own
    steps = np.diff(score, axis=0, prepend=0.0) if name == "tfp_trend_drift" else score
    assert np.all(np.abs(steps.var(axis=-1) - 1.0) < 5 * np.sqrt(2 / N))
    wide = own > np.median(own)
    assert np.all(np.abs(steps[:, wide].var(axis=-1) - 1.0) < 5 * np.sqrt(4 / N))


def test_the_correlation_with_a_shock_is_kept(sampler, drawn):
    shock, exports = (drawn[0][rows(sampler, name)] for name in ("gap_shock", "exports_growth"))
    for a, b in zip(shock, exports, strict=True):
        assert abs(np.corrcoef(a, b)[0, 1] - 0.3) < 0.03  # correlations.csv, less the mixture's 2 %


def test_without_the_growth_draw_the_other_inputs_keep_their_bits(make_sampler, sampler, drawn):
    """It stands last: adding it changes what it decides and nothing else."""
    fewer = make_sampler(inputs=[i for i in read_inputs() if i.name != "growth_draw"])
    deviates, base = np.empty((fewer.plan.n_row, 256)), np.empty(256, np.int64)
    sample_block(fewer.plan, 0, deviates, base)
    decided = {*STATES, "gap_shock", "tfp_trend_drift"}
    compared = 0
    for item in fewer.inputs:
        if item.name not in decided:
            i = fewer.plan.row[[x.name for x in fewer.inputs].index(item.name)]
            j = rows(sampler, item.name).start
            np.testing.assert_array_equal(deviates[i], drawn[0][j, :256])
            compared += 1
    assert compared > 100


def test_mirrored_draws_take_mirrored_growth(make_sampler):
    sampler = make_sampler(method="antithetic")
    deviates, base = np.empty((sampler.plan.n_row, 256)), np.empty(256, np.int64)
    sample_block(sampler.plan, 0, deviates, base)
    picked = np.empty(256, np.int64)
    pick_growth_draws(sampler.plan, deviates, picked)
    last = sampler.plan.state.shape[1] - 1
    np.testing.assert_array_equal(picked[::2] + picked[1::2], last)


def test_alone_a_state_moves_by_its_standard_deviation_and_the_draw_by_all(sampler):
    plan, n = sampler.plan, len(sampler.inputs)
    deviates, base = np.empty((plan.n_row, n + 1)), np.empty(n + 1, np.int64)
    sample_alone(plan, 1.0, deviates, base)
    names = [item.name for item in sampler.inputs]
    trend = rows(sampler, "tfp_trend").start
    assert deviates[trend, names.index("tfp_trend")] == 1.0
    column = deviates[:, names.index("growth_draw")]
    picked = int(0.8413447 * plan.state.shape[1])
    np.testing.assert_array_equal(column[plan.state_row], plan.state[:, picked])
    assert not deviates[:, n].any()
    assert base[names.index("growth_draw")] == -1


def test_the_bundled_draws_are_the_posterior_with_the_trend_widened():
    pack = load_pack()
    growth = read_growth_draws(pack)
    table = pack["growth_posterior_draws"].to_pandas()
    factor = float(pack["trend_width_factor"])
    scales = growth.scales()
    assert factor > 1.0
    assert scales["tfp_growth_trend"] == pytest.approx(factor * table["tfp_growth_trend"].std())
    assert scales["output_gap_2025"] == pytest.approx(table["output_gap_2025"].std())
    assert scales["gap_shock_sd"] == pytest.approx(np.sqrt((table["gap_shock_sd"] ** 2).mean()))
    ours = np.corrcoef(growth.values, rowvar=False)
    logit = np.log(table["gap_persistence"] / (1.0 - table["gap_persistence"]))
    np.testing.assert_allclose(
        ours, np.corrcoef(table.assign(gap_persistence=logit), rowvar=False), atol=1e-9
    )
    persistence = 1.0 / (1.0 + np.exp(-growth.values[:, 2]))
    implied = 5 * growth.values[:, 0] + (persistence**5 - 1) * growth.values[:, 1]
    assert np.all(np.diff(implied) >= 0.0)


def test_growth_draws_that_are_none_are_refused():
    pack = load_pack()
    with pytest.raises(InputError, match="trend_width_factor: the base pack lacks"):
        read_growth_draws(pack.drop_vars("trend_width_factor"))
    with pytest.raises(InputError, match="growth draws lack a parameter"):
        read_growth_draws(pack.drop_sel(growth_parameter="gap_shock_sd"))
    with pytest.raises(InputError, match="growth draws are not usable"):
        read_growth_draws(pack.assign(growth_posterior_draws=-pack["growth_posterior_draws"]))


def test_a_scenario_may_fix_the_trend_alone(sampler, make_plan):
    plan = make_plan(sampler, sd_overrides={"tfp_trend": 0.0, "tfp_trend_drift": 0.0})
    block = assemble_drivers(sampler.plan, plan, 0, 64)
    assert np.all(block.drivers[D["tfp_growth"]] == plan.central[D["tfp_growth"], :, None])
    assert block.drivers[D["output_gap_2025"], 1].std() > 0.0
