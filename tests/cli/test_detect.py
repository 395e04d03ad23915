"""`tfan detect`: what goes to stdout, what to stderr, and with which exit code it ends."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from tfan.cli.main import app
from tfan.cli.results import CSV_COLUMNS
from tfan.errors import InputError, WeightsError
from tfan.io import read_image
from tfan.types import Face

HEIGHT, WIDTH, N = 24, 32, 70
POINT_PX = (10.0, 5.0)
SKIN_CELSIUS = 34.0
BOX_PX = 17.9  # sqrt(16 x 20)


def face(score: float, *, x: float = POINT_PX[0]) -> Face:
    every = np.ones(N, np.float32)
    return Face(
        box_px=np.array([4, 2, 20, 22], np.float32),
        score=score,
        points_px=np.tile(np.array([x, POINT_PX[1]], np.float32), (N, 1)),
        sigma_px=every * 1.5,
        confidence=every * 0.75,
        visibility=every * 0.5,
        scheme="facesynthetics70",
        five_px=np.zeros((5, 2), np.float32),
        quality=0.9,
        pose_deg=np.zeros(3, np.float32),
    )


class Fake:
    """Two faces in every image, none in black ones; a sentence for 18 rows, a bug for 19."""

    def __init__(self, **asked) -> None:
        self.asked = asked

    def detect(self, image, mode="auto", *, min_score=None, min_size_px=0, max_faces=None):
        if image.shape[0] == 18:
            raise InputError("image", expected="other than 18 rows", got="18")
        if image.shape[0] == 19:
            raise ZeroDivisionError("a bug")
        found = [face(0.9), face(0.4)] if image.max() > 0 else []
        found = [] if min_size_px > BOX_PX else found
        return [f for f in found if f.score >= (min_score or 0)][:max_faces]


@pytest.fixture
def frames(tmp_path):
    folder = tmp_path / "frames"
    folder.mkdir()
    celsius = np.full((HEIGHT, WIDTH), 21.0, np.float32)
    celsius[5, 10] = SKIN_CELSIUS
    np.save(folder / "person.npy", celsius)
    np.save(folder / "empty.npy", np.zeros((HEIGHT, WIDTH), np.uint8))
    return folder


def run(*args, fake=Fake):
    return CliRunner().invoke(app, ["detect", *map(str, args)], obj=fake)


def test_json_is_one_object_a_line_and_nothing_else(frames):
    result = run(frames, "--json", "--n-landmarks", 70)
    assert result.exit_code == 0, result.output
    empty, person = [json.loads(line) for line in result.stdout.splitlines()]
    assert empty["image"] == str(frames / "empty.npy")
    assert (empty["height"], empty["width"], empty["faces"]) == (HEIGHT, WIDTH, [])
    assert person["meaning"] == "temperature"
    best = person["faces"][0]
    assert best["score"] == 0.9
    assert best["box_px"] == [4, 2, 20, 22]
    assert best["points_px"] == [list(POINT_PX)] * N
    assert (best["sigma_px"][0], best["confidence"][0], best["visibility"][0]) == (1.5, 0.75, 0.5)
    assert best["celsius"] == [SKIN_CELSIUS] * N


def test_csv_has_one_row_for_each_landmark(frames):
    result = run(frames, "--csv")
    assert result.exit_code == 0, result.output
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert tuple(rows[0]) == CSV_COLUMNS
    assert len(rows) == 2 * N  # two faces in one image, none in the other
    assert [row["landmark"] for row in rows[:N]] == [str(i) for i in range(N)]
    last = rows[-1]
    assert (last["face"], last["score"], last["x_px"], last["y_px"]) == ("1", "0.4", "10.0", "5.0")
    assert float(last["celsius"]) == SKIN_CELSIUS


def test_table_is_the_default_and_never_cut_in_a_pipe(frames):
    result = run(frames)
    assert result.exit_code == 0, result.output
    assert f"{frames / 'empty.npy'}" in result.stdout
    assert "no face" in result.stdout
    assert "0.90" in result.stdout
    assert "34.0" in result.stdout
    assert "°C" in result.stdout
    assert result.stderr == ""
    assert "°C" not in run(frames / "empty.npy").stdout  # nothing measured, no column


def test_brightness_has_no_celsius(frames):
    np.save(frames / "person.npy", np.full((HEIGHT, WIDTH), 90, np.uint8))
    person = json.loads(run(frames / "person.npy", "--json").stdout)
    assert person["meaning"] == "pixel"
    assert "celsius" not in person["faces"][0]
    rows = list(csv.DictReader(io.StringIO(run(frames / "person.npy", "--csv").stdout)))
    assert {row["celsius"] for row in rows} == {""}


def test_best_and_min_score_choose_faces(frames):
    def scores(*options):
        line = run(frames / "person.npy", "--json", *options).stdout
        return [found["score"] for found in json.loads(line)["faces"]]

    assert scores() == scores("--multi") == [0.9, 0.4]
    assert scores("--best") == [0.9]
    assert scores("--min-score", 0.5) == [0.9]
    assert scores("--min-score", 0.95) == []
    assert scores("--max-faces", 1) == scores("--best", "--max-faces", 1) == [0.9]
    assert scores("--max-faces", 5) == scores("--min-size", 17) == [0.9, 0.4]
    assert scores("--min-size", 18) == []


def test_options_reach_the_landmarker_and_the_reading(frames):
    made, modes = [], []

    class Spy(Fake):
        def __init__(self, **asked):
            super().__init__(**asked)
            made.append(asked)

        def detect(self, image, mode="auto", **limits):
            modes.append(mode)
            return super().detect(image, mode, **limits)

    options = ["--n-landmarks", 70, "--device", "cuda:1", "--detector-size", 512]
    run(frames, *options, "--mode", "pixel", fake=Spy)
    run(frames / "empty.npy", fake=Spy)
    assert made == [
        {"n_landmarks": 70, "device": "cuda:1", "detector_size": 512},
        {"n_landmarks": 478, "device": "cpu", "detector_size": None},
    ]
    assert modes == ["pixel", "pixel", "auto"]


def test_verbose_says_on_stderr_how_each_image_was_read(frames):
    result = run(frames / "person.npy", "--json", "--verbose")
    assert result.stderr.startswith(f"{frames / 'person.npy'}: ")
    assert "Celsius" in result.stderr
    assert len(result.stdout.splitlines()) == 1


def test_failed_images_cost_the_others_nothing(frames):
    np.save(frames / "tiny.npy", np.zeros((18, 40), np.float32))
    (frames / "page.png").write_text("<html>")
    result = run(frames, "--json")
    assert result.exit_code == 1
    assert len(result.stdout.splitlines()) == 4
    remarks = result.stderr.splitlines()
    assert len(remarks) == 2
    assert remarks[0].startswith(f"{frames / 'page.png'}: expected an image")
    assert remarks[1] == f"{frames / 'tiny.npy'}: image: expected other than 18 rows, got 18."
    failed = [json.loads(line) for line in result.stdout.splitlines() if "error" in line]
    assert [entry["error"] for entry in failed] == remarks


def test_a_bug_of_ours_is_one_line_too(frames):
    np.save(frames / "odd.npy", np.ones((19, 20), np.uint8))
    result = run(frames, "--json")
    assert result.exit_code == 1
    assert result.stderr == (
        f"{frames / 'odd.npy'}: tfan failed on this image, "
        "please report it (ZeroDivisionError: a bug)\n"
    )
    assert len(result.stdout.splitlines()) == 3


@pytest.mark.parametrize("name", ["absent.png", "none*.png"])
def test_name_that_stands_for_nothing_fails(frames, name):
    result = run(frames / name, "--csv")
    assert result.exit_code == 1
    assert result.stderr == (
        f"{frames / name}: expected a file, a folder or a pattern that matches, "
        "got nothing there.\n"
    )


def test_wrong_weights_end_the_run_with_one_line(frames):
    def broken(**asked):
        raise WeightsError("landmarks.onnx was changed")

    result = run(frames, fake=broken)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "Error: landmarks.onnx was changed\n"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--json", "--csv"], "choose one of them"),
        (["--n-landmarks", "68"], "'68' is not one of '70', '478'"),
        (["--mode", "celsius"], "'celsius' is not one of"),
        (["--min-score", "1.5"], "'--min-score'"),
        (["--min-score", "nan"], "'--min-score'"),
        (["--min-size", "-3"], "'--min-size'"),
        (["--min-size", "nan"], "'--min-size'"),
        (["--min-size", "small"], "'--min-size'"),
        (["--min-size", "inf"], "min_size_px: expected pixels from 0, got inf"),
        (["--max-faces", "0"], "'--max-faces'"),
        (["--best", "--max-faces", "2"], "choose one of them"),
        (["--nonsense"], "No such option"),
    ],
)
def test_wrong_call_is_exit_code_2(frames, options, sentence):
    result = run(frames, *options)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--detector-size", "100"], "Error: detector size: expected a multiple of 32, got 100.\n"),
        (["--device", "tpu"], "Error: device: expected 'cpu', 'cuda' or 'cuda:0', got 'tpu'.\n"),
    ],
)
def test_what_the_networks_cannot_be_loaded_with_is_a_wrong_call(frames, options, sentence):
    result = run(frames, *options, fake=None)  # the bundled networks
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", sentence)


def test_a_device_that_is_not_there_is_a_wrong_call(frames):
    def no_cuda(**asked):
        raise InputError("device", expected="'cpu'", got=repr(asked["device"]))

    result = run(frames, "--device", "cuda", fake=no_cuda)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr == "Error: device: expected 'cpu', got 'cuda'.\n"


def test_overlays_have_a_name_each_and_leave_nothing_beside(frames, tmp_path):
    (frames / "again").mkdir()
    np.save(frames / "again" / "person.npy", np.full((HEIGHT, WIDTH), 90, np.uint8))
    result = run(frames, frames / "again", "--overlay", tmp_path / "drawn", "--json")
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "drawn").iterdir())
    assert names == ["empty.faces.png", "person-2.faces.png", "person.faces.png"]
    picture = read_image(tmp_path / "drawn" / "person.faces.png")
    assert picture.shape == (8 * HEIGHT, 8 * WIDTH, 3)
    assert (picture != picture[..., :1]).any()  # coloured points on a grey frame
    assert result.stderr == f"Drawn: 3 pictures in {tmp_path / 'drawn'}\n"
    result = run(frames / "empty.npy", "--overlay", tmp_path / "drawn", "--csv")
    assert result.stderr == f"Drawn: {tmp_path / 'drawn' / 'empty.faces.png'}\n"


def test_overlay_folder_that_cannot_be_written_fails_by_image(frames, tmp_path):
    (tmp_path / "file").write_text("in the way")
    result = run(frames / "person.npy", "--overlay", tmp_path / "file" / "x", "--json")
    assert result.exit_code == 1
    assert "expected a place to write a picture" in result.stderr


@pytest.mark.parametrize("how", ["--json", "--csv"])
def test_a_picture_that_fails_costs_neither_results_nor_the_truth(frames, tmp_path, how):
    (tmp_path / "file").write_text("in the way")
    plain = run(frames, how)
    result = run(frames, how, "--overlay", tmp_path / "file")
    assert result.exit_code == 1
    assert result.stdout == plain.stdout
    assert len(result.stderr.splitlines()) == 2  # one for each picture
    assert "Drawn" not in result.stderr


def test_only_pictures_that_were_written_are_claimed(frames, tmp_path):
    (tmp_path / "empty.faces.png").mkdir()  # in the way of one of two
    result = run(frames, "--overlay", tmp_path, "--json")
    assert result.exit_code == 1
    assert result.stderr.splitlines()[-1] == f"Drawn: {tmp_path / 'person.faces.png'}"


def test_a_second_run_does_not_read_its_own_pictures(frames):
    first = run(frames, "--overlay", frames, "--json")
    assert run(frames, "--overlay", frames, "--json").stdout == first.stdout
    assert run(frames / "*", "--json").stdout == first.stdout
    assert run(frames / "person.faces.png", "--json").exit_code == 0
    assert len(list(frames.iterdir())) == 4


def found_in(path, *options):
    result = run(path, "--json", *options)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_flir_jpeg_gives_its_temperatures(shared):
    path = shared / "eval" / "radiometric" / "SanNianYiSi_thermal_parser__images_FLIR_T640.jpg"
    found = found_in(path)
    assert (found["width"], found["height"], found["meaning"]) == (640, 480, "temperature")
    assert "FLIR counts by the constants in the file" in found["reason"]
    (celsius,) = set(found["faces"][0]["celsius"])
    assert 10 < celsius < 40
    (lower,) = set(found_in(path, "--emissivity", 0.5)["faces"][0]["celsius"])
    assert abs(lower - celsius) > 0.1


def test_a_unit_that_the_user_names_is_believed(frames):
    np.save(frames / "person.npy", np.full((HEIGHT, WIDTH), 95.0, np.float32))  # degrees of either
    found = found_in(frames / "person.npy", "--unit", "fahrenheit")
    assert found["reason"] == "unit='fahrenheit' was asked for"
    assert found["faces"][0]["celsius"] == [35.0] * N
    assert "celsius" not in found_in(frames / "person.npy", "--unit", "counts")["faces"][0]
    assert "celsius" not in found_in(frames / "person.npy", "--mode", "pixel")["faces"][0]
    assert run(frames, "--unit", "stone").exit_code == 2


def test_matrices_and_what_else_holds_one_frame(frames):
    values = np.full((HEIGHT, WIDTH), 21.0)
    values[5, 10] = SKIN_CELSIUS
    np.savetxt(frames / "export.csv", values, delimiter=";", header="degrees Celsius")
    assert found_in(frames / "export.csv")["faces"][0]["celsius"] == [SKIN_CELSIUS] * N


def test_text_without_one_whole_matrix_is_no_recording(tmp_path):
    rows = [",".join(["30.5"] * 20)] * 9
    (tmp_path / "short.csv").write_text("\n\n".join(["\n".join(rows)] * 3))
    done = run(tmp_path / "short.csv")
    assert done.exit_code == 1
    assert "expected one image, got no frames (CSV matrix).\n" in done.stderr


def test_a_recording_is_not_one_image(frames):
    np.save(frames / "clip.npy", np.full((5, HEIGHT, WIDTH), 21.0))
    result = run(frames / "clip.npy", "--json")
    assert result.exit_code == 1
    assert result.stderr == (
        f"{frames / 'clip.npy'}: expected one image, got 5 frames (NPY). "
        "tfan track follows the people in recordings.\n"
    )
