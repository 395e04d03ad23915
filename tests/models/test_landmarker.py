"""From the network's units to pixels, and when a second look is taken."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.geometry.crop import Windows
from tfan.models.calibration import Calibration, within
from tfan.models.landmarker import (
    MAX_SHIFT,
    Landmarker,
    face_size_px,
    five_of,
    offness,
    unsureness,
)
from tfan.thermal.plane import prepare

ATOL_PX = 1e-3
SURE_SPREAD = 0.005  # of a network that has no doubt


class Fixed:
    """A landmark network that sees one fixed face in the frame, wherever the crop is.

    It is told the window of each crop through `windows`, as a real one sees it in the pixels.
    """

    def __init__(self, face_px: np.ndarray, presence: float = 9.0, spread: float = 0.05) -> None:
        self.face_px, self.presence, self.batches = face_px, presence, []
        self.log_sigma = np.log(spread)

    def __call__(self, batch: np.ndarray) -> tuple[np.ndarray, ...]:
        self.batches.append(batch.shape)
        count, n = len(batch), len(self.face_px)
        points = np.repeat(self.face_px[None], count, axis=0)
        spread = np.full((count, n), self.log_sigma, np.float32)
        return points, spread, np.zeros((count, n), np.float32), np.full(count, self.presence)


def pattern() -> np.ndarray:
    """Points of a face that just fills the middle of its window: hull 2 / 1.5 wide and high."""
    points = np.random.default_rng(3).uniform(-1, 1, (548, 2)).astype(np.float32) / 1.5
    points[2:4] = np.float32([[-1, -1], [1, 1]]) / 1.5
    points[[468, 473, 1, 61, 291]] = [[-0.3, -0.3], [0.3, -0.3], [0, 0], [-0.24, 0.3], [0.24, 0.3]]
    return points


def one_window(x: float = 60, y: float = 50, half: float = 40, roll: float = 0) -> Windows:
    return Windows(np.float32([[x, y]]), np.float32([half]), np.float32([roll]))


@pytest.fixture
def plane():
    return prepare(np.random.default_rng(0).integers(0, 255, (100, 120), np.uint8))


def test_points_and_errors_in_pixels(plane):
    found = Landmarker(Fixed(pattern()))(plane, one_window())
    np.testing.assert_allclose(found.points_px[0], pattern() * 40 + [60, 50], atol=ATOL_PX)
    spread_px = 0.05 * 40 / np.sqrt(3)  # 0.05 is the deviation along one axis
    np.testing.assert_allclose(found.sigma_px, 2 * spread_px, rtol=1e-5)
    np.testing.assert_allclose(found.visibility, 0.5)
    size = face_size_px(found.points_px)[0]
    np.testing.assert_allclose(size, 80 / 1.5, rtol=1e-4)
    expected = within(0.05 * size, 2 * spread_px, shape=2) / (1 + np.exp(-9))
    np.testing.assert_allclose(found.confidence, expected, rtol=1e-4)


def test_calibration_scales_sigma_and_lowers_confidence(plane):
    plain = Landmarker(Fixed(pattern()))(plane, one_window())
    wary = Landmarker(Fixed(pattern()), calibration=Calibration(factor=2.0))(plane, one_window())
    np.testing.assert_allclose(wary.sigma_px, 2 * plain.sigma_px, rtol=1e-6)
    assert (wary.confidence < plain.confidence).all()


def test_a_point_outside_the_image_is_not_visible(plane):
    edge = pattern()
    edge[10:14] = [[-60.51 / 40, 0], [-60.49 / 40, 0], [59.49 / 40, 0], [0, 49.51 / 40]]
    found = Landmarker(Fixed(edge), looks=1)(plane, one_window())  # (60, 50) of 120 x 100
    np.testing.assert_allclose(found.visibility[0, 10:14], [0, 0.5, 0.5, 0])


def test_quality_falls_with_sigma_and_without_a_face(plane):
    def quality(**changes):
        return float(Landmarker(Fixed(pattern(), **changes))(plane, one_window()).quality[0])

    assert 1 > quality(spread=0.01) > quality(spread=0.05) > quality(spread=0.2) > 0
    assert quality(spread=0.01, presence=-9.0) < 1e-3


def test_doubtful_presence_lowers_every_confidence(plane):
    found = Landmarker(Fixed(pattern(), presence=-20))(plane, one_window())
    assert found.confidence.max() < 1e-6


@pytest.mark.parametrize(
    ("looks", "shift", "batches"),
    [(1, 0.5, 1), (2, 0.0, 2), ("auto", 0.0, 1), ("auto", 2 * MAX_SHIFT, 2)],
)
def test_a_second_look_only_where_it_pays(plane, looks, shift, batches):
    network = Fixed(pattern() + np.float32(shift), spread=SURE_SPREAD)
    Landmarker(network, looks=looks)(plane, one_window())
    assert len(network.batches) == batches


@pytest.mark.parametrize(
    ("spread", "presence", "batches"), [(0.005, 9.0, 1), (0.05, 9.0, 2), (0.05, -5.0, 1)]
)
def test_an_unsure_face_gets_a_second_look_and_no_face_none(plane, spread, presence, batches):
    network = Fixed(pattern(), presence, spread)
    Landmarker(network)(plane, one_window())
    assert len(network.batches) == batches


@pytest.mark.parametrize(
    ("confidence", "expected"), [(0.95, -0.5), (0.9, 0.0), (0.85, 0.5), (0.3, 6.0), (0.05, 0.0)]
)
def test_unsureness_by_hand(confidence, expected):
    wanted = unsureness(np.full((1, 4), confidence))
    np.testing.assert_allclose(wanted, [expected], atol=1e-9)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, False),
        ({"x": 62}, False),
        ({"x": 70}, True),
        ({"half": 46}, False),
        ({"half": 50}, True),
        ({"half": 32}, True),
        ({"roll": 0.1}, False),
        ({"roll": -0.3}, True),
        ({"roll": 2 * np.pi - 0.05}, False),
    ],
)
def test_what_counts_as_off(changed, expected):
    assert (offness(one_window(), one_window(**changed)) > 1).tolist() == [expected]


def test_the_second_look_takes_over_without_a_jump(plane):
    """A second answer 0.2 half sides away arrives in steps as the first window gets worse."""

    class Moves(Fixed):
        def __call__(self, batch):
            points, *rest = super().__call__(batch)
            return points + np.float32(0.2 * (len(self.batches) - 1)), *rest

    shares = []
    for shift in np.linspace(0.5, 2, 31) * MAX_SHIFT / np.sqrt(2):
        network = Moves(pattern() + np.float32(shift), spread=SURE_SPREAD)
        points_px = Landmarker(network)(plane, one_window()).points_px[0]
        own = (pattern() + np.float32(shift)) * 40 + [60, 50]
        shares.append(float((points_px - own).mean()) / 40)
    assert shares[0] == pytest.approx(0, abs=1e-6)
    assert shares[-1] > 0.2
    assert np.diff(shares).max() < 0.06  # a hard switch would jump by more than 0.2


def test_only_the_faces_that_were_off_are_looked_at_again(plane):
    class Moves(Fixed):
        def __call__(self, batch):
            points, *rest = super().__call__(batch)
            points[len(self.batches) * 7 % len(points)] += np.float32(0.4 / len(self.batches))
            return points, *rest

    network = Moves(pattern(), spread=SURE_SPREAD)
    three = Windows(np.float32([[30, 40], [60, 50], [90, 50]]), np.full(3, 30, np.float32),
                    np.zeros(3, np.float32))  # fmt: skip
    found = Landmarker(network)(plane, three)
    assert [shape[0] for shape in network.batches] == [3, 1]
    np.testing.assert_allclose(found.points_px[0], pattern() * 30 + [30, 40], atol=ATOL_PX)
    assert np.abs(found.points_px[1] - (pattern() * 30 + [60, 50])).max() > 1


def test_crowds_are_looked_at_in_batches(plane):
    network = Fixed(pattern())
    crowd = Windows(np.full((70, 2), 50, np.float32), np.full(70, 20, np.float32),
                    np.zeros(70, np.float32))  # fmt: skip
    assert Landmarker(network, looks=1)(plane, crowd).points_px.shape == (70, 548, 2)
    assert [shape[0] for shape in network.batches] == [32, 32, 6]


def test_five_points_of_each_kind_of_network():
    everything = np.arange(548 * 2, dtype=np.float32).reshape(1, 548, 2)
    assert five_of(everything)[0, 0].tolist() == everything[0, 468].tolist()
    assert five_of(everything[:, :478])[0, 4].tolist() == everything[0, 291].tolist()


def test_looks_are_one_two_or_auto(plane):
    with pytest.raises(InputError, match="looks: expected 'auto' or 1 or 2, got 3"):
        Landmarker(Fixed(pattern()), looks=3)
