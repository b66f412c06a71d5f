"""The named uncertain inputs: what is uncertain, by how much, and on whose word.

Each row of `data/inputs.csv` perturbs one driver of the model. The columns:

order            permanent number; new inputs take the next free number, none is reused
name             permanent name; it keys the random stream
driver           driver perturbed; `slip_<technology>` stands for one input for each named
                 unit of that technology; `base_draw` picks the draw of the base year,
                 `growth_draw` that of the growth posterior
effect           add       driver = centre + x
                 multiply  driver = centre * exp(x)
                 logit     driver = logistic(logit(centre) + x), for shares in (0, 1)
                 replace   slip = central slip * x; the index itself for the two draws
distribution     normal; lognormal (a normal x with effect multiply); posterior (x is that
                 of the growth draw, less its median); posterior_width (a normal x whose
                 standard deviation is that of the growth draw); truncated_normal,
                 triangular, uniform; slip; discrete_index
location, scale, low, high, shape, probability_zero
                 normal, lognormal, posterior: scale = standard deviation of x
                 truncated_normal: location and scale before truncation to [low, high]
                 triangular: mode = location, on [low, high]; uniform: on [low, high]
                 slip: delay relative to its median, zero with probability_zero, else
                 Weibull(shape)
                 `pack:NAME` as a scale is read from the base pack, for posterior and
                 posterior_width from its growth draws
structure        constant, iid, ar1(rho), random_walk
unit             unit of x (`log` for multiply and logit)
kind             estimate (from data of the project), citation (literature, statistics),
                 judgement (nobody's figure but ours: counted and shown)
"""

from __future__ import annotations

import csv
import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from sim.errors import InputError, nearest_name

DATA: Final = Path(__file__).parent / "data"
INPUTS_FILE: Final = DATA / "inputs.csv"
BASE_DRAW: Final = "base_draw"
GROWTH_DRAW: Final = "growth_draw"
INDICES: Final = (BASE_DRAW, GROWTH_DRAW)
SLIP: Final = "slip_"
EFFECTS: Final = ("add", "multiply", "logit", "replace")
KINDS: Final = ("estimate", "citation", "judgement")
PARAMETERS: Final = ("location", "scale", "low", "high", "shape", "probability_zero")
REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    "normal": ("scale",),
    "lognormal": ("scale",),
    "posterior": ("scale",),
    "posterior_width": ("scale",),
    "truncated_normal": ("location", "scale", "low", "high"),
    "triangular": ("location", "low", "high"),
    "uniform": ("low", "high"),
    "slip": ("shape", "probability_zero"),
    "discrete_index": (),
}
COLUMNS: Final = (
    "order",
    "name",
    "driver",
    "effect",
    "distribution",
    *PARAMETERS,
    "structure",
    "unit",
    "kind",
    "source",
    "name_en",
    "name_zh",
    "note",
)
GAUSSIAN: Final = ("normal", "lognormal", "posterior_width")
_AR1 = re.compile(r"ar1\((?P<rho>-?[0-9.]+)\)")
_PATTERN = re.compile(r"slip_<(?P<technology>[a-z_]+)>")


@dataclass(frozen=True)
class UncertainInput:
    """One uncertain input; the fields are the columns of `inputs.csv`.

    `pack_name` is the name after `pack:` where the scale is read from the pack (then
    `scale` is NaN until resolved); `unit_row` the pattern row a unit's slip comes from.
    """

    order: int
    name: str
    driver: str
    effect: str
    distribution: str
    location: float
    scale: float
    low: float
    high: float
    shape: float
    probability_zero: float
    structure: str
    unit: str
    kind: str
    source: str
    name_en: str
    name_zh: str
    note: str
    pack_name: str | None = None
    unit_row: str | None = None

    @property
    def row_name(self) -> str:
        """Name of the row of `inputs.csv`: that of the pattern for a unit's slip."""
        return self.unit_row or self.name

    @property
    def is_constant(self) -> bool:
        """Whether one value holds for all years of a draw."""
        return self.structure == "constant"

    @property
    def persistence(self) -> float:
        """Correlation of neighbouring years' Gaussian deviates (ar1; 0 otherwise)."""
        match = _AR1.fullmatch(self.structure)
        return float(match["rho"]) if match else 0.0

    @property
    def pattern_technology(self) -> str | None:
        """Technology of a pattern row `slip_<technology>`, else None."""
        match = _PATTERN.fullmatch(self.driver)
        return match["technology"] if match else None


def read_inputs(path: Path = INPUTS_FILE) -> tuple[UncertainInput, ...]:
    """Return the uncertain inputs in their permanent order.

    Raises
    ------
    InputError
        For a missing column, an unreadable number, an unknown word, a parameter that is
        missing or superfluous, or an order number or name that is used twice.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        reader = csv.DictReader(stream)
        missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
        if missing:
            raise InputError("column is missing", file=path, line=1, key=missing[0])
        inputs = [_read_row(row, path, reader.line_num) for row in reader]
    for attribute in ("order", "name"):
        twice = [k for k, n in Counter(getattr(i, attribute) for i in inputs).items() if n > 1]
        if twice:
            raise InputError(f"{attribute} is used twice", file=path, key=str(twice[0]))
    return tuple(sorted(inputs, key=lambda item: item.order))


def _read_row(row: Mapping[str, str], path: Path, line: int) -> UncertainInput:
    name = row["name"]

    def check(column: str, allowed: Iterable[str]) -> str:
        words = tuple(allowed)
        if row[column] not in words:
            raise InputError(
                f"{column} is unknown",
                file=path,
                line=line,
                key=name,
                found=row[column],
                allowed=", ".join(words),
                nearest=nearest_name(row[column], words),
            )
        return row[column]

    distribution = check("distribution", REQUIRED)
    effect = check("effect", EFFECTS)
    kind = check("kind", KINDS)
    values, pack_name = _read_numbers(row, distribution, path, line)
    item = UncertainInput(
        order=int(row["order"]),
        name=name,
        driver=row["driver"],
        effect=effect,
        distribution=distribution,
        structure=row["structure"],
        unit=row["unit"],
        kind=kind,
        source=row["source"],
        name_en=row["name_en"],
        name_zh=row["name_zh"],
        note=row["note"],
        pack_name=pack_name,
        location=values["location"],
        scale=values["scale"],
        low=values["low"],
        high=values["high"],
        shape=values["shape"],
        probability_zero=values["probability_zero"],
    )
    _check_row(item, path, line)
    return item


def _read_numbers(
    row: Mapping[str, str], distribution: str, path: Path, line: int
) -> tuple[dict[str, float], str | None]:
    """Return the parameters of a row, and the pack's name where the scale comes from it."""
    values: dict[str, float] = {}
    pack_name: str | None = None
    for column in PARAMETERS:
        cell = row[column].strip()
        if column == "scale" and cell.startswith("pack:"):
            pack_name, cell = cell.removeprefix("pack:"), "nan"
        elif bool(cell) != (column in REQUIRED[distribution]):
            word = "superfluous" if cell else "missing"
            raise InputError(
                f"{column} is {word} for distribution {distribution}",
                file=path,
                line=line,
                key=row["name"],
            )
        try:
            values[column] = float(cell) if cell else math.nan
        except ValueError:
            raise InputError(
                f"{column} is not a number", file=path, line=line, key=row["name"], found=cell
            ) from None
    return values, pack_name


def _check_row(item: UncertainInput, path: Path, line: int) -> None:
    """Refuse a row whose parts contradict each other."""

    def refuse(message: str, found: object = None, allowed: object = None) -> None:
        raise InputError(message, file=path, line=line, key=item.name, found=found, allowed=allowed)

    known = item.structure in ("constant", "iid", "random_walk")
    if not known and not (_AR1.fullmatch(item.structure) and abs(item.persistence) < 1.0):
        refuse(
            "time structure is unknown",
            item.structure,
            "constant, iid, ar1(rho) with |rho| < 1, random_walk",
        )
    if item.structure == "random_walk" and item.distribution not in GAUSSIAN:
        refuse("a random walk needs a normal distribution", item.distribution)
    if item.distribution == "lognormal" and item.effect != "multiply":
        refuse("lognormal goes with effect multiply", item.effect)
    if item.distribution == "posterior" and (item.pack_name is None or not item.is_constant):
        refuse("a posterior state is constant and takes its scale from the pack")
    if item.distribution == "posterior_width" and (item.pack_name is None or item.is_constant):
        refuse("a shock of the posterior is yearly and takes its scale from the pack")
    replaces = item.distribution in ("slip", "discrete_index")
    if replaces != (item.effect == "replace") or (replaces and not item.is_constant):
        refuse("slip and discrete_index, and only they, are constant with effect replace")
    if (item.distribution == "discrete_index") != (item.driver in INDICES):
        refuse("discrete_index goes with the draws of the pack", item.driver, ", ".join(INDICES))
    if item.scale < 0.0:
        refuse("scale is negative", item.scale)
    if item.distribution == "slip" and not (item.shape > 0.0 <= item.probability_zero < 0.5):
        refuse("slip needs shape > 0 and probability_zero in [0, 0.5)")
    if item.low >= item.high:
        refuse("low is not below high", item.low, f"below {item.high}")
    if item.distribution == "triangular" and not item.low <= item.location <= item.high:
        refuse("the mode is outside [low, high]", item.location)
    if item.effect in ("multiply", "logit") and item.unit != "log":
        refuse("x of a multiplied or logit driver is a logarithm", item.unit, "log")
    if not (item.source and item.name_en and item.name_zh and item.unit):
        refuse("source, unit, name_en or name_zh is empty")


def expand_units(
    inputs: Sequence[UncertainInput], units: Mapping[str, str]
) -> tuple[UncertainInput, ...]:
    """Replace each pattern row `slip_<technology>` by one input for each of its units.

    Parameters
    ----------
    inputs : sequence of UncertainInput
        In permanent order.
    units : mapping of unit name to technology
        The unit register in its permanent order; new units last.

    Returns
    -------
    tuple of UncertainInput
        In permanent order; a unit that has a row of its own (driver `slip_<its name>`)
        is left out of the pattern. A technology without a row has no slip.
    """
    own = {item.driver for item in inputs}
    expanded: list[UncertainInput] = []
    for item in inputs:
        technology = item.pattern_technology
        if technology is None:
            expanded.append(item)
            continue
        expanded.extend(
            replace(item, name=SLIP + unit, driver=SLIP + unit, unit_row=item.name)
            for unit, kind in units.items()
            if kind == technology and SLIP + unit not in own
        )
    return tuple(expanded)


def check_drivers(
    inputs: Sequence[UncertainInput], driver_names: Sequence[str], units: Iterable[str]
) -> None:
    """Refuse an input whose driver does not exist, and drivers with mixed effects.

    Parameters
    ----------
    inputs : sequence of UncertainInput
        Expanded by unit.
    driver_names : sequence of str
        Names of the model's drivers.
    units : iterable of str
        Names of the unit register.

    Raises
    ------
    InputError
        Naming the input and the nearest driver.
    """
    known = {*driver_names, *(SLIP + unit for unit in units), *INDICES}
    effects: dict[str, str] = {}
    for item in inputs:
        if item.driver not in known:
            raise InputError(
                "driver is unknown",
                key=item.name,
                found=item.driver,
                nearest=nearest_name(item.driver, known),
            )
        if (item.effect == "replace") != (item.driver not in driver_names):
            raise InputError("effect replace goes with slips and draws only", key=item.name)
        if effects.setdefault(item.driver, item.effect) != item.effect:
            raise InputError(f"driver {item.driver} has inputs of different effect", key=item.name)


def count_kinds(inputs: Iterable[UncertainInput]) -> dict[str, int]:
    """Return how many inputs rest on estimates, citations and judgement."""
    counted = Counter(item.kind for item in inputs)
    return {kind: counted[kind] for kind in KINDS}
