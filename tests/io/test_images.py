"""Files to arrays: what is stored comes back, and what cannot be read says so."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from tfan.errors import InputError
from tfan.io import images, read_image, write_png

SHAPE = (30, 40)
JPEG_TOLERANCE_LEVELS = 4  # quality 95 on a smooth ramp


def ramp(dtype: str) -> np.ndarray:
    values = np.linspace(0, 1, SHAPE[0] * SHAPE[1]).reshape(SHAPE)
    scale = {"uint8": 255, "uint16": 40_000}.get(dtype, 35.5)
    return (values * scale).astype(dtype)


def encoded(suffix: str, image: np.ndarray) -> bytes:
    return cv2.imencode(suffix, image)[1].tobytes()


@pytest.mark.parametrize(
    ("suffix", "dtype"),
    [
        (".png", "uint8"),
        (".png", "uint16"),
        (".bmp", "uint8"),
        (".tiff", "uint8"),
        (".tiff", "uint16"),
        (".tiff", "float32"),
        (".tiff", "float64"),
    ],
)
def test_values_come_back_as_stored(tmp_path, suffix, dtype):
    image = ramp(dtype)
    (tmp_path / f"a{suffix}").write_bytes(encoded(suffix, image))
    read = read_image(tmp_path / f"a{suffix}")
    assert read.dtype == image.dtype
    np.testing.assert_array_equal(read, image)


def test_jpeg_comes_back_nearly(tmp_path):
    (tmp_path / "a.jpg").write_bytes(encoded(".jpg", ramp("uint8")))
    read = read_image(tmp_path / "a.jpg").astype(int)
    assert read.shape == SHAPE
    assert np.abs(read - ramp("uint8")).max() <= JPEG_TOLERANCE_LEVELS


@pytest.mark.parametrize("dtype", [">u2", "<f8", "int32", "bool"])
def test_npy_holds_any_type(tmp_path, dtype):
    image = ramp("uint8").astype(dtype)
    np.save(tmp_path / "a.npy", image)
    read = read_image(tmp_path / "a.npy")
    assert read.dtype == image.dtype
    np.testing.assert_array_equal(read, image)


def test_not_a_number_survives_a_float_tiff(tmp_path):
    image = ramp("float32")
    image[3, 4] = np.nan
    (tmp_path / "a.tiff").write_bytes(encoded(".tiff", image))
    assert np.argwhere(np.isnan(read_image(tmp_path / "a.tiff"))).tolist() == [[3, 4]]


@pytest.mark.parametrize("channels", [3, 4])
def test_colours_are_blue_green_red_as_everywhere_with_opencv(tmp_path, channels):
    stored = np.zeros((*SHAPE, channels), np.uint8)
    stored[..., 2] = 200
    (tmp_path / "a.png").write_bytes(encoded(".png", stored))
    read = read_image(tmp_path / "a.png")
    assert read.shape == (*SHAPE, channels)
    assert read[0, 0, :3].tolist() == [0, 0, 200]


def test_content_decides_not_the_suffix(tmp_path):
    (tmp_path / "really_a_tiff.png").write_bytes(encoded(".tiff", ramp("uint16")))
    np.testing.assert_array_equal(read_image(tmp_path / "really_a_tiff.png"), ramp("uint16"))


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tiff"])
@pytest.mark.parametrize("share", [0.3, 0.9])
def test_file_cut_short_is_refused(tmp_path, suffix, share):
    data = encoded(suffix, np.random.default_rng(0).integers(0, 255, SHAPE).astype(np.uint8))
    (tmp_path / f"a{suffix}").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(InputError, match=r"expected a whole \w+ file, got \d+ bytes .*cut short"):
        read_image(tmp_path / f"a{suffix}")


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_file_cut_short_is_refused_by_any_decoder(tmp_path, monkeypatch, suffix):
    """OpenCV 4 fills the missing rest with grey; the closing mark is looked for first."""
    monkeypatch.setattr(images, "_decode", lambda data: np.zeros(SHAPE, np.uint8))
    data = encoded(suffix, ramp("uint8"))
    (tmp_path / "a").write_bytes(data)
    assert read_image(tmp_path / "a").shape == SHAPE
    (tmp_path / "a").write_bytes(data[:-20])
    with pytest.raises(InputError, match="cut short"):
        read_image(tmp_path / "a")


def test_jpeg_cut_after_a_preview_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(images, "_decode", lambda data: np.zeros(SHAPE, np.uint8))
    data = encoded(".jpg", ramp("uint8"))
    preview = b"\xff\xe1" + (2 + 6).to_bytes(2, "big") + b"abcd\xff\xd9"  # ends with the mark
    whole = data[:2] + preview + data[2:]
    (tmp_path / "whole.jpg").write_bytes(whole)
    assert read_image(tmp_path / "whole.jpg").shape == SHAPE
    (tmp_path / "cut.jpg").write_bytes(whole[:-40])
    with pytest.raises(InputError, match="cut short"):
        read_image(tmp_path / "cut.jpg")


def test_npy_cut_short_or_of_objects_is_refused(tmp_path):
    np.save(tmp_path / "a.npy", ramp("float32"))
    data = (tmp_path / "a.npy").read_bytes()
    (tmp_path / "a.npy").write_bytes(data[:-100])
    with pytest.raises(InputError, match="a whole NPY file of numbers"):
        read_image(tmp_path / "a.npy")
    np.save(tmp_path / "o.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(InputError, match="a whole NPY file of numbers"):
        read_image(tmp_path / "o.npy")


def test_other_content_is_named(tmp_path):
    (tmp_path / "page.png").write_text("<html>not found</html>")
    with pytest.raises(
        InputError, match=r"expected an image .* got a file that starts with b'<html"
    ):
        read_image(tmp_path / "page.png")
    (tmp_path / "empty.png").write_bytes(b"")
    with pytest.raises(InputError, match="got an empty file"):
        read_image(tmp_path / "empty.png")


def test_missing_file_and_empty_folder_are_named(tmp_path):
    with pytest.raises(InputError, match="nothing there"):
        read_image(tmp_path / "absent.png")
    with pytest.raises(InputError, match=r"in this folder, got none"):
        read_image(tmp_path)


@pytest.mark.parametrize("method", ["is_dir", "iterdir"])
def test_a_folder_that_must_not_be_read_is_named(tmp_path, monkeypatch, method):
    def forbidden(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, method, forbidden)
    with pytest.raises(InputError, match="expected a file that can be read, got Permission denied"):
        read_image(tmp_path)


def test_written_picture_comes_back_and_leaves_nothing_beside(tmp_path):
    picture = np.random.default_rng(1).integers(0, 255, (*SHAPE, 3)).astype(np.uint8)
    write_png(tmp_path / "new" / "a.png", picture)
    np.testing.assert_array_equal(read_image(tmp_path / "new" / "a.png")[..., ::-1], picture)
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["a.png"]


def test_place_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="a place to write a picture"):
        write_png(tmp_path / "file" / "a.png", np.zeros((2, 2, 3), np.uint8))
