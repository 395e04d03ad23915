from __future__ import annotations

import pytest

from tfan.robustness.subjects import AMBIENT_CELSIUS, draw_subject

PEOPLE = 6


@pytest.fixture(scope="module")
def people(head):
    return [draw_subject(head, index, seed=7) for index in range(PEOPLE)]


def test_the_same_number_is_the_same_person_however_many_there_are(head, people):
    assert draw_subject(head, 3, seed=7) == people[3]
    assert draw_subject(head, 3, seed=8) != people[3]
    assert len({one.shot.person for one in people}) == PEOPLE


def test_nothing_but_the_axis_disturbs(people):
    low, high = AMBIENT_CELSIUS
    for one in people:
        person = one.shot.person
        assert person.glasses is None
        assert person.mask is None
        assert person.brim is None
        assert person.hair is None or person.hair.kind == "hair"
        assert person.clothes is not None
        assert low < person.heat.ambient_celsius < high
        assert max(abs(angle) for angle in person.pose.head_deg) < 20
        assert one.shot.occluder is None
        assert not one.shot.sensor.display.inverted


def test_half_of_them_turn_to_either_side(people):
    assert sum(one.side for one in people) == 0


def test_hats_are_hats(people):
    for one in people:
        assert one.wardrobe.cap.kind == "hat"
        assert one.wardrobe.brimmed[0].kind == "hat"
        assert one.wardrobe.hood[0].kind == "hood"
        assert one.wardrobe.hood[1].cloth
