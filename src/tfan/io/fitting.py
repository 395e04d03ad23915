"""Whether what a caller asked of a source applies to each frame of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tfan.errors import InputError
from tfan.io.recording import Damage, Recording, Stored, Wishes
from tfan.io.units import NAMED, OF_DEGREES


@dataclass(frozen=True, slots=True)
class Misfit(Damage):
    """A frame that is whole but cannot have what was asked for.

    Attributes:
        what: was asked for; this and the others make the error where no frame can have it.
        expected: in place of such frames.
        all_are: what all frames are then.
        fix: what to do about it.
    """

    what: str
    expected: str
    all_are: str
    fix: str = ""

    def error(self) -> InputError:
        """Return what is to be raised where no frame can have it."""
        return InputError(self.what, expected=self.expected, got=self.all_are, fix=self.fix)


def fitting_frames(
    recording: Recording, wishes: Wishes, source: str, start: int
) -> Iterator[Stored | Damage]:
    """Yield the frames of a recording from a number on, a Misfit where wishes cannot be met.

    Folders may mix pictures: one odd among them costs no other its place.

    Args:
        recording: what is read.
        wishes: what was asked for.
        source: name of the source, for the error.
        start: number of the first frame.
    """
    for item in recording.frames(start):
        if isinstance(item, Damage):
            yield item
        elif wishes.scene and not item.corrected:
            yield _uncorrected(item, ", ".join(wishes.scene), source, recording.kind)
        elif _asks_numbers_of_colours(item, wishes.unit):
            yield _colours(item, wishes.unit)
        else:
            yield item


def _asks_numbers_of_colours(item: Stored, unit: str) -> bool:
    settled = item.corrected and unit in OF_DEGREES
    return unit in NAMED and item.values.ndim != 2 and not settled


def _uncorrected(item: Stored, given: str, source: str, kind: str) -> Misfit:
    return Misfit(
        item.index,
        _named(item, f"no raw counts with the camera's constants that {given} needs"),
        what=f"{source} with {given}",
        expected="raw counts and the camera's constants",
        all_are=f"{kind}, in which the correction is done or cannot be",
        fix=f"Leave out {given}.",
    )


def _colours(item: Stored, unit: str) -> Misfit:
    got, expected = f"a colour picture {item.values.shape}", "one number a pixel"
    return Misfit(
        item.index,
        _named(item, f"{got} in place of {expected}"),
        what=f"unit={unit!r}",
        expected=expected,
        all_are=got,
    )


def _named(item: Stored, got: str) -> str:
    file = item.camera.get("file")
    return f"{file}: {got}" if file else got
