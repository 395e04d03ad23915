"""tfan's own form: `annotations.json`, `images/` and `manifest.csv` (docs/how-to/evaluate.md)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from tfan.errors import InputError
from tfan.evaluate.annotations import Annotations, open_annotations
from tfan.evaluate.datasets.dataset import Problems, Read
from tfan.evaluate.datasets.listing import is_there
from tfan.evaluate.sample import Sample


def open_own(folder: Path) -> Read:
    """Return the reader of a folder in tfan's form.

    The manifest's words "split", "subject", "condition" and "licence" are those of the sample.

    Raises:
        InputError: there is no whole annotations.json.
    """
    return partial(_read, open_annotations(folder))


def _read(annotations: Annotations, problems: Problems) -> Iterator[Sample]:
    for name in annotations.names:
        if not is_there(annotations.image(name)):
            problems.add(name, "no such file in images/")
            continue
        try:
            sample = annotations.sample(name)
        except InputError as error:
            problems.add(name, str(error))
            continue
        yield _with_words(sample)


def _with_words(sample: Sample) -> Sample:
    words = {key.lower(): word for key, word in sample.attributes.items()}
    return replace(
        sample,
        split=words.get("split", ""),
        subject=words.get("subject", ""),
        condition=words.get("condition", ""),
        licence=next((words[key] for key in ("licence", "license") if key in words), ""),
    )
