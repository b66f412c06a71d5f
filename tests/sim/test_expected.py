"""Central paths of the bundled scenarios, as stored in `tests/sim/expected`.

Each file holds key variables in 2026 and 2030 to six significant digits. After a change of
model, data or scenario, write them anew from the root of the repository and look at the
difference::

    python -m tests.sim.expected.regenerate
"""

from __future__ import annotations

import csv
import math

import pytest

from sim.scenario import bundled_scenarios
from tests.sim.expected.regenerate import DIGITS, FOLDER, VARIABLES, YEARS, central_paths

Paths = dict[str, list[tuple[str, str, float, float]]]


@pytest.fixture(scope="module")
def computed() -> Paths:
    return central_paths()


def half_unit(text: str) -> float:
    """Half a unit of the last stored digit, with room for the last bits of a processor."""
    value = abs(float(text))
    size = math.floor(math.log10(value)) if value else -9
    return 0.501 * 10.0 ** (size - DIGITS + 1) + 1e-12


def test_every_bundled_scenario_has_its_expected_results():
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(bundled_scenarios())


@pytest.mark.parametrize("name", bundled_scenarios())
def test_the_central_path_is_the_stored_one(computed, name):
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        stored = list(csv.DictReader(stream))
    assert [row["variable"] for row in stored] == list(VARIABLES)
    different = []
    for row, (variable, unit, *values) in zip(stored, computed[name], strict=True):
        assert row["unit"] == unit
        for year, value in zip(YEARS, values, strict=True):
            text = row[str(year)]
            if not abs(value - float(text)) <= half_unit(text):
                different.append(f"{variable} {year}: stored {text}, now {value:.7g}")
    assert different == [], "python -m tests.sim.expected.regenerate"
