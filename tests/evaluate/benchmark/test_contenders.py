"""What can be measured: weights, files, functions."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError, WeightsError
from tfan.evaluate.benchmark.contenders import Wanted, open_contender

OWN = """
from types import SimpleNamespace
import numpy as np

def find(image, meaning):
    return [SimpleNamespace(box_px=np.array([0, 0, 1, 1]), score=1.0, scheme="tfw5",
                            points_px=np.zeros((5, 2)))]

class Finder:
    def __init__(self):
        self.seen = 0
    def detect(self, image, meaning):
        self.seen += 1
        return find(image, meaning) * self.seen
"""


@pytest.fixture
def own_module(tmp_path, monkeypatch):
    (tmp_path / "own_finder_of_test.py").write_text(OWN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return "own_finder_of_test"


def test_a_function_of_the_folder_one_is_in(own_module):
    contender = open_contender(f"{own_module}:find", Wanted())
    [face] = contender.find(np.zeros((4, 4)), "auto")
    assert face.scheme == "tfw5"
    assert contender.about == {"function": f"{own_module}:find"}
    assert contender.least_score == -np.inf
    strict = open_contender(f"{own_module}:find", Wanted(min_score=0.5))
    assert strict.least_score == 0.5
    assert strict.about["least score"] == "0.5"


def test_a_class_is_made_once_and_its_detect_taken(own_module):
    contender = open_contender(f"{own_module}:Finder", Wanted())
    assert len(contender.find(np.zeros((4, 4)), "auto")) == 1
    assert len(contender.find(np.zeros((4, 4)), "auto")) == 2


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (
            "bundle",
            "model: expected bundled, published, a file .* or module:callable, got 'bundle'",
        ),
        ("no_such_module_here:f", r"got no_such_module_here:f \(Mod.* named 'no_such.*_here'\)\."),
        ("json:no_such_name", "can be imported from here, got json:no_such_name"),
        ("none.py", "a rival's program"),
    ],
)
def test_what_is_no_model_is_a_sentence(model, says):
    with pytest.raises(InputError, match=says):
        open_contender(model, Wanted())


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (
            "return image[10**6]",
            r"got IndexError: index 1000000 is out of .* \(NAME.py, line 2\)\.",
        ),
        ("yield 1 // 0", r"got ZeroDivisionError: .* by zero \(NAME.py, line 2\)\."),
        ("raise RuntimeError", r"got RuntimeError \(NAME.py, line 2\)\."),
        ("raise SystemExit(3)", r"got SystemExit: 3 \(NAME.py, line 2\)\."),
        (
            "raise ValueError('two\\n lines')",
            r"got ValueError: two lines \(NAME.py, line 2\)\.",
        ),
        (
            "import numpy; return numpy.linalg.inv(image[:, :2])",
            r"got LinAlgError: .* square \(NAME.py, line 2\)\.",
        ),
    ],
)
def test_what_a_function_raises_is_a_sentence(tmp_path, monkeypatch, body, says):
    name = f"raising_{sum(map(ord, body))}_of_test"
    (tmp_path / f"{name}.py").write_text(f"def find(image, meaning):\n    {body}\n")
    monkeypatch.chdir(tmp_path)
    contender = open_contender(f"{name}:find", Wanted())
    sentence = f"^{name}:find: expected faces, {says}".replace("NAME", name)
    with pytest.raises(InputError, match=sentence):
        contender.find(np.zeros((4, 4)), "auto")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("def (", "SyntaxError"),
        ("exit(3)", "SystemExit: 3"),
        ("raise ValueError('no licence')", "ValueError: no licence"),
        ("class find:\n    def __init__(self, path): ...", "TypeError: .* 'path'"),
        ("find = 3", "a int"),
    ],
)
def test_a_module_that_cannot_be_used_is_a_sentence(tmp_path, monkeypatch, text, says):
    name = f"bad_finder_{len(text)}_of_test"
    (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=f"can be imported from here, got {name}:find.*{says}"):
        open_contender(f"{name}:find", Wanted())


def test_a_file_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(WeightsError, match=r"none\.onnx"):
        open_contender(str(tmp_path / "none.onnx"), Wanted())


def test_own_weights_with_an_own_detector(small_networks, two_faces):
    wanted = Wanted(detector=small_networks["detector_path"])
    with open_contender(small_networks["model_path"], wanted) as contender:
        faces = list(contender.find(two_faces, "temperature"))
    assert contender.name == "marks.onnx"  # a path would tell of the machine
    assert faces
    assert contender.scheme == faces[0].scheme == "facesynthetics70"
    assert contender.about["landmarks"].startswith("marks.onnx ")
    assert contender.about["detector"].startswith("detector.onnx ")
    assert len(contender.about["landmarks"].split()[1]) == 16


def test_answers_for_precision_alone_are_asked_for_by_a_lower_score(small_networks, two_faces):
    def opened(**more):
        wanted = Wanted(n_landmarks=478, detector=small_networks["detector_path"], **more)
        return open_contender(small_networks["model_path"], wanted)

    scores = [face.score for face in opened(min_score=0.0).find(two_faces, "temperature")]
    between = sum(sorted(set(scores))[-2:]) / 2
    high = opened(min_score=between)
    low = opened(min_score=between, ap_from=0.0)
    assert len(list(high.find(two_faces, "temperature"))) < len(scores)
    assert len(list(low.find(two_faces, "temperature"))) == len(scores)
    assert high.least_score == low.least_score == between
    assert "least score for average precision" in low.about
    assert "least score for average precision" not in high.about


def test_bundled_weights_are_named_with_their_hash():
    contender = open_contender("bundled", Wanted())
    assert contender.about["landmarks"].endswith("(bundled)")
    assert contender.scheme == "facesynthetics70"
    assert open_contender("bundled", Wanted(n_landmarks=478)).scheme == "mediapipe478"
