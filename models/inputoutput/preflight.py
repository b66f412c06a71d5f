"""Checks of a table before it is used: diagnosis only, nothing is repaired."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from models.errors import InputError, nearest_name
from models.inputoutput.accounts import Accounts
from models.inputoutput.labelled import Floats
from models.inputoutput.solving import LeontiefSystem, is_productive, per_unit, spectral_radius

Status = Literal["pass", "warn", "fail"]
ORDER: Final[tuple[Status, ...]] = ("pass", "warn", "fail")
EXACT: Final = 1e-6  # residual relative to the row's gross flow that rounding explains
LOOSE: Final = 1e-2  # residual that a published statistical difference explains
LARGEST_EIGENPROBLEM: Final = 1500  # sectors up to which the radius itself is computed
DISCREPANCY: Final = "statistical_discrepancy"  # the error column, outside printed final use
SUBTOTALS: Final = ("total", "subtotal", "sum", "合计", "小计", "总计", "总投入", "总产出")


@dataclass(frozen=True)
class Check:
    """One check: its name, status, the number behind it, and one sentence."""

    name: str
    status: Status
    value: float
    detail: str


@dataclass(frozen=True)
class Preflight:
    """All checks of a table.

    Attributes
    ----------
    checks : tuple of Check
    input_hash : str
        SHA-256 of labels and of all numbers at 12 significant digits.
    about : dict
        Table, units, year, price basis and treatment of imports.
    """

    checks: tuple[Check, ...]
    input_hash: str
    about: dict[str, object]

    @property
    def status(self) -> Status:
        """The worst status of all checks."""
        return max((check.status for check in self.checks), key=ORDER.index)

    def __getitem__(self, name: str) -> Check:
        for check in self.checks:
            if check.name == name:
                return check
        raise InputError(
            "no such check", found=name, allowed=", ".join(check.name for check in self.checks)
        )

    def to_frame(self) -> pd.DataFrame:
        """One row per check: name, status, value, detail."""
        frame = pd.DataFrame([vars(check) for check in self.checks])
        frame.attrs = {**self.about, "input_hash": self.input_hash, "status": self.status}
        return frame

    def __str__(self) -> str:
        lines = [f"{check.status:4}  {check.name}: {check.detail}" for check in self.checks]
        return "\n".join([*lines, f"input hash {self.input_hash}", f"overall: {self.status}"])


def preflight(table: Accounts) -> Preflight:
    """Check a table.

    Returns
    -------
    Preflight
        Checks named orientation, unit_scale, subtotals, error_column, printed_totals,
        row_residuals, column_residuals, negative_cells, zero_output, value_added,
        local_supply, spectral_radius, units.
    """
    checks = list(_checks(table))
    about = table.attributes(str(table.data.attrs["units"]))
    return Preflight(tuple(checks), input_hash(table.data), about)


def input_hash(data: xr.Dataset) -> str:
    """SHA-256 over variables in the order of their names, values at 12 significant digits."""
    digest = hashlib.sha256()
    for name in sorted(str(variable) for variable in data.variables):
        array = data[name].to_numpy()
        digest.update(name.encode())
        digest.update(repr(array.shape).encode())
        if array.dtype.kind == "f":
            digits, exponents = _twelve_digits(array)
            digest.update(digits.tobytes())
            digest.update(exponents.tobytes())
        else:
            digest.update("\n".join(str(value) for value in array.ravel()).encode())
    for key in ("units", "year", "price_basis", "imports"):
        digest.update(f"{key}={data.attrs.get(key)}".encode())
    return digest.hexdigest()


def _twelve_digits(values: Floats) -> tuple[NDArray[np.int64], NDArray[np.int16]]:
    """Digits (12, as integers) and decimal exponents, so that rounding noise is not hashed."""
    magnitude = np.where(values == 0.0, 1.0, np.abs(values))
    exponents = np.clip(np.floor(np.log10(magnitude)), -280.0, None)
    digits = np.rint(values * 10.0 ** (11.0 - exponents))
    over = np.abs(digits) >= 1e12
    digits = np.where(over, np.rint(digits / 10.0), digits)
    exponents = np.where(over, exponents + 1.0, exponents)
    return digits.astype("<i8"), exponents.astype("<i2")


def _checks(table: Accounts) -> Iterator[Check]:
    flows, x = table.data["flows"].to_numpy(), table.data["output"].to_numpy()
    inputs = table.data["primary_inputs"].to_numpy()
    use = table.net_final_use
    row = x - flows.sum(axis=1) - use
    row_scale = np.abs(flows).sum(axis=1) + np.abs(use) + np.abs(x)
    column = x - flows.sum(axis=0) - inputs.sum(axis=0)
    column_scale = np.abs(flows).sum(axis=0) + np.abs(inputs).sum(axis=0) + np.abs(x)
    yield _orientation(flows, x, use, inputs)
    yield _unit_scale(use, inputs)
    yield _subtotals(table, flows)
    yield _error_column(table)
    yield _printed(table, row_scale, column_scale)
    yield _residual("row_residuals", "rows", row, row_scale, table.sectors)
    if inputs.shape[0]:
        yield _residual("column_residuals", "columns", column, column_scale, table.sectors)
    else:
        yield Check("column_residuals", "warn", np.nan, "no primary inputs: columns unchecked")
    yield _negative(table, flows, x)
    yield _zero_output(flows, x, table.sectors)
    yield _value_added(table)
    yield _local_supply(table)
    yield _radius(flows, x, table.sectors)
    yield _units(table)


def _orientation(flows: Floats, x: Floats, use: Floats, inputs: Floats) -> Check:
    """Whether rows and columns balance better the other way round."""
    if not inputs.shape[0]:
        return Check("orientation", "warn", np.nan, "no primary inputs: cannot be told")
    v = inputs.sum(axis=0)
    as_given = _misfit(flows, x, use, v)
    turned = min(_misfit(flows.T, x, use, v), _misfit(flows.T, flows.sum(axis=0) + use, use, v))
    ratio = as_given / turned if turned > 0.0 else (1.0 if as_given == 0.0 else np.inf)
    if as_given > LOOSE and turned < 0.1 * as_given:
        return Check("orientation", "fail", ratio, "flows balance only when transposed")
    return Check("orientation", "pass", ratio, "rows are products, columns are sectors")


def _misfit(flows: Floats, x: Floats, use: Floats, v: Floats) -> float:
    rows = np.abs(x - flows.sum(axis=1) - use).sum()
    columns = np.abs(x - flows.sum(axis=0) - v).sum()
    scale = np.abs(x).sum()
    return float((rows + columns) / scale) if scale > 0.0 else 0.0


def _unit_scale(use: Floats, inputs: Floats) -> Check:
    """Total final use net of imports and total primary inputs are the same sum of money."""
    spent, earned = float(use.sum()), float(inputs.sum())
    if not inputs.shape[0] or spent <= 0.0 or earned <= 0.0:
        return Check("unit_scale", "warn", np.nan, "totals of use and inputs are not comparable")
    ratio = spent / earned
    if abs(np.log10(ratio)) > 0.5:
        return Check("unit_scale", "fail", ratio, f"final use is {ratio:.4g} times primary inputs")
    status: Status = "pass" if abs(ratio - 1.0) < LOOSE else "warn"
    return Check("unit_scale", status, ratio, f"final use is {ratio:.6g} of primary inputs")


def _subtotals(table: Accounts, flows: Floats) -> Check:
    """A row or column that is the sum of all others, or is named as one."""
    uses, inputs = table.plain("final_demand"), table.plain("primary_inputs")
    sectors = [str(label) for label in table.sectors]
    names = [str(label) for label in table.sectors.get_level_values(-1)]
    found = []
    for lines, labels, words in (
        (flows, sectors, names),
        (flows.T, sectors, names),
        (uses.T, [str(label) for label in table.uses], table.use_names),
        (inputs, table.input_names, table.input_names),
    ):
        size = np.abs(lines).sum(axis=1)
        gap = np.abs(2.0 * lines - lines.sum(axis=0)).sum(axis=1)
        # In two cells a sum may be chance.
        enough = (np.count_nonzero(lines, axis=1) > 2) & (len(labels) > 2)
        whole = enough & (gap <= EXACT * size)
        named = np.array([word.strip().lower() in SUBTOTALS for word in words], dtype=bool)
        found += [labels[i] for i in np.flatnonzero(whole | named)]
    if found:
        count = len(dict.fromkeys(found))
        return Check("subtotals", "fail", float(count), f"{found[0]} is a subtotal")
    return Check("subtotals", "pass", 0.0, "no row or column is the sum of the others")


def _error_column(table: Accounts) -> Check:
    """How much of total use stands in a column for statistical differences (其他)."""
    column = np.isin(table.use_names, [DISCREPANCY])
    if not column.any():
        return Check("error_column", "pass", 0.0, "no column for statistical differences")
    error = np.abs(table.plain("final_demand")[:, column]).sum(axis=1)
    output = np.abs(table.plain("output"))
    share = float(error.sum() / output.sum())
    label = table.sectors[int(error.argmax())]
    detail = f"statistical differences of {share:.2e} of output, largest in {label!r}"
    return Check("error_column", "pass" if share <= EXACT else "warn", share, detail)


def _printed(table: Accounts, row_scale: Floats, column_scale: Floats) -> Check:
    """Whether the totals that the source prints are those of its cells."""
    if not table.printed:
        return Check("printed_totals", "pass", np.nan, "the source prints no totals to compare")
    flows, uses = table.plain("flows"), table.plain("final_demand")
    inputs, added = table.plain("primary_inputs"), table.value_added_rows
    error = np.isin(table.use_names, [DISCREPANCY])
    sums = {
        "intermediate_use": (flows.sum(axis=1), row_scale),
        "final_use": (uses[:, ~error].sum(axis=1), row_scale),
        "intermediate_input": (flows.sum(axis=0) + inputs[~added].sum(axis=0), column_scale),
        "value_added": (inputs[added].sum(axis=0), column_scale),
        "total_input": (flows.sum(axis=0) + inputs.sum(axis=0), column_scale),
    }
    worst, where = 0.0, ""
    for name, values in table.printed.items():
        if name not in sums:
            raise InputError(
                "no such printed total",
                found=name,
                allowed=", ".join(sums),
                nearest=nearest_name(name, sums),
            )
        total, scale = sums[name]
        gap = np.abs(values.to_numpy() - total) / np.where(scale > 0.0, scale, 1.0)
        if gap.max() > worst:
            worst, where = float(gap.max()), f"{name} of {table.sectors[int(gap.argmax())]!r}"
    told = ", ".join(table.printed)
    if worst <= EXACT:
        return Check("printed_totals", "pass", worst, f"{told} are the sums of their cells")
    detail = f"printed {where} differs from its cells by {worst:.2e} of gross flow"
    return Check("printed_totals", "warn" if worst <= LOOSE else "fail", worst, detail)


def _residual(name: str, what: str, gap: Floats, scale: Floats, sectors: pd.Index) -> Check:
    relative = np.divide(np.abs(gap), scale, out=np.zeros_like(gap), where=scale > 0.0)
    worst = int(relative.argmax())
    value = float(relative[worst])
    detail = f"largest residual {gap[worst]:.6g} ({value:.2e} of gross flow) in {sectors[worst]!r}"
    if value <= EXACT:
        return Check(name, "pass", value, f"{what} balance to {value:.1e} of gross flow")
    return Check(name, "warn" if value <= LOOSE else "fail", value, detail)


def _negative(table: Accounts, flows: Floats, x: Floats) -> Check:
    count = int((flows < 0.0).sum())
    if (x < 0.0).any():
        label = table.sectors[int(np.flatnonzero(x < 0.0)[0])]
        return Check("negative_cells", "fail", float(count), f"output of {label!r} is below zero")
    if count:
        i, j = (int(k) for k in np.argwhere(flows < 0.0)[0])
        detail = f"{count} flows below zero, first ({table.sectors[i]!r}, {table.sectors[j]!r})"
        return Check("negative_cells", "warn", float(count), detail)
    return Check("negative_cells", "pass", 0.0, "no intermediate flow or output is below zero")


def _zero_output(flows: Floats, x: Floats, sectors: pd.Index) -> Check:
    idle = x == 0.0
    if not idle.any():
        return Check("zero_output", "pass", 0.0, "every sector has output")
    busy = idle & ((flows != 0.0).any(axis=0) | (flows != 0.0).any(axis=1))
    if busy.any():
        label = sectors[int(np.flatnonzero(busy)[0])]
        detail = f"{label!r} has flows but no output: coefficients do not exist"
        return Check("zero_output", "fail", float(idle.sum()), detail)
    label = sectors[int(np.flatnonzero(idle)[0])]
    detail = f"{int(idle.sum())} sectors without output, first {label!r}: coefficients are zero"
    return Check("zero_output", "warn", float(idle.sum()), detail)


def _value_added(table: Accounts) -> Check:
    if not table.value_added_rows.any():
        return Check("value_added", "warn", np.nan, "the table has no value added")
    inputs = table.data["primary_inputs"].to_numpy()[table.value_added_rows]
    added = inputs.sum(axis=0)
    if (added < 0.0).any():
        label = table.sectors[int(np.flatnonzero(added < 0.0)[0])]
        return Check("value_added", "warn", float(added.min()), f"below zero in {label!r}")
    negative = int((inputs < 0.0).any(axis=0).sum())
    if negative:
        detail = f"{negative} sectors have a negative primary input (surplus, subsidies)"
        return Check("value_added", "warn", float(negative), detail)
    return Check("value_added", "pass", float(added.min()), "no primary input is below zero")


def _local_supply(table: Accounts) -> Check:
    if table.data.attrs["imports"] == "domestic":
        return Check("local_supply", "pass", np.nan, "flows hold domestic products")
    if table.data.sizes["origin"] == 0 and "local_supply_share" not in table.data:
        detail = "imports by row unknown: no table of local products can be made"
        return Check("local_supply", "warn", np.nan, detail)
    flows = table.data["flows"].to_numpy()
    bought = flows.sum(axis=1) + table.domestic_final_use
    imports = table.imports_total
    over = (imports > bought * (1.0 + EXACT)) | ((bought <= 0.0) & (imports > 0.0))
    if over.any():
        i = int(np.flatnonzero(over)[0])
        detail = f"imports of {table.sectors[i]!r} are {imports[i]:.6g}, purchases {bought[i]:.6g}"
        return Check("local_supply", "fail", float(over.sum()), detail)
    return Check("local_supply", "pass", 0.0, "imports do not exceed purchases in any row")


def _radius(flows: Floats, x: Floats, sectors: pd.Index) -> Check:
    try:
        system = LeontiefSystem(per_unit(flows, x, sectors))
        productive = is_productive(system, system.coefficients)
    except InputError as error:
        return Check("spectral_radius", "fail", np.nan, str(error))
    small = system.size <= LARGEST_EIGENPROBLEM
    radius = spectral_radius(system.coefficients) if small else np.nan
    if not productive:
        detail = "not below one: multipliers have no meaning"
        return Check("spectral_radius", "fail", radius, detail)
    return Check("spectral_radius", "pass", radius, "below one: the economy is productive")


def _units(table: Accounts) -> Check:
    units = [str(unit) for unit in table.data["satellite_unit"].to_numpy()]
    if not str(table.data.attrs["units"]).strip():
        return Check("units", "warn", np.nan, "the table does not state its unit of money")
    if "unspecified" in units:
        name = table.data["satellite"].to_numpy()[units.index("unspecified")]
        return Check("units", "warn", np.nan, f"satellite {name!r} does not state its unit")
    return Check("units", "pass", np.nan, "money and satellites state their units")
