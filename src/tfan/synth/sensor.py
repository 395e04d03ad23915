"""The camera: optics blur, sampling, noise, and the ways cameras show degrees as grey levels.

`draw_sensor` draws a record, `apply_sensor` turns degrees Celsius into an 8-bit picture without
further chance (noise fields come from seeds in the record).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import numpy.typing as npt

from tfan.synth.display import Display, apply_display, draw_display
from tfan.synth.graphics import GraphicsParams, apply_graphics, draw_graphics

Floats = npt.NDArray[np.float32]
Bytes = npt.NDArray[np.uint8]

UPSCALE = (cv2.INTER_LINEAR, cv2.INTER_CUBIC, cv2.INTER_NEAREST)


@dataclass(frozen=True, slots=True)
class SensorParams:
    """One camera.

    Attributes:
        samples_px: detector pixels along the longer side of the picture.
        blur: optics blur in detector pixels.
        defocus_px: further blur in picture pixels.
        motion: length (px) and angle (deg) of motion blur, or None.
        noise_celsius, column_celsius, row_celsius: NETD, and fixed patterns.
        vignette_celsius: how much warmer the corners read.
        seed: of the noise.
        sharpen: radius as a share of the width and amount, or None.
        display: how degrees become levels.
        upscale: index into UPSCALE when the picture is larger than the detector.
        graphics: what the camera draws over the picture.
        jpeg: quality, or None.
    """

    samples_px: float
    blur: float
    defocus_px: float
    motion: tuple[float, float] | None
    noise_celsius: float
    column_celsius: float
    row_celsius: float
    vignette_celsius: float
    seed: int
    sharpen: tuple[float, float] | None
    display: Display
    upscale: int
    graphics: GraphicsParams | None
    jpeg: int | None


def draw_sensor(
    rng: np.random.Generator,
    *,
    samples_px: tuple[float, float],
    graphics: float = 0.05,
    palette: float = 0.08,
    inverted: float = 0.05,
) -> SensorParams:
    """Draw a camera.

    Args:
        rng: the only source of chance.
        samples_px: least and most detector pixels along the picture's longer side (log-uniform).
        graphics: probability of on-screen graphics.
        palette: probability of a colour palette (its luminance is what remains).
        inverted: probability of black-hot.
    """
    u = rng.uniform

    def chance(p: float) -> bool:
        return bool(rng.random() < p)

    return SensorParams(
        samples_px=float(np.exp(u(*np.log(samples_px)))),
        blur=float(u(0.25, 0.75)),
        defocus_px=float(u(0, 2.5)) if chance(0.25) else 0.0,
        motion=(float(u(3, 13)), float(u(0, 180))) if chance(0.06) else None,
        noise_celsius=float(u(0.02, 0.1) if chance(0.75) else u(0.1, 0.5)),
        column_celsius=float(u(0.01, 0.13)) if chance(0.38) else 0.0,
        row_celsius=float(u(0.01, 0.11)) if chance(0.15) else 0.0,
        vignette_celsius=float(u(-1.2, 1.2)) if chance(0.2) else 0.0,
        seed=int(rng.integers(2**31)),
        sharpen=(float(np.exp(u(np.log(0.004), np.log(0.1)))), float(u(0.2, 1.6)))
        if chance(0.36)
        else None,
        display=draw_display(rng, palette=palette, inverted=inverted),
        upscale=int(rng.choice(3, p=[0.6, 0.29, 0.11])),
        graphics=draw_graphics(rng) if chance(graphics) else None,
        jpeg=int(u(25, 95)) if chance(0.25) else None,
    )


def apply_sensor(
    celsius: Floats,
    sensor: SensorParams,
    *,
    skin_celsius: float,
    out_hw: tuple[int, int] | None = None,
) -> Bytes:
    """Return the 8-bit picture that a camera shows.

    Args:
        celsius: (H, W) what sharp optics would see.
        sensor: the record.
        skin_celsius: base skin temperature, on which some cameras centre their span.
        out_hw: size of the picture; None keeps (H, W).
    """
    raw = sense(celsius, sensor)
    levels = apply_display(raw, sensor.display, skin_celsius=skin_celsius)
    out_hw = out_hw or (celsius.shape[0], celsius.shape[1])
    if levels.shape != out_hw:
        shrink = levels.shape[0] > out_hw[0]
        way = cv2.INTER_AREA if shrink else UPSCALE[sensor.upscale]
        levels = np.asarray(cv2.resize(levels, out_hw[::-1], interpolation=way), np.float32)
    picture = np.clip(np.rint(levels), 0, 255).astype(np.uint8)
    if sensor.graphics is not None:
        picture = apply_graphics(picture, sensor.graphics)
    if sensor.jpeg is not None:
        _, stream = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, sensor.jpeg])
        picture = np.asarray(cv2.imdecode(stream, cv2.IMREAD_GRAYSCALE), np.uint8)
    return picture


def sense(celsius: Floats, sensor: SensorParams) -> Floats:
    """Return (h, w) degrees as the detector reads them, before display."""
    height, width = celsius.shape
    scale = min(1.0, sensor.samples_px / max(height, width))
    blur_px = sensor.blur / scale + sensor.defocus_px
    image = cv2.GaussianBlur(celsius, (0, 0), max(blur_px, 0.3))
    if sensor.motion:
        image = cv2.filter2D(image, -1, _motion_kernel(*sensor.motion))
    if scale < 1:
        size = (max(16, round(width * scale)), max(16, round(height * scale)))
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    image = image + _noise(image.shape, sensor)
    if sensor.sharpen:
        radius = max(0.8, sensor.sharpen[0] * image.shape[1])
        image = image + (image - cv2.GaussianBlur(image, (0, 0), radius)) * sensor.sharpen[1]
    return np.asarray(image, np.float32)


def clean(sensor: SensorParams) -> SensorParams:
    """Return the camera without graphics and compression, for radiometric truth."""
    return replace(sensor, graphics=None, jpeg=None)


def _noise(shape: tuple[int, ...], sensor: SensorParams) -> Floats:
    rng = np.random.default_rng(sensor.seed)
    height, width = shape
    noise = rng.standard_normal((height, width), dtype=np.float32) * np.float32(
        sensor.noise_celsius
    )
    if sensor.column_celsius:
        noise += rng.standard_normal((1, width), dtype=np.float32) * np.float32(
            sensor.column_celsius
        )
    if sensor.row_celsius:
        noise += rng.standard_normal((height, 1), dtype=np.float32) * np.float32(sensor.row_celsius)
    if sensor.vignette_celsius:
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        noise += ((x * x + y * y) * sensor.vignette_celsius).astype(np.float32)
    return noise


def _motion_kernel(length_px: float, angle_deg: float) -> Floats:
    size = max(3, int(length_px)) | 1
    kernel = np.zeros((size, size), np.float32)
    kernel[size // 2] = 1
    turn = cv2.getRotationMatrix2D((size // 2, size // 2), angle_deg, 1)
    turned = np.asarray(cv2.warpAffine(kernel, turn, (size, size)), np.float32)
    return turned / np.float32(max(float(turned.sum()), 1e-3))
