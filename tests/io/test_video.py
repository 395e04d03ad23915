"""Video: what was encoded comes back, in all its bits and at its times."""

from __future__ import annotations

import struct
from fractions import Fraction

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.io import open_source
from tfan.io.ffv1 import checksums_hold

av = pytest.importorskip("av")
STAMPS = [0, 40, 90, 120, 200, 240, 300, 330]  # ms, as cameras that drop frames have them


def grey(n: int = 8, dtype=np.uint16) -> np.ndarray:
    y, x = np.mgrid[:48, :64]
    top = 30_000 if dtype == np.uint16 else 20
    return np.stack([top + 3 * x + y + 9 * i for i in range(n)]).astype(dtype)


def encode(path, pictures, *, codec="ffv1", pixels="gray16le", stamps=None, gop=12,
           options=None, wrapping=None) -> None:  # fmt: skip
    step = Fraction(1, 25) if path.suffix == ".avi" else Fraction(1, 1000)  # AVI has no stamps
    with av.open(str(path), "w", options=wrapping or {}) as container:
        stream = container.add_stream(codec, rate=25)
        stream.height, stream.width = pictures.shape[1:3]
        stream.pix_fmt, stream.gop_size = pixels, gop
        stream.codec_context.options = options or {}
        stream.time_base = stream.codec_context.time_base = step
        for i, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(
                picture, format={2: pixels, 3: "rgb24"}[picture.ndim]
            )
            frame.pts = round((stamps or range(0, 40 * len(pictures), 40))[i] / 1000 / step)
            frame.time_base = step
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.mark.parametrize(("pixels", "dtype"), [("gray16le", np.uint16), ("gray", np.uint8)])
def test_grey_ffv1_is_lossless_with_true_times(tmp_path, pixels, dtype):
    stored = grey(dtype=dtype)
    encode(tmp_path / "a.mkv", stored, pixels=pixels, stamps=STAMPS)
    with open_source(tmp_path / "a.mkv") as source:
        assert len(source) == 8
        frames = list(source)
        for frame, expected in zip(frames, stored, strict=True):
            assert frame.values.dtype == dtype
            np.testing.assert_array_equal(frame.values, expected)
        assert [f.time_s for f in frames] == pytest.approx([s / 1000 for s in STAMPS])
        assert frames[0].reading.unit == ("centikelvin" if dtype == np.uint16 else "8-bit levels")
        for index in (5, 0, 7, -2):
            np.testing.assert_array_equal(source[index].values, stored[index])
        assert [frame.index for frame in source.frames(6)] == [6, 7]


@pytest.mark.parametrize(
    ("suffix", "codec", "pixels"),
    [(".mp4", "mpeg4", "yuv420p"), (".avi", "mjpeg", "yuvj420p"), (".mkv", "mpeg4", "yuv420p"),
     (".mov", "mpeg4", "yuv420p")],
)  # fmt: skip
def test_colour_video_in_order(tmp_path, suffix, codec, pixels):
    n = 30
    pictures = np.zeros((n, 48, 64, 3), np.uint8)
    pictures[..., 0] = (np.arange(n) * 8)[:, None, None]  # red grows
    encode(tmp_path / f"a{suffix}", pictures, codec=codec, pixels=pixels)
    with open_source(tmp_path / f"a{suffix}") as source:
        reds = [float(frame.values[..., 2].mean()) for frame in source]
        assert np.abs(np.array(reds) - np.arange(n) * 8).max() < 12
        assert len(source) == n
        assert source[17].values[..., 2].mean() == pytest.approx(reds[17])
        assert source[17].time_s == pytest.approx(17 * 0.04, abs=1e-3)


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("suffix", [".mkv", ".avi", ".mp4"])
def test_cut_video_invents_nothing(tmp_path, suffix, share):
    stored = grey(40, np.uint8)
    codec = "mpeg4" if suffix == ".mp4" else "ffv1"
    pixels = "yuv420p" if suffix == ".mp4" else "gray"
    if suffix == ".mp4":
        pictures = np.repeat(stored[..., None], 3, axis=3)
        encode(tmp_path / "whole.mp4", pictures, codec=codec, pixels=pixels)
    else:
        encode(tmp_path / f"whole{suffix}", stored, codec=codec, pixels=pixels)
    data = (tmp_path / f"whole{suffix}").read_bytes()
    path = tmp_path / f"a{suffix}"
    path.write_bytes(data[: int(len(data) * share)])
    whole = []
    with pytest.raises(InputError) as caught, open_source(path) as source:
        whole.extend(source)
    assert "\n" not in str(caught.value)
    assert len(whole) < 40
    if suffix != ".mp4":
        assert len(whole) > 40 * share - 10  # what the headers take
        for i, frame in enumerate(whole):
            assert frame.index == i
            np.testing.assert_array_equal(frame.values, stored[i])


def moving(n: int) -> np.ndarray:
    """Grey pictures (N, 48, 64, 3) in which every frame is another one."""
    grain = np.random.default_rng(0).integers(0, 60, (n, 48, 64, 1))
    levels = 3 * np.arange(n)[:, None, None, None]
    return (levels + grain).repeat(3, axis=3).astype(np.uint8)


def trimmed(folder, *, from_s: float, shown_s: float) -> list[int]:
    """Write 60 frames of 30 Hz as whole.mp4; a.mp4 has an edit list; return what that shows."""
    path = folder / "whole.mp4"
    encode(path, moving(60), codec="mpeg4", pixels="yuv420p",
           stamps=[i * 1000 / 30 for i in range(60)], options={"sc_threshold": "1000000000"},
           wrapping={"movflags": "faststart"},
    )  # fmt: skip
    data = bytearray(path.read_bytes())
    edit = data.index(b"elst") + 12
    with av.open(str(path)) as container:
        ticks = round(from_s / container.streams.video[0].time_base)
    struct.pack_into(">Ii", data, edit, round(1000 * shown_s), ticks)
    (folder / "a.mp4").write_bytes(data)
    return [i for i in range(60) if from_s - 0.01 <= i / 30 < from_s + shown_s - 0.01]


@pytest.mark.parametrize(
    ("from_s", "shown_s"), [(0.5, 1.5), (0.5, 1.0), (0.0, 1.0), (1.3, 0.5)]
)  # key frames are 0.4 s apart
def test_what_an_edit_list_hides_has_no_number(tmp_path, from_s, shown_s):
    shown = trimmed(tmp_path, from_s=from_s, shown_s=shown_s)
    whole = list(open_source(tmp_path / "whole.mp4"))
    with open_source(tmp_path / "a.mp4") as source:
        frames = list(source)
        assert len(source) == len(frames) == len(shown)
        for frame, number in zip(frames, shown, strict=True):
            np.testing.assert_array_equal(frame.values, whole[number].values)
        assert np.diff([frame.time_s for frame in frames]) == pytest.approx(1 / 30, abs=2e-3)
        for index in (0, 3, 10, len(shown) - 1):
            np.testing.assert_array_equal(source[index].values, frames[index].values)
            assert source[index].time_s == frames[index].time_s
        rest = list(source.frames(10))
        assert [frame.index for frame in rest] == list(range(10, len(shown)))
        np.testing.assert_array_equal(rest[0].values, frames[10].values)


def test_a_trimmed_file_that_is_cut_short_is_damaged(tmp_path):
    shown = trimmed(tmp_path, from_s=0.5, shown_s=1.0)
    with av.open(str(tmp_path / "a.mp4")) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        end = [packet.pos for packet in packets if not packet.is_discard][12]
    (tmp_path / "a.mp4").write_bytes((tmp_path / "a.mp4").read_bytes()[:end])
    seen = []
    says = f"the first number 12: the end before {len(shown)} frames"
    with pytest.raises(InputError, match=says):
        seen.extend(open_source(tmp_path / "a.mp4"))
    assert [frame.index for frame in seen] == list(range(12))


@pytest.mark.parametrize("options", [{}, {"bf": "0"}, {"x264-params": "open-gop=1:bframes=16"}])
@pytest.mark.parametrize(
    ("suffix", "wrapping"),
    [(".mp4", {"movflags": "frag_keyframe+empty_moov"}), (".mp4", {}), (".mkv", {})],
)
def test_every_frame_is_met_by_its_number(tmp_path, suffix, wrapping, options):
    """FFmpeg seeks by when frames are decoded or by when they are shown, as the container is."""
    path = tmp_path / f"a{suffix}"
    encode(path, moving(60), codec="libx264", pixels="yuv420p", options=options, wrapping=wrapping)
    with open_source(path) as source:
        frames = list(source)
        assert len(source) == len(frames) == 60
        for number in (*range(60), 23, 11):
            frame = source[number]
            np.testing.assert_array_equal(frame.values, frames[number].values)
            assert frame.time_s == pytest.approx(frames[number].time_s)


@pytest.mark.parametrize("suffix", [".mkv", ".avi"])
def test_a_missing_end_has_a_number(tmp_path, suffix):
    """It had none before a pass, in a list of files, and the later files others than after it."""
    stored = grey(40)
    for name in ("cut", "whole"):
        encode(tmp_path / f"{name}{suffix}", stored, gop=1)
    data = (tmp_path / f"cut{suffix}").read_bytes()
    (tmp_path / f"cut{suffix}").write_bytes(data[: len(data) * 6 // 10])
    alone = open_source(tmp_path / f"cut{suffix}")
    end = len(alone)
    with open_source([tmp_path / f"cut{suffix}", tmp_path / f"whole{suffix}"]) as source:
        assert len(source) == end + len(stored)
        np.testing.assert_array_equal(source[end].values, stored[0])
        seen = []
        with pytest.raises(InputError) as caught:
            seen.extend(frame.index for frame in source)
        lost = sorted({*range(end + len(stored))} - {*seen})
        assert lost == list(range(lost[0], end))
        assert f"got {len(lost)} that cannot be read, the first number {lost[0]}" in str(
            caught.value
        )
        assert len(source) == end + len(stored)
        np.testing.assert_array_equal(source[end].values, stored[0])
    with pytest.raises(InputError, match="got the end before"):
        alone[end - 1]
    for name, n in (("cut", end), ("whole", len(stored))):
        with pytest.raises(IndexError):
            open_source(tmp_path / f"{name}{suffix}")[n]


def test_no_video(tmp_path):
    (tmp_path / "a.mp4").write_bytes(b"nothing of that kind" * 99)
    with pytest.raises(InputError, match="expected a whole video file"):
        open_source(tmp_path / "a.mp4")


def test_frames_that_cannot_be_decoded_cost_no_later_one_its_number(tmp_path):
    stored = grey(16)
    encode(tmp_path / "a.mkv", stored, gop=4)
    with av.open(str(tmp_path / "a.mkv")) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    half = len(packets[4]) // 2
    broken = packets[4][:half] + bytes(len(packets[4]) - half)
    data = (tmp_path / "a.mkv").read_bytes()
    (tmp_path / "a.mkv").write_bytes(data.replace(packets[4], broken))
    source = open_source(tmp_path / "a.mkv")  # 5 to 7 build on 4
    for start in (0, 2, 4, 6):
        seen = []
        with pytest.raises(InputError, match=f"the first number {max(start, 4)}:"):
            seen.extend(source.frames(start))
        assert [frame.index for frame in seen] == [*range(start, 4), *range(8, 16)]
        for frame in seen:
            np.testing.assert_array_equal(frame.values, stored[frame.index])
    with pytest.raises(InputError, match="frame 6"):
        source[6]
    np.testing.assert_array_equal(source[9].values, stored[9])


SUMS = {"level": "3", "slicecrc": "1", "slices": "4"}


@pytest.mark.parametrize(("gop", "lost"), [(1, [3]), (4, [5, 6, 7]), (12, [*range(5, 12)])])
def test_a_wrong_checksum_is_a_lost_frame_and_never_an_older_picture(tmp_path, gop, lost):
    stored = grey(12)
    encode(tmp_path / "a.mkv", stored, gop=gop, options=SUMS)
    with av.open(str(tmp_path / "a.mkv")) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    assert all(map(checksums_hold, packets))
    assert len(list(open_source(tmp_path / "a.mkv"))) == 12
    whole = packets[lost[0]]
    middle = len(whole) // 2
    broken = whole[:middle] + bytes([whole[middle] ^ 85]) + whole[middle + 1 :]
    assert not checksums_hold(broken)
    data = (tmp_path / "a.mkv").read_bytes()
    (tmp_path / "a.mkv").write_bytes(data.replace(whole, broken))
    seen = []
    says = f"got {len(lost)} that cannot be read, the first number {lost[0]}: a frame whose check"
    with pytest.raises(InputError, match=says), open_source(tmp_path / "a.mkv") as source:
        seen.extend(source)
    assert [frame.index for frame in seen] == [n for n in range(12) if n not in lost]
    for frame in seen:
        np.testing.assert_array_equal(frame.values, stored[frame.index])
    if 8 not in lost:
        np.testing.assert_array_equal(open_source(tmp_path / "a.mkv")[8].values, stored[8])
    with pytest.raises(InputError, match="checksum"):
        open_source(tmp_path / "a.mkv")[lost[-1]]


def test_without_checksums_nothing_is_doubted(tmp_path):
    encode(tmp_path / "a.mkv", grey(4), options={"level": "3", "slicecrc": "0"})
    with av.open(str(tmp_path / "a.mkv")) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    assert not any(map(checksums_hold, packets))
    assert not checksums_hold(bytes(99))
    assert len(list(open_source(tmp_path / "a.mkv"))) == 4
    assert not checksums_hold(b"")
