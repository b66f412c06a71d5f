"""``provsim io``."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from models.inputoutput.reading import as_frames
from models.inputoutput.writing import write_table
from sim.assess.province_table import bundled_table
from sim.cli import main


def rows_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, str]]:
    assert main(["-q", "--format", "csv", "io", *arguments]) == 0
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("io") / "table.csv"
    return str(write_table(as_frames(bundled_table()), path, layout="labelled"))


@pytest.mark.parametrize(
    ("arguments", "count", "columns"),
    [
        (["multipliers", "--of", "co2"], 42, {"sector", "direct", "multiplier", "unit"}),
        (["multipliers", "--type", "2"], 42, {"multiplier"}),
        (["linkages"], 42, {"backward_normalised", "forward_normalised", "kind"}),
        (["footprint"], 7, {"final_use", "embodied", "direct", "total"}),
        (["extract"], 3, {"industry", "gdp_share"}),
        (["extract", "--sectors", "14", "--kind", "backward"], 1, {"output_loss", "loss_share"}),
        (["price", "--carbon-price", "200"], 42, {"payment", "cost", "price"}),
        (["price", "--total"], 42, {"payment", "price_change"}),
        (["shock"], 22, {"cluster", "gdp", "jobs", "energy", "co2", "same_as"}),
        (["shock", "--demand", "18=10", "--demand", "14=5"], 42, {"output", "co2"}),
    ],
)
def test_every_analysis_of_the_bundled_table(capsys, arguments, count, columns) -> None:
    rows = rows_of(capsys, *arguments)
    assert len(rows) == count
    assert columns <= set(rows[0])


def test_a_table_of_the_user_gives_the_same_multipliers(capsys, saved) -> None:
    own = rows_of(capsys, "multipliers", saved)
    bundled = rows_of(capsys, "multipliers")
    for first, second in zip(own, bundled, strict=True):
        assert float(first["multiplier"]) == pytest.approx(float(second["multiplier"]), rel=1e-9)


def test_the_decomposition_of_no_change_is_zero(capsys, saved) -> None:
    rows = rows_of(capsys, "sda", saved)
    assert max(abs(float(row["change"])) for row in rows) < 1e-6
    rows = rows_of(capsys, "sda", saved, "--later", saved)
    assert {"technology", "composition", "level", "change"} <= set(rows[0])


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_tables_for_people_say_what_they_assume(capsys, lang) -> None:
    assert main(["--lang", lang, "io", "shock"]) == 0
    found = capsys.readouterr()
    assert ("Machine tools" if lang == "en" else "工业母机") in found.out
    assert ("100 million CNY" if lang == "en" else "亿元") in found.err
    assert ("Jobs by sector are an estimate" if lang == "en" else "分部门就业为估算") in found.err
    assert ("local products" if lang == "en" else "本地产品") in found.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["footprint"], ["48.6% [", "辽宁（内置表），2025年，百万吨；仅本地产品"]),
        (["extract"], ["方括号内为基年最终需求抽样", "分部门就业为估算"]),
        (["price"], ["不给区间", "8.6%"]),
        (["shock"], ["方括号内为基年分部门能源抽样", "其他各列为单一估计值"]),
        (["shock", "--demand", "18=10"], ["二氧化碳 (百万吨)", "分部门就业为估算"]),
        (["extract", "--sectors", "14", "--kind", "backward"], ["能源 (百万吨标准煤)", "占总产出"]),
        (["multipliers", "--of", "employment"], ["万人/亿元", "分部门就业为估算"]),
        (["linkages"], ["关键部门"]),
    ],
)
def test_units_bands_and_estimates_are_told_in_chinese(capsys, arguments, said) -> None:
    assert main(["--lang", "zh", "io", *arguments]) == 0
    found = capsys.readouterr()
    for text in said:
        assert text in "".join((found.out + found.err).split("\n"))


def test_json_holds_the_same_rows(capsys) -> None:
    assert main(["--format", "json", "-q", "io", "footprint"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 7


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no analysis is named"),
        (["multiplier"], "no such command"),
        (["multipliers", "--of", "co3"], "co2"),
        (["multipliers", "--layout", "labelled"], "none is named"),
        (["shock", "--demand", "18"], "CODE=VALUE"),
        (["shock", "--type", "2"], "--demand"),
        (["extract", "--kind", "backward"], "name the sectors"),
        (["extract", "--sectors", "99"], "99"),
        (["sda"], "earlier table"),
        (["linkages", "nowhere.csv"], "not found"),
    ],
)
def test_bad_input_ends_in_one_sentence_and_code_2(capsys, arguments, message) -> None:
    assert main(["--lang", "en", "io", *arguments]) == 2
    found = capsys.readouterr()
    assert message in found.err
    assert found.err.count("\n") == 1


def test_a_chinese_table_is_found_by_its_layout(capsys, tmp_path: Path) -> None:
    frames = as_frames(bundled_table())
    plain = frames.__class__(
        **{
            **frames.__dict__,
            "satellites": frames.satellites.iloc[:0],
            "satellite_final_use": None,
            "imports": frames.imports.set_axis(["imports"], axis=1),
        }
    )
    path = write_table(plain, tmp_path / "table_2025.xlsx", layout="china-42")
    rows = rows_of(capsys, "linkages", str(path), "--layout", "china-42")
    assert len(rows) == 42
    assert rows[0]["name_zh"] == "农林牧渔产品和服务"
