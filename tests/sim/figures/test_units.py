"""Printed units are converted once, with the factors of the table."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import InputError
from sim.figures.base import load_figures
from sim.figures.units import read_units, to_canonical, unit, units


@pytest.mark.parametrize(
    ("value", "printed", "expected", "canonical"),
    [
        (3.7, "%", 0.037, "fraction"),
        (1.2, "个百分点", 0.012, "fraction"),
        (3.4, "‰", 0.0034, "fraction"),
        (43.0, "/10万", 0.00043, "fraction"),
        (1.8, "倍", 1.8, "fraction"),
        (6000.0, "万千瓦", 60.0, "GW"),
        (1.0e6, "千瓦", 1.0, "GW"),
        (2733.6779, "亿千瓦时", 273.36779, "TWh"),
        (6800.0, "万吨标准煤", 68.0, "Mtce"),
        (1.2, "亿吨标准煤", 120.0, "Mtce"),
        (1.2, "万亿元", 12000.0, "亿元"),
        (174.0, "元", 1.74e-6, "亿元"),
        (47.9, "万人", 47.9, "万人"),
        (1200.0, "人", 0.12, "万人"),
        (1.2, "万家", 12000.0, "count"),
        (526.0, "亿斤", 26.3, "Mt"),
        (2631.5, "万吨", 26.315, "Mt"),
        (1.5, "亿吨", 150.0, "Mt"),
        (2600.0, "万立方米", 26.0, "million m3"),
        (70.68, "亿立方米", 7068.0, "million m3"),
        (1.2, "万公里", 12000.0, "km"),
        (3500.0, "公顷", 5.25, "万亩"),
    ],
)
def test_printed_value_becomes_canonical(
    value: float, printed: str, expected: float, canonical: str
) -> None:
    found, name = to_canonical(value, printed)
    assert found == pytest.approx(expected, rel=1e-12)
    assert name == canonical


def test_blanks_in_a_unit_are_ignored() -> None:
    assert unit(" 万 千瓦 ").canonical == "GW"


def test_unknown_unit_names_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean '万千瓦'"):
        to_canonical(1.0, "万千万")


def test_every_unit_of_the_base_is_in_the_table() -> None:
    assert {row.unit for row in load_figures()} - {""} <= set(units())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("吨,mass,Mt,zero,tonnes", "factor must be a positive number"),
        ("吨,mass,Mt,-1,tonnes", "factor must be a positive number"),
        ("万吨,mass,Mt,0.01,again", "unit stands twice"),
        ("斤,mass,kg,0.5,jin", "dimension mass has two canonical units"),
    ],
)
def test_bad_units_are_refused(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "units.csv"
    path.write_text(
        f"unit,dimension,canonical,factor,name_en\n万吨,mass,Mt,0.01,kilotonnes\n{line}\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError, match=message) as raised:
        read_units(path)
    assert raised.value.line == 3


def test_wrong_header_of_units_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "units.csv"
    path.write_text("unit,factor\n", encoding="utf-8")
    with pytest.raises(InputError, match="wrong columns"):
        read_units(path)
