"""YAML text to plain data, with the line of every key.

The round-trip loader of ruamel.yaml builds nothing but maps, lists and scalars; tags are
refused, and so are files of more than a megabyte and nesting deeper than `DEPTH`.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq, TaggedScalar
from ruamel.yaml.constructor import DuplicateKeyError
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from sim.errors import InputError

SIZE_LIMIT: Final = 1_000_000
DEPTH: Final = 10
Lines = dict[tuple[str, ...], int]


def read_yaml(text: str, file: str) -> tuple[dict[str, object], Lines]:
    """Read one YAML mapping.

    Parameters
    ----------
    text : str
        The document.
    file : str
        Its name, for messages.

    Returns
    -------
    data : dict
        Plain dictionaries, lists, numbers, booleans and strings; year keys stay integers.
    lines : dict
        1-based line of every key, by the path of keys to it.

    Raises
    ------
    InputError
        For anything that is not one well-formed mapping with unique keys.
    """
    node = parse_yaml(text, file)
    if not isinstance(node, CommentedMap):
        raise InputError("a scenario is a mapping of keys to values", file=file, line=1)
    lines: Lines = {}
    data = _plain(node, (), lines, file, 1)
    assert isinstance(data, dict)
    return {str(key): value for key, value in data.items()}, lines


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises
    ------
    InputError
        Where it is missing, too large or not UTF-8.
    """
    if not path.is_file():
        raise InputError("there is no such file", file=path)
    if path.stat().st_size > SIZE_LIMIT:
        raise InputError("the file is too large for a scenario", file=path, allowed="1 MB")
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError("the file is not UTF-8 text", file=path) from error


def parse_yaml(text: str, file: str) -> object:
    """Return the node tree of one YAML document, with positions."""
    loader = YAML(typ="rt", pure=True)
    try:
        return loader.load(text)
    except DuplicateKeyError as error:
        key = _duplicate(error.problem)
        raise InputError("key given twice", file=file, line=_line(error), key=key) from error
    except MarkedYAMLError as error:
        second = "another document" in (error.problem or "")
        problem = "a second document follows" if second else f"not valid YAML: {error.problem}"
        raise InputError(problem, file=file, line=_line(error)) from error
    except YAMLError as error:
        raise InputError("not valid YAML", file=file, found=str(error)[:80]) from error
    except RecursionError as error:
        raise InputError("nested too deeply", file=file, allowed=f"{DEPTH} levels") from error


def plain_value(text: str, file: str) -> object:
    """Read a single value, as after ``--set key=``."""
    return _plain(parse_yaml(text, file), (), {}, file, 1)


def _line(error: MarkedYAMLError) -> int | None:
    mark = error.problem_mark or error.context_mark
    return None if mark is None else mark.line + 1


def _duplicate(problem: str | None) -> str | None:
    """Take the key out of the message of ruamel.yaml."""
    parts = (problem or "").split('"')
    return parts[1] if len(parts) > 1 else None


def _plain(
    node: object, path: tuple[str, ...], lines: Lines, file: str, line: int
) -> dict[object, object] | list[object] | float | int | bool | str | None:
    """Strip the loader's types and note the lines."""
    if len(path) > DEPTH:
        raise InputError("nested too deeply", file=file, line=line, allowed=f"{DEPTH} levels")
    if isinstance(node, TaggedScalar) or _tagged(node):
        raise InputError("tags are not allowed", file=file, line=line, key=".".join(path) or None)
    if isinstance(node, CommentedMap):
        result: dict[object, object] = {}
        for key, value, key_line in _items(node, line):
            here = (*path, str(key))
            lines[here] = key_line
            result[_scalar(key)] = _plain(value, here, lines, file, key_line)
        return result
    if isinstance(node, CommentedSeq):
        return [_plain(item, path, lines, file, line) for item in node]
    return _scalar(node)


def _items(node: CommentedMap, line: int) -> Iterator[tuple[object, object, int]]:
    """Yield key, value and 1-based line; merged keys stand at the line of their map."""
    for key, value in node.items():
        known = node.lc.data is not None and key in node.lc.data
        yield key, value, node.lc.key(key)[0] + 1 if known else line


def _tagged(node: object) -> bool:
    tag = getattr(node, "tag", None)
    return tag is not None and getattr(tag, "value", None) is not None


def _scalar(node: object) -> float | int | bool | str | None:
    if node is None or isinstance(node, bool):
        return node
    if type(node).__name__ == "ScalarBoolean":
        return bool(node)
    if isinstance(node, int):
        return int(node)
    if isinstance(node, float):
        return float(node)
    if isinstance(node, (datetime.date, datetime.datetime)):
        return node.isoformat()
    return str(node)
