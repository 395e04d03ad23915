"""Data sets become shards: the right pixels, the right labels, nobody on both sides."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.sample import Sample, TrueFace
from tfan.geometry.head_pose import mean_head
from tfan.landmarks import load_scheme
from tfan.train.cuts import five_of
from tfan.train.gather import gather
from tfan.train.partial import N_GUESSED, targets_of
from tfan.train.sources import Source

HW = (120, 160)
DOT_PX = 1.5  # how far the brightest spot of a cut may lie from its label
FIVE = load_scheme("tfw5").names


def _five(centre, size):
    """Return (5, 2) the five points of an upright face, in image coordinates."""
    head = mean_head().points_cm[load_scheme("mediapipe478").five, :2] * [1, -1]
    return head / np.sqrt(np.ptp(head, axis=0).prod()) * size + centre


def _sample(number, *, subject="", missing=False, broken=False, size=30.0, **words):
    points = _five((90 + number % 7, 60), size)
    image = np.full(HW, 20, np.uint8)
    spot = np.round(points[2] - 0.5).astype(int)  # the nose shines
    cv2.circle(image, tuple(int(v) for v in spot), 2, 250, -1)
    if missing:
        points = np.where(np.arange(5)[:, None] == 0, np.nan, points)

    def read():
        if broken:
            raise InputError(f"{number}.png", expected="an image", got="noise")
        return image

    box = np.array([60.0, 20, 120, 100])
    face = TrueFace(box, FIVE, points, scheme="tfw5", visible=None)
    return Sample(f"{number}.png", read, (face,), subject=subject, **words)


def _gather(samples, out, *, what="faces", **options):
    source = Source("tfw", out / "set", **options)
    return gather(source, out, what=what, open_samples=lambda _: samples)


def _columns(folder, what="faces"):
    with np.load(folder / f"{what}-00000.npz") as archive:
        return dict(archive)


def test_labels_move_with_their_pixels(tmp_path):
    columns = _columns(_gather([_sample(n) for n in range(6)], tmp_path).folder)
    assert columns["images"].shape == (6, 176, 176)
    noses = columns["points_px"][:, 478 + 2]  # of the 478: the nose tip is their mean
    for image, nose in zip(columns["images"], noses, strict=True):
        y, x = np.unravel_index(cv2.GaussianBlur(image, (0, 0), 3).argmax(), image.shape)
        assert np.hypot(x - nose[0], y - nose[1]) < DOT_PX
    assert set(columns["visible"].ravel()) == {-1}  # the set says nothing of it
    assert columns["known"].all()


def test_a_missing_point_is_guessed_and_not_known(tmp_path):
    whole = _columns(_gather([_sample(0)], tmp_path / "a").folder)
    part = _columns(_gather([_sample(0, missing=True)], tmp_path / "b").folder)
    eyes = [0, 5]  # the right eye, among the 478 and among the 70
    assert part["known"][0].tolist() == [i not in eyes for i in range(10)]
    away = np.linalg.norm(part["points_px"][0, 478] - whole["points_px"][0, 478])
    assert 0 < away < 8  # of 84 across a face


def test_everybody_is_on_one_side(tmp_path):
    samples = [_sample(n, subject=f"person {n % 12}") for n in range(36)]
    gathered = _gather(samples, tmp_path, val=0.4)
    people = gathered.report["people"]
    assert people["train"] + people["val"] == 12
    assert 0 < people["val"] < 12
    counts = gathered.report["counts"]
    assert (counts["train"], counts["val"]) == (3 * people["train"], 3 * people["val"])
    assert len(_columns(gathered.val)["images"]) == counts["val"]


def test_all_pictures_of_one_entry_of_t_fake_are_on_one_side(tmp_path):
    names = {}
    for kind in ("{:06d}.png", "{:06d}_thermal.png"):
        samples = [_renamed(_sample(n), kind.format(n)) for n in range(20)]
        report = _gather(samples, tmp_path / kind, val=0.4).report
        names[kind] = (report["counts"], report["people or samples"])
    assert len({json.dumps(said) for said in names.values()}) == 1


def _renamed(sample, name):
    return Sample(name, sample.read, sample.faces)


def test_what_is_damaged_or_too_small_is_left_out_and_told(tmp_path):
    samples = [_sample(0), _sample(1, broken=True), _sample(2, size=3.0)]
    report = _gather(samples, tmp_path).report
    assert report["counts"]["train"] == 1
    assert report["left out"] == {"unusable": 1, "no face with enough points and pixels": 1}
    with pytest.raises(InputError, match=r"faces to train on, got 1\.png: expected an image"):
        _gather(samples[1:2], tmp_path / "none")


def test_split_condition_and_limit_choose(tmp_path):
    samples = [_sample(n, split="train" if n % 2 else "test", condition="indoor") for n in range(9)]
    chosen = _gather(samples, tmp_path / "a", split="train", condition="indoor")
    assert chosen.report["counts"]["train"] == 4
    assert _gather(samples, tmp_path / "b", limit=3).report["counts"]["train"] == 3
    with pytest.raises(InputError):
        _gather(samples, tmp_path / "c", condition="outdoor")


def test_what_was_gathered_is_found_again_and_what_was_not_finished_is_not(tmp_path):
    first = _gather([_sample(0)], tmp_path)
    again = _gather([], tmp_path)  # nothing is read
    assert (again.folder, again.report) == (first.folder, first.report)
    (first.folder / "gathered.json").unlink()
    assert _gather([_sample(0), _sample(1)], tmp_path).report["counts"]["train"] == 2


def test_scenes_hold_boxes_and_points_where_they_are(tmp_path):
    columns = _columns(
        _gather([_sample(0, missing=True)], tmp_path, what="scenes").folder, "scenes"
    )
    assert columns["size_hw"].tolist() == [[216, 288]]
    scale = 288 / 160
    assert columns["boxes_px"][0, 0] == pytest.approx(
        np.array([60, 20, 120, 100]) * scale - 0.5, abs=1e-3
    )
    five = columns["five_px"][0, 0]
    assert np.isnan(five[0]).all()
    y, x = np.unravel_index(cv2.GaussianBlur(columns["images"][0], (0, 0), 3).argmax(), (288, 288))
    assert np.hypot(*(five[2] - [x, y])) < DOT_PX
    assert columns["kind"][0].tolist() == [1] + [-1] * 11
    assert columns["boxed"][0, 0] == columns["complete"][0] == 1


def test_a_guessed_box_and_an_unfinished_annotation_are_marked(tmp_path):
    sample = _sample(0)
    face = TrueFace(
        sample.faces[0].box_px, FIVE, sample.faces[0].points_px, scheme="tfw5", box_given=False
    )
    partly = Sample("x.png", sample.read, (face,), partial=True)
    columns = _columns(_gather([partly], tmp_path, what="scenes").folder, "scenes")
    assert columns["boxed"][0, 0] == columns["complete"][0] == 0
    left, top, right, bottom = (columns["boxes_px"][0, 0] + 0.5) * 160 / 288
    points = face.points_px
    assert left < points[:, 0].min() < points[:, 0].max() < right
    assert top < points[:, 1].min() - 5  # there is forehead above the eyes
    assert points[:, 1].max() < bottom


def test_five_points_come_from_any_scheme():
    points = np.random.default_rng(0).uniform(0, 100, (70, 2))
    face = TrueFace(
        np.array([0.0, 0, 100, 100]), load_scheme("facesynthetics70").names, points,
        scheme="facesynthetics70",
    )  # fmt: skip
    np.testing.assert_allclose(five_of(face)[[0, 1]], points[[68, 69]])
    named = TrueFace(face.box_px, ("nose",), np.array([[3.0, 4.0]]))
    assert five_of(named)[2].tolist() == [3.0, 4.0]
    assert np.isnan(five_of(named)[[0, 1, 3, 4]]).all()


def test_a_face_with_nothing_but_points_that_the_network_lacks_is_left_out(tmp_path):
    scheme = load_scheme("ibug68")
    everything = np.stack([np.linspace(40, 100, 68), 60 + 20 * np.sin(np.arange(68))], 1)
    known = np.isin(np.arange(68), targets_of("ibug68").points)
    jaw = np.where(known[:, None], np.nan, everything)
    assert np.isfinite(jaw).any()
    image = np.full(HW, 20, np.uint8)
    cv2.circle(image, (70, 60), 25, 200, -1)
    faces = [
        TrueFace(np.array([40.0, 30, 110, 90]), scheme.names, points, scheme="ibug68", visible=None)
        for points in (everything, jaw)
    ]
    samples = [Sample(f"{n}.png", lambda: image, (face,)) for n, face in enumerate(faces)]
    gathered = _gather(samples, tmp_path)
    assert gathered.report["counts"]["train"] == 1
    assert gathered.report["left out"] == {"no face with enough points and pixels": 1}


def test_a_picture_without_points_is_left_out(tmp_path):
    box_alone = TrueFace(np.array([60.0, 20, 120, 100]), (), np.empty((0, 2)), visible=None)
    unmarked = _sample(1)
    nowhere = replace(unmarked.faces[0], points_px=np.full((5, 2), np.nan))
    samples = [
        replace(unmarked, name="a.png", faces=(box_alone,)),
        replace(unmarked, name="b.png", faces=(nowhere,)),
        unmarked,
    ]
    gathered = _gather(samples, tmp_path, what="pictures")
    assert gathered.scheme == "tfw5"
    assert gathered.report["counts"]["train"] == 1


@pytest.mark.parametrize(
    ("what", "label"), [("faces", "points_px"), ("scenes", "five_px"), ("pictures", "points_px")]
)
def test_labels_stay_on_their_places_to_a_tenth_of_a_pixel(what, label, tmp_path):
    points = _five((90.3, 60.8), 40.0)
    y, x = np.mgrid[: HW[0], : HW[1]] + 0.5
    away = (x - points[2, 0]) ** 2 + (y - points[2, 1]) ** 2
    image = (20 + 200 * np.exp(-away / 12.5)).astype(np.float32)
    face = TrueFace(np.array([60.0, 20, 120, 100]), FIVE, points, scheme="tfw5", visible=None)
    columns = _columns(
        _gather([Sample("a.png", lambda: image, (face,))], tmp_path, what=what).folder, what
    )
    shown = columns["images"][0].astype(np.float64)
    weights = np.where(shown > 60, shown, 0)
    rows, across = np.mgrid[: shown.shape[0], : shown.shape[1]]
    middle = np.array([(weights * across).sum(), (weights * rows).sum()]) / weights.sum()
    nose = {"faces": (0, N_GUESSED + 2), "scenes": (0, 0, 2), "pictures": (0, 2)}[what]
    assert middle == pytest.approx(columns[label][nose], abs=0.1)
