"""One score for a face: the detector's view of its box and the landmarks' view of its inside."""

from __future__ import annotations

import math
from dataclasses import dataclass
from operator import mul

import numpy as np

from tfan.types import AnyArray, Array

_LEAST, _MOST = 1e-4, 1 - 1e-4  # certainties beyond say no more
# A logit below which certainty of the landmarks says no more: small faces and no faces are alike.
_UNSURE = -1.5
_UNSURE_LARGE = -4.0
_USUAL_SIZE_PX = 24.0
_SIZE_LIMITS = (-1.0, 1.5)  # of the logarithm of the size over the usual one


@dataclass(frozen=True, slots=True)
class FaceScore:
    """A logistic function of both certainties and the size, fitted by tools/fit_face_score.py.

    Attributes:
        bias: logit of a face of 24 px where both certainties are one half.
        detector: weight of the logit of the detector's score.
        landmarks: weight of the logit of the mean confidence of the landmarks.
        size: weight of the logarithm of the size.
        large: weight of the logit of the mean confidence of faces above 24 px times the logarithm
            of their size: the landmarks of a large face know whether it is one.
    """

    bias: float = 0.0
    detector: float = 1.0
    landmarks: float = 0.0
    size: float = 0.0
    large: float = 0.0

    def __call__(self, detector: AnyArray, landmarks: AnyArray, size_px: AnyArray) -> Array:
        """Return the probability (F,) that boxes hold faces.

        Args:
            detector: (F,) score of the detector.
            landmarks: (F,) mean confidence of the landmarks.
            size_px: (F,) sqrt(width x height) of the boxes.
        """
        weights = (self.bias, self.detector, self.landmarks, self.size, self.large)
        rows = zip(detector.tolist(), landmarks.tolist(), size_px.tolist(), strict=True)
        logits = [sum(map(mul, weights, _features(*row))) for row in rows]
        return np.array([1 / (1 + math.exp(-z)) for z in logits], np.float32)


PLAIN_SCORE = FaceScore()  # the detector alone


def features(detector: AnyArray, landmarks: AnyArray, size_px: AnyArray) -> AnyArray:
    """Return (F, 5): what the weights of a `FaceScore` are for, in their order."""
    rows = zip(detector.tolist(), landmarks.tolist(), size_px.tolist(), strict=True)
    return np.array([_features(*row) for row in rows]).reshape(-1, 5)


def logit(probability: float) -> float:
    """Return log(p / (1 - p)) of a probability, bounded."""
    p = min(max(probability, _LEAST), _MOST)
    return math.log(p / (1 - p))


def _features(
    detector: float, landmarks: float, size_px: float
) -> tuple[float, float, float, float, float]:
    """Return the features of one face; in plain numbers, of which arrays of one take ten times."""
    least, most = _SIZE_LIMITS
    size = min(max(math.log(max(size_px, 1.0) / _USUAL_SIZE_PX), least), most)
    sure = logit(landmarks)
    large = max(sure, _UNSURE_LARGE) * max(size, 0.0)
    return 1.0, logit(detector), max(sure, _UNSURE), size, large
