"""The whole command, as a user waits for it: a new process each time."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

COMMAND = [sys.executable, "-c", "import sys; from sim.cli import main; sys.exit(main())"]


def _provsim(*arguments: str, folder: str, environment: Mapping[str, str]) -> None:
    subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.DEVNULL,
    )


class _InEmptyFolder:
    """Run from an empty folder, with the user's cache of compiled code."""

    timeout = 900.0
    environment: Mapping[str, str] = {}

    def setup(self, *_: object) -> None:
        """Make the folder."""
        # asv calls setup and the benchmark on the same object, teardown at the end
        self.scratch = tempfile.TemporaryDirectory()
        self.folder = self.scratch.name

    def teardown(self, *_: object) -> None:
        """Remove it."""
        self.scratch.cleanup()

    def _run(self, draws: int) -> None:
        _provsim(
            *("run", "plan", "--draws", str(draws), "--seed", "1"),
            *("--no-figures", "--out", "out", "-q"),
            folder=self.folder,
            environment=self.environment,
        )


class Cold(_InEmptyFolder):
    """The first run after an installation: everything is compiled."""

    number = 1
    repeat = 1
    warmup_time = 0.0

    def setup(self, *_: object) -> None:
        """Start from an empty cache."""
        super().setup()
        caches = ("NUMBA_CACHE_DIR", "XDG_CACHE_HOME")
        self.environment = dict.fromkeys(caches, str(Path(self.folder) / "cache"))

    def time_run_plan(self) -> None:
        self._run(1_000)


class Warm(_InEmptyFolder):
    """Every later run: compiled code comes from the cache."""

    params = (1_000, 10_000, 100_000)
    param_names = ("draws",)
    number = 1
    repeat = (1, 3, 60.0)
    warmup_time = 0.0

    def setup(self, draws: int) -> None:
        """Fill the cache."""
        super().setup()
        self._run(2)

    def time_run_plan(self, draws: int) -> None:
        self._run(draws)


class Help(_InEmptyFolder):
    """`provsim --help`: what the command costs before it does anything."""

    def time_help(self) -> None:
        _provsim("--help", folder=self.folder, environment=self.environment)
