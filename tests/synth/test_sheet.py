from __future__ import annotations

import cv2
import numpy as np
import pytest

from tfan.errors import InputError
from tfan.synth.sheet import FACE_RGB, POINT_RGB, check_picture_name, tile, write_picture


def _marked(zoom, *, points=(), box=(5.0, 5.0, 5.0, 5.0)):
    """Return where (H, W) a mark was drawn; without points only the box's corner is one."""
    arrays = {
        "images": np.zeros((12, 12), np.uint8),
        "points_px": np.array(points, np.float32).reshape(-1, 2),
        "visible": np.ones(len(points), np.uint8),
        "box_px": np.array(box, np.float32),
    }
    assert FACE_RGB == POINT_RGB
    return (tile(arrays, points=True, zoom=zoom) == FACE_RGB).all(-1)


@pytest.mark.parametrize("zoom", [1, 2, 3, 4])
def test_a_point_and_a_corner_at_one_place_are_drawn_there(zoom):
    """(7, 8) is the centre of a pixel: the mark is the middle of its zoom x zoom pixels."""
    for box in ((7.0, 8.0, 7.0, 8.0), (7.3, 8.3, 7.3, 8.3)):
        row, column = (int(8.5 * zoom + 0.3 * zoom * (box[0] > 7)),
                       int(7.5 * zoom + 0.3 * zoom * (box[0] > 7)))  # fmt: skip
        assert np.argwhere(_marked(zoom, box=box)).tolist() == [[row, column]]
        dots = np.argwhere(_marked(zoom, points=[box[:2]], box=(0, 0, 0, 0)))[1:]
        assert dots.mean(0).tolist() == [row, column]


@pytest.mark.parametrize("name", ["sheet", "sheet.xyz", "sheet."])
def test_a_name_that_is_no_pictures_is_one_sentence(name, tmp_path):
    with pytest.raises(InputError, match=r"picture: expected a name such as .*\.png, got"):
        check_picture_name(tmp_path / name)


def test_a_picture_is_written_as_rgb_beside_and_renamed(tmp_path):
    rgb = np.zeros((4, 6, 3), np.uint8)
    rgb[..., 0] = 200
    write_picture(tmp_path / "new" / "a.png", rgb)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.png"]
    np.testing.assert_array_equal(cv2.imread(str(tmp_path / "new" / "a.png"))[..., ::-1], rgb)


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match=r"a\.png: expected a place to write a picture, got"):
        write_picture(tmp_path / "file" / "a.png", np.zeros((2, 2, 3), np.uint8))
