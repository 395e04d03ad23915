"""On machines with CUDA: the same answers, on the devices that were asked for."""

from __future__ import annotations

import pickle
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.models.detector import DETECTOR_CONTRACT
from tfan.models.landmarker import LANDMARK_CONTRACT
from tfan.models.registry import find, read_bundled
from tfan.models.runtime import open_runtime

pytestmark = pytest.mark.gpu

ATOL = 1e-3  # outputs are of about 1; without TF32 2e-5 is what another order of sums does
BACKENDS = ("onnxruntime", "torch")


@pytest.fixture(params=BACKENDS)
def backend(request, monkeypatch) -> str:
    need_cuda(request.param, [0])
    if request.param == "torch":
        import torch

        for part in (torch.backends.cudnn, torch.backends.cuda.matmul):
            monkeypatch.setattr(part, "allow_tf32", False)
    return request.param


def driver_devices() -> int:
    """Return how many devices NVIDIA's own driver tells of; tfan is not asked."""
    listed = Path("/proc/driver/nvidia/gpus")
    if listed.is_dir():
        return len(list(listed.iterdir()))
    if shutil.which("nvidia-smi") is None:
        return 0
    told = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, check=False)
    return told.stdout.count("GPU ") if told.returncode == 0 else 0


def library_knows_cuda(backend: str) -> bool:
    """Say whether what is installed of a backend is built for CUDA; tfan is not asked."""
    if backend == "torch":
        torch = pytest.importorskip("torch")
        return torch.version.cuda is not None
    ort = pytest.importorskip("onnxruntime")
    return "CUDAExecutionProvider" in ort.get_available_providers()


def need_cuda(backend: str, gpus: list[int]) -> None:
    if driver_devices() <= max(gpus):
        pytest.skip(f"no NVIDIA device {max(gpus)} on this machine")
    if not library_knows_cuda(backend):
        pytest.skip(f"{backend} is installed here without CUDA")


def crops(count: int) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, 1, 128, 128)).astype(np.float32)


def load(name: str, contract=LANDMARK_CONTRACT, **asked):
    return open_runtime(read_bundled(find(name)), contract=contract, source=name, **asked)


def check_same(got, expected):
    for one, other in zip(got, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=ATOL, atol=ATOL)


@pytest.mark.parametrize("count", [1, 7])
def test_landmarks_are_those_of_the_processor(backend, count):
    runtime = load("landmarks", device="cuda", backend=backend)
    assert (runtime.device, runtime.backend) == ("cuda:0", backend)
    check_same(runtime(crops(count)), load("landmarks")(crops(count)))


def test_detections_are_those_of_the_processor(backend):
    image = np.random.default_rng(1).random((1, 1, 256, 320), np.float32)
    runtime = load("detector", DETECTOR_CONTRACT, device="cuda:0", backend=backend)
    check_same(runtime(image), load("detector", DETECTOR_CONTRACT)(image))


def test_auto_takes_the_device(backend):
    assert load("landmarks", device="auto", backend=backend).device.startswith("cuda:")


def test_pickle_keeps_device_and_answers(backend):
    runtime = load("landmarks", device="cuda", backend=backend)
    again = pickle.loads(pickle.dumps(runtime))
    assert (again.device, again.backend) == (runtime.device, backend)
    check_same(again(crops(2)), runtime(crops(2)))


def test_threads_get_their_own_answers(backend):
    runtime = load("landmarks", device="cuda", backend=backend)
    expected = [runtime(crops(n)) for n in range(1, 7)]
    with ThreadPoolExecutor(4) as pool:
        jobs = [(n, pool.submit(runtime, crops(n))) for _ in range(3) for n in range(1, 7)]
        for n, job in jobs:
            check_same(job.result(), expected[n - 1])


@pytest.mark.parametrize("backend", BACKENDS)
def test_two_devices_share_a_batch(backend):
    need_cuda(backend, [0, 1])
    runtime = load("landmarks", device="cuda", gpus=[0, 1], backend=backend)
    assert runtime.device == "cuda:0+cuda:1"
    for count in (1, 2, 5):
        check_same(runtime(crops(count)), load("landmarks")(crops(count)))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_number_beyond_the_devices_is_refused(backend):
    need_cuda(backend, [0])
    with pytest.raises(InputError, match=r"gpus: expected .* \(CUDA devices of this machine\)"):
        load("landmarks", device="cuda", gpus=[0, 99], backend=backend)
