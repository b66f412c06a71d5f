"""People of working age, cohort by cohort."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sim.baseyear.growth_cohorts import COHORTS_FILE, CohortPath, cohort_path
from sim.baseyear.growth_labour import LabourAccounts, labour_accounts
from sim.baseyear.growth_parameters import GrowthParameters, load_growth_parameters
from sim.figures.series import load_series, series


@pytest.fixture(scope="module")
def base() -> pd.DataFrame:
    return load_series()


@pytest.fixture(scope="module")
def parameters() -> GrowthParameters:
    return load_growth_parameters()


@pytest.fixture(scope="module")
def labour(base: pd.DataFrame, parameters: GrowthParameters) -> LabourAccounts:
    return labour_accounts(base, parameters)


@pytest.fixture(scope="module")
def path(base: pd.DataFrame, parameters: GrowthParameters, labour: LabourAccounts) -> CohortPath:
    return cohort_path(base, parameters, labour)


def test_who_enters_and_who_leaves_make_the_change(
    path: CohortPath, labour: LabourAccounts
) -> None:
    before = path.working_age.shift(1).fillna(labour.table["working_age"][2025])
    np.testing.assert_allclose(path.working_age - before, path.entries - path.exits, rtol=1e-9)
    assert path.working_age.index.tolist() == list(range(2026, 2041))


def test_the_national_groups_sum_to_the_printed_total() -> None:
    """第七次全国人口普查公报 (第五号): 0-14 years, 253383938 people."""
    table = pd.read_csv(COHORTS_FILE).set_index("cohort")
    total = table.loc[["0-4", "5-9", "10-14"], "people"].sum()
    assert total == pytest.approx(25338.3938, abs=1e-6)


def test_entries_of_fifteen_years_are_the_census_band(base: pd.DataFrame, path: CohortPath) -> None:
    """The census of 2020 counts 0-14: they turn 16 in 2022-2036, and four of these are past."""
    share = series("share_age_0_14", frame=base)
    children = series("census_population", frame=base)[2020] * share[2020]
    past = 4 * float(path.entries[2026])
    assert path.entries.loc[2026:2036].sum() + past == pytest.approx(children, rel=1e-9)


def test_exits_follow_the_country_with_the_stated_weight(
    base: pd.DataFrame, parameters: GrowthParameters, labour: LabourAccounts
) -> None:
    none, half, full = (
        cohort_path(base, parameters.replaced(cohort_profile_weight=w), labour).exits
        for w in (0.0, 0.5, 1.0)
    )
    assert none.nunique() == 1
    np.testing.assert_allclose(half, 0.5 * (none + full), rtol=1e-12)
    assert full[2028] / none[2028] == pytest.approx(12116.4296 / 10140.0786, rel=1e-12)


def test_exits_of_the_past_match_the_growth_of_the_old(path: CohortPath) -> None:
    """60 and over: 25.72 % of 42.59 million (census 2020), 12.30 million at the end of 2023.

    The communique of 2023 also gives deaths, 0.406 million. If about 85 % of them are old,
    about 0.77 million a year turned 60; exits from working age also hold deaths and
    migration before 60. Within a sixth.
    """
    inflow = (1230.0 - 0.2572 * 4259.14) / (3 + 1 / 6) + 0.85 * 40.6
    exits_now = float(path.exits[2026]) / (1.0 + 0.5 * (12116.4296 / 10140.0786 - 1.0))
    assert exits_now == pytest.approx(inflow, rel=1 / 6)
