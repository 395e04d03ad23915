"""`tfan weights`: what is here and right, what is fetched, and what is said about it."""

from __future__ import annotations

import io
import json
import sys
import threading
import zipfile
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import ModuleType, SimpleNamespace

import pytest
from typer.testing import CliRunner

from tfan.cli.main import app
from tfan.errors import WeightsError
from tfan.models import downloads, published_files, registry, store

FILES = {"tfan-478": "478.pt", "tfan-70": "70.pt", "tfw": "YOLOv5n-Face.modern.pt"}


def archive() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        file.writestr(zipfile.ZipInfo("archive/data.pkl"), b"w" * 50_000)
    return made.getvalue()


GOOD = archive()


def run(*words: str, code: int = 0):
    result = CliRunner().invoke(app, ["weights", *words])
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def states(*words: str, code: int = 0) -> dict[str, dict]:
    lines = run(*words, "--json", code=code).stdout.splitlines()
    return {row["name"]: row for row in map(json.loads, lines)}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty cache, small files allowed, no look into them, no net."""
    monkeypatch.setenv("TFAN_CACHE", str(tmp_path))
    monkeypatch.setenv("TFAN_OFFLINE", "1")
    monkeypatch.delenv("TFAN_WEIGHTS_URL", raising=False)
    monkeypatch.setattr(store, "content_check", lambda row: None)
    for name, row in published_files.PUBLISHED.items():
        monkeypatch.setitem(published_files.PUBLISHED, name, replace(row, least_bytes=1000))
    return tmp_path / "weights"


@pytest.fixture
def put(folder):
    def put_file(name: str, content: bytes = GOOD):
        folder.mkdir(exist_ok=True)
        (folder / FILES[name]).write_bytes(content)
        return folder / FILES[name]

    return put_file


@pytest.fixture
def served(monkeypatch):
    """A server that has 70.pt and nothing else."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == "/70.pt"
            self.send_response(200 if found else 404)
            self.send_header("Content-Length", str(len(GOOD) if found else 0))
            self.end_headers()
            self.wfile.write(GOOD if found else b"")

        def log_message(self, *_):
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("TFAN_WEIGHTS_URL", f"http://127.0.0.1:{http.server_port}/{{file}}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("TFAN_OFFLINE")
    yield
    http.shutdown()
    http.server_close()


def test_list_tells_of_all_weights_and_fetches_nothing(folder, monkeypatch):
    monkeypatch.setattr(downloads, "require", lambda *_, **__: pytest.fail("asked for the net"))
    found = states("list")
    assert list(found) == [*registry.WEIGHTS, *FILES]
    assert {found[name]["state"] for name in registry.WEIGHTS} == {"verified"}
    for name, file in FILES.items():
        assert found[name]["state"] == "absent"
        assert found[name]["licence"] == "CC-BY-NC-SA-4.0"
        assert found[name]["path"] == str(folder / file)
    assert not folder.exists()


def test_list_for_people_says_that_hashes_are_not_the_publishers():
    result = run("list")
    for name in [*registry.WEIGHTS, *FILES]:
        assert f"{name:<10} " in result.stdout
    assert "hashes are not known to tfan" in result.stderr


def test_verify_pins_what_was_put_by_hand(put):
    path = put("tfan-70")
    assert states("list")["tfan-70"]["state"] == "not pinned"
    assert states("verify")["tfan-70"]["state"] == "verified"
    assert path.with_name("70.pt.pin.json").is_file()
    assert states("list")["tfan-70"]["state"] == "verified"


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "is empty"), (b"<!doctype html>Quota exceeded", "quota"), (GOOD[:-9], "cut short")],
)
def test_verify_ends_with_1_for_a_wrong_file(put, content, says):
    path = put("tfan-478", content)
    row = states("verify", code=1)["tfan-478"]
    assert row["state"] == "wrong"
    assert says in row["remark"]
    assert path.read_bytes() == content


def test_verify_finds_what_was_changed_after_pinning(put):
    path = put("tfw")
    run("verify")
    path.write_bytes(GOOD + b" ")
    result = run("verify", code=1)
    assert "wrong" in result.stdout
    assert "was changed since it was pinned" in result.stdout
    assert states("list")["tfw"]["state"] == "wrong"


def test_verify_looks_inside_where_it_can(put, monkeypatch):
    def refuse(path):
        raise WeightsError(f"{path} holds no weights of the published landmark network")

    put("tfan-70")
    run("verify")
    monkeypatch.setattr(store, "content_check", lambda row: refuse)
    row = states("verify", code=1)["tfan-70"]
    assert (row["state"], "holds no weights" in row["remark"]) == ("wrong", True)


def test_changed_bundled_weights_are_wrong(tmp_path, monkeypatch):
    monkeypatch.setattr(registry, "_DATA", tmp_path)
    (tmp_path / registry.find("detector").file).write_bytes(b"other")
    found = states("verify", code=1)
    assert {found[name]["state"] for name in registry.WEIGHTS} == {"wrong"}


def test_files_of_the_published_package_are_found(home, folder):
    other = home / ".tfan/models/478.pt"
    other.parent.mkdir(parents=True)
    other.write_bytes(GOOD)
    row = states("list")["tfan-478"]
    assert (row["state"], row["path"]) == ("found", str(other))
    assert run("path", "tfan-478").stdout == f"{other}\n"
    first, second = run("download", "tfan-478"), run("download", "tfan-478")
    assert first.stdout == second.stdout == f"{other}\n"
    assert "CC BY-NC-SA 4.0" in first.stderr
    assert second.stderr == ""
    assert [path.name for path in folder.iterdir()] == ["NOTICE.txt"]


def test_broken_file_of_the_published_package_is_told(home):
    other = home / ".tfan/models/478.pt"
    other.parent.mkdir(parents=True)
    other.write_bytes(GOOD[:100])
    row = states("verify")["tfan-478"]
    assert row["state"] == "absent"
    assert f"passed over {other}" in row["remark"]


def test_download_prints_the_path_and_the_licence_on_stderr(served, folder):
    result = run("download", "tfan-70")
    assert result.stdout == f"{folder / '70.pt'}\n"
    assert "CC BY-NC-SA 4.0" in result.stderr
    assert "torch is not installed, so only size and archive" in result.stderr
    again = run("download", "tfan-70")
    assert (again.stdout, again.stderr) == (result.stdout, "")
    assert states("list")["tfan-70"]["state"] == "verified"


def test_download_replaces_a_changed_file(served, folder):
    run("download", "tfan-70")
    (folder / "70.pt").write_bytes(b"spoilt")
    run("download", "tfan-70")
    assert (folder / "70.pt").read_bytes() == GOOD


def test_failed_download_is_one_line(served, folder):
    line = run("download", "tfan-478", code=1).stderr.splitlines()[-1]
    assert line.startswith("Error: tfan-478 was not downloaded: it is not at its address any more")
    assert line.endswith(f"put the file at {folder / '478.pt'} and run `tfan weights verify`")


def test_offline_is_one_line(folder):
    result = run("download", "tfw", code=1)
    assert result.stderr.startswith("Error: tfw was not downloaded: TFAN_OFFLINE forbids the net;")
    assert "drive.google.com/file/d/14MpWOt-LEWM1w1XxMCngXKAYbt1toqrA" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["download", "path"])
def test_unknown_name_lists_the_known_ones(command):
    result = run(command, "landmarks", code=1)
    assert "'landmarks'; known: tfan-478, tfan-70, tfw" in result.stderr


def test_path_of_the_folder_and_of_what_is_not_here(folder):
    assert run("path").stdout == f"{folder}\n"
    result = run("path", "tfan-70", code=1)
    assert f"it belongs at {folder / '70.pt'}" in result.stderr
    assert result.stdout == ""


def test_licence_names_every_file_and_keeps_the_publishers_text(folder):
    told = run("licence").stdout
    for row in [*registry.WEIGHTS.values(), *published_files.PUBLISHED.values()]:
        assert f"  {row.file}" in told
    assert "research only" in told
    assert "13jydQUIgVjK4XDdPXhVweDv5t1_n6iJy" in told
    folder.mkdir()
    (folder / "license.txt").write_text("Words of the publisher", encoding="utf-8")
    assert "Words of the publisher" in run("licence").stdout


def test_convert_hands_both_files_on(tmp_path, monkeypatch):
    pytest.importorskip("torch")
    calls = []
    fake = ModuleType("convert")

    def convert_file(source, target):
        calls.append((source, target))
        return SimpleNamespace(path=target, difference=1e-6)

    fake.convert_file = convert_file
    monkeypatch.setitem(sys.modules, "tfan.models.published.convert", fake)
    result = run("convert", str(tmp_path / "478.pt"), str(tmp_path / "478.onnx"))
    assert calls == [(tmp_path / "478.pt", tmp_path / "478.onnx")]
    assert result.stdout == f"{tmp_path / '478.onnx'}\n"
    assert "differ by 1e-06" in result.stderr
    assert "licence" in result.stderr


def test_convert_without_torch_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    result = run("convert", "478.pt", "478.onnx", code=1)
    assert "pip install 'thermal-face-alignment[torch]'" in result.stderr


def test_group_without_a_command_shows_help():
    result = CliRunner().invoke(app, ["weights"])
    for command in ("list", "download", "verify", "path", "licence", "convert"):
        assert command in result.output
