from __future__ import annotations

import pickle

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.synth.tfake.files import (
    centikelvin,
    points_text,
    read_image,
    stem_of,
    thermal_celsius,
    thermal_levels,
    write_dense,
    write_image,
)


def test_levels_span_20_to_40_degrees_and_cut_off_the_rest():
    celsius = np.array([[-5.0, 20.0, 30.0, 40.0, 55.0]])
    assert thermal_levels(celsius).tolist() == [[0, 0, 32768, 65535, 65535]]


def test_levels_hold_degrees_to_a_six_thousandth():
    celsius = np.random.default_rng(0).uniform(20, 40, (20, 20))
    assert np.abs(thermal_celsius(thermal_levels(celsius)) - celsius).max() < 20 / 65535


def test_centikelvin_knows_no_window():
    assert centikelvin(np.array([-20.0, 0.0, 120.0])).tolist() == [25315, 27315, 39315]


def test_images_come_back_as_written(tmp_path):
    for name, dtype in (("a.png", np.uint16), ("b.tiff", np.uint16), ("c.png", np.uint8)):
        image = np.arange(12).reshape(3, 4).astype(dtype) * 21
        write_image(tmp_path / name, image)
        np.testing.assert_array_equal(read_image(tmp_path / name), image)


def test_a_missing_and_a_damaged_image_are_told_apart(tmp_path):
    (tmp_path / "cut.png").write_bytes(b"\x89PNG cut")
    with pytest.raises(InputError, match="no such file"):
        read_image(tmp_path / "none.png")
    with pytest.raises(InputError, match="no readable image"):
        read_image(tmp_path / "cut.png")


def test_points_are_lines_of_x_and_y():
    text = points_text(np.array([[1.0, 2.5], [-3.25, 400.12345]]))
    assert text == "1.000 2.500\n-3.250 400.123\n"


def test_the_dictionary_is_an_ordinary_pickle(tmp_path):
    rng = np.random.default_rng(1)
    points = {f"{stem_of(k)}.png": rng.random((478, 3), np.float32) for k in range(5)}
    write_dense(tmp_path / "annotations.pkl", points.items())
    with (tmp_path / "annotations.pkl").open("rb") as file:
        read = pickle.load(file)
    assert type(read) is dict
    assert list(read) == list(points)
    for name, wanted in points.items():
        np.testing.assert_array_equal(read[name], wanted)


def test_the_dictionary_is_written_without_holding_it(tmp_path):
    alive: list[int] = []

    class Counted(np.ndarray):
        def __del__(self):
            alive[0] -= 1

    most = 0

    def entries():
        nonlocal most
        alive.append(0)
        for k in range(50):
            alive[0] += 1
            most = max(most, alive[0])
            owner = np.zeros((478, 3), np.float32).view(Counted)
            yield f"{k}.png", np.asarray(owner)
            del owner

    write_dense(tmp_path / "annotations.pkl", entries())
    assert most <= 3
