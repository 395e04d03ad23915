"""Each operator in torch against ONNX Runtime on the same random numbers."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

torch = pytest.importorskip("torch", reason="the operators are torch's")
onnx = pytest.importorskip("onnx", reason="the networks of the test are written with onnx")

from tfan.errors import WeightsError  # noqa: E402
from tfan.models.operators.table import OPERATORS  # noqa: E402
from tfan.models.torch_graph import read_graph, run_graph  # noqa: E402

ATOL = 1e-5  # single precision on numbers of about 1; two libraries sum in another order
RNG = np.random.default_rng(3)
IMAGE = RNG.normal(size=(2, 4, 9, 8)).astype(np.float32)
ROWS = RNG.normal(size=(3, 5)).astype(np.float32)
OTHER = RNG.normal(size=(1, 5)).astype(np.float32)
POSITIVE = np.abs(ROWS) + np.float32(0.1)
WHOLE = RNG.integers(-9, 9, (3, 5))
DIVISOR = np.array([[-3], [2], [4]])


def f(*values):
    return np.array(values, np.float32)


def i(*values):
    return np.array(values, np.int64)


def weights(*shape):
    return (np.random.default_rng(5).normal(size=shape) / 3).astype(np.float32)


def scalar(value, kind=np.float32):
    return np.array(value, kind)


def many(names, *inputs):
    return [(name, {}, inputs) for name in names.split()]


NOTHING = None
POOL = {"kernel_shape": [3, 2], "strides": [2, 2]}
REDUCTIONS = "ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum"
ORDERS = "Equal Greater GreaterOrEqual Less LessOrEqual"

CASES = [
    *many("Abs Ceil Cos Elu Erf Exp Floor HardSigmoid HardSwish Identity LeakyRelu", ROWS),
    *many("LogSoftmax Neg Reciprocal Relu Round Sigmoid Sign Sin Softmax Softplus", ROWS),
    *many("Tanh Shape Size Flatten Transpose Clip Squeeze", IMAGE),
    *many("Log Sqrt", POSITIVE),
    *many("Add Sub Mul Div Max Mean Min Sum", ROWS, OTHER),
    *many("Max Mean Min Sum", ROWS, OTHER, POSITIVE),
    *many("Add Sub Mul Div Mod", WHOLE, DIVISOR),
    *many(ORDERS, WHOLE, DIVISOR),
    *many("And Or", WHOLE > 0, DIVISOR > 0),
    *many("GlobalAveragePool GlobalMaxPool Dropout", IMAGE),
    *many("MatMul", ROWS, ROWS.T.copy()),
    *many("MatMul", IMAGE, weights(8, 3)),
    ("ArgMax", {"axis": 1, "keepdims": 0}, [ROWS]),
    ("ArgMin", {"axis": -1}, [ROWS]),
    ("AveragePool", POOL, [IMAGE]),
    ("AveragePool", POOL | {"pads": [1, 1, 1, 1], "count_include_pad": 1}, [IMAGE]),
    ("AveragePool", POOL | {"pads": [1, 0, 1, 0]}, [IMAGE]),
    (
        "BatchNormalization",
        {"epsilon": 1e-3},
        [IMAGE, weights(4), weights(4), weights(4), f(1, 2, 3, 0.5)],
    ),
    ("Cast", {"to": 7}, [ROWS * 4]),
    ("Cast", {"to": 9}, [f(0, 0.5, -1)]),
    ("Cast", {"to": 10}, [ROWS]),
    ("Clip", {}, [ROWS, scalar(-0.5), scalar(0.5)]),
    ("Clip", {}, [ROWS, NOTHING, scalar(0.5)]),
    ("Clip", {}, [ROWS, scalar(0.0)]),
    ("Concat", {"axis": 1}, [ROWS, ROWS, weights(3, 2)]),
    ("Concat", {"axis": -2}, [ROWS, OTHER]),
    ("ConstantOfShape", {}, [i(2, 3)]),
    ("Conv", {}, [IMAGE, weights(6, 4, 3, 3)]),
    ("Conv", {"pads": [1, 1, 1, 1], "strides": [2, 2]}, [IMAGE, weights(6, 4, 3, 3), weights(6)]),
    ("Conv", {"pads": [0, 1, 2, 1], "group": 2}, [IMAGE, weights(6, 2, 3, 3), weights(6)]),
    ("Conv", {"dilations": [2, 1], "group": 4}, [IMAGE, weights(4, 1, 3, 3)]),
    ("Conv", {"pads": [1, 0]}, [IMAGE[:, :, 0], weights(6, 4, 3)]),
    ("DepthToSpace", {"blocksize": 2}, [IMAGE]),
    ("DepthToSpace", {"blocksize": 2, "mode": "CRD"}, [IMAGE]),
    ("Elu", {"alpha": 0.3}, [ROWS]),
    ("Expand", {}, [OTHER, i(3, 5)]),
    ("Expand", {}, [OTHER, i(2, 3, 1)]),
    ("Expand", {}, [ROWS, i(5)]),
    ("Flatten", {"axis": 0}, [IMAGE]),
    ("Flatten", {"axis": -1}, [IMAGE]),
    ("Gather", {"axis": 1}, [IMAGE, i(0, -1, 2)]),
    ("Gather", {"axis": -1}, [IMAGE, i(0, 3).reshape(1, 2)]),
    ("Gather", {}, [i(4, 5, 6), scalar(-1, np.int64)]),
    ("Gemm", {}, [ROWS, weights(5, 2)]),
    (
        "Gemm",
        {"transA": 1, "transB": 1, "alpha": 0.5, "beta": 2.0},
        [ROWS, weights(2, 3), weights(2)],
    ),
    ("HardSigmoid", {"alpha": 0.3, "beta": 0.1}, [ROWS]),
    ("LeakyRelu", {"alpha": 0.3}, [ROWS]),
    ("LogSoftmax", {"axis": 0}, [ROWS]),
    ("MaxPool", POOL, [IMAGE]),
    ("MaxPool", POOL | {"ceil_mode": 1}, [IMAGE]),
    ("MaxPool", {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}, [IMAGE]),
    ("MaxPool", {"kernel_shape": [5, 5], "pads": [2, 2, 2, 2]}, [IMAGE]),
    ("MaxPool", POOL | {"pads": [0, 1, 1, 0]}, [IMAGE]),
    ("MaxPool", {"kernel_shape": [2, 2], "dilations": [2, 3]}, [IMAGE]),
    ("Mod", {"fmod": 1}, [ROWS, OTHER]),
    ("Not", {}, [ROWS > 0]),
    ("PRelu", {}, [IMAGE, weights(4, 1, 1)]),
    ("Pad", {}, [ROWS, i(0, 1, 2, 0), scalar(7.0)]),
    ("Pad", {}, [ROWS, i(0, -1, 1, 0)]),
    ("Pad", {"mode": "reflect"}, [IMAGE, i(0, 0, 1, 2, 0, 0, 3, 1)]),
    ("Pad", {"mode": "edge"}, [IMAGE, i(0, 0, 1, 2, 0, 0, 3, 1)]),
    ("Pow", {}, [POSITIVE, scalar(1.5)]),
    ("Pow", {}, [ROWS, scalar(2, np.int64)]),
    ("Range", {}, [scalar(2, np.int64), scalar(9, np.int64), scalar(3, np.int64)]),
    ("Range", {}, [scalar(1.0), scalar(-1.0), scalar(-0.5)]),
    *[(name, {}, [IMAGE]) for name in REDUCTIONS.split()],
    *[(name, {"axes": [1, -1], "keepdims": 0}, [IMAGE]) for name in REDUCTIONS.split()[:-1]],
    ("ReduceSum", {}, [IMAGE, i(-1, 0)]),
    ("ReduceSum", {"noop_with_empty_axes": 1}, [IMAGE]),
    ("Reshape", {}, [IMAGE, i(0, -1, 2)]),
    ("Reshape", {}, [IMAGE, i(8, 72)]),
    ("Reshape", {"allowzero": 1}, [np.zeros((0, 3), np.float32), i(3, 0)]),
    *[
        (
            "Resize",
            {"mode": mode, "coordinate_transformation_mode": where, "nearest_mode": rounding},
            [IMAGE, NOTHING, NOTHING if sizes else f(1, 1, *by), i(2, 4, 13, 5) if sizes else None],
        )
        for mode, where, rounding in [
            ("nearest", "asymmetric", "floor"),
            ("nearest", "asymmetric", "ceil"),
            ("nearest", "half_pixel", "round_prefer_floor"),
            ("nearest", "half_pixel", "round_prefer_ceil"),
            ("nearest", "pytorch_half_pixel", "round_prefer_floor"),
            ("nearest", "align_corners", "floor"),
            ("linear", "half_pixel", "floor"),
            ("linear", "align_corners", "floor"),
            ("linear", "asymmetric", "floor"),
        ]
        for sizes, by in [(False, (2, 2)), (False, (3, 1)), (False, (1.5, 0.5)), (True, ())]
    ],
    ("Resize", {"coordinate_transformation_mode": "asymmetric"}, [IMAGE, NOTHING, f(1, 2, 2, 2)]),
    ("Shape", {"start": 1, "end": -1}, [IMAGE]),
    ("Slice", {}, [IMAGE, i(1, 2), i(3, 100), i(1, -1)]),
    ("Slice", {}, [IMAGE, i(0, -2), i(9, -9), i(2, 3), i(2, -2)]),
    ("Slice", {}, [ROWS, i(7), i(9), i(0)]),
    ("Slice", {}, [ROWS, i(-1), i(-(2**63)), i(1), i(-1)]),
    ("Softmax", {"axis": 1}, [IMAGE]),
    ("Split", {"axis": 1}, [IMAGE]),
    ("Split", {"axis": -1}, [IMAGE, i(5, 3)]),
    ("Squeeze", {}, [IMAGE[:, :1], i(1)]),
    ("Tile", {}, [ROWS, i(2, 3)]),
    ("Transpose", {"perm": [0, 2, 3, 1]}, [IMAGE]),
    ("Unsqueeze", {}, [ROWS, i(0, -1)]),
    ("Where", {}, [ROWS > 0, ROWS, OTHER]),
]


def network(name, attributes, inputs, *, constant, opset=17, domain=""):
    names = ["" if value is None else f"in{k}" for k, value in enumerate(inputs)]
    while names and not names[-1]:
        names.pop()
    outputs = ["out0", "out1"] if name == "Split" else ["out0"]
    make = onnx.helper
    tensors = {n: v for n, v in zip(names, inputs, strict=False) if n}
    infos = [
        make.make_tensor_value_info(n, make.np_dtype_to_tensor_dtype(v.dtype), v.shape)
        for n, v in tensors.items()
    ]
    stored = [onnx.numpy_helper.from_array(v, n) for n, v in tensors.items()]
    node = make.make_node(name, names, outputs, domain=domain, **attributes)
    infos_out = [make.make_value_info(n, make.make_tensor_type_proto(0, None)) for n in outputs]
    graph = make.make_graph([node], "one", [] if constant else infos, infos_out)
    if constant:
        graph.initializer.extend(stored)
    opsets = [make.make_opsetid("", opset)]
    model = make.make_model(graph, opset_imports=opsets, ir_version=8)
    for value in model.graph.output:
        value.ClearField("type")
    return model.SerializeToString(), tensors


def both(name, attributes, inputs, constant):
    data, tensors = network(name, attributes, inputs, constant=constant)
    session = onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"])
    expected = session.run(None, {} if constant else tensors)
    given = {} if constant else {n: torch.from_numpy(v.copy()) for n, v in tensors.items()}
    graph = read_graph(data, source="one.onnx")
    return expected, [value.numpy() for value in run_graph(graph, given).values()], graph


def label(case):
    return f"{case[0]}-{case[1]}" if isinstance(case, tuple) else str(case)


@pytest.mark.parametrize("constant", [False, True], ids=["run", "folded"])
@pytest.mark.parametrize("case", CASES, ids=label)
def test_twin_of_onnx_runtime(case, constant):
    expected, got, graph = both(*case, constant)
    assert len(graph.steps) == (0 if constant else 1)
    assert len(expected) == len(got)
    for one, other in zip(expected, got, strict=True):
        assert (one.shape, one.dtype) == (other.shape, other.dtype)
        np.testing.assert_allclose(other, one, rtol=ATOL, atol=ATOL)


def test_every_operator_has_a_twin():
    assert {name for name, *_ in CASES} == set(OPERATORS)


@pytest.mark.parametrize(
    ("name", "attributes", "what"),
    [
        ("Gelu", {}, "Gelu"),
        ("Resize", {"mode": "cubic"}, "Resize with mode='cubic', .*"),
        ("Resize", {"antialias": 1}, "Resize with antialias=1"),
        ("Conv", {"auto_pad": "SAME_UPPER"}, "Conv with auto_pad='SAME_UPPER'"),
        ("AveragePool", POOL | {"pads": [0, 0, 1, 1]}, r"AveragePool with pads=\[0, 0, 1, 1\]"),
        ("Pad", {"mode": "wrap"}, "Pad with mode='wrap'"),
        ("BatchNormalization", {"training_mode": 1}, "BatchNormalization with training_mode=1"),
    ],
)
def test_what_torch_cannot_run_is_named_at_load(name, attributes, what):
    data, _ = network(name, attributes, [IMAGE], constant=False)
    sentence = f"^one.onnx: backend 'torch' has no operator {what}; use backend='onnxruntime'$"
    with pytest.raises(WeightsError, match=sentence):
        read_graph(data, source="one.onnx")


def test_operators_of_other_makers_are_not_taken_for_onnx_ones():
    data, _ = network("Relu", {}, [IMAGE], constant=False, domain="com.example")
    with pytest.raises(WeightsError, match="no operator Relu"):
        read_graph(data, source="one.onnx")


def test_old_files_are_refused():
    data, _ = network("Relu", {}, [IMAGE], constant=False, opset=12)
    with pytest.raises(WeightsError, match="'torch' runs opset 13 and later, got 12"):
        read_graph(data, source="one.onnx")
