"""The data tables of the package as rows."""

from __future__ import annotations

import csv
import io
from importlib import resources
from importlib.resources.abc import Traversable


def table_place(package: str, name: str) -> Traversable:
    """Return where the table `name` of `package` stands."""
    return resources.files(package).joinpath("data").joinpath(name)


def read_rows(place: Traversable) -> list[dict[str, str]]:
    """Return the rows of a UTF-8 table with a header line."""
    return list(csv.DictReader(io.StringIO(place.read_text(encoding="utf-8"))))
