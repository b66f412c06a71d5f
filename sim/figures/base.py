"""The figure base: every quantitative statement of the five documents, with its place.

One row is one figure: indicator, value or range, comparator, unit, period, basis,
nature, document and line. Rows are read as they stand; nothing is repaired. The
columns are described in ``docs/data/figures.md``.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from sim.errors import InputError, nearest_name
from sim.figures.units import DATA
from sim.figures.vocabulary import BASES, DOMAINS, documents, require

if TYPE_CHECKING:
    from collections.abc import Iterable


class Figure(BaseModel):
    """One printed figure.

    Attributes
    ----------
    id : str
        ``<document code>-<line>-<indicator>[-<subject>]-<period>``.
    indicator, subject : str
        What is measured, and of whom (empty for the whole province).
    domain : str
        One of `sim.figures.vocabulary.DOMAINS`.
    name_en, name_zh : str
        Short names.
    value, low, high : float or None
        In the unit as printed; `low` and `high` only for a range. All are None where
        the document gives words instead of a number.
    comparator : str
        ``= about >= > <= < between``.
    printed : str
        The numeral as it stands in the cited line.
    unit : str
        As printed.
    period : str
        ``2025`` or ``2026-2030``.
    basis, nature : str
        Actual or kind of target; binding, expected or none.
    document, line : str, int
        Where it stands.
    note : str
        What a reader has to know about it.
    canonical_value, canonical_low, canonical_high : float or None
        The same in the unit of the model.
    canonical_unit : str
        That unit.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: str
    indicator: str
    subject: str
    domain: str
    name_en: str
    name_zh: str
    value: float | None
    low: float | None
    high: float | None
    comparator: str
    printed: str
    unit: str
    period: str
    basis: str
    nature: str
    document: str
    line: int
    note: str
    canonical_value: float | None
    canonical_low: float | None
    canonical_high: float | None
    canonical_unit: str

    @property
    def code(self) -> str:
        """Three-digit code of the document."""
        return self.document[:3]

    @property
    def years(self) -> tuple[int, int]:
        """First and last year of the period."""
        return int(self.period[:4]), int(self.period[-4:])

    @property
    def is_target(self) -> bool:
        """Whether this is a target of any kind."""
        return self.basis != "actual"

    @property
    def is_text(self) -> bool:
        """Whether the document gives words, or nothing, instead of a number."""
        return self.value is None and self.low is None

    @property
    def half_unit(self) -> float:
        """Half a unit of the last printed digit, in the canonical unit.

        A target "about 24" counts as met from 23.5.
        """
        if self.is_text or self.value is None:
            raise InputError("half a unit needs a printed number", key=self.id)
        digits = self.printed.partition(".")[2]
        scale = (self.canonical_value or 0.0) / self.value if self.value else 1.0
        return float(0.5 * 10.0 ** -len(digits) * scale)


def load_figures(folder: str | Path | None = None) -> tuple[Figure, ...]:
    """Read and check every ``figures_*.csv`` of a folder.

    Parameters
    ----------
    folder : str or Path, optional
        Default: the bundled base (read once).

    Returns
    -------
    tuple of Figure
        In the order of documents and lines.

    Raises
    ------
    InputError
        With file, line and column, where a row breaks a rule of the format.
    """
    return _bundled() if folder is None else _load(Path(folder))


@lru_cache(maxsize=1)
def _bundled() -> tuple[Figure, ...]:
    return _load(DATA)


def _load(folder: Path) -> tuple[Figure, ...]:
    from sim.figures.reading import read_figures

    files = sorted(folder.glob("figures_*.csv"))
    if not files:
        raise InputError("no figures_*.csv in this folder", file=folder)
    figures: list[Figure] = []
    seen: dict[str, str] = {}
    for path in files:
        figures.extend(read_figures(path, seen))
    return tuple(figures)


def figure(figure_id: str, figures: Iterable[Figure] | None = None) -> Figure:
    """Return the figure with this id.

    Raises
    ------
    InputError
        Where there is none, with the nearest id.
    """
    table = _by_id() if figures is None else {row.id: row for row in figures}
    if figure_id not in table:
        raise InputError(
            "no such figure",
            key="id",
            found=figure_id,
            allowed="an id of `provsim figures list`",
            nearest=nearest_name(figure_id, table),
        )
    return table[figure_id]


@lru_cache(maxsize=1)
def _by_id() -> dict[str, Figure]:
    return {row.id: row for row in load_figures()}


def find(
    *,
    indicator: str | None = None,
    subject: str | None = None,
    domain: str | None = None,
    period: str | int | None = None,
    basis: str | None = None,
    document: str | None = None,
    figures: Iterable[Figure] | None = None,
) -> tuple[Figure, ...]:
    """Return the figures that fit every given filter.

    Parameters
    ----------
    indicator, subject, domain, period, basis : str, optional
        Exact values; ``subject=""`` asks for the whole province. `period` may be a
        number.
    document : str, optional
        Full file name or three-digit code.
    figures : iterable of Figure, optional
        Default: the bundled base.

    Returns
    -------
    tuple of Figure
        Empty where nothing fits.

    Raises
    ------
    InputError
        Where the indicator, domain, basis or document is unknown.
    """
    rows = load_figures() if figures is None else tuple(figures)
    if indicator is not None:
        names = {row.indicator for row in rows}
        require("indicator", indicator, names, allowed="an indicator of the figure base")
    if domain is not None:
        require("domain", domain, DOMAINS)
    if basis is not None:
        require("basis", basis, BASES)
    if document is not None:
        known = documents()
        require("document", document, [*known, *(one.document for one in known.values())])
    wanted = None if period is None else str(period)
    return tuple(
        row
        for row in rows
        if (indicator is None or row.indicator == indicator)
        and (subject is None or row.subject == subject)
        and (domain is None or row.domain == domain)
        and (wanted is None or row.period == wanted)
        and (basis is None or row.basis == basis)
        and (document is None or document in (row.code, row.document))
    )
