"""Opening a network on what was asked for: refusals, and what happens where a device fails."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import onnxruntime
import pytest

from tfan.errors import InputError, MissingExtraError, WeightsError
from tfan.models import onnx_runtime, runtime
from tfan.models.devices import Machine, StartError
from tfan.models.landmarker import LANDMARK_CONTRACT
from tfan.models.machine import cuda_device_names
from tfan.models.runtime import OnnxRuntime, open_runtime

CUDA = ("CUDAExecutionProvider", "CPUExecutionProvider")


def load(data: bytes, **asked):
    return open_runtime(data, contract=LANDMARK_CONTRACT, source="own.onnx", **asked)


@pytest.mark.parametrize(
    "asked", [{}, {"device": "cpu"}, {"device": None}, {"backend": "onnxruntime", "threads": 2}]
)
def test_the_processor_by_onnx_runtime_is_the_default(landmark_bytes, asked):
    opened = load(landmark_bytes, **asked)
    assert isinstance(opened, OnnxRuntime)
    assert (opened.device, opened.backend) == ("cpu", "onnxruntime")


def test_auto_runs_everywhere(landmark_bytes):
    opened = load(landmark_bytes, device="auto")
    assert opened.device == "cpu" if not cuda_device_names() else opened.device
    assert opened(np.zeros((1, 1, 128, 128), np.float32))[0].shape == (1, 548, 2)


@pytest.mark.parametrize("asked", [{}, {"backend": "torch"}, {"gpus": [0, 1]}])
def test_cuda_is_refused_where_there_is_none(landmark_bytes, asked):
    if asked.get("backend") == "torch":
        pytest.importorskip("torch", reason="without torch another sentence is said")
    if cuda_device_names():
        pytest.skip("this machine has CUDA devices")
    with pytest.raises(InputError, match=r"^device: expected 'cpu' \(.*\), got 'cuda'\. "):
        load(landmark_bytes, device="cuda", **asked)


def test_gpus_with_the_processor_are_refused(landmark_bytes):
    with pytest.raises(InputError, match=r"gpus: expected device='cuda' or 'auto' beside it, got "):
        load(landmark_bytes, gpus=[0])


def test_torch_that_is_not_there_names_its_extra(landmark_bytes, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(MissingExtraError, match=r"needs torch: pip install '.*\[torch\]'"):
        load(landmark_bytes, backend="torch")


def test_onnx_that_is_not_there_names_its_extra(landmark_bytes, monkeypatch):
    pytest.importorskip("torch", reason="torch comes before onnx")
    monkeypatch.setitem(sys.modules, "onnx", None)
    with pytest.raises(MissingExtraError, match=r"needs onnx: pip install '.*\[torch\]'"):
        load(landmark_bytes, backend="torch")


class Opened:
    """Stands for OnnxRuntime; the devices of `broken` do not start."""

    backend, broken = "onnxruntime", ()

    def __init__(self, data, *, device, **given):
        self.device = device
        if device in self.broken:
            raise StartError("device", expected="'cpu'", got=repr(device))


@pytest.fixture
def two_gpus(monkeypatch):
    """A machine with two CUDA devices, of which some do not start."""

    def setup(*broken):
        machine = Machine(CUDA, "1.0", cuda_devices=2)
        monkeypatch.setattr(runtime, "look", lambda device, backend: machine)
        monkeypatch.setattr(runtime, "OnnxRuntime", Opened)
        monkeypatch.setattr(Opened, "broken", broken)

    return setup


@pytest.mark.parametrize(
    ("asked", "broken", "device"),
    [
        ({"device": "auto"}, [], "cuda:0"),
        ({"device": "auto"}, ["cuda:0"], "cuda:1"),
        ({"device": "auto"}, ["cuda:0", "cuda:1"], "cpu"),
        ({"device": "auto", "gpus": [0, 1]}, [], "cuda:0+cuda:1"),
        ({"device": "auto", "gpus": [0, 1]}, ["cuda:1"], "cpu"),
        ({"device": "cuda", "gpus": [1, 0]}, [], "cuda:1+cuda:0"),
        ({"device": "cuda:1"}, ["cuda:0"], "cuda:1"),
    ],
)
def test_what_really_runs_is_told(two_gpus, asked, broken, device):
    two_gpus(*broken)
    assert load(b"", **asked).device == device


@pytest.mark.parametrize("asked", [{"device": "cuda"}, {"device": "cuda", "gpus": [1, 0]}])
def test_the_processor_never_takes_the_place_of_cuda(two_gpus, asked):
    two_gpus("cuda:0")
    with pytest.raises(StartError, match="got 'cuda:0'"):
        load(b"", **asked)


@pytest.fixture
def broken_cuda(monkeypatch):
    """An ONNX Runtime that lists CUDA and cannot start it: with an error, or by falling back."""

    def setup(raises):
        def session(data, *, providers, **given):
            if providers[0][0] == CUDA[0] and raises:
                raise RuntimeError("libcudnn.so.9: cannot open shared object file")
            return onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])

        ort = SimpleNamespace(
            __version__="1.0",
            get_available_providers=lambda: list(CUDA),
            SessionOptions=onnxruntime.SessionOptions,
            InferenceSession=session,
            preload_dlls=lambda: sys.stdout.write("cuDNN not found"),
        )
        monkeypatch.setattr(onnx_runtime, "require", lambda *_, **__: ort)

    return setup


@pytest.mark.parametrize("raises", [True, False])
def test_cuda_that_does_not_start_is_one_sentence(landmark_bytes, broken_cuda, raises, capsys):
    broken_cuda(raises)
    sentence = (
        r"device: expected 'cpu' \(onnxruntime 1\.0 is installed\), got 'cuda:0', which could not "
        r"be started\. "
    )
    with pytest.raises(StartError, match=sentence):
        OnnxRuntime(landmark_bytes, contract=LANDMARK_CONTRACT, source="own.onnx", device="cuda:0")
    assert capsys.readouterr().out == ""  # answers go there, remarks do not


@pytest.mark.parametrize("raises", [True, False])
def test_a_damaged_file_is_no_fault_of_the_device(broken_cuda, raises):
    broken_cuda(raises)
    with pytest.raises(WeightsError, match=r"own\.onnx cannot be read as an ONNX network"):
        OnnxRuntime(b"no", contract=LANDMARK_CONTRACT, source="own.onnx", device="cuda")


def test_errors_while_running_do_not_change_the_device(landmark_bytes):
    opened = OnnxRuntime(landmark_bytes, contract=LANDMARK_CONTRACT, source="own.onnx")
    assert opened._session._enable_fallback is False
