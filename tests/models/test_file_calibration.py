"""Calibration that travels in the file: written, read back, and used by the pipeline."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import tfan
from tfan.errors import WeightsError
from tfan.io import read_image
from tfan.models.calibration import PLAIN_CALIBRATION, Calibration
from tfan.models.file_calibration import PROPERTY, calibration_of, with_calibration
from tfan.models.metadata import read_metadata, with_metadata
from tfan.models.registry import bundled_path, find, read_bundled
from tfan.pipeline import load_pipeline

MINE = Calibration(factor=1.5, slopes=(0.5, 2.0), shape=3)


@pytest.fixture(scope="module")
def content() -> bytes:
    return read_bundled(find("landmarks"))


def test_properties_are_set_and_set_anew(content):
    once = with_metadata(content, {"a": "1", "ä": "é"})
    twice = with_metadata(once, {"a": "2" * 200})
    assert read_metadata(twice) == {**read_metadata(content), "a": "2" * 200, "ä": "é"}
    assert with_metadata(content, {}) == content
    assert len(twice) < len(content) + 250


def test_what_the_file_brings_is_read_back(content):
    assert calibration_of(with_calibration(content, MINE), source="x") == MINE


def test_a_bundled_file_has_its_row_wherever_it_lies(content):
    assert calibration_of(content, source="x") == find("landmarks").calibration
    assert calibration_of(with_metadata(content, {"x": "y"}), source="x") is None


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "is no JSON"),
        ("[1]", "lacks or adds constants"),
        (json.dumps({"factor": 1}), "lacks or adds constants"),
    ],
)
def test_what_is_no_calibration_is_said(content, text, sentence):
    with pytest.raises(WeightsError, match=f"mine.onnx: {PROPERTY} {sentence}.* --write"):
        calibration_of(with_metadata(content, {PROPERTY: text}), source="mine.onnx")


@pytest.mark.parametrize(
    "wrong",
    [{"factor": "1"}, {"slopes": 1}, {"slopes": [1]}, {"power": True}, {"factor": float("nan")}],
)
def test_constants_that_are_no_numbers_are_said(content, wrong):
    stored = json.loads(read_metadata(with_calibration(content, MINE))[PROPERTY]) | wrong
    data = with_metadata(content, {PROPERTY: json.dumps(stored)})
    with pytest.raises(WeightsError, match="holds what is no number"):
        calibration_of(data, source="mine.onnx")


def test_a_calibrated_file_answers_as_the_bundled_pair(tmp_path, content):
    """The same weights by path: with their constants the same answers, without them others."""
    bare, known = tmp_path / "bare.onnx", tmp_path / "known.onnx"
    bare.write_bytes(with_metadata(content, {"note": "another file"}))
    known.write_bytes(with_calibration(content, find("landmarks").calibration))
    bundled = load_pipeline()
    same, other = load_pipeline(known), load_pipeline(bare)
    assert load_pipeline(bundled_path(find("landmarks"))).face_score == bundled.face_score
    assert (same.face_score, same.min_score) == (bundled.face_score, bundled.min_score)
    assert other.face_score != bundled.face_score
    assert other.landmarker.calibration == PLAIN_CALIBRATION
    frame = read_image(Path(tfan.__file__).parent / "data" / "demo_frame.tiff")
    scores = [[face.score for face in each.detect(frame)] for each in (same, bundled, other)]
    assert scores[0] == scores[1] != scores[2]


def test_a_property_without_a_value_hides_no_other(content):
    bare = content + b"\x72\x03\x0a\x01x"  # an entry of properties: its key is x, and no more
    assert read_metadata(with_calibration(bare, MINE))["x"] == ""
    assert calibration_of(with_calibration(bare, MINE), source="x") == MINE
