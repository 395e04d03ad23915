"""One score for a face: the detector's view of its box and the landmarks' view of its inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfan.types import AnyArray, Array

_LEAST, _MOST = 1e-4, 1 - 1e-4  # certainties beyond say no more
# A logit below which certainty of the landmarks says no more: small faces and no faces are alike.
_UNSURE = -1.5
_USUAL_SIZE_PX = 24.0
_SIZE_LIMITS = (-1.0, 1.5)  # of the logarithm of the size over the usual one


@dataclass(frozen=True, slots=True)
class FaceScore:
    """A logistic function of both certainties and the size, fitted by tools/fit_face_score.py.

    Attributes:
        bias: logit of a face of 24 px where both certainties are one half.
        detector: weight of the logit of the detector's score.
        landmarks: weight of the logit of the mean confidence of the landmarks.
        size: weight of the logarithm of the size: of a large face more certainty is asked.
    """

    bias: float = 0.0
    detector: float = 1.0
    landmarks: float = 0.0
    size: float = 0.0

    def __call__(self, detector: AnyArray, landmarks: AnyArray, size_px: AnyArray) -> Array:
        """Return the probability (F,) that boxes hold faces.

        Args:
            detector: (F,) score of the detector.
            landmarks: (F,) mean confidence of the landmarks.
            size_px: (F,) sqrt(width x height) of the boxes.
        """
        terms = features(detector, landmarks, size_px)
        z = terms @ np.array([self.bias, self.detector, self.landmarks, self.size])
        score: Array = (1 / (1 + np.exp(-z))).astype(np.float32)
        return score


PLAIN_SCORE = FaceScore()  # the detector alone


def features(detector: AnyArray, landmarks: AnyArray, size_px: AnyArray) -> AnyArray:
    """Return (F, 4): what the weights of a `FaceScore` are for, in their order."""
    sure = np.maximum(logit(landmarks), _UNSURE)
    size = np.clip(np.log(np.maximum(size_px, 1.0) / _USUAL_SIZE_PX), *_SIZE_LIMITS)
    return np.stack([np.ones_like(sure), logit(detector), sure, size], axis=1)


def logit(probability: AnyArray) -> AnyArray:
    """Return log(p / (1 - p)) of probabilities, bounded."""
    p = np.clip(np.asarray(probability, np.float64), _LEAST, _MOST)
    odds: AnyArray = np.log(p / (1 - p))
    return odds
