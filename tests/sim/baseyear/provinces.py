"""Folders of an invented province, written from scaled figures of the bundled series base."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from models.inputoutput.frames import TableFrames
from models.inputoutput.labelled_layout import write_labelled
from sim.baseyear.pack import load_pack
from sim.figures.series import load_series

SIZE = 0.62
PEOPLE = 0.8
HEADER = ("variable", "year", "value", "unit", "source")
KEPT = (
    *("gdp", "gdp_growth", "value_added_primary", "value_added_secondary"),
    *("value_added_tertiary", "population", "electricity_consumption", "urbanisation"),
    *("fixed_investment_growth", "fixed_capital_formation", "rd_expenditure"),
)
# base-year figures of the invented province: value and printed unit
BASE = {
    "generation_thermal": (760.0, "亿千瓦时"),
    "generation_hydro": (60.0, "亿千瓦时"),
    "generation_wind": (190.0, "亿千瓦时"),
    "generation_solar": (95.0, "亿千瓦时"),
    "capacity_thermal": (2100.0, "万千瓦"),
    "capacity_hydro": (240.0, "万千瓦"),
    "capacity_wind": (950.0, "万千瓦"),
    "capacity_solar": (850.0, "万千瓦"),
    "energy_consumption": (12600.0, "万吨标准煤"),
    "non_fossil_share": (9.2, "%"),
    "electricity_tertiary": (300.0, "亿千瓦时"),
    "electricity_residential": (260.0, "亿千瓦时"),
    "crude_steel": (2600.0, "万吨"),
    "cement": (2900.0, "万吨"),
}
UNITS = {"亿元": "亿元", "万人": "万人", "fraction": "%", "TWh": "亿千瓦时"}
FACTORS = {"亿元": 1.0, "万人": 1.0, "%": 100.0, "亿千瓦时": 10.0}


def series_rows(first: int = 2005, last: int = 2025) -> list[tuple[str, int, str, str, str]]:
    """Rows of series.csv: scaled and gently perturbed series, and the base-year figures."""
    frame = load_series()
    frame = frame[frame["variable"].isin(KEPT) & frame["vintage"].isin(("released", "published"))]
    frame = frame[frame["year"].between(first, last)]
    rng = np.random.default_rng(42)
    rows = []
    for item in frame.itertuples():
        unit = UNITS[item.unit]
        scale = {"亿元": SIZE, "万人": PEOPLE, "%": 1.0, "亿千瓦时": 0.55}[unit]
        wobble = 1.0 if unit == "%" else float(np.exp(0.003 * rng.standard_normal()))
        value = f"{item.value * scale * wobble * FACTORS[unit]:.6g}"
        rows.append((item.variable, item.year, value, unit, "yearbook 年鉴"))
    for name, (value, unit) in BASE.items():
        for back, share in ((0, 1.0), (1, 0.95)):
            if last - back <= 2025:
                known = value if unit == "%" else value * share
                rows.append((name, last - back, f"{known:.6g}", unit, "yearbook 年鉴"))
    return rows


def write_rows(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def write_description(folder: Path, *more: tuple[str, object]) -> None:
    rows = [("name", "Testland"), ("name_zh", "测试省"), ("base_year", 2025), *more]
    write_rows(folder / "province.csv", ("key", "value"), rows)


def labelled_table(path: Path) -> None:
    """Write the accounts of the bundled pack, scaled and tilted, as a plain labelled table."""
    import pandas as pd

    pack = load_pack()
    tilt = np.linspace(0.8, 1.2, 42)
    output = SIZE * pack["gross_output"].values * tilt
    codes = [str(code) for code in pack["sector"].values]
    flows = pack["technical_coefficients"].values * output
    final = SIZE * pack["final_demand"].values * tilt
    income = np.array(
        [
            pack[f"{name}_coefficient"].values * output
            for name in ("compensation", "production_tax", "depreciation", "surplus")
        ]
    )
    uses = [str(use) for use in pack["final_use"].values]
    outside = flows.sum(axis=1) + final.sum(axis=0) - output
    # rows short of supply send less out: what is missing comes off the outflow
    final[uses.index("outflow")] += np.maximum(-outside, 0.0)
    outside = np.maximum(outside, 0.0)
    imports = pd.DataFrame({"imports": 0.3 * outside, "inflow": 0.7 * outside}, index=codes)
    frames = TableFrames(
        flows=pd.DataFrame(flows, index=codes, columns=codes),
        final_use=pd.DataFrame(final.T, index=codes, columns=uses),
        primary_inputs=pd.DataFrame(
            income,
            index=["compensation", "production_tax", "depreciation", "surplus"],
            columns=codes,
        ),
        output=pd.Series(output, index=codes),
        unit="亿元",
        year=2017,
        imports=imports,
        satellites=pd.DataFrame(columns=codes, dtype=float),
    )
    write_labelled(frames, path)


def write_province(folder: Path, *, table: bool = True, last: int = 2025) -> Path:
    """Write a complete folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    write_description(folder)
    write_rows(folder / "series.csv", HEADER, series_rows(last=last))
    if table:
        labelled_table(folder / "io_table.csv")
    return folder
