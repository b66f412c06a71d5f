"""Reading input-output tables: from a file to frames, from frames to `IOTable`.

Reading diagnoses and does not repair: numbers enter as they are printed, and
`IOTable.preflight` says what is wrong with them. What a reader had to assume stands in the
history of the table.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from models.errors import InputError, nearest_name
from models.inputoutput.chinese_layout import read_china_42, read_china_42_split
from models.inputoutput.frames import COMPETITIVE, TableFrames
from models.inputoutput.labelled_layout import read_labelled
from models.inputoutput.pymrio_layout import read_pymrio

if TYPE_CHECKING:
    from models.inputoutput.table import IOTable

LAYOUTS: Final[Mapping[str, Callable[..., TableFrames]]] = {
    "china-42": read_china_42,
    "china-42-split": read_china_42_split,
    "labelled": read_labelled,
    "pymrio": read_pymrio,
}
# Final uses of the layouts that are served from local output alone.
EXTERNAL: Final = ("outflow", "exports", "outflow_and_exports", "statistical_discrepancy")


def read_frames(path: str | Path, *, layout: str, **options: Any) -> TableFrames:
    """Read a table as labelled frames, all its parts as they stand in the file.

    Parameters
    ----------
    path : str or Path
        File, or folder for "pymrio".
    layout : {"china-42", "china-42-split", "labelled", "pymrio"}
    **options
        Those of the layout's reader: `read_china_42`, `read_china_42_split`,
        `read_labelled`, `read_pymrio`.

    Returns
    -------
    TableFrames

    Raises
    ------
    InputError
        On an unknown layout or option, and where the file does not fit its layout.
    """
    reader = LAYOUTS.get(layout)
    if reader is None:
        raise InputError(
            "unknown layout",
            key="layout",
            found=repr(layout),
            allowed=", ".join(LAYOUTS),
            nearest=nearest_name(layout, LAYOUTS),
        )
    allowed = [
        name for name in inspect.signature(reader).parameters if name not in ("path", "folder")
    ]
    for name in options:
        if name not in allowed:
            raise InputError(
                f"the layout {layout} has no such option",
                key=name,
                allowed=", ".join(allowed),
                nearest=nearest_name(name, allowed),
            )
    return reader(Path(path), **options)


def read_table(
    path: str | Path, *, layout: str, money_unit: str | None = None, **options: Any
) -> IOTable:
    """Read a table as `IOTable`.

    Parameters
    ----------
    path, layout, **options
        As in `read_frames`.
    money_unit : str, optional
        Unit of CNY (元, 万元, 百万元, 亿元) to convert to; as printed where none is given.

    Returns
    -------
    IOTable

    Raises
    ------
    InputError
        As `read_frames`, and where the unit cannot be converted.
    """
    frames = read_frames(path, layout=layout, **options)
    return as_table(frames if money_unit is None else frames.in_unit(money_unit))


def as_table(frames: TableFrames) -> IOTable:
    """Return the `IOTable` of the frames of a file."""
    from models.inputoutput.labelled import Satellite
    from models.inputoutput.roles import Roles
    from models.inputoutput.table import IOTable

    direct = frames.satellite_final_use
    accounts = {
        str(name): Satellite(
            frames.satellites.loc[name],
            frames.satellite_units[str(name)],
            None if direct is None or not direct.shape[1] else direct.loc[name],
        )
        for name in frames.satellites.index
    }
    uses = {str(name) for name in frames.final_use.columns.get_level_values(-1)}
    external = tuple(name for name in EXTERNAL if name in uses)
    competitive = frames.treatment == COMPETITIVE
    has_imports = competitive and frames.imports.shape[1] > 0
    return IOTable.from_frames(
        frames.flows,
        frames.final_use,
        frames.primary_inputs,
        unit=frames.unit,
        year=frames.year,
        satellites=accounts,
        output=frames.output,
        imports="competitive" if competitive else "domestic",
        imports_by_row=frames.imports if has_imports else None,
        roles=Roles(external=external) if external else None,
        name=frames.source,
        source=frames.source,
        price_basis=frames.price_basis,
        history=frames.history,
        printed=frames.printed,
    )


def as_frames(table: IOTable) -> TableFrames:
    """Return the frames of an `IOTable`, as the writers need them."""
    import numpy as np
    import pandas as pd

    data = table.data
    sectors, uses = table.sectors, table.uses
    accounts = [str(name) for name in data["satellite"].to_numpy()]
    imports = pd.DataFrame(
        data["imports"].to_numpy().T,
        index=sectors,
        columns=[str(name) for name in data["origin"].to_numpy()],
    )
    return TableFrames(
        flows=pd.DataFrame(data["flows"].to_numpy(), sectors, sectors),
        final_use=pd.DataFrame(data["final_demand"].to_numpy(), sectors, uses),
        primary_inputs=pd.DataFrame(
            data["primary_inputs"].to_numpy(),
            [str(name) for name in data["primary_input"].to_numpy()],
            sectors,
        ),
        output=pd.Series(data["output"].to_numpy(), sectors, name="output"),
        imports=imports,
        satellites=pd.DataFrame(data["satellites"].to_numpy(), accounts, sectors),
        satellite_units=dict(
            zip(accounts, map(str, np.asarray(data["satellite_unit"])), strict=True)
        ),
        satellite_final_use=pd.DataFrame(data["satellites_final_use"].to_numpy(), accounts, uses),
        unit=table.unit,
        year=table.year,
        treatment=table.imports,
        price_basis=table.price_basis,
        source=table.source or table.name,
        history=table.history,
        printed=table.printed,
    )
