"""Downloads against a server that gives every bad answer: none is ever taken for weights."""

from __future__ import annotations

import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
import zipfile
from collections import Counter
from contextlib import nullcontext, suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

import tfan
from tfan.errors import InputError, WeightsError
from tfan.models import downloads, licences, published_files, store
from tfan.models.pins import pin_path, read_pin

LICENCE = b"Attribution-NonCommercial-ShareAlike 4.0 International"
NAME, FILE = "tfan-70", "70.pt"
KEPT = {"NOTICE.txt", "license.txt"}


def archive(fill: bytes = b"w", entry: str = "archive/data.pkl") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(zipfile.ZipInfo(entry), fill * 300_000)
    return made.getvalue()


GOOD = archive()


class Server:
    """Answers by path; counts what was asked for."""

    def __init__(self) -> None:
        self.answers = {f"/{FILE}": good, "/license.txt": lambda h: send(h, LICENCE)}
        self.asked: Counter[str] = Counter()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.0"  # the end of the connection is the end of the answer

            def do_GET(self):
                path = self.path.partition("?")[0]
                outer.asked[path] += 1
                with_answer = outer.answers.get(path, lambda h: send(h, b"no", status=404))
                with suppress(ConnectionError):
                    with_answer(self)

            def log_message(self, *_):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()


def send(handler, body: bytes, *, status=200, length=None, kind="application/octet-stream", **more):
    handler.send_response(status)
    handler.send_header("Content-Type", kind)
    if length != "":
        handler.send_header("Content-Length", str(len(body) if length is None else length))
    for name, value in more.items():
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)


def good(handler) -> None:
    send(handler, GOOD)


def page(text: str, *, status=200, kind="text/html; charset=utf-8"):
    body = f"<!DOCTYPE html><html><body>{text}</body></html>".encode()
    return lambda handler: send(handler, body, status=status, kind=kind)


def slow(handler) -> None:
    time.sleep(1.0)
    good(handler)


def stalling(handler) -> None:
    send(handler, GOOD[:1000], length=len(GOOD))
    handler.wfile.flush()
    time.sleep(1.0)


@pytest.fixture
def server(monkeypatch):
    running = Server()
    monkeypatch.setenv("TFAN_WEIGHTS_URL", f"{running.url}/{{file}}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    yield running
    running.http.shutdown()
    running.http.server_close()


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder of weights, with a row whose file may be small."""
    monkeypatch.setenv("TFAN_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("TFAN_OFFLINE", raising=False)
    monkeypatch.setattr(downloads, "TIMEOUT_S", (0.3, 0.3))
    for name, row in published_files.PUBLISHED.items():
        monkeypatch.setitem(published_files.PUBLISHED, name, replace(row, least_bytes=200_000))
    return tmp_path / "cache" / "weights"


def fits(path) -> None:
    """Stands for the look into the file."""
    assert path.suffix == ".pt"  # readers tell files apart by it


def refuses(path) -> None:
    raise WeightsError(f"{path} holds no weights of the published landmark network")


def names(folder) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def test_good_file_is_stored_pinned_and_asked_for_once(server, cache):
    told = []
    path = store.fetch(NAME, check=fits, say=told.append)
    assert path == cache / FILE
    assert path.read_bytes() == GOOD
    assert path.stat().st_mode == (cache / "NOTICE.txt").stat().st_mode  # others may read it
    pin = json.loads(pin_path(path).read_text())
    assert pin["sha256"] == hashlib.sha256(GOOD).hexdigest()
    assert (pin["size_bytes"], pin["source"]) == (len(GOOD), f"{server.url}/{FILE}")
    assert names(cache) == {FILE, f"{FILE}.pin.json", *KEPT}
    assert store.fetch(NAME, check=fits, say=told.append) == path
    assert server.asked == {f"/{FILE}": 1, "/license.txt": 1}
    assert len(told) == 1


def test_licence_is_said_once_and_kept(server, cache):
    server.answers["/478.pt"] = good
    told = []
    for name in (NAME, "tfan-478"):
        store.fetch(name, check=fits, say=told.append)
    (notice,) = told
    assert "CC BY-NC-SA 4.0" in notice
    assert "research only" in notice
    assert "not known to tfan" in notice
    assert (cache / "license.txt").read_bytes() == LICENCE
    assert LICENCE.decode() in licences.all_licences(cache)


@pytest.mark.parametrize(
    "answer",
    [page("Quota exceeded"), lambda h: send(h, b""), lambda h: send(h, b"\xff\x00", kind="x/y"),
     lambda h: send(h, b"no", status=404)],
)  # fmt: skip
def test_publishers_text_is_not_needed(server, cache, answer):
    server.answers["/license.txt"] = answer
    store.fetch(NAME, check=fits, say=lambda _: None)
    assert names(cache) == {FILE, f"{FILE}.pin.json", "NOTICE.txt"}
    assert "not here" in licences.all_licences(cache)


BAD = {
    "quota page": (page("Quota exceeded: too many users have viewed or downloaded"), "quota"),
    "quota page with 403": (page("Quota exceeded", status=403), r"\(403\).*quota"),
    "page declared as a file": (page("Quota exceeded", kind="application/octet-stream"), "quota"),
    "login page": (page("<title>Sign in - Google Accounts</title>"), "asks to sign in"),
    "some page": (page("Welcome to the hotel"), "a web page came instead"),
    "no permission": (page("You need access"), "permission"),
    "confirm page for ever": (
        page("virus scan <form action='/70.pt'><input type=hidden name=confirm value=t></form>"),
        "virus scan",
    ),
    "empty": (lambda h: send(h, b""), "70.pt is empty"),
    "cut short": (lambda h: send(h, GOOD[:99_999], length=len(GOOD)), "cut short"),
    "cut short, length unknown": (lambda h: send(h, GOOD[:250_000], length=""), "cut short"),
    "too small": (good, "70.pt has"),
    "404": (lambda h: send(h, b"gone", status=404), "404"),
    "403": (lambda h: send(h, b"no", status=403), "403"),
    "429": (lambda h: send(h, b"no", status=429), "429"),
    "500": (lambda h: send(h, b"oh", status=500), "failed .500."),
    "part of it": (lambda h: send(h, GOOD, status=206), "206"),
    "another archive": (lambda h: send(h, archive(entry="a.jpg")), r"70\.pt is another archive"),
    "pickle": (lambda h: send(h, b"\x80\x02" * 300_000), "no PyTorch archive"),
    "redirect loop": (lambda h: send(h, b"", status=302, Location="/70.pt"), "in circles"),
    "no answer": (slow, "in time"),
    "stalls": (stalling, "in time"),
    "redirect to a login": (lambda h: send(h, b"", status=302, Location="/ServiceLogin"), "sign"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_answer_is_refused_in_one_sentence(server, cache, monkeypatch, kind):
    answer, says = BAD[kind]
    server.answers[f"/{FILE}"] = answer
    server.answers["/ServiceLogin"] = page("hello")
    if kind == "too small":
        row = replace(published_files.find(NAME), least_bytes=len(GOOD) + 1)
        monkeypatch.setitem(published_files.PUBLISHED, NAME, row)
    with pytest.raises(WeightsError, match=says) as caught:
        store.fetch(NAME, check=fits, say=lambda _: None)
    sentence = str(caught.value)
    assert sentence.startswith("tfan-70 was not downloaded: ")
    assert f"open {server.url}/{FILE} in a browser" in sentence
    assert sentence.endswith(f"put the file at {cache / FILE} and run `tfan weights verify`")
    assert "\n" not in sentence
    assert "tmp" not in sentence.replace(str(cache), "")
    assert names(cache) <= KEPT


def test_nobody_listens(cache, monkeypatch):
    monkeypatch.setenv("TFAN_WEIGHTS_URL", "http://127.0.0.1:9/{file}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(WeightsError, match="there is no connection to the server"):
        store.fetch(NAME, check=fits, say=lambda _: None)


def test_wrong_state_dict_is_refused_under_the_files_name(server, cache):
    with pytest.raises(WeightsError, match=r"downloaded: 70\.pt holds no weights of the publ"):
        store.fetch(NAME, check=refuses, say=lambda _: None)
    assert names(cache) <= KEPT


def test_endless_answer_is_cut(server, cache, monkeypatch):
    monkeypatch.setattr(downloads, "MOST_BYTES", 100_000)
    with pytest.raises(WeightsError, match="does not end"):
        store.fetch(NAME, check=fits, say=lambda _: None)
    assert names(cache) <= KEPT


def test_break_in_the_middle_begins_anew(server, cache):
    def first_half_then_all(handler):
        if server.asked[f"/{FILE}"] == 1:
            send(handler, GOOD[:100_000], length=len(GOOD))
        else:
            good(handler)

    server.answers[f"/{FILE}"] = first_half_then_all
    path = store.fetch(NAME, check=fits, say=lambda _: None)
    assert path.read_bytes() == GOOD
    assert server.asked[f"/{FILE}"] == 2


@pytest.mark.parametrize(
    "question",
    ['<form id="download-form" action="/anyway"><input type="hidden" name="id" value="X">'
     '<input type="hidden" name="confirm" value="t"></form>',
     '<a id="uc-download-link" href="/anyway?export=download&amp;confirm=t&amp;id=X">go</a>'],
)  # fmt: skip
def test_question_about_large_files_is_answered(server, cache, question):
    server.answers[f"/{FILE}"] = page(question)
    server.answers["/anyway"] = lambda h: (
        good(h) if "confirm=t" in h.path and "id=X" in h.path else send(h, b"", status=400)
    )
    assert store.fetch(NAME, check=fits, say=lambda _: None).read_bytes() == GOOD
    assert server.asked[f"/{FILE}"] == server.asked["/anyway"] == 1


PLAIN, ENCRYPTED = (SimpleNamespace(url=f"{kind}://drive.example/") for kind in ("http", "https"))


@pytest.mark.parametrize(
    ("url", "history"),
    [("http://drive.example/70.pt", []), ("https://drive.example/70.pt", [ENCRYPTED, PLAIN])],
)
def test_encrypted_address_may_not_lead_to_or_past_a_plain_one(url, history):
    class Answer:
        status_code = 200

        def iter_content(self, size):
            return iter(())

        def close(self):
            pass

        def __init__(self):
            self.url, self.history = url, history

    class Session:
        def get(self, url, **_):
            return Answer()

    with pytest.raises(WeightsError, match="not encrypted"):
        downloads._get(Session(), "https://drive.example/70.pt")


def test_question_of_an_encrypted_page_may_not_lead_to_a_plain_address(monkeypatch):
    asked = []

    class Session:
        max_redirects = 0
        __enter__ = lambda self: self  # noqa: E731
        __exit__ = lambda self, *_: None  # noqa: E731

    def get(session, url, **_):
        asked.append(url)
        return nullcontext(None)

    monkeypatch.setattr("requests.Session", Session)
    monkeypatch.setattr(downloads, "_get", get)
    plain = ("http://drive.example/anyway", {})
    monkeypatch.setattr(downloads, "_confirmation", lambda answer: plain)
    with (
        pytest.raises(WeightsError, match="not encrypted"),
        downloads._open("https://drive.example/70.pt"),
    ):
        pass
    assert asked == ["https://drive.example/70.pt"]


@pytest.mark.parametrize("value", ["1", "true", "yes"])
def test_offline_asks_nobody(server, cache, monkeypatch, value):
    monkeypatch.setenv("TFAN_OFFLINE", value)
    with pytest.raises(WeightsError, match="TFAN_OFFLINE forbids the net") as caught:
        store.fetch(NAME, check=fits, say=lambda _: None)
    assert str(cache / FILE) in str(caught.value)
    assert server.asked == {}
    assert not cache.exists()


@pytest.mark.parametrize("value", ["", "0", "no"])
def test_offline_can_be_off(server, cache, monkeypatch, value):
    monkeypatch.setenv("TFAN_OFFLINE", value)
    assert store.fetch(NAME, check=fits, say=lambda _: None).is_file()


def test_changed_file_is_refused_until_it_is_downloaded_again(server, cache):
    path = store.fetch(NAME, check=fits, say=lambda _: None)
    path.write_bytes(GOOD[:-1] + b"!")
    with pytest.raises(WeightsError, match=r"was changed since it was pinned on \d{4}-.*download"):
        store.fetch(NAME, check=fits, say=lambda _: None)
    assert server.asked[f"/{FILE}"] == 1
    assert store.download(NAME, check=fits, say=lambda _: None).read_bytes() == GOOD
    assert store.find_local(NAME, check=fits) == path


def test_other_file_than_the_pinned_one_is_refused(server, cache):
    path = store.fetch(NAME, check=fits, say=lambda _: None)
    path.unlink()
    server.answers[f"/{FILE}"] = lambda h: send(h, archive(b"x"))
    with pytest.raises(WeightsError, match=r"is not the 70\.pt that was pinned on") as caught:
        store.fetch(NAME, check=fits, say=lambda _: None)
    assert str(pin_path(path)) in str(caught.value)
    assert not path.exists()
    pin_path(path).unlink()
    assert store.fetch(NAME, check=fits, say=lambda _: None).read_bytes() == archive(b"x")


def test_file_put_by_hand_is_looked_into_and_pinned(server, cache):
    cache.mkdir(parents=True)
    (cache / FILE).write_bytes(GOOD)
    assert store.fetch(NAME, check=fits) == cache / FILE
    assert read_pin(cache / FILE).source == ""
    assert server.asked == {}


@pytest.mark.parametrize("action", [store.fetch, store.download, store.find_local])
def test_page_put_by_hand_is_refused_and_left(server, cache, action):
    cache.mkdir(parents=True)
    (cache / FILE).write_bytes(b"<!doctype html><title>Quota exceeded</title>")
    with pytest.raises(WeightsError, match=r"is not the published file: .*quota.*delete it"):
        action(NAME, check=fits)
    assert names(cache) == {FILE}


def test_without_torch_only_the_archive_is_checked_and_that_is_said(server, cache, monkeypatch):
    monkeypatch.setattr(store, "find_spec", lambda _: None)
    told = []
    path = store.fetch(NAME, say=told.append)
    assert read_pin(path).checked == "size and archive"
    assert told[-1].startswith("torch is not installed, so only size and archive of 70.pt")
    assert store.fetch(NAME, say=told.append) == path
    assert len(told) == 2


def test_file_pinned_without_torch_is_looked_into_once_torch_is_there(server, cache, monkeypatch):
    monkeypatch.setattr(store, "find_spec", lambda _: None)
    path = store.fetch(NAME, say=lambda _: None)
    first = read_pin(path)
    assert store.find_local(NAME, check=fits) == path
    assert read_pin(path) == replace(first, checked=store.CONTENTS)
    assert store.find_local(NAME, check=refuses) == path  # looked into once


@pytest.mark.parametrize("action", [store.fetch, store.download, store.find_local])
def test_wrong_file_pinned_without_torch_says_how_to_be_rid_of_it(
    server, cache, monkeypatch, action
):
    monkeypatch.setattr(store, "find_spec", lambda _: None)
    path = store.fetch(NAME, say=lambda _: None)
    remedy = rf"delete it and {pin_path(path)} and run `tfan weights download tfan-70`$"
    with pytest.raises(WeightsError, match=rf"70\.pt holds no weights .*; {remedy}"):
        action(NAME, check=refuses)
    path.unlink()
    pin_path(path).unlink()
    server.answers[f"/{FILE}"] = lambda h: send(h, archive(b"x"))
    assert store.download(NAME, check=fits, say=lambda _: None).read_bytes() == archive(b"x")


def test_licence_is_said_of_found_files_too_once(server, cache, home):
    (home / ".tfan/models").mkdir(parents=True)
    (home / ".tfan/models" / FILE).write_bytes(GOOD)
    told = []
    for _ in range(2):
        store.fetch(NAME, check=fits, say=told.append)
    assert len(told) == 1
    assert "CC BY-NC-SA 4.0" in told[0]
    assert names(cache) == {"NOTICE.txt"}
    assert names(home / ".tfan/models") == {FILE}


def test_licence_is_said_where_nothing_can_be_kept(server, tmp_path, home, monkeypatch):
    (home / ".tfan/models").mkdir(parents=True)
    (home / ".tfan/models" / FILE).write_bytes(archive(b"w" * 40))
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TFAN_CACHE", str(tmp_path / "file"))
    told = []
    assert store.fetch(NAME, check=fits, say=told.append).parent == home / ".tfan/models"
    assert len(told) == 1


def test_publishers_text_is_said_to_be_the_detectors(server, cache):
    assert "that of the face detector, is not here" in licences.all_licences(cache)
    store.fetch(NAME, check=fits, say=lambda _: None)
    assert "that of the face detector, (" in licences.all_licences(cache)


def test_number_of_landmarks_must_be_the_rows(server, cache, monkeypatch):
    reader = SimpleNamespace(check_landmark_file=lambda path: 478)
    monkeypatch.setattr(store, "find_spec", lambda _: "torch")
    monkeypatch.setattr(store, "import_module", lambda _: reader)
    with pytest.raises(
        WeightsError, match=r"downloaded: 70\.pt holds 478 landmarks, tfan-70 has 70"
    ):
        store.fetch(NAME, say=lambda _: None)
    assert names(cache) <= KEPT


@pytest.mark.parametrize("name", ["tfan-478", "tfan-70", "tfw"])
def test_files_of_the_published_package_are_used(server, cache, home, name):
    (pattern,) = published_files.find(name).known
    (home / pattern).parent.mkdir(parents=True)
    (home / pattern).write_bytes(GOOD)
    assert store.fetch(name, check=fits) == home / pattern
    assert server.asked == {}
    assert names((home / pattern).parent) == {(home / pattern).name}


def test_broken_file_of_the_published_package_is_passed_over(server, cache, home):
    (home / ".tfan/models").mkdir(parents=True)
    (home / ".tfan/models" / FILE).write_bytes(GOOD[:5000])
    assert store.fetch(NAME, check=fits, say=lambda _: None) == cache / FILE


def test_ambiguous_file_is_used_only_after_a_look(server, cache, home, monkeypatch):
    doubtful = home / ".tfan/models/joint_converted.pt"
    doubtful.parent.mkdir(parents=True)
    doubtful.write_bytes(GOOD)
    assert store.find_local(NAME, check=fits) == doubtful
    assert store.find_local(NAME, check=refuses) is None
    monkeypatch.setattr(store, "find_spec", lambda _: None)
    assert store.find_local(NAME) is None


def test_interruption_leaves_nothing(server, cache):
    def interrupts(_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.fetch(NAME, check=interrupts, say=lambda _: None)
    assert names(cache) <= KEPT


FETCH = f"""
from dataclasses import replace
from tfan.models import published_files, store
row = replace(published_files.find("{NAME}"), least_bytes=200_000)
published_files.PUBLISHED["{NAME}"] = row
print(store.fetch("{NAME}", check=lambda path: None, say=lambda text: None))
"""


def start(code: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_two_processes_at_once_do_not_harm_each_other(server, cache):
    both_here = threading.Barrier(2)

    def after_both_came(handler):
        both_here.wait(timeout=60)
        good(handler)

    server.answers[f"/{FILE}"] = after_both_came
    running = [start(FETCH), start(FETCH)]
    for process in running:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out.strip(), err) == (0, str(cache / FILE), "")
    assert server.asked[f"/{FILE}"] == 2
    assert names(cache) == {FILE, f"{FILE}.pin.json", *KEPT}
    assert store.find_local(NAME, check=fits).read_bytes() == GOOD


@pytest.mark.skipif(sys.platform == "win32", reason="kills a process by its signal")
def test_killed_download_leaves_nothing_under_the_name(server, cache):
    begun = threading.Event()

    def half(handler):
        send(handler, GOOD[:100_000], length=len(GOOD))
        handler.wfile.flush()
        begun.set()
        time.sleep(1.0)

    server.answers[f"/{FILE}"] = half
    process = start(FETCH.replace("print", "from tfan.models import downloads\n"
                                  "downloads.TIMEOUT_S = (30, 30)\nprint"))  # fmt: skip
    assert begun.wait(60)
    os.kill(process.pid, signal.SIGKILL)
    process.communicate(timeout=60)
    left = names(cache) - KEPT
    assert left
    assert all(name.startswith("tmp") for name in left)
    server.answers[f"/{FILE}"] = good
    for name in left:  # as if killed the day before yesterday
        os.utime(cache / name, (time.time() - 2e5, time.time() - 2e5))
    assert store.fetch(NAME, check=fits, say=lambda _: None).read_bytes() == GOOD
    assert names(cache) == {FILE, f"{FILE}.pin.json", *KEPT}


def test_place_that_cannot_be_written_to_is_told(server, tmp_path, cache, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("TFAN_CACHE", str(tmp_path / "file"))
    with pytest.raises(WeightsError, match=r"cannot be written to .*TFAN_CACHE names another"):
        store.fetch(NAME, check=fits, say=lambda _: None)


def test_progress_is_shown_to_people_only(server, cache, monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    store.fetch(NAME, check=fits, say=lambda _: None)
    assert NAME in terminal.getvalue()
    assert "kB" in terminal.getvalue() or "bytes" in terminal.getvalue()


def test_pooch_stays_silent(server, cache, capfd):
    store.fetch(NAME, check=fits, say=lambda _: None)
    assert capfd.readouterr() == ("", "")


def test_cache_is_the_platforms_unless_told(cache, home, monkeypatch):
    monkeypatch.delenv("TFAN_CACHE")
    assert store.folder().is_relative_to(home)
    monkeypatch.setenv("TFAN_CACHE", "~/elsewhere")
    assert store.folder() == home / "elsewhere" / "weights"


def test_drive_addresses_are_the_published_ones(monkeypatch):
    monkeypatch.delenv("TFAN_WEIGHTS_URL", raising=False)
    ids = {name: row.drive_id for name, row in published_files.PUBLISHED.items()}
    assert ids == {
        "tfan-478": "1DZU3OOACp8gqxCxotZGwe3_gyNJCoY1p",
        "tfan-70": "1DqBVVmw9NscDELsnCxB4Pt9ltVUuNoWR",
        "tfw": "14MpWOt-LEWM1w1XxMCngXKAYbt1toqrA",
    }
    assert published_files.address("x.pt", "ID") == (
        "https://drive.usercontent.google.com/download?id=ID&export=download&confirm=t"
    )
    assert published_files.browser_address("x.pt", "ID") == (
        "https://drive.google.com/file/d/ID/view"
    )


@pytest.mark.parametrize("pattern", ["ftp://x/{file}", "https://x/fixed.pt", "{file}"])
def test_mirror_must_be_an_address_with_a_place_for_the_file(cache, monkeypatch, pattern):
    monkeypatch.setenv("TFAN_WEIGHTS_URL", pattern)
    with pytest.raises(InputError, match="TFAN_WEIGHTS_URL: expected an http"):
        store.fetch(NAME, check=fits, say=lambda _: None)


def test_unknown_name_lists_the_known_ones(cache):
    with pytest.raises(WeightsError, match="'478'; known: tfan-478, tfan-70, tfw"):
        store.fetch("478")


def test_every_row_of_a_task_says_what_its_task_needs():
    for name, row in published_files.PUBLISHED.items():
        assert row.name == name
        assert (row.landmarks is None) == (row.task == "detect")
        assert row.known
        assert row.least_bytes > 1_000_000


def test_default_construction_never_asks_the_store(monkeypatch):
    def never(*_, **__):
        raise AssertionError("the store was asked")

    for name in ("fetch", "download", "find_local", "folder"):
        monkeypatch.setattr(store, name, never)
    monkeypatch.setattr("socket.socket.connect", never)
    tfan.ThermalLandmarks()
    tfan.ThermalLandmarks(n_landmarks=70)


def test_bundled_path_loads_nothing_that_downloads():
    code = (
        "import sys, tfan; tfan.ThermalLandmarks();"
        "print({'pooch', 'requests', 'tfan.models.store', 'torch'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
