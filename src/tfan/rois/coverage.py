"""How much of each pixel a polygon covers, exactly: small regions do not jump from pixel to pixel.

Polygons are cut where they cross pixel borders. Each piece then lies in one pixel and adds to it
the area between itself and the pixel's right side; all pixels right of it are added its height.
Summed along the rows that is the area inside. Coordinates are image coordinates (types.py).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tfan.types import AnyArray

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_ROUNDING = 1e-12  # share of a pixel that may be left of nothing


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """The outlines of all shapes, cut at the pixel borders inside their windows, edge by edge.

    Attributes:
        first: (E,) the first piece of each edge, in the order of `Outlines`; each has one or more.
        share: (P,) where the middle of the piece lies on its edge, 0..1.
        length: (P,) its length in lengths of its edge.
        cell: (P,) its pixel among the cells of `Coverage`; the last of all where it lies outside.
    """

    first: Ints
    share: Floats
    length: Floats
    cell: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Outlines:
    """Edges of shapes of one or more closed polygons each.

    Attributes:
        start_px: (2, E) x and y where each edge starts.
        end_px: (2, E) and ends.
        shape: (E,) number of the shape it belongs to, ascending.
        first: (S,) the first edge of each shape; each has one or more.
    """

    start_px: Floats
    end_px: Floats
    shape: Ints
    first: Ints

    def areas_px(self) -> Floats:
        """Return (S,) areas in pixels, positive where the outline runs clockwise in the image."""
        (x0, y0), (x1, y1) = self.start_px, self.end_px
        areas: Floats = np.add.reduceat((x0 * y1 - x1 * y0) / 2, self.first)
        return areas


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """What shapes cover of an image, in windows around them, one after the other.

    Attributes:
        windows: (S, 4) left, top, right, bottom in whole pixels; empty ones have no area.
        starts: (S + 1,) where the cells of each window start. Each row has one cell more than
            pixels and each window one more behind its rows: they cover nothing, and so no window
            is without cells.
        shares: (cells,) covered share of each pixel, 0..1.
        pieces: of the outlines.
    """

    windows: Ints
    starts: Ints
    shares: Floats
    pieces: Pieces

    def spread(self, image: AnyArray, corner: tuple[int, int] = (0, 0)) -> Floats:
        """Return (cells,) what an image holds in the pixels of the windows; 0 beside them.

        Args:
            image: holds all windows.
            corner: x and y of its upper left pixel.
        """
        values = np.zeros(self.starts[-1])
        windows = self.windows - (corner * 2)
        for (left, top, right, bottom), start in zip(
            windows.tolist(), self.starts[:-1].tolist(), strict=True
        ):
            if right > left and bottom > top:
                width = right - left + 1
                cells = values[start : start + (bottom - top) * width].reshape(-1, width)
                cells[:, :-1] = image[top:bottom, left:right]
        return values


def cover(
    outlines: Outlines,
    hw: tuple[int, int],
    *,
    wanted: Bools | None = None,
    least_share: float = _ROUNDING,
) -> Coverage:
    """Return what shapes cover of an image of that height and width.

    What runs clockwise covers, what runs the other way takes away again (holes, and what is
    folded over). Every coordinate has to be finite.

    Args:
        outlines: of S shapes.
        hw: of the image.
        wanted: (S,) the others get an empty window; None wants all.
        least_share: of a pixel; where less is covered, nothing is.
    """
    windows = _windows(outlines, hw)
    if wanted is not None:
        windows[2:] = np.where(wanted, windows[2:], windows[:2])
    widths = windows[2] - windows[0] + 1  # one more takes what lies right of the window
    counts = widths * (windows[3] - windows[1]) + 1
    starts = np.concatenate([[0], counts.cumsum()])
    pieces, x, height_px = _cut(outlines, windows, starts, widths)
    right = height_px * (x - np.floor(x))
    cells = np.concatenate([pieces.cell, pieces.cell + 1])
    heights = np.concatenate([height_px - right, right])
    changes = np.asarray(np.bincount(cells, heights, starts[-1] + 1), np.float64)
    changes[-2:] = 0  # what lies outside
    return Coverage(windows.T, starts, _summed(changes[:-1], least_share), pieces)


def _windows(outlines: Outlines, hw: tuple[int, int]) -> Ints:
    """Return (4, S) left, top, right and bottom."""
    edge = np.array([hw[::-1]]).T
    low = np.floor(np.minimum.reduceat(outlines.start_px, outlines.first, axis=1))
    high = np.ceil(np.maximum.reduceat(outlines.start_px, outlines.first, axis=1))
    first = np.minimum(np.maximum(low, 0), edge)
    last = np.minimum(np.maximum(high, first), edge)
    return np.concatenate([first, last]).astype(np.int64)


def _summed(changes: Floats, least_share: float) -> Floats:
    """Return shares (cells,) of what each cell has more than the one before it.

    A closed outline rises in each row as much as it falls: each row starts from 0. Most cells
    have what the one before has, so that only the others are summed.
    """
    changed = (changes != 0).nonzero()[0]
    upto = np.zeros(len(changed) + 1)
    np.minimum(changes.take(changed).cumsum(), 1, out=upto[1:])
    upto[upto <= least_share] = 0
    borders = np.concatenate([[0], changed, [len(changes)]])
    shares: Floats = upto.repeat(borders[1:] - borders[:-1])
    return shares


def _cut(
    outlines: Outlines, windows: Ints, starts: Ints, widths: Ints
) -> tuple[Pieces, Floats, Floats]:
    """Return the pieces, where the middle of each lies from its window's left, and its rise."""
    window = np.concatenate([windows, [starts[:-1], widths]]).take(outlines.shape, axis=1)
    start = outlines.start_px - window[:2]
    way = outlines.end_px - outlines.start_px
    sizes = window[2:4] - window[:2]
    along, crossed = _crossings(start, way, sizes)
    counts = crossed + 1
    edge = np.arange(len(counts)).repeat(counts)
    at = np.arange(len(edge)) + edge  # an edge has one cut more than pieces
    first, last = along.take(at), along.take(at + 1)
    length, middle = last - first, (first + last) / 2 - 2.0 * edge
    table = np.concatenate([start, way, sizes, window[4:]])
    x, y, way_x, way_y, right, bottom, cell, width = table.repeat(counts, axis=1)
    x = np.minimum(np.maximum(x + middle * way_x, 0), right)
    row = np.floor(y + middle * way_y)
    cell += row * width + np.floor(x)
    cell[(row < 0) | (row >= bottom)] = starts[-1] - 1
    pieces = Pieces(counts.cumsum() - counts, middle, length, cell.astype(np.int64))
    return pieces, x, -length * way_y


def _crossings(start: Floats, way: Floats, sizes: Floats) -> tuple[Floats, Ints]:
    """Return all cuts in order, as 2 x edge + share along it, with its ends; and (E,) how many.

    Args:
        start: (2, E) x and y in the window where edges start.
        way: (2, E) to their ends.
        sizes: (2, E) of the windows: whole coordinates 0 to these cut. Ends are not counted.
    """
    n = start.shape[1]
    end = start + way
    low = np.maximum(np.floor(np.minimum(start, end)) + 1, 0)
    high = np.minimum(np.ceil(np.maximum(start, end)) - 1, sizes)
    each = np.maximum(high - low + 1, 0).astype(np.int64)
    counts = each.ravel()
    table = np.empty((4, 2, n))
    table[0], table[1], table[2], table[3] = low, start, way, 2.0 * np.arange(n)
    table[0] -= (counts.cumsum() - counts).reshape(2, n)
    line, origin, length, edge = table.reshape(4, 2 * n).repeat(counts, axis=1)
    share = (line + np.arange(len(line)) - origin) / length
    along = np.concatenate([table[3, 0], table[3, 0] + 1, edge + np.minimum(share, 1)])
    along.sort()
    return along, each[0] + each[1]
