"""The provincial questions: identities that the answers must meet."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.labels import FINAL_USES, SECTORS
from sim.assess.base_draws import BaseDraws, bundled_draws
from sim.assess.input_output import (
    carbon_price_costs,
    cluster_effects,
    clusters,
    dependence,
    embodied_carbon,
    outflow_carbon_by_product,
)
from sim.assess.province_table import bundled_table, employment_by_sector
from sim.baseyear.pack import load_pack
from sim.errors import InputError


@pytest.fixture(scope="module")
def table():
    return bundled_table()


@pytest.fixture(scope="module")
def pack():
    return load_pack()


def test_the_table_is_that_of_the_pack(table, pack) -> None:
    np.testing.assert_allclose(table.output.values, pack["gross_output"].values)
    np.testing.assert_allclose(
        table.technical_coefficients.values, pack["technical_coefficients"].values, atol=1e-12
    )
    np.testing.assert_allclose(
        float(table.primary_inputs.sum()), float(pack["value_added"].sum()), rtol=1e-9
    )
    assert tuple(table.uses) == FINAL_USES
    assert table.imports == "competitive"
    assert table.unit == "亿元"


def test_the_local_table_reproduces_output(table) -> None:
    local = table.local()
    found = local.system.solve(local.final_use.values.sum(axis=1))
    np.testing.assert_allclose(found, table.output.values, rtol=1e-8)


def test_satellites_add_up_to_the_accounts_of_the_pack(table, pack) -> None:
    for name, total in (("co2", pack["co2"]), ("energy", pack["final_energy"])):
        row = table.satellite_position(name)
        direct = table.data["satellites_final_use"].values[row]
        np.testing.assert_allclose(
            float(table.satellite(name).sum()) + direct.sum(), float(total.sum()), rtol=1e-9
        )
    by_carrier = [table.satellite(n).values for n in table.satellites if n.startswith("energy_")]
    np.testing.assert_allclose(sum(by_carrier), table.satellite("energy").values, atol=1e-12)


def test_employment_adds_up_to_the_province_and_is_positive(pack) -> None:
    workers = employment_by_sector(pack)
    assert tuple(workers.index) == SECTORS
    assert (workers > 0.0).all()
    np.testing.assert_allclose(workers.sum(), float(pack["labour"]), rtol=1e-12)


def test_all_22_clusters_have_names_and_known_sectors() -> None:
    found = clusters()
    assert len(found) == 22
    for cluster in found.values():
        assert cluster.name_en
        assert cluster.name_zh
        assert set(cluster.weights) <= set(SECTORS)
        given = [w for w in cluster.weights.values() if w is not None]
        assert not given or np.isclose(sum(given), 1.0)


def test_clusters_of_one_sector_are_told_to_be_alike(table) -> None:
    found = cluster_effects(table).set_index("cluster")
    assert set(found.loc["steel", "same_as"].split()) == {"nonferrous_metals"}
    assert set(found.loc["automotive", "same_as"].split()) == {
        "rail_equipment",
        "aerospace",
        "ship_offshore",
    }
    for name in ("gdp", "jobs", "co2"):
        assert found.loc["steel", name] == found.loc["nonferrous_metals", name]


def test_a_cluster_without_sectors_has_no_effect_invented(table) -> None:
    row = cluster_effects(table).set_index("cluster").loc["future_industries"]
    assert row[["output", "gdp", "jobs", "energy", "co2"]].isna().all()
    assert row["sectors"] == ""


def test_demand_creates_at_least_its_own_value_added_and_at_most_itself(table) -> None:
    found = cluster_effects(table).dropna()
    assert (found["gdp"] >= found["gdp_direct"]).all()
    assert (found["gdp"] < 1.0).all()  # the rest is imported or comes from other provinces
    assert (found["output"] >= 1.0).all()
    twice = cluster_effects(table, demand=2.0).dropna()
    np.testing.assert_allclose(twice["co2"], 2.0 * found["co2"])


def test_demand_for_one_sector_equals_its_multiplier(table) -> None:
    local = table.local()
    content = local.multipliers(of="value_added").sel(sector="18")
    row = cluster_effects(table).set_index("cluster").loc["automotive"]
    np.testing.assert_allclose(row["gdp"], float(content), rtol=1e-12)


def test_carbon_by_final_use_adds_up_to_the_territory(table, pack) -> None:
    found = embodied_carbon(table)
    np.testing.assert_allclose(found["total"].sum(), float(pack["co2_total"]), rtol=1e-9)
    np.testing.assert_allclose(found["share"].sum(), 1.0)


def test_carbon_in_outflow_is_the_same_by_product_and_by_emitter(table) -> None:
    found = outflow_carbon_by_product(table)
    np.testing.assert_allclose(found["by_product"].sum(), found["by_emitter"].sum())
    whole = embodied_carbon(table).set_index("final_use").loc["outflow", "embodied"]
    np.testing.assert_allclose(found["by_product"].sum(), whole)
    with pytest.raises(InputError, match="no such final use"):
        outflow_carbon_by_product(table, use="exprots")


def test_a_carbon_price_costs_what_is_emitted_and_ends_in_final_demand(table) -> None:
    found = carbon_price_costs(table, price=100.0)
    # 100 CNY/t on 1 Mt is 1 亿元
    np.testing.assert_allclose(found["payment"], table.satellite("co2").values, rtol=1e-12)
    local = table.local()
    final = local.final_use.values.sum(axis=1)
    np.testing.assert_allclose(found["price"] @ final, found["payment"].sum(), rtol=1e-8)


def test_less_pass_through_means_lower_prices(table) -> None:
    full = carbon_price_costs(table)
    half = carbon_price_costs(table, pass_through=0.5)
    assert (half["price"] < full["price"]).all()
    assert (half["cost"] <= full["cost"] + 1e-15).all()


def test_extraction_takes_out_more_than_the_industry_itself(table) -> None:
    found = dependence(table)
    assert (found["gdp_share"] > found["own_gdp_share"]).all()
    np.testing.assert_allclose(
        found["gdp_share"], found["own_gdp_share"] + found["other_gdp_share"], rtol=1e-9
    )
    kept = dependence(table, with_final_demand=False)
    assert (kept["gdp_share"] < found["gdp_share"]).all()
    with pytest.raises(InputError, match="no such sector"):
        dependence(table, groups={"x": ["99"]})


def test_rows_carry_names_in_both_languages(table) -> None:
    for frame in (cluster_effects(table), embodied_carbon(table), dependence(table)):
        assert isinstance(frame, pd.DataFrame)
        assert frame["name_en"].str.len().gt(0).all()
        assert frame["name_zh"].str.len().gt(0).all()


def test_draws_equal_to_the_centre_give_bands_without_width(table) -> None:
    still = BaseDraws(
        np.repeat(table.final_use.values[None], 3, axis=0),
        np.repeat(table.satellite("energy").values[None], 3, axis=0),
    )
    for frame, columns in (
        (embodied_carbon(table, draws=still), ("total", "share")),
        (outflow_carbon_by_product(table, draws=still), ("by_product",)),
        (cluster_effects(table, draws=still), ("energy",)),
        (dependence(table, draws=still), ("gdp_share", "jobs_share", "other_gdp_share")),
    ):
        for name in columns:
            for end in ("_low", "_high"):
                np.testing.assert_allclose(
                    frame[name + end].astype(float), frame[name].astype(float), rtol=1e-7
                )


def test_bands_of_the_pack_hold_the_central_answer(table) -> None:
    draws = bundled_draws()
    frame = embodied_carbon(table, draws=draws)
    inside = (frame["share_low"] < frame["share"]) & (frame["share"] < frame["share_high"])
    assert inside.all()
    assert list(dependence(table, draws=draws)["industry"]) == list(dependence(table)["industry"])
    energy = cluster_effects(table, draws=draws).dropna(subset=["energy"])
    assert (energy["energy_low"] < energy["energy"]).all()
    assert (energy["energy"] < energy["energy_high"]).all()
