"""The report and the tables: complete, self-contained, in both languages."""

from __future__ import annotations

import dataclasses
import io
import re

import numpy as np
import pandas as pd
import pytest

from sim.assess.targets import evaluate, joint
from sim.publish.audit import identity_residuals
from sim.publish.findings import findings
from sim.publish.numbers import probability, quantity
from sim.publish.report import report_html, write_report
from sim.publish.tables import peak_note, shown_target, target_cells, target_tables
from tests.synthetic import synthetic_run

RUN = synthetic_run(draws=300)
TABLE = evaluate(RUN)
OBSERVATIONS = pd.DataFrame(
    {
        "variable": ["gdp", "final_energy"],
        "label": [float("nan"), "coal"],
        "observed": [33182.9, 140.0],
        "reconciled": [33182.9, 128.0],
        "z": [0.0, -3.4],
        "unit": ["1e8 CNY", "Mtce"],
        "source": ["a", "b"],
    }
)


@pytest.fixture(scope="module")
def page() -> str:
    return report_html(
        RUN,
        "en",
        observations=OBSERVATIONS,
        inputs={"estimate": 20, "citation": 10, "judgement": 12},
    )


def test_report_loads_nothing_from_elsewhere(page):
    assert not re.search(r'(?:src|href)="(?!#|data:)', page)
    assert not re.search(r"url\((?!#|[\"']?data:)", page)
    assert "@import" not in page


def test_report_holds_both_languages_and_starts_in_one(page):
    assert page.count("<article lang=") == 2
    assert '<html lang="en">' in page
    assert "主要结论" in page
    assert "Key findings" in page


def test_ids_of_the_page_are_unique(page):
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_report_has_every_part(page):
    for part in (
        "Question",
        "Targets met together",
        "Charts",
        "Plausibility of 2025",
        "Where the scenario values come from",
        "Identities",
        "12 of 42 inputs rest on judgement",
        "Manifest",
        "energy.wind.build_gw",
        "the largest residual is 3.4",
        "final_energy · Coal",
        "final_energy · 煤炭",
    ):
        assert part in page, part
    assert page.count("<svg ") == 12


def test_report_is_deterministic(page):
    again = report_html(
        RUN,
        "en",
        observations=OBSERVATIONS,
        inputs={"estimate": 20, "citation": 10, "judgement": 12},
    )
    assert again == page


def test_names_from_a_scenario_file_cannot_inject_markup():
    scenarios = tuple(
        dataclasses.replace(item, title="<script>alert(1)</script>", title_zh="<b>")
        for item in RUN.scenarios
    )
    text = report_html(dataclasses.replace(RUN, scenarios=scenarios), "en")
    assert "<script>alert(1)" not in text
    assert "&lt;script&gt;alert(1)" in text


def test_write_report_into_a_folder(tmp_path):
    path = write_report(RUN, tmp_path / "run", "zh")
    assert path == tmp_path / "run" / "report.html"
    assert '<html lang="zh">' in path.read_text("utf-8")
    assert [item.name for item in path.parent.iterdir()] == ["report.html"]


def test_report_of_a_run_read_back_without_draws(tmp_path):
    stored = tmp_path / "targets.csv"
    TABLE.to_csv(stored, index=False)
    run = dataclasses.replace(RUN, draws=None, targets_table=pd.read_csv(stored))
    text = report_html(run, "en")
    assert "Key findings" in text
    assert "Targets met together" not in text


def test_findings_speak_of_each_scenario():
    for lang in ("en", "zh"):
        told = findings(RUN, TABLE, joint(RUN), lang)
        assert len(told) == 2
        for sentences in told.values():
            assert len(sentences) >= 5
            assert not any("{" in sentence for sentence in sentences)


def test_cells_of_a_table_read_back_are_the_same(tmp_path):
    TABLE.to_csv(tmp_path / "targets.csv", index=False)
    back = pd.read_csv(tmp_path / "targets.csv")
    assert target_cells(back, "en") == target_cells(TABLE, "en")


def test_targets_are_shown_as_printed():
    rows = {row["target_id"]: row for row in TABLE.to_dict("records")}
    shown = {name: (shown_target(row, "en"), shown_target(row, "zh")) for name, row in rows.items()}
    assert shown["gdp_growth_plan"] == ("about 5%", "5%左右")
    assert shown["gdp_growth_2026"] == ("about 4.5%", "4.5%左右")
    assert shown["labour_productivity_growth_plan"] == ("above GDP growth", "高于地区生产总值增速")
    assert shown["energy_production_capacity_2030"] == ("91 Mtce", "9,100 万吨标准煤")
    assert shown["co2_peak_before_2030"] == ("before 2030", "2030年前")
    assert shown["grid_supply_capacity_2030"] == ("60 GW", "6,000 万千瓦")
    assert shown["high_value_patents_2030"][1] == "14.47 件/万人"
    assert shown["rd_growth_plan"][0] == "above 8%"
    assert shown["pm25_2030"][0] == "no number printed"


def test_terminal_tables_show_all_targets_once():
    tables = target_tables(TABLE, {"baseline": "B", "plan": "P"}, "en")
    assert len(tables) == 3
    outside = int((TABLE["modelled"] == "not_modelled").sum() / 2)
    assert tables[-1].row_count == outside
    assert tables[0].row_count + outside == len(TABLE) / 2


def test_a_run_that_ends_with_the_plan_says_that_it_cannot_tell_a_peak(page):
    assert "ends in 2030" in peak_note(TABLE, 2030, "en")
    assert "--horizon 2035" in peak_note(TABLE, 2034, "zh")
    assert peak_note(TABLE, 2035, "en") == ""
    assert peak_note(TABLE[TABLE["window"] != "peak"], 2030, "en") == ""
    assert peak_note(TABLE, int(RUN.paths["year"][-1]), "zh") in page


def test_numbers_have_few_digits_and_a_true_minus():
    assert quantity(-0.0321, "fraction", "en") == "−3.2%"
    assert quantity(0.0321, "1", "zh") == "3.2%"
    assert quantity(-0.0001, "1", "en") == "0.0%"
    assert quantity(12.34, "TWh", "en") == "12.3 TWh"
    assert quantity(12.34, "TWh", "zh") == "123.4 亿千瓦时"
    assert quantity(float("nan"), "TWh", "en") == ""
    assert quantity(3.0, "parsec", "en") == "3 parsec"
    assert probability(0.6234, 0.0049) == "62.3 ± 0.5%"
    assert probability(None) == ""


def test_audit_finds_a_broken_identity():
    clean = {item.identity: item.largest for item in identity_residuals(RUN)}
    assert set(clean) == {"value_added", "primary_energy", "co2", "generation"}
    assert max(clean.values()) < 1e-12
    paths = RUN.paths.copy()
    paths["gdp"] = paths["gdp"] * 1.01
    broken = {
        item.identity: item.largest
        for item in identity_residuals(dataclasses.replace(RUN, paths=paths))
    }
    assert np.isclose(broken["value_added"], 0.01 / 1.01, rtol=1e-6)


def test_differences_of_shares_are_points():
    from rich.console import Console

    from sim.assess.compare import compare
    from sim.publish.tables import difference_tables

    console = Console(width=140, record=True, file=io.StringIO())
    for table in difference_tables(compare(RUN, "plan", "baseline"), "A", "B", "en"):
        console.print(table)
    text = console.export_text()
    assert "A less B, 2030" in text
    assert " pp" in text
    assert "billion yuan" in text
