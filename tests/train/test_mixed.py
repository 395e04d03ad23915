"""Training on several sources at once: what each knows counts, each is scored apart."""

from __future__ import annotations

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from tfan.cli.train import app
from tfan.errors import InputError
from tfan.geometry.head_pose import mean_head
from tfan.landmarks import load_scheme
from tfan.train.cells import FACE, NOTHING, UNDECIDED
from tfan.train.config import config_text
from tfan.train.detector_loss import SceneBatch, detector_loss
from tfan.train.detector_task import DetectorTask
from tfan.train.landmark_task import LandmarkTask
from tfan.train.reports import read_records
from tfan.train.run import run
from tfan.train.setting import Setting, as_sources
from tfan.train.sources import Source, parse_source

from .conftest import tiny_config

FIVE = ("right_eye", "left_eye", "nose", "right_mouth", "left_mouth")


@pytest.fixture
def own(tmp_path):
    """A folder in tfan's own form: ten people, one bright face with five points each."""
    folder = tmp_path / "own"
    (folder / "images").mkdir(parents=True)
    head = mean_head().points_cm[load_scheme("mediapipe478").five, :2] * [1, -1]
    images = {}
    for number in range(10):
        centre = np.array([60 + 3 * number, 50])
        image = np.full((100, 140), 30, np.uint8)
        cv2.ellipse(image, tuple(int(v) for v in centre), (18, 24), 0, 0, 360, 190, -1)
        cv2.imwrite(str(folder / "images" / f"{number}.png"), image)
        points = dict(zip(FIVE, (head * 3.2 + centre).round(2).tolist(), strict=True))
        half = np.array([18, 24])
        box = np.concatenate([centre - half, centre + half]).tolist()
        faces = [{"box": box, "confidence": "sure", **points}]
        images[f"{number}.png"] = {
            "width": 140, "height": 100, "faces": faces, "partial": number == 0,
        }  # fmt: skip
    (folder / "annotations.json").write_text(json.dumps({"images": images}))
    return folder


@pytest.mark.parametrize("task", ["landmarks", "detector"])
def test_two_sources_train_one_network_and_are_scored_apart(task, data, own, tmp_path):
    sources = (parse_source(f"synth:{data}"), parse_source(f"tfan:{own},val=0.3,weight=0.5"))
    config = tiny_config(task, budget="images = 64")
    scores = run(config, data=sources, held_out=as_sources(data / "val"), out=tmp_path / "out")
    first = "nme_facesynthetics70" if task == "landmarks" else "ap50"
    second = "nme" if task == "landmarks" else "ap50"
    assert {first, f"{second} of tfan:own/val"} <= set(scores)
    said = json.loads((tmp_path / "out" / "sources.json").read_text())
    assert [source["weight"] for source in said["data"]] == [1.0, 0.5]
    counts = said["gathered"]["tfan:own"]["counts"]
    assert counts["train"] + counts["val"] == 10
    assert counts["val"] > 0
    longer = replace(config, schedule=replace(config.schedule, images=96))
    run(longer, data=sources, held_out=None, out=tmp_path / "out", resume=True)
    assert read_records(tmp_path / "out" / "curve.jsonl")[-1]["images"] == 96


def _task(cls, task, sources, out):
    config = tiny_config(task)
    return cls(Setting(config, sources, (), torch.device("cpu"), seed=0, out=out))


def test_a_batch_has_its_share_of_each_source(data, own, tmp_path):
    sources = (Source("synth", data, 3.0), Source("tfan", own, 1.0))
    first, second = _task(LandmarkTask, "landmarks", sources, tmp_path).next_batch()
    assert (len(first.batch.crops), len(second.batch.crops)) == (12, 4)
    assert first.targets is None
    assert second.targets.scheme == "named"
    assert second.batch.points.shape[1] == len(second.targets) == second.batch.known.shape[1]
    chins = second.targets.points == 5
    assert not second.batch.known[:, chins].any()  # nobody annotated them
    assert second.batch.known[:, ~chins].all()


def test_labels_of_a_data_set_alone_can_be_trained_on(own, tmp_path):
    config = tiny_config("landmarks", budget="images = 480", rate=1e-2)
    run(config, data=(Source("tfan", own),), held_out=None, out=tmp_path / "out")
    task = _task(LandmarkTask, "landmarks", (Source("tfan", own),), tmp_path)
    state = torch.load(tmp_path / "out" / "checkpoint.pt", weights_only=True)["average"]
    losses = []
    for trained in (False, True):
        if trained:
            task.net.load_state_dict(state)
        batch = task.next_batch()
        with torch.no_grad():
            losses.append(float(task.loss(task.net.eval(), batch, share=1.0)[1]["distance"]))
    assert losses[1] < losses[0]


def test_where_faces_may_be_unannotated_nothing_is_called_no_face(data, own, tmp_path):
    task = _task(DetectorTask, "detector", (Source("tfan", own),), tmp_path)
    answers = task.next_batch().answers  # ten pictures, the first of them annotated in part
    undecided = (answers == NOTHING).sum(1) == 0
    assert int(undecided.sum()) == 1
    assert bool(((answers[undecided] == UNDECIDED) | (answers[undecided] >= 0)).all())


def _scene(**columns):
    boxes = torch.tensor([[[10.0, 10, 50, 60]]])
    five = torch.tensor([[[[20.0, 25], [40, 25], [30, 40], [22, 50], [38, 50]]]])
    answers = torch.full((1, 84), NOTHING)
    answers[0, 0] = 0
    rest = {"boxes": boxes, "five": five, "kinds": torch.full((1, 1), FACE), "answers": answers}
    return SceneBatch(images=torch.zeros(1, 1, 64, 64), **{**rest, **columns})


def test_a_guessed_box_and_a_missing_point_do_not_count(data, tmp_path):
    task = _task(DetectorTask, "detector", (Source("synth", data),), tmp_path)
    raw = torch.zeros(1, len(task._cells.centres), 15, requires_grad=True)
    batch = _scene(answers=torch.full((1, raw.shape[1]), NOTHING))
    batch.answers[0, 0] = 0
    five = batch.five.clone()
    five[0, 0, 2] = torch.nan
    part = replace(batch, five=five, boxed=torch.zeros(1, 1, dtype=torch.bool))
    loss, parts = detector_loss(raw, part, cells=task._cells)
    loss.backward()
    assert float(parts["box"].detach()) == 0
    assert torch.isfinite(raw.grad).all()
    assert raw.grad[0, 0, 1:5].tolist() == [0, 0, 0, 0]  # the distances of the box
    assert raw.grad[0, 0, 9:11].tolist() == [0, 0]  # x and y of the nose
    assert (raw.grad[0, 0, [5, 6, 7, 8, 11, 12, 13, 14]] != 0).all()


def test_a_set_without_faces_for_the_network_is_one_sentence(data, own, tmp_path):
    (own / "annotations.json").write_text(json.dumps({"images": {"0.png": {"faces": []}}}))
    with pytest.raises(InputError, match=r"tfan:own: expected faces to train on, got 0\.png: no"):
        _task(LandmarkTask, "landmarks", (Source("tfan", own),), tmp_path)


def test_the_command_takes_several_sources_and_a_start(data, own, tmp_path):
    config = tmp_path / "tiny.toml"
    config.write_text(config_text(tiny_config("landmarks", budget="images = 32")))
    first, second = tmp_path / "first", tmp_path / "second"
    common = ["landmarks", "--config", config, "--data", data]
    calls = [
        [*common, "--out", first],
        [*common, "--data", f"tfan:{own},val=0.3", "--from", first / "checkpoint.pt",
         "--val", data / "val", "--out", second],
    ]  # fmt: skip
    results = [CliRunner().invoke(app, [str(word) for word in call]) for call in calls]
    assert [result.exit_code for result in results] == [0, 0], results
    scores = json.loads((second / "tiny" / "scores.json").read_text())
    assert {"nme_mediapipe478", "nme of tfan:own/val"} <= set(scores)
    said = json.loads((second / "tiny" / "sources.json").read_text())
    assert said["start"] == str(first / "checkpoint.pt")


def test_a_bundled_configuration_is_known_by_its_name_but_only_to_its_task(data, tmp_path):
    call = ["landmarks", "--config", "finetune-detector", "--data", str(data), "--out", "x"]
    result = CliRunner().invoke(app, call)
    assert isinstance(result.exception, InputError)
    assert """expected task = "landmarks", got 'detector'""" in str(result.exception)


@pytest.mark.parametrize(
    ("held", "sentence"),
    [
        ("tfan:{own},val=0.3", "expected no val=, as all of it is, got val=0.3"),
        ("tfan:{own}", "held-out data tfan:own: expected other data than --data, got the same"),
        ("{own},limit=9", "limit of synth:own: expected a data set, no shards, got 9"),
        ("{own},val=0.2", r"val of synth:own: expected a data set, .* held-out ones with --val"),
    ],
)
def test_what_is_called_held_out_is_there_and_never_trained_on(held, sentence, data, own, tmp_path):
    sources = (parse_source(f"synth:{data}"), parse_source(f"tfan:{own},val=0.3,weight=2"))
    held_out = (parse_source(held.format(own=own)),)
    with pytest.raises(InputError, match=sentence):
        run(tiny_config("landmarks"), data=sources, held_out=held_out, out=tmp_path / "out")


def test_named_held_out_shards_must_be_there(data, own, tmp_path):
    call = ["landmarks", "--data", str(data), "--val", str(own), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(app, call)
    assert isinstance(result.exception, InputError)
    assert "expected faces-00000.npz and so on, got no shard of faces" in str(result.exception)


def test_a_resumed_command_goes_on_with_the_configuration_of_its_folder(data, own, tmp_path):
    out, config = tmp_path / "out", tmp_path / "tiny.toml"
    text = config_text(tiny_config("landmarks", budget="images = 32"))
    config.write_text(text)
    call = ["landmarks", "--data", str(data), "--out", str(out)]
    begun = CliRunner().invoke(app, [*call, "--config", str(config)])
    resumed = CliRunner().invoke(app, [*call, "--resume"])
    assert [begun.exit_code, resumed.exit_code] == [0, 0], resumed
    assert (out / "config.toml").read_text() == text


def test_a_file_in_place_of_the_folder_is_one_sentence(data, tmp_path):
    (tmp_path / "out").write_text("a file")
    with pytest.raises(InputError, match="expected a place to write"):
        run(tiny_config("landmarks"), data=data, held_out=None, out=tmp_path / "out")
