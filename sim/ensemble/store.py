"""Every draw on disk: `draws.zarr`, written as the draws pass.

One array a scalar, NAME(scenario, year, draw), in chunks of 16,384 draws. The folder is
made beside its final place and moved there when it is complete; until then an earlier run
stays as it is.
"""

from __future__ import annotations

import shutil
import threading
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from models.state import SCALARS
from sim.ensemble.dataset import variables
from sim.errors import InputError

if TYPE_CHECKING:
    from sim.ensemble.run import EnsembleRun

MANIFEST = "manifest.json"
DRAWS = "draws.zarr"
CHUNK = 16_384


def require_zarr() -> Any:
    """Return the package zarr.

    Raises
    ------
    InputError
        Where it is not installed.
    """
    try:
        import zarr
    except ModuleNotFoundError as error:
        raise InputError("keeping every draw needs zarr; install provsim[draws]") from error
    return zarr


class DrawStore:
    """Writes the scalars of every draw to a folder; an `Observer` of a run.

    Leaves are gathered to whole chunks, so that memory holds only the few chunks that are
    being filled.

    Parameters
    ----------
    folder : Path
        Run folder, which gets `draws.zarr`; created where it does not exist.

    Raises
    ------
    InputError
        Where zarr is not installed.
    """

    def __init__(self, folder: Path) -> None:
        self._zarr = require_zarr()
        self.folder = folder
        self._new = not folder.exists()
        self._scratch = folder / f".{uuid.uuid4().hex}.zarr"
        self._lock = threading.Lock()
        self._filling: dict[tuple[int, int], tuple[NDArray[np.float64], int]] = {}

    def begin(self, run: EnsembleRun, draws: int) -> None:
        """Create the arrays with their coordinates and units."""
        self.draws = draws
        self._scratch.mkdir(parents=True)
        group = self._zarr.open_group(self._scratch, mode="w", zarr_format=3)
        names = [str(name) for name in run.paths["scenario"].values]
        years = run.paths["year"].values
        shape = (len(names), years.size, draws)
        self._arrays = []
        for name in SCALARS:
            array = group.create_array(
                name,
                shape=shape,
                chunks=(1, years.size, min(draws, CHUNK)),
                dtype="float64",
                dimension_names=("scenario", "year", "draw"),
                attributes=dict(variables()[name].attrs),
            )
            self._arrays.append(array)
        for key, values in (("year", years.astype(np.int64)), ("draw", np.arange(draws))):
            chunks = (min(values.size, 1 << 20),)
            made = group.create_array(
                key, shape=values.shape, chunks=chunks, dtype="int64", dimension_names=(key,)
            )
            made[:] = values
        group.attrs.update({"draws": draws, "scenarios": names})

    def add(self, index: int, scalars: NDArray[np.float64], used: int, first: int) -> None:
        """Take a leaf of one scenario; write its chunk where that is full."""
        chunk = first // CHUNK
        start = chunk * CHUNK
        size = min(CHUNK, self.draws - start)
        with self._lock:
            room, filled = self._filling.pop((index, chunk), (None, 0))
            if room is None:
                room = np.empty((*scalars.shape[:-1], size))
            room[..., first - start : first - start + used] = scalars[..., :used]
            if filled + used < size:
                self._filling[index, chunk] = room, filled + used
                return
        for array, values in zip(self._arrays, room, strict=True):
            array[index, :, start : start + size] = values

    def settle(self) -> None:
        """Nothing hangs on the leading draws."""

    def finish(self) -> None:
        """Move the complete draws into place; from here on an earlier run is none any more."""
        (self.folder / MANIFEST).unlink(missing_ok=True)
        shutil.rmtree(self.folder / DRAWS, ignore_errors=True)
        self._scratch.rename(self.folder / DRAWS)

    def discard(self) -> None:
        """Take away what a stopped run has written, and the folder where it made that."""
        shutil.rmtree(self._scratch, ignore_errors=True)
        if self._new and self.folder.is_dir() and not any(self.folder.iterdir()):
            self.folder.rmdir()


def read_draws(folder: Path) -> xr.Dataset:
    """Open the kept draws of a run folder: NAME(scenario, year, draw), read when used."""
    require_zarr()
    opened: xr.Dataset = xr.open_zarr(folder / DRAWS, chunks=None, consolidated=False)
    labelled: xr.Dataset = opened.assign_coords(scenario=opened.attrs["scenarios"])
    return labelled
