from __future__ import annotations

import numpy as np
import pytest
import torch

from tfan.errors import InputError
from tfan.geometry.head_pose import mean_head
from tfan.landmarks.schemes import load_scheme, mirror_548
from tfan.train.crops import CropBatch
from tfan.train.losses import landmark_loss
from tfan.train.partial import answers_for, guess_478, targets_of

SCHEMES = ("tfw5", "sftl54", "ibug68", "facesynthetics70", "wflw98", "mediapipe478", "named")
TOLERANCE = 1e-9


@pytest.mark.parametrize("scheme", SCHEMES)
def test_targets_are_weighted_means_of_landmarks(scheme):
    np.testing.assert_allclose(targets_of(scheme).matrix.sum(1), 1.0, atol=TOLERANCE)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_targets_of_mirrored_landmarks_are_the_mirrored_targets(scheme):
    targets = targets_of(scheme)
    points = np.random.default_rng(0).uniform(-1, 1, (548, 2))
    flipped = points[mirror_548()] * [-1, 1]
    here = (targets.matrix @ points)[targets.mirror] * [-1, 1]
    np.testing.assert_allclose(targets.matrix @ flipped, here, atol=TOLERANCE)


def test_the_networks_own_schemes_speak_of_all_their_landmarks():
    for scheme, rows in (("mediapipe478", slice(0, 478)), ("facesynthetics70", slice(478, 548))):
        covered = targets_of(scheme).matrix[:, rows].any(0)
        assert covered.all()


def test_a_scheme_whose_order_is_not_known_cannot_be_trained_on():
    with pytest.raises(InputError, match="charlotte72: expected points that the network has"):
        targets_of("charlotte72")


def test_a_sum_is_as_unsure_as_if_its_landmarks_erred_alike():
    targets = targets_of("tfw5")
    nose = int(np.flatnonzero((targets.matrix != 0).sum(1) == 2)[0])
    rows = np.flatnonzero(targets.matrix[nose])
    weights = targets.matrix[nose, rows]
    points, log_sigma = torch.zeros(1, 548, 2), torch.zeros(1, 548)
    points[0, rows[0]] = torch.tensor([1.0, 2.0])
    log_sigma[0, rows[1]] = float(np.log(3.0))
    where, sigma, _ = answers_for(targets, points, log_sigma, torch.zeros(1, 548))
    assert where[0, nose].tolist() == pytest.approx([weights[0], 2 * weights[0]])
    assert float(sigma[0, nose].exp()) == pytest.approx(weights[0] + 3 * weights[1])


def _batch(count, *, known, judged):
    true = torch.zeros(2, count, dtype=torch.bool)
    return CropBatch(
        crops=torch.zeros(2, 1, 4, 4), points=torch.zeros(2, count, 2), visible=true,
        inside=~true, present=torch.ones(2, dtype=torch.bool),
        known=~true if known else true, judged=~true if judged else true,
    )  # fmt: skip


def _gradients(*, known, judged):
    targets = targets_of("tfw5")
    outputs = [torch.ones(2, 548, 2), torch.zeros(2, 548), torch.zeros(2, 548), torch.zeros(2)]
    for output in outputs:
        output.requires_grad_()
    answers = answers_for(targets, *outputs[:3])
    batch = _batch(len(targets), known=known, judged=judged)
    weights = torch.ones(len(targets))
    loss = landmark_loss((*answers, outputs[3]), batch, likelihood=1.0, weights=weights)[0]
    loss.backward()
    used = torch.tensor(targets.matrix).any(0)
    return outputs, used


def test_what_the_labels_lack_does_not_count():
    outputs, used = _gradients(known=True, judged=True)
    moved = outputs[0].grad.abs().sum((0, 2)) > 0
    assert torch.equal(moved, used)
    judged = outputs[2].grad.abs().sum(0) > 0
    assert torch.equal(judged, used)
    outputs, _ = _gradients(known=False, judged=False)
    assert all(float(output.grad.abs().sum()) == 0 for output in outputs[:3])
    assert float(outputs[3].grad.abs().sum()) > 0  # that there is a face is known all the same


def test_a_set_without_visibility_says_nothing_of_it():
    outputs, _ = _gradients(known=True, judged=False)
    assert float(outputs[2].grad.abs().sum()) == 0
    assert float(outputs[0].grad.abs().sum()) > 0


def test_the_mean_head_is_found_from_any_of_its_points():
    head = mean_head().points_cm[:, :2] * [1.0, -1.0]
    turn = np.array([[0.9, -0.4], [0.4, 0.9]])
    points = head @ turn.T * 7 + [50, 60]
    five = points[load_scheme("mediapipe478").five]
    np.testing.assert_allclose(guess_478("mediapipe478", points), points, atol=1e-6)
    size = np.sqrt(np.ptp(points, axis=0).prod())
    error = np.linalg.norm(guess_478("tfw5", five) - points, axis=1).mean() / size
    assert error < 0.02  # the nose tip of five is between two landmarks


def test_missing_points_are_done_without_and_too_few_are_said():
    head = mean_head().points_cm[:, :2] * [1.0, -1.0] * 9
    some = np.where(np.arange(478)[:, None] % 3 > 0, head, np.nan)
    np.testing.assert_allclose(guess_478("mediapipe478", some), head, atol=1e-6)
    few = np.full((5, 2), np.nan)
    few[:2] = [[0, 0], [30, 0]]
    with pytest.raises(InputError, match="three or more of one face, got 2"):
        guess_478("tfw5", few)
