"""Charlotte: centikelvin, 72 or 43 points, and what is known to be wrong."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.datasets import open_dataset
from tfan.evaluate.datasets.charlotte import facing_of
from tfan.evaluate.datasets.charlotte_kept import RULES, kept_frames
from tfan.landmarks import load_scheme

HALF = [*range(9), *range(17, 22), *range(27, 42), 48, 49, 50, 51, 57, 58, 59, 60, 61, 62, 66, 67]


@pytest.fixture
def charlotte(tmp_path, write):
    """Two subjects: a frontal face, two profiles, and one without an image."""
    scene = write.centikelvin(write.face_scene())
    front = write.ring(72, centre=(48.0, 48.0), radius=25.0)
    first = {"R11185": front, "R12007": write.profile(), "R13001": front}
    write.write_csv(tmp_path / "S1.csv", write.charlotte_rows(first))
    write.write_csv(
        tmp_path / "S10.csv", write.charlotte_rows({"R104001": write.profile(left=False)})
    )
    head = write.centikelvin(write.head_scene())
    for name, image in (("1/R11185", scene), ("1/R12007", head), ("10/R104001", head[:, ::-1])):
        write.write_image(tmp_path / f"S{name}.tiff", image)
    return tmp_path


def test_images_are_degrees_and_words_travel(charlotte):
    samples = list(open_dataset("charlotte", charlotte))
    assert [(one.name, one.subject, one.condition) for one in samples] == [
        ("S1/R11185", "1", "room 1"),
        ("S1/R12007", "1", "room 2"),
        ("S10/R104001", "10", "room 4"),
    ]
    celsius = samples[0].read()
    assert celsius.dtype == np.float32
    assert [celsius.min(), celsius.max()] == pytest.approx([22, 34], abs=0.006)
    assert samples[0].frame().reading.meaning == "temperature"
    assert samples[0].attributes == {"Subject": "1", "Distance": "1.4", "Sensation": "0"}


def test_filled_columns_tell_front_from_side(charlotte, write):
    faces = [one.faces[0] for one in open_dataset("charlotte", charlotte)]
    assert [face.scheme for face in faces] == ["charlotte72", "charlotte43", "charlotte43"]
    assert [face.attributes.get("pose") for face in faces] == ["frontal", "profile", "profile"]
    assert [face.attributes.get("facing") for face in faces] == [None, "image left", "image right"]
    np.testing.assert_array_equal(faces[1].points_px, np.rint(write.profile()))
    assert not any(face.box_given for face in faces)


def test_faults_are_told(charlotte, write):
    front = write.ring(73, centre=(48.0, 48.0), radius=25.0)
    table = write.charlotte_rows({"R21001": front, "R21002": front[:20], "R21003": front[:72]})
    table.append(table[1])
    rows = [[*row[:4], *row[4:]] for row in table]
    rows[3][10] = "lost"
    write.write_csv(charlotte / "S2.csv", rows)
    for name in ("R21001", "R21002", "R21003"):
        write.write_image(charlotte / f"S2/{name}.tiff", write.centikelvin(write.face_scene()))
    dataset = open_dataset("charlotte", charlotte)
    samples = {one.name: one for one in dataset}
    assert "S2/R21001" in samples
    assert np.isnan(samples["S2/R21003"].faces[0].points_px).any(axis=1).sum() == 1
    told = {(one.where, one.reason): one.skipped for one in dataset.problems}
    assert told == {
        ("S1.csv row 4: R13001", "no image S1/R13001.tiff"): True,
        ("S2.csv row 2: R21001", "a 73rd point, which is left out"): False,
        ("S2.csv row 3: R21002", "20 points, expected 72 or 43"): True,
        ("S2.csv row 5: R21001", "this ID stands in the table twice; the first row counts"): True,
    }


def test_tables_of_other_columns_are_not_read(charlotte, write):
    write.write_csv(charlotte / "S3.csv", [["image", "x0", "y0"], ["a", 1, 2]])
    dataset = open_dataset("charlotte", charlotte)
    assert len(list(dataset)) == 3
    assert "no columns ID, x0, y0" in [*dataset.problems][-1].reason


def test_folders_without_a_table_are_told(tmp_path):
    (tmp_path / "S1").mkdir()
    with pytest.raises(InputError, match=r"expected S1.csv and S1/ .* got a folder of S1"):
        open_dataset("charlotte", tmp_path)


def test_the_side_is_left_open_where_points_do_not_crowd():
    even = np.stack([np.linspace(0, 40, 43), np.zeros(43)], axis=1)
    assert facing_of(even) == ""
    assert facing_of(np.full((43, 2), np.nan)) == ""


@pytest.mark.data
@pytest.mark.parametrize("yaw_deg", [45, 60, 90, -45, -90])
def test_projected_heads_tell_their_side(shared, yaw_deg):
    """The visible half of the 68 points of true head shapes, rounded as the set's points are."""
    pytest.importorskip("numba", reason="the head model belongs to the training packages")
    from tfan.synth.head import load_head

    head = load_head(shared / "data" / "ict_face_model.npz")
    rng = np.random.default_rng(5)
    yaw = np.radians(yaw_deg)
    turn = np.array([[np.cos(yaw), 0, np.sin(yaw)], [-np.sin(yaw), 0, np.cos(yaw)]])
    still = np.zeros(len(head.expression_names), np.float32)
    for _ in range(5):
        shape = head.shaped(rng.normal(0, 0.8, 100).astype(np.float32), still)
        points = head.rows.points(shape)[478:546]
        x = (points @ turn.T)[:, 0]  # the subject's left is the image's right
        half = HALF if yaw_deg > 0 else load_scheme("ibug68").mirror[HALF]
        seen = np.rint(np.stack([3 * x, -3 * points[:, 1]], axis=1)[half])
        assert facing_of(seen) == ("image right" if yaw_deg > 0 else "image left")


def test_a_mirrored_profile_faces_the_other_way(write):
    points = write.profile() + np.random.default_rng(3).normal(0, 0.5, (43, 2))
    mirrored = points * [-1, 1]
    assert {facing_of(points), facing_of(mirrored)} == {"image left", "image right"}


BAD = {
    "_outside": lambda points: points + np.array([60, 0]),
    "_heap": lambda points: np.vstack([points[:20], np.repeat(points[:1], 52, axis=0)]),
    "_shape": lambda points: (points - 48) * [1, 0.1] + 48,
    "_stray": lambda points: np.vstack([(points[:71] - 48) * 0.2 + 48, [[90, 90]]]),
    "_cold": lambda points: (points - 48) * 0.2 + [12, 12],
}


@pytest.mark.parametrize("rule", BAD)
def test_each_rule_finds_its_fault(tmp_path, write, rule):
    scene = write.centikelvin(write.face_scene())
    good = write.ring(72, centre=(48.0, 48.0), radius=25.0)
    bad = np.rint(BAD[rule](good))
    write.write_csv(tmp_path / "S1.csv", write.charlotte_rows({"R11001": good, "R11002": bad}))
    for name in ("R11001", "R11002"):
        write.write_image(tmp_path / f"S1/{name}.tiff", scene)
    samples = list(open_dataset("charlotte", tmp_path))
    known = {one.__name__: one for one in RULES}
    face, celsius = samples[1].faces[0], samples[1].read()
    assert known[rule](face.points_px, celsius, face)
    kept = dict(kept_frames(samples))
    assert kept["S1/R11001"] == ""
    assert kept["S1/R11002"]


def test_a_profile_with_the_room_behind_it_is_not_kept(charlotte, write):
    """The points say that it looks to the left, but there the head goes on."""
    scene = write.head_scene()[:, ::-1]
    write.write_image(charlotte / "S1/R12007.tiff", write.centikelvin(scene))
    kept = dict(kept_frames(open_dataset("charlotte", charlotte)))
    assert "warmer before the face than behind" in kept["S1/R12007"]
    assert kept["S10/R104001"] == ""


def test_an_unreadable_image_is_not_kept(charlotte):
    (charlotte / "S1/R11185.tiff").write_bytes(b"II*\0 cut")
    assert dict(kept_frames(open_dataset("charlotte", charlotte)))["S1/R11185"].startswith(
        "unreadable: "
    )


def test_a_list_of_kept_frames_chooses(charlotte, write):
    path = charlotte / "kept.csv"
    write.write_csv(path, [["image", "reason"], ["S1/R12007", ""], ["S1/R11185", "cold"]])
    dataset = open_dataset("charlotte", charlotte, kept=str(path))
    assert [one.name for one in dataset] == ["S1/R12007"]
    assert len(dataset.problems) == 0
    write.write_csv(path, [["name"], ["S1/R12007"]])
    with pytest.raises(InputError, match="expected columns image and reason"):
        open_dataset("charlotte", charlotte, kept=str(path))


@pytest.mark.parametrize("identity", ["/", "a" * 400, "", ".."])
def test_an_id_that_is_no_name_costs_its_own_row_alone(charlotte, write, identity):
    front = write.ring(72, centre=(48.0, 48.0), radius=25.0)
    rows = {identity: front, "R11185": front}
    write.write_csv(charlotte / "S1.csv", write.charlotte_rows(rows))
    dataset = open_dataset("charlotte", charlotte)
    assert [one.name for one in dataset] == ["S1/R11185", "S10/R104001"]
    assert [one.reason[:12] for one in dataset.problems] == ["no image S1/"]
