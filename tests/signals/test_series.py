import numpy as np
import pytest

from tfan.errors import InputError
from tfan.signals import drift, nuc_steps, resample_evenly, where_telling, without_steps


def times_of(seconds=30.0, hz=9.0, seed=0):
    rng = np.random.default_rng(seed)
    return np.cumsum(rng.uniform(0.6, 1.4, int(seconds * hz))) / hz


def test_a_slow_wave_survives_resampling():
    times = times_of()
    even = resample_evenly(times, np.sin(times), rate_hz=5)
    assert np.diff(even.time_s) == pytest.approx(0.2)
    known = np.isfinite(even.values)
    assert even.values[known] == pytest.approx(np.sin(even.time_s[known]), abs=0.08)
    assert known.mean() > 0.99


def test_long_gaps_stay_gaps_and_short_ones_are_bridged():
    times = np.arange(0, 10, 0.1)
    values = times.copy()
    values[(times > 2.01) & (times < 2.35)] = np.nan
    values[(times > 5.01) & (times < 7.95)] = np.nan
    even = resample_evenly(times, values, max_gap_s=0.5)
    assert even.rate_hz == pytest.approx(10)
    missing = even.time_s[np.isnan(even.values)]
    assert missing.min() == pytest.approx(5.1)
    assert missing.max() == pytest.approx(7.9)


def test_noise_is_averaged_not_folded_down():
    rng = np.random.default_rng(0)
    times = np.arange(0, 100, 1 / 30)
    even = resample_evenly(times, rng.normal(0, 1, (len(times), 2)), rate_hz=3)
    assert even.values.shape == (len(even.time_s), 2)
    assert np.nanstd(even.values) == pytest.approx(1 / np.sqrt(10), rel=0.15)


def test_too_short_or_unsorted_series_are_refused():
    with pytest.raises(InputError, match="two or more"):
        resample_evenly([1.0], [2.0])
    with pytest.raises(InputError, match="Sort the rows"):
        resample_evenly([2.0, 1.0], [2.0, 3.0])
    with pytest.raises(InputError, match="rate_hz"):
        resample_evenly([1.0, 2.0], [2.0, 3.0], rate_hz=-1)


def regions(times, seed=0):
    rng = np.random.default_rng(seed)
    breath = 0.3 * np.sin(2 * np.pi * 0.25 * times)
    cells = 33 + rng.normal(0, 0.05, (len(times), 4))
    cells[:, 0] += breath
    return cells


def test_steps_of_all_regions_are_found_and_taken_out():
    times = times_of(60)
    clean = regions(times)
    at = [100, 300]
    dirty = clean.copy()
    dirty[at[0] :] += 0.7
    dirty[at[1] :] -= 1.2
    steps = nuc_steps(times, dirty)
    assert list(steps.rows) == at
    assert steps.step == pytest.approx([0.7, -1.2], abs=0.1)
    assert steps.time_s == pytest.approx(times[at])
    assert without_steps(dirty, steps) == pytest.approx(clean, abs=0.15)


@pytest.mark.parametrize("gap_s", [0.11, 0.5, 0.85, 1.0, 1.2, 1.6, 2.0, 2.9])
@pytest.mark.parametrize("columns", [1, 4])
def test_steps_behind_a_closed_shutter_are_found(gap_s, columns):
    rng = np.random.default_rng(0)
    first = np.arange(0, 20, 1 / 9)
    times = np.concatenate([first, first[-1] + gap_s + first])
    values = 34 + rng.normal(0, 0.03, (len(times), columns))
    values[len(first) :] += 0.6
    steps = nuc_steps(times, values)
    assert list(steps.rows) == [len(first)]
    assert steps.step == pytest.approx([0.6], abs=0.06)


def test_a_long_absence_is_no_step():
    first = np.arange(0, 20, 1 / 9)
    times = np.concatenate([first, first[-1] + 5 + first])
    assert len(nuc_steps(times, np.where(times < 21, 34.0, 34.6)).rows) == 0


@pytest.mark.parametrize("gap_s", [0.5, 1.0, 1.5, 2.0, 2.8])
@pytest.mark.parametrize("per_min", [9, 15, 24])
def test_gaps_in_a_breath_are_no_steps(gap_s, per_min):
    """One nostril alone, lost now and then: the breath has gone on where it is seen again."""
    for seed in range(12):
        rng = np.random.default_rng(seed)
        times = times_of(60, seed=seed)
        values = 33 + 0.4 * np.sin(2 * np.pi * per_min / 60 * times)
        values += rng.normal(0, 0.03, len(times))
        for start in rng.uniform(3, 55, 4):
            values[(times > start) & (times < start + gap_s)] = np.nan
        assert list(nuc_steps(times, values).rows) == [], seed


@pytest.mark.parametrize("hz", [0.7, 1.25, 3.0])
def test_slow_and_uneven_series_make_no_steps(hz):
    for seed in range(20):
        times = times_of(120, hz=hz, seed=seed)
        warming = 0.3 * np.sin(times / 20)[:, None]
        assert len(nuc_steps(times, regions(times, seed) + warming).rows) == 0, seed


def test_breaths_spikes_and_noise_are_no_steps():
    times = times_of(60)
    clean = regions(times)
    assert len(nuc_steps(times, clean).rows) == 0
    clean[200] += 2.0  # one bad frame
    assert len(nuc_steps(times, clean).rows) == 0
    breath = 33 + 0.4 * np.sign(np.sin(2 * np.pi * 0.25 * times))
    assert len(nuc_steps(times[:3], breath[:3]).rows) == 0


def test_a_step_in_one_region_of_many_is_that_regions_own():
    times = times_of(60)
    cells = regions(times)
    cells[250:, 1] += 1.0
    assert len(nuc_steps(times, cells).rows) == 0


@pytest.mark.parametrize("n", [4, 30])
def test_samples_of_no_quality_make_no_step(n):
    """The landmarks lie on the wall for a while: all regions fall at once, and rise again."""
    times = times_of(60)
    cells, quality = regions(times), np.full(len(times), 0.9)
    cells[400:] += 0.7  # the camera's own step
    cells[200 : 200 + n], quality[200 : 200 + n] = 24, 0.004
    assert len(nuc_steps(times, cells).rows) == (3 if n == 30 else 1)
    steps = nuc_steps(times, cells, quality=quality)
    assert list(steps.rows) == [400]
    assert np.isnan(where_telling(cells, quality)[200 : 200 + n]).all()
    assert np.isfinite(where_telling(cells, quality)).sum() == cells.size - 4 * n
    assert len(nuc_steps(times, cells, quality=np.zeros(len(times))).rows) == 0
    unknown = np.full(len(times), np.nan)
    assert len(nuc_steps(times, cells, quality=unknown).rows) == len(nuc_steps(times, cells).rows)


def test_a_quality_belongs_to_each_sample():
    with pytest.raises(InputError, match=r"quality: expected one number a sample.* got \(3,\)"):
        nuc_steps([0, 1, 2, 3], [1.0, 2, 3, 4], quality=[1, 1, 1])


@pytest.mark.parametrize("slope", [0.4, -0.25])
def test_drift_is_told_with_its_range(slope):
    times = times_of(120)
    values = regions(times)[:, 1] + slope * times / 60
    values[50] += 20
    found = drift(times, values)
    assert found.per_min == pytest.approx(slope, abs=0.05)
    assert found.low <= slope <= found.high
    assert found.flagged


def test_no_drift_is_not_flagged_in_95_of_100():
    flags = [
        drift(times_of(60, seed=s), regions(times_of(60, seed=s), s), least=0.0) for s in range(60)
    ]
    assert np.mean([found.flagged for found in flags]) < 0.12
    assert np.isnan(drift([0, 1, 2], [1, 2, 3]).per_min)
