"""One score for a face: the detector's view of its box and the landmarks' view of its inside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tfan.types import AnyArray, Array

_LEAST, _MOST = 1e-4, 1 - 1e-4  # certainties beyond say no more


@dataclass(frozen=True, slots=True)
class FaceScore:
    """A logistic function of both certainties, fitted by tools/fit_face_score.py.

    Attributes:
        bias: logit of a face where both certainties are one half.
        detector: weight of the logit of the detector's score.
        landmarks: weight of the logit of the mean confidence of the landmarks.
    """

    bias: float = 0.0
    detector: float = 1.0
    landmarks: float = 0.0

    def __call__(self, detector: AnyArray, landmarks: AnyArray) -> Array:
        """Return the probability (F,) that boxes hold faces, from both certainties (F,)."""
        z = self.bias + self.detector * logit(detector) + self.landmarks * logit(landmarks)
        return (1 / (1 + np.exp(-z))).astype(np.float32)


PLAIN_SCORE = FaceScore()  # the detector alone


def logit(probability: AnyArray) -> AnyArray:
    """Return log(p / (1 - p)) of probabilities, bounded."""
    p = np.clip(np.asarray(probability, np.float64), _LEAST, _MOST)
    odds: AnyArray = np.log(p / (1 - p))
    return odds
