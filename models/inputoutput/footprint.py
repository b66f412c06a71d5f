"""Footprints: what is emitted, used or employed for whom.

One region, local output x = L_l (r f + e), local coefficients A_l = diag(r) A, imports by
product m = (1 - r)(A x + f), intensities s at home and q per unit of imported product:

    production  s x                 = local (r f) + external (e)
    local multiplier      k' = s' L_l
    imported multiplier   h' = q' diag(1 - r) A L_l
    consumption (k + h) r f + q (1 - r) f,   exports k e,   re-exports h e,   imports q m
    production + imports = consumption + exports + re-exports.

Without knowledge of q, imports are made with the technology of the table: q = L' s with all
inputs; then consumption is q f (Miller and Blair 2009, chapters 9 and 10; the "emissions
avoided by imports" convention of single-region studies, Peters 2008, Ecological Economics 65).

Several regions: consumption of region t by product c is sum over suppliers of m f_t, the part
emitted abroad with the intensities of t set to zero, and so on (Peters 2008; the accounts
D_cba, D_pba, D_imp and D_exp of pymrio). Only solutions are needed, no inverse.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from models.inputoutput.labelled import Floats
from models.inputoutput.solving import System


@dataclass(frozen=True)
class RegionAccounts:
    """Footprint of one region by product (n,), in the unit of the account.

    `local` and `imported` are the multipliers k and h, `import_intensity` is q.
    """

    local: Floats
    imported: Floats
    import_intensity: Floats
    consumption: Floats
    exports: Floats
    reexports: Floats
    imports: Floats


def open_region(
    local: System,
    technical: ArrayLike,
    share: ArrayLike,
    intensity: ArrayLike,
    import_intensity: ArrayLike,
    domestic: ArrayLike,
    external: ArrayLike,
) -> RegionAccounts:
    """Footprint of a region whose imports by product are known.

    Parameters
    ----------
    local : System
        I - diag(r) A.
    technical : array (n, n)
        A of all products, imported ones included.
    share : array (n,)
        r: local-supply coefficients.
    intensity : array (n,)
        s per unit of output.
    import_intensity : array (n,)
        q per unit of imported product, whole supply chain.
    domestic, external : array (n,)
        f: domestic final use at all purchases; e: outflow and exports.
    """
    A, r = np.asarray(technical, dtype=float), np.asarray(share, dtype=float)
    s, q = np.asarray(intensity, dtype=float), np.asarray(import_intensity, dtype=float)
    f, e = np.asarray(domestic, dtype=float), np.asarray(external, dtype=float)
    both = local.solve_transposed(np.column_stack([s, A.T @ ((1.0 - r) * q)]))
    k, h = both[:, 0], both[:, 1]
    x = local.solve(r * f + e)
    bought = A @ x + f
    return RegionAccounts(
        local=k,
        imported=h,
        import_intensity=q,
        consumption=(k + h) * r * f + q * (1.0 - r) * f,
        exports=k * e,
        reexports=h * e,
        imports=q * (1.0 - r) * bought,
    )


def origins(system: System, intensity: ArrayLike, demand: ArrayLike) -> Floats:
    """By emitting sector: s_i (L f)_i for demand (n,) or (n, k)."""
    s = np.asarray(intensity, dtype=float)
    x = system.solve(np.asarray(demand, dtype=float))
    return np.asarray(s * x if x.ndim == 1 else s[:, None] * x)


@dataclass(frozen=True)
class ManyRegionAccounts:
    """Footprints of several regions.

    Attributes
    ----------
    production : ndarray (n,)
        Territorial, by producing region and sector, of the output that demand calls for.
    consumption : ndarray (regions, products)
        Footprint of each region's final demand by product.
    imports : ndarray (regions, products)
        Part of it that arises in other regions.
    exports : ndarray (n,)
        Arising in a sector for final demand of other regions.
    """

    production: Floats
    consumption: Floats
    imports: Floats
    exports: Floats


def many_regions(
    system: System,
    intensity: ArrayLike,
    demand: ArrayLike,
    sector_region: NDArray[np.intp],
    sector_product: NDArray[np.intp],
) -> ManyRegionAccounts:
    """Accounts of R regions.

    Parameters
    ----------
    system : System
        I - A of all regions.
    intensity : array (n,)
        s per unit of output.
    demand : array (n, R)
        Final demand of each region, from every supplier.
    sector_region, sector_product : array of int (n,)
        Region and product of each row.
    """
    s, F = np.asarray(intensity, dtype=float), np.asarray(demand, dtype=float)
    regions, products = F.shape[1], int(sector_product.max()) + 1
    home = sector_region[:, None] == np.arange(regions)[None, :]
    foreign = np.where(home, 0.0, s[:, None])
    contents = system.solve_transposed(np.column_stack([s, foreign]))
    sums = np.zeros((products, s.size))
    sums[sector_product, np.arange(s.size)] = 1.0
    consumption = sums @ (contents[:, :1] * F)
    imports = sums @ (contents[:, 1:] * F)
    output = system.solve(F)
    total = output.sum(axis=1)
    own = np.where(home, output, 0.0).sum(axis=1)
    return ManyRegionAccounts(s * total, consumption.T, imports.T, s * (total - own))
