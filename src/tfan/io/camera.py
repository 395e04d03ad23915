"""Live cameras through OpenCV, as `camera:0`; `camera:0:raw` asks for 16-bit counts."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from tfan.errors import InputError
from tfan.io.recording import Damage, Stored, as_frame
from tfan.types import AnyArray

PREFIX = "camera:"


def open_camera(name: str, clock: Callable[[], float] = time.monotonic) -> Camera:
    """Open a camera by its number.

    Args:
        name: "camera:N" or "camera:N:raw".
        clock: seconds, for the times of frames.

    Raises:
        InputError: no such camera, or a name that is none.
    """
    import cv2

    number, _, way = name.removeprefix(PREFIX).partition(":")
    if not number.isdecimal() or way not in ("", "raw"):
        raise InputError(name, expected="camera:N or camera:N:raw", got=repr(name))
    device = cv2.VideoCapture(int(number))
    if not device.isOpened():
        device.release()
        raise InputError(name, expected="a camera of that number", got="none that opens")
    if way == "raw":
        device.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"Y16 "))
        device.set(cv2.CAP_PROP_CONVERT_RGB, 0)
    return Camera(device, clock)


class Camera:
    """Frames as they come, without end; a frame that does not come ends them."""

    kind = "camera"
    n_frames = None

    def __init__(self, device: Any, clock: Callable[[], float]) -> None:
        self._device, self._clock = device, clock
        self._next = 0

    def frames(self, start: int = 0) -> Iterator[Stored | Damage]:
        """Yield frames from now on; they are numbered on, and none can be had again."""
        while True:
            done, values = self._device.read()
            if not done:
                yield Damage(self._next, "a camera that gives no more frames")
                return
            index, self._next = self._next, self._next + 1
            if index >= start:
                yield Stored(index, as_frame(self._shaped(np.asarray(values))), self._clock())

    def _shaped(self, values: AnyArray) -> AnyArray:
        """Return (H, W) counts where the driver hands over one row of bytes."""
        import cv2

        width, height = (
            int(self._device.get(name))
            for name in (cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT)
        )
        if values.dtype != np.uint8 or values.size != 2 * width * height or values.ndim == 3:
            return values
        return np.ascontiguousarray(values).reshape(-1).view("<u2").reshape(height, width)

    def close(self) -> None:
        """Give the camera back."""
        self._device.release()
