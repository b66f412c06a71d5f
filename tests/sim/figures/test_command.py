"""Tables for the command line, and the page of the figure base."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.figures import command
from sim.figures.audit import texts
from sim.figures.base import load_figures

ROOT = Path(__file__).parents[3]
SEEDS = ROOT.parent / "shared" / "seeds"
PAGE = ROOT / "docs" / "data" / "figures.md"


def _block(name: str) -> str:
    text = PAGE.read_text(encoding="utf-8")
    return text.partition(f"<!-- {name} -->\n")[2].partition(f"\n<!-- end {name} -->")[0]


def test_list_is_filtered_and_translated() -> None:
    table = command.list_rows(domain="carbon", lang="zh")
    assert {row["basis"] for row in table} <= {"年度目标", "规划目标", "累计目标", "实际"}
    assert len(table) == sum(row.domain == "carbon" for row in load_figures())
    (row,) = command.list_rows(indicator="clean_capacity_share", period="2030")
    assert row["value"] == "≥ 70"
    assert row["place"] == "002:1393"


def test_ranges_and_words_are_shown() -> None:
    (row,) = command.list_rows(indicator="science_facilities")
    assert row["value"] == "1–2"
    (row,) = command.list_rows(indicator="pm25", period="2030")
    assert row["value"] == "完成经国家审核衔接后确定的目标"
    (row,) = command.list_rows(indicator="good_water_share", period="2030")
    assert row["value"] == "—"
    (row,) = command.list_rows(indicator="cluster_scale", document="002")
    assert str(row["name"]).endswith("[jinpu_petrochemical_automotive]")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_show_gives_every_field(lang: str) -> None:
    table = command.show_row("002-1385-gas_storage-2030", lang)
    fields = {row["field"]: row["value"] for row in table}
    assert fields["canonical_value"] == pytest.approx(7068.0)
    assert fields["canonical_unit"] == "million m3"
    assert fields["line"] == 1385
    assert fields["title"]


def test_unknown_language_is_refused() -> None:
    for call in (command.list_rows, command.audit_table):
        with pytest.raises(InputError, match="unknown lang"):
            call(lang="de")
    with pytest.raises(InputError, match="unknown lang"):
        command.show_row("002-1385-gas_storage-2030", "de")


def test_audit_with_the_bundled_series_computes_every_check() -> None:
    table = command.audit_table("en")
    assert not [row for row in table if row["title"] == "A check could not be computed"]
    assert [row["check"] for row in table] == [row["check"] for row in command.audit_table("zh")]


def test_counts_add_up() -> None:
    for by in ("document", "domain", "basis", "nature", "comparator", "unit"):
        table = command.count_rows(by)
        assert sum(int(str(row["rows"])) for row in table) == len(load_figures())
    with pytest.raises(InputError, match="unknown by"):
        command.count_rows("colour")


def test_the_page_holds_the_statistics_of_today() -> None:
    assert _block("statistics") == command.statistics()


@pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the source documents are not part of the repository"
)
def test_the_page_holds_the_coverage_of_today() -> None:
    assert _block("coverage") == command.markdown(command.coverage_table(SEEDS))


def test_the_page_lists_every_check() -> None:
    block = _block("checks")
    for name, words in texts().items():
        assert (name == "missing") != (f"| {name} | {words['kind']} |" in block)
    assert len(block.splitlines()) == len(texts()) + 1


def test_an_empty_table_is_refused() -> None:
    with pytest.raises(InputError, match="empty table"):
        command.markdown([])
