"""Tables printed in the classification of 2012, brought to that of 2017 by sector name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd

from models.inputoutput.frames import TableFrames
from models.labels import SECTOR_NAMES, SECTORS
from sim.errors import InputError

# names of 2012 without a namesake in 2017 -> sectors of 2017 (NBS, tables of 2012 and 2017)
OF_2012: Final = {
    "其他制造产品": ("22",),
    "废品废料": ("22",),
    "科学研究和技术服务": ("35", "36"),
}


def to_2017(frames: TableFrames, weights: np.ndarray, path: Path) -> tuple[TableFrames, bool]:
    """Return a table in the classification of 2017, and whether it had to be changed.

    A sector that 2017 splits is split in rows and columns by `weights`, so that inputs per
    unit of output stay and every balance holds.

    Parameters
    ----------
    frames : TableFrames
        With the printed names of its sectors; without names the codes are those of 2017.
    weights : ndarray (42,)
        Size of the sectors of 2017 (national value added).
    path : Path
        For messages.

    Raises
    ------
    InputError
        Where a printed name belongs to neither classification.
    """
    targets: dict[str, tuple[str, ...]] = {
        _plain(name[1]): (code,) for code, name in SECTOR_NAMES.items() if code in SECTORS
    }
    targets |= {_plain(name): codes for name, codes in OF_2012.items()}
    names = {code: _plain(frames.names.get(code, "")) for code in SECTORS}
    if not any(names.values()) or all(targets.get(names[c]) == (c,) for c in SECTORS):
        return frames, False
    unknown = [f"{code} {frames.names.get(code)}" for code in SECTORS if names[code] not in targets]
    if unknown:
        raise InputError(
            "the sectors are not those of the 42-sector classification of 2012 or 2017",
            file=path,
            found=", ".join(unknown[:5]),
        )
    return _moved(frames, {code: targets[names[code]] for code in SECTORS}, weights), True


def _moved(
    frames: TableFrames, targets: Mapping[str, tuple[str, ...]], weights: np.ndarray
) -> TableFrames:
    size = dict(zip(SECTORS, weights.tolist(), strict=True))
    matrix = pd.DataFrame(0.0, index=list(SECTORS), columns=list(SECTORS))
    for code, found in targets.items():
        for target in found:
            matrix.loc[target, code] = size[target] / sum(size[other] for other in found)
    codes = list(SECTORS)
    return replace(
        frames,
        flows=matrix @ frames.flows.loc[codes, codes] @ matrix.T,
        final_use=matrix @ frames.final_use.loc[codes],
        imports=matrix @ frames.imports.loc[codes],
        output=matrix @ frames.output.loc[codes],
        primary_inputs=frames.primary_inputs[codes] @ matrix.T,
    )


def _plain(name: str) -> str:
    return "".join(str(name).split())
