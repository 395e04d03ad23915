"""Everything tfan raises on purpose, and the sentence each error must say.

TfanError
  InputError         the caller's array, file or argument is not what was asked for
  WeightsError       a weights file is missing, altered, unreadable or unknown
  MissingExtraError  an optional dependency is not installed
"""

from __future__ import annotations


class TfanError(Exception):
    """Base of every error that tfan raises on purpose."""


class InputError(TfanError, ValueError):
    """What was expected, what came, and what to do about it."""

    def __init__(self, what: str, *, expected: str, got: str, fix: str = "") -> None:
        self._parts = (what, expected, got, fix)
        super().__init__(f"{what}: expected {expected}, got {got}. {fix}".rstrip())

    def __reduce__(self) -> tuple[object, ...]:  # keyword-only arguments do not pickle by default
        return _rebuild_input_error, self._parts


class WeightsError(TfanError, RuntimeError):
    """A weights file that must not be used."""


class MissingExtraError(TfanError, ImportError):
    """An optional dependency, and the extra that brings it."""


def _rebuild_input_error(what: str, expected: str, got: str, fix: str) -> InputError:
    return InputError(what, expected=expected, got=got, fix=fix)
