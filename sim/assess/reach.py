"""Which energy and carbon targets can be met together, and what would have to be built.

Wind and solar builds of a scenario are multiplied by a common factor, everything else kept,
and the central path is run to 2035 (a peak cannot be seen before). The smallest factor at
which all targets of a combination are met gives the builds it needs, to be held against the
best year on record. This is done at the growth of the scenario and at the growth the plan
aims at, reached by a shift of TFP growth that is found by the secant method: a what-if, no
part of any scenario.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from sim.assess.probability import monte_carlo_error
from sim.assess.register import Target, load_targets
from sim.assess.tally import TargetTally
from sim.baseyear.pack import load_pack
from sim.ensemble.assemble import central_dataset
from sim.ensemble.run import EnsembleRun, run_ensemble
from sim.ensemble.work import prepare_work, simulate_centre
from sim.errors import InputError, nearest_name
from sim.figures.series import load_series, series
from sim.scenario import Scenario
from sim.scenario import scenario as find_scenario

TARGETS: Final = (
    "non_fossil_share_2030",
    "clean_capacity_share_2030",
    "energy_production_capacity_2030",
    "clean_increment_coverage_2030",
    "co2_intensity_reduction_plan",
    "co2_peak_before_2030",
    "coal_peak_plan",
)
BUILDS: Final = {
    "wind": ("energy.wind.build_gw", "energy.offshore_wind.build_gw"),
    "solar": ("energy.solar.build_gw", "energy.distributed_solar.build_gw"),
}
TECHNOLOGIES: Final = {
    "wind": ("wind_onshore", "wind_offshore"),
    "solar": ("solar_utility", "solar_distributed"),
}
# in steps of a twentieth where the answers lie, then of a quarter
MULTIPLES: Final = (*(n / 20 for n in range(40)), *(n / 4 for n in range(8, 21)))
DRAWS: Final = 2048
HORIZON: Final = 2035
GROWTH: Final = "growth.tfp_growth"


@dataclass(frozen=True)
class Reach:
    """What can be reached.

    Attributes
    ----------
    combinations : DataFrame
        ``growth_setting, growth`` (average 2026-2030), ``targets`` (joined by ``;``),
        ``count``, ``multiple`` (smallest factor on the scenario's builds; NaN where none
        does), ``wind_gw`` and ``solar_gw`` (mean yearly builds 2026-2030 that follow), and
        ``wind_over_record, solar_over_record`` (these over the best year on record);
        ``probability`` that all targets of the combination are met in the draws of the
        growth setting, ``probability_built`` with the builds times `multiple`, and their
        Monte Carlo errors ``…_se``; NaN where no draws were asked for.
    record : DataFrame
        ``source`` (wind, solar), ``gw``, ``year``: the best yearly addition on record.
    """

    combinations: pd.DataFrame
    record: pd.DataFrame


def build_record(pack: xr.Dataset, frame: pd.DataFrame | None = None) -> pd.DataFrame:
    """Best yearly addition of wind and solar: published capacities, and the base year's."""
    base = load_series() if frame is None else frame
    last = int(pack["year"].values[0]) - 1
    rows = []
    for source, technologies in TECHNOLOGIES.items():
        added = series(f"capacity_{source}", frame=base).diff().dropna()
        now, before = (
            float(pack[name].sel(technology=list(technologies)).sum())
            for name in ("electricity_capacity", "electricity_capacity_2024")
        )
        added = pd.concat([added, pd.Series({last: now - before})])
        rows.append({"source": source, "gw": float(added.max()), "year": int(added.idxmax())})
    return pd.DataFrame(rows)


def reach(
    scenario: str | Scenario = "plan",
    *,
    targets: Sequence[str] = TARGETS,
    multiples: Sequence[float] = MULTIPLES,
    aim: float = 0.05,
    draws: int = DRAWS,
    seed: int = 1,
    pack: xr.Dataset | None = None,
) -> Reach:
    """Find the builds of wind and solar that each combination of targets needs.

    Parameters
    ----------
    scenario : str or Scenario
        Whose builds are multiplied.
    targets : sequence of str
        Ids of the target register.
    multiples : sequence of float
        Factors to try, ascending.
    aim : float
        The average growth 2026-2030 of the second setting.
    draws, seed : int
        Size and seed of the ensembles that give the probabilities; 0 for none.
    pack : Dataset, optional
        The bundled base year where not given.

    Returns
    -------
    Reach

    Raises
    ------
    InputError
        For an unknown target, or where TFP cannot bring the growth aimed at.
    """
    chosen = _find(targets)
    source = load_pack() if pack is None else pack
    given = find_scenario(scenario) if isinstance(scenario, str) else scenario
    record = build_record(source)
    rows: list[dict[str, object]] = []
    for setting, shift in (("scenario", 0.0), ("aim", _shift_for(given, aim, source))):
        changed = given.set(_tfp(given, shift, source)) if shift else given
        run = _central_run(changed, multiples, source)
        met = _met(chosen, run)
        head = {"growth_setting": setting, "growth": _average(run.paths)}
        found = _combinations(targets, met, multiples, changed, source)
        if draws:
            _add_probabilities(found, chosen, changed, draws, seed, source)
        rows.extend(head | row for row in found)
    table = pd.DataFrame(rows)
    best = record.set_index("source")["gw"]
    for name in BUILDS:
        table[f"{name}_over_record"] = table[f"{name}_gw"] / best[name]
    return Reach(table, record)


def _find(targets: Sequence[str]) -> list[Target]:
    known = {target.target_id: target for target in load_targets()}
    for name in targets:
        if name not in known:
            raise InputError("no such target", key=name, nearest=nearest_name(name, known))
    return [known[name] for name in targets]


def _by_year(given: Scenario, lever: str, pack: xr.Dataset) -> dict[int, float]:
    resolved = given.resolve(pack, horizon=HORIZON)
    years = (int(year) for year in resolved.years)
    return dict(zip(years, resolved.value(lever).tolist(), strict=True))


def _tfp(given: Scenario, shift: float, pack: xr.Dataset) -> dict[str, object]:
    path = _by_year(given, GROWTH, pack)
    return {GROWTH: {year: value + shift for year, value in path.items()}}


def _average(paths: xr.Dataset) -> float:
    """Average growth of GDP 2026-2030 of the first scenario."""
    growth = paths["gdp_growth"].isel(scenario=0).sel(year=slice(2026, 2030))
    return float(np.expm1(np.log1p(growth.values).mean()))


def _growth(given: Scenario, pack: xr.Dataset) -> float:
    return _average(_central_run(given, (1.0,), pack).paths)


def _shift_for(given: Scenario, aim: float, pack: xr.Dataset) -> float:
    """Shift of TFP growth that brings the average growth `aim` (secant method)."""
    low, high = 0.0, 0.01
    at_low, at_high = (_growth(given.set(_tfp(given, x, pack)), pack) for x in (low, high))
    for _ in range(8):
        shift = low + (aim - at_low) * (high - low) / (at_high - at_low)
        found = _growth(given.set(_tfp(given, shift, pack)), pack)
        if abs(found - aim) < 1e-8:
            return shift
        low, at_low, high, at_high = high, at_high, shift, found
    raise InputError("no shift of TFP growth brings the growth aimed at", key=GROWTH, found=aim)


def _multiplied(given: Scenario, multiples: Sequence[float], pack: xr.Dataset) -> list[Scenario]:
    """The scenario with its builds of wind and solar times each multiple."""
    base = {lever: _by_year(given, lever, pack) for levers in BUILDS.values() for lever in levers}
    made = []
    for multiple in multiples:
        changes: dict[str, object] = {
            lever: {year: value * multiple for year, value in path.items()}
            for lever, path in base.items()
        }
        made.append(given.set(changes, name=f"x{multiple:g}"))
    return made


def _central_run(given: Scenario, multiples: Sequence[float], pack: xr.Dataset) -> EnsembleRun:
    """Central paths, one scenario a multiple, with what has been before the base year."""
    resolved = [item.resolve(pack, horizon=HORIZON) for item in _multiplied(given, multiples, pack)]
    work = prepare_work(pack, resolved, 1)
    centre = [simulate_centre(work, index) for index in range(len(resolved))]
    paths = central_dataset([item.name for item in resolved], work.cases[0].years, centre)
    past = [name for name in pack.data_vars if pack[name].dims == ("history_year",)]
    paths = paths.assign(pack[past].data_vars)
    return EnsembleRun(tuple(resolved), paths, xr.Dataset(), None, None, {})


def _met(chosen: Sequence[Target], run: EnsembleRun) -> NDArray[np.bool_]:
    """Whether each target is met at each multiple: (target, multiple)."""
    tally = TargetTally(chosen, groups=())
    tally.begin(run, 1)
    for target in chosen:
        if target.target_id not in tally.usable:
            raise InputError("the target has no number to meet", key=target.target_id)
    return np.array([tally.central_met(target) for target in chosen])


def _combinations(
    targets: Sequence[str],
    met: NDArray[np.bool_],
    multiples: Sequence[float],
    given: Scenario,
    pack: xr.Dataset,
) -> list[dict[str, object]]:
    """The smallest multiple of every non-empty combination, and the builds it means."""
    builds = {}
    for source, levers in BUILDS.items():
        paths = [_by_year(given, lever, pack) for lever in levers]
        builds[source] = float(np.mean([sum(p[y] for p in paths) for y in range(2026, 2031)]))
    rows = []
    for count in range(1, len(targets) + 1):
        for members in combinations(range(len(targets)), count):
            together = met[list(members)].all(axis=0)
            multiple = float(multiples[int(together.argmax())]) if together.any() else np.nan
            rows.append(
                {
                    "targets": ";".join(targets[i] for i in members),
                    "count": count,
                    "multiple": multiple,
                    **{f"{source}_gw": multiple * gw for source, gw in builds.items()},
                }
            )
    return rows


def _add_probabilities(
    rows: list[dict[str, object]],
    chosen: Sequence[Target],
    given: Scenario,
    draws: int,
    seed: int,
    pack: xr.Dataset,
) -> None:
    """Write into `rows` how likely each combination is met, as given and as it would be built."""
    multiples = [float(str(row["multiple"])) for row in rows]
    runs = [1.0, *sorted({m for m in multiples if not np.isnan(m)} - {1.0})]
    tally = TargetTally(
        chosen, groups=[("set", tuple(str(row["targets"]).split(";"))) for row in rows]
    )
    scenarios = _multiplied(given, runs, pack)
    run_ensemble(scenarios, draws=draws, seed=seed, horizon=HORIZON, pack=pack, observers=[tally])
    met = tally.together()
    error = monte_carlo_error(met, draws)
    for i, (row, multiple) in enumerate(zip(rows, multiples, strict=True)):
        for name, at in (("probability", 1.0), ("probability_built", multiple)):
            known = at in runs
            row[name] = met[runs.index(at), i] / draws if known else np.nan
            row[f"{name}_se"] = error[runs.index(at), i] if known else np.nan
