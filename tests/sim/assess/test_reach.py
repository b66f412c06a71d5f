"""Combinations of energy targets, the builds they need, and the record of builds."""

from __future__ import annotations

import numpy as np
import pytest

import sim
from sim.assess.reach import build_record, reach
from sim.assess.targets import evaluate
from sim.baseyear.pack import load_pack
from sim.errors import InputError

PAIR = ("non_fossil_share_2030", "clean_capacity_share_2030")


@pytest.fixture(scope="module")
def reached():
    return reach("plan", targets=PAIR, multiples=(0.0, 1.0, 3.0), draws=256)


def test_record_is_the_best_year_of_published_and_reconciled_additions():
    record = build_record(load_pack()).set_index("source")
    # published wind capacity rises by 2.56 GW in 2023, the reconciled additions of 2025 by more
    assert record.loc["wind", "gw"] > 2.56
    assert record["year"].between(2009, 2025).all()


def test_a_combination_needs_what_its_hardest_member_needs(reached):
    for _, group in reached.combinations.groupby("growth_setting"):
        multiple = group.set_index("targets")["multiple"]
        assert multiple[";".join(PAIR)] == max(multiple[name] for name in PAIR)


def test_the_second_setting_grows_as_aimed(reached):
    growth = reached.combinations.groupby("growth_setting")["growth"].first()
    assert growth["aim"] == pytest.approx(0.05, abs=1e-7)
    assert growth["scenario"] < 0.05


def test_builds_are_the_multiple_of_the_plan(reached):
    row = reached.combinations.iloc[-1]
    assert row["wind_gw"] == pytest.approx(row["multiple"] * 3.5)
    assert row["wind_over_record"] > 0.0


def test_probabilities_are_those_of_the_draws_of_the_scenario(reached):
    table = evaluate(sim.run(["plan"], draws=256, horizon=2035, threads=1))
    single = table.set_index("target_id")["probability"]
    rows = reached.combinations.set_index(["growth_setting", "targets"])
    for name in PAIR:
        assert rows.loc[("scenario", name), "probability"] == single[name]
    both = rows.loc[("scenario", ";".join(PAIR))]
    assert both["probability"] <= single[list(PAIR)].min()
    assert both["probability_built"] > both["probability"]


def test_central_path_of_multiple_one_is_that_of_the_scenario(reached):
    table = evaluate(sim.run(["plan"], draws=1, horizon=2035, threads=1))
    central = table.set_index("target_id")["central"]
    met = central["clean_capacity_share_2030"] >= 0.70
    needs = reached.combinations.set_index(["growth_setting", "targets"])["multiple"]
    assert (needs["scenario", "clean_capacity_share_2030"] <= 1.0) == met


def test_what_no_build_reaches_is_not_a_number():
    out = reach("plan", targets=("clean_capacity_share_2030",), multiples=(0.0,), draws=64)
    out = out.combinations
    assert np.isnan(out["multiple"]).all()
    assert np.isnan(out["probability_built"]).all()
    assert (out["probability"] < 1.0).all()


def test_an_unknown_target_is_refused():
    with pytest.raises(InputError, match="non_fossil_share_2030"):
        reach(targets=("non_fossil_share_2031",))
