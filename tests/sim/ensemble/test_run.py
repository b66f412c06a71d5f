"""The ensemble: reproducible to the bit, consistent in every account, labelled as promised."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from models.labels import CARRIERS, ENERGY_SECTORS, FINAL_USES, SECTORS, TECHNOLOGIES
from models.state import IDENTITIES, Results
from sim.assess.tally import TargetTally
from sim.assess.targets import evaluate
from sim.baseyear.pack import content_hash, load_pack, read_manifest
from sim.ensemble import run as module
from sim.ensemble import stream
from sim.ensemble.accumulate import BLOCK, LEAF
from sim.ensemble.deviates import sample_block
from sim.ensemble.leaf import Room, take_worst
from sim.ensemble.methods import MAXIMUM_DRAWS
from sim.ensemble.picks import pick_growth_draws
from sim.ensemble.quantiles import LEADING, QUANTILES
from sim.ensemble.run import EnsembleRun, resolve_scenarios, run_ensemble
from sim.ensemble.summary import SUBSET, Leaf, Summary
from sim.ensemble.work import prepare_work
from sim.errors import InputError
from sim.scenario import bundled_scenarios, scenario

DRAWS = 2 * LEAF + 301  # three leaves, the last with a broken block
SCALARS = [
    "gdp",
    "gdp_growth",
    "potential_gdp",
    "output_gap",
    "capital",
    "labour",
    "human_capital",
    "tfp",
    "primary_share",
    "secondary_share",
    "tertiary_share",
    "manufacturing_share",
    "services_growth",
    "labour_productivity_growth",
    "energy_total",
    "energy_intensity",
    "electricity_demand",
    "electricity_net_import",
    "energy_production",
    "energy_production_capacity",
    "non_fossil_share",
    "clean_capacity_share",
    "clean_generation_share",
    "co2_process",
    "co2_imported_electricity",
    "co2_total",
    "co2_intensity",
    "co2_intensity_reduction",
]
VECTORS = {
    "value_added": ("sector",),
    "gross_output": ("sector",),
    "primary_energy": ("carrier",),
    "electricity_generation": ("technology",),
    "electricity_capacity": ("technology",),
    "co2": ("energy_sector",),
}
MATRICES = {
    "final_demand": ("final_use", "sector"),
    "final_energy": ("energy_sector", "carrier"),
}
PARTS = {**dict.fromkeys(SCALARS, ()), **VECTORS, **MATRICES}
LABELS = {
    "sector": SECTORS,
    "energy_sector": ENERGY_SECTORS,
    "carrier": CARRIERS,
    "technology": TECHNOLOGIES,
    "final_use": FINAL_USES,
}


@pytest.fixture(scope="module")
def pack() -> xr.Dataset:
    return load_pack()


@pytest.fixture(scope="module")
def simulate() -> Callable[..., EnsembleRun]:
    """Run, each set of options once."""
    made: dict[str, EnsembleRun] = {}

    def run(*names: str, **options: object) -> EnsembleRun:
        key = f"{names} {sorted(options.items())}"
        if key not in made:
            made[key] = run_ensemble(list(names), **options)
        return made[key]

    return run


@pytest.fixture(scope="module")
def run(simulate) -> EnsembleRun:
    return simulate("baseline", "plan", draws=DRAWS, threads=2)


def the_same(a: xr.Dataset, b: xr.Dataset) -> None:
    assert list(a.variables) == list(b.variables)
    for name in a.variables:
        assert a[name].dims == b[name].dims
        assert a[name].values.tobytes() == b[name].values.tobytes() or (
            a[name].dtype.kind in "UO" and (a[name].values == b[name].values).all()
        ), f"{name} differs"


def same_run(a: EnsembleRun, b: EnsembleRun) -> None:
    the_same(a.paths, b.paths)
    the_same(a.ensemble, b.ensemble)
    the_same(a.draws, b.draws)
    assert evaluate(a).equals(evaluate(b))


# Reproducibility ---------------------------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 4])
def test_results_do_not_depend_on_the_number_of_threads(simulate, run, threads):
    same_run(simulate("baseline", "plan", draws=DRAWS, threads=threads), run)


def test_the_same_seed_gives_the_same_bits_again(run):
    same_run(run_ensemble(["baseline", "plan"], draws=DRAWS, seed=1), run)


def test_a_scenario_alone_is_the_same_as_among_others(simulate, run):
    alone = simulate("plan", draws=DRAWS)
    for part in ("paths", "ensemble", "draws"):
        the_same(getattr(alone, part), getattr(run, part).sel(scenario=["plan"]))
    targets = evaluate(run).query("scenario == 'plan'").reset_index(drop=True)
    assert evaluate(alone).equals(targets)


def test_the_order_of_scenarios_changes_nothing_else(simulate, run):
    turned = simulate("plan", "baseline", draws=DRAWS)
    order = ["baseline", "plan"]
    the_same(turned.ensemble.sel(scenario=order), run.ensemble)
    the_same(turned.draws.sel(scenario=order), run.draws)


def test_adding_scenarios_leaves_the_others_unchanged(simulate, run):
    more = simulate("baseline", "external_shock", "plan", draws=DRAWS)
    the_same(more.draws.sel(scenario=["baseline", "plan"]), run.draws)


def test_fewer_draws_are_the_leading_ones_of_more(simulate, run):
    few = simulate("baseline", "plan", draws=77)
    the_same(few.draws, run.draws.isel(draw=slice(77)))
    the_same(few.paths, run.paths)


def test_another_horizon_leaves_the_early_years_of_paths_and_draws_unchanged(simulate, run):
    longer = simulate("baseline", "plan", draws=77, horizon=2035)
    assert longer.paths["year"].values.tolist() == list(range(2025, 2036))
    early = longer.draws.sel(year=slice(2025, 2030))
    for name in run.draws.data_vars:
        np.testing.assert_allclose(
            early[name].values, run.draws[name].values[..., :77], rtol=1e-9, atol=1e-12
        )


def test_another_seed_gives_other_draws_but_the_same_centre(simulate, run):
    other = simulate("baseline", "plan", draws=DRAWS, seed=2)
    the_same(other.paths, run.paths)
    assert not np.isin(other.draws["gdp"].sel(year=2030), run.draws["gdp"].sel(year=2030)).any()
    gap = abs(other.ensemble["gdp_growth_mean"] - run.ensemble["gdp_growth_mean"])
    error = run.ensemble["gdp_growth_std"] / np.sqrt(DRAWS)
    assert bool((gap <= 5.0 * np.sqrt(2.0) * error + 1e-12).all())


def test_vector_quantiles_come_from_a_fixed_leading_subset(simulate, run):
    exact = simulate("baseline", "plan", draws=SUBSET)
    assert run.ensemble.attrs["quantile_draws"] == SUBSET
    assert run.ensemble.attrs["draws"] == DRAWS > SUBSET
    for name in VECTORS:
        np.testing.assert_array_equal(exact.ensemble[name], run.ensemble[name], name)


def test_moments_and_quantiles_are_those_of_the_draws(run):
    for name in SCALARS:
        drawn = run.draws[name].values
        scale = np.abs(drawn).max() or 1.0
        mean, std = (run.ensemble[f"{name}_{part}"].values for part in ("mean", "std"))
        np.testing.assert_allclose(mean, drawn.mean(axis=-1), atol=1e-12 * scale)
        np.testing.assert_allclose(std, drawn.std(axis=-1, ddof=1), rtol=1e-8, atol=1e-11 * scale)
        expected = np.moveaxis(np.quantile(drawn, QUANTILES, axis=-1), 0, -1)
        np.testing.assert_array_equal(run.ensemble[name].values, expected, name)


def test_one_draw_has_a_mean_and_no_spread(simulate, run):
    one = simulate("baseline", "plan", draws=1)
    first = run.draws["gdp"].isel(draw=0)
    np.testing.assert_allclose(one.ensemble["gdp_mean"], first, rtol=1e-12)
    assert bool(np.isnan(one.ensemble["gdp_std"]).all())
    assert bool((one.ensemble["gdp"] == first).all())
    assert len(evaluate(one)) == len(evaluate(run))


# Identities --------------------------------------------------------------------------------


def sums(data: xr.Dataset, suffix: str) -> dict[str, tuple[xr.DataArray, xr.DataArray]]:
    def of(name: str) -> xr.DataArray:
        return data[f"{name}{suffix}"]

    return {
        "value added": (of("value_added").sum("sector"), of("gdp")),
        "primary energy": (of("primary_energy").sum("carrier"), of("energy_total")),
        "electricity": (
            of("electricity_generation").sum("technology") + of("electricity_net_import"),
            of("electricity_demand"),
        ),
        "co2": (of("co2").sum("energy_sector"), of("co2_total")),
        "co2 parts": (of("co2_energy") + of("co2_process"), of("co2_total")),
    }


def test_parts_sum_to_totals_on_the_central_paths(run):
    for name, (parts, total) in sums(run.paths, "").items():
        np.testing.assert_allclose(parts, total, rtol=1e-9, err_msg=name)


def test_parts_sum_to_totals_in_the_means(run):
    for name, (parts, total) in sums(run.ensemble, "_mean").items():
        np.testing.assert_allclose(parts, total, rtol=1e-9, err_msg=name)


def test_every_identity_holds_in_every_draw(run):
    for data in (run.paths, run.ensemble):
        assert data["identity_residual"]["identity"].values.tolist() == list(IDENTITIES)
        assert float(data["identity_residual"].max()) <= 1e-9


def test_ratios_are_those_of_their_parts_in_every_draw(run):
    drawn = run.draws
    growth = drawn["gdp"] / drawn["gdp"].shift(year=1) - 1.0
    later = {"year": slice(1, None)}
    shares = drawn["primary_share"] + drawn["secondary_share"] + drawn["tertiary_share"]
    intensity = drawn["co2_intensity"]
    np.testing.assert_allclose(drawn["gdp_growth"].isel(later), growth.isel(later), atol=1e-12)
    np.testing.assert_allclose(shares, 1.0, atol=1e-12)
    np.testing.assert_allclose(
        drawn["energy_intensity"], drawn["energy_total"] / drawn["gdp"] * 100.0, rtol=1e-9
    )
    np.testing.assert_allclose(
        drawn["co2_intensity_reduction"], 1.0 - intensity / intensity.isel(year=0), atol=1e-12
    )


def test_shares_lie_between_zero_and_one_in_every_draw(run):
    for name in SCALARS:
        if name.endswith("_share"):
            assert float(run.draws[name].min()) >= 0.0, name
            assert float(run.draws[name].max()) <= 1.0, name


# Names, dimensions, labels -----------------------------------------------------------------


@pytest.mark.parametrize("name", PARTS)
def test_paths_hold_the_promised_variable(run, name):
    found = run.paths[name]
    assert found.dims == ("scenario", "year", *PARTS[name])
    assert np.isfinite(found.values).all()
    for key in ("units", "long_name", "long_name_zh"):
        assert found.attrs[key]


@pytest.mark.parametrize("name", PARTS)
def test_the_ensemble_holds_the_promised_statistics(run, name):
    for statistic in ("mean", "std"):
        found = run.ensemble[f"{name}_{statistic}"]
        assert found.dims == ("scenario", "year", *PARTS[name])
        assert found.attrs["units"] == run.paths[name].attrs["units"]
        assert found.attrs["statistic"] == statistic
        assert np.isfinite(found.values).all()
    if name in MATRICES:
        assert name not in run.ensemble
        return
    found = run.ensemble[name]
    assert found.dims == ("scenario", "year", *PARTS[name], "quantile")
    assert (np.diff(found.values, axis=-1) >= 0.0).all()


@pytest.mark.parametrize("part", ["paths", "ensemble"])
def test_labels_are_the_documented_ones_with_names_in_both_languages(run, part):
    data = getattr(run, part)
    for dim, labels in LABELS.items():
        assert data[dim].values.tolist() == list(labels)
        for suffix in ("name", "name_zh"):
            names = data[f"{dim}_{suffix}"]
            assert names.dims == (dim,)
            assert all(names.values)
    assert data["scenario"].values.tolist() == ["baseline", "plan"]
    assert data["year"].values.tolist() == list(range(2025, 2031))


def test_the_quantile_coordinate_is_the_documented_one(run):
    expected = [0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99]
    assert run.ensemble["quantile"].values.tolist() == expected


def test_paths_carry_the_estimates_before_the_base_year(run, pack):
    for name in ("co2_history", "coal_history", "oil_history"):
        np.testing.assert_array_equal(run.paths[name], pack[name])
    assert run.paths["history_year"].values.tolist() == list(range(2020, 2026))


# Horizon and packs -------------------------------------------------------------------------


@pytest.mark.parametrize("horizon", [2026, 2035])
def test_every_bundled_scenario_runs_to_another_horizon(simulate, horizon):
    names = list(bundled_scenarios())
    made = simulate(*names, draws=64, horizon=horizon)
    assert made.paths["year"].values.tolist() == list(range(2025, horizon + 1))
    assert float(made.ensemble["identity_residual"].max()) <= 1e-9
    assert set(evaluate(made)["scenario"]) == set(names)


def test_the_manifest_tells_what_produced_the_run(run):
    manifest = run.manifest
    assert {"draws": DRAWS, "seed": 1, "threads": 2}.items() <= manifest.items()
    assert manifest["pack"]["content_sha256"] == read_manifest()["content_sha256"]
    assert {"provsim", "python", "processor", "versions", "inputs", "timings_seconds"} <= set(
        manifest
    )
    assert [item["name"] for item in manifest["scenarios"]] == ["baseline", "plan"]
    values = manifest["scenarios"][1]["values"]
    assert len(values) > 100
    assert all({"lever", "unit", "origin"} <= set(row) for row in values)


def test_a_changed_pack_is_told_in_the_manifest(pack):
    changed = pack.copy(deep=True)
    changed["grid_loss_rate"] = changed["grid_loss_rate"] * 1.01
    made = run_ensemble(["baseline"], draws=8, pack=changed)
    assert made.manifest["pack"] == {"content_sha256": content_hash(changed)}
    assert made.manifest["pack"]["content_sha256"] != read_manifest()["content_sha256"]


# Refusals ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"draws": 0}, "draws"),
        ({"draws": -3}, "draws"),
        ({"draws": MAXIMUM_DRAWS + 1}, "draws"),
        ({"draws": 10.0}, "draws"),
        ({"draws": "10"}, "draws"),
        ({"draws": True}, "draws"),
        ({"draws": 16_384, "sampler": "sobol", "replicates": 16.0}, "replicates"),
        ({"draws": 16_384, "sampler": "sobol", "replicates": "16"}, "replicates"),
        ({"draws": 16_384, "sampler": "sobol", "replicates": True}, "replicates"),
        ({"sampler": "sobol", "replicates": None}, "replicates"),
        ({"replicates": 1}, "replicates"),
        ({"sampler": None}, "sampler"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**63}, "seed"),
        ({"seed": 1.5}, "seed"),
        ({"threads": 0}, "threads"),
        ({"threads": "2"}, "threads"),
        ({"horizon": 2025}, "horizon"),
        ({"horizon": 0}, "horizon"),
        ({"horizon": 2100}, "horizon"),
        ({"horizon": "2030"}, "horizon"),
        ({"overrides": {"energy.wind.buld_gw": 4}}, "energy.wind.buld_gw"),
    ],
    ids=str,
)
def test_bad_sizes_are_refused_by_name(options, key):
    with pytest.raises(InputError) as caught:
        run_ensemble(["baseline"], **{"draws": 8, **options})
    assert caught.value.key == key


def test_numpy_numbers_count_as_numbers():
    whole = {"draws": np.int64(8), "seed": np.uint32(3), "threads": np.int8(1)}
    made = run_ensemble(["baseline"], horizon=np.int64(2028), **whole)
    assert made.manifest["draws"] == 8
    assert made.paths["year"].values[-1] == 2028
    assert type(made.manifest["seed"]) is int


def test_an_unknown_scenario_names_the_nearest():
    with pytest.raises(InputError, match="did you mean 'baseline'"):
        run_ensemble(["baselin"], draws=8)


def test_no_scenario_and_the_same_twice_are_refused():
    with pytest.raises(InputError, match="at least one"):
        run_ensemble([], draws=8)
    with pytest.raises(InputError, match="same name"):
        run_ensemble(["plan", "plan"], draws=8)


def test_a_path_and_a_scenario_are_accepted(simulate):
    path = bundled_scenarios()["plan"]
    made = run_ensemble([Path(path)], draws=77)
    the_same(made.draws, simulate("plan", draws=77).draws)
    again = run_ensemble([scenario("plan")], draws=77)
    the_same(again.draws, made.draws)


# Stopping ----------------------------------------------------------------------------------


def broken(
    monkeypatch: pytest.MonkeyPatch,
    breaks: Mapping[int, Sequence[int]],
    change: Callable[[int, Results, int], None],
) -> None:
    """Break draws of scenarios: in the sums of their leaf, and when they are simulated again.

    `breaks` are draws by the scenario's position; ``change(draw, results, place)`` damages one.
    """
    sample, simulate, leaf = stream.sample, stream.simulate_case, Room.simulate

    def sampled(work, scratch, first):  # type: ignore[no-untyped-def]
        scratch.began = first
        sample(work, scratch, first)

    def damaged(work, index, scratch, clamped):  # type: ignore[no-untyped-def]
        results = simulate(work, index, scratch, clamped)
        for draw in breaks.get(index, ()):
            if scratch.began <= draw < scratch.began + BLOCK:
                change(draw, results, draw - scratch.began)
        return results

    def summed(room, first, last):  # type: ignore[no-untyped-def]
        leaf(room, first, last)
        for index, draws in breaks.items():
            if any(first <= draw < last for draw in draws):
                room.leaves[index].totals.sums[:, 1, -1] = np.inf

    monkeypatch.setattr(stream, "sample", sampled)
    monkeypatch.setattr(stream, "simulate_case", damaged)
    monkeypatch.setattr(Room, "simulate", summed)


def no_number(monkeypatch: pytest.MonkeyPatch, draw: int) -> int:
    """Put NaN into the growth draw that `draw` picks; return the first draw that picks it."""
    prepare = module.prepare_work
    picked = np.empty(draw + 1, np.int64)

    def prepared(*args):  # type: ignore[no-untyped-def]
        work = prepare(*args)
        plan, state = work.sampler.plan, work.sampler.plan.state.copy()
        deviates = np.empty((plan.n_row, draw + 1))
        sample_block(plan, 0, deviates, np.empty(draw + 1, np.int64))
        pick_growth_draws(plan, deviates, picked)
        state[:, picked[-1]] = np.nan
        return work._replace(sampler=replace(work.sampler, plan=plan._replace(state=state)))

    monkeypatch.setattr(module, "prepare_work", prepared)
    pack = load_pack()
    prepared(pack, resolve_scenarios(["plan"], pack), 1)
    return int(np.argmax(picked == picked[-1]))


def test_a_draw_that_is_no_number_stops_the_run_and_is_named(monkeypatch):
    draw = no_number(monkeypatch, 1234)
    with pytest.raises(InputError, match=rf"draw {draw} gave nan for \w+ in 202\d") as caught:
        run_ensemble(["baseline", "plan"], draws=DRAWS, threads=1)
    assert caught.value.key == "baseline"


@pytest.mark.parametrize("draw", [SUBSET + 52, LEADING + 300])
def test_a_draw_beyond_those_kept_stops_every_thread_and_the_first_is_named(monkeypatch, draw):
    def change(draw, results, place):
        results.scalars[..., place] = np.nan

    broken(monkeypatch, {1: (draw, draw + 900)}, change)
    watching = TargetTally()
    with pytest.raises(InputError, match=rf"plan: draw {draw} gave nan for .*--draw {draw}`"):
        run_ensemble(
            ["baseline", "plan"], draws=draw + 2000, threads=2, horizon=2026, observers=[watching]
        )


def test_a_central_path_that_is_no_number_is_refused():
    harsh = {
        "growth.gap_shock": -0.15,
        "demand.outflow_growth": 0.3,
        "demand.exports_growth": 0.4,
        "population.growth": -0.03,
    }
    with pytest.raises(InputError, match=r"the central path gave nan for .* in 2032") as caught:
        run_ensemble(["baseline"], draws=8, seed=39, horizon=2032, overrides=harsh)
    assert caught.value.key == "baseline"


def test_a_central_path_whose_account_does_not_close_is_refused(monkeypatch):
    centre = module.simulate_centre

    def damaged(work, index):  # type: ignore[no-untyped-def]
        results = centre(work, index)
        results.residual[2, 3, 0] = 1e-6 * index
        return results

    monkeypatch.setattr(module, "simulate_centre", damaged)
    said = rf"plan: identity {IDENTITIES[2]} fails in the central path of 2028: 1.0e-06 of"
    with pytest.raises(InputError, match=said):
        run_ensemble(["baseline", "plan"], draws=8)


@pytest.mark.parametrize("later", [290, 500])
def test_of_two_scenarios_the_one_whose_draw_comes_first_is_named(monkeypatch, later):
    def change(draw, results, place):
        results.residual[0, 1, place] = 1.0

    broken(monkeypatch, {0: [later], 1: [280]}, change)
    with pytest.raises(InputError, match=r"plan: identity .* fails in draw 280 of 2026"):
        run_ensemble(["baseline", "plan"], draws=600, threads=1, horizon=2026)


@pytest.mark.parametrize("value", [np.nan, 1e-6])
def test_of_draws_whose_account_does_not_close_the_first_is_named(monkeypatch, value):
    def change(draw, results, place):
        results.residual[1, 2, place] = value
        results.residual[0, 1, place + 10] = 1.0  # worse, but later
        results.scalars[0, 1, place + 20] = np.nan

    broken(monkeypatch, {0: [200]}, change)
    with pytest.raises(InputError, match=rf"{IDENTITIES[1]} fails in draw 200 of 2027"):
        run_ensemble(["baseline"], draws=300, threads=1)


@pytest.mark.parametrize("value", [np.nan, -np.nan, np.inf, 1e-6])
def test_a_leaf_keeps_the_worst_residual_and_is_unsound_if_any_is_no_number(value):
    pack = load_pack()
    work = prepare_work(pack, resolve_scenarios(["plan"], pack), 1)
    centre = module.simulate_centre(work, 0)
    leading = np.empty((*centre.scalars.shape[:-1], 8))
    leaf = Leaf(Summary(centre, leading, 8, 1, work.cases[0].years, "plan"))
    residual = np.random.default_rng(1).random((*leaf.residual.shape, BLOCK)) * 1e-13
    take_worst(residual, 100, leaf.residual)
    np.testing.assert_array_equal(leaf.residual, residual[..., :100].max(axis=-1))
    assert leaf.sound()
    residual[2, 3, 100] = value
    take_worst(residual, 100, leaf.residual)
    assert leaf.sound(), "the draw does not count"
    take_worst(residual, 101, leaf.residual)
    assert not leaf.sound()
    take_worst(residual[..., :50].copy(), 50, leaf.residual)
    np.testing.assert_equal(leaf.residual, np.abs(residual[..., :101]).max(axis=-1))


def test_a_table_that_is_no_number_stops_the_run_and_its_draw_is_named(monkeypatch):
    def change(draw, results, place):
        results.co2[7, 2, place] = np.inf

    broken(monkeypatch, {0: [1400]}, change)
    with pytest.raises(InputError, match=r"plan: draw 1400 gave inf for co2 in 2027"):
        run_ensemble(["plan"], draws=1500, threads=1)


def test_finite_numbers_that_are_too_large_to_add_up_stop_the_run(monkeypatch):
    broken(monkeypatch, {0: [1024]}, lambda *_: None)
    with pytest.raises(InputError, match=r"plan: draws 1024 to 1499 give numbers too large"):
        run_ensemble(["plan"], draws=1500, threads=1)


def test_draws_past_the_last_do_not_count(monkeypatch):
    first = no_number(monkeypatch, 100)
    made = run_ensemble(["baseline", "plan"], draws=first)  # whose block goes on behind it
    assert first % BLOCK
    assert np.isfinite(made.ensemble["gdp_mean"].values).all()
    assert made.paired is not None
    assert np.isfinite(made.paired["mean"].values).all()


@pytest.fixture
def worked(monkeypatch) -> list[int]:
    """Leaves that threads take; from the third on they wait until the pool of threads is closed."""
    taken: list[int] = []
    closing = threading.Event()
    simulate, shutdown = Room.simulate, ThreadPoolExecutor.shutdown

    def counted(room, first, last):  # type: ignore[no-untyped-def]
        taken.append(first)
        if len(taken) > 2:
            closing.wait(60.0)
        simulate(room, first, last)

    def closed(pool, **how):  # type: ignore[no-untyped-def]
        closing.set()
        shutdown(pool, **how)

    monkeypatch.setattr(Room, "simulate", counted)
    monkeypatch.setattr(ThreadPoolExecutor, "shutdown", closed)
    return taken


def test_a_stopped_run_does_not_finish_its_other_draws(worked):
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_ensemble(["baseline"], draws=60 * LEAF, threads=2, progress=stop)
    assert len(worked) <= 4  # two that were free, and two that waited


def test_a_thread_that_cannot_be_started_stops_the_run(worked, monkeypatch):
    submit = ThreadPoolExecutor.submit

    def second_fails(pool, function, *args):  # type: ignore[no-untyped-def]
        if worked:
            raise RuntimeError("can't start new thread")
        task = submit(pool, function, *args)
        while not worked:
            time.sleep(0.001)
        return task

    monkeypatch.setattr(ThreadPoolExecutor, "submit", second_fails)
    with pytest.raises(RuntimeError, match="new thread"):
        run_ensemble(["baseline"], draws=16 * LEAF, threads=2)
    assert len(worked) <= 3


def test_progress_counts_every_draw_once_in_the_thread_that_asked():
    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        assert threading.current_thread() is threading.main_thread()
        told.append((done, total))

    run_ensemble(["baseline"], draws=DRAWS, progress=progress)
    done = [0, *(count for count, _ in told)]
    assert sorted(np.diff(done)) == [DRAWS - 2 * LEAF, LEAF, LEAF]
    assert {total for _, total in told} == {DRAWS}
