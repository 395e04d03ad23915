from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.landmarks.schemes import mirror_548
from tfan.synth.head import _read_obj, load_head, pack
from tfan.synth.landmark_rows import hairline_vertices, landmark_rows

MIRROR_CM = 0.05  # the table was made symmetric; the mesh itself is to a tenth of a millimetre


def test_the_rows_are_weights_on_triangles():
    rows = landmark_rows()
    assert rows.corners.shape == (546, 3)
    assert np.allclose(rows.weights.sum(1), 1, atol=1e-4)
    assert rows.weights.min() > -1e-4


def test_mirrored_landmarks_of_the_mean_head_lie_on_each_other(head):
    points = head.rows.points(head.mean)
    mirrored = points[mirror_548()] * [-1, 1, 1]
    gap_cm = np.linalg.norm(points - mirrored, axis=1)
    assert np.median(gap_cm) < MIRROR_CM
    assert gap_cm.max() < 0.35


def test_the_pupils_are_the_irises_and_right_is_the_subjects(head):
    points = head.rows.points(head.mean)
    assert np.array_equal(points[546:], points[[468, 473]])
    assert points[546, 0] < 0 < points[547, 0]


def test_lower_brows_lie_lower(head):
    high, low = (head.rows.points(head.mean, brow=b)[495:505, 1] for b in (0.0, 1.0))
    assert np.all(high - low > 0.3)


def test_the_hairline_lies_above_the_mesh_on_the_forehead(head):
    hairline = head.mean[hairline_vertices(head.mean)]
    top = head.rows.points(head.mean)[:478, 1].max()
    assert np.all(hairline[:, 1] > top + 1)
    assert np.all(hairline[:, 2] > 3)


def test_zero_coefficients_give_the_mean_and_one_gives_one_mode(head):
    zero = head.shaped(np.zeros(100, np.float32), np.zeros(53, np.float32))
    assert np.array_equal(zero, head.mean)
    one = np.zeros(100, np.float32)
    one[0] = 1
    mode = head.shaped(one, np.zeros(53, np.float32)) - head.mean
    assert np.allclose(mode.ravel(), head.identity[0], atol=1e-4)
    assert 0.05 < np.linalg.norm(mode, axis=1).mean() < 3


def test_a_missing_head_says_where_to_get_one(tmp_path):
    with pytest.raises(InputError, match=r"no file .*Clone https://github.com/ICT-VGL/ICT-FaceKit"):
        load_head(tmp_path / "none.npz")


def test_another_file_is_no_head(tmp_path):
    np.savez(tmp_path / "other.npz", a=1)
    with pytest.raises(
        InputError, match="head model: expected a file written by 'tfan synth pack'"
    ):
        load_head(tmp_path / "other.npz")


@pytest.mark.parametrize("keep", [0, 3, 400])
def test_a_head_that_is_cut_short_is_one_sentence(keep, tmp_path):
    np.savez(tmp_path / "whole.npz", mean=np.zeros((200, 3)))
    (tmp_path / "cut.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:keep])
    with pytest.raises(InputError, match="expected a file written by 'tfan synth pack'"):
        load_head(tmp_path / "cut.npz")


def test_a_lone_array_is_no_head(tmp_path):
    np.save(tmp_path / "array.npy", np.zeros(3))
    with pytest.raises(InputError, match="expected a file written by 'tfan synth pack'"):
        load_head(tmp_path / "array.npy")


def test_the_published_meshes_are_read_as_packed(shared, head):
    folder = shared / "data" / "ict_facekit_sample" / "FaceXModel"
    mean, triangles = _read_obj(folder / "generic_neutral_mesh.obj")
    assert np.allclose(mean[: len(head.mean)], head.mean)
    assert len(triangles) == 52220
    shape, _ = _read_obj(folder / "jawOpen.obj")
    k = head.expression_names.index("jawOpen")
    moved = (shape - mean)[: len(head.mean)].ravel()
    assert np.allclose(moved, head.expression[k], atol=5e-3)


def test_an_incomplete_checkout_is_refused_by_the_name_of_the_mesh(shared, tmp_path):
    with pytest.raises(InputError, match=r"expected the mesh identity002.obj"):
        pack(shared / "data" / "ict_facekit_sample", tmp_path / "head.npz")
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_meshes_is_no_checkout(tmp_path):
    with pytest.raises(InputError, match=r"ICT-FaceKit: expected vertex_indices.json in it"):
        pack(tmp_path, tmp_path / "head.npz")


def test_a_checkout_is_packed_as_differences_from_the_mean(tmp_path, monkeypatch):
    monkeypatch.setattr("tfan.synth.head.VERTICES_TOTAL", 4)
    monkeypatch.setattr("tfan.synth.head.IDENTITIES", 1)
    meshes = tmp_path / "FaceXModel"
    meshes.mkdir()
    (meshes / "vertex_indices.json").write_text('{"expressions": ["jawOpen"]}')
    square = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\nf 1/1 2/2 3/3 4/4\n"
    for name, text in {
        "generic_neutral_mesh": square,
        "identity000": square.replace("v 1 1 0", "v 1 1.5 0"),
        "jawOpen": square.replace("v 0 0 0", "v 0 -2 0"),
    }.items():
        (meshes / f"{name}.obj").write_text(text)
    made = tmp_path / "new" / "head.npz"
    pack(tmp_path, made)
    with np.load(made) as packed:
        assert packed["tris"].tolist() == [[0, 1, 2], [0, 2, 3]]
        assert packed["ids"].tolist() == [[[0, 0, 0], [0, 0, 0], [0, 0.5, 0], [0, 0, 0]]]
        assert packed["exs"].tolist() == [[[0, -2, 0], [0, 0, 0], [0, 0, 0], [0, 0, 0]]]
        assert packed["expr_names"].tolist() == ["jawOpen"]
    assert [p.name for p in made.parent.iterdir()] == ["head.npz"]
    with pytest.raises(InputError, match="expected a place to write a head model"):
        pack(tmp_path, made / "below_a_file.npz")
