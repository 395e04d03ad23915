"""The table of others' numbers: what must hold of each row."""

from __future__ import annotations

import csv

from tfan.evaluate.benchmark.normalisers import NORMALISERS
from tfan.evaluate.benchmark.published import METRICS, published_on, read_published
from tfan.evaluate.datasets import DATASETS

WORDS = {"", "not said", "pixels", "W/H, formula not published"}
SHARES = {"nme", "fail10", "ap50", "recall"}


def test_every_number_says_what_it_is_and_where_it_was_read():
    rows = read_published()
    assert len(rows) > 100
    for row in rows:
        assert row.metric in METRICS
        assert row.source
        assert row.method
        assert row.normaliser in {*NORMALISERS, *WORDS}, row
        assert 0 < row.value <= 1 or row.metric not in SHARES, row


def test_no_number_stands_twice():
    keys = [(r.dataset, r.subset, r.method, r.metric) for r in read_published()]
    assert len(keys) == len(set(keys))


def test_known_ones():
    def value(dataset, subset, method, metric="nme"):
        [row] = [
            row for row in published_on(dataset)
            if (row.subset, row.method, row.metric) == (subset, method, metric)
        ]  # fmt: skip
        return row.value

    assert value("charlotte", "all", "STAR") == 0.087
    assert value("charlotte", "all", "GLL+SW sparse") == 0.097
    assert value("sf-tl54", "test, grey", "PyraMoT") == 0.034
    assert value("tfw", "outdoor", "YOLOv5n", "ap50") == 0.9729


def test_most_are_on_sets_that_can_be_read():
    known = {row.dataset for row in read_published()}
    assert known >= {"charlotte", "sf-tl54", "aachen", "tfw"}
    assert known - set(DATASETS) == {"d5050", "thermeval-d", "tfd68"}


def test_the_file_is_a_table_without_odd_cells():
    from tfan.evaluate.benchmark import published

    rows = list(csv.reader(published._TABLE.read_text(encoding="utf-8").splitlines()))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert all(cell == cell.strip() for row in rows for cell in row)


def test_a_set_without_numbers_has_none():
    assert published_on("coco") == []
