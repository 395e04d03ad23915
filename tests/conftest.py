"""Nothing a test does may leave the machine or touch the user's home."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # before any test module imports onnxruntime

SHARED = Path(__file__).parents[2] / "shared"


@pytest.fixture(autouse=True)
def home(tmp_path_factory, monkeypatch) -> Path:
    """An empty folder that stands for the user's home."""
    folder = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(folder))
    return folder


@pytest.fixture
def shared() -> Path:
    """The folder of shared data beside the checkout, which most machines do not have."""
    if not SHARED.is_dir():
        pytest.skip("no folder 'shared' beside the checkout")
    return SHARED


# Small networks that obey the contracts. The landmarks follow the warm part of the crop, so that a
# wrong crop or a wrong way back shows in pixels; the detector scores warm cells.

N_POINTS = 548


def _onnx():
    return pytest.importorskip("onnx", reason="small test networks are written with onnx")


def _model(nodes, constants, *, inputs, outputs) -> bytes:
    onnx = _onnx()
    made = onnx.helper
    graph = made.make_graph(
        nodes,
        "small",
        [made.make_tensor_value_info(n, onnx.TensorProto.FLOAT, s) for n, s in inputs.items()],
        [made.make_tensor_value_info(n, onnx.TensorProto.FLOAT, s) for n, s in outputs.items()],
        [onnx.numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    model = made.make_model(graph, opset_imports=[made.make_opsetid("", 17)], ir_version=9)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def landmark_network(n_points: int = N_POINTS) -> bytes:
    """Points = middle of the warm part + a pattern; presence grows with that part; sigma 0.03."""
    make = _onnx().helper.make_node
    rng = np.random.default_rng(7)
    steps = ((2 * np.arange(128) + 1) / 128 - 1).astype(np.float32)
    places = np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)  # (16384, 2)
    pattern = rng.uniform(-0.6, 0.6, (1, n_points, 2)).astype(np.float32)
    side = 2 / 3  # the hull that a window of 1.5 times its size fits
    pattern[0, :4] = [[-side, -side], [side, -side], [side, side], [-side, side]]
    if n_points >= 478:
        pattern[0, [468, 473, 1, 61, 291]] = [
            [-0.3, -0.3],
            [0.3, -0.3],
            [0, 0],
            [-0.2, 0.3],
            [0.2, 0.3],
        ]
    constants = {
        "places": places,
        "pattern": pattern,
        "flat": np.array([-1, 128 * 128], np.int64),
        "one_point": np.array([-1, 1, 2], np.int64),
        "last": np.array([1], np.int64),
        "tiny": np.float32([[1e-6]]),
        "zero": np.zeros((1, n_points), np.float32),
        "log_spread": np.full((1, n_points), np.log(0.03), np.float32),
        "gain": np.full((1, 1), 20 / 128**2, np.float32),
        "logit": np.full((1, 1), -3, np.float32),
        "minus_one": np.array([-1], np.int64),
    }
    nodes = [
        make("Relu", ["crops"], ["warm"]),
        make("Reshape", ["warm", "flat"], ["weights"]),
        make("ReduceSum", ["weights", "last"], ["sum"], keepdims=1),
        make("Add", ["sum", "tiny"], ["total"]),
        make("MatMul", ["weights", "places"], ["moment"]),
        make("Div", ["moment", "total"], ["middle"]),
        make("Reshape", ["middle", "one_point"], ["middle_3d"]),
        make("Add", ["middle_3d", "pattern"], ["points"]),
        make("Mul", ["total", "zero"], ["nought"]),
        make("Add", ["nought", "log_spread"], ["log_sigma"]),
        make("Add", ["nought", "zero"], ["visibility"]),
        make("Mul", ["total", "gain"], ["evidence"]),
        make("Add", ["evidence", "logit"], ["presence_2d"]),
        make("Reshape", ["presence_2d", "minus_one"], ["presence"]),
    ]
    outputs = {
        "points": ["B", n_points, 2],
        "log_sigma": ["B", n_points],
        "visibility": ["B", n_points],
        "presence": ["B"],
    }
    return _model(nodes, constants, inputs={"crops": ["B", 1, 128, 128]}, outputs=outputs)


def detector_network() -> bytes:
    """Score of a cell of stride 32 = its mean value * 8; boxes of 2.5 strides around the cell."""
    make = _onnx().helper.make_node
    weights = np.zeros((15, 1, 1, 1), np.float32)
    weights[0] = 8
    bias = np.zeros(15, np.float32)
    bias[1:5] = 1.25 + np.log1p(-np.exp(-1.25))  # softplus of it is 1.25 strides
    bias[5:] = [-0.4, -0.4, 0.4, -0.4, 0, 0, -0.3, 0.4, 0.3, 0.4]
    mute = bias - np.float32([20] + [0] * 14)
    constants = {
        "weights": weights,
        "bias32": bias,
        "bias16": mute,
        "bias8": mute,
        "flat": np.array([1, 15, -1], np.int64),
    }
    nodes = []
    for stride in (8, 16, 32):
        sides = [stride, stride]
        nodes += [
            make("AveragePool", ["image"], [f"mean{stride}"], kernel_shape=sides, strides=sides),
            make("Conv", [f"mean{stride}", "weights", f"bias{stride}"], [f"cells{stride}"]),
            make("Reshape", [f"cells{stride}", "flat"], [f"rows{stride}"]),
        ]
    nodes += [
        make("Concat", ["rows8", "rows16", "rows32"], ["columns"], axis=2),
        make("Transpose", ["columns"], ["cells"], perm=[0, 2, 1]),
    ]
    return _model(
        nodes, constants, inputs={"image": [1, 1, "H", "W"]}, outputs={"cells": [1, "N", 15]}
    )


@pytest.fixture(scope="session")
def landmark_bytes() -> bytes:
    return landmark_network()


@pytest.fixture(scope="session")
def detector_bytes() -> bytes:
    return detector_network()


@pytest.fixture
def small_networks(tmp_path, landmark_bytes, detector_bytes) -> dict[str, str]:
    """Paths of both small networks, as keyword arguments of `load_pipeline`."""
    marks, detector = tmp_path / "marks.onnx", tmp_path / "detector.onnx"
    marks.write_bytes(landmark_bytes)
    detector.write_bytes(detector_bytes)
    return {"model_path": str(marks), "detector_path": str(detector)}


@pytest.fixture(scope="session")
def two_faces(warm_scene) -> np.ndarray:
    """Two warm ellipses side by side, the right one a little cooler."""
    return np.hstack([warm_scene, 20 + 0.9 * (warm_scene - 20)]).astype(np.float32)


@pytest.fixture(scope="session")
def warm_scene() -> np.ndarray:
    """A 240 x 320 scene in degC: one warm, uneven ellipse of 100 px on a cool ground."""
    y, x = np.mgrid[:240, :320].astype(np.float32)
    distance = ((x - 150.3) / 40) ** 2 + ((y - 110.7) / 52) ** 2
    ground = 20 + 0.3 * np.sin(x / 7) * np.cos(y / 9)
    face = 33 + 2 * np.cos(x / 11) + np.sin(y / 6)
    return np.where(distance < 1, face, ground).astype(np.float32)
