"""Score tables of a backtest: by forecaster, by horizon, and ours against each rival."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.assess.backtest.growth import HORIZON
from sim.assess.backtest.run import AVERAGE, OURS
from sim.assess.backtest.scores import LEVELS, coverage, effective_size, paired_error

PIT_BINS = 5
GROWTH = "gdp_growth"
ALL_YEARS = -1  # the horizon that stands for all yearly horizons together


def score_table(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return scores by variable, horizon and forecaster, the best CRPS first.

    Parameters
    ----------
    pairs : pandas.DataFrame
        `Backtest.pairs`.

    Returns
    -------
    pandas.DataFrame
        Columns variable, horizon (-1: all yearly ones, 0: mean of five years), rank,
        forecaster, crps, log_score, coverage_50, coverage_80, coverage_90, bias (mean of
        projected less observed), pairs, origins, effective_origins; relative_crps (ours over
        this one's, below one: we are better), difference (ours less this one's) and its
        standard error by origin.
    """
    rows = []
    for variable, own in pairs.groupby("variable", sort=False):
        yearly = own[own["horizon"] != AVERAGE]
        groups = [(ALL_YEARS, yearly), *own.groupby("horizon")]
        for horizon, part in groups:
            rows += _ranked(str(variable), int(horizon), part)
    return pd.DataFrame(rows)


def _ranked(variable: str, horizon: int, part: pd.DataFrame) -> list[dict[str, object]]:
    ours = part[part["forecaster"] == OURS].groupby("origin")["crps"].mean()
    span = HORIZON if horizon == AVERAGE or variable != GROWTH else 1
    if variable != GROWTH and horizon > 0:
        span = horizon
    years = int(part["target_year"].max() - part["origin"].min())
    rows = []
    for name, own in part.groupby("forecaster", sort=False):
        by_origin = own.groupby("origin")["crps"].mean()
        # A rival may lack an origin whose history is too short for it.
        difference = (ours.reindex(by_origin.index) - by_origin).to_numpy()
        rows.append(
            {
                "variable": variable,
                "horizon": horizon,
                "rank": 0,
                "forecaster": name,
                "crps": float(own["crps"].mean()),
                "log_score": float(own["log_score"].mean()),
                **{
                    f"coverage_{100 * level:.0f}": coverage(own["pit"].to_numpy(), level)
                    for level in LEVELS
                },
                "bias": float((own["mean"] - own["observed"]).mean()),
                "pairs": len(own),
                "origins": len(by_origin),
                "effective_origins": effective_size(by_origin.to_numpy(), years / span),
                "relative_crps": float(ours.reindex(by_origin.index).mean() / by_origin.mean()),
                "difference": float(np.mean(difference)),
                "difference_se": paired_error(difference),
            }
        )
    rows.sort(key=lambda row: float(str(row["crps"])))
    return [{**row, "rank": i + 1} for i, row in enumerate(rows)]


def pit_histogram(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return the share of our PIT values in five equal bins, by variable (flat: 0.2 each)."""
    ours = pairs[(pairs["forecaster"] == OURS) & (pairs["horizon"] != AVERAGE)]
    rows = []
    for variable, own in ours.groupby("variable", sort=False):
        counts, edges = np.histogram(own["pit"], bins=PIT_BINS, range=(0.0, 1.0))
        for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True):
            rows.append({"variable": variable, "low": low, "high": high, "share": count / len(own)})
    return pd.DataFrame(rows)
