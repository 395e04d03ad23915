"""Two common forms: COCO keypoints and YOLO labels with points."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.datasets import open_dataset
from tfan.evaluate.datasets.faces import BadEntryError
from tfan.evaluate.datasets.image_size import image_hw


def triples(points, seen) -> list[float]:
    return [value for (x, y), v in zip(points, seen, strict=True) for value in (x, y, v)]


def coco(annotations, *, images=("a.png",), names=(), **more) -> dict:
    return {
        "images": [
            {"id": 10 + i, "file_name": name, "width": 64, "height": 64}
            for i, name in enumerate(images)
        ],
        "annotations": [
            {"id": i, "image_id": 10, "category_id": 1, **one} for i, one in enumerate(annotations)
        ],
        "categories": [{"id": 1, "name": "face", "keypoints": list(names)}],
        **more,
    }


def test_coco_keypoints_are_points_with_visibility(tmp_path, write):
    write.write_image(tmp_path / "images" / "val" / "a.png", write.grey())
    one = {"keypoints": triples(write.FIVE, [2, 1, 0, 2, 2]), "bbox": [10, 8, 44, 52]}
    content = coco([one, {**one, "bbox": [0, 0, 0, 0]}], licenses=[{"name": "CC BY 4.0"}])
    write.write_json(tmp_path / "annotations" / "faces_val2017.json", content)
    (sample,) = open_dataset("coco", tmp_path)
    assert (sample.name, sample.split, sample.licence) == ("images/val/a.png", "val", "CC BY 4.0")
    first, second = sample.faces
    assert first.box_px.tolist() == [10, 8, 54, 60]
    assert [first.box_given, second.box_given] == [True, False]
    assert first.scheme == "tfw5"
    assert np.isnan(first.points_px[2]).all()
    np.testing.assert_array_equal(first.visible, [1, 0, np.nan, 1, 1])
    assert second.box_px.tolist() == [20, 24, 44, 46], "the hull, without the point not annotated"


def test_coco_tells_its_scheme_or_names(tmp_path, write):
    write.write_image(tmp_path / "a.png", write.grey())
    ring = {"keypoints": triples(write.ring(70), [2] * 70)}
    write.write_json(tmp_path / "a.json", coco([ring], info={"landmarks": "facesynthetics70"}))
    (sample,) = open_dataset("coco", tmp_path)
    assert (sample.name, sample.faces[0].scheme) == ("a.png", "facesynthetics70")
    two = {"keypoints": triples(write.FIVE[:2], [2, 2])}
    write.write_json(tmp_path / "a.json", coco([two], names=("right_eye", "left_eye"), info=None))
    dataset = open_dataset("coco", tmp_path)
    assert list(dataset) == []
    assert "a box without area" in next(iter(dataset.problems)).reason  # two points on one line


def test_coco_points_without_a_scheme_have_the_categorys_names(tmp_path, write):
    write.write_image(tmp_path / "a.png", write.grey())
    three = {"keypoints": triples(write.FIVE[:3], [2, 2, 2])}
    write.write_json(tmp_path / "a.json", coco([three], names=("right_eye", "left_eye", "nose")))
    (face,) = next(iter(open_dataset("coco", tmp_path))).faces
    assert (face.scheme, face.names) == ("named", ("right_eye", "left_eye", "nose"))
    assert face.points(("nose",)).tolist() == [[32, 34]]


def test_damaged_coco_entries_are_told_and_skipped(tmp_path, write):
    write.write_image(tmp_path / "images" / "a.png", write.grey())
    good = {"keypoints": triples(write.FIVE, [2] * 5), "bbox": [10, 8, 44, 52]}
    faces = [good, {"keypoints": [1, 2]}, {**good, "bbox": [1, 2]}, {"keypoints": []}]
    content = coco(faces, images=("a.png", "lost.png"))
    content["annotations"].append({"id": 9, "image_id": 77, "category_id": 1, **good})
    write.write_json(tmp_path / "annotations" / "train.json", content)
    (tmp_path / "annotations" / "val.json").write_text("{")
    write.write_json(tmp_path / "annotations" / "test.json", {"images": [{}]})
    dataset = open_dataset("coco", tmp_path)
    (sample,) = dataset
    assert (len(sample.faces), sample.partial, sample.split) == (1, True, "train")
    told = {one.where: one.reason for one in dataset.problems}
    wrong = "keypoints that are not x, y, v, or a box not of four"
    assert told.pop("val.json").startswith("no whole JSON")
    assert told.pop("test.json").startswith("no images, annotations and categories")
    assert told == {
        "train.json: annotation 1": wrong,
        "train.json: annotation 2": wrong,
        "train.json: annotation 3": "no point is annotated",
        "train.json: image 11": "no image 'lost.png'",
        "train.json: image 77": "annotated, but not in the list of images",
    }


BODY = ("nose", "left_eye", "right_eye", "left_ear", "right_ear", "left_shoulder", "left_ankle")
BOX = {"bbox": [10, 8, 44, 52]}


@pytest.mark.parametrize(
    ("categories", "entry", "held"),
    [
        (["person", "bicycle", "car", "dog"], BOX, "'person', 'bicycle', 'car' and 1 more"),
        ([("person", BODY)], {**BOX, "keypoints": [1, 2, 2] * 7}, "'person'"),
        ([("car", ("a", "b", "wheel", "d", "e"))], {**BOX, "keypoints": [1, 2, 2] * 5}, "'car'"),
        ([], {**BOX, "keypoints": []}, None),
    ],
)
def test_coco_files_without_faces_are_refused(tmp_path, write, categories, entry, held):
    """COCO's own instances_val2017.json was read as faces as large as people and cars."""
    write.write_image(tmp_path / "images" / "a.png", write.grey())
    content = coco([entry, {**entry, "category_id": len(categories)}])
    rows = [one if isinstance(one, tuple) else (one, ()) for one in categories]
    content["categories"] = [
        {"id": i, "name": name, "supercategory": "thing", "keypoints": list(points)}
        for i, (name, points) in enumerate(rows, start=1)
    ]
    write.write_json(tmp_path / "annotations" / "instances_val2017.json", content)
    dataset = open_dataset("coco", tmp_path)
    if held is None:  # of a category that is not in the list: told one by one, as ever
        (sample,) = dataset
        assert len(sample.faces) == 2
        return
    says = (
        rf"2017.json: expected annotations of faces, got none of a face, only of {held}\. If they"
    )
    with pytest.raises(InputError, match=says):
        list(dataset)
    content["categories"][0]["name"] = "human face"
    write.write_json(tmp_path / "annotations" / "instances_val2017.json", content)
    (sample,) = open_dataset("coco", tmp_path)
    assert len(sample.faces) == (2 if len(categories) == 1 else 1)


@pytest.mark.parametrize(
    ("name", "names", "points"),
    [
        ("person", ("left_eye", "right_eye", "nose_tip"), 3),
        ("0", (), 5),
        ("Kopf", tuple("abcde"), 5),
        ("thermal-faces", (), 0),
    ],
)
def test_coco_categories_with_keypoints_of_a_face_are_faces(tmp_path, write, name, names, points):
    write.write_image(tmp_path / "images" / "a.png", write.grey())
    entry = {**BOX, "keypoints": triples(write.FIVE[:points], [2] * points)}
    content = coco([entry], names=names)
    content["categories"][0]["name"] = name
    write.write_json(tmp_path / "annotations" / "train.json", content)
    (sample,) = open_dataset("coco", tmp_path)
    assert [face.box_px.tolist() for face in sample.faces] == [[10, 8, 54, 60]]


def test_coco_people_beside_faces_are_passed_over(tmp_path, write):
    write.write_image(tmp_path / "images" / "a.png", write.grey())
    content = coco([BOX, {"bbox": [0, 0, 60, 60], "category_id": 2}])
    content["categories"].append({"id": 2, "name": "person"})
    write.write_json(tmp_path / "annotations" / "faces.json", content)
    bodies = coco([BOX])
    bodies["categories"][0]["name"] = "person"
    write.write_json(tmp_path / "annotations" / "instances_val2017.json", bodies)
    dataset = open_dataset("coco", tmp_path)
    (sample,) = dataset
    assert [face.box_px.tolist() for face in sample.faces] == [[10, 8, 54, 60]]
    (problem,) = dataset.problems
    assert (problem.where, problem.reason) == (
        "instances_val2017.json",
        "none of a face, only of 'person'",
    )


def yolo_row(*, points=(), box=(0.5, 0.53125, 0.6875, 0.8125)) -> list[float]:
    return [0, *box, *points]


SHARES = [value / 64 for value in (20, 24, 44, 24, 32, 34, 24, 46, 40, 46)]


@pytest.mark.parametrize(
    ("label", "image"),
    [
        ("labels/train/a.txt", "images/train/a.png"),
        ("train/labels/a.txt", "train/images/a.jpg"),
        ("train/a.txt", "train/a.bmp"),
    ],
)
def test_yolo_labels_are_found_where_they_use_to_be(tmp_path, write, label, image):
    write.write_image(tmp_path / image, write.grey())
    write.write_lines(tmp_path / label, [yolo_row(points=SHARES), yolo_row()])
    dataset = open_dataset("yolo-face", tmp_path)
    (sample,) = dataset
    assert (sample.name, sample.split, len(dataset.problems)) == (image, "train", 0)
    with_points, without = sample.faces
    assert with_points.box_px.tolist() == [10, 8, 54, 60]
    np.testing.assert_allclose(with_points.points_px, write.FIVE)
    assert (with_points.scheme, without.scheme, without.names) == ("tfw5", "named", ())
    assert with_points.visible is None


def test_yolo_shares_are_of_the_image_as_it_is(tmp_path, write):
    write.write_image(tmp_path / "a.png", write.grey(hw=(32, 128)))
    write.write_lines(tmp_path / "a.txt", [yolo_row(points=[0.5] * 10, box=(0.5, 0.5, 0.25, 0.5))])
    (face,) = next(iter(open_dataset("yolo-face", tmp_path))).faces
    assert face.box_px.tolist() == [48, 8, 80, 24]
    assert face.points_px[0].tolist() == [64, 16]


def test_yolo_points_may_be_hidden_or_missing(tmp_path, write):
    write.write_image(tmp_path / "a.png", write.grey())
    rows = np.array(SHARES).reshape(5, 2)
    seen = np.column_stack([rows, [2, 1, 0, 2, 2]]).ravel().tolist()
    lost = [-1.0, -1.0, *SHARES[2:]]
    write.write_lines(tmp_path / "a.txt", [yolo_row(points=seen), yolo_row(points=lost)])
    first, second = next(iter(open_dataset("yolo-face", tmp_path))).faces
    np.testing.assert_array_equal(first.visible, [1, 0, np.nan, 1, 1])
    assert np.isnan(first.points_px[2]).all()
    assert np.isnan(second.points_px[0]).all()
    np.testing.assert_allclose(second.points_px[1:], write.FIVE[1:])


def test_an_empty_label_is_an_image_without_a_face(tmp_path, write):
    write.write_image(tmp_path / "a.png", write.grey())
    (tmp_path / "a.txt").write_text("")
    (sample,) = open_dataset("yolo-face", tmp_path)
    assert (sample.faces, sample.partial) == ((), False)


def test_damaged_yolo_labels_are_told_and_skipped(tmp_path, write):
    for name in ("good", "four", "words", "flat", "unlabelled"):
        write.write_image(tmp_path / "images" / f"{name}.png", write.grey())
    labels = tmp_path / "labels"
    write.write_lines(labels / "good.txt", [yolo_row(points=SHARES), yolo_row(points=SHARES[:6])])
    write.write_lines(labels / "four.txt", [[0, 0.5, 0.5, 0.1]])
    write.write_lines(labels / "words.txt", [[0, 0.5, "wide", 0.1, 0.1]])
    write.write_lines(labels / "flat.txt", [[0, 0.5, 0.5, 0, 0.1]])
    write.write_lines(labels / "alone.txt", [yolo_row()])
    (tmp_path / "images" / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    write.write_lines(labels / "torn.txt", [yolo_row()])
    dataset = open_dataset("yolo-face", tmp_path)
    (sample,) = dataset
    assert (sample.name, sample.partial, len(sample.faces)) == ("images/good.png", True, 1)
    told = {one.where: one.reason for one in dataset.problems}
    assert "cannot be decoded" in told.pop("labels/torn.txt")
    assert told == {
        "labels/alone.txt": "no image of this name",
        "labels/flat.txt row 1": "a box without area: [32.0, 28.8, 32.0, 35.2]",
        "labels/four.txt row 1": "a row of 4 numbers, expected 5 or more",
        "labels/good.txt row 2": "6 numbers after the box, expected x, y of 5, 54, 68, 70, 98, 478 "
        "points",
        "labels/words.txt row 1": "a share: 'wide' is no number",
        "unlabelled.png": "no labels; an empty file would say that there is no face",
    }


@pytest.mark.parametrize("name", ["coco", "yolo-face"])
def test_folders_without_labels_are_told(tmp_path, write, name):
    write.write_image(tmp_path / "a.png", write.grey())
    with pytest.raises(InputError, match=r"get-data\.md shows the layout"):
        open_dataset(name, tmp_path)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".bmp", ".tiff"])
def test_sizes_are_those_of_the_decoded_image(tmp_path, write, suffix):
    path = tmp_path / f"a{suffix}"
    write.write_image(path, write.grey(hw=(37, 91)))
    assert image_hw(path) == (37, 91)


def test_sizes_of_no_image_are_told(tmp_path):
    (tmp_path / "a.png").write_bytes(b"text")
    with pytest.raises(BadEntryError, match="a file that starts with"):
        image_hw(tmp_path / "a.png")
    with pytest.raises(BadEntryError, match="No such file"):
        image_hw(tmp_path / "b.png")


def test_lists_of_names_are_no_labels_unless_an_image_has_that_name(tmp_path, write):
    for name in ("a", "test"):
        write.write_image(tmp_path / "images" / f"{name}.png", write.grey())
        write.write_lines(tmp_path / "labels" / f"{name}.txt", [yolo_row(points=SHARES)])
    (tmp_path / "labels" / "classes.txt").write_text("face\n")
    dataset = open_dataset("yolo-face", tmp_path)
    assert [one.name for one in dataset] == ["images/a.png", "images/test.png"]
    assert len(dataset.problems) == 0
