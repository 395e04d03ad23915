"""TIFF of every kind: pages in order, as stored, and what is left of cut files."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
import tifffile

from tfan.errors import InputError
from tfan.io import open_source


def read(path, **options) -> list[np.ndarray]:
    with open_source(path, **options) as source:
        return [frame.values for frame in source]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"bigtiff": True},
        {"byteorder": ">"},
        {"byteorder": ">", "compression": "zlib"},
        {"compression": "zlib"},
        {"imagej": True},
        {"ome": True, "metadata": {"axes": "TYX"}},
        {"tile": (16, 16), "compression": "zlib"},
    ],
    ids=str,
)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
def test_pages_come_back_as_stored(tmp_path, frames, options, dtype):
    stored = frames.astype(dtype)
    tifffile.imwrite(tmp_path / "a.tif", stored, photometric="minisblack", **options)
    with open_source(tmp_path / "a.tif") as source:
        assert len(source) == len(stored)
        for frame, expected in zip(source, stored, strict=True):
            assert frame.values.dtype == dtype
            assert frame.values.dtype.isnative
            np.testing.assert_array_equal(frame.values, expected)
        np.testing.assert_array_equal(source[3].values, stored[3])


def test_one_page_after_another(tmp_path, frames):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        for frame in frames:
            file.write(frame, contiguous=False)
    np.testing.assert_array_equal(read(tmp_path / "a.tif"), frames)


def test_lzw_is_read_by_opencv(tmp_path, frames):
    done = cv2.imwritemulti(
        str(tmp_path / "a.tif"), list(frames), [cv2.IMWRITE_TIFF_COMPRESSION, 5]
    )
    assert done
    np.testing.assert_array_equal(read(tmp_path / "a.tif"), frames)


def test_colours_are_blue_green_red_as_everywhere(tmp_path):
    colours = np.zeros((20, 24, 3), np.uint8)
    colours[..., 0] = np.arange(24) * 10  # red
    tifffile.imwrite(tmp_path / "a.tif", colours, photometric="rgb")
    np.testing.assert_array_equal(read(tmp_path / "a.tif")[0], colours[..., ::-1])
    tifffile.imwrite(tmp_path / "b.tif", np.dstack([colours, colours[..., 1]]), photometric="rgb",
                     extrasamples=["unassalpha"])  # fmt: skip
    assert read(tmp_path / "b.tif")[0].shape == (20, 24, 3)


def test_times_of_imagej_ome_and_tifffile(tmp_path, frames):
    tifffile.imwrite(tmp_path / "ij.tif", frames, imagej=True, metadata={"finterval": 0.25})
    plane = {"DeltaT": [0, 0.5, 1.5, 2, 2.25], "DeltaTUnit": ["s"] * 5}
    tifffile.imwrite(
        tmp_path / "ome.tif", frames, ome=True, metadata={"axes": "TYX", "Plane": plane}
    )
    tifffile.imwrite(tmp_path / "fps.tif", frames, metadata={"fps": 8})
    tifffile.imwrite(tmp_path / "none.tif", frames)
    times = {
        name: [frame.time_s for frame in open_source(tmp_path / f"{name}.tif")]
        for name in ("ij", "ome", "fps", "none")
    }
    assert times["ij"] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert times["ome"] == pytest.approx([0, 0.5, 1.5, 2, 2.25])
    assert times["fps"] == pytest.approx([0, 0.125, 0.25, 0.375, 0.5])
    assert times["none"] == [None] * 5
    told = [frame.time_s for frame in open_source(tmp_path / "none.tif", fps=4)]
    assert told == [0, 0.25, 0.5, 0.75, 1]


def test_thumbnails_beside_are_no_frames(tmp_path, frames):
    with tifffile.TiffWriter(tmp_path / "a.tif") as file:
        file.write(frames[0, ::4, ::4], metadata=None)
        file.write(frames, metadata=None)
    assert len(read(tmp_path / "a.tif")) == len(frames)


@pytest.mark.parametrize("compression", [None, "zlib"])
def test_cut_anywhere_gives_whole_pages_and_one_sentence(tmp_path, frames, compression):
    rng = np.random.default_rng(3)
    noisy = (frames + rng.integers(0, 90, frames.shape)).astype(np.uint16)
    with tifffile.TiffWriter(tmp_path / "whole.tif") as file:
        for frame in noisy:
            file.write(frame, contiguous=False, compression=compression)
    data = (tmp_path / "whole.tif").read_bytes()
    path = tmp_path / "a.tif"
    lengths = []
    for size in range(40, len(data), 97):
        path.write_bytes(data[:size])
        whole, said = [], ""
        try:
            with open_source(path) as source:
                whole.extend(source)
        except InputError as error:
            said = str(error)
        assert "\n" not in said
        for frame in whole:
            np.testing.assert_array_equal(frame.values, noisy[frame.index])
        assert len({frame.index for frame in whole}) == len(whole)
        assert said or len(whole) == len(noisy)
        lengths.append(len(whole))
    assert lengths == sorted(lengths)
    assert max(lengths) >= 4


def test_cut_in_one_block_of_pages(tmp_path, frames):
    tifffile.imwrite(tmp_path / "a.tif", frames)
    data = (tmp_path / "a.tif").read_bytes()
    end = data.index(frames.tobytes()) + frames.nbytes
    (tmp_path / "a.tif").write_bytes(data[: end - 400])
    whole = []
    with pytest.raises(InputError, match="1 that cannot be read, the first number 4"):
        whole.extend(frame.index for frame in open_source(tmp_path / "a.tif"))
    assert whole == [0, 1, 2, 3]


def test_duo_pro_r_says_its_unit(shared):
    name = "LJMUAstroecology_flirpy__examples_example_radiometric.tiff"
    frame = open_source(shared / "eval" / "radiometric" / name)[0]
    assert frame.hw == (512, 640)
    assert "Duo Pro R" in frame.reading.reason
    assert -5 < frame.celsius().min() < np.median(frame.celsius()) < frame.celsius().max() < 12


@pytest.mark.parametrize(
    ("name", "n"),
    [("20210322-141052", 80), ("20210324-052519", 161), ("20210324-134824", 164),
     ("20210325-071859", 127)],
)  # fmt: skip
def test_real_clips(shared, name, n):
    path = shared / "eval" / "radiometric" / f"feverscreen_{name}_centikelvin.tif"
    with open_source(path) as source:
        assert len(source) == n
        for index, frame in enumerate(source):
            assert frame.index == index
            assert frame.hw == (160, 120)
            assert frame.reading.unit == "centikelvin"
            assert frame.celsius().min() > 15
            assert 30 < frame.celsius().max() < 42
