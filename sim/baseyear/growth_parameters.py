"""The parameters of the growth accounts: value, sigma, unit, source and kind by name."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from sim.errors import InputError, nearest_name

PARAMETERS_FILE = Path(__file__).parent / "data" / "growth_parameters.csv"
LIAONING_FILE = Path(__file__).parent / "data" / "growth_liaoning.csv"
COLUMNS = ("name", "value", "sigma", "unit", "source", "kind")
KINDS = ("document", "series", "estimate", "judgement")


@dataclass(frozen=True)
class Parameter:
    """One parameter; `value` or `sigma` is nan where the file leaves it empty."""

    name: str
    value: float
    sigma: float
    unit: str
    source: str
    kind: str


class GrowthParameters:
    """The parameters by name, with an error that names the nearest one."""

    def __init__(self, parameters: dict[str, Parameter]) -> None:
        self._parameters = parameters

    def __getitem__(self, name: str) -> Parameter:
        if name not in self._parameters:
            raise InputError(
                "no such growth parameter",
                found=name,
                nearest=nearest_name(name, self._parameters),
            )
        return self._parameters[name]

    def __iter__(self) -> Iterator[Parameter]:
        return iter(self._parameters.values())

    def __contains__(self, name: object) -> bool:
        return name in self._parameters

    def filled(self, values: dict[str, float]) -> GrowthParameters:
        """Return the same parameters with those of `values` that are missing added."""
        new = {
            name: Parameter(name, value, math.nan, "as the file says", "from the data", "series")
            for name, value in values.items()
        }
        return GrowthParameters({**new, **self._parameters})

    def with_missing(self, others: GrowthParameters) -> GrowthParameters:
        """Return the same parameters with those of `others` that are missing added."""
        return GrowthParameters({**{one.name: one for one in others}, **self._parameters})

    def value(self, name: str) -> float:
        """Return the value of a parameter."""
        return self._number(name, "value")

    def sigma(self, name: str) -> float:
        """Return the standard deviation of a parameter."""
        return self._number(name, "sigma")

    def year(self, name: str) -> int:
        """Return the value of a parameter that is a year or a count."""
        return int(self.value(name))

    def replaced(self, **values: float) -> GrowthParameters:
        """Return the same parameters with some values changed."""
        changed = dict(self._parameters)
        for name, value in values.items():
            changed[name] = replace(self[name], value=value)
        return GrowthParameters(changed)

    def widened(self, **sigmas: float) -> GrowthParameters:
        """Return the same parameters with some standard deviations changed."""
        changed = dict(self._parameters)
        for name, sigma in sigmas.items():
            changed[name] = replace(self[name], sigma=sigma)
        return GrowthParameters(changed)

    def _number(self, name: str, field: str) -> float:
        number = float(getattr(self[name], field))
        if math.isnan(number):
            raise InputError(f"the growth parameter has no {field}", key=name)
        return number


def load_growth_parameters(
    path: str | Path = PARAMETERS_FILE, province: str | Path | None = LIAONING_FILE
) -> GrowthParameters:
    """Read the parameters of the growth accounts.

    Parameters
    ----------
    path : path
        Parameters that hold for every province.
    province : path, optional
        Those of one province, same columns; they may also replace general ones. None: the
        accounts find them in the data or do without (`growth_substitutes`).

    Raises
    ------
    InputError
        Wrong header, a name twice, a missing unit or source, an unknown kind, or a value
        that is not a number; file and line are named.
    """
    general = _read(path)
    own = {} if province is None else _read(province)
    return GrowthParameters({**general, **own})


def _read(path: str | Path) -> dict[str, Parameter]:
    out: dict[str, Parameter] = {}
    with Path(path).open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream)
        if tuple(next(reader, [])) != COLUMNS:
            raise InputError("wrong header", file=path, line=1, allowed=",".join(COLUMNS))
        for cells in reader:
            parameter = _parameter(cells, path, reader.line_num)
            if parameter.name in out:
                raise InputError(
                    "the name stands twice", file=path, line=reader.line_num, key=parameter.name
                )
            out[parameter.name] = parameter
    return out


def _parameter(cells: list[str], path: str | Path, line: int) -> Parameter:
    if len(cells) != len(COLUMNS):
        raise InputError("wrong number of cells", file=path, line=line, found=len(cells))
    name, value, sigma, unit, source, kind = cells
    if not unit or not source:
        raise InputError("unit or source is missing", file=path, line=line, key=name)
    if kind not in KINDS:
        raise InputError("unknown kind", file=path, line=line, key=name, found=kind, allowed=KINDS)
    numbers = [_number(text, path, line, name) for text in (value, sigma)]
    return Parameter(name, numbers[0], numbers[1], unit, source, kind)


def _number(text: str, path: str | Path, line: int, name: str) -> float:
    if not text:
        return math.nan
    try:
        return float(text)
    except ValueError as error:
        raise InputError("not a number", file=path, line=line, key=name, found=text) from error
