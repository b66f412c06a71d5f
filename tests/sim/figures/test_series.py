"""The series base: typed, one row per variable, year and vintage, never mixed."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from sim.errors import InputError
from sim.figures.build_series import build_series, series_text
from sim.figures.series import (
    SERIES_FILE,
    UNITS,
    by_year,
    load_series,
    log_growth,
    read_variables,
    series,
)

HEADER = "variable,year,value,unit,vintage,source,note\n"
GOOD = "gdp,2020,1.5,亿元,released,a book,\n"
REPOSITORY = Path(__file__).parents[3]
REFERENCE = Path(
    os.environ.get("PROVSIM_REFERENCE_DATA", str(REPOSITORY.parent / "shared" / "data"))
)


def test_every_row_has_unit_source_and_finite_value() -> None:
    base = load_series()
    assert len(base) > 1000
    assert set(base["unit"]) <= set(UNITS)
    assert base["source"].str.strip().ne("").all()
    assert np.isfinite(base["value"]).all()
    assert not base.duplicated(["variable", "year", "vintage"]).any()
    assert base.dtypes["year"] == np.int64
    assert base.dtypes["value"] == np.float64


def test_every_variable_is_named_in_both_languages_and_used() -> None:
    variables = read_variables()
    assert set(variables.index) == set(load_series()["variable"])
    assert variables["name_en"].str.strip().ne("").all()
    assert variables["name_zh"].str.strip().ne("").all()


def test_gdp_vintages_are_kept_apart() -> None:
    with pytest.raises(InputError, match="several vintages"):
        series("gdp")
    released, revised = series("gdp", "released"), series("gdp", "revised")
    assert released[2014] == 28626.58
    assert revised[2014] == 20025.7
    assert released.attrs == {"unit": "亿元", "vintage": "released"}


def test_core_series_cover_1978_to_2025() -> None:
    assert list(series("gdp", "released").index) == list(range(1978, 2026))
    assert list(series("gdp_growth").index) == list(range(1978, 2026))
    assert series("gdp_growth")[2025] == 0.037
    assert series("fixed_investment_growth")[2025] == -0.19


def test_known_traps_are_not_in_the_base() -> None:
    base = load_series()
    measured = base["variable"].str.match("generation|capacity|hours|crude|pig|cement|electric")
    assert (base.loc[measured, "value"] > 0).all(), "zero means missing in the monthly file"
    assert series("fixed_capital_formation").index[-1] == 2017, "later years are extrapolated"
    assert series("generation_wind").index[-1] == 2017, "December wind is missing from 2018"
    assert "nuclear_unit_xudabao_1" in set(base["variable"])


def test_co2_groups_add_up_to_the_inventory_total() -> None:
    base = load_series()
    total = series("co2_total", frame=base)
    for kind in ("co2_sector_", "co2_fuel_"):
        names = sorted(n for n in set(base["variable"]) if n.startswith(kind))
        summed = sum(series(name, frame=base) for name in names)
        # The inventory's own rounding and a few unallocated tonnes.
        np.testing.assert_allclose(summed, total, rtol=2e-3)


def test_log_growth_and_by_year() -> None:
    growth = by_year(log_growth(series("gdp", "revised")))
    assert growth[2006] == pytest.approx(np.log(8390.3 / 7260.8))
    assert np.isnan(growth[2005])


@pytest.mark.parametrize(
    ("rows", "line", "message"),
    [
        ("gdp,2020,1.5,bushel,released,a book,\n", 2, "unknown unit"),
        ("gdp,2020,1.5,TWh,released,a book,\n", 2, "not the unit of the variable"),
        (GOOD + GOOD, 3, "stands already in line 2"),
        ("gdp,2020,1.5,亿元,released,,\n", 2, "source is missing"),
        ("gdp,2020,1.5,亿元,,a book,\n", 2, "vintage is missing"),
        (GOOD + "gpd,2021,1.5,亿元,released,a book,\n", 3, "did you mean 'gdp'"),
        ("gdp,2020,n/a,亿元,released,a book,\n", 2, "not a number"),
        ("gdp,2020,nan,亿元,released,a book,\n", 2, "not finite"),
        ("gdp,20,1.5,亿元,released,a book,\n", 2, "not a year"),
        ("gdp,2020,1.5,亿元,released\n", 2, "wrong number of cells"),
    ],
)
def test_bad_rows_are_refused_with_file_and_line(
    tmp_path: Path, rows: str, line: int, message: str
) -> None:
    path = tmp_path / "series.csv"
    path.write_text(HEADER + rows, encoding="utf-8")
    with pytest.raises(InputError, match=message) as caught:
        load_series(path)
    assert caught.value.file == str(path)
    assert caught.value.line == line


def test_wrong_header_and_missing_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "series.csv"
    with pytest.raises(InputError, match="missing"):
        load_series(path)
    path.write_text("year,value\n", encoding="utf-8")
    with pytest.raises(InputError, match="wrong header"):
        load_series(path)


def test_a_variable_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "variables.csv"
    path.write_text("variable,unit,name_en,name_zh,note\nx,TWh,a,b,\nx,TWh,a,b,\n", "utf-8")
    with pytest.raises(InputError, match="stands twice"):
        read_variables(path)


def test_unknown_names_get_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'crude_steel'"):
        series("crude_stel")
    with pytest.raises(InputError, match="no such vintage"):
        series("gdp", "final")


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference data are not here")
def test_the_base_is_rebuilt_to_the_byte() -> None:
    assert series_text(build_series(REFERENCE)) == SERIES_FILE.read_text(encoding="utf-8")


def test_a_missing_reference_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="reference data is missing"):
        build_series(tmp_path)
