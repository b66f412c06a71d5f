"""Errors that a user can act on."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class InputError(Exception):
    """Bad input, told in one sentence.

    Parameters
    ----------
    message : str
        What is wrong, without full stop.
    file, line, key : optional
        Where: file (or folder), 1-based line, dotted key.
    found, allowed, nearest : optional
        What stands there, what may stand there, and the nearest valid name.
    """

    def __init__(
        self,
        message: str,
        *,
        file: str | Path | None = None,
        line: int | None = None,
        key: str | None = None,
        found: object = None,
        allowed: object = None,
        nearest: str | None = None,
    ) -> None:
        self.message = message
        self.file = None if file is None else str(file)
        self.line = line
        self.key = key
        self.found = found
        self.allowed = allowed
        self.nearest = nearest
        super().__init__(str(self))

    def __str__(self) -> str:
        place = ""
        if self.file is not None:
            place = self.file + (f":{self.line}" if self.line is not None else "") + ": "
        text = place + (f"{self.key}: " if self.key is not None else "") + self.message
        if self.found is not None:
            text += f"; found {self.found}"
        if self.allowed is not None:
            text += f"; allowed: {self.allowed}"
        if self.nearest is not None:
            text += f"; did you mean {self.nearest!r}?"
        return text


def nearest_name(name: str, candidates: Iterable[str]) -> str | None:
    """Return the candidate most like `name`, or None where nothing is close."""
    close = get_close_matches(name, list(candidates), n=1, cutoff=0.5)
    return close[0] if close else None
