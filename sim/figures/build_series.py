"""Rebuild the series base from the reference data.

The series base is one row per variable, year and vintage, each with unit and source.
The reference data are not part of the project; the rows taken from them are facts. What
is taken, with which factor and from which first year, stands in `data/series_columns.csv`;
facts read in documents and published reports stand in `data/cited_facts.csv`; the two
together give `data/series.csv`, to the byte.

Run as ``python -m sim.figures.build_series DATA_FOLDER`` to write the file anew.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pandas as pd

from sim.errors import InputError
from sim.figures.series import SERIES_COLUMNS, SERIES_FILE, by_year, units_by_variable

DATA = Path(__file__).parent / "data"
PANEL = "macro/liaoning_annual_panel.csv"
SECONDARY = "macro/Liaoning_2025_secondary_source.csv"
MONTHLY = "energy/liaoning_monthly_power_and_industry.csv"
BALANCE = "energy/Liaoning_energy_balance_2013_2014_Mtce_from_gcamchina.csv"
NUCLEAR = "energy/geonuclear_liaoning.csv"
GRID_FACTORS = "energy/grid_emission_factors_Liaoning.csv"
CEADS = "co2/Liaoning_CEADs_1997_2019_tidy.csv"
HOURS = "tech/national_utilisation_hours.csv"
SSP_POPULATION = "macro/SSPs_POP_Prov_v2_liaoning.csv"
SSP_GDP = "macro/SSPs_GDP_Prov_v2_liaoning.csv"

CEADS_SOURCE = (
    "CEADs provincial inventories (Shan et al. 2016, 2018, 2020; Guan et al. 2021) through "
    "Open-Earth-Foundation/OpenClimate (commit 822037b)"
)
SSP_SOURCE = "provincial SSP projection, pik-piam/PyPSA-China-PIK (commit 25c83bf)"
SECONDARY_YEAR = 2025
SSP_LAST_YEAR = 2050
PEOPLE_PER_UNIT = 1e4
GW_PER_MW = 1e-3

Fact = tuple[str, int, float, str, str, str]


def build_series(data_dir: str | Path) -> pd.DataFrame:
    """Return the series base, rebuilt from the reference data.

    Parameters
    ----------
    data_dir : path
        Folder of the reference data (with `macro`, `energy`, `co2`, `tech`).

    Returns
    -------
    pandas.DataFrame
        Columns variable, year, value, unit, vintage, source, note; sorted by variable,
        vintage and year. Zeros that mean missing are left out.

    Raises
    ------
    InputError
        A file or a column of the reference data is missing, or a variable has no entry
        in `variables.csv`.
    """
    folder = Path(data_dir)
    columns = pd.read_csv(DATA / "series_columns.csv", keep_default_na=False)
    facts: list[Fact] = [
        *_panel_facts(folder, columns[columns["file"] == "panel"]),
        *_monthly_facts(folder, columns[columns["file"] == "monthly"]),
        *_secondary_facts(folder, columns[columns["file"] == "secondary"]),
        *_ceads_facts(folder),
        *_balance_facts(folder),
        *_hours_facts(folder),
        *_nuclear_facts(folder),
        *_grid_factor_facts(folder),
        *_ssp_facts(folder),
        *_cited_facts(),
    ]
    return _table(facts)


def series_text(frame: pd.DataFrame) -> str:
    """Return the series base as the text of its csv file (12 significant digits)."""
    out = frame.copy()
    out["value"] = [f"{value:.12g}" for value in out["value"]]
    return str(out.to_csv(index=False, lineterminator="\n"))


def _table(facts: Iterable[Fact]) -> pd.DataFrame:
    units = units_by_variable()
    rows = []
    for variable, year, value, vintage, source, note in facts:
        if variable not in units:
            raise InputError(
                "a variable of the series base has no entry",
                file=DATA / "variables.csv",
                found=variable,
            )
        number = float(f"{value:.12g}")
        rows.append((variable, year, number, units[variable], vintage, source, note))
    frame = pd.DataFrame(rows, columns=list(SERIES_COLUMNS))
    return frame.sort_values(["variable", "vintage", "year"], ignore_index=True)


def _read(folder: Path, name: str, skip: int = 0) -> pd.DataFrame:
    path = folder / name
    if not path.is_file():
        raise InputError("a file of the reference data is missing", file=path)
    return pd.read_csv(path, skiprows=skip)


def _column(frame: pd.DataFrame, column: str, name: str) -> pd.Series:
    if column not in frame.columns:
        raise InputError("a column of the reference data is missing", file=name, found=column)
    return frame[column]


def _dated(values: pd.Series, spec: pd.Series) -> Iterator[Fact]:
    """Turn a column indexed by year into facts; zero means missing in quantities."""
    is_rate = str(spec["variable"]).endswith("_growth")
    for year, value in by_year(values).items():
        if not spec["first_year"] <= year <= spec["last_year"] or pd.isna(value):
            continue
        if value == 0 and not is_rate:
            continue
        scaled = float(value) * float(spec["scale"])
        yield spec["variable"], int(year), scaled, spec["vintage"], spec["source"], spec["note"]


def _panel_facts(folder: Path, columns: pd.DataFrame) -> Iterator[Fact]:
    panel = _read(folder, PANEL).set_index("year")
    for _, spec in columns.iterrows():
        values = _column(panel, spec["column"], PANEL)
        yield from _dated(values, spec)


def _monthly_facts(folder: Path, columns: pd.DataFrame) -> Iterator[Fact]:
    monthly = _read(folder, MONTHLY)
    dates = monthly["month"].str.split("-", expand=True).astype(int)
    for _, spec in columns.iterrows():
        month, column = str(spec["column"]).split(":")
        chosen = dates[1] == int(month)
        values = _column(monthly, column, MONTHLY)[chosen]
        yield from _dated(values.set_axis(dates.loc[chosen, 0]), spec)


def _secondary_facts(folder: Path, columns: pd.DataFrame) -> Iterator[Fact]:
    items = _read(folder, SECONDARY, skip=1).set_index("item")["value"]
    for _, spec in columns.iterrows():
        if spec["column"] not in items.index:
            raise InputError("an item is missing", file=SECONDARY, found=spec["column"])
        yield from _dated(pd.Series({SECONDARY_YEAR: float(items[spec["column"]])}), spec)


def _ceads_facts(folder: Path) -> Iterator[Fact]:
    ceads = _read(folder, CEADS)
    groups = pd.read_csv(DATA / "ceads_groups.csv").set_index("label")
    totals = ceads["sector"].isin(["Total Consumption", "TotalEmissions"])
    of_sector = groups[groups["kind"] == "sector"]["group"]
    of_fuel = groups[groups["kind"] == "fuel"]["group"]
    sectors = ceads[~totals & (ceads["fuel"] == "Scope_1_Total")]
    sums = sectors.groupby([sectors["sector"].map(of_sector), "year"])["MtCO2"].sum()
    for group, year, value in sums.reset_index(name="sum").itertuples(index=False):
        yield f"co2_sector_{group}", int(year), value, "ceads", CEADS_SOURCE, _ceads_note(year)
    fuels = ceads[totals]
    sums = fuels.groupby([fuels["fuel"].map(of_fuel), "year"])["MtCO2"].sum()
    for group, year, value in sums.reset_index(name="sum").itertuples(index=False):
        name = "co2_total" if group == "total" else f"co2_fuel_{group}"
        yield name, int(year), value, "ceads", CEADS_SOURCE, _ceads_note(year)


def _ceads_note(year: int) -> str:
    missing = "about 28 Mt of furnace gas missing; " if year in (2011, 2012) else ""
    return missing + "process covers cement only; furnace gas repeats carbon of coke"


def _balance_facts(folder: Path) -> Iterator[Fact]:
    source = (
        "China Energy Statistical Yearbook via LBL China Energy Databook v9, through "
        "umd-cgs/gcam-china (commit 191336f)"
    )
    for _, row in _read(folder, BALANCE, skip=1).iterrows():
        name = f"energy_balance_{_slug(row['process'])}_{_slug(row['material'])}"
        note = "calorific method (electricity 0.1229 kgce/kWh)"
        yield name, int(row["year"]), float(row["Mtce"]), "calorific", source, note


def _slug(text: str) -> str:
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return "_".join(words)


def _hours_facts(folder: Path) -> Iterator[Fact]:
    source = "CEC national utilisation hours through energyandcleanair/china_co2 (commit 4043449)"
    table = _read(folder, HOURS, skip=1).set_index("year")
    for technology, values in table.items():
        for year, value in by_year(values).items():
            yield f"national_hours_{technology}", int(year), float(value), "published", source, ""


def _nuclear_facts(folder: Path) -> Iterator[Fact]:
    source = "cristianst85/GeoNuclearData (ODbL), status of March 2024"
    for _, row in _read(folder, NUCLEAR).iterrows():
        unit = _slug(str(row["Name"]).replace("Xudabu", "Xudabao"))
        dated = row["OperationalFrom"] if isinstance(row["OperationalFrom"], str) else None
        started = row["ConstructionStartAt"]
        if dated is None and not isinstance(started, str):
            continue
        event = "operational from" if dated is not None else "construction start"
        date = dated if dated is not None else str(started)
        capacity = float(row["Capacity"]) * GW_PER_MW
        note = f"{event} {date}; net capacity, {row['ReactorModel']}"
        yield f"nuclear_unit_{unit}", int(date[:4]), capacity, "published", source, note


def _grid_factor_facts(folder: Path) -> Iterator[Fact]:
    source = "MEE and NBS grid emission factors, second-hand in public code files"
    table = _read(folder, GRID_FACTORS, skip=1).set_index("year")
    names = {
        "Liaoning": "grid_emission_factor",
        "Northeast_grid": "grid_emission_factor_northeast",
        "China": "grid_emission_factor_national",
    }
    for column, name in names.items():
        for year, value in _column(table, column, GRID_FACTORS).dropna().pipe(by_year).items():
            yield name, year, value, "published", source, ""


def _ssp_facts(folder: Path) -> Iterator[Fact]:
    for file, variable, scale, note in (
        (SSP_POPULATION, "ssp_population", 1.0 / PEOPLE_PER_UNIT, ""),
        (SSP_GDP, "ssp_gdp", 1.0, "constant 2020 prices"),
    ):
        table = _read(folder, file).set_index("sheet")
        years = [name for name in table.columns if name.isdigit() and int(name) <= SSP_LAST_YEAR]
        for scenario, row in table[years].iterrows():
            for year, value in zip(years, row.tolist(), strict=True):
                yield variable, int(year), float(value) * scale, str(scenario), SSP_SOURCE, note


def _cited_facts() -> Iterator[Fact]:
    table = pd.read_csv(DATA / "cited_facts.csv", keep_default_na=False)
    for _, row in table.iterrows():
        yield (
            row["variable"],
            int(row["year"]),
            float(row["value"]),
            row["vintage"],
            row["source"],
            row["note"],
        )


def main(arguments: list[str]) -> int:
    """Write `data/series.csv` from the folder named on the command line."""
    if len(arguments) != 1:
        raise InputError("name exactly one folder: the reference data", found=arguments)
    SERIES_FILE.write_text(series_text(build_series(arguments[0])), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
