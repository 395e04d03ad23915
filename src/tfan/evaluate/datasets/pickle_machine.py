"""A pickle's instructions followed without running them, as far as a dictionary of arrays needs.

A pickle is a program. `pickle.load` runs it, and a file from the internet may run anything. This
machine knows the few instructions that a dictionary of NumPy arrays is made of, imports and calls
nothing, and refuses every other. Large values are passed over; where they lie is what comes out.
"""

from __future__ import annotations

import pickle
import pickletools
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

import numpy as np

_ARRAY_MAKERS = {
    ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"),
}  # fmt: skip
_BUFFER_MAKERS = {("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer")}
_ARRAY, _DTYPE = ("numpy", "ndarray"), ("numpy", "dtype")
_ALLOWED = _ARRAY_MAKERS | _BUFFER_MAKERS | {_ARRAY, _DTYPE}
_TEXT_SIZES = {"SHORT_BINUNICODE": 1, "BINUNICODE": 4}
_LONGEST_NAME = 4096  # bytes
_KNOWN = {one.code: one for one in pickletools.opcodes}
_SHORT = 64  # bytes: names and such are kept, values are only found
_SIZES = {  # instructions that bring bytes -> how many bytes say their length
    "SHORT_BINBYTES": 1, "BINBYTES": 4, "BINBYTES8": 8, "BYTEARRAY8": 8,
}  # fmt: skip


class RefusedError(Exception):
    """The file asks for what a dictionary of arrays does not need."""


@dataclass(frozen=True, slots=True)
class Place:
    """Bytes in the file that were passed over."""

    offset: int
    size: int


@dataclass(slots=True, eq=False)
class Made:
    """An array on its way: its maker, then its shape, type and the place of its values."""

    shape: tuple[int, ...] = ()
    dtype: str = ""
    values: Place | None = None


@dataclass(slots=True, eq=False)
class _Type:
    """A NumPy type: the code that names it and its byte order."""

    code: str
    order: str = "="


class Machine:
    """Follows the instructions of a pickle over a stack of plain values."""

    def __init__(self, file: IO[bytes], keep: Callable[[Any, Any], None]) -> None:
        self._file, self._keep = file, keep
        self._stack: list[Any] = []
        self._marks: list[int] = []
        self._memo: dict[int, Any] = {}
        self._memoized = 0

    def run(self) -> None:
        """Follow all of them; each item of the dictionary is handed on as it comes."""
        while True:
            code = self._file.read(1)
            known = _KNOWN.get(code.decode("latin-1"))
            if known is None:
                raise RefusedError("an empty file" if not code else f"{code!r}, which is no pickle")
            if known.name == "STOP":
                break
            self._step(known)
        if len(self._stack) != 1 or not isinstance(self._stack[0], dict):
            raise RefusedError("something else than one dictionary")

    def _step(self, known: Any) -> None:
        if known.name in _SIZES:
            self._stack.append(self._pass_over(_SIZES[known.name]))
            return
        if known.name in _TEXT_SIZES:
            self._stack.append(self._text(_TEXT_SIZES[known.name]))
            return
        act = _ACTIONS.get(known.name)
        if act is None:  # before its argument is read, whose length it may say to be anything
            raise RefusedError(f"the instruction {known.name}, which no dictionary of arrays needs")
        act(self, None if known.arg is None else known.arg.reader(self._file))

    def _pass_over(self, width: int) -> Any:
        size = int.from_bytes(self._file.read(width), "little")
        if size <= _SHORT:
            return self._file.read(size)
        offset = self._file.tell()
        self._file.seek(size - 1, 1)
        if not self._file.read(1):
            raise EOFError
        return Place(offset, size)

    def _text(self, width: int) -> str:
        size = int.from_bytes(self._file.read(width), "little")
        if size > _LONGEST_NAME:
            raise RefusedError(f"a name of {size} bytes")
        return self._file.read(size).decode("utf-8")

    def push(self, value: Any) -> None:
        self._stack.append(value)

    def mark(self) -> None:
        self._marks.append(len(self._stack))

    def pop(self, count: int | None = None) -> list[Any]:
        """Take the top values away: so many, or those above the last mark."""
        start = self._marks.pop() if count is None else len(self._stack) - count
        if start < 0:
            raise RefusedError("an instruction without its values")
        taken = self._stack[start:]
        del self._stack[start:]
        return taken

    def remember(self, index: int | None) -> None:
        """Name the top value by a number; values that nothing can ask for again are left out."""
        at = self._memoized if index is None else index
        self._memoized = at + 1
        if not isinstance(self._stack[-1], Place | tuple) or self._stack[-1] in _ALLOWED:
            self._memo[at] = self._stack[-1]

    def recall(self, index: int) -> None:
        if index not in self._memo:
            raise RefusedError("a value that is used twice")
        self._stack.append(self._memo[index])

    def set_items(self, items: list[Any]) -> None:
        if not isinstance(self._stack[-1], dict) or len(self._stack) != 1:
            raise RefusedError("a dictionary inside another value")
        for name, value in zip(items[::2], items[1::2], strict=True):
            self._keep(name, value)
        names = set(items[::2])  # each item's own values are not asked for again
        own = {
            k
            for k, v in self._memo.items()
            if isinstance(v, Made) or (isinstance(v, str) and v in names)
        }
        for index in own:
            del self._memo[index]

    def import_(self, place: tuple[Any, Any]) -> None:
        if place not in _ALLOWED:
            raise RefusedError(f"an order to import {'.'.join(map(str, place))}")
        self._stack.append(place)

    def call(self) -> None:
        """Stand in for calling one of NumPy's makers; nothing is called."""
        function, arguments = self.pop(2)
        if function in _ARRAY_MAKERS and arguments[:1] == (_ARRAY,):
            self._stack.append(Made())
        elif function == _DTYPE and isinstance(arguments[0], str):
            self._stack.append(_Type(arguments[0]))
        elif function in _BUFFER_MAKERS and len(arguments) == 4:
            values, dtype, shape, order = arguments
            self._stack.append(_filled(Made(), shape, dtype, order != "C", values))
        else:
            raise RefusedError(f"a call of {function!r}")

    def build(self) -> None:
        """Give an array or a type its state, as NumPy does."""
        made, state = self.pop(2)
        if isinstance(made, _Type):
            made.order = {"|": "="}.get(str(state[1]), str(state[1]))
        elif isinstance(made, Made):
            _, shape, dtype, by_columns, values = state
            _filled(made, shape, dtype, by_columns, values)
        else:
            raise RefusedError("a state for something that is no array")
        self._stack.append(made)


def _filled(made: Made, shape: Any, dtype: Any, by_columns: Any, values: Any) -> Made:
    if not isinstance(dtype, _Type) or dtype.code[:1] not in "fiu" or by_columns:
        raise RefusedError("an array that is not of numbers row by row")
    if not isinstance(values, Place):
        raise RefusedError("an array without values")
    made.shape, made.values = tuple(int(side) for side in shape), values
    if min(made.shape, default=0) < 0:
        raise RefusedError("an array of a negative size")
    order = dtype.order if dtype.order in "<>" else "="
    kind = np.dtype(f"{order}{dtype.code}")
    if kind.kind not in "fiu":  # "f4,f4" begins as a number does
        raise RefusedError("an array that is not of numbers row by row")
    made.dtype = kind.str
    return made


def _tuple(values: list[Any]) -> tuple[Any, ...]:
    """Return values as one; a tuple of a million tuples in each other ends Python when hashed."""
    if any(isinstance(part, tuple) for v in values if isinstance(v, tuple) for part in v):
        raise RefusedError("a tuple in a tuple in a tuple")
    return tuple(values)


def _plain(*names: str) -> dict[str, Callable[[Machine, Any], None]]:
    return dict.fromkeys(names, Machine.push)


_ACTIONS: dict[str, Callable[[Machine, Any], None]] = {
    **_plain("BININT", "BININT1", "BININT2", "LONG1"),
    "PROTO": lambda _, version: _check_protocol(version),
    "FRAME": lambda _m, _a: None,
    "NONE": lambda m, _: m.push(None),
    "NEWTRUE": lambda m, _: m.push(True),
    "NEWFALSE": lambda m, _: m.push(False),
    "EMPTY_DICT": lambda m, _: m.push({}),
    "EMPTY_TUPLE": lambda m, _: m.push(()),
    "MARK": lambda m, _: m.mark(),
    "TUPLE": lambda m, _: m.push(_tuple(m.pop())),
    "TUPLE1": lambda m, _: m.push(_tuple(m.pop(1))),
    "TUPLE2": lambda m, _: m.push(_tuple(m.pop(2))),
    "TUPLE3": lambda m, _: m.push(_tuple(m.pop(3))),
    "MEMOIZE": lambda m, _: m.remember(None),
    "BINPUT": lambda m, index: m.remember(index),
    "LONG_BINPUT": lambda m, index: m.remember(index),
    "BINGET": lambda m, index: m.recall(index),
    "LONG_BINGET": lambda m, index: m.recall(index),
    "SETITEM": lambda m, _: m.set_items(m.pop(2)),
    "SETITEMS": lambda m, _: m.set_items(m.pop()),
    "GLOBAL": lambda m, place: m.import_(tuple(place.split(" ", 1))),
    "STACK_GLOBAL": lambda m, _: m.import_((*m.pop(2),)),
    "REDUCE": lambda m, _: m.call(),
    "BUILD": lambda m, _: m.build(),
}


def _check_protocol(version: int) -> None:
    if version > pickle.HIGHEST_PROTOCOL:
        raise RefusedError(f"protocol {version}, which is newer than this Python")
