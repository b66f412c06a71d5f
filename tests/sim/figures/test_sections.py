"""Every row stands where it says, and every numeral is a row or an exclusion."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.figures.base import Figure, figure, find, load_figures
from sim.figures.sections import (
    check_numerals,
    check_rows,
    coverage,
    load_exclusions,
    load_sections,
    numerals,
)
from sim.figures.vocabulary import documents

SEEDS = Path(__file__).parents[4] / "shared" / "seeds"
needs_seeds = pytest.mark.skipif(
    not SEEDS.is_dir(), reason="the source documents are not part of the repository"
)


@needs_seeds
def test_every_row_stands_in_the_line_it_cites() -> None:
    assert check_rows(SEEDS) == ()


@needs_seeds
def test_every_numeral_is_a_row_or_an_exclusion() -> None:
    assert check_numerals(SEEDS) == ()


@needs_seeds
def test_all_lines_of_all_documents_are_complete() -> None:
    for one in coverage(SEEDS):
        assert one.complete_lines == one.lines
        assert one.in_rows + one.excluded == one.numerals


@needs_seeds
def test_a_row_that_cites_the_wrong_line_is_found() -> None:
    row = figure("002-217-gdp_growth-2025")
    moved = row.model_copy(update={"line": 224})
    (gap,) = check_rows(SEEDS, [moved])
    assert (gap.line, gap.numeral) == (224, "3.7")


@needs_seeds
def test_a_numeral_is_no_part_of_a_longer_one() -> None:
    row = figure("002-245-non_fossil_share-2025")
    shorter = row.model_copy(update={"printed": "5.5", "value": 5.5})
    assert len(check_rows(SEEDS, [shorter])) == 1


@needs_seeds
def test_the_line_after_a_page_break_counts() -> None:
    row = figure("002-134-gdp_growth-2021-2025")
    before = row.model_copy(update={"line": 132})
    assert check_rows(SEEDS, [before]) == ()


@needs_seeds
def test_a_dropped_row_leaves_a_gap() -> None:
    dropped = "002-1393-clean_capacity_share-2030"
    rows = [row for row in load_figures() if row.id != dropped]
    (gap,) = check_numerals(SEEDS, rows)
    assert (gap.line, gap.numeral) == (1393, "70")


@needs_seeds
def test_a_numeral_used_twice_is_found() -> None:
    row = figure("002-1393-clean_capacity_share-2030")
    again = row.model_copy(update={"id": row.id + "-2"})
    (gap,) = check_numerals(SEEDS, [*load_figures(), again])
    assert "used 2 times" in gap.problem


def _exclude(folder: Path, lines: str) -> None:
    name = documents()["002"].document
    (folder / "sections_002.csv").write_text(
        f"document,first_line,last_line,name\n{name},1393,1393,one line\n", encoding="utf-8"
    )
    (folder / "exclusions_002.csv").write_text(
        "document,line,numeral,occurrence,reason\n"
        + "".join(f"{name},{line}\n" for line in lines.split()),
        encoding="utf-8",
    )


@needs_seeds
@pytest.mark.parametrize(
    ("lines", "problem"),
    [
        ("1393,2030,1,calendar_year 1393,70,*,name", "but a row uses it"),
        ("1393,2030,2,calendar_year", "beyond its 1 occurrences"),
        ("1393,2030,1,calendar_year 1393,99,1,name", "excluded but not printed here"),
        ("1393,1,1,name 1393,2030,*,calendar_year", "excluded but not printed here"),
    ],
)
def test_wrong_exclusions_are_found(tmp_path: Path, lines: str, problem: str) -> None:
    _exclude(tmp_path, lines)
    (gap,) = check_numerals(SEEDS, find(indicator="clean_capacity_share"), tmp_path)
    assert problem in gap.problem


def test_full_width_digits_are_digits() -> None:
    assert numerals("２０３０年，达到１．５亿吨") == ["2030", "1.5"]
    assert numerals("① 二〇三〇年") == []


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("1393,70,1,because", "unknown reason"),
        ("1393,70,1,repeats:002-1-none-2030", "unknown reason"),
        ("1393,70,zero,name", "must be a positive number"),
        ("0,70,1,name", "must be a positive number"),
    ],
)
def test_bad_exclusions_are_refused(tmp_path: Path, lines: str, message: str) -> None:
    _exclude(tmp_path, lines)
    with pytest.raises(InputError, match=message) as raised:
        load_exclusions(tmp_path)
    assert raised.value.line == 2


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("002_d6eb2a6e935c690a.txt,9,3,x", "lines must rise"),
        ("002_d6eb2a6e935c690a.txt,1,99999,x", "lines must rise"),
        ("002_other.txt,1,3,x", "unknown document"),
    ],
)
def test_bad_sections_are_refused(tmp_path: Path, row: str, message: str) -> None:
    path = tmp_path / "sections_002.csv"
    path.write_text(f"document,first_line,last_line,name\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=message):
        load_sections(tmp_path)


def test_sections_without_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "sections_002.csv").write_text("document\n", encoding="utf-8")
    with pytest.raises(InputError, match="columns missing"):
        load_sections(tmp_path)


def test_missing_documents_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="document not found"):
        check_rows(tmp_path)


def test_another_version_of_a_document_is_refused(tmp_path: Path) -> None:
    rows: list[Figure] = []
    for one in documents().values():
        (tmp_path / one.document).write_text("one line\n", encoding="utf-8")
    with pytest.raises(InputError, match="not the registered version"):
        check_rows(tmp_path, rows)
