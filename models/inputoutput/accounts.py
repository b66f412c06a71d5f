"""The parts of a table that analyses need, and the labels of their results."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from models.errors import InputError, nearest_name
from models.inputoutput.labelled import Floats, Labels, Mask
from models.inputoutput.roles import Roles
from models.inputoutput.solving import per_unit

TREATMENTS: Final = {
    "competitive": "competitive: flows and final uses include imported products",
    "domestic": "domestic: flows and final uses hold products of the territory only",
}


class Accounts:
    """Named parts of a table as plain arrays, and labelling of results."""

    data: xr.Dataset
    sectors: pd.Index
    uses: pd.Index
    roles: Roles
    history: tuple[str, ...]
    printed: Mapping[str, pd.Series]

    def plain(self, name: str) -> NDArray[Any]:
        """One variable of the table as a plain array, which cannot be written to."""
        return np.asarray(self.data.variables[name].values)

    # Final use --------------------------------------------------------------------------

    @property
    def use_names(self) -> tuple[str, ...]:
        """Names of the final uses; of a multi-region table those within a region."""
        return tuple(str(name) for name in self.uses.get_level_values(-1))

    @cached_property
    def external(self) -> Mask:
        """Mask (k,) of the final uses served from local output alone."""
        return np.isin(self.use_names, list(self.roles.external or ()))

    @property
    def imports_total(self) -> Floats:
        """Imports and inflow by product (n,), positive; zero where domestic."""
        return np.asarray(self.plain("imports").sum(axis=0))

    @property
    def net_final_use(self) -> Floats:
        """All final uses less imports by row (n,): x = L f."""
        return np.asarray(self.plain("final_demand").sum(axis=1) - self.imports_total)

    @property
    def domestic_final_use(self) -> Floats:
        """Final uses within the territory (n,): all but the external ones."""
        return np.asarray(self.plain("final_demand")[:, ~self.external].sum(axis=1))

    @property
    def external_final_use(self) -> Floats:
        """Outflow, exports and a statistical error, if any (n,)."""
        return np.asarray(self.plain("final_demand")[:, self.external].sum(axis=1))

    @cached_property
    def local_supply(self) -> Floats:
        """r (n,): share of purchases in the territory met by its own output.

        r_i = 1 - m_i / (sum_j z_ij + domestic final uses_i); 1 where nothing is bought.

        Raises
        ------
        InputError
            When imports by row are unknown, or r leaves [0, 1].
        """
        if self.data.attrs["imports"] != "competitive":
            raise InputError("a table of domestic flows has no local-supply coefficients")
        if "local_supply_share" in self.data:
            share = self.plain("local_supply_share")
        elif self.data.sizes["origin"] == 0:
            raise InputError("local-supply coefficients need imports by row or r itself")
        else:
            bought = self.plain("flows").sum(axis=1) + self.domestic_final_use
            imports = self.imports_total
            stray = (bought == 0.0) & (imports != 0.0)
            if stray.any():
                i = int(np.flatnonzero(stray)[0])
                raise InputError(f"{self.sectors[i]!r} is imported but nobody here buys it")
            share = 1.0 - np.divide(imports, bought, out=np.zeros_like(bought), where=bought != 0.0)
        bad = (share < 0.0) | (share > 1.0)
        if bad.any():
            i = int(np.flatnonzero(bad)[0])
            raise InputError(
                f"local-supply coefficient of sector {self.sectors[i]!r} is outside [0, 1]",
                found=f"{share[i]:.6g}",
            )
        return np.asarray(share)

    # Primary inputs ---------------------------------------------------------------------

    @cached_property
    def input_names(self) -> tuple[str, ...]:
        """Names of the primary inputs."""
        return tuple(str(name) for name in self.plain("primary_input"))

    @property
    def value_added_rows(self) -> Mask:
        """Mask (p,) of the primary inputs that are value added."""
        return ~np.isin(self.input_names, list(self.roles.imported_inputs or ()))

    @property
    def value_added(self) -> Floats:
        """Value added by sector (n,): primary inputs without imported inputs."""
        rows = self.value_added_rows
        if not rows.any():
            raise InputError("the table has no primary inputs that are value added")
        return np.asarray(self.plain("primary_inputs")[rows].sum(axis=0))

    def primary_input_of(self, name: str) -> Floats:
        """One primary input by sector (n,)."""
        if name not in self.input_names:
            raise InputError(
                "no primary input of this name",
                found=name,
                allowed=", ".join(self.input_names),
                nearest=nearest_name(name, self.input_names),
            )
        return np.asarray(self.plain("primary_inputs")[self.input_names.index(name)])

    @property
    def compensation(self) -> Floats:
        """Compensation of employees by sector (n,)."""
        if self.roles.compensation is None:
            raise InputError(
                "the table does not say which primary input households earn: name it by "
                'roles=Roles(compensation="…")',
                allowed=", ".join(self.input_names),
            )
        return self.primary_input_of(self.roles.compensation)

    @property
    def households(self) -> Mask:
        """Mask (k,) of the final uses that households buy out of income."""
        names = list(self.roles.households or ())
        if not names:
            raise InputError(
                "the table does not say which final use is household consumption: name it by "
                'roles=Roles(households=("…",))',
                allowed=", ".join(dict.fromkeys(self.use_names)),
            )
        return np.isin(self.use_names, names)

    # Coefficients -----------------------------------------------------------------------

    @cached_property
    def satellite_names(self) -> tuple[str, ...]:
        """Names of the satellite accounts."""
        return tuple(str(name) for name in self.plain("satellite"))

    def satellite_position(self, name: str) -> int:
        """Row of a satellite account, by its name."""
        names = self.satellite_names
        if name not in names:
            raise InputError(
                "no satellite account of this name",
                found=name,
                allowed=", ".join(names) or "the table has none",
                nearest=nearest_name(name, names),
            )
        return names.index(name)

    def counted(self, of: str) -> tuple[Floats, str]:
        """What is counted by sector, in total (n,), and its unit.

        Parameters
        ----------
        of : str
            "output", "income" (compensation), "value_added", a satellite account, or a
            primary input.
        """
        money = str(self.data.attrs["units"])
        if of == "output":
            return self.plain("output"), money
        if of == "income":
            return self.compensation, money
        if of == "value_added":
            return self.value_added, money
        names = self.satellite_names
        if of in self.input_names and of not in names:
            return self.primary_input_of(of), money
        if of not in names:
            known = ["output", "income", "value_added", *names, *self.input_names]
            raise InputError(
                "no such account in the table",
                found=of,
                allowed=", ".join(known),
                nearest=nearest_name(of, known),
            )
        row = names.index(of)
        unit = str(self.plain("satellite_unit")[row])
        return self.plain("satellites")[row], unit

    def direct_coefficients(self, of: str) -> tuple[Floats, str]:
        """What is counted per unit of output (n,), and its unit; zero without output."""
        total, unit = self.counted(of)
        money = str(self.data.attrs["units"])
        coefficients = per_unit(total[None, :], self.plain("output"), self.sectors)[0]
        return coefficients, "1" if unit == money else f"{unit} per {money}"

    # Labels for results -----------------------------------------------------------------

    def attributes(self, units: str, **more: object) -> dict[str, object]:
        """What every result carries: units, table, year, prices, treatment of imports."""
        about = self.data.attrs
        return {
            "units": units,
            "table": about["name"] or about["source"] or "unnamed table",
            "year": about["year"],
            "price_basis": about["price_basis"],
            "imports": TREATMENTS[about["imports"]],
            **more,
        }

    @cached_property
    def by_sector(self) -> Labels:
        """Labels of a vector by sector."""
        return Labels.of(self.data, "sector")

    @cached_property
    def between_sectors(self) -> Labels:
        """Labels of a matrix from sector to sector."""
        return Labels.of(self.data, "sector_input", "sector")

    def vector(self, values: Floats, name: str, units: str, **more: object) -> xr.DataArray:
        """A result by sector."""
        return self.by_sector.array(values, name, self.attributes(units, **more))

    def matrix(self, values: Floats, name: str, units: str = "1") -> xr.DataArray:
        """A result from sector to sector."""
        return self.between_sectors.array(values, name, self.attributes(units))

    def gathered(
        self,
        vectors: Mapping[str, tuple[Floats, str]],
        by_use: Mapping[str, tuple[Floats, str]] | None = None,
        **more: object,
    ) -> xr.Dataset:
        """Several results, each (values, units), in one dataset.

        Parameters
        ----------
        vectors : mapping
            Results by sector (n,).
        by_use : mapping, optional
            Results by final use (k,) or by sector and final use (n, k).
        **more
            Attributes of the dataset.
        """
        arrays: dict[str, tuple[tuple[str, ...], Floats, dict[str, object]]] = {
            name: (("sector",), values, self.attributes(units))
            for name, (values, units) in vectors.items()
        }
        labels = self.by_sector.coords
        if by_use is not None:
            labels = Labels.of(self.data, "sector", "final_use").coords
            both = ("sector", "final_use")
            for name, (values, units) in by_use.items():
                arrays[name] = (both[2 - values.ndim :], values, self.attributes(units))
        about = self.attributes("")
        del about["units"]
        return xr.Dataset(arrays, coords=labels, attrs={**about, **more})
