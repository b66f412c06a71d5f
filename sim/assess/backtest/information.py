"""What was known at an origin: observations, vintages and parameters of the time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sim.baseyear.growth_parameters import GrowthParameters, load_growth_parameters
from sim.baseyear.growth_substitutes import ESTIMATED
from sim.errors import InputError
from sim.figures.series import load_series, log_growth, series

DATA = Path(__file__).parent / "data"
RELEASES_FILE = DATA / "releases.csv"
PARAMETERS_FILE = DATA / "parameters_at_origin.csv"
NEVER = 2101
PARAMETER_DRAWS = 100


@dataclass(frozen=True)
class Record:
    """Everything that is known today about one province, and when it became known.

    `series` is the series base, `releases` says when a vintage appeared, `parameters` are
    those of the growth accounts and `dated` those whose value changed with the record.
    """

    series: pd.DataFrame
    releases: pd.DataFrame
    parameters: GrowthParameters
    dated: pd.DataFrame

    def at(self, origin: int) -> Information:
        """Return what was known at the end of `origin`."""
        known = known_at(self.series, origin, self.releases)
        dated = self.dated[self.dated["known_from"] <= origin].sort_values("known_from")
        latest = dated.drop_duplicates("name", keep="last")
        values = {str(name): float(v) for name, v in zip(latest.name, latest.value, strict=True)}
        return Information(
            origin, known, self.parameters.replaced(parameter_draws=PARAMETER_DRAWS, **values)
        )


@dataclass(frozen=True)
class Information:
    """The information set of one origin: nothing in it is younger than `origin`."""

    origin: int
    series: pd.DataFrame
    parameters: GrowthParameters

    def find(self, variable: str, vintage: str | None = None) -> pd.Series | None:
        """Return a series by year, or None where nothing of it was known."""
        return find(self.series, variable, vintage)


def find(frame: pd.DataFrame, variable: str, vintage: str | None = None) -> pd.Series | None:
    """Return a series of the frame by year, or None where the frame has none."""
    rows = frame["variable"] == variable
    if vintage is not None:
        rows &= frame["vintage"] == vintage
    return series(variable, vintage, frame) if rows.any() else None


def yearly_growth(values: pd.Series) -> pd.Series:
    """Return log growth by year, only where the year before has a figure too."""
    if values.empty:
        return values
    years = values.index.to_numpy()
    return log_growth(values)[np.diff(years, prepend=years[0] - 2) == 1]


def known_at(
    frame: pd.DataFrame, origin: int, releases: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the rows of the series base that were known at the end of a year.

    A figure of year t is known at t (its first release comes in the first months after),
    unless `releases` says that this vintage appeared later.

    Parameters
    ----------
    frame : pandas.DataFrame
        The series base, as `sim.figures.series.load_series` returns it.
    origin : int
        Last year that is known.
    releases : pandas.DataFrame, optional
        When vintages appeared: columns of `data/releases.csv`, which is the default.
    """
    rules = load_releases() if releases is None else releases
    known = frame["year"] <= origin
    for rule in rules.itertuples():
        late = (
            (frame["variable"] == rule.variable)
            & (frame["vintage"] == rule.vintage)
            & frame["year"].between(rule.first_year, rule.last_year)
            & ((frame["year"] + rule.delay > origin) | (rule.known_from > origin))
        )
        known &= ~late
    return frame[known].reset_index(drop=True)


def load_releases() -> pd.DataFrame:
    """Return when the vintages of the bundled series base appeared."""
    return pd.read_csv(RELEASES_FILE)


def load_record(pack: str | Path | None = None) -> Record:
    """Return the record of the bundled province, or of the pack of another one.

    Of another province the rows count that are its own figures, not those that the
    calibration completed. When its vintages appeared is not known: revised levels are left
    out, hence no bias of the release is estimated.

    Parameters
    ----------
    pack : path, optional
        Folder of a pack that holds ``series.csv``.

    Raises
    ------
    InputError
        The folder or its series are missing, or a row of them is wrong.
    """
    parameters = load_growth_parameters()
    if pack is None:
        return Record(load_series(), load_releases(), parameters, pd.read_csv(PARAMETERS_FILE))
    folder = Path(pack)
    file = folder / "series.csv"
    if not folder.is_dir():
        raise InputError("there is no such pack folder", file=folder)
    if not file.is_file():
        raise InputError("the pack holds no series of its province", file=file)
    rows = load_series(file)
    revised = (rows["variable"] == "gdp") & (rows["vintage"] != "released")
    own = rows[~revised & ~rows["source"].str.startswith(ESTIMATED)].reset_index(drop=True)
    unbroken = parameters.replaced(bias_first_year=NEVER, bias_break_year=NEVER)
    empty = load_releases().iloc[:0]
    return Record(own, empty, unbroken, pd.read_csv(PARAMETERS_FILE).iloc[:0])
