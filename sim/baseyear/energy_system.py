"""Set up and solve the reconciliation of the 2025 energy accounts."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.labels import CARRIERS, ENERGY_SECTORS, FINAL_CARRIERS, TECHNOLOGIES, TERTIARY
from sim.baseyear.energy_inputs import EnergyInputs
from sim.baseyear.energy_state import (
    EnergyState,
    Layout,
    electricity_demand,
    electricity_residual,
    energy_total,
    heat_fuel,
    non_fossil_energy,
    power_fuel,
    primary_energy,
)
from sim.baseyear.power_accounts import average_capacity, clean_definitions, final_electricity
from sim.baseyear.reconcile import Reconciliation, reconcile
from sim.errors import InputError, nearest_name

Floats = NDArray[np.float64]
Figure = Callable[[EnergyState], Floats]
HOURS_PER_GW: Final = 1000.0
PASSES: Final = 3
NO_RETIREMENT: Final = tuple(t for t in TECHNOLOGIES if t not in ("coal", "gas"))


@dataclass(frozen=True)
class Observation:
    """One observation: numerator / denominator (denominator None for a plain figure)."""

    id: str
    variable: str
    label: str
    value: float
    sigma: float
    rounding: float | None
    numerator: Figure
    denominator: Figure | None


@dataclass(frozen=True)
class Solution:
    """Reconciled energy accounts: the layout, the result and the observations behind it."""

    layout: Layout
    result: Reconciliation
    observations: tuple[Observation, ...]

    @property
    def state(self) -> EnergyState:
        """The centre."""
        return self.layout.state(self.result.estimate[: self.layout.size])

    def draws(self, count: int, seed: int) -> EnergyState:
        """Posterior draws with a leading axis of length `count`."""
        return self.layout.state(self.result.draws(count, seed)[:, : self.layout.size])


def solve_energy(
    inputs: EnergyInputs, *, definition: str, without: Collection[str] = ()
) -> Solution:
    """Reconcile the accounts.

    Parameters
    ----------
    inputs : EnergyInputs
    definition : str
        Name of the definition of clean energy (`clean_definitions`).
    without : collection of str
        Ids of observations to leave out.

    Returns
    -------
    Solution

    Raises
    ------
    InputError
        On an unknown variable or label of an observation, or an infeasible system.
    """
    layout = Layout(np.argwhere(inputs.prior > 0.0), _present(inputs.observations))
    observations = tuple(
        o for o in _observations(inputs, definition, layout) if o.id not in set(without)
    )
    scale = {o.id: 1.0 for o in observations}
    start = _start(inputs, layout)
    for _ in range(PASSES):
        for o in observations:
            if o.denominator is not None:
                scale[o.id] = float(o.denominator(layout.state(start)))
        result = _solve_once(inputs, layout, observations, scale)
        start = result.estimate[: layout.size]
    return Solution(layout, result, observations)


def figure_value(observation: Observation, state: EnergyState) -> Floats:
    """The figure an observation measures, in its own unit (...)."""
    value = observation.numerator(state)
    if observation.denominator is not None:
        value = value / observation.denominator(state)
    return np.asarray(value)


def _solve_once(
    inputs: EnergyInputs,
    layout: Layout,
    observations: tuple[Observation, ...],
    scale: dict[str, float],
) -> Reconciliation:
    rows, constants = _rows(layout, observations)
    value = np.array([0.0 if o.denominator is not None else o.value for o in observations])
    sigma = np.array([o.sigma * scale[o.id] for o in observations])
    limits = _limits(observations, layout) | _hours_limits(inputs, layout)
    n, extra = layout.size, len(limits)
    identity, offset = layout.affine(partial(electricity_residual, parameters=inputs.parameters))
    constraints = np.zeros((1 + extra, n + extra))
    constraints[0, :n] = identity
    targets = np.concatenate([[-offset], np.zeros(extra)])
    for j, figure in enumerate(limits.values()):
        row, constant = layout.affine(figure)
        constraints[1 + j, :n] = row
        constraints[1 + j, n + j] = -1.0
        targets[1 + j] = -constant
    lower = np.zeros(n + extra)
    lower[layout.names().index("electricity_net_import total")] = -np.inf
    return reconcile(
        np.hstack([rows, np.zeros((len(rows), extra))]),
        value - constants,
        sigma,
        constraints=constraints,
        targets=targets,
        lower=lower,
        upper=np.full(n + extra, np.inf),
        names=[*layout.names(), *limits],
    )


def _present(observations: pd.DataFrame) -> NDArray[np.intp]:
    """Technologies (t,) but those observed with a capacity of zero."""
    none = (observations["variable"] == "electricity_capacity") & (observations["value"] == 0.0)
    absent = {t for label in observations.loc[none, "label"] for t in str(label).split("+")}
    return np.array([i for i, t in enumerate(TECHNOLOGIES) if t not in absent])


def _limits(observations: tuple[Observation, ...], layout: Layout) -> dict[str, Figure]:
    """Figures that must not be negative: printed rounding, and no plant of these kinds closes."""
    limits: dict[str, Figure] = {}
    for o in observations:
        if o.rounding is not None:
            for end, sign in (("lower", 1.0), ("upper", -1.0)):
                limits[f"{end} rounding {o.id}"] = partial(_margin, observation=o, sign=sign)
    for technology in NO_RETIREMENT:
        if TECHNOLOGIES.index(technology) not in layout.present:
            continue
        limits[f"addition {technology}"] = partial(_addition, label=technology)
    return limits


def _hours_limits(inputs: EnergyInputs, layout: Layout) -> dict[str, Figure]:
    """Distances of the hours of a technology from the ends of its range, in TWh."""
    limits: dict[str, Figure] = {}
    for technology, ends in inputs.hours_range.items():
        if TECHNOLOGIES.index(technology) in layout.present:
            for end, hours, sign in zip(("least", "most"), ends, (1.0, -1.0), strict=True):
                limits[f"{end} hours {technology}"] = partial(
                    _hours_margin, label=technology, hours=hours, sign=sign
                )
    return limits


def _hours_margin(state: EnergyState, label: str, hours: float, sign: float) -> Floats:
    capacity = _technologies(average_capacity(state.capacity_2024, state.capacity), label)
    made = _technologies(state.generation, label)
    return np.asarray(sign * (made - hours / HOURS_PER_GW * capacity))


def _addition(state: EnergyState, label: str) -> Floats:
    return _technologies(state.capacity - state.capacity_2024, label)


def _margin(state: EnergyState, observation: Observation, sign: float) -> Floats:
    """Distance to the lower (sign 1) or upper (sign -1) end of the printed rounding interval."""
    half = observation.rounding if observation.rounding is not None else 0.0
    end = observation.value - sign * half
    base = observation.denominator(state) if observation.denominator is not None else 1.0
    return np.asarray(sign * (observation.numerator(state) - end * base))


def _rows(layout: Layout, observations: tuple[Observation, ...]) -> tuple[Floats, Floats]:
    """Observation matrix (m, size) and constants (m,); a ratio v = a/b becomes a - v b = 0."""
    pairs = []
    for o in observations:
        if o.denominator is None:
            pairs.append(layout.affine(o.numerator))
        else:
            pairs.append(layout.affine(partial(_ratio_gap, observation=o)))
    return np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])


def _ratio_gap(state: EnergyState, observation: Observation) -> Floats:
    if observation.denominator is None:
        raise InputError("a ratio needs a denominator", key=observation.id)
    return np.asarray(
        observation.numerator(state) - observation.value * observation.denominator(state)
    )


def _start(inputs: EnergyInputs, layout: Layout) -> Floats:
    """First point, for the size of denominators only: prior cells and stated power figures."""
    x = np.zeros(layout.size)
    names = layout.names()
    for i, (s, c) in enumerate(layout.cells):
        x[i] = inputs.prior[s, c]
    for row in inputs.observations.to_dict("records"):
        labels = str(row["label"]).split("+")
        for label in labels:
            name = f"{row['variable']} {label}"
            if name in names and x[names.index(name)] == 0.0:
                x[names.index(name)] = float(row["value"]) / len(labels)
                twin = name.replace("electricity_capacity_2024 ", "electricity_capacity ")
                if x[names.index(twin)] == 0.0:
                    x[names.index(twin)] = x[names.index(name)]
    return x


def _observations(inputs: EnergyInputs, definition: str, layout: Layout) -> list[Observation]:
    found = []
    for row in inputs.observations.to_dict("records"):
        numerator, denominator = _figure(row, inputs, definition)
        half = float(row["rounding"])
        found.append(
            Observation(
                str(row["id"]),
                str(row["variable"]),
                str(row["label"]),
                float(row["value"]),
                float(row["sigma"]),
                None if np.isnan(half) else half,
                numerator,
                denominator,
            )
        )
    for s, c in layout.cells:
        label = f"{ENERGY_SECTORS[s]}|{FINAL_CARRIERS[c]}"
        found.append(
            Observation(
                f"cell_{ENERGY_SECTORS[s]}_{FINAL_CARRIERS[c]}",
                "final_energy",
                label,
                float(inputs.prior[s, c]),
                float(inputs.prior_sigma[s, c]),
                None,
                partial(_final, label=label),
                None,
            )
        )
    return found


def _figure(
    row: dict[Any, Any], inputs: EnergyInputs, definition: str
) -> tuple[Figure, Figure | None]:
    """The figure of one row of `energy_observations.csv`."""
    p, label, variable = inputs.parameters, str(row["label"]), str(row["variable"])
    numerator, denominator = clean_definitions()[definition]
    plain: dict[str, Figure] = {
        "electricity_net_import": lambda s: s.net_import,
        "electricity_demand": electricity_demand,
        "energy_total": lambda s: energy_total(s, p),
        "final_energy": partial(_final, label=label),
        "final_electricity": lambda s: final_electricity(_group(s.final, label), p),
        "power_heat_coal": lambda s: power_fuel(s, p)["coal"] + heat_fuel(s, p)["coal"],
        "primary_energy": lambda s: primary_energy(s, p)[..., CARRIERS.index(label)],
        "process_co2": lambda s: s.process[..., ENERGY_SECTORS.index(label)],
        "electricity_capacity": lambda s: _technologies(s.capacity, label),
        "electricity_capacity_2024": lambda s: _technologies(s.capacity_2024, label),
        "electricity_capacity_addition": partial(_addition, label=label),
        "electricity_generation": lambda s: _technologies(s.generation, label),
    }
    ratios: dict[str, tuple[Figure, Figure]] = {
        "hours": (
            lambda s: _technologies(s.generation, label) * HOURS_PER_GW,
            lambda s: _technologies(average_capacity(s.capacity_2024, s.capacity), label),
        ),
        "clean_capacity_share": (
            lambda s: s.capacity @ numerator,
            lambda s: s.capacity @ denominator,
        ),
        "clean_generation_share": (
            lambda s: s.generation @ numerator,
            lambda s: s.generation @ denominator,
        ),
        "non_fossil_share": (
            lambda s: non_fossil_energy(s, p),
            lambda s: energy_total(s, p),
        ),
    }
    if variable in plain:
        return plain[variable], None
    if variable in ratios:
        return ratios[variable]
    raise InputError(
        "unknown variable of an observation",
        key=str(row["id"]),
        found=variable,
        nearest=nearest_name(variable, [*plain, *ratios]),
    )


def _technologies(values: Floats, label: str) -> Floats:
    return np.asarray(values[..., [TECHNOLOGIES.index(t) for t in label.split("+")]].sum(axis=-1))


def _sector_rows(label: str) -> list[int]:
    groups = {
        "all": ENERGY_SECTORS,
        "services": TERTIARY,
        "households": ("rural_households", "urban_households"),
    }
    return [ENERGY_SECTORS.index(s) for s in groups.get(label, (label,))]


def _group(final: Floats, label: str) -> Floats:
    return np.asarray(final[..., _sector_rows(label), :])


def _final(state: EnergyState, label: str) -> Floats:
    sector, carrier = label.split("|")
    column = state.final[..., FINAL_CARRIERS.index(carrier)]
    return np.asarray(column[..., _sector_rows(sector)].sum(axis=-1))


def without_share(inputs: EnergyInputs, definition: str) -> Solution:
    """The accounts without the published non-fossil share: what the fuel balances alone say."""
    return solve_energy(inputs, definition=definition, without=("non_fossil_share",))


def unbounded_clean(inputs: EnergyInputs, definition: str) -> Solution:
    """The accounts under another definition of clean energy, shares as plain observations."""
    frame = inputs.observations.copy()
    loose = frame["variable"].isin(["clean_capacity_share", "clean_generation_share"])
    frame.loc[loose, "rounding"] = np.nan
    return solve_energy(replace(inputs, observations=frame), definition=definition)


def observation_table(solution: Solution, inputs: EnergyInputs) -> pd.DataFrame:
    """Observation table: id, variable, label, observed, sigma, reconciled, posterior_sd, z, ..."""
    frame = inputs.observations.set_index("id")
    rows = []
    matrix = _rows(solution.layout, solution.observations)[0]
    n = solution.layout.size
    covariance = solution.result.covariance[:n, :n]
    for i, o in enumerate(solution.observations):
        base = 1.0 if o.denominator is None else float(o.denominator(solution.state))
        fitted = float(figure_value(o, solution.state))
        if o.id in frame.index:
            meta = {k: frame.at[o.id, k] for k in ("unit", "source", "kind", "note_zh")}
        else:
            at = tuple(solution.layout.cells[i - len(frame)])
            meta = {
                "unit": "Mtce",
                "source": str(inputs.prior_source[at]),
                "kind": str(inputs.prior_kind[at]),
                "note_zh": "分部门终端能源消费先验值",
            }
        rows.append(
            {
                "id": o.id,
                "variable": o.variable,
                "label": o.label,
                "observed": o.value,
                "sigma": o.sigma,
                "reconciled": fitted,
                "posterior_sd": float(np.sqrt(max(matrix[i] @ covariance @ matrix[i], 0.0))) / base,
                "z": (fitted - o.value) / o.sigma,
                **meta,
            }
        )
    return pd.DataFrame(rows)
