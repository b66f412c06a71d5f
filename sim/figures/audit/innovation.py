"""What the innovation and agriculture figures imply."""

from __future__ import annotations

from sim.figures.audit.book import Book, Result, number, yearly

_PLAN = "2026-2030"
_YEARS = 5


def rd_targets(book: Book) -> Result | None:
    """Three targets and one outcome for the growth of R&D spending."""
    past = book.one("rd_expenditure_growth", "2021-2025", target=False, document="002")
    plan = book.one("rd_expenditure_growth", _PLAN, target=True, document="002")
    report = book.one("rd_expenditure_growth", _PLAN, target=True, document="000")
    earlier = book.one("rd_expenditure_growth", "2025-2029", target=True, document="003")

    def level(rate: float) -> float:
        return (1.0 + rate) ** _YEARS - 1.0

    return Result(
        {
            "past": number(past),
            "plan": number(plan),
            "plan_sign": plan.comparator,
            "report_sign": report.comparator,
            "earlier": number(earlier),
            "level_past": level(number(past)),
            "level_plan": level(number(plan)),
            "level_earlier": level(number(earlier)),
        },
        (past, plan, report, earlier),
    )


def technology_contracts(book: Book) -> Result | None:
    """Pace of technology contracts against the year before."""
    start = book.one("technology_contract_value", "2025", target=False, document="002")
    end = book.one("technology_contract_value", "2030", target=True)
    last = book.one("technology_contract_growth", "2025", target=False)
    return Result(
        {
            "start": number(start),
            "end": number(end),
            "rate": yearly(number(end) / number(start), _YEARS),
            "last": number(last),
            "before": number(start) / (1.0 + number(last)),
        },
        (start, end, last),
    )


def patents(book: Book) -> Result | None:
    """Pace of high-value patents against 2023-25."""
    first = book.one("high_value_patents_per_10k", "2023", target=False)
    start = book.one("high_value_patents_per_10k", "2025", target=False)
    end = book.one("high_value_patents_per_10k", "2030", target=True)
    return Result(
        {
            "first": number(first),
            "start": number(start),
            "end": number(end),
            "rate": yearly(number(end) / number(start), _YEARS),
            "past": yearly(number(start) / number(first), 2),
        },
        (first, start, end),
    )


def digital_share(book: Book) -> Result | None:
    """The digital share starts from 2024, so the way to 2030 has six years."""
    start = book.one("digital_core_share", "2024", target=False)
    end = book.one("digital_core_share", "2030", target=True)
    growth = book.one("gdp_growth", _PLAN, target=True, document="002")
    years = end.years[1] - start.years[1]
    ratio = number(end) / number(start)
    return Result(
        {
            "start": number(start),
            "end": number(end),
            "years": years,
            "faster": yearly(ratio, years),
            "growth": (1.0 + number(growth)) * (1.0 + yearly(ratio, years)) - 1.0,
            "wrong": (1.0 + number(growth)) * (1.0 + yearly(ratio, _YEARS)) - 1.0,
        },
        (start, end, growth),
    )


def strategic_emerging(book: Book) -> Result | None:
    """The base-year share that is not printed, from growth and the 2030 share."""
    rate = book.one("strategic_emerging_growth", "2025-2029", target=True)
    end = book.one("strategic_emerging_share", "2030", target=True)
    growth = book.one("gdp_growth", _PLAN, target=True, document="002")
    start = number(end) * ((1.0 + number(growth)) / (1.0 + number(rate))) ** _YEARS
    return Result(
        {
            "rate": number(rate),
            "end": number(end),
            "growth": number(growth),
            "start": start,
        },
        (rate, end, growth),
    )


def grain(book: Book) -> Result | None:
    """Grain capacity in two units, and output beside it."""
    jin = book.one("grain_capacity", "2030", target=True, document="000")
    tonnes = book.one("grain_capacity", "2030", target=True, document="002")
    output = book.one("grain_output", "2025", target=False)
    goal = book.one("grain_output", "2025", target=True)
    return Result(
        {
            "jin": number(jin),
            "jin_printed": jin.printed,
            "tonnes": number(tonnes),
            "tonnes_printed": tonnes.printed,
            "gap": 1000.0 * (number(tonnes) - number(jin)),
            "output": number(output),
            "above": number(tonnes) / number(output) - 1.0,
            "goal": number(goal),
        },
        (jin, tonnes, output, goal),
    )


def sown_area(book: Book) -> Result | None:
    """Two sown areas whose digits are transposed."""
    first = book.one("grain_sown_area", "2024", target=True)
    second = book.one("grain_sown_area", "2025", target=True)
    output = book.one("grain_output", "2025", target=False)
    if sorted(first.printed) != sorted(second.printed) or first.printed == second.printed:
        return None

    def per_mu(area: float) -> float:
        # Mt over 万亩: one Mt is 2e9 jin, one 万亩 is 1e4 mu.
        return number(output) * 2.0e9 / (area * 1.0e4)

    return Result(
        {
            "first": first.printed,
            "second": second.printed,
            "gap": abs(number(second) - number(first)),
            "yield_first": per_mu(number(first)),
            "yield_second": per_mu(number(second)),
        },
        (first, second, output),
    )


def farmland(book: Book) -> Result | None:
    """Farmland built by the end of 2025 that the plan implies."""
    flow = book.one("high_standard_farmland_per_year", _PLAN, target=True)
    stock = book.one("high_standard_farmland", "2030", target=True)
    last = book.one("high_standard_farmland_per_year", "2025", target=False)
    return Result(
        {
            "flow": number(flow),
            "sum": _YEARS * number(flow),
            "stock": number(stock),
            "implied": number(stock) - _YEARS * number(flow),
            "last": number(last),
        },
        (flow, stock, last),
    )


def black_soil(book: Book) -> Result | None:
    """Black soil protected: five-year total against yearly figures."""
    total = book.one("black_soil_protection", "2021-2025", target=False)
    known = [
        book.one("black_soil_protection_per_year", year, target=False) for year in ("2023", "2025")
    ]
    goal = book.one("black_soil_protection_per_year", _PLAN, target=True)
    done = sum(number(row) for row in known)
    return Result(
        {
            "total": number(total),
            "done": done,
            "rest": (number(total) - done) / (_YEARS - len(known)),
            "goal": number(goal),
        },
        (total, *known, goal),
    )


CHECKS = (
    rd_targets,
    technology_contracts,
    patents,
    digital_share,
    strategic_emerging,
    grain,
    sown_area,
    farmland,
    black_soil,
)
