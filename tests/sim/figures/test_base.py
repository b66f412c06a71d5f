"""The figure base: rules of the format, and the figures an economist looks for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from shutil import copy

import pytest
from pydantic import ValidationError

from sim.errors import InputError
from sim.figures import figure, find, load_figures
from sim.figures.reading import read_figures

BAD = Path(__file__).parent / "bad"

# file -> key of the complaint, what it says
COMPLAINTS = {
    "unknown_column": ("header", "unknown column; found indicater"),
    "missing_column": ("header", "columns missing"),
    "columns_out_of_order": ("header", "columns out of order"),
    "short_row": (None, "a row needs 18 cells; found 17"),
    "unknown_unit": ("unit", "did you mean '万千瓦'"),
    "unknown_comparator": ("comparator", "unknown comparator; found =>"),
    "unknown_basis": ("basis", "did you mean 'actual'"),
    "unknown_nature": ("nature", "did you mean 'binding'"),
    "unknown_domain": ("domain", "did you mean 'environment'"),
    "missing_domain": ("domain", "domain is missing"),
    "duplicate_id": ("id", "id stands twice"),
    "no_number": ("value", "must be a number or empty; found 3,7"),
    "infinite_number": ("value", "must be a number or empty; found inf"),
    "missing_line": ("line", "must be a line of the document; found nothing"),
    "line_beyond_end": ("line", "allowed: 1 to 1911"),
    "line_zero": ("line", "must be a line of the document; found 0"),
    "unknown_document": ("document", "did you mean '002_d6eb2a6e935c690a.txt'"),
    "id_does_not_fit": ("id", "allowed: 002-217-gdp_growth-2025"),
    "bad_subject": ("subject", "must be snake_case"),
    "missing_name": ("name_zh", "a name is missing"),
    "bad_period": ("period", "must be a year or two rising years; found 25"),
    "falling_period": ("period", "must be a year or two rising years; found 2030-2026"),
    "between_without_high": ("comparator", "between needs low <= high"),
    "between_turned": ("comparator", "between needs low <= high"),
    "high_without_between": ("high", "only for comparator between"),
    "number_without_unit": ("unit", "a number needs a unit"),
    "missing_printed": ("printed", "the numeral as printed is missing"),
    "printed_disagrees": ("printed", "does not agree with value"),
}


def test_every_bad_file_has_its_complaint() -> None:
    assert {path.stem for path in BAD.glob("*.csv")} == set(COMPLAINTS)


@pytest.mark.parametrize("name", sorted(COMPLAINTS))
def test_bad_row_is_refused_with_file_line_and_key(name: str) -> None:
    key, message = COMPLAINTS[name]
    path = BAD / f"{name}.csv"
    with pytest.raises(InputError) as raised:
        read_figures(path)
    error = raised.value
    assert error.file == str(path)
    assert error.key == key
    assert error.line == (1 if key == "header" else 3 if name == "duplicate_id" else 2)
    assert message in str(error)
    assert "\n" not in str(error)


def test_an_id_in_two_files_is_refused(tmp_path: Path) -> None:
    for name in ("a", "b"):
        copy(BAD / "duplicate_id.csv", tmp_path / f"figures_{name}.csv")
        path = tmp_path / f"figures_{name}.csv"
        lines = path.read_text(encoding="utf-8").splitlines()
        path.write_text("\n".join(lines[:2]) + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"id stands twice, first at figures_a.csv:2"):
        load_figures(tmp_path)


def test_a_folder_without_figures_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"no figures_\*\.csv"):
        load_figures(tmp_path)


def test_figures_cannot_be_changed() -> None:
    row = load_figures()[0]
    with pytest.raises(ValidationError):
        row.value = 1.0


def test_ids_are_unique_and_all_documents_are_there() -> None:
    rows = load_figures()
    assert len({row.id for row in rows}) == len(rows)
    assert {row.code for row in rows} == {"000", "001", "002", "003", "004"}


def test_one_indicator_has_one_domain() -> None:
    domains: dict[tuple[str, str], set[str]] = {}
    for row in load_figures():
        domains.setdefault((row.indicator, row.subject), set()).add(row.domain)
    assert [name for name, found in domains.items() if len(found) > 1] == []


def test_one_indicator_has_one_canonical_unit() -> None:
    units: dict[tuple[str, str], set[str]] = {}
    for row in load_figures():
        if not row.is_text:
            units.setdefault((row.indicator, row.subject), set()).add(row.canonical_unit)
    assert [name for name, found in units.items() if len(found) > 1] == []


def test_box_1_holds_the_28_indicators() -> None:
    box = [row for row in find(document="002") if row.is_target and row.nature != "none"]
    assert all(217 <= row.line <= 253 for row in box)
    assert len({row.indicator for row in box}) == 28 + 1  # physicians and nurses are one
    assert sum(row.nature == "binding" for row in box) == 9


def test_twenty_of_twenty_two_clusters_have_a_revenue_target() -> None:
    clusters = find(indicator="cluster_revenue", period=2030)
    assert len(clusters) == 22
    assert sum(not row.is_text for row in clusters) == 20
    revenue = sum(row.canonical_value or 0.0 for row in clusters)
    assert revenue == pytest.approx(39910.0)


@pytest.mark.parametrize(
    ("figure_id", "value", "unit"),
    [
        ("002-217-gdp_growth-2026-2030", 0.05, "fraction"),
        ("002-220-manufacturing_share-2025", 0.227, "fraction"),
        ("002-253-energy_production_capacity-2030", 91.0, "Mtce"),
        ("002-150-wind_pv_capacity-2025", 36.66, "GW"),
        ("002-1383-grid_supply_capacity-2030", 60.0, "GW"),
        ("002-1385-gas_storage-2030", 7068.0, "million m3"),
        ("002-335-cluster_revenue-petrochemical_fine_chemical-2030", 12000.0, "亿元"),
        ("000-15-grain_output-2025", 25.78, "Mt"),
        ("000-27-pm25_growth-2021-2025", -0.19, "fraction"),
    ],
)
def test_known_figures(figure_id: str, value: float, unit: str) -> None:
    row = figure(figure_id)
    assert row.canonical_value == pytest.approx(value)
    assert row.canonical_unit == unit


def test_about_is_met_within_half_a_unit_of_the_last_digit() -> None:
    assert figure("002-220-manufacturing_share-2030").half_unit == pytest.approx(0.005)
    assert figure("000-47-gdp_growth-2026").half_unit == pytest.approx(0.0005)
    with pytest.raises(InputError, match="needs a printed number"):
        _ = figure("002-242-co2_intensity_reduction-2026-2030").half_unit


def test_words_are_kept_where_no_number_is_printed() -> None:
    row = figure("002-242-co2_intensity_reduction-2026-2030")
    assert row.is_text
    assert row.is_target
    assert row.printed == "完成经国家审核衔接后确定的目标"
    assert row.years == (2026, 2030)


def test_find_by_code_name_and_subject() -> None:
    assert find(indicator="gdp_growth", period=2025, basis="actual", document="002")
    name = "002_d6eb2a6e935c690a.txt"
    assert find(document=name) == find(document="002")
    assert {row.subject for row in find(indicator="gdp_growth", subject="")} == {""}
    assert find(indicator="gdp_growth", period=1999) == ()


@pytest.mark.parametrize(
    ("filters", "nearest"),
    [
        ({"indicator": "gdp_grwth"}, "gdp_growth"),
        ({"domain": "powr"}, "power"),
        ({"basis": "plan"}, "plan_target"),
        ({"document": "02"}, "002"),
    ],
)
def test_unknown_filters_name_the_nearest(filters: dict[str, str], nearest: str) -> None:
    with pytest.raises(InputError) as raised:
        find(**filters)  # type: ignore[arg-type]
    assert raised.value.nearest == nearest


def test_unknown_id_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean '002-217-gdp_growth-2025'"):
        figure("002-217-gdp_groth-2025")


def test_the_base_loads_without_pandas() -> None:
    code = (
        "import sys; from sim import figures; figures.load_figures(); "
        "assert 'pandas' not in sys.modules and 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[3])
