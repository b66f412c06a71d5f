"""Provincial questions put to an input-output table.

- What does 100 million CNY of demand for the products of an industry cluster do to GDP, jobs,
  energy and CO2?  `cluster_effects`
- For whom does the province emit, and how much leaves it in outflow?  `embodied_carbon`,
  `outflow_carbon_by_product`
- What does a carbon price do to each sector's costs?  `carbon_price_costs`
- How much of the economy hangs on an industry?  `dependence`

All use the table of local products, A_local = diag(r) A: what imports and inflow supply gives
no work in the province. Prices, technology and local-supply shares do not respond, and there
is room to produce: these are effects of the supply chain, not forecasts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.inputoutput.extraction import extracted_system, output_without
from models.inputoutput.multipliers import multipliers
from models.inputoutput.prices import price_change
from models.inputoutput.table import IOTable
from models.labels import FINAL_USE_NAMES, SECTOR_NAMES
from sim.assess.base_draws import BaseDraws, band, bundled_draws
from sim.assess.clusters import Cluster, clusters
from sim.assess.province_table import CO2, EMPLOYMENT, ENERGY, bundled_table
from sim.errors import InputError

__all__ = [
    "Cluster",
    "bundled_draws",
    "bundled_table",
    "carbon_price_costs",
    "cluster_effects",
    "clusters",
    "dependence",
    "embodied_carbon",
    "outflow_carbon_by_product",
]

Floats = NDArray[np.float64]

PERSONS: Final = 1e4  # in 万人
TONNES: Final = 1e6  # in Mt, and tce in Mtce
CNY: Final = 1e8  # in 亿元
CARBON_PRICE: Final = 100.0  # CNY/t, the price the question names
SURPLUS_COUNTED: Final = 0.01  # of output; a ratio to less says nothing
INDUSTRIES: Final[Mapping[str, tuple[tuple[str, ...], str, str]]] = {
    "steel": (("14",), "Steel and other metals", "钢铁及有色"),
    "petrochemicals": (("11", "12"), "Petrochemicals", "石化化工"),
    "vehicles": (("18",), "Transport equipment", "交通运输设备"),
}


def cluster_effects(
    table: IOTable | None = None, *, demand: float = 1.0, draws: BaseDraws | None = None
) -> pd.DataFrame:
    """Return what final demand for the products of each cluster does in the province.

    Parameters
    ----------
    table : IOTable, optional
        A table of the 42 sectors with the satellites of `bundled_table`, the default.
    demand : float
        Demand for local products, 亿元 (1 is 100 million CNY).
    draws : BaseDraws, optional
        Adds ``energy_low`` and ``energy_high``, from draws of energy by sector. What the
        other columns rest on is not drawn.

    Returns
    -------
    DataFrame
        One row a cluster: ``output``, ``gdp`` (亿元), ``gdp_direct`` (in the cluster's own
        sectors before any supply chain), ``jobs`` (persons), ``energy`` (tce), ``co2`` (t);
        ``sectors``; ``same_as``: other clusters with the same sectors, which 42 sectors
        cannot tell apart; ``note``. Type I: without the spending of wages. Missing where no
        sector holds the cluster.
    """
    table = table or bundled_table()
    local = table.local()
    gross = table.output.to_numpy()
    added, _ = local.direct_coefficients("value_added")
    scale = {EMPLOYMENT: PERSONS, ENERGY: TONNES, CO2: TONNES}
    counted = [local.direct_coefficients(name)[0] * scale[name] for name in scale]
    content = multipliers(local.system, np.column_stack([np.ones(gross.size), added, *counted]))
    columns = ("output", "gdp", "jobs", "energy", "co2")
    energies = None
    if draws is not None:
        energies = multipliers(local.system, draws.energy.T * TONNES / gross[:, None])
    by_sectors: dict[tuple[str, ...], list[str]] = {}
    for cluster in clusters().values():
        by_sectors.setdefault(_signature(cluster), []).append(cluster.name)
    rows = []
    for cluster in clusters().values():
        weights = _weights(cluster, table, gross)
        effect = demand * (weights @ content) if weights.any() else np.full(5, np.nan)
        drawn = np.full(2, np.nan) if energies is None else demand * (weights @ energies)
        drawn = drawn if weights.any() else np.full(2, np.nan)
        others = [name for name in by_sectors[_signature(cluster)] if name != cluster.name]
        rows.append(
            {
                "cluster": cluster.name,
                "name_en": cluster.name_en,
                "name_zh": cluster.name_zh,
                "sectors": " ".join(cluster.weights),
                **dict(zip(columns, effect, strict=True)),
                **({} if energies is None else band("energy", drawn)),
                "gdp_direct": demand * float(weights @ added) if weights.any() else np.nan,
                "same_as": " ".join(others) if cluster.weights else "",
                "note": cluster.note,
            }
        )
    return pd.DataFrame(rows)


def _signature(cluster: Cluster) -> tuple[str, ...]:
    return tuple(sorted(f"{sector}:{weight}" for sector, weight in cluster.weights.items()))


def _weights(cluster: Cluster, table: IOTable, gross: Floats) -> Floats:
    """Shares of demand by sector (n,), zero where the cluster has no sector."""
    vector = np.zeros(gross.size)
    known = [str(label) for label in table.sectors]
    for sector, weight in cluster.weights.items():
        if sector not in known:
            raise InputError("the table lacks a sector of the cluster", key=sector)
        i = known.index(sector)
        vector[i] = gross[i] if weight is None else weight
    total = vector.sum()
    return vector / total if total > 0.0 else vector


def embodied_carbon(
    table: IOTable | None = None, *, satellite: str = CO2, draws: BaseDraws | None = None
) -> pd.DataFrame:
    """Return for which final use the province emits.

    Parameters
    ----------
    table : IOTable, optional
    satellite : str
        Account to follow, ``co2`` by default.
    draws : BaseDraws, optional
        Adds ``total_low``, ``total_high``, ``share_low`` and ``share_high``, from draws of
        final demand; content per unit of each product held.

    Returns
    -------
    DataFrame
        One row a final use: ``embodied`` in local products it buys, ``direct`` (burnt by
        households), ``total`` in the unit of the account, and ``share`` of the sum, which is
        the province's territorial account.
    """
    table = table or bundled_table()
    local = table.local()
    intensity, _ = local.direct_coefficients(satellite)
    content = multipliers(local.system, intensity)
    embodied = content @ local.final_use.to_numpy()
    row = table.satellite_position(satellite)
    direct = table.data["satellites_final_use"].to_numpy()[row]
    total = embodied + direct
    bands: dict[str, Floats] = {}
    if draws is not None:
        drawn = draws.local_demand(table).transpose(0, 2, 1) @ content + direct
        bands |= band("total", drawn)
        bands |= band("share", drawn / drawn.sum(axis=1, keepdims=True))
    uses = [str(use) for use in table.uses]
    names = [FINAL_USE_NAMES.get(use, (use, use)) for use in uses]
    return pd.DataFrame(
        {
            "final_use": uses,
            "name_en": [name[0] for name in names],
            "name_zh": [name[1] for name in names],
            "embodied": embodied,
            "direct": direct,
            "total": total,
            "share": total / total.sum(),
            **bands,
        }
    )


def outflow_carbon_by_product(
    table: IOTable | None = None,
    *,
    satellite: str = CO2,
    use: str = "outflow",
    draws: BaseDraws | None = None,
) -> pd.DataFrame:
    """Return what one final use embodies, by the product bought and by the sector that emits.

    Parameters
    ----------
    table, satellite : as in `embodied_carbon`
    use : str
        Final use, ``outflow`` to other provinces by default.
    draws : BaseDraws, optional
        Adds ``by_product_low`` and ``by_product_high``, from draws of final demand.

    Returns
    -------
    DataFrame
        One row a sector: ``sales`` (亿元), ``by_product`` embodied in its products sold,
        ``by_emitter`` emitted in the sector; both sum to the same.
    """
    table = table or bundled_table()
    local = table.local()
    uses = [str(label) for label in table.uses]
    if use not in uses:
        raise InputError("no such final use", found=repr(use), allowed=", ".join(uses))
    sales = local.final_use.to_numpy()[:, uses.index(use)]
    intensity, _ = local.direct_coefficients(satellite)
    frame = _sectors(table)
    frame["sales"] = sales
    content = multipliers(local.system, intensity)
    frame["by_product"] = content * sales
    frame["by_emitter"] = intensity * local.system.solve(sales)
    if draws is None:
        return frame
    drawn = draws.local_demand(table)[:, :, uses.index(use)]
    return frame.assign(**band("by_product", content * drawn))


def carbon_price_costs(
    table: IOTable | None = None,
    *,
    price: float = CARBON_PRICE,
    pass_through: float | Sequence[float] = 1.0,
) -> pd.DataFrame:
    """Return what a carbon price does to the unit cost of each sector.

    Every tonne that sectors emit is paid for, process emissions included, and no allowance is
    free. Imported inputs keep their price.

    Parameters
    ----------
    table : IOTable, optional
    price : float
        CNY per tonne of CO2.
    pass_through : float or array (n,)
        Share of its cost increase that each sector passes on.

    Returns
    -------
    DataFrame
        One row a sector: ``emissions`` (Mt), ``payment`` (亿元), ``direct`` and ``cost``
        (change of unit cost without and with dearer inputs, fraction), ``price`` (change of
        the selling price, fraction), ``surplus_share`` (payment over operating surplus;
        missing where the surplus is below one percent of output).
    """
    table = table or bundled_table()
    local = table.local()
    intensity, _ = local.direct_coefficients(CO2)
    change = price_change(
        local.system, local.coefficients, intensity * price * TONNES / CNY, pass_through
    )
    frame = _sectors(table)
    frame["emissions"] = table.satellite(CO2).to_numpy()
    frame["payment"] = change.direct * table.output.to_numpy()
    frame["direct"] = change.direct
    frame["cost"] = change.unit_cost
    frame["price"] = change.price
    surplus = table.primary_input_of("surplus")
    share = np.full(surplus.size, np.nan)
    np.divide(
        frame["payment"].to_numpy(),
        surplus,
        out=share,
        where=surplus >= SURPLUS_COUNTED * table.output.to_numpy(),
    )
    frame["surplus_share"] = share
    return frame


def dependence(
    table: IOTable | None = None,
    *,
    groups: Mapping[str, Sequence[str]] | None = None,
    with_final_demand: bool = True,
    draws: BaseDraws | None = None,
) -> pd.DataFrame:
    """Return what the province would lose without an industry: total extraction.

    Parameters
    ----------
    table : IOTable, optional
    groups : mapping of str to codes, optional
        Industries by name; steel (with other metals), petrochemicals and vehicles (all
        transport equipment) by default.
    with_final_demand : bool
        Take out the final demand for their products too, so that they produce nothing. False
        keeps it: what is lost is their trade with other sectors.
    draws : BaseDraws, optional
        Adds ``_low`` and ``_high`` to every share, from draws of final demand with
        coefficients held.

    Returns
    -------
    DataFrame
        One row an industry, fractions of the province: ``own_gdp_share`` (the industry's own
        value added), ``gdp_share``, ``output_share``, ``jobs_share``, ``energy_share``,
        ``co2_share`` lost (of what sectors use and emit, households' own aside), and
        ``other_gdp_share`` lost in other sectors. Buyers find the products elsewhere: no sector
        stops for want of inputs, so that these are not the costs of a sudden stop.
    """
    table = table or bundled_table()
    local = table.local()
    chosen = groups or {name: codes for name, (codes, _, _) in INDUSTRIES.items()}
    output = local.output.to_numpy()
    demand = local.final_use.to_numpy().sum(axis=1)
    if draws is not None:
        drawn = draws.local_demand(table).sum(axis=2).T
        outputs = local.system.solve(drawn)
    counted = {
        "output": np.ones(output.size),
        "gdp": local.direct_coefficients("value_added")[0],
        "jobs": local.direct_coefficients(EMPLOYMENT)[0],
        "energy": local.direct_coefficients(ENERGY)[0],
        "co2": local.direct_coefficients(CO2)[0],
    }
    known = [str(label) for label in table.sectors]
    rows = []
    for name, codes in chosen.items():
        for code in codes:
            if code not in known:
                raise InputError("no such sector", key=name, found=repr(code))
        group = np.array([known.index(code) for code in codes], dtype=np.intp)
        system = extracted_system(local.system, local.coefficients, group, "total")
        rest = output_without(system, demand, group, 1.0 if with_final_demand else 0.0)
        shares = _lost_shares(counted, output, output - rest, group)
        if draws is not None:
            rest = output_without(system, drawn, group, 1.0 if with_final_demand else 0.0)
            for key, values in _lost_shares(counted, outputs, outputs - rest, group).items():
                shares |= band(key, values)
        labels = INDUSTRIES.get(name, (tuple(codes), name, name))
        head = {"industry": name, "name_en": labels[1], "name_zh": labels[2]}
        rows.append({**head, "sectors": " ".join(codes), **shares})
    return pd.DataFrame(rows)


def _lost_shares(
    counted: Mapping[str, Floats], output: Floats, lost: Floats, group: NDArray[np.intp]
) -> dict[str, Any]:
    """Shares of each account, for output (n,) or for draws of it (n, m)."""
    added = counted["gdp"]
    whole = added @ output
    own = added[group] @ lost[group]
    return {
        "own_gdp_share": added[group] @ output[group] / whole,
        **{f"{key}_share": c @ lost / (c @ output) for key, c in counted.items()},
        "other_gdp_share": (added @ lost - own) / whole,
    }


def _sectors(table: IOTable) -> pd.DataFrame:
    codes = [str(label) for label in table.sectors]
    names = [SECTOR_NAMES.get(code, (code, code)) for code in codes]
    return pd.DataFrame(
        {
            "sector": codes,
            "name_en": [name[0] for name in names],
            "name_zh": [name[1] for name in names],
        }
    )
