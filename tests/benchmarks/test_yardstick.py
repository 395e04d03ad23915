"""The yardstick is MobileNetV2 1.0 with 478 points of three numbers, exported as it is run."""

from __future__ import annotations

import onnx
import torch

import yardstick

# 2,223,872 weights of the features (3,504,872 published, less the 1000-class layer) and the points
WEIGHTS = 2_223_872 + 1280 * 1434 + 1434
MULTIPLY_ADDS = 300e6  # as published, with 1000 classes in place of the points
TOLERANCE = 0.01


def test_size_is_the_published_one():
    network = yardstick.Yardstick().eval()
    assert sum(weight.numel() for weight in network.parameters()) == WEIGHTS
    counted = []

    def count(module, _, output):
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            counted.append(output.numel() * module.weight[0].numel())

    for module in network.modules():
        module.register_forward_hook(count)
    with torch.inference_mode():
        shape = network(torch.zeros(1, 3, yardstick.SIDE_PX, yardstick.SIDE_PX)).shape
    assert shape == (1, 478 * 3)
    assert abs(sum(counted) / MULTIPLY_ADDS - 1) < TOLERANCE


def test_export_has_its_normalisation_folded(tmp_path):
    yardstick.export(tmp_path / "u.onnx")
    kinds = {node.op_type for node in onnx.load(str(tmp_path / "u.onnx")).graph.node}
    assert "Conv" in kinds
    assert "BatchNormalization" not in kinds
