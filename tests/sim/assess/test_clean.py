"""The definitions of clean energy side by side, through the same draws."""

from __future__ import annotations

import pytest

import sim
from sim.assess.clean import clean_sensitivity


@pytest.fixture(scope="module")
def table():
    return clean_sensitivity("plan", draws=128).set_index("definition")


def test_the_chosen_definition_is_that_of_a_run(table):
    assert table["chosen"].sum() == 1
    row = table[table["chosen"]].iloc[0]
    run = sim.run("plan", draws=128, threads=1)
    path = run.paths.sel(scenario="plan")
    for year in (2025, 2030):
        for share in ("capacity", "generation"):
            assert row[f"{share}_{year}"] == float(path[f"clean_{share}_share"].sel(year=year))
    targets = run.targets().set_index("target_id")
    assert row["probability"] == targets.loc["clean_capacity_share_2030", "probability"]


def test_a_definition_that_counts_more_gives_a_larger_share(table):
    wider = table.loc["pumped+biomass+gas"]
    for name in ("capacity_2030", "generation_2030", "probability"):
        assert wider[name] >= table.loc["pumped+biomass", name]
    assert len(table) == 16
