from __future__ import annotations

import json
import re

import cv2
import pytest

from tfan.errors import InputError
from tfan.evaluate import evaluate, read_folder, report_record
from tfan.evaluate.report import printed_tables, report_page, write_report

FILES = {"ced.png", "report.json", "report.md", "risk_coverage.png", "worst.png"}


@pytest.fixture
def judged(made_set, detect):
    return {"facesynthetics70": evaluate(read_folder(made_set), detect)}


@pytest.fixture
def record(judged):
    return report_record(judged, {"folder": "set", "annotations": "abc"})


def test_every_file_is_written_whole_and_nothing_else(judged, record, tmp_path):
    out = tmp_path / "deep" / "out"
    write_report(out, judged, record=record, earlier=record)
    assert {path.name for path in out.iterdir()} == FILES
    assert json.loads((out / "report.json").read_text(encoding="utf-8")) == record
    for name in FILES:
        if name.endswith(".png"):
            assert cv2.imread(str(out / name)).std() > 1, name


def test_the_page_shows_every_picture_and_table(record):
    page = report_page(record)
    assert set(re.findall(r"\]\((.*?)\)", page)) == {n for n in FILES if n.endswith(".png")}
    assert "sqrt(box width * box height)" in page
    for table in printed_tables(record):
        assert table.title in page
    assert "- face size: every face is '< 32 px'" in page


def test_the_page_tells_of_images_without_a_result(made_set, detect):
    (made_set / "images" / "two.png").unlink()
    judged = {"facesynthetics70": evaluate(read_folder(made_set), detect)}
    page = report_page(report_record(judged, {}))
    assert re.search(r"## Images without a result\n\n- two\.png: .*nothing there", page)


def test_a_comparison_with_other_data_says_so(record):
    other = {**record, "about": {"annotations": "other"}}
    assert "of other annotations" in report_page(record, other)
    assert "of other annotations" not in report_page(record, record)
    assert "Against the earlier report" in report_page(record, record)


def test_a_place_that_cannot_be_written_is_told(judged, record, tmp_path):
    (tmp_path / "out").write_text("a file", encoding="utf-8")
    with pytest.raises(InputError, match="expected a place to write"):
        write_report(tmp_path / "out", judged, record=record)


def test_nothing_found_at_all_is_a_report_too(made_set, tmp_path):
    judged = {"mediapipe478": evaluate(read_folder(made_set), lambda image: [])}
    record = report_record(judged, {})
    write_report(tmp_path, judged, record=record)
    assert "not found" in (tmp_path / "report.md").read_text(encoding="utf-8")


def test_an_empty_set_is_a_report_too(tmp_path):
    judged = {"mediapipe478": evaluate([], lambda image: [])}
    write_report(tmp_path, judged, record=report_record(judged, {}))
    assert (tmp_path / "report.md").exists()
