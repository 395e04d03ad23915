"""From degrees to grey levels: linear spans, fixed windows, plateau and CLAHE, palettes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

LEAST_SPAN_CELSIUS = 2.0
# palettes whose luminance is met in practice when a colour picture reaches us as grey
COLORMAPS = {
    "jet": cv2.COLORMAP_JET, "inferno": cv2.COLORMAP_INFERNO, "hot": cv2.COLORMAP_HOT,
    "rainbow": cv2.COLORMAP_RAINBOW, "plasma": cv2.COLORMAP_PLASMA, "magma": cv2.COLORMAP_MAGMA,
    "turbo": cv2.COLORMAP_TURBO, "viridis": cv2.COLORMAP_VIRIDIS, "bone": cv2.COLORMAP_BONE,
}  # fmt: skip
IRON_RGB = (
    (0, 0, 0), (30, 0, 80), (120, 0, 150), (200, 40, 110),
    (235, 110, 20), (255, 190, 0), (255, 250, 120), (255, 255, 255),
)  # fmt: skip
PALETTES = (*COLORMAPS, "iron", "iron", "iron")


@dataclass(frozen=True, slots=True)
class Display:
    """How a camera maps degrees to levels.

    Attributes:
        kind: span (percentiles of the picture, widened), window (fixed degrees), skin (a span about
            skin temperature), plateau (histogram equalisation), clahe.
        low, high: percentiles, degrees, or degrees below and above skin, by kind.
        widen: the span is widened below and above by these shares.
        mix: share of the equalised picture.
        clip_limit, tiles: of CLAHE.
        gamma, gain, offset, top: tone curve after it; top is the brightest level, 0..1.
        inverted: black-hot.
        palette: a colour palette whose luminance remains, or None.
    """

    kind: str
    low: float
    high: float
    widen: tuple[float, float]
    mix: float
    clip_limit: float
    tiles: int
    gamma: float
    gain: float
    offset: float
    top: float
    inverted: bool
    palette: str | None


def draw_display(rng: np.random.Generator, *, palette: float, inverted: float) -> Display:
    """Draw a display; palette and inverted are probabilities."""
    u = rng.uniform

    def chance(p: float) -> bool:
        return bool(rng.random() < p)

    kind = str(
        rng.choice(["span", "window", "skin", "plateau", "clahe"], p=[0.34, 0.08, 0.37, 0.13, 0.08])
    )
    low, high = {
        "span": (u(0, 3), u(97, 100)),
        "window": (u(15, 24), u(36, 42)),
        "skin": (np.exp(u(np.log(2.5), np.log(15))), u(1.5, 4.5)),
    }.get(kind, (0.5, 99.5))
    widen = (u(-0.08, 0.5), u(-0.05, 0.5)) if kind == "span" and chance(0.6) else (0.0, 0.0)
    saturated = chance(0.1)
    return Display(
        kind=kind,
        low=float(low),
        high=float(high),
        widen=(float(widen[0]), float(widen[1])),
        mix=float(u(0.4, 1)),
        clip_limit=float(u(1, 5)),
        tiles=int(rng.integers(2, 7)),
        gamma=float(np.exp(u(-0.5, 0.5))) if chance(0.6) else 1.0,
        gain=float(u(1.05, 1.5)) if saturated else 1.0,
        offset=float(u(0, 0.25)) if saturated else 0.0,
        top=float(u(0.72, 1)) if chance(0.2) else 1.0,
        inverted=chance(inverted),
        palette=str(rng.choice(PALETTES)) if chance(palette) else None,
    )


def apply_display(celsius: Floats, display: Display, *, skin_celsius: float) -> Floats:
    """Return (H, W) levels 0..255 of (H, W) degrees."""
    low, high = _span(celsius, display, skin_celsius)
    share = np.clip((celsius - low) / max(high - low, LEAST_SPAN_CELSIUS), 0, 1)
    if display.kind in ("plateau", "clahe"):
        share = share * (1 - display.mix) + display.mix * _equalised(share, display)
    if display.gamma != 1:
        share = share**display.gamma
    share = np.clip(share * display.gain - display.offset, 0, 1)
    if display.inverted:
        share = 1 - share
    levels = share * np.float32(255 * display.top)
    if display.palette:
        levels = palette_luminance(display.palette)[levels.astype(np.uint8)]
    return np.asarray(levels, np.float32)


def _span(celsius: Floats, display: Display, skin_celsius: float) -> tuple[float, float]:
    if display.kind == "window":
        return display.low, display.high
    if display.kind == "skin":
        return skin_celsius - display.low, skin_celsius + display.high
    low, high = np.percentile(celsius, [display.low, display.high])
    width = high - low
    return float(low - width * display.widen[0]), float(high + width * display.widen[1])


def _equalised(share: Floats, display: Display) -> Floats:
    levels = (share * 255).astype(np.uint8)
    if display.kind == "plateau":
        return np.asarray(cv2.equalizeHist(levels), np.float32) / np.float32(255)
    clahe = cv2.createCLAHE(display.clip_limit, (display.tiles, display.tiles))
    return np.asarray(clahe.apply(levels), np.float32) / np.float32(255)


@lru_cache(maxsize=32)
def palette_luminance(name: str) -> Floats:
    """Return (256,) the luminance of each entry of a palette."""
    if name == "iron":
        stops = np.array(IRON_RGB, float)
        at = np.linspace(0, 255, len(stops))
        rgb = np.stack([np.interp(np.arange(256), at, stops[:, k]) for k in range(3)], 1)
        return np.asarray(rgb @ [0.299, 0.587, 0.114], np.float32)
    ramp = np.arange(256, dtype=np.uint8)[:, None]
    bgr = cv2.applyColorMap(ramp, COLORMAPS[name])
    return np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2GRAY)[:, 0], np.float32)
