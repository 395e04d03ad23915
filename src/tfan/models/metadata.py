"""The properties that an ONNX file carries, read without a framework."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_PROPERTIES = 14  # the field of a ModelProto that holds them: entries of key (1) and value (2)
_VARINT, _EIGHT, _COUNTED, _FOUR = 0, 1, 2, 5  # how a field of a protocol buffer is stored


def read_metadata(data: bytes) -> dict[str, str]:
    """Return name -> text of the properties of an ONNX file; none where it is no such file."""
    view = memoryview(data)
    try:
        entries = [dict(_fields(field)) for number, field in _fields(view) if number == _PROPERTIES]
        # a value may be left out where it is empty
        return {str(each[1], "utf-8"): str(each.get(2, b""), "utf-8") for each in entries}
    except (IndexError, KeyError, ValueError):  # whoever runs the file says what is wrong with it
        return {}


def with_metadata(data: bytes, properties: Mapping[str, str]) -> bytes:
    """Return an ONNX file with these properties set; all else stays as it is, byte for byte.

    Raises:
        ValueError: data is no protocol buffer.
    """
    view = memoryview(data)
    kept, start = [], 0
    for number, content, end in _spans(view):
        name = bytes(dict(_fields(content))[1]).decode() if number == _PROPERTIES else None
        if name is None or name not in properties:
            kept.append(bytes(view[start:end]))
        start = end
    entries = (
        _counted(_PROPERTIES, _counted(1, name.encode()) + _counted(2, text.encode()))
        for name, text in properties.items()
    )
    return b"".join([*kept, *entries])


def _counted(number: int, content: bytes) -> bytes:
    """Return a counted field of a message."""
    return _as_varint(number << 3 | _COUNTED) + _as_varint(len(content)) + content


def _as_varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _fields(view: memoryview) -> Iterator[tuple[int, memoryview]]:
    """Yield number and content of the counted fields of a message."""
    return ((number, content) for number, content, _ in _spans(view) if number)


def _spans(view: memoryview) -> Iterator[tuple[int, memoryview, int]]:
    """Yield number, content and end of every field; number 0 where it is not a counted one."""
    at = 0
    while at < len(view):
        tag, at = _number(view, at)
        kind = tag & 7
        if kind == _VARINT:
            _, at = _number(view, at)
            yield 0, view[at:at], at
        elif kind == _COUNTED:
            length, at = _number(view, at)
            if at + length > len(view):
                raise ValueError("cut short")
            yield tag >> 3, view[at : at + length], at + length
            at += length
        elif kind in (_EIGHT, _FOUR):
            at += 8 if kind == _EIGHT else 4
            yield 0, view[at:at], at
        else:
            raise ValueError("no protocol buffer")


def _number(view: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = view[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
        if shift > 63:
            raise ValueError("no protocol buffer")
