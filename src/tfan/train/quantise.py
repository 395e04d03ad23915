"""Eight bits for the large matrices of an ONNX file: they are read from memory for each crop."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from tfan._optional import require


def quantise_matrices(path: Path) -> None:
    """Store the fully connected layers of an ONNX file in 8 bits, in place.

    A scale for each output, inputs scaled crop by crop (ONNX Runtime's dynamic quantisation).
    Convolutions stay as they are. A file without such layers stays as it is.
    """
    onnx: Any = require("onnx", extra="train", purpose="Writing an ONNX file")
    from onnxruntime.quantization import QuantType, quantize_dynamic

    model = onnx.load(path)
    names = _split_layers(model)
    if not names:
        return
    logger = logging.getLogger()
    level = logger.level
    with tempfile.TemporaryDirectory() as folder:
        plain, small = Path(folder) / "plain.onnx", Path(folder) / "small.onnx"
        onnx.save(model, plain)
        logger.setLevel(logging.ERROR)  # it advises a preprocessing that is not needed here
        try:
            quantize_dynamic(
                plain, small, nodes_to_quantize=names, weight_type=QuantType.QInt8, per_channel=True
            )
        finally:
            logger.setLevel(level)
        path.write_bytes(small.read_bytes())


def _split_layers(model: Any) -> list[str]:
    """Turn each Gemm of a model into a product and a sum; return the names of the products."""
    from onnx import helper, numpy_helper

    graph, nodes, names = model.graph, [], []
    weights = {weight.name: weight for weight in graph.initializer}
    for node in graph.node:
        if node.op_type != "Gemm":
            nodes.append(node)
            continue
        x, weight, bias = node.input
        turned, product, name = f"{weight}_turned", f"{node.output[0]}_product", f"{node.name}_mm"
        matrix = np.ascontiguousarray(numpy_helper.to_array(weights[weight]).T)
        graph.initializer.append(numpy_helper.from_array(matrix, turned))
        graph.initializer.remove(weights[weight])
        nodes.append(helper.make_node("MatMul", [x, turned], [product], name=name))
        nodes.append(helper.make_node("Add", [product, bias], [node.output[0]]))
        names.append(name)
    del graph.node[:]
    graph.node.extend(nodes)
    return names
