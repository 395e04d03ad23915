"""Programs of rivals over pipes: good ones, and every way to be bad."""

from __future__ import annotations

import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.benchmark.contenders import Wanted, open_contender
from tfan.evaluate.benchmark.marks import Protocol
from tfan.evaluate.benchmark.rivals import RivalError, open_rival
from tfan.evaluate.benchmark.run import run_benchmark

RIVALS = Path(__file__).parents[3] / "examples" / "rivals"
GOOD = f"""
    import sys
    sys.path.insert(0, {str(RIVALS)!r})
    import numpy as np
    from serve import serve

    def find(image, meaning):
        print("a library that talks")
        if image[0, 0] < 0:
            raise ValueError("too cold")
        points = np.zeros((5, 2)) + image[0, 0]
        return [{{"box": [0, 0, image.shape[1], image.shape[0]], "score": 0.5, "points": points}}]

    serve(find, name="warm pixel", scheme="tfw5", version=3)
"""


@pytest.fixture
def program(tmp_path):
    def write(text: str) -> Path:
        path = tmp_path / "rival.py"
        path.write_text(textwrap.dedent(text), encoding="utf-8")
        return path

    return write


def opened(path, **more):
    return open_rival(path, start_seconds=60, **more)


def test_images_go_there_and_faces_come_back(program):
    rival = opened(program(GOOD))
    try:
        assert rival.about == {"name": "warm pixel", "scheme": "tfw5", "version": "3"}
        for image in (np.full((3, 4), 30.5, np.float32), np.full((6, 2), 7, np.uint16)):
            [face] = rival.find(image, "temperature")
            assert face.scheme == "tfw5"
            np.testing.assert_array_equal(face.points_px, np.full((5, 2), image[0, 0]))
            np.testing.assert_array_equal(face.box_px, [0, 0, image.shape[1], image.shape[0]])
    finally:
        rival.close()
    assert rival.process.returncode == 0


def test_parts_of_arrays_are_sent_whole(program):
    rival = opened(program(GOOD))
    try:
        [face] = rival.find(np.arange(24, dtype=np.float64).reshape(4, 6)[1:, ::2], "auto")
        assert face.points_px[0, 0] == 6
        assert face.box_px.tolist() == [0, 0, 3, 3]
    finally:
        rival.close()


def test_an_image_that_it_refuses_is_missed_and_the_next_one_is_asked(program, make):
    truth = make.truth("tfw5", box=(0, 0, 80, 60))
    cold = make.sample(truth, name="cold", image=np.full((60, 80), -1.0))
    with open_contender(str(program(GOOD)), Wanted()) as contender:
        assert (contender.name, contender.scheme) == ("warm pixel", "tfw5")
        assert contender.about["program"].startswith("rival.py ")
        run = run_benchmark([cold, make.sample(truth)], contender, Protocol())
    assert [failed.image for failed in run.refused] == ["cold"]
    assert run.refused[0].error.startswith("rival.py: expected faces, got its error: ValueError")
    assert "too cold" in run.refused[0].error
    assert [face.found for face in run.faces] == [False, True]


READY = 'import sys\nprint(\'{"name": "x", "scheme": "tfw5"}\', flush=True)\nsys.stdin.readline()\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (READY + "sys.exit('no weights')", "its end with code 1: no weights"),
        (READY + "print('hello', flush=True)", "a line of JSON .*, got 'hello"),
        (READY + "print('[1]', flush=True)", "a line of JSON"),
        (READY + "print('[' * 100_000, flush=True)", "a line of JSON"),
        (READY + "print('{\"boxes\": []}', flush=True)", "KeyError: 'faces'"),
        (READY + 'print(\'{"faces": [{"box": 1}]}\', flush=True)', "KeyError: 'score'"),
        (READY + "import time; time.sleep(30)", "an answer within 1 s, got none"),
    ],
)
def test_what_is_not_as_agreed_is_a_sentence(program, text, says):
    rival = opened(program(text), answer_seconds=1.0)
    try:
        with pytest.raises(RivalError, match=says):
            rival.find(np.zeros((2, 2)), "auto")
    finally:
        rival.process.kill()
        rival.close()


def test_one_that_does_not_read_is_ended_in_time(program):
    """An image is more than a pipe holds: a write to such a program would wait for ever."""
    ready = READY.removesuffix("sys.stdin.readline()\n")
    rival = opened(program(ready + "import time; time.sleep(60)"), answer_seconds=1.0)
    began = time.monotonic()
    with pytest.raises(RivalError, match="an answer within 1 s, got none"):
        rival.find(np.zeros((1000, 1000)), "auto")
    rival.close()
    assert time.monotonic() - began < 20


def test_one_that_never_gets_ready_is_a_sentence_and_is_ended(program):
    with pytest.raises(RivalError, match=r"its end with code 1: .*No module named 'no_such_rival'"):
        opened(program("import no_such_rival"))
    with pytest.raises(RivalError, match=r"within 0.5 s"):
        open_rival(program("import time; time.sleep(30)"), start_seconds=0.5)


def test_what_is_no_program_or_no_interpreter_is_a_sentence(tmp_path, program):
    with pytest.raises(InputError, match=r"a rival's program, got .*none.py, which is no file"):
        open_rival(tmp_path / "none.py")
    with pytest.raises(InputError, match=r"python: expected an interpreter, got .*no-python"):
        open_rival(program(GOOD), python=tmp_path / "no-python")


def test_the_interpreter_is_the_one_that_was_named(program):
    rival = opened(program(GOOD), python=sys.executable)
    assert rival.process.args[0] == sys.executable
    rival.close()


def test_thermal_images_become_grey_for_those_that_know_photographs():
    import runpy

    grey_rgb = runpy.run_path(str(RIVALS / "serve.py"))["grey_rgb"]
    celsius = np.linspace(20, 36, 300).reshape(15, 20)
    celsius[0, 0] = np.nan
    grey = grey_rgb(celsius)
    assert grey.dtype == np.uint8
    assert grey.shape == (15, 20, 3)
    assert grey[..., 0].min() == 0
    assert grey[..., 0].max() == 255
    np.testing.assert_array_equal(grey[..., 0], grey[..., 2])
    blue_to_red = np.zeros((4, 5, 3), np.uint8)
    blue_to_red[:, 2:, 2] = 200  # the last channel is red, which weighs more than blue
    blue_to_red[:, :2, 0] = 200
    assert (grey_rgb(blue_to_red)[:, 2:] > grey_rgb(blue_to_red)[:, :2].max()).all()
