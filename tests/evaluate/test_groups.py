from __future__ import annotations

import numpy as np
import pytest

from tfan.evaluate.groups import (
    GROUPS,
    SIZES_PX,
    TILTS_DEG,
    UNSAID,
    WORDS,
    YAWS_DEG,
    Case,
    Group,
    in_order,
    said,
)
from tfan.evaluate.sample import Sample, TrueFace
from tfan.thermal.interpret import Reading

GREY = Reading("pixel", "8-bit levels", "test")
LABEL = {group.name: group.label for group in GROUPS}


def case(
    *,
    box=(20, 10, 40, 50),
    eyes=((25, 25), (35, 25)),
    answer=None,
    reading=GREY,
    n_faces=1,
    **words,
) -> Case:
    names = ("right_eye", "left_eye")
    truth = TrueFace(np.array(box, float), names, np.array(eyes, float))
    sample = Sample("a.png", lambda: None, (truth,) * n_faces, attributes=words)
    return Case(sample, truth, answer, reading, (60, 80))


@pytest.mark.parametrize(
    ("group", "words", "label"),
    [
        ("glasses", {"pose": "frontal cap+glasses"}, "glasses"),
        ("glasses", {"pose": "frontal glasses up"}, "pushed up"),
        ("glasses", {"notes": "sunglasses"}, "glasses"),
        ("glasses", {"notes": "glassy"}, UNSAID),
        ("mask", {"notes": "background masked"}, UNSAID),
        ("mask", {"wear": "FFP2 mask"}, "mask"),
        ("hat or hair", {"pose": "frontal cap+glasses"}, "hat"),
        ("hat or hair", {"pose": "frontal beard"}, "beard"),
        ("pose", {"pose": "near profile left"}, "near profile"),
        ("pose", {"pose": "3/4 right"}, "three-quarter"),
        ("camera", {"camera": "FLIR ONE"}, "FLIR ONE"),
        ("camera", {}, UNSAID),
    ],
)
def test_words_give_the_label(group, words, label):
    assert LABEL[group](case(**words)) == label


class Turned:
    """An answer that knows its pose."""

    def __init__(self, yaw_deg):
        self.pose_deg = np.array([yaw_deg, 0, 0], np.float32)


def test_the_found_pose_counts_where_words_say_nothing_or_two_things():
    label = LABEL["pose"]
    assert label(case(answer=Turned(-50))) == "near profile"
    assert label(case(pose="frontal glasses / profile", answer=Turned(10))) == "frontal"
    assert label(case(pose="frontal", answer=Turned(80))) == "frontal"
    assert label(case(pose="various")) == UNSAID


def test_a_group_without_words_knows_them_from_the_table():
    assert {name for name in WORDS if name != "pose"} <= set(LABEL)
    for name, patterns in WORDS.items():
        assert said(name, case(notes="nothing of that")) == UNSAID, patterns


@pytest.mark.parametrize(("bands"), [SIZES_PX, YAWS_DEG, TILTS_DEG])
def test_bands_hold_their_lower_ends(bands):
    assert len(bands.labels) == len(bands.edges) + 1
    assert list(bands.edges) == sorted(bands.edges)
    for edge, below, above in zip(bands.edges, bands.labels, bands.labels[1:], strict=False):
        assert bands.label(edge) == above
        assert bands.label(np.nextafter(edge, -np.inf)) == below


def test_face_size_is_that_of_the_normaliser():
    assert LABEL["face size"](case(box=(0, 0, 16, 64))) == "32-64 px"  # sqrt(16 * 64) = 32


def test_values_by_the_reading():
    label = LABEL["values"]
    assert label(case()) == "grey"
    assert label(case(reading=Reading("temperature", "kelvin", "test"))) == "radiometric"
    assert label(case(reading=Reading("pixel", "8-bit levels", "test", "palette"))) == "palette"
    other = Reading("pixel", "8-bit levels", "test", "luminance")
    assert label(case(reading=other)) == "other colours"


def test_tilt_by_the_annotated_eyes():
    label = LABEL["head tilt"]
    assert label(case()) == "< 5 deg"
    assert label(case(eyes=((25, 25), (35, 35)))) == "> 30 deg"  # 45 degrees
    assert label(case(eyes=((35, 25), (25, 25)))) == "> 30 deg"  # upside down
    assert label(case(eyes=((np.nan, np.nan), (35, 25)))) == UNSAID


def test_place_by_the_nearest_edge():
    label = LABEL["place in the image"]
    assert label(case()) == "inside"
    assert label(case(box=(20, 0, 40, 50))) == "at the edge"
    assert label(case(box=(20, 10, 80, 50))) == "at the edge"


def test_faces_in_the_image():
    assert [LABEL["faces in the image"](case(n_faces=n)) for n in (1, 2, 3, 4)] == [
        "1 face", "2-3 faces", "2-3 faces", "4 or more",
    ]  # fmt: skip


def test_labels_keep_the_groups_order_and_unknown_ones_follow():
    group = Group("g", lambda case: "", ("big", "small"))
    assert in_order(group, ["x", "small", "a", "big", "small"]) == ["big", "small", "a", "x"]
