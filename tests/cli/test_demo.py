"""`tfan demo`: the frame ships, is radiometric, and the picture is where the program says."""

from __future__ import annotations

from importlib.resources import as_file, files

import numpy as np
from typer.testing import CliRunner

from tfan.cli.demo import DEMO_FRAME
from tfan.cli.main import app
from tfan.io import read_image
from tfan.thermal.interpret import interpret, to_celsius

SKIN_CELSIUS = (28.0, 40.0)


def frame():
    with as_file(files("tfan") / "data" / DEMO_FRAME) as path:
        return read_image(path)


class Blind:
    """Sees no faces, and keeps what it was shown."""

    shown: list[np.ndarray]

    def __init__(self, **asked):
        self.shown = SHOWN

    def detect(self, image, mode="auto", **limits):
        self.shown.append(image)
        return []


SHOWN: list[np.ndarray] = []


def test_frame_is_radiometric_with_someone_in_it():
    image = frame()
    assert (image.dtype, image.shape) == (np.uint16, (480, 640))
    reading = interpret(image)
    assert reading.unit == "centikelvin"
    celsius = to_celsius(image, reading)
    warm = (celsius > SKIN_CELSIUS[0]) & (celsius < SKIN_CELSIUS[1])
    assert warm.mean() > 0.02
    assert celsius.max() < SKIN_CELSIUS[1]


def test_demo_writes_the_picture_and_says_where(tmp_path):
    SHOWN.clear()
    result = CliRunner().invoke(app, ["demo", str(tmp_path / "out")], obj=Blind)
    assert result.exit_code == 0, result.output
    picture = tmp_path / "out" / "demo.png"
    assert f"Picture:        {picture}" in result.stdout
    assert "tfan detect YOUR_IMAGE" in result.stdout
    assert "centikelvin" in result.stderr
    assert read_image(picture).shape == (960, 1280, 3)
    np.testing.assert_array_equal(SHOWN[0], frame())
