from __future__ import annotations

import json

import pytest

from tfan.errors import InputError
from tfan.evaluate import evaluate, read_folder, read_record, report_record
from tfan.evaluate.record import FORM, LEVELS

ABOUT = {"folder": "set", "annotations": "abc"}


@pytest.fixture
def record(made_set, detect):
    judged = evaluate(read_folder(made_set), detect)
    return report_record({"facesynthetics70": judged}, ABOUT)


def test_a_record_is_json_without_nan_and_comes_back_the_same(record, tmp_path):
    path = tmp_path / "report.json"
    path.write_text(json.dumps(record, allow_nan=False), encoding="utf-8")
    assert read_record(path) == record


def test_what_is_not_known_is_null(record):
    [one, shifted, pointless] = record["schemes"]["facesynthetics70"]["faces"]
    assert (pointless["found"], pointless["nme5"], pointless["failed"]) == (False, None, False)
    assert (one["nme5"], one["failed"], one["sure"]) == (0, False, True)
    assert (shifted["failed"], shifted["certainty"]) == (True, 0.75)
    alone = record["schemes"]["facesynthetics70"]["groups"]["camera"]["Camera A"]
    assert (alone["faces"], alone["nme5_error"]) == (1, None)


def test_curves_hold_what_they_say(record):
    each = record["schemes"]["facesynthetics70"]
    cumulative = each["cumulative_error"]
    assert len(cumulative["share"]) == len(LEVELS)
    assert cumulative["share"][0] == 0.5  # the exact one of two
    assert cumulative["share_sure"][0] == 1
    risk = each["risk_coverage"]
    assert risk["certainty"] == "mean confidence"
    assert risk["coverage"] == [0.5, 1]
    assert risk["kept"]["100%"] == each["summary"]["nme5"]


def test_the_quality_refuses_where_there_is_one(made_set, answer):
    judged = evaluate(read_folder(made_set), lambda image: [answer(quality=0.5)])
    record = report_record({"facesynthetics70": judged}, ABOUT)
    assert record["schemes"]["facesynthetics70"]["risk_coverage"]["certainty"] == "quality"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "expected JSON"),
        ("[]", f"expected a report of form {FORM}, .* got another JSON"),
        ('{"form": 99}', f"expected a report of form {FORM}, .* got form 99"),
    ],
)
def test_another_file_is_no_report(tmp_path, text, says):
    path = tmp_path / "report.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=says):
        read_record(path)


def test_a_missing_report_is_told(tmp_path):
    with pytest.raises(InputError, match=r"expected an earlier report\.json, got No such file"):
        read_record(tmp_path / "report.json")
