"""Build the base-year pack of a province from its statistics.

Input-output accounts first, then the energy accounts (their sector electricity leans on
the table), the growth accounts, and the parameters that no account holds. The parts share
labels and are merged by name.

A folder is read in one of two ways, and from there on treated alike: as a province's own
folder (`docs/user/calibrate.md`), or as the reference data of Liaoning, which have a built-in
definition (`data/io_observations.csv`, `energy_*.csv`). Of Liaoning only the input-output and
energy accounts read the folder; its growth accounts come from the series base that ships with
the package (`sim/figures/data/series.csv`, built from the same statistics), since each of its
figures carries a vintage and a source.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from sim.baseyear.accounts import (
    NATIONAL_FILES,
    TABLE_FILE,
    input_output_accounts,
)
from sim.baseyear.carry_forward import read_national_value_added
from sim.baseyear.chinese_tables import read_official_table
from sim.baseyear.energy_accounts import energy_accounts
from sim.baseyear.energy_inputs import CEADS_FILE, PANEL_FILE, read_inputs
from sim.baseyear.files import check_folder
from sim.baseyear.growth_accounts import build_growth
from sim.baseyear.io_observations import read_observations
from sim.baseyear.pack import BUNDLED, PackIdentity, model_parameters, write_pack
from sim.baseyear.province.build import is_province, read_province
from sim.baseyear.province.growth import tell_substitutes
from sim.baseyear.province.power import standard_hours
from sim.baseyear.statistics import Statistics
from sim.errors import InputError
from sim.figures.series import SERIES_COLUMNS, units_by_variable

# derived from the draws of final demand, or not read by the model: the centre is enough
UNSHIPPED = (
    "gross_output_draws",
    "value_added_draws",
    "imports_inflow_draws",
    "electricity_capacity_2024_draws",
    "primary_energy_draws",
    "primary_energy_calorific_draws",
    "energy_balance_draws",
    "co2_draws",
)
NEEDED = (TABLE_FILE, *NATIONAL_FILES, PANEL_FILE.as_posix(), CEADS_FILE.as_posix())


# limit of net import: 75 TWh on 44 TWh in Liaoning (levers.csv); at least a tenth of use, judgement
IMPORT_HEADROOM, LEAST_IMPORT_LIMIT = 1.7, 0.1
FIRST_PLAN_YEAR, LAST_PLAN_YEAR = 2026, 2030


def read_statistics(folder: Path) -> Statistics:
    """Read the folder of a province, or the reference data of Liaoning.

    Raises
    ------
    InputError
        Where the folder is neither, or a file is missing or unreadable.
    """
    if is_province(folder):
        return read_province(folder)
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if len(missing) == len(NEEDED):
        raise InputError(
            "this folder lacks province.csv and series.csv; "
            "`provsim calibrate --template DIR` writes a folder to fill in",
            file=folder,
        )
    if missing:
        raise InputError(f"the statistics lack {', '.join(missing)}", file=folder)
    table = read_official_table(folder / TABLE_FILE)
    start, end = (read_national_value_added(folder / name) for name in NATIONAL_FILES)
    return Statistics(
        key=BUNDLED,
        name="Liaoning",
        name_zh="辽宁",
        table=table,
        observations=read_observations(),
        national=(start, end),
        energy=lambda accounts: read_inputs(folder, accounts),
    )


def build_pack(statistics: Statistics) -> tuple[xr.Dataset, pd.DataFrame]:
    """Reconcile the base year.

    Returns
    -------
    (Dataset, DataFrame)
        The accounts with their draws, and every observation with its residual in sigma.

    Raises
    ------
    InputError
        Where an account cannot be closed.
    """
    accounts, io_table = input_output_accounts(
        statistics.table, statistics.observations, *statistics.national
    )
    energy, energy_table = energy_accounts(statistics.energy(accounts))
    growth, growth_table = build_growth(statistics.series, statistics.growth)
    growth = growth.rename(path_year="year")
    extra, _ = model_parameters()
    for name, value in statistics.base_growth.items():
        extra[name] = extra[name].copy(data=value)
    parts = [accounts, energy, growth, extra]
    if statistics.key != BUNDLED:
        for variable in accounts.data_vars.values():
            variable.attrs["origin"] = "reconciled estimate: observations.csv, estimated.csv"
        parts.append(_lever_defaults(statistics, growth, energy))
        tell_substitutes(json.loads(growth.attrs["substitutes"]), statistics.estimates)
    pack = xr.merge(parts, join="exact", compat="no_conflicts", combine_attrs="override")
    pack = pack.drop_vars([name for name in UNSHIPPED if name in pack])
    observations = pd.concat([io_table, energy_table, growth_table], ignore_index=True)
    return pack, observations


def _lever_defaults(statistics: Statistics, growth: xr.Dataset, energy: xr.Dataset) -> xr.Dataset:
    """Value, or factor on the value of the lever table, of levers that are sizes."""
    years = slice(FIRST_PLAN_YEAR, LAST_PLAN_YEAR)
    invested = float(growth["path_investment_growth"].sel(year=years).mean())
    least = LEAST_IMPORT_LIMIT * float(energy["electricity_demand"])
    limit = max(IMPORT_HEADROOM * float(energy["electricity_net_import"]), least)
    values = {
        "demand.investment_growth": invested,
        "energy.import_limit": limit,
        **standard_hours(energy),
        **statistics.levers,
    }
    scales = {k: v for k, v in statistics.lever_scales.items() if k not in values}
    names = [*values, *scales]
    given = [*values.values(), *[np.nan] * len(scales)]
    factor = [*[np.nan] * len(values), *scales.values()]
    attrs = {"units": "mixed", "origin": "province.csv, series.csv and the size of the province"}
    return xr.Dataset(
        {
            "lever_default": ("lever", given, attrs),
            "lever_default_scale": ("lever", factor, attrs),
        },
        coords={"lever": names},
    )


def calibrate(province_dir: Path, out: Path) -> tuple[xr.Dataset, pd.DataFrame]:
    """Build the pack and write it to `out`.

    Raises
    ------
    InputError
        As `read_statistics` and `build_pack`, and where `out` cannot be written.
    """
    check_folder(out)
    statistics = read_statistics(province_dir)
    pack, observations = build_pack(statistics)
    sources = [str(source) for source in observations["source"].dropna().unique()]
    identity = PackIdentity(statistics.key, statistics.name, statistics.name_zh)
    tables = {}
    if statistics.series is not None:  # read from a folder of plain files
        known = statistics.series["variable"].isin(units_by_variable())
        tables = {
            "estimated.csv": statistics.estimates.frame(),
            "series.csv": statistics.series.loc[known, list(SERIES_COLUMNS)],
        }
    write_pack(pack, observations, out, sources, identity=identity, tables=tables)
    return pack, observations
