import numpy as np
import pytest

from tfan.errors import InputError
from tfan.tracking.one_euro import EuroSettings, OneEuro
from tfan.tracking.smooth import TwoSided
from tfan.tracking.steady import Steady
from tfan.types import Face

SIZE_PX = 80.0


def uneven_times(seconds, rate=30.0, seed=0):
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.uniform(0.5, 1.5, int(seconds * rate))) / rate


def points_at(x, n=20):
    return np.stack([np.stack([np.full(n, v), np.arange(n, dtype=float)], axis=1) for v in x])


def live(times, points, settings=None):
    euro = OneEuro(settings or EuroSettings())
    return np.stack([euro(p, SIZE_PX, t) for t, p in zip(times, points, strict=True)])


def both_ways(times, points, sigma=1.0, held=None):
    smooth = TwoSided()
    held = np.zeros(len(times), bool) if held is None else held
    sigmas = np.broadcast_to(np.asarray(sigma, float), points.shape[:2])
    return np.stack([smooth(times, points, sigmas, held, i) for i in range(len(times))])


@pytest.mark.parametrize(("means", "share"), [(live, 0.6), (both_ways, 0.45)])
def test_a_face_at_rest_jitters_less(means, share):
    times = uneven_times(5)
    noise = np.random.default_rng(1).normal(0, 0.1, (len(times), 20, 2))
    points = points_at(np.full(len(times), 50.0)) + noise
    out = means(times, points)
    assert out[30:-30].std(axis=0).mean() < share * noise[30:-30].std(axis=0).mean()


def test_live_points_keep_up_with_a_running_face():
    times = uneven_times(4)
    x = 160 + 60 * np.sin(2 * np.pi * times / 3)
    out = live(times, points_at(x))[:, 0, 0]
    speed = np.gradient(x, times)
    lag = ((x - out) * speed)[30:].sum() / (speed[30:] ** 2).sum()
    assert 0 < lag < 0.015


def test_two_sided_points_have_no_lag_on_even_motion_at_uneven_times():
    times = uneven_times(3)
    out = both_ways(times, points_at(40 * times))
    assert np.abs(out[:, 0, 0] - 40 * times).max() < 0.02


def test_two_sided_points_give_way_to_sudden_motion():
    times = uneven_times(3)
    x = 160 + 90 * np.sin(2 * np.pi * times / 1.5)
    assert np.abs(both_ways(times, points_at(x))[:, 0, 0] - x)[5:-5].max() < 2.0


def test_doubtful_and_held_frames_hardly_count():
    times = np.arange(21) / 30
    x = np.zeros(21)
    x[10] = 30.0
    sigma = np.ones((21, 20))
    sigma[10] = 100
    assert abs(both_ways(times, points_at(x), sigma)[10, 0, 0]) < 0.5
    held = np.arange(21) == 10
    assert abs(both_ways(times, points_at(x), 1.0, held)[10, 0, 0]) < 0.5


def test_filter_is_the_same_for_the_same_time():
    euro = OneEuro(EuroSettings())
    first = euro(points_at([1.0])[0], SIZE_PX, 0.0)
    assert euro(points_at([9.0])[0], SIZE_PX, 0.0) == pytest.approx(first)


def test_widths_in_the_wrong_order_are_refused():
    with pytest.raises(InputError, match="narrow_s <= wide_s"):
        TwoSided(narrow_s=0.3, wide_s=0.1)


def posed(*angles_deg):
    zeros = np.zeros((478, 2), np.float32)
    flat = zeros[:, 0]
    return Face(
        np.zeros(4, np.float32), 1.0, zeros, flat, flat, flat, "mediapipe478", zeros[:5], 1.0,
        np.array(angles_deg, np.float32),
    )  # fmt: skip


def steady_poses(angles_deg, times):
    steady = Steady(EuroSettings())
    faces = zip(angles_deg, times, strict=True)
    return np.array([steady(posed(*row), SIZE_PX, t).pose_deg for row, t in faces])


def test_a_head_at_rest_nods_less():
    times = uneven_times(5)
    noise = np.random.default_rng(2).normal(0, 0.2, (len(times), 3))
    out = steady_poses(noise + np.array([10, -5, 3]), times)[30:]
    assert (out.std(axis=0) < 0.6 * noise[30:].std(axis=0)).all()
    assert out.mean(axis=0) == pytest.approx([10, -5, 3], abs=0.1)


def test_a_turning_head_is_kept_up_with():
    times = uneven_times(4)
    yaw = 40 * np.sin(2 * np.pi * times / 3)
    still = np.zeros_like(yaw)
    out = steady_poses(np.stack([yaw, still, still], axis=1), times)[:, 0]
    speed = np.gradient(yaw, times)
    assert 0 < ((yaw - out) * speed)[30:].sum() / (speed[30:] ** 2).sum() < 0.05


def test_a_head_that_lies_upside_down_does_not_spin():
    roll = [179.0, -179.5, 179.5, -178.0, 179.0]
    out = steady_poses([(0, 0, each) for each in roll], np.arange(5) / 30)[:, 2]
    assert (np.abs(out) > 178).all()


def test_a_pose_that_nobody_knows_stays_unknown():
    assert np.isnan(steady_poses([(np.nan,) * 3] * 2, [0.0, 0.1])).all()
