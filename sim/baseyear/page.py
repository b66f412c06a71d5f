"""The page `docs/data/base_year.md`, written from the bundled pack.

Every observation stands beside its reconciled value and the residual in standard
deviations of the observation; the identities of the accounts are computed from the shipped
numbers.
"""

from __future__ import annotations

import csv
import re
from importlib.resources import files
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr

from models.labels import (
    CARRIER_NAMES,
    ENERGY_SECTOR_NAMES,
    FINAL_USE_NAMES,
    TECHNOLOGY_NAMES,
)
from sim.baseyear.pack import load_pack, read_manifest, read_observations
from sim.errors import InputError

WORST: Final = 15
ACCOUNTS: Final = {
    "input_output": "Input–output accounts 投入产出账户",
    "energy": "Energy, power and carbon accounts 能源、电力与碳账户",
    "growth": "Growth accounts 增长账户",
}
KINDS: Final = {
    "document": "document 文件",
    "series": "series 统计序列",
    "estimate": "estimate 估计",
    "judgement": "judgement 判断",
}
_NAMES: Final = {**CARRIER_NAMES, **TECHNOLOGY_NAMES, **ENERGY_SECTOR_NAMES, **FINAL_USE_NAMES}
_INTRODUCTION: Final = """\
# The base year 2025 基年2025

This page is generated from the bundled pack (`sim/baseyear/page.py`); do not edit it.
Methods: `docs/methods/input_output_base.md`, `energy_base.md`, `growth.md`. The notes to
each observation stand in `observations.csv` of the pack.

- **observed 观测值** with its standard deviation **σ**; **reconciled 调整值**: the value in
  the accounts; **z** = (reconciled − observed) / σ. Beyond ±2 an observation and the rest
  of the accounts disagree.
- A z near zero does not confirm a number: where nothing else speaks about a cell, its prior
  simply stays.
- **kind 类别**: `document 文件` a figure of the five documents; `series 统计序列` a
  statistical series; `estimate 估计` computed from data; `judgement 判断` nobody's figure
  but ours.

本页由基年数据包生成。z =（调整值 − 观测值）/ σ；z接近零并不证实观测值，只说明没有其他信息与之冲突。
"""
_COLUMNS: Final = (
    "label 标签",
    "observed 观测值",
    "σ",
    "reconciled 调整值",
    "z",
    "unit 单位",
    "kind 类别",
    "source 来源",
)


def base_year_markdown() -> str:
    """Return the page as Markdown.

    Raises
    ------
    InputError
        Where the pack holds an observation of an unnamed variable.
    """
    observations, described = read_observations(), _variables()
    unnamed = set(observations["variable"]) - set(described.index)
    if unnamed:
        raise InputError("observations of unnamed variables", found=", ".join(sorted(unnamed)))
    manifest = read_manifest()
    account = observations["variable"].map(described["account"])
    lines = [
        _INTRODUCTION,
        f"Pack 数据包: `{manifest['province']}`, content hash 内容哈希 "
        f"`{str(manifest['content_sha256'])[:16]}…`, {manifest['base_draws']} draws 抽样.",
        "",
        *_counts(observations, account),
        *_worst(observations, described),
        *_identities(load_pack()),
    ]
    for key, title in ACCOUNTS.items():
        lines += [f"## {title}", ""]
        for variable, rows in observations[account == key].groupby("variable", sort=False):
            lines += _section(
                f"{described['name'][variable]} {described['name_zh'][variable]}", rows
            )
    return "\n".join(lines).rstrip() + "\n"


def _variables() -> pd.DataFrame:
    """Account and names of each observed variable."""
    text = files("sim.baseyear").joinpath("data/observation_variables.csv").read_text("utf8")
    return pd.DataFrame(csv.DictReader(text.splitlines())).set_index("variable")


def _table(columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> list[str]:
    cells = [columns, ("---",) * len(columns), *rows]
    return [*("| " + " | ".join(str(c) for c in row) + " |" for row in cells), ""]


def _counts(observations: pd.DataFrame, account: pd.Series) -> list[str]:
    """Observations by account and kind, and how far off they are."""
    rows: list[tuple[Any, ...]] = []
    for key, title in (*ACCOUNTS.items(), (None, "All 全部")):
        part = observations if key is None else observations[account == key]
        size = part["z"].abs()
        kinds = [int((part["kind"] == kind).sum()) for kind in KINDS]
        beyond = [int((size > limit).sum()) for limit in (1, 2)]
        rows.append((title, len(part), *kinds, *beyond, f"{np.sqrt((size**2).mean()):.2f}"))
    judged = int((observations["kind"] == "judgement").sum())
    head = (
        "account 账户",
        "observations 观测",
        *KINDS.values(),
        "|z| > 1",
        "|z| > 2",
        "rms z 均方根",
    )
    return [
        f"{len(observations)} observations, of which {judged} are judgement. "
        f"共{len(observations)}条观测，其中{judged}条为判断。",
        "",
        *_table(tuple(text.replace("|", "\\|") for text in head), rows),
    ]


def _worst(observations: pd.DataFrame, described: pd.DataFrame) -> list[str]:
    order = observations["z"].abs().sort_values(ascending=False, kind="stable").index[:WORST]
    rows = [
        (f"{described['name'][row.variable]} {described['name_zh'][row.variable]}", *_cells(row))
        for row in observations.loc[order].itertuples()
    ]
    return [
        "## Largest residuals 最大残差",
        "",
        *_table(("variable 变量", *_COLUMNS), rows),
    ]


def _section(title: str, rows: pd.DataFrame) -> list[str]:
    return [f"### {title}", "", *_table(_COLUMNS, [_cells(row) for row in rows.itertuples()])]


def _cells(row: Any) -> tuple[str, ...]:
    return (
        _label(row.label),
        f"{row.observed:.6g}",
        f"{row.sigma:.3g}",
        f"{row.reconciled:.6g}",
        f"{row.z + 0.0:+.2f}".replace("-0.00", "0.00").replace("+0.00", "0.00"),
        row.unit,
        KINDS[row.kind],
        row.source.replace("|", "\\|"),
    )


def _label(label: str) -> str:
    """Label as it stands, with the names of codes."""
    named = [_NAMES[part] for part in re.split(r"[:|+]", str(label)) if part in _NAMES]
    names = " · ".join(f"{english} {chinese}" for english, chinese in named)
    shown = str(label).replace("|", ":")
    return f"`{shown}` {names}".rstrip()


def _identities(pack: xr.Dataset) -> list[str]:
    """Residuals of the accounting identities at the reconciled centre."""
    rows = [
        (english, chinese, f"`{equation}`", _bound(residual))
        for english, chinese, equation, residual in _residuals(pack)
    ]
    return [
        "## Identities 恒等式",
        "",
        "Largest residual at the reconciled centre, relative to the size of the account. Every",
        "base-year draw is tested through the model in `tests/sim/ensemble/test_base_year.py`.",
        "",
        *_table(("identity 恒等式", "名称", "equation 公式", "relative residual 相对残差"), rows),
    ]


def _bound(residual: float) -> str:
    """Power of ten that the residual stays below: last bits differ between processors."""
    return f"< 1e{max(-12, int(np.ceil(np.log10(max(residual, 1e-300)))))}"


def _residuals(pack: xr.Dataset) -> list[tuple[str, str, str, float]]:
    demand, output = pack["final_demand"], pack["gross_output"].values
    coefficients, added = pack["technical_coefficients"].values, pack["value_added"].values
    imports = pack["imports_inflow"].values
    supply = output + imports
    uses = coefficients @ output + demand.sum("final_use").values
    parts = ("compensation", "production_tax", "depreciation", "surplus")
    income = sum(float(pack[f"{part}_coefficient"].values @ output) for part in parts)
    gdp = float(added.sum())
    generation = float(pack["electricity_generation"].sum() + pack["electricity_net_import"])
    balance = pack["energy_balance"].sel(balance_item="residual")
    found = (
        (
            "Uses = supply by product",
            "分产品使用=供给",
            "A x + F = x + M",
            np.max(np.abs(uses - supply) / supply),
        ),
        (
            "Value added = output less inputs",
            "增加值=总产出−中间投入",
            "V = (1 − ΣA) x",
            np.max(np.abs(added - (1.0 - coefficients.sum(axis=0)) * output)) / gdp,
        ),
        (
            "GDP by expenditure = by production",
            "支出法=生产法",
            "ΣF − ΣM = ΣV",
            abs(float(demand.sum()) - imports.sum() - gdp) / gdp,
        ),
        (
            "GDP by income = by production",
            "收入法=生产法",
            "Σ income = ΣV",
            abs(income - gdp) / gdp,
        ),
        (
            "Primary energy, coal-equivalent method",
            "一次能源（发电煤耗法）",
            "Σ carriers = total",
            _gap(pack["primary_energy"], pack["energy_total"]),
        ),
        (
            "Primary energy, calorific method",
            "一次能源（电热当量法）",
            "Σ carriers = total",
            _gap(pack["primary_energy_calorific"], pack["energy_total_calorific"]),
        ),
        (
            "Energy in = energy out, both methods",
            "能源平衡（两种方法）",
            "closing table",
            float(np.abs(balance).max() / pack["energy_total"]),
        ),
        (
            "Electricity",
            "电力平衡",
            "Σ generation + net import = demand",
            abs(generation / float(pack["electricity_demand"]) - 1.0),
        ),
        (
            "CO2 by sector",
            "分部门二氧化碳",
            "Σ sectors = total",
            _gap(pack["co2"], pack["co2_total"]),
        ),
    )
    return [(english, chinese, equation, float(size)) for english, chinese, equation, size in found]


def _gap(parts: xr.DataArray, total: xr.DataArray) -> float:
    return abs(float(parts.sum()) / float(total) - 1.0)
