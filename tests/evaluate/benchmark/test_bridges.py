"""Adaptation networks between answers and truth."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import WeightsError
from tfan.evaluate.benchmark.answers import answers_of
from tfan.evaluate.benchmark.bridges import read_bridges
from tfan.evaluate.benchmark.marks import Protocol, mark_image
from tfan.models.adapter import bundled_adapter
from tfan.models.registry import ADAPTERS, bundled_path, find

PAIR = ("facesynthetics70", "ibug68")


@pytest.fixture
def answer_px(make):
    return make.truth(PAIR[0]).points_px


def test_the_bundled_ones_move_points_as_they_do(answer_px):
    bridges = {(bridge.source, bridge.target): bridge for bridge in read_bridges("bundled")}
    assert set(bridges) == set(ADAPTERS)
    moved = bridges[PAIR].move(answer_px)
    np.testing.assert_array_equal(moved, bundled_adapter(*PAIR)(answer_px))
    assert "(bundled)" in bridges[PAIR].words


def test_a_file_is_named_with_its_hash(answer_px):
    row = ADAPTERS[PAIR]
    [bridge] = read_bridges(str(bundled_path(row)))
    assert (bridge.source, bridge.target) == PAIR
    assert row.sha256[:16] in bridge.words
    assert str(bundled_path(row).parent) not in bridge.words
    np.testing.assert_array_equal(bridge.move(answer_px), bundled_adapter(*PAIR)(answer_px))


def test_a_file_that_is_no_adapter_is_a_sentence():
    with pytest.raises(WeightsError):
        read_bridges(str(bundled_path(find("detector"))))


def test_all_points_of_the_truth_are_compared_and_exactly_those(make):
    """Truth = what the network makes of the answer, eight points of the jaw 3-4-5 px aside."""
    answer = make.truth(PAIR[0])
    truth = make.truth(PAIR[1])
    truth.points_px[:] = bundled_adapter(*PAIR)(answer.points_px)
    truth.points_px[:8] += np.array([3, 4])
    [found] = answers_of([make.found(answer)], source="fake")

    def marked(bridges):
        [face] = mark_image(make.sample(truth), [found], protocol=Protocol(bridges=bridges)).faces
        return face

    through = marked(read_bridges("bundled"))
    assert through.errors["box"] == pytest.approx(8 / 68 * 5 / 800**0.5, rel=1e-4)
    assert through.way.startswith("all 68 points of ibug68, of facesynthetics70 by the network")
    without = marked(())
    assert "52 of the 68" in without.way
    assert without.errors["box"] == pytest.approx(0, abs=1e-6)  # the jaw's outline is not in both
