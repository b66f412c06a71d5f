"""The typical days: built from the record, and what they keep of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sim.baseyear import power_days
from sim.baseyear.power_profiles import HOURS_FILE, read_rows
from sim.errors import InputError

SHARED = Path(__file__).parents[4] / "shared" / "data"


@pytest.mark.skipif(
    not (SHARED / power_days.MONTHLY_FILE).is_file(), reason="the monthly record is not here"
)
def test_the_bundled_days_are_those_of_the_record(tmp_path):
    power_days.build(SHARED, tmp_path / HOURS_FILE)
    bundled = Path(power_days.__file__).parent / "data" / HOURS_FILE
    assert (tmp_path / HOURS_FILE).read_bytes() == bundled.read_bytes()


def test_a_folder_without_the_record_is_refused(tmp_path):
    with pytest.raises(InputError, match="monthly record"):
        power_days.build(tmp_path, tmp_path / HOURS_FILE)


@pytest.mark.parametrize("variation", [0.3, 0.55, 0.8])
def test_states_of_the_wind_keep_the_mean_and_spread_with_variation(variation):
    low, middle, high = power_days.state_means(0.25, variation, 0.3)
    assert 0.3 * low + 0.4 * middle + 0.3 * high == pytest.approx(0.25)
    assert low < middle < high < 1.0
    wider = power_days.state_means(0.25, variation + 0.1, 0.3)
    assert wider[2] - wider[0] > high - low


def test_the_sun_is_highest_before_noon_of_the_clock_and_longer_in_summer():
    june, december = (power_days.solar_day(m, 41.5, 122.5, 35.0) for m in (6, 12))
    assert june[11] == june.max()  # 122.5 degrees east: noon at 11:50 of 120 degrees
    assert np.count_nonzero(june) > np.count_nonzero(december)
    assert june[:4].sum() == 0.0


def test_every_assumption_has_a_source_and_a_kind():
    for name in ("power_day_parameters.csv", "power_load_days.csv"):
        for row in read_rows(name):
            assert row["source"]
            assert row["note_zh"]
            assert row["kind"] in ("document", "series", "estimate", "judgement")
