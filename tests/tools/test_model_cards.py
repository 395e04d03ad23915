"""The model cards say what the JSON files say, and nothing that no file says."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

MODELS = Path(__file__).parents[2] / "docs" / "models"
CARDS = ("landmarks", "detector")
NUMBER = re.compile(r"\d")


@pytest.fixture
def page():
    from write_model_cards import page

    return page


def tables(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.startswith("| ") and "---" not in line]


@pytest.mark.parametrize("card", CARDS)
def test_cards_are_current(card, page):
    written = (MODELS / f"{card}.md").read_text(encoding="utf-8")
    assert written == page(card), "figures changed: run python tools/write_model_cards.py"


@pytest.mark.parametrize("card", CARDS)
def test_links_of_the_cards_lead_somewhere(card, page):
    places = re.findall(r"\]\(([^)#]+)", page(card))
    assert places
    missing = [place for place in places if not (MODELS / place).exists()]
    assert [place for place in missing if place != "robustness.md"] == []  # made by its own tool


@pytest.mark.parametrize("card", CARDS)
def test_without_files_every_figure_is_not_measured(card, page, tmp_path):
    from card_tables import NOT_MEASURED

    whole, bare = page(card), page(card, tmp_path)
    assert "{{" not in whole + bare
    assert bare.count(NOT_MEASURED) > whole.count(NOT_MEASURED)
    about_the_file = [line for line in tables(bare) if NUMBER.search(line)]
    assert about_the_file == [line for line in tables(whole) if line in about_the_file]
    assert len(about_the_file) < 8


def test_a_figure_stands_where_its_file_is(page, tmp_path):
    from card_tables import NOT_MEASURED

    figures = {"crops": 12, "nme_mediapipe478": 0.0123, "visible_recall": None}
    (tmp_path / "landmarks").mkdir()
    (tmp_path / "landmarks" / "scores.json").write_text(json.dumps(figures))
    (tmp_path / "real_dev.json").write_text(json.dumps({"70": {"nme5": 0.0321, "recall": 1.0}}))
    text = page("landmarks", tmp_path)
    assert f"| mediapipe478 | 1.2 % | {NOT_MEASURED} |" in text
    assert f"| visible points called so | {NOT_MEASURED} |" in text
    assert f"| 70 | 1 | {NOT_MEASURED} | {NOT_MEASURED} | 0.0321 |" in text


def test_the_registry_is_what_the_cards_describe(page):
    from tfan.models.registry import WEIGHTS, bundled_path

    assert sorted(WEIGHTS) == sorted(CARDS)
    for name, row in WEIGHTS.items():
        text = page(name)
        for said in (row.sha256, row.file, row.trained, row.licence):
            assert said in text
        assert f"{bundled_path(row).stat().st_size / 1e6:.2f} MB" in text


def test_the_worst_step_of_an_axis_is_the_worst_for_each_measure():
    from card_tables import NOT_MEASURED, robustness_table

    steps = [
        {"step": 0, "recall": {"mean": 1.0}, "nme_478": {"mean": 0.02}, "fail_478": {"mean": 0.0}},
        {"step": 9, "recall": {"mean": 0.5}, "nme_478": {"mean": 0.08}, "fail_478": {"mean": 0.0}},
        {"step": 99, "recall": {"mean": 0.9}, "nme_478": {"mean": None}},
    ]
    text = robustness_table(
        {"axes": {"blur": {"title": "Blur", "steps": steps}}},
        ("recall", "nme_478", "fail_478", "nme_70"),
    )
    row = text.splitlines()[-1]
    assert row == (
        "| Blur | 100.0 % (0) to 50.0 % (9) | 2.0 % (0) to 8.0 % (9) "
        f"| 0.0 % at every step | {NOT_MEASURED} |"
    )
