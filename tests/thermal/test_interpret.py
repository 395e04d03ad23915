"""What numbers mean: a table of scenes, and one sentence for each thing that is no image."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.thermal.interpret import interpret, to_celsius

CELSIUS_ATOL = 0.06  # decikelvin are stored in steps of 0.1


def scene() -> np.ndarray:
    """A 40 x 60 scene of 18 to 36 degC."""
    rng = np.random.default_rng(4)
    celsius = rng.uniform(18, 24, (40, 60))
    celsius[10:30, 20:40] = rng.uniform(30, 36, (20, 20))
    return celsius.astype(np.float32)


def levels() -> np.ndarray:
    return ((scene() - 18) / 18 * 255).clip(0, 255).astype(np.uint8)


def spoilt() -> np.ndarray:
    celsius = scene()
    celsius[0, :20], celsius[1, :20], celsius[2, ::2] = 600, -200, np.nan
    celsius[3, 3] = np.inf
    return celsius


READINGS = [
    (levels(), "pixel", "8-bit levels"),
    (levels().astype(np.float32), "pixel", "8-bit levels"),
    (levels().astype(np.uint16), "pixel", "8-bit levels"),
    (levels().astype(np.int64), "pixel", "8-bit levels"),
    (levels() / 255, "pixel", "0..1"),
    ((levels() > 9).astype(np.uint8), "pixel", "8-bit levels"),
    (scene(), "temperature", "degrees Celsius"),
    (scene().astype(np.float16), "temperature", "degrees Celsius"),
    (scene() - 40, "temperature", "degrees Celsius"),
    (spoilt(), "temperature", "degrees Celsius"),
    (scene() + 273.15, "temperature", "kelvin"),
    ((scene() + 273.15) * 100, "temperature", "centikelvin"),
    (((scene() + 273.15) * 100).astype(np.uint16), "temperature", "centikelvin"),
    (((scene() + 273.15) * 100).astype(">u2"), "temperature", "centikelvin"),
    (((scene() + 273.15) * 10).astype(np.uint16), "temperature", "decikelvin"),
    ((scene() * 30 + 7000).astype(np.uint16), "pixel", "counts"),
    ((scene() * 10).astype(np.int32), "pixel", "counts"),
]


@pytest.mark.parametrize(("image", "meaning", "unit"), READINGS)
def test_auto(image, meaning, unit):
    reading = interpret(image)
    assert (reading.meaning, reading.unit) == (meaning, unit)
    assert reading.unit in reading.reason
    assert image.dtype.newbyteorder("=").name in reading.reason


@pytest.mark.parametrize(("image", "meaning", "unit"), [r for r in READINGS if r[1] != "pixel"])
def test_temperatures_become_celsius(image, meaning, unit):
    celsius = to_celsius(image.astype(np.float64), interpret(image))
    expected = np.sort(celsius[12:28, 22:38], axis=None)
    assert expected[0] > -12
    assert expected[-1] < 36 + CELSIUS_ATOL


def test_celsius_by_hand():
    counts = np.full((20, 20), 30965, np.uint16)  # 309.65 K
    np.testing.assert_allclose(to_celsius(counts, interpret(counts)), 36.5, atol=1e-4)
    with pytest.raises(InputError, match="image: expected temperatures, got counts: "):
        to_celsius(counts // 3, interpret(counts // 3))


@pytest.mark.parametrize(("image", "meaning", "unit"), READINGS)
def test_pixel_is_taken_at_its_word(image, meaning, unit):
    reading = interpret(image, "pixel")
    assert reading.meaning == "pixel"
    assert "was asked for" in reading.reason


def test_temperature_is_taken_at_its_word_where_any_unit_fits():
    whole_degrees = scene().astype(np.uint8)
    assert interpret(whole_degrees).meaning == "pixel"
    assert interpret(whole_degrees, "temperature").unit == "degrees Celsius"
    counts = (scene() * 30 + 7000).astype(np.uint16)
    reading = interpret(counts, "temperature")
    assert reading.meaning == "pixel"
    assert "no temperature unit fits" in reading.reason


def test_two_per_cent_of_flames_do_not_flip_the_meaning():
    celsius = scene()
    celsius.reshape(-1)[:48] = 300
    assert interpret(celsius).unit == "degrees Celsius"


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (np.zeros((0, 0)), r"image: expected at least 16 x 16 pixels, got shape \(0, 0\)\."),
        (np.zeros((1, 1)), r"image: expected at least 16 x 16 pixels, got shape \(1, 1\)\."),
        (np.zeros((8, 640)), r"image: expected at least 16 x 16 pixels, got shape \(8, 640\)\."),
        (np.zeros(99), r"image: expected shape \(height, width\) or .*, got \(99,\)\."),
        (np.zeros((20, 20, 2)), r"image: expected shape .*, got \(20, 20, 2\)\."),
        (np.zeros((20, 20, 5)), r"image: expected shape .*, got \(20, 20, 5\)\."),
        (np.zeros((2, 20, 20, 3)), r"image: expected shape .*, got \(2, 20, 20, 3\)\."),
        (np.zeros((20, 20), complex), "image: expected real numbers, got dtype complex128."),
        (np.zeros((20, 20), bool), r"got dtype bool\. Use image\.astype\('uint8'\)\."),
        (np.full((20, 20), None), "image: expected real numbers, got dtype object."),
        (np.full((20, 20), "a"), "image: expected real numbers, got dtype <U1."),
        ([[1, 2], [3]], r"image: expected an array of numbers, got list \(setting an array"),
        (None, "image: expected real numbers, got dtype object."),
        (np.full((20, 20), np.nan), "image: expected finite values, got only NaN or infinite"),
        (np.full((20, 20), np.inf), "image: expected finite values, got only NaN or infinite"),
    ],
)
def test_what_is_no_image_is_said_in_one_sentence(image, sentence):
    with pytest.raises(InputError, match=sentence):
        interpret(image)


def test_objects_that_are_numbers_are_numbers():
    celsius = np.linspace(20, 36, 400).reshape(20, 20)
    assert interpret(celsius.astype(object)) == interpret(celsius)


def test_unknown_mode():
    with pytest.raises(
        InputError, match="mode: expected 'auto' or 'temperature' or 'pixel', got 'kelvin'"
    ):
        interpret(scene(), "kelvin")
