"""Which rows and columns of a table play a part that an analysis must know.

A label is only recognised when it is one of the written names below, in capitals or not, with
blanks or underscores; every other name is given by the user. A role that is neither given nor
recognised stays empty, and an analysis that needs it says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from models.errors import InputError

COMPENSATION: Final = (
    "compensation",
    "compensation_of_employees",
    "employee_compensation",
    "labour_compensation",
    "wages",
    "wages_and_salaries",
    "labour",
    "labor",
    "va001",
    "劳动者报酬",
)
HOUSEHOLDS: Final = (
    "households",
    "household",
    "household_consumption",
    "private_consumption",
    "rural_households",
    "urban_households",
    "final_consumption_households",
    "fu101",
    "fu102",
    "居民消费",
    "居民消费支出",
    "农村居民消费",
    "城镇居民消费",
)
EXTERNAL: Final = (
    "outflow",
    "exports",
    "export",
    "of",
    "ex",
    "出口",
    "国内省外流出",
    "statistical_discrepancy",
)
IMPORTED_INPUTS: Final = ("imports", "import", "inflow", "imported_inputs", "进口", "国内省外流入")


@dataclass(frozen=True)
class Roles:
    """Names of the rows and columns with a part of their own.

    Attributes
    ----------
    compensation : str or None
        Primary input that households earn (closes the model for households).
    households : tuple of str
        Final uses bought by households out of that income.
    external : tuple of str
        Final uses served from local output alone: outflow, exports, a statistical error.
    imported_inputs : tuple of str
        Primary-input rows that hold imported intermediate inputs: they are not value added.
    """

    compensation: str | None = None
    households: tuple[str, ...] | None = None
    external: tuple[str, ...] | None = None
    imported_inputs: tuple[str, ...] | None = None

    def resolved(self, uses: Sequence[str], inputs: Sequence[str]) -> Roles:
        """These roles with what is not given recognised by name.

        Parameters
        ----------
        uses, inputs : sequence of str
            Names of the final uses and of the primary inputs.

        Raises
        ------
        InputError
            When a given name is not in the table.
        """
        wanted = () if self.compensation is None else (self.compensation,)
        _present("primary input", (*wanted, *(self.imported_inputs or ())), inputs)
        _present("final use", (*(self.households or ()), *(self.external or ())), uses)
        earned = [name for name in inputs if _plain(name) in COMPENSATION]
        return replace(
            self,
            compensation=self.compensation or (earned[0] if len(earned) == 1 else None),
            households=_recognised(self.households, HOUSEHOLDS, uses),
            external=_recognised(self.external, EXTERNAL, uses),
            imported_inputs=_recognised(self.imported_inputs, IMPORTED_INPUTS, inputs),
        )


def _recognised(
    given: tuple[str, ...] | None, known: Sequence[str], names: Sequence[str]
) -> tuple[str, ...]:
    if given is not None:
        return tuple(given)
    return tuple(dict.fromkeys(name for name in names if _plain(name) in known))


def _plain(name: str) -> str:
    return "_".join(name.strip().lower().replace("-", " ").split())


def _present(what: str, wanted: Sequence[str], names: Sequence[str]) -> None:
    for name in wanted:
        if name not in names:
            raise InputError(
                f"no {what} of this name in the table", found=name, allowed=", ".join(names)
            )
