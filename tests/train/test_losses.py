from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from tfan.train.crops import CropBatch
from tfan.train.detector_loss import quality_focal, score_target
from tfan.train.losses import landmark_loss, laplace, point_weights


def test_the_likeliest_sigma_is_the_standard_deviation_along_one_axis():
    # r of the density exp(-r / s) / (2 pi s^2) is gamma distributed with shape 2
    rng = np.random.default_rng(0)
    r, angle = rng.gamma(2.0, 0.3, 200_000), rng.uniform(0, 2 * np.pi, 200_000)
    along_x = float(np.std(r * np.cos(angle)))
    sigmas = torch.linspace(0.2, 1.0, 161)
    losses = torch.stack([laplace(torch.from_numpy(r), s.log()).mean() for s in sigmas])
    assert float(sigmas[losses.argmin()]) == pytest.approx(along_x, rel=0.02)


def test_laplace_by_hand():
    log_sigma = torch.tensor(0.5 * math.log(3.0))  # s = 1
    assert float(laplace(torch.tensor(2.0), log_sigma)) == pytest.approx(2.0)


def test_each_sparse_point_weighs_three_dense_ones():
    weights = point_weights(torch.device("cpu"))
    assert float(weights[478] / weights[0]) == pytest.approx(3.0)
    assert float(weights.mean()) == pytest.approx(1.0)


def _batch(present: list[bool]) -> CropBatch:
    n = len(present)
    yes = torch.ones(n, 548, dtype=torch.bool)
    return CropBatch(torch.zeros(n, 1, 128, 128), torch.zeros(n, 548, 2), yes, yes.clone(),
                     torch.tensor(present))  # fmt: skip


def _outputs(n: int) -> list[torch.Tensor]:
    return [torch.zeros(n, 548, 2), torch.zeros(n, 548), torch.zeros(n, 548), torch.zeros(n)]


def test_crops_without_a_face_teach_presence_alone():
    outputs = _outputs(2)
    answers = [output.requires_grad_() for output in outputs]
    landmark_loss(tuple(answers), _batch([True, False]), likelihood=1.0)[0].backward()
    points, log_sigma, visibility, presence = (answer.grad for answer in answers)
    assert not points[1].any()
    assert not log_sigma[1].any()
    assert not visibility[1].any()
    assert log_sigma[0].all()
    assert presence[0] < 0 < presence[1]


def test_points_that_the_crop_does_not_show_count_less_but_count():
    batch = _batch([True])
    batch.inside[0, 0] = False
    points = torch.full((1, 548, 2), 0.1, requires_grad=True)
    outputs = (points, *_outputs(1)[1:])
    landmark_loss(outputs, batch, likelihood=0.0)[0].backward()
    outside, inside = points.grad[0, :2, 0].tolist()
    assert outside == pytest.approx(0.3 * inside)


def test_quality_focal_by_hand():
    # at a score of .5 against 1: entropy ln 2, weight a quarter; a right score costs nothing
    loss = quality_focal(torch.tensor([0.0, 0.0]), torch.tensor([1.0, 0.5]))
    assert loss.tolist() == pytest.approx([math.log(2) / 4, 0.0])


def test_a_right_cell_is_asked_for_a_high_score_in_the_order_of_its_fit():
    targets = score_target(torch.tensor([0.0, 0.49, 0.81, 1.0]))
    assert targets.tolist() == pytest.approx([0.5, 0.7, 0.9, 1.0])
