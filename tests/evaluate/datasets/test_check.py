"""What `tfan data check` counts, and the picture of samples."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tfan.evaluate.datasets import open_dataset
from tfan.evaluate.datasets.check import check, reasons, record
from tfan.evaluate.datasets.dataset import Problems
from tfan.evaluate.datasets.sheet import sample_sheet


def test_everything_is_counted(tmp_path, write):
    write.write_tfw(tmp_path)
    steps = []
    dataset = open_dataset("tfw", tmp_path)
    facts = record(dataset, check(dataset, advance=lambda: steps.append(1)))
    assert len(steps) == facts["samples"] == facts["images_opened"] == 4
    assert facts["by_split"] == {"train": 3, "val": 1}
    assert facts["by_condition"] == {"indoor": 3, "u-outdoor": 1}
    assert facts["by_scheme"] == {"tfw5": 5}
    assert (facts["faces"], facts["boxes_given"], facts["points_annotated"]) == (5, 5, 25)
    assert facts["by_form"] == {"64 x 64, 8-bit levels": 4}
    assert (facts["subjects"], facts["subjects_in_two_splits"]) == (2, [])
    assert (facts["problems"], facts["celsius"], facts["kept"]) == (0, None, None)


def test_a_subject_in_two_splits_is_told(tmp_path, write):
    write.write_sf_tl54(tmp_path, names=("7_1_1_1_1_1", "7_2_1_1_1_1"))
    dataset = open_dataset("sf-tl54", tmp_path)
    assert record(dataset, check(dataset))["subjects_in_two_splits"] == ["7"]


def test_images_that_cannot_be_read_are_damaged_entries(tmp_path, write):
    write.write_tfake(tmp_path, range(4))
    whole = (tmp_path / "000001_thermal.png").read_bytes()
    (tmp_path / "000001_thermal.png").write_bytes(whole[: len(whole) // 2])
    write.write_image(tmp_path / "000002_thermal.png", write.grey())
    dataset = open_dataset("tfake", tmp_path)
    seen = check(dataset)
    assert (seen.n_samples, seen.n_opened, seen.problems.n_skipped) == (4, 2, 2)
    assert not seen.sound
    told = [one.reason for one in seen.problems]
    assert "it is cut short or damaged" in told[0]
    assert "expected one channel of 16 bits" in told[1]
    assert [one.name for one in seen.drawn] == ["000000_thermal.png", "000003_thermal.png"]
    assert record(dataset, seen)["celsius"] == [20.0, 32.0]


def test_only_so_many_images_are_opened(tmp_path, write):
    write.write_tfake(tmp_path, range(4))
    (tmp_path / "000003_thermal.png").write_bytes(b"")
    dataset = open_dataset("tfake", tmp_path)
    assert check(dataset, images=3).problems.n == 0
    assert check(dataset, images=None).problems.n == 1


def test_classes_beside_the_image_are_looked_at(tmp_path, write):
    write.write_tfake(tmp_path, range(3))
    write.write_image(tmp_path / "000001_seg.png", np.full((64, 64), 77, np.uint8))
    write.write_image(tmp_path / "000002_seg.png", np.zeros((32, 32), np.uint8))
    seen = check(open_dataset("tfake", tmp_path))
    told = {one.where: one.reason for one in seen.problems}
    assert "expected classes 0 to 18 and 255, got [77]" in told["000001_thermal.png"]
    assert "classes of (32, 32) pixels" in told["000002_thermal.png"]
    assert seen.sound, "the thermal image and its points are right"


def test_points_outside_the_image_are_told_not_skipped(tmp_path, write):
    write.write_tfake(tmp_path, (0,))
    write.write_lines(tmp_path / "000000_ldmks.txt", write.ring(70) + np.array([30, 0]))
    seen = check(open_dataset("tfake", tmp_path))
    assert seen.n_outside == 1
    assert "points outside the image" in next(iter(seen.problems)).reason
    assert seen.sound


def test_the_kept_list_has_each_frame(tmp_path, write):
    scene = write.centikelvin(write.face_scene())
    good = write.ring(72, centre=(48.0, 48.0), radius=25.0)
    rows = {"R11001": good, "R11002": good + np.array([60, 0])}
    write.write_csv(tmp_path / "S1.csv", write.charlotte_rows(rows))
    for name in rows:
        write.write_image(tmp_path / f"S1/{name}.tiff", scene)
    dataset = open_dataset("charlotte", tmp_path)
    seen = check(dataset)
    assert seen.kept["S1/R11001"] == ""
    assert "points outside the image" in seen.kept["S1/R11002"]
    assert record(dataset, seen)["kept"] == 1


def test_each_sample_is_drawn_with_the_same_chance(tmp_path, write):
    (tmp_path / "train").mkdir(parents=True)
    names = [f"{i}.png" for i in range(12)]
    for name in names:
        write.write_image(tmp_path / "train" / "indoor" / name, write.grey())
    write.write_csv(tmp_path / "train" / "indoor.csv", [write.tfw_row(name) for name in names])
    dataset = open_dataset("tfw", tmp_path)
    counts = Counter(
        one.name for seed in range(200) for one in check(dataset, images=0, draw=3, seed=seed).drawn
    )
    assert len(counts) == 12
    assert all(25 <= n <= 80 for n in counts.values())  # 50 expected, 6 the standard deviation


def test_reasons_are_grouped_by_kind():
    problems = Problems()
    for i in range(3):
        problems.add(f"{i}.png", f"no 00000{i}_ldmks.txt")
    problems.add("a", "a box without area: [1.0, 2.0]")
    problems.add("b", "a box without area: [3.0, 2.0]")
    found = [(n, first.where) for _, n, first in reasons(problems)]
    assert found == [(3, "0.png"), (2, "a")]


def test_points_are_drawn_where_they_are(tmp_path, write):
    """The subject's right eye, orange, is where the tile's window puts it."""
    write.write_tfw(tmp_path)
    sample = next(iter(open_dataset("tfw", tmp_path)))
    sheet = sample_sheet([sample])
    side = 52 * 1.6  # of the window around the box of 44 x 52
    corner = np.array([32, 34]) - side / 2
    x, y = np.rint((np.array(write.FIVE[0]) - corner) * 360 / side).astype(int)
    assert sheet[46 + y, x].tolist() == [255, 120, 60]


@pytest.mark.parametrize("n", [0, 1, 7])
def test_sheets_have_a_tile_for_each_sample(tmp_path, write, n):
    write.write_tfake(tmp_path, range(max(1, n)))
    samples = list(open_dataset("tfake", tmp_path))[:n]
    assert sample_sheet(samples).shape == (414 * (2 if n > 5 else 1), 368 * min(5, max(1, n)), 3)


def test_the_tile_of_an_unreadable_image_is_empty(tmp_path, write):
    write.write_tfake(tmp_path, (0,))
    samples = list(open_dataset("tfake", tmp_path))
    (tmp_path / "000000_thermal.png").write_bytes(b"")
    assert len(np.unique(sample_sheet(samples)[46:])) == 1


def test_a_list_of_kept_frames_is_of_all_or_none(tmp_path, write):
    """What a list does not have is left out by who reads it: one of some would drop the others."""
    good = write.ring(72, centre=(48.0, 48.0), radius=25.0)
    rows = {f"R1100{i}": good for i in range(3)}
    write.write_csv(tmp_path / "S1.csv", write.charlotte_rows(rows))
    for name in rows:
        write.write_image(tmp_path / f"S1/{name}.tiff", write.centikelvin(write.face_scene()))
    dataset = open_dataset("charlotte", tmp_path)
    assert check(dataset, images=2).kept == {}
    assert len(check(dataset).kept) == 3


def test_a_form_that_is_known_is_counted_as_itself(tmp_path, write):
    """Beyond twenty forms only new ones are "other"."""
    sizes = [(64, 64 + i) for i in range(22)] + [(64, 64)]
    for i, hw in enumerate(sizes):
        write.write_image(tmp_path / "train" / "indoor" / f"{i}.png", write.grey(hw=hw))
    rows = [write.tfw_row(f"{i}.png") for i in range(len(sizes))]
    write.write_csv(tmp_path / "train" / "indoor.csv", rows)
    forms = check(open_dataset("tfw", tmp_path)).by_form
    assert forms["64 x 64, 8-bit levels"] == 2
    assert forms["other"] == 2


def test_the_tile_of_an_image_without_a_meaning_is_empty(tmp_path, write):
    """Only the first images may have been opened by then."""
    write.write_lines(tmp_path / "a.txt", [[0, 0.5, 0.5, 0.5, 0.5]])
    np.save(tmp_path / "a.npy", np.zeros((20, 20), complex))
    samples = list(open_dataset("yolo-face", tmp_path))
    assert len(np.unique(sample_sheet(samples)[46:])) == 1
