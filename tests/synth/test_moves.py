"""Single features move where their names say, alike on both sides, and nothing else does."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.synth.landmark_rows import N_MEDIAPIPE
from tfan.synth.moves import MOVES, draw_moves, moved

NAMES = [move.name for move in MOVES]
LEFT_EYE, RIGHT_EYE, TIP, CHIN = slice(42, 48), slice(36, 42), 30, 8
MOUTH, BROWS, JAW = slice(48, 60), slice(17, 27), (4, 12)
FAR = {  # points that a move must leave alone, within a tenth of its own effect
    "eyes apart": [8, 57], "eyes up": [8, 57], "brows up": [33, 57], "nose down": [0, 16, 8],
    "nose out": [0, 16, 8], "nose wide": [0, 16, 8], "mouth down": [37, 44, 0],
    "mouth wide": [37, 44, 0], "mouth out": [37, 44, 0], "chin down": [30, 37, 0],
}  # fmt: skip


def landmarks(head, name: str, amplitude: float):
    amplitudes = [0.0] * len(MOVES)
    amplitudes[NAMES.index(name)] = amplitude
    return head.rows.points(moved(head.mean, head, tuple(amplitudes)))[N_MEDIAPIPE:]


MEASURES = {
    "eyes apart": lambda p: p[LEFT_EYE, 0].mean() - p[RIGHT_EYE, 0].mean(),
    "eyes up": lambda p: p[36:48, 1].mean(),
    "brows up": lambda p: p[BROWS, 1].mean(),
    "nose down": lambda p: -p[TIP, 1],
    "nose out": lambda p: p[TIP, 2],
    "nose wide": lambda p: p[35, 0] - p[31, 0],
    "mouth down": lambda p: -p[MOUTH, 1].mean(),
    "mouth wide": lambda p: p[54, 0] - p[48, 0],
    "mouth out": lambda p: p[MOUTH, 2].mean(),
    "chin down": lambda p: -p[CHIN, 1],
    "jaw wide": lambda p: p[12, 0] - p[4, 0],
}


@pytest.mark.parametrize("name", NAMES)
def test_a_move_does_what_its_name_says(head, name):
    measure = MEASURES[name]
    still, more = measure(landmarks(head, name, 0.0)), measure(landmarks(head, name, 0.1))
    less = measure(landmarks(head, name, -0.1))
    assert less < still < more


@pytest.mark.parametrize("name", FAR)
def test_a_move_leaves_the_rest_alone(head, name):
    shift = np.linalg.norm(landmarks(head, name, 0.1) - landmarks(head, name, 0.0), axis=1)
    assert shift[FAR[name]].max() < 0.1 * shift.max()


@pytest.mark.parametrize("name", NAMES)
def test_a_move_is_alike_on_both_sides(head, name):
    shift = landmarks(head, name, 0.1) - landmarks(head, name, 0.0)
    mouth = shift[48], shift[54]
    np.testing.assert_allclose(mouth[0] * [-1, 1, 1], mouth[1], atol=0.01)
    np.testing.assert_allclose(shift[36] * [-1, 1, 1], shift[45], atol=0.01)


def test_no_amplitude_no_change(head):
    assert moved(head.mean, head, (0.0,) * len(MOVES)) is head.mean


def test_draws_spread_as_the_table_says():
    drawn = np.array([draw_moves(np.random.default_rng(i)) for i in range(2000)])
    spread = drawn.std(axis=0) / [move.deviation for move in MOVES]
    assert np.all((spread > 0.6) & (spread < 0.95))  # a quarter stays still, the rest .4 to 1.3
    assert np.all(np.abs(drawn.mean(axis=0) - [move.mean for move in MOVES]) < 0.06)
