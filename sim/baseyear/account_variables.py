"""The variables of the input-output accounts: dimensions, unit, names and origin."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RECONCILED: Final = (
    "reconciled estimate: official table of 2017 carried to 2025 by GRAS and generalized least "
    "squares (docs/methods/input_output_base.md, observations.csv)"
)
KEPT: Final = "statistical series: proportions of the official table of 2017, kept"
DERIVED: Final = "derived from technical_coefficients, local_supply_share and final_demand"


@dataclass(frozen=True)
class AccountVariable:
    """One variable of the pack; draws get the dimension `base_draw` in front."""

    name: str
    dimensions: tuple[str, ...]
    units: str
    long_name: str
    long_name_zh: str
    origin: str


_MONEY: Final = "100 million CNY at 2025 prices"
VARIABLES: Final = (
    AccountVariable(
        "technical_coefficients",
        ("sector_input", "sector"),
        "1",
        "Inputs (local and imported) per unit of gross output",
        "直接消耗系数（含进口和省外流入品）",
        RECONCILED,
    ),
    AccountVariable(
        "local_supply_share",
        ("sector",),
        "1",
        "Share of local supply in purchases in the province",
        "本地使用中的本省供给比重",
        RECONCILED,
    ),
    AccountVariable(
        "value_added_coefficient",
        ("sector",),
        "1",
        "Value added per unit of gross output",
        "增加值系数",
        KEPT,
    ),
    AccountVariable(
        "compensation_coefficient",
        ("sector",),
        "1",
        "Compensation of employees per unit of gross output",
        "劳动者报酬系数",
        KEPT,
    ),
    AccountVariable(
        "production_tax_coefficient",
        ("sector",),
        "1",
        "Net taxes on production per unit of gross output",
        "生产税净额系数",
        KEPT,
    ),
    AccountVariable(
        "depreciation_coefficient",
        ("sector",),
        "1",
        "Depreciation of fixed assets per unit of gross output",
        "固定资产折旧系数",
        KEPT,
    ),
    AccountVariable(
        "surplus_coefficient",
        ("sector",),
        "1",
        "Operating surplus per unit of gross output",
        "营业盈余系数",
        KEPT,
    ),
    AccountVariable(
        "final_demand",
        ("final_use", "sector"),
        _MONEY,
        "Final demand: domestic uses at total purchases, outflow and exports",
        "最终使用（省内部分含进口和流入品）",
        RECONCILED,
    ),
    AccountVariable("gross_output", ("sector",), _MONEY, "Gross output", "总产出", DERIVED),
    AccountVariable("value_added", ("sector",), _MONEY, "Value added", "增加值", DERIVED),
    AccountVariable(
        "imports_inflow",
        ("sector",),
        _MONEY,
        "Imports and inflow from other provinces",
        "进口和国内省外流入",
        DERIVED,
    ),
)
