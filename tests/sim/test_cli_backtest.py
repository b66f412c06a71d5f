"""``provsim backtest``."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.cli import main


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


def test_bad_news_comes_first_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    for lang, lost, won in (("en", "we lose", "next is"), ("zh", "落后", "其次为")):
        assert main(["-q", "--lang", lang, "backtest"]) == 0
        text = capsys.readouterr().out
        assert 0 < text.index(lost) < text.index(won)
        assert "2011" in text


def test_the_scores_as_json_and_csv(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-q", "--format", "json", "backtest"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["variable"] for row in rows} == {"gdp_growth", "electricity", "co2"}
    assert main(["-q", "--format", "csv", "backtest", "--origin", "2010"]) == 0
    pairs = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["origin"] for row in pairs} == {"2010"}
    assert len(pairs) == 6 * (6 + 5 + 5)


def test_one_origin_in_detail(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-q", "--lang", "en", "backtest", "--origin", "2015"]) == 0
    text = capsys.readouterr().out
    assert "2016–2020" in text
    assert "−2.5%" in text


def test_an_origin_outside_the_record_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-q", "--lang", "en", "backtest", "--origin", "1990"]) == 2
    assert "2000 to 2024" in capsys.readouterr().err


def test_tables_and_chart_are_written(tmp_path: Path) -> None:
    assert main(["-q", "--format", "json", "backtest", "--out", str(tmp_path / "made")]) == 0
    names = {path.name for path in (tmp_path / "made").iterdir()}
    tables = {f"{name}.csv" for name in ("pairs", "scores", "growth_width", "missing", "targets")}
    assert names == tables | {"backtest_growth.svg", "backtest_growth.png"}
    with (tmp_path / "made" / "growth_width.csv").open(encoding="utf-8") as stream:
        assert len(list(csv.DictReader(stream))) == 12


def test_a_folder_that_is_no_pack_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["-q", "--lang", "en", "backtest", "--pack", str(tmp_path)]) == 2
    assert "no series" in capsys.readouterr().err
