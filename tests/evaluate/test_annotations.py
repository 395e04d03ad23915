"""Reading a folder of annotated images: what it gives, and one sentence for each fault."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.annotations import read_folder
from tfan.evaluate.named_points import FIVE, NAMES


def test_faces_and_words_come_as_they_were_written(made_set):
    one, two, zero = read_folder(made_set)
    assert [one.name, two.name, zero.name] == ["one.png", "two.png", "zero.png"]
    assert one.attributes["camera"] == "Camera A"
    assert zero.attributes == {}
    face = one.faces[0]
    assert face.box_px.tolist() == [20, 10, 40, 50]
    assert face.size_px == pytest.approx(np.sqrt(20 * 40))
    assert face.points(("left_eye", "nobody"))[0].tolist() == [35, 25]
    assert np.isnan(face.points(("left_eye", "nobody"))[1]).all()
    assert [face.sure, two.faces[0].sure] == [True, False]
    assert np.isnan(two.faces[1].points(FIVE)).all()
    assert one.read().shape == (60, 80)


def test_points_may_be_null_or_absent(tmp_path, writers):
    write_set, entry, true_face = writers
    given = true_face(points={"nose": None, "chin": [30.0, 49.0]})
    del given["confidence"]
    write_set(tmp_path, {"a.png": entry(given, partial=True)})
    sample = read_folder(tmp_path)[0]
    assert sample.partial
    assert sample.faces[0].sure
    assert np.isfinite(sample.faces[0].points(NAMES)).all(axis=1).tolist() == [False] * 5 + [True]


def test_words_about_one_face_go_before_those_about_its_image(tmp_path, writers):
    write_set, entry, true_face = writers
    write_set(tmp_path, {"a.png": entry({**true_face(), "attributes": {"pose": "profile"}})})
    assert read_folder(tmp_path)[0].faces[0].attributes == {"pose": "profile"}


BAD_FACES = {
    "box of three": ({"box": [1, 2, 3]}, "box: expected 4 numbers, got \\[1, 2, 3\\]"),
    "no box": ({"box": None}, "box: expected 4 numbers, got nothing"),
    "words in the box": ({"box": [1, 2, 3, "4"]}, "box: expected 4 numbers"),
    "box turned round": ({"box": [40, 10, 20, 50]}, "expected left < right and top < bottom"),
    "not a number": ({"box": [1, 2, float("nan"), 4]}, "box: expected 4 numbers"),
    "point of three": ({"nose": [1, 2, 3]}, "nose: expected 2 numbers, got \\[1, 2, 3\\]"),
    "point outside": ({"chin": [30, 61]}, "chin: expected a point in the image of 80 x 60 pixels"),
    "unknown word": ({"confidence": "maybe"}, "expected 'sure' or 'approximate', got 'maybe'"),
}


@pytest.mark.parametrize("case", BAD_FACES)
def test_a_bad_face_is_told_with_its_place(tmp_path, writers, case):
    write_set, entry, true_face = writers
    change, says = BAD_FACES[case]
    write_set(tmp_path, {"a.png": entry(true_face(), {**true_face(), **change})})
    with pytest.raises(InputError, match=f"annotations.json: a.png face 1 .*{says}"):
        read_folder(tmp_path)


BAD_FILES = {
    "{": "expected JSON, got a file that is not: Expecting property name",
    "[]": 'expected an object "images", got nothing',
    '{"images": []}': 'expected an object "images", got a list',
    '{"images": {"a.png": []}}': 'a.png: expected a list "faces", got nothing',
    '{"images": {"a.png": {"faces": {}}}}': 'a.png: expected a list "faces", got a dict',
    '{"images": {"a.png": {"faces": [3]}}}': "a.png face 0: expected an object, got a int",
}


@pytest.mark.parametrize("text", BAD_FILES)
def test_a_bad_file_is_told(tmp_path, text):
    (tmp_path / "annotations.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=BAD_FILES[text]):
        read_folder(tmp_path)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(InputError, match=r"annotations\.json: expected a file of annotations, got"):
        read_folder(tmp_path / "nowhere")


def test_a_file_that_is_no_text_is_told(tmp_path):
    (tmp_path / "annotations.json").write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(InputError, match="expected JSON"):
        read_folder(tmp_path)


def test_a_manifest_needs_the_column_file(made_set):
    (made_set / "manifest.csv").write_text("name,camera\none.png,A\n", encoding="utf-8")
    with pytest.raises(InputError, match='expected a column "file", got the columns name, camera'):
        read_folder(made_set)


def test_a_missing_or_resized_image_is_told_when_it_is_read(made_set):
    (made_set / "images" / "one.png").unlink()
    annotations = made_set / "annotations.json"
    content = json.loads(annotations.read_text(encoding="utf-8"))
    content["images"]["two.png"]["height"] = 120
    annotations.write_text(json.dumps(content), encoding="utf-8")
    one, two, _ = read_folder(made_set)
    with pytest.raises(InputError, match=r"one.png: .* got nothing there"):
        one.read()
    with pytest.raises(InputError, match=r"expected the annotated 80 x 120 pixels, got 80 x 60"):
        two.read()
