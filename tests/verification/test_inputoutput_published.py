"""Tables whose results are in print, to the printed digits.

Each case states its source and the tolerance that the printed digits allow. Where a number is
recalled or computed by formula rather than read in print, the name of the test says so.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.inputoutput import IOTable, Roles
from models.inputoutput.multipliers import closed_coefficients
from models.inputoutput.solving import LeontiefSystem

PRINTED_3 = 5.0e-4  # half a unit of the third decimal

# Miller and Blair (2009), Input-Output Analysis, 2nd edition, tables 2.3 and 2.4 and section
# 2.3, as held in the test suites of pymrio (td_IO_Data_Miller) and cgelab.
MB_SECTORS = ["agriculture", "manufacturing"]
MB_FLOWS = pd.DataFrame([[150.0, 500.0], [200.0, 100.0]], MB_SECTORS, MB_SECTORS)
MB_FINAL = pd.Series([350.0, 1700.0], MB_SECTORS)
MB_NEW_FINAL = pd.Series([600.0, 1500.0], MB_SECTORS)
MB_LABOUR = pd.Series([0.3, 0.25], MB_SECTORS)
MB_OUTPUT = np.array([1000.0, 2000.0])

# Spicosa project report "Input-Output Multipliers", specification sheet, table 1: Netherlands
# 2000, million EUR, as held in the R package iotables (data and expectations of its tests).
NL_SECTORS = [
    "agriculture",
    "mining",
    "manufacturing",
    "utilities",
    "construction",
    "services",
]
NL_FLOWS = pd.DataFrame(
    [
        [2731.0, 3.0, 8260.0, 36.0, 59.0, 615.0],
        [4.0, 282.0, 2013.0, 3979.0, 188.0, 60.0],
        [3322.0, 291.0, 40218.0, 480.0, 8004.0, 16999.0],
        [983.0, 53.0, 2400.0, 4395.0, 85.0, 3458.0],
        [121.0, 70.0, 565.0, 135.0, 14103.0, 9509.0],
        [2884.0, 1078.0, 28400.0, 1404.0, 9339.0, 106994.0],
    ],
    NL_SECTORS,
    NL_SECTORS,
)
NL_OUTPUT = pd.Series([21863.0, 12292.0, 210900.0, 18249.0, 60244.0, 435953.0], NL_SECTORS)
NL_PRIMARY = pd.DataFrame(
    [
        [2336.0, 520.0, 35083.0, 1629.0, 14339.0, 151784.0],
        [1779.0, 1029.0, 71117.0, 1878.0, 7572.0, 33964.0],
    ],
    ["compensation_of_employees", "imports"],
    NL_SECTORS,
)
NL_INCOME_EFFECTS = [0.263, 0.099, 0.306, 0.212, 0.465, 0.493]
NL_INCOME_MULTIPLIERS = [2.466, 2.333, 1.840, 2.372, 1.953, 1.417]


def miller_blair(labels: list[str] | None = None) -> IOTable:
    """The two-sector table with labour as an account; value added closes the columns."""
    order = labels or MB_SECTORS
    added = pd.DataFrame([MB_OUTPUT - MB_FLOWS.sum(axis=0)], ["value_added"], MB_SECTORS)
    labour = pd.Series(MB_LABOUR * MB_OUTPUT, name="labour")
    return IOTable.from_frames(
        MB_FLOWS.loc[order, order[::-1]],
        MB_FINAL.to_frame("final_use"),
        added,
        unit="million USD",
        year=2009,
        satellites={"labour": (labour, "persons")},
        source="Miller and Blair (2009), table 2.3",
    )


def netherlands() -> IOTable:
    """The Dutch table with the balance of the columns as a third primary input."""
    other = NL_OUTPUT - NL_FLOWS.sum(axis=0) - NL_PRIMARY.sum(axis=0)
    primary = pd.concat([NL_PRIMARY, other.to_frame("other_value_added").T])
    final = (NL_OUTPUT - NL_FLOWS.sum(axis=1)).to_frame("final_use")
    return IOTable.from_frames(
        NL_FLOWS, final, primary, unit="million EUR", year=2000, source="Spicosa, table 1"
    )


def test_output_and_technical_coefficients_of_miller_and_blair() -> None:
    table = miller_blair()
    np.testing.assert_allclose(table.output, MB_OUTPUT, atol=1e-12)
    np.testing.assert_allclose(
        table.technical_coefficients, [[0.15, 0.25], [0.20, 0.05]], rtol=0, atol=1e-15
    )


def test_leontief_inverse_of_miller_and_blair_as_printed() -> None:
    L = miller_blair().leontief_inverse
    np.testing.assert_allclose(L, [[1.254, 0.330], [0.264, 1.122]], rtol=0, atol=PRINTED_3)
    printed_by_pymrio = [[1.25412541, 0.330033], [0.2640264, 1.12211221]]
    np.testing.assert_allclose(L, printed_by_pymrio, rtol=0, atol=5e-9 + 5e-8)


def test_new_final_demand_of_miller_and_blair_section_2_3() -> None:
    table = miller_blair()
    change = table.shock(MB_NEW_FINAL - MB_FINAL)
    output = table.output + change["output"]
    np.testing.assert_allclose(output, [1247.5, 1841.6], rtol=0, atol=0.1)
    labour = table.satellite("labour") + change["labour"]
    np.testing.assert_allclose(labour, [374.25, 460.40], rtol=0, atol=0.1)


def test_output_multipliers_of_miller_and_blair() -> None:
    # Held to five decimals in MacroEconometricModels.jl, test_io_multipliers.jl
    m = miller_blair().multipliers()
    np.testing.assert_allclose(m, [1.518152, 1.452145], rtol=0, atol=1e-6)


def test_closed_model_of_miller_and_blair_section_2_5_as_recalled() -> None:
    # The household column (0.05, 0.40, 0.05) and the inverse are recalled from section 2.5
    # to three decimals; the inverse reproduces them.
    closed = closed_coefficients(
        [[0.15, 0.25], [0.20, 0.05]], MB_LABOUR.to_numpy(), np.array([0.05, 0.40]), 0.05
    )
    recalled = [[1.365, 0.425, 0.251], [0.527, 1.348, 0.595], [0.570, 0.489, 1.289]]
    inverse = LeontiefSystem(closed).inverse()
    np.testing.assert_allclose(inverse, recalled, rtol=0, atol=PRINTED_3)


def test_type_two_multipliers_on_the_table_equal_the_closed_model() -> None:
    # Households of section 2.5: income 1000, of which 300, 500 from the sectors, 50 own and
    # 150 from other final demand; purchases 50 and 400.
    households = pd.Series([50.0, 400.0], MB_SECTORS)
    final = pd.DataFrame({"households": households, "other": MB_FINAL - households})
    inputs = pd.DataFrame([MB_LABOUR * MB_OUTPUT], ["labour"], MB_SECTORS)
    rest = (MB_OUTPUT - MB_FLOWS.sum(axis=0) - inputs.loc["labour"]).to_frame("other").T
    table = IOTable.from_frames(
        MB_FLOWS, final, pd.concat([inputs, rest]), unit="million USD", year=2009
    )
    output = table.multipliers(type=2, household_income=1000.0, own_purchases=0.05)
    np.testing.assert_allclose(output, [1.8924091005741017, 1.773336168403147], rtol=1e-13)
    np.testing.assert_allclose(output, [1.365 + 0.527, 0.425 + 1.348], rtol=0, atol=1e-3)
    income = table.multipliers("income", 2, household_income=1000.0, own_purchases=0.05)
    # The household row of the closed inverse counts the income spent among households too.
    np.testing.assert_allclose(income / 0.95, [0.570, 0.489], rtol=0, atol=PRINTED_3)


def test_ghosh_inverse_of_miller_and_blair_by_its_identity_with_the_leontief_inverse() -> None:
    computed = [[1.254125412541254, 0.6600660066006601], [0.13201320132013203, 1.1221122112211221]]
    np.testing.assert_allclose(miller_blair().ghosh_inverse, computed, rtol=1e-13)


def test_extraction_losses_of_miller_and_blair_computed_by_formula() -> None:
    table = miller_blair()
    losses = [table.extract(sector).attrs["total_loss"] for sector in MB_SECTORS]
    np.testing.assert_allclose(losses, [860.5263157894733, 888.2352941176468], rtol=1e-12)


def test_base_prices_are_one() -> None:
    np.testing.assert_allclose(miller_blair().prices()["price"], [1.0, 1.0], rtol=1e-14)


def test_income_effects_of_the_netherlands_as_printed() -> None:
    effects = netherlands().multipliers("income")
    np.testing.assert_allclose(effects, NL_INCOME_EFFECTS, rtol=0, atol=PRINTED_3)


def test_income_multipliers_of_the_netherlands_as_printed() -> None:
    ratios = netherlands().multipliers("income", type=1, relative_to="direct")
    np.testing.assert_allclose(ratios, NL_INCOME_MULTIPLIERS, rtol=0, atol=PRINTED_3)


def test_leontief_matrix_of_the_netherlands_as_printed() -> None:
    diagonal = 1.0 - np.diag(netherlands().technical_coefficients)
    np.testing.assert_allclose(diagonal[[0, 1, 5]], [0.875, 0.977, 0.755], rtol=0, atol=PRINTED_3)


def test_imported_inputs_are_not_value_added() -> None:
    table = netherlands()
    assert table.roles.imported_inputs == ("imports",)
    content = table.multipliers("value_added") + table.multipliers("imports")
    np.testing.assert_allclose(content, np.ones(6), rtol=1e-13)


def test_labels_decide_and_position_never_does() -> None:
    straight, turned = miller_blair(), miller_blair(MB_SECTORS[::-1])
    assert list(turned.sectors) == MB_SECTORS[::-1]
    for name in ("leontief_inverse", "ghosh_inverse", "technical_coefficients"):
        expected = getattr(straight, name)
        got = getattr(turned, name).sel(sector_input=MB_SECTORS, sector=MB_SECTORS)
        np.testing.assert_allclose(got, expected, rtol=1e-13)


def test_roles_must_be_named_for_the_closed_model() -> None:
    from models.errors import InputError

    with pytest.raises(InputError, match="which final use is household consumption"):
        netherlands().multipliers(type=2)
    with pytest.raises(InputError, match="no primary input of this name"):
        IOTable.from_frames(
            MB_FLOWS,
            MB_FINAL.to_frame("households"),
            None,
            unit="million USD",
            year=2009,
            roles=Roles(compensation="pay"),
        )
