"""The table of 2030 on the page of the hours of power is what the model gives."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import sim

PAGE = Path(__file__).parents[2] / "docs" / "methods" / "power.md"
ROW = re.compile(r"^\| `(\w+)`(, import held)? \| (.*) \|$", re.MULTILINE)
COLUMNS = (
    *("electricity_planned_import", "electricity_surplus", "electricity_net_import"),
    *("curtailment", "coal", "co2_energy", "co2_target_scope"),
)


def test_the_page_shows_the_central_paths_of_2030():
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    assert len(rows) == 4
    for name, held, cells in rows:
        scenario = sim.scenario(name)
        if held:
            scenario = scenario.set({"energy.net_import_displacement": 0.0})
        year = sim.run([scenario], draws=2, seed=1).paths.sel(scenario=name, year=2030)
        year["coal"] = year["electricity_generation"].sel(technology="coal")
        for column, cell in zip(COLUMNS, cells.split("|"), strict=True):
            shown = re.search(r"[\d.]+", cell)[0]
            found = float(year[column]) * (100.0 if column == "curtailment" else 1.0)
            digits = len(shown.partition(".")[2])
            assert float(shown) == pytest.approx(found, abs=0.51 * 10**-digits), (name, column)
