from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch

from tfan.errors import InputError
from tfan.thermalize.batches import Scenes, Strays, collate
from tfan.thermalize.pairs import (
    open_pairs,
    open_patches,
    read_stray,
    split,
    squared,
    to_degrees,
    to_shares,
)


def test_a_folder_of_t_fakes_form_is_read(scenes):
    pairs = open_pairs(scenes)
    assert len(pairs) == 12
    pair = pairs.read(3)
    assert pair.name == "000003"
    assert pair.rgb.shape == (64, 64, 3)
    assert set(np.unique(pair.segments)) == {0, 1, 2, 15}
    degrees = to_degrees(pair.shares)
    assert degrees[pair.segments == 1].mean() == pytest.approx(33.5, abs=0.05)
    red, _, blue = pair.rgb[pair.segments == 1].mean(0)
    assert red > blue + 40  # skin, and not in the order of OpenCV


def test_what_is_missing_is_unknown(scenes):
    (scenes / "000000_thermal.png").unlink()
    (scenes / "000001_seg.png").unlink()
    pairs = open_pairs(scenes)
    assert np.isnan(pairs.read(0).shares).all()
    assert (pairs.read(1).segments == 255).all()
    assert len(pairs) == 12


def test_thermal_images_may_stand_in_a_folder_of_their_own(scenes, tmp_path):
    apart = tmp_path / "cold"
    apart.mkdir()
    for path in scenes.glob("*_thermal.png"):
        path.rename(apart / path.name)
    assert np.isnan(open_pairs(scenes).read(0).shares).all()
    assert np.isfinite(open_pairs(scenes, thermal=apart).read(0).shares).all()


def test_no_folder_and_no_image_are_told(tmp_path):
    with pytest.raises(InputError, match="got no folder"):
        open_pairs(tmp_path / "nowhere")
    with pytest.raises(InputError, match=r"colour images such as 000000\.png, got none"):
        open_pairs(tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("000002_thermal.png", np.zeros((64, 64), np.uint8), "one channel of 16 bits, got uint8"),
        ("000002_thermal.png", np.zeros((32, 64), np.uint16), r"the size of 000002\.png"),
        ("000002_seg.png", np.zeros((64, 64, 3), np.uint8), "one channel of 8 bits"),
        ("000002.png", np.zeros((64, 64, 3), np.uint16), "an 8-bit colour image, got uint16"),
        ("000002.png", b"\x89PNG\r\n\x1a\n cut short", "a whole PNG file"),
    ],
)
def test_damaged_scenes_are_told_and_left_out(name, content, says, scenes, caplog):
    if isinstance(content, bytes):
        (scenes / name).write_bytes(content)
    else:
        cv2.imwrite(str(scenes / name), content)
    with pytest.raises(InputError, match=says):
        open_pairs(scenes).read(2)
    group = Scenes(open_pairs(scenes), [2, 5], side_px=32)
    drawn = group.draw(6, torch.Generator().manual_seed(0))
    assert {pair.name for pair in drawn} == {"000005"}
    assert caplog.text.count("left out") == 1
    assert group.numbers == [5]


def test_only_damaged_scenes_are_an_error(scenes):
    (scenes / "000001.png").write_bytes(b"")
    group = Scenes(open_pairs(scenes), [1], side_px=32)
    with pytest.raises(InputError, match="got only damaged ones"):
        group.draw(1, torch.Generator().manual_seed(0))


def test_batches_hold_one_size_and_say_what_is_real(scenes):
    (scenes / "000000_thermal.png").unlink()
    group = Scenes(open_pairs(scenes), [0, 1, 2], side_px=32)
    batch = collate([group.read(number) for number in (0, 1, 2)])
    assert batch.rgb.shape == (3, 3, 32, 32)
    assert batch.rgb.max() <= 1
    assert batch.thermal.shape == (3, 1, 32, 32)
    assert batch.segments.shape == (3, 32, 32)
    assert torch.equal(batch.real, batch.thermal[1:])


def test_the_middle_square_is_taken_and_classes_are_not_mixed():
    wide = np.zeros((4, 8), np.uint8)
    wide[:, 2:6] = [[1, 1, 9, 9]] * 4
    assert squared(wide, side_px=2).tolist() == [[1, 9], [1, 9]]
    shares = np.float32([[0, 0, 1, 1]] * 4)
    assert squared(shares, side_px=2).tolist() == [[0, 1], [0, 1]]


def test_shares_and_degrees_are_each_others_inverse():
    celsius = np.float32([20, 31.5, 40])
    assert to_shares(celsius).tolist() == pytest.approx([0, 0.575, 1])
    assert to_degrees(to_shares(celsius)) == pytest.approx(celsius)


@pytest.mark.parametrize(("count", "every", "held"), [(10, 4, [3, 7]), (3, 0, []), (3, 5, [])])
def test_every_so_many_th_is_held_out(count, every, held):
    train, found = split(count, every=every)
    assert found == held
    assert sorted(train + found) == list(range(count))


def test_strays_are_radiometric_images_of_any_kind(scenes, tmp_path):
    assert len(open_patches(scenes)) == 12  # only the thermal ones of T-FAKE's form
    celsius = np.full((40, 50), 31.5, np.float32) + np.arange(50, dtype=np.float32) / 50
    np.save(tmp_path / "a.npy", celsius)
    assert read_stray(tmp_path / "a.npy") == pytest.approx(to_shares(celsius), abs=1e-6)
    centikelvin = np.rint((celsius + 273.15) * 100).astype(np.uint16)
    cv2.imwrite(str(tmp_path / "b.tiff"), centikelvin)
    strays = Strays([tmp_path / "a.npy", tmp_path / "b.tiff"], side_px=32)
    drawn = strays.draw(5, torch.Generator().manual_seed(0))
    assert drawn.shape == (5, 1, 32, 32)
    assert drawn.mean().item() == pytest.approx(0.6, abs=0.01)


def test_strays_without_temperatures_and_empty_folders_are_told(tmp_path):
    with pytest.raises(InputError, match="a folder of thermal images"):
        open_patches(tmp_path)
    cv2.imwrite(str(tmp_path / "grey.png"), np.arange(1024, dtype=np.uint8).reshape(32, 32))
    with pytest.raises(InputError, match="expected temperatures"):
        read_stray(open_patches(tmp_path)[0])


def test_damaged_strays_are_told_and_left_out(tmp_path, caplog):
    np.save(tmp_path / "a.npy", np.full((40, 50), 31.5, np.float32))
    cv2.imwrite(str(tmp_path / "grey.png"), np.arange(1024, dtype=np.uint8).reshape(32, 32))
    strays = Strays(open_patches(tmp_path), side_px=32)
    drawn = strays.draw(9, torch.Generator().manual_seed(0))
    assert drawn.shape == (9, 1, 32, 32)
    assert caplog.text.count("expected temperatures") == 1
    with pytest.raises(InputError, match="expected temperatures"):
        Strays([tmp_path / "grey.png"], side_px=32).draw(1, torch.Generator().manual_seed(0))
