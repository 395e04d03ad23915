"""The tfan side of a rival's program: numpy and the standard library, nothing else.

    from serve import serve
    serve(find, name="...", scheme="mediapipe478")

`find(image, meaning)` takes the array as tfan read it ("temperature" is degrees Celsius, "auto" and
"pixel" what the file holds) and returns dictionaries with `box`, `score` and `points`, in pixels
from the outer corner of the top left pixel. docs/how-to/benchmark.md shows the lines that travel.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

Find = Callable[[np.ndarray, str], Iterable[dict[str, Any]]]


def serve(find: Find, **about: Any) -> None:
    """Answer image after image until the input ends.

    Args:
        find: image, meaning -> faces; what it raises is said, and the next image awaited.
        about: name, scheme of the points, versions, licence: a report shows them.
    """
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever libraries print is no answer
    _say(answers, about)
    for line in sys.stdin.buffer:
        head = json.loads(line)
        dtype = np.dtype(head["dtype"])
        data = sys.stdin.buffer.read(int(np.prod(head["shape"])) * dtype.itemsize)
        image = np.frombuffer(data, dtype).reshape(head["shape"])
        try:
            _say(answers, {"faces": [_plain(face) for face in find(image, head["meaning"])]})
        except Exception as error:  # one image must not cost the others
            _say(answers, {"error": f"{type(error).__name__}: {error}"})


def grey_rgb(image: np.ndarray) -> np.ndarray:
    """Return an image (H, W) or (H, W, 3) as 8-bit grey in three channels.

    Its middle 98 per cent are stretched; of colours, which are mostly a palette laid over
    temperatures, the luminance is taken: photographs are what such rivals know.
    """
    values = image.astype(np.float32)
    if values.ndim == 3:
        values = values[..., :3] @ np.float32([0.114, 0.587, 0.299])  # blue, green, red
    low, high = np.nanpercentile(values, [1, 99])
    grey = np.clip((values - low) / max(high - low, 1e-6), 0, 1) * 255
    grey = np.nan_to_num(grey).round().astype(np.uint8)
    return np.repeat(grey[..., None], 3, axis=2)


def _plain(face: dict[str, Any]) -> dict[str, Any]:
    return {key: np.asarray(v).tolist() if not isinstance(v, str) else v for key, v in face.items()}


def _say(answers: Any, what: dict[str, Any]) -> None:
    answers.write(json.dumps(what).encode() + b"\n")
    answers.flush()
