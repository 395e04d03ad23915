"""What came instead of weights is told apart by what it is."""

from __future__ import annotations

import zipfile

import pytest

from tfan.errors import WeightsError
from tfan.models import answers


@pytest.mark.parametrize(
    ("page", "address", "says"),
    [
        ("<title>Google Drive - Quota exceeded</title>", "", "quota"),
        ("Sorry, too many users have viewed or downloaded this file recently.", "", "quota"),
        ("<title>Sign in - Google Accounts</title>", "", "sign in"),
        ("<p>hello</p>", "https://accounts.google.com/v3/signin", "sign in"),
        ("Our systems have detected unusual traffic", "", "proof of a person"),
        ("You need access. Request access", "", "permission"),
        ("Sorry, the file you have requested does not exist.", "", "gone"),
        ("Google Drive can't scan this file for viruses.", "", "virus scan"),
        ("<p>Welcome to Hotel Wi-Fi</p>", "", "a web page came"),
    ],
)
def test_pages_are_told_apart(page, address, says):
    assert says in answers.page_problem(page, address)


@pytest.mark.parametrize(
    ("status", "says"),
    [(404, "not at its address"), (403, "refuses"), (429, "too many"), (500, "try again"),
     (503, "try again"), (206, "206"), (204, "204")],
)  # fmt: skip
def test_status_other_than_200_is_a_problem(status, says):
    assert says in answers.status_problem(status)


def test_status_200_is_none():
    assert answers.status_problem(200) == ""


@pytest.mark.parametrize(
    ("start", "kind", "expected"),
    [
        (b"<!DOCTYPE html><html>", "application/octet-stream", True),
        (b"\n  <HTML>", "", True),
        (b"anything", "text/html; charset=utf-8", True),
        (b"PK\x03\x04rest", "text/html", False),
        (b"\x80\x02}", "application/octet-stream", False),
    ],
)
def test_pages_are_known_by_their_start_or_their_type(start, kind, expected):
    assert answers.is_page(start, kind) is expected


DRIVE = "https://drive.usercontent.google.com/download?id=X&export=download"
FORM = """<form id="download-form" action="{action}" method="get">
<input type="submit" value="Download anyway"/><input type="hidden" name="id" value="X">
<input type="hidden" name="confirm" value="t">
<input type="hidden" name="uuid" value="5-a"></form>"""


def test_confirm_form_gives_its_hidden_fields():
    page = FORM.format(action="https://drive.usercontent.google.com/download")
    address, fields = answers.confirmed_address(page, DRIVE)
    assert address == "https://drive.usercontent.google.com/download"
    assert fields == {"id": "X", "confirm": "t", "uuid": "5-a"}


def test_confirm_link_is_followed_too():
    page = '<a href="/uc?export=download&amp;confirm=aB_1&amp;id=X">Download anyway</a>'
    address, fields = answers.confirmed_address(page, "https://drive.google.com/uc?id=X")
    assert address == "https://drive.google.com/uc?export=download&confirm=aB_1&id=X"
    assert fields == {}


@pytest.mark.parametrize(
    "action",
    ["https://evil.example/download", "http://drive.google.com/download",
     "https://notgoogle.com/download", "https://google.com.evil.example/"],
)  # fmt: skip
def test_confirm_page_may_not_lead_elsewhere(action):
    assert answers.confirmed_address(FORM.format(action=action), DRIVE) is None


def test_other_pages_confirm_nothing():
    assert answers.confirmed_address("<form><input type=hidden name=q></form>", DRIVE) is None


def archive(path, name="archive/data.pkl", size=5000):
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(name, bytes(range(256)) * (size // 256))
    return path.read_bytes()


def test_whole_archive_passes(tmp_path):
    archive(tmp_path / "a.pt")
    answers.check_archive(tmp_path / "a.pt", least_bytes=4000)


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda _: b"", "a.pt is empty"),
        (lambda _: b"<!doctype html><title>Quota exceeded</title>", "quota"),
        (lambda _: b"\x80\x02}q\x00.", "no PyTorch archive"),
        (lambda data: data[: len(data) // 2], "cut short"),
        (lambda data: data[:-1], "cut short"),
        (lambda data: data[:1000] + b"?" + data[1001:], "damaged in archive/data.pkl"),
    ],
)
def test_what_is_not_a_whole_archive_is_refused(tmp_path, spoil, says):
    path = tmp_path / "a.pt"
    path.write_bytes(spoil(archive(path)))
    with pytest.raises(WeightsError, match=says):
        answers.check_archive(path, least_bytes=1000)


def test_small_and_other_archives_are_refused(tmp_path):
    archive(tmp_path / "a.pt")
    with pytest.raises(WeightsError, match="9,000 at least"):
        answers.check_archive(tmp_path / "a.pt", least_bytes=9000)
    archive(tmp_path / "b.pt", name="holiday.jpg")
    with pytest.raises(WeightsError, match=r"another archive.*holiday\.jpg"):
        answers.check_archive(tmp_path / "b.pt", least_bytes=1000)
