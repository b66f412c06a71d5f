"""People of working age 2026-2040, cohort by cohort.

Those who turn 16 enter, those who turn 60 leave:

    W_t = W_{t-1} + E_t - X_t

Entries are the province's census band 0-14, spread over its three cohorts as in the whole
country. Exits (with deaths and migration, net) are those the province's own figures imply
for 2021-2025; later ones follow the size of the national cohort with a weight, because the
province's five-year groups are not in the series base:

    X_t = X_0 (1 + w (N_t / N_0 - 1))
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sim.baseyear.growth_labour import LabourAccounts
from sim.baseyear.growth_parameters import GrowthParameters
from sim.figures.series import by_year, series

COHORTS_FILE = Path(__file__).parent / "data" / "growth_cohorts.csv"
BASE_YEAR = 2025
CENSUS_YEAR = 2020
COHORT_YEARS = 5
CHILDREN = ("10-14", "5-9", "0-4")


@dataclass(frozen=True)
class CohortPath:
    """Yearly entries and exits 2026-2040 and people aged 16-59 at year end, all 万人."""

    entries: pd.Series
    exits: pd.Series
    working_age: pd.Series


def cohort_path(
    base: pd.DataFrame, parameters: GrowthParameters, labour: LabourAccounts
) -> CohortPath:
    """Return people of working age with those who enter and leave.

    Parameters
    ----------
    base : pandas.DataFrame
        The series base: `census_population` and `share_age_0_14` of the census of 2020.
    parameters : GrowthParameters
        `cohort_profile_weight`: w, 1 where the province ages like the country, 0 where
        exits stay at their pace of 2021-2025.
    labour : LabourAccounts
        People aged 16-59 to 2025.

    Returns
    -------
    CohortPath

    References
    ----------
    Preston, Heuveline & Guillot (2001), Demography, chapter 6 (cohort projection); national
    cohorts: census of 2020.
    """
    table = pd.read_csv(COHORTS_FILE).set_index("cohort")
    census = series("census_population", frame=base)
    share = series("share_age_0_14", frame=base)
    last = int(share.index[-1])
    children = float(census[last] * share[last])
    national = float(table.loc[list(CHILDREN), "people"].sum())
    entries = _by_year(table[table["event"] == "enters"]) * children / national
    working = by_year(labour.table["working_age"])
    change = (working[BASE_YEAR] - working[CENSUS_YEAR]) / (BASE_YEAR - CENSUS_YEAR)
    exits_now = float(entries.loc[:BASE_YEAR].mean()) - change
    leaving = _by_year(table[table["event"] == "leaves"])
    profile = leaving / leaving[BASE_YEAR] - 1.0
    exits = exits_now * (1.0 + parameters.value("cohort_profile_weight") * profile)
    years = pd.Index([year for year in leaving.index if year > BASE_YEAR], name="path_year")
    entries, exits = entries.reindex(years), exits.reindex(years)
    return CohortPath(entries, exits, working[BASE_YEAR] + (entries - exits).cumsum())


def _by_year(cohorts: pd.DataFrame) -> pd.Series:
    """Spread each five-year group evenly over the years in which it enters or leaves."""
    return pd.Series(
        {
            year: float(row["people"]) / COHORT_YEARS
            for _, row in cohorts.iterrows()
            for year in range(int(row["first_year"]), int(row["last_year"]) + 1)
        }
    ).sort_index()
