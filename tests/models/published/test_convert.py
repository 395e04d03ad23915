"""Published weights are refused by name where they are others, and convert or leave nothing."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import tfan
from tfan.errors import InputError, MissingExtraError, WeightsError
from tfan.models import store
from tfan.models.metadata import read_metadata

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


def spoilt(data: bytes, value: float) -> bytes:
    """Return an ONNX file with one number of its last layer set to a value."""
    onnx = pytest.importorskip("onnx")
    model = onnx.load_from_string(data)
    (bias,) = (each for each in model.graph.initializer if each.name.endswith("fc.bias"))
    numbers = onnx.numpy_helper.to_array(bias).copy()
    numbers[3] = value
    bias.CopyFrom(onnx.numpy_helper.from_array(numbers, bias.name))
    return model.SerializeToString()


@pytest.mark.parametrize("value", [0.6, float("nan")])
def test_a_spoilt_file_is_seen_and_not_written(published_files, tmp_path, monkeypatch, value):
    whole = convert.landmark_onnx
    monkeypatch.setattr(convert, "landmark_onnx", lambda net: spoilt(whole(net), value))
    with pytest.raises(WeightsError, match="answers otherwise as ONNX"):
        convert.convert_file(published_files["landmarker_70"], tmp_path / "net.onnx")
    assert list(tmp_path.iterdir()) == []


def test_the_greatest_difference_is_of_one_output_over_the_largest(published_files):
    net = convert.landmark_net(
        convert.read_state_dict(published_files["landmarker_70"]), source="70.pt"
    )
    bias = float(net.fc.bias[3])
    data = convert.landmark_onnx(net)
    contract = convert.PUBLISHED_LANDMARK_CONTRACT
    whole = convert.LandmarkContractNet(net).eval()

    def difference(data: bytes) -> float:
        return convert.greatest_difference(
            whole, data, shape=(1, 1, 224, 224), contract=contract
        )  # fmt: skip

    assert difference(data) < convert.TOLERANCE
    assert convert.TOLERANCE < difference(spoilt(data, bias + 1e-3)) < 1e-2


def test_threads_may_load_published_files_at_once(published_files):
    kinds = ["landmarker_70", "detector_yolov5n_face"] * 3
    makers = {
        "landmarker_70": convert.landmark_file_onnx,
        "detector_yolov5n_face": convert.detector_file_onnx,
    }
    with ThreadPoolExecutor(len(kinds)) as pool:
        made = list(pool.map(lambda kind: makers[kind](published_files[kind]), kinds))
    assert made[::2] == [made[0]] * 3
    assert made[1::2] == [made[1]] * 3


@pytest.mark.parametrize("kind", ["landmarker_70", "detector_yolov5n_face"])
def test_the_licence_goes_with_a_converted_file(published_files, tmp_path, kind):
    made = convert.convert_file(published_files[kind], tmp_path / "net.onnx")
    assert read_metadata(made.path.read_bytes())["tfan.licence"] == "CC-BY-NC-SA-4.0"


ODD = {
    "whole numbers": (
        lambda w: w.to(torch.int64),
        r"'fc.weight' expected floating-point numbers, got int64",
    ),
    "8-bit floats": (
        lambda w: w.to(torch.float8_e4m3fn),
        r"'fc.weight' expected floating-point numbers, got float8_e4m3fn",
    ),
    "complex": (
        lambda w: w.to(torch.complex64),
        r"'fc.weight' expected floating-point numbers, got complex64",
    ),
    "sparse": (
        lambda w: w.to_sparse(),
        r"'fc.weight' expected all its numbers one by one, got a sparse_coo tensor on cpu",
    ),
    "quantized": (
        lambda w: torch.quantize_per_tensor(w, 0.1, 0, torch.qint8),
        r"'fc.weight' expected all its numbers one by one, got a quantized tensor",
    ),
    "without numbers": (
        lambda w: w.to("meta"),
        r"'fc.weight' expected all its numbers one by one, got a strided tensor on meta",
    ),
}


@pytest.mark.filterwarnings("ignore")  # torch's own, on some of these kinds
@pytest.mark.parametrize("kind", ODD)
def test_entries_of_another_kind_are_refused_by_name(state, tmp_path, home, kind):
    change, sentence = ODD[kind]
    state["module.fc.weight"] = change(state["module.fc.weight"])
    place = home / ".tfan" / "models" / "70.pt"
    place.parent.mkdir(parents=True)
    torch.save(state, place)
    with pytest.raises(WeightsError, match=sentence):
        check_landmark_file(place)
    assert store.find_local("tfan-70") is None  # passed over, not fallen over


@pytest.mark.parametrize("arguments", [{"weights": "tfan-70"}, {"detector": "tfw"}])
def test_nothing_is_fetched_where_onnx_is_missing(monkeypatch, arguments):
    monkeypatch.setitem(sys.modules, "onnx", None)
    monkeypatch.setattr(store, "fetch", lambda name: pytest.fail(f"{name} was fetched"))
    with pytest.raises(MissingExtraError, match=r"needs onnx: pip install 'thermal-face-alignm"):
        tfan.ThermalLandmarks(**arguments)
