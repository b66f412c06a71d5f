from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = sorted((ROOT / "scenarios").glob("*.py"))
DRAWS = "128"


def run_script(script: Path, folder: Path) -> str:
    """Run a script as a user does, from a folder that is not the project's."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    done = subprocess.run(
        [sys.executable, str(script), DRAWS],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(paths), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_scripts():
    assert len(SCRIPTS) >= 3


@pytest.mark.slow
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_runs_from_any_folder_and_prints_its_table(script, tmp_path):
    printed = run_script(script, tmp_path)
    assert f"{DRAWS} " in printed.splitlines()[0]
    assert len(printed.splitlines()) > 4
    assert not any(word in printed for word in ("NaN", "nan", "inf", "..."))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_is_short_and_says_in_a_sentence_what_it_is_for(script):
    lines = script.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 40
    assert lines[0].startswith('"""')
    assert lines[0].endswith(".")
