"""Rows of preparation: what a file's metadata choose, and laws that every row keeps."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from tfan.errors import WeightsError
from tfan.landmarks import load_scheme
from tfan.models.landmarker import five_of
from tfan.models.metadata import read_metadata
from tfan.models.preparation import OWN, PREPARATIONS, check_count, preparation_of
from tfan.models.search import SEARCHES
from tfan.thermal.plane import prepare

ATOL_PX = 1e-3


@pytest.fixture
def plane():
    return prepare(np.random.default_rng(0).integers(0, 255, (100, 120), np.uint8))


@pytest.mark.parametrize("name", PREPARATIONS)
def test_each_row_places_and_cuts(name, plane):
    row = PREPARATIONS[name]
    assert row.name == name
    assert row.search in SEARCHES
    assert set(row.counts) == {70, 478}
    five = np.float32([[[40, 40], [60, 40], [50, 50], [42, 60], [58, 60]]] * 2)
    views = row.place(np.float32([[30, 20, 70, 80], [-20, -20, 10, 10]]), five, plane.hw)
    assert len(views) == 2
    assert (views.half_side_px > 0).all()
    crops = row.cut(plane, views, row.size_px, True)
    assert crops.shape == (2, row.size_px, row.size_px)
    assert crops.dtype == np.float32
    np.testing.assert_array_equal(row.cut(plane, views[1:], row.size_px, True), crops[1:])
    ends = views.to_image(np.float32([[[-1, -1], [1, 1]]] * 2))
    middle = views.to_image(np.zeros((2, 1, 2), np.float32))
    np.testing.assert_allclose(ends.mean(axis=1), middle[:, 0], atol=ATOL_PX)
    assert pickle.loads(pickle.dumps(row)) == row


def model(**properties: str) -> bytes:
    onnx = pytest.importorskip("onnx")
    made, kind = onnx.helper, onnx.TensorProto.FLOAT
    ends = [made.make_tensor_value_info(name, kind, [1]) for name in ("x", "y")]
    graph = made.make_graph([made.make_node("Relu", ["x"], ["y"])], "g", ends[:1], ends[1:])
    proto = made.make_model(graph)
    made.set_model_props(proto, {key.replace("_", "."): text for key, text in properties.items()})
    return proto.SerializeToString()


def test_files_say_which_row_is_theirs():
    assert preparation_of(model(), source="own.onnx") is OWN
    assert (
        preparation_of(model(tfan_preparation="published"), source="a")
        is (PREPARATIONS["published"])
    )
    with pytest.raises(WeightsError, match=r"own.onnx: tfan.preparation is 'new', expected 'tfan'"):
        preparation_of(model(tfan_preparation="new"), source="own.onnx")


def test_properties_are_read_without_a_framework():
    assert read_metadata(model(one="a", two_parts="ü" * 300)) == {
        "one": "a",
        "two.parts": "ü" * 300,
    }
    assert read_metadata(model()) == {}
    whole = model(one="a" * 50)
    for data in (b"", b"\xff" * 40, whole[:-7], b"<html>", b"PK\x03\x04" + bytes(90)):
        assert read_metadata(data) == {}


def test_counts_are_checked():
    check_count(OWN, 548, 70, source="own.onnx")
    check_count(PREPARATIONS["published"], 70, 70, source="70.onnx")
    check_count(PREPARATIONS["published"], "N", 70, source="70.onnx")
    with pytest.raises(
        WeightsError, match="a: expected a network of 70 landmarks, got 478; say n_"
    ):
        check_count(PREPARATIONS["published"], 478, 70, source="a")


def test_five_points_of_every_network():
    for name, rows in (("facesynthetics70", 70), ("mediapipe478", 478), ("mediapipe478", 548)):
        points = np.arange(rows * 2, dtype=np.float32).reshape(1, rows, 2)
        np.testing.assert_array_equal(five_of(points)[0], points[0, load_scheme(name).five])
