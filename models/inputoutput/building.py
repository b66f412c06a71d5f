"""From labelled frames to the dataset inside a table."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TypeAlias

import numpy as np
import pandas as pd
import xarray as xr

from models.errors import InputError
from models.inputoutput.labelled import (
    Floats,
    Satellite,
    aligned,
    aligned_vector,
    checked_index,
    joined,
)

Account: TypeAlias = Satellite | pd.Series | tuple[pd.Series, str]
Satellites: TypeAlias = Mapping[str, Account] | pd.DataFrame


def build_dataset(
    flows: pd.DataFrame,
    final_use: pd.DataFrame | pd.Series,
    primary_inputs: pd.DataFrame | pd.Series | None,
    satellites: Satellites | None,
    output: pd.Series | None,
    imports_by_row: pd.DataFrame | pd.Series | None,
    local_supply: pd.Series | None,
) -> tuple[xr.Dataset, pd.Index, pd.Index]:
    """Align every frame to the rows of `flows` and gather them.

    Parameters are those of `IOTable.from_frames`.

    Returns
    -------
    dataset : xarray.Dataset
    sectors, uses : pandas.Index

    Raises
    ------
    InputError
        On labels that do not match or values that are not finite numbers.
    """
    flows = _frame(flows, "flows")
    if isinstance(final_use, pd.Series):
        final_use = final_use.to_frame(final_use.name or "final_use")
    final_use = _frame(final_use, "final use")
    if isinstance(primary_inputs, pd.Series):
        primary_inputs = primary_inputs.to_frame(primary_inputs.name or "value_added").T
    sectors = checked_index(flows.index, "rows of flows")
    if len(sectors) == 0:
        raise InputError("flows have no sectors")
    uses = checked_index(final_use.columns, "columns of final use")
    if primary_inputs is None:
        primary_inputs = pd.DataFrame(np.zeros((0, len(sectors))), columns=sectors)
    primary_inputs = _frame(primary_inputs, "primary inputs")
    inputs = _named(checked_index(primary_inputs.index, "rows of primary inputs"))
    arrays: dict[str, tuple[tuple[str, ...], Floats]] = {
        "flows": (("sector_input", "sector"), aligned(flows, sectors, sectors, "flows")),
        "final_demand": (
            ("sector", "final_use"),
            aligned(final_use, sectors, uses, "final use"),
        ),
        "primary_inputs": (
            ("primary_input", "sector"),
            aligned(primary_inputs, primary_inputs.index, sectors, "primary inputs"),
        ),
    }
    origins, imports = _imports(imports_by_row, sectors)
    arrays["imports"] = (("origin", "sector"), imports)
    if local_supply is not None:
        share = aligned_vector(local_supply, sectors, "local-supply coefficients")
        arrays["local_supply_share"] = (("sector",), share)
    if output is None:
        rows = arrays["flows"][1].sum(axis=1) + arrays["final_demand"][1].sum(axis=1)
        arrays["output"] = (("sector",), rows - imports.sum(axis=0))
    else:
        arrays["output"] = (("sector",), aligned_vector(output, sectors, "output"))
    names, units, values, by_use = _accounts(satellites, sectors, uses)
    arrays["satellites"] = (("satellite", "sector"), values)
    arrays["satellites_final_use"] = (("satellite", "final_use"), by_use)
    for _, array in arrays.values():
        array.flags.writeable = False
    labels = table_labels(sectors, uses, inputs, origins, names)
    accounts = {"satellite_unit": (("satellite",), np.array(units, dtype=object))}
    return xr.Dataset({**arrays, **accounts}, coords=labels), sectors, uses


def _frame(values: object, what: str) -> pd.DataFrame:
    """Refuse what carries no labels: position never decides."""
    if not isinstance(values, pd.DataFrame):
        raise InputError(f"{what} must be a labelled pandas DataFrame", found=type(values).__name__)
    return values


def table_labels(
    sectors: pd.Index,
    uses: pd.Index,
    inputs: Sequence[str],
    origins: Sequence[str],
    satellites: Sequence[str],
) -> xr.Coordinates:
    """Coordinates of all dimensions of a table."""
    return joined(
        {
            "sector_input": sectors,
            "sector": sectors,
            "final_use": uses,
            "primary_input": pd.Index(inputs, dtype=object),
            "origin": pd.Index(origins, dtype=object),
            "satellite": pd.Index(satellites, dtype=object),
        }
    )


def check_treatment(imports: str, by_row: bool) -> None:
    """Refuse an unknown treatment of imports, and imports by row of a domestic table."""
    if imports not in ("competitive", "domestic"):
        raise InputError(
            "unknown treatment of imports", found=imports, allowed="competitive, domestic"
        )
    if imports == "domestic" and by_row:
        raise InputError(
            "imports by row and local-supply coefficients belong to a table whose flows "
            'include imports: say imports="competitive"'
        )


def _named(index: pd.Index) -> list[str]:
    """Names of rows; levels of a two-level name joined by a colon."""
    if index.nlevels == 1:
        return [str(name) for name in index]
    return [":".join(str(part) for part in name) for name in index]


def _imports(
    imports: pd.DataFrame | pd.Series | None, sectors: pd.Index
) -> tuple[list[str], Floats]:
    if imports is None:
        return [], np.zeros((0, len(sectors)))
    frame = imports.to_frame("imports") if isinstance(imports, pd.Series) else imports
    values = aligned(frame, sectors, frame.columns, "imports by row").T
    if (values < 0.0).any():
        k, i = (int(p) for p in np.argwhere(values < 0.0)[0])
        raise InputError(
            f"imports by row are stored positive; {frame.columns[k]!r} of {sectors[i]!r} is "
            "below zero",
            found=f"{values[k, i]:.6g}",
        )
    return [str(name) for name in frame.columns], np.ascontiguousarray(values)


def _accounts(
    satellites: Satellites | None, sectors: pd.Index, uses: pd.Index
) -> tuple[list[str], list[str], Floats, Floats]:
    if isinstance(satellites, pd.DataFrame):
        return _account_rows(satellites, sectors, uses)
    accounts = {str(name): _account(account) for name, account in (satellites or {}).items()}
    values = np.zeros((len(accounts), len(sectors)))
    by_use = np.zeros((len(accounts), len(uses)))
    units = []
    for row, (name, account) in enumerate(accounts.items()):
        values[row] = aligned_vector(account.values, sectors, f"satellite {name!r}")
        if account.final_use is not None:
            by_use[row] = aligned_vector(account.final_use, uses, f"final use of {name!r}")
        units.append(account.unit)
    return list(accounts), units, values, by_use


def _account_rows(
    satellites: pd.DataFrame, sectors: pd.Index, uses: pd.Index
) -> tuple[list[str], list[str], Floats, Floats]:
    """Accounts from a frame with one row each; units by name in `attrs["units"]`."""
    units = satellites.attrs.get("units", {})
    names = _named(checked_index(satellites.index, "rows of satellites"))
    values = aligned(satellites, satellites.index, sectors, "satellites")
    return names, [_unit(units, name) for name in names], values, np.zeros((len(names), len(uses)))


def _account(account: Account | Mapping[Hashable, float]) -> Satellite:
    if isinstance(account, Satellite):
        return account
    if isinstance(account, tuple):
        return Satellite(account[0], str(account[1]))
    if isinstance(account, pd.Series):
        return Satellite(account, _unit(account.attrs.get("units", ""), ""))
    return Satellite(account, "unspecified")


def _unit(units: object, name: str) -> str:
    if isinstance(units, Mapping):
        return str(units.get(name, "unspecified"))
    return str(units) if units else "unspecified"
