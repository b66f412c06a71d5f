"""What the growth figures imply: pace, structure, productivity, income."""

from __future__ import annotations

from sim.figures.audit.book import Book, Result, compound, number, yearly

_PLAN = "2026-2030"
_YEARS = 5


def growth_after_first_year(book: Book) -> Result | None:
    """Growth needed in 2027-30 after the target of 2026, for the plan average."""
    plan = book.one("gdp_growth", _PLAN, target=True, document="002")
    first = book.one("gdp_growth", "2026", target=True)
    low = number(plan) - plan.half_unit
    rest = _YEARS - 1

    def needed(average: float, start: float) -> float:
        return yearly((1.0 + average) ** _YEARS / (1.0 + start), rest)

    return Result(
        {
            "plan": number(plan),
            "first": number(first),
            "needed": needed(number(plan), number(first)),
            "low": low,
            "needed_low": needed(low, number(first)),
            "first_low": number(first) - first.half_unit,
            "needed_first_low": needed(number(plan), number(first) - first.half_unit),
        },
        (plan, first),
    )


def average_against_years(book: Book) -> Result | None:
    """The printed five-year average against the released yearly rates."""
    average = book.one("gdp_growth", "2021-2025", target=False)
    year_2023 = book.one("gdp_growth", "2023", target=False)
    year_2025 = book.one("gdp_growth", "2025", target=False)
    rates = book.past("gdp_growth", range(2021, 2026))
    released = yearly(compound(rates), _YEARS)
    if abs(released - number(average)) <= average.half_unit:
        return None
    level = (1.0 + number(average)) ** _YEARS / compound(rates) - 1.0
    return Result(
        {
            "average": number(average),
            "released": released,
            "rates": ", ".join(f"{rate:.1%}" for rate in rates),
            "level": level,
        },
        (average, year_2023, year_2025),
    )


def years_left_by_average(book: Book) -> Result | None:
    """The average of the years that the documents leave out."""
    average = book.one("gdp_growth", "2021-2025", target=False)
    known = [book.one("gdp_growth", year, target=False) for year in ("2023", "2025")]
    rest = _YEARS - len(known)
    ratio = (1.0 + number(average)) ** _YEARS / compound([number(row) for row in known])
    return Result(
        {
            "average": number(average),
            "known": ", ".join(f"{row.period}: {number(row):.1%}" for row in known),
            "rest": rest,
            "implied": yearly(ratio, rest),
        },
        (average, *known),
    )


def earlier_plan_average(book: Book) -> Result | None:
    """The 2016-20 average that "1.2 points higher" implies, against released rates."""
    average = book.one("gdp_growth", "2021-2025", target=False, document="000")
    gap = book.one("gdp_growth_gap", "2021-2025", subject="vs_13th_plan")
    implied = number(average) - number(gap)
    rates = book.past("gdp_growth", range(2016, 2021))
    released = yearly(compound(rates), _YEARS)
    if abs(implied - released) <= average.half_unit + gap.half_unit:
        return None
    return Result(
        {
            "average": number(average),
            "gap": 100.0 * number(gap),
            "implied": implied,
            "released": released,
            "level": ((1.0 + implied) / (1.0 + released)) ** _YEARS - 1.0,
        },
        (average, gap),
    )


def _manufacturing(book: Book, end: float) -> float:
    """Yearly growth of manufacturing that ends at a share of GDP."""
    growth = number(book.one("gdp_growth", _PLAN, target=True, document="002"))
    start = number(book.one("manufacturing_share", "2025", target=False))
    return float((1.0 + growth) * (end / start) ** (1.0 / _YEARS) - 1.0)


def manufacturing_growth(book: Book) -> Result | None:
    """What the manufacturing share implies for real growth at constant relative prices."""
    growth = book.one("gdp_growth", _PLAN, target=True, document="002")
    start = book.one("manufacturing_share", "2025", target=False)
    end = book.one("manufacturing_share", "2030", target=True)
    low, high = number(end) - end.half_unit, number(end) + end.half_unit
    real = _manufacturing(book, number(end))
    return Result(
        {
            "start": number(start),
            "end": number(end),
            "growth": number(growth),
            "relative": (1.0 + real) / (1.0 + number(growth)) - 1.0,
            "real": real,
            "low": low,
            "real_low": _manufacturing(book, low),
            "high": high,
            "real_high": _manufacturing(book, high),
        },
        (growth, start, end),
    )


def remaining_sectors(book: Book) -> Result | None:
    """Growth left for all but services and manufacturing."""
    growth = book.one("gdp_growth", _PLAN, target=True, document="002")
    start = book.one("manufacturing_share", "2025", target=False)
    end = book.one("manufacturing_share", "2030", target=True)
    services = book.one("services_growth", _PLAN, target=True)
    (share,) = book.past("gdp_share_tertiary", [2025])
    rest = 1.0 - share - number(start)
    ratio = (1.0 + number(services)) / (1.0 + number(growth))
    rest_end = 1.0 - share * ratio**_YEARS - number(end)
    return Result(
        {
            "services_share": share,
            "services": number(services),
            "manufacturing": _manufacturing(book, number(end)),
            "rest": rest,
            "rest_end": rest_end,
            "rest_growth": (1.0 + number(growth)) * (rest_end / rest) ** (1.0 / _YEARS) - 1.0,
        },
        (growth, start, end, services),
    )


def services_slow_down(book: Book) -> Result | None:
    """Services were faster than GDP, and are to grow only as fast."""
    past = book.one("services_growth", "2021-2025", target=False)
    past_gdp = book.one("gdp_growth", "2021-2025", target=False)
    goal = book.one("services_growth", _PLAN, target=True)
    goal_gdp = book.one("gdp_growth", _PLAN, target=True, document="002")
    before = number(past) - number(past_gdp)
    after = number(goal) - number(goal_gdp)
    if after >= before:
        return None
    return Result(
        {
            "past": number(past),
            "past_gdp": number(past_gdp),
            "before": 100.0 * before,
            "goal": number(goal),
            "goal_gdp": number(goal_gdp),
            "after": 100.0 * after,
        },
        (past, past_gdp, goal, goal_gdp),
    )


def labour_productivity(book: Book) -> Result | None:
    """Productivity growth above GDP growth means falling employment."""
    past = book.one("labour_productivity_growth", "2024", target=False)
    goals = book.all("labour_productivity_growth", _PLAN, target=True)
    plan = book.one("gdp_growth", _PLAN, target=True, document="002")
    (gdp,) = book.past("gdp_growth", [2024])
    return Result(
        {
            "past": number(past),
            "gdp": gdp,
            "employment": (1.0 + gdp) / (1.0 + number(past)) - 1.0,
            "plan": number(plan),
        },
        (past, plan, *goals),
    )


def income_and_growth(book: Book) -> Result | None:
    """Income "above" GDP in the past, "in step" in the plan; and who grew below GDP."""
    urban = book.one("urban_income_growth", "2021-2025", target=False)
    rural = book.one("rural_income_growth", "2021-2025", target=False)
    gdp = book.one("gdp_growth", "2021-2025", target=False)
    said = book.all("income_growth", "2021-2025", target=False)
    goals = book.all("income_growth", _PLAN, target=True)
    last = book.one("income_growth", "2025", target=False)
    last_gdp = book.one("gdp_growth", "2025", target=False)
    if number(urban) >= number(gdp):
        return None
    weight = (number(gdp) - number(urban)) / (number(rural) - number(urban))
    return Result(
        {
            "urban": number(urban),
            "rural": number(rural),
            "gdp": number(gdp),
            "weight": weight,
            "last": number(last),
            "last_gdp": number(last_gdp),
        },
        (urban, rural, gdp, last, last_gdp, *said, *goals),
    )


def urban_jobs_fall(book: Book) -> Result | None:
    """The job target of 2026 is below the average of the years before."""
    past = book.one("urban_jobs", "2021-2025", target=False)
    goal = book.one("urban_jobs", "2026", target=True)
    last = book.one("urban_jobs", "2025", target=True)
    if number(goal) >= number(past):
        return None
    return Result(
        {"past": number(past), "goal": number(goal), "last": number(last)}, (past, goal, last)
    )


CHECKS = (
    growth_after_first_year,
    years_left_by_average,
    average_against_years,
    earlier_plan_average,
    manufacturing_growth,
    remaining_sectors,
    services_slow_down,
    labour_productivity,
    income_and_growth,
    urban_jobs_fall,
)
