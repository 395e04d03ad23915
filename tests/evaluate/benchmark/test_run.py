"""A set through a model: what cannot be read, what is refused, and what is kept."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.benchmark.answers import AnswerError
from tfan.evaluate.benchmark.marks import Protocol
from tfan.evaluate.benchmark.run import run_benchmark


def refuse(*_):
    raise InputError("image", expected="a better one", got="this")


def test_unread_images_count_for_nothing_refused_ones_as_missed(make):
    truth = make.truth()
    good, torn = make.sample(truth), replace(make.sample(truth, name="torn"), read=refuse)
    answers = {"one": lambda: [make.found(truth)], "two": refuse}
    names = iter(["one", "two"])
    contender = make.contender(lambda image, meaning: answers[next(names)]())
    run = run_benchmark([good, torn, make.sample(truth, name="two")], contender, Protocol())
    assert [failed.image for failed in run.unread] == ["torn"]
    assert [failed.image for failed in run.refused] == ["two"]
    assert "a better one" in run.refused[0].error
    assert [face.found for face in run.faces] == [True, False]


def test_the_model_gets_the_image_and_what_it_means(make):
    asked = []
    contender = make.contender(lambda image, meaning: asked.append((image.sum(), meaning)) or [])
    warm = make.sample(make.truth(), image=np.full((4, 4), 30.0), meaning="temperature")
    run_benchmark([warm, make.sample()], contender, Protocol())
    assert asked == [(480.0, "temperature"), (0, "auto")]


def test_a_model_that_answers_nonsense_ends_the_run(make):
    contender = make.contender(lambda image, meaning: 3)
    with pytest.raises(AnswerError, match=r"^one: fake: expected a list of faces, got a int"):
        run_benchmark([make.sample()], contender, Protocol())


def test_an_answer_that_is_no_array_of_numpy_ends_the_run_by_a_sentence(make):
    class Gradient:
        def __array__(self, *_, **__):
            raise RuntimeError("Call detach first")

    face = make.found(make.truth())
    face.points_px = Gradient()
    with pytest.raises(
        AnswerError, match=r"^one: fake: expected numbers, .* got Call detach first"
    ):
        run_benchmark([make.sample()], make.contender(lambda *_: [face]), Protocol())


def test_a_bug_of_tfan_is_no_refusal(make):
    with pytest.raises(ZeroDivisionError):
        run_benchmark([make.sample()], make.contender(lambda *_: 1 // 0), Protocol())


def test_the_checksum_is_of_the_truth_alone(make):
    def checksum(*faces, name="one", shift=0.0):
        contender = make.contender(lambda *_: [make.found(make.truth(), shift=(shift, 0))])
        return run_benchmark([make.sample(*faces, name=name)], contender, Protocol()).checksum

    first = checksum(make.truth())
    assert first == checksum(make.truth(), shift=3.0)
    assert first != checksum(make.truth(seed=2))
    assert first != checksum(make.truth(), name="two")
    assert first != checksum(make.truth(box=(20, 10, 40, 51)))


def test_images_are_not_kept(make):
    kept = []

    def read():
        image = np.zeros((60, 80), np.uint8)
        kept.append(weakref.ref(image))
        return image

    samples = (replace(make.sample(make.truth()), read=read) for _ in range(3))
    run = run_benchmark(samples, make.contender(lambda *_: []), Protocol())
    gc.collect()
    assert len(run.images) == len(kept) == 3
    assert [one() for one in kept] == [None] * 3


def test_the_first_answer_says_by_which_points_misses_count(make):
    truth = make.truth()
    truth.points_px[17:] = np.nan  # only the jaw is annotated: none of the five
    answers = iter([[make.found(make.truth())], []])
    contender = make.contender(lambda *_: next(answers))
    run = run_benchmark([make.sample(truth), make.sample(truth)], contender, Protocol())
    assert [face.found for face in run.faces] == [True, False]
    assert np.isfinite(run.faces[0].errors["box"])
    assert np.isposinf(run.faces[1].errors["box"])


def test_where_nothing_can_be_compared_found_and_missed_faces_have_no_error(make):
    truth = make.truth("charlotte72")  # the order of its points was never published
    answers = iter([[make.found(make.truth())], []])
    contender = make.contender(lambda *_: next(answers))
    run = run_benchmark([make.sample(truth), make.sample(truth)], contender, Protocol())
    assert [face.found for face in run.faces] == [True, False]
    assert all(np.isnan(face.errors["box"]) for face in run.faces)
