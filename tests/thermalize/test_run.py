"""The commands from end to end on tiny scenes."""

from __future__ import annotations

import json

import cv2
import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from tfan.cli.main import app
from tfan.errors import InputError, WeightsError
from tfan.evaluate.datasets.tfake_images import read_thermal
from tfan.io.sources import open_source
from tfan.thermalize.apply import load_thermalizer, write_thermal
from tfan.thermalize.checkpoints import read_checkpoint
from tfan.thermalize.pairs import read_rgb

RUN = CliRunner()


def thermalize(*words):
    return RUN.invoke(app, ["thermalize", *map(str, words)])


def trained(scenes, tiny, out, *more):
    done = thermalize("train", scenes, "--config", tiny, "--out", out, *more)
    assert done.exit_code == 0, done.output
    return out


@pytest.fixture(scope="module")
def weights(workplace):
    """A checkpoint that nothing but a second of training has made."""
    out = trained(workplace / "scenes", workplace / "tiny.toml", workplace / "run")
    return out / "checkpoint.pt"


def test_training_leaves_a_checkpoint_a_curve_scores_and_pictures(scenes, tiny, tmp_path):
    docs = tmp_path / "docs"
    out = trained(scenes, tiny, tmp_path / "run", "--docs", docs)
    assert read_checkpoint(out / "checkpoint.pt").progress.images == 32
    names = {path.name for path in (docs / "cold").iterdir()}
    assert names == {"config.toml", "curve.jsonl", "curve.png", "scores.json", "scores.md",
                     "pictures.jpg"}  # fmt: skip
    scores = json.loads((docs / "cold" / "scores.json").read_text())
    assert scores["scenes"] == 3
    assert scores["true"]["paired_rmse_celsius"] == 0
    assert scores["regions"]["true"]["skin"]["mean_celsius"] == pytest.approx(33.5, abs=0.05)
    assert scores["regions"]["true"]["hair"]["mean_celsius"] is None
    assert len((docs / "cold" / "scores.md").read_text().splitlines()) > 25


@pytest.mark.slow
def test_training_learns(scenes, tiny, tmp_path):
    text = (
        tiny.read_text().replace("images = 32", "images = 400").replace("keep = 0.5", "keep = 0.9")
    )
    tiny.write_text(text)
    out = trained(scenes, tiny, tmp_path / "run")
    scores = json.loads((out / "cold" / "scores.json").read_text())
    for key in ("paired_rmse_celsius", "patch_celsius"):
        assert scores["trained"][key] < 0.6 * scores["before"][key]
    assert scores["trained"]["paired_rmse_celsius"] < scores["grey"]["paired_rmse_celsius"]


def test_a_training_is_resumed_and_never_overwritten(scenes, tiny, tmp_path):
    out = trained(scenes, tiny, tmp_path / "run")
    again = thermalize("train", scenes, "--config", tiny, "--out", out)
    assert again.exit_code == 1
    assert "Add --resume" in again.stderr
    tiny.write_text(tiny.read_text().replace("images = 32", "images = 48"))
    trained(scenes, tiny, out, "--resume", "--val", scenes)
    assert json.loads((out / "cold" / "scores.json").read_text())["scenes"] == 12
    assert read_checkpoint(out / "checkpoint.pt").progress.step == 12
    steps = [json.loads(line)["step"] for line in (out / "curve.jsonl").read_text().splitlines()]
    assert steps == [8, 12]
    other = thermalize("train", scenes, "--config", tiny, "--out", out, "--resume",
                       "--condition", "warm")  # fmt: skip
    assert "resuming, condition: expected cold, got warm" in other.stderr


def test_a_resumed_training_keeps_its_configuration(scenes, tiny, tmp_path):
    out = trained(scenes, tiny, tmp_path / "run")
    begun = (out / "config.toml").read_text()
    done = thermalize("train", scenes, "--out", out, "--resume")
    assert done.exit_code == 0, done.output
    assert (out / "config.toml").read_text() == begun
    assert read_checkpoint(out / "checkpoint.pt").progress.step == 8


def test_a_training_may_begin_with_another(scenes, tiny, tmp_path):
    cold = trained(scenes, tiny, tmp_path / "cold")
    tiny.write_text(tiny.read_text().replace("rate = 5e-3", "rate = 1e-9"))
    warm = trained(scenes, tiny, tmp_path / "warm", "--condition", "warm", "--start",
                   cold / "checkpoint.pt")  # fmt: skip
    before, after = (read_checkpoint(out / "checkpoint.pt").average for out in (cold, warm))
    assert after["output.weight"] == pytest.approx(before["output.weight"], abs=1e-5)
    tiny.write_text(tiny.read_text().replace("stem = 4", "stem = 6"))
    other = thermalize("train", scenes, "--config", tiny, "--out", tmp_path / "other", "--start",
                       cold / "checkpoint.pt")  # fmt: skip
    assert "--start: expected a network of Widths(stem=6" in other.stderr


def test_resuming_from_nothing_is_told(scenes, tiny, tmp_path):
    done = thermalize("train", scenes, "--config", tiny, "--out", tmp_path / "run", "--resume")
    assert done.exit_code == 1
    assert "Start without --resume" in done.stderr


def test_pairs_are_not_needed_with_segmentations_and_strays(scenes, tiny, tmp_path):
    apart = tmp_path / "thermal"
    apart.mkdir()
    for path in scenes.glob("*_thermal.png"):
        path.rename(apart / path.name)
    out = trained(scenes, tiny, tmp_path / "run", "--patches", apart, "--condition", "warm")
    scores = json.loads((out / "warm" / "scores.json").read_text())
    assert scores["trained"]["paired_rmse_celsius"] is None
    assert scores["trained"]["patch_celsius"] > 0
    last = json.loads((out / "curve.jsonl").read_text().splitlines()[-1])
    assert last["paired"] == 0
    assert last["patches"] > 0


def test_too_few_scenes_are_told(scenes, tiny, tmp_path):
    for path in scenes.glob("00000[3-9]*"):
        path.unlink()
    for path in scenes.glob("00001*"):
        path.unlink()
    done = thermalize("train", scenes, "--config", tiny, "--out", tmp_path / "run")
    assert done.exit_code == 1
    assert "got 3 and 0 of them" in done.stderr


def test_applying_writes_16_bits_and_degrees(scenes, weights, tmp_path):
    made = tmp_path / "made"
    done = thermalize("apply", weights, scenes, "--out", made)
    assert done.exit_code == 0, done.output
    assert len(done.stdout.splitlines()) == 12
    assert len(list(made.iterdir())) == 24
    celsius = read_thermal(made / "000004_thermal.png")
    (frame,) = open_source(str(made / "000004_celsius.tiff"))
    assert frame.celsius() == pytest.approx(celsius, abs=0.006)  # it has hundredths of a kelvin
    assert 20 <= celsius.min() < celsius.max() <= 40


def test_at_its_own_size_the_answer_is_the_networks(scenes, weights):
    make = load_thermalizer(weights)
    rgb = read_rgb(scenes / "000001.png")
    image = torch.from_numpy(rgb).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        expected = 20 + 20 * make.net(image)[0, 0].numpy()
    assert make(rgb) == pytest.approx(expected, abs=1e-4)
    tall = np.repeat(rgb, 2, axis=0)[:101]
    assert make(tall, size_px=90).shape == (101, 64)


def test_images_that_cannot_be_read_are_told_and_left_out(scenes, weights, tmp_path):
    cv2.imwrite(str(scenes / "deep.png"), np.zeros((64, 64), np.uint16))
    done = thermalize("apply", weights, scenes, "--out", tmp_path / "made")
    assert done.exit_code == 1
    assert "Left out" in done.stderr
    assert "got uint16" in done.stderr
    assert len(done.stdout.splitlines()) == 12


def test_what_is_no_colour_image_is_refused(weights):
    make = load_thermalizer(weights)
    with pytest.raises(InputError, match=r"\(H, W, 3\) red, green, blue in 8 bits"):
        make(np.zeros((64, 64), np.uint8))
    with pytest.raises(InputError, match="sides of 32 pixels or more"):
        make(np.zeros((16, 64, 3), np.uint8))


@pytest.mark.parametrize("content", [None, b"", b"no checkpoint"])
def test_what_is_no_checkpoint_is_told(content, tmp_path):
    path = tmp_path / "checkpoint.pt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WeightsError, match="tfan thermalize train"):
        load_thermalizer(path)


def test_a_checkpoint_of_another_training_is_told(tmp_path):
    torch.save({"config": "", "net": {}}, tmp_path / "checkpoint.pt")
    with pytest.raises(WeightsError, match="is no checkpoint of a thermalizer"):
        load_thermalizer(tmp_path / "checkpoint.pt")


def test_what_lies_outside_the_window_is_clipped_in_16_bits_alone(tmp_path):
    celsius = np.float32([[10, 20], [30, 45]])
    picture, radiometric = write_thermal(celsius, tmp_path / "new", "a")
    levels = cv2.imread(str(picture), cv2.IMREAD_UNCHANGED)
    assert levels.tolist() == [[0, 0], [32768, 65535]]
    counts = cv2.imread(str(radiometric), cv2.IMREAD_UNCHANGED)
    assert counts.tolist() == [[28315, 29315], [30315, 31815]]


def test_help_looks_as_everywhere_else():
    for words in ([], ["train"], ["apply"]):
        said = thermalize(*words, "--help").stdout
        assert "--help" in said
        assert not {"╭", "│"} & set(said)


def test_images_of_one_name_do_not_overwrite_each_other(scenes, weights, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for place in (scenes / "000001.jpg", other / "000001.png"):
        cv2.imwrite(str(place), cv2.imread(str(scenes / "000002.png")))
    given = [scenes / "000001.png", scenes / "000001.jpg", other / "000001.png"]
    done = thermalize("apply", weights, *given, "--out", tmp_path / "made")
    assert done.exit_code == 0, done.output
    names = ["000001_thermal.png", "000001-2_thermal.png", "000001-3_thermal.png"]
    assert done.stdout.split() == [str(tmp_path / "made" / name) for name in names]
