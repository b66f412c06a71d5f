"""Counts that must add up, clusters, and figures that cannot be right as printed."""

from __future__ import annotations

import csv
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from sim.figures.audit.book import Book, Result, number
from sim.figures.units import DATA

if TYPE_CHECKING:
    from sim.figures.base import Figure

_PLAN: Final = "2026-2030"
_FIELDS: Final = ("economic", "innovation", "livelihood", "green", "security")
_STAFF: Final = ("physicians_per_1000", "nurses_per_1000")


def indicator_counts(book: Book) -> Result | None:
    """The number of main indicators: by field, by nature, and counted in box 1."""
    total = book.one("plan_indicators", _PLAN)
    fields = [book.one("plan_indicators", _PLAN, subject=name) for name in _FIELDS]
    natures = [book.one("plan_indicators", _PLAN, subject=n) for n in ("expected", "binding")]
    box = {
        row.indicator: row.nature
        for row in book.figures
        if row.code == "002" and row.is_target and row.nature != "none"
    }
    counted = {
        name: sum(nature == name for nature in box.values()) for name in ("expected", "binding")
    }
    # The box numbers physicians and nurses as two lines of one indicator.
    if all(name in box for name in _STAFF):
        counted[box[_STAFF[0]]] -= 1
    right = (
        sum(number(row) for row in fields) == number(total)
        and sum(number(row) for row in natures) == number(total)
        and [counted["expected"], counted["binding"]] == [number(row) for row in natures]
    )
    return Result(
        {
            "total": int(number(total)),
            "fields": " + ".join(row.printed for row in fields),
            "natures": " + ".join(row.printed for row in natures),
            "expected": counted["expected"],
            "binding": counted["binding"],
            "verdict_en": "they agree" if right else "they do not agree",
            "verdict_zh": "一致" if right else "不一致",
        },
        (total, *fields, *natures),
    )


def cluster_counts(book: Book) -> Result | None:
    """The number of clusters: by tier, in total, and with a revenue target."""
    total = book.one("industry_clusters", "2030", target=True)
    tiers = [
        book.one("industry_clusters", "2026", subject=name)
        for name in ("world_class", "national", "regional")
    ]
    rows = book.all("cluster_revenue", "2030", subject=None)
    without = [row for row in rows if row.is_text]
    return Result(
        {
            "total": int(number(total)),
            "tiers": " + ".join(row.printed for row in tiers),
            "sum": int(sum(number(row) for row in tiers)),
            "with": len(rows) - len(without),
            "without": len(without),
            "names_en": ", ".join(row.name_en.partition(":")[0] for row in without),
            "names_zh": "、".join(row.name_zh.removesuffix("集群营收") for row in without),
        },
        (total, *tiers, *without),
    )


def cluster_sum(book: Book) -> Result | None:
    """Revenue targets of all clusters against GDP and manufacturing value added."""
    rows = [row for row in book.all("cluster_revenue", "2030", subject=None) if not row.is_text]
    growth = book.one("gdp_growth", _PLAN, target=True, document="002")
    share = book.one("manufacturing_share", "2030", target=True)
    (gdp,) = book.past("gdp", [2025])
    end = gdp * (1.0 + number(growth)) ** 5
    revenue = sum(number(row) for row in rows)
    return Result(
        {
            "count": len(rows),
            "revenue": revenue,
            "gdp": gdp,
            "end": end,
            "ratio": revenue / end,
            "manufacturing": number(share) * end,
            "rate": number(share) * end / revenue,
        },
        (*rows, growth, share),
    )


@lru_cache(maxsize=1)
def _bases() -> dict[str, tuple[str, list[str]]]:
    bases: dict[str, tuple[str, list[str]]] = {}
    with (DATA / "cluster_bases.csv").open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            bases.setdefault(row["base_en"], (row["base_zh"], []))[1].append(row["cluster"])
    return bases


def trillion_bases(book: Book) -> Result | None:
    """Bases "of trillion-yuan size" whose clusters add up to less."""
    bases = book.one("industrial_bases_trillion", "2030", target=True)
    revenue = {row.subject: row for row in book.all("cluster_revenue", "2030", subject=None)}
    small: list[tuple[str, str, float]] = []
    used: list[Figure] = []
    for name, (name_zh, clusters) in _bases().items():
        rows = [revenue[one] for one in clusters if one in revenue]
        total = sum(number(row) for row in rows)
        if total < 1.0e4:
            small.append((name, name_zh, total))
            used.extend(rows)
    if not small:
        return None
    return Result(
        {
            "bases": int(number(bases)),
            "small": len(small),
            "sums_en": "; ".join(f"{name} {total:,.0f}" for name, _, total in small),
            "sums_zh": "；".join(f"{name}{total:,.0f}亿元" for _, name, total in small),
        },
        (bases, *used),
    )


def cluster_scale(book: Book) -> Result | None:
    """Cluster targets of the 2024 opinions against those of the plan."""
    plan = {row.subject: row for row in book.all("cluster_revenue", "2030", subject=None)}
    lower = [
        (row, plan[row.subject])
        for row in book.all("cluster_scale", "2029", subject=None)
        if row.subject in plan and not plan[row.subject].is_text
    ]
    lower = [(old, new) for old, new in lower if number(new) < number(old)]
    if not lower:
        return None
    return Result(
        {
            "cases_en": "; ".join(
                f"{new.name_en.partition(':')[0]} {number(old):,.0f} then, {number(new):,.0f} now"
                for old, new in lower
            ),
            "cases_zh": "；".join(
                f"{new.name_zh.removesuffix('集群营收')}由{number(old):,.0f}降为{number(new):,.0f}"
                for old, new in lower
            ),
        },
        tuple(row for pair in lower for row in pair),
    )


def major_projects(book: Book) -> Result | None:
    """Major projects by field against their total."""
    total = book.one("major_projects", _PLAN)
    fields = [row for row in book.all("major_projects", _PLAN, subject=None) if row.subject]
    count = book.one("major_project_directions", _PLAN)
    summed = int(sum(number(row) for row in fields))
    return Result(
        {
            "total": int(number(total)),
            "parts": " + ".join(row.printed for row in fields),
            "sum": summed,
            "count": len(fields),
            "said": int(number(count)),
            "verdict_en": "they agree" if summed == number(total) else "they do not agree",
            "verdict_zh": "一致" if summed == number(total) else "不一致",
        },
        (total, count, *fields),
    )


def civilised_cities(book: Book) -> Result | None:
    """One title printed twice with two numbers."""
    name = "national_civilised_units_new"
    cities = book.one(name, "2021-2025", document="000", subject="cities")
    second = book.one(name, "2021-2025", document="000", subject="second_count")
    villages = book.one(name, "2021-2025", document="002", subject="villages_towns")
    if number(second) != number(villages):
        return None
    return Result(
        {"cities": int(number(cities)), "second": int(number(second))},
        (cities, second, villages),
    )


def annotation_bases(book: Book) -> Result | None:
    """Twenty national data bases in one province, and twenty again right after."""
    bases = book.one("data_annotation_bases", "2026")
    sets = book.one("datasets_new", "2026")
    if number(bases) != number(sets):
        return None
    return Result({"bases": int(number(bases))}, (bases, sets))


def farm_brands(book: Book) -> Result | None:
    """More brands above a value than brands built."""
    built = book.one("regional_farm_brands", "2030")
    large = book.one("regional_farm_brands", "2030", subject="over_100m")
    if number(large) <= number(built):
        return None
    return Result({"built": int(number(built)), "large": int(number(large))}, (built, large))


def foreign_capital(book: Book) -> Result | None:
    """The same foreign capital in 2023 and 2025, with growth in between."""
    first = book.one("fdi", "2023", target=False)
    last = book.one("fdi", "2025", target=False)
    growth = book.one("fdi_growth", "2025", target=False)
    between = number(last) / (1.0 + number(growth))
    if number(first) != number(last):
        return None
    return Result(
        {
            "value": number(last),
            "growth": number(growth),
            "between": between,
            "fall": between / number(first) - 1.0,
        },
        (first, last, growth),
    )


def missed_targets(book: Book) -> Result | None:
    """Targets of the last plan that were missed, without their names."""
    expected = book.one("plan_indicators_missed", "2021-2025", subject="expected")
    binding = book.one("plan_indicators_missed", "2021-2025", subject="binding")
    return Result(
        {"expected": int(number(expected)), "binding": int(number(binding))},
        (expected, binding),
    )


def settled_inflow(book: Book) -> Result | None:
    """A net inflow "within the province", beside the change of the population."""
    inflow = book.one("settled_population_inflow", "2025", target=False)
    year = inflow.years[0]
    before, after = book.past("population", [year - 1, year])
    return Result(
        {
            "inflow": number(inflow),
            "year": year,
            "fall": before - after,
            "natural": after - before - number(inflow),
        },
        (inflow,),
    )


CHECKS = (
    indicator_counts,
    cluster_counts,
    cluster_sum,
    trillion_bases,
    cluster_scale,
    major_projects,
    civilised_cities,
    annotation_bases,
    farm_brands,
    foreign_capital,
    missed_targets,
    settled_inflow,
)
