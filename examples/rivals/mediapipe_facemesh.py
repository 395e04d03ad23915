"""MediaPipe's face mesh as a rival, in an environment of its own.

    python3 -m venv mesh
    mesh/bin/pip install "mediapipe==0.10.21"
    tfan benchmark tfan annotated/ --model examples/rivals/mediapipe_facemesh.py \
        --python mesh/bin/python --n-landmarks 478

Versions up to 0.10.21 have the mesh and its weights inside. Later ones have neither: there, name
the file face_landmarker.task (from MediaPipe's own page) in FACE_LANDMARKER_TASK.

A thermal image becomes 8-bit grey by its 1st and 99th percentile, three times, since the mesh was
trained on colour photographs; so does each rival that is not made for temperatures. MediaPipe
gives no box and no score: the box is the hull of the 468 points of the skin, the score 1.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import mediapipe
import numpy as np
from serve import grey_rgb, serve

_SKIN = 468  # points before those of the irises
_MOST_FACES = 10
_LEAST = 0.5  # MediaPipe's own default


def main() -> None:
    find = _solution() if hasattr(mediapipe, "solutions") else _task()
    serve(
        lambda image, _meaning: find(grey_rgb(image)), name="MediaPipe FaceMesh",
        scheme="mediapipe478", version=mediapipe.__version__, licence="Apache-2.0",
    )  # fmt: skip


def _solution() -> Any:
    """Return RGB -> faces by the interface of versions up to 0.10.21."""
    mesh = mediapipe.solutions.face_mesh.FaceMesh(
        static_image_mode=True, max_num_faces=_MOST_FACES, refine_landmarks=True,
        min_detection_confidence=_LEAST,
    )  # fmt: skip
    return lambda rgb: _faces(
        rgb, ((face.landmark) for face in mesh.process(rgb).multi_face_landmarks or ())
    )


def _task() -> Any:
    """Return RGB -> faces by the interface of later versions."""
    from mediapipe.tasks import python as tasks

    path = os.environ.get("FACE_LANDMARKER_TASK")
    if path is None:
        raise SystemExit("This MediaPipe has no weights: name them in FACE_LANDMARKER_TASK.")
    options = tasks.vision.FaceLandmarkerOptions(
        base_options=tasks.BaseOptions(model_asset_path=path), num_faces=_MOST_FACES,
        min_face_detection_confidence=_LEAST,
    )  # fmt: skip
    landmarker = tasks.vision.FaceLandmarker.create_from_options(options)

    def find(rgb: np.ndarray) -> Iterator[dict[str, Any]]:
        image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=rgb)
        return _faces(rgb, landmarker.detect(image).face_landmarks)

    return find


def _faces(rgb: np.ndarray, meshes: Any) -> Iterator[dict[str, Any]]:
    height, width = rgb.shape[:2]
    for landmarks in meshes:
        points = np.array([[point.x * width, point.y * height] for point in landmarks])
        box = [*points[:_SKIN].min(axis=0), *points[:_SKIN].max(axis=0)]
        yield {"box": box, "score": 1.0, "points": points}


if __name__ == "__main__":
    main()
