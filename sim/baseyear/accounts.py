"""The input-output accounts of Liaoning for the base year 2025.

Order of work: read and diagnose the official table of 2017 (`chinese_tables`), carry it
forward to priors (`carry_forward`), reconcile the margins (`account_margins`), balance the
flow table to them by GRAS (`models.inputoutput.balancing`), and estimate final demand with its
draws given technology and local supply (`final_demand_posterior`). The method and every rule
are told in `docs/methods/input_output_base.md`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from models.inputoutput.balancing import gras
from models.labels import FINAL_USES, SECTORS
from sim.baseyear.account_margins import Margins, reconcile_margins
from sim.baseyear.account_variables import VARIABLES
from sim.baseyear.carry_forward import (
    DOMESTIC_USES,
    Priors,
    build_priors,
)
from sim.baseyear.chinese_tables import OfficialTable
from sim.baseyear.final_demand_posterior import FinalDemand, Structure, estimate_final_demand
from sim.baseyear.io_observations import ObservationTable
from sim.errors import InputError

Floats = NDArray[np.float64]

BASE_DRAWS: Final = 256
DRAW_SEED: Final = 20250042
GRAS_TOLERANCE: Final = 1e-13
SHARE_ROUNDING = 1e-6  # what the margins, met to their own tolerance, leave of a share of zero
CLOSED: Final = 1e-6  # relative residual of a table that closes
TABLE_FILE: Final = "io/Liaoning_2017_IO_42sec_raw.xls"
NATIONAL_FILES: Final = ("io/china_2017_42.csv", "io/china_2020_42.csv")


def check_table(table: OfficialTable, file: Path) -> None:
    """Refuse a table that is not closed: rows, columns, local supply, productive coefficients.

    Raises
    ------
    InputError
        Naming the first check that fails.
    """
    bought = table.imports + table.inflow
    rows = table.flows.sum(axis=1) + table.final_uses.sum(axis=0) - bought - table.output
    columns = table.flows.sum(axis=0) + table.primary_inputs.sum(axis=0) - table.output
    radius = float(np.abs(np.linalg.eigvals(table.flows / table.output)).max())
    share = float((bought / table.domestic_use).max())
    checks = (
        ("row balance", float(np.abs(rows / table.output).max()), CLOSED),
        ("column balance", float(np.abs(columns / table.output).max()), CLOSED),
        ("share of imports and inflow in local use", share, 1.0),
        ("spectral radius of the coefficients", radius, 1.0 - CLOSED),
    )
    for check, value, most in checks:
        if not value <= most:
            raise InputError(
                f"the table does not meet the check {check}",
                file=file,
                found=f"{value:.6g}",
                allowed=f"at most {most:g}",
            )


def input_output_accounts(
    table: OfficialTable,
    observations: ObservationTable,
    national_start: Floats,
    national_end: Floats,
) -> tuple[xr.Dataset, pd.DataFrame]:
    """Build the input-output part of the base pack from a table and observations.

    Parameters
    ----------
    table : OfficialTable
    observations : ObservationTable
    national_start, national_end : ndarray (42,)
        National value added of an early and a late year.

    Returns
    -------
    Dataset
        Variables of the base pack with dimensions sector, sector_input, final_use and, for
        final_demand, gross_output, value_added and imports_inflow, NAME_draws with base_draw
        (256). Every draw satisfies every identity; A and r are central in all of them.
    DataFrame
        One row per observation: id, variable, label, observed, sigma, reconciled,
        posterior_sd (spread of the draws), z, unit, source, kind, note_zh.

    Raises
    ------
    InputError
        If the observations contradict the identities, GRAS does not converge, or a local
        supply share leaves [0, 1].
    """
    priors = build_priors(table, observations, national_start, national_end)
    margins = reconcile_margins(priors, observations)
    structure = balance_structure(priors, margins)
    demand = estimate_final_demand(structure, priors, observations, BASE_DRAWS, DRAW_SEED)
    dataset = _dataset(table, structure, demand)
    return dataset, _observation_frame(priors, observations, structure, demand)


def balance_structure(priors: Priors, margins: Margins) -> Structure:
    """Balance the flow table to the margins of 2025 and derive the coefficients.

    The table A_2017 x̂ is balanced by GRAS to row totals = output + imports + inflow - final
    uses (imports and inflow are not balanced as residuals) and column totals = output - value
    added. Then A = Z x̂^-1 and r = 1 - (imports + inflow) / purchases in the province.

    Parameters
    ----------
    priors : Priors
    margins : Margins

    Returns
    -------
    Structure

    Raises
    ------
    InputError
        If GRAS does not converge or a local supply share is outside [0, 1].
    """
    output = margins.value_added / priors.value_added_coefficient
    columns = output - margins.value_added
    balanced = gras(
        priors.coefficients * output,
        margins.intermediate_use * (columns.sum() / margins.intermediate_use.sum()),
        columns,
        tolerance=GRAS_TOLERANCE,
    )
    if not balanced.converged:
        raise InputError("GRAS does not converge", found=f"residual {balanced.residual:.1e}")
    outside = margins.imports + margins.inflow
    purchases = margins.intermediate_use + margins.final_uses[: len(DOMESTIC_USES)].sum(axis=0)
    share = 1.0 - outside / purchases
    if (share < -SHARE_ROUNDING).any() or (share > 1.0 + SHARE_ROUNDING).any():
        worst = int(np.argmax(np.abs(share - 0.5)))
        raise InputError(
            "local supply share outside [0, 1]",
            key=SECTORS[worst],
            found=f"{share[worst]:.3g}",
        )
    return Structure(
        coefficients=balanced.flows / output,
        local_share=np.clip(share, 0.0, 1.0),
        value_added_coefficient=1.0 - columns / output,
        import_part=margins.imports / np.where(outside > 0.0, outside, 1.0),
    )


def _dataset(table: OfficialTable, structure: Structure, demand: FinalDemand) -> xr.Dataset:
    coefficient = 1.0 - structure.coefficients.sum(axis=0)
    income = table.primary_inputs / table.primary_inputs.sum(axis=0) * coefficient
    values: dict[str, Floats] = {
        "technical_coefficients": structure.coefficients,
        "local_supply_share": structure.local_share,
        "value_added_coefficient": coefficient,
        "compensation_coefficient": income[0],
        "production_tax_coefficient": income[1],
        "depreciation_coefficient": income[2],
        "surplus_coefficient": income[3],
        **_flows("", structure, coefficient, demand.centre),
        **_flows("_draws", structure, coefficient, demand.draws),
    }
    dataset = xr.Dataset(
        coords={
            "sector": list(SECTORS),
            "sector_input": list(SECTORS),
            "final_use": list(FINAL_USES),
            "base_draw": np.arange(BASE_DRAWS),
        }
    )
    for variable in VARIABLES:
        for suffix, lead in (("", ()), ("_draws", ("base_draw",))):
            if variable.name + suffix in values:
                dataset[variable.name + suffix] = xr.DataArray(
                    values[variable.name + suffix],
                    dims=(*lead, *variable.dimensions),
                    attrs={
                        "units": variable.units,
                        "long_name": variable.long_name + (", base-year draws" if lead else ""),
                        "long_name_zh": variable.long_name_zh + ("（基年抽样）" if lead else ""),
                        "origin": variable.origin,
                    },
                )
    return dataset


def _flows(
    suffix: str, structure: Structure, coefficient: Floats, demand: Floats
) -> dict[str, Floats]:
    output = structure.output(demand)
    return {
        f"final_demand{suffix}": demand,
        f"gross_output{suffix}": output,
        f"value_added{suffix}": coefficient * output,
        f"imports_inflow{suffix}": structure.imports_inflow(demand),
    }


def _observation_frame(
    priors: Priors, observations: ObservationTable, structure: Structure, demand: FinalDemand
) -> pd.DataFrame:
    """List every observation with its reconciled value and z, GDP first."""
    cells = demand.cells
    centre = demand.centre[cells[:, 0], cells[:, 1]]
    draws = demand.draws[:, cells[:, 0], cells[:, 1]]
    gdp = observations.get("gdp", "total")
    value_added = structure.value_added_coefficient * structure.output(demand.draws)
    total_draws = value_added.sum(axis=1)
    total = float((structure.value_added_coefficient * structure.output(demand.centre)).sum())
    records = [
        _record(gdp.id, "gdp", "total", gdp.value, gdp.sigma, total, total_draws, gdp.unit)
        | {"source": gdp.source, "kind": gdp.kind, "note_zh": gdp.note_zh}
    ]
    for item in demand.measured:
        scale, spread = item.unit_scale, draws @ item.row / item.unit_scale
        if scale != 1.0:  # a share of GDP: each draw relative to its own GDP
            spread = spread * gdp.value / total_draws
        unit = "fraction" if scale != 1.0 else gdp.unit
        records.append(
            _record(
                item.id,
                item.variable,
                item.label,
                item.value / scale,
                item.sigma / scale,
                float(item.row @ centre) / scale,
                spread,
                unit,
            )
            | {
                "source": "; ".join(dict.fromkeys(row.source for row in item.sources)),
                "kind": _weakest(tuple(row.kind for row in item.sources)),
                "note_zh": "；".join(dict.fromkeys(row.note_zh for row in item.sources)),
            }
        )
    records += _structure_records(priors, observations, structure, demand)
    return pd.DataFrame(records)


def _structure_records(
    priors: Priors, observations: ObservationTable, structure: Structure, demand: FinalDemand
) -> list[dict[str, object]]:
    """Intermediate rows, import and inflow shares: kept in the structure, not in the draws."""
    output = structure.output(demand.centre)
    share = structure.imports_inflow(demand.centre) / structure.purchases(demand.centre)
    money = observations.get("gdp", "total").unit
    blocks = (
        (
            "intermediate_row",
            priors.coefficients @ output,
            structure.coefficients @ output,
            money,
        ),
        ("import_share", priors.import_share, structure.import_part * share, "fraction"),
        ("inflow_share", priors.inflow_share, (1.0 - structure.import_part) * share, "fraction"),
    )
    records = []
    for name, observed, found, unit in blocks:
        rows = observations.by_sector(f"{name}_sigma")
        for j, code in enumerate(SECTORS):
            row, value = rows[code], float(observed[j])
            if value > 0.0:
                records.append(
                    _record(
                        f"{row.id}:{code}",
                        name,
                        code,
                        value,
                        row.sigma * value,
                        float(found[j]),
                        None,
                        unit,
                    )
                    | {"source": row.source, "kind": row.kind, "note_zh": row.note_zh}
                )
    return records


def _record(
    identifier: str,
    variable: str,
    label: str,
    observed: float,
    sigma: float,
    reconciled: float,
    draws: Floats | None,
    unit: str,
) -> dict[str, object]:
    return {
        "id": identifier,
        "variable": variable,
        "label": label,
        "observed": observed,
        "sigma": sigma,
        "reconciled": reconciled,
        "posterior_sd": np.nan if draws is None else float(draws.std(ddof=1)),
        "z": (reconciled - observed) / sigma,
        "unit": unit,
    }


def _weakest(kinds: tuple[str, ...]) -> str:
    """The kind of an observation made of several rows is that of the weakest."""
    order = ("document", "series", "estimate", "judgement")
    return max(kinds, key=order.index)
