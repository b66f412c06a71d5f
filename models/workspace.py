"""Room for what a block of draws carries from year to year, allocated once per thread."""

from __future__ import annotations

import math
from typing import Final, NamedTuple

import numpy as np

from models.arena import Arena
from models.elimination import LANES
from models.energy.hours import MIX_ROWS, OUTCOME_ROWS, WORK_SIZE
from models.state import Array

# arrays that later years read and change, by their shape without the draw; what the base year sets
# and later years only read stays where it is
CARRIED: Final = {
    "volumes": (3, 7),
    "external": (12,),
    "prices": (6,),
    "shifts": (3,),
    "factors": (7,),
    "efficiency": (6,),
    "kept": (6,),
    "response": (7,),
    "vehicles": (2,),
    "capacity": (11,),
    "links": (2,),
    "process": (2,),
    "extraction": (3,),
}
CARRIED_ROWS: Final = sum(math.prod(shape) for shape in CARRIED.values())


class Workspace(NamedTuple):
    """State of a run and scratch of its kernels (n sectors, Y years, B draws).

    `models.economy.start_block` sets what a run starts from; nothing of an earlier block is
    read.
    """

    volumes: Array  # (3, 7, B) of each final use since the base year, by closure
    external: Array  # (12, B) external demand by group since the base year
    prices: Array  # (6, B) relative to the GDP deflator
    shifts: Array  # (3, B) cumulated moves of composition
    composition: Array  # (2, 4, B) share and total of what a shift favours
    goods: Array  # (4, n, B) local demand, output, intermediate use, imports
    weights: Array  # (6, n) value-added multipliers of domestic use
    supported: Array  # (7, 6, B) value added by price group that each use creates
    created: Array  # (7, B) the same, all groups
    scale: Array  # (2, B)
    added: Array  # (6, Y, B) value added by price group
    uses: Array  # (7, Y, B) total of each final use
    totals: Array  # (6, B) value added, four incomes, imports
    factors: Array  # (7, B) of growth accounting
    supply: Array  # (B,) GDP of growth accounting
    people: Array  # (2, B) rural and urban since the base year
    base_people: Array  # (2, B)
    consumption: Array  # (2, B) of households since the base year
    inverse_output: Array  # (n, B) one over base-year output
    activity: Array  # (n + 2, B) since the base year
    efficiency: Array  # (6, B) cumulated gains
    saved: Array  # (6, B) what the gains leave
    kept: Array  # (6, B) fuel not yet substituted
    response: Array  # (7, B) of carriers to prices
    burnt: Array  # (7, B) energy of a sector, raw material left out
    carriers: Array  # (7, B) final energy
    vehicles: Array  # (2, B) combustion and new-energy vehicles at year end
    coke: Array  # (B,) final coke of the base year
    capacity: Array  # (11, B) at year end
    average: Array  # (11, B) over the year
    links: Array  # (2, B) GW of LINKS at year end
    links_average: Array  # (2, B) over the year
    import_limit: Array  # (B,) of the links in service, TWh
    base_hours: Array  # (11, B)
    hours: Array  # (11, B)
    power_start: Array  # (7, B) what the hours of the base year gave, its heat, load, own plants
    mix: Array  # (14, B) what the hours start from
    outcome: Array  # (5, B) what the hours give
    day: Array  # (WORK_SIZE,) a group of draws through a typical day
    balance: Array  # (2, B) demand and generation without coal plants
    base_clean: Array  # (B,) what non-fossil plants can make, base year
    flows: Array  # (10, B) of transformation
    plants: Array  # (6, B) sums over plants
    process: Array  # (2, B) cumulated log change of process emissions, and its level
    extraction: Array  # (3, B) cumulated log growth of capacity
    factor: Array  # (4, B) emission factors
    stored: Array  # (4, B) part of feedstock carbon that is stored
    sums: Array  # (4, B) sums over sectors
    rows: Array  # (n, B) factors of the rows of A in each draw, where they differ
    columns: Array  # (n, B) of its columns
    retained: Array  # (n, B) value added per unit of output against that of A
    transposed: Array  # (n, n) A
    needed: Array  # (7, n, B) output that each final use asks for
    system: Array  # (n, n + 7, LANES) equations of a few draws
    lanes: Array  # (2, n, LANES) their factors
    single: Array  # (n, n + 7) the equations of one draw
    rest: Array  # (n * LANES,)
    dominant: Array  # (LANES,)
    pivoted: Array  # (B,) years in which a draw's equations needed pivoting


def workspace(
    sectors: int,
    years: int,
    draws: int,
    arena: Arena | None = None,
    carried: Array | None = None,
) -> Workspace:
    """Return room for blocks of `draws` draws over `years` years (base year included).

    The arrays of `CARRIED` are the rows of `carried` (CARRIED_ROWS, draws), so that what changes
    after the base year can be kept and brought back as one array.
    """
    n, y, b = sectors, years, draws
    shapes = {
        "composition": (2, 4, b),
        "goods": (4, n, b),
        "weights": (6, n),
        "supported": (7, 6, b),
        "created": (7, b),
        "scale": (2, b),
        "added": (6, y, b),
        "uses": (7, y, b),
        "totals": (6, b),
        "supply": (b,),
        "people": (2, b),
        "base_people": (2, b),
        "consumption": (2, b),
        "inverse_output": (n, b),
        "activity": (n + 2, b),
        "saved": (6, b),
        "burnt": (7, b),
        "carriers": (7, b),
        "coke": (b,),
        "average": (11, b),
        "links_average": (2, b),
        "import_limit": (b,),
        "base_hours": (11, b),
        "hours": (11, b),
        "power_start": (7, b),
        "mix": (MIX_ROWS, b),
        "outcome": (OUTCOME_ROWS, b),
        "day": (WORK_SIZE,),
        "balance": (2, b),
        "base_clean": (b,),
        "flows": (10, b),
        "plants": (6, b),
        "factor": (4, b),
        "stored": (4, b),
        "sums": (4, b),
        "rows": (n, b),
        "columns": (n, b),
        "retained": (n, b),
        "transposed": (n, n),
        "needed": (7, n, b),
        "system": (n, n + 7, LANES),
        "lanes": (2, n, LANES),
        "single": (n, n + 7),
        "rest": (n * LANES,),
        "dominant": (LANES,),
        "pivoted": (b,),
    }
    memory = Arena() if arena is None else arena
    arrays = {name: memory.zeros(shape) for name, shape in shapes.items()}
    state = memory.zeros((CARRIED_ROWS, b)) if carried is None else carried
    parts = np.split(state, np.cumsum([math.prod(shape) for shape in CARRIED.values()])[:-1])
    for (name, shape), part in zip(CARRIED.items(), parts, strict=True):
        arrays[name] = part.reshape(*shape, b)
    return Workspace(**arrays)
