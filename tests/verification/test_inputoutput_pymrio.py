"""The same tables through pymrio: its printed small MRIO, and random tables beside it.

The small MRIO and its results are those of pymrio's own tests (tests/test_math.py, fixture
td_small_MRIO). The random tables compare every account to 1e-10 with pymrio as installed; where
it is not installed those tests are skipped.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from models.inputoutput import IOTable, Satellite

REFERENCE = Path(__file__).resolve().parents[2].parent / "shared" / "verification"
SECTORS = pd.MultiIndex.from_product([["reg1", "reg2"], ["sector1", "sector2", "sector3"]])
REGIONS = ["reg1", "reg2"]
FLOWS = [
    [10.0, 5.0, 1.0, 6.0, 5.0, 7.0],
    [0.0, 2.0, 0.0, 0.0, 5.0, 3.0],
    [10.0, 3.0, 20.0, 4.0, 2.0, 0.0],
    [5.0, 0.0, 0.0, 1.0, 10.0, 9.0],
    [0.0, 10.0, 1.0, 0.0, 20.0, 1.0],
    [5.0, 0.0, 0.0, 1.0, 10.0, 10.0],
]
FINAL = [[14.0, 3.0], [2.5, 2.5], [13.0, 6.0], [5.0, 20.0], [10.0, 10.0], [3.0, 10.0]]
STRESSORS = ["ext_type_1", "ext_type_2"]
EXTENSIONS = [[20.0, 1.0, 42.0, 4.0, 20.0, 5.0], [5.0, 4.0, 11.0, 8.0, 2.0, 10.0]]
OF_HOUSEHOLDS = [[50.0, 10.0], [100.0, 20.0]]

# Results of the fixture td_small_MRIO, as far as they are printed there.
PRINTED: dict[str, list[list[float]]] = {
    "D_cba": [
        [
            14.059498889254174,
            18.863255551508175,
            17.32012296814962,
            8.71616437964097,
            18.863255551508175,
            14.17770265993889,
        ],
        [
            5.395407054390734,
            7.594657671782178,
            5.857880532237175,
            5.657139420727301,
            7.594657671782178,
            7.900257649080434,
        ],
    ],
    "D_imp": [
        [
            1.2792573306446737,
            10.499069649181388,
            1.2752266807875912,
            6.604374747509535,
            8.364185902326788,
            10.842115601865368,
        ],
        [
            2.054905005956757,
            3.9151998960771452,
            1.522271392125981,
            1.743464577633809,
            3.6794577757050337,
            3.221508682410955,
        ],
    ],
    "D_exp": [
        [
            8.251832343364468,
            0.5304113433404783,
            17.02843256499675,
            1.3307504334524414,
            9.797226856351275,
            1.9255763708099365,
        ],
        [
            2.062958085841117,
            2.1216453733619134,
            4.459827576546767,
            2.6615008669048827,
            0.9797226856351275,
            3.851152741619873,
        ],
    ],
    "M": [
        [
            0.896638324101429,
            1.7965474933011258,
            1.1666796580507097,
            0.3013124703668342,
            1.4371886818255364,
            0.7177624711634629,
        ],
        [
            0.3004620527704837,
            0.9052387706892087,
            0.311411003349379,
            0.23778766312079253,
            0.5331560745059157,
            0.6031791628984159,
        ],
    ],
    "M_down": [
        [
            0.48172779,
            0.48999986,
            0.74944707,
            0.38438353,
            0.48030952,
            0.50914162,
        ],
        [
            0.26832875,
            0.25724662,
            0.28759602,
            0.1865165,
            0.21856841,
            0.25216408,
        ],
    ],
}


def small_mrio() -> IOTable:
    by_use = pd.DataFrame(OF_HOUSEHOLDS, STRESSORS, REGIONS)
    satellites = {
        name: Satellite(pd.Series(EXTENSIONS[k], SECTORS), "t", by_use.loc[name])
        for k, name in enumerate(STRESSORS)
    }
    return IOTable.from_frames(
        pd.DataFrame(FLOWS, SECTORS, SECTORS),
        pd.DataFrame(FINAL, SECTORS, REGIONS),
        None,
        unit="million EUR",
        year=2000,
        satellites=satellites,
    )


def test_coefficients_of_the_small_mrio() -> None:
    table = small_mrio()
    np.testing.assert_allclose(table.output, [51.0, 15.0, 58.0, 50.0, 52.0, 39.0], rtol=1e-15)
    first_column = [0.19607843137254902, 0.0, 0.19607843137254902, 0.09803921568627451, 0.0]
    A = table.technical_coefficients
    np.testing.assert_allclose(A[:5, 0], first_column, rtol=1e-14)
    B = table.allocation_coefficients
    np.testing.assert_allclose(B[0, :3], [0.19607843, 0.09803922, 0.01960784], atol=5e-9)
    G = table.ghosh_inverse
    np.testing.assert_allclose(G[0, :3], [1.33871463, 0.28499301, 0.05727924], atol=5e-9)
    L = table.leontief_inverse.sel(region_input="reg1", region="reg1")
    np.testing.assert_allclose(
        L[0], [1.3387146304736708, 0.9689762471208287, 0.05036622549592462], rtol=1e-12
    )


@pytest.mark.parametrize("k", [0, 1])
def test_accounts_of_the_small_mrio(k: int) -> None:
    table, name = small_mrio(), STRESSORS[k]
    footprint = table.footprint(name)
    tight = {"rtol": 0, "atol": 1e-12}
    np.testing.assert_allclose(table.multipliers(name), PRINTED["M"][k], **tight)
    np.testing.assert_allclose(table.downstream(name), PRINTED["M_down"][k], rtol=0, atol=5e-9)
    np.testing.assert_allclose(footprint["consumption"], PRINTED["D_cba"][k], **tight)
    np.testing.assert_allclose(footprint["production"], EXTENSIONS[k], rtol=1e-13)
    np.testing.assert_allclose(footprint["imports"], PRINTED["D_imp"][k], **tight)
    np.testing.assert_allclose(footprint["exports"], PRINTED["D_exp"][k], **tight)
    np.testing.assert_allclose(footprint["direct"], OF_HOUSEHOLDS[k], rtol=0)
    assert footprint["consumption"].attrs["units"] == "t"


def test_every_printed_matrix_of_the_small_mrio() -> None:
    path = REFERENCE / "pymrio_small_mrio_2r3s.json"
    if not path.exists():
        pytest.skip("the reference cases are not beside the project")
    expected = json.loads(path.read_text(encoding="utf-8"))["expected"]
    table = small_mrio()
    np.testing.assert_allclose(table.technical_coefficients, expected["A"], rtol=0, atol=1e-14)
    np.testing.assert_allclose(table.leontief_inverse, expected["L"], rtol=0, atol=1e-12)
    np.testing.assert_allclose(table.allocation_coefficients, expected["B"], rtol=0, atol=1e-7)
    np.testing.assert_allclose(table.ghosh_inverse, expected["G"], rtol=0, atol=1e-7)
    for k, name in enumerate(STRESSORS):
        direct = table.multipliers(name)["direct"]
        np.testing.assert_allclose(direct, expected["S"][k], rtol=0, atol=1e-14)


def random_mrio(seed: int, regions: int, sectors: int) -> dict[str, pd.DataFrame]:
    """Flows, final use, one stressor and final-use stressor of a productive random economy."""
    rng = np.random.default_rng(seed)
    names = [f"r{k}" for k in range(regions)]
    index = pd.MultiIndex.from_product(
        [names, [f"s{k}" for k in range(sectors)]], names=["region", "sector"]
    )
    n = regions * sectors
    flows = rng.gamma(0.5, 1.0, (n, n)) * rng.lognormal(0.0, 1.5, (n, 1))
    final = rng.gamma(0.7, flows.sum(axis=1, keepdims=True) / regions, (n, 2 * regions))
    uses = pd.MultiIndex.from_product(
        [names, ["households", "capital"]], names=["region", "category"]
    )
    stress = rng.lognormal(0.0, 2.0, (3, n))
    return {
        "Z": pd.DataFrame(flows, index, index),
        "Y": pd.DataFrame(final, index, uses),
        "F": pd.DataFrame(stress, ["a", "b", "c"], index),
    }


@pytest.mark.parametrize(
    ("seed", "regions", "sectors"), [(1, 1, 8), (2, 3, 5), (3, 2, 30), (4, 6, 7)]
)
def test_random_tables_equal_pymrio(seed: int, regions: int, sectors: int) -> None:
    iomath: Any = pytest.importorskip("pymrio.tools.iomath", exc_type=ImportError)
    parts = random_mrio(seed, regions, sectors)
    Z, Y, F = parts["Z"], parts["Y"], parts["F"]
    table = IOTable.from_frames(Z, Y, None, unit="million EUR", year=2020, satellites=F)
    x = iomath.calc_x(Z, Y)
    A = iomath.calc_A(Z, x)
    L = iomath.calc_L(A)
    B = iomath.calc_B(Z, x)
    G = iomath.calc_G(B)
    S = iomath.calc_S(F, x)
    close = {"rtol": 1e-10, "atol": 1e-10}
    np.testing.assert_allclose(table.output, x["indout"], **close)
    np.testing.assert_allclose(table.technical_coefficients, A, **close)
    np.testing.assert_allclose(table.leontief_inverse, L, **close)
    np.testing.assert_allclose(table.allocation_coefficients, B, **close)
    np.testing.assert_allclose(table.ghosh_inverse, G, **close)
    M, M_down = iomath.calc_M(S, L), iomath.calc_M_down(S, G)
    final = Y.T.groupby(level="region", sort=False).sum().T
    accounts = iomath.calc_accounts(S, L, final)
    for name in F.index:
        np.testing.assert_allclose(table.multipliers(name), M.loc[name], **close)
        np.testing.assert_allclose(table.downstream(name), M_down.loc[name], **close)
        ours = table.footprint(name)
        order = ["consumption", "production", "imports", "exports"]
        for key, theirs in zip(order, accounts, strict=True):
            if regions == 1 and key in ("imports", "exports"):
                np.testing.assert_allclose(ours[key], np.zeros(sectors), atol=1e-10)
                continue
            values = theirs.loc[name].reindex(table.sectors).to_numpy()
            scale = np.abs(values).max()
            np.testing.assert_allclose(ours[key], values, rtol=1e-10, atol=1e-12 * scale)


def test_a_shuffled_table_gives_the_same_accounts_where_pymrio_stacks_by_position() -> None:
    parts = random_mrio(5, 2, 4)
    Z, Y, F = parts["Z"], parts["Y"], parts["F"]
    rng = np.random.default_rng(0)
    rows, columns = rng.permutation(len(Z)), rng.permutation(len(Z))
    straight = IOTable.from_frames(Z, Y, None, unit="EUR", year=2020, satellites=F)
    mixed = IOTable.from_frames(
        Z.iloc[:, columns], Y.iloc[rows], None, unit="EUR", year=2020, satellites=F.iloc[:, rows]
    )
    for name in ("flows", "final_use", "output", "leontief_inverse", "ghosh_inverse"):
        np.testing.assert_array_equal(getattr(mixed, name), getattr(straight, name))
