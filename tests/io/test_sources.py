"""The one door: folders, patterns, lists, cameras, units, and what it refuses."""

from __future__ import annotations

import gzip
import struct

import cv2
import numpy as np
import pytest
import tifffile

from tfan.errors import InputError
from tfan.io import Source, chain, open_source, readings, write_png
from tfan.io import camera as cameras
from tfan.io.formats import FORMATS, UNREADABLE
from tfan.io.readings import Readings
from tfan.io.recording import Damage, Indexed, Stored, UnreadableError, Wishes
from tfan.io.units import NAMED, UNIT_NAMES


def picture(path, value: int, hw=(20, 24)) -> None:
    cv2.imwrite(str(path), np.full(hw, value, np.uint16))


@pytest.fixture
def folder(tmp_path):
    for number in (1, 2, 10, 9):
        picture(tmp_path / f"frame_{number}.png", 30_000 + number)
    (tmp_path / "notes.txt").write_text("no picture")
    return tmp_path


@pytest.mark.parametrize("way", ["folder", "pattern", "list"])
def test_pictures_in_natural_order_are_one_source(folder, way):
    names = [folder / f"frame_{number}.png" for number in (1, 2, 9, 10)]
    name = {"folder": folder, "pattern": str(folder / "frame_*.png"), "list": names}[way]
    with open_source(name, fps=2) as source:
        assert len(source) == 4
        frames = list(source)
        assert [int(frame.values[0, 0]) for frame in frames] == [30001, 30002, 30009, 30010]
        assert [frame.index for frame in frames] == [0, 1, 2, 3]
        assert [frame.time_s for frame in frames] == [0, 0.5, 1, 1.5]
        assert [f.camera["file"] for f in frames][2:] == ["frame_9.png", "frame_10.png"]
        assert int(source[2].values[0, 0]) == 30009
        assert [int(frame.values[0, 0]) for frame in source.frames(3)] == [30010]


def test_a_broken_picture_leaves_its_number_free(folder):
    (folder / "frame_2.png").write_bytes((folder / "frame_2.png").read_bytes()[:60])
    (folder / "frame_9.png").write_bytes(b"")
    seen = []
    with pytest.raises(InputError, match=r"2 that cannot be read, the first number 1: frame_2"):
        seen.extend((f.index, int(f.values[0, 0])) for f in open_source(folder))
    assert seen == [(0, 30001), (3, 30010)]


def test_files_of_several_frames_are_numbered_through(tmp_path, frames):
    for part in range(3):
        np.save(tmp_path / f"part{part}.npy", frames + 10 * part)
    with open_source(tmp_path) as source:
        assert len(source) == 15
        seen = list(source)
        assert [frame.index for frame in seen] == list(range(15))
        np.testing.assert_array_equal(source[7].values, frames[2] + 10)


def test_the_number_of_frames_is_added_up_once(folder, monkeypatch):
    counted = []
    count = chain.Chain._count
    monkeypatch.setattr(chain.Chain, "_count", lambda *a: counted.append(a[1]) or count(*a))
    with open_source(folder) as source:
        assert [source.n_frames for _ in source] == [4] * 4
        assert len(source) == 4
    assert counted == [0, 1, 2, 3]


def listed(folder, monkeypatch, frames, *, n, holds, damaged=()):
    """Open a list of two files that promise n frames and hold others; also the starts of passes."""
    passes = []

    class Recording:
        kind, n_frames = "test", n

        def frames(self, start=0):
            passes.append(start)
            items = [Stored(index, frames[index]) for index in range(holds)]
            yield from (items + [Damage(index, "torn") for index in damaged])[start:]

        def close(self):
            pass

    monkeypatch.setattr(chain, "open_file", lambda *_: Recording())
    for name in ("a.npy", "b.npy"):
        np.save(folder / name, frames)
    return open_source([folder / "a.npy", folder / "b.npy"]), passes


def test_frames_that_a_file_promised_in_vain_keep_their_numbers(tmp_path, monkeypatch, frames):
    """Those of later files would have other numbers after a pass than before, or in a new one."""
    source, _ = listed(tmp_path, monkeypatch, frames, n=5, holds=3)
    np.testing.assert_array_equal(source[6].values, frames[1])
    seen = [(frame.index, source.n_frames) for frame in source]
    assert seen == [(0, 10), (1, 10), (2, 10), (5, 10), (6, 10), (7, 10)]
    np.testing.assert_array_equal(source[6].values, frames[1])
    assert len(source) == 10


def test_an_end_that_is_missing_moves_no_later_frame(tmp_path, monkeypatch, frames):
    source, _ = listed(tmp_path, monkeypatch, frames, n=3, holds=3, damaged=(3, 4))
    assert len(source) == 6
    seen = []
    with pytest.raises(InputError, match=r"got 4 that cannot be read, the first number 2: a\.npy"):
        seen.extend(frame.index for frame in source)
    assert seen == [0, 1, 2, 3, 4, 5]
    assert len(source) == 6
    np.testing.assert_array_equal(source[4].values, frames[1])


def test_more_frames_than_a_file_promised_are_read(tmp_path, monkeypatch, frames):
    source, _ = listed(tmp_path, monkeypatch, frames, n=3, holds=5)
    assert [frame.index for frame in source] == list(range(10))
    assert len(source) == 10


def test_files_that_promise_nothing_are_read_once_in_a_pass(tmp_path, monkeypatch, frames):
    source, passes = listed(tmp_path, monkeypatch, frames, n=None, holds=3, damaged=(3,))
    seen = []
    with pytest.raises(InputError, match="got 2 that cannot be read, the first number 3"):
        seen.extend(frame.index for frame in source)
    assert seen == [0, 1, 2, 4, 5, 6]
    assert passes == [0, 0]
    assert len(source) == 8


def test_times_of_flir_pictures_run_through_a_folder(tmp_path, write_fff, write_rjpeg):
    counts = np.full((20, 24), 3900, np.uint16)
    for i, seconds in enumerate([1_600_000_000.0, 1_600_000_000.5, 1_600_000_003.0]):
        (tmp_path / f"{i}.jpg").write_bytes(write_rjpeg(write_fff(counts, seconds=seconds)))
    with open_source(tmp_path) as source:
        assert [frame.time_s for frame in source] == pytest.approx([0, 0.5, 3.0])


def test_a_folder_of_matrices(tmp_path):
    for number in (1, 2):
        np.savetxt(tmp_path / f"m{number}.csv", np.full((20, 24), 30.0 + number), delimiter=",")
    assert [frame.values[0, 0] for frame in open_source(tmp_path)] == [31, 32]


def test_a_folder_of_recordings_is_no_source(tmp_path, frames):
    for number in (1, 2):
        np.savez(tmp_path / f"{number}.npz", frames=frames)
    with pytest.raises(InputError, match=r"got 2 recordings. Name each recording by itself"):
        open_source(tmp_path)
    (tmp_path / "1.npz").unlink()
    assert len(open_source(tmp_path)) == 5


@pytest.mark.parametrize(
    ("name", "says"),
    [("nothing.png", "nothing there"), ("none_*.png", "got neither"), ("empty", "got neither")],
)
def test_what_is_not_there(tmp_path, name, says):
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=says):
        open_source(tmp_path / name)


def test_words_beside_a_recording_are_no_recording(tmp_path, frames):
    np.savez(tmp_path / "1.npz", frames=frames)
    (tmp_path / "about.txt").write_text("recorded on Monday")
    assert len(open_source(tmp_path)) == 5


def test_a_list_of_one_has_its_name(folder):
    assert open_source([folder / "frame_9.png"]).name == str(folder / "frame_9.png")


@pytest.mark.parametrize(
    ("wish", "says"),
    [
        ({"emissivity": 0.0}, "more than 0 and at most 1, got 0"),
        ({"distance_m": -1.0}, "0 or more and at most 100000, got -1"),
        ({"reflected_celsius": -300.0}, "more than -273.15 and at most 5000, got -300"),
    ],
)
def test_wishes_that_cannot_be(folder, wish, says):
    with pytest.raises(InputError, match=says):
        open_source(folder, **wish)


def test_no_frame_comes_before_the_first(folder):
    with pytest.raises(InputError, match="start: expected 0 or more, got -2"):
        list(open_source(folder).frames(-2))


def test_nothing_in_a_list():
    with pytest.raises(InputError, match="expected at least one, got none"):
        open_source([])


@pytest.mark.parametrize("suffix", sorted(UNREADABLE))
def test_formats_that_are_known_but_not_read_are_named(tmp_path, suffix):
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"\1\2\3 some format")
    with pytest.raises(InputError) as caught:
        open_source(path)
    assert UNREADABLE[suffix] in str(caught.value)
    assert "Export it as" in str(caught.value)


def test_unknown_and_empty_files(tmp_path):
    (tmp_path / "a.xyz").write_bytes(b"what is this")
    with pytest.raises(InputError, match="starts with b'what is this'"):
        open_source(tmp_path / "a.xyz")
    (tmp_path / "b.seq").write_bytes(b"")
    with pytest.raises(InputError, match="empty file"):
        open_source(tmp_path / "b.seq")


def test_the_first_bytes_outweigh_the_name(tmp_path):
    picture(tmp_path / "a.png", 30_000)
    (tmp_path / "a.png").rename(tmp_path / "a.csv")
    assert open_source(tmp_path / "a.csv")[0].values[0, 0] == 30_000


def test_law_of_the_table():
    suffixes = [end for row in FORMATS for end in row.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(end == end.lower() and end.startswith(".") for end in suffixes)
    assert not set(suffixes) & set(UNREADABLE)
    signs = [sign for row in FORMATS for sign in row.signs]
    assert not [a for a in signs for b in signs if a is not b and a.startswith(b)]


# units


@pytest.mark.parametrize("name", sorted(NAMED))
def test_every_unit_gives_the_same_temperature(tmp_path, name):
    unit = NAMED[name]
    np.save(tmp_path / "a.npy", np.full((20, 24), (36.6 - unit.offset) / unit.scale))
    frame = open_source(tmp_path / "a.npy", unit=name)[0]
    np.testing.assert_allclose(frame.celsius(), 36.6, atol=1e-3)
    assert frame.reading.reason == f"unit={name!r} was asked for"


@pytest.mark.parametrize(("alias", "scale"), [("flir-10mk", 100), ("flir-100mk", 10),
                                              ("flir-40mk", 25), ("flir-400mk", 2.5)])  # fmt: skip
def test_temperature_linear(tmp_path, alias, scale):
    np.save(tmp_path / "a.npy", np.full((20, 24), 309.75 * scale))
    np.testing.assert_allclose(open_source(tmp_path / "a.npy", unit=alias)[0].celsius(), 36.6,
                               atol=1e-3)  # fmt: skip


def test_counts_are_never_temperatures(tmp_path, frames):
    np.save(tmp_path / "a.npy", frames)
    frame = open_source(tmp_path / "a.npy", unit="counts")[0]
    assert frame.reading.meaning == "pixel"
    with pytest.raises(InputError, match="expected temperatures"):
        frame.celsius()


def test_auto_says_why_and_decides_once(tmp_path, frames):
    late = frames.copy()
    late[3:] = 7000  # alone, this would be something else
    np.save(tmp_path / "a.npy", late)
    readings = {frame.reading for frame in open_source(tmp_path / "a.npy")}
    (reading,) = readings
    assert reading.unit == "centikelvin"
    assert "fit centikelvin" in reading.reason


@pytest.fixture
def starting(frames):
    """Four frames of nothing, as a camera gives while it starts, and then the scene."""
    return np.concatenate([np.zeros((4, *frames.shape[1:]), frames.dtype), frames])


def saved(folder, values, form):
    if form == "npy":
        np.save(folder / "a.npy", values)
        return folder / "a.npy"
    if form == "tif":
        tifffile.imwrite(folder / "a.tif", values, photometric="minisblack")
        return folder / "a.tif"
    if form == "cptv":
        (folder / "a.cptv").write_bytes(cptv(values))
        return folder / "a.cptv"
    if form == "csv":
        blocks = ["\n".join(",".join(map(str, row)) for row in one.tolist()) for one in values]
        (folder / "a.csv").write_text("\n\n".join(blocks))
        return folder / "a.csv"
    (folder / "pictures").mkdir()
    for number, one in enumerate(values):
        write_png(folder / "pictures" / f"{number}.png", one)
    return folder / "pictures"


@pytest.mark.parametrize("way", ["all", "one", "from", "last first"])
@pytest.mark.parametrize("form", ["npy", "tif", "cptv", "csv", "folder"])
def test_frames_of_nothing_do_not_decide_the_unit(tmp_path, starting, form, way):
    """The first frame, all 0, was taken for 8-bit levels, and so was the whole recording."""
    with open_source(saved(tmp_path, starting, form)) as source:
        if way == "all":
            read = list(source)
        elif way == "one":
            read = [source[0], source[7], source[1]]
        elif way == "from":
            read = list(source.frames(2))
        else:
            read = [source[len(starting) - 1], source[0]]
    assert {frame.reading.unit for frame in read} == {"centikelvin"}
    for frame in read:
        assert frame.values.dtype == (np.float32 if form == "csv" else np.uint16)
        np.testing.assert_array_equal(frame.values, starting[frame.index])
    if way == "all":
        assert [frame.index for frame in read] == list(range(len(starting)))
    if way != "last first":
        assert read[0].reading.reason.endswith(" in frame 4, the first that holds values")


@pytest.mark.parametrize("value", [0, 65535])
def test_a_recording_of_nothing_is_read_all_the_same(tmp_path, monkeypatch, value):
    monkeypatch.setattr(readings, "MOST_HELD", 3)
    np.save(tmp_path / "a.npy", np.full((9, 20, 24), value, np.uint16))
    seen = list(open_source(tmp_path / "a.npy"))
    assert [frame.index for frame in seen] == list(range(9))
    assert {frame.reading.meaning for frame in seen} == {"pixel"}
    assert all((frame.values == value).all() for frame in seen)


def test_only_so_many_frames_wait_and_the_unit_is_right_from_the_first_values_on(
    tmp_path, monkeypatch, starting
):
    monkeypatch.setattr(readings, "MOST_HELD", 2)
    np.save(tmp_path / "a.npy", starting)
    units = [frame.reading.unit for frame in open_source(tmp_path / "a.npy")]
    assert units == ["8-bit levels"] * 4 + ["centikelvin"] * (len(starting) - 4)


def test_held_frames_take_no_memory_and_damage_keeps_its_place(starting):
    def items():
        for number, values in enumerate(starting):
            yield Damage(number, "torn") if number == 2 else Stored(number, values)

    held = Readings("auto")
    settled = held.settled(items())
    assert [item.index for item in settled] == list(range(len(starting)))
    waiting = Readings("auto")._held(Stored(0, starting[0]))
    assert waiting.stored.values.size == 1
    np.testing.assert_array_equal(waiting.whole().values, starting[0])


def test_colours_that_begin_black_are_read_by_the_first_that_has_some(tmp_path):
    ramp = np.tile(np.arange(0, 256, 2, dtype=np.uint8), (40, 1))
    colours = cv2.applyColorMap(ramp, cv2.COLORMAP_JET)[..., ::-1]
    np.save(tmp_path / "a.npy", np.stack([np.zeros_like(colours)] * 2 + [colours] * 2))
    channels = {frame.reading.channels for frame in open_source(tmp_path / "a.npy")}
    assert channels == {"palette"}


def test_a_frame_of_nan_decides_nothing(tmp_path):
    values = np.full((3, 20, 24), 33.5, np.float32)
    values[1:] += np.linspace(0, 3, 24, dtype=np.float32)
    values[0] = np.nan
    np.save(tmp_path / "a.npy", values)
    first, *others = open_source(tmp_path / "a.npy")
    assert {frame.reading.unit for frame in (first, *others)} == {"degrees Celsius"}
    assert first.reading.reason.endswith("in frame 1, the first that holds values")
    assert np.isnan(first.values).all()
    np.save(tmp_path / "b.npy", values[:1])
    (alone,) = open_source(tmp_path / "b.npy")
    assert alone.reading.unit == "counts"
    assert "nothing to decide by" in alone.reading.reason


def test_unknown_unit(tmp_path):
    with pytest.raises(InputError, match="'centikelvin'"):
        open_source(tmp_path / "a.npy", unit="rankine")
    assert "auto" in UNIT_NAMES


def test_colours_have_no_temperature(tmp_path):
    write_png(tmp_path / "a.png", np.full((20, 24, 3), 80, np.uint8))
    with pytest.raises(InputError, match="expected one number a pixel, got a colour picture"):
        open_source(tmp_path / "a.png", unit="celsius")[0]


def test_plain_jpeg_is_said_to_be_one(tmp_path):
    cv2.imwrite(str(tmp_path / "a.jpg"), np.arange(480, dtype=np.uint8).reshape(20, 24) // 2)
    reading = open_source(tmp_path / "a.jpg")[0].reading
    assert "no temperatures in this JPEG, only an 8-bit picture" in reading.reason
    assert reading.meaning == "pixel"


# cameras


class Device:
    def __init__(self, number: int) -> None:
        self.left, self.opened = 3, number in (0, 2)
        self.set_to = {cv2.CAP_PROP_FRAME_WIDTH: 24, cv2.CAP_PROP_FRAME_HEIGHT: 20}
        self.in_bytes = number == 2

    def isOpened(self) -> bool:  # noqa: N802  OpenCV's name
        return self.opened

    def read(self):
        self.left -= 1
        values = np.full((20, 24), 30_000 + self.left, np.uint16)
        return self.left >= 0, values.reshape(1, -1).view(np.uint8) if self.in_bytes else values

    def get(self, key: int) -> float:
        return float(self.set_to[key])

    def set(self, key: int, value: float) -> None:
        self.set_to[key] = value

    def release(self) -> None:
        self.opened = False


def test_camera(monkeypatch):
    made = []
    monkeypatch.setattr(cv2, "VideoCapture", lambda n: made.append(Device(n)) or made[-1])
    ticks = iter([100.0, 100.1, 100.3])
    monkeypatch.setattr(cameras.time, "monotonic", lambda: next(ticks))
    source = open_source("camera:0:raw")
    seen = []
    with pytest.raises(InputError, match="camera that gives no more frames"), source:
        seen.extend(source)
    assert [frame.index for frame in seen] == [0, 1, 2]
    assert seen[0].time_s == 0
    assert made[0].set_to[cv2.CAP_PROP_CONVERT_RGB] == 0
    assert not made[0].opened
    with pytest.raises(InputError, match="none that opens"):
        open_source("camera:7")
    with pytest.raises(InputError, match="camera:N"):
        open_source("camera:front")


def test_a_camera_that_starts_black(monkeypatch):
    class Starting(Device):
        def read(self):
            done, values = super().read()
            return done, values * (self.left < 1)

    monkeypatch.setattr(cv2, "VideoCapture", Starting)
    seen = []
    with pytest.raises(InputError, match="no more frames"), open_source("camera:0:raw") as source:
        seen.extend(source)
    assert [frame.values.max() for frame in seen] == [0, 0, 30_000]
    assert {frame.reading.unit for frame in seen} == {"centikelvin"}
    assert 0 == seen[0].time_s < seen[1].time_s < seen[2].time_s  # of when they came


def test_a_driver_that_hands_over_bytes(monkeypatch):
    monkeypatch.setattr(cv2, "VideoCapture", Device)
    with open_source("camera:2:raw", unit="centikelvin") as source:
        frame = next(iter(source))
    assert frame.values.dtype == np.uint16
    np.testing.assert_array_equal(frame.values, np.full((20, 24), 30_002))


# CPTV and IRG


def cptv(frames: np.ndarray, *, bits: int = 12, background: int | None = None) -> bytes:
    """The format as its specification has it, for a test."""

    def field(code: bytes, data: bytes) -> bytes:
        return bytes([len(data)]) + code + data

    height, width = frames.shape[1:]
    head = [field(b"X", struct.pack("<I", width)), field(b"Y", struct.pack("<I", height)),
            field(b"E", b"lepton3.5"), field(b"C", b"\1")]  # fmt: skip
    out = b"CPTV\2H" + bytes([len(head)]) + b"".join(head)
    last = np.zeros((height, width), np.int64)
    for i, frame in enumerate(frames.astype(np.int64)):
        change = (frame - last).copy()
        last = frame
        change[1::2] = change[1::2, ::-1]
        flat = change.reshape(-1)
        text = "".join(format(int(v) & (2**bits - 1), f"0{bits}b") for v in np.diff(flat))
        text += "0" * (-len(text) % 8)
        data = struct.pack("<i", flat[0]) + int(text, 2).to_bytes(len(text) // 8, "big")
        fields = [field(b"t", struct.pack("<I", 5000 + 111 * i)), field(b"w", bytes([bits])),
                  field(b"f", struct.pack("<I", len(data)))]  # fmt: skip
        if i == background:
            fields.append(field(b"g", b"\1"))
        out += b"F" + bytes([len(fields)]) + b"".join(fields) + data
    return gzip.compress(out)


def test_cptv(tmp_path, frames):
    (tmp_path / "a.cptv").write_bytes(cptv(frames))
    with open_source(tmp_path / "a.cptv") as source:
        assert source.n_frames is None
        for frame, expected in zip(source, frames, strict=True):
            np.testing.assert_array_equal(frame.values, expected)
        assert [f.time_s for f in source] == pytest.approx([0, 0.111, 0.222, 0.333, 0.444])
        assert source[3].reading.unit == "centikelvin"
        assert source[3].camera["model"] == "lepton3.5"


def test_what_follows_the_background_of_a_cptv_builds_on_it(tmp_path, frames):
    (tmp_path / "a.cptv").write_bytes(cptv(frames, background=0))
    with open_source(tmp_path / "a.cptv") as source:
        for frame, expected in zip(source, frames[1:], strict=True):
            np.testing.assert_array_equal(frame.values, expected)


def test_cut_cptv(tmp_path, frames):
    noisy = (frames + np.random.default_rng(1).integers(0, 50, frames.shape)).astype(np.uint16)
    data = cptv(noisy)
    for size in range(40, len(data), 211):
        (tmp_path / "a.cptv").write_bytes(data[:size])
        seen = []
        with pytest.raises(InputError), open_source(tmp_path / "a.cptv") as source:
            seen.extend(source)
        for frame in seen:
            np.testing.assert_array_equal(frame.values, noisy[frame.index])


def test_real_cptv_and_irg(shared):
    folder = shared / "eval" / "radiometric"
    with open_source(folder / "TheCacophonyProject_python-cptv__tests_data_v2.cptv") as source:
        frames = list(source)
    assert len(frames) == 100
    assert (int(frames[0].values.min()), int(frames[0].values.max())) == (2654, 2948)  # cptv 1.5.5
    assert frames[0].reading.meaning == "pixel"
    frame = open_source(folder / "jaseg_infiray_irg__example.irg")[0]
    celsius = frame.celsius()
    assert frame.hw == (256, 192)
    assert celsius.min() == pytest.approx(25.85, abs=1e-3)  # infiray_irg 1.5
    assert celsius.max() == pytest.approx(49.225, abs=1e-3)


def test_dji_of_its_own_kind_is_named(shared):
    path = shared / "eval" / "radiometric" / "SanNianYiSi_thermal_parser__images_DJI_H20T.jpg"
    frame = open_source(path)[0]
    assert frame.hw == (512, 640)
    assert "DJI's own R-JPEG format (ZH20T), which tfan does not read" in frame.reading.reason


# frames to which what was asked does not apply


def test_a_colour_picture_among_others_costs_its_own_frame_only(tmp_path):
    for number in range(6):
        picture(tmp_path / f"{number}.png", 30_000 + number)
    write_png(tmp_path / "2.png", np.full((20, 24, 3), 80, np.uint8))
    seen = []
    says = (
        r"got 1 that cannot be read, the first number 2: 2\.png: a colour picture \(20, 24, 3\) in "
        r"place of one number a pixel\. The others are right\.$"
    )
    with pytest.raises(InputError, match=says), open_source(tmp_path, unit="centikelvin") as source:
        seen.extend(source)
    assert [frame.index for frame in seen] == [0, 1, 3, 4, 5]
    assert {frame.reading.unit for frame in seen} == {"centikelvin"}
    assert source[5].values[0, 0] == 30_005
    with pytest.raises(InputError, match="expected one number a pixel, got a colour picture"):
        source[2]


@pytest.mark.parametrize("wish", [{"emissivity": 0.97}, {"reflected_celsius": 20.0}])
@pytest.mark.parametrize("odd", [0, 2, 5])
def test_a_photo_among_flir_pictures_costs_its_own_frame_only(
    tmp_path, write_fff, write_rjpeg, wish, odd
):
    for number in range(6):
        path = tmp_path / f"{number}.jpg"
        if number == odd:
            cv2.imwrite(str(path), np.full((20, 24, 3), (10, 90, 200), np.uint8))
        else:
            counts = np.full((20, 24), 3900, np.uint16)
            path.write_bytes(write_rjpeg(write_fff(counts, seconds=1.6e9 + number)))
    seen = []
    (name,) = wish
    says = f"got 1 that cannot be read, the first number {odd}: {odd}.jpg: no raw counts with the"
    with pytest.raises(InputError, match=f"{says} .* that {name} needs. The others are right"):
        seen.extend(open_source(tmp_path, **wish))
    assert [frame.index for frame in seen] == [number for number in range(6) if number != odd]
    first = 1 if odd == 0 else 0
    assert [frame.time_s for frame in seen] == [frame.index - first for frame in seen]


def test_where_nothing_fits_the_wish_is_refused(tmp_path):
    for number in range(3):
        write_png(tmp_path / f"{number}.png", np.full((20, 24, 3), 80, np.uint8))
    with pytest.raises(InputError, match=r"^unit='kelvin': expected one number a pixel, got a col"):
        list(open_source(tmp_path, unit="kelvin"))
    with pytest.raises(InputError, match="Leave out distance_m"):
        list(open_source(tmp_path, distance_m=1.0))


def test_a_wish_that_never_fits_is_refused_before_the_end():
    read = []

    def fetch(index):
        read.append(index)
        return Stored(index, np.zeros((20, 24, 3), np.uint8))

    source = Source("clip", Indexed("video", 10**9, fetch), Wishes(unit="celsius"))
    with pytest.raises(InputError, match="expected one number a pixel, got a colour picture"):
        list(source)
    assert len(read) < 1000


def test_a_torn_frame_does_not_hide_that_a_wish_never_fits():
    """All 5,000 frames were read, and all were said to be torn."""
    read = []

    def fetch(index):
        read.append(index)
        if index % 7 == 0:
            raise UnreadableError("torn")
        return Stored(index, np.zeros((20, 24, 3), np.uint8))

    source = Source("clip", Indexed("video", 5000, fetch), Wishes(unit="celsius"))
    with pytest.raises(InputError, match="expected one number a pixel, got a colour picture"):
        list(source)
    assert len(read) < 1000


# times


def clip_of(clocks, *, fps=None, damaged=()):
    """A source whose frames have these times on a clock, None for no time."""

    def fetch(index):
        if index in damaged:
            raise UnreadableError("torn")
        return Stored(index, np.full((20, 24), 30_000, np.uint16), clocks[index])

    return Source("clip", Indexed("test", len(clocks), fetch), Wishes(), fps)


def times_of(source, start=0):
    seen = []
    try:
        seen.extend((frame.index, frame.time_s) for frame in source.frames(start))
    except InputError as error:
        assert "torn" in str(error)  # noqa: PT017
    return dict(seen)


@pytest.mark.parametrize("damaged", [(), (3,), (2, 4), (1, 5)])
def test_a_frame_without_a_time_stays_between_its_neighbours(damaged):
    clocks = [1.6e9 + 0.01 * number for number in range(8)]
    clocks[3] = clocks[4] = None
    at = times_of(clip_of(clocks, damaged=damaged))
    assert list(at) == [number for number in range(8) if number not in damaged]
    assert (np.diff(list(at.values())) > 0).all()
    for number, time_s in at.items():
        if clocks[number] is not None:
            assert time_s == clocks[number] - clocks[0]
        else:
            assert 0 < time_s - max(at[n] for n in at if n < number and clocks[n]) < 0.01
        for source in (clip_of(clocks, damaged=damaged), clip_of(clocks, fps=9, damaged=damaged)):
            assert source[number].time_s == time_s
            later = {n: t for n, t in at.items() if n >= number}
            assert times_of(source, number) == later


@pytest.mark.parametrize("first", [0, 1])
def test_where_the_first_frame_has_no_time_none_has(first):
    clocks = [None, None, 1.0, 2.0, None, 3.0]
    damaged = range(first)
    assert set(times_of(clip_of(clocks, damaged=damaged)).values()) == {None}
    assert set(times_of(clip_of(clocks, damaged=damaged), 3).values()) == {None}
    assert clip_of(clocks, damaged=damaged)[5].time_s is None
    by_rate = times_of(clip_of(clocks, fps=2, damaged=damaged))
    assert by_rate == {number: number / 2 for number in range(first, 6)}


def test_one_time_before_many_frames_without_is_no_clock():
    clocks = [0.0, *[None] * 30]
    assert set(times_of(clip_of(clocks)).values()) == {None}
    assert clip_of(clocks)[0].time_s is None
    assert times_of(clip_of(clocks, fps=2)) == {number: number / 2 for number in range(31)}
    assert times_of(clip_of([7.0])) == {0: 0.0}
    assert times_of(clip_of([7.0, None, 8.0])) == {0: 0.0, 1: 0.001, 2: 1.0}


def test_frames_are_not_read_far_ahead_for_their_times():
    read = []

    def fetch(index):
        read.append(index)
        return Stored(index, np.full((20, 24), 30_000, np.uint16), 0.1 if index == 0 else None)

    first = next(Source("clip", Indexed("test", 10**9, fetch), Wishes()).frames())
    assert first.time_s is None
    assert len(read) < 20


def test_guessed_times_are_marked():
    source = clip_of([0.0, 0.5, None, None, 2.0, None], damaged=(3,))
    seen = []
    with pytest.raises(InputError, match="torn"):
        seen.extend(source)
    assert [frame.index for frame in seen if frame.time_guessed] == [2, 5]
    assert source[5].time_guessed
    assert not source[4].time_guessed
    assert not any(frame.time_guessed for frame in clip_of([None, 0.5, None], fps=9))
    assert not any(frame.time_guessed for frame in clip_of([None, 0.5, None]))
    assert not any(frame.time_guessed for frame in clip_of([0.0, *[None] * 20]))


@pytest.mark.parametrize("way", ["pass", "backwards", "from the middle"])
def test_frames_without_times_are_not_looked_for_again_and_again(way):
    """Torn ones among them, or others asked for by their numbers, made each a walk back."""
    n, fetched = 200, []

    def fetch(index):
        fetched.append(index)
        if way != "backwards" and index > 2 and index % 2 == 0:
            raise UnreadableError("torn")
        return Stored(index, np.full((20, 24), 30_000, np.uint16), index if index < 2 else None)

    source = Source("clip", Indexed("test", n, fetch), Wishes())
    if way == "backwards":
        at = {number: source[number].time_s for number in reversed(range(n))}
    else:
        at = times_of(source, 100 if way == "from the middle" else 0)
    assert all(time_s == pytest.approx(1 + (k - 1) / 1000) for k, time_s in at.items() if k)
    assert len(fetched) < 3 * n


def test_times_are_the_same_in_any_order():
    rng = np.random.default_rng(1)
    for _ in range(50):
        clocks = [number if told else None for number, told in enumerate(rng.random(30) < 0.5)]
        clocks[:2] = 0, 1
        damaged = {*np.flatnonzero(rng.random(30) < 0.2)} - {0, 1}
        wanted = [number for number in rng.integers(0, 30, 40) if number not in damaged]
        source = clip_of(clocks, damaged=damaged)
        alone = [clip_of(clocks, damaged=damaged)[int(number)].time_s for number in wanted]
        assert [source[int(number)].time_s for number in wanted] == alone
        at = times_of(source)
        assert [at[number] for number in wanted] == alone


def test_a_picture_without_a_time_among_flir_files(tmp_path, write_fff):
    for number in range(5):
        counts = np.full((20, 24), 3900, np.uint16)
        data = write_fff(counts, seconds=1.6e9 + 5 * number)
        (tmp_path / f"{number}.fff").write_bytes(data)
    picture(tmp_path / "2.png", 30_000)
    (tmp_path / "2.fff").unlink()
    assert [f.time_s for f in open_source(tmp_path)] == pytest.approx([0, 5, 5.001, 15, 20])
    picture(tmp_path / "0.png", 30_000)
    (tmp_path / "0.fff").unlink()
    assert [f.time_s for f in open_source(tmp_path)] == [None] * 5


def test_some_frames_by_their_numbers():
    source = clip_of([0.1 * number for number in range(9)], damaged=(4, 6))
    seen = []
    with pytest.raises(InputError, match=r"got 1 that cannot be read, the first number 4: torn"):
        seen.extend(source.frames_at([1, 4, 7]))
    assert [frame.index for frame in seen] == [1, 7]
    assert [frame.index for frame in source.frames_at([8, 0])] == [8, 0]
    with pytest.raises(InputError, match="the first number 9: no frame"):
        list(source.frames_at([9]))
