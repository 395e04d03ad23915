from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.synth.draw import draw_face
from tfan.synth.face_sample import CropParams, draw_crop
from tfan.synth.params import FaceParams
from tfan.synth.record import from_json, to_json


@pytest.mark.parametrize("seed", range(6))
def test_a_crop_record_survives_json(seed):
    record = draw_crop(np.random.default_rng([9, seed]))
    assert from_json(CropParams, to_json(record)) == record


def test_the_same_chance_gives_the_same_person_and_another_chance_another():
    first, again, other = (draw_face(np.random.default_rng(s)) for s in (4, 4, 5))
    assert first == again
    assert first != other


def test_a_record_with_a_missing_entry_is_refused_in_one_sentence():
    text = to_json(draw_face(np.random.default_rng(1))).replace('"pose":', '"stance":')
    with pytest.raises(InputError, match="FaceParams record: expected JSON as written by to_json"):
        from_json(FaceParams, text)


def test_cold_air_cools_the_nose_more_than_warm_air_does():
    def nose_celsius(person: FaceParams) -> float:
        return next(right for name, right, _ in person.heat.offsets if name == "nose")

    people = [draw_face(np.random.default_rng([7, i])) for i in range(400)]
    cold = [nose_celsius(p) for p in people if p.heat.ambient_celsius < 10]
    warm = [nose_celsius(p) for p in people if p.heat.ambient_celsius > 25]
    assert min(len(cold), len(warm)) > 30
    assert np.mean(cold) < np.mean(warm) - 0.5


def test_every_back_of_a_head_is_turned_away():
    people = [draw_face(np.random.default_rng(i), framing="far-back") for i in range(30)]
    assert all(115 <= person.pose.head_deg[0] <= 245 for person in people)
