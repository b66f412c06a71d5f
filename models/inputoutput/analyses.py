"""Multipliers, linkages and fields of influence under a table: labels around pure functions."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import xarray as xr

from models.errors import InputError
from models.inputoutput import linkages
from models.inputoutput import multipliers as content
from models.inputoutput.accounts import Accounts
from models.inputoutput.labelled import Floats, Positions, located
from models.inputoutput.solving import System, require_productive


class StructureAnalyses(Accounts):
    """Multipliers, linkages and fields of influence."""

    if TYPE_CHECKING:

        @property
        def system(self) -> System:
            """I - A, factorised."""

        @property
        def coefficients(self) -> Floats:
            """A (n, n)."""

    @cached_property
    def productive(self) -> System:
        """The system, once it is known that the spectral radius of A is below one."""
        require_productive(self.system, self.coefficients)
        return self.system

    def multipliers(
        self,
        of: str = "output",
        type: Literal[1, 2] = 1,
        *,
        relative_to: Literal["final_demand", "direct"] = "final_demand",
        household_income: float | None = None,
        own_purchases: float = 0.0,
    ) -> xr.DataArray:
        """What one unit of final demand of each product draws in.

        Parameters
        ----------
        of : str
            "output", "income", "value_added", a satellite account ("employment", "co2",
            ...) or a primary input.
        type : 1 or 2
            Open model, or closed for households (their consumption follows their income).
        relative_to : "final_demand" or "direct"
            Per unit of final demand, m = c' L; or as the ratio m / c to the direct effect.
        household_income : float, optional
            Total income of households, in money; the sum of compensation unless given.
        own_purchases : float
            Purchases of households from households per unit of their income.

        Returns
        -------
        DataArray (sector)
            With the direct coefficient as coordinate `direct`.

        Raises
        ------
        InputError
            On an unknown account, or where type 2 lacks the compensation row or the
            household consumption column.
        """
        if type not in (1, 2):
            raise InputError("unknown type of multiplier", found=type, allowed="1, 2")
        if relative_to not in ("final_demand", "direct"):
            raise InputError(
                "multipliers are relative to one of two things",
                found=relative_to,
                allowed="final_demand, direct",
            )
        direct, units = self.direct_coefficients(of)
        system = self.productive
        if type == 2:
            system = self.closed_system(household_income, own_purchases)
        values = content.multipliers(system, direct)
        if relative_to == "direct":
            values, units = content.relative_to_direct(values, direct), "1"
        closed = "closed for households" if type == 2 else "open"
        result = self.vector(values, f"{of}_multiplier", units, type=type, model=closed)
        return result.assign_coords(direct=("sector", direct))

    def closed_system(
        self, household_income: float | None = None, own_purchases: float = 0.0
    ) -> System:
        """The system closed for households; one group of households a region.

        Parameters
        ----------
        household_income, own_purchases
            As in `multipliers`.
        """
        x = self.plain("output")
        earned, spent = self._households_by_region()
        total = earned.sum(axis=1) if household_income is None else np.array([household_income])
        if household_income is not None and earned.shape[0] > 1:
            raise InputError("household income is given once but the table has several regions")
        if (total <= 0.0).any():
            raise InputError("total income of households must be above zero")
        income = np.divide(earned, x, out=np.zeros_like(earned), where=x != 0.0)
        own = np.eye(earned.shape[0]) * own_purchases
        return content.close_for_households(self.productive, income, spent / total, own)

    def _households_by_region(self) -> tuple[Floats, Floats]:
        """Compensation (regions, n) and household consumption (n, regions), in money."""
        uses = self.plain("final_demand")
        chosen, paid = self.households, self.compensation
        if self.sectors.nlevels == 1 or self.uses.nlevels == 1:
            return paid[None, :], uses[:, chosen].sum(axis=1, keepdims=True)
        regions = list(dict.fromkeys(self.sectors.get_level_values(0)))
        earned = np.array(
            [np.where(self.sectors.get_level_values(0) == r, paid, 0.0) for r in regions]
        )
        spent = [
            uses[:, chosen & (self.uses.get_level_values(0) == r)].sum(axis=1) for r in regions
        ]
        return earned, np.column_stack(spent)

    def downstream(self, of: str) -> xr.DataArray:
        """What sectors further down the chain count per unit of primary input (Ghosh).

        (G - I) c: for a satellite, the account enabled by the sector's sales.
        """
        direct, units = self.direct_coefficients(of)
        x = self.plain("output")
        reached = self.productive.solve(x * direct)
        values = np.divide(reached, x, out=direct.copy(), where=x != 0.0) - direct
        return self.vector(values, f"{of}_downstream", units)

    def linkages(
        self, *, forward: Literal["ghosh", "leontief"] = "ghosh", variation: bool = False
    ) -> xr.Dataset:
        """Backward and forward linkages, normalised, and the class of each sector.

        Parameters
        ----------
        forward : "ghosh" or "leontief"
            Row sums of the Ghosh inverse, or of the Leontief inverse (Rasmussen 1956).
        variation : bool
            Also Rasmussen's coefficients of variation, which need the inverse itself.

        Returns
        -------
        Dataset (sector)
            backward, forward, backward_normalised, forward_normalised, kind ("key",
            "backward", "forward", "independent").
        """
        if forward not in ("ghosh", "leontief"):
            raise InputError("unknown forward linkage", found=forward, allowed="ghosh, leontief")
        system, x = self.productive, self.plain("output")
        back = linkages.backward_linkages(system)
        ghosh = forward == "ghosh"
        ahead = linkages.forward_linkages(system, x) if ghosh else linkages.sensitivities(system)
        power, sensitivity = linkages.normalised(back), linkages.normalised(ahead)
        vectors = {
            "backward": (back, "1"),
            "forward": (ahead, "1"),
            "backward_normalised": (power, "1"),
            "forward_normalised": (sensitivity, "1"),
        }
        if variation:
            L = system.inverse()
            rows = L * x / x[:, None] if ghosh and (x != 0.0).all() else L
            vectors["backward_variation"] = (linkages.spread(L, 0), "1")
            vectors["forward_variation"] = (linkages.spread(rows, 1), "1")
        result = self.gathered(vectors, forward_model=forward)
        kinds = linkages.sector_kinds(power, sensitivity)
        return result.assign(kind=("sector", kinds, self.attributes("")))

    def field_of_influence(
        self, coefficient: tuple[Hashable, Hashable] | None = None
    ) -> xr.DataArray:
        """First-order change of L by one coefficient, or its size for every coefficient.

        Parameters
        ----------
        coefficient : pair of labels (row, column), optional
            Without it the Frobenius norm of the field of every coefficient.
        """
        L = self.productive.inverse()
        if coefficient is None:
            return self.matrix(linkages.influence(L), "field_of_influence")
        i, j = (self.group([label])[0] for label in coefficient)
        return self.matrix(linkages.field_of_influence(L, int(i), int(j)), "field_of_influence")

    def group(self, sectors: Hashable | Sequence[Hashable]) -> Positions:
        """Positions of one or several sectors."""
        labels: list[Hashable]
        if isinstance(sectors, list | pd.Index | np.ndarray) or (
            isinstance(sectors, tuple) and sectors not in self.sectors
        ):
            labels = list(sectors)
        else:
            labels = [sectors]
        if not labels:
            raise InputError("no sector is named")
        if self.sectors.nlevels == 2:
            whole = [label for label in labels if not isinstance(label, tuple)]
            if whole:
                raise InputError("sectors of this table are pairs (region, sector)", found=whole[0])
            return located(pd.MultiIndex.from_tuples(labels), self.sectors, "sectors")
        where = located(pd.Index(labels), self.sectors, "sectors")
        if np.unique(where).size != where.size:
            raise InputError("a sector is named twice")
        return where
