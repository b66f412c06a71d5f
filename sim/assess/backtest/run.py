"""Project from every origin, compare with what came, score ours and the rivals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.assess.backtest.cache import cache_key, read_tables, write_tables
from sim.assess.backtest.carbon import emissions, project_carbon
from sim.assess.backtest.electricity import electricity_growth, project_electricity
from sim.assess.backtest.growth import HORIZON, LEAST_YEARS, project_growth
from sim.assess.backtest.information import Information, Record, find, load_record, yearly_growth
from sim.assess.backtest.rivals import rival_densities
from sim.assess.backtest.scores import crps_sample, log_score, pit
from sim.assess.backtest.width import WidthResult, width_result
from sim.baseyear.growth_estimate import FIRST_GROWTH_YEAR
from sim.errors import InputError

Array = npt.NDArray[np.float64]
OURS = "provsim"
DRAWS = 2000
SEED = 5
FIRST_ORIGINS = {"gdp_growth": 2000, "electricity": 2010, "co2": 2010}
LAST_CO2_ORIGIN = 2014
LEAST_ENERGY_YEARS = 8  # growth rates that the reduced forms and the rivals need
AVERAGE = 0  # the horizon that stands for the mean of the five years
QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Backtest:
    """The backtest of one province.

    Attributes
    ----------
    pairs : pandas.DataFrame
        A row per variable, forecaster, origin and horizon (0: mean of the five years):
        target_year, observed, mean, sd, quantiles q05 … q95 (fractions; of energy and
        emissions the change since the origin), crps, log_score, pit.
    width : WidthResult
        The factor on the growth fan.
    missing : pandas.DataFrame
        What was not known or not there: origin (0: at every origin), variable.
    """

    pairs: pd.DataFrame
    width: WidthResult
    missing: pd.DataFrame


def run_backtest(
    pack: str | Path | None = None,
    *,
    draws: int = DRAWS,
    seed: int = SEED,
    progress: Progress | None = None,
    record: Record | None = None,
) -> Backtest:
    """Run the backtest, or return the kept one where data and code repeat.

    Parameters
    ----------
    pack : path, optional
        Pack folder of another province; the bundled series base when left out.
    draws, seed : int
        Draws of each density, and seed.
    progress : callable, optional
        Called with the origins done and their number.
    record : Record, optional
        In place of `pack`.

    Raises
    ------
    InputError
        No growth series, or no origin that can be scored.
    """
    held = load_record(pack) if record is None else record
    settings = (draws, seed, held.releases.to_csv(), held.dated.to_csv(), list(held.parameters))
    key = cache_key(held.series, *settings)
    kept = read_tables(key)
    if kept is None:
        kept = _tables(held, draws, seed, progress)
        write_tables(key, kept)
    return Backtest(kept["pairs"], WidthResult.of(kept["width"]), kept["missing"])


def outcomes(record: Record) -> dict[str, pd.Series]:
    """Return the log growth that came, by variable: growth as it was first released."""
    out = {}
    growth = find(record.series, "gdp_growth", "released")
    if growth is None:
        raise InputError("the series hold no released GDP growth", key="gdp_growth")
    out["gdp_growth"] = np.log1p(growth)
    used = find(record.series, "electricity_consumption")
    if used is not None:
        out["electricity"] = yearly_growth(used)
    parts = emissions(record.series)
    if parts is not None:
        out["co2"] = yearly_growth(parts.sum(axis=1))
    return out


def _tables(
    record: Record, draws: int, seed: int, progress: Progress | None
) -> dict[str, pd.DataFrame]:
    observed = outcomes(record)
    growth = observed["gdp_growth"].loc[FIRST_GROWTH_YEAR:]
    if growth.empty:
        raise InputError("the series hold no recent GDP growth", key="gdp_growth")
    first, last = int(growth.index[0]), int(growth.index[-1])
    origins = range(max(FIRST_ORIGINS["gdp_growth"], first + LEAST_YEARS - 1), last)
    rows: list[dict[str, object]] = []
    missing = [{"origin": 0, "variable": name} for name in FIRST_ORIGINS if name not in observed]
    fans: dict[int, Array] = {}
    for done, origin in enumerate(origins):
        known = record.at(origin)
        fans[origin], absent = project_growth(known, draws, seed)
        missing += [{"origin": origin, "variable": name} for name in absent]
        for variable, densities in densities_at(known, fans[origin], draws, seed).items():
            rows += _scored(variable, origin, densities, observed[variable])
        if progress is not None:
            progress(done + 1, len(origins))
    if not rows:
        raise InputError("there is no origin that can be scored", found=f"growth to {last}")
    width = width_result(fans, observed["gdp_growth"])
    return {
        "pairs": pd.DataFrame(rows),
        "width": width.table,
        "missing": pd.DataFrame(missing, columns=["origin", "variable"]),
    }


def densities_at(
    known: Information, growth: Array, draws: int, seed: int
) -> dict[str, dict[str, Array]]:
    """Return draws of log growth (5, draws) by variable and forecaster, from one origin.

    Parameters
    ----------
    known : Information
        What was known at the origin.
    growth : array, shape (5, draws)
        `project_growth` of the same origin.
    draws, seed : int
        Draws and seed.
    """
    origin = known.origin
    released = known.find("gdp_growth", "released")
    if released is None:
        raise InputError("the series hold no released GDP growth", key="gdp_growth")
    gdp = np.log1p(released)
    ours, histories = {"gdp_growth": growth}, {"gdp_growth": gdp.loc[FIRST_GROWTH_YEAR:]}
    used = electricity_growth(known.series)
    if used is not None and (len(used) < LEAST_ENERGY_YEARS or used.index[-1] != origin):
        used = None
    if used is not None and origin >= FIRST_ORIGINS["electricity"]:
        generator = np.random.default_rng([seed, origin, 1])
        ours["electricity"] = project_electricity(used, gdp, growth, generator)
        histories["electricity"] = used
    parts = emissions(known.series)
    if parts is not None and (len(parts) <= LEAST_ENERGY_YEARS or parts.index[-1] != origin):
        parts = None
    wanted = FIRST_ORIGINS["co2"] <= origin <= LAST_CO2_ORIGIN
    if wanted and parts is not None and used is not None:
        generator = np.random.default_rng([seed, origin, 2])
        activity = pd.concat([used, gdp], axis=1, keys=["electricity", "gdp"])
        drivers = {"electricity": ours["electricity"], "gdp": growth}
        ours["co2"] = project_carbon(parts, activity, drivers, generator)
        histories["co2"] = yearly_growth(parts.sum(axis=1))
    return {
        variable: {
            OURS: paths,
            **rival_densities(
                histories[variable].to_numpy(), HORIZON, draws, [seed, origin, 10 + i]
            ),
        }
        for i, (variable, paths) in enumerate(ours.items())
    }


def _scored(
    variable: str, origin: int, densities: dict[str, Array], observed: pd.Series
) -> list[dict[str, object]]:
    """Rows of one variable and origin: every forecaster at every horizon with an outcome."""
    came = [observed.get(origin + h) for h in range(1, HORIZON + 1)]
    count = next((h for h, value in enumerate(came) if value is None), HORIZON)
    actual = np.array([float(value) for value in came[:count] if value is not None])
    rows = []
    for name, paths in densities.items():
        if variable == "gdp_growth":
            values, truth = paths[:count], actual
        else:
            values, truth = paths[:count].cumsum(axis=0), actual.cumsum()
        for h in range(count):
            rows.append(_pair(variable, name, origin, h + 1, values[h], truth[h]))
        if variable == "gdp_growth" and count == HORIZON:
            mean = paths.mean(axis=0)
            rows.append(_pair(variable, name, origin, AVERAGE, mean, float(actual.mean())))
    return rows


def _pair(
    variable: str, name: str, origin: int, horizon: int, logs: Array, truth: float
) -> dict[str, object]:
    values, came = np.expm1(logs), float(np.expm1(truth))
    mean, sd = float(values.mean()), float(values.std(ddof=1))
    quantiles = np.quantile(values, QUANTILES)
    return {
        "variable": variable,
        "forecaster": name,
        "origin": origin,
        "horizon": horizon,
        "target_year": origin + (horizon or HORIZON),
        "observed": came,
        "mean": mean,
        "sd": sd,
        **{f"q{100 * q:02.0f}": float(v) for q, v in zip(QUANTILES, quantiles, strict=True)},
        "crps": crps_sample(values, came, fair=True),
        "log_score": log_score(mean, sd, came),
        "pit": pit(values, came),
    }
