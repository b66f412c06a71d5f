"""By how much the growth fan must be widened: leave one origin and its neighbours out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from sim.assess.backtest.growth import HORIZON
from sim.assess.backtest.scores import LEVELS, effective_size, mean_difference
from sim.baseyear.growth_width import MEAN, YEARLY, chosen_factor

Array = npt.NDArray[np.float64]
FACTORS = np.round(np.arange(0.3, 3.001, 0.01), 2)
SAMPLES: dict[str, tuple[int, ...]] = {
    "all": (),
    "without_2016": (2016,),
    "without_2011_2016": tuple(range(2011, 2017)),
}
CRITERIA = ("crps", "log_score")
TABLE_COLUMNS = (
    *("measure", "sample", "criterion", "factor", "factor_low", "factor_high", "pairs", "origins"),
    *("effective_origins", "score", "score_at_one"),
    *(f"coverage_{level:.0%}".rstrip("%") for level in LEVELS),
    *(f"coverage_{level:.0%}_at_one".replace("%", "") for level in LEVELS),
)


@dataclass(frozen=True)
class WidthResult:
    """The factor on the standard deviation of the growth fan, and where it comes from.

    Attributes
    ----------
    factor : float
        `growth_width_factor`, for growth of single years: the mean of the factors found with
        each origin and its neighbours left out, by CRPS; the middle one of the three samples,
        so that no one year, and not the collapse of 2011-2016 either, decides it.
    factor_mean : float
        The same for the mean of five years, whose errors go together more than the fan says.
    table : pandas.DataFrame
        A row per measure, sample and criterion: factor (mean over the origins left out), its
        range, pairs, origins, effective origins, held-out score and coverage with the factor
        and with one.
    """

    factor: float
    factor_mean: float
    table: pd.DataFrame

    @classmethod
    def of(cls, table: pd.DataFrame) -> WidthResult:
        """Return the result that a table gives."""
        return cls(chosen_factor(table, YEARLY), chosen_factor(table, MEAN), table)


@dataclass(frozen=True)
class _Grid:
    """Scores of every pair (rows) at every factor (columns), and the years it covers."""

    origin: npt.NDArray[np.int64]
    first_year: npt.NDArray[np.int64]
    last_year: npt.NDArray[np.int64]
    crps: Array
    log_score: Array
    pit: Array


def width_result(fans: dict[int, Array], observed: pd.Series) -> WidthResult:
    """Find the factor on projections that are made already.

    Parameters
    ----------
    fans : dict of array, shape (5, draws)
        Yearly log growth by origin.
    observed : pandas.Series
        Released log growth by year.
    """
    rows = [
        [measure, sample, criterion, *_row(grid, years, criterion)]
        for measure, grid in _grids(fans, observed).items()
        for sample, years in SAMPLES.items()
        for criterion in CRITERIA
    ]
    return WidthResult.of(pd.DataFrame(rows, columns=list(TABLE_COLUMNS)))


def growth_width(pack: str | Path | None = None) -> WidthResult:
    """Return the width factor of the growth fan, from the cache where data and code repeat.

    Parameters
    ----------
    pack : path, optional
        Pack folder of another province; the bundled series base when left out.
    """
    from sim.assess.backtest.run import run_backtest

    return run_backtest(pack).width


def _grids(fans: dict[int, Array], observed: pd.Series) -> dict[str, _Grid]:
    outcomes = {int(year): float(value) for year, value in observed.items()}
    pairs: dict[str, list[tuple[int, int, int, Array, float]]] = {YEARLY: [], MEAN: []}
    for origin, paths in sorted(fans.items()):
        years = [origin + h for h in range(1, HORIZON + 1)]
        came = [outcomes[year] for year in years if year in outcomes]
        for year, draws, value in zip(years, paths, came, strict=False):
            pairs[YEARLY].append((origin, year, year, draws, value))
        if len(came) == HORIZON:
            mean = (origin, years[0], years[-1], paths.mean(axis=0), float(np.mean(came)))
            pairs[MEAN].append(mean)
    return {measure: _grid(rows) for measure, rows in pairs.items()}


def _grid(pairs: list[tuple[int, int, int, Array, float]]) -> _Grid:
    scores = [_scores(draws, value) for *_, draws, value in pairs]
    place = np.array([pair[:3] for pair in pairs], dtype=np.int64).reshape(len(pairs), 3)
    crps, logs, pits = (np.array([score[i] for score in scores]) for i in range(3))
    return _Grid(place[:, 0], place[:, 1], place[:, 2], crps, logs, pits)


def _scores(draws: Array, outcome: float) -> tuple[Array, Array, Array]:
    """CRPS, log score and PIT at every factor."""
    centre, sd = float(draws.mean()), float(draws.std(ddof=1))
    errors = np.sort(draws) - centre
    miss = outcome - centre
    spread = 0.5 * mean_difference(errors)
    crps = np.array([np.mean(np.abs(k * errors - miss)) - k * spread for k in FACTORS])
    scale = FACTORS * sd
    logs = 0.5 * (miss / scale) ** 2 + np.log(scale) + 0.5 * np.log(2.0 * np.pi)
    return crps, logs, np.searchsorted(errors, miss / FACTORS) / len(errors)


def _row(grid: _Grid, left_out: tuple[int, ...], criterion: str) -> list[object]:
    """One row of the table: leave each origin and its neighbours out in turn."""
    used = np.ones(len(grid.origin), dtype=bool)
    for year in left_out:
        used &= (grid.last_year < year) | (grid.first_year > year)
    scores = getattr(grid, criterion)
    one = int(np.argmin(np.abs(FACTORS - 1.0)))
    factors, held, held_one, pits, pits_one, by_origin = [], [], [], [], [], []
    for origin in np.unique(grid.origin[used]):
        own = used & (grid.origin == origin)
        rest = used & (np.abs(grid.origin - origin) >= HORIZON)
        if not rest.any():
            continue
        best = int(np.argmin(scores[rest].mean(axis=0)))
        factors.append(FACTORS[best])
        held.extend(scores[own, best])
        held_one.extend(scores[own, one])
        pits.extend(grid.pit[own, best])
        pits_one.extend(grid.pit[own, one])
        by_origin.append(float(scores[own, one].mean()))
    if not factors:
        return [np.nan] * (len(TABLE_COLUMNS) - 3)
    span = grid.last_year[used] - grid.first_year[used] + 1
    windows = len(_years(grid, used)) / float(span.mean())
    inside = [
        float(np.mean(np.abs(np.array(values) - 0.5) <= 0.5 * level))
        for values in (pits, pits_one)
        for level in LEVELS
    ]
    return [
        *(float(np.mean(factors)), min(factors), max(factors)),
        *(len(held), len(factors), effective_size(np.array(by_origin), windows)),
        *(float(np.mean(held)), float(np.mean(held_one)), *inside),
    ]


def _years(grid: _Grid, used: npt.NDArray[np.bool_]) -> set[int]:
    """Years whose outcome is in use."""
    places = zip(grid.first_year[used], grid.last_year[used], strict=True)
    return {year for first, last in places for year in range(int(first), int(last) + 1)}
