"""Several regions in one table: the same analyses under (region, sector) labels."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.errors import InputError
from models.inputoutput import IOTable

REGIONS = ["north", "south", "rest"]
SECTORS = pd.MultiIndex.from_product([REGIONS, ["farms", "mills", "shops"]])
USES = pd.MultiIndex.from_product([REGIONS, ["households", "capital"]])


def regions(seed: int = 0) -> IOTable:
    rng = np.random.default_rng(seed)
    flows = rng.gamma(0.8, 10.0, (9, 9))
    final = rng.gamma(1.0, 15.0, (9, 6))
    x = flows.sum(axis=1) + final.sum(axis=1)
    flows *= np.minimum(1.0, 0.7 * x / flows.sum(axis=0))
    x = flows.sum(axis=1) + final.sum(axis=1)
    added = x - flows.sum(axis=0)
    return IOTable.from_frames(
        pd.DataFrame(flows, SECTORS, SECTORS),
        pd.DataFrame(final, SECTORS, USES),
        pd.DataFrame([0.5 * added, 0.5 * added], ["compensation", "surplus"], SECTORS),
        unit="million CNY",
        year=2020,
        satellites={"jobs": pd.Series(rng.random(9), SECTORS)},
    )


def test_households_of_each_region_spend_what_is_earned_there() -> None:
    table = regions()
    x, n = table.output.to_numpy(), 9
    home = np.repeat(np.eye(3), 3, axis=0).T
    income = home * table.compensation / x
    spent = table.data["final_demand"].to_numpy()[:, ::2]
    earned = (home * table.compensation).sum(axis=1)
    scale = 0.6 * earned / spent.sum(axis=0)  # households save, so that the model is bounded
    final = table.final_use.to_pandas()
    final.iloc[:, ::2] *= scale
    modest = IOTable.from_frames(
        table.flows.to_pandas().set_axis(SECTORS).set_axis(SECTORS, axis=1),
        final.set_axis(SECTORS).set_axis(USES, axis=1),
        table.primary_inputs.to_pandas().set_axis(SECTORS, axis=1),
        unit="million CNY",
        year=2020,
        output=table.output.to_pandas().set_axis(SECTORS),
    )
    bar = np.block([[modest.coefficients, spent * scale / earned], [income, np.zeros((3, 3))]])
    expected = np.linalg.inv(np.eye(n + 3) - bar)[:n, :n].sum(axis=0)
    np.testing.assert_allclose(modest.multipliers(type=2), expected, rtol=1e-10)


def test_a_sector_is_named_by_region_and_sector() -> None:
    table = regions()
    one = table.extract(("north", "mills"))
    assert one.attrs["extracted"] == ["('north', 'mills')"]
    both = table.extract([("north", "mills"), ("south", "mills")])
    assert both.attrs["total_loss"] > one.attrs["total_loss"]
    with pytest.raises(InputError, match=r"pairs \(region, sector\)"):
        table.extract("mills")
    change = table.shock({("south", "farms"): 10.0})
    L = table.leontief_inverse.sel(region="south", code="farms")
    np.testing.assert_allclose(change["output"], 10.0 * L.to_numpy().ravel(), rtol=1e-12)


def test_aggregation_within_regions_and_of_regions() -> None:
    table = regions()
    within = table.aggregate({"farms": "goods", "mills": "goods", "shops": "services"})
    assert list(within.sectors[:2]) == [("north", "goods"), ("north", "services")]
    assert float(within.output.sum()) == pytest.approx(float(table.output.sum()))
    whole = table.aggregate({label: ("all", label[1]) for label in SECTORS})
    assert whole.sectors.tolist() == [("all", "farms"), ("all", "mills"), ("all", "shops")]
    assert float(whole.flows.sum()) == pytest.approx(float(table.flows.sum()))


def test_footprints_of_regions_add_up() -> None:
    table = regions()
    account = table.footprint("jobs")
    total = float(table.satellite("jobs").sum())
    for name in ("production", "consumption"):
        assert float(account[name].sum()) == pytest.approx(total)
    assert float(account["imports"].sum()) == pytest.approx(float(account["exports"].sum()))
    made = account["production"].to_pandas().groupby(level=0).sum()
    used = account["consumption"].to_pandas().groupby(level=0).sum()
    out = account["exports"].to_pandas().groupby(level=0).sum()
    into = account["imports"].to_pandas().groupby(level=0).sum()
    np.testing.assert_allclose(used, made - out + into, rtol=1e-12)


def test_regions_with_different_sectors_are_refused_for_footprints_only() -> None:
    table = regions()
    uneven = table.aggregate(
        {label: ("north", "all") if label[0] == "north" else label for label in SECTORS}
    )
    assert uneven.leontief_inverse.shape == (7, 7)
    with pytest.raises(InputError, match="every region to have the same sectors"):
        uneven.footprint("jobs")


def test_footprints_need_the_same_sectors_in_every_region() -> None:
    labels = pd.MultiIndex.from_tuples([("north", "a"), ("north", "b"), ("south", "a")])
    flows = pd.DataFrame(np.ones((3, 3)), labels, labels)
    uses = pd.MultiIndex.from_tuples([("north", "use"), ("south", "use")])
    added = pd.DataFrame([[7.0, 7.0, 7.0]], ["value_added"], labels)
    final = pd.DataFrame(np.full((3, 2), 3.5), labels, uses)
    table = IOTable.from_frames(flows, final, added, unit="CNY", year=2020)
    with pytest.raises(InputError, match="every region to have the same sectors"):
        table.footprint("value_added")
