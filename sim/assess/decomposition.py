"""What moves CO2 between two years of a scenario, or between two scenarios: LMDI per draw.

Two exact splits (Ang 2005, LMDI-I, additive; `models.lmdi`):

by sector   territorial CO2 = population x income x share of the broad sector in GDP
            x share of the sector in it x energy per value added x CO2 per energy, over the
            producing sectors; households per GDP without the shares; plants of power and heat
            as electricity per GDP x CO2 per unit of electricity.
by fuel     energy CO2 = population x income x primary energy per GDP x fossil share x fuel mix
            weighed with emission factors x the part emitted (the rest is stored in products,
            lost or captured), over the fossil fuels.

The draws are recomputed from their numbers (`sim.ensemble.replay`), so a stored run needs to
keep none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from models.carbon import POWER_AND_HEAT
from models.labels import CARRIERS, PRIMARY, SECONDARY, SECTORS, TERTIARY
from models.lmdi import decompose
from models.state import SCALARS, Results
from sim.ensemble.methods import recorded_design
from sim.ensemble.replay import recorded_work, replay
from sim.ensemble.standard_error import mean_error
from sim.ensemble.work import Work, simulate_centre
from sim.errors import InputError, nearest_name

Array = NDArray[np.float64]
Split = Literal["sector", "fuel"]
EFFECTS: Final[Mapping[str, tuple[str, ...]]] = {
    "sector": (
        *("population", "income", "broad_structure", "sector_structure"),
        *("energy_intensity", "carbon_content"),
    ),
    "fuel": (
        *("population", "income", "energy_intensity", "fossil_share"),
        *("fuel_mix", "emitted_share"),
    ),
}
FOSSIL: Final = ("coal", "coke", "oil", "gas")
DRAWS: Final = 1024
_COLUMNS: Final = ("effect", "central", "mean", "mean_se", "p05", "p50", "p95")


def between_years(
    manifest: Mapping[str, Any],
    scenario: str,
    first: int,
    last: int,
    *,
    by: Split = "sector",
    draws: int = DRAWS,
    pack: xr.Dataset | None = None,
) -> pd.DataFrame:
    """Split the change of CO2 from year `first` to year `last` of a scenario.

    Parameters
    ----------
    manifest : mapping
        Of the run.
    scenario : str
        Label of a scenario of the run.
    first, last : int
        Years of the run.
    by : {"sector", "fuel"}
        The split.
    draws : int
        Leading draws to take; at most those of the run are used.
    pack : Dataset, optional
        The base year the run was made with; the bundled one where not given.

    Returns
    -------
    DataFrame
        One row an effect (`EFFECTS`) and one ``change``: the central path's, and mean, its
        Monte Carlo error (NaN where the draws hold no two whole Sobol replicates) and
        quantiles over the draws (Mt). Effects sum to the change in
        every draw, so their means do too; quantiles do not add.

    Raises
    ------
    InputError
        For an unknown scenario, year or split, or another pack than the run's.
    """
    _check_split(by)
    work = recorded_work(manifest, pack)
    index, places = _index(work, scenario), [_year(work, year) for year in (first, last)]
    count = min(draws, int(manifest["draws"]))
    drawn, centre = replay(work, index, 0, count), simulate_centre(work, index)
    parts = (_split(work, index, results, places, results, by) for results in (centre, drawn))
    path, spread = parts
    return _table(path, spread, recorded_design(manifest).group_size)


def between_scenarios(
    manifest: Mapping[str, Any],
    a: str,
    b: str,
    year: int,
    *,
    by: Split = "sector",
    draws: int = DRAWS,
    pack: xr.Dataset | None = None,
) -> pd.DataFrame:
    """Split the difference of CO2 of scenario `a` less scenario `b` in a year.

    Arguments, result and errors as in `between_years`; the draws are paired.
    """
    _check_split(by)
    work = recorded_work(manifest, pack)
    one, other, place = _index(work, a), _index(work, b), _year(work, year)
    count = min(draws, int(manifest["draws"]))
    parts = []
    for pair in (
        [simulate_centre(work, index) for index in (other, one)],
        [replay(work, index, 0, count) for index in (other, one)],
    ):
        before = _factors(work, other, pair[0], place, by)
        after = _factors(work, one, pair[1], place, by)
        parts.append(_effects(before, after))
    path, spread = parts
    return _table(path, spread, recorded_design(manifest).group_size)


def obstacle(manifest: Mapping[str, Any]) -> str | None:
    """Tell why the draws of a stored run cannot be split with the bundled base year.

    None where they can: the run has that base year and the levers of this version.
    """
    try:
        recorded_work(manifest)
    except InputError as error:
        return str(error)
    return None


def _check_split(by: str) -> None:
    if by not in EFFECTS:
        raise InputError(
            "no such decomposition",
            key="by",
            found=repr(by),
            allowed=", ".join(EFFECTS),
            nearest=nearest_name(str(by), EFFECTS),
        )


def _index(work: Work, name: str) -> int:
    names = [case.scenario.name for case in work.cases]
    if name not in names:
        raise InputError(
            "the run holds no such scenario",
            found=repr(name),
            allowed=", ".join(names),
            nearest=nearest_name(name, names),
        )
    return names.index(name)


def _year(work: Work, year: int) -> int:
    years = [int(item) for item in work.cases[0].years]
    if year not in years:
        raise InputError("the run holds no such year", found=year, allowed=f"{years}")
    return years.index(year)


def _split(
    work: Work, index: int, before: Results, places: list[int], after: Results, by: Split
) -> dict[str, Array]:
    return _effects(
        _factors(work, index, before, places[0], by), _factors(work, index, after, places[1], by)
    )


def _effects(before: Mapping[str, Array], after: Mapping[str, Array]) -> dict[str, Array]:
    """Effects by name (draw,), and the change itself."""
    found = {k: np.asarray(v) for k, v in decompose(before, after, draws=True).items()}
    whole = [_product(state) for state in (before, after)]
    return found | {"change": whole[1] - whole[0]}


def _product(factors: Mapping[str, Array]) -> Array:
    shape = np.broadcast_shapes(*(item.shape for item in factors.values()))
    value = np.ones(shape)
    for item in factors.values():
        value = value * item
    return np.asarray(value.sum(axis=0))


def _scalar(results: Results, name: str, y: int) -> Array:
    found: Array = results.scalars[SCALARS.index(name), y]
    return found


def _factors(work: Work, index: int, results: Results, y: int, by: Split) -> dict[str, Array]:
    """Factors of one state: (category, draw), or (1, draw) where common to all."""
    gdp, people = _scalar(results, "gdp", y), _scalar(results, "population", y)
    common = {"population": people[None], "income": (gdp / people)[None]}
    if by == "sector":
        return common | _by_sector(results, y, gdp)
    return common | _by_fuel(work, index, results, y, gdp)


def _by_sector(results: Results, y: int, gdp: Array) -> dict[str, Array]:
    added, n = results.value_added[:, y], len(SECTORS)
    energy, co2 = results.final_energy[:, :, y].sum(axis=1), results.co2[:, y]
    broad, within = np.ones_like(co2), np.ones_like(co2)
    size = np.broadcast_to(gdp, co2.shape).copy()
    for codes in (PRIMARY, SECONDARY, TERTIARY):
        rows = [SECTORS.index(code) for code in codes]
        total = added[rows].sum(axis=0)
        broad[rows], within[rows] = total / gdp, added[rows] / total
    size[:n] = added
    # plants answer to electricity, whoever uses it
    energy[POWER_AND_HEAT] = _scalar(results, "electricity_demand", y)
    broad[POWER_AND_HEAT], within[POWER_AND_HEAT], size[POWER_AND_HEAT] = 1.0, 1.0, gdp
    used = energy > 0.0
    return {
        "broad_structure": broad,
        "sector_structure": within,
        "energy_intensity": energy / size,
        "carbon_content": np.where(used, co2 / np.where(used, energy, 1.0), 0.0),
    }


def _by_fuel(work: Work, index: int, results: Results, y: int, gdp: Array) -> dict[str, Array]:
    rows = [CARRIERS.index(fuel) for fuel in FOSSIL]
    fuels = results.primary_energy[rows, y]
    factor = work.cases[index].structure.emission_factor[rows][:, None]
    fossil, total = fuels.sum(axis=0), _scalar(results, "energy_total", y)
    carbon = (fuels * factor).sum(axis=0)
    return {
        "energy_intensity": (total / gdp)[None],
        "fossil_share": (fossil / total)[None],
        "fuel_mix": fuels / fossil * factor,
        "emitted_share": (_scalar(results, "co2_energy", y) / carbon)[None],
    }


def _table(centre: Mapping[str, Array], drawn: Mapping[str, Array], group: int) -> pd.DataFrame:
    rows = []
    for effect, values in drawn.items():
        low, middle, high = np.quantile(values, [0.05, 0.5, 0.95])
        whole = values[: values.size - values.size % group]
        error = mean_error(whole, group).standard_error if whole.size >= 2 * group else np.nan
        rows.append(
            {
                "effect": effect,
                "central": float(centre[effect][0]),
                "mean": float(values.mean()),
                "mean_se": float(error),
                "p05": float(low),
                "p50": float(middle),
                "p95": float(high),
            }
        )
    return pd.DataFrame(rows, columns=list(_COLUMNS))
