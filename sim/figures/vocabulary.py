"""The closed word lists of the figure base, and the register of documents."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from sim.errors import InputError, nearest_name
from sim.figures.units import DATA

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

COLUMNS: Final = (
    "id",
    "indicator",
    "subject",
    "domain",
    "name_en",
    "name_zh",
    "value",
    "low",
    "high",
    "comparator",
    "printed",
    "unit",
    "period",
    "basis",
    "nature",
    "document",
    "line",
    "note",
)
COMPARATORS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "=": ("equal to", "等于"),
        "about": ("about", "左右"),
        ">=": ("at least", "以上"),
        ">": ("above", "超过"),
        "<=": ("at most", "以内"),
        "<": ("below", "低于"),
        "between": ("between", "介于"),
    }
)
BASES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "actual": ("actual", "实际"),
        "annual_target": ("annual target", "年度目标"),
        "plan_target": ("plan target", "规划目标"),
        "cumulative_target": ("cumulative target", "累计目标"),
        "capacity_target": ("capacity target", "能力目标"),
    }
)
NATURES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "binding": ("binding", "约束性"),
        "expected": ("expected", "预期性"),
        "none": ("not stated", "未注明"),
    }
)
DOMAINS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "growth": ("growth", "增长"),
        "structure": ("structure", "结构"),
        "demand": ("demand", "需求"),
        "trade": ("trade", "外经贸"),
        "employment": ("employment", "就业"),
        "prices": ("prices", "物价"),
        "income": ("income", "收入"),
        "innovation": ("innovation", "创新"),
        "energy": ("energy", "能源"),
        "power": ("power", "电力"),
        "carbon": ("carbon", "碳排放"),
        "environment": ("environment", "环境"),
        "agriculture": ("agriculture", "农业"),
        "population": ("population", "人口"),
        "finance": ("finance", "财政金融"),
        "infrastructure": ("infrastructure", "基础设施"),
        "services": ("services", "服务"),
        "culture": ("culture", "文化"),
        "governance": ("governance", "治理"),
        "other": ("other", "其他"),
    }
)
REASONS: Final = (
    "ordinal",
    "calendar_year",
    "name",
    "not_quantitative",
    "date",
    "markup",
    "repeats",
)


@dataclass(frozen=True, slots=True)
class Document:
    """One of the source documents.

    Attributes
    ----------
    code, document : str
        Three-digit code and full file name.
    kind : str
        work_report, plan, opinion or task_list.
    issued : str
        Year, or year and month.
    lines : int
        Number of lines of the file.
    title_en, title_zh : str
        Titles.
    """

    code: str
    document: str
    kind: str
    issued: str
    lines: int
    title_en: str
    title_zh: str


@lru_cache(maxsize=1)
def documents() -> Mapping[str, Document]:
    """Return the register of documents by three-digit code."""
    with (DATA / "documents.csv").open(encoding="utf-8", newline="") as handle:
        return MappingProxyType(
            {
                row["code"]: Document(
                    row["code"],
                    row["document"],
                    row["kind"],
                    row["issued"],
                    int(row["lines"]),
                    row["title_en"],
                    row["title_zh"],
                )
                for row in csv.DictReader(handle)
            }
        )


def require(
    key: str,
    found: str,
    names: Iterable[str],
    *,
    allowed: str | None = None,
    file: Path | None = None,
    line: int | None = None,
) -> None:
    """Refuse a word that is not in a closed list.

    Parameters
    ----------
    key, found : str
        Column or argument, and what stands there.
    names : iterable of str
        The list.
    allowed : str, optional
        Said instead of a long list.
    file, line : optional
        Place.

    Raises
    ------
    InputError
        With the allowed words and the nearest one.
    """
    known = list(names)
    if found not in known:
        raise InputError(
            f"unknown {key}" if found else f"{key} is missing",
            file=file,
            line=line,
            key=key,
            found=found or None,
            allowed=allowed or ", ".join(known),
            nearest=nearest_name(found, known) if found else None,
        )
