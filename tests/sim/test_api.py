"""`sim.run`, `sim.Run`, `sim.read_run`: what a notebook sees."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sim
from sim.errors import InputError

ROOT = Path(sim.__path__[0]).parent
FILES = [
    "differences.csv",
    "ensemble.nc",
    "joint.csv",
    "manifest.json",
    "paths.nc",
    "targets.csv",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return Path(tmp_path_factory.mktemp("api") / "run")


@pytest.fixture(scope="module")
def run(folder) -> sim.Run:
    return sim.run(["baseline", "plan"], draws=200, seed=5, out=folder)


def test_importing_sim_is_light():
    heavy = ("numba", "xarray", "pandas", "numpy", "scipy", "matplotlib", "pydantic")
    code = f"import sys, sim; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"


def test_running_imports_neither_pictures_nor_calibration():
    code = (
        "import sys, sim; sim.run('baseline', draws=4); "
        "print([n for n in ('matplotlib', 'statsmodels', 'xlrd', 'jinja2') if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_run_has_datasets_targets_and_draws(run):
    assert isinstance(run.paths, xr.Dataset)
    assert isinstance(run.ensemble, xr.Dataset)
    assert run.draws.sizes["draw"] == 200
    assert set(run.targets()["scenario"]) == {"baseline", "plan"}
    assert [item.name for item in run.scenarios] == ["baseline", "plan"]


def test_the_run_folder_holds_the_tables_that_need_the_draws(run, folder):
    assert sorted(path.name for path in folder.iterdir()) == FILES
    assert sorted([*sim.read_run(folder).manifest["files"], "manifest.json"]) == FILES
    differences = pd.read_csv(folder / "differences.csv")
    row = differences.query("variable == 'gdp' and year == 2030").iloc[0]
    drawn = run.draws["gdp"].sel(year=2030)
    expected = (drawn.sel(scenario=row["a"]) - drawn.sel(scenario=row["b"])).mean()
    assert row["mean"] == pytest.approx(float(expected), rel=1e-9)


def test_a_run_read_back_has_the_same_targets(run, folder):
    back = sim.read_run(str(folder))
    columns = ["scenario", "indicator", "central", "p05", "p50", "p95", "probability"]
    ours = run.targets()[columns].reset_index(drop=True)
    theirs = back.targets()[columns]
    for name in columns:
        if theirs[name].dtype.kind == "f":
            np.testing.assert_array_equal(theirs[name], ours[name].astype(float))
        else:
            assert theirs[name].tolist() == ours[name].tolist()


def test_a_comparison_is_paired(run):
    table = run.compare("plan", "baseline").set_index("variable")
    drawn = run.draws["co2_total"].sel(year=2030)
    difference = drawn.sel(scenario="plan") - drawn.sel(scenario="baseline")
    assert table.loc["co2_total", "mean"] == pytest.approx(float(difference.mean()))
    spread = float(drawn.sel(scenario="plan").std())
    assert table.loc["co2_total", "p95"] - table.loc["co2_total", "p05"] < 4.0 * spread


def test_one_name_a_path_a_scenario_and_a_list_are_all_accepted(run):
    path = sim.bundled_scenarios()["plan"]
    for given in ("plan", path, sim.scenario("plan"), ["plan"], (path,)):
        made = sim.run(given, draws=16, seed=5)
        np.testing.assert_array_equal(
            made.draws["gdp"].values[0], run.draws["gdp"].sel(scenario="plan").values[:, :16]
        )


@pytest.mark.parametrize("given", [None, 1, [1], [None], [["plan"]], [b"plan"]], ids=repr)
def test_what_is_no_scenario_is_refused(given):
    for ask in (lambda: sim.run(given, draws=4), lambda: sim.trace(given, 0)):
        with pytest.raises(InputError, match=r"no such scenario or file; found .*; allowed: base"):
            ask()


def test_a_draw_of_points_is_that_of_the_draws_that_nobody_asked_for():
    options = {"sampler": "sobol", "replicates": np.int64(2)}
    found = sim.trace("plan", 8191, **options)["plan"].results
    asked = sim.trace("plan", 8191, draws=8192, **options)["plan"].results
    pd.testing.assert_frame_equal(found, asked)
    with pytest.raises(InputError, match="replicates: not a whole number in range; found '2'"):
        sim.trace("plan", 3, sampler="sobol", replicates="2")


def test_overrides_are_set_on_every_scenario(run):
    made = sim.run(
        ["baseline", "plan"], draws=16, seed=5, overrides={"energy.wind.build_gw": {2027: 9.0}}
    )
    more = made.paths["electricity_capacity"] - run.paths["electricity_capacity"]
    assert bool((more.sel(technology="wind_onshore", year=2030) > 1.0).all())


def test_bad_input_leaves_a_finished_run_alone_and_makes_no_folder(run, folder, tmp_path):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    for bad in ({"scenarios": "pln"}, {"scenarios": "plan", "draws": 0}):
        for out in (folder, tmp_path / "new" / "run"):
            with pytest.raises(InputError):
                sim.run(**bad, out=out)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_hold_the_run_is_told_before_the_work(tmp_path):
    (tmp_path / "taken").write_text("mine")

    def worked(done: int, total: int) -> None:
        raise AssertionError("simulated before the folder was checked")

    with pytest.raises(InputError, match="cannot be written"):
        sim.run("plan", draws=16, out=tmp_path / "taken", progress=worked)
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_is_told_before_the_work(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="Permission denied"):
            sim.run("plan", draws=16, out=tmp_path / "run")
    finally:
        tmp_path.chmod(0o700)


def test_a_run_without_draws_cannot_be_written_anew(folder, tmp_path):
    with pytest.raises(InputError, match="not kept"):
        sim.read_run(folder).write(tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_unknown_names_are_told_with_the_nearest():
    with pytest.raises(AttributeError, match="no attribute 'runn'"):
        _ = sim.runn
    assert set(dir(sim)) >= {"run", "read_run", "scenario", "Run", "InputError"}


def test_the_scenario_function_survives_the_import_of_its_package():
    import sim.scenario as package

    late = sim.scenario("plan").set({"units.xudabao_4.year": 2030}, name="late")
    assert late.name == "late"
    assert package.scenario("plan").name == "plan"
    both = sim.run(["plan", late], draws=128)
    assert list(both.paths["scenario"].values) == ["plan", "late"]
    lost = both.compare("late", "plan").query("variable == 'non_fossil_share' and year == 2030")
    assert lost["mean"].item() < 0.0
