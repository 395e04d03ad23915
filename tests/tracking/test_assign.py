from itertools import permutations
from types import SimpleNamespace

import numpy as np
import pytest

from tfan.geometry.boxes import overlaps
from tfan.tracking.assign import FORBIDDEN, assign, pair_costs
from tfan.tracking.crowd import _owner


def cheapest(costs):
    rows, columns = costs.shape
    if rows > columns:
        return cheapest(costs.T)
    return min(
        sum(costs[i, j] for i, j in enumerate(p)) for p in permutations(range(columns), rows)
    )


@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 5), (5, 2), (5, 5), (4, 6)])
def test_total_cost_is_the_least_of_all_permutations(shape):
    rng = np.random.default_rng(sum(shape))
    for _ in range(40):
        costs = rng.uniform(0, 10, shape).round(rng.integers(0, 3))  # ties too
        pairs = assign(costs)
        assert len(pairs) == min(shape)
        assert len({r for r, _ in pairs}) == len({c for _, c in pairs}) == len(pairs)
        assert sum(costs[pair] for pair in pairs) == pytest.approx(cheapest(costs))


def test_forbidden_pairs_are_left_out_but_no_more_than_must_be():
    costs = np.array([[1.0, FORBIDDEN], [0.5, FORBIDDEN]])
    assert assign(costs) == [(1, 0)]
    assert assign(np.full((2, 2), FORBIDDEN)) == []
    assert assign(np.zeros((0, 3))) == []


def test_overlap_of_known_boxes():
    boxes = np.array([[0, 0, 10, 10], [20, 20, 30, 30]])
    others = np.array([[5, 0, 15, 10]])
    assert overlaps(boxes, others).ravel() == pytest.approx([1 / 3, 0])


def five_in(box):
    left, top, right, bottom = box
    x, y = (left + right) / 2, (top + bottom) / 2
    return np.array([[x - 5, y], [x + 5, y], [x, y + 5], [x - 3, y + 9], [x + 3, y + 9]])


def test_pairs_out_of_reach_or_of_another_size_are_forbidden():
    box, near, far = [0, 0, 40, 40], [5, 0, 45, 40], [90, 0, 130, 40]
    huge = [-40, -40, 80, 80]
    others = np.array([near, far, huge], float)
    fives = np.stack([five_in(each) for each in others])
    costs = pair_costs(np.array([box]), five_in(box)[None], others, fives, np.array([0.5]))
    assert costs[0, 0] < 1
    assert list(costs[0, 1:]) == [FORBIDDEN, FORBIDDEN]


def test_a_sighting_that_survives_takes_over_the_lost_track_of_its_double():
    boxes = [[0, 0, 50, 80], [2, 0, 52, 80], [200, 0, 250, 80]]
    seen = [SimpleNamespace(box_px=np.float32(box)) for box in boxes]
    lost, other = object(), object()
    assert _owner(0, seen, [None, lost, None], [0, 2]) is lost
    assert _owner(2, seen, [None, lost, None], [0, 2]) is None
    assert _owner(0, seen, [other, lost, None], [0, 2]) is other
    assert _owner(0, seen, [None, lost, None], [0, 1, 2]) is None  # it is a face of its own
    assert _owner(0, seen, [None, None, None], [0, 2]) is None
