"""The base-year pack: read, refused where damaged, and rebuilt by the command that built it.

The rebuilt pack is compared with the bundled one to 1e-9 of each variable's largest value,
on any machine. Its content hash, over 12 digits, must be equal where the versions and the
processor are those of the bundled manifest: the last bits hang on both, and now and then
they turn the twelfth digit.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

import sim
from sim.baseyear import files as dataset_files
from sim.baseyear.calibrate import NEEDED, build_pack, calibrate, read_statistics
from sim.baseyear.energy_inputs import PANEL_FILE, read_reference
from sim.baseyear.files import check_folder, read_dataset
from sim.baseyear.pack import (
    BUNDLED,
    bundled_pack,
    content_hash,
    load_pack,
    made_with,
    read_manifest,
    read_observations,
    round_significant,
    write_pack,
)
from sim.cli import main
from sim.errors import InputError

ROOT = Path(sim.__path__[0]).parent
DATA = ROOT.parent / "shared" / "data"
needs_data = pytest.mark.skipif(
    not (DATA / NEEDED[0]).is_file(), reason="reference data are not beside the repository"
)


@pytest.fixture(scope="module")
def pack() -> xr.Dataset:
    return load_pack()


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    return Path(shutil.copytree(bundled_pack(), tmp_path / "pack"))


def refusal(folder: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        load_pack(folder)
    assert "\n" not in str(caught.value)
    return caught.value


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# Reading -----------------------------------------------------------------------------


def test_the_manifest_carries_the_hash_of_the_content(pack):
    manifest = read_manifest()
    assert manifest["content_sha256"] == content_hash(pack)
    assert manifest["province"] == BUNDLED
    assert manifest["base_draws"] == pack.sizes["base_draw"]
    assert manifest["observations"] == len(read_observations())
    assert manifest["processor"]
    assert set(manifest["versions"]) >= {"numpy", "scipy", "statsmodels"}
    assert len(manifest["sources"]) == read_observations()["source"].nunique()


def test_numbers_of_the_pack_have_twelve_digits(pack):
    for name, values in pack.data_vars.items():
        if values.dtype.kind == "f":
            np.testing.assert_array_equal(round_significant(values.values), values.values, name)


def test_every_variable_has_a_unit_and_an_origin(pack):
    lacking = [n for n, v in pack.data_vars.items() if not {"units", "origin"} <= v.attrs.keys()]
    assert lacking == []


def test_residuals_are_reconciled_less_observed_in_every_account():
    table = read_observations()
    expected = (table["reconciled"] - table["observed"]) / table["sigma"]
    np.testing.assert_allclose(table["z"], expected, atol=1e-6)
    assert table["id"].is_unique
    assert (table["sigma"] > 0.0).all()
    assert set(table["kind"]) == {"document", "series", "estimate", "judgement"}


@pytest.mark.parametrize("name", ["base.nc", "manifest.json"])
def test_a_missing_file_is_named(copied, name):
    (copied / name).unlink()
    error = refusal(copied)
    assert str(copied) in str(error)
    assert name in str(error)


def test_rounding_keeps_what_it_cannot_scale():
    odd = np.array([0.0, -0.0, np.nan, np.inf, 5e-324, 1e-290, 1e300, -2.0])
    np.testing.assert_array_equal(round_significant(odd), odd)
    assert round_significant(np.array(1.23456789012345)) == 1.23456789012


def test_a_missing_folder_is_named(tmp_path):
    assert str(tmp_path / "nowhere") in str(refusal(tmp_path / "nowhere"))


def test_missing_observations_are_named(copied):
    (copied / "observations.csv").unlink()
    with pytest.raises(InputError, match=r"observations\.csv"):
        read_observations(copied)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "not json", '{"content_sha256": "0"}', "\x00"], ids=repr
)
def test_a_damaged_manifest_is_refused(copied, text):
    (copied / "manifest.json").write_text(text)
    assert str(copied) in str(refusal(copied))


@pytest.mark.parametrize("kept", [0, 3, 40, 1000, 100_000, -1])
def test_a_truncated_pack_is_refused(copied, kept):
    whole = (copied / "base.nc").read_bytes()
    (copied / "base.nc").write_bytes(whole[:kept])
    assert "base.nc" in str(refusal(copied))


def test_a_changed_number_is_refused(copied):
    changed = read_dataset(copied / "base.nc")
    changed["technical_coefficients"][3, 4] *= 1.0 + 1e-9
    dataset_files.write_dataset(changed, copied / "base.nc")
    assert "does not match its manifest" in str(refusal(copied))


def test_any_flipped_byte_is_refused_or_harmless(copied):
    """Metadata and padding are not hashed; nothing else may pass, and nothing may crash."""
    whole = (copied / "base.nc").read_bytes()
    rng = np.random.default_rng(7)
    expected = read_manifest()["content_sha256"]
    for place in rng.integers(0, len(whole), 25):
        damaged = bytearray(whole)
        damaged[place] ^= 0x40
        (copied / "base.nc").write_bytes(bytes(damaged))
        try:
            passed = load_pack(copied)
        except InputError as error:
            assert "base.nc" in str(error)  # noqa: PT017 - either outcome is right
        else:
            assert content_hash(passed) == expected


def test_the_hash_sees_names_labels_and_values_but_not_their_order(pack):
    turned = pack[sorted(pack.data_vars, reverse=True)]
    assert content_hash(turned) == content_hash(pack)
    renamed = pack.rename({"gdp": "gross_product"}) if "gdp" in pack else None
    if renamed is not None:
        assert content_hash(renamed) != content_hash(pack)
    relabelled = pack.assign_coords(sector=[f"{code}x" for code in pack["sector"].values])
    assert content_hash(relabelled) != content_hash(pack)


def test_a_pack_survives_writing_and_reading(pack, tmp_path):
    write_pack(pack.copy(), read_observations(), tmp_path / "new", ["here"])
    back = load_pack(tmp_path / "new")
    assert content_hash(back) == content_hash(pack)
    for name in pack.variables:
        assert back[name].attrs == pack[name].attrs
        assert back[name].dims == pack[name].dims
    pd.testing.assert_frame_equal(read_observations(tmp_path / "new"), read_observations())
    assert names_in(tmp_path / "new") == ["base.nc", "manifest.json", "observations.csv"]


def test_a_full_disk_leaves_the_old_pack_and_no_scratch(copied, pack, monkeypatch):
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = {path.name: path.read_bytes() for path in copied.iterdir()}
    monkeypatch.setattr(xr.Dataset, "to_netcdf", full)
    with pytest.raises(OSError, match="No space"):
        write_pack(pack.copy(), read_observations(), copied, [])
    assert {path.name: path.read_bytes() for path in copied.iterdir()} == before


# Where files can be written ----------------------------------------------------------------


def test_a_folder_is_checked_without_a_trace(tmp_path):
    check_folder(tmp_path)
    check_folder(tmp_path / "deep" / "deeper")
    assert names_in(tmp_path) == []


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "taken").write_text("")
    for place in (tmp_path / "taken", tmp_path / "taken" / "below"):
        with pytest.raises(InputError, match="cannot be written"):
            check_folder(place)


# Calibration -------------------------------------------------------------------------------


def stand_in(folder: Path, without: str | None = None) -> Path:
    """A folder with empty files in place of the statistics."""
    for name in NEEDED:
        if name != without:
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text("")
    return folder


@pytest.mark.parametrize("missing", NEEDED)
def test_a_missing_file_of_statistics_is_one_sentence(tmp_path, capsys, missing):
    place = stand_in(tmp_path / "province", without=missing)
    assert main(["calibrate", str(place), "--out", str(tmp_path / "made" / "pack")]) == 2
    told = capsys.readouterr().err
    assert missing in told
    assert told.count("\n") == 1
    assert names_in(tmp_path) == ["province"]


def test_an_empty_folder_is_told_what_a_province_needs(tmp_path):
    with pytest.raises(InputError, match=r"lacks province\.csv and series\.csv"):
        read_statistics(tmp_path)


def test_empty_files_are_refused(tmp_path, capsys):
    place = stand_in(tmp_path / "province")
    assert main(["calibrate", str(place), "--out", str(tmp_path / "pack")]) == 2
    assert NEEDED[0] in capsys.readouterr().err
    assert names_in(tmp_path) == ["province"]


def test_a_panel_without_a_column_is_refused(tmp_path):
    (tmp_path / "panel.csv").write_text("year,cement_wan_t\n2020,1\n")
    with pytest.raises(InputError, match=r"panel\.csv: crude_steel_wan_t: the table lacks"):
        read_reference(tmp_path / "panel.csv", "year", ("cement_wan_t", "crude_steel_wan_t"))


@needs_data
@pytest.mark.parametrize("damaged", [n for n in NEEDED if n != PANEL_FILE.as_posix()])
def test_files_of_the_wrong_content_are_refused(tmp_path, damaged):
    for name in NEEDED:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(DATA / name, tmp_path / name)
    (tmp_path / damaged).write_text("a,b\n1,2\n")
    with pytest.raises(InputError) as caught:
        build_pack(read_statistics(tmp_path))
    assert Path(damaged).name in str(caught.value)


def test_a_place_that_cannot_hold_a_pack_is_told_before_the_work(tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        calibrate(stand_in(tmp_path / "province"), tmp_path / "taken")


@needs_data
@pytest.mark.slow
def test_the_bundled_pack_is_what_the_command_builds(tmp_path, pack):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "sim.cli", "calibrate", str(DATA)),
            *("--out", str(tmp_path / "pack"), "--format", "json", "-q"),
        ],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    rebuilt, manifest = load_pack(tmp_path / "pack"), read_manifest()
    assert json.loads(done.stdout)[0]["content_sha256"] == content_hash(rebuilt)
    for name in pack.variables:
        if pack[name].dtype.kind != "f":
            assert list(rebuilt[name].values.ravel()) == list(pack[name].values.ravel()), name
            continue
        size = np.nanmax(np.abs(pack[name].values), initial=0.0)
        np.testing.assert_allclose(
            rebuilt[name].values, pack[name].values, rtol=1e-9, atol=1e-9 * size, err_msg=str(name)
        )
    assert list(rebuilt.variables) == list(pack.variables)
    if all(manifest[key] == value for key, value in made_with().items()):
        assert content_hash(rebuilt) == manifest["content_sha256"]
        assert (tmp_path / "pack/observations.csv").read_text() == (
            bundled_pack() / "observations.csv"
        ).read_text()
