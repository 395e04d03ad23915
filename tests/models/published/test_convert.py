"""Published weights are refused by name where they are others, and convert or leave nothing."""

from __future__ import annotations

import sys

import numpy as np
import pytest

import tfan
from tfan.errors import InputError, MissingExtraError, WeightsError

torch = pytest.importorskip("torch")

from tfan.models.published import convert  # noqa: E402  needs torch
from tfan.models.published.state_dicts import check_detector_file, check_landmark_file  # noqa: E402


@pytest.fixture
def state(formula):
    return {
        f"module.{name}": torch.from_numpy(np.array(value))
        for name, value in formula.formula_state("landmarker_70").items()
    }


def test_checks_tell_files_apart(published_files):
    assert check_landmark_file(published_files["landmarker_70"]) == 70
    assert check_landmark_file(published_files["landmarker_478"]) == 478
    check_detector_file(published_files["detector_yolov5n_face"])
    with pytest.raises(WeightsError, match=r"Face.modern.pt holds no weights of the published la"):
        check_landmark_file(published_files["detector_yolov5n_face"])
    with pytest.raises(WeightsError, match=r"70\.pt"):
        check_detector_file(published_files["landmarker_70"])


SPOIL = {
    "missing": (
        lambda s: s.pop("module.feature_network.blocks.1.0.bn1.weight"),
        r"expected 'feature_network.blocks.1.0.bn1.weight', which is missing",
    ),
    "shape": (
        lambda s: s.update({"module.feature_network.conv_head.weight": torch.zeros(1280, 320)}),
        r"'feature_network.conv_head.weight' expected shape \(1280, 320, 1, 1\), got \(1280, 320\)",
    ),
    "further": (
        lambda s: s.update({"module.head.weight": torch.zeros(3)}),
        r"it has no 'head.weight'",
    ),
    "count": (
        lambda s: s.update({"module.fc.weight": torch.zeros(204, 1280)}),
        r"'fc.weight' expected shape \(1434, 1280\), got \(204, 1280\)",
    ),
    "nan": (
        lambda s: s["module.fc.bias"].fill_(float("nan")),
        r"is damaged: 'fc.bias' has values that are no numbers",
    ),
    "no tensor": (
        lambda s: s.update({"module.epoch": 3}),
        r"expected a state dict, but entry 'module.epoch' is a int",
    ),
}


@pytest.mark.parametrize("what", SPOIL)
def test_the_first_wrong_entry_is_named(state, tmp_path, what):
    spoil, sentence = SPOIL[what]
    spoil(state)
    torch.save(state, tmp_path / "478.pt")
    with pytest.raises(WeightsError, match=sentence):
        tfan.ThermalLandmarks(tmp_path / "478.pt")


class Trap:
    """An object whose unpickling runs a command."""

    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self):
        import os

        return os.system, (self.command,)


def test_pickled_code_never_runs(state, tmp_path):
    ran = tmp_path / "ran"
    torch.save({**state, "trap": Trap(f"touch {ran}")}, tmp_path / "478.pt")
    with pytest.raises(WeightsError, match=r"478\.pt"):
        tfan.ThermalLandmarks(tmp_path / "478.pt")
    assert not ran.exists()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "478.pt is empty"),
        (b"<!DOCTYPE html><title>Quota exceeded</title>", "478.pt is a web page, not weights"),
        (b"PK\x03\x04 cut short", "cut short, damaged"),
        (b"\x00" * 2000, "cut short, damaged"),
    ],
)
def test_other_files_are_sentences(tmp_path, content, sentence):
    path = tmp_path / "478.pt"
    path.write_bytes(content)
    with pytest.raises(WeightsError, match=sentence):
        tfan.ThermalLandmarks(path)


def test_without_torch_one_sentence_names_the_extra(published_files, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "tfan.models.published.convert", raising=False)
    path = published_files["landmarker_478"]
    sentence = r"Reading 478.pt needs torch: pip install 'thermal-face-alignment\[torch\]'"
    with pytest.raises(MissingExtraError, match=sentence):
        tfan.ThermalLandmarks(model_path=path)
    with pytest.raises(MissingExtraError, match=r"weights 'tfan-70' needs torch: pip install"):
        tfan.ThermalLandmarks(weights="tfan-70")


@pytest.mark.parametrize("kind", ["landmarker_70", "detector_yolov5n_face"])
def test_a_converted_file_is_compared_and_described(published_files, tmp_path, kind):
    made = convert.convert_file(published_files[kind], tmp_path / "new" / "net.onnx")
    assert made.path.stat().st_size == made.size_bytes
    assert made.task == ("landmark" if kind == "landmarker_70" else "detect")
    assert made.n_landmarks == (70 if kind == "landmarker_70" else None)
    assert 0 <= made.difference < convert.TOLERANCE
    assert [path.name for path in made.path.parent.iterdir()] == ["net.onnx"]


def test_a_file_that_answers_otherwise_is_not_written(published_files, tmp_path, monkeypatch):
    monkeypatch.setattr(convert, "TOLERANCE", -1.0)
    with pytest.raises(WeightsError, match="answers otherwise as ONNX"):
        convert.convert_file(published_files["landmarker_70"], tmp_path / "net.onnx")
    assert list(tmp_path.iterdir()) == []


def test_wrong_places_are_sentences(published_files, tmp_path):
    source = published_files["landmarker_70"]
    with pytest.raises(InputError, match=r"expected a name ending in .onnx, got net.pt"):
        convert.convert_file(source, tmp_path / "net.pt")
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="expected a place to write an ONNX file"):
        convert.convert_file(source, tmp_path / "file" / "net.onnx")
