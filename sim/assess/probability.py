"""Shares of draws with their Monte Carlo error, and what a run gives to test against."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.assess.register import Target, load_targets
from sim.assess.results import RunResult, scenario_names, scenario_setting
from sim.baseyear.pack import BUNDLED, load_pack, read_manifest
from sim.ensemble.methods import Design
from sim.ensemble.standard_error import error_of_groups
from sim.errors import InputError

_HISTORY = {
    "co2_history": "co2_target_scope",
    "coal_history": "coal_consumption",
    "oil_history": "oil_consumption",
}


def monte_carlo_error(successes: NDArray[Any] | float, draws: int) -> NDArray[np.float64]:
    """Return the Monte Carlo standard error of a share of draws.

    ``sqrt(p (1 - p) / n)``; where no draw or every draw succeeds this would be zero, and
    the error of ``p = (k + 1/2) / (n + 1)`` (Jeffreys) is given instead.

    Parameters
    ----------
    successes : ndarray
        Number of draws that meet the target.
    draws : int
        Number of draws.

    Returns
    -------
    ndarray
    """
    count = np.asarray(successes, dtype=float)
    share = count / draws
    extreme = (count <= 0) | (count >= draws)
    adjusted = np.where(extreme, (count + 0.5) / (draws + 1), share)
    error: NDArray[np.float64] = np.sqrt(adjusted * (1.0 - adjusted) / draws)
    return error


def share_error(
    counts: NDArray[np.int64], both: int, draws: int, how: Design
) -> NDArray[np.float64]:
    """Return the standard error of a share of draws, by how the draws were made.

    Parameters
    ----------
    counts : ndarray of int64, shape (n_replicate,)
        Draws that succeed in each replicate; one number where there are no replicates.
    both : int
        Pairs of mirror images in which both draws succeed.
    draws : int
        Number of draws.
    how : Design

    Returns
    -------
    ndarray without axes
        Of independent draws, or where all or none succeed, `monte_carlo_error`; of pairs and
        replicates the standard deviation of their means over the root of their number.
    """
    total = int(counts.sum())
    if how.method == "philox" or total in (0, draws):
        return monte_carlo_error(total, draws)
    if how.mirrored:
        pairs, share = draws // 2, total / draws
        mean_square = (both + 0.25 * (total - 2 * both)) / pairs
        return np.asarray(np.sqrt(max(mean_square - share**2, 0.0) / max(pairs - 1, 1)))
    return error_of_groups(counts / how.points).standard_error


def pack_history(source: xr.Dataset) -> xr.Dataset | None:
    """Return CO2, coal and oil up to 2025 under the names of the model variables.

    Each with its standard deviation, ``NAME_sd``.

    Parameters
    ----------
    source : Dataset
        A base pack, or the paths of a run, with ``co2_history(history_year)`` and so on.

    Returns
    -------
    Dataset (year) or None
        None where the source holds no history.
    """
    found = {
        f"{variable}{end}": source[f"{name}{end}"]
        .rename({"history_year": "year"})
        .reset_coords(drop=True)
        for name, variable in _HISTORY.items()
        for end in ("", "_sd")
        if f"{name}{end}" in source and source[f"{name}{end}"].dims == ("history_year",)
    }
    return xr.Dataset(found) if found else None


def made_with_bundled_pack(run: RunResult) -> bool:
    """Tell whether the base pack of the run is the one that ships with the package."""
    recorded = run.manifest.get("pack")
    if not isinstance(recorded, Mapping) or "content_sha256" not in recorded:
        return False
    return bool(recorded["content_sha256"] == read_manifest().get("content_sha256"))


def registered_targets(run: RunResult) -> tuple[Target, ...]:
    """Return the targets that are registered for the province of the run.

    The register holds what the documents of Liaoning promise; a run on the pack of another
    province has none of them.
    """
    recorded = run.manifest.get("pack")
    province = recorded.get("province", BUNDLED) if isinstance(recorded, Mapping) else BUNDLED
    return load_targets() if province == BUNDLED else ()


def run_history(run: RunResult) -> xr.Dataset | None:
    """Return the estimates before the base year: of the run itself, else of its base pack."""
    own = pack_history(run.paths)
    if own is None and made_with_bundled_pack(run):
        own = pack_history(load_pack())
    return own


def target_numbers(run: RunResult, target: Target) -> xr.DataArray:
    """Return the number to meet by scenario (NaN where none is printed, 0 if relative)."""
    names = scenario_names(run)
    default = np.nan if target.target is None else target.target
    if target.relative_to:
        default = 0.0
    numbers = [
        scenario_setting(run, name, target.setting, default) if target.setting else default
        for name in names
    ]
    return xr.DataArray(numbers, {"scenario": names}, ("scenario",))


def require_draws(run: RunResult) -> xr.Dataset:
    """Return the draws of a run.

    Raises
    ------
    InputError
        Where they were not kept.
    """
    if run.draws is None:
        raise InputError(
            "the draws of this run were not kept, so probabilities cannot be computed anew; "
            "run again with --keep-draws"
        )
    return run.draws
