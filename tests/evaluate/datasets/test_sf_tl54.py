"""SF-TL54: labelme files of 54 points and a box."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.datasets import open_dataset


def test_shapes_are_points_and_box(tmp_path, write):
    write.write_sf_tl54(tmp_path)
    dataset = open_dataset("sf-tl54", tmp_path)
    test, train = dataset
    assert len(dataset.problems) == 0
    assert [(one.name, one.split, one.subject) for one in (train, test)] == [
        ("gray/train/1_1_1_1_100_1.png", "train", "1"),
        ("gray/test/142_2_1_9_3_1.png", "test", "142"),
    ]
    face = train.faces[0]
    np.testing.assert_allclose(face.points_px, write.ring(54))
    assert face.box_px.tolist() == [10, 8, 52, 60], "two corners in any order"
    assert (face.scheme, face.box_given) == ("sftl54", True)
    assert train.read().shape[:2] == (64, 64)
    iron = open_dataset("sf-tl54", tmp_path, palette="iron")
    assert {one.condition for one in iron} == {"iron"}


def test_without_a_box_the_hull_stands_for_it(tmp_path, write):
    write.write_sf_tl54(tmp_path)
    label = write.sf_tl54_label(write.ring(54))
    label["shapes"] = label["shapes"][1:]
    write.write_json(tmp_path / "gray/train/json/1_1_1_1_100_1.json", label)
    faces = [one.faces[0] for one in open_dataset("sf-tl54", tmp_path)]
    assert [face.box_given for face in faces] == [True, False]
    np.testing.assert_allclose(faces[1].box_px[:2], write.ring(54).min(axis=0))


def test_damaged_entries_are_told_and_skipped(tmp_path, write):
    write.write_sf_tl54(tmp_path)
    home = tmp_path / "gray" / "train"
    ring = write.ring(54)
    labels = {
        "few": write.sf_tl54_label(ring[:53]),
        "lost": {"shapes": [{"label": "rest", "points": None}]},
        "flat": write.sf_tl54_label(ring, box=((3, 3), (3, 9))),
        "none": {"imagePath": "x"},
        "boxes": {"shapes": write.sf_tl54_label(ring)["shapes"] * 2},
    }
    for name, label in labels.items():
        write.write_image(home / "images" / f"{name}.png", write.grey())
        write.write_json(home / "json" / f"{name}.json", label)
    write.write_json(home / "json" / "alone.json", write.sf_tl54_label(ring))
    (home / "json" / "torn.json").write_text('{"shapes": [')
    write.write_image(home / "images" / "torn.png", write.grey())
    write.write_image(home / "images" / "unlabelled.png", write.grey())
    dataset = open_dataset("sf-tl54", tmp_path)
    assert len(list(dataset)) == 2
    told = {one.where.rsplit("/", 1)[1]: one.reason for one in dataset.problems}
    assert told.pop("torn.json").startswith("no whole JSON: ")
    assert told == {
        "few.json": "53 points, expected the 54 of sftl54",
        "lost.json": "the points of 'rest' are not x, y",
        "flat.json": "a box without area: [3.0, 3.0, 3.0, 9.0]",
        "none.json": 'no list "shapes"',
        "boxes.json": "2 boxes of one face",
        "alone.json": "no image alone in images/",
        "unlabelled.png": "no labels in json/",
    }


def test_other_folders_are_told(tmp_path):
    with pytest.raises(InputError, match="expected gray/train/json"):
        open_dataset("sf-tl54", tmp_path)
    with pytest.raises(InputError, match="palette: expected 'gray' or 'iron' or 'negative'"):
        open_dataset("sf-tl54", tmp_path, palette="jet")
