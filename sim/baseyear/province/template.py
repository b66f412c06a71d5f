"""The folder that a province fills in, written by `provsim calibrate --template DIR`."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from sim.baseyear.files import check_folder
from sim.baseyear.province.description import BASE_YEAR
from sim.baseyear.province.variables import variables
from sim.errors import InputError

PRINTED = {
    "fraction": "%",
    "TWh": "亿千瓦时",
    "GW": "万千瓦",
    "Mtce": "万吨标准煤",
    "Mt": "万吨",
}
SERIES = ("variable", "year", "value", "unit", "sigma", "vintage", "source", "note")
README = """\
# A province's folder 省份数据目录

province.csv  who the province is 省份名称（必填）
series.csv    figures by year 历年数值（必填）; empty values are left out 空值忽略
io_table.xls | .xlsx | .csv  official 42-sector table 官方42部门投入产出表（可选）
co2.csv       CEADs inventory: year, sector, fuel, MtCO2 碳排放清单（可选）

The third column of each note says: required 必填, recommended 建议, optional 可选.
Run 运行: provsim calibrate THIS_FOLDER --out PACK; then 然后 provsim run baseline --pack PACK
"""


def write_template(folder: Path) -> None:
    """Write the files to fill in.

    Raises
    ------
    InputError
        Where the folder cannot be written, or one of the files stands there already.
    """
    check_folder(folder)
    standing = [n for n in ("province.csv", "series.csv") if (folder / n).exists()]
    if standing:
        raise InputError("the file stands here already", file=folder, found=", ".join(standing))
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        ("key", "value"),
        ("name", ""),
        ("name_zh", ""),
        ("base_year", str(BASE_YEAR)),
        ("source", ""),
        ("io_year", ""),
    ]
    _write(folder / "province.csv", rows)
    order = {"required": 0, "recommended": 1, "optional": 2}
    lines = [SERIES]
    for v in sorted(variables().values(), key=lambda v: order[v.need]):
        unit = PRINTED.get(v.unit, v.unit)
        note = f"{v.need}: {v.name_en} {v.name_zh}"
        lines.append((v.name, str(BASE_YEAR), "", unit, "", "", "", note))
    _write(folder / "series.csv", lines)
    (folder / "README.md").write_text(README, encoding="utf-8")


def _write(path: Path, rows: Iterable[tuple[str, ...]]) -> None:
    """Write with a byte-order mark, so that a spreadsheet shows the Chinese names."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream).writerows(rows)
