from __future__ import annotations

import pytest

from tfan.evaluate import evaluate, read_folder, report_record
from tfan.evaluate.difference import difference_tables, same_data
from tfan.evaluate.tables import (
    Table,
    false_table,
    group_tables,
    markdown,
    point_tables,
    risk_table,
    summary_table,
    undivided,
    worst_table,
)

ONE, OTHER = "facesynthetics70", "mediapipe478"


@pytest.fixture
def record_of(made_set):
    def made(**detects):
        samples = read_folder(made_set)
        judged = {name: evaluate(samples, detect) for name, detect in detects.items()}
        return report_record(judged, {"annotations": "abc"})

    return made


@pytest.fixture
def record(record_of, detect):
    return record_of(facesynthetics70=detect)


def test_markdown_is_a_table_whose_bars_are_words():
    got = markdown(Table("t", ("name", "n"), (("a|b", "1"),)))
    assert got == "| name | n |\n|---|---:|\n| a\\|b | 1 |\n"


def test_summary_says_what_was_worked_out_by_hand(record):
    table = summary_table(record)
    row = dict(zip(table.heading, table.rows[0], strict=True))
    assert row[""] == ONE
    assert (row["faces"], row["recall"], row["fail10"]) == ("3", "0.6667", "0.5000")
    assert (row["nme5"], row["sure"]) == ("0.0884", "0.0000")  # 5 / sqrt(800) / 2


def test_groups_that_part_nothing_get_no_table(record):
    titles = [table.title for table in group_tables(record)]
    assert "camera" in titles
    assert "face size" not in titles
    assert undivided(record)["face size"] == "< 32 px"
    assert set(titles).isdisjoint(undivided(record))


def test_schemes_stand_side_by_side_where_they_differ(record_of, detect, answer):
    def other(image):
        return [answer(scheme=OTHER, shift=(1, 0))]

    tables = {t.title: t for t in group_tables(record_of(**{ONE: detect, OTHER: other}))}
    heading = tables["annotated"].heading
    assert heading[:2] == ("annotated", "faces")
    assert {"nme5 70", "nme5 478"} < set(heading)
    assert "faces 70" not in heading
    assert all(len(row) == len(heading) for row in tables["annotated"].rows)


def test_a_label_of_one_scheme_alone_has_its_row(record_of, detect):
    record = record_of(**{ONE: detect, OTHER: detect})
    record["schemes"][ONE]["groups"]["pose"] = {"frontal": {"faces": 1}}
    record["schemes"][OTHER]["groups"]["pose"] = {"profile": {"faces": 2}}
    [pose] = [table for table in group_tables(record) if table.title == "pose"]
    assert pose.heading[:3] == ("pose", "faces 70", "faces 478")
    assert [row[:3] for row in pose.rows] == [("frontal", "1", "-"), ("profile", "-", "2")]


def test_points_and_lengths_have_a_row_each(record):
    points, lengths = point_tables(record)
    assert [row[0] for row in points.rows][:2] == ["right_eye", "left_eye"]
    assert points.rows[0][2] == "+0.0530"  # 1.5 px of sqrt(800)
    assert ("eyes", "2", "1.000") in lengths.rows


def test_risk_says_the_error_of_the_kept(record):
    table = risk_table(record)
    assert table.heading[:2] == ("kept", "100%")
    assert table.rows[0][:2] == (ONE, "0.0884")


def test_missed_faces_come_before_the_greatest_errors(record):
    rows = worst_table(record, ONE).rows
    assert [(row[0], row[1], row[2]) for row in rows] == [
        ("two.png", "1", "not found"), ("two.png", "0", "0.1768"), ("one.png", "0", "0.0000"),
    ]  # fmt: skip


def test_boxes_without_a_face_are_named(record):
    assert false_table(record, ONE).rows == (("zero.png", "0.850", "20 10 40 50"),)


def test_two_reports_of_the_same_do_not_differ(record):
    summary, groups = difference_tables(record, record)
    assert {row[-1] for row in summary.rows} == {"0", "+0.0000 ± 0.0000"}
    assert groups.rows == ()
    assert same_data(record, record)
    assert not same_data(record, {"about": {"annotations": "x"}})


def test_differences_by_hand(record, record_of, answer):
    now = record_of(facesynthetics70=lambda image: [answer()])
    summary, groups, faces = difference_tables(now, record)
    rows = {row[0]: row[1:] for row in summary.rows}
    assert rows["nme5"] == ("0.0884", "0.0000", "-0.0884")
    # two faces, errors 0 and 5 px before, 0 now: the mean of -0 and -5, spread half their distance
    assert rows["nme5 of the 2 found twice"] == ("0.0884", "0.0000", "-0.0884 ± 0.0884")
    assert rows["recall"] == ("0.6667", "0.6667", "0")
    assert ("camera: Camera B", "fail10", "1.000", "0.000", "-1.0000") in groups.rows
    assert faces.rows == (("two.png", "0", "0.1768", "0.0000"),)


def test_a_face_that_is_missed_now_is_named(record, record_of):
    *_, faces = difference_tables(record_of(facesynthetics70=lambda image: []), record)
    assert faces.rows == (
        ("one.png", "0", "0.0000", "not found"), ("two.png", "0", "0.1768", "not found"),
    )  # fmt: skip


def test_a_scheme_that_only_one_report_has_is_left_out(record, record_of, answer):
    other = record_of(mediapipe478=lambda image: [answer(scheme=OTHER)])
    assert difference_tables(record, other) == []
