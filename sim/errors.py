"""Errors that a user can act on (defined beside the models, which raise them too)."""

from models.errors import InputError, nearest_name

__all__ = ["InputError", "nearest_name"]
