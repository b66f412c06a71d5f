"""Many arrays handed to a kernel as one argument.

At every call numba unpacks each array of a named tuple, which holds the interpreter's lock for
as long as a hundredth of the year of a block takes. `Handed` notes once where the arrays lie;
`held` puts the tuple together again inside a kernel, out of these notes.
"""

from __future__ import annotations

from itertools import count
from typing import Any, Generic, NoReturn, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import NativeValue, models, register_model, unbox
from numba.np.arrayobj import populate_array

from models.compiled import emitted

Value = TypeVar("Value", bound=tuple[Any, ...])


class Handed(Generic[Value]):
    """A named tuple of arrays, truth values and further tuples, for a kernel to read with `held`.

    The arrays stay in use as long as this stands; each is where it was when it was handed over.

    Raises
    ------
    TypeError
        For anything else in the tuple.
    """

    def __init__(self, value: Value) -> None:
        self.value = value
        self._notes = np.array(_notes(value), np.int64)
        self.address = self._notes.ctypes.data
        self._numba_type_ = _HandedType(numba.typeof(value))

    def __reduce__(self) -> NoReturn:
        """Refuse a copy: it would point to the notes of the original."""
        raise TypeError("what is handed to a kernel cannot be copied")


def _notes(value: Any) -> list[int]:
    """What `_put_together` reads: of an array its place, shape and strides."""
    if isinstance(value, tuple):
        return [note for item in value for note in _notes(item)]
    if isinstance(value, np.ndarray):
        return [value.ctypes.data, *value.shape, *value.strides]
    if isinstance(value, bool | np.bool_):
        return [int(value)]
    kind = type(value).__name__
    raise TypeError(f"cannot hand over {kind}: arrays, truth values and tuples only")


class _HandedType(types.Type):  # type: ignore[misc]
    def __init__(self, held: Any) -> None:
        self.held = held
        super().__init__(f"Handed({held})")

    @property
    def key(self) -> Any:
        """What tells two types apart: a name holds no names of fields."""
        return self.held


register_model(_HandedType)(models.OpaqueModel)


@unbox(_HandedType)  # type: ignore[untyped-decorator]
def _address(kind: Any, item: Any, c: Any) -> Any:
    number = c.pyapi.object_getattr_string(item, "address")
    pointer = c.pyapi.long_as_voidptr(number)
    c.pyapi.decref(number)
    return NativeValue(pointer, is_error=c.pyapi.c_api_error())


def _put_together(context: Any, builder: Any, kind: Any, notes: Any) -> Any:
    """Return the value of a type, of which `notes` yields what `_notes` wrote, in its order."""
    if isinstance(kind, types.BaseTuple):
        parts = [_put_together(context, builder, item, notes) for item in kind]
        return context.make_tuple(builder, kind, parts)
    if isinstance(kind, types.Boolean):
        return builder.trunc(next(notes), context.get_value_type(kind))
    array = context.make_array(kind)(context, builder)
    place, *ends = (next(notes) for _ in range(1 + 2 * kind.ndim))
    size = context.get_abi_sizeof(context.get_data_type(kind.dtype))
    populate_array(
        array,
        data=builder.inttoptr(place, array.data.type),
        shape=ends[: kind.ndim],
        strides=ends[kind.ndim :],
        itemsize=context.get_constant(types.intp, size),
        meminfo=None,
    )
    return array._getvalue()


@emitted
def held(typingctx: Any, handed: Any) -> Any:
    """In kernels: the tuple that was handed over."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = context.get_value_type(types.intp)
        start = builder.bitcast(args[0], word.as_pointer())

        def notes() -> Any:
            for place in count():
                yield builder.load(builder.gep(start, [ir.Constant(word, place)]))

        return _put_together(context, builder, signature.return_type, notes())

    return handed.held(handed), generate
