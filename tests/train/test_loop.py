from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from tfan.errors import InputError
from tfan.train.checkpoints import read_checkpoint, write_weights
from tfan.train.config import Schedule
from tfan.train.landmark_task import LandmarkTask
from tfan.train.loop import Progress, move_average, rate_at, spent
from tfan.train.reports import read_records
from tfan.train.run import run
from tfan.train.setting import Setting, as_sources

from .conftest import tiny_config

LEARNT = 0.8  # of the first losses is left after 30 steps; it is about 0.6


def _losses(out):
    return [record["loss"] for record in read_records(out / "curve.jsonl") if "loss" in record]


@pytest.mark.parametrize("task", ["landmarks", "detector"])
def test_a_training_learns_and_leaves_its_results(task, data, tmp_path, monkeypatch):
    monkeypatch.setattr("tfan.train.loop.LOG_S", 0.0)  # one record a step
    config = tiny_config(task, budget="images = 480", rate=1e-2)
    scores = run(config, data=data, held_out=data / "val", out=tmp_path / "out",
                 docs=tmp_path / "docs")  # fmt: skip
    losses = _losses(tmp_path / "out")
    assert len(losses) >= 30
    assert sum(losses[-5:]) < LEARNT * sum(losses[:5])
    expected = "nme_facesynthetics70" if task == "landmarks" else "ap50"
    assert expected in scores
    written = {path.name for path in (tmp_path / "docs" / "tiny").iterdir()}
    assert written == {
        "config.toml", "curve.jsonl", "curve.png", "scores.json", "sources.json",
    }  # fmt: skip


def test_a_resumed_training_goes_on_where_it_stopped(data, tmp_path):
    config = tiny_config("landmarks", budget="images = 64")
    folders = {"out": tmp_path / "out", "docs": tmp_path / "docs"}
    run(config, data=data, held_out=None, **folders)
    first = read_checkpoint(tmp_path / "out" / "checkpoint.pt")
    longer = replace(config, schedule=replace(config.schedule, images=128))
    run(longer, data=data, held_out=None, resume=True, **folders)
    second = read_checkpoint(tmp_path / "out" / "checkpoint.pt")
    assert (first.progress["step"], second.progress["step"]) == (4, 8)
    assert second.progress["elapsed_s"] > first.progress["elapsed_s"]
    steps = [state["step"] for state in second.optimiser["state"].values()]
    assert {int(step) for step in steps} == {8}
    records = read_records(tmp_path / "out" / "curve.jsonl")
    assert [record["images"] for record in records] == [64, 128]


def test_a_training_is_never_overwritten_by_forgetting_to_resume(data, tmp_path):
    config = tiny_config("detector", budget="images = 16")
    folders = {"out": tmp_path / "out", "docs": tmp_path / "docs"}
    run(config, data=data, held_out=None, **folders)
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    with pytest.raises(InputError, match="Add --resume or choose another --out"):
        run(config, data=data, held_out=None, **folders)
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_a_checkpoint_of_another_network_is_not_resumed(data, tmp_path):
    config = tiny_config("detector", budget="images = 16")
    options = {"data": data, "held_out": None, "out": tmp_path / "out", "docs": tmp_path / "docs"}
    run(config, **options)
    other = tiny_config("landmarks", budget="images = 32")
    with pytest.raises(InputError, match="expected a checkpoint of the task landmarks, got one of"):
        run(other, resume=True, **options)
    wider = replace(config, network=replace(config.network, head=16))
    with pytest.raises(InputError, match=r"expected \[network\] .*head=16.* got .*head=8"):
        run(wider, resume=True, **options)


def test_weights_alone_are_not_resumed(data, tmp_path):
    config = tiny_config("detector", budget="images = 16")
    options = {"data": data, "held_out": None, "docs": tmp_path / "docs"}
    run(config, out=tmp_path / "out", **options)
    write_weights(read_checkpoint(tmp_path / "out" / "checkpoint.pt"), tmp_path / "alone")
    with pytest.raises(InputError, match="expected the checkpoint of a training, got weights"):
        run(config, resume=True, out=tmp_path / "alone", **options)


def test_without_held_out_shards_a_training_has_no_scores(data, tmp_path):
    scores = run(tiny_config("detector", budget="images = 16"), data=data,
                 held_out=tmp_path / "absent", out=tmp_path / "out", docs=tmp_path)  # fmt: skip
    assert scores == {}


def test_resuming_nothing_is_one_sentence(data, tmp_path):
    with pytest.raises(InputError, match="Start without --resume"):
        run(tiny_config("landmarks"), data=data, held_out=None, out=tmp_path / "none",
            docs=tmp_path, resume=True)  # fmt: skip


def test_a_file_that_is_no_checkpoint_is_named(tmp_path):
    torch.save({"net": 1}, tmp_path / "checkpoint.pt")
    with pytest.raises(InputError, match=r"a file written by tfan train, got checkpoint\.pt"):
        read_checkpoint(tmp_path / "checkpoint.pt")


@pytest.mark.parametrize("data", [b"<!DOCTYPE html><html></html>", b"", b"PK\x03\x04", b"\x80\x02"])
def test_a_file_that_torch_cannot_read_is_one_short_sentence(data, tmp_path):
    (tmp_path / "page.pt").write_bytes(data)
    with pytest.raises(InputError, match=r"a file written by tfan train, got page\.pt") as caught:
        read_checkpoint(tmp_path / "page.pt")
    assert "weights_only" not in str(caught.value)  # torch's advice is to trust the file
    assert "\n" not in str(caught.value)


def test_an_unknown_device_is_one_sentence(data, tmp_path):
    with pytest.raises(InputError, match="expected cpu or cuda, got 'tpu'"):
        run(tiny_config("landmarks"), data=data, held_out=None, out=tmp_path, docs=tmp_path,
            device="tpu")  # fmt: skip


def test_some_of_a_batch_shows_no_face_once_negatives_exist(data):
    config = tiny_config("landmarks")
    config = replace(config, crops=replace(config.crops, negative_share=0.25))
    setting = Setting(config, as_sources(data), (), torch.device("cpu"), seed=0, out=data)
    (part,) = LandmarkTask(setting).next_batch()
    assert int((~part.batch.present).sum()) == 4
    (data / "negatives-00000.npz").unlink()
    (part,) = LandmarkTask(setting).next_batch()
    assert bool(part.batch.present.all())


def test_the_rate_rises_then_falls():
    schedule = Schedule(minutes=10.0, rate=1.0, warm_up=0.1, last_rate=0.01)
    assert rate_at(0.05, schedule) == pytest.approx(0.5)
    assert rate_at(0.1, schedule) == pytest.approx(1.0)
    assert rate_at(0.55, schedule) == pytest.approx(0.505)
    assert rate_at(1.5, schedule) == pytest.approx(0.01)


def test_the_budget_is_time_or_images():
    progress = Progress(step=1, images=50, elapsed_s=30.0)
    assert spent(progress, Schedule(minutes=1.0)) == 0.5
    assert spent(progress, Schedule(images=200)) == 0.25


def test_the_average_moves_by_its_share_and_copies_counters():
    old, new = (torch.nn.BatchNorm2d(1) for _ in range(2))
    with torch.no_grad():
        new.weight.fill_(3.0)
        new.running_mean.fill_(1.0)
        new.num_batches_tracked.fill_(7)
    move_average(old, new, keep=0.75)
    assert float(old.weight.detach()) == pytest.approx(1.5)
    assert float(old.running_mean) == pytest.approx(0.25)
    assert int(old.num_batches_tracked) == 7
