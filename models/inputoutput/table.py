"""A labelled input-output table: what is in it, and the matrices that follow.

    x_i = sum_j z_ij + sum_k f_ik - m_i       (row; m only where imports are competitive)
    x_j = sum_i z_ij + sum_p v_pj             (column)
    A = Z diag(x)^-1,  L = (I - A)^-1,  B = diag(x)^-1 Z,  G = (I - B)^-1.

Imports are treated in one of two ways, chosen by the user and written in every result:

- "competitive": flows and final uses hold imported products; imports and inflow from other
  regions stand beside them by row, positive, and are subtracted. `local()` then gives the
  table of local products, A_local = diag(r) A, with the local-supply coefficients
  r = 1 - imports / purchases in the region.
- "domestic": flows and final uses hold domestic products only; imported inputs, if stated,
  are a row of the primary inputs.

Source: Miller and Blair (2009), Input-Output Analysis, 2nd edition, chapters 2, 4 and 12.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, Self, TypedDict, Unpack

import numpy as np
import pandas as pd
import xarray as xr

from models.inputoutput.accounting import Analyses
from models.inputoutput.building import Satellites, build_dataset, check_treatment
from models.inputoutput.deriving import Concordance, aggregated, local_table, updated
from models.inputoutput.labelled import Floats, aligned_vector
from models.inputoutput.roles import Roles
from models.inputoutput.solving import LeontiefSystem, System, per_unit

Treatment = Literal["competitive", "domestic"]


class Provenance(TypedDict, total=False):
    """Where a table comes from: name, source, price basis, what was done, printed totals."""

    name: str
    source: str
    price_basis: str
    history: tuple[str, ...]
    printed: Mapping[str, pd.Series]


@dataclass(frozen=True, eq=False, repr=False)
class IOTable(Analyses):
    """An input-output table with labels, units, year, source and history.

    Build it with `from_frames` or `read`. Arrays cannot be written to.

    Attributes
    ----------
    data : xarray.Dataset
        flows (sector_input, sector), final_demand (sector, final_use), primary_inputs
        (primary_input, sector), output (sector), imports (origin, sector), satellites
        (satellite, sector), satellites_final_use (satellite, final_use), and
        local_supply_share (sector) where it is known.
    sectors : pandas.Index
        Sector labels; (region, sector) for a multi-region table.
    uses : pandas.Index
        Final-use labels; (region, use) where final use is by region.
    roles : Roles
        Rows and columns with a part of their own.
    history : tuple of str
        What was done to the table, in order.
    printed : mapping of str to Series (n,)
        Totals that the source prints beside the table (`preflight.PRINTED`): never used,
        compared by `preflight`. Tables made from this one have none.
    """

    data: xr.Dataset
    sectors: pd.Index
    uses: pd.Index
    roles: Roles
    history: tuple[str, ...] = ()
    printed: Mapping[str, pd.Series] = field(default_factory=dict)

    @classmethod
    def from_frames(
        cls,
        flows: pd.DataFrame,
        final_use: pd.DataFrame | pd.Series,
        primary_inputs: pd.DataFrame | pd.Series | None,
        *,
        unit: str,
        year: int,
        satellites: Satellites | None = None,
        output: pd.Series | None = None,
        imports: Treatment = "domestic",
        imports_by_row: pd.DataFrame | pd.Series | None = None,
        local_supply: pd.Series | None = None,
        roles: Roles | None = None,
        **provenance: Unpack[Provenance],
    ) -> Self:
        """A table from labelled frames; labels decide, position never does.

        Parameters
        ----------
        flows, final_use, primary_inputs : DataFrame (n, n), (n, k), (p, n)
            Z from row product to column sector; final uses by product; value added and,
            where domestic, imported inputs by sector (None where unknown). A Series is a
            single final use, or a single primary input.
        unit : str
            Unit of all money in the table, for example "100 million CNY".
        satellites : mapping or DataFrame (q, n), optional
            Name to `Satellite`, to a Series (unit in `attrs["units"]`) or to a pair (Series,
            unit); or a frame with one row per account.
        output : Series (n,), optional
            Gross output as printed; without it the row sum.
        imports : "competitive" or "domestic"
        imports_by_row : Series (n,) or DataFrame (n, origins), optional
            Positive: imports, inflow from other regions; with competitive imports only.
        local_supply : Series (n,), optional
            r by row, fractions; without it r follows from `imports_by_row`.
        roles : Roles, optional
            Names with a part of their own, beyond those recognised.
        **provenance
            name, source, price_basis, history, printed.

        Raises
        ------
        InputError
            On labels that do not match, missing values, or contradictory choices.
        """
        check_treatment(imports, imports_by_row is not None or local_supply is not None)
        dataset, sectors, uses = build_dataset(
            flows, final_use, primary_inputs, satellites, output, imports_by_row, local_supply
        )
        dataset.attrs = {
            "name": provenance.get("name", ""),
            "units": unit,
            "year": int(year),
            "price_basis": provenance.get("price_basis", ""),
            "source": provenance.get("source", ""),
            "imports": imports,
        }
        names = [str(name) for name in uses.get_level_values(-1)]
        inputs = [str(name) for name in dataset["primary_input"].to_numpy()]
        chosen = (roles or Roles()).resolved(names, inputs)
        printed = {
            what: pd.Series(aligned_vector(values, sectors, f"printed {what}"), sectors)
            for what, values in provenance.get("printed", {}).items()
        }
        history = tuple(provenance.get("history", ()))
        return cls(dataset, sectors, uses, chosen, history, printed)

    @classmethod
    def read(cls, path: str | Path, *, layout: str = "labelled", **options: Any) -> IOTable:
        """Read a table from a file or folder; see `models.inputoutput.reading`.

        Parameters
        ----------
        path : str or Path
        layout : str
            "china-42", "china-42-split", "labelled" or "pymrio".
        **options
            Passed on to the layout's reader.
        """
        from models.inputoutput.reading import read_table

        return read_table(path, layout=layout, **options)

    # What the table holds ---------------------------------------------------------------

    @property
    def unit(self) -> str:
        """Unit of money."""
        return str(self.data.attrs["units"])

    @property
    def year(self) -> int:
        """Year of the flows."""
        return int(self.data.attrs["year"])

    @property
    def name(self) -> str:
        """Short name of the table."""
        return str(self.data.attrs["name"])

    @property
    def price_basis(self) -> str:
        """Price basis, for example "producer prices of 2017"."""
        return str(self.data.attrs["price_basis"])

    @property
    def source(self) -> str:
        """Source of the table."""
        return str(self.data.attrs["source"])

    @property
    def imports(self) -> Treatment:
        """Treatment of imports: "competitive" or "domestic"."""
        return "competitive" if self.data.attrs["imports"] == "competitive" else "domestic"

    @property
    def flows(self) -> xr.DataArray:
        """Z (sector_input, sector)."""
        return self._described("flows", "intermediate flows")

    @property
    def final_use(self) -> xr.DataArray:
        """Final uses (sector, final_use)."""
        return self._described("final_demand", "final uses")

    @property
    def primary_inputs(self) -> xr.DataArray:
        """Primary inputs (primary_input, sector)."""
        return self._described("primary_inputs", "primary inputs")

    @property
    def output(self) -> xr.DataArray:
        """Gross output x (sector)."""
        return self._described("output", "gross output")

    @property
    def imports_by_row(self) -> xr.DataArray:
        """Imports and inflow (origin, sector), positive; no origins where domestic."""
        return self._described("imports", "imports and inflow by product")

    @property
    def satellites(self) -> tuple[str, ...]:
        """Names of the satellite accounts."""
        return self.satellite_names

    def satellite(self, name: str) -> xr.DataArray:
        """One satellite account by sector (n,), in its own unit."""
        row = self.satellite_position(name)
        unit = str(self.plain("satellite_unit")[row])
        values = self.plain("satellites")[row]
        return self.vector(values, name, unit)

    @property
    def is_multiregional(self) -> bool:
        """Whether sectors are labelled (region, sector)."""
        return int(self.sectors.nlevels) == 2

    @property
    def local_supply_share(self) -> xr.DataArray:
        """r (sector): share of purchases in the region met by the region's own output.

        r_i = 1 - m_i / (sum_j z_ij + domestic final uses_i); 1 where nothing is bought. Refused
        when imports by row are unknown, or r leaves [0, 1].
        """
        return self.vector(self.local_supply, "local_supply_share", "1")

    # Matrices ---------------------------------------------------------------------------

    @cached_property
    def system(self) -> System:
        """I - A, factorised when first solved."""
        return LeontiefSystem(self.coefficients)

    @cached_property
    def coefficients(self) -> Floats:
        """A (n, n) as a plain array."""
        flows = self.plain("flows")
        A = per_unit(flows, self.plain("output"), self.sectors)
        A.flags.writeable = False
        return A

    @property
    def technical_coefficients(self) -> xr.DataArray:
        """A = Z diag(x)^-1 (sector_input, sector): input of i per unit of output of j.

        Of all products where imports are competitive, of domestic products where not.
        """
        return self.matrix(self.coefficients, "technical_coefficients")

    @property
    def leontief_inverse(self) -> xr.DataArray:
        """L = (I - A)^-1 (sector_input, sector): output of i per unit of final demand of j."""
        return self.matrix(self.productive.inverse(), "leontief_inverse")

    @property
    def allocation_coefficients(self) -> xr.DataArray:
        """B = diag(x)^-1 Z (sector_input, sector): share of i's output sold to j."""
        flows, x = self.plain("flows"), self.plain("output")
        return self.matrix(per_unit(flows.T, x, self.sectors).T, "allocation_coefficients")

    @cached_property
    def ghosh(self) -> Floats:
        """G (n, n) as a plain array: G = diag(x)^-1 L diag(x) where every x is above zero."""
        x = self.plain("output")
        system = self.productive  # A and B have the same eigenvalues
        formed = not isinstance(system, LeontiefSystem) or system.has_inverse
        if formed and (x != 0.0).all():
            return np.asarray(system.inverse() * x / x[:, None])
        return LeontiefSystem(self.allocation_coefficients.to_numpy()).inverse()

    @property
    def ghosh_inverse(self) -> xr.DataArray:
        """G = (I - B)^-1 (sector_input, sector): output of j per unit of primary input of i."""
        return self.matrix(self.ghosh, "ghosh_inverse")

    # Tables from this one ---------------------------------------------------------------

    def local(self) -> IOTable:
        """The table of local products, A_local = diag(r) A; see `local_supply_share`."""
        return local_table(self)

    def aggregate(self, concordance: Concordance) -> IOTable:
        """The table with sectors added together by label.

        Parameters
        ----------
        concordance : mapping, Series or DataFrame
            Old label to new label for every sector once, or a frame (old, new) of zeros and
            ones. In a multi-region table labels without region apply within each region.
        """
        return aggregated(self, concordance)

    def update(self, changes: pd.DataFrame) -> IOTable:
        """The table with changes added to input coefficients, final use held.

        Solved with the factors of this table (Sherman, Morrison and Woodbury); value added of
        the column takes the counterpart. `changes` is labelled by any sectors of the table.
        """
        return updated(self, changes)

    def __repr__(self) -> str:
        shape = f"{len(self.sectors)} sectors, {len(self.uses)} final uses"
        about = ", ".join(str(v) for v in (self.name, self.year, self.unit) if v)
        return f"<IOTable {about}: {shape}, imports {self.imports}>"

    def _described(self, variable: str, long_name: str) -> xr.DataArray:
        array = self.data[variable].copy(deep=False)
        array.attrs = {**self.attributes(self.unit), "long_name": long_name}
        return array
