"""One image: what is found, missed, false, hidden; with boxes and without."""

from __future__ import annotations

from dataclasses import replace
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


def lower_part(make, **more):
    """A truth without a box, of which only what lies below the face's middle is annotated."""
    truth = make.truth(box_given=False, **more)
    truth.points_px[truth.points_px[:, 1] < 36] = np.nan
    known = truth.points_px[np.isfinite(truth.points_px).all(axis=1)]
    truth.box_px[:] = [*known.min(axis=0), *known.max(axis=0)]
    return truth


def test_hulls_are_of_the_points_that_are_annotated(make):
    """The hull of all points of a perfect answer would overlap that of some by a third."""
    truth = lower_part(make)
    [face] = marked(make, [truth], [make.found(make.truth())]).faces
    assert face.found
    assert face.errors["box"] == 0
    aside = make.found(make.truth(), shift=(15, 0))
    assert not marked(make, [truth], [aside]).faces[0].found


def test_where_the_compared_points_span_nothing_the_boxes_are_matched(make):
    truth = make.truth("ibug68", box_given=False)
    truth.points_px[[31, 32, 33, 34, 35, 48]] = np.nan  # of the five, two eyes are left
    truth.points_px[54] = np.nan
    found = make.found(make.truth("tfw5"))
    mark = marked(make, [truth], [found])
    assert mark.faces[0].found
    assert mark.faces[0].way.startswith("five points")


def test_faces_of_two_schemes_in_one_image_are_each_matched_by_their_own(make):
    """As COCO files may have them: 70 points of one face, five of another."""
    many, five = make.truth(box_given=False), make.truth("tfw5", box_given=False)
    far = make.truth("tfw5", box=(50, 10, 70, 50), box_given=False)
    found = [make.found(make.truth()), make.found(make.truth("tfw5", box=(50, 10, 70, 50)))]
    first, second = marked(make, [many, far], found).faces
    assert (first.found, second.found) == (True, True)
    assert first.errors["box"] == second.errors["box"] == 0
    assert [face.found for face in marked(make, [five, far], found[1:]).faces] == [False, True]


def test_scores_below_zero_are_scores(make):
    """A rival may give logits; nothing is left out unless a least score is asked for."""
    truth = make.truth()
    found = make.found(truth, score=-3.0)
    assert marked(make, [truth], [found]).faces[0].found
    assert not marked(make, [truth], [found], least_score=0.0).faces[0].found


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


def test_hidden_ones_of_five_named_points_do_not_count_either(make):
    """COCO's seventeen are points by their names alone, with visibility."""
    bare = make.named({"nose": (30, 30), "left_eye": (34, 20)})
    truth = replace(bare, visible=np.array([0.0, 1.0]))
    found = make.found(make.truth("tfw5"))
    found.points_px = np.tile([34.0, 24.0], (5, 1))  # 4 px from the eye, farther from the nose
    only = Protocol(visible_only=True)
    [seen] = marked(make, [truth], [found], protocol=only).faces
    assert seen.errors["box"] == pytest.approx(4 / SIZE_PX)
    hidden = replace(bare, visible=np.zeros(2))
    [missed] = marked(make, [hidden], [], protocol=only).faces
    assert np.isnan(missed.errors["box"])


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
        ([SimpleNamespace(box_px=np.zeros(4), score=np.nan, points_px=np.zeros((5, 2)),
                          scheme="tfw5")], "expected finite numbers"),
        ([SimpleNamespace(box_px=np.zeros(4), score=None, points_px=np.zeros((5, 2)),
                          scheme="tfw5")], "fake: expected numbers, and a scheme that tfan knows"),
        ([SimpleNamespace(box_px="left", score=1, points_px=np.zeros((5, 2)), scheme="tfw5")],
         "could not convert string to float"),
        ([SimpleNamespace(box_px=np.zeros(4), score=1, points_px=np.zeros((5, 2)),
                          scheme="mine")], "got scheme: expected .* got 'mine'"),
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
    whole = make.found(truth, confidence=0.6)  # one number for all points
    assert answers_of([whole], source="fake")[0].certainty == 0.6
