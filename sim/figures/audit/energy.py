"""What the energy, power and carbon figures imply."""

from __future__ import annotations

from sim.figures.audit.book import Book, Result, number, yearly

_PLAN = "2026-2030"
_YEARS = 5
_BASE = 2025
_CAPACITY = ("thermal", "hydro", "nuclear")


def flat_co2(book: Book) -> Result | None:
    """What constant emissions do to intensity, and what a given cut leaves for emissions."""
    growth = book.one("gdp_growth", _PLAN, target=True, document="002")
    goals = book.all("co2_intensity_reduction", _PLAN, target=True)
    output = (1.0 + number(growth)) ** _YEARS
    cuts = book.settings.carbon_cuts

    def left(cut: float) -> float:
        return (1.0 - cut) * output

    cases = [(cut, left(cut) - 1.0, yearly(left(cut), _YEARS)) for cut in cuts]
    return Result(
        {
            "growth": number(growth),
            "flat": 1.0 - 1.0 / output,
            "cases_en": "; ".join(
                f"a cut of {cut:.0%} leaves emissions {total:+.1%} over five years "
                f"({rate:+.2%} a year)"
                for cut, total, rate in cases
            ),
            "cases_zh": "；".join(
                f"若下降{cut:.0%}，五年排放可变动{total:+.1%}（年均{rate:+.2%}）"
                for cut, total, rate in cases
            ),
        },
        (growth, *goals),
    )


def non_fossil_growth(book: Book) -> Result | None:
    """Growth of non-fossil energy that the share implies, for several totals."""
    start = book.one("non_fossil_share", "2025", target=False)
    end = book.one("non_fossil_share", "2030", target=True, document="002")
    ratio = number(end) / number(start)
    fossil = (1.0 - number(end)) / (1.0 - number(start))
    cases = [
        (
            total,
            (1.0 + total) * ratio ** (1.0 / _YEARS) - 1.0,
            (1.0 + total) * fossil ** (1.0 / _YEARS) - 1.0,
        )
        for total in book.settings.energy_growth
    ]
    return Result(
        {
            "start": number(start),
            "end": number(end),
            "cases_en": "; ".join(
                f"total {total:.0%} a year: non-fossil {rate:+.1%}, fossil {rest:+.1%}"
                for total, rate, rest in cases
            ),
            "cases_zh": "；".join(
                f"能源消费总量年均增长{total:.0%}时，非化石年均{rate:+.1%}，化石年均{rest:+.1%}"
                for total, rate, rest in cases
            ),
        },
        (start, end),
    )


def production_capacity(book: Book) -> Result | None:
    """Pace of the energy production capacity, which is no flow."""
    start = book.one("energy_production_capacity", "2025", target=False)
    end = book.one("energy_production_capacity", "2030", target=True)
    growth = book.one("gdp_growth", _PLAN, target=True, document="002")
    return Result(
        {
            "start": number(start),
            "end": number(end),
            "total": number(end) / number(start) - 1.0,
            "rate": yearly(number(end) / number(start), _YEARS),
            "step": (number(end) - number(start)) / _YEARS,
            "growth": number(growth),
        },
        (start, end, growth),
    )


def clean_capacity(book: Book) -> Result | None:
    """Clean gigawatts that the 2030 share asks for, in relation to the rest."""
    start = book.one("clean_capacity_share", "2025", target=False)
    end = book.one("clean_capacity_share", "2030", target=True)
    wind_pv = book.one("wind_pv_capacity", "2025", target=False)
    before = number(start) / (1.0 - number(start))
    after = number(end) / (1.0 - number(end))
    return Result(
        {
            "start": number(start),
            "end": number(end),
            "rise": after / before - 1.0,
            "total": (1.0 - number(start)) / (1.0 - number(end)) - 1.0,
            "each": after,
            "wind_pv": number(wind_pv),
            "least": number(wind_pv) * (after / before - 1.0),
        },
        (start, end, wind_pv),
    )


def clean_gigawatts(book: Book) -> Result | None:
    """The same in gigawatts: published capacities, with wind and PV of the plan."""
    start = book.one("clean_capacity_share", "2025", target=False)
    end = book.one("clean_capacity_share", "2030", target=True)
    wind_pv = book.one("wind_pv_capacity", "2025", target=False)
    year = _last_year(book)
    parts = {name: book.past(f"capacity_{name}", [year])[0] for name in _CAPACITY}
    listed = parts["hydro"] + parts["nuclear"] + number(wind_pv)
    total = parts["thermal"] + listed
    other = (1.0 - number(start)) * total
    clean = total - other
    needed = other * number(end) / (1.0 - number(end)) - clean
    return Result(
        {
            "year": year,
            "total": total,
            "clean": clean,
            "listed": listed,
            "listed_share": listed / total,
            "printed": number(start),
            "needed": needed,
            "step": needed / _YEARS,
        },
        (start, end, wind_pv),
    )


def _last_year(book: Book) -> int:
    """Last year with all these published capacities, not after the base year."""
    known = [set(book.series.get(f"capacity_{name}", {})) for name in _CAPACITY]
    years = [year for year in set.intersection(*known) if year <= _BASE]
    return max(years, default=_BASE)


def clean_and_non_fossil(book: Book) -> Result | None:
    """Three shares that must not be mixed."""
    non_fossil = book.one("non_fossil_capacity_share", "2023", target=False)
    clean = book.one("clean_capacity_share", "2025", target=False, document="002")
    generation = book.one("clean_generation_share", "2025", target=False, document="002")
    use = book.one("non_fossil_share", "2025", target=False)
    goal = book.one("clean_capacity_share", "2030", target=True)
    hours = (number(generation) / number(clean)) / (
        (1.0 - number(generation)) / (1.0 - number(clean))
    )
    return Result(
        {
            "non_fossil": number(non_fossil),
            "clean": number(clean),
            "pace": 100.0 * (number(clean) - number(non_fossil)) / 2.0,
            "goal_pace": 100.0 * (number(goal) - number(clean)) / _YEARS,
            "generation": number(generation),
            "hours": hours,
            "use": number(use),
        },
        (non_fossil, clean, generation, use, goal),
    )


def peak_year(book: Book) -> Result | None:
    """Carbon peaks "before 2030", coal and oil without a year."""
    carbon = book.one("co2_peak_year", "2030", target=True)
    coal = book.all("coal_consumption_peak", target=True)
    oil = book.all("oil_consumption_peak", target=True)
    return Result({"year": int(number(carbon))}, (carbon, *coal, *oil))


def rail_sea_throughput(book: Book) -> Result | None:
    """Container throughput of 2025 that the sea-rail figures imply."""
    volume = book.one("sea_rail_volume", "2025", target=False)
    share = book.one("sea_rail_share_of_container_throughput", "2025", target=False)
    goal = book.one("container_throughput", "2030", target=True)
    implied = number(volume) / number(share)
    return Result(
        {
            "volume": number(volume),
            "share": number(share),
            "implied": implied,
            "goal": number(goal),
            "rate": yearly(number(goal) / implied, _YEARS),
        },
        (volume, share, goal),
    )


CHECKS = (
    flat_co2,
    non_fossil_growth,
    production_capacity,
    clean_capacity,
    clean_gigawatts,
    clean_and_non_fossil,
    peak_year,
    rail_sea_throughput,
)
