"""Bad tables get a clear answer: refused or diagnosed, never repaired in silence."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from models.errors import InputError
from models.inputoutput import IOTable, Roles
from models.inputoutput.solving import LeontiefSystem, is_productive, spectral_radius
from models.inputoutput.units import mass_size, money_size

LABELS = ["a", "b", "c"]
FLOWS = pd.DataFrame([[20.0, 30.0, 5.0], [10.0, 40.0, 15.0], [5.0, 10.0, 0.0]], LABELS, LABELS)
FINAL = pd.DataFrame({"households": [30.0, 60.0, 40.0], "exports": [15.0, 25.0, 5.0]}, LABELS)
OUTPUT = FLOWS.sum(axis=1) + FINAL.sum(axis=1)
ADDED = OUTPUT - FLOWS.sum(axis=0)
PRIMARY = pd.DataFrame([0.6 * ADDED, 0.4 * ADDED], ["compensation", "surplus"], LABELS)


def table(**changes: object) -> IOTable:
    given: dict[str, object] = {
        "flows": FLOWS,
        "final_use": FINAL,
        "primary_inputs": PRIMARY,
        "unit": "million CNY",
        "year": 2020,
        **changes,
    }
    return IOTable.from_frames(**given)  # type: ignore[arg-type]


REFUSED: list[tuple[str, dict[str, object]]] = [
    ("columns of flows do not have the labels", {"flows": FLOWS.rename(columns={"a": "z"})}),
    ("flows must be a labelled pandas DataFrame; found ndarray", {"flows": FLOWS.to_numpy()}),
    ("final use must be a labelled", {"final_use": FINAL.to_numpy()}),
    ("primary inputs must be a labelled", {"primary_inputs": PRIMARY.to_numpy()}),
    ("rows of final use do not have the labels", {"final_use": FINAL.iloc[:2]}),
    ("rows of final use do not have", {"final_use": FINAL.reset_index(drop=True)}),
    ("columns of primary inputs do not have", {"primary_inputs": PRIMARY.T}),
    ("rows of flows repeat the label", {"flows": FLOWS.set_axis(["a", "a", "c"])}),
    ("is not a finite number", {"flows": FLOWS.replace(30.0, np.nan)}),
    ("is not a number", {"final_use": FINAL.astype(object).replace(30.0, "many")}),
    ("do not have the labels", {"output": pd.Series([1.0, 2.0, 3.0], ["a", "b", "d"])}),
    ("unknown treatment of imports", {"imports": "partly"}),
    ("belong to a table whose flows include imports", {"imports_by_row": FINAL["exports"]}),
    (
        "imports by row are stored positive",
        {"imports": "competitive", "imports_by_row": -FINAL["exports"]},
    ),
    ("no final use of this name", {"roles": Roles(households=("people",))}),
    ("satellite 'co2'", {"satellites": {"co2": pd.Series([1.0], ["a"])}}),
]


@pytest.mark.parametrize(("message", "changes"), REFUSED)
def test_a_table_that_does_not_fit_is_refused(message: str, changes: dict[str, object]) -> None:
    with pytest.raises(InputError, match=message):
        table(**changes)


CALLS: list[tuple[str, Callable[[IOTable], object]]] = [
    ("no such account in the table", lambda t: t.multipliers("carbon")),
    ("unknown type of multiplier", lambda t: t.multipliers(type=3)),  # type: ignore[arg-type]
    ("no sector 'q'", lambda t: t.extract("q")),
    ("no sector is named", lambda t: t.extract([])),
    ("unknown kind of extraction", lambda t: t.extract("a", "half")),
    ("needs the share", lambda t: t.extract("a", "partial")),
    ("must lie in", lambda t: t.extract("a", share=1.5)),
    ("Ghosh model is for", lambda t: t.extract("a", "total", model="ghosh")),
    ("no satellite account", lambda t: t.prices(carbon_price=10.0)),
    ("pass-through must lie", lambda t: t.prices({"a": 0.1}, pass_through=1.2)),
    ("no sector 'z'", lambda t: t.shock({"z": 1.0})),
    ("must sum to one", lambda t: t.shock({"a": 1.0}, profile=[0.5, 0.4])),
    ("has no local-supply", lambda t: t.local()),
    ("leaves out sector", lambda t: t.aggregate({"a": "x", "b": "x"})),
    ("a concordance is a mapping", lambda t: t.aggregate(np.ones((3, 1)))),  # type: ignore[arg-type]
    ("names sector 'd'", lambda t: t.aggregate({"a": "x", "b": "x", "c": "y", "d": "y"})),
    ("a single one in each row", lambda t: t.aggregate(pd.DataFrame(0.5, LABELS, ["x", "y"]))),
    ("no sector 'z'", lambda t: t.update(pd.DataFrame([[0.1]], ["z"], ["a"]))),
    ("negative", lambda t: t.update(pd.DataFrame([[-0.9]], ["a"], ["b"]))),
    ("cannot take the change", lambda t: t.update(pd.DataFrame([[0.8]], ["a"], ["b"]))),
    ("differ in unit", lambda t: t.decompose(table(unit="万元"))),
    ("differ in price basis", lambda t: t.decompose(table(price_basis="of 2021"))),
]


@pytest.mark.parametrize(("message", "call"), CALLS)
def test_a_question_that_makes_no_sense_is_refused(
    message: str, call: Callable[[IOTable], object]
) -> None:
    with pytest.raises(InputError, match=message):
        call(table())


def test_arrays_of_a_table_cannot_be_changed() -> None:
    with pytest.raises(ValueError, match="read-only"):
        table().flows[0, 0] = 1.0
    with pytest.raises(AttributeError):
        table().roles = Roles()  # type: ignore[misc]


def test_a_sector_without_output_has_no_coefficients_and_changes_nothing() -> None:
    wider = [*LABELS, "idle"]
    flows = FLOWS.reindex(index=wider, columns=wider, fill_value=0.0)
    idle = table(
        flows=flows,
        final_use=FINAL.reindex(wider, fill_value=0.0),
        primary_inputs=PRIMARY.reindex(columns=wider, fill_value=0.0),
    )
    L = idle.leontief_inverse
    np.testing.assert_array_equal(L.sel(sector="idle"), [0.0, 0.0, 0.0, 1.0])
    np.testing.assert_allclose(L[:3, :3], table().leontief_inverse, rtol=1e-14)
    np.testing.assert_allclose(idle.ghosh_inverse[:3, :3], table().ghosh_inverse, rtol=1e-13)
    assert idle.preflight()["zero_output"].status == "warn"
    assert float(idle.linkages()["forward"].sel(sector="idle")) == 1.0


def test_a_sector_with_inputs_but_no_output_is_refused_by_name() -> None:
    x = OUTPUT.copy()
    x["b"] = 0.0
    broken = table(output=x)
    with pytest.raises(InputError, match="'b' has inputs but no output"):
        _ = broken.technical_coefficients
    assert broken.preflight().status == "fail"
    assert broken.preflight()["zero_output"].status == "fail"


def test_a_singular_system_is_refused_without_a_number_added() -> None:
    with pytest.raises(InputError, match="singular"):
        LeontiefSystem([[0.5, 0.5], [0.5, 0.5]]).inverse()
    near = np.array([[0.5, 0.5], [0.5, 0.5 - 1e-10]])
    inverse = LeontiefSystem(near).inverse()
    np.testing.assert_allclose(inverse @ (np.eye(2) - near), np.eye(2), atol=1e-4)


def test_a_spectral_radius_of_one_or_more_is_refused() -> None:
    flows = FLOWS.copy()
    x = pd.Series(flows.sum(axis=1) * 0.95, LABELS)
    eager = table(output=x)
    A = eager.coefficients
    assert spectral_radius(A) > 1.0
    for call in (lambda: eager.leontief_inverse, eager.multipliers, eager.linkages):
        with pytest.raises(InputError, match="spectral radius of A is not below one"):
            call()
    assert eager.preflight()["spectral_radius"].status == "fail"
    assert eager.preflight()["spectral_radius"].value == pytest.approx(spectral_radius(A))


@pytest.mark.parametrize("seed", range(30))
def test_productivity_by_one_solution_agrees_with_eigenvalues(seed: int) -> None:
    rng = np.random.default_rng(seed)
    A = rng.gamma(0.5, 1.0, (6, 6)) - 0.1 * (seed % 2) * rng.random((6, 6))
    A *= rng.uniform(0.8, 1.2) / spectral_radius(A)
    assert is_productive(LeontiefSystem(A), A) == (spectral_radius(A) < 1.0)


def test_negative_surplus_is_kept_and_told() -> None:
    loss = PRIMARY.copy()
    loss.loc["compensation", "c"] += 30.0
    loss.loc["surplus", "c"] -= 30.0
    poor = table(primary_inputs=loss)
    assert float(poor.primary_inputs.sel(primary_input="surplus", sector="c")) < 0.0
    assert poor.preflight()["value_added"].status == "warn"
    np.testing.assert_allclose(poor.multipliers("value_added"), np.ones(3), rtol=1e-13)


def test_households_that_spend_more_than_they_earn_have_no_closed_model() -> None:
    with pytest.raises(InputError, match="no bounded solution"):
        table().multipliers(type=2, household_income=60.0)


def test_preflight_passes_a_clean_table_and_finds_what_is_wrong() -> None:
    clean = table()
    assert clean.preflight().status == "pass", str(clean.preflight())
    assert table(flows=FLOWS.T).preflight()["orientation"].status == "fail"
    assert table(primary_inputs=PRIMARY * 1e4).preflight()["unit_scale"].status == "fail"
    assert table(output=OUTPUT * 1.05).preflight()["row_residuals"].status == "fail"
    assert table(output=OUTPUT * 1.001).preflight()["row_residuals"].status == "warn"
    assert table(unit="").preflight()["units"].status == "warn"
    nameless = table(satellites={"co2": pd.Series(1.0, LABELS)})
    assert nameless.preflight()["units"].status == "warn"
    negative = table(flows=FLOWS.replace(5.0, -5.0))
    assert negative.preflight()["negative_cells"].status == "warn"
    total = FLOWS.copy()
    total.loc["total"] = total.sum()
    total["total"] = total.sum(axis=1)
    wider = [*LABELS, "total"]
    final = FINAL.copy()
    final.loc["total"] = final.sum()
    primary = PRIMARY.copy()
    primary["total"] = primary.sum(axis=1)
    summed = table(flows=total, final_use=final, primary_inputs=primary)
    assert list(summed.sectors) == wider
    assert summed.preflight()["subtotals"].status == "fail"


def test_imports_larger_than_purchases_are_found() -> None:
    imports = pd.Series([200.0, 0.0, 0.0], LABELS)
    over = table(imports="competitive", imports_by_row=imports, output=OUTPUT)
    assert over.preflight()["local_supply"].status == "fail"
    with pytest.raises(InputError, match=r"'a' is outside \[0, 1\]"):
        _ = over.local_supply_share


def test_the_input_hash_follows_every_number_and_label() -> None:
    known = table().preflight().input_hash
    assert table().preflight().input_hash == known
    changed = FLOWS.copy()
    changed.iloc[0, 0] += 1e-6
    others = [
        table(flows=changed, output=OUTPUT),
        table(year=2021),
        table(unit="万元"),
        table(final_use=FINAL.rename(columns={"exports": "outflow"})),
    ]
    assert all(other.preflight().input_hash != known for other in others)


def test_importing_the_package_stays_cheap() -> None:
    code = (
        "import sys, models.inputoutput; "
        "print([m for m in ('xarray', 'pandas', 'scipy', 'numba') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("unit", "size"),
    [("亿元", 1e8), ("万元", 1e4), ("100 million CNY", 1e8), ("million EUR", 1e6), ("CNY", 1.0)],
)
def test_units_of_money(unit: str, size: float) -> None:
    assert money_size(unit)[0] == size


@pytest.mark.parametrize(
    ("unit", "tonnes"), [("Mt", 1e6), ("Mt CO2", 1e6), ("tCO2", 1.0), ("万吨", 1e4), ("10 kt", 1e4)]
)
def test_units_of_mass(unit: str, tonnes: float) -> None:
    assert mass_size(unit) == tonnes


def test_units_that_are_not_understood_are_refused() -> None:
    with pytest.raises(InputError, match="unit of money is not understood"):
        money_size("shells")
    with pytest.raises(InputError, match="unit of mass is not understood"):
        mass_size("persons")


def test_a_series_is_a_single_final_use_or_primary_input() -> None:
    found = table(final_use=FINAL["exports"], primary_inputs=PRIMARY.sum(), output=OUTPUT)
    assert list(found.uses) == ["exports"]
    assert found.input_names == ("value_added",)
    np.testing.assert_allclose(found.value_added, ADDED)


def test_usual_spellings_of_wages_and_households_are_recognised() -> None:
    renamed = table(
        final_use=FINAL.rename(columns={"households": "Household consumption"}),
        primary_inputs=PRIMARY.rename(index={"compensation": "Compensation of employees"}),
    )
    np.testing.assert_allclose(renamed.multipliers(type=2), table().multipliers(type=2))


def test_no_inverse_of_an_economy_that_is_not_productive() -> None:
    labels = ["a", "b"]
    flows = pd.DataFrame([[80.0, 50.0], [70.0, 60.0]], labels, labels)
    use = pd.DataFrame({"use": [-30.0, -40.0]}, labels)
    found = IOTable.from_frames(flows, use, None, unit="CNY", year=2020)
    for name in ("leontief_inverse", "ghosh_inverse"):
        with pytest.raises(InputError, match="spectral radius of A is not below one"):
            getattr(found, name)
