from __future__ import annotations

import numpy as np
import pytest
import torch

from tfan.models.detector import decode as decode_at_run_time
from tfan.train.cells import (
    EMPTY,
    FACE,
    IGNORED,
    NOTHING,
    UNDECIDED,
    assign,
    decode,
    generalised_iou,
    make_cells,
)

CELLS = make_cells(96, 96, device=torch.device("cpu"))
FIRST_16, FIRST_32 = 144, 144 + 36  # 12 x 12, 6 x 6 and 3 x 3 cells
FLOAT32 = 1e-4  # of pixels
EVERYWHERE = [0.0, 0.0, 96.0, 96.0]


def _assign(*labels: tuple[list[float], int]) -> torch.Tensor:
    boxes = torch.tensor([[box for box, _ in labels]])
    kinds = torch.tensor([[kind for _, kind in labels]])
    return assign(boxes, kinds, CELLS)[0]


def test_cells_are_row_major_and_strides_follow_each_other():
    assert CELLS.centres[[0, 1, 12]].tolist() == [[4, 4], [12, 4], [4, 12]]
    assert CELLS.centres[[FIRST_16, FIRST_32]].tolist() == [[8, 8], [16, 16]]
    assert CELLS.strides[[143, 144, 179, 180]].tolist() == [8, 16, 16, 32]


def test_a_small_face_belongs_to_the_fine_cells_around_its_centre():
    # 20 x 20 around (44, 44): reach .8 x 8 = 6.4, so only the cell whose centre is (44, 44)
    answers = _assign(([34.0, 34.0, 54.0, 54.0], FACE))
    assert torch.nonzero(answers >= 0)[:, 0].tolist() == [5 * 12 + 5]
    assert (answers[FIRST_16:] < 0).all()


def test_the_smaller_of_two_faces_takes_the_shared_cell():
    answers = _assign(([32.0, 32.0, 60.0, 60.0], FACE), ([36.0, 36.0, 52.0, 52.0], FACE))
    assert int(answers[5 * 12 + 5]) == 1


def test_a_size_between_two_levels_is_taught_on_both():
    answers = _assign(([31.0, 31.0, 65.0, 65.0], FACE))  # 34: within 0..40 and 30..92
    assert (answers[:FIRST_16] == 0).any()
    assert (answers[FIRST_16:FIRST_32] == 0).any()


def test_a_neighbouring_level_is_left_undecided_and_a_far_one_is_background():
    answers = _assign(([23.0, 23.0, 71.0, 71.0], FACE))  # 48: own level 16, 8 reaches to 40 x 1.35
    middle = (CELLS.centres - 47.0).abs().amax(1) < 0.22 * 48
    fine = CELLS.strides == 8
    assert (answers[middle & fine] == UNDECIDED).all()
    assert (answers[CELLS.strides == 32] == NOTHING).all()


def test_ignored_regions_are_undecided_and_empty_entries_are_nothing():
    assert (_assign((EVERYWHERE, IGNORED)) == UNDECIDED).all()
    assert (_assign((EVERYWHERE, EMPTY)) == NOTHING).all()


def test_a_face_inside_an_ignored_region_is_still_a_face():
    answers = _assign((EVERYWHERE, IGNORED), ([34.0, 34.0, 54.0, 54.0], FACE))
    assert int(answers[5 * 12 + 5]) == 1


def test_decode_by_hand():
    raw = torch.full((len(CELLS.strides), 15), 0.0)
    boxes, five = decode(raw, CELLS)
    half = 16 * np.log(2)  # softplus(0) strides
    wanted = [8 - half, 8 - half, 8 + half, 8 + half]
    assert boxes[FIRST_16].tolist() == pytest.approx(wanted, rel=1e-5)
    raw[FIRST_16, 5] = 0.25
    assert decode(raw, CELLS)[1][FIRST_16, 0].tolist() == [8 + 0.25 * 16 * 2, 8]
    assert five[FIRST_16, 4].tolist() == [8, 8]


def test_generalised_iou_by_hand():
    first = torch.tensor([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 1.0, 1.0], [0.0, 0.0, 4.0, 4.0]])
    second = torch.tensor([[1.0, 0.0, 3.0, 2.0], [3.0, 0.0, 4.0, 1.0], [0.0, 0.0, 4.0, 4.0]])
    iou, generalised = generalised_iou(first, second)
    # common 2 of 6; apart by 2 of 4; the same
    assert iou.tolist() == pytest.approx([1 / 3, 0.0, 1.0], abs=1e-6)
    assert generalised.tolist() == pytest.approx([1 / 3, -0.5, 1.0], abs=1e-5)


def test_training_and_run_time_read_cells_alike():
    raw = torch.randn(len(CELLS.strides), 15, generator=torch.Generator().manual_seed(4))
    boxes, five = decode(raw, CELLS)
    there = decode_at_run_time(raw.numpy(), input_hw=(96, 96), min_score=0.0)
    np.testing.assert_allclose(there.boxes_px, boxes.numpy(), rtol=FLOAT32, atol=FLOAT32)
    np.testing.assert_allclose(there.five_px, five.numpy(), rtol=FLOAT32, atol=FLOAT32)
