"""Cells to boxes: one cell by hand, geometry of every image shape, thresholds, doubles."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.models.detector import Detector, decode, network_input
from tfan.thermal.plane import prepare

ATOL_PX = 2e-3  # float32 logits through softplus
PLACE_PX = 0.1  # of the network's input: the middle of a spot that covers hundreds of pixels


def softplus_inverse(value: float) -> float:
    return float(np.log(np.expm1(value)))


class OneCell:
    """A detector that always answers with one face in one cell."""

    def __init__(self, row: int, score: float = 3.0) -> None:
        self.row, self.score = row, score

    def __call__(self, batch: np.ndarray) -> tuple[np.ndarray, ...]:
        self.shape = batch.shape
        height, width = batch.shape[2:]
        cells = np.full((1, sum(height * width // s**2 for s in (8, 16, 32)), 15), -9, np.float32)
        cells[0, self.row, 0] = self.score
        cells[0, self.row, 1:5] = [softplus_inverse(v) for v in (1, 2, 3, 4)]
        cells[0, self.row, 5:] = np.arange(10) / 4
        return (cells,)


def test_one_cell_by_hand():
    cells = OneCell(33)(np.zeros((1, 1, 64, 256)))[0][0]  # row 1, column 1 of stride 8: (12, 12)
    found = decode(cells, input_hw=(64, 256), min_score=0.5)
    np.testing.assert_allclose(found.boxes_px, [[4, -4, 36, 44]], atol=ATOL_PX)
    np.testing.assert_allclose(found.five_px[0, 0], [12, 16], atol=ATOL_PX)
    np.testing.assert_allclose(found.five_px[0, 4], [12 + 32, 12 + 36], atol=ATOL_PX)
    np.testing.assert_allclose(found.scores, 1 / (1 + np.exp(-3)), rtol=1e-6)


@pytest.mark.parametrize(
    ("row", "centre"),
    [(0, (4, 4)), (31, (252, 4)), (256 * 192 // 64, (8, 8)), (1008 - 1, (240, 176))],
)
def test_cells_are_row_major_and_strides_follow_each_other(row, centre):
    cells = OneCell(row)(np.zeros((1, 1, 192, 256)))[0][0]
    found = decode(cells, input_hw=(192, 256), min_score=0.5)
    stride = {0: 8, 31: 8, 768: 16, 1007: 32}[row]
    np.testing.assert_allclose(found.five_px[0, 0] - [0, stride / 2], centre, atol=ATOL_PX)


def test_boxes_return_to_image_pixels_counted_from_their_centres():
    detector = Detector(OneCell(33))  # stride 8 at (12, 12) of 256 x 192: 2.5 times smaller
    found = detector(prepare(np.zeros((480, 640), np.uint8)))
    expected = np.float32([4, -4, 36, 44]) * 2.5 - 0.5
    np.testing.assert_allclose(found.boxes_px[0], expected, atol=ATOL_PX * 2.5)
    assert detector.runtime.shape == (1, 1, 192, 256)


@pytest.mark.parametrize(
    ("hw", "size", "input_hw"),
    [
        ((480, 640), 256, (192, 256)),
        ((640, 480), 256, (256, 192)),
        ((120, 160), 256, (192, 256)),
        ((348, 464), 256, (192, 256)),
        ((16, 900), 256, (32, 256)),
        ((100, 100), 320, (320, 320)),
    ],
)
def test_input_shape_padding_and_places(hw, size, input_hw):
    y, x = np.mgrid[: hw[0], : hw[1]].astype(np.float32)
    spot = (hw[1] * 0.6, hw[0] * 0.4)
    distance = ((x - spot[0]) ** 2 + (y - spot[1]) ** 2) / (0.1 * max(hw)) ** 2
    batch, zoom = network_input(prepare(20 + 15 * np.exp(-distance)), size)
    assert batch.shape[2:] == input_hw
    used_h, used_w = round(hw[0] * zoom[1]), round(hw[1] * zoom[0])
    assert not batch[0, 0, used_h:].any()
    assert not batch[0, 0, :, used_w:].any()
    if min(hw) >= 100:  # a strip clips the spot
        rows, columns = np.nonzero(batch[0, 0] > 0.3)
        expected = (np.array(spot) + 0.5) * zoom - 0.5
        np.testing.assert_allclose([columns.mean(), rows.mean()], expected, atol=PLACE_PX)


def test_threshold_and_min_score():
    plane = prepare(np.zeros((480, 640), np.uint8))
    detector = Detector(OneCell(33, score=0.0), threshold=0.6)
    assert len(detector(plane).scores) == 0
    assert len(detector(plane, min_score=0.5).scores) == 1
    assert detector(plane).boxes_px.shape == (0, 4)


class TwoCells(OneCell):
    """Two neighbouring cells that see the same face."""

    def __call__(self, batch: np.ndarray) -> tuple[np.ndarray, ...]:
        (cells,) = super().__call__(batch)
        cells[0, self.row + 1] = cells[0, self.row]
        cells[0, self.row + 1, 0] += 1
        return (cells,)


def test_doubles_are_one_face_with_the_better_score():
    found = Detector(TwoCells(33))(prepare(np.zeros((480, 640), np.uint8)))
    np.testing.assert_allclose(found.scores, [1 / (1 + np.exp(-4))], rtol=1e-6)


class Beside(OneCell):
    """A face of two strides whose middle lies so many pixels from the left of a 256 x 192 image."""

    def __init__(self, middle_px: float) -> None:
        super().__init__(0)
        self.shift = (middle_px - 4) / 8  # the cell's own middle is at (4, 4)

    def __call__(self, batch: np.ndarray) -> tuple[np.ndarray, ...]:
        (cells,) = super().__call__(batch)
        sides = (1 - self.shift, 1, 1 + self.shift, 1)
        cells[0, 0, 1:5] = [softplus_inverse(side) for side in sides]
        return (cells,)


@pytest.mark.parametrize(("middle_px", "count"), [(0.2, 1), (-0.2, 0)])
def test_a_face_counts_if_its_middle_is_within_the_outer_edge(middle_px, count):
    found = Detector(Beside(middle_px))(prepare(np.zeros((192, 256), np.uint8)))
    assert len(found.scores) == count


class ByInput:
    """Answers by the width of its input: cells of stride 8 with sides of faces in its pixels."""

    def __init__(self, faces: dict[int, list[tuple[int, float]]], score: float = 2.0) -> None:
        self.faces, self.score, self.widths = faces, score, []

    def __call__(self, batch: np.ndarray) -> tuple[np.ndarray, ...]:
        height, width = batch.shape[2:]
        self.widths.append(width)
        cells = np.full((1, sum(height * width // s**2 for s in (8, 16, 32)), 15), -9, np.float32)
        for row, side in self.faces[width]:
            cells[0, row, 0] = self.score
            cells[0, row, 1:5] = softplus_inverse(side / 16)
        return (cells,)


FAR = 20 * 32 + 10  # a cell of stride 8 in the lower half of 256 x 192


def test_small_faces_ask_for_a_finer_look_of_which_only_small_ones_count():
    runtime = ByInput({256: [(FAR, 20.0)], 384: [(5 * 48 + 4, 27.0), (30 * 48 + 40, 29.0)]})
    found = Detector(runtime)(prepare(np.zeros((480, 640), np.uint8)))
    assert runtime.widths == [256, 384]
    sides = found.boxes_px[:, 2] - found.boxes_px[:, 0]
    np.testing.assert_allclose(sorted(sides), [27 / 384 * 640, 20 / 256 * 640], rtol=1e-4)
    assert found.finer_only[np.argsort(sides)].tolist() == [True, False]
    centre = found.boxes_px[np.argmin(sides)].reshape(2, 2).mean(axis=0) + 0.5
    np.testing.assert_allclose(centre, np.array([4.5, 5.5]) * 8 / 384 * 640, atol=0.01)


@pytest.mark.parametrize(
    ("side_px", "score", "second_look", "widths"),
    [
        (30.0, 2.0, True, [256]),  # large enough for the first look
        (20.0, -2.0, True, [256]),  # below the threshold
        (20.0, 2.0, False, [256]),
        (20.0, 2.0, True, [256, 384]),
    ],
)
def test_when_the_finer_look_is_taken(side_px, score, second_look, widths):
    runtime = ByInput({256: [(FAR, side_px)], 384: []}, score)
    detector = Detector(runtime, second_look=second_look)
    for min_score in (None, 0.01, 0.99):
        detector(prepare(np.zeros((480, 640), np.uint8)), min_score=min_score)
    assert runtime.widths == widths * 3


def test_a_face_that_both_looks_find_is_one():
    # 240 of 640 from the left: cell 12 of 32 at 256, cell 17.5 of 48 at 384
    runtime = ByInput({256: [(12 * 32 + 12, 20.0)], 384: [(18 * 48 + 18, 28.0)]})
    found = Detector(runtime)(prepare(np.zeros((480, 640), np.uint8)))
    assert len(found.scores) == 1
    assert not found.finer_only.any()


@pytest.mark.parametrize("size", [0, 100, -32, 64.0])
def test_sizes_off_the_grid(size):
    with pytest.raises(InputError, match="detector size: expected a multiple of 32, got"):
        Detector(OneCell(0), size)


def test_a_crowd_of_hits_is_bounded():
    cells = np.zeros((1, 1008 * 4, 15), np.float32)
    cells[..., 0] = 5
    found = decode(cells[0], input_hw=(384, 512), min_score=0.4)
    assert len(found.scores) == 1000
