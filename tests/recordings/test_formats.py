from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace

import numpy as np
import pytest

from tfan.errors import InputError, MissingExtraError
from tfan.landmarks import load_scheme
from tfan.recordings import FORMATS
from tfan.recordings.formats import check_formats, write_formats
from tfan.recordings.tables import TABLES
from tfan.rois import RegionReading

N = 70


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def with_regions(kept, make_kept):
    readings = (
        RegionReading("chin", 34.5, 34.25, 35, 36, 33, 0.5, 0.125, 12.5, 0.75),
        RegionReading("lips", *[float("nan")] * 7, 0.5, 0.1),
    )
    first = kept.rows[0]
    person = replace(first.people[0], readings=readings)
    return make_kept([replace(first, people=(person,)), *kept.rows[1:]], regions=("chin", "lips"))


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_rows_fit_their_columns(with_regions, table):
    made = [row for frame in with_regions for row in table.rows(frame, with_regions.heading)]
    kinds = {"int": int, "float": int | float, "bool": bool, "str": str}
    assert made
    for row in made:
        for cell, column in zip(row, table.columns, strict=True):
            assert isinstance(cell, kinds[column.kind]), column.name


def test_long_csv(with_regions, tmp_path):
    written = write_formats(tmp_path, "clip", with_regions, ["csv"])
    assert [path.name for path in written] == [f"clip.{name}.csv" for name in TABLES]
    frames = rows_of(tmp_path / "clip.frames.csv")
    assert [row["frame"] for row in frames] == ["0", "2", "3"]
    assert [(row["n_measured"], row["n_held"]) for row in frames] == [
        ("1", "0"), ("0", "1"), ("0", "0"),
    ]  # fmt: skip
    points = rows_of(tmp_path / "clip.points.csv")
    assert len(points) == 2 * N
    assert points[0]["celsius"] == ""  # hidden
    assert points[5]["celsius"] == "34.125"
    assert points[5]["name"] == load_scheme("facesynthetics70").names[5]
    assert points[5]["track_id"] == "3"
    x, y = with_regions.rows[0].people[0].face.points_px[5]
    assert float(points[5]["x_px"]) == pytest.approx(x, abs=6e-4)
    assert float(points[5]["y_px"]) == pytest.approx(y, abs=6e-4)
    chin, lips = rows_of(tmp_path / "clip.regions.csv")
    assert (chin["region"], chin["mean_celsius"], chin["n_pixels"]) == ("chin", "34.500", "12.50")
    assert (lips["mean_celsius"], lips["share_visible"]) == ("", "0.1000")
    assert rows_of(tmp_path / "clip.faces.csv")[1]["held"] == "1"


def test_without_temperatures_there_is_no_table_of_regions(kept, make_kept, tmp_path):
    rows = make_kept(kept.rows, meaning="pixel")
    written = write_formats(tmp_path, "clip", rows, ["csv"])
    assert "clip.regions.csv" not in [path.name for path in written]
    assert len(written) == len(TABLES) - 1


def test_parquet_holds_what_the_csv_holds(with_regions, tmp_path):
    parquet = pytest.importorskip("pyarrow.parquet")
    write_formats(tmp_path, "clip", with_regions, ["csv", "parquet"])
    for name, table in TABLES.items():
        read = parquet.read_table(tmp_path / f"clip.{name}.parquet")
        text = rows_of(tmp_path / f"clip.{name}.csv")
        assert read.column_names == [column.name for column in table.columns]
        assert read.num_rows == len(text)
    means = parquet.read_table(tmp_path / "clip.regions.parquet")["mean_celsius"].to_pylist()
    assert means[0] == 34.5
    assert np.isnan(means[1])


def test_parquet_without_its_package_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingExtraError, match=r"Parquet needs pyarrow.*\[tables\]"):
        check_formats(["parquet"])


def test_openface_has_its_columns_and_68_of_70_points(kept, tmp_path):
    write_formats(tmp_path, "clip", kept, ["openface"])
    rows = rows_of(tmp_path / "clip.openface.csv")
    names = list(rows[0])
    assert names[:5] == ["frame", "face_id", "timestamp", "confidence", "success"]
    assert names[8:76] == [f"x_{i}" for i in range(68)]
    assert names[-1] == "y_67"
    assert [(row["frame"], row["success"]) for row in rows] == [("1", "1"), ("3", "0")]
    assert float(rows[0]["pose_Ry"]) == pytest.approx(np.radians(1), abs=1e-4)  # yaw
    assert float(rows[0]["x_30"]) == pytest.approx(
        float(kept.rows[0].people[0].face.points_px[30, 0]), abs=6e-4
    )


def test_coco_keypoints(kept, tmp_path):
    write_formats(tmp_path, "clip", kept, ["coco"])
    facts = json.loads((tmp_path / "clip.coco.json").read_text(encoding="utf-8"))
    assert [image["id"] for image in facts["images"]] == [0, 2, 3]
    (category,) = facts["categories"]
    assert len(category["keypoints"]) == N
    assert 1 <= min(map(min, category["skeleton"])) <= max(map(max, category["skeleton"])) <= N
    first, second = facts["annotations"]
    assert (first["id"], first["image_id"], first["track_id"]) == (1, 0, 3)
    assert second["held"]
    triples = np.reshape(first["keypoints"], (N, 3))
    assert triples[:, 2].tolist() == [1, 1, *[2] * (N - 2)]
    face = kept.rows[0].people[0].face
    np.testing.assert_allclose(triples[:, :2], face.points_px, atol=6e-4)
    left, top, width, height = first["bbox"]
    np.testing.assert_allclose([left, top, left + width, top + height], face.box_px, atol=2e-3)


def test_coco_of_nobody_is_whole(make_kept, tmp_path):
    write_formats(tmp_path, "clip", make_kept([]), ["coco"])
    facts = json.loads((tmp_path / "clip.coco.json").read_text(encoding="utf-8"))
    assert (facts["images"], facts["annotations"]) == ([], [])


def test_pts_count_from_one_and_replace_those_of_before(kept, tmp_path):
    old = tmp_path / "clip.pts"
    old.mkdir()
    (old / "frame_000099_id1.pts").touch()
    write_formats(tmp_path, "clip", kept, ["pts"])
    names = sorted(path.name for path in old.iterdir())
    assert names == ["frame_000000_id3.pts", "frame_000002_id3.pts"]
    lines = (old / names[0]).read_text(encoding="utf-8").splitlines()
    assert lines[:3] == ["version: 1", f"n_points: {N}", "{"]
    assert lines[-1] == "}"
    points = np.array([line.split() for line in lines[3:-1]], float)
    # the middle of the first pixel is (0.5, 0.5) in an image, (1, 1) in a .pts file
    np.testing.assert_allclose(points, kept.rows[0].people[0].face.points_px + 0.5, atol=6e-4)


def test_npz_loads_without_pickle(with_regions, tmp_path):
    write_formats(tmp_path, "clip", with_regions, ["npz"])
    with np.load(tmp_path / "clip.npz", allow_pickle=False) as table:
        assert table["frame"].tolist() == [0, 2]
        assert table["held"].tolist() == [False, True]
        assert table["points_px"].shape == (2, N, 2)
        np.testing.assert_array_equal(
            table["points_px"][1], with_regions.rows[1].people[0].face.points_px
        )
        assert table["region_names"].tolist() == ["chin", "lips"]
        assert table["region_mean_celsius"][0, 0] == 34.5
        assert np.isnan(table["region_mean_celsius"][1]).all()
        assert str(table["scheme"]) == "facesynthetics70"
        assert len(table["landmark_names"]) == N


@pytest.mark.parametrize("name", FORMATS)
def test_no_file_is_left_beside(kept, tmp_path, name):
    if name == "parquet":
        pytest.importorskip("pyarrow")
    written = write_formats(tmp_path, "clip", kept, [name])
    assert written
    assert sorted(tmp_path.iterdir()) == sorted(written)


def test_unknown_formats_are_said():
    with pytest.raises(InputError, match="format: expected one of csv, parquet"):
        check_formats(["csv", "xlsx"])
    assert check_formats(["npz", "csv", "npz"]) == ("npz", "csv")
