"""The published way around its detector: colours, letterbox, thresholds, and back to the image."""

from __future__ import annotations

import pickle
import subprocess
import sys

import cv2
import numpy as np
import pytest

from tfan.models.published.face_detector import (
    PublishedDetector,
    bone_picture,
    decode,
    letterbox,
    network_input,
    published_detector,
)
from tfan.thermal.plane import prepare

ATOL = 1e-6
GOLDEN_ATOL = 1e-3  # pixels and probabilities; as the issue asks
EDGE_PX = 1.5  # an edge seen to half a pixel of the input, at worst 0.56 times smaller, and rounded


def row(box, *, objectness=0.9, score=0.9, five=((0, 0),) * 5):
    """One row of 16 for a box left, top, right, bottom."""
    left, top, right, bottom = box
    centre = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top]
    return np.float32([*centre, objectness, *np.ravel(five), score])


class Answers:
    """A network that gives the same rows whatever it sees."""

    def __init__(self, *rows) -> None:
        self.rows = np.stack(rows)[None] if rows else np.zeros((1, 0, 16), np.float32)

    def __call__(self, batch):
        self.shape = batch.shape
        return (self.rows,)


class WarmPart:
    """A network that boxes the bright part of what it sees, its corners as points."""

    def __call__(self, batch):
        seen = np.argwhere(batch[0].mean(axis=0) > 0.7)
        top, left = seen.min(axis=0)
        bottom, right = seen.max(axis=0) + 1
        middle = (left + right) / 2, (top + bottom) / 2
        five = [(left, top), (right, top), middle, (left, bottom), (right, bottom)]
        box = left, top, right, bottom
        return (np.stack([row(box, five=five), row(box, objectness=0.1)])[None],)


# the published package's own sizes (published-behaviour.md), height first
@pytest.mark.parametrize(
    ("hw", "input_hw", "inner_hw"),
    [
        ((480, 640), (416, 480), (360, 480)),
        ((640, 480), (640, 512), (640, 480)),
        ((3000, 4000), (2304, 3008), (2256, 3008)),
        ((512, 512), (512, 512), (512, 512)),
        ((8, 640), (32, 32), (1, 32)),
        ((1, 1), (32, 32), (32, 32)),
    ],
)
def test_letterbox(hw, input_hw, inner_hw):
    box = letterbox(hw)
    assert (box.input_hw, box.inner_hw) == (input_hw, inner_hw)


@pytest.mark.parametrize("hw", [(348, 464), (101, 120), (1080, 1920), (33, 500), (500, 33)])
def test_the_network_gets_multiples_of_32_with_the_image_in_the_middle(hw):
    box = letterbox(hw)
    assert box.input_hw[0] % 32 == box.input_hw[1] % 32 == 0
    for side in (0, 1):
        before = box.corner_xy[1 - side]
        after = box.input_hw[side] - box.inner_hw[side] - before
        assert 0 <= after - before <= 1
        assert before + after < 64


def test_bone_colours_are_opencvs_in_red_green_blue():
    ramp = np.linspace(18.0, 37.0, 256, dtype=np.float32)[None]
    levels = np.arange(256, dtype=np.uint8)[None]
    expected = cv2.applyColorMap(levels, cv2.COLORMAP_BONE)[..., ::-1]
    np.testing.assert_array_equal(bone_picture(ramp), expected)
    middle = bone_picture(ramp)[0, 100].astype(int)
    assert middle[0] < middle[2]  # bone is bluish


def test_the_smallest_value_is_black_and_the_largest_white():
    got = bone_picture(np.array([[29000, 30000, 31000]], np.uint16))
    np.testing.assert_array_equal(got[0, [0, 2]], [[0, 0, 0], [255, 255, 255]])
    assert not bone_picture(np.full((4, 5), 21.5, np.float32)).any()


def test_what_the_network_sees():
    frame = np.full((480, 640), 20.0, np.float32)
    frame[:, 320:] = 35
    plane = prepare(frame)
    batch = network_input(plane, letterbox(plane.hw))
    assert batch.shape == (1, 3, 416, 480)
    assert batch.dtype == np.float32
    np.testing.assert_allclose(batch[0, :, [0, 27, 388, 415]], 114 / 255, atol=ATOL)
    np.testing.assert_allclose(batch[0, :, 28:388, :238], 0, atol=ATOL)
    np.testing.assert_allclose(batch[0, :, 28:388, 242:], 1, atol=ATOL)


@pytest.mark.parametrize(("hw", "how"), [((480, 640), cv2.INTER_AREA), ((47, 40), None)])
def test_a_picture_that_shrinks_is_averaged_over_areas(hw, how):
    frame = np.random.default_rng(0).integers(0, 256, hw, np.uint8)
    plane, box = prepare(frame, "pixel"), letterbox(hw)
    inner_h, inner_w = box.inner_hw
    left, top = box.corner_xy
    how = cv2.INTER_LINEAR if how is None else how
    expected = cv2.resize(bone_picture(frame), (inner_w, inner_h), interpolation=how)
    got = network_input(plane, box)[0, :, top : top + inner_h, left : left + inner_w]
    np.testing.assert_allclose(got.transpose(1, 2, 0) * 255, expected, atol=1e-3)


def test_boxes_return_to_whole_pixels_of_a_landscape_frame():
    five = [(75, 103), (105, 103), (90, 118), (78, 133), (102, 133)]
    network = Answers(row((60, 88, 120, 148.3), five=five))
    found = published_detector(network)(prepare(np.zeros((480, 640), np.uint8)))
    np.testing.assert_array_equal(found.boxes_px + 0.5, [[80, 80, 160, 160]])
    expected = [(100, 100), (140, 100), (120, 120), (104, 140), (136, 140)]
    np.testing.assert_allclose(found.five_px[0] + 0.5, expected, atol=1e-4)
    np.testing.assert_allclose(found.scores, [0.81], atol=ATOL)
    assert network.shape == (1, 3, 416, 480)


def test_boxes_are_cut_at_the_edges_and_dropped_when_nothing_is_left():
    beyond = row((-20, 0, 40, 100)), row((400, 300, 600, 500), score=0.8)
    outside = row((-90, 100, -10, 200)), row((100, 0, 200, 27)), row((50, 50, 50, 80))
    detector = published_detector(Answers(*beyond, *outside))
    found = detector(prepare(np.zeros((480, 640), np.uint8)))
    np.testing.assert_array_equal(found.boxes_px + 0.5, [[0, 0, 53, 96], [533, 363, 640, 480]])


@pytest.mark.parametrize(
    "hw",
    [(480, 640), (640, 480), (256, 256), (348, 464), (101, 120), (121, 100), (333, 217), (90, 160)],
)
def test_a_warm_part_is_found_where_it_is(hw):
    height, width = hw
    box = np.array([width // 4, height // 5, width * 3 // 5, height * 2 // 3])
    left, top, right, bottom = box
    frame = np.full(hw, 20.0, np.float32)
    frame[top:bottom, left:right] = 35
    found = published_detector(WarmPart())(prepare(frame))
    assert len(found.scores) == 1
    np.testing.assert_allclose(found.boxes_px[0] + 0.5, box, atol=EDGE_PX)
    np.testing.assert_array_equal(found.boxes_px + 0.5, np.rint(found.boxes_px + 0.5))
    corners = [(left, top), (right, top), (left, bottom), (right, bottom)]
    np.testing.assert_allclose(found.five_px[0, [0, 1, 3, 4]] + 0.5, corners, atol=EDGE_PX)


def test_the_score_is_objectness_times_class():
    rows = np.stack(
        [
            row((0, 0, 50, 50), objectness=0.7, score=0.8),  # 0.56
            row((100, 0, 150, 50), objectness=0.7, score=0.9),  # 0.63
            row((200, 0, 250, 50), objectness=0.9, score=0.95),
        ]
    )
    found = decode(rows, min_score=0.6)
    np.testing.assert_allclose(found.scores, [0.855, 0.63], atol=ATOL)
    np.testing.assert_allclose(found.boxes_px[:, 0], [200, 100], atol=ATOL)


def test_the_threshold_is_the_published_one_unless_another_is_asked_for():
    detector = published_detector(Answers(row((50, 50, 90, 90), objectness=0.6, score=0.9)))
    plane = prepare(np.zeros((480, 640), np.uint8))
    assert detector.threshold == 0.6
    assert len(detector(plane).scores) == 0
    assert len(detector(plane, min_score=0.5).scores) == 1
    assert len(published_detector(detector.runtime, threshold=0.5)(plane).scores) == 1


@pytest.mark.parametrize(("shift", "left"), [(30, 1), (36, 2)])  # IoU 0.54 and 0.47
def test_doubles_go_above_an_overlap_of_half(shift, left):
    first, second = row((0, 0, 100, 100)), row((shift, 0, 100 + shift, 100), score=0.8)
    assert len(decode(np.stack([second, first]), min_score=0.6).scores) == left


def test_a_small_face_inside_a_large_one_stays_as_published():
    rows = np.stack([row((0, 0, 100, 100)), row((20, 20, 60, 60))])
    assert len(decode(rows, min_score=0.6).scores) == 2


def test_no_face_gives_empty_arrays():
    found = published_detector(Answers())(prepare(np.zeros((120, 160), np.uint8)))
    assert (found.boxes_px.shape, found.scores.shape) == ((0, 4), (0,))
    assert found.five_px.shape == (0, 5, 2)


def test_very_many_candidates_stay_bounded():
    rng = np.random.default_rng(0)
    corners = rng.uniform(0, 3000, (20_000, 2))
    rows = np.stack([row((x, y, x + 9, y + 9)) for x, y in corners])
    assert len(decode(rows, min_score=0.0).scores) <= 1000


def test_the_detector_pickles():
    detector = pickle.loads(pickle.dumps(published_detector(Answers())))
    assert isinstance(detector, PublishedDetector)


# Neither this module nor a converted file needs torch.
WITHOUT_TORCH = """
import sys
sys.modules["torch"] = sys.modules["onnx"] = None  # an import of them fails
import numpy as np
from pathlib import Path
from tfan.models.published.face_detector import PUBLISHED_DETECTOR_CONTRACT, published_detector
from tfan.models.runtime import OnnxRuntime
from tfan.thermal.plane import prepare
run = OnnxRuntime(Path(sys.argv[1]).read_bytes(), contract=PUBLISHED_DETECTOR_CONTRACT, source="x")
golden = np.load(sys.argv[2])
image = golden["image_rgb_u8"].transpose(2, 0, 1)[None].astype(np.float32) / 255
frame = 20 + 15 * np.random.default_rng(0).random((101, 120))
found = published_detector(run)(prepare(frame), min_score=0.0)
print(np.abs(run(image)[0] - golden["prediction"]).max(), len(found.scores))
"""


def test_a_converted_file_gives_the_golden_rows_without_torch(published_files, formula, tmp_path):
    pytest.importorskip("onnx")
    from tfan.models.published.face_detector_file import load_detector_network
    from tfan.models.published.face_detector_onnx import detector_onnx

    path = tmp_path / "detector.onnx"
    path.write_bytes(detector_onnx(load_detector_network(published_files[formula.DETECTOR])))
    golden = formula.reference("published_detector.npz")
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(path), str(golden)],
        capture_output=True,
        text=True,
        check=True,
    )
    difference, faces = done.stdout.split()
    assert float(difference) <= GOLDEN_ATOL
    assert int(faces) > 0
