"""Write the expected central paths of the bundled scenarios beside this file.

From the root of the repository: ``python -m tests.sim.expected.regenerate``. Look at the
difference before keeping it: every changed digit is a changed result.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from sim.ensemble.run import run_ensemble
from sim.scenario import bundled_scenarios

FOLDER = Path(__file__).parent
YEARS = (2026, 2030)
DIGITS = 6
VARIABLES = (
    "gdp",
    "gdp_growth",
    "capital",
    "labour_productivity_growth",
    "primary_share",
    "secondary_share",
    "tertiary_share",
    "manufacturing_share",
    "services_growth",
    "investment_growth",
    "rd_growth",
    "urbanisation",
    "closure_scale_domestic",
    "saving_rate",
    "energy_total",
    "energy_total_calorific",
    "energy_intensity",
    "electricity_demand",
    "electricity_net_import",
    "energy_production_capacity",
    "non_fossil_share",
    "clean_capacity_share",
    "clean_generation_share",
    "wind_pv_capacity",
    "coal_consumption",
    "oil_consumption",
    "co2_total",
    "co2_process",
    "co2_imported_electricity",
    "co2_intensity",
    "co2_intensity_reduction",
)


def central_paths() -> dict[str, list[tuple[str, str, float, float]]]:
    """Variable, unit and values in `YEARS` on the central path of each bundled scenario."""
    names = list(bundled_scenarios())
    paths = run_ensemble(names, draws=1, horizon=YEARS[-1]).paths
    return {
        name: [
            (
                variable,
                paths[variable].attrs["units"],
                *(float(paths[variable].sel(scenario=name, year=year)) for year in YEARS),
            )
            for variable in VARIABLES
        ]
        for name in names
    }


def as_csv(rows: list[tuple[str, str, float, float]]) -> str:
    """Rows as they are stored, with `DIGITS` significant digits."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["variable", "unit", *YEARS])
    for variable, unit, *values in rows:
        writer.writerow([variable, unit, *(f"{value:.{DIGITS}g}" for value in values)])
    return stream.getvalue()


def main() -> None:
    """Write the files."""
    for name, rows in central_paths().items():
        (FOLDER / f"{name}.csv").write_text(as_csv(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
