"""Any province: what its folder may look like, what is refused, what is estimated instead."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sim
from models.labels import SECTORS
from sim.baseyear.calibrate import build_pack, calibrate, read_statistics
from sim.baseyear.growth_substitutes import ESTIMATED, complete
from sim.baseyear.pack import identity_of, load_pack, read_manifest
from sim.baseyear.province.description import Description
from sim.baseyear.province.figures import Estimates, Figures
from sim.baseyear.province.growth import growth_parameters, growth_series
from sim.baseyear.province.plausible import check_plausible
from sim.baseyear.province.series import ROW_COLUMNS, read_series
from sim.baseyear.province.table import national_structure, national_value_added, read_io_table
from sim.baseyear.province.variables import variables
from sim.cli import main
from sim.errors import InputError
from sim.figures.series import load_series, series
from tests.sim.baseyear.provinces import (
    HEADER,
    series_rows,
    write_description,
    write_province,
    write_rows,
)

TABLES = Path(sim.__path__[0]).parent.parent / "shared" / "data" / "io"
needs_tables = pytest.mark.skipif(
    not TABLES.is_dir(), reason="the official tables are not beside the repository"
)
WHO = Description(name="Testland", name_zh="测试省", source="yearbook", file=Path("province.csv"))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A pack calibrated from the invented province, and its folder."""
    place = tmp_path_factory.mktemp("province")
    calibrate(write_province(place / "folder"), place / "pack")
    return place / "pack"


def series_of(tmp_path: Path, text: str, encoding: str = "utf-8") -> pd.DataFrame:
    path = tmp_path / "series.csv"
    path.write_text(text, encoding=encoding)
    return read_series(path, WHO)


def refusal(tmp_path: Path, text: str) -> str:
    with pytest.raises(InputError) as caught:
        series_of(tmp_path, text)
    return str(caught.value)


# Form ---------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_the_order_of_columns_the_encoding_and_chinese_names_do_not_matter(tmp_path, encoding):
    text = "单位,数值,年份,指标\n亿元,20612.4,2025,地区生产总值\n亿千瓦时,1526,2025,全社会用电量\n"
    table = series_of(tmp_path, text, encoding)
    assert table["variable"].tolist() == ["gdp", "electricity_consumption"]
    assert table["value"].tolist() == pytest.approx([20612.4, 152.6])
    assert table["unit"].tolist() == ["亿元", "TWh"]


def test_one_row_a_year_with_the_unit_in_the_column_is_read_as_well(tmp_path):
    table = series_of(tmp_path, "year,gdp[亿元],地区生产总值增速（%）\n2024,100,5.1\n2025,,3.7\n")
    assert [(r.variable, r.year) for r in table.itertuples()] == [
        ("gdp", 2024),
        ("gdp_growth", 2024),
        ("gdp_growth", 2025),
    ]
    assert table["value"].tolist() == pytest.approx([100.0, 0.051, 0.037])


def test_a_yearbook_table_with_the_years_across_is_read(tmp_path):
    frame = series_of(
        tmp_path,
        "指标,2024年,2023年\n地区生产总值(亿元),19850.3,……\n分行业,,\n"
        "地区生产总值指数(上年=100),105.1,105.3\n数据来源：统计年鉴,,\n",
    )
    found = {(row.variable, row.year): row.value for row in frame.itertuples()}
    expected = {("gdp", 2024): 19850.3, ("gdp_growth", 2024): 0.051, ("gdp_growth", 2023): 0.053}
    assert found == pytest.approx(expected)


def test_an_index_of_the_previous_year_is_a_growth_rate(tmp_path):
    table = series_of(tmp_path, "variable,year,value,unit\ngdp_growth,2024,105.1,上年=100\n")
    assert table["value"].tolist() == pytest.approx([0.051])


def test_a_workbook_holds_the_same_figures_as_the_csv(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (["variable", "year", "value", "unit"], ["gdp", 2025, 20612.4, "亿元"]):
        book.active.append(row)
    book.save(tmp_path / "series.xlsx")
    table = read_series(tmp_path / "series.xlsx", WHO)
    assert table[["variable", "year", "value"]].iloc[0].tolist() == ["gdp", 2025, 20612.4]


# Meaning ------------------------------------------------------------------------------

HEAD = "variable,year,value,unit\n"


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('gdp,2025,"20,612.4",亿元', "thousands separators"),
        ("gdp,2025,about 20000,亿元", "not a number"),
        ("gdp_growth,2025,3.7%,%", "unit column"),
        ("gdp,2025,20612,亿千瓦时", "not a unit of this variable"),
        ("gdp,2025,20612,亿圆", "did you mean '亿元'"),
        ("gpd,2025,20612,亿元", "did you mean 'gdp'"),
        ("gdp,25,20612,亿元", "the year is not a year"),
        ("gdp_growth,2025,520,%", "is the unit right?"),
        ("population,2025,-5,万人", "is the unit right?"),
        ("non_fossil_share,2025,15,fraction", "is the unit right?"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(tmp_path, row, told):
    message = refusal(tmp_path, HEAD + "gdp,2024,19000,亿元\n" + row + "\n")
    assert told in message
    assert "series.csv:3: " in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([("gdp", 2023, 20000.0), ("gdp", 2024, 2000.0)], "gdp (地区生产总值) of 2024"),
        ([("population", 2024, 4000.0), ("energy_consumption", 2024, 2500.0)], "tce a head"),
        ([("gdp_growth", 2023, 0.00052), ("gdp_growth", 2024, 0.00049)], "largest rate"),
        ([("capacity_wind", 2024, 1e4), ("generation_wind", 2024, 3.0)], "found 0.3 h"),
        (
            [
                ("gdp", 2024, 20000.0),
                ("value_added_primary", 2024, 1700.0),
                ("value_added_secondary", 2024, 7000.0),
                ("value_added_tertiary", 2024, 1130.0),
            ],
            "ratio of the parts to the whole",
        ),
    ],
)
def test_a_wrong_unit_shows_beside_the_other_figures(rows, told):
    figures, _ = figures_of(*rows)
    with pytest.raises(InputError) as caught:
        check_plausible(figures.series.assign(line=2), Path("series.csv"))
    assert told in str(caught.value)


def test_only_gdp_has_vintages(tmp_path):
    head = HEAD.replace("variable", "vintage,variable", 1)
    assert "leave the cell empty" in refusal(tmp_path, head + "final,gdp_growth,2025,5,%\n")


def test_a_figure_that_stands_twice_names_both_lines(tmp_path):
    message = refusal(tmp_path, HEAD + "gdp,2025,1,亿元\ngdp,2025,2,亿元\n")
    assert "stands already in line 2" in message
    assert "series.csv:3" in message


def test_an_unknown_column_names_the_nearest(tmp_path):
    assert "did you mean 'value'" in refusal(tmp_path, "variable,year,valeu,unit,value\n,,,,\n1\n")


def test_a_figure_needs_a_source(tmp_path):
    (tmp_path / "series.csv").write_text(HEAD + "gdp,2025,1,亿元\n", encoding="utf-8")
    with pytest.raises(InputError, match="the source is missing"):
        read_series(tmp_path / "series.csv", WHO.model_copy(update={"source": ""}))


def test_all_missing_figures_are_named_at_once(tmp_path, capsys):
    write_description(tmp_path)
    rows = [r for r in series_rows() if r[0] in ("gdp", "gdp_growth")]
    write_rows(tmp_path / "series.csv", HEADER, rows)
    assert main(["calibrate", str(tmp_path), "--out", str(tmp_path / "pack")]) == 2
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    needed = [v.name for v in variables().values() if v.need == "required"]
    assert all(name in told for name in needed if name not in ("gdp", "gdp_growth"))
    assert "energy_consumption" in told


@pytest.mark.parametrize("there", ["province.csv", "series.csv"])
def test_a_missing_file_is_named(tmp_path, capsys, there):
    (tmp_path / there).write_text("key,value\n", encoding="utf-8")
    assert main(["calibrate", str(tmp_path), "--out", str(tmp_path / "pack")]) == 2
    lacking = {"province.csv": "series.csv", "series.csv": "province.csv"}[there]
    assert f"the folder lacks {lacking}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (("base_year", 2022), "the model starts in 2025"),
        (("nmae", "x"), "did you mean 'name'"),
        (("io_year", "soon"), "not a year of a table"),
        (("parameter.eaf_share", "much"), "not a number"),
    ],
)
def test_a_mistake_in_the_description_is_refused(tmp_path, row, told):
    folder = write_province(tmp_path, table=False)
    write_description(folder, row)
    with pytest.raises(InputError, match=told):
        read_statistics(folder)


def test_the_template_can_be_read_back(tmp_path):
    assert main(["calibrate", "--template", str(tmp_path / "new"), "-q"]) == 0
    table = read_series(tmp_path / "new" / "series.csv", WHO)
    assert table.empty  # nothing is filled in yet, and nothing is refused
    assert main(["calibrate", "--template", str(tmp_path / "new"), "-q"]) == 2


# Base year ----------------------------------------------------------------------------


def figures_of(*rows: tuple[str, int, float]) -> tuple[Figures, Estimates]:
    estimates = Estimates()
    records = [
        (
            *(name, year, value, variables()[name].unit, np.nan, variables()[name].vintage),
            *("yearbook", "", "series", 1),
        )
        for name, year, value in rows
    ]
    return Figures(pd.DataFrame(records, columns=list(ROW_COLUMNS)), estimates), estimates


def test_the_last_figure_is_carried_by_its_own_trend_and_said():
    figures, estimates = figures_of(
        ("crude_steel", 2018, 1.0), ("gdp", 2018, 100.0), ("gdp", 2023, 161.051)
    )
    found = figures.need("gdp")
    assert found.value == pytest.approx(161.051 * 1.1**2)
    assert found.kind == "estimate"
    row = estimates.frame().iloc[0]
    assert (row["variable"], row["why"]) == ("gdp", "the last figure is of 2023")
    assert "+10.0%" in row["how"]
    assert figures.get("crude_steel") is None  # seven years back: too far


def test_capital_formation_follows_gdp_where_it_has_few_figures():
    estimates = Estimates()
    rows = [("gdp", year, 1000.0 * 1.1 ** (year - 2000)) for year in range(2000, 2026)]
    rows += [("gdp_growth", year, 0.08) for year in range(2000, 2026)]
    rows += [("population", year, 4000.0) for year in range(2000, 2026)]
    figures, estimates = figures_of(*rows, ("fixed_capital_formation", 2025, 4000.0))
    frame = growth_series(figures, estimates)
    by_name = {name: r.set_index("year")["value"] for name, r in frame.groupby("variable")}
    formation = by_name["fixed_capital_formation"].sort_index()
    released = frame[(frame["variable"] == "gdp") & (frame["vintage"] == "released")]
    ratio = formation / released.set_index("year")["value"]
    assert (np.diff(formation.index) == 1).all()
    assert ratio.loc[2000:].between(0.2, 0.7).all()
    whole = complete(frame, growth_parameters(WHO)).base
    invested = whole[whole["variable"] == "fixed_investment_growth"].set_index("year")["value"]
    assert invested.loc[2025] == pytest.approx(0.1)  # with its GDP, not with that of Liaoning


def test_no_growth_rate_and_no_vintage_of_another_province_is_taken():
    rows = [("gdp", year, 1000.0 * 1.1 ** (year - 2015)) for year in range(2015, 2026)]
    rows += [("gdp_growth", year, 0.08) for year in range(2005, 2026)]
    rows += [("population", year, 4000.0) for year in range(2000, 2026)]
    figures, estimates = figures_of(*rows)
    frame = growth_series(figures, estimates)
    growth = frame[frame["variable"] == "gdp_growth"]
    assert growth["year"].tolist() == list(range(2005, 2026))
    assert not (frame["vintage"] == "revised").any()
    assert "gdp_growth_five_year_average" not in set(frame["variable"])
    # levels are followed back by the province's own growth, one year before its first rate
    gdp = frame[frame["variable"] == "gdp"].set_index("year")["value"]
    assert gdp.index.tolist() == list(range(2004, 2026))
    bundled = load_series()
    theirs = np.log(series("gdp", "released", bundled)).diff()
    deflator = theirs[2015] - np.log1p(series("gdp_growth", "released", bundled)[2015])
    assert np.log(gdp[2015] / gdp[2014]) == pytest.approx(np.log(1.08) + deflator)
    estimated = frame["source"].str.startswith(ESTIMATED)
    assert set(frame.loc[estimated, "variable"]) == {"gdp", "fixed_capital_formation"}
    parameters = growth_parameters(WHO)
    assert "bias_break_year" not in parameters  # of Liaoning's release of 2016


def test_the_national_structure_closes_every_column():
    coefficients, inputs, uses, imports = national_structure()
    np.testing.assert_allclose(coefficients.sum(axis=0) + inputs.sum(axis=0), 1.0, rtol=1e-12)
    np.testing.assert_allclose(uses.sum(axis=1), 1.0, atol=1e-4)
    assert ((imports >= 0.0) & (imports <= 1.0)).all()
    # NBS: national GDP of the 42-sector table of 2020
    assert national_value_added("2020").sum() == pytest.approx(1_016_422, rel=1e-4)


@needs_tables
def test_a_table_of_2012_is_brought_to_the_sectors_of_2017():
    estimates = Estimates()
    path = TABLES / "Liaoning_2012_IO_42sec_raw.xls"
    table, year = read_io_table(path, WHO, estimates)
    assert year == 2012
    flows = pd.read_csv(TABLES / "Liaoning_2012_IO_42sec_tidy_10kCNY.csv", index_col=0)
    power = flows.loc["电力、热力的生产和供应", "电力、热力的生产和供应"] / 1e4
    at = SECTORS.index("24")
    assert table.flows[at, at] == pytest.approx(power, rel=1e-9)
    uses = table.flows.sum(axis=1) + table.final_uses.sum(axis=0)
    np.testing.assert_allclose(uses - table.imports - table.inflow, table.output, rtol=1e-9)
    assert "classification of 2012" in " ".join(estimates.frame()["why"])


@needs_tables
def test_a_table_of_2007_is_refused_by_its_sectors():
    with pytest.raises(InputError, match="classification of 2012 or 2017"):
        read_io_table(TABLES / "Liaoning_2007_IO_42sec_raw.xls", WHO, Estimates())


# The whole way ------------------------------------------------------------------------


def test_the_pack_says_whose_it_is_and_what_was_estimated(made):
    assert identity_of(load_pack(made)).name_zh == "测试省"
    assert read_manifest(made)["province"] == "testland"
    estimated = pd.read_csv(made / "estimated.csv")
    assert {"co2_history", "levers", "technical_coefficients"} <= set(estimated["variable"])
    for column in ("what", "why", "how", "what_zh", "why_zh", "how_zh"):
        assert estimated[column].notna().all(), column
    assert set(load_series(made / "series.csv")["variable"]) >= {"gdp", "gdp_growth"}


def test_the_accounts_meet_the_figures_of_the_province(made):
    pack = load_pack(made)
    rows = {(name, year): float(value) for name, year, value, *_ in series_rows()}
    assert float(pack["value_added"].sum()) == pytest.approx(rows["gdp", 2025], rel=1e-9)
    assert float(pack["energy_total"]) == pytest.approx(
        rows["energy_consumption", 2025] / 100, rel=0.03
    )
    carried = pd.read_csv(made / "estimated.csv").set_index("variable")["value"]
    assert float(pack["electricity_demand"]) == pytest.approx(
        carried["electricity_consumption"], rel=0.02
    )
    assert float(pack["electricity_generation"].sel(technology="nuclear")) == 0.0
    assert float(pack["primary_energy"].sum()) == pytest.approx(float(pack["energy_total"]))


def test_a_scenario_runs_on_the_pack_without_the_plants_and_targets_of_liaoning(made):
    run = sim.run("baseline", draws=200, pack=made)
    assert run.targets().empty
    assert run.manifest["pack"]["province"] == "testland"
    paths = run.paths.isel(scenario=0)
    assert float(paths["electricity_capacity"].sel(technology="nuclear").max()) == 0.0
    gdp = paths["gdp"].values
    np.testing.assert_allclose(paths["value_added"].sum("sector").values, gdp, rtol=1e-9)
    supply = paths["electricity_generation"].sum("technology") + paths["electricity_net_import"]
    np.testing.assert_allclose(supply.values, paths["electricity_demand"].values, rtol=1e-9)
    growth = run.ensemble["gdp_growth_mean"].isel(scenario=0).values[1:]
    assert ((growth > 0.0) & (growth < 0.08)).all()


def test_a_lever_that_does_not_exist_is_refused_when_a_scenario_runs(made):
    pack = load_pack(made)
    names = pack["lever"].values.astype(object)
    names[0] = "energy.wnd.build_gw"
    with pytest.raises(InputError, match=r"did you mean 'energy\.wind\.build_gw'"):
        sim.run("baseline", draws=8, pack=pack.assign_coords(lever=names.astype(str)))


def test_without_a_table_and_with_required_figures_only_it_still_closes(tmp_path):
    write_province(tmp_path, table=False)
    needed = {v.name for v in variables().values() if v.need == "required"}
    rows = [r for r in series_rows(2012, 2024) if r[0] in {*needed, "energy_consumption"}]
    rows = [r for r in rows if r[:2] != ("gdp_growth", 2017)]
    write_rows(tmp_path / "series.csv", HEADER, rows)
    statistics = read_statistics(tmp_path)
    pack, _ = build_pack(statistics)
    demand, output = pack["final_demand"], pack["gross_output"].values
    uses = pack["technical_coefficients"].values @ output + demand.sum("final_use").values
    np.testing.assert_allclose(uses, output + pack["imports_inflow"].values, rtol=1e-9)
    told = statistics.estimates.frame().set_index("variable")
    whys = told.loc["gdp_growth", "why"].tolist()
    assert "years are missing in series.csv" in whys  # 2017
    grown = statistics.series.query("variable == 'gdp_growth'")
    assert int(grown["year"].min()) == 2012  # nobody else's growth before
    assert "Flegg" in told.loc["io_table", "how"]
    assert "the last figure is of 2024" in told.loc["gdp", "why"].tolist()
    recommended = {v.name for v in variables().values() if v.need == "recommended"}
    assert recommended - set(told.index) <= {"energy_consumption"}


def test_a_single_missing_column_of_the_emission_file_is_named(tmp_path):
    folder = write_province(tmp_path / "folder", table=False)
    (folder / "co2.csv").write_text("year,sector,MtCO2\n2019,Urban,1\n", encoding="utf-8")
    with pytest.raises(InputError, match="the column fuel is missing"):
        read_statistics(folder)
    shutil.rmtree(folder)
