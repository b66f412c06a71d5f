"""From the tables of uncertain inputs to the plans of an ensemble."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from sim.ensemble import distributions
from sim.ensemble.copula import Correlation, cholesky_factor, correlation_matrix
from sim.ensemble.growth_draws import read_growth_draws
from sim.ensemble.inputs import (
    GROWTH_DRAW,
    PARAMETERS,
    SLIP,
    UncertainInput,
    check_drivers,
    expand_units,
)
from sim.ensemble.methods import check_draws, with_sobol_points
from sim.ensemble.plan import DriverPlan, FloatArray, IntArray, PackNumbers, SamplingPlan
from sim.ensemble.random import stream_keys
from sim.ensemble.widths import inputs_called
from sim.errors import InputError, nearest_name
from sim.scenario.quantities import Place

EFFECT_CODES: Final = {"add": 0, "multiply": 1, "logit": 2}


@dataclass(frozen=True)
class Sampler:
    """The uncertain inputs of a run, resolved: names on the outside, arrays inside.

    Attributes
    ----------
    inputs : tuple of UncertainInput
        Expanded by unit, in permanent order, scales resolved.
    driver_names, unit_names : tuple of str
    correlation : ndarray, shape (n_input, n_input)
    plan : SamplingPlan
    method : str
        One of `methods.METHODS`.
    """

    inputs: tuple[UncertainInput, ...]
    driver_names: tuple[str, ...]
    unit_names: tuple[str, ...]
    correlation: FloatArray
    plan: SamplingPlan
    method: str

    def driver_plan(
        self,
        central: FloatArray,
        lower: FloatArray,
        upper: FloatArray,
        *,
        constant: Sequence[str],
        slips: Mapping[str, float],
        sd_overrides: Mapping[str, float] | None = None,
    ) -> DriverPlan:
        """Return the plan of one scenario.

        Parameters
        ----------
        central : ndarray, shape (n_driver, 1 + n_year)
            Resolved central path of each driver, the base year first.
        lower, upper : ndarray, shape (n_driver,)
            Physical range (the lever's minimum and maximum; infinite where none).
        constant : sequence of str
            Drivers that are one number for all years: their inputs move the base year
            too. The others start from the base year as it was.
        slips : mapping of unit name to years
            Median delay of each unit that the scenario builds, in the model's order.
        sd_overrides : mapping of input name to standard deviation, optional
            In the unit of the input's x; 0 switches the input off. The shape of the
            distribution stays. A slip row's name applies to all its units.

        Raises
        ------
        InputError
            For a wrong shape, a central value that is not finite or outside its range,
            a share outside [0, 1], a yearly input of a constant driver, an unknown unit
            or input, or a negative standard deviation.
        """
        central = np.ascontiguousarray(central, dtype=np.float64)
        first = np.array([name not in constant for name in self.driver_names], dtype=np.int64)
        effect = self._effects(first)
        shares = effect == EFFECT_CODES["logit"]
        self._check_central(
            central,
            first,
            np.where(shares, np.maximum(lower, 0.0), lower),
            np.where(shares, np.minimum(upper, 1.0), upper),
        )
        start, member = _members(self.inputs, self.driver_names)
        slip_start, slip_member = _members(self.inputs, [SLIP + unit for unit in slips])
        self._check_units(slips)
        return DriverPlan(
            central=central,
            first=first,
            lower=np.ascontiguousarray(lower, dtype=np.float64),
            upper=np.ascontiguousarray(upper, dtype=np.float64),
            effect=effect,
            start=start,
            member=member,
            central_slip=np.array(list(slips.values()), dtype=np.float64),
            slip_start=slip_start,
            slip_member=slip_member,
            amplitude=self._amplitudes(sd_overrides or {}),
            constant=self.plan.constant,
            row=self.plan.row,
        )

    def _effects(self, first: IntArray) -> IntArray:
        """Return the effect of each driver; refuse a yearly input of a constant driver."""
        place = {name: i for i, name in enumerate(self.driver_names)}
        effect = np.zeros(len(place), np.int64)
        for item in self.inputs:
            if item.driver not in place:
                continue
            driver = place[item.driver]
            effect[driver] = EFFECT_CODES[item.effect]
            if first[driver] == 0 and not item.is_constant:
                raise InputError(
                    f"driver {item.driver} is one number for all years, so that its "
                    "inputs must be constant",
                    key=item.name,
                    found=item.structure,
                )
        return effect

    def _check_units(self, slips: Mapping[str, float]) -> None:
        for unit, years in slips.items():
            if unit not in self.unit_names:
                raise InputError(
                    "unit is unknown", key=unit, nearest=nearest_name(unit, self.unit_names)
                )
            if not 0.0 <= years < np.inf:
                raise InputError("a delay is finite and not negative", key=unit, found=years)

    def _check_central(
        self, central: FloatArray, first: IntArray, lower: FloatArray, upper: FloatArray
    ) -> None:
        n_driver, n_column = len(self.driver_names), 1 + self.plan.year.size
        shapes = (central.shape, lower.shape, upper.shape)
        if shapes != ((n_driver, n_column), (n_driver,), (n_driver,)):
            raise InputError(
                "central paths and bounds have the wrong shape",
                found=shapes,
                allowed=f"({n_driver}, {n_column}), ({n_driver},), ({n_driver},)",
            )
        inside = (central >= lower[:, None]) & (central <= upper[:, None])
        inside |= np.arange(n_column) < first[:, None]
        bad = np.argwhere(~(inside & np.isfinite(central)))
        if bad.size:
            d, column = bad[0]
            year = int(self.plan.year[0]) - 1 + int(column)
            raise InputError(
                f"central value of {year} is outside its range",
                key=self.driver_names[d],
                found=float(central[d, column]),
                allowed=f"{lower[d]:g} to {upper[d]:g}",
            )

    def _amplitudes(self, overrides: Mapping[str, float]) -> FloatArray:
        own = np.array(
            [
                distributions.standard_deviation(code, parameter)
                for code, parameter in zip(self.plan.code, self.plan.parameter, strict=True)
            ]
        )
        gaussian = self.plan.code == distributions.GAUSSIAN
        amplitude = np.where(gaussian, own, 1.0)
        for name, sd in overrides.items():
            chosen = inputs_called(name, self.inputs, Place("the run", None, f"inputs.{name}"))
            if not 0.0 <= sd < np.inf:
                raise InputError(
                    "a standard deviation is finite and not negative", key=name, found=sd
                )
            for i in chosen:
                amplitude[i] = sd if gaussian[i] else sd / own[i]
        return amplitude


def _members(inputs: Sequence[UncertainInput], drivers: Sequence[str]) -> tuple[IntArray, IntArray]:
    """Return, for each driver, where its inputs start in the list, and the list."""
    lists = [[i for i, item in enumerate(inputs) if item.driver == d] for d in drivers]
    start = np.concatenate([[0], np.cumsum([len(entry) for entry in lists])])
    member = [i for entry in lists for i in entry]
    return start.astype(np.int64), np.array(member, dtype=np.int64)


def pack_numbers(pack: Any) -> PackNumbers:
    """Return what the uncertain inputs take from a base pack.

    Parameters
    ----------
    pack : xarray.Dataset
        With what `read_growth_draws` needs, the dimension `base_draw` and a scalar for
        every `pack:NAME` of the inputs.

    Raises
    ------
    InputError
        As `read_growth_draws`.
    """
    growth = read_growth_draws(pack)
    scalars = {
        str(n): float(v) for n, v in pack.data_vars.items() if v.ndim == 0 and v.dtype.kind in "fi"
    }
    return PackNumbers(scalars, growth, int(pack.sizes["base_draw"]))


def build_sampler(
    inputs: Sequence[UncertainInput],
    correlations: Sequence[Correlation],
    *,
    seed: int,
    years: Sequence[int],
    driver_names: Sequence[str],
    units: Mapping[str, str],
    pack: PackNumbers,
    method: str = "philox",
    draws: int | None = None,
    replicates: int = 16,
) -> Sampler:
    """Resolve the uncertain inputs of a run.

    Parameters
    ----------
    inputs : sequence of UncertainInput
        From `read_inputs`.
    correlations : sequence of Correlation
        From `read_correlations`.
    seed : int
        0 to 2**64 - 1.
    years : sequence of int
        Calendar years after the base year, up to the horizon.
    driver_names : sequence of str
        Names of the model's drivers, in the order of the central paths.
    units : mapping of unit name to technology
        The whole unit register in its permanent order.
    pack : PackNumbers
        Scales, growth draws and number of base draws.
    method : str
        "philox": independent draws; "antithetic": pairs of mirror images; "sobol":
        scrambled Sobol points.
    draws : int, optional
        Draws of the run: an even number for "antithetic"; for "sobol", where it must be
        given, the replicates times a power of two from 128 on.
    replicates : int
        Independent scrambles of "sobol", 2 to 64; their spread is the error.

    Raises
    ------
    InputError
        For an unknown driver, a `pack:` name that the pack does not have, a correlation
        matrix that is not positive definite, or draws that the method cannot make.
    """
    expanded = expand_units([_resolve(item, pack) for item in inputs], units)
    check_drivers(expanded, driver_names, units)
    classes = {
        item.name: [e.name for e in expanded if e.row_name == item.name]
        for item in inputs
        if item.pattern_technology is not None
    }
    matrix = correlation_matrix(expanded, correlations, classes=classes)
    factor = cholesky_factor(matrix, [item.name for item in expanded])
    points = check_draws(method, draws, replicates)
    plan = _sampling_plan(expanded, factor, seed, years, pack)
    plan = plan._replace(mirrored=method == "antithetic")
    if points > 0:
        plan = with_sobol_points(plan, expanded, tuple(units), points, replicates)
    return Sampler(expanded, tuple(driver_names), tuple(units), matrix, plan, method)


def _resolve(item: UncertainInput, pack: PackNumbers) -> UncertainInput:
    """Return the input with its scale read from the pack."""
    if item.pack_name is None:
        return item
    drawn = item.distribution in ("posterior", "posterior_width")
    scales = pack.growth.scales() if drawn else pack.scales
    if item.pack_name not in scales:
        raise InputError(
            "the base pack has no such number",
            key=item.name,
            found=f"pack:{item.pack_name}",
            nearest=nearest_name(item.pack_name, scales),
        )
    scale = float(scales[item.pack_name])
    if not 0.0 <= scale < np.inf:
        raise InputError(
            "the base pack's standard deviation is not usable", key=item.name, found=scale
        )
    return replace(item, scale=scale)


def _sampling_plan(
    inputs: Sequence[UncertainInput],
    factor: FloatArray,
    seed: int,
    years: Sequence[int],
    pack: PackNumbers,
) -> SamplingPlan:
    year = np.array(years, dtype=np.int64)
    constant = np.array([item.is_constant for item in inputs], dtype=np.bool_)
    rows = np.where(constant, 1, year.size)
    code = np.array([distributions.CODES[i.distribution] for i in inputs], dtype=np.int64)
    parameter = np.array([[getattr(i, name) for name in PARAMETERS] for i in inputs])
    median = [distributions.quantile(c, 0.0, p) for c, p in zip(code, parameter, strict=True)]
    states = [i for i, item in enumerate(inputs) if item.distribution == "posterior"]
    widths = [i for i, item in enumerate(inputs) if item.distribution == "posterior_width"]
    row = (np.cumsum(rows) - rows).astype(np.int64)
    picking = [int(row[i]) for i, item in enumerate(inputs) if item.driver == GROWTH_DRAW]
    columns: list[Any] = [np.flatnonzero(line) for line in factor]
    rho = np.array([item.persistence for item in inputs])
    return SamplingPlan(
        key=stream_keys(seed, [item.name for item in inputs]),
        constant=constant,
        row=row,
        code=code,
        parameter=parameter,
        median=np.array(median),
        walk=np.array([i.structure == "random_walk" for i in inputs], dtype=np.bool_),
        persistence=rho,
        innovation=np.sqrt(1.0 - rho * rho),
        factor_start=np.concatenate([[0], np.cumsum([c.size for c in columns])]).astype(np.int64),
        factor_column=np.concatenate(columns).astype(np.int64),
        factor=np.concatenate([factor[i, c] for i, c in enumerate(columns)]),
        year=year,
        n_row=int(rows.sum()),
        base_draws=pack.base_draws,
        growth_row=picking[0] if picking else -1,
        state_row=row[states],
        state=pack.growth.deviates([str(inputs[i].pack_name) for i in states]),
        width_input=np.array(widths, dtype=np.int64),
        width=pack.growth.widths([str(inputs[i].pack_name) for i in widths]),
        mirrored=False,
        points=0,
        direction=np.empty((0, 0, 0), np.uint64),
        shift=np.empty((0, 0), np.uint64),
    )
