"""NPY, NPZ and HDF5: the frames, their times, their unit, and broken files."""

from __future__ import annotations

import zipfile

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.io import open_source
from tfan.io.stacks import choose_times, in_seconds


def read(path, **options) -> np.ndarray:
    with open_source(path, **options) as source:
        return np.array([frame.values for frame in source])


def write(path, frames, name="frames", **others) -> None:
    if path.suffix == ".npy":
        np.save(path, frames)
    elif path.suffix == ".npz":
        np.savez(path, **{name: frames, **others})
    else:
        with pytest.importorskip("h5py").File(path, "w") as file:
            for at, values in {name: frames, **others}.items():
                file[at.replace(".", "/")] = values


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".h5"])
@pytest.mark.parametrize("dtype", ["uint8", ">u2", "<u2", "float32", ">f8"])
def test_frames_come_back_as_stored(tmp_path, frames, suffix, dtype):
    path = tmp_path / f"a{suffix}"
    write(path, frames.astype(dtype))
    with open_source(path) as source:
        assert len(source) == len(frames)
        np.testing.assert_array_equal(source[3].values, frames.astype(dtype)[3])
        for frame, expected in zip(source, frames.astype(dtype), strict=True):
            np.testing.assert_array_equal(frame.values, expected)
            assert frame.values.dtype.isnative


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".h5"])
@pytest.mark.parametrize(
    ("shape", "n", "hw"),
    [((20, 24), 1, (20, 24)), ((20, 24, 1), 1, (20, 24)), ((4, 20, 24, 1), 4, (20, 24)),
     ((4, 1, 20, 24), 4, (20, 24)), ((1, 20, 24), 1, (20, 24))],
)  # fmt: skip
def test_shapes_that_are_frames(tmp_path, suffix, shape, n, hw):
    values = np.arange(np.prod(shape), dtype=np.uint16).reshape(shape)
    path = tmp_path / f"a{suffix}"
    write(path, values)
    seen = read(path)
    assert seen.shape == (n, *hw)
    np.testing.assert_array_equal(seen.reshape(-1), values.reshape(-1))


def test_order_of_columns_first(tmp_path, frames):
    np.save(tmp_path / "a.npy", np.asfortranarray(frames))
    np.testing.assert_array_equal(read(tmp_path / "a.npy"), frames)


@pytest.mark.parametrize("suffix", [".npz", ".h5"])
def test_the_largest_array_of_frames_or_the_one_named(tmp_path, frames, suffix):
    path = tmp_path / f"a{suffix}"
    path.parent.mkdir(exist_ok=True)
    write(path, frames, "big", small=frames[:2, :16, :16], table=np.zeros((9000, 3)))
    np.testing.assert_array_equal(read(path), frames)
    np.testing.assert_array_equal(read(path, dataset="small"), frames[:2, :16, :16])
    with pytest.raises(InputError, match=r"expected a data set 'none', got 'big' \(5, 20, 24\)"):
        open_source(path, dataset="none")


@pytest.mark.parametrize("suffix", [".npz", ".h5"])
@pytest.mark.parametrize(
    ("name", "times"),
    [("time_s", [7, 7.5, 8.25, 8.5, 9]), ("timestamps", [0, 500, 1250, 1500, 2000]),
     ("t_ms", [0, 500, 1250, 1500, 2000]), ("time_us", [0, 5e5, 125e4, 15e5, 2e6]),
     ("stamp_ns", np.int64([0, 5e8, 125e7, 15e8, 2e9]) + 10**18)],
)  # fmt: skip
def test_times_are_found_in_any_unit(tmp_path, frames, suffix, name, times):
    path = tmp_path / f"a{suffix}"
    write(path, frames, "frames", **{name: np.array(times)})
    seen = [frame.time_s for frame in open_source(path)]
    assert seen == pytest.approx([0, 0.5, 1.25, 1.5, 2.0], abs=1e-6)
    assert open_source(path)[2].time_s == pytest.approx(1.25, abs=1e-6)


@pytest.mark.parametrize("times", [[0, 2, 1, 3, 4], [0, np.nan, 1, 2, 3], [0, 0, 0, 0, 0]])
def test_times_that_do_not_run_are_no_times(tmp_path, frames, times):
    np.savez(tmp_path / "a.npz", frames=frames, time=np.array(times, float))
    assert [frame.time_s for frame in open_source(tmp_path / "a.npz")] == [None] * 5


@pytest.mark.parametrize("step_s", [1 / 200, 1 / 30, 1 / 9, 1.0])
@pytest.mark.parametrize(("unit", "least"), [("s", 1), ("ms", 1e3), ("us", 1e6), ("ns", 1e9)])
def test_steps_tell_the_unit(step_s, unit, least):
    times = np.arange(50) * step_s * least
    np.testing.assert_allclose(in_seconds(times, "times"), np.arange(50) * step_s, rtol=1e-9)


@pytest.mark.parametrize(
    ("names", "least"),
    [(("time_s", "time_sec", "t_secs", "time_seconds", "TimeSeconds", "time (s)"), 1),
     (("t_ms", "timestamp_msec", "time_milliseconds", "timeMillis", "time [ms]"), 1e3),
     (("t_us", "time_usec", "time_microseconds", "stamp_micros", "timeUs", "t_µs"), 1e6),
     (("stamp_ns", "t_nsec", "t_nanoseconds", "cam/time_nanosecond", "timestampNs"), 1e9),
     (("time_min", "t_mins", "time_minute", "timeMinutes", "time (min)"), 1 / 60),
     (("time_h", "t_hr", "time_hrs", "time_hour", "timeHours", "time [h]"), 1 / 3600),
     (("timestamp_100ns", "time_100_ns"), 1e7), (("time_ms_1", "cam2/time_ms2"), 1e3)],
)  # fmt: skip
def test_the_end_of_a_name_tells_the_unit(names, least):
    times = np.arange(5) * 5.0  # by their steps they would be something else
    for name in names:
        assert choose_times({"frames": (5, 20, 24), name: (5,)}, 5) == [name]
        np.testing.assert_allclose(in_seconds(times * least, name), times, err_msg=name)


@pytest.mark.parametrize(
    "name",
    ["T1", "t2", "T_2", "distance_centimeters", "centimetres", "multimeter_v", "cam/altimetry", "s",
     "min", "temperature"],
)  # fmt: skip
def test_arrays_of_other_names_hold_no_times(name):
    assert choose_times({"frames": (5, 20, 24), name: (5,)}, 5) == []


@pytest.mark.parametrize("name", ["t", "ts", "Time", "unixtimes", "frametime", "stamps", "time2"])
def test_arrays_that_hold_times(name):
    assert choose_times({"frames": (5, 20, 24), name: (5,)}, 5) == [name]


@pytest.mark.parametrize("step_s", [1 / 30, 1 / 9, 5.0, 60.0, 1800.0])
@pytest.mark.parametrize("least", [1, 1e3, 1e6, 1e9])
def test_times_since_1970_are_known_by_their_size(step_s, least):
    times = 1_700_000_000 + np.arange(50) * step_s
    np.testing.assert_allclose(in_seconds(times * least, "timestamps"), times, atol=1e-6, rtol=0)


@pytest.mark.parametrize("step_s", [1 / 480, 1 / 300, 1 / 60, 1 / 9])
@pytest.mark.parametrize("least", [1e6, 1e9])
def test_a_counter_of_the_same_size_is_none_since_1970(step_s, least):
    times = 1700 + np.arange(50) * step_s  # seconds after the camera was switched on
    np.testing.assert_allclose(in_seconds(times * least, "timestamps"), times, rtol=1e-9)


@pytest.mark.parametrize("suffix", [".npz", ".h5"])
def test_the_array_that_runs_forward_holds_the_times(tmp_path, frames, suffix):
    write(tmp_path / f"a{suffix}", frames, "frames", integration_time=np.full(5, 0.012),
          time_of_shutter=np.array([3.0, 3, 2, 2, 2]), timestamps=np.arange(5) / 9)  # fmt: skip
    seen = [frame.time_s for frame in open_source(tmp_path / f"a{suffix}")]
    assert seen == pytest.approx(np.arange(5) / 9)


@pytest.mark.parametrize("begin_s", [0.0, 1.7e9])
def test_whole_seconds_are_spread(begin_s):
    truth = begin_s + 5 / 9 + np.arange(40) / 9  # begins and ends within a second
    seconds = in_seconds(np.floor(truth + 1e-6), "time_s")
    assert (np.diff(seconds) > 0).all()
    np.testing.assert_array_equal(np.floor(seconds + 1e-6), np.floor(truth + 1e-6))
    np.testing.assert_allclose(seconds, truth, atol=1e-6)


def test_the_first_second_may_have_begun_before_the_first_frame():
    """One frame at its end stood 0.9 s before the next, and all later times were wrong by that."""
    for begin_s in np.linspace(0, 0.95, 20):
        truth = begin_s + np.arange(60) / 9
        seconds = in_seconds(np.floor(truth + 1e-9), "time_s")
        np.testing.assert_array_equal(np.floor(seconds + 1e-9), np.floor(truth + 1e-9))
        off = (seconds - seconds[0]) - (truth - truth[0])
        assert np.abs(off).max() <= 1 / 9
        assert np.diff(seconds).max() < 2 / 9


@pytest.mark.parametrize(
    ("told", "spread"),
    [([0, 0.1, 0.2, 0.2, 0.3], [0, 0.1, 0.2, 0.25, 0.3]),
     ([0, 0, 1, 1, 61, 61, 62, 62], [0, 0.5, 1, 1.5, 61, 61.5, 62, 62.5]),  # a pause stays one
     ([0, 0, 1, 1, 1, 1], [0, 0.5, 1, 1.25, 1.5, 1.75]),
     ([0, 1, 2, 3, 3, 3], [0, 1, 2, 3, 3 + 1 / 3, 3 + 2 / 3]),
     ([0, 1, 1, 1, 2, 2, 2], [2 / 3, 1, 4 / 3, 5 / 3, 2, 7 / 3, 8 / 3]),  # begun before
     ([0, 9, 9, 10, 10, 11, 11], [0, 9, 9.5, 10, 10.5, 11, 11.5])],  # a pause at the beginning
)  # fmt: skip
def test_equal_stamps_are_spread_no_wider_than_others_stand(told, spread):
    np.testing.assert_allclose(in_seconds(np.array(told), "time_s"), spread, atol=1e-12)


def test_stamps_that_differ_stay_as_told():
    told = np.cumsum(np.random.default_rng(0).uniform(0.01, 0.3, 99))
    np.testing.assert_array_equal(in_seconds(told, "time_s"), told)


@pytest.mark.parametrize(
    ("said", "name"),
    [("C", "degrees Celsius"), ("°F", "degrees Fahrenheit"), (b"K", "kelvin"),
     ("centikelvin", "centikelvin")],
)  # fmt: skip
def test_hdf5_attribute_states_the_unit(tmp_path, frames, said, name):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file.create_dataset("deep/inside/frames", data=frames, compression="gzip")
        file["deep/inside/frames"].attrs["units"] = said
    frame = open_source(tmp_path / "a.h5")[0]
    assert frame.reading.unit == name
    assert "attribute 'units' says" in frame.reading.reason


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".h5"])
def test_cut_anywhere_invents_nothing(tmp_path, frames, suffix):
    write(tmp_path / f"whole{suffix}", frames)
    data = (tmp_path / f"whole{suffix}").read_bytes()
    path = tmp_path / f"a{suffix}"
    for size in [*range(1, len(data), 173), len(data) - 1]:
        path.write_bytes(data[:size])
        whole = []
        with pytest.raises(InputError) as caught, open_source(path) as source:
            whole.extend(source)
        assert "\n" not in str(caught.value)
        for frame in whole:
            np.testing.assert_array_equal(frame.values, frames[frame.index])
        assert len({frame.index for frame in whole}) == len(whole)


@pytest.mark.parametrize(
    ("values", "says"),
    [(np.array([[{}]]), "object"), (np.zeros((20, 24), bool), "bool"), (np.zeros(7), "shape"),
     (np.zeros((2, 3, 4, 5, 6)), "shape")],
)  # fmt: skip
def test_arrays_that_are_no_frames(tmp_path, values, says):
    np.save(tmp_path / "a.npy", values, allow_pickle=True)
    with pytest.raises(InputError, match=says):
        open_source(tmp_path / "a.npy")


def test_hdf5_without_frames(tmp_path):
    h5py = pytest.importorskip("h5py")
    with h5py.File(tmp_path / "a.h5", "w") as file:
        file["x"] = np.zeros(9)
    with pytest.raises(InputError, match=r"expected an array of frames, got 'x' \(9,\)"):
        open_source(tmp_path / "a.h5")


def test_what_else_was_packed_with_an_npz_does_not_matter(tmp_path, frames):
    np.savez(tmp_path / "a.npz", frames=frames)
    with zipfile.ZipFile(tmp_path / "a.npz", "a") as archive:
        archive.writestr("readme.txt", "By Anna.")
    with open_source(tmp_path / "a.npz") as source:
        np.testing.assert_array_equal(source[4].values, frames[4])


@pytest.mark.parametrize("other", [np.array(["Anna", "Ben"]), np.array({"fps": 9}, object)])
def test_names_and_notes_in_an_npz_do_not_matter(tmp_path, frames, other):
    np.savez(tmp_path / "a.npz", other=other, frames=frames)
    with open_source(tmp_path / "a.npz") as source:
        np.testing.assert_array_equal(source[4].values, frames[4])
    np.savez(tmp_path / "b.npz", other=other)
    with pytest.raises(InputError, match="expected an array of frames, got no arrays"):
        open_source(tmp_path / "b.npz")
