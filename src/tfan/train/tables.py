"""Frozen dataclasses from TOML tables and back, with a sentence for every wrong entry."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from tfan.errors import InputError

# what a value must be, for each type that a field may have
_WORDS: dict[str, tuple[str, tuple[type, ...]]] = {
    "str": ("text", (str,)),
    "int": ("a whole number", (int,)),
    "float": ("a number", (int, float)),
    "tuple[int, ...]": ("whole numbers in a list", (int,)),
    "tuple[float, float]": ("2 numbers in a list", (int, float)),
}


def read_text(path: Path) -> str:
    """Return the text of a TOML file, or say why there is none."""
    if not path.is_file():
        raise InputError("configuration", expected="a TOML file", got=f"no file {path}")
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        got = "bytes that are no UTF-8 text"
        raise InputError(path.name, expected="TOML", got=got) from error


def parse(text: str, *, where: str) -> dict[str, Any]:
    """Return the tables of a TOML text."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(where, expected="TOML", got=str(error)) from error


def build(kind: type[Any], table: Any, *, where: str) -> Any:
    """Return a dataclass from a table: no unknown entries, every value of its field's type."""
    if not isinstance(table, dict):
        raise InputError(where, expected="a table", got=repr(table))
    known = {item.name: str(item.type) for item in fields(kind)}
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise InputError(where, expected=f"only {', '.join(sorted(known))}", got=unknown[0])
    for key, value in table.items():
        _check_value(value, known[key], where=f"{where} {key}")
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in table.items()})


def build_all(
    kind: type[Any], inner: Mapping[str, type[Any]], text: str, *, where: str,
    needed: tuple[str, ...] = (),
) -> Any:  # fmt: skip
    """Return a dataclass from a TOML text, some of whose entries are tables of their own."""
    table = parse(text, where=where)
    for key in inner.keys() & table.keys():
        table[key] = build(inner[key], table[key], where=f"{where} [{key}]")
    missing = [key for key in needed if key not in table]
    if missing:
        raise InputError(where, expected=" and ".join(needed), got=f"no {missing[0]}")
    return build(kind, table, where=where)


def _check_value(value: Any, annotation: str, *, where: str) -> None:
    """Refuse a value of TOML that a field of that type cannot hold."""
    kind = annotation.removesuffix(" | None")
    if kind not in _WORDS:
        return  # a table, which is checked where it is built
    expected, types = _WORDS[kind]
    entries = [value]
    if kind.startswith("tuple"):
        entries = value if isinstance(value, list) else []
        length_fits = len(entries) == 2 if kind == "tuple[float, float]" else entries
        entries = entries if length_fits else [None]
    if not all(isinstance(entry, types) and not isinstance(entry, bool) for entry in entries):
        raise InputError(where, expected=expected, got=repr(value))


def toml_text(value: Any, inner: Mapping[str, type[Any]]) -> str:
    """Return the TOML text that `build_all` turns back into the value."""
    table = asdict(value)
    tables = {key: table.pop(key) for key in inner}
    lines = _lines(table)
    for key, entries in tables.items():
        lines += ["", f"[{key}]", *_lines(entries)]
    return "\n".join(lines) + "\n"


def _lines(table: dict[str, Any]) -> list[str]:
    # TOML has no null, and writes strings, numbers, booleans and flat lists as JSON does
    return [f"{key} = {json.dumps(value)}" for key, value in table.items() if value is not None]
