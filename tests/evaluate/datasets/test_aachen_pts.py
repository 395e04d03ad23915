"""Points beside images: LJSON of the Aachen set, and .pts of 300-W."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.datasets import open_dataset
from tfan.evaluate.datasets.pts import read_pts
from tfan.recordings.text import pts_text

STEM = "irface_sub001_seq02_frm00155.jpg_lfb"


def ljson(points, version=2) -> dict:
    rows = [None if p is None else [p[1], p[0]] for p in points]  # y before x
    if version == 1:
        return {
            "version": 1,
            "groups": [
                {"label": "jaw", "landmarks": [{"point": row} for row in rows[:17]]},
                {"label": "rest", "landmarks": [{"point": row} for row in rows[17:]]},
            ],
        }
    landmarks = {"points": rows, "connectivity": [[0, 1]]}
    if version == 3:
        return {"version": 3, "groups": {"LJSON": {"landmarks": landmarks, "labels": []}}}
    return {"version": 2, "labels": [], "landmarks": landmarks}


@pytest.mark.parametrize("version", [1, 2, 3])
def test_ljson_has_y_first_and_counts_from_pixel_middles(tmp_path, write, version):
    write.write_image(tmp_path / f"{STEM}.png", write.grey())
    write.write_json(tmp_path / f"{STEM}.ljson", ljson(write.ring(68).tolist(), version))
    (sample,) = open_dataset("aachen", tmp_path)
    assert (sample.name, sample.subject, sample.condition) == (f"{STEM}.png", "001", "sequence 02")
    np.testing.assert_allclose(sample.faces[0].points_px, write.ring(68) + 0.5)
    assert sample.faces[0].scheme == "ibug68"
    assert sample.meaning == "pixel"


def test_damaged_ljson_is_told_and_skipped(tmp_path, write):
    good = write.ring(68).tolist()
    labels = {
        "good": ljson(good),
        "few": ljson(good[:60]),
        "flat": {"version": 2, "landmarks": {"points": [1, 2, 3]}},
        "other": {"shapes": []},
        "alone": ljson(good),
    }
    for name, label in labels.items():
        write.write_json(tmp_path / f"{name}.ljson", label)
        if name != "alone":
            write.write_image(tmp_path / f"{name}.png", write.grey())
    write.write_image(tmp_path / "unlabelled.png", write.grey())
    dataset = open_dataset("aachen", tmp_path)
    assert [one.name for one in dataset] == ["good.png"]
    assert {one.where: one.reason for one in dataset.problems} == {
        "few.ljson": "60 points, expected the 68 of ibug68",
        "flat.ljson": "no landmarks as LJSON has them",
        "other.ljson": "no landmarks as LJSON has them",
        "alone.ljson": "no image of this name",
        "unlabelled.png": "no .ljson file of this name",
    }


def test_points_may_be_missing(tmp_path, write):
    points = write.ring(68).tolist()
    label = ljson(points)
    label["landmarks"]["points"][3] = [None, None]
    write.write_json(tmp_path / "a.ljson", label)
    write.write_image(tmp_path / "a.png", write.grey())
    (sample,) = open_dataset("aachen", tmp_path)
    assert np.flatnonzero(np.isnan(sample.faces[0].points_px).any(axis=1)).tolist() == [3]


def pts(points) -> str:
    rows = "\n".join(f"{x} {y}" for x, y in points)
    return f"version: 1\nn_points:  {len(points)}\n{{\n{rows}\n}}\n"


def test_pts_counts_the_first_pixels_middle_as_one(tmp_path, write):
    home = tmp_path / "trainset" / "01_Indoor"
    write.write_image(home / "a.png", write.grey())
    (home / "a.pts").write_text(pts(write.ring(68)))
    (sample,) = open_dataset("pts", tmp_path)
    assert (sample.name, sample.split, sample.condition) == (
        "trainset/01_Indoor/a.png", "train", "01_Indoor",
    )  # fmt: skip
    np.testing.assert_allclose(sample.faces[0].points_px, write.ring(68) - 0.5)
    assert not sample.faces[0].box_given


def test_pts_that_tfan_writes_come_back(tmp_path, write):
    points = write.ring(478).astype(np.float32)
    (tmp_path / "a.pts").write_text(pts_text(points))
    np.testing.assert_allclose(read_pts(tmp_path / "a.pts"), points, atol=6e-4)


@pytest.mark.parametrize(("n", "scheme"), [(5, "tfw5"), (98, "wflw98"), (21, "named")])
def test_the_number_of_points_tells_the_scheme(tmp_path, write, n, scheme):
    write.write_image(tmp_path / "a.jpg", write.grey())
    (tmp_path / "a.pts").write_text(pts(write.ring(n)))
    (sample,) = open_dataset("pts", tmp_path)
    assert (sample.faces[0].scheme, len(sample.faces[0].names)) == (scheme, n)


def test_damaged_pts_are_told_and_skipped(tmp_path, write):
    good = pts(write.ring(68))
    texts = {
        "good": good,
        "brace": good.replace("}", ""),
        "count": good.replace("n_points:  68", "n_points:  70"),
        "three": good.replace("\n}", " 7\n}"),
        "word": good.replace("\n}", "\n1 b\n}"),
        "nan": good.replace("\n}", "\n1 nan\n}"),
        "alone": good,
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.pts").write_text(text)
        if name != "alone":
            write.write_image(tmp_path / f"{name}.png", write.grey())
    dataset = open_dataset("pts", tmp_path)
    assert [one.name for one in dataset] == ["good.png"]
    assert {one.where: one.reason for one in dataset.problems} == {
        "brace.pts": "no points in braces",
        "count.pts": "68 points, although it says 'n_points:  70'",
        "three.pts": "a line that is not two numbers",
        "word.pts": "a coordinate: 'b' is no number",
        "nan.pts": "a point that is not finite",
        "alone.pts": "no image of this name",
    }


@pytest.mark.parametrize("name", ["aachen", "pts"])
def test_folders_without_points_are_told(tmp_path, write, name):
    write.write_image(tmp_path / "a.png", write.grey())
    with pytest.raises(InputError, match="files beside images, got a folder of a"):
        open_dataset(name, tmp_path)
