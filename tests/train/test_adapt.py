"""The adaptation network: its laws by construction, and that training makes it better."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from tfan.cli.main import app
from tfan.errors import InputError
from tfan.landmarks import correspondence, load_scheme
from tfan.models.adapter import load_adapter
from tfan.train.adapt import changed, draw, loss_of, run_adapt, trained, write_adapter
from tfan.train.adapt_config import AdaptConfig, adapt_config_text, parse_adapt_config
from tfan.train.adapt_net import AdaptNet, upright
from tfan.train.adapt_pairs import Pairs, write_pairs

SOURCE, TARGET = "facesynthetics70", "ibug68"
NEAR_PX = 2e-3  # float32 arithmetic on coordinates of some hundred pixels
MEAN = np.random.default_rng(7).uniform(-50, 50, (70, 2)).astype(np.float32)
MEAN = (MEAN + MEAN[load_scheme(SOURCE).mirror] * np.float32([-1, 1])) / 2


def toy_pairs(n: int, *, seed: int = 0) -> Pairs:
    """Faces whose far jaw bulges the more the further they turn, anywhere and of any size."""
    rng = np.random.default_rng(seed)
    yaw = rng.uniform(-1, 1, (n, 1, 1)).astype(np.float32)
    depth = (np.abs(MEAN[:, :1]) < 25) * 20.0
    flat = np.concatenate([MEAN[:, :1] * np.cos(yaw) + depth * np.sin(yaw),
                           np.broadcast_to(MEAN[:, 1:], (n, 70, 1))], 2)  # fmt: skip
    seen = flat[:, :68].copy()
    side = np.sign(MEAN[:17, 0]) * (np.arange(17) != 8)
    seen[:, :17, 0] += 15 * side * np.clip(-side * yaw[:, :, 0], 0, None)
    size, place = rng.uniform(0.5, 2, (n, 1, 1)), rng.uniform(50, 300, (n, 1, 2))
    both = [(points * size + place).astype(np.float32) for points in (flat, seen)]
    names = np.array([f"person {i}" for i in range(n)])
    return Pairs(*both, np.degrees(yaw[:, 0, 0]), names)


def tiny(**more) -> AdaptConfig:
    usual = {"width": 24, "steps": 100, "batch": 48, "rate": 5e-3, "noise": 0.002, "stretch": 0.0}
    return AdaptConfig(source=SOURCE, target=TARGET, name="toy", **{**usual, **more})


def random_net(**more) -> AdaptNet:
    """A network that is not at its beginning, where it adds one and the same to every face."""
    torch.manual_seed(3)
    net = AdaptNet(SOURCE, TARGET, width=16, **more)
    pairs = toy_pairs(40)
    net.begin_with(pairs.given, pairs.wanted)
    torch.nn.init.normal_(net.last.weight, std=0.05)
    return net.eval()


@torch.no_grad()
def test_points_that_are_the_same_pass_through_and_the_jaw_does_not():
    given = toy_pairs(5, seed=1).given
    away = (random_net()(torch.from_numpy(given)).numpy() - given[:, :68]).__abs__().max((0, 2))
    same = correspondence(SOURCE, TARGET).mask
    assert away[same].max() < NEAR_PX
    assert away[~same].min() > 10 * NEAR_PX


@torch.no_grad()
def test_a_turned_moved_and_scaled_face_gets_the_answer_turned_moved_and_scaled():
    net, given = random_net(), torch.from_numpy(toy_pairs(5, seed=1).given)
    angle = torch.tensor(0.7)
    turn = torch.stack([angle.cos(), angle.sin(), -angle.sin(), angle.cos()]).reshape(2, 2)
    moved = 0.6 * given @ turn + torch.tensor([40.0, -90.0])
    expected = 0.6 * net(given) @ turn + torch.tensor([40.0, -90.0])
    assert (net(moved) - expected).abs().max() < NEAR_PX


@torch.no_grad()
def test_a_mirrored_face_gets_the_mirrored_answer():
    net, given = random_net(), torch.from_numpy(toy_pairs(5, seed=1).given)
    flip = torch.tensor([-1.0, 1.0])
    one, other = (torch.from_numpy(load_scheme(n).mirror.copy()) for n in (SOURCE, TARGET))
    assert (net(given[:, one] * flip) - net(given)[:, other] * flip).abs().max() < NEAR_PX


@torch.no_grad()
def test_an_untrained_network_answers_the_mean_of_what_the_table_lacks():
    pairs = toy_pairs(200)
    net = AdaptNet(SOURCE, TARGET, width=8)
    net.begin_with(pairs.given, pairs.wanted)
    frame = upright(torch.from_numpy(pairs.given), net.shape)
    rest = frame.to_canonical(net(torch.from_numpy(pairs.given)) - torch.from_numpy(pairs.wanted)
                              + frame.centre)  # fmt: skip
    symmetric = rest.mean(0)
    symmetric = symmetric + symmetric[net.mirror_wanted] * torch.tensor([-1.0, 1.0])
    assert symmetric.abs().max() < 1e-5


@torch.no_grad()
def test_one_point_for_all_is_no_face_and_no_nan():
    answer = random_net()(torch.full((1, 70, 2), 5.0))
    assert answer.isfinite().all()


def test_points_that_are_not_known_do_not_count():
    net, pairs = random_net(), toy_pairs(6)
    given, wanted = torch.from_numpy(pairs.given), torch.from_numpy(pairs.wanted)
    frame = upright(given, net.shape)
    given, wanted = frame.to_canonical(given), frame.to_canonical(wanted)
    hidden = wanted.clone()
    hidden[:, :8] = torch.nan
    loss = loss_of(net, given, hidden)
    loss.backward()
    assert loss.isfinite()
    assert all(weight.grad.isfinite().all() for weight in net.parameters())
    assert loss < loss_of(net, given, wanted)  # of 68 points the jaw alone is wrong


def test_chance_is_drawn_apart_and_from_its_seed():
    config = tiny(noise=0.05, stretch=0.2)
    one, same = (draw(config, 9, 70, torch.Generator().manual_seed(4)) for _ in range(2))
    assert torch.equal(one.rows, same.rows)
    assert torch.equal(one.noise, same.noise)
    assert one.noise.shape == (48, 70, 2)
    assert 0.02 < one.noise.std() < 0.07
    given, wanted = torch.rand(9, 70, 2), torch.rand(9, 68, 2)
    moved, true = changed(given, wanted, one)
    assert (moved - one.noise - given[one.rows] * one.stretch).abs().max() < 1e-6
    assert torch.equal(true, wanted[one.rows] * one.stretch)


def test_training_makes_held_out_faces_better_and_writes_what_it_did(tmp_path):
    out, docs = tmp_path / "out", tmp_path / "docs"
    found = run_adapt(tiny(), pairs=toy_pairs(300), held_out=toy_pairs(60, seed=9), out=out,
                      docs=docs)  # fmt: skip
    assert found["jaw"].after < found["jaw"].before / 3
    assert found["outer_lips"].after < 1e-5
    assert found["all"].faces == 60
    assert found["frontal"].faces + found["half"].faces + found["profile"].faces == 60
    written = json.loads((docs / "toy" / "scores.json").read_text())
    assert written["scores"]["jaw"]["after"] == pytest.approx(found["jaw"].after, abs=1e-5)
    assert written["size_bytes"] == (out / "adapter.onnx").stat().st_size
    assert "| jaw | 60 |" in (docs / "toy" / "scores.md").read_text()
    assert parse_adapt_config((docs / "toy" / "config.toml").read_text()) == tiny()
    losses = [json.loads(line)["loss"] for line in (out / "curve.jsonl").read_text().splitlines()]
    assert losses[-1] < losses[0]
    with pytest.raises(InputError, match="expected one without a network"):
        run_adapt(tiny(), pairs=toy_pairs(4), held_out=toy_pairs(4), out=out)


def test_the_same_seed_gives_the_same_network(tmp_path):
    pairs, config = toy_pairs(50), tiny(steps=5)
    one, same, other = (
        trained(c, pairs, tmp_path / "curve.jsonl").last.weight
        for c in (config, config, replace(config, seed=1))
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


@torch.no_grad()
@pytest.mark.parametrize("backend", ["onnxruntime", "torch"])
def test_the_file_answers_as_the_network_on_both_backends(tmp_path, backend):
    net = random_net()
    path = write_adapter(net, tiny(), tmp_path / "adapter.onnx")
    adapter = load_adapter(path, backend=backend)
    given = toy_pairs(3, seed=2).given
    assert (adapter.source, adapter.target) == (SOURCE, TARGET)
    assert np.abs(adapter(given) - net(torch.from_numpy(given)).numpy()).max() < NEAR_PX


def test_keep_same_can_be_left():
    net = random_net(keep_same=False)
    assert net.place.shape == (68, 68)
    assert AdaptConfig(source="ibug68", target="tfw5", keep_same=False).keep_same is False


def test_configuration_text_and_back():
    config = tiny(keep_same=False, seed=5)
    assert parse_adapt_config(adapt_config_text(config)) == config


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('source = "ibug68"', r"expected source and target, got no target"),
        ('source = "ibug68"\ntarget = "dlib"', r"scheme: expected 'tfw5' or .*, got 'dlib'"),
        ('source = "ibug68"\ntarget = "ibug68"', r"target: expected another scheme"),
        ('source = "ibug68"\ntarget = "tfw5"', r"got tfw5, which is converted exactly"),
        ('source = "ibug68"\ntarget = "wflw98"\nwidth = 0', r"width: expected 1 or more, got 0"),
        ('source = "ibug68"\ntarget = "wflw98"\nwidht = 4', r"expected only .*, got widht"),
        ('source = "ibug68"\ntarget = "wflw98"\nrate = -1', r"rate: expected 0 or more, got -1"),
        ('source = "ibug68"\ntarget = "wflw98"\nnoise = nan', r"noise: expected 0 or more, got n"),
        ('source = "ibug68"\ntarget = "wflw98"\nseed = 1_0000_0000_0000_0000_0000', r"seed: expec"),
        ('source = "ibug68"\ntarget = "wflw98"\nname = "../x"', r"name: expected the name of a f"),
        ('source = "ibug68"\ntarget = "wflw98"\nkeep_same = 1', r"keep_same: expected true or f"),
    ],
)
def test_a_wrong_configuration_is_one_sentence(text, sentence):
    with pytest.raises(InputError, match=sentence):
        parse_adapt_config(text)


def test_results_that_cannot_be_written_are_told_before_the_work(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(InputError, match="expected a place to write a file"):
        run_adapt(tiny(), pairs=toy_pairs(9), held_out=toy_pairs(4), out=tmp_path / "out",
                  docs=tmp_path / "file")  # fmt: skip
    assert list((tmp_path / "out").glob("*")) == []


def test_all_of_what_is_named_for_validation_is_held_out(tmp_path):
    write_pairs(toy_pairs(40), tmp_path / "pairs.npz", SOURCE, TARGET)
    words = ["--data", "pairs.npz", "--val", "pairs.npz,val=0.5", "--steps", "1", "--out", "out"]
    words = [str(tmp_path / w) if w.startswith(("pairs", "out")) else w for w in words]
    done = CliRunner().invoke(app, ["train", "adapt", *words])
    assert done.exit_code == 0, done.output
    written = json.loads((tmp_path / "out" / f"{SOURCE}-{TARGET}" / "scores.json").read_text())
    assert written["scores"]["all"]["faces"] == 40


def test_the_command_trains_scores_and_names_the_file(tmp_path):
    write_pairs(toy_pairs(120), tmp_path / "pairs.npz", SOURCE, TARGET)
    out = tmp_path / "out"
    done = CliRunner().invoke(
        app,
        [
            "train",
            "adapt",
            "--data",
            str(tmp_path / "pairs.npz"),
            "--steps",
            "5",
            "--out",
            str(out),
        ],
    )
    assert done.exit_code == 0, done.output
    assert str(out / "adapter.onnx") in done.stdout.replace("\n", "")
    assert (out / f"{SOURCE}-{TARGET}" / "scores.json").is_file()
    again = CliRunner().invoke(
        app, ["train", "adapt", "--data", str(tmp_path / "nothing"), "--out", str(out)]
    )
    assert again.exit_code == 1
    assert again.stderr.startswith("Error: pairs: expected a folder or an .npz file, got no file")
