"""Weights files: verified, or refused in one sentence."""

from __future__ import annotations

import dataclasses
import hashlib
import re

import pytest

from tfan.errors import WeightsError
from tfan.models.registry import WEIGHTS, find, read_bundled, read_own

BUNDLED = pytest.mark.parametrize("row", WEIGHTS.values(), ids=list(WEIGHTS))


@BUNDLED
def test_bundled_files_match_their_rows(row):
    assert hashlib.sha256(read_bundled(row)).hexdigest() == row.sha256


@BUNDLED
def test_a_changed_file_is_refused(row, tmp_path):
    data = bytearray(b"weights" * 99)
    row = dataclasses.replace(row, sha256=hashlib.sha256(data).hexdigest())
    path = tmp_path / row.file
    path.write_bytes(data)
    assert read_bundled(row, path=path) == data
    data[100] ^= 1
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=r"does not match its known sha256: expected .* got .*"):
        read_bundled(row, path=path)


@BUNDLED
def test_rows_say_what_users_must_know(row):
    assert row.licence == "Apache-2.0"
    assert all(word in row.trained for word in ("configs/", "at ", "docs/models/README.md"))
    assert re.search(r"\b\d{3} \([\d,]+\) ", row.trained), "seed and count of the data"
    assert re.search(r"\btrained at [0-9a-f]{7}", row.trained)
    assert 0 < row.threshold < 1
    assert 0 <= row.min_presence < 1
    assert 0 < row.min_sureness < 1


def test_a_missing_file_says_what_to_do(tmp_path):
    with pytest.raises(WeightsError, match=r"weights landmarks.onnx are missing from this instal"):
        read_bundled(WEIGHTS["landmarks"], path=tmp_path / "none.onnx")


def test_unknown_names_list_the_known_ones():
    with pytest.raises(WeightsError, match="no weights called 'x'; known: detector, landmarks"):
        find("x")


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is empty; download or export the weights again"),
        (b"<!DOCTYPE html><html>", "is a web page, not weights"),
        (b"\n  <html lang=en>", "is a web page, not weights"),
        (b"PK\x03\x04data", "is a PyTorch file; turn it into ONNX once: tfan weights convert"),
    ],
)
def test_files_that_are_no_onnx_are_named(tmp_path, data, sentence):
    path = tmp_path / "own.onnx"
    path.write_bytes(data)
    with pytest.raises(WeightsError, match=sentence):
        read_own(path)


def test_a_path_that_is_not_there(tmp_path):
    with pytest.raises(WeightsError, match=r"none.onnx: cannot be read as weights: No such file"):
        read_own(tmp_path / "none.onnx")
