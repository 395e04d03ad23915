"""The store looks into files: full-sized ones, with the names and shapes that are published."""

from __future__ import annotations

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tfan.errors import WeightsError
from tfan.models import store
from tfan.models.pins import read_pin
from tfan.models.published_files import find

NAMES = {"tfan-478": "landmarker_478", "tfan-70": "landmarker_70", "tfw": "detector_yolov5n_face"}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("TFAN_CACHE", str(tmp_path))
    monkeypatch.setenv("TFAN_OFFLINE", "1")
    (tmp_path / "weights").mkdir()
    return tmp_path / "weights"


@pytest.mark.parametrize("name", NAMES)
def test_right_file_is_taken_and_pinned(published_files, folder, name):
    path = folder / find(name).file
    shutil.copy(published_files[NAMES[name]], path)
    assert store.fetch(name) == path
    assert read_pin(path).checked == store.CONTENTS


@pytest.mark.parametrize(
    ("name", "other", "says"),
    [
        ("tfan-478", "landmarker_70", "holds 70 landmarks, tfan-478 has 478"),
        ("tfan-70", "landmarker_478", "holds 478 landmarks, tfan-70 has 70"),
        ("tfan-70", "detector_yolov5n_face", "holds no weights of the published landmark network"),
        ("tfw", "landmarker_70", "holds no weights of the published face detector"),
    ],
)
def test_file_of_another_network_is_refused(published_files, folder, name, other, says):
    shutil.copy(published_files[other], folder / find(name).file)
    with pytest.raises(WeightsError, match=says):
        store.fetch(name)


@pytest.mark.parametrize("number", [70, 478])
def test_converted_file_of_the_published_package_is_told_by_its_landmarks(
    published_files, home, number
):
    doubtful = home / ".tfan/models/joint_converted.pt"
    doubtful.parent.mkdir(parents=True)
    shutil.copy(published_files[f"landmarker_{number}"], doubtful)
    assert store.find_local(f"tfan-{number}") == doubtful
    assert store.find_local(f"tfan-{548 - number}") is None


def test_any_name_in_the_detectors_folder_will_do(published_files, home):
    other = home / ".neurovc/models/tfw/renamed.pt"
    other.parent.mkdir(parents=True)
    shutil.copy(published_files["landmarker_70"], other.with_name("another.pt"))
    shutil.copy(published_files["detector_yolov5n_face"], other)
    assert store.fetch("tfw") == other


@pytest.fixture
def served(published_files, monkeypatch):
    """A server for the folder of full-sized files; 478.pt is the network of 70 landmarks."""

    class Handler(SimpleHTTPRequestHandler):
        def translate_path(self, path):
            return super().translate_path(path.replace("478.pt", "70.pt"))

        def log_message(self, *_):
            pass

    handler = partial(Handler, directory=str(published_files["landmarker_70"].parent))
    http = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=http.serve_forever, args=(0.01,), daemon=True).start()
    monkeypatch.setenv("TFAN_WEIGHTS_URL", f"http://127.0.0.1:{http.server_port}/{{file}}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.delenv("TFAN_OFFLINE")
    yield
    http.shutdown()
    http.server_close()


@pytest.mark.parametrize("name", ["tfan-70", "tfw"])
def test_download_of_full_size_is_looked_into(served, published_files, folder, name):
    told = []
    path = store.fetch(name, say=told.append)
    assert path == folder / find(name).file
    assert path.read_bytes() == published_files[NAMES[name]].read_bytes()
    assert read_pin(path).checked == store.CONTENTS
    assert len(told) == 1  # the licence; nothing about torch


def test_download_of_another_network_is_not_kept(served, folder):
    with pytest.raises(WeightsError, match=r"downloaded: 478\.pt holds 70 landmarks, tfan-478"):
        store.fetch("tfan-478", say=lambda _: None)
    assert {path.name for path in folder.iterdir()} == {"NOTICE.txt"}
