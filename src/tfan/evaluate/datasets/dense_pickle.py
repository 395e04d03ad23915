"""T-FAKE's `annotations.pkl`: name -> array, found without running the pickle.

What is kept is where each array lies in the file: the 100,000 arrays of the whole set are 1.1 GB,
their places and names some ten.
"""

from __future__ import annotations

import math
from array import array
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.evaluate.datasets.pickle_machine import Machine, Made, RefusedError
from tfan.evaluate.sample import Floats

_MOST_FORMS = 200  # fits a byte; a set has one
_MOST_SIDES = 32  # of an array; NumPy allows 64, points have two
_FIX = "Only dictionaries of NumPy arrays (or None), pickled with protocol 3 or newer, are read."


class DensePickle:
    """Arrays by name, read from the file one at a time.

    Args:
        path: of the pickle.

    Raises:
        InputError: no file, not a whole pickle, or one that is more than a dictionary of arrays.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._names: dict[str, int] = {}
        self._offsets, self._kinds = array("q"), array("B")
        self._forms: list[tuple[tuple[int, ...], str]] = []
        try:
            with path.open("rb") as file:
                Machine(file, self._keep).run()
        except FileNotFoundError:
            raise _wrong(path, "nothing there") from None
        except OSError as error:
            raise _wrong(path, error.strerror or str(error)) from error
        except (
            RefusedError, ArithmeticError, EOFError, LookupError, TypeError, ValueError,
        ) as error:  # fmt: skip
            raise _wrong(path, str(error) or "a file that ends early") from error

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def read(self, name: str) -> Floats | None:
        """Return the array of a name; None where the file holds None or has no such name."""
        row = self._names.get(name)
        if row is None or self._offsets[row] < 0:
            return None
        shape, dtype = self._forms[self._kinds[row]]
        with self.path.open("rb") as file:
            file.seek(self._offsets[row])
            data = file.read(math.prod(shape) * np.dtype(dtype).itemsize)
        return np.frombuffer(data, dtype).reshape(shape).astype(np.float64)

    def _keep(self, name: Any, value: Any) -> None:
        if not isinstance(name, str):
            raise RefusedError(f"a key that is no text: {name!r}")
        offset, kind = -1, 0
        if value is not None:
            if not isinstance(value, Made) or value.values is None:
                raise RefusedError(f"{name}: {type(value).__name__.strip('_')} instead of an array")
            form = (value.shape, value.dtype)
            if math.prod(form[0]) * np.dtype(form[1]).itemsize != value.values.size:
                raise RefusedError(f"{name}: {value.values.size} bytes for an array of {form[0]}")
            if len(form[0]) > _MOST_SIDES:
                raise RefusedError(f"{name}: an array of {len(form[0])} dimensions")
            if form not in self._forms:
                self._forms.append(form)
                if len(self._forms) > _MOST_FORMS:
                    raise RefusedError(f"arrays of more than {_MOST_FORMS} shapes")
            offset, kind = value.values.offset, self._forms.index(form)
        self._names[name] = len(self._offsets)
        self._offsets.append(offset)
        self._kinds.append(kind)


def _wrong(path: Path, got: str) -> InputError:
    return InputError(str(path), expected="a pickled dictionary of arrays", got=got, fix=_FIX)
