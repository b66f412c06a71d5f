"""The 2025 energy, power and CO2 accounts: identities, published figures, plausibility."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from models.labels import CARRIERS, ENERGY_SECTORS, FINAL_CARRIERS, TECHNOLOGIES
from sim.baseyear.energy_accounts import energy_accounts
from sim.baseyear.energy_inputs import PACKAGE_DATA, read_inputs, read_reference
from sim.baseyear.power_accounts import clean_definitions
from sim.errors import InputError

DATA = Path(__file__).resolve().parents[4] / "shared" / "data"
pytestmark = pytest.mark.skipif(
    not DATA.is_dir(), reason="the reference data of the parent folder are not here"
)
TOLERANCE = 1e-9


@pytest.fixture(scope="module")
def built() -> tuple[xr.Dataset, pd.DataFrame]:
    return energy_accounts(read_inputs(DATA, None))


@pytest.fixture(scope="module", params=["centre", "draws"])
def account(request: pytest.FixtureRequest, built: tuple[xr.Dataset, pd.DataFrame]) -> xr.Dataset:
    """The accounts with every reconciled variable taken from the centre or from the draws."""
    dataset = built[0]
    if request.param == "centre":
        return dataset
    drawn = {
        str(n).removesuffix("_draws"): dataset[n] for n in dataset if str(n).endswith("_draws")
    }
    return dataset.assign(drawn)


def _close(left: xr.DataArray | float, right: xr.DataArray | float) -> None:
    np.testing.assert_allclose(np.asarray(left), np.asarray(right), rtol=TOLERANCE)


def _final(account: xr.Dataset, carrier: str) -> xr.DataArray:
    return account["final_energy"].sel(carrier=carrier).sum("energy_sector")


def _heat(account: xr.Dataset) -> xr.DataArray:
    return _final(account, "heat") / account["heat_supply_efficiency"] * account["heat_fuel_share"]


def test_there_are_256_draws_of_every_reconciled_variable(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    dataset = built[0]
    for name in ("final_energy", "electricity_capacity", "electricity_generation", "co2"):
        assert dataset.sizes["base_draw"] == 256
        assert dataset[f"{name}_draws"].dims == ("base_draw", *dataset[name].dims)


def test_electricity_use_equals_generation_and_net_import(account: xr.Dataset) -> None:
    final = _final(account, "electricity") / 0.1229
    generation = account["electricity_generation"]
    use = (
        final / (1.0 - account["grid_loss_rate"])
        + (account["plant_own_use_rate"] * generation).sum("technology")
        + generation.sel(technology="pumped_storage") / account["pumping_efficiency"]
        + generation.sel(technology="storage") / account["storage_efficiency"]
    )
    _close(use, account["electricity_demand"])
    supply = generation.sum("technology") + account["electricity_net_import"]
    _close(supply, account["electricity_demand"])


def _primary(account: xr.Dataset, value: xr.DataArray | float) -> dict[str, xr.DataArray]:
    generation, heat = account["electricity_generation"], _heat(account)
    rate = account["coal_rate_gross"]

    def made(*technologies: str) -> xr.DataArray:
        return generation.sel(technology=list(technologies)).sum("technology")

    return {
        "coal": _final(account, "coal")
        + made("coal") * rate
        + heat.sel(carrier="coal")
        + account["coke_output"] / account["coking_efficiency"]
        + account["coal_loss"],
        "coke": _final(account, "coke") - account["coke_output"],
        "oil": _final(account, "oil")
        + heat.sel(carrier="oil")
        + account["refinery_loss_rate"] * account["refinery_throughput"],
        "gas": _final(account, "gas")
        + made("gas") * account["gas_rate"]
        + heat.sel(carrier="gas")
        + account["gas_loss"],
        "biomass": _final(account, "biomass")
        + heat.sel(carrier="biomass")
        + made("biomass") * rate,
        "nuclear": made("nuclear") * value,
        "hydro": made("hydro") * value,
        "wind": made("wind_onshore", "wind_offshore") * value,
        "solar": made("solar_utility", "solar_distributed") * value,
        "electricity": account["electricity_net_import"] * value,
    }


def test_primary_energy_follows_from_use_in_both_methods(account: xr.Dataset) -> None:
    for name, total, value in (
        ("primary_energy", "energy_total", account["coal_rate_gross"]),
        ("primary_energy_calorific", "energy_total_calorific", 0.1229),
    ):
        expected = _primary(account, value)
        for carrier, amount in expected.items():
            _close(amount, account[name].sel(carrier=carrier))
        assert not account[name].sel(carrier="heat").any()
        _close(sum(expected.values()), account[total])


def test_every_tonne_that_enters_leaves(account: xr.Dataset) -> None:
    balance = account["energy_balance"]
    scale = balance.sel(balance_item="primary_energy")
    assert float(np.abs(balance.sel(balance_item="residual") / scale).max()) < TOLERANCE


def test_non_fossil_share_is_as_published_and_consistent(account: xr.Dataset) -> None:
    primary = account["primary_energy"]
    clean = primary.sel(carrier=["nuclear", "hydro", "wind", "solar", "biomass"]).sum("carrier")
    _close(clean / account["energy_total"], account["non_fossil_share"])
    share = np.asarray(account["non_fossil_share"])
    assert (np.abs(share - 0.155) <= 0.0005 + 1e-9).all()


def test_wind_and_pv_capacity_is_as_published(account: xr.Dataset) -> None:
    names = ["wind_onshore", "wind_offshore", "solar_utility", "solar_distributed"]
    capacity = account["electricity_capacity"].sel(technology=names).sum("technology")
    assert (np.abs(np.asarray(capacity) - 36.66) <= 0.005 + 1e-9).all()


def test_clean_shares_are_as_published_under_the_default_definition(account: xr.Dataset) -> None:
    default = account["clean_definition"].attrs["default"]
    denominator = account["clean_definition_counted"].sel(definition=default)
    for use, published in (("capacity", 0.548), ("generation", 0.513)):
        numerator = account["clean_definition"].sel(definition=default, use=use)
        values = account[f"electricity_{use}"]
        share = (values * numerator).sum("technology") / (values * denominator).sum("technology")
        assert (np.abs(np.asarray(share) - published) <= 0.0005 + 1e-9).all()


def test_default_clean_definition_fits_best(built: tuple[xr.Dataset, pd.DataFrame]) -> None:
    dataset = built[0]
    misfit = dataset["clean_definition_misfit"]
    best = str(misfit["definition"].values[int(np.argmin(misfit.values))])
    assert best == dataset["clean_definition"].attrs["default"]
    assert len(clean_definitions()) == 16


def test_co2_follows_from_fuels_and_process(account: xr.Dataset) -> None:
    factor, stored = account["emission_factor"], account["carbon_stored_share"]
    burnt = (account["final_energy"] * (1.0 - account["feedstock_share"] * stored) * factor).sum(
        "carrier"
    ) + account["process_co2"]
    generation = account["electricity_generation"]
    supply = (
        generation.sel(technology="coal")
        * account["coal_rate_gross"]
        * factor.sel(carrier="coal").item()
        + generation.sel(technology="gas") * account["gas_rate"] * factor.sel(carrier="gas").item()
        + (_heat(account) * factor).sum("carrier")
    )
    coal, coke = (factor.sel(carrier=name).item() for name in ("coal", "coke"))
    coking = account["coke_output"] * (coal / account["coking_efficiency"] - coke)
    refining = (
        account["refinery_loss_rate"]
        * account["refinery_throughput"]
        * factor.sel(carrier="oil").item()
        + coking
    )
    sector = account["energy_sector"]
    expected = burnt + supply * (sector == "24") + refining * (sector == "11")
    _close(expected.transpose(*account["co2"].dims), account["co2"])
    _close(account["co2"].sum("energy_sector"), account["co2_total"])
    _close(account["process_co2"].sum("energy_sector"), account["co2_process"])
    imported = account["electricity_net_import"] * account["imported_electricity_factor"]
    _close(imported, account["co2_imported_electricity"])


def test_nothing_is_negative_that_cannot_be(account: xr.Dataset) -> None:
    for name in ("final_energy", "electricity_capacity", "electricity_generation", "process_co2"):
        assert float(account[name].min()) >= 0.0


def test_final_energy_has_no_primary_only_carriers(account: xr.Dataset) -> None:
    extra = [c for c in CARRIERS if c not in FINAL_CARRIERS]
    assert not account["final_energy"].sel(carrier=extra).any()


def test_only_coal_and_gas_plants_can_close(account: xr.Dataset) -> None:
    added = account["electricity_capacity"] - account["electricity_capacity_2024"]
    assert float(added.drop_sel(technology=["coal", "gas"]).min()) >= -1e-9


def test_average_capacity_is_the_mean_of_both_ends(account: xr.Dataset) -> None:
    ends = account["electricity_capacity"] + account["electricity_capacity_2024"]
    _close(ends / 2.0, account["electricity_capacity_average"])


def test_energy_production_capacity_is_as_published_and_above_production(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    dataset = built[0]
    parts = dataset["energy_production_capacity_component"]
    _close(parts.sum(), 68.0)
    _close(dataset["energy_production_capacity"], 68.0)
    hours = dataset["electricity_generation"] / dataset["electricity_capacity_average"]
    clean = [t for t in TECHNOLOGIES if t.startswith(("nuclear", "hydro", "wind", "solar", "bio"))]
    power = (dataset["electricity_capacity"] * hours).sel(technology=clean).sum()
    _close(parts.sel(component="non_fossil_power"), power * dataset["coal_rate_gross"])
    for component, carrier in (("coal_mine", "coal"), ("oil_field", "oil"), ("gas_field", "gas")):
        production = dataset["energy_production"].sel(carrier=carrier)
        assert float(production) <= float(parts.sel(component=component))


def test_history_ends_in_the_base_year(built: tuple[xr.Dataset, pd.DataFrame]) -> None:
    dataset = built[0]
    last = dataset.sel(history_year=2025)
    energy = dataset["co2_total"] - dataset["co2_process"]
    _close(last["co2_history"], energy + dataset["co2_imported_electricity"])
    _close(last["co2_energy_history"], energy)
    _close(last["co2_process_history"], dataset["co2_process"])
    coal = dataset["primary_energy"].sel(carrier=["coal", "coke"]).sum()
    _close(last["coal_history"], coal)
    _close(last["oil_history"], dataset["primary_energy"].sel(carrier="oil"))
    assert (dataset["co2_history_sd"] > 0.0).all()


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        ("electricity_demand", 270.0, 292.0),
        ("electricity_net_import", 25.0, 60.0),
        ("energy_total", 220.0, 260.0),
        ("co2_total", 400.0, 520.0),
        ("co2_process", 10.0, 35.0),
    ],
)
def test_totals_are_plausible(
    built: tuple[xr.Dataset, pd.DataFrame], name: str, low: float, high: float
) -> None:
    assert low <= float(built[0][name]) <= high


def test_both_inferences_of_total_energy_agree_within_their_errors(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    total, sd = built[0]["energy_total_method"], built[0]["energy_total_method_sd"]
    pair = ["non_fossil_share", "fuel_balances"]
    difference = float(total.sel(total_method=pair).diff("total_method").item())
    assert abs(difference) <= 2.0 * float(np.sqrt((sd.sel(total_method=pair) ** 2).sum()))


def test_accounts_lie_below_ceads_by_the_gases_counted_twice(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    table = built[0]["co2_ceads_comparison"]
    assert float(table.sel(comparison="ceads_2019")) == pytest.approx(533.39, abs=0.05)
    ours = float(table.sel(comparison="accounts_2025_energy"))
    assert ours < float(table.sel(comparison="accounts_2025_energy_ceads_rule"))
    cleaned = float(table.sel(comparison="ceads_2019_without_gases_and_process"))
    assert abs(ours / cleaned - 1.0) < 0.15


def test_observation_table_is_complete_and_no_residual_exceeds_three_sigma(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    table = built[1]
    assert list(table.columns) == [
        "id",
        "variable",
        "label",
        "observed",
        "sigma",
        "reconciled",
        "posterior_sd",
        "z",
        "unit",
        "source",
        "kind",
        "note_zh",
    ]
    assert table["id"].is_unique
    assert not table.isna().any().any()
    assert set(table["kind"]) <= {"document", "series", "estimate", "judgement"}
    assert (table["z"].abs() <= 3.0).all()


def test_sector_electricity_is_marked_as_uncertain(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    table = built[1]
    cells = table[table["id"].str.match(r"cell_\d+_electricity")]
    assert (cells["sigma"] >= 0.3 * cells["observed"] - 1e-12).all()


def test_every_variable_carries_unit_names_and_origin(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    for name, variable in built[0].data_vars.items():
        for attribute in ("units", "long_name", "long_name_zh", "origin"):
            assert variable.attrs.get(attribute), f"{name} lacks {attribute}"


def test_electricity_row_of_a_given_table_is_used(
    built: tuple[xr.Dataset, pd.DataFrame],
) -> None:
    codes = list(ENERGY_SECTORS[:42])
    coefficients = np.full((42, 42), 0.01)
    io = xr.Dataset(
        {
            "technical_coefficients": (("sector_input", "sector"), coefficients),
            "gross_output": ("sector", np.linspace(100.0, 900.0, 42)),
        },
        coords={"sector_input": codes, "sector": codes},
    )
    other = energy_accounts(read_inputs(DATA, io))[0]["final_energy"].sel(carrier="electricity")
    base = built[0]["final_energy"].sel(carrier="electricity")
    assert not np.allclose(other, base, rtol=0.05)


def test_conversion_factors_are_those_of_the_yearbook() -> None:
    parameters = pd.read_csv(PACKAGE_DATA / "energy_parameters.csv").set_index("name")["value"]
    path = DATA / "tech" / "tce_conversion_factors_CESY2008.xls"
    xlrd = pytest.importorskip("xlrd", reason="reading the old yearbook file needs xlrd")
    sheet = xlrd.open_workbook(str(path)).sheet_by_index(0)
    rows = [[str(v).strip() for v in sheet.row_values(i)] for i in range(sheet.nrows)]
    row = next(r for r in rows if r[0].startswith("电力"))
    assert row[2].startswith(f"{parameters['electricity_calorific']:g}")
    factor = {r[0].replace(" ", ""): r[2].split()[0] for r in rows if len(r) > 2 and r[2]}
    # coke made from washed coal in the balance of 2007, 10 kt, at their factors
    made = 1675.11 * float(factor["焦炭"]) / (2305.02 * float(factor["洗精煤"]))
    assert parameters["coking_efficiency"] == pytest.approx(made, abs=5e-4)
    ten_thousand_tce, hundred_million_kwh, ten_thousand_kw = 1e4, 1e8, 1e4
    assert ten_thousand_tce * 100 == 1e6  # 100 万吨标准煤 = 1 Mtce
    assert hundred_million_kwh * 10 == 1e9  # 10 亿千瓦时 = 1 TWh in kWh
    assert ten_thousand_kw * 100 == 1e6  # 100 万千瓦 = 1 GW in kW
    kgce = 1e9 * parameters["electricity_calorific"]
    assert kgce / 1e9 == pytest.approx(0.1229)  # 1 TWh = 0.1229 Mtce
    assert parameters["energy_per_tce"] == pytest.approx(7000 * 4.1868e-6, rel=1e-12)


def test_missing_reference_data_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="missing"):
        read_reference(tmp_path / "nothing.csv")
