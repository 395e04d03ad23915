"""The changes put on real pictures, and what counts as found in a changed one."""

from __future__ import annotations

import json
from importlib import import_module
from importlib.resources import files

import numpy as np
import pytest

from tfan.evaluate import Sample, TrueFace
from tfan.evaluate.named_points import FIVE, named_points
from tfan.io import read_image, write_png
from tfan.types import AnyArray

HW = (120, 160)
MARK = (60.5, 80.5)  # the centre of a pixel, in image coordinates
KINDS = ("8-bit", "16-bit", "colour")
KEEP_16_BIT = {
    "none", "flipped", "x 2", "x 1.5", "x 0.75", "x 0.5", "rotated +15°", "rotated -15°",
    "rotated +30°", "rotated -30°", "15 % wider", "15 % taller", "padded by 50 %", "letterbox",
    "noise 2 %", "noise 5 %", "blur 0.7 px", "blur 1.5 px", "written over",
}  # fmt: skip


@pytest.fixture
def tool():
    return import_module("measure_changed_real")


@pytest.fixture
def changes():
    return import_module("picture_changes").CHANGES


def picture(kind: str, *, marked: bool = False) -> AnyArray:
    """A soft ground from 60 to 140 levels, with a bright spot of some pixels around MARK."""
    y, x = np.mgrid[: HW[0], : HW[1]] + 0.5
    levels = 100 + 40 * np.sin(x / 23) * np.cos(y / 31)
    levels[:4, :4], levels[-4:, -4:] = 0, 250  # the span of levels is the same with the spot
    if marked:
        levels += 60 * np.exp(-((x - MARK[0]) ** 2 + (y - MARK[1]) ** 2) / (2 * 4**2))
    if kind == "16-bit":
        return np.rint(29000 + 10 * levels).astype(np.uint16)
    grey = np.rint(levels).astype(np.uint8)
    return grey if kind == "8-bit" else np.stack([255 - grey, grey, grey // 2], axis=-1)


def applied(change, kind, *, marked=False):
    return change.apply(picture(kind, marked=marked), np.random.default_rng(3))


def wanted(change, kind) -> bool:
    return kind != "colour" or not change.grey_only


def spot_px(bare: AnyArray, marked: AnyArray, *, above: float) -> AnyArray:
    """Return the middle, in image coordinates, of where two pictures differ by that share."""
    gap = np.abs(marked.astype(float) - bare)
    gap = gap if gap.ndim == 2 else gap.sum(axis=2)
    y, x = np.mgrid[: gap.shape[0], : gap.shape[1]] + 0.5
    weight = np.where(gap > above * gap.max(), gap, 0)
    return np.array([(x * weight).sum(), (y * weight).sum()]) / weight.sum()


def test_every_change_has_a_name_of_its_own(changes):
    assert len({change.name for change in changes}) == len(changes)
    assert changes[0].name == "none"


@pytest.mark.parametrize("kind", KINDS)
def test_matrices_take_a_spot_to_where_the_picture_shows_it(tool, changes, kind):
    for change in changes:
        if wanted(change, kind):
            bare, _ = applied(change, kind)
            marked, matrix = applied(change, kind, marked=True)
            moves = not np.array_equal(matrix, np.eye(2, 3))
            # tones and JPEG bend the spot, but move nothing; half a pixel too much would show
            off = spot_px(bare, marked, above=0.12 if moves else 0.5)
            off = off - tool.moved(np.array(MARK), matrix)
            assert np.abs(off).max() < (0.05 if moves else 0.75), (change.name, off)


@pytest.mark.parametrize("kind", KINDS)
def test_pictures_keep_their_type_where_they_can_and_the_size_that_the_matrix_says(changes, kind):
    before = picture(kind)
    for change in changes:
        if not wanted(change, kind):
            continue
        new, matrix = change.apply(before, np.random.default_rng(3))
        keeps = change.name in KEEP_16_BIT
        assert new.dtype == (before.dtype if keeps else np.uint8), change.name
        assert new.ndim == (3 if change.grey_only else before.ndim), change.name
        if "letterbox" not in change.name and "padded" not in change.name:
            size = np.abs(matrix[:, :2]) @ HW[::-1] if "rotated" not in change.name else HW[::-1]
            assert np.allclose(new.shape[1::-1], size), change.name
        assert np.array_equal(before, picture(kind)), f"{change.name} wrote into what it was given"


@pytest.mark.parametrize("kind", KINDS)
def test_changes_are_the_same_each_time_and_all_but_the_first_change_something(changes, kind):
    for change in changes:
        if wanted(change, kind):
            one, again = applied(change, kind)[0], applied(change, kind)[0]
            assert np.array_equal(one, again), change.name
            same = np.array_equal(one, picture(kind))
            assert same == (change.name == "none"), change.name


def test_noise_comes_from_the_generator_alone(changes):
    (noise,) = (change for change in changes if change.name == "noise 2 %")
    image = picture("16-bit")
    one, other = (noise.apply(image, np.random.default_rng(seed))[0] for seed in (1, 2))
    assert not np.array_equal(one, other)
    spread = (one.astype(float) - image).std()
    assert spread == pytest.approx(0.02 * np.ptp(np.percentile(image, [0.5, 99.5])), rel=0.03)


def test_alpha_and_equal_channels_are_left_away(tool):
    grey = picture("8-bit")
    alpha = np.full(HW, 255, np.uint8)
    assert np.array_equal(tool.plain(np.stack([grey, grey, grey, alpha], axis=-1)), grey)
    colour = picture("colour")
    assert np.array_equal(tool.plain(np.dstack([colour, alpha])), colour)


def test_each_box_is_used_once_and_pairs_are_the_nearest(tool):
    faces, sizes = np.array([[50.0, 50], [70, 50], [200, 200]]), np.array([50.0, 50, 20])
    # the first box lies near both faces, nearer to the second; the last is .5 sizes from its face
    boxes = np.array([[62.0, 50], [69, 50], [210, 200], [150, 50]])
    assert tool.matched(faces, sizes, boxes) == {0: 0, 1: 1}
    assert tool.matched(faces, sizes, boxes[:1]) == {1: 0}
    assert tool.matched(faces, sizes, np.zeros((0, 2))) == {}
    assert tool.matched(faces[2:], sizes[2:], np.array([[208.9, 200]])) == {0: 0}


class Answer:
    """A face of 70 points, all of which lie at one place but the eyes."""

    scheme = "facesynthetics70"

    def __init__(self, box_px, right_eye_px=None, left_eye_px=None) -> None:
        self.box_px = np.array(box_px, np.float32)
        middle = (self.box_px[:2] + self.box_px[2:]) / 2
        self.points_px = np.repeat(middle[None], 70, axis=0)
        if right_eye_px is not None:
            self.points_px[68], self.points_px[69] = right_eye_px, left_eye_px


def sample(*faces: TrueFace, partial: bool = False) -> Sample:
    return Sample("one", lambda: np.zeros(HW, np.uint8), faces, partial)


def true_face(box_px, **points_px) -> TrueFace:
    return TrueFace(
        np.array(box_px, float), tuple(points_px), np.array(list(points_px.values())).reshape(-1, 2)
    )


def test_a_mirrored_face_has_its_right_eye_where_the_left_one_was(tool, changes):
    (flip,) = (change for change in changes if change.name == "flipped")
    _, matrix = flip.apply(np.zeros(HW, np.uint8), np.random.default_rng(3))
    face = true_face([40, 40, 80, 80], right_eye=[50.0, 50.0], left_eye=[70.0, 52.0])
    there = tool.true_points(face, matrix)
    assert np.array_equal(there[:2], [[90, 52], [110, 50]])  # right, left; 160 wide
    assert np.isnan(there[2:]).all()
    answer = Answer([80, 40, 120, 80], [90, 52], [110, 54])
    seen = tool.judged(sample(face), [answer], matrix, HW)
    assert (seen.faces, seen.found, seen.false) == (1, 1, 0)
    assert seen.errors == pytest.approx([4 / 2 / 40])


def test_faces_that_left_the_picture_do_not_count_and_neither_do_their_boxes(tool):
    gone = true_face([-30, 20, 20, 70])  # its centre lies 5 px outside
    here = true_face([60, 20, 100, 60])
    answers = [Answer([-28, 20, 22, 70]), Answer([110, 80, 150, 119])]
    seen = tool.judged(sample(gone, here), answers, np.eye(2, 3), HW)
    assert (seen.faces, seen.found, seen.false, seen.errors) == (1, 0, 1, ())
    seen = tool.judged(sample(gone, here, partial=True), answers, np.eye(2, 3), HW)
    assert seen.false is None


def test_a_row_counts_false_faces_only_where_every_face_is_annotated(tool):
    seen = [
        tool.Judged(2, 1, 3, (0.05,)),
        tool.Judged(2, 2, None, (0.15, 0.04)),
        tool.Judged(0, 0, 0, ()),
    ]
    row = tool.summary(seen)
    assert (row["pictures"], row["faces"], row["recall"]) == (3, 4, 0.75)
    assert row["false_per_img"] == 1.5
    assert row["nme5"] == pytest.approx(0.08)
    assert row["nme5_median"] == 0.05
    assert row["above"] == pytest.approx(1 / 3)
    empty = {"change": "palette JET", **tool.summary([])}
    assert empty["recall"] is None
    mean = tool.mean_row([{"change": "none", **row}, empty])
    assert mean["recall"] == 0.75  # what nothing is known of does not count
    text = tool.table([{"change": "none", **row}, empty])
    assert text.splitlines()[2] == "| none | 4 | 0.750 | 1.500 | 0.0800 | 0.0500 | 0.333 |"
    assert text.splitlines()[3] == "| palette JET | 0 | - | - | - | - | - |"
    assert text.splitlines()[4].startswith("| mean | - | 0.750 |")


@pytest.fixture
def annotated(tmp_path):
    """The shipped frame, whole and as an 8-bit cut-out, annotated with what tfan finds on it."""
    from tfan import load_pipeline

    frame = read_image(str(files("tfan") / "data" / "demo_frame.tiff"))
    (face,) = load_pipeline(threads=1).detect(frame)
    corner = np.array([100, 20])
    cut = frame[corner[1] :, corner[0] : 560]
    low, high = np.percentile(frame, [0.5, 99.5])
    grey = np.clip((cut - low) / (high - low) * 255, 0, 255).astype(np.uint8)
    folder = tmp_path / "pictures"
    write_png(folder / "images" / "grey.png", grey)
    np.save(folder / "images" / "frame.npy", frame)
    entries = {
        name: {"faces": [_entry(face, shift)]}
        for name, shift in (("frame.npy", np.zeros(2)), ("grey.png", corner))
    }
    (folder / "annotations.json").write_text(json.dumps({"images": entries}), encoding="utf-8")
    return folder


def _entry(face, shift) -> dict:
    box = (face.box_px.reshape(2, 2) - shift).reshape(-1).astype(float).tolist()
    points = zip(FIVE, (named_points(face, FIVE) - shift).tolist(), strict=True)
    return {"box": box, **dict(points)}


def test_the_shipped_frame_is_found_in_spite_of_mild_changes(tool, annotated, tmp_path, capsys):
    mild = ["none", "flipped", "x 0.75", "rotated +15°", "inverted", "noise 2 %", "JPEG 50",
            "palette INFERNO", "padded by 50 %", "letterbox", "written over"]  # fmt: skip
    out = tmp_path / "out"
    tool.main([str(annotated), "--out", str(out), "--looks", "1", "--only", *mild])
    record = json.loads((out / "changed.json").read_text(encoding="utf-8"))
    assert {row["change"] for row in record["changes"]} == set(mild)
    for row in record["changes"]:
        assert (row["faces"], row["recall"]) == (2, 1.0), row
        assert row["false_per_img"] == 0, row
        assert row["nme5"] < 0.06, row
    assert record["mean"]["recall"] == 1.0
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].startswith("| change | faces | recall | false/img |")
    assert printed.strip() in (out / "changed.md").read_text(encoding="utf-8")
