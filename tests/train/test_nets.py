from __future__ import annotations

from pathlib import Path

import pytest
import torch

from tfan.train.config import read_config
from tfan.train.nets import DetectorNet, LandmarkNet, multiply_adds

from .conftest import tiny_config

CONFIGS = Path(__file__).parents[2] / "src" / "tfan" / "train" / "configs"
MOST_FOR_LANDMARKS, MOST_FOR_DETECTOR = 120e6, 150e6


def test_the_bundled_networks_keep_their_budgets():
    landmarks = LandmarkNet(read_config(CONFIGS / "landmarks.toml").network)
    detector = DetectorNet(read_config(CONFIGS / "detector.toml").network)
    assert multiply_adds(landmarks, torch.zeros(1, 1, 128, 128)) <= MOST_FOR_LANDMARKS
    assert multiply_adds(detector, torch.zeros(1, 1, 192, 256)) <= MOST_FOR_DETECTOR


def test_an_untrained_network_answers_the_mean_shape():
    net = LandmarkNet(tiny_config("landmarks").network).eval()
    mean = torch.rand(548, 2) * 2 - 1
    net.start_from(mean)
    points, log_sigma, visibility, presence = net(torch.randn(3, 1, 128, 128))
    assert (points - mean).abs().max() < 0.2
    assert (log_sigma + 2.0).abs().max() < 0.2
    assert (visibility.shape, presence.shape) == ((3, 548), (3,))


@pytest.mark.parametrize("hw", [(96, 128), (64, 32)])
def test_the_detector_answers_for_every_cell_of_any_size(hw):
    net = DetectorNet(tiny_config("detector").network).eval()
    cells = sum(hw[0] // s * (hw[1] // s) for s in (8, 16, 32))
    assert net(torch.zeros(2, 1, *hw)).shape == (2, cells, 15)


def test_multiply_adds_by_hand():
    net = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3, padding=1), torch.nn.Flatten(),
                              torch.nn.Linear(32, 5))  # fmt: skip
    assert multiply_adds(net, torch.zeros(1, 1, 4, 4)) == 16 * 2 * 9 + 32 * 5
