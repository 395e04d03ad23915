import tracemalloc

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.signals import breathing_over_time, breathing_rate


def breath(rate, *, seconds=40.0, hz=15.0, amplitude=0.25, noise=0.05, motion=0.0, seed=0):
    """A nostril: uneven times, an uneven wave, noise, a wandering level, bumps of a moving head."""
    rng = np.random.default_rng([seed, round(rate * 10)])
    times = np.cumsum(rng.uniform(0.7, 1.3, int(seconds * hz))) / hz
    wave = np.tanh(rng.uniform(0.5, 3) * np.sin(2 * np.pi * rate / 60 * times))
    values = 33 + amplitude * wave / (wave.std() * np.sqrt(2)) + rng.normal(0, noise, len(times))
    values += np.cumsum(rng.normal(0, 0.01 * motion, len(times)))
    for _ in range(int(4 * motion)):
        middle, width = rng.uniform(0, seconds), rng.uniform(0.2, 0.8)
        values += rng.normal(0, 0.4) * np.exp(-0.5 * ((times - middle) / width) ** 2)
    return times, values


@pytest.mark.parametrize("rate", range(6, 41, 2))
def test_rates_from_6_to_40_are_found_within_1_with_noise_and_motion(rate):
    for seed in range(3):
        found = breathing_rate(*breath(rate, motion=0.5, seed=seed))
        assert abs(found.rate_per_min - rate) <= 1, (seed, found)
        assert 0 < found.confidence <= 1


def test_confidence_tells_how_often_the_rate_is_right():
    rng = np.random.default_rng(3)
    said, right = [], []
    for seed in range(300):
        rate = rng.uniform(6, 40)
        breathes = seed % 4 > 0
        amplitude = 10 ** rng.uniform(-1.7, -0.4) if breathes else 0.0
        found = breathing_rate(
            *breath(rate, seconds=rng.choice([20, 30, 60]), amplitude=amplitude,
                    noise=rng.uniform(0.01, 0.15), motion=rng.choice([0, 0.5, 1, 2]), seed=seed)
        )  # fmt: skip
        said.append(found.confidence)
        right.append(breathes and abs(found.rate_per_min - rate) <= 1)
    said, right = np.array(said), np.array(right)
    assert right[said > 0.9].mean() > 0.93
    assert right[said < 0.3].mean() < 0.45
    assert abs(said.mean() - right.mean()) < 0.08


def test_noise_alone_is_not_trusted():
    rng = np.random.default_rng(0)
    times = np.arange(0, 60, 1 / 9)
    trust = [
        breathing_rate(times, 33 + rng.normal(0, 0.1, len(times))).confidence for _ in range(40)
    ]
    assert np.median(trust) < 0.5


def test_camera_steps_gaps_and_a_second_nostril_do_no_harm():
    times, values = breath(14, seconds=60)
    stepped = values + 0.8 * (times > 20) - 1.1 * (times > 41)
    stepped[(times > 30) & (times < 36)] = np.nan
    other = 32 + np.random.default_rng(1).normal(0, 0.3, len(times))
    found = breathing_rate(times, np.stack([stepped, other], axis=1))
    assert found.rate_per_min == pytest.approx(14, abs=1)
    assert found.confidence > 0.8


def test_amplitude_is_half_the_height_of_the_wave():
    times = np.arange(0, 60, 0.1)
    found = breathing_rate(times, 33 + 0.3 * np.sin(2 * np.pi * 15 / 60 * times))
    assert found.amplitude == pytest.approx(0.3, rel=0.15)


@pytest.mark.parametrize(
    ("times", "values", "why"),
    [
        (np.arange(5) / 9, np.full(5, 33.0), "fewer than 8"),
        (np.arange(60) / 9, np.full(60, 33.0), "7 s measured"),
        (np.arange(600) / 9, np.where(np.arange(600) % 30 < 7, 33.0, np.nan), "half"),
        (np.arange(600) / 9, np.full(600, 33.0), "does not change"),
        (np.arange(600) / 9, np.full(600, np.nan), "0 s measured"),
    ],
)
def test_no_number_without_a_ground_for_it(times, values, why):
    found = breathing_rate(times, values)
    assert np.isnan(found.rate_per_min)
    assert found.confidence == 0
    assert why in found.reason


def test_a_rate_that_changes_is_followed_by_windows():
    one, two = breath(12, seconds=60), breath(24, seconds=60, seed=1)
    times = np.concatenate([one[0], one[0][-1] + 0.1 + two[0]])
    told = breathing_over_time(times, np.concatenate([one[1], two[1]]))
    early = [found.rate_per_min for middle, found in told if middle < 40]
    late = [found.rate_per_min for middle, found in told if middle > 85]
    assert early == pytest.approx([12] * len(early), abs=1)
    assert late == pytest.approx([24] * len(late), abs=1)
    assert len(early) >= 4 <= len(late)


def test_what_cannot_be_is_refused():
    with pytest.raises(InputError, match="each after the one before"):
        breathing_rate([0, 1, 1], [1, 2, 3])
    with pytest.raises(InputError, match="times \\(T,\\)"):
        breathing_rate([0, 1], [1, 2, 3])
    with pytest.raises(InputError, match="low < high"):
        breathing_rate(np.arange(9), np.arange(9), range_per_min=(20, 10))
    with pytest.raises(InputError, match="lengths above 0"):
        breathing_over_time(np.arange(9), np.arange(9), window_s=0)


def test_an_hour_takes_the_memory_of_minutes_and_its_rate_is_found():
    times, values = breath(14.3, seconds=3600, hz=10, noise=0.1)
    tracemalloc.start()
    found = breathing_rate(times, values)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert found.rate_per_min == pytest.approx(14.3, abs=0.2)
    assert found.confidence > 0.8
    assert peak < 40e6  # the power of all rates at all times would take 230 MB


def test_a_picture_an_hour_over_years_is_no_breathing_and_no_memory():
    times = np.arange(0, 3e8, 3600.0)
    found = breathing_rate(times, np.full(len(times), 33.0))
    assert "less than half of the time is measured" in found.reason
    windows = breathing_over_time(times[:50], np.full(50, 33.0))
    assert 0 < len(windows) <= 50 * 7  # of those with a picture


def test_windows_jump_over_a_pause():
    one, two = breath(12, seconds=60), breath(12, seconds=60, seed=1)
    times = np.concatenate([one[0], 5000 + two[0]])
    told = breathing_over_time(times, np.concatenate([one[1], two[1]]))
    rates = [found.rate_per_min for middle, found in told if not found.reason]
    assert rates == pytest.approx([12] * len(rates), abs=1)
    assert 10 <= len(rates) < len(told) < 40
    assert min(abs(middle - 5030) for middle, _ in told) < 3
