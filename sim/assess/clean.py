"""What "clean" may mean, and what each meaning makes of the shares of 2030.

The plan asks for 70 % clean capacity and defines no clean energy (清洁能源). Each candidate
definition is carried through the same draws, so that a difference between two rows is the
definition's alone.
"""

from __future__ import annotations

from typing import Final

import pandas as pd
import xarray as xr

from sim.assess.register import load_targets
from sim.assess.targets import evaluate
from sim.baseyear.pack import load_pack
from sim.ensemble.run import run_ensemble
from sim.scenario import Scenario
from sim.scenario import scenario as find_scenario

TARGET: Final = "clean_capacity_share_2030"
YEAR: Final = 2030
SHARES: Final = {"capacity": "clean_capacity_share", "generation": "clean_generation_share"}


def clean_sensitivity(
    scenario: str | Scenario = "plan",
    *,
    draws: int = 2048,
    seed: int = 1,
    pack: xr.Dataset | None = None,
) -> pd.DataFrame:
    """Return clean shares and the chance of 70 % under every candidate definition.

    Parameters
    ----------
    scenario : str or Scenario
        Whose builds are taken.
    draws, seed : int
        Size and seed of the ensemble.
    pack : Dataset, optional
        The bundled base year where not given.

    Returns
    -------
    DataFrame
        One row a definition: ``definition``, ``misfit`` (sum of squared residuals of the
        accounts of 2025 refitted under it), ``capacity_2025, generation_2025`` (of the base
        year, central), ``capacity_2030, generation_2030`` (central), ``probability`` of the
        plan's capacity target and its Monte Carlo error, and ``chosen``.

    Notes
    -----
    The accounts of 2025 are those fitted under the chosen definition; only what counts
    changes from row to row.
    """
    source = load_pack() if pack is None else pack
    given = find_scenario(scenario) if isinstance(scenario, str) else scenario
    names = [str(name) for name in source["definition"].values]
    cases = [
        given.set({"settings.clean_definition": name}, name=f"clean{i}")
        for i, name in enumerate(names)
    ]
    run = run_ensemble(cases, draws=draws, seed=seed, horizon=YEAR, pack=source)
    target = [item for item in load_targets() if item.target_id == TARGET]
    table = evaluate(run, targets=target)
    rows: list[dict[str, object]] = []
    for i, name in enumerate(names):
        path = run.paths.isel(scenario=i)
        first = int(path["year"].values[0])
        rows.append(
            {
                "definition": name,
                "misfit": float(source["clean_definition_misfit"].sel(definition=name)),
                **{
                    f"{share}_{year}": float(path[variable].sel(year=year))
                    for year in (first, YEAR)
                    for share, variable in SHARES.items()
                },
                "probability": float(table["probability"].iloc[i]),
                "probability_se": float(table["probability_se"].iloc[i]),
                "chosen": name == str(source["clean_definition"].attrs["default"]),
            }
        )
    return pd.DataFrame(rows)
