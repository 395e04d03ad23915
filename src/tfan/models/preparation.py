"""What a landmark network wants to be shown: a row of data for each way of cutting crops."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from tfan.errors import WeightsError
from tfan.geometry.crop import Windows, sample_windows, windows_for_boxes, windows_for_points
from tfan.geometry.squares import Squares, cut_squares, squares_for_boxes
from tfan.landmarks.schemes import N_NETWORK
from tfan.models.calibration import PLAIN_CALIBRATION, Calibration
from tfan.models.metadata import read_metadata
from tfan.thermal.normalise import normalise_crop
from tfan.thermal.plane import Plane
from tfan.thermal.published import published_tone
from tfan.types import AnyArray, Array

METADATA_KEY = "tfan.preparation"  # in an ONNX file; files without it are "tfan"
Search = Literal["surest", "lowest third"]

# The published third output is the variance along one axis of a normal density; the landmarker
# turns deviations into mean distances as for the density of tfan's own training (2 / sqrt(3)), a
# normal one has sqrt(pi / 2). Distances under it scatter by 0.52 of their mean; shape 4 by 0.50.
_NORMAL = Calibration(factor=math.sqrt(math.pi / 2) * math.sqrt(3) / 2, shape=4)


class Views(Protocol):
    """Crops of one image: `geometry.crop.Windows` or `geometry.squares.Squares`."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: Any, /) -> Any: ...

    @property
    def half_side_px(self) -> Array:
        """Half the side (F,) of the crops."""

    def to_image(self, points: AnyArray) -> Array:
        """Return points (F, N, 2) of -1..1 in pixels, counted from pixel centres."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """How crops are laid, cut and searched for one family of landmark networks.

    Attributes:
        name: as the metadata of a file say it.
        size_px: side of the network's input.
        counts: number of landmarks asked for -> numbers of points of the networks that give them.
        place: boxes (F, 4), five points (F, 5, 2), height and width of the image -> views.
        place_again: points (F, N, 2), five points -> views for another look; None: only one look.
        cut: plane, views, side, whether to stretch -> the network's crops (F, side, side).
        stretch: stretch the contrast by the frame's own extremes, where `cut` asks for it.
        search: how the sliding window chooses, see `tfan.models.search`.
        agree_boxes: lay face boxes between the detector's and the landmarks'.
        calibration: of files that bring none of their own.
        outputs: of its networks, besides those that every landmark network has.
        min_sureness: least mean confidence of a face that the sliding window finds.
    """

    name: str
    size_px: int
    counts: dict[int, tuple[int, ...]]
    place: Callable[[AnyArray, AnyArray, tuple[int, int]], Views]
    place_again: Callable[[Array, Array], Views] | None
    cut: Callable[[Plane, Any, int, bool], Array]
    stretch: bool = True
    search: Search = "surest"
    agree_boxes: bool = True
    calibration: Calibration = PLAIN_CALIBRATION
    outputs: tuple[str, ...] = ()
    min_sureness: float = 0.65


def _own_place(boxes_px: AnyArray, five_px: AnyArray, _hw: tuple[int, int]) -> Windows:
    return windows_for_boxes(boxes_px, five_px)


def _own_cut(plane: Plane, windows: Windows, size: int, _stretch: bool) -> Array:
    crops = sample_windows(plane.values, windows, size=size)
    return normalise_crop(crops, plane.crop_floor)


def _published_place(boxes_px: AnyArray, _five: AnyArray, hw: tuple[int, int]) -> Squares:
    return squares_for_boxes(boxes_px, hw)


def _published_cut(plane: Plane, squares: Squares, size: int, stretch: bool) -> Array:
    tone = published_tone(plane, stretch=stretch)
    return cut_squares(plane.values, squares, size=size, tone=tone)


PREPARATIONS: dict[str, Preparation] = {
    "tfan": Preparation(
        name="tfan",
        size_px=128,
        # the 70 do not reach the forehead: no window could be laid around them again
        counts={478: (N_NETWORK, 478), 70: (N_NETWORK,)},
        place=_own_place,
        place_again=windows_for_points,
        cut=_own_cut,
    ),
    "published": Preparation(
        name="published",
        size_px=224,
        counts={478: (478,), 70: (70,)},
        place=_published_place,
        place_again=None,
        cut=_published_cut,
        search="lowest third",
        agree_boxes=False,
        calibration=_NORMAL,
        outputs=("third",),
        min_sureness=0.0,  # published searches answer always
    ),
}
OWN = PREPARATIONS["tfan"]


def preparation_of(data: bytes, *, source: str) -> Preparation:
    """Return how crops are cut for an ONNX file, which its metadata say."""
    name = read_metadata(data).get(METADATA_KEY, OWN.name)
    if name in PREPARATIONS:
        return PREPARATIONS[name]
    known = " or ".join(map(repr, PREPARATIONS))
    raise WeightsError(f"{source}: {METADATA_KEY} is {name!r}, expected {known}; update tfan")


def check_count(prep: Preparation, n_points: Any, n_landmarks: int, *, source: str) -> None:
    """Refuse a network whose number of points is not one that gives n_landmarks."""
    wanted: Sequence[int] = prep.counts[n_landmarks]
    if isinstance(n_points, int) and n_points not in wanted:
        numbers = " or ".join(map(str, wanted))
        fix = f"; say n_landmarks={n_points}" if n_points in prep.counts else ""
        msg = f"{source}: expected a network of {numbers} landmarks, got {n_points}{fix}"
        raise WeightsError(msg)
