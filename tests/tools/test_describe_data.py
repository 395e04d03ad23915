"""Shares and ranges of records, counted from records as the generator draws them."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tfan.synth.draw import draw_face
from tfan.synth.record import to_json

PEOPLE = 300
GLASSES = 0.24  # as synth/draw_wear.py draws them
CHANCE = 0.1  # four standard deviations of a share of 300


@pytest.fixture(scope="module")
def people() -> list[dict]:
    rng = np.random.default_rng(8)
    return [json.loads(to_json(draw_face(rng))) for _ in range(PEOPLE)]


def test_shares_add_up_and_ranges_rise(people):
    from describe_data import _people

    found = _people(people)
    assert found["records"] == PEOPLE
    assert found["shares"]["glasses"] == pytest.approx(GLASSES, abs=CHANCE)
    for words in found["words"].values():
        assert sum(words.values()) == pytest.approx(1, abs=0.001)  # each is rounded
    for values in found["ranges"].values():
        assert values == sorted(values)
    assert found["ranges"]["yaw, degrees"][0] >= -180


def test_what_is_counted_is_in_the_records(people):
    import data_tables as rows

    for read in (*rows.PERSON_SHARES.values(), *rows.PERSON_WORDS.values()):
        assert len({str(read(one)) for one in people}) <= len(people)
    with_glasses = [one for one in people if one["glasses"]]
    assert all(np.isfinite(rows.lens(one)) for one in with_glasses)
    assert 0 < len(with_glasses) < PEOPLE
    assert sum(rows.PERSON_SHARES["yaw beyond 60 degrees"](one) for one in people) < sum(
        rows.PERSON_SHARES["yaw beyond 30 degrees"](one) for one in people
    )
