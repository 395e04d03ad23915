"""The published landmark network as ONNX, written from the formula's arrays without torch.

A twin of `tfan.models.published.convert`: the golden answers are checked through ONNX Runtime where
torch is not installed, and the two must agree where it is.
"""

from __future__ import annotations

import numpy as np
import pytest

FIRST_STRIDES = (1, 2, 2, 2, 1, 2, 1)  # of the stages of MobileNetV2
MEAN, DEVIATION = np.float32([0.485, 0.456, 0.406]), np.float32([0.229, 0.224, 0.225])


class Graph:
    """Nodes and constants, added one after the other; each node feeds the next."""

    def __init__(self, onnx, state: dict[str, np.ndarray]) -> None:
        self.onnx, self.state = onnx, state
        self.nodes, self.constants = [], {}

    def constant(self, value) -> str:
        name = f"constant_{len(self.constants)}"
        self.constants[name] = np.asarray(value)
        return name

    def add(self, kind: str, *inputs: str, output: str = "", **attributes) -> str:
        output = output or f"{kind}_{len(self.nodes)}"
        self.nodes.append(self.onnx.helper.make_node(kind, list(inputs), [output], **attributes))
        return output

    def convolution(self, x: str, name: str, norm: str, *, stride: int = 1, act: bool = True):
        weight = self.state[f"{name}.weight"]
        scale = self.state[f"{norm}.weight"] / np.sqrt(self.state[f"{norm}.running_var"] + 1e-5)
        bias = self.state[f"{norm}.bias"] - self.state[f"{norm}.running_mean"] * scale
        side = weight.shape[2]
        groups = weight.shape[0] if name.endswith("conv_dw") else 1
        folded = np.float32(weight * scale[:, None, None, None]), np.float32(bias)
        y = self.add(
            "Conv", x, *map(self.constant, folded), kernel_shape=[side] * 2,
            strides=[stride] * 2, pads=[side // 2] * 4, group=groups,
        )  # fmt: skip
        limits = map(self.constant, np.float32([0, 6]))
        return self.add("Clip", y, *limits) if act else y


def features(graph: Graph, x: str) -> str:
    x = graph.convolution(x, "feature_network.conv_stem", "feature_network.bn1", stride=2)
    for stage, first in enumerate(FIRST_STRIDES):
        block = 0
        while f"feature_network.blocks.{stage}.{block}.conv_dw.weight" in graph.state:
            at, kept = f"feature_network.blocks.{stage}.{block}", x
            stride = first if block == 0 else 1
            widens = f"{at}.conv_pwl.weight" in graph.state
            names = ["conv_pw", "conv_dw", "conv_pwl"] if widens else ["conv_dw", "conv_pw"]
            for number, name in enumerate(names, start=1):
                x = graph.convolution(
                    x, f"{at}.{name}", f"{at}.bn{number}", act=number < len(names),
                    stride=stride if name == "conv_dw" else 1,
                )  # fmt: skip
            if block > 0:
                x = graph.add("Add", kept, x)
            block += 1
    return graph.convolution(x, "feature_network.conv_head", "feature_network.bn2")


def landmark_onnx(state: dict[str, np.ndarray]) -> bytes:
    """Return the ONNX file of the contract for weights as `formula_state` gives them."""
    onnx = pytest.importorskip("onnx", reason="the file is written with onnx")
    graph, n = Graph(onnx, state), len(state["fc.bias"]) // 3
    mean, deviation = (graph.constant(each.reshape(1, 3, 1, 1)) for each in (MEAN, DEVIATION))
    x = features(graph, graph.add("Div", graph.add("Sub", "crops", mean), deviation))
    flat = graph.add("Flatten", graph.add("GlobalAveragePool", x))
    weight, bias = graph.constant(state["fc.weight"]), graph.constant(state["fc.bias"])
    outputs = graph.add("LeakyRelu", graph.add("Gemm", flat, weight, bias, transB=1), alpha=0.01)
    outputs = graph.add("Reshape", outputs, graph.constant(np.int64([-1, n, 3])))
    xy = graph.add("Gather", outputs, graph.constant(np.int64([0, 1])), axis=2)
    third = graph.add("Gather", outputs, graph.constant(np.int64(2)), axis=2, output="third")
    two, half, one = (graph.constant(np.float32(value)) for value in (2, 0.5, 1))
    graph.add("Sub", graph.add("Mul", xy, two), one, output="points")
    sides = graph.add("Clip", third, graph.constant(np.float32(1e-6)))
    variance = graph.add("Mul", sides, graph.constant(np.float32(4)))
    graph.add("Mul", graph.add("Log", variance), half, output="log_sigma")
    nought = graph.add("Mul", third, graph.constant(np.float32(0)))
    seen = graph.add("Add", nought, graph.constant(np.float32(20)), output="visibility")
    graph.add("Gather", seen, graph.constant(np.int64(0)), axis=1, output="presence")
    return _file(onnx, graph, n)


def _file(onnx, graph: Graph, n: int) -> bytes:
    made, kind = onnx.helper, onnx.TensorProto.FLOAT
    shapes = {"points": ["B", n, 2], "presence": ["B"]}
    shapes |= {name: ["B", n] for name in ("log_sigma", "visibility", "third")}
    proto = made.make_graph(
        graph.nodes,
        "twin",
        [made.make_tensor_value_info("crops", kind, ["B", 1, 224, 224])],
        [made.make_tensor_value_info(name, kind, shape) for name, shape in shapes.items()],
        [onnx.numpy_helper.from_array(value, name) for name, value in graph.constants.items()],
    )
    model = made.make_model(proto, opset_imports=[made.make_opsetid("", 17)], ir_version=9)
    described = {"tfan.preparation": "published", "tfan.landmarks": str(n)}
    made.set_model_props(model, described | {"tfan.licence": "CC-BY-NC-SA-4.0"})
    onnx.checker.check_model(model)
    return model.SerializeToString()
