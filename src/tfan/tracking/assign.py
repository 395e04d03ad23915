"""Which is which: assignment of least total cost, and what a pair of faces costs."""

from __future__ import annotations

import numpy as np

from tfan.geometry.boxes import areas, overlaps
from tfan.types import AnyArray

FORBIDDEN = 1e6  # cost of a pair that must not be
_EPSILON = 1e-9


def assign(costs: AnyArray) -> list[tuple[int, int]]:
    """Return pairs (row, column) of least total cost, without those that are `FORBIDDEN`.

    The Hungarian method with potentials: rows are added one by one, each along the cheapest
    alternating path. Every row gets a column as long as there are columns, and the reverse.

    Args:
        costs: (R, C), finite.
    """
    if costs.size == 0:
        return []
    if costs.shape[0] > costs.shape[1]:
        return sorted((row, column) for column, row in assign(costs.T))
    n_columns = costs.shape[1]
    row_of = np.full(n_columns + 1, -1)  # the last column is where a new row stands at first
    row_gain, column_gain = np.zeros(len(costs)), np.zeros(n_columns + 1)
    for row in range(len(costs)):
        _add_row(row, costs, row_of, row_gain, column_gain)
    pairs = [(int(row_of[column]), column) for column in range(n_columns) if row_of[column] >= 0]
    return sorted(pair for pair in pairs if costs[pair] < FORBIDDEN)


def _add_row(
    row: int, costs: AnyArray, row_of: AnyArray, row_gain: AnyArray, column_gain: AnyArray
) -> None:
    """Give one more row a column; others may change theirs."""
    n_columns = costs.shape[1]
    column = n_columns
    row_of[column] = row
    least = np.full(n_columns, np.inf)
    came_from = np.full(n_columns, -1)
    done = np.zeros(n_columns + 1, bool)
    while row_of[column] >= 0:
        done[column] = True
        here = row_of[column]
        reduced = costs[here] - row_gain[here] - column_gain[:n_columns]
        better = ~done[:n_columns] & (reduced < least)
        least[better], came_from[better] = reduced[better], column
        open_columns = np.flatnonzero(~done[:n_columns])
        following = int(open_columns[np.argmin(least[open_columns])])
        step = least[following]
        row_gain[row_of[done]] += step
        column_gain[done] -= step
        least[open_columns] -= step
        column = following
    while column != n_columns:
        row_of[column] = row_of[came_from[column]]
        column = int(came_from[column])
    row_of[n_columns] = -1


def pair_costs(
    boxes: AnyArray, five: AnyArray, other_boxes: AnyArray, other_five: AnyArray, reach: AnyArray
) -> AnyArray:
    """Return what it costs (R, C) to take faces for others: no overlap, far apart, other size.

    Args:
        boxes: (R, 4).
        five: (R, 5, 2) eyes, nose tip, mouth corners.
        other_boxes: (C, 4).
        other_five: (C, 5, 2).
        reach: (R,) greatest mean distance of the five points that is allowed, in sizes of the face.
    """
    costs = np.full((len(boxes), len(other_boxes)), FORBIDDEN)
    if costs.size == 0:
        return costs
    sizes, other_sizes = np.sqrt(areas(boxes)), np.sqrt(areas(other_boxes))
    mean_size = (sizes[:, None] + other_sizes) / 2 + _EPSILON
    apart = np.linalg.norm(five[:, None] - other_five[None], axis=-1).mean(axis=-1) / mean_size
    growth = np.abs(np.log((sizes[:, None] + _EPSILON) / (other_sizes + _EPSILON)))
    allowed = (apart <= reach[:, None]) & (growth <= np.log(2))
    total = 1 - overlaps(boxes, other_boxes) + apart + growth
    costs[allowed] = total[allowed]
    return costs
