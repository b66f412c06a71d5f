"""Files of packs and runs: labelled datasets, and a check before long work.

Datasets are netCDF-3: quick to open, and the same bytes at each writing. A run has some
three hundred small variables, on which the netCDF-4 libraries spend a second or two; the
flat layout of netCDF-3 takes a tenth of that, needs no library beyond scipy and holds no
time stamps. Whole numbers are kept in 32 bits, text as characters in UTF-8.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile

import xarray as xr

from sim.errors import InputError


def write_dataset(dataset: xr.Dataset, path: Path) -> None:
    """Write a dataset to `path`.

    Raises
    ------
    OSError
        Where the file cannot be written.
    """
    dataset.to_netcdf(path, engine="scipy")


def read_dataset(path: Path) -> xr.Dataset:
    """Read a whole dataset into memory.

    Raises
    ------
    InputError
        Where the file is missing, unreadable or damaged.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"the file cannot be read ({reason})", file=path) from error
    try:
        with xr.open_dataset(BytesIO(content), engine="scipy") as opened:
            return opened.load()
    except Exception as error:  # a damaged header fails anywhere in the reader, in many ways
        reason = " ".join(str(error).split()) or type(error).__name__
        raise InputError(f"the file cannot be read as netCDF ({reason})", file=path) from error


def check_folder(folder: Path) -> None:
    """Check, before long work, that files can be written to `folder`; change nothing.

    Raises
    ------
    InputError
        Where it can neither be written nor created.
    """
    standing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    try:
        with TemporaryFile(dir=standing):
            pass
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"files cannot be written here ({reason})", file=folder, found=standing
        ) from error
