"""Prior estimates for 2025: the 2017 table carried forward, cell by cell with a sigma.

Rules, in order:

1. The revision of 2017 GDP is allocated to the sectors (`allocate_revision`).
2. Value added of a sector in 2025 = revised value added of 2017 x volume index x price index
   where the observation file gives them; elsewhere x the nominal growth of its broad sector in
   Liaoning x the growth of the sector relative to that broad sector in the national tables
   2017-2020.
3. A final-use cell = its 2017 structure x the total of the use in 2025 x a stated tilt; outflow
   and exports grow with the output of the sector, exports scaled to their total.
4. Technical coefficients and the shares of inflow in local purchases are those of 2017; the
   shares of imports are those of 2017 times one factor that meets the imports of 2025.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.labels import FINAL_USES, PRIMARY, SECONDARY, SECTORS, TERTIARY
from sim.baseyear.chinese_tables import OfficialTable
from sim.baseyear.io_observations import Observation, ObservationTable
from sim.errors import InputError

Floats = NDArray[np.float64]

BROAD_SECTORS: Final = {"primary": PRIMARY, "secondary": SECONDARY, "tertiary": TERTIARY}
DOMESTIC_USES: Final = FINAL_USES[:5]
OUTFLOW, EXPORTS = FINAL_USES.index("outflow"), FINAL_USES.index("exports")


@dataclass(frozen=True)
class Priors:
    """Prior estimates for 2025, 亿元 at 2025 prices.

    Attributes
    ----------
    revised_value_added : ndarray (42,)
        Value added of 2017 after the revision of GDP.
    value_added, value_added_sigma : ndarray (42,)
    value_added_rows : tuple of tuple of Observation
        The rows of the observation file behind each sector.
    coefficients : ndarray (42, 42)
        Technical coefficients of 2017.
    value_added_coefficient : ndarray (42,)
        Value added per unit of output in 2017.
    final_uses, final_uses_sigma : ndarray (7, 42)
        Zero where the 2017 table has zero.
    import_share, inflow_share : ndarray (42,)
        Imports and inflow over local purchases.
    """

    revised_value_added: Floats
    value_added: Floats
    value_added_sigma: Floats
    value_added_rows: tuple[tuple[Observation, ...], ...]
    coefficients: Floats
    value_added_coefficient: Floats
    final_uses: Floats
    final_uses_sigma: Floats
    import_share: Floats
    inflow_share: Floats

    @property
    def intermediate_use(self) -> Floats:
        """Intermediate use (42,) of the prior output at the coefficients of 2017."""
        return np.asarray(self.coefficients @ (self.value_added / self.value_added_coefficient))

    @property
    def purchases(self) -> Floats:
        """Prior purchases in the province (42,): intermediate and domestic final use."""
        return np.asarray(self.intermediate_use + self.final_uses[: len(DOMESTIC_USES)].sum(axis=0))


def sector_mask(codes: tuple[str, ...]) -> Floats:
    """Return ones (42,) for the sectors in `codes`, zeros elsewhere."""
    return np.array([float(code in codes) for code in SECTORS])


def allocate_revision(
    value_added: Floats, relative_sigma: Floats, broad_targets: dict[str, float]
) -> Floats:
    """Allocate a revision of GDP to the sectors by generalized least squares.

    Within each broad sector b the revision is borne in proportion to variance,

        delta_i = Delta_b (sigma_i V_i)^2 / sum_{j in b} (sigma_j V_j)^2,

    the least-squares solution under one total (Stone, Champernowne and Meade 1942, eq. 5).

    Parameters
    ----------
    value_added : ndarray (42,)
        Before revision, 亿元.
    relative_sigma : ndarray (42,)
        Relative standard deviation of each figure.
    broad_targets : dict
        Broad sector -> total after revision.

    Returns
    -------
    ndarray (42,)

    Raises
    ------
    InputError
        If a sector would lose more than half of its value added.
    """
    revised = value_added.copy()
    variance = (relative_sigma * value_added) ** 2
    for name, target in broad_targets.items():
        mask = sector_mask(BROAD_SECTORS[name])
        change = target - float(mask @ value_added)
        revised = revised + change * mask * variance / float(mask @ variance)
    if (revised < 0.5 * value_added).any():
        worst = SECTORS[int(np.argmin(revised / value_added))]
        raise InputError("the revision of 2017 takes more than half of a sector", key=worst)
    return revised


def revised_broad_sectors(value_added: Floats, table: ObservationTable) -> dict[str, float]:
    """Broad-sector totals of 2017 at the revised GDP.

    The structure after the census is known for 2018. It is carried back with one nominal
    growth rate for all three: official ratio of revised to released = (2018 revised value
    added of b / nominal growth of GDP 2018) / released value added of b. The ratio multiplies
    the broad sector of the table, and all three are scaled to the revised GDP.

    Parameters
    ----------
    value_added : ndarray (42,)
        Value added in the table, 亿元.
    table : ObservationTable
        With the rows `history`; without them the table stands as it is.

    Returns
    -------
    dict
        Broad sector -> 亿元.
    """

    def history(label: str) -> float:
        return table.get("history", label).value

    if not table.of("history"):  # nothing is known of a revision of the table's year
        return {n: float(sector_mask(codes) @ value_added) for n, codes in BROAD_SECTORS.items()}
    gdp = history("gdp_2017_revised")
    growth = history("gdp_2018_revised") / gdp
    totals = {
        name: float(sector_mask(codes) @ value_added)
        * history(f"{name}_2018_revised")
        / growth
        / history(f"{name}_2017_released")
        for name, codes in BROAD_SECTORS.items()
    }
    scale = gdp / sum(totals.values())
    return {name: total * scale for name, total in totals.items()}


def read_national_value_added(path: Path) -> Floats:
    """Read value added (42,) from a national 42-sector table, in its own unit.

    Parameters
    ----------
    path : Path
        csv of the national table with a row coded TVA.

    Returns
    -------
    ndarray (42,)

    Raises
    ------
    InputError
        If the file or the row is missing.
    """
    if not path.is_file():
        raise InputError("national input-output table not found", file=path)
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for record in csv.DictReader(stream):
            if record.get("Code") == "TVA" and record.keys() >= set(SECTORS):
                return np.array([float(record[code]) for code in SECTORS])
    raise InputError("no row coded TVA with columns 01..42", file=path)


def build_priors(
    table: OfficialTable,
    observations: ObservationTable,
    national_start: Floats,
    national_end: Floats,
) -> Priors:
    """Carry the 2017 table forward to prior estimates for 2025.

    Parameters
    ----------
    table : OfficialTable
        Official table of 2017.
    observations : ObservationTable
    national_start, national_end : ndarray (42,)
        National value added of 2017 and 2020.

    Returns
    -------
    Priors
    """
    revised = allocate_revision(
        table.value_added,
        observations.sector_values("revision_sigma"),
        revised_broad_sectors(table.value_added, observations),
    )
    index, sigma, rows = _value_added_index(observations, revised, national_start, national_end)
    value_added = revised * index
    coefficient = table.value_added / table.output
    growth = value_added / coefficient / table.output
    uses, uses_sigma = _final_uses(table, observations, growth)
    priors = Priors(
        revised_value_added=revised,
        value_added=value_added,
        value_added_sigma=value_added * sigma,
        value_added_rows=rows,
        coefficients=table.flows / table.output,
        value_added_coefficient=coefficient,
        final_uses=uses,
        final_uses_sigma=uses_sigma,
        import_share=table.imports / table.domestic_use,
        inflow_share=table.inflow / table.domestic_use,
    )
    gdp = observations.get("gdp", "total").value
    imports = float(priors.import_share @ priors.purchases) * gdp / float(value_added.sum())
    factor = observations.get("imports_total", "total").value / imports
    return replace(priors, import_share=priors.import_share * factor)


def _value_added_index(
    observations: ObservationTable,
    revised: Floats,
    national_start: Floats,
    national_end: Floats,
) -> tuple[Floats, Floats, tuple[tuple[Observation, ...], ...]]:
    """Nominal growth 2017-2025 by sector, its relative sigma, and the rows behind it."""
    index, sigma = np.empty(len(SECTORS)), np.empty(len(SECTORS))
    rows: list[tuple[Observation, ...]] = []
    gdp = observations.get("gdp", "total").value
    growth = np.empty(len(SECTORS))
    for name, codes in BROAD_SECTORS.items():
        mask = sector_mask(codes)
        broad = gdp * observations.get("value_added_share", name).value / float(mask @ revised)
        national = float(mask @ national_end) / float(mask @ national_start)
        growth = np.where(mask > 0.0, broad * national_end / national_start / national, growth)
    volumes, prices = observations.by_sector("volume_index"), observations.by_sector("price_index")
    trend = observations.by_sector("trend_sigma")
    for j, code in enumerate(SECTORS):
        if code in volumes:
            volume, price = volumes[code], observations.get("price_index", volumes[code].label)
            index[j] = volume.value * price.value
            sigma[j] = float(np.hypot(volume.sigma, price.sigma))
            rows.append((volume, price))
        elif code in prices:
            raise InputError("price index without volume index", file=observations.file, key=code)
        else:
            index[j], sigma[j] = growth[j], trend[code].sigma
            rows.append((trend[code],))
    return index, sigma, tuple(rows)


def _final_uses(
    table: OfficialTable, observations: ObservationTable, output_growth: Floats
) -> tuple[Floats, Floats]:
    """Prior final-use cells (7, 42) and their sigmas."""
    uses = table.final_uses.copy()
    uses[OUTFLOW] = uses[OUTFLOW] * output_growth
    uses[EXPORTS] = uses[EXPORTS] * output_growth
    sigma = np.empty_like(uses)
    for k, name in enumerate(FINAL_USES):
        for row in observations.of("final_use_cell_index"):
            use, _, code = row.label.partition(":")
            if use == name:
                uses[k, SECTORS.index(code)] *= row.value
        if name != "outflow":
            uses[k] *= observations.get("final_use_total", name).value / uses[k].sum()
        sigma[k] = observations.get("final_use_cell_sigma", name).sigma * np.abs(uses[k])
    for code, row in observations.by_sector("balancing_outflow_sigma").items():
        j = SECTORS.index(code)
        sigma[OUTFLOW, j] = row.sigma * uses[OUTFLOW, j]
    return uses, sigma
