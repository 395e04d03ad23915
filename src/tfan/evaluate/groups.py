"""The groups in which faces are counted: a name, a label for each face, the labels' order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from tfan.evaluate.sample import Sample, TrueFace
from tfan.thermal.interpret import Reading
from tfan.types import Face

UNSAID = "not said"


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """What a group's label may depend on.

    Attributes:
        answer: the face that was found in its place, or None.
        hw: height and width of the image in pixels.
    """

    sample: Sample
    truth: TrueFace
    answer: Face | None
    reading: Reading
    hw: tuple[int, int]

    def word(self, key: str) -> str:
        """Return what is said about the face, or else about its image; "" if nothing is."""
        return self.truth.attributes.get(key) or self.sample.attributes.get(key, "")


@dataclass(frozen=True, slots=True)
class Group:
    """One way to part the faces.

    Attributes:
        label: tells in which part a face is.
        order: labels in the order of the report; others follow by the alphabet.
    """

    name: str
    label: Callable[[Case], str]
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bands:
    """Ranges of a number, the last one open.

    Attributes:
        edges: (B,) rising lower ends of all bands but the first.
        labels: (B + 1,).
    """

    edges: tuple[float, ...]
    labels: tuple[str, ...]

    def label(self, value: float) -> str:
        """Return the label of the band that holds the value."""
        return self.labels[int(np.searchsorted(self.edges, value, side="right"))]


SIZES_PX = Bands((32, 64, 128, 256), ("< 32 px", "32-64 px", "64-128 px", "128-256 px", "> 256 px"))
YAWS_DEG = Bands((20, 45, 70), ("frontal", "three-quarter", "near profile", "profile"))
TILTS_DEG = Bands((5, 15, 30), ("< 5 deg", "5-15 deg", "15-30 deg", "> 30 deg"))
COUNTS = Bands((2, 4), ("1 face", "2-3 faces", "4 or more"))

# First pattern that the words hold wins; the words are those of the columns in _WORD_COLUMNS.
WORDS: Mapping[str, Mapping[str, str]] = {
    "pose": {
        "near profile": r"\bnear[- ]profile\b",
        "profile": r"\bprofile\b",
        "three-quarter": r"\b3/4\b|\bthree[- ]quarters?\b",
        "frontal": r"\bfrontal\b",
    },
    "glasses": {
        "pushed up": r"\bglasses up\b",
        "glasses": r"(?<!\bno )(?<!\bwithout )\b(sun)?(glasses|goggles|spectacles)\b",
    },
    "mask": {"mask": r"(?<!\bno )(?<!\bwithout )\b(face|surgical)?masks?\b|\brespirator\b"},
    "hat or hair": {
        "hat": r"\b(hat|cap|hood|helmet|beanie|turban|headscarf)\b",
        "beard": r"\b(beard|moustache)\b",
        "hair over the face": r"\b(fringe|bangs|long hair)\b",
    },
}
_WORD_COLUMNS = ("pose", "wear", "notes")


def words_of(case: Case) -> str:
    """Return all words about a face or its image, in small letters."""
    return " | ".join(case.word(column) for column in _WORD_COLUMNS).lower()


def said(name: str, case: Case) -> str:
    """Return the label of WORDS[name] that the words about a face hold."""
    words = words_of(case)
    return next((label for label, p in WORDS[name].items() if re.search(p, words)), UNSAID)


def _pose(case: Case) -> str:
    """Words where they are plain; the found head pose where they say nothing or two things."""
    words = words_of(case)
    label = said("pose", case)
    plain = sum(bool(re.search(WORDS["pose"][p], words)) for p in ("profile", "frontal")) < 2
    if plain and label != UNSAID:
        return label
    pose_deg = getattr(case.answer, "pose_deg", None)
    return UNSAID if pose_deg is None else YAWS_DEG.label(abs(float(pose_deg[0])))


def _values(case: Case) -> str:
    if case.reading.meaning == "temperature":
        return "radiometric"
    words = {"palette": "palette", "luminance": "other colours"}
    return words.get(case.reading.channels, "grey")


def _tilt(case: Case) -> str:
    across = np.diff(case.truth.points(("right_eye", "left_eye")), axis=0)[0]
    if not np.isfinite(across).all() or not across.any():
        return UNSAID
    return TILTS_DEG.label(float(abs(np.degrees(np.arctan2(across[1], across[0])))))


def _room(case: Case) -> str:
    left, top, right, bottom = case.truth.box_px
    margin = 0.03 * case.truth.size_px
    height, width = case.hw
    inside = min(left, top) > margin and right < width - margin and bottom < height - margin
    return "inside" if inside else "at the edge"


def _words_group(name: str) -> Group:
    return Group(name, lambda case: said(name, case), (*WORDS[name], UNSAID))


GROUPS = (
    Group("camera", lambda case: case.word("camera") or UNSAID),
    Group("values", _values, ("radiometric", "grey", "palette", "other colours")),
    Group("pose", _pose, YAWS_DEG.labels),
    Group("head tilt", _tilt, TILTS_DEG.labels),
    Group("face size", lambda case: SIZES_PX.label(case.truth.size_px), SIZES_PX.labels),
    Group("place in the image", _room, ("inside", "at the edge")),
    _words_group("glasses"),
    _words_group("mask"),
    _words_group("hat or hair"),
    Group("annotated", lambda case: "sure" if case.truth.sure else "approximate",
          ("sure", "approximate")),
    Group("faces in the image", lambda case: COUNTS.label(len(case.sample.faces)), COUNTS.labels),
)  # fmt: skip


def in_order(group: Group, labels: Iterable[str]) -> list[str]:
    """Return the labels that occur, in the group's order."""
    rest = sorted(set(labels) - set(group.order))
    return [*(label for label in group.order if label in set(labels)), *rest]
