"""The cache of the sampling kernels follows every file that has a part in them."""

from __future__ import annotations

import re
from pathlib import Path

import sim
from sim.ensemble import compiled

MARKS = re.compile(r"^@(exact_kernel|exact_step|exact_formula|allocating_kernel)$", re.MULTILINE)


def test_the_key_of_the_cache_knows_every_file_with_a_kernel():
    root = Path(sim.__file__).parent
    with_kernels = {
        path.relative_to(root).with_suffix("").as_posix()
        for path in root.rglob("*.py")
        if MARKS.search(path.read_text(encoding="utf-8"))
    }
    assert with_kernels <= set(compiled._SOURCES)
    # what kernels share, the layout of what they take, and how wide a block is
    others = {"ensemble/compiled", "ensemble/plan", "ensemble/accumulate"}
    assert set(compiled._SOURCES) - with_kernels == others
