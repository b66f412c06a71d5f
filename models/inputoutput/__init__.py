"""Input-output analysis: the table, its analyses, balancing and regionalisation.

Names load when used, so that importing the package stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from models.inputoutput.balancing import gras, ras
    from models.inputoutput.block_balancing import three_stage_ras
    from models.inputoutput.decomposition import sda
    from models.inputoutput.draws import column_draws, solve_draws
    from models.inputoutput.extraction import extracted_system
    from models.inputoutput.footprint import many_regions, open_region
    from models.inputoutput.labelled import Satellite
    from models.inputoutput.linkages import (
        backward_linkages,
        field_of_influence,
        forward_linkages,
        influence,
    )
    from models.inputoutput.mixed import mixed_model
    from models.inputoutput.multipliers import close_for_households, closed_coefficients
    from models.inputoutput.prices import base_prices, price_change
    from models.inputoutput.regional import aflq, cilq, flq, slq
    from models.inputoutput.roles import Roles
    from models.inputoutput.solving import LeontiefSystem, UpdatedSystem
    from models.inputoutput.table import IOTable

_HOMES: Final = {
    "IOTable": "table",
    "Roles": "roles",
    "Satellite": "labelled",
    "ras": "balancing",
    "gras": "balancing",
    "slq": "regional",
    "cilq": "regional",
    "flq": "regional",
    "aflq": "regional",
    "sda": "decomposition",
    "three_stage_ras": "block_balancing",
    "LeontiefSystem": "solving",
    "UpdatedSystem": "solving",
    "column_draws": "draws",
    "solve_draws": "draws",
    "closed_coefficients": "multipliers",
    "close_for_households": "multipliers",
    "backward_linkages": "linkages",
    "forward_linkages": "linkages",
    "field_of_influence": "linkages",
    "influence": "linkages",
    "extracted_system": "extraction",
    "base_prices": "prices",
    "price_change": "prices",
    "open_region": "footprint",
    "many_regions": "footprint",
    "mixed_model": "mixed",
}

__all__ = [
    "IOTable",
    "LeontiefSystem",
    "Roles",
    "Satellite",
    "UpdatedSystem",
    "aflq",
    "backward_linkages",
    "base_prices",
    "cilq",
    "close_for_households",
    "closed_coefficients",
    "column_draws",
    "extracted_system",
    "field_of_influence",
    "flq",
    "forward_linkages",
    "gras",
    "influence",
    "many_regions",
    "mixed_model",
    "open_region",
    "price_change",
    "ras",
    "sda",
    "slq",
    "solve_draws",
    "three_stage_ras",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
