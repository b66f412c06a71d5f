"""The run folder: what is written is read back, and nothing half-written ever stands there."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sim.ensemble.folder as module
from sim.assess.targets import evaluate
from sim.ensemble.folder import read_run, write_atomic, write_run
from sim.ensemble.run import EnsembleRun, run_ensemble
from sim.ensemble.store import MANIFEST
from sim.errors import InputError

FILES = ["ensemble.nc", "extra.csv", "manifest.json", "paths.nc", "targets.csv"]
EXTRA = pd.DataFrame({"name": ["钢铁", 'a,"b"'], "value": [0.1, np.nan]})
WRITERS = ["paths.nc", "ensemble.nc", "targets.csv", "extra.csv", MANIFEST]


@pytest.fixture(scope="module")
def run() -> EnsembleRun:
    made = run_ensemble(["baseline", "plan"], draws=50)
    return replace(made, targets_table=evaluate(made))


@pytest.fixture(scope="module")
def written(run, tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("runs") / "deep" / "run"
    write_run(run, folder, {"extra.csv": EXTRA})
    return folder


@pytest.fixture
def copied(written, tmp_path) -> Path:
    return Path(shutil.copytree(written, tmp_path / "run"))


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def stop_at(monkeypatch) -> Callable[[str, type[BaseException]], None]:
    """Make the writer of one file write half of it and then fail."""

    def stop(name: str, error: type[BaseException]) -> None:
        def half(path: Path, write: Callable[[Path], object]) -> None:
            def failing(scratch: Path) -> None:
                write(scratch)
                content = scratch.read_bytes()
                scratch.write_bytes(content[: len(content) // 2])
                raise error("stopped")

            write_atomic(path, failing if path.name == name else write)

        monkeypatch.setattr(module, "write_atomic", half)

    return stop


# Round trip --------------------------------------------------------------------------------


def test_a_run_is_read_back_as_it_was(run, written):
    back = read_run(written)
    for part in ("paths", "ensemble"):
        ours, theirs = getattr(run, part), getattr(back, part)
        xr.testing.assert_identical(
            theirs.assign_coords(year=ours["year"]).drop_attrs(deep=False),
            ours.drop_attrs(deep=False),
        )
        assert theirs.attrs == ours.attrs
        for name in ours.data_vars:
            assert ours[name].values.tobytes() == theirs[name].values.tobytes(), name
    assert back.draws is None
    assert {"files": back.manifest["files"], **run.manifest} == back.manifest


def test_targets_survive_the_folder(run, written):
    back, table = read_run(written).targets_table, run.targets_table
    assert list(back.columns) == list(table.columns)
    for name in table.columns:
        # a file tells no empty text from a missing one
        ours, theirs = table[name].where(table[name] != "", None), back[name]
        assert (ours.isna() == theirs.isna()).all(), name
        both = ours.notna()
        if theirs.dtype.kind == "f":
            assert (ours[both].astype(float) == theirs[both]).all(), name
        else:
            assert (ours[both].astype(str) == theirs[both].astype(str)).all(), name


def test_recorded_scenarios_stand_for_the_resolved_ones(run, written):
    for ours, theirs in zip(run.scenarios, read_run(written).scenarios, strict=True):
        for name in ("name", "title", "title_zh", "description", "description_zh", "horizon"):
            assert getattr(theirs, name) == getattr(ours, name)
        assert dict(theirs.settings) == dict(ours.settings)
        table = ours.provenance()
        assert theirs.provenance()["lever"].tolist() == table["lever"].tolist()
        assert theirs.provenance()["origin"].tolist() == table["origin"].tolist()


def test_the_manifest_carries_the_hash_of_every_other_file(written):
    manifest = json.loads((written / MANIFEST).read_text(encoding="utf8"))
    assert names_in(written) == FILES
    assert sorted([*manifest["files"], MANIFEST]) == FILES
    for name, expected in manifest["files"].items():
        assert hashlib.sha256((written / name).read_bytes()).hexdigest() == expected


def test_the_same_run_gives_the_same_files(run, written, tmp_path):
    write_run(run, tmp_path / "again", {"extra.csv": EXTRA})
    assert contents(tmp_path / "again") == contents(written)


def test_a_folder_can_be_written_again(run, copied):
    shorter = run_ensemble(["plan"], draws=5)
    write_run(shorter, copied)
    assert read_run(copied).manifest["draws"] == 5
    assert read_run(copied).targets_table is None


def test_values_that_are_missing_stay_missing(tmp_path):
    one = run_ensemble(["baseline"], draws=1)
    write_run(one, tmp_path)
    assert bool(np.isnan(read_run(tmp_path).ensemble["gdp_std"]).all())


# Stopped, full, or in the way --------------------------------------------------------------


@pytest.mark.parametrize("name", WRITERS)
def test_a_killed_run_leaves_complete_files_or_none(run, written, tmp_path, stop_at, name):
    stop_at(name, KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        write_run(run, tmp_path / "run", {"extra.csv": EXTRA})
    whole = contents(written)
    assert names_in(tmp_path / "run") == sorted(WRITERS[: WRITERS.index(name)])
    for left, content in contents(tmp_path / "run").items():
        assert content == whole[left]
    with pytest.raises(InputError, match="no complete run"):
        read_run(tmp_path / "run")


@pytest.mark.parametrize("name", WRITERS)
def test_a_run_killed_over_an_older_one_does_not_pass_for_it(run, copied, stop_at, name):
    stop_at(name, KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        write_run(run, copied, {"extra.csv": EXTRA})
    assert names_in(copied) == [file for file in FILES if file != MANIFEST]
    with pytest.raises(InputError, match="no complete run"):
        read_run(copied)


def test_a_full_disk_is_one_sentence_and_leaves_no_scratch(run, tmp_path, monkeypatch):
    monkeypatch.setattr(xr.Dataset, "to_netcdf", full_disk)
    with pytest.raises(InputError, match=r"cannot be written \(No space left") as caught:
        write_run(run, tmp_path / "run")
    assert caught.value.file == str(tmp_path / "run")
    assert names_in(tmp_path / "run") == []


def test_a_disk_full_when_moving_leaves_no_scratch(run, tmp_path, monkeypatch):
    monkeypatch.setattr(os, "replace", full_disk)
    with pytest.raises(InputError, match="No space left"):
        write_run(run, tmp_path / "run")
    assert names_in(tmp_path / "run") == []


def test_a_file_in_the_place_of_the_folder_is_refused(run, tmp_path):
    (tmp_path / "taken").write_text("mine")
    for place in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(InputError, match="cannot be written"):
            write_run(run, place)
    assert (tmp_path / "taken").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write anywhere")
def test_a_read_only_folder_is_refused(run, tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(InputError, match="Permission denied"):
            write_run(run, tmp_path / "run")
    finally:
        tmp_path.chmod(0o700)


# Damaged folders ---------------------------------------------------------------------------


def refusal(folder: Path) -> str:
    with pytest.raises(InputError) as caught:
        read_run(folder)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["paths.nc", "ensemble.nc", "targets.csv", "extra.csv"])
def test_a_missing_file_is_named(copied, name):
    (copied / name).unlink()
    assert name in refusal(copied)


@pytest.mark.parametrize("name", ["paths.nc", "ensemble.nc", "targets.csv"])
def test_a_changed_file_is_named(copied, name):
    content = bytearray((copied / name).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / name).write_bytes(bytes(content))
    assert f"{name}: the file is not as the run left it" in refusal(copied)


@pytest.mark.parametrize(
    "text",
    ["", "{}", "[]", "null", "not json", '{"files": []}', '{"files": {}, "scenarios": [{}]}'],
    ids=repr,
)
def test_a_damaged_manifest_is_refused(copied, text):
    (copied / MANIFEST).write_text(text)
    assert str(copied) in refusal(copied)


def test_a_file_or_nothing_is_no_run(tmp_path):
    (tmp_path / "file").write_text("")
    for place in (tmp_path, tmp_path / "file", tmp_path / "nowhere"):
        assert "no complete run" in refusal(place)


def test_a_folder_that_cannot_be_read_is_refused(copied, monkeypatch):
    def denied(*_: object, **__: object) -> bytes:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(copied / "paths.nc"))

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert "paths.nc: the run cannot be read (Permission denied)" in refusal(copied)
