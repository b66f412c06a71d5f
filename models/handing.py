"""Arrays, and other kernels, handed to a kernel as one argument.

At every call numba unpacks each array of a named tuple, which holds the interpreter's lock for
as long as a hundredth of the year of a block takes. `Handed` notes once where the arrays lie;
`held` puts the tuple together again inside a kernel, out of these notes. A kernel that is handed
over as a `Callee` is called by its address: its code stays where it was compiled, once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import count
from typing import Any, Generic, NoReturn, TypeVar

import numba
import numpy as np
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import NativeValue, models, register_model, unbox
from numba.np.arrayobj import populate_array

from models.compiled import emitted

Value = TypeVar("Value", bound=tuple[Any, ...])


class _Addressed:
    """What a kernel knows by its address."""

    address: int

    def __reduce__(self) -> NoReturn:
        """Refuse a copy: it would point to what the original owns."""
        raise TypeError("what is handed to a kernel cannot be copied")


class Handed(_Addressed, Generic[Value]):
    """A named tuple for a kernel to read with `held`.

    It consists of arrays, whole numbers, truth values, further tuples, and what is handed over by
    itself. All that stays in use as long as this stands; each array is where it was when it was
    handed over.

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


class Several(_Addressed, Generic[Value]):
    """Tuples of one type, of which a kernel reads each with `held_of`.

    Raises
    ------
    TypeError
        Where they are not of one type.
    """

    def __init__(self, items: Sequence[Handed[Value]]) -> None:
        self.items = tuple(items)
        kinds = {item._numba_type_.held for item in items}
        if len(kinds) != 1:
            raise TypeError("tuples that are handed over together are of one type")
        self._numba_type_ = _SeveralType(*kinds)
        self._notes = np.array([item.address for item in items], np.int64)
        self.address = self._notes.ctypes.data


class Callee(_Addressed):
    """A kernel for other kernels to `call`, compiled for arguments like these.

    Where it is not `wanted` it is not compiled; it must return nothing then, and not be called.
    """

    def __init__(self, kernel: Any, *arguments: Any, wanted: bool = True) -> None:
        kinds = tuple(map(numba.typeof, arguments))
        returned, self.address = types.none, 0
        if wanted:
            kernel.compile(kinds)
            made = kernel.overloads[kinds]
            returned = made.signature.return_type
            self.address = made.library.get_pointer_to_function(made.fndesc.llvm_func_name)
        self._numba_type_ = _CalleeType(returned, kinds)


def _notes(value: Any) -> list[int]:
    """What `_put_together` reads: of an array its place, shape and strides."""
    if isinstance(value, tuple):
        return [note for item in value for note in _notes(item)]
    if isinstance(value, np.ndarray):
        return [value.ctypes.data, *value.shape, *value.strides]
    if isinstance(value, bool | np.bool_ | int | np.int64):
        return [int(value)]
    if isinstance(value, _Addressed):
        return [value.address]
    kind = type(value).__name__
    raise TypeError(f"cannot hand over {kind}: arrays, whole numbers, truth values and tuples only")


class _AddressType(types.Type):  # type: ignore[misc]
    def __init__(self, *parts: Any) -> None:
        self.parts = parts
        digest = hashlib.sha256(str(parts).encode()).hexdigest()[:16]  # names stand in the code
        super().__init__(f"{type(self).__name__}({digest})")

    @property
    def key(self) -> Any:
        """What tells two types apart: a name holds no names of fields."""
        return self.parts


class _TupleType(_AddressType):
    @property
    def held(self) -> Any:
        """The type of the tuple."""
        return self.parts[0]


class _HandedType(_TupleType):
    """Of `Handed`."""


class _SeveralType(_TupleType):
    """Of `Several`."""


class _CalleeType(_AddressType):
    """Of `Callee`: what it returns, and its arguments."""


for _kind in (_HandedType, _SeveralType, _CalleeType):
    register_model(_kind)(models.OpaqueModel)


@unbox(_HandedType)  # type: ignore[untyped-decorator]
@unbox(_SeveralType)  # type: ignore[untyped-decorator]
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
    if isinstance(kind, types.Integer):
        return next(notes)
    if isinstance(kind, _AddressType):
        return builder.inttoptr(next(notes), context.get_value_type(kind))
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


def _read(context: Any, builder: Any, kind: Any, start: Any) -> Any:
    """Return the tuple of a type whose notes begin at an address."""
    word = context.get_value_type(types.intp)
    start = builder.bitcast(start, word.as_pointer())
    notes = (builder.load(builder.gep(start, [ir.Constant(word, place)])) for place in count())
    return _put_together(context, builder, kind, notes)


@emitted
def held(typingctx: Any, handed: Any) -> Any:
    """In kernels: the tuple that was handed over."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return _read(context, builder, signature.return_type, args[0])

    return handed.held(handed), generate


@emitted
def held_of(typingctx: Any, several: Any, place: Any) -> Any:
    """In kernels: one of the tuples that were handed over together."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        word = context.get_value_type(types.intp)
        starts = builder.bitcast(args[0], word.as_pointer())
        start = builder.load(builder.gep(starts, [args[1]]))
        return _read(context, builder, signature.return_type, builder.inttoptr(start, args[0].type))

    return several.held(several, types.intp), generate


@emitted
def call(typingctx: Any, callee: Any, arguments: Any) -> Any:
    """In kernels: call a kernel that was handed over, with a tuple of arguments."""
    returned, kinds = callee.parts
    if tuple(map(types.unliteral, arguments)) != kinds:
        raise TypingError(f"handed over for {kinds}, called with {arguments}")

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        convention = context.call_conv
        kind = convention.get_function_type(returned, kinds)
        function = builder.bitcast(args[0], kind.as_pointer())
        values = cgutils.unpack_tuple(builder, args[1])
        status, value = convention.call_function(builder, function, returned, kinds, values)
        with cgutils.if_unlikely(builder, status.is_error):
            convention.return_status_propagate(builder, status)
        return value

    return returned(callee, types.Tuple(kinds)), generate
