"""The hours of a year of power: sums that close, directions of effects, and the optimum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.energy import hours as h
from sim.baseyear.power_profiles import day_labels, typical_days
from tests.models.economies import random_days
from tests.models.linear_program import Store, optimum, yearly

SEEDS = st.integers(0, 2**32 - 1)
WORST = 0.75


def random_mix(rng: np.random.Generator, draws: int) -> np.ndarray:
    """A province's power system, from short to swimming in wind and sun (GW, GWh)."""
    mix = np.empty((h.MIX_ROWS, draws))
    mix[h.LOAD] = rng.uniform(25, 45, draws)
    mix[h.WIND_LAND : h.SUN + 1] = rng.uniform(0, 12, (3, draws))
    mix[h.NUCLEAR_MEAN], mix[h.HYDRO_MEAN], mix[h.FLAT] = rng.uniform(0, 8, (3, draws))
    mix[h.MINIMUM], mix[h.HEAT_BOUND] = rng.uniform(0, 8, draws), rng.uniform(0, 4, draws)
    mix[h.AVAILABLE] = rng.uniform(12, 40, draws)
    mix[h.LINK], mix[h.STORE_POWER] = rng.uniform(0, 5, draws), rng.uniform(0, 12, draws)
    mix[h.STORE_OUTPUT] = mix[h.STORE_POWER] * rng.uniform(1, 8, draws)
    mix[h.STORE_INTAKE] = mix[h.STORE_OUTPUT] / rng.uniform(WORST, 1.0, draws)
    return mix


def outcome(days: h.Days, mix: np.ndarray) -> np.ndarray:
    out = np.full((h.OUTCOME_ROWS, mix.shape[1]), np.nan)
    h.dispatch_hours(days, mix, WORST, out)
    return out


def test_profiles_have_the_mean_of_the_year_and_the_weight_of_its_days():
    days = typical_days()
    assert days.weight.sum() == pytest.approx(365.0)
    np.testing.assert_allclose(days.hours.mean(axis=2) @ days.weight / 365.0, 1.0, rtol=1e-12)
    np.testing.assert_allclose(days.days[:2] @ days.weight / 365.0, 1.0, rtol=1e-12)
    assert {(m, s) for m, s in day_labels() if s != "peak"} == {
        (month, state) for month in range(1, 13) for state in ("calm", "middling", "windy")
    }
    peaks = [k for k, (_, state) in enumerate(day_labels()) if state == "peak"]
    assert days.hours[0].max() == days.hours[0, peaks].max()
    assert not days.weight[peaks].any()


def test_sun_follows_the_season_and_wind_the_spring():
    days = typical_days()
    month = np.array([m for m, _ in day_labels()])
    light = [np.count_nonzero(days.hours[3, month == m][0] > 0.0) for m in (6, 12)]
    assert light[0] >= 14
    assert light[1] <= 10
    wind = [days.weight[month == m] @ days.hours[1, month == m].mean(axis=1) for m in (4, 8)]
    assert wind[0] > 2.0 * wind[1]  # record of 2018-2024: 1.40 against 0.53 of the mean


@settings(max_examples=40, deadline=None)
@given(seed=SEEDS)
def test_every_kilowatt_hour_is_load_loss_export_or_curtailed(seed):
    """Coal is what the day's sums imply; it lies between its minimum and what is available."""
    rng = np.random.default_rng(seed)
    days, mix = random_days(rng), random_mix(rng, 70)
    out = outcome(days, mix)
    hours = days.weight.sum() * 24e-3
    green = hours * mix[h.WIND_LAND : h.SUN + 1].sum(axis=0)
    steady = hours * mix[h.NUCLEAR_MEAN : h.FLAT + 1].sum(axis=0)
    coal = hours * mix[h.LOAD] - steady - green + out[h.CURTAILED] + out[h.EXPORTED]
    coal += out[h.STORED] * (1.0 - WORST) - out[h.UNSERVED]
    heating = days.days[2] @ days.weight * 24e-3
    least = mix[h.MINIMUM] * hours + mix[h.HEAT_BOUND] * heating
    most = np.maximum(mix[h.AVAILABLE], mix[h.MINIMUM] + mix[h.HEAT_BOUND]) * hours
    assert (coal >= least - 1e-9).all()
    assert (coal <= most + out[h.STORED] + 1e-9).all()
    assert (out[: h.PEAK] >= 0.0).all()
    assert (out[h.CURTAILED] <= green + 1e-9).all()


@settings(max_examples=40, deadline=None)
@given(
    seed=SEEDS,
    row=st.sampled_from(
        [
            (h.WIND_LAND, 1),
            (h.WIND_SEA, 1),
            (h.SUN, 1),
            (h.NUCLEAR_MEAN, 1),
            (h.MINIMUM, 1),
            (h.HEAT_BOUND, 1),
            (h.LOAD, -1),
            (h.LINK, -1),
            (h.STORE_POWER, -1),
            (h.STORE_INTAKE, -1),
        ]
    ),
)
def test_curtailment_falls_with_flexibility_and_rises_with_what_must_run(seed, row):
    rng = np.random.default_rng(seed)
    days, mix = random_days(rng), random_mix(rng, 30)
    index, sign = row
    more = mix.copy()
    more[index] *= rng.uniform(1.0, 1.5, 30)
    change = outcome(days, more)[h.CURTAILED] - outcome(days, mix)[h.CURTAILED]
    assert (sign * change >= -1e-9).all()


@settings(max_examples=20, deadline=None)
@given(seed=SEEDS)
def test_more_coal_or_stores_never_leave_more_unserved(seed):
    rng = np.random.default_rng(seed)
    days, mix = random_days(rng), random_mix(rng, 30)
    before = outcome(days, mix)[h.UNSERVED]
    for index in (h.AVAILABLE, h.STORE_POWER, h.STORE_OUTPUT):
        more = mix.copy()
        more[index] *= 1.3
        assert (outcome(days, more)[h.UNSERVED] <= before + 1e-9).all()


def test_a_draw_does_not_depend_on_its_group():
    rng = np.random.default_rng(5)
    days, mix = random_days(rng), random_mix(rng, 130)
    whole = outcome(days, mix)
    for one in (0, 63, 64, 129):
        alone = outcome(days, np.ascontiguousarray(mix[:, one : one + 1]))
        np.testing.assert_array_equal(alone[:, 0], whole[:, one])


OWN_USE = 0.06


def province(load, wind, sea, sun, nuclear, flat, coal, minimum, stores, link):
    """A mix of Liaoning in TWh and GW; stores are (GW, hours, efficiency).

    `flat` is biomass, gas and planned net import.
    """
    mix = np.zeros(h.MIX_ROWS)
    mix[: h.FLAT + 1] = np.array([load, wind, sea, sun, nuclear, 2.8, flat]) / 8.76
    fleet = 39.3 * (1.0 - OWN_USE)
    mix[h.MINIMUM], mix[h.HEAT_BOUND] = 0.7 * minimum * fleet, 0.3 * minimum * fleet
    mix[h.AVAILABLE], mix[h.LINK] = 0.79 * coal * (1.0 - OWN_USE), link
    mix[h.STORE_POWER] = sum(power for power, _, _ in stores)
    mix[h.STORE_OUTPUT] = sum(power * hours for power, hours, _ in stores)
    mix[h.STORE_INTAKE] = sum(power * hours / efficiency for power, hours, efficiency in stores)
    return mix


def stores(pumped, battery, moved):
    return [(pumped, 5.5, 0.75), (battery, 2.5, 0.85), (moved, 2.5, 1.0)]


CASES = {
    "2025": province(266, 39.5, 3.1, 18.8, 47.9, 49.3, 39.3, 0.25, stores(2.85, 0.35, 0.0), 1.0),
    "plan 2030": province(310, 70, 14, 45, 84, 20.7, 45, 0.21, stores(6.4, 4.1, 1.5), 2.9),
    "high wind and sun": province(310, 110, 30, 80, 84, 20.7, 45, 0.15, stores(6.4, 8.0, 2.5), 2.9),
    "no stores": province(310, 70, 14, 45, 84, 20.7, 45, 0.21, stores(0.0, 0.0, 0.0), 1.0),
    "short of coal": province(340, 60, 5, 30, 47.9, 49.7, 35.5, 0.2, stores(3.0, 2.0, 0.0), 0.0),
}
FLEETS = {
    "2025": stores(2.85, 0.35, 0.0),
    "plan 2030": stores(6.4, 4.1, 1.5),
    "high wind and sun": stores(6.4, 8.0, 2.5),
    "no stores": [],
    "short of coal": stores(3.0, 2.0, 0.0),
}


@pytest.mark.parametrize("name", CASES)
def test_the_hours_come_close_to_a_linear_program(name):
    """Within 0.3 % of wind and sun in curtailment, 0.4 % of load in coal and what is unserved."""
    days, mix = typical_days(), CASES[name]
    fleet = [Store(*store) for store in FLEETS[name] if store[0] > 0.0]
    best = yearly(days, optimum(days, mix, fleet))
    out = outcome(days, mix[:, None])[:, 0]
    green = mix[h.WIND_LAND : h.SUN + 1].sum() * 8.76
    load = mix[h.LOAD] * 8.76
    efficiency = mix[h.STORE_OUTPUT] / mix[h.STORE_INTAKE] if fleet else 1.0
    coal = load - mix[h.WIND_LAND : h.FLAT + 1].sum() * 8.76 + out[h.CURTAILED]
    coal += out[h.EXPORTED] + (1.0 - efficiency) * out[h.STORED] - out[h.UNSERVED]
    assert out[h.CURTAILED] == pytest.approx(best["curtailed"], abs=0.003 * green)
    assert coal == pytest.approx(best["coal"], abs=0.004 * load)
    assert out[h.UNSERVED] == pytest.approx(best["unserved"], abs=0.0002 * load)
    if not fleet:  # nothing to choose: the sums are the optimum
        assert out[h.CURTAILED] == pytest.approx(best["curtailed"], rel=1e-6)
        assert out[h.EXPORTED] == pytest.approx(best["sent out"], rel=1e-6)
