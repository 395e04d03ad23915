"""What the commands ask of a landmarker, and the one place that makes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from tfan.types import AnyArray, Face


class Landmarker(Protocol):
    """What `tfan.ThermalLandmarks` and the fakes of the tests have in common."""

    def detect(self, image: AnyArray, mode: str = "auto") -> list[Face]:
        """Return the faces of an image, best first."""


LoadLandmarker = Callable[[int, str], Landmarker]


def load_landmarker(n_landmarks: int, device: str) -> Landmarker:
    """Return a landmarker with the bundled weights."""
    from tfan.compat import ThermalLandmarks

    return ThermalLandmarks(n_landmarks=n_landmarks, device=device)


def loader(context: Any) -> LoadLandmarker:
    """Return what makes landmarkers: `load_landmarker`, or what the caller put in `obj`."""
    return context.obj or load_landmarker
