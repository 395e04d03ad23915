"""What cameras and figure makers draw over a thermal image: readings, bars, spots, boxes.

All positions are fractions of the image, so one record fits any size.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]

TEXT_HEIGHT_PX = 21.0  # capital letters of OpenCV's Hershey fonts at scale 1
NO_GROUND = -1
FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX,
    cv2.FONT_HERSHEY_PLAIN,
    cv2.FONT_HERSHEY_DUPLEX,
    cv2.FONT_HERSHEY_COMPLEX,
)


@dataclass(frozen=True, slots=True)
class Mark:
    """One drawn thing.

    Attributes:
        kind: Key of `DRAW`.
        x: Left edge (or centre, for spots), share of the width.
        y: Top edge (or centre), share of the height.
        width: Share of the image width (or strength, for edges).
        height: Share of the image height; of text: height of a capital letter.
        level: Grey level of the ink, 0 to 255.
        ground: Grey level of the plate behind, or -1 for none.
        text: What is written, if anything.
        thickness_px: Line width.
        font: Index into `FONTS`; for shapes, which form.
    """

    kind: str
    x: float
    y: float
    width: float
    height: float
    level: int
    ground: int = NO_GROUND
    text: str = ""
    thickness_px: int = 1
    font: int = 0


@dataclass(frozen=True, slots=True)
class GraphicsParams:
    """All marks over one image, in drawing order."""

    marks: tuple[Mark, ...] = ()


def apply_graphics(image: Image, params: GraphicsParams) -> Image:
    """Draw the marks over a (H, W) uint8 image; the input is not changed."""
    if not params.marks:
        return image
    drawn = image.copy()
    for mark in params.marks:
        DRAW[mark.kind](drawn, mark)
    return drawn


def _corner_px(image: Image, x: float, y: float) -> tuple[int, int]:
    return round(x * (image.shape[1] - 1)), round(y * (image.shape[0] - 1))


def _draw_text(image: Image, mark: Mark) -> None:
    scale = max(mark.height * image.shape[0], 4.0) / TEXT_HEIGHT_PX
    font = FONTS[mark.font % len(FONTS)]
    (width_px, height_px), _ = cv2.getTextSize(mark.text, font, scale, mark.thickness_px)
    left, top = _corner_px(image, mark.x, mark.y)
    left, top = min(left, image.shape[1] - width_px - 3), min(top, image.shape[0] - height_px - 5)
    if mark.ground != NO_GROUND:
        box = (left - 2, top - 2), (left + width_px + 2, top + height_px + 3)
        cv2.rectangle(image, *box, float(mark.ground), -1)
    at = (left, top + height_px)
    cv2.putText(image, mark.text, at, font, scale, mark.level, mark.thickness_px, cv2.LINE_AA)


def _draw_bar(image: Image, mark: Mark) -> None:
    left, top = _corner_px(image, mark.x, mark.y)
    right, bottom = _corner_px(image, mark.x + mark.width, mark.y + mark.height)
    if right - left < 1 or bottom - top < 2:
        return
    lengthwise = bottom - top if mark.height > mark.width else right - left
    ramp = np.linspace(0, 255, lengthwise).astype(np.uint8)
    patch = ramp[::-1, None] if mark.height > mark.width else ramp[None]
    if mark.level < 128:  # black-hot bars run the other way
        patch = patch[::-1, ::-1]
    area = image[max(top, 0) : bottom, max(left, 0) : right]
    area[:] = np.broadcast_to(patch, (bottom - top, right - left))[: area.shape[0], : area.shape[1]]
    if mark.ground != NO_GROUND:
        cv2.rectangle(image, (left, top), (right, bottom), float(mark.ground), 1)


def _draw_spot(image: Image, mark: Mark) -> None:
    x, y = _corner_px(image, mark.x, mark.y)
    arm = max(2, round(mark.height * image.shape[0]))
    gap = 0 if mark.font == 0 else max(1, arm // 3)
    for level, thickness in ((255 - mark.level, mark.thickness_px + 2), (mark.level, 0)):
        wide = thickness or mark.thickness_px
        if thickness and mark.ground == NO_GROUND:
            continue
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            start, end = (x + gap * dx, y + gap * dy), (x + arm * dx, y + arm * dy)
            cv2.line(image, start, end, float(level), wide)
        if mark.font == 2:
            cv2.circle(image, (x, y), max(2, arm * 2 // 3), float(level), wide, cv2.LINE_AA)


def _draw_box(image: Image, mark: Mark) -> None:
    start = _corner_px(image, mark.x, mark.y)
    end = _corner_px(image, mark.x + mark.width, mark.y + mark.height)
    if mark.font == 1:
        centre = ((start[0] + end[0]) // 2, (start[1] + end[1]) // 2)
        axes = (max(1, abs(end[0] - start[0]) // 2), max(1, abs(end[1] - start[1]) // 2))
        cv2.ellipse(image, centre, axes, 0, 0, 360, float(mark.level), mark.thickness_px)
    else:
        cv2.rectangle(image, start, end, float(mark.level), mark.thickness_px)
    if mark.text:
        lift = 0.045 if mark.y > 0.05 else 0.0
        tag = replace(mark, y=mark.y - lift, height=0.03, thickness_px=1, font=0)
        _draw_text(image, tag)


def _draw_plate(image: Image, mark: Mark) -> None:
    start = _corner_px(image, mark.x, mark.y)
    end = _corner_px(image, mark.x + mark.width, mark.y + mark.height)
    cv2.rectangle(image, start, end, float(mark.level), -1)


def _draw_line(image: Image, mark: Mark) -> None:
    start = _corner_px(image, mark.x, mark.y)
    end = _corner_px(image, mark.x + mark.width, mark.y + mark.height)
    cv2.line(image, start, end, float(mark.level), mark.thickness_px, cv2.LINE_AA)
    for point in (start, end):
        cv2.circle(image, point, mark.thickness_px + 1, float(mark.level), -1)


def _draw_edges(image: Image, mark: Mark) -> None:
    """Outlines printed into the picture, as cameras with a second, visible-light eye do."""
    smooth = cv2.GaussianBlur(image, (0, 0), 1.0)
    edges = cv2.Laplacian(smooth, cv2.CV_32F, ksize=3)
    image[:] = np.clip(image + mark.width * np.clip(edges, -40.0, 40.0), 0, 255).astype(np.uint8)


def _draw_border(image: Image, mark: Mark) -> None:
    for inset in range(mark.thickness_px):
        corner = (image.shape[1] - 1 - inset, image.shape[0] - 1 - inset)
        cv2.rectangle(image, (inset, inset), corner, float(mark.level), 1)


DRAW: dict[str, Callable[[Image, Mark], None]] = {
    "text": _draw_text,
    "bar": _draw_bar,
    "spot": _draw_spot,
    "box": _draw_box,
    "plate": _draw_plate,
    "line": _draw_line,
    "edges": _draw_edges,
    "border": _draw_border,
}
