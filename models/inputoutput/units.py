"""Sizes of the units that a price per tonne must be brought to.

Definitions, not data: money in CNY or in another currency's own unit, mass in tonnes.
"""

from __future__ import annotations

from typing import Final

from models.errors import InputError

SCALES: Final = {
    "": 1.0,
    "thousand": 1e3,
    "10 thousand": 1e4,
    "10k": 1e4,
    "million": 1e6,
    "100 million": 1e8,
    "billion": 1e9,
}
CHINESE_MONEY: Final = {"元": 1.0, "千元": 1e3, "万元": 1e4, "百万元": 1e6, "亿元": 1e8}
CHINESE_MASS: Final = {"吨": 1.0, "千吨": 1e3, "万吨": 1e4, "百万吨": 1e6, "亿吨": 1e8}
MASS: Final = {
    "kg": 1e-3,
    "t": 1.0,
    "tonne": 1.0,
    "tonnes": 1.0,
    "kt": 1e3,
    "Mt": 1e6,
    "Gt": 1e9,
    "10kt": 1e4,
}


def money_size(unit: str) -> tuple[float, str]:
    """Size of a unit of money in its currency, and the currency.

    "100 million CNY" and "亿元" are 1e8 CNY; "million EUR" is 1e6 EUR.

    Raises
    ------
    InputError
        When the unit is not understood.
    """
    text = unit.strip()
    for name, size in CHINESE_MONEY.items():
        if text.split("(")[0].strip() == name:
            return size, "CNY"
    parts = text.split()
    if parts and parts[-1].isalpha() and parts[-1].isupper() and len(parts[-1]) == 3:
        scale = " ".join(parts[:-1])
        if scale in SCALES:
            return SCALES[scale], parts[-1]
    raise InputError(
        "this unit of money is not understood, give the cost by sector instead",
        found=unit,
        allowed='a scale and a currency code such as "million CNY", or 亿元, 万元',
    )


def mass_size(unit: str) -> float:
    """Size of a unit of mass in tonnes; what follows a blank ("Mt CO2") names the substance.

    Raises
    ------
    InputError
        When the unit is not understood.
    """
    text = unit.strip()
    if text.startswith("10 kt"):
        text = text.replace("10 kt", "10kt", 1)
    first = text.split()[0] if text else ""
    known = {**MASS, **CHINESE_MASS}
    head = first.removesuffix("CO2")
    if head not in known:
        raise InputError(
            "this unit of mass is not understood, give the cost by sector instead",
            found=unit,
            allowed=", ".join(known),
        )
    return known[head]
