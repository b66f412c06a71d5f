"""Tables made from a table: local products, aggregation, changed coefficients."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import pandas as pd
import xarray as xr

from models.errors import InputError
from models.inputoutput.building import table_labels
from models.inputoutput.labelled import Floats, aligned, located
from models.inputoutput.roles import Roles
from models.inputoutput.solving import UpdatedSystem, column_changes

if TYPE_CHECKING:
    from models.inputoutput.table import IOTable

Concordance: TypeAlias = Mapping[Hashable, Hashable] | pd.Series | pd.DataFrame
IMPORTED = "imported_inputs"


def local_table(table: IOTable) -> IOTable:
    """The table of local products: A_local = diag(r) A, imports become a primary input.

    Domestic final uses are met by local output in the share r of their row, external ones
    entirely. Output is unchanged, so the rows balance where r follows from the imports.
    """
    r = table.local_supply
    flows = table.data["flows"].to_numpy()
    uses = table.data["final_demand"].to_numpy()
    local_flows = r[:, None] * flows
    served = np.where(table.external[None, :], uses, r[:, None] * uses)
    name = IMPORTED if IMPORTED not in table.input_names else f"{IMPORTED}_of_local_table"
    inputs = np.vstack([table.data["primary_inputs"].to_numpy(), (flows - local_flows).sum(axis=0)])
    data = table.data.drop_vars(["local_supply_share"], errors="ignore")
    data = data.drop_dims(["origin", "primary_input"]).assign(
        flows=(("sector_input", "sector"), _fixed(local_flows)),
        final_demand=(("sector", "final_use"), _fixed(served)),
        primary_inputs=(("primary_input", "sector"), _fixed(inputs)),
        imports=(("origin", "sector"), np.zeros((0, r.size))),
    )
    data = data.assign_coords(
        primary_input=np.array([*table.input_names, name], dtype=object),
        origin=np.array([], dtype=object),
    )
    data.attrs = {**table.data.attrs, "imports": "domestic"}
    imported = (*(table.roles.imported_inputs or ()), name)
    roles = Roles(table.roles.compensation, table.roles.households, table.roles.external, imported)
    note = "local products only: rows of flows and domestic final uses times local supply share"
    return type(table)(data, table.sectors, table.uses, roles, (*table.history, note))


def aggregated(table: IOTable, concordance: Concordance) -> IOTable:
    """The table with sectors added together.

    Parameters
    ----------
    concordance : mapping, Series or DataFrame
        Old label to new label for every sector once; or a frame (old, new) of zeros and
        ones with a single one in each row. In a multi-region table labels without region
        apply within each region.

    Raises
    ------
    InputError
        When a sector is left out, unknown, or assigned twice.
    """
    targets = _targets(table.sectors, concordance)
    new, member = _new_index(targets)
    S = np.zeros((len(new), len(targets)))
    S[member, np.arange(len(targets))] = 1.0
    data = table.data
    rows = {
        "primary_inputs": "primary_input",
        "imports": "origin",
        "satellites": "satellite",
    }
    arrays: dict[str, tuple[tuple[str, ...], Floats]] = {
        name: ((dimension, "sector"), _fixed(data[name].to_numpy() @ S.T))
        for name, dimension in rows.items()
    }
    if "local_supply_share" in data and data.sizes["origin"] == 0:
        arrays["imports"] = _imports_from_share(table, S)
    arrays["flows"] = (("sector_input", "sector"), _fixed(S @ data["flows"].to_numpy() @ S.T))
    arrays["final_demand"] = (("sector", "final_use"), _fixed(S @ data["final_demand"].to_numpy()))
    arrays["output"] = (("sector",), _fixed(S @ data["output"].to_numpy()))
    arrays["satellites_final_use"] = (
        ("satellite", "final_use"),
        data["satellites_final_use"].to_numpy(),
    )
    origins = list(data["origin"].to_numpy())
    if len(origins) != arrays["imports"][1].shape[0]:
        origins = ["imports"]
    names = list(data["satellite"].to_numpy())
    labels = table_labels(new, table.uses, table.input_names, origins, names)
    units = {"satellite_unit": (("satellite",), data["satellite_unit"].to_numpy())}
    result = xr.Dataset({**arrays, **units}, coords=labels, attrs=data.attrs)
    note = f"aggregated from {len(targets)} to {len(new)} sectors"
    return type(table)(result, new, table.uses, table.roles, (*table.history, note))


def _imports_from_share(table: IOTable, S: Floats) -> tuple[tuple[str, ...], Floats]:
    """Imports that r implies, added up: the aggregate's r follows from them."""
    bought = table.data["flows"].to_numpy().sum(axis=1) + table.domestic_final_use
    imports = (1.0 - table.local_supply) * bought
    return ("origin", "sector"), _fixed((S @ imports)[None, :])


def _targets(sectors: pd.Index, concordance: Concordance) -> list[Hashable]:
    """The new label of every sector, in the order of the table."""
    if isinstance(concordance, pd.DataFrame):
        concordance = _from_matrix(concordance)
    if not isinstance(concordance, Mapping | pd.Series):
        raise InputError(
            "a concordance is a mapping or Series from old to new label, or a labelled frame of "
            "zeros and ones",
            found=type(concordance).__name__,
        )
    mapping = dict(concordance.items())
    if any(pd.api.types.is_scalar(new) and pd.isna(new) for new in mapping.values()):
        raise InputError("the concordance leaves a new label empty")
    whole = sectors.nlevels == 1 or any(isinstance(key, tuple) for key in mapping)
    keys = list(sectors) if whole else list(sectors.get_level_values(-1))
    missing = [key for key in keys if key not in mapping]
    if missing:
        raise InputError(f"the concordance leaves out sector {missing[0]!r}")
    unknown = set(mapping) - set(keys)
    if unknown:
        raise InputError(
            f"the concordance names sector {min(unknown, key=str)!r}, not in the table"
        )
    new = [mapping[key] for key in keys]
    if sectors.nlevels == 2 and not any(isinstance(label, tuple) for label in new):
        return list(zip(sectors.get_level_values(0), new, strict=True))
    return new


def _from_matrix(concordance: pd.DataFrame) -> dict[Hashable, Hashable]:
    values = concordance.to_numpy(dtype=float)
    if not (np.isin(values, (0.0, 1.0)).all() and (values.sum(axis=1) == 1.0).all()):
        raise InputError(
            "a concordance matrix has old sectors in rows, new ones in columns, and a single "
            "one in each row (a sector cannot be split by aggregation)"
        )
    if not (concordance.index.is_unique and concordance.columns.is_unique):
        raise InputError("the concordance repeats a label")
    new = [concordance.columns[k] for k in values.argmax(axis=1)]
    return dict(zip(concordance.index, new, strict=True))


def _new_index(
    targets: list[Hashable],
) -> tuple[pd.Index, np.ndarray[tuple[int], np.dtype[np.intp]]]:
    """New labels in the order of first appearance, and the position of each old sector."""
    labels = list(dict.fromkeys(targets))
    where = {label: k for k, label in enumerate(labels)}
    several = all(isinstance(label, tuple) for label in labels)
    index = pd.MultiIndex.from_tuples(labels) if several else pd.Index(labels)
    return index, np.array([where[label] for label in targets], dtype=np.intp)


def updated(table: IOTable, changes: pd.DataFrame) -> IOTable:
    """The table with changed input coefficients, final use held, solved by a low-rank step.

    The counterpart of a change is the value added of the same column, all its primary
    inputs in proportion. Satellites keep their coefficients per unit of output.

    Parameters
    ----------
    changes : DataFrame (m, k)
        Change of a_ij, added; rows and columns are any sectors of the table.

    Raises
    ------
    InputError
        On unknown sectors, a coefficient below zero that was not, a change that value added
        cannot take, or a singular system.
    """
    rows = located(changes.index, table.sectors, "rows of the changes")
    columns = located(changes.columns, table.sectors, "columns of the changes")
    deltas = aligned(changes, changes.index, changes.columns, "changes")
    full = np.zeros((len(table.sectors), columns.size))
    full[rows] = deltas
    A = table.coefficients.copy()
    before = A[:, columns].copy()
    A[:, columns] += full
    if ((A[:, columns] < 0.0) & (before >= 0.0)).any():
        raise InputError("the changes make an input coefficient negative")
    system = UpdatedSystem(table.system, *column_changes(full, columns, len(table.sectors)))
    x = system.solve(table.net_final_use)
    data = table.data
    old = data["output"].to_numpy()
    scale = np.divide(x, old, out=np.ones_like(x), where=old != 0.0)
    inputs = data["primary_inputs"].to_numpy() * scale
    totals = inputs[:, columns].sum(axis=0)
    taken = full.sum(axis=0) * x[columns]
    if inputs.shape[0] and ((totals <= taken) & (taken != 0.0)).any():
        j = int(columns[np.flatnonzero((totals <= taken) & (taken != 0.0))[0]])
        raise InputError(f"primary inputs of sector {table.sectors[j]!r} cannot take the change")
    ratio = np.divide(totals - taken, totals, out=np.ones_like(totals), where=totals != 0.0)
    inputs[:, columns] *= ratio
    data = data.assign(
        flows=(("sector_input", "sector"), _fixed(A * x)),
        output=(("sector",), _fixed(x)),
        primary_inputs=(("primary_input", "sector"), _fixed(inputs)),
        satellites=(("satellite", "sector"), _fixed(data["satellites"].to_numpy() * scale)),
    )
    note = f"{int((deltas != 0.0).sum())} input coefficients changed, final use held"
    result = type(table)(data, table.sectors, table.uses, table.roles, (*table.history, note))
    A.flags.writeable = False
    result.__dict__.update(system=system, coefficients=A)  # no second factorisation
    return result


def _fixed(values: Floats) -> Floats:
    values.flags.writeable = False
    return values
