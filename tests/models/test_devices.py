"""The choice of a backend and a device, on machines that are only described."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.models.devices import Choice, Machine, StartError, choices, parse_device

ORT, CUDA = ("CPUExecutionProvider",), ("CUDAExecutionProvider", "CPUExecutionProvider")
PLAIN = Machine(ORT, "1.32.0")
WITH_TORCH = Machine(ORT, "1.32.0", "2.13.0+cpu", torch_cuda=False)
GPU_ORT = Machine(CUDA, "1.32.0", cuda_devices=2)
GPU_TORCH = Machine(ORT, "1.32.0", "2.13.0", torch_cuda=True, cuda_devices=2)
GPU_BOTH = Machine(CUDA, "1.32.0", "2.13.0", torch_cuda=None, cuda_devices=2)
ONLY_TORCH = Machine((), None, "2.13.0+cpu")
NO_DEVICE = Machine(CUDA, "1.32.0", cuda_devices=0)


def chosen(machine, device="cpu", gpus=None, backend="auto"):
    return [
        f"{choice.backend} {'+'.join(choice.devices)}"
        for choice in choices(device, gpus, backend, machine)
    ]


@pytest.mark.parametrize("machine", [PLAIN, WITH_TORCH, GPU_ORT, GPU_TORCH, GPU_BOTH, NO_DEVICE])
@pytest.mark.parametrize("device", ["cpu", None])
def test_the_processor_is_the_default_on_every_machine(machine, device):
    assert chosen(machine, device) == ["onnxruntime cpu"]


@pytest.mark.parametrize(
    ("machine", "asked", "expected"),
    [
        (WITH_TORCH, {"backend": "torch"}, ["torch cpu"]),
        (ONLY_TORCH, {}, ["torch cpu"]),
        (GPU_ORT, {"device": "cuda"}, ["onnxruntime cuda:0"]),
        (GPU_ORT, {"device": "cuda:1"}, ["onnxruntime cuda:1"]),
        (GPU_TORCH, {"device": "cuda"}, ["torch cuda:0"]),
        (GPU_TORCH, {"device": "cuda", "backend": "torch"}, ["torch cuda:0"]),
        (GPU_BOTH, {"device": "cuda:1"}, ["onnxruntime cuda:1", "torch cuda:1"]),
        (GPU_BOTH, {"device": "cuda", "backend": "onnxruntime"}, ["onnxruntime cuda:0"]),
        (GPU_ORT, {"device": "cuda", "gpus": [0, 1]}, ["onnxruntime cuda:0+cuda:1"]),
        (GPU_ORT, {"device": "cuda:1", "gpus": (1, 0)}, ["onnxruntime cuda:1+cuda:0"]),
        (GPU_ORT, {"device": "cuda", "gpus": 1}, ["onnxruntime cuda:1"]),
        (GPU_ORT, {"device": "cuda", "gpus": np.array([1])}, ["onnxruntime cuda:1"]),
        (GPU_ORT, {"device": "auto", "gpus": 0}, ["onnxruntime cuda:0", "onnxruntime cpu"]),
        (PLAIN, {"device": "auto"}, ["onnxruntime cpu"]),
        (PLAIN, {"device": "auto", "gpus": [0, 1]}, ["onnxruntime cpu"]),
        (NO_DEVICE, {"device": "auto"}, ["onnxruntime cpu"]),
        (WITH_TORCH, {"device": "auto", "backend": "torch"}, ["torch cpu"]),
        (
            GPU_TORCH,
            {"device": "auto"},
            ["torch cuda:0", "torch cuda:1", "onnxruntime cpu"],
        ),
        (
            GPU_BOTH,
            {"device": "auto", "gpus": [1]},
            ["onnxruntime cuda:1", "torch cuda:1", "onnxruntime cpu"],
        ),
    ],
)
def test_choices_best_first(machine, asked, expected):
    assert chosen(machine, **asked) == expected


BOTH_FIX = "For CUDA: pip uninstall onnxruntime, then pip install 'onnxruntime-gpu[cuda,cudnn]'."


@pytest.mark.parametrize(
    ("machine", "asked", "sentence"),
    [
        (
            PLAIN,
            {"device": "cuda"},
            f"device: expected 'cpu' (onnxruntime 1.32.0 is installed), got 'cuda'. {BOTH_FIX}",
        ),
        (
            WITH_TORCH,
            {"device": "cuda:1"},
            "device: expected 'cpu' (onnxruntime 1.32.0 and torch 2.13.0+cpu are installed, both "
            f"without CUDA), got 'cuda:1'. {BOTH_FIX}",
        ),
        (
            Machine((), None, "2.13.0+cpu", torch_cuda=False),
            {"device": "cuda", "backend": "torch"},
            "device: expected 'cpu' (torch 2.13.0+cpu is installed, without CUDA), got 'cuda'. "
            "For CUDA: install a torch with CUDA, see pytorch.org/get-started.",
        ),
        (
            WITH_TORCH,
            {"device": "cuda", "backend": "onnxruntime"},
            f"device: expected 'cpu' (onnxruntime 1.32.0 is installed), got 'cuda'. {BOTH_FIX}",
        ),
        (
            NO_DEVICE,
            {"device": "cuda"},
            "device: expected 'cpu' (no CUDA device is seen on this machine), got 'cuda'. "
            "`nvidia-smi -L` lists them; CUDA_VISIBLE_DEVICES may hide them.",
        ),
        (
            GPU_ORT,
            {"device": "cuda:5"},
            "device: expected 'cuda:0' to 'cuda:1' (CUDA devices of this machine), got 'cuda:5'.",
        ),
        (
            Machine(CUDA, "1.32.0", cuda_devices=1),
            {"device": "cuda", "gpus": [0, 1]},
            "gpus: expected 0 (CUDA devices of this machine), got [0, 1].",
        ),
        (
            GPU_ORT,
            {"device": "auto", "gpus": [0, 7]},
            "gpus: expected 0 to 1 (CUDA devices of this machine), got [0, 7].",
        ),
        (
            GPU_ORT,
            {"device": "cpu", "gpus": [0]},
            "gpus: expected device='cuda' or 'auto' beside it, got [0] with device='cpu'.",
        ),
        (
            GPU_ORT,
            {"device": "cuda:1", "gpus": [0, 1]},
            "gpus: expected 1 first, as in device='cuda:1', got [0, 1].",
        ),
        (
            GPU_ORT,
            {"backend": "tensorflow"},
            "backend: expected 'auto' or 'onnxruntime' or 'torch', got 'tensorflow'.",
        ),
    ],
)
def test_refusals_are_one_sentence(machine, asked, sentence):
    with pytest.raises(InputError) as refused:
        chosen(machine, **asked)
    assert str(refused.value) == sentence


@pytest.mark.parametrize("gpus", [[], -1, [0, 0], [0.5], ["0"], "0", True, [True], None])
@pytest.mark.parametrize("device", ["cuda", "auto"])
def test_numbers_that_name_no_devices(device, gpus):
    if gpus is None:
        assert chosen(GPU_ORT, device, gpus)[0] == "onnxruntime cuda:0"
        return
    with pytest.raises(InputError, match=r"gpus: expected numbers of CUDA devices such as \[0\]"):
        chosen(GPU_ORT, device, gpus)


@pytest.mark.parametrize(
    "device", ["banana", "cpu:1", "cuda:x", "CUDA", "", "cuda:", "cuda:-1", "cuda:²", "auto:0", 1]
)
def test_words_that_name_no_device(device):
    with pytest.raises(InputError, match="device: expected 'cpu', 'cuda' or 'cuda:0', got"):
        parse_device(device)


def test_a_choice_is_a_value():
    assert choices("cpu", None, "auto", PLAIN) == (Choice("onnxruntime", ("cpu",)),)
    assert len({choices("cuda", 0, "auto", GPU_ORT), choices("cuda:0", None, "auto", GPU_ORT)}) == 1


def test_an_error_of_a_device_that_did_not_start_travels_between_processes():
    error = StartError("device", expected="'cpu'", got="'cuda'")
    again = pickle.loads(pickle.dumps(error))
    assert (isinstance(again, InputError), str(again)) == (True, str(error))
