"""Where the scenarios that come with the package stand."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import sim


@cache
def bundled_scenarios() -> dict[str, Path]:
    """Return the bundled scenarios by name.

    In an installed package they stand in ``sim/scenario/bundled``, in a source tree in the
    folder ``scenarios`` beside the package ``sim``.

    Returns
    -------
    dict of str to Path
        File stem to file, in alphabetical order.
    """
    package = Path(__file__).parent / "bundled"
    folder = package if package.is_dir() else Path(sim.__path__[0]).parent / "scenarios"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}
