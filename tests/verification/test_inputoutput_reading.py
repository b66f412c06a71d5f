"""Reading and writing of tables: what stands in the file is what the table holds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.errors import InputError
from models.inputoutput import IOTable
from models.inputoutput.frames import TableFrames
from models.inputoutput.grids import read_grid, write_grid
from models.inputoutput.reading import as_table, read_frames, read_table
from models.inputoutput.writing import write_table
from models.labels import FINAL_USES, SECTORS

OFFICIAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "io"
PROVINCE = {  # file: (GDP by production in 10 thousand CNY as printed, TVA total; import columns)
    "Liaoning_2007_IO_42sec_raw.xls": (111935759.92, ["imports_and_inflow"]),
    "Liaoning_2012_IO_42sec_raw.xls": (248977751.65, ["imports", "inflow"]),
    "Liaoning_2012_IO_42sec_tidy_10kCNY.csv": (248977751.65, ["imports", "inflow"]),
    "Liaoning_2017_IO_42sec_raw.xls": (234092400.0, ["imports", "inflow"]),
    "Liaoning_2017_IO_42sec_tidy_10kCNY.csv": (234092400.0, ["imports", "inflow"]),
}
NATION = {"china_2017_42.csv": 8232157064.395995}  # TVA total, 10 thousand CNY
official = pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the reference tables are not here")


def province(*, error: float = 0.0) -> TableFrames:
    """A balanced table of 42 sectors with imports and inflow."""
    rng = np.random.default_rng(7)
    codes = list(SECTORS)
    flows = pd.DataFrame(rng.uniform(0.0, 2.0, (42, 42)), codes, codes)
    uses = pd.DataFrame(rng.uniform(5.0, 30.0, (42, 7)), codes, list(FINAL_USES))
    uses["inventories"] -= 20.0
    if error:
        uses["statistical_discrepancy"] = error
    imports = pd.DataFrame(rng.uniform(0.0, 4.0, (42, 2)), codes, ["imports", "inflow"])
    output = flows.sum(axis=1) + uses.sum(axis=1) - imports.sum(axis=1)
    inputs = ["compensation", "production_tax", "depreciation", "surplus"]
    value_added = (output - flows.sum(axis=0)).to_numpy()
    shares = np.array([[0.5], [0.1], [0.15], [0.25]])
    return TableFrames(
        flows=flows,
        final_use=uses,
        primary_inputs=pd.DataFrame(shares * value_added, inputs, codes),
        output=output.rename("output"),
        imports=imports,
        satellites=pd.DataFrame(np.zeros((0, 42)), columns=codes),
        unit="万元",
        year=2017,
        source="made up",
    )


def with_satellite() -> TableFrames:
    made = province()
    codes = list(SECTORS)
    return TableFrames(
        **{
            **made.__dict__,
            "satellites": pd.DataFrame([np.arange(42.0)], ["co2"], codes),
            "satellite_units": {"co2": "Mt"},
            "satellite_final_use": pd.DataFrame([np.arange(7.0)], ["co2"], list(FINAL_USES)),
        }
    )


def assert_same(found: TableFrames, wanted: TableFrames, *, order: bool = True) -> None:
    for name in ("flows", "final_use", "primary_inputs", "imports", "satellites"):
        left, right = getattr(found, name), getattr(wanted, name)
        if not order:
            left = left.reindex(columns=right.columns)
        assert [str(c) for c in left.columns] == [str(c) for c in right.columns]
        np.testing.assert_allclose(left, right, rtol=1e-14, atol=1e-12, err_msg=name)
    np.testing.assert_allclose(found.output, wanted.output, rtol=1e-14)
    assert (found.unit, found.year, found.treatment) == (
        wanted.unit,
        wanted.year,
        wanted.treatment,
    )


@official
@pytest.mark.parametrize("name", PROVINCE)
def test_official_tables_enter_as_printed(name: str) -> None:
    value_added, origins = PROVINCE[name]
    table = read_table(OFFICIAL / name, layout="china-42")
    assert table.unit == "万元"
    assert str(table.year) in name
    np.testing.assert_allclose(float(table.primary_inputs.sum()), value_added, rtol=1e-9)
    assert [str(o) for o in table.imports_by_row["origin"].values] == origins
    rows = table.flows.values.sum(axis=1) + table.final_use.values.sum(axis=1)
    rows = rows - table.imports_by_row.values.sum(axis=0)
    np.testing.assert_allclose(rows, table.output.values, rtol=1e-9)


@official
@pytest.mark.parametrize("year", [2012, 2017])
def test_the_bureau_s_file_and_the_tidy_csv_are_one_table(year: int) -> None:
    first = read_frames(OFFICIAL / f"Liaoning_{year}_IO_42sec_raw.xls", layout="china-42")
    second = read_frames(OFFICIAL / f"Liaoning_{year}_IO_42sec_tidy_10kCNY.csv", layout="china-42")
    assert_same(first, second)
    assert first.names == second.names


@official
def test_the_error_column_of_2012_is_a_final_use_and_other_names_are_reported() -> None:
    frames = read_frames(OFFICIAL / "Liaoning_2012_IO_42sec_raw.xls", layout="china-42")
    errors = frames.final_use["statistical_discrepancy"]
    np.testing.assert_allclose(errors["01"], -1700448.309, atol=1e-3)
    assert any("2017 classification in 22, 23" in note for note in frames.history)


@official
@pytest.mark.parametrize("treatment", ["domestic", "competitive"])
def test_the_national_table_can_be_read_in_both_treatments(treatment: str) -> None:
    path = OFFICIAL / "china_2017_42.csv"
    table = read_table(path, layout="china-42-split", imports=treatment, money_unit="亿元")
    assert table.imports == treatment
    assert table.unit == "亿元"
    np.testing.assert_allclose(
        table.flows.values.sum(axis=0) + table.primary_inputs.values.sum(axis=0),
        table.output.values,
        rtol=1e-9,
    )
    own = table.primary_inputs.sel(
        primary_input=["compensation", "production_tax", "depreciation", "surplus"]
    )
    np.testing.assert_allclose(float(own.sum()), NATION[path.name] / 1e4, rtol=1e-9)
    rows = table.flows.values.sum(axis=1) + table.final_use.values.sum(axis=1)
    rows = rows - table.imports_by_row.values.sum(axis=0)
    np.testing.assert_allclose(rows, table.output.values, rtol=1e-9)


@official
def test_the_national_layout_survives_writing(tmp_path: Path) -> None:
    frames = read_frames(OFFICIAL / "china_2020_42.csv", layout="china-42-split")
    written = write_table(frames, tmp_path / "china_2020.csv", layout="china-42-split")
    again = read_frames(written, layout="china-42-split")
    assert_same(again, frames)
    np.testing.assert_allclose(again.imported_flows, frames.imported_flows, rtol=1e-14)


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
@pytest.mark.parametrize("layout", ["china-42", "labelled"])
@pytest.mark.parametrize("error", [0.0, 0.5])
def test_a_table_survives_writing_and_reading(
    tmp_path: Path, suffix: str, layout: str, error: float
) -> None:
    made = province(error=error)
    path = write_table(made, tmp_path / f"table_2017{suffix}", layout=layout)
    assert_same(read_frames(path, layout=layout), made)
    table = read_table(path, layout=layout)
    assert table.imports == "competitive"
    again = write_table(table, tmp_path / f"again_2017{suffix}", layout=layout)
    assert_same(read_frames(again, layout=layout), made)


def test_satellites_survive_in_the_labelled_layout_and_are_not_lost_elsewhere(
    tmp_path: Path,
) -> None:
    made = with_satellite()
    path = write_table(made, tmp_path / "table.csv", layout="labelled")
    found = read_frames(path, layout="labelled")
    assert_same(found, made)
    assert found.satellite_units == {"co2": "Mt"}
    np.testing.assert_array_equal(found.satellite_final_use, made.satellite_final_use)
    with pytest.raises(InputError, match="no place for satellite"):
        write_table(made, tmp_path / "table_2.csv", layout="china-42")


def test_a_table_of_one_region_survives_the_pymrio_folder(tmp_path: Path) -> None:
    made = with_satellite()
    folder = write_table(made, tmp_path / "saved", layout="pymrio")
    table = read_table(folder, layout="pymrio")
    assert not table.is_multiregional
    assert table.year == 2017
    np.testing.assert_allclose(table.output.values, made.output, rtol=1e-14)
    np.testing.assert_allclose(
        table.final_use.sel(final_use="imports").values, -made.imports["imports"], rtol=1e-14
    )
    np.testing.assert_allclose(table.satellite("co2").values, np.arange(42.0))


def test_a_multiregional_table_survives_both_layouts_that_hold_one(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    sectors = pd.MultiIndex.from_product([["north", "south"], ["farms", "works", "shops"]])
    uses = pd.MultiIndex.from_product([["north", "south"], ["households", "capital"]])
    flows = pd.DataFrame(rng.uniform(0.0, 2.0, (6, 6)), sectors, sectors)
    final_use = pd.DataFrame(rng.uniform(3.0, 9.0, (6, 4)), sectors, uses)
    output = flows.sum(axis=1) + final_use.sum(axis=1)
    made = TableFrames(
        flows=flows,
        final_use=final_use,
        primary_inputs=(output - flows.sum(axis=0)).to_frame("value_added").T,
        output=output,
        imports=pd.DataFrame(index=sectors),
        satellites=pd.DataFrame([np.arange(6.0)], ["jobs"], sectors),
        satellite_units={"jobs": "万人"},
        satellite_final_use=pd.DataFrame([np.zeros(4)], ["jobs"], uses),
        unit="亿元",
        year=2020,
        treatment="domestic",
        source="made up 2020",
    )
    for layout, name in (("labelled", "table.csv"), ("pymrio", "folder")):
        found = read_frames(write_table(made, tmp_path / name, layout=layout), layout=layout)
        assert list(found.flows.index) == list(sectors)
        assert list(found.final_use.columns) == list(uses)
        assert_same(found, made)
        assert as_table(found).is_multiregional


def test_pymrio_s_own_folder_is_read(tmp_path: Path) -> None:
    pymrio = pytest.importorskip("pymrio")
    system = pymrio.load_test()
    system.save_all(tmp_path / "saved")
    table = read_table(tmp_path / "saved", layout="pymrio")
    system.calc_all()
    order = list(system.x.index)
    assert list(table.sectors) == order
    np.testing.assert_allclose(table.leontief_inverse.values, system.L, atol=1e-10)
    assert table.unit == "Mill USD"
    assert "emission_type1, air" in table.satellites
    assert table.year == 0
    assert any("year is not stated" in note for note in table.history)


def test_pymrio_loads_what_is_written(tmp_path: Path) -> None:
    pymrio = pytest.importorskip("pymrio")
    made = with_satellite()
    folder = write_table(made, tmp_path / "saved", layout="pymrio")
    system = pymrio.load_all(folder)
    system.calc_all()
    table = as_table(made)
    np.testing.assert_allclose(system.L, table.leontief_inverse.values, atol=1e-10)


def test_a_plain_csv_needs_no_prefixes(tmp_path: Path) -> None:
    path = tmp_path / "plain.csv"
    path.write_text(
        ",1,2,households,output\n1,150,500,350,1000\n2,200,100,1700,2000\n"
        "value_added,650,1400,,\njobs,10,20,,\n",
        encoding="utf8",
    )
    table = read_table(
        path, layout="labelled", unit="million USD", year=1990, satellites={"jobs": "persons"}
    )
    np.testing.assert_allclose(table.technical_coefficients.values, [[0.15, 0.25], [0.2, 0.05]])
    np.testing.assert_allclose(table.satellite("jobs").values, [10.0, 20.0])
    with pytest.raises(InputError, match="does not state its unit"):
        read_table(path, layout="labelled")


def changed(tmp_path: Path, edit: object) -> Path:
    path = write_table(province(), tmp_path / "table_2017.csv", layout="china-42")
    grid = read_grid(path)
    edit(grid)  # type: ignore[operator]
    write_grid(path, grid)
    return path


def put(row: int, column: int, value: str) -> object:
    def edit(grid: list[list[str]]) -> None:
        grid[row][column] = value

    return edit


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        (put(2, 3, "03"), "code stands twice among the columns"),
        (put(4, 1, "99"), "sector code not among the rows"),
        (put(5, 5, "n.a."), "cell is not a number; found 'n.a.'"),
        (put(5, 5, ""), "cell is not a number"),
        (put(2, 44, "TX"), "no header row with the codes TIU and GO"),
        (put(45, 1, "XX"), "no column with the row code TII"),
        (put(46, 1, "XX"), "code not in the table"),
    ],
)
def test_a_broken_official_table_is_refused_in_one_sentence(
    tmp_path: Path, edit: object, message: str
) -> None:
    with pytest.raises(InputError, match=message) as refused:
        read_frames(changed(tmp_path, edit), layout="china-42")
    assert "table_2017.csv" in str(refused.value)


def test_unknown_layouts_options_and_files_name_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="did you mean 'china-42'"):
        read_frames(tmp_path / "a.csv", layout="china42")
    with pytest.raises(InputError, match="did you mean 'year'"):
        read_frames(tmp_path / "a.csv", layout="china-42", yaer=2017)
    with pytest.raises(InputError, match="not found"):
        read_frames(tmp_path / "a.csv", layout="china-42")
    with pytest.raises(InputError, match="no table saved by pymrio"):
        read_frames(tmp_path, layout="pymrio")


def test_money_is_converted_by_a_stated_factor() -> None:
    made = province()
    found = made.in_unit("100 million CNY")
    np.testing.assert_allclose(found.output, made.output / 1e4)
    assert found.history[-1] == "money in 万元 divided by 10000 to 亿元"
    with pytest.raises(InputError, match="cannot be converted"):
        made.in_unit("USD")


@pytest.mark.parametrize(("factor", "status"), [(1.0, "pass"), (1.0001, "warn"), (1.5, "fail")])
def test_printed_totals_are_compared_with_their_cells(factor: float, status: str) -> None:
    flows = pd.DataFrame([[10.0, 20.0], [30.0, 40.0]], ["a", "b"], ["a", "b"])
    use = pd.DataFrame({"households": [70.0, 60.0]}, ["a", "b"])
    wages = pd.DataFrame([[60.0, 70.0]], ["wages"], ["a", "b"])
    printed = {
        "intermediate_use": pd.Series({"b": 70.0, "a": 30.0}),
        "final_use": use["households"],
        "intermediate_input": pd.Series({"a": 40.0, "b": 60.0}),
        "value_added": wages.loc["wages"],
        "total_input": pd.Series({"a": 100.0, "b": 130.0 * factor}),
    }
    table = IOTable.from_frames(flows, use, wages, unit="CNY", year=2020, printed=printed)
    check = table.preflight()["printed_totals"]
    assert check.status == status
    assert ("total_input of 'b'" in check.detail) == (factor != 1.0)
    assert table.aggregate({"a": "all", "b": "all"}).printed == {}


def test_an_unknown_printed_total_is_refused() -> None:
    frame = pd.DataFrame([[1.0]], ["a"], ["a"])
    table = IOTable.from_frames(
        frame,
        frame.rename(columns={"a": "use"}),
        None,
        unit="CNY",
        year=2020,
        printed={"value_ad": pd.Series({"a": 1.0})},
    )
    with pytest.raises(InputError, match="did you mean 'value_added'"):
        table.preflight()


def test_a_total_among_final_uses_or_primary_inputs_is_found() -> None:
    names = ["a", "b", "c"]
    flows = pd.DataFrame(np.full((3, 3), 10.0), names, names)
    use = pd.DataFrame({"c": [50.0, 20.0, 9.0], "g": [20.0, 40.0, 1.0]}, names)
    both = use.assign(both=use.sum(axis=1))
    table = IOTable.from_frames(flows, both, None, unit="CNY", year=2020)
    assert table.preflight()["subtotals"].detail == "both is a subtotal"
    inputs = pd.DataFrame([[60.0, 70.0, 8.0]] * 2, ["wages", "合计"], names)
    table = IOTable.from_frames(flows, use, inputs, unit="CNY", year=2020)
    assert table.preflight()["subtotals"].detail == "合计 is a subtotal"
