"""One image: what is found, missed, false, hidden; with boxes and without."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.benchmark.answers import AnswerError, answers_of
from tfan.evaluate.benchmark.marks import Protocol, mark_image

SIZE_PX = 800**0.5


def marked(make, truths, found, *, protocol=None, **more):
    sample = make.sample(*truths, partial=more.pop("partial", False))
    answers = answers_of(found, source="fake")
    return mark_image(sample, answers, protocol=protocol or Protocol(), **more)


def test_errors_of_a_found_face_by_hand(make):
    truth = make.truth()
    [face] = marked(make, [truth], [make.found(truth, shift=(3, 4), quality=0.25)]).faces
    assert face.found
    assert face.errors["box"] == pytest.approx(5 / SIZE_PX)
    assert face.errors["box-sides"] == pytest.approx(np.hypot(3 / 20, 4 / 40))
    assert face.certainty == 0.25
    assert face.size_px == pytest.approx(SIZE_PX)
    assert face.way == "all 70 points of facesynthetics70"


def test_a_missed_face_fails_by_every_measure(make):
    far = make.found(make.truth(), box=(60, 10, 79, 50))
    mark = marked(make, [make.truth()], [far], scheme="facesynthetics70")
    [face] = mark.faces
    assert not face.found
    assert all(np.isposinf(error) for error in face.errors.values())
    assert np.isnan(face.certainty)
    assert mark.false == 1


def test_a_missed_face_that_could_not_have_been_measured_does_not_count(make):
    bare = make.named({})
    eyeless = make.named({"nose": (30, 30)})
    first, second = marked(make, [bare, eyeless], []).faces
    assert np.isnan(first.errors["box"])
    assert np.isposinf(second.errors["box"])
    assert np.isnan(second.errors["pupils"])
    [face] = marked(make, [make.truth("charlotte72")], [], scheme="facesynthetics70").faces
    assert np.isnan(face.errors["box"])  # no found face of that set has an error either


def test_answers_below_the_least_score_count_for_precision_alone(make):
    truth = make.truth()
    mark = marked(make, [truth], [make.found(truth, score=0.3)], least_score=0.5)
    assert not mark.faces[0].found
    assert mark.false == 0
    assert mark.scores == (0.3,)
    assert mark.hits == {0.4: (True,), 0.5: (True,)}


def test_half_an_overlap_is_a_hit_at_the_lower_level_only(make):
    truth = make.truth()
    beside = make.found(truth, box=(20, 10, 40, 28))  # 18 of 40 rows: 0.45
    mark = marked(make, [truth], [beside])
    assert mark.hits == {0.4: (True,), 0.5: (False,)}
    assert mark.faces[0].found
    strict = marked(make, [truth], [beside], protocol=Protocol(min_iou=0.5))
    assert not strict.faces[0].found


def test_nothing_is_false_where_not_all_faces_are_annotated(make):
    far = make.found(make.truth(), box=(60, 10, 79, 50))
    mark = marked(make, [], [far], partial=True)
    assert (mark.false, mark.whole) == (0, False)
    assert marked(make, [], [far]).false == 1


def test_without_boxes_hulls_of_the_same_points_are_matched(make):
    truth = make.truth(box_given=False)
    # the model's own box is of the whole head: it would not overlap enough
    found = make.found(truth, shift=(0.5, 0.5), box=(0, 0, 80, 60))
    mark = marked(make, [truth], [found])
    assert mark.faces[0].found
    assert not mark.boxed
    boxed = marked(make, [make.truth()], [found])
    assert not boxed.faces[0].found
    assert boxed.boxed


def test_hidden_points_count_unless_only_visible_ones_are_asked_for(make):
    visible = np.ones(70)
    visible[:35] = 0
    truth = make.truth(visible=visible)
    found = make.found(truth)
    found.points_px = truth.points_px.copy()
    found.points_px[:35] += [3, 4]
    [every] = marked(make, [truth], [found]).faces
    [seen] = marked(make, [truth], [found], protocol=Protocol(visible_only=True)).faces
    assert every.errors["box"] == pytest.approx(2.5 / SIZE_PX)
    assert seen.errors["box"] == 0
    hidden = make.truth(visible=np.zeros(70))
    [none] = marked(
        make, [hidden], [], protocol=Protocol(visible_only=True), scheme="facesynthetics70"
    ).faces
    assert np.isnan(none.errors["box"])


def test_a_protocol_knows_its_normaliser():
    with pytest.raises(InputError, match="normaliser: expected"):
        Protocol("eyes")


@pytest.mark.parametrize(
    ("found", "says"),
    [
        (None, "fake: expected a list of faces, got a NoneType"),
        ([SimpleNamespace(box_px=0, score=1)], "got one without points_px, scheme"),
        ([SimpleNamespace(box_px=np.zeros(4), score=1, points_px=np.zeros((68, 2)),
                          scheme="facesynthetics70")], r"70 points .*, got \(4,\) and \(68, 2\)"),
        ([SimpleNamespace(box_px=np.full(4, np.nan), score=1, points_px=np.zeros((70, 2)),
                          scheme="facesynthetics70")], "expected finite numbers"),
    ],
)  # fmt: skip
def test_answers_that_are_none_are_a_sentence(found, says):
    with pytest.raises(AnswerError, match=says):
        answers_of(found, source="fake")


def test_certainty_is_the_best_that_a_model_says(make):
    truth = make.truth()
    plain, rated = make.found(truth, score=0.7), make.found(truth, confidence=np.array([0.2, 0.4]))
    assert answers_of([plain], source="fake")[0].certainty == 0.7
    assert answers_of([rated], source="fake")[0].certainty == pytest.approx(0.3)
