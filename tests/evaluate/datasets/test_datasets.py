"""The table of data sets, tfan's own form, and memory over many entries."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate import read_folder
from tfan.evaluate.datasets import DATASETS, open_dataset
from tfan.evaluate.datasets.dataset import MOST_KEPT, Problems
from tfan.evaluate.datasets.faces import names_of, split_in
from tfan.evaluate.datasets.tfake_files import gather
from tfan.evaluate.sample import NAMED

MANY, FEW = 100_000, 1_000


@pytest.mark.parametrize("name", DATASETS)
def test_each_row_says_what_a_reader_must_know(name):
    row = DATASETS[name]
    assert row.title
    assert row.licence
    assert row.source
    for scheme in row.schemes:
        assert len(names_of(scheme, 0)) > 4
    page = Path(__file__).parents[3] / "docs" / "how-to" / "get-data.md"
    assert f"`{name}`" in page.read_text(encoding="utf-8")


def test_unknown_names_and_options_are_told(tmp_path):
    with pytest.raises(InputError, match=r"data set: expected tfake, .*, got 'sejong'"):
        open_dataset("sejong", tmp_path)
    with pytest.raises(InputError, match="option of pts: expected no option, got 'scheme'"):
        open_dataset("pts", tmp_path, scheme="ibug68")


def test_words_of_a_manifest_are_those_of_the_sample(tmp_path, write):
    faces = [{"box": [10, 8, 54, 60], "nose": [32, 34]}]
    entries = {f"{name}.png": {"faces": faces} for name in ("a", "b", "lost", "bad")}
    entries["bad.png"] = {"faces": [{"box": [1]}]}
    write.write_json(tmp_path / "annotations.json", {"images": entries})
    for name in ("a", "b", "bad"):
        write.write_image(tmp_path / "images" / f"{name}.png", write.grey())
    heading = ["file", "Split", "subject", "condition", "licence"]
    write.write_csv(tmp_path / "manifest.csv", [heading, ["a.png", "test", "S7", "cold", "CC0"]])
    dataset = open_dataset("tfan", tmp_path)
    first, second = dataset
    assert (first.split, first.subject, first.condition, first.licence) == (
        "test", "S7", "cold", "CC0",
    )  # fmt: skip
    assert second.licence == DATASETS["tfan"].licence
    assert second.faces[0].scheme == NAMED
    told = {one.where: one.reason for one in dataset.problems}
    assert told["lost.png"] == "no such file in images/"
    assert "box: expected 4 numbers" in told["bad.png"]


@pytest.mark.data
def test_the_annotated_images_are_those_of_read_folder(shared):
    dataset = open_dataset("tfan", shared / "eval" / "dev")
    samples = list(dataset)
    assert len(dataset.problems) == 0
    assert [one.name for one in samples] == [one.name for one in read_folder(dataset.folder)]
    assert all(one.licence != DATASETS["tfan"].licence for one in samples)


def test_folders_and_files_tell_their_split():
    names = ["train", "trainset", "person_keypoints_val", "outdoor", "01_Indoor", "Valid", "test_a"]
    assert [split_in(name) for name in names] == ["train", "train", "val", "", "", "val", "test"]


def test_problems_beyond_a_thousand_are_counted_only():
    problems = Problems()
    for i in range(MOST_KEPT + 5):
        problems.add(str(i), "bad", skipped=i % 2 == 0)
    assert (len(problems), problems.n_skipped, len(problems.kept)) == (1005, 503, 1000)


def blocks_held(entries, *, first: int) -> tuple[int, float]:
    """Return how many entries came, and the blocks of memory that each later one left behind."""
    n, start = 0, 0
    for n, _ in enumerate(entries, start=1):
        if n == first:
            start = sys.getallocatedblocks()
    return n, (sys.getallocatedblocks() - start) / max(1, n - first)


@pytest.mark.slow
def test_memory_stays_flat_over_many_rows(tmp_path, write, monkeypatch):
    """100,000 images of generated names; a sample with its face is some 20 blocks of memory."""
    (tmp_path / "train" / "indoor").mkdir(parents=True)
    monkeypatch.setattr(Path, "is_file", lambda _: True)
    row = ",".join(map(str, write.tfw_row("")[1:]))
    with (tmp_path / "train" / "indoor.csv").open("w") as file:
        file.writelines(f"{i:06d}.png,{row}\n" for i in range(MANY))
    dataset = open_dataset("tfw", tmp_path)
    n, held = blocks_held(dataset, first=FEW)
    assert n == MANY
    assert held < 1.1, "the name, by which an image that comes twice is known, and nothing else"


def test_memory_stays_flat_where_everything_is_missing(tmp_path, write):
    (tmp_path / "train" / "indoor").mkdir(parents=True)
    row = ",".join(map(str, write.tfw_row("")[1:]))
    text = "".join(f"{i:06d}.png,{row}\n" for i in range(5 * MOST_KEPT))
    (tmp_path / "train" / "indoor.csv").write_text(text)
    dataset = open_dataset("tfw", tmp_path)
    assert list(dataset) == []
    assert (dataset.problems.n, len(dataset.problems.kept)) == (5 * MOST_KEPT, MOST_KEPT)


def test_of_400_000_names_only_numbers_are_held():
    """T-FAKE whole: 100,000 entries of four files, given one by one."""

    def names():
        for i in range(MANY):
            yield from (f"{i:06d}.png", f"{i:06d}_seg.png", f"{i:06d}_ldmks.txt")
            yield f"{i:06d}_thermal.png"

    before = sys.getallocatedblocks()
    numbers, bits = gather(names())
    assert sys.getallocatedblocks() - before < 1000
    assert (numbers.nbytes, bits.nbytes) == (8 * MANY, MANY)
    assert np.array_equal(numbers, np.arange(MANY))
    assert (bits == 15).all()


def test_what_a_check_prints_can_be_stored(tmp_path, write):
    from tfan.evaluate.datasets.check import check, record

    write.write_tfw(tmp_path)
    dataset = open_dataset("tfw", tmp_path)
    facts = record(dataset, check(dataset))
    assert json.loads(json.dumps(facts)) == facts
