import numpy as np
import pytest

from tfan.thermal.plane import prepare
from tfan.tracking.scene import SceneWatch


def room(seed, hw=(120, 160)):
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: hw[0], : hw[1]]
    waves = sum(
        rng.uniform(0.5, 2)
        * np.sin(x / rng.uniform(8, 40) + y / rng.uniform(5, 40) + rng.uniform(0, 6))
        for _ in range(6)
    )
    return (22 + waves).astype(np.float32)


def with_face(image, x, celsius=33.0):
    out = image.copy()
    out[30:90, x : x + 45] = celsius
    return out


def noisy(image, seed):
    return image + np.random.default_rng(seed).normal(0, 0.05, image.shape).astype(np.float32)


def events(*frames):
    watch = SceneWatch()
    return [watch(prepare(frame)) for frame in frames]


def test_noise_and_a_moving_face_are_no_event():
    told = events(*(noisy(with_face(room(0), 20 + 8 * i), i) for i in range(8)))
    assert [event for event, _ in told] == ["first"] + ["none"] * 7


def test_somebody_who_appears_at_once_is_no_cut():
    told = events(noisy(room(0), 0), noisy(with_face(room(0), 50), 1), noisy(room(0), 2))
    assert [event for event, _ in told] == ["first", "none", "none"]


def test_another_scene_is_a_cut():
    told = events(noisy(with_face(room(0), 50), 0), noisy(with_face(room(1), 90), 1))
    assert told[1][0] == "cut"
    assert events(room(0), room(0, (100, 160)))[1][0] == "cut"


def test_the_same_frame_again_is_a_freeze():
    frame = noisy(with_face(room(0), 50), 0)
    assert events(frame, frame.copy())[1][0] == "freeze"


@pytest.mark.parametrize("shape", [(120, 160), (121, 163)])
def test_a_change_anywhere_that_a_face_could_make_is_no_freeze(shape):
    still = room(0, shape)
    changed = [still.copy() for _ in range(4)]
    for image, (y, x) in zip(changed, [(1, 1), (1, -9), (-9, 1), (-9, -9)], strict=True):
        image[y : y + 8, x : x + 8][:, :4] += 0.01
    told = events(*(each for image in changed for each in (still, image)))
    assert "freeze" not in [event for event, _ in told]


@pytest.mark.parametrize("hw", [(480, 640), (1080, 1920)])
def test_a_mouth_that_moves_in_a_large_picture_is_no_freeze(hw):
    """Compressed video has no noise: the mouth may be all that differs."""
    still = room(0, hw)
    for top in range(200, 219):
        moved = still.copy()
        moved[top : top + 6, 300:420] += 0.5
        assert events(still, moved)[1][0] != "freeze", top


def test_a_camera_may_write_into_the_same_array_again():
    watch, frame = SceneWatch(), noisy(room(0), 0)
    watch(prepare(frame))
    frame += np.float32(0.01)
    assert watch(prepare(frame))[0] == "none"
    assert watch(prepare(frame))[0] == "freeze"


@pytest.mark.parametrize("step", [0.8, -0.8])
def test_a_step_of_everything_is_told_with_its_size(step):
    one = with_face(room(0), 50)
    event, size = events(noisy(one, 0), noisy(one, 1) + np.float32(step))[1]
    assert event == "step"
    assert size == pytest.approx(step, abs=0.05)
