"""What if: extraction, shocks and projects, and the mixed model under a table."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Literal, TypeAlias

import numpy as np
import pandas as pd
import xarray as xr

from models.errors import InputError
from models.inputoutput import extraction, mixed, shocks
from models.inputoutput.analyses import StructureAnalyses
from models.inputoutput.labelled import (
    Floats,
    aligned,
    joined,
    located,
    sparse_vector,
)
from models.inputoutput.solving import per_unit

BySector: TypeAlias = Mapping[Hashable, float] | pd.Series


class CounterfactualAnalyses(StructureAnalyses):
    """Extraction, shocks and projects, and the mixed model."""

    def extract(
        self,
        sectors: Hashable | Sequence[Hashable],
        kind: str = "total",
        *,
        share: float | None = None,
        keep_internal: bool = False,
        remove_final_use: float = 0.0,
        model: Literal["leontief", "ghosh"] = "leontief",
    ) -> xr.Dataset:
        """What is lost when a group of sectors stops trading with the others.

        Parameters
        ----------
        sectors : label or list of labels
        kind : str
            "total" (rows and columns), "backward" (columns), "forward" (rows), "partial".
        share : float
            Share taken out; needed for "partial", otherwise 1.
        keep_internal : bool
            Whether transactions within the group stay.
        remove_final_use : float
            Share of the group's final demand removed as well.
        model : "leontief" or "ghosh"
            Ghosh only for "forward": primary inputs are held instead of final demand.

        Returns
        -------
        Dataset (sector)
            output_loss, value_added_loss and one loss for each satellite; attributes
            total_loss, loss_share (of all output) and loss_elsewhere (outside the group).
        """
        group = self.group(sectors)
        if kind == "partial" and share is None:
            raise InputError("a partial extraction needs the share that is taken out")
        if model not in ("leontief", "ghosh") or (model == "ghosh" and kind != "forward"):
            raise InputError('the Ghosh model is for kind="forward"', found=f"{model}, {kind}")
        part = 1.0 if share is None else share
        after_system = extraction.extracted_system(
            self.productive, self.coefficients, group, kind, part, keep_internal
        )
        before = self.productive.solve(self.net_final_use)
        if model == "ghosh":
            x = self.plain("output")
            primary = x - self.plain("flows").sum(axis=0)
            loss = x - extraction.output_without_sales(after_system, primary, x)
        else:
            f = self.net_final_use
            loss = before - extraction.output_without(after_system, f, group, remove_final_use)
        return self.effects(
            loss,
            "loss",
            kind=kind,
            share=part,
            model=model,
            extracted=[str(self.sectors[i]) for i in group],
            total_loss=float(loss.sum()),
            loss_share=float(loss.sum() / before.sum()),
            loss_elsewhere=float(np.delete(loss, group).sum()),
        )

    def shock(
        self,
        final_demand: BySector | pd.DataFrame,
        *,
        type: Literal[1, 2] = 1,
        profile: Sequence[float] | pd.Series | None = None,
        timing: Literal["at_once", "in_rounds"] = "at_once",
        periods: int | None = None,
    ) -> xr.Dataset:
        """Output, value added and satellites that a change of final demand calls for.

        Parameters
        ----------
        final_demand : mapping, Series or DataFrame
            Change by sector (sectors left out do not change), in money; a frame has one
            column per period.
        type : 1 or 2
            Open, or closed for households.
        profile : sequence or Series, optional
            Share of the change in each period (of a project, by year); must sum to one.
        timing : "at_once" or "in_rounds"
            All suppliers in the period of the demand, or each tier one period later.
        periods : int, optional
            Periods reported with "in_rounds"; those of the demand unless given.

        Returns
        -------
        Dataset (sector) or (sector, period)
            output, value_added, income where known, and every satellite, as changes.
        """
        demand, labels = self._demand(final_demand, profile)
        if timing == "in_rounds":
            if type == 2 or labels is None:
                raise InputError("rounds need demand by period and the open model")
            count = len(labels) if periods is None else periods
            labels = labels if count == len(labels) else pd.RangeIndex(count)
            changes = shocks.in_rounds(self.coefficients, demand, count)
        elif timing == "at_once":
            system = self.productive if type == 1 else self.closed_system()
            changes = shocks.at_once(system, demand)
        else:
            raise InputError("unknown timing", found=timing, allowed="at_once, in_rounds")
        return self.effects(changes, "", labels, timing=timing, type=type)

    def account_totals(
        self,
        final_demand: pd.DataFrame,
        of: Sequence[str] = ("output", "value_added"),
        *,
        type: Literal[1, 2] = 1,
    ) -> xr.Dataset:
        """Totals of some accounts under many changes of final demand, without sectors.

        Parameters
        ----------
        final_demand : DataFrame (sectors, changes)
            One column per change, in money; sectors left out do not change.
        of : sequence of str
            Accounts, as in `multipliers`.
        type : 1 or 2
            Open, or closed for households.

        Returns
        -------
        Dataset (change)
            One variable per account, summed over sectors.
        """
        demand, _ = self._demand(final_demand, None)
        labels = final_demand.columns
        counted = [self.counted(name) for name in of]
        totals, x = np.array([total for total, _ in counted]), self.plain("output")
        system = self.productive if type == 1 else self.closed_system()
        sums = shocks.totals(system, per_unit(totals, x, self.sectors).T, demand)
        about = self.attributes("")
        del about["units"]
        return xr.Dataset(
            {
                name: (("change",), row, self.attributes(unit))
                for name, row, (_, unit) in zip(of, sums, counted, strict=True)
            },
            coords=joined({"change": labels}),
            attrs={**about, "type": type},
        )

    def _demand(
        self, final_demand: BySector | pd.DataFrame, profile: Sequence[float] | pd.Series | None
    ) -> tuple[Floats, pd.Index | None]:
        if isinstance(final_demand, pd.DataFrame):
            if profile is not None:
                raise InputError("demand by period leaves no room for a profile")
            if final_demand.index.equals(self.sectors):
                columns = final_demand.columns
                return aligned(final_demand, self.sectors, columns, "final demand"), columns
            where = located(final_demand.index, self.sectors, "final demand")
            values = np.zeros((len(self.sectors), final_demand.shape[1]))
            values[where] = aligned(
                final_demand, final_demand.index, final_demand.columns, "final demand"
            )
            return values, final_demand.columns
        vector = sparse_vector(final_demand, self.sectors, "final demand")
        if profile is None:
            return vector, None
        labels = profile.index if isinstance(profile, pd.Series) else pd.RangeIndex(len(profile))
        return shocks.spread_over(vector, np.asarray(profile, dtype=float)), labels

    def mixed(self, output: BySector, final_demand: BySector | None = None) -> xr.Dataset:
        """Output given for some sectors, final demand for the others (supply constraints).

        Parameters
        ----------
        output : mapping or Series
            Output of the constrained sectors, in money.
        final_demand : mapping or Series, optional
            Final demand net of imports of other sectors; that of the table where left out.

        Returns
        -------
        Dataset (sector)
            output, final_demand and their changes.
        """
        given = output if isinstance(output, pd.Series) else pd.Series(dict(output))
        where = self.group(list(given.index))
        f = self.net_final_use.copy()
        if final_demand is not None:
            wanted = sparse_vector(final_demand, self.sectors, "final demand")
            named = located(pd.Series(dict(final_demand)).index, self.sectors, "final demand")
            f[named] = wanted[named]
        levels = given.to_numpy(dtype=float)
        x, demand = mixed.mixed_model(self.coefficients, f, where, levels)
        money = str(self.data.attrs["units"])
        return self.gathered(
            {
                "output": (x, money),
                "final_demand": (demand, money),
                "output_change": (x - self.plain("output"), money),
                "final_demand_change": (demand - self.net_final_use, money),
            },
            constrained=[str(self.sectors[i]) for i in where],
        )

    def effects(
        self, output: Floats, ending: str, periods: pd.Index | None = None, **more: object
    ) -> xr.Dataset:
        """Output (n,) or (n, periods) and all that goes with it, by constant coefficients."""
        names = ["output"]
        names += ["value_added"] if self.value_added_rows.any() else []
        names += ["income"] if self.roles.compensation is not None else []
        names += self.satellite_names
        dims, coords = self.by_sector.dims, self.by_sector.coords
        if output.ndim == 2:
            counted = pd.RangeIndex(output.shape[1]) if periods is None else periods
            dims = ("sector", "period")
            coords = joined({"sector": self.sectors, "period": counted})
        arrays = {}
        for name in names:
            c = self.direct_coefficients(name)[0]
            c = np.ones_like(c) if name == "output" else c
            values = c * output if output.ndim == 1 else c[:, None] * output
            label = f"{name}_{ending}" if ending else name
            unit = self.counted(name)[1]
            arrays[label] = (dims, values, self.attributes(unit))
        about = self.attributes("")
        del about["units"]
        return xr.Dataset(arrays, coords=coords, attrs={**about, **more})
