"""Colours back to values: every palette, both channel orders, after JPEG, under overlays."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from tfan.thermal.interpret import interpret
from tfan.thermal.palettes import Match, decode, load_palettes, recognise
from tfan.thermal.plane import prepare

EXACT_LEVELS = 3  # the decoder keeps six bits per channel
JPEG_LEVELS = 12  # mean error after JPEG of quality 80 on a smooth scene
NAMES = sorted(load_palettes())
MIRRORED = {"jet", "green"}  # red and blue play the same part: the order cannot be told


@pytest.fixture(scope="module")
def grey() -> np.ndarray:
    """A smooth 120 x 160 scene that uses all 256 levels."""
    noise = np.random.default_rng(11).normal(size=(120, 160)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 12)
    ranks = smooth.reshape(-1).argsort().argsort().reshape(smooth.shape)
    return (ranks * 256 // smooth.size).astype(np.uint8)


def coloured(grey: np.ndarray, name: str, order: str = "rgb") -> np.ndarray:
    colours = load_palettes()[name].round().astype(np.uint8)[grey]
    return np.ascontiguousarray(colours if order == "rgb" else colours[..., ::-1])


def error(grey: np.ndarray, values: np.ndarray) -> float:
    return float(np.abs(values.astype(int) - grey).mean())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_every_palette_is_recognised_and_undone(grey, name, order):
    image = coloured(grey, name, order)
    match = recognise(image)
    if name in MIRRORED:
        assert match.name == name
        match = Match(name, order, 1.0)
    assert (match.name, match.order, match.sure) == (name, order, True)
    assert error(grey, decode(image, match)) < EXACT_LEVELS


@pytest.mark.parametrize("name", ["inferno", "iron", "iron_soft", "hot", "rainbow_contrast", "ice"])
def test_jpeg_is_survived(grey, name):
    large = cv2.resize(grey, (640, 480), interpolation=cv2.INTER_CUBIC)
    _, data = cv2.imencode(".jpg", coloured(large, name, "bgr"), [cv2.IMWRITE_JPEG_QUALITY, 80])
    image = cv2.imdecode(data, cv2.IMREAD_COLOR)
    match = recognise(image)
    assert (match.name, match.order) == (name, "bgr")
    assert error(large, decode(image, match)) < JPEG_LEVELS


@pytest.mark.parametrize("name", ["INFERNO", "MAGMA", "PLASMA", "VIRIDIS", "TURBO", "HOT", "BONE"])
def test_opencv_maps_are_known_by_their_own_colours(grey, name):
    image = cv2.applyColorMap(grey, getattr(cv2, f"COLORMAP_{name}"))
    match = recognise(image)
    assert (match.name, match.order) == (name.lower(), "bgr")
    assert error(grey, decode(image, match)) < EXACT_LEVELS


def test_overlays_do_not_hide_the_palette(grey):
    image = coloured(grey, "iron")
    image[:20, :60], image[100:, -50:] = (0, 255, 0), (90, 90, 90)
    cv2.putText(image, "36.5 C", (60, 60), cv2.FONT_HERSHEY_SIMPLEX, 1, (255, 255, 255), 2)
    assert recognise(image).name == "iron"
    assert recognise(image).sure


def test_grey_stored_as_colour(grey):
    image = np.dstack([grey] * 3)
    reading = interpret(image)
    assert reading.channels == "grey"
    np.testing.assert_array_equal(prepare(image).values, grey)
    image[:9, :40] = (0, 0, 255)  # a red text on a grey picture
    assert interpret(image).channels == "grey"


def test_alpha_and_width_do_not_matter(grey):
    image = coloured(grey, "inferno")
    expected = prepare(image).values
    noise = np.random.default_rng(0).integers(0, 255, (*grey.shape, 1), np.uint8)
    for same in (
        np.concatenate([image, noise], axis=2),
        image.astype(np.float32) / 255,
        image.astype(np.uint16) * 257,
        np.asfortranarray(image),
        image[::-1][::-1],
    ):
        assert interpret(same).channels == "palette"
        assert error(expected, prepare(same).values) < EXACT_LEVELS


def test_colours_of_no_palette_become_luminance():
    image = np.random.default_rng(6).integers(0, 255, (60, 80, 3), np.uint8)
    reading = interpret(image)
    assert reading.channels == "luminance"
    assert "no known palette" in reading.reason
    np.testing.assert_array_equal(prepare(image).values, cv2.cvtColor(image, cv2.COLOR_BGR2GRAY))


def test_colours_hold_no_temperature(grey):
    reading = interpret(coloured(grey, "iron"), "temperature")
    assert reading.meaning == "pixel"
    assert "colours hold no temperatures" in reading.reason


@pytest.mark.data
def test_real_pseudo_colour_pictures_are_recognised(shared):
    pictures = sorted((shared / "eval" / "dev" / "images").glob("IS2AI_SpeakingFaces__*.png"))
    assert pictures
    for path in pictures:
        image = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        for seen in (image, image[..., [2, 1, 0]]):
            reading = interpret(seen)
            assert reading.channels == "palette", path.name
            assert reading.palette.explained > 0.9, path.name
        assert reading.palette.order == "rgb"


@pytest.mark.parametrize("name", ["jet", "rainbow", "iron", "hot"])
def test_a_picture_that_is_mostly_background_is_recognised(name):
    y, x = np.mgrid[:240, :320].astype(np.float32)
    warm = 200 * np.exp(-((((x - 160) / 30) ** 2 + ((y - 110) / 40) ** 2) ** 2))
    noise = np.random.default_rng(4).normal(size=warm.shape) * 4
    grey = np.clip(warm + 30 + noise, 0, 255).astype(np.uint8)
    _, data = cv2.imencode(".jpg", coloured(grey, name, "bgr"), [cv2.IMWRITE_JPEG_QUALITY, 85])
    assert recognise(cv2.imdecode(data, cv2.IMREAD_COLOR)).name == name
