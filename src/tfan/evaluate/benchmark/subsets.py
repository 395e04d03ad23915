"""The parts of a set in which faces are counted: by what the set says, and by size."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tfan.evaluate.groups import SIZES_PX, UNSAID
from tfan.evaluate.sample import NAMED, Sample, TrueFace

MOST_PARTS = 12
"""Words with more different values than this part no set: names of files, places, remarks."""

OF_THE_FILE = ("licence", "commit", "file", "origin", "sha256", "url")
"""Words that say where an image comes from, not what is on it."""
SIZE, SCHEME = "face size", "annotated as"


def image_labels(sample: Sample) -> dict[str, str]:
    """Return subset -> the part in which an image is; what the set does not say is left out."""
    words = {
        "split": sample.split,
        "condition": sample.condition,
        "subject": sample.subject,
        **sample.attributes,
    }
    return {name: str(word) for name, word in words.items() if word and name not in OF_THE_FILE}


def face_labels(sample: Sample, truth: TrueFace) -> dict[str, str]:
    """Return subset -> the part in which a face is: its own words go before its image's."""
    labels = image_labels(sample) | {name: str(word) for name, word in truth.attributes.items()}
    if truth.scheme != NAMED:
        labels[SCHEME] = truth.scheme
    return labels | {SIZE: SIZES_PX.label(truth.size_px)}


def parts_of(labels: Sequence[Mapping[str, str]]) -> dict[str, dict[str, list[int]]]:
    """Return subset -> part -> which of the faces (or images), by number, are in it.

    Args:
        labels: of each.

    A subset is given where it has 2 to MOST_PARTS parts; those of which it says nothing are one.
    Of two words that part them alike, such as a camera and its resolution, the first is given.
    """
    names = dict.fromkeys(name for each in labels for name in each)
    found: dict[str, dict[str, list[int]]] = {}
    seen: set[frozenset[tuple[int, ...]]] = set()
    for name in names:
        parts: dict[str, list[int]] = {}
        for number, each in enumerate(labels):
            parts.setdefault(each.get(name, UNSAID), []).append(number)
        division = frozenset(map(tuple, parts.values()))
        if 2 <= len(parts) <= MOST_PARTS and division not in seen:
            seen.add(division)
            found[name] = {part: parts[part] for part in _ordered(name, parts)}
    return found


def _ordered(name: str, parts: Mapping[str, object]) -> list[str]:
    if name == SIZE:
        return [label for label in SIZES_PX.labels if label in parts]
    return sorted(parts, key=lambda part: (part == UNSAID, _numbers_first(part)))


def _numbers_first(word: str) -> tuple[int, float, str]:
    """Return a key by which 2 comes before 10."""
    try:
        return 0, float(word), word
    except ValueError:
        return 1, 0.0, word
