from __future__ import annotations

import json

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.synth.tfake.files import centikelvin, thermal_levels, write_image
from tfan.synth.tfake.means import measure, table
from tfan.synth.tfake.parts import NUMBER


def write(folder, index, celsius, parts, *, exact=False):
    folder.mkdir(exist_ok=True)
    write_image(folder / f"{index:06d}_thermal.png", thermal_levels(celsius))
    write_image(folder / f"{index:06d}_seg.png", parts)
    if exact:
        write_image(folder / f"{index:06d}_celsius.tiff", centikelvin(celsius))


@pytest.fixture
def folder(tmp_path):
    """Two images: the skin at 34 and 35.4 degrees, a nose in the first, four pixels of lip."""
    parts = np.zeros((20, 20), np.uint8)
    parts[5:15, 5:15] = NUMBER["skin"]
    for index, skin in enumerate((34.0, 35.4)):
        here, celsius = parts.copy(), np.full((20, 20), 21.0)
        celsius[5:15, 5:15] = skin
        if index == 0:
            here[5:10, 5:10] = NUMBER["nose"]
            celsius[5:10, 5:10] = 30.0
        here[0, :4] = NUMBER["top_lip"]
        write(tmp_path / "set", index, celsius, here)
    return tmp_path / "set"


def test_means_are_those_of_the_images(folder):
    found = measure(folder, "warm")
    skin, nose = (found.segments[NUMBER[name]] for name in ("skin", "nose"))
    assert (found.pairs, found.condition) == (2, "warm")
    assert skin.images == 2
    assert skin.made_celsius == pytest.approx(34.7, abs=1e-3)
    assert skin.spread_celsius == pytest.approx(0.7, abs=1e-3)
    assert skin.wanted_celsius == 35.0
    assert nose.images == 1
    assert nose.made_celsius == pytest.approx(30.0, abs=1e-3)
    assert not nose.within


def test_a_few_pixels_are_no_part(folder):
    lip = measure(folder, "cold").segments[NUMBER["top_lip"]]
    assert lip.images == 0
    assert np.isnan(lip.made_celsius)


def test_the_radiometric_image_counts_where_there_is_one(tmp_path):
    """The window cuts off what is colder than 20 degrees; the degrees beside it do not."""
    cold = np.full((20, 20), 12.5)
    parts = np.zeros((20, 20), np.uint8)
    write(tmp_path / "cut", 0, cold, parts)
    write(tmp_path / "whole", 0, cold, parts, exact=True)
    assert measure(tmp_path / "cut", "cold").segments[0].made_celsius == pytest.approx(20)
    assert measure(tmp_path / "whole", "cold").segments[0].made_celsius == pytest.approx(12.5)


def test_the_table_shows_each_part_once(folder):
    text = table([measure(folder, "warm"), measure(folder, "cold")])
    rows = text.splitlines()
    assert len(rows) == 2 + 19 + 2
    assert rows[3] == "| skin | 35.0 | 34.70 | 0.70 | 2 | 33.0 | 34.70 (!) | 0.70 | 2 |"
    assert "| top lip | 35.0 | - | - | 0 |" in text
    assert rows[-1].endswith("2 warm pairs, 2 cold pairs.")


def test_the_set_says_its_condition_or_is_asked_for_it(folder):
    with pytest.raises(InputError, match="--condition"):
        measure(folder)
    claim = {"product": "tfake", "condition": "cold"}
    (folder / "tfake.dataset.json").write_text(json.dumps(claim))
    assert measure(folder).condition == "cold"


def test_an_empty_folder_is_one_sentence(tmp_path):
    with pytest.raises(InputError, match="files NUMBER_thermal"):
        measure(tmp_path, "warm")


def test_a_thermal_image_of_8_bits_is_refused(folder):
    write_image(folder / "000001_thermal.png", np.full((20, 20), 200, np.uint8))
    with pytest.raises(InputError, match=r"000001_thermal\.png: expected an image of 16 bits"):
        measure(folder, "warm")


def test_parts_of_another_size_are_refused(folder):
    write_image(folder / "000001_seg.png", np.zeros((10, 10), np.uint8))
    with pytest.raises(InputError, match="as large as the image"):
        measure(folder, "warm")
