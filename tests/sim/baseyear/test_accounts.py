"""The input-output accounts of 2025: identities, official totals, bounds, draws."""

from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from models.inputoutput.reading import read_frames
from models.labels import (
    FINAL_USES,
    MANUFACTURING,
    PRIMARY,
    SECONDARY,
    SECTORS,
    TERTIARY,
)
from sim.baseyear.account_margins import reconcile_margins
from sim.baseyear.accounts import BASE_DRAWS, NATIONAL_FILES, TABLE_FILE, input_output_accounts
from sim.baseyear.calibrate import read_statistics
from sim.baseyear.carry_forward import (
    allocate_revision,
    build_priors,
    read_national_value_added,
    revised_broad_sectors,
)
from sim.baseyear.chinese_tables import read_official_table, refuse_unbalanced
from sim.baseyear.io_observations import OBSERVATION_FILE, read_observations
from sim.errors import InputError

DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
IDENTITY = 1e-9

needs_data = pytest.mark.skipif(
    not (DATA / TABLE_FILE).is_file(), reason="reference data are not beside the repository"
)


def build() -> tuple[xr.Dataset, pd.DataFrame]:
    found = read_statistics(DATA)
    return input_output_accounts(found.table, found.observations, *found.national)


@pytest.fixture(scope="module")
def built() -> tuple[xr.Dataset, pd.DataFrame]:
    if not (DATA / TABLE_FILE).is_file():
        pytest.skip("reference data are not beside the repository")
    return build()


@pytest.fixture(scope="module")
def accounts(built: tuple[xr.Dataset, pd.DataFrame]) -> xr.Dataset:
    return built[0]


@pytest.fixture(scope="module")
def listed(built: tuple[xr.Dataset, pd.DataFrame]) -> pd.DataFrame:
    return built[1]


def _share(value_added: np.ndarray, codes: tuple[str, ...]) -> np.ndarray:
    mask = np.isin(SECTORS, codes)
    return value_added[..., mask].sum(axis=-1) / value_added.sum(axis=-1)


@needs_data
def test_workbook_and_tidy_file_hold_the_same_table() -> None:
    official = read_official_table(DATA / TABLE_FILE)
    tidy = read_official_table(DATA / "io" / "Liaoning_2017_IO_42sec_tidy_10kCNY.csv")
    for field in fields(official):
        one, other = getattr(official, field.name), getattr(tidy, field.name)
        np.testing.assert_allclose(one, other, rtol=1e-12)


@needs_data
def test_official_table_of_2017_balances_at_the_released_gdp() -> None:
    table = read_official_table(DATA / TABLE_FILE)
    assert table.value_added.sum() == pytest.approx(23409.24, abs=0.005)
    loss = table.primary_inputs[3] < 0.0
    assert [SECTORS[j] for j in np.flatnonzero(loss)] == ["03", "17", "23", "26"]


@needs_data
def test_a_table_that_does_not_balance_is_refused_and_not_repaired() -> None:
    frames = read_frames(DATA / TABLE_FILE, layout="china-42")
    rows = ["02", "01", *SECTORS[2:]]
    swapped = frames.flows.set_axis(rows).loc[list(SECTORS)]
    with pytest.raises(InputError, match="does not meet the check printed_totals"):
        refuse_unbalanced(replace(frames, flows=swapped), DATA / TABLE_FILE)


@needs_data
@pytest.mark.parametrize(
    ("file", "reason"),
    [
        ("Liaoning_2007_IO_42sec_raw.xls", "error_column"),
        ("Liaoning_2012_IO_42sec_raw.xls", "error"),
    ],
)
def test_tables_with_statistical_differences_are_refused(file: str, reason: str) -> None:
    with pytest.raises(InputError, match=reason):
        read_official_table(DATA / "io" / file)


@needs_data
def test_the_revision_of_2017_is_allocated_to_the_last_unit() -> None:
    table = read_official_table(DATA / TABLE_FILE)
    observations = read_observations()
    targets = revised_broad_sectors(table.value_added, observations)
    assert sum(targets.values()) == pytest.approx(21693.0, rel=1e-12)
    revised = allocate_revision(
        table.value_added, observations.sector_values("revision_sigma"), targets
    )
    assert revised.sum() == pytest.approx(21693.0, rel=1e-12)
    assert (revised <= table.value_added).all()
    # The least credible figure of the table bears most of the revision of the secondary sector.
    construction = SECTORS.index("27")
    lost = table.value_added - revised
    assert lost[construction] == lost[1:27].max()


@needs_data
@pytest.mark.parametrize(
    ("label", "column", "tolerance"),
    [
        ("14", "crude_steel_wan_t", 0.03),
        ("13", "cement_wan_t", 0.02),
        ("24", "elec_cons_yikWh", 0.03),
    ],
)
def test_volume_indices_follow_the_physical_series(
    label: str, column: str, tolerance: float
) -> None:
    panel = pd.read_csv(DATA / "macro" / "liaoning_annual_panel.csv").set_index("year")[column]
    index = read_observations().get("volume_index", label).value
    assert index == pytest.approx(panel[2024] / panel[2017], abs=tolerance)


@needs_data
def test_imports_and_inflow_are_not_a_residual_of_output() -> None:
    table = read_official_table(DATA / TABLE_FILE)
    observations = read_observations()
    national = [read_national_value_added(DATA / name) for name in NATIONAL_FILES]
    priors = build_priors(table, observations, *national)
    central = reconcile_margins(priors, observations)
    steel = SECTORS.index("14")
    more = priors.value_added.copy()
    more[steel] *= 1.2
    raised = reconcile_margins(replace(priors, value_added=more), observations)
    assert raised.value_added[steel] > central.value_added[steel]
    assert raised.imports.sum() + raised.inflow.sum() > 0.99 * (
        central.imports.sum() + central.inflow.sum()
    )


def test_supply_equals_use_in_every_row(accounts: xr.Dataset) -> None:
    a = accounts.technical_coefficients.values
    for suffix in ("", "_draws"):
        x = accounts[f"gross_output{suffix}"].values
        uses = x @ a.T + accounts[f"final_demand{suffix}"].values.sum(axis=-2)
        supply = x + accounts[f"imports_inflow{suffix}"].values
        assert (np.abs(uses - supply) <= IDENTITY * supply).all()


def test_output_is_the_leontief_inverse_of_local_demand(accounts: xr.Dataset) -> None:
    r = accounts.local_supply_share.values
    local = np.eye(42) - r[:, None] * accounts.technical_coefficients.values
    for suffix in ("", "_draws"):
        f = accounts[f"final_demand{suffix}"].values
        f_local = r * f[..., :5, :].sum(axis=-2) + f[..., 5:, :].sum(axis=-2)
        x = f_local @ np.linalg.inv(local).T
        np.testing.assert_allclose(x, accounts[f"gross_output{suffix}"].values, rtol=IDENTITY)


def test_gdp_by_production_income_and_expenditure_agree_in_every_draw(
    accounts: xr.Dataset,
) -> None:
    parts = ("compensation", "production_tax", "depreciation", "surplus")
    income_share = sum(accounts[f"{part}_coefficient"].values for part in parts)
    for suffix in ("", "_draws"):
        production = accounts[f"value_added{suffix}"].values.sum(axis=-1)
        income = (income_share * accounts[f"gross_output{suffix}"].values).sum(axis=-1)
        spending = accounts[f"final_demand{suffix}"].values.sum(axis=(-1, -2))
        spending = spending - accounts[f"imports_inflow{suffix}"].values.sum(axis=-1)
        assert (np.abs(income - production) <= IDENTITY * production).all()
        assert (np.abs(spending - production) <= IDENTITY * production).all()


def test_columns_add_up_to_one(accounts: xr.Dataset) -> None:
    cost = accounts.technical_coefficients.sum("sector_input") + accounts.value_added_coefficient
    np.testing.assert_allclose(cost, 1.0, atol=1e-12)
    assert (accounts.value_added_coefficient > 0.0).all()


def test_value_added_sums_to_the_official_gdp(accounts: xr.Dataset) -> None:
    assert float(accounts.value_added.sum()) == pytest.approx(33182.9, rel=IDENTITY)
    totals = accounts.value_added_draws.sum("sector")
    assert float(totals.std() / totals.mean()) == pytest.approx(0.005, rel=0.15)


@pytest.mark.parametrize(
    ("codes", "official"),
    [(PRIMARY, 0.083), (SECONDARY, 0.332), (TERTIARY, 0.584), (MANUFACTURING, 0.227)],
)
def test_structure_is_the_official_one_within_rounding(
    accounts: xr.Dataset, codes: tuple[str, ...], official: float
) -> None:
    assert float(_share(accounts.value_added.values, codes)) == pytest.approx(official, abs=5e-4)
    spread = _share(accounts.value_added_draws.values, codes)
    assert (np.abs(spread - official) <= 5.01e-4).all()


def test_local_supply_shares_are_shares(accounts: xr.Dataset) -> None:
    assert float(accounts.local_supply_share.min()) > 0.0
    assert float(accounts.local_supply_share.max()) <= 1.0
    assert (accounts.imports_inflow_draws >= 0.0).all()


def test_draws_keep_zeros_and_signs(accounts: xr.Dataset) -> None:
    centre, draws = accounts.final_demand.values, accounts.final_demand_draws.values
    assert (draws[:, centre == 0.0] == 0.0).all()
    assert (draws * np.sign(centre) >= 0.0).all()
    negative = [
        s for s, v in zip(SECTORS, centre[FINAL_USES.index("inventories")], strict=True) if v < 0
    ]
    assert negative == ["02", "14", "15", "16", "17", "18", "19"]


def test_every_draw_has_positive_output_and_value_added(accounts: xr.Dataset) -> None:
    assert accounts.sizes["base_draw"] == BASE_DRAWS
    assert (accounts.gross_output_draws > 0.0).all()
    assert (accounts.value_added_draws > 0.0).all()


def test_draws_are_centred_on_the_estimate(accounts: xr.Dataset) -> None:
    centre = accounts.final_demand.sum("sector").values
    totals = accounts.final_demand_draws.sum("sector").values
    error = totals.std(axis=0, ddof=1) / np.sqrt(BASE_DRAWS)
    assert (np.abs(totals.mean(axis=0) - centre) < 4.0 * error).all()


def test_the_build_is_deterministic(accounts: xr.Dataset) -> None:
    again, _ = build()
    xr.testing.assert_identical(accounts, again)


def test_every_variable_carries_unit_names_and_origin(accounts: xr.Dataset) -> None:
    for name, variable in accounts.data_vars.items():
        for key in ("units", "long_name", "long_name_zh", "origin"):
            assert variable.attrs.get(key), (name, key)


def test_no_observation_is_missed_by_more_than_three_sigma(listed: pd.DataFrame) -> None:
    assert listed.id.is_unique
    np.testing.assert_allclose((listed.reconciled - listed.observed) / listed.sigma, listed.z)
    missed = listed.loc[listed.z.abs() > 3.0, ["variable", "label", "z"]]
    assert missed.empty, missed.to_string()


def test_posterior_is_never_wider_than_its_own_observation(listed: pd.DataFrame) -> None:
    with_draws = listed.dropna(subset=["posterior_sd"])
    assert (with_draws.posterior_sd <= 1.2 * with_draws.sigma).all()


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (",document,", ",guess,", "unknown kind"),
        ("io001,gdp", "io002,gdp", "the same id stands twice"),
        (",0.083,", ",8.3 %,", "not a number"),
        (",165.9,", ",-165.9,", "sigma must be above zero"),
        ("id,variable", "id,item", "wrong columns"),
    ],
)
def test_a_bad_observation_file_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    text = OBSERVATION_FILE.read_text(encoding="utf-8")
    bad = tmp_path / "io_observations.csv"
    bad.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError, match=message):
        read_observations(bad)


def test_a_missing_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="not found"):
        read_official_table(tmp_path / TABLE_FILE)
