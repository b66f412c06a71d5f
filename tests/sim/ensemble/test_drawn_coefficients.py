"""settings.coefficient_uncertainty: factors, from the scenario to the results."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.inputoutput.drawn import FACTORS
from models.labels import DEMAND_GROUPS, SECTORS
from models.state import SCALARS
from sim.ensemble.accumulate import BLOCK
from sim.ensemble.effects import effects_of
from sim.ensemble.inputs import read_inputs
from sim.ensemble.replay import recorded_work, replay
from sim.ensemble.run import EnsembleRun, run_ensemble
from sim.errors import InputError
from sim.scenario import Scenario, scenario

TABLES = Path(__file__).resolve().parents[4] / "shared" / "data" / "io"
DRAWS = 2 * BLOCK + 45
FACTOR_INPUTS = {item.name: item for item in read_inputs() if item.driver in FACTORS}


def drawn() -> Scenario:
    return scenario("plan").set({"settings.coefficient_uncertainty": "factors"}, name="drawn")


def with_widths(folder: Path, option: str, widths: dict[str, float]) -> Path:
    """Write a scenario that sets widths of inputs."""
    lines = "".join(f"  {name}: {{sd: {sd}}}\n" for name, sd in widths.items())
    head = "name: drawn\ntitle: drawn\ntitle_zh: 抽样\nextends: plan\n"
    path = folder / "drawn.yaml"
    settings = f"settings: {{coefficient_uncertainty: {option}}}\n"
    path.write_text(f"{head}{settings}inputs:\n{lines}", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def run() -> EnsembleRun:
    return run_ensemble(["plan", drawn()], draws=DRAWS, seed=3)


def values(run: EnsembleRun, index: int) -> np.ndarray:
    assert run.draws is not None
    return np.array([run.draws[name].values[index] for name in SCALARS])


def test_every_account_closes_and_no_system_needs_pivoting(run):
    assert float(run.ensemble["identity_residual"].max()) <= 1e-9
    assert run.manifest["systems_pivoted"] == {"drawn": 0}


def test_the_base_year_of_a_draw_and_the_central_path_are_those_of_the_scenario(run):
    np.testing.assert_array_equal(values(run, 1)[:, 0], values(run, 0)[:, 0])
    for name in SCALARS:
        shared, apart = run.paths[name].values
        np.testing.assert_allclose(apart, shared, rtol=1e-9, atol=1e-9, err_msg=name)


def test_the_manufacturing_share_becomes_wider_year_by_year(run):
    shared, apart = run.ensemble["manufacturing_share_std"].values
    assert (apart[1:] > 1.02 * shared[1:]).all()
    difference = values(run, 1) - values(run, 0)
    spread = difference[SCALARS.index("manufacturing_share")].std(axis=-1)
    assert (np.diff(spread) > 0.0).all()


def test_draws_of_other_scenarios_and_of_other_inputs_keep_their_bits(run, tmp_path):
    alone = run_ensemble(["plan"], draws=DRAWS, seed=3)
    assert values(alone, 0).tobytes() == values(run, 0).tobytes()
    still = with_widths(tmp_path, "factors", dict.fromkeys(FACTOR_INPUTS, 0.0))
    quiet = run_ensemble([still], draws=DRAWS, seed=3)
    np.testing.assert_allclose(values(quiet, 0), values(run, 0), rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("threads", [1, 2])
def test_draws_do_not_depend_on_threads_or_company_and_can_be_had_again(run, threads):
    alone = run_ensemble([drawn()], draws=DRAWS, seed=3, threads=threads)
    assert values(alone, 0).tobytes() == values(run, 1).tobytes()
    work = recorded_work(json.loads(json.dumps(alone.manifest)))
    again = replay(work, 0, DRAWS - 3, 3)
    assert again.scalars.tobytes() == np.ascontiguousarray(values(run, 1)[..., -3:]).tobytes()


def test_every_factor_moves_an_indicator(run):
    work = recorded_work(json.loads(json.dumps(run.manifest)))
    shared, apart = (effects_of(work, index)[:, -1] for index in (0, 1))
    rows = {name: SCALARS.index(name) for name in ("manufacturing_share", "energy_total")}
    for place, item in enumerate(work.sampler.inputs):
        if item.name in FACTOR_INPUTS:
            assert not shared[:, place].any(), item.name
            assert all(abs(apart[row, place]) > 0.0 for row in rows.values()), item.name


def test_a_width_without_effect_is_refused(tmp_path):
    odd = with_widths(tmp_path, "none", {"coefficient_column_14": 0.2})
    with pytest.raises(InputError, match="only where coefficients differ between draws") as caught:
        run_ensemble([odd], draws=2)
    assert caught.value.key == "inputs.coefficient_column_14"
    assert (caught.value.file, caught.value.line) == (str(odd), 7)


def test_a_draw_without_finite_coefficients_stops_the_run_and_is_named(tmp_path):
    wide = with_widths(tmp_path, "factors", {"coefficient_column_14": 1e4})
    with pytest.raises(InputError, match=r"draw 0 gave nan for gdp in 2026"):
        run_ensemble([wide], draws=20)


# Widths ------------------------------------------------------------------------------------


def test_all_factors_have_an_input_that_walks_from_the_base_year():
    assert [item.driver for item in FACTOR_INPUTS.values()] == list(FACTORS)
    assert {item.structure for item in FACTOR_INPUTS.values()} == {"random_walk"}


def needs(name: str) -> Path:
    if not (TABLES / name).is_file():
        pytest.skip(f"the reference table {name} is not here")
    return TABLES / name


def national(year: int) -> np.ndarray:
    """Logit of the inputs per unit of output of 42 sectors."""
    with needs(f"china_{year}_42.csv").open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    columns = [name for name in rows[0] if name.strip("0123456789") == ""]
    total = {row["Code"]: np.array([float(row[name]) for name in columns]) for row in rows[-8:]}
    added = total["TVA"] / total["TI"]
    assert added.shape == (42,)
    return np.log((1.0 - added) / added)


def test_the_width_of_column_factors_is_that_of_the_national_tables():
    change = national(2020) - national(2017)
    yearly = np.sqrt((change**2).mean() / 3.0)
    widths = {i.scale for n, i in FACTOR_INPUTS.items() if n.startswith("coefficient_column")}
    assert widths == {round(float(yearly), 3)}


# 2007 sector (by position) to the code of 2017; both sides merge 16 and 17, 22 and 23, 29
OF_2007 = dict(zip(range(1, 16), range(1, 16), strict=True))
OF_2007 |= {16: 16, 17: 18, 18: 19, 19: 20, 20: 21, 21: 22, 22: 22, 23: 24, 24: 25, 25: 26}
OF_2007 |= {26: 27, 27: 29, 28: 29, 29: 31, 30: 28, 31: 30} | {k: k for k in range(32, 43)}
OF_2017 = {k: k for k in range(1, 43)} | {17: 16, 23: 22}


def provincial(year: int, merged: dict[int, int]) -> np.ndarray:
    frame = pd.read_excel(needs(f"Liaoning_{year}_IO_42sec_raw.xls"), header=None)
    places = np.argwhere(frame.map(lambda cell: str(cell).zfill(2) == "01").to_numpy())
    left = int(places[0][1])  # the first is the code of the first column, then that of the row
    first = next(int(row) for row, column in places if column < left)
    flows = frame.iloc[first : first + 42, left : left + 42].to_numpy(dtype=float)
    labels = sorted(set(merged.values()))
    member = np.array([[merged[k + 1] == label for k in range(42)] for label in labels], float)
    return np.asarray(member @ flows @ member.T)


@pytest.mark.filterwarnings("ignore:The xlrd engine")
def test_the_width_of_row_factors_is_that_of_the_provincial_tables():
    before, after = provincial(2007, OF_2007), provincial(2017, OF_2017)
    of = {code: name for name, codes in DEMAND_GROUPS.items() for code in codes}
    kept = [SECTORS[label - 1] for label in sorted(set(OF_2017.values()))]
    member = np.array([[of[code] == name for code in kept] for name in DEMAND_GROUPS], float)
    use = member @ after.sum(axis=1)
    factor = np.ones(len(DEMAND_GROUPS))
    for _ in range(500):
        flows = (factor @ member)[:, None] * before
        flows *= after.sum(axis=0) / flows.sum(axis=0)
        factor *= use / (member @ flows.sum(axis=1))
    moved = np.log(factor) - use @ np.log(factor) / use.sum()
    yearly = np.sqrt((moved**2).mean() / 10.0)
    widths = {i.scale for n, i in FACTOR_INPUTS.items() if n.startswith("coefficient_row")}
    assert widths == {round(float(yearly), 3)}
