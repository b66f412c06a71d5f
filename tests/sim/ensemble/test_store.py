"""Every draw on disk: the draws of the run, complete or not at all."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

import sim
from models.state import SCALARS
from sim.assess.joint import joint
from sim.ensemble import store
from sim.ensemble.store import DRAWS, DrawStore
from sim.errors import InputError

N = 2500


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> tuple[sim.Run, Path]:
    pytest.importorskip("zarr")
    folder: Path = tmp_path_factory.mktemp("kept") / "run"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store, "CHUNK", 1024)
        run = sim.run(["baseline", "plan"], draws=N, out=folder, keep_draws=True, threads=2)
    return run, folder


def test_every_draw_of_every_scalar_is_on_disk(kept):
    run, folder = kept
    opened = xr.open_zarr(folder / DRAWS, chunks=None, consolidated=False)
    assert set(opened.data_vars) == set(SCALARS)
    assert opened.sizes == {"scenario": 2, "year": 6, "draw": N}
    for name in SCALARS:
        assert np.array_equal(opened[name].values, run.draws[name].values), name
        assert opened[name].attrs["units"] == run.draws[name].attrs["units"]


def test_a_run_read_back_has_its_draws(kept):
    run, folder = kept
    back = sim.read_run(folder)
    assert back.manifest["draws_kept"] is True
    assert back.draws["scenario"].values.tolist() == ["baseline", "plan"]
    chosen = [["gdp_growth_plan", "non_fossil_share_2030", "manufacturing_share_2030"]]
    assert joint(back, sets=chosen).equals(joint(run, sets=chosen))


def test_a_later_run_without_draws_takes_them_away(kept, tmp_path):
    sim.run("plan", draws=8, out=tmp_path, keep_draws=True)
    assert (tmp_path / DRAWS).is_dir()
    sim.run("plan", draws=8, out=tmp_path)
    assert not (tmp_path / DRAWS).exists()
    assert sim.read_run(tmp_path).draws is None


def test_a_run_written_elsewhere_has_no_draws_there_and_takes_no_others_for_its_own(kept, tmp_path):
    run, folder = kept
    sim.run("plan", draws=8, out=tmp_path, keep_draws=True)
    for written in (run, sim.read_run(folder)):
        written.write(tmp_path)
        assert not (tmp_path / DRAWS).exists()
        back = sim.read_run(tmp_path)
        assert back.manifest["draws_kept"] is False
        assert back.draws is None
    sim.read_run(folder).write(folder)
    assert sim.read_run(folder).draws["gdp"].equals(run.draws["gdp"])


def stop(done: int, total: int) -> None:
    raise KeyboardInterrupt


def test_an_earlier_run_stays_until_the_next_is_complete(kept, tmp_path):
    earlier = sim.run("plan", draws=8, out=tmp_path, keep_draws=True)
    files = sorted(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        sim.run("plan", draws=9, out=tmp_path, keep_draws=True, progress=stop)
    with pytest.raises(InputError, match="plan"):
        sim.run("plna", draws=9, out=tmp_path, keep_draws=True)
    with pytest.raises(InputError, match="draws"):
        sim.run("plan", draws=11, sampler="antithetic", out=tmp_path, keep_draws=True)
    assert sorted(tmp_path.iterdir()) == files
    assert sim.read_run(tmp_path).draws["gdp"].equals(earlier.draws["gdp"])
    sim.run("plan", draws=9, out=tmp_path, keep_draws=True)
    assert sim.read_run(tmp_path).draws.sizes["draw"] == 9


def test_a_stopped_run_leaves_no_folder_that_it_made(kept, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        sim.run("plan", draws=8, out=tmp_path / "new", keep_draws=True, progress=stop)
    assert not any(tmp_path.iterdir())


def test_without_a_folder_or_zarr_it_is_refused(monkeypatch, tmp_path):
    with pytest.raises(InputError, match="needs a folder"):
        sim.run("plan", draws=8, keep_draws=True)
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(InputError, match=r"provsim\[draws\]"):
        DrawStore(tmp_path)
