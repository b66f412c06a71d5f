"""What the growth accounts need, and what stands in where a province lacks it.

Every substitute is a row (`data/growth_substitutes.csv` has its words); rows of the series
base that are made here carry a source that starts with `ESTIMATED`, and no measurement of
the trend model reads them.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from sim.baseyear.growth_parameters import GrowthParameters, load_growth_parameters
from sim.errors import InputError
from sim.figures.series import log_growth, series

DATA = Path(__file__).parent / "data"
WORDS_FILE = DATA / "growth_substitutes.csv"
NATIONAL_FILE = DATA / "growth_national.csv"
FALLBACKS_FILE = DATA / "growth_fallbacks.csv"
BASE_YEAR = 2025
ESTIMATED = "estimated: "
RECENT_YEARS = 5
LEAST_YEARS = 10
LEAST_RESEARCH_YEARS = 9
NO_YEAR = 0
COLUMNS = ("key", "variable", "years", "missing", "used", "missing_zh", "used_zh")
REQUIRED = ("gdp", "gdp_growth", "population", "fixed_capital_formation")


@dataclass
class Completion:
    """A series base and parameters on their way to completeness, with the rows so far."""

    base: pd.DataFrame
    parameters: GrowthParameters
    fallbacks: GrowthParameters
    rows: list[dict[str, str]] = field(default_factory=list)

    def known(self, variable: str, vintage: str | None = None) -> pd.Series:
        """Return a series by year, empty where the base lacks it."""
        return known_series(variable, vintage, self.base)

    def note(self, key: str, years: object = "") -> None:
        """Say that a substitute stands in, for which years."""
        self.rows.append({**_words()[key], "key": key, "years": str(years)})

    def add(self, key: str, values: dict[int, float], like: tuple[str, str, str]) -> None:
        """Add rows of (variable, vintage, unit) where the base has none, and say so."""
        variable, vintage, unit = like
        present = self.known(variable, vintage)
        new = {year: value for year, value in values.items() if year not in present.index}
        if not new:
            return
        columns = {"unit": unit, "vintage": vintage, "source": ESTIMATED + key, "note": ""}
        rows = pd.DataFrame({"variable": variable, "year": list(new), "value": list(new.values())})
        self.base = pd.concat([self.base, rows.assign(**columns)], ignore_index=True)
        self.note(key, _span(sorted(new)))


def growth_substitutes(base: pd.DataFrame, parameters: GrowthParameters) -> pd.DataFrame:
    """Return what stands in for the figures that a province lacks.

    Parameters
    ----------
    base : pandas.DataFrame
        Columns variable, year, value, unit, vintage, source, note; see
        `sim.figures.series.load_series`.
    parameters : GrowthParameters
        Those of the province; `load_growth_parameters(province=None)` where it has none.

    Returns
    -------
    pandas.DataFrame
        Columns key, variable, years, missing, used, missing_zh, used_zh; no row where
        nothing is missing.

    Raises
    ------
    InputError
        A figure is missing that nothing can stand in for; all are named at once.
    """
    return pd.DataFrame(complete(base, parameters).rows, columns=list(COLUMNS))


def growth_requirements() -> pd.DataFrame:
    """Return the figures without which there are no growth accounts, and all substitutes.

    Returns
    -------
    pandas.DataFrame
        Columns key, variable, missing, used, missing_zh, used_zh; key is `required` for
        what must be there.
    """
    needed = [{"key": "required", "variable": name} for name in REQUIRED]
    rows = [*needed, *({"key": key, **words} for key, words in _words().items())]
    return pd.DataFrame(rows, columns=[name for name in COLUMNS if name != "years"]).fillna("")


def complete(base: pd.DataFrame, parameters: GrowthParameters) -> Completion:
    """Return a base and parameters with which the growth accounts can be built.

    A base that has everything comes back as it is.

    Raises
    ------
    InputError
        As `growth_substitutes`.
    """
    done = Completion(base, parameters, load_growth_parameters(FALLBACKS_FILE, province=None))
    _output(done)
    _refuse_gaps(done)
    _investment(done)
    _people(done)
    _others(done)
    _parameters(done)
    return done


def known_series(variable: str, vintage: str | None, base: pd.DataFrame) -> pd.Series:
    """Return a series by year, empty where the base lacks the variable or vintage."""
    rows = base[base["variable"] == variable]
    if vintage is not None:
        rows = rows[rows["vintage"] == vintage]
    if rows.empty:
        return pd.Series([], index=pd.Index([], dtype=np.int64, name="year"), dtype=np.float64)
    return series(variable, vintage, base)


def _words() -> dict[str, dict[str, str]]:
    with WORDS_FILE.open(encoding="utf-8", newline="") as stream:
        return {row.pop("key"): row for row in csv.DictReader(stream)}


def _span(years: list[int]) -> str:
    if len(years) > 1 and years[-1] - years[0] == len(years) - 1:
        return f"{years[0]}-{years[-1]}"
    return ", ".join(str(year) for year in years)


def _output(done: Completion) -> None:
    """Give GDP a release, real growth, and both to the base year."""
    base = done.base
    vintages = base.loc[base["variable"] == "gdp", "vintage"].unique()
    if len(vintages) == 1 and vintages[0] != "released":
        done.base = base.assign(
            vintage=base["vintage"].where(base["variable"] != "gdp", "released")
        )
        done.note("release_renamed", vintages[0])
    gdp, deflator = done.known("gdp", "released"), done.known("gdp_deflator_growth")
    if done.known("gdp_growth", "released").empty and not (gdp.empty or deflator.empty):
        real = np.expm1(log_growth(gdp) - np.log1p(deflator)).dropna()
        like = ("gdp_growth", "released", "fraction")
        done.base = _plain(done.base, real, like, "nominal growth less growth of the deflator")
        done.note("growth_from_nominal", _span(list(real.index)))
    growth = done.known("gdp_growth", "released")
    if not growth.empty and growth.index[-1] < BASE_YEAR:
        mean = float(growth.iloc[-RECENT_YEARS:].mean())
        years = range(int(growth.index[-1]) + 1, BASE_YEAR + 1)
        done.add(
            "growth_carried", dict.fromkeys(years, mean), ("gdp_growth", "released", "fraction")
        )
    _carry(done, "gdp_carried", ("gdp", "released", "亿元"))
    if done.known("gdp", "revised").empty:
        done.note("no_revised_gdp")


def _plain(
    base: pd.DataFrame, values: pd.Series, like: tuple[str, str, str], source: str
) -> pd.DataFrame:
    """Append rows that follow from figures of the base by an identity."""
    variable, vintage, unit = like
    rows = pd.DataFrame({"variable": variable, "year": values.index, "value": values.to_numpy()})
    rows = rows.assign(unit=unit, vintage=vintage, source=source, note="")
    return pd.concat([base, rows], ignore_index=True)


def _carry(done: Completion, key: str, like: tuple[str, str, str]) -> None:
    """Carry a level to the base year by its mean log growth of the last five years."""
    known = done.known(like[0], like[1])
    if len(known) <= RECENT_YEARS or known.index[-1] >= BASE_YEAR:
        return
    last = int(known.index[-1])
    pace = float(log_growth(known).iloc[-RECENT_YEARS:].mean())
    years = range(last + 1, BASE_YEAR + 1)
    level = float(known.iloc[-1])
    done.add(key, {year: level * float(np.exp(pace * (year - last))) for year in years}, like)


def _refuse_gaps(done: Completion) -> None:
    """Refuse a base without the least that the accounts need, naming all of it."""
    lacking = []
    for name, vintage in (("gdp", "released"), ("gdp_growth", "released"), ("population", None)):
        count = len(done.known(name, vintage))
        if count < LEAST_YEARS:
            lacking.append(f"{name} ({count} years)")
    formation = len(done.known("fixed_capital_formation"))
    if max(formation, len(done.known("fixed_investment"))) < LEAST_YEARS:
        lacking.append(f"fixed_capital_formation or fixed_investment ({formation} years)")
    if lacking:
        raise InputError(
            "the growth accounts lack series that nothing can stand in for",
            found=", ".join(lacking),
            allowed=f"at least {LEAST_YEARS} years of each",
        )


def _investment(done: Completion) -> None:
    """Complete capital formation, the growth of investment and its price."""
    levels = done.known("fixed_investment")
    if done.known("fixed_capital_formation").empty:
        done.add(
            "formation_from_investment",
            {int(year): float(value) for year, value in levels.items()},
            ("fixed_capital_formation", "released", "亿元"),
        )
    formation = done.known("fixed_capital_formation")
    like = ("fixed_investment_growth", "published", "fraction")
    if done.known(like[0]).empty and not levels.empty:
        rates = np.expm1(log_growth(levels)).dropna()
        done.add("investment_from_levels", dict(rates.items()), like)
    nominal = np.expm1(log_growth(done.known("gdp", "released")))
    after = range(int(formation.index[-1]) + 1, BASE_YEAR + 1)
    done.add("investment_with_gdp", {y: float(nominal[y]) for y in (*after, BASE_YEAR)}, like)
    _investment_price(done, int(formation.index[0]))
    first = max(int(formation.index[0]), int(done.known("investment_price").index[0]))
    if first > done.parameters.year("initial_capital_year"):
        done.note("late_capital", first)


def _investment_price(done: Completion, first: int) -> None:
    """Chain the price of capital formation with the GDP deflator where it is missing.

    The last published price may lie three years back: `investment_price` carries it.
    """
    price = done.known("investment_price")
    nominal = log_growth(done.known("gdp", "released"))
    deflator = (nominal - np.log1p(done.known("gdp_growth", "released"))).dropna()
    start = first if price.empty else int(price.index[-1])
    if not price.empty and start >= BASE_YEAR - 3:
        return
    steps = deflator.loc[start + 1 : BASE_YEAR - 1].cumsum()
    level = 1.0 if price.empty else float(price.iloc[-1])
    chained = {int(year): level * float(np.exp(step)) for year, step in steps.items()}
    if price.empty:
        chained = {min(chained) - 1: level, **chained}
    done.add("price_from_gdp", chained, ("investment_price", "published", "1952=1"))


def _people(done: Completion) -> None:
    """Complete population, ages and schooling."""
    _carry(done, "population_carried", ("population", "published", "万人"))
    national = pd.read_csv(NATIONAL_FILE, keep_default_na=False)
    bands = [done.known(name) for name in ("share_age_0_14", "share_age_15_59")]
    counted = done.known("census_population")
    complete_years = set(bands[0].index) & set(bands[1].index) & set(counted.index)
    if len(complete_years) < 2:
        _national_ages(done, national)
    elif done.known("share_age_16_59").empty:
        done.note("fall_from_censuses")
    if len(done.known("schooling_years_15_plus")) < 2:
        done.base = _replaced(done.base, national, ("schooling_years_15_plus",))
        done.note("national_schooling")
    if done.known("urbanisation").empty:
        done.base = _replaced(done.base, national, ("urbanisation",))
        done.note("national_urbanisation")
    for name in ("national_schooling_years_15_plus", "national_schooling_years_working_age"):
        if done.known(name).empty:
            done.base = _replaced(done.base, national, (name,))
    _carry_urbanisation(done)
    _projection(done)


def _national_ages(done: Completion, national: pd.DataFrame) -> None:
    """Take the national age structure; population of the census years as far as known."""
    names = ("share_age_0_14", "share_age_15_59", "share_age_16_59")
    done.base = _replaced(done.base, national, (*names, "census_population"))
    people = done.known("population")
    years = [int(year) for year in done.known("share_age_15_59").index]
    inside = np.interp(years, people.index.to_numpy(), people.to_numpy())
    like = ("census_population", "census", "万人")
    done.add("national_ages", dict(zip(years, inside.tolist(), strict=True)), like)


def _replaced(base: pd.DataFrame, national: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    kept = base[~base["variable"].isin(names)]
    rows = national[national["variable"].isin(names)]
    rows = rows.assign(source=ESTIMATED + rows["source"])
    return pd.concat([kept, rows], ignore_index=True)


def _carry_urbanisation(done: Completion) -> None:
    share = done.known("urbanisation")
    last, first = int(share.index[-1]), int(share.index[0])
    if last >= BASE_YEAR:
        return
    logit = np.log(share / (1.0 - share))
    speed = float(logit.iloc[-1] - logit.iloc[0]) / max(last - first, 1)
    end = float(logit.iloc[-1]) + speed * (BASE_YEAR - last)
    done.add(
        "urbanisation_carried",
        {BASE_YEAR: 1.0 / (1.0 + float(np.exp(-end)))},
        (
            "urbanisation",
            str(done.base.loc[done.base["variable"] == "urbanisation", "vintage"].iloc[0]),
            "fraction",
        ),
    )


def _projection(done: Completion) -> None:
    """Carry population on where there is no SSP path."""
    if not done.known("ssp_population", "SSP2").empty:
        return
    people = done.known("population")
    pace = float(log_growth(people).iloc[-RECENT_YEARS:].mean())
    level = float(people[BASE_YEAR])
    years = range(BASE_YEAR, BASE_YEAR + 20, 5)
    path = {year: level * float(np.exp(pace * (year - BASE_YEAR))) for year in years}
    done.add("population_trend", path, ("ssp_population", "SSP2", "万人"))


def _others(done: Completion) -> None:
    """Complete R&D and incomes; say which measurements the model does without."""
    if done.known("employment").empty:
        done.note("no_employment")
    if done.known("labour_productivity_growth").empty:
        done.note("no_productivity")
    if done.known("gdp_growth_five_year_average").empty:
        done.note("no_five_year_average")
    if len(done.known("rd_expenditure")) < LEAST_RESEARCH_YEARS:
        done.base = done.base[done.base["variable"] != "rd_expenditure"]
        spent = done.fallbacks.value("rd_intensity") * done.known("gdp", "released").iloc[-15:]
        done.add("no_research", dict(spent.items()), ("rd_expenditure", "published", "亿元"))
    name = "rd_expenditure_growth_five_year_average"
    if BASE_YEAR not in done.known(name).index:
        pace = float(log_growth(done.known("rd_expenditure")).iloc[-RECENT_YEARS:].mean())
        done.add(
            "research_carried", {BASE_YEAR: float(np.expm1(pace))}, (name, "documents", "fraction")
        )
    places = [f"income_growth_{place}_five_year_average" for place in ("rural", "urban")]
    if any(BASE_YEAR not in done.known(name).index for name in places):
        done.base = done.base[~done.base["variable"].isin(places)]
        for name in places:
            done.base = _plain(
                done.base,
                pd.Series({BASE_YEAR: 0.0}),
                (name, "documents", "fraction"),
                ESTIMATED + "no_income_premium",
            )
        done.note("no_income_premium")


def _parameters(done: Completion) -> None:
    """Fill in the parameters of a province that names none, from its data where possible."""
    found: dict[str, float] = {}
    revised, released = done.known("gdp", "revised"), done.known("gdp", "released")
    both = (released / revised).dropna()
    differing = both[(both - 1.0).abs() > 1e-9].index
    found["scaling_first_year"] = revised.index[0] if len(revised) else BASE_YEAR
    found["vintages_last_year"] = differing[-1] if len(differing) else NO_YEAR
    found["bias_first_year"] = revised.index[0] if len(differing) else BASE_YEAR + 1
    found |= dict.fromkeys(
        ("vintages_break_first", "vintages_break_last", "bias_break_year"), NO_YEAR
    )
    workers = done.known("employment")
    found["labour_base_first"] = workers.index[0] if len(workers) else NO_YEAR
    found["labour_base_last"] = workers.index[-1] if len(workers) else NO_YEAR
    found |= dict.fromkeys(("investment_episode_first", "investment_episode_last"), NO_YEAR)
    urban = float(done.known("urbanisation")[BASE_YEAR])
    rural = (1.0 - urban) * done.fallbacks.value("rural_consumption_ratio")
    found["rural_consumption_share"] = rural / (rural + urban)
    given = done.parameters
    told = {
        "investment_episode_first": "no_episode",
        "rural_consumption_share": "no_rural_share",
        "capital_share": "no_capital_share",
        "government_growth": "no_government_growth",
        "investment_target_2026": "no_investment_target",
    }
    for name, key in told.items():
        if name not in given:
            done.note(key)
    own = given.filled({name: float(value) for name, value in found.items()})
    done.parameters = own.with_missing(done.fallbacks)
