"""Input-output analysis: the table, its analyses, balancing and regionalisation.

Names load when used, so that importing the package stays cheap.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from models.inputoutput.balancing import gras, ras
    from models.inputoutput.decomposition import sda
    from models.inputoutput.labelled import Satellite
    from models.inputoutput.regional import aflq, cilq, flq, slq
    from models.inputoutput.roles import Roles
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
}

__all__ = [
    "IOTable",
    "Roles",
    "Satellite",
    "aflq",
    "cilq",
    "flq",
    "gras",
    "ras",
    "sda",
    "slq",
]


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
