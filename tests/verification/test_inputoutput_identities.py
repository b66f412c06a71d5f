"""Identities of input-output economics, over random economies."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.errors import InputError
from models.inputoutput import IOTable, Satellite, sda
from models.inputoutput.draws import solve_draws
from models.inputoutput.linkages import field_of_influence, influence, inverse_after
from models.inputoutput.solving import LeontiefSystem

RELATIVE = 1e-9


def economy(seed: int, n: int, *, sparsity: float = 0.3, competitive: bool = False) -> IOTable:
    """A balanced productive table with households, exports, wages, profits and CO2."""
    rng = np.random.default_rng(seed)
    labels = [f"s{k:02d}" for k in range(n)]
    A = rng.gamma(0.6, 1.0, (n, n)) * (rng.random((n, n)) > sparsity)
    A *= rng.uniform(0.1, 0.85, n) / np.maximum(A.sum(axis=0), 1e-3)
    final = rng.gamma(1.0, 50.0, (n, 3)) * (rng.random((n, 3)) > 0.1) + 1e-3
    x = np.linalg.solve(np.eye(n) - A, final.sum(axis=1))
    flows = A * x
    wage = rng.uniform(0.2, 0.7, n)
    added = x - flows.sum(axis=0)
    emitted = pd.Series(rng.lognormal(0.0, 1.0, n) * (rng.random(n) > 0.2), labels)
    uses = ["households", "fixed_capital", "exports"]
    imports = None
    if competitive:
        share = rng.uniform(0.2, 1.0, n)
        imports = pd.DataFrame({"imports": 0.4 * (1 - share), "inflow": 0.6 * (1 - share)}, labels)
        bought = flows.sum(axis=1) + final[:, :2].sum(axis=1)
        imports = imports.mul(bought, axis=0)
        final[:, 2] += imports.sum(axis=1)  # output stays what it is
    return IOTable.from_frames(
        pd.DataFrame(flows, labels, labels),
        pd.DataFrame(final, labels, uses),
        pd.DataFrame([wage * added, (1 - wage) * added], ["compensation", "surplus"], labels),
        unit="million CNY",
        year=2020,
        satellites={
            "co2": Satellite(
                emitted, "kt CO2", {"households": 7.0, "fixed_capital": 0.0, "exports": 0.0}
            )
        },
        imports="competitive" if competitive else "domestic",
        imports_by_row=imports,
        price_basis="prices of 2020",
    )


economies = st.builds(
    economy, st.integers(0, 10_000), st.integers(2, 12), competitive=st.booleans()
)


@given(economies)
@settings(max_examples=60, deadline=None)
def test_leontief_and_ghosh_inverses_undo_their_matrices(table: IOTable) -> None:
    n = len(table.sectors)
    for inverse, matrix in (
        (table.leontief_inverse, table.technical_coefficients),
        (table.ghosh_inverse, table.allocation_coefficients),
    ):
        unit = inverse.to_numpy() @ (np.eye(n) - matrix.to_numpy())
        np.testing.assert_allclose(unit, np.eye(n), atol=1e-9)
        assert (inverse.to_numpy() >= -1e-12).all()
    rows = table.ghosh_inverse.sum("sector")
    np.testing.assert_allclose(table.linkages()["forward"], rows, rtol=RELATIVE)
    columns = table.leontief_inverse.sum("sector_input")
    np.testing.assert_allclose(table.linkages()["backward"], columns, rtol=RELATIVE)


@given(economies)
@settings(max_examples=60, deadline=None)
def test_multipliers_times_final_demand_add_to_the_account(table: IOTable) -> None:
    for of in ("output", "income", "value_added", "co2"):
        total = table.counted(of)[0].sum()
        assert table.multipliers(of).to_numpy() @ table.net_final_use == pytest.approx(total)
    added = table.multipliers("value_added")
    np.testing.assert_allclose(added, np.ones(len(added)), rtol=RELATIVE)


@given(economies)
@settings(max_examples=40, deadline=None)
def test_closed_multipliers_exceed_open_ones(table: IOTable) -> None:
    spent = table.data["final_demand"].to_numpy()[:, 0].sum()
    income = max(2.0 * spent, 2.0 * table.compensation.sum())
    for of in ("output", "income", "co2"):
        opened = table.multipliers(of).to_numpy()
        closed = table.multipliers(of, 2, household_income=income).to_numpy()
        assert (closed >= opened - 1e-12).all()
        n = len(table.sectors)
        h = table.compensation / table.output.to_numpy()
        C = table.data["final_demand"].to_numpy()[:, :1] / income
        bar = np.block([[table.coefficients, C], [h[None, :], np.zeros((1, 1))]])
        L = np.linalg.inv(np.eye(n + 1) - bar)[:n, :n]
        direct = table.direct_coefficients(of)[0]
        np.testing.assert_allclose(closed, direct @ L, rtol=RELATIVE)


@given(economies, st.integers(0, 1000), st.floats(0.0, 1.0))
@settings(max_examples=60, deadline=None)
def test_price_model_is_dual_to_the_quantity_model(
    table: IOTable, seed: int, passed_on: float
) -> None:
    n = len(table.sectors)
    cost = pd.Series(np.random.default_rng(seed).uniform(0.0, 0.2, n), table.sectors)
    prices = table.prices(cost)
    paid = cost.to_numpy() @ table.output.to_numpy()
    assert prices["price_change"].to_numpy() @ table.net_final_use == pytest.approx(paid)
    np.testing.assert_allclose(table.prices()["price"], np.ones(n), rtol=RELATIVE)
    partly = table.prices(cost, pass_through=passed_on)
    borne = partly["price_change"].to_numpy() @ table.net_final_use
    assert borne + float(partly["surplus_loss"].sum()) == pytest.approx(paid)
    assert (partly["price_change"] <= prices["price_change"] + 1e-12).all()


def test_a_carbon_price_brings_in_price_times_emissions() -> None:
    table = economy(3, 8)
    result = table.prices(carbon_price=100.0)
    emitted_tonnes = float(table.satellite("co2").sum()) * 1e3
    assert float(result["payment"].sum()) * 1e6 == pytest.approx(100.0 * emitted_tonnes)
    assert result["payment"].attrs["units"] == "million CNY"
    fixed = table.prices(carbon_price=100.0, pass_through={"s02": 0.0})
    assert float(fixed["price_change"].sel(sector="s02")) == 0.0
    with pytest.raises(InputError, match="currency of the table"):
        table.prices(carbon_price=100.0, currency="EUR")


@given(economies, st.data())
@settings(max_examples=60, deadline=None)
def test_extraction_losses_are_bounded_and_ordered(table: IOTable, data: st.DataObject) -> None:
    n = len(table.sectors)
    k = data.draw(st.integers(1, max(1, n // 2)))
    group = [str(s) for s in table.sectors[:k]]
    where = np.arange(k)
    x, f = table.output.to_numpy(), table.net_final_use
    loss = {kind: table.extract(group, kind) for kind in ("total", "backward", "forward")}
    for kind, result in loss.items():
        A = table.coefficients.copy()
        if kind != "forward":
            A[:, where] = 0.0
        if kind != "backward":
            A[where] = 0.0
        expected = x - np.linalg.solve(np.eye(n) - A, f)
        scale = 1e-9 * np.abs(x).max()
        np.testing.assert_allclose(result["output_loss"], expected, atol=scale)
        if table.imports == "domestic":
            assert (result["output_loss"] >= -scale).all()
            assert (result["output_loss"] <= x + scale).all()
            assert (loss["total"]["output_loss"] >= result["output_loss"] - scale).all()
    half = table.extract(group, "partial", share=0.5)
    if table.imports == "domestic":
        assert half.attrs["total_loss"] <= loss["total"].attrs["total_loss"] + scale
    none = table.extract(group, "partial", share=0.0)
    assert abs(none.attrs["total_loss"]) <= scale * n


@given(economies)
@settings(max_examples=30, deadline=None)
def test_backward_extraction_of_each_sector_has_a_closed_form(table: IOTable) -> None:
    # x_k (sum_i l_ik - 1) / l_kk, from the Sherman-Morrison formula with column k removed
    L, x = table.leontief_inverse.to_numpy(), table.output.to_numpy()
    for k, sector in enumerate(table.sectors):
        expected = (L[:, k].sum() - 1.0) * x[k] / L[k, k]
        got = table.extract(sector, "backward").attrs["total_loss"]
        assert got == pytest.approx(expected, abs=1e-9 * x.sum())


@given(economies)
@settings(max_examples=30, deadline=None)
def test_forward_extraction_in_the_ghosh_model(table: IOTable) -> None:
    x, n = table.output.to_numpy(), len(table.sectors)
    B = table.allocation_coefficients.to_numpy().copy()
    primary = x - table.data["flows"].to_numpy().sum(axis=0)
    B[0] = 0.0
    expected = x - primary @ np.linalg.inv(np.eye(n) - B)
    result = table.extract(table.sectors[0], "forward", model="ghosh")
    np.testing.assert_allclose(result["output_loss"], expected, atol=1e-9 * x.max())


@given(economies)
@settings(max_examples=40, deadline=None)
def test_footprints_balance_and_the_local_view_keeps_output(table: IOTable) -> None:
    for name in ("co2", "value_added"):
        account = table.footprint(name)
        made = float(account["production"].sum() + account["imports"].sum())
        used = float((account["consumption"] + account["exports"] + account["reexports"]).sum())
        assert made == pytest.approx(used)
    assert float(account["embodied"].sum()) == pytest.approx(float(account["production"].sum()))
    if table.imports == "competitive":
        assert account["consumption"].to_numpy() == pytest.approx(
            table.multipliers("value_added").to_numpy() * table.domestic_final_use
        )
        local = table.local()
        assert local.preflight()["row_residuals"].status == "pass"
        assert local.preflight()["column_residuals"].status == "pass"
        L = local.leontief_inverse.to_numpy()
        np.testing.assert_allclose(L @ local.net_final_use, table.output, rtol=RELATIVE)
        np.testing.assert_allclose(local.value_added, table.value_added, rtol=RELATIVE)
        assert float(account["exports"].sum()) == pytest.approx(
            float(local.footprint("value_added")["exports"].sum())
        )


@given(economies, st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_low_rank_update_equals_a_fresh_table(table: IOTable, seed: int) -> None:
    rng = np.random.default_rng(seed)
    n = len(table.sectors)
    columns = list(table.sectors[: max(1, n // 3)])
    added = 0.05 * rng.random((n, len(columns))) / n
    changed = table.update(pd.DataFrame(added, table.sectors, columns))
    A = table.coefficients.copy()
    A[:, : len(columns)] += added
    L = np.linalg.inv(np.eye(n) - A)
    np.testing.assert_allclose(changed.leontief_inverse, L, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(changed.output, L @ table.net_final_use, rtol=RELATIVE)
    np.testing.assert_allclose(
        changed.data["flows"].sum("sector_input")
        + changed.data["primary_inputs"].sum("primary_input"),
        changed.output,
        rtol=RELATIVE,
    )
    c = table.direct_coefficients("co2")[0]
    np.testing.assert_allclose(changed.multipliers("co2"), c @ L, rtol=1e-8, atol=1e-12)
    assert changed.history[-1].endswith("final use held")


@given(economies, st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_every_way_to_solve_gives_the_same(table: IOTable, seed: int) -> None:
    n, rng = len(table.sectors), np.random.default_rng(seed)
    demand = rng.normal(size=(n, 20))
    system = LeontiefSystem(table.coefficients)
    factored, transposed = system.solve(demand), system.solve_transposed(demand)
    L = system.inverse()
    np.testing.assert_allclose(system.solve(demand), factored, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(system.solve_transposed(demand), transposed, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(factored, L @ demand, rtol=1e-9, atol=1e-9)
    A = table.coefficients * rng.uniform(0.5, 1.0, (3, n, n))
    output = solve_draws(A, demand[:, 0])
    content = solve_draws(A, demand[:, :3].T, transposed=True)
    for k in range(3):
        inverse = np.linalg.inv(np.eye(n) - A[k])
        np.testing.assert_allclose(output[k], inverse @ demand[:, 0], rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(content[k], demand[:, k] @ inverse, rtol=1e-9, atol=1e-9)
    with pytest.raises(InputError, match="draw 1: "):
        solve_draws([A[0], np.eye(n)], demand[:, 0])


@given(economies)
@settings(max_examples=30, deadline=None)
def test_field_of_influence_is_the_derivative_of_the_inverse(table: IOTable) -> None:
    L, A = table.leontief_inverse.to_numpy(), table.coefficients
    n, step = len(A), 1e-3
    i, j = 0, n - 1
    changed = A.copy()
    changed[i, j] += step
    exact = np.linalg.inv(np.eye(n) - changed)
    np.testing.assert_allclose(inverse_after(L, i, j, step), exact, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(
        (exact - L) / step, field_of_influence(L, i, j), rtol=0.05, atol=0.05
    )
    norms = influence(L)
    assert norms[i, j] == pytest.approx(np.linalg.norm(field_of_influence(L, i, j)))
    labels = (table.sectors[i], table.sectors[j])
    np.testing.assert_allclose(table.field_of_influence(labels), field_of_influence(L, i, j))


@given(st.integers(1, 5), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_decomposition_effects_sum_exactly_and_average_every_order(n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    start, end = rng.uniform(0.5, 2.0, (2, n, 3, 3))
    result = sda(list(start), list(end))
    assert result.residual <= 1e-12 * np.abs(result.change).max() + 1e-12
    forms = []
    for order in permutations(range(n)):
        state = list(start)
        effects = np.zeros((n, 3, 3))
        for k in order:
            before = np.linalg.multi_dot(state) if n > 1 else state[0]
            state[k] = end[k]
            after = np.linalg.multi_dot(state) if n > 1 else state[0]
            effects[k] = after - before
        forms.append(effects)
    np.testing.assert_allclose(result.effects, np.mean(forms, axis=0), atol=1e-10)
    assert result.lowest is not None
    np.testing.assert_allclose(result.lowest, np.min(forms, axis=0), atol=1e-10)
    polar = sda(list(start), list(end), method="polar")
    np.testing.assert_allclose(polar.effects, (forms[0] + forms[-1]) / 2.0, atol=1e-10)


def test_decomposition_takes_many_factors() -> None:
    rng = np.random.default_rng(0)
    start, end = rng.uniform(0.8, 1.2, (2, 12))
    result = sda(list(start), list(end))
    assert result.effects.sum() == pytest.approx(end.prod() - start.prod(), abs=1e-13)
    assert result.lowest is None
    with pytest.raises(InputError, match="at most 16 factors"):
        sda([1.0] * 17, [2.0] * 17)


@given(economies, st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_change_between_two_tables_is_explained_in_full(table: IOTable, seed: int) -> None:
    n = len(table.sectors)
    competitive = table.imports == "competitive"
    later = economy(seed + 20_000, n, competitive=competitive)
    for of in ("output", "co2", "value_added"):
        result = table.decompose(later, of)
        change = later.counted(of)[0] - table.counted(of)[0]
        scale = np.abs(change).max()
        np.testing.assert_allclose(result["change"], change, atol=1e-9 * scale)
        np.testing.assert_allclose(result["effect"].sum("factor"), change, atol=1e-9 * scale)
        assert (result["lowest"] <= result["effect"] + 1e-9 * scale).all()


@given(economies)
@settings(max_examples=30, deadline=None)
def test_mixed_model_at_present_output_returns_present_final_demand(table: IOTable) -> None:
    x = table.output.to_pandas()
    same = table.mixed({x.index[0]: x.iloc[0]})
    scale = 1e-9 * x.max()
    np.testing.assert_allclose(same["output"], x, atol=scale)
    np.testing.assert_allclose(same["final_demand"], table.net_final_use, atol=scale)
    less = table.mixed({x.index[0]: 0.9 * x.iloc[0]})
    assert float(less["final_demand_change"][0]) < scale
    A = table.coefficients
    np.testing.assert_allclose(
        less["output"], A @ less["output"].to_numpy() + less["final_demand"].to_numpy(), atol=scale
    )


@given(economies)
@settings(max_examples=30, deadline=None)
def test_suppliers_one_period_later_produce_the_same_in_total(table: IOTable) -> None:
    first = table.sectors[0]
    at_once = table.shock({first: 100.0})
    profile = pd.Series([0.2, 0.5, 0.3], [2026, 2027, 2028])
    spread = table.shock({first: 100.0}, profile=profile)
    np.testing.assert_allclose(spread["output"].sum("period"), at_once["output"], rtol=RELATIVE)
    assert list(spread["period"].to_numpy()) == [2026, 2027, 2028]
    rounds = table.shock({first: 100.0}, profile=profile, timing="in_rounds", periods=400)
    np.testing.assert_allclose(rounds["output"].sum("period"), at_once["output"], rtol=1e-6)
    assert float(rounds["output"][1:, 0].sum()) == 0.0
    assert float(at_once["value_added"].sum()) == pytest.approx(100.0)


@given(economies)
@settings(max_examples=30, deadline=None)
def test_aggregation_keeps_every_total(table: IOTable) -> None:
    groups = {sector: ("A" if k % 2 else "B") for k, sector in enumerate(table.sectors)}
    small = table.aggregate(groups)
    for name in ("flows", "final_demand", "primary_inputs", "output", "imports", "satellites"):
        assert float(small.data[name].sum()) == pytest.approx(float(table.data[name].sum()))
    assert small.preflight()["row_residuals"].status == "pass"
    assert small.unit == table.unit
    assert small.year == table.year
    matrix = pd.crosstab(pd.Series(groups).index, pd.Series(groups).to_numpy()).astype(float)
    again = table.aggregate(matrix).aggregate({"A": "A", "B": "B"})
    expected = small.data["flows"].sel(sector_input=["A", "B"], sector=["A", "B"])
    got = again.data["flows"].sel(sector_input=["A", "B"], sector=["A", "B"])
    np.testing.assert_allclose(got, expected)


def test_every_result_says_what_it_rests_on() -> None:
    table = economy(1, 5, competitive=True)
    results = [
        table.technical_coefficients,
        table.leontief_inverse,
        table.multipliers("co2"),
        table.linkages(),
        table.linkages()["backward"],
        table.extract("s01"),
        table.extract("s01")["output_loss"],
        table.prices(),
        table.footprint("co2"),
        table.footprint("co2")["consumption"],
        table.shock({"s01": 1.0}),
        table.mixed({"s01": 1.0}),
    ]
    for result in results:
        assert result.attrs["year"] == 2020
        assert result.attrs["imports"].startswith("competitive")
        assert result.attrs["table"] == "unnamed table"
        assert result.attrs["price_basis"] == "prices of 2020"
        if "units" not in result.attrs:
            assert all(array.attrs.get("units") is not None for array in result.values())
    assert table.multipliers("co2").attrs["units"] == "kt CO2 per million CNY"
