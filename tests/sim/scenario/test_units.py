"""The register of named units: what it covers, what a scenario may do with it."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from models.labels import LINKS, TECHNOLOGIES
from sim.baseyear.pack import load_pack
from sim.ensemble.prepare import prepare
from sim.errors import InputError
from sim.figures.series import series
from sim.scenario import lever_table, read_units, scenario
from sim.scenario.units import PASSING, operating_capacity

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "energy"
UNITS = read_units()
OPERATING = [unit for unit in UNITS if unit.operates]


@pytest.fixture(scope="module")
def pack() -> xr.Dataset:
    """The bundled base year."""
    return load_pack()


def test_the_register_is_complete_and_sourced() -> None:
    assert len({unit.name for unit in UNITS}) == len(UNITS)
    for unit in UNITS:
        assert unit.capacity_gw > 0.0
        assert all((unit.name_en, unit.name_zh, unit.source, unit.note_zh)), unit.name
        assert unit.kind in {"document", "series", "estimate", "judgement"}, unit.name
        if unit.operates:
            assert unit.planned_year < 2026.0
        else:
            assert unit.planned_year > 2026.0
            assert "txt:" in unit.source


@pytest.mark.parametrize("technology", sorted({unit.technology for unit in OPERATING} - set(LINKS)))
def test_named_plants_are_part_of_the_base_year_and_never_more(pack: xr.Dataset, technology):
    named = operating_capacity(UNITS, technology, 2025)
    held = float(pack["electricity_capacity"].sel(technology=technology))
    spread = float(pack["electricity_capacity_draws"].sel(technology=technology).std())
    assert 0.0 < named <= held + spread


def test_hongyanhe_follows_the_monthly_record() -> None:
    """4.4752 GW at the end of 2016, 5.58 of 2021, 6.6752 of 2024: six units, two steps."""
    published = series("capacity_nuclear")
    for year in (2016, 2021, 2024):
        named = operating_capacity(UNITS, "nuclear", year)
        assert named == pytest.approx(published[year], abs=0.005), year
    assert operating_capacity(UNITS, "nuclear", 2012) == 0.0


def test_pumped_storage_follows_the_record_of_hydropower() -> None:
    assert operating_capacity(UNITS, "pumped_storage", 2011) == 0.0
    assert operating_capacity(UNITS, "pumped_storage", 2022) == 1.2
    assert operating_capacity(UNITS, "pumped_storage", 2025) == pytest.approx(3.0)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the reference data are not here")
def test_named_coal_plants_are_those_of_the_database() -> None:
    with (SHARED / "wri_plants_bbox_liaoning.csv").open(encoding="utf-8") as stream:
        rows = {row["Power Plant ID"]: row for row in csv.DictReader(stream)}
    named = [unit for unit in OPERATING if unit.technology == "coal"]
    for unit in named:
        row = rows[unit.source.split()[1]]
        assert float(row["Capacity (MW)"]) == pytest.approx(1e3 * unit.capacity_gw)
        assert int(row["Commissioning Date"]) == unit.planned_year
        assert row["Operational Status"] != "Shutdown"
    large = {
        key
        for key, row in rows.items()
        if row["Fuel"] == "Coal"
        and float(row["Capacity (MW)"] or 0.0) >= 1000.0
        and "Liaoning" in row["Location"]
        and row["Operational Status"] != "Shutdown"
    }
    assert large == {unit.source.split()[1] for unit in named}


def test_the_ages_behind_the_default_of_closed_coal_plants() -> None:
    coal = [unit for unit in OPERATING if unit.technology == "coal"]

    def aged(years: int, by: int) -> float:
        return sum(unit.capacity_gw for unit in coal if unit.planned_year + years <= by)

    assert sum(unit.capacity_gw for unit in coal) == pytest.approx(15.82)
    assert [aged(30, 2026), aged(30, 2030)] == pytest.approx([3.0, 4.1])
    assert (aged(40, 2033), aged(40, 2034)) == (0.0, 1.4)
    note = lever_table()["energy.coal.retire_gw"].source
    assert "15.8 GW" in note
    assert "3.0 GW are thirty years old by 2026 and 4.1 GW by 2030" in note
    assert "none is forty before 2034" in note


def test_plants_that_operate_have_one_lever_and_the_others_not_that_one() -> None:
    for unit in UNITS:
        names = {name.rsplit(".", 1)[1] for name in lever_table() if f".{unit.name}." in name}
        expected = {"retires"} if unit.operates else {"year", "included", "slip", "capacity_gw"}
        assert names == (set() if unit.technology == PASSING else expected), unit.name


def test_by_default_nothing_that_operates_closes(pack: xr.Dataset) -> None:
    case = prepare(pack, scenario("baseline").resolve(pack, horizon=2035), UNITS)
    assert (case.structure.unit_capacity > 0.0).all()
    assert not set(case.slips) & {unit.name for unit in OPERATING}


def test_a_scenario_closes_a_named_plant_at_its_date(pack: xr.Dataset) -> None:
    changed = scenario("baseline").set({"units.qinghe.retires": 2028})
    case = prepare(pack, changed.resolve(pack), UNITS)
    index = list(case.slips).index("qinghe")
    assert case.slips["qinghe"] == 0.0
    assert case.structure.unit_capacity[index] == -1.6
    assert case.structure.unit_year[index] == 2028.0
    assert case.structure.unit_technology[index] == TECHNOLOGIES.index("coal")
    later = changed.set({"units.qinghe.retires": 2034})
    assert "qinghe" not in prepare(pack, later.resolve(pack), UNITS).slips


def test_what_is_dated_to_the_end_of_the_base_year_comes_after_it(pack: xr.Dataset) -> None:
    changed = scenario("baseline").set({"units.qinghe.retires": 2026})
    case = prepare(pack, changed.resolve(pack), UNITS)
    year = case.structure.unit_year[list(case.slips).index("qinghe")]
    assert 2026.0 < year < 2026.0 + 1e-9


def test_the_size_of_a_planned_unit_is_a_lever(pack: xr.Dataset) -> None:
    changed = scenario("plan").set({"units.zhuanghe_1_1.capacity_gw": 1.5})
    case = prepare(pack, changed.resolve(pack), UNITS)
    assert case.structure.unit_capacity[list(case.slips).index("zhuanghe_1_1")] == 1.5


def test_a_closed_plant_leaves_the_capacity_and_coal_stays_in_balance(pack: xr.Dataset) -> None:
    import sim

    changed = sim.scenario("baseline").set({"units.qinghe.retires": 2028}, name="closed")
    paths = sim.run(["baseline", changed], draws=4, horizon=2029).paths
    coal = paths["electricity_capacity"].sel(technology="coal")
    gone = (coal.sel(scenario="baseline") - coal.sel(scenario="closed")).values
    np.testing.assert_allclose(gone, [0.0, 0.0, 1.6, 1.6, 1.6], atol=1e-9)
    margin = paths["reserve_margin"]
    assert (margin.sel(scenario="closed") < margin.sel(scenario="baseline"))[3:].all()


@pytest.mark.parametrize(
    ("technology", "status", "message"),
    [
        ("coal", "dreamt", "units.csv: a: status .* found dreamt; allowed: construction"),
        ("links", "planned", "units.csv: a: technology .* found links; .* did you mean 'link'"),
    ],
)
def test_an_unknown_word_is_refused(tmp_path: Path, technology, status, message) -> None:
    path = tmp_path / "units.csv"
    head = "unit,name_en,name_zh,technology,capacity_gw,status,planned_year,slip_mean_years"
    row = f"a,A,甲,{technology},1,{status},2027,0,s,judgement,,"
    path.write_text(f"{head},source,kind,note,note_zh\n{row}\n", "utf-8")
    with pytest.raises(InputError, match=message):
        read_units(path)


def test_links_to_other_grids_are_told_from_ties_within_the_grid(pack: xr.Dataset) -> None:
    """3 GW at Gaoling; 14.2 GW that the grid can take in with the ties; none of a passing line."""
    structure = prepare(pack, scenario("plan").resolve(pack), UNITS).structure
    assert structure.link_capacity == pytest.approx([3.0, 11.2])
    assert operating_capacity(UNITS, "link", 2025) == 3.0
    passing = {unit.name for unit in UNITS if unit.technology == PASSING}
    assert passing == {"songliao_dc", "dandong_dc"}


def test_the_second_link_doubles_what_leaves_its_plan_and_raises_the_limit() -> None:
    import sim

    link = {"units.ji_liao_2.included": True, "units.ji_liao_2.year": 2027.5}
    wide = sim.scenario("baseline").set(link | {"units.ji_liao_2.slip": 0.0}, name="wide")
    case = {"energy.net_import": 70.0, "energy.import_limit": 70.0}
    runs = [item.set(case, name=item.name) for item in (sim.scenario("baseline"), wide)]
    paths = sim.run(runs, draws=4, horizon=2029).paths
    capability = paths["exchange_capability"].values
    np.testing.assert_allclose(capability, [[3.0] * 5, [3.0, 3.0, 6.0, 6.0, 6.0]])
    sent = paths["electricity_surplus"].diff("scenario").values[0]
    assert (sent[:2] == 0.0).all()
    assert (sent[3:] > 0.0).all()
    lost = paths["curtailment"].diff("scenario").values[0]
    assert (lost[3:] < 0.0).all()


@pytest.mark.parametrize(("name", "probability"), [("baseline", 0.0), ("plan", 0.96)])
def test_the_target_of_exchange_has_the_probability_of_the_date(name, probability) -> None:
    """Planned for mid-2029 with a median slip of 0.6: in service by 2031 at most 1.5 late.

    A slip is zero with 0.2, else Weibull of shape 2; at its median 0.6 the Weibull part is at
    0.375, so that 1 - 0.8 exp(-(1.5/0.6)^2 ln(1/0.625)) = 0.958 are in service.
    """
    import sim

    table = sim.run([name], draws=2000, seed=1).targets()
    row = table.set_index("target_id").loc["exchange_capacity_2030"]
    assert row["modelled"] == "structural"
    assert row["central"] == (6.0 if name == "plan" else 3.0)
    assert row["probability"] == pytest.approx(probability, abs=0.015)


def test_without_the_station_that_operates_nothing_is_exchanged_across_grids() -> None:
    import sim

    closed = sim.scenario("baseline").set({"units.gaoling.retires": 2027}, name="closed")
    paths = sim.run([closed], draws=2, horizon=2027).paths.isel(scenario=0)
    np.testing.assert_array_equal(paths["exchange_capability"].values, [3.0, 0.0, 0.0])
