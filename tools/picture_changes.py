"""Ways in which one picture of a scene comes out differently: a table of changes.

Each change returns the picture and the 2 x 3 matrix that takes image coordinates of the old one to
those of the new (docs/decisions/0005-image-coordinates.md). Read by measure_changed_real.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
import numpy.typing as npt

from tfan.types import AnyArray
from tfan.viz.palettes import shown_span

Floats = npt.NDArray[np.float64]
Moved = tuple[AnyArray, Floats]

UNMOVED = np.eye(2, 3)
_HALF_PX = 0.5  # OpenCV's warps count from pixel centres
_USUAL_WIDTH_PX = 320  # blurs are told for pictures of this width
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Change:
    """One way.

    Attributes:
        name: what tables call it.
        apply: picture (H, W) or (H, W, 3) blue, green, red; chance -> picture, matrix (2, 3).
        grey_only: whether coloured pictures are to be left out.
    """

    name: str
    apply: Callable[[AnyArray, np.random.Generator], Moved]
    grey_only: bool = False


def as_8bit(image: AnyArray) -> npt.NDArray[np.uint8]:
    """Return the picture as uint8; other types are stretched between percentiles."""
    if image.dtype == np.uint8:
        return image
    low, high = shown_span(image)
    return _bytes((image.astype(np.float64) - low) / max(high - low, _TINY) * 255)


def scaled(image: AnyArray, across: float, down: float) -> Moved:
    """Scale, each axis by its own factor; the matrix has what whole pixels make of them."""
    height, width = image.shape[:2]
    new = (round(width * across), round(height * down))
    way = cv2.INTER_AREA if across * down < 1 else cv2.INTER_CUBIC
    matrix = np.array([[new[0] / width, 0, 0], [0, new[1] / height, 0]])
    return cv2.resize(image, new, interpolation=way), matrix


def rotated(image: AnyArray, degrees: float) -> Moved:
    """Turn counter-clockwise about the middle; what comes in from outside repeats the edge."""
    height, width = image.shape[:2]
    matrix = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1), np.float64)
    centres = matrix.copy()
    centres[:, 2] += matrix[:, :2].sum(axis=1) * _HALF_PX - _HALF_PX
    edge = cv2.BORDER_REPLICATE
    return cv2.warpAffine(image, centres, (width, height), borderMode=edge), matrix


def flipped(image: AnyArray) -> Moved:
    """Mirror left and right."""
    matrix = np.array([[-1.0, 0, image.shape[1]], [0, 1, 0]])
    return np.ascontiguousarray(image[:, ::-1]), matrix


def padded(image: AnyArray, share: float) -> Moved:
    """Set into a cool ground, wider on every side by a share of the longer side."""
    border = round(share * max(image.shape[:2]))
    return _framed(image, border, border, np.percentile(image, 10, axis=(0, 1)))


def letterboxed(image: AnyArray) -> Moved:
    """Put black bars above and below."""
    return _framed(image, 0, round(0.15 * image.shape[0]), np.zeros(image.shape[2:]))


def inverted(image: AnyArray) -> AnyArray:
    """Turn white-hot into black-hot."""
    return 255 - as_8bit(image)


def with_gamma(image: AnyArray, power: float) -> AnyArray:
    """Bend the levels; powers below 1 brighten."""
    return _bytes(255 * (as_8bit(image) / 255) ** power)


def with_noise(image: AnyArray, rng: np.random.Generator, share: float) -> AnyArray:
    """Add white noise, its standard deviation a share of the picture's span."""
    low, high = shown_span(image)
    noisy = image + rng.normal(0, share * (high - low), image.shape)
    return _of_type(noisy, image.dtype)


def blurred(image: AnyArray, sigma_px: float) -> AnyArray:
    """Blur as if the picture was 320 px wide."""
    sigma = sigma_px * image.shape[1] / _USUAL_WIDTH_PX
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma))


def as_jpeg(image: AnyArray, quality: int) -> AnyArray:
    """Store as JPEG and read again."""
    _, data = cv2.imencode(".jpg", as_8bit(image), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_UNCHANGED))


def coloured(image: AnyArray, palette: int) -> AnyArray:
    """Return a grey picture in one of OpenCV's palettes."""
    return np.asarray(cv2.applyColorMap(as_8bit(image), palette))


def clipped(image: AnyArray) -> AnyArray:
    """Lose the darkest levels and the brightest."""
    return _bytes((as_8bit(image).astype(np.float64) - 30) * 1.6)


def equalised(image: AnyArray) -> AnyArray:
    """Equalise contrast place by place (CLAHE); of colours, their lightness."""
    levels, clahe = as_8bit(image), cv2.createCLAHE(3, (8, 8))
    if levels.ndim == 2:
        return np.asarray(clahe.apply(levels))
    lab = cv2.cvtColor(levels, cv2.COLOR_BGR2LAB)
    lab[..., 0] = clahe.apply(np.ascontiguousarray(lab[..., 0]))
    return np.asarray(cv2.cvtColor(lab, cv2.COLOR_LAB2BGR))


def written_over(image: AnyArray) -> AnyArray:
    """Draw a reading, a cross-hair and the frame of a colour bar over it, in its hottest level."""
    height, width = image.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    x, y = width // 2, height // 2
    cv2.putText(mask, "36.5 C", (2, height // 8), cv2.FONT_HERSHEY_SIMPLEX, height / 400, 255, 1)
    cv2.line(mask, (x - 8, y), (x + 8, y), 255, 1)
    cv2.line(mask, (x, y - 8), (x, y + 8), 255, 1)
    cv2.rectangle(mask, (width - 12, 10), (width - 6, height - 10), 255, 1)
    drawn = image.copy()
    drawn[mask > 0] = image.max()
    return drawn


def _framed(image: AnyArray, beside: int, above: int, value: AnyArray) -> Moved:
    height, width = image.shape[:2]
    ground = np.empty((height + 2 * above, width + 2 * beside, *image.shape[2:]), image.dtype)
    ground[:] = _of_type(np.asarray(value, np.float64), image.dtype)
    ground[above : above + height, beside : beside + width] = image
    return ground, np.array([[1.0, 0, beside], [0, 1, above]])


def _bytes(levels: AnyArray) -> npt.NDArray[np.uint8]:
    return np.clip(np.rint(levels), 0, 255).astype(np.uint8)


def _of_type(values: AnyArray, dtype: np.dtype) -> AnyArray:
    """Return values in the picture's type, whole and within its range where that is of integers."""
    if dtype.kind not in "iu":
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    return np.clip(np.rint(values), limits.min, limits.max).astype(dtype)


def _moving(name: str, move: Callable[[AnyArray], Moved]) -> Change:
    return Change(name, lambda image, _: move(image))


def _toning(name: str, tone: Callable[[AnyArray], AnyArray], *, grey_only: bool = False) -> Change:
    return Change(name, lambda image, _: (tone(image), UNMOVED), grey_only)


def _noisy(name: str, share: float) -> Change:
    return Change(name, lambda image, rng: (with_noise(image, rng, share), UNMOVED))


CHANGES = (
    _toning("none", lambda image: image),
    _moving("flipped", flipped),
    _moving("x 2", partial(scaled, across=2, down=2)),
    _moving("x 1.5", partial(scaled, across=1.5, down=1.5)),
    _moving("x 0.75", partial(scaled, across=0.75, down=0.75)),
    _moving("x 0.5", partial(scaled, across=0.5, down=0.5)),
    _moving("rotated +15°", partial(rotated, degrees=15)),
    _moving("rotated -15°", partial(rotated, degrees=-15)),
    _moving("rotated +30°", partial(rotated, degrees=30)),
    _moving("rotated -30°", partial(rotated, degrees=-30)),
    _moving("15 % wider", partial(scaled, across=1.15, down=1)),
    _moving("15 % taller", partial(scaled, across=1, down=1.15)),
    _moving("padded by 50 %", partial(padded, share=0.5)),
    _moving("letterbox", letterboxed),
    _toning("inverted", inverted),
    _toning("gamma 0.5", partial(with_gamma, power=0.5)),
    _toning("gamma 2", partial(with_gamma, power=2)),
    _toning("clipped", clipped),
    _toning("CLAHE", equalised),
    _noisy("noise 2 %", 0.02),
    _noisy("noise 5 %", 0.05),
    _toning("blur 0.7 px", partial(blurred, sigma_px=0.7)),
    _toning("blur 1.5 px", partial(blurred, sigma_px=1.5)),
    _toning("JPEG 50", partial(as_jpeg, quality=50)),
    _toning("JPEG 15", partial(as_jpeg, quality=15)),
    _toning("palette INFERNO", partial(coloured, palette=cv2.COLORMAP_INFERNO), grey_only=True),
    _toning("palette JET", partial(coloured, palette=cv2.COLORMAP_JET), grey_only=True),
    _toning("palette HOT", partial(coloured, palette=cv2.COLORMAP_HOT), grey_only=True),
    _toning("written over", written_over),
)
