"""Errors that a user can act on (defined beside the models, which raise them too)."""

from numbers import Integral

from models.errors import InputError, nearest_name

__all__ = ["InputError", "nearest_name", "whole_number"]


def whole_number(value: object, key: str, low: int, high: int) -> int:
    """Return a whole number within bounds, NumPy's too, or refuse it.

    Raises
    ------
    InputError
        For anything else, numbers with a decimal point and texts included.
    """
    if not isinstance(value, bool) and isinstance(value, Integral) and low <= int(value) <= high:
        return int(value)
    raise InputError(
        "not a whole number in range", key=key, found=repr(value), allowed=f"{low} to {high}"
    )
