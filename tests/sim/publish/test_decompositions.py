"""Decompositions as readers see them: they add up, and every label stands inside the page."""

from __future__ import annotations

import dataclasses

import pytest

import sim
from sim.assess.decomposition import EFFECTS, obstacle
from sim.assess.targets import evaluate
from sim.baseyear.pack import load_pack
from sim.publish.charts import charts, run_charts
from sim.publish.decompositions import (
    change_chart,
    history_chart,
    split_differences,
    split_rows,
    split_tables,
)
from sim.publish.style import styled


@pytest.fixture(scope="module")
def run():
    return sim.run(["baseline", "plan"], draws=300, seed=5, horizon=2027, threads=1)


def test_effects_of_a_difference_add_up_in_each_split_and_year(run):
    table = split_differences(run, "plan", "baseline", [2026, 2027])
    assert set(zip(table["year"], table["by"], strict=True)) == {
        (year, by) for year in (2026, 2027) for by in EFFECTS
    }
    for _, part in table.groupby(["year", "by"]):
        effects = part.set_index("effect")
        for column in ("central", "mean"):
            total = effects[column].drop("change").sum()
            assert total == pytest.approx(effects.loc["change", column], abs=1e-9)


def test_rows_for_machines_carry_both_languages_and_the_change_of_the_run(run):
    rows = {row["variable"]: row for row in split_rows(split_differences(run, "plan", "baseline"))}
    changed = rows["co2_by_sector:change"]
    path = run.paths["co2_total"].sel(year=2027)
    difference = float(path.sel(scenario="plan") - path.sel(scenario="baseline"))
    assert changed["central"] == pytest.approx(difference, rel=1e-9)
    assert changed["unit"] == "Mt"
    assert "Change" in changed["name_en"]
    assert "总变化" in changed["name_zh"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_tables_name_every_effect(run, lang):
    tables = split_tables(split_differences(run, "plan", "baseline"), "A", "B", lang)
    assert [table.row_count for table in tables] == [len(names) + 1 for names in EFFECTS.values()]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_label_stands_inside_the_page(run, lang):
    figures = [change_chart(run, lang, by) for by in ("sector", "fuel")]
    for figure in [*figures, history_chart(load_pack(), lang)]:
        with styled(lang):
            figure.canvas.draw()
            width, height = figure.get_size_inches() * figure.dpi
            texts = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
            assert len(texts) >= 9
            for text in texts:
                box = text.get_window_extent()
                assert 0 <= box.x0 <= box.x1 <= width, text.get_text()
                assert 0 <= box.y0 <= box.y1 <= height, text.get_text()


def test_charts_that_need_the_base_year_are_left_out_of_a_run_of_another(run):
    table = evaluate(run)
    more = {"co2_change_by_sector", "co2_change_by_fuel", "energy_balance"}
    assert set(run_charts(run, table)) == {*charts(table), *more}
    pack = {**run.manifest["pack"], "content_sha256": "0" * 64}
    other = dataclasses.replace(run, manifest={**run.manifest, "pack": pack})
    assert "another base-year pack" in str(obstacle(other.manifest))
    assert set(run_charts(other, table)) == set(charts(table))
