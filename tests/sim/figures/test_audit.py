"""The audit: findings are computed from the rows, and only where they hold."""

from __future__ import annotations

import re
import string
from collections.abc import Mapping

import pytest

from sim.figures.audit import CHECKS, Settings, audit, texts
from sim.figures.audit.book import Book, Finding, compound, yearly
from sim.figures.audit.counts import indicator_counts
from sim.figures.base import Figure, load_figures

SERIES: dict[str, dict[int, float]] = {
    "gdp_growth": {
        **dict(zip(range(2016, 2021), (-0.025, 0.042, 0.056, 0.055, 0.006), strict=True)),
        **dict(zip(range(2021, 2026), (0.058, 0.021, 0.053, 0.051, 0.037), strict=True)),
    },
    "gdp": {2025: 33182.9},
    "gdp_share_tertiary": {2025: 0.584},
    "population": {2024: 4155.0, 2025: 4131.0},
    "capacity_thermal": {2024: 40.1074},
    "capacity_hydro": {2024: 4.5551},
    "capacity_nuclear": {2024: 6.6752},
    "fixed_investment_growth": {2024: 0.053, 2025: -0.19},
}


def _audit(
    rows: tuple[Figure, ...] | None = None,
    series: Mapping[str, Mapping[int, float]] | None = None,
) -> dict[str, Finding]:
    figures = load_figures() if rows is None else rows
    found = audit(figures, SERIES if series is None else series)
    return {one.check: one for one in found}


def _change(figure_id: str, **update: object) -> tuple[Figure, ...]:
    rows = load_figures()
    assert any(row.id == figure_id for row in rows)
    return tuple(row.model_copy(update=update) if row.id == figure_id else row for row in rows)


def test_every_check_has_words_and_every_word_a_check() -> None:
    assert {check.__name__ for check in CHECKS} == set(texts()) - {"missing"}


def test_every_check_finds_something_in_the_documents() -> None:
    found = _audit()
    assert set(found) == {check.__name__ for check in CHECKS}
    assert not any("could not be computed" in one.title_en for one in found.values())


def test_the_two_languages_carry_the_same_numbers() -> None:
    for name, words in texts().items():
        fields = []
        for language in ("en", "zh"):
            parts = string.Formatter().parse(words[f"explanation_{language}"])
            names = {str(field).removesuffix(f"_{language}") for _, field, _, _ in parts if field}
            fields.append(names - {"verdict"})
        assert fields[0] >= fields[1], name
        assert words["kind"] in ("disagreement", "arithmetic", "impossible", "coverage")
        assert words["severity"] in ("high", "medium", "low")


def test_findings_cite_rows_of_the_base() -> None:
    ids = {row.id for row in load_figures()}
    for one in _audit().values():
        assert one.rows
        assert set(one.rows) <= ids
        assert re.search(r"[一-鿿]", one.explanation_zh)
        assert "{" not in one.explanation_en + one.explanation_zh


@pytest.mark.parametrize(
    ("check", "words"),
    [
        ("growth_after_first_year", ["5.13% a year", "4.50%", "5.14%"]),
        ("earlier_plan_average", ["that was 3.3%", "2.63%"]),
        ("average_against_years", ["4.39%"]),
        ("years_left_by_average", ["4.50% a year"]),
        ("manufacturing_growth", ["1.12% a year faster", "6.18%", "5.73%", "6.61%"]),
        ("remaining_sectors", ["18.9%", "17.6%", "3.51%"]),
        ("labour_productivity", ["-1.22%"]),
        ("income_and_growth", ["4.4%", "6.5%", "4.8%"]),
        ("flat_co2", ["21.6%", "+5.9%", "+4.7%", "+1.16%", "+0.91%"]),
        ("non_fossil_growth", ["+6.3%", "+7.3%", "+8.4%", "-1.3%"]),
        ("production_capacity", ["+33.8%", "6.0% a year", "4.6 Mtce"]),
        ("clean_capacity", ["92.5%", "50.7%", "2.33 GW", "33.9 GW"]),
        ("clean_gigawatts", ["88.0 GW", "54.4%", "44.6 GW", "8.9 GW a year"]),
        ("clean_and_non_fossil", ["48.5%", "54.8%", "0.87 times"]),
        ("rd_targets", ["> 8%", ">= 8%", "9% and above", "7.4%"]),
        ("technology_contracts", ["11.5% a year", "1,540.8"]),
        ("patents", ["15.3% a year so far", "9.1% a year"]),
        ("digital_share", ["10.8%", "12.0%"]),
        ("strategic_emerging", ["10.3%"]),
        ("grain", ["26.300 Mt", "26.315 Mt", "25.78 Mt"]),
        ("sown_area", ["5303", "5330", "972 or 967"]),
        ("farmland", ["3,990"]),
        ("indicator_counts", ["6 + 5 + 8 + 7 + 2", "19 + 9", "they agree"]),
        ("cluster_counts", ["6 + 7 + 9 = 22", "20 have", "2 have none"]),
        ("cluster_sum", ["39,910", "94% of the GDP", "25.5%"]),
        ("trillion_bases", ["4,900", "5,550"]),
        ("cluster_scale", ["1,000 then, 900 now", "500 then, 350 now"]),
        ("major_projects", ["= 430 in 9 fields", "they agree"]),
        ("civilised_cities", ["prints 5 and then 108"]),
        ("foreign_capital", ["33.8", "30.7", "-9.1%"]),
        ("missed_targets", ["5 expected and 1 binding"]),
        ("settled_inflow", ["4.5", "-28.5"]),
        ("targets_and_outcomes", [">= 5.0%, outcome 3.7%", "outcome -19.0% (series)"]),
        ("falling_targets", ["5.5% (2024) → 5.0% (2025) → 4.5% (2026)"]),
        ("targets_already_met", ["74.63 in 2025, 75 in 2030", "35.67 in 2025"]),
        ("targets_below_outcome", ["328 项 in 2025, 200 项 in 2030"]),
        ("targets_without_number", ["6 of them in box 1", "Empty cells: Share of good water"]),
        ("starred_cells", ["5 cells", "Life expectancy 79.7"]),
        ("same_numeral", ["15.5 stands for 3 things"]),
        ("comparators_differ", [">83 (002:237), >=83 (002:1571)"]),
        ("student_rates", ["60.8%"]),
    ],
)
def test_the_numbers_of_a_finding(check: str, words: list[str]) -> None:
    text = _audit()[check].explanation_en
    for word in words:
        assert word in text


def test_a_finding_follows_its_rows() -> None:
    rows = _change("000-47-gdp_growth-2026", canonical_value=0.05)
    text = _audit(rows)["growth_after_first_year"].explanation_en
    assert "2027-2030 need 5.00% a year" in text


@pytest.mark.parametrize(
    ("check", "figure_id", "update"),
    [
        ("civilised_cities", "000-27-national_civilised_units_new-second_count-2021-2025", 7.0),
        ("annotation_bases", "000-71-data_annotation_bases-2026", 1.0),
        ("farm_brands", "002-1269-regional_farm_brands-over_100m-2030", 20.0),
        ("foreign_capital", "000-11-fdi-2025", 35.0),
        ("urban_jobs_fall", "000-47-urban_jobs-2026", 48.0),
        ("services_slow_down", "002-221-services_growth-2026-2030", 0.08),
    ],
)
def test_no_finding_where_the_rows_agree(check: str, figure_id: str, update: float) -> None:
    assert check not in _audit(_change(figure_id, canonical_value=update))


def test_sums_that_do_not_add_up_are_said_so() -> None:
    rows = _change("000-39-plan_indicators-green-2026-2030", canonical_value=8.0)
    result = indicator_counts(Book(rows))
    assert result is not None
    assert result.values["verdict_en"] == "they do not agree"
    rows = _change("002-705-major_projects-security-2026-2030", canonical_value=40.0)
    assert "they do not agree" in _audit(rows)["major_projects"].explanation_en


def test_a_check_without_its_row_or_series_is_reported_not_dropped() -> None:
    rows = tuple(row for row in load_figures() if row.indicator != "wind_pv_capacity")
    found = _audit(rows)
    assert found["clean_capacity"].kind == "coverage"
    assert "needs the row wind_pv_capacity 2025" in found["clean_capacity"].explanation_en
    bare = _audit(series={})
    assert "needs the series gdp_growth 2016-2020" in bare["earlier_plan_average"].explanation_en


def test_settings_change_what_is_assumed() -> None:
    found = audit(load_figures(), SERIES, Settings(carbon_cuts=(0.25,)))
    (one,) = [finding for finding in found if finding.check == "flat_co2"]
    assert "a cut of 25% leaves emissions -4.3%" in one.explanation_en
    assert "17%" not in one.explanation_en


def test_high_severity_comes_first() -> None:
    order = [one.severity for one in audit(load_figures(), SERIES)]
    assert order == sorted(order, key=["high", "medium", "low"].index)


def test_the_audit_changes_no_row() -> None:
    before = load_figures()
    audit(before, SERIES)
    assert load_figures() == before


def test_compound_growth() -> None:
    assert yearly(compound([0.05] * 5), 5) == pytest.approx(0.05)
