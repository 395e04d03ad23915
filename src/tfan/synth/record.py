"""Frozen parameter records to JSON and back: the same record gives the same image."""

from __future__ import annotations

import json
import types
import typing
from dataclasses import asdict, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from tfan.errors import InputError

Record = TypeVar("Record")


def to_json(record: Any) -> str:
    """Return a frozen dataclass (nested, of numbers, strings, tuples) as one line of JSON."""
    return json.dumps(asdict(record), separators=(",", ":"))


def from_json(kind: type[Record], text: str) -> Record:
    """Return the record of the given dataclass that `to_json` wrote."""
    try:
        return typing.cast("Record", _build(kind, json.loads(text)))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{kind.__name__} record",
            expected="JSON as written by to_json",
            got=f"{type(error).__name__}: {error}",
        ) from error


def _build(kind: Any, value: Any) -> Any:
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return typing.cast("Any", kind)(
            **{f.name: _build(hints[f.name], value[f.name]) for f in fields(kind)}
        )
    origin = get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = next(a for a in get_args(kind) if a is not type(None))
        return None if value is None else _build(inner, value)
    if origin is tuple:
        args = get_args(kind)
        if len(args) == 2 and args[1] is Ellipsis:
            return tuple(_build(args[0], item) for item in value)
        return tuple(_build(a, item) for a, item in zip(args, value, strict=True))
    if origin is typing.Literal:
        return value
    return kind(value)
