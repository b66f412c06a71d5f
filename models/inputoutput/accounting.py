"""Analyses of prices, footprints and change over time under a table."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import xarray as xr

from models.errors import InputError
from models.inputoutput import footprint as footprints
from models.inputoutput import prices as cost_push
from models.inputoutput.counterfactuals import BySector, CounterfactualAnalyses
from models.inputoutput.decomposition import Decomposition, sda
from models.inputoutput.labelled import Floats, Positions, aligned_vector, positions, sparse_vector
from models.inputoutput.preflight import Preflight, preflight
from models.inputoutput.solving import LeontiefSystem
from models.inputoutput.units import mass_size, money_size

if TYPE_CHECKING:
    from models.inputoutput.table import IOTable


class Analyses(CounterfactualAnalyses):
    """Prices, footprints, decomposition and checks, on top of the quantity analyses."""

    def preflight(self) -> Preflight:
        """Checks of the table: orientation, units, subtotals, residuals, radius and more."""
        return preflight(self)

    def prices(
        self,
        cost: BySector | None = None,
        *,
        primary_change: Mapping[str, float] | None = None,
        carbon_price: float | None = None,
        satellite: str = "co2",
        currency: str | None = None,
        pass_through: float | BySector = 1.0,
    ) -> xr.Dataset:
        """Cost-push prices (`models.inputoutput.prices`); without arguments base prices.

        Parameters
        ----------
        cost : mapping or Series, optional
            Change of primary cost per unit of output by sector, a fraction of the base price.
        primary_change : mapping, optional
            Relative change of primary inputs, for example {"compensation": 0.05}.
        carbon_price : float, optional
            Currency per tonne on `satellite`, whose unit must be a mass.
        satellite : str
            Account that the carbon price falls on.
        currency : str, optional
            Currency of the carbon price; refused where it is not that of the table.
        pass_through : float or mapping
            Share of the change of unit cost passed on, in [0, 1]; 1 for sectors left out.

        Returns
        -------
        Dataset (sector)
            price (index, base one), price_change, unit_cost_change and absorbed (fractions of
            the base price), direct_cost (fraction), payment and surplus_loss (money).
            Attributes: consumer_price_change and final_use_price_change (fractions weighted
            by household consumption and by all final uses), assumptions.
        """
        x = self.plain("output")
        change = self._primary_cost(cost, primary_change)
        if carbon_price is not None:
            change = change + self._carbon_cost(carbon_price, satellite, currency)
        phi = self._shares(pass_through)
        result = cost_push.price_change(self.productive, self.coefficients, change, phi)
        money = str(self.data.attrs["units"])
        bought = self.plain("final_demand")
        consumed = bought[:, self.households] if self.roles.households else bought[:, :0]
        return self.gathered(
            {
                "price": (self._base_prices() + result.price, "1"),
                "price_change": (result.price, "1"),
                "unit_cost_change": (result.unit_cost, "1"),
                "absorbed": (result.absorbed, "1"),
                "direct_cost": (result.direct, "1"),
                "payment": (result.direct * x, money),
                "surplus_loss": (result.absorbed * x, money),
            },
            carbon_price="" if carbon_price is None else f"{carbon_price:g} per tonne",
            consumer_price_change=_weighted(result.price, consumed.sum(axis=1)),
            final_use_price_change=_weighted(result.price, bought.sum(axis=1)),
            assumptions="input coefficients and quantities do not respond to prices",
        )

    def _base_prices(self) -> Floats:
        """Index prices before any change (n,): one in every sector whose column balances."""
        x = self.plain("output")
        primary = x - self.plain("flows").sum(axis=0)
        if self.data.sizes["primary_input"]:
            primary = self.plain("primary_inputs").sum(axis=0)
        per_output = np.divide(primary, x, out=np.ones_like(x), where=x != 0.0)
        return cost_push.base_prices(self.productive, per_output)

    def _primary_cost(
        self, cost: BySector | None, primary_change: Mapping[str, float] | None
    ) -> Floats:
        change = np.zeros(len(self.sectors))
        if cost is not None:
            change = sparse_vector(cost, self.sectors, "change of cost")
        for name, rate in (primary_change or {}).items():
            change = change + rate * self.direct_coefficients_of_input(name)
        return change

    def direct_coefficients_of_input(self, name: str) -> Floats:
        """One primary input per unit of output (n,); zero without output."""
        x = self.plain("output")
        row = self.primary_input_of(name)
        return np.asarray(np.divide(row, x, out=np.zeros_like(row), where=x != 0.0))

    def _carbon_cost(self, price: float, satellite: str, currency: str | None) -> Floats:
        money, own = money_size(str(self.data.attrs["units"]))
        if currency is not None and currency != own:
            raise InputError(
                "the carbon price must be in the currency of the table", found=currency, allowed=own
            )
        self.satellite_position(satellite)
        total, unit = self.counted(satellite)
        x = self.plain("output")
        intensity = np.divide(total, x, out=np.zeros_like(x), where=x != 0.0)
        return cost_push.carbon_cost(price, intensity, mass_size(unit), money)

    def _shares(self, pass_through: float | BySector) -> Floats:
        """Pass-through of every sector (n,); one for sectors left out of a mapping."""
        if not isinstance(pass_through, Mapping | pd.Series):
            return np.full(len(self.sectors), float(pass_through))
        given = sparse_vector(pass_through, self.sectors, "pass-through")
        series = pd.Series(dict(pass_through.items()))
        named = sparse_vector(pd.Series(1.0, index=series.index), self.sectors, "pass-through")
        return np.asarray(np.where(named == 1.0, given, 1.0))

    def footprint(self, satellite: str, *, import_intensity: BySector | None = None) -> xr.Dataset:
        """Production and consumption accounts, and what trade embodies.

        Parameters
        ----------
        satellite : str
            A satellite account, or any account that `multipliers` takes.
        import_intensity : mapping or Series, optional
            Content of one unit of each imported product, whole supply chain; competitive
            imports only. Without it imports are taken to be made as here.

        Returns
        -------
        Dataset (sector)
            production by producing sector; consumption, exports (outflow included), imports
            and reexports by product; multiplier; embodied (sector, final_use) and direct
            (final_use), what final users emit themselves. For a multi-region table
            consumption and imports are by region and product bought, production and exports
            by producing sector; exports and imports are those between the regions.
            Attribute `assumption` says how imports are counted.
        """
        if self.sectors.nlevels == 2:
            if import_intensity is not None:
                raise InputError("a multi-region table knows its imports: no import intensity")
            return self._footprint_of_regions(satellite)
        return self._footprint_of_region(satellite, import_intensity)

    def _footprint_of_region(self, satellite: str, import_intensity: BySector | None) -> xr.Dataset:
        money = str(self.data.attrs["units"])
        total, unit = self.counted(satellite)
        s = self.direct_coefficients(satellite)[0]
        domestic, external = self.domestic_final_use, self.external_final_use
        competitive = self.data.attrs["imports"] == "competitive"
        knows_imports = self.data.sizes["origin"] > 0 or "local_supply_share" in self.data
        if import_intensity is not None and not (competitive and knows_imports):
            raise InputError("import intensities need competitive imports known by row")
        m = self.productive.solve_transposed(s)
        reexports = np.zeros_like(m)
        if competitive and knows_imports:
            q = (
                m
                if import_intensity is None
                else aligned_vector(import_intensity, self.sectors, "import intensity")
            )
            r = self.local_supply
            local = LeontiefSystem(r[:, None] * self.coefficients)
            parts = footprints.open_region(local, self.coefficients, r, s, q, domestic, external)
            consumption, exports = parts.consumption, parts.exports
            reexports, imports = parts.reexports, parts.imports
            served = np.where(self.external, 1.0, r[:, None])
            embodied = parts.local[:, None] * served * self.plain("final_demand")
            m = parts.local
            how = "imports made as here" if import_intensity is None else "import intensity given"
        else:
            consumption, exports, imports = m * domestic, m * external, m * self.imports_total
            embodied = m[:, None] * self.plain("final_demand")
            how = "imports not counted: domestic flows only"
            if competitive:
                how = "imports made as here, in one total with final use (imports by row unknown)"
        return self.gathered(
            {
                "production": (total, unit),
                "consumption": (consumption, unit),
                "exports": (exports, unit),
                "reexports": (reexports, unit),
                "imports": (imports, unit),
                "multiplier": (m, f"{unit} per {money}"),
            },
            {"embodied": (embodied, unit), "direct": (self._direct_final_use(satellite), unit)},
            account=satellite,
            assumption=how,
        )

    def _direct_final_use(self, satellite: str) -> Floats:
        if satellite not in self.satellite_names:
            return np.zeros(len(self.uses))
        row = self.satellite_position(satellite)
        return np.asarray(self.plain("satellites_final_use")[row])

    def _footprint_of_regions(self, satellite: str) -> xr.Dataset:
        unit = self.counted(satellite)[1]
        s = self.direct_coefficients(satellite)[0]
        parts = footprints.many_regions(self.productive, s, *self._regions)
        return self.gathered(
            {
                "production": (parts.production, unit),
                "consumption": (parts.consumption.ravel(), unit),
                "exports": (parts.exports, unit),
                "imports": (parts.imports.ravel(), unit),
            },
            {"direct": (self._direct_final_use(satellite), unit)},
            account=satellite,
            assumption="every region with its own technology and intensity",
        )

    @cached_property
    def _regions(self) -> tuple[Floats, Positions, Positions]:
        """Final use by region (n, regions); region and product of each sector (n,)."""
        home = pd.Index(self.sectors.get_level_values(0))
        product = pd.Index(self.sectors.get_level_values(1))
        regions, products = home.unique(), product.unique()
        where, which = regions.get_indexer(home), products.get_indexer(product)
        full = np.arange(len(regions) * len(products))
        if not np.array_equal(where * len(products) + which, full):
            raise InputError(
                "footprints of regions need every region to have the same sectors in the same "
                "order; aggregate or complete the table first"
            )
        owner = regions.get_indexer(self.uses.get_level_values(0))
        if (owner < 0).any():
            label = self.uses[int(np.flatnonzero(owner < 0)[0])]
            raise InputError(
                f"final use {label!r} belongs to no region of the table: name final uses "
                "(region, use)"
            )
        by_region = np.zeros((len(self.uses), len(regions)))
        by_region[np.arange(len(self.uses)), owner] = 1.0
        return self.plain("final_demand") @ by_region, where, which

    def decompose(
        self,
        later: IOTable,
        of: str = "output",
        *,
        method: str = "all",
        across_prices: bool = False,
    ) -> xr.Dataset:
        """Structural decomposition of the change to a later table.

        The account of sector i is c_i (L B u)_i with c its direct coefficient, L from the
        input coefficients, B the composition of each final use (imports by row a column of
        their own, subtracted) and u the totals of final uses. The effects of coefficient,
        technology, composition and level sum to the change exactly.

        Parameters
        ----------
        later : IOTable
            Same sectors, uses, units and treatment of imports.
        of : str
            As in `multipliers`.
        method : "all" or "polar"
            Average of all forms, or of the two polar forms (Dietzenbacher and Los 1998).
        across_prices : bool
            Allow tables of different price basis; effects then hold price changes.

        Returns
        -------
        Dataset (factor, sector)
            effect, lowest, highest (range over the forms) and change (sector).
        """
        order = self._comparable(later, across_prices)
        start, end = self._factors(of), later._factors(of)
        n = len(self.sectors)
        systems = (self.productive, later.productive)

        def account(c: Floats, later_technology: Floats, mix: Floats, level: Floats) -> Floats:
            if later_technology == 0.0:
                return c * systems[0].solve(mix @ level)
            demand = np.empty(n)
            demand[order] = mix @ level
            return c * systems[1].solve(demand)[order]

        result = sda(
            [start[0], 0.0, start[1], start[2]],
            [end[0][order], 1.0, end[1][order], end[2]],
            evaluate=account,
            names=("coefficient", "technology", "composition", "level"),
            method=method,
        )
        return self._decomposed(result, later, of)

    def _decomposed(self, result: Decomposition, later: IOTable, of: str) -> xr.Dataset:
        unit = self.counted(of)[1]
        dataset = self.gathered({"change": (result.change, unit)}, account=of)
        about = self.attributes(unit)
        parts = {"effect": result.effects, "lowest": result.lowest, "highest": result.highest}
        dataset = dataset.assign(
            {
                name: (("factor", "sector"), values, about)
                for name, values in parts.items()
                if values is not None
            }
        ).assign_coords(factor=list(result.names))
        dataset.attrs["to_year"] = later.year
        dataset.attrs["method"] = result.method
        return dataset

    def _factors(self, of: str) -> tuple[Floats, Floats, Floats]:
        """Coefficient (n,), composition (n, k + 1) and totals (k + 1,) of net final use."""
        c = self.direct_coefficients(of)[0] if of != "output" else np.ones(len(self.sectors))
        uses = np.column_stack([self.plain("final_demand"), -self.imports_total])
        level = uses.sum(axis=0)
        empty = ~uses.any(axis=0)
        if ((level == 0.0) & ~empty).any():
            k = int(np.flatnonzero((level == 0.0) & ~empty)[0])
            raise InputError(f"final use {self.use_names[k]!r} sums to zero: no composition exists")
        return c, uses / np.where(empty, 1.0, level), level

    def _comparable(self, later: IOTable, across_prices: bool) -> Positions:
        """Positions in the later table of this table's sectors; refuses unlike tables."""
        pairs: list[tuple[str, Hashable, Hashable]] = [
            ("unit", self.data.attrs["units"], later.data.attrs["units"]),
            ("treatment of imports", self.data.attrs["imports"], later.data.attrs["imports"]),
            ("final uses", tuple(self.uses), tuple(later.uses)),
        ]
        if not across_prices:
            pairs.append(
                ("price basis", self.data.attrs["price_basis"], later.data.attrs["price_basis"])
            )
        for what, mine, theirs in pairs:
            if mine != theirs:
                raise InputError(f"the two tables differ in {what}", found=theirs, allowed=mine)
        return positions(later.sectors, self.sectors, "sectors of the later table")


def _weighted(values: Floats, weights: Floats) -> float:
    total = float(weights.sum())
    return float(values @ weights / total) if total != 0.0 else float("nan")
