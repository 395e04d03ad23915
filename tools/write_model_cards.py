"""Write the model cards docs/models/landmarks.md and detector.md.

Prose comes from tools/cards, figures from the JSON files in docs/models and from the registry; what
no file says is "not measured". A test compares the pages with what this program writes:
    python tools/write_model_cards.py
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from card_tables import (
    NOT_MEASURED,
    calibration_tables,
    data_table,
    detector_scores_table,
    evaluation_tables,
    file_table,
    landmark_scores_table,
    real_table,
    robustness_table,
    study_table,
)

from tfan.io.files import replace_text
from tfan.models.registry import bundled_path, find

MODELS = Path(__file__).parents[1] / "docs" / "models"
PROSE = Path(__file__).parent / "cards"
CARDS = ("landmarks", "detector")
WRITTEN = "Written by `python tools/write_model_cards.py` from tools/cards and the JSON files here."
BORNE = {  # measures of the robustness suite that tell of each network
    "landmarks": ("nme_478", "nme_70", "fail_478"),
    "detector": ("detector_recall", "recall", "false_faces"),
}
PART = re.compile(r"\{\{ part ([a-z]+) \}\}")
PLACE = re.compile(r"\{\{ ([a-z ]+) \}\}")


def read(folder: Path, name: str) -> Any:
    """Return the JSON of a file of the models' folder; None where there is none."""
    path = folder / name
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None


def places(card: str, folder: Path) -> dict[str, Callable[[], str]]:
    """Return what stands in each place of a card."""
    row = find(card)
    scores, data = read(folder, f"{card}/scores.json"), read(folder, "data.json")
    about = landmark_scores_table if card == "landmarks" else detector_scores_table
    out = {
        "written": lambda: WRITTEN,
        "licence name": lambda: row.licence,
        "file": lambda: file_table(row, bundled_path(row).stat().st_size),
        "trained": lambda: row.trained,
        "synthetic": lambda: about(scores),
        "real": lambda: real_table(read(folder, "real_dev.json")),
        "evaluation": lambda: evaluation_tables(read(folder, "evaluation/report.json")),
        "calibration": lambda: calibration_tables(read(folder, f"{card}/calibration/report.json")),
        "robustness": lambda: robustness_table(
            read(folder, "landmarks/robustness/results.json"), BORNE[card]
        ),
        "study": lambda: study_table(read(folder, "detector/study.json")),
    }
    for product, part in (
        ("faces", "people"), ("faces", "cameras"), ("faces", "pictures"), ("heads", "people"),
        ("scenes", "cameras"), ("scenes", "pictures"),
    ):  # fmt: skip
        known = (data or {}).get(product, {})
        out[f"{product} {part}"] = lambda known=known, part=part: data_table(
            known.get(part), seed=known.get("seed")
        )
    return out


def page(card: str, folder: Path = MODELS) -> str:
    """Return a whole card, its figures from the JSON files in a folder."""
    known = places(card, folder)
    prose = PART.sub(lambda match: _prose(f"{match[1]}.part").rstrip(), _prose(card))
    return PLACE.sub(lambda match: known[match[1]](), prose)


def _prose(name: str) -> str:
    return (PROSE / f"{name}.md").read_text(encoding="utf-8")


def main() -> None:
    for card in CARDS:
        text = page(card)
        replace_text(MODELS / f"{card}.md", text)
        missing = text.count(NOT_MEASURED) - _prose(card).count(NOT_MEASURED)
        print(f"{card}.md written, {missing} figures not measured")


if __name__ == "__main__":
    main()
