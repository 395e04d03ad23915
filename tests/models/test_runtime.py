"""ONNX Runtime behind its door: right device or none, threads, pickling, silence."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from tfan.errors import InputError, WeightsError
from tfan.models.detector import DETECTOR_CONTRACT
from tfan.models.landmarker import LANDMARK_CONTRACT
from tfan.models.runtime import OnnxRuntime


def crops(count: int) -> np.ndarray:
    return np.random.default_rng(count).normal(size=(count, 1, 128, 128)).astype(np.float32)


def load(data: bytes, **changes) -> OnnxRuntime:
    settings = {"contract": LANDMARK_CONTRACT, "source": "own.onnx", "threads": 1}
    return OnnxRuntime(data, **(settings | changes))


def test_outputs_come_in_the_order_of_the_contract(landmark_bytes):
    shapes = [output.shape for output in load(landmark_bytes)(crops(3))]
    assert shapes == [(3, 548, 2), (3, 548), (3, 548), (3,)]


def test_one_image_answers_as_it_does_among_others(landmark_bytes):
    runtime = load(landmark_bytes)
    images = crops(3)
    for together, alone in zip(runtime(images), runtime(images[1:2]), strict=True):
        assert alone.shape == (1, *together.shape[1:])
        np.testing.assert_allclose(alone[0], together[1], atol=1e-5)


def named_axes(data: bytes, names: tuple[str, ...]) -> bytes:
    model = pytest.importorskip("onnx", reason="needs the extra 'train'").load_from_string(data)
    for axis, name in zip(model.graph.input[0].type.tensor_type.shape.dim, names, strict=True):
        if name:
            axis.dim_param = name
    return model.SerializeToString()


@pytest.mark.parametrize("names", [("n", "", "h", "w"), ("?", "", "?", "?"), ("", "", "s", "s")])
def test_axes_may_be_named_otherwise(detector_bytes, names):
    """An axis that shares the name of the first is not taken for a number of images."""
    data = named_axes(detector_bytes, names)
    image = np.random.default_rng(0).normal(size=(1, 1, 96, 128)).astype(np.float32)
    (expected,) = load(detector_bytes, contract=DETECTOR_CONTRACT)(image)
    (found,) = load(data, contract=DETECTOR_CONTRACT)(image)
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_pickle_keeps_the_answers(landmark_bytes):
    runtime = load(landmark_bytes)
    again = pickle.loads(pickle.dumps(runtime))
    for one, other in zip(runtime(crops(2)), again(crops(2)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_threads_get_their_own_answers(landmark_bytes):
    runtime = load(landmark_bytes)
    expected = [runtime(crops(n))[0] for n in range(1, 9)]
    with ThreadPoolExecutor(4) as pool:
        jobs = [(n, pool.submit(runtime, crops(n))) for _ in range(3) for n in range(1, 9)]
        for n, job in jobs:
            np.testing.assert_array_equal(job.result()[0], expected[n - 1])


def test_cuda_without_a_cuda_build_is_one_sentence(landmark_bytes):
    import onnxruntime

    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        pytest.skip("this onnxruntime can use CUDA")
    sentence = (
        rf"device: expected 'cpu' \(onnxruntime {onnxruntime.__version__} is installed\), got "
        r"'cuda'\. For CUDA: pip uninstall onnxruntime, "
        r"then pip install 'onnxruntime-gpu\[cuda,cudnn\]'\."
    )
    with pytest.raises(InputError, match=sentence):
        load(landmark_bytes, device="cuda")


@pytest.mark.parametrize("device", ["banana", "cpu:1", "cuda:x", "CUDA"])
def test_unknown_devices(landmark_bytes, device):
    with pytest.raises(InputError, match="device: expected 'cpu', 'cuda' or 'cuda:0', got"):
        load(landmark_bytes, device=device)


@pytest.mark.parametrize("threads", [0, -1, 1.5, True])
def test_wrong_threads(landmark_bytes, threads):
    with pytest.raises(InputError, match="threads: expected a whole number from 1, got"):
        load(landmark_bytes, threads=threads)


@pytest.mark.parametrize("part", [0.5, 0.999])
def test_truncated_files_are_refused(landmark_bytes, part):
    with pytest.raises(
        WeightsError, match=r"own.onnx cannot be read as an ONNX network; it is cut"
    ):
        load(landmark_bytes[: int(len(landmark_bytes) * part)])


def test_another_network_is_refused(landmark_bytes):
    sentence = r"own.onnx is no detector network of tfan: expected image -> cells, got crops -> poi"
    with pytest.raises(WeightsError, match=sentence):
        load(landmark_bytes, contract=DETECTOR_CONTRACT)


def test_nothing_is_written_under_home(tmp_path, home, small_networks):
    code = (
        "import numpy, tfan\n"
        f"faces = tfan.ThermalLandmarks(**{small_networks!r}).detect(numpy.eye(64) * 9 + 20)\n"
        "import os; assert os.environ['ORT_DISABLE_TELEMETRY'] == '1'\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(home), "PYTHONPATH": os.pathsep.join(sys.path)}
    run = [sys.executable, "-c", code]
    done = subprocess.run(run, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(home.rglob("*")) == []
