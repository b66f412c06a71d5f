"""The growth accounts as chart and table."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from sim.errors import InputError
from sim.publish.growth import (
    CONTRIBUTION_COLOURS,
    growth_accounts,
    growth_accounts_chart,
    trend_revisions_chart,
)

YEARS = list(range(2010, 2016))


@pytest.fixture(scope="module")
def pack() -> xr.Dataset:
    """Six years of round contributions; labour is sourced in the last one."""
    parts = np.tile([0.03, -0.01, 0.005, -0.002], (2, len(YEARS), 1))
    parts[1, :, 0] = 0.02
    year = ("growth_year",)
    realtime = {
        f"realtime_{name}": (("end_year",), np.linspace(0.01, 0.03, 6))
        for name in ("tfp_trend", "tfp_trend_sd", "final_tfp_trend")
    }
    return xr.Dataset(
        {
            "growth_contribution_by_account": (("growth_account", *year, "contribution"), parts),
            "growth_labour_proxied": (year, [1, 1, 1, 1, 1, 0]),
            **realtime,
        },
        coords={
            "growth_account": ["zhang_revised", "shan_revised"],
            "growth_year": YEARS,
            "contribution": list(CONTRIBUTION_COLOURS),
            "end_year": YEARS,
        },
    )


@pytest.mark.parametrize(("lang", "proxy"), [("en", "proxy"), ("zh", "估算")])
def test_table_sums_and_marks_every_proxied_year(pack: xr.Dataset, lang: str, proxy: str) -> None:
    table = growth_accounts(pack, lang)
    np.testing.assert_allclose(table.iloc[:, 1:5].sum(axis=1), table.iloc[:, 0], atol=1e-12)
    assert (table.iloc[:, 0] - 2.3).abs().max() < 1e-12
    assert (table.iloc[:, 5] == proxy).tolist() == [True] * 5 + [False]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_proxied_labour_is_hatched_and_the_dots_are_growth(pack: xr.Dataset, lang: str) -> None:
    axes = growth_accounts_chart(pack, lang, "shan_revised").axes[0]
    labour = list(CONTRIBUTION_COLOURS).index("labour")
    hatches = [bar.get_hatch() for bar in axes.containers[labour]]
    assert [hatch is not None for hatch in hatches] == [True] * 5 + [False]
    np.testing.assert_allclose(axes.lines[-1].get_ydata(), 1.3, atol=1e-12)


def test_negative_contributions_hang_below_zero(pack: xr.Dataset) -> None:
    axes = growth_accounts_chart(pack, "en").axes[0]
    bottom = min(bar.get_y() + min(bar.get_height(), 0) for box in axes.containers for bar in box)
    assert bottom == pytest.approx(-1.2)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_revisions_show_both_lines(pack: xr.Dataset, lang: str) -> None:
    axes = trend_revisions_chart(pack, lang).axes[0]
    assert len(axes.lines) == 2
    np.testing.assert_allclose(axes.lines[0].get_ydata(), np.linspace(1.0, 3.0, 6))


def test_unknown_account_gets_the_nearest(pack: xr.Dataset) -> None:
    with pytest.raises(InputError, match="did you mean 'shan_revised'"):
        growth_accounts(pack, "en", "shan_revisd")
