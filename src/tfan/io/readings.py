"""What the frames of one source mean: decided once for all of a kind, by one that holds values."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tfan.io.recording import Damage, Stored
from tfan.io.units import UNDECIDED, read_as
from tfan.thermal.interpret import Reading
from tfan.types import AnyArray

MOST_HELD = 256  # frames: about half a minute at 9 Hz, after which nobody waits for a camera

Kind = tuple[np.dtype[Any], int]


@dataclass(frozen=True, slots=True, eq=False)
class _Held:
    """A frame of one value everywhere, without its pixels.

    Attributes:
        stored: the frame with one pixel.
        shape: of all its values.
    """

    stored: Stored
    shape: tuple[int, ...]

    def whole(self) -> Stored:
        """Return the frame as it was."""
        return replace(
            self.stored, values=np.array(np.broadcast_to(self.stored.values, self.shape))
        )


class Readings:
    """Readings of the frames of one source: units do not change in it.

    A frame of one value everywhere, such as cameras give while they start, decides nothing unless
    that is a temperature: the first that holds values does, for those before it too.
    """

    def __init__(self, unit: str) -> None:
        """Take the unit that was asked for, see `tfan.io.units.read_as`."""
        self._unit = unit
        self._known: dict[tuple[Any, ...], Reading] = {}
        self._of_kind: dict[Kind, Reading] = {}
        self._silent: set[Kind] = set()  # kinds of which frames were seen that decide nothing
        self._waits = True

    def of(self, stored: Stored) -> Reading:
        """Return what the values of a frame mean, and why."""
        kind = stored.values.dtype, stored.values.ndim
        key = (*kind, stored.said, stored.why)
        if key in self._known:
            return self._known[key]
        reading = read_as(stored, self._unit)
        if self._decides_nothing(stored, reading):
            self._silent.add(kind)
            return self._of_kind.get(kind, reading)
        if kind in self._silent:
            why = f"{reading.reason} in frame {stored.index}, the first that holds values"
            reading = replace(reading, reason=why)
        self._known[key] = reading
        self._of_kind.setdefault(kind, reading)
        return reading

    def settled(self, items: Iterator[Stored | Damage]) -> Iterator[Stored | Damage]:
        """Yield the items in their order, those held back that wait for a frame that decides.

        At most MOST_HELD wait, without their pixels; then nothing of this source waits any more.
        """
        held: list[_Held | Damage] = []
        for item in items:
            waiting: _Held | Damage | None = self._held(item)
            if isinstance(item, Damage) and held:
                waiting = item
            if waiting is not None and len(held) < MOST_HELD:
                held.append(waiting)
                continue
            if waiting is not None:
                self._waits = False
            if isinstance(item, Stored):
                self.of(item)
            yield from map(_whole, held)
            held.clear()
            yield item
        yield from map(_whole, held)

    def _held(self, item: Stored | Damage) -> _Held | None:
        """Return what is kept of a frame that must wait; None where it need not."""
        if isinstance(item, Damage) or not self._waits:
            return None
        kind = item.values.dtype, item.values.ndim
        if kind in self._of_kind or not _is_plain(item.values):
            return None
        if not self._decides_nothing(item, self.of(item)):
            return None
        return _Held(replace(item, values=item.values[:1, :1].copy()), item.values.shape)

    def _decides_nothing(self, stored: Stored, reading: Reading) -> bool:
        if self._unit != "auto" or stored.counts or reading.scale is not None:
            return False
        if UNDECIDED in reading.reason:
            return True
        levels = stored.values.dtype == np.uint8 and stored.values.ndim == 2  # whatever they hold
        return not levels and _is_plain(stored.values)


def _whole(item: _Held | Damage) -> Stored | Damage:
    return item.whole() if isinstance(item, _Held) else item


def _is_plain(values: AnyArray) -> bool:
    """Whether all pixels are the same; NaN is like NaN."""
    first = values[:1, :1]
    same = values == first
    if values.dtype.kind == "f":
        same |= np.isnan(values) & np.isnan(first)
    return bool(same.all())
