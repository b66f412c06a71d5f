"""The industry clusters of the plan and the sectors of the table that hold them."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files


@dataclass(frozen=True)
class Cluster:
    """An industry cluster of the plan and the sectors it is part of.

    Attributes
    ----------
    name, name_en, name_zh : str
    weights : mapping
        Share of its demand by sector code; None is the sector's share in their output. Empty
        where no sector of the table holds the cluster.
    note : str
        Why these sectors.
    """

    name: str
    name_en: str
    name_zh: str
    weights: Mapping[str, float | None]
    note: str


@lru_cache(maxsize=1)
def clusters() -> Mapping[str, Cluster]:
    """Return the plan's 22 industry clusters with their sectors (`data/clusters.csv`)."""
    found: dict[str, Cluster] = {}
    with files("sim.assess").joinpath("data", "clusters.csv").open(encoding="utf8") as stream:
        for row in csv.DictReader(stream):
            weights = dict(found[row["cluster"]].weights) if row["cluster"] in found else {}
            if row["sector"]:
                weights[row["sector"]] = float(row["weight"]) if row["weight"] else None
            found[row["cluster"]] = Cluster(
                row["cluster"], row["name_en"], row["name_zh"], weights, row["note"]
            )
    return found
