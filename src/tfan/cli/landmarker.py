"""What the commands ask of a landmarker, and the one place that makes it."""

from __future__ import annotations

from typing import Any, Protocol

from tfan.types import AnyArray, Face


class Landmarker(Protocol):
    """What `tfan.ThermalLandmarks` and the fakes of the tests have in common."""

    def detect(
        self,
        image: AnyArray,
        mode: str = "auto",
        *,
        min_score: float | None = None,
        min_size_px: float = 0.0,
        max_faces: int | None = None,
    ) -> list[Face]:
        """Return the faces of an image, best first."""


class LoadLandmarker(Protocol):
    """Makes landmarkers."""

    def __call__(
        self, *, n_landmarks: int, device: str = "cpu", detector_size: int | None = None
    ) -> Landmarker:
        """Return a landmarker with the bundled weights."""


def load_landmarker(
    *, n_landmarks: int, device: str = "cpu", detector_size: int | None = None
) -> Landmarker:
    """Return a landmarker with the bundled weights."""
    from tfan.compat import ThermalLandmarks

    return ThermalLandmarks(n_landmarks=n_landmarks, device=device, detector_size=detector_size)


def loader(context: Any) -> LoadLandmarker:
    """Return what makes landmarkers: `load_landmarker`, or what the caller put in `obj`."""
    load: LoadLandmarker = context.obj or load_landmarker
    return load
