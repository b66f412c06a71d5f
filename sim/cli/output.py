"""Results on standard output, messages and progress on standard error."""

from __future__ import annotations

import csv
import json
import math
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from rich.progress import Progress
    from rich.table import Table

PIPE_WIDTH = 132
QUIET_SECONDS = 2.0


def _plain(value: Any) -> Any:
    """Return a value that JSON and CSV can hold; a missing one is None."""
    if hasattr(value, "item"):
        value = value.item()
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if str(value) == "<NA>":
        return None
    return value


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as plain mappings."""
    return [
        {str(key): _plain(value) for key, value in row.items()} for row in frame.to_dict("records")
    ]


def write_rows(rows: Sequence[Mapping[str, Any]], form: str) -> None:
    """Write rows as JSON or CSV."""
    if form == "json":
        json.dump(list(rows), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
        return
    if not rows:
        return
    writer = csv.DictWriter(sys.stdout, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)


def write_tables(tables: Iterable[Table]) -> None:
    """Write tables for people; a pipe gets a fixed width and no colour."""
    from rich.console import Console

    class Pager(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would end the process with code 1

    console = Pager() if sys.stdout.isatty() else Pager(width=PIPE_WIDTH, no_color=True)
    for table in tables:
        console.print(table)


def tell(message: str, quiet: bool) -> None:
    """Write a message to standard error unless the user wants silence."""
    if not quiet:
        print(message, file=sys.stderr)


class ProgressBar:
    """A bar with rate and time left, on a terminal, for work over two seconds.

    Parameters
    ----------
    label : str
        Before the bar.
    quiet : bool
        Never show it.
    """

    def __init__(self, label: str, quiet: bool) -> None:
        self.label = label
        self.wanted = not quiet and sys.stderr.isatty()
        self.started = time.monotonic()
        self.bar: Progress | None = None
        self.task: Any = None

    def __enter__(self) -> ProgressBar:
        """Start the clock."""
        self.started = time.monotonic()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the bar away."""
        if self.bar is not None:
            self.bar.stop()

    def __call__(self, done: int, total: int) -> None:
        """Report `done` of `total` draws."""
        if not self.wanted or time.monotonic() - self.started < QUIET_SECONDS:
            return
        if self.bar is None:
            self.bar, self.task = self._start(total)
        self.bar.update(self.task, completed=done, rate=self._rate(done))

    def _rate(self, done: int) -> str:
        return f"{done / max(time.monotonic() - self.started, 1e-9):,.0f}/s"

    def _start(self, total: int) -> tuple[Progress, Any]:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%  {task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        bar.start()
        return bar, bar.add_task(self.label, total=total, rate="")
