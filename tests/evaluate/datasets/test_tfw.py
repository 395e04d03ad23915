"""TFW: tables of boxes and five points."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.datasets import open_dataset
from tfan.evaluate.datasets.tfw import subject_of


def test_rows_of_an_image_are_its_faces(tmp_path, write):
    write.write_tfw(tmp_path)
    dataset = open_dataset("tfw", tmp_path)
    samples = list(dataset)
    assert len(dataset.problems) == 0
    assert [(one.name, one.split, one.condition, one.subject) for one in samples] == [
        ("train/indoor/1_1_1_4_450_1.png", "train", "indoor", "1"),
        ("train/indoor/3312.png", "train", "indoor", ""),
        ("train/u-outdoor/4076.png", "train", "u-outdoor", ""),
        ("val/indoor/101_1_2_1_7_1.png", "val", "indoor", "101"),
    ]
    assert [len(one.faces) for one in samples] == [1, 1, 2, 1]
    face = samples[2].faces[1]
    assert face.box_px.tolist() == [13, 8, 54, 60]
    np.testing.assert_array_equal(face.points_px, np.array(write.FIVE) + 3)
    assert (face.scheme, face.box_given, face.visible) == ("tfw5", True, None)
    assert samples[0].licence == "MIT"


def test_either_palette_can_be_read(tmp_path, write):
    write.write_tfw(tmp_path)
    iron, gray = (
        next(iter(open_dataset("tfw", tmp_path, palette=palette))) for palette in ("iron", "gray")
    )
    assert gray.name == "train/indoor_gray/1_1_1_4_450_1.png"
    assert not np.array_equal(iron.read(), gray.read())
    dataset = open_dataset("tfw", tmp_path, palette="gray")
    assert len(list(dataset)) == 3
    assert [one.reason for one in dataset.problems] == ["no folder of images beside this table"]


def test_tables_without_heading_are_read(tmp_path, write):
    write.write_image(tmp_path / "test" / "indoor" / "5_1_1_1_1_1.png", write.grey())
    write.write_csv(tmp_path / "test" / "indoor.csv", [write.tfw_row("5_1_1_1_1_1.png")])
    assert [one.subject for one in open_dataset("tfw", tmp_path)] == ["5"]


def test_a_damaged_first_row_is_no_heading(tmp_path, write):
    write.write_image(tmp_path / "test" / "indoor" / "1.png", write.grey())
    row = write.tfw_row("1.png")
    row[1] = "left"
    write.write_csv(tmp_path / "test" / "indoor.csv", [row])
    dataset = open_dataset("tfw", tmp_path)
    assert list(dataset) == []
    assert next(iter(dataset.problems)).reason == "a coordinate: 'left' is no number"


def test_damaged_rows_are_told_and_skipped(tmp_path, write):
    names = [f"{i}.png" for i in range(1, 7)]
    for name in names[:-1]:
        write.write_image(tmp_path / "train" / "indoor" / name, write.grey())
    rows = [write.tfw_row(name) for name in names]
    rows[1][3] = 5  # right of the left edge
    rows[2] = rows[2][:10]
    rows[3][6] = "x"
    rows[4][5:7] = [-1, -1]
    twice = write.tfw_row(names[0])
    second_bad = [*write.tfw_row(names[4])[:3], 5, *write.tfw_row(names[4])[4:]]
    write.write_csv(tmp_path / "train" / "indoor.csv", [*rows[:5], second_bad, rows[5], twice])
    dataset = open_dataset("tfw", tmp_path)
    samples = list(dataset)
    assert [one.name for one in samples] == ["train/indoor/1.png", "train/indoor/5.png"]
    assert np.isnan(samples[1].faces[0].points_px[0]).all()
    assert samples[1].partial, "a face that is not given may be found without being false"
    assert not samples[0].partial
    assert [(one.where, one.reason) for one in dataset.problems] == [
        ("train/indoor.csv row 2", "a box without area: [10.0, 8.0, 5.0, 60.0]"),
        ("train/indoor.csv row 3", "10 columns, expected 15"),
        ("train/indoor.csv row 4", "a coordinate: 'x' is no number"),
        ("train/indoor.csv row 6", "a box without area: [10.0, 8.0, 5.0, 60.0]"),
        ("train/indoor.csv: 6.png", "no image indoor/6.png"),
        ("train/indoor.csv: 1.png", "rows of this image stand apart: it would be counted twice"),
    ]


def test_other_folders_are_told(tmp_path):
    with pytest.raises(InputError, match=r"expected train/indoor.csv .*, got an empty folder"):
        open_dataset("tfw", tmp_path)
    with pytest.raises(InputError, match="got nothing there"):
        open_dataset("tfw", tmp_path / "no")
    with pytest.raises(InputError, match="palette: expected 'iron' or 'gray', got 'rainbow'"):
        open_dataset("tfw", tmp_path, palette="rainbow")


def test_names_of_speaking_faces_tell_the_subject():
    assert [subject_of(name) for name in ("103_1_1_4_450_1.png", "3312.png", "a_1_2_3.png")] == [
        "103", "", "",
    ]  # fmt: skip


def test_a_name_that_no_file_can_have_costs_its_own_row_alone(tmp_path, write):
    write.write_image(tmp_path / "train" / "indoor" / "1.png", write.grey())
    rows = [write.tfw_row("a" * 400), write.tfw_row("1.png")]
    write.write_csv(tmp_path / "train" / "indoor.csv", rows)
    dataset = open_dataset("tfw", tmp_path)
    assert [one.name for one in dataset] == ["train/indoor/1.png"]
    assert len(dataset.problems) == 1
