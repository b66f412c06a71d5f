"""Build the base-year pack of Liaoning from its statistics.

Input-output accounts first, then the energy accounts (their sector electricity leans on
the table), the growth accounts, and the parameters that no account holds. The parts share
labels and are merged by name.

Only the input-output and energy accounts read the folder of the province. The growth
accounts come from the series base that ships with the package
(`sim/figures/data/series.csv`, built from the same statistics), since each of its figures
carries a vintage and a source; a change of the folder's annual panel does not reach them.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import xarray as xr

from sim.baseyear.accounts import NATIONAL_FILES, TABLE_FILE, build_input_output
from sim.baseyear.energy_accounts import build_energy
from sim.baseyear.energy_inputs import CEADS_FILE, PANEL_FILE
from sim.baseyear.files import check_folder
from sim.baseyear.growth_accounts import build_growth
from sim.baseyear.pack import model_parameters, write_pack
from sim.errors import InputError

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


def build_pack(province_dir: Path) -> tuple[xr.Dataset, pd.DataFrame]:
    """Reconcile the base year.

    Parameters
    ----------
    province_dir : path
        Folder with the statistics; the files `NEEDED` are read.

    Returns
    -------
    (Dataset, DataFrame)
        The accounts with their draws, and every observation with its residual in sigma.

    Raises
    ------
    InputError
        Where a file is missing or unreadable, or an account cannot be closed.
    """
    missing = [name for name in NEEDED if not (province_dir / name).is_file()]
    if missing:
        raise InputError(f"the statistics lack {', '.join(missing)}", file=province_dir)
    accounts, io_table = build_input_output(province_dir)
    energy, energy_table = build_energy(province_dir, accounts)
    growth, growth_table = build_growth()
    growth = growth.rename(path_year="year")
    extra, _ = model_parameters()
    pack = xr.merge(
        [accounts, energy, growth, extra],
        join="exact",
        compat="no_conflicts",
        combine_attrs="override",
    )
    pack = pack.drop_vars([name for name in UNSHIPPED if name in pack])
    observations = pd.concat([io_table, energy_table, growth_table], ignore_index=True)
    return pack, observations


def calibrate(province_dir: Path, out: Path) -> tuple[xr.Dataset, pd.DataFrame]:
    """Build the pack and write it to `out`.

    Raises
    ------
    InputError
        As `build_pack`, and where `out` cannot be written.
    """
    check_folder(out)
    pack, observations = build_pack(province_dir)
    sources = [str(source) for source in observations["source"].dropna().unique()]
    write_pack(pack, observations, out, sources)
    return pack, observations
