"""How much of each pixel a polygon covers, exactly: small regions do not jump from pixel to pixel.

Polygons are cut where they cross pixel borders. Each piece then lies in one pixel and adds to it
the area between itself and the pixel's right side; all pixels right of it are added its height.
Summed along the rows that is the area inside. Coordinates are image coordinates (types.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The outlines of all shapes, cut at the pixel borders inside their windows.

    Attributes:
        edge: (P,) which edge, in the order of `Outlines`.
        share: (P,) where the middle of the piece lies on its edge, 0..1.
        step_px: (P, 2) x and y from its start to its end.
        cell: (P,) flat index of its pixel among the windows of all shapes; -1 outside.
    """

    edge: Ints
    share: Floats
    step_px: Floats
    cell: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """Edges of shapes of one or more polygons each.

    Attributes:
        start_px: (E, 2) x, y where each edge starts.
        end_px: (E, 2) and ends.
        shape: (E,) number of the shape it belongs to.
        total: number of shapes.
    """

    start_px: Floats
    end_px: Floats
    shape: Ints
    total: int

    def areas_px(self) -> Floats:
        """Return (S,) areas in pixels, positive where the outline runs clockwise in the image."""
        (x0, y0), (x1, y1) = self.start_px.T, self.end_px.T
        doubled = np.bincount(self.shape, weights=x0 * y1 - x1 * y0, minlength=self.total)
        return np.asarray(doubled / 2)


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What shapes cover of an image, in windows around them, one after the other.

    Attributes:
        windows: (S, 4) left, top, right, bottom in whole pixels; empty ones have no area.
        starts: (S + 1,) where the cells of each window start; each row has one cell more than
            pixels.
        shares: (cells,) covered share of each pixel, 0..1.
        pieces: of the outlines.
    """

    windows: Ints
    starts: Ints
    shares: Floats
    pieces: Pieces

    def places(self, cells: Ints) -> tuple[Ints, Ints, Ints]:
        """Return the shape, the row and the column in the image of some cells, each (P,)."""
        shape = np.repeat(np.arange(len(self.windows)), np.diff(self.starts))[cells]
        left, top, right, _ = self.windows[shape].T
        row, column = np.divmod(cells - self.starts[shape], right - left + 1)
        return shape, row + top, column + left


def cover(outlines: Outlines, hw: tuple[int, int]) -> Coverage:
    """Return what shapes cover of an image of that height and width.

    What runs clockwise covers, what runs the other way takes away again (holes, and what is
    folded over). Every coordinate has to be finite.
    """
    windows = _windows(outlines, hw)
    widths = windows[:, 2] - windows[:, 0] + 1  # one more takes what lies right of the window
    rows = windows[:, 3] - windows[:, 1]
    starts = np.concatenate([[0], np.cumsum(widths * rows)])
    pieces, x = _cut(outlines, windows, starts[:-1], widths)
    inside = pieces.cell >= 0
    cell, rise = pieces.cell[inside], -pieces.step_px[inside, 1]
    right = x[inside] - np.floor(x[inside])
    total = int(starts[-1])
    summed = np.bincount(cell, weights=rise * (1 - right), minlength=total + 1)
    summed += np.bincount(cell + 1, weights=rise * right, minlength=total + 1)
    # a closed outline rises in each row as much as it falls: the next row starts from 0
    shares: Floats = np.cumsum(summed[:total]).clip(0, 1)
    shares[np.cumsum(np.repeat(widths, rows)) - 1] = 0  # but for rounding they are
    return Coverage(windows, starts, shares, pieces)


def _windows(outlines: Outlines, hw: tuple[int, int]) -> Ints:
    low = np.full((outlines.total, 2), np.inf)
    high = np.full((outlines.total, 2), -np.inf)
    np.minimum.at(low, outlines.shape, np.minimum(outlines.start_px, outlines.end_px))
    np.maximum.at(high, outlines.shape, np.maximum(outlines.start_px, outlines.end_px))
    edge = np.array(hw[::-1])
    first = np.clip(np.floor(low), 0, edge)
    last = np.clip(np.ceil(high), first, edge)
    return np.concatenate([first, last], axis=1).astype(np.int64)


def _cut(outlines: Outlines, windows: Ints, starts: Ints, widths: Ints) -> tuple[Pieces, Floats]:
    """Return the pieces, and (P,) where the middle of each lies from its window's left side."""
    way = outlines.end_px - outlines.start_px
    edges = [np.arange(len(way))] * 2
    shares: list[Floats] = [np.zeros(len(way)), np.ones(len(way))]
    for axis in (0, 1):
        window = windows[outlines.shape]
        edge, share = _crossings(outlines, axis, window[:, axis], window[:, 2 + axis])
        edges.append(edge)
        shares.append(share)
    along: Floats = np.sort(
        np.concatenate(edges) * 2.0 + np.concatenate(shares)
    )  # edge, then share
    edge = (along // 2).astype(np.int64)
    same = edge[1:] == edge[:-1]
    places = along - 2 * edge
    edge, first, last = edge[:-1][same], places[:-1][same], places[1:][same]
    middle = (first + last) / 2
    shape = outlines.shape[edge]
    at = outlines.start_px[edge] + middle[:, None] * way[edge] - windows[shape, :2]
    height = windows[shape, 3] - windows[shape, 1]
    x = np.clip(at[:, 0], 0, widths[shape] - 1)
    row = np.floor(at[:, 1]).astype(np.int64)
    cell = starts[shape] + row * widths[shape] + np.floor(x).astype(np.int64)
    cell[(row < 0) | (row >= height)] = -1
    return Pieces(edge, middle, (last - first)[:, None] * way[edge], cell), x


def _crossings(outlines: Outlines, axis: int, low: Ints, high: Ints) -> tuple[Ints, Floats]:
    """Return edges and shares along them where they cross whole coordinates from low to high."""
    start, end = outlines.start_px[:, axis], outlines.end_px[:, axis]
    first = np.maximum(np.floor(np.minimum(start, end)).astype(np.int64) + 1, low)
    last = np.minimum(np.ceil(np.maximum(start, end)).astype(np.int64) - 1, high)
    counts = np.maximum(last - first + 1, 0)
    edge = np.repeat(np.arange(len(start)), counts)
    ends = np.cumsum(counts)
    line = first[edge] + np.arange(len(edge)) - (ends - counts)[edge]
    return edge, (line - start[edge]) / (end - start)[edge]
