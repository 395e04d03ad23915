"""Values and errors: what is wrong is said in one sentence."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from tfan import _optional
from tfan.errors import InputError, MissingExtraError, WeightsError
from tfan.types import Face


def face(**changes) -> Face:
    fields = {
        "box_px": np.zeros(4),
        "score": 0.5,
        "points_px": np.zeros((3, 2)),
        "sigma_px": np.zeros(3),
        "confidence": np.zeros(3),
        "visibility": np.zeros(3),
        "scheme": "facesynthetics70",
        "five_px": np.zeros((5, 2)),
        "quality": 0.5,
        "pose_deg": np.zeros(3),
    }
    return Face(**(fields | changes))


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("points_px", np.zeros((3, 3)), r"Face.points_px: expected shape \(3, 2\), got \(3, 3\)."),
        ("sigma_px", np.zeros(2), r"Face.sigma_px: expected shape \(3,\), got \(2,\)."),
        ("pose_deg", np.zeros(2), r"Face.pose_deg: expected shape \(3,\), got \(2,\)."),
        ("box_px", np.zeros((1, 4)), r"Face.box_px: expected shape \(4,\), got \(1, 4\)."),
    ],
)
def test_face_says_what_is_wrong(field, value, sentence):
    with pytest.raises(InputError, match=sentence):
        face(**{field: value})


def test_errors_are_also_the_builtin_kind():
    assert issubclass(InputError, ValueError)
    assert issubclass(WeightsError, RuntimeError)
    assert issubclass(MissingExtraError, ImportError)


def test_errors_cross_process_borders():
    error = pickle.loads(pickle.dumps(InputError("a", expected="b", got="c", fix="d.")))
    assert str(error) == "a: expected b, got c. d."


def test_missing_extra_names_the_extra():
    with pytest.raises(
        MissingExtraError,
        match=r"Training needs nonesuch: pip install 'thermal-face-alignment\[train\]'",
    ):
        _optional.require("nonesuch", extra="train", purpose="Training")
