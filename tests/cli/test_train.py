from __future__ import annotations

import pytest
from typer.testing import CliRunner

from tfan.cli.main import app

RUN = CliRunner()
FRAMES = "╭╰│"  # rich's boxes, which the other commands' help does not have


@pytest.mark.parametrize("words", [[], ["landmarks"], ["detector"], ["export"]])
def test_help_looks_as_everywhere_else(words):
    said = RUN.invoke(app, ["train", *words, "--help"]).stdout
    assert "--help" in said
    assert not set(FRAMES) & set(said)
    assert "--install-completion" not in said


def test_the_two_trainings_have_the_same_options_and_their_own_words():
    first, second = (RUN.invoke(app, ["train", n, "--help"]).stdout for n in _TRAININGS)
    assert "faces-*.npz" in first
    assert "scenes-*.npz" in second
    assert first[first.index("Options:") :] == second[second.index("Options:") :]


_TRAININGS = ("landmarks", "detector")
