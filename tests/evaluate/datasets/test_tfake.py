"""T-FAKE and FaceSynthetics in the layout of their READMEs."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.datasets import open_dataset
from tfan.evaluate.datasets.tfake_files import file_name, gather
from tfan.evaluate.datasets.tfake_images import read_segmentation, read_thermal


def reasons(dataset) -> dict[str, str]:
    return {problem.where: problem.reason for problem in dataset.problems}


def test_thermal_images_are_degrees_of_the_window(tmp_path, write):
    folder = tmp_path / "warm_100"
    write.write_tfake(folder, range(4))
    samples = list(open_dataset("tfake", folder))
    assert [sample.name for sample in samples] == [f"00000{i}_thermal.png" for i in range(4)]
    for number, sample in enumerate(samples):
        assert sample.read() == pytest.approx(20 + 4 * number)  # 13107 of 65535 are 4 of 20 degC
        assert sample.read().dtype == np.float32
        assert (sample.meaning, sample.condition, sample.licence) == (
            "temperature", "warm", "CC BY-NC-SA 4.0",
        )  # fmt: skip
    assert samples[2].frame().celsius().max() == pytest.approx(28)


def test_points_are_the_70_and_the_box_is_their_hull(tmp_path, write):
    write.write_tfake(tmp_path)
    face = list(open_dataset("tfake", tmp_path))[1].faces[0]
    assert face.scheme == "facesynthetics70"
    assert len(face.names) == 70
    np.testing.assert_allclose(face.points_px, write.ring(70) + 1)
    assert not face.box_given
    np.testing.assert_allclose(face.box_px[:2], face.points_px.min(axis=0))
    np.testing.assert_allclose(face.box_px[2:], face.points_px.max(axis=0))


def test_dense_points_are_shares_of_the_image(tmp_path, write):
    dense = write.write_tfake(tmp_path)
    face = next(iter(open_dataset("tfake", tmp_path, scheme="mediapipe478"))).faces[0]
    assert face.scheme == "mediapipe478"
    np.testing.assert_allclose(face.points_px, dense["000000.png"][:, :2] * write.SIDE, rtol=1e-6)


def test_thermal_packs_may_lie_apart(tmp_path, write):
    write.write_tfake(tmp_path / "fake")
    cold = tmp_path / "t_cold"
    cold.mkdir()
    for path in (tmp_path / "fake").glob("*_thermal.png"):
        path.rename(cold / path.name)
    dataset = open_dataset("tfake", tmp_path / "fake", thermal=str(cold), condition="cold")
    assert [sample.condition for sample in dataset] == ["cold"] * 3
    with pytest.raises(InputError, match="expected files such as 000000_thermal"):
        open_dataset("tfake", tmp_path / "fake")


def test_sets_that_tfan_made_say_so(tmp_path, write):
    write.write_tfake(tmp_path / "a_warm_name")
    recipe = {"product": "tfake", "condition": "cold", "seed": 0}
    write.write_json(tmp_path / "a_warm_name" / "tfake.dataset.json", recipe)
    sample = next(iter(open_dataset("tfake", tmp_path / "a_warm_name")))
    assert sample.condition == "cold"
    assert sample.licence.startswith("yours: made by `tfan synth`")


def test_facesynthetics_gives_colours(tmp_path, write):
    write.write_tfake(tmp_path)
    sample = next(iter(open_dataset("facesynthetics", tmp_path)))
    assert sample.read().shape == (write.SIDE, write.SIDE, 3)
    assert (sample.meaning, sample.name) == ("pixel", "000000.png")
    assert next(iter(open_dataset("tfake", tmp_path, image="rgb"))).name == "000000.png"


def test_damaged_entries_are_told_and_skipped(tmp_path, write):
    write.write_tfake(tmp_path, range(7))
    (tmp_path / "000001_ldmks.txt").write_text("1 2\n" * 69)
    (tmp_path / "000002_ldmks.txt").write_text("1 2\n" * 69 + "1 two\n")
    (tmp_path / "000003_ldmks.txt").write_text("1 2\n" * 69 + "nan 2\n")
    (tmp_path / "000004_ldmks.txt").unlink()
    (tmp_path / "000005_thermal.png").unlink()
    (tmp_path / "000006_seg.png").unlink()
    (tmp_path / "notes.txt").write_text("not of the set")
    dataset = open_dataset("tfake", tmp_path)
    assert [sample.name for sample in dataset] == ["000000_thermal.png", "000006_thermal.png"]
    assert reasons(dataset) == {
        "000001_thermal.png": "69 points, expected the 70 of facesynthetics70",
        "000002_thermal.png": "000002_ldmks.txt: 'two' is no number",
        "000003_thermal.png": "000003_ldmks.txt: a point that is not finite",
        "000004_thermal.png": "no 000004_ldmks.txt",
        "000005_thermal.png": "no 000005_thermal.png",
        "000006_thermal.png": "no 000006_seg.png",
    }
    assert (len(dataset.problems), dataset.problems.n_skipped) == (6, 5)


def test_a_second_pass_starts_anew(tmp_path, write):
    write.write_tfake(tmp_path, range(2))
    (tmp_path / "000000_ldmks.txt").unlink()
    dataset = open_dataset("tfake", tmp_path)
    assert [len(list(dataset)), len(list(dataset))] == [1, 1]
    assert len(dataset.problems) == 1


def test_images_without_dense_points_are_told(tmp_path, write):
    write.write_tfake(tmp_path, range(2))
    write.write_image(tmp_path / "000009_thermal.png", np.zeros((64, 64), np.uint16))
    dataset = open_dataset("tfake", tmp_path, scheme="mediapipe478")
    assert len(list(dataset)) == 2
    assert reasons(dataset)["000009_thermal.png"] == "annotations.pkl has no points of 000009.png"


def test_eight_bits_are_no_thermal_image(tmp_path, write):
    write.write_image(tmp_path / "a.png", write.grey())
    with pytest.raises(InputError, match="expected one channel of 16 bits, got uint8"):
        read_thermal(tmp_path / "a.png")


def test_classes_are_those_of_facesynthetics(tmp_path, write):
    write.write_image(tmp_path / "a.png", np.array([[0, 18], [255, 3]], np.uint8).repeat(16, 0))
    assert set(np.unique(read_segmentation(tmp_path / "a.png"))) == {0, 3, 18, 255}
    write.write_image(tmp_path / "b.png", np.full((16, 16), 19, np.uint8))
    with pytest.raises(InputError, match="expected classes 0 to 18 and 255, got \\[19\\]"):
        read_segmentation(tmp_path / "b.png")


@pytest.mark.parametrize(
    ("option", "says"),
    [
        ({"image": "infrared"}, "image: expected 'thermal' or 'rgb', got 'infrared'"),
        ({"scheme": "ibug68"}, "scheme: expected 'facesynthetics70' or 'mediapipe478'"),
        ({"condition": "hot"}, "condition: expected .*'warm' or 'cold', got 'hot'"),
        ({"palette": "iron"}, "option of tfake: expected .*'dense', got 'palette'"),
    ],
)
def test_wrong_options_are_told_before_anything_is_read(tmp_path, write, option, says):
    write.write_tfake(tmp_path, (0,))
    with pytest.raises(InputError, match=says):
        open_dataset("tfake", tmp_path, **option)


def test_names_become_numbers_and_parts():
    names = ["000002_seg.png", "000001.png", "000002.png", "7.png", "000003_seg.txt", "readme.txt"]
    numbers, bits = gather(names)
    assert numbers.tolist() == [1, 2]
    assert bits.tolist() == [1, 3]
    assert file_name(1_234_567, "thermal") == "1234567_thermal.png"


def test_numbers_that_no_set_has_are_other_files(tmp_path, write):
    write.write_tfake(tmp_path, (0,))
    (tmp_path / "99999999999999999999.png").write_bytes(b"")
    assert [sample.name for sample in open_dataset("tfake", tmp_path)] == ["000000_thermal.png"]
