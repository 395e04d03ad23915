"""The published recipe: crops, likelihood, rates, and a few steps from pictures to an ONNX file."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from tfan.errors import InputError, WeightsError
from tfan.models.preparation import METADATA_KEY
from tfan.models.published.mobilenet import PublishedNet
from tfan.train.checkpoints import Checkpoint, read_checkpoint, write_checkpoint
from tfan.train.config import PublishedRecipe, bundled_config, config_text, parse_config
from tfan.train.export import export
from tfan.train.loop import rate_at
from tfan.train.published_crops import (
    Pictures,
    apply_published,
    draw_published,
    plain_published,
)
from tfan.train.published_task import gaussian_loss, relative_errors
from tfan.train.run import run
from tfan.train.sources import Source

SIDE = 96
DOT_PX = 2.0  # of 224
QUIET = PublishedRecipe(
    blur_px=(0.0, 0.0), jitter=0.0, noise=0.0, invert_share=0.0, empty_share=0.0,
    texture_share=0.0, zero_share=0.0, area=(0.6, 1.5),
)  # fmt: skip


def _generator(seed=0):
    return torch.Generator().manual_seed(seed)


def _pictures(n, *, person=None):
    """Return n dark pictures with one bright dot, where their only point is."""
    points = torch.rand(n, 1, 2, generator=_generator(3)) * 30 + 33
    line = torch.arange(SIDE).float()
    away = (line - points[:, :, :1]).square() + (line[:, None] - points[:, :, 1:]).square()
    images = (20 + 200 * torch.exp(-away / 8)).to(torch.uint8)
    return Pictures(images, points, torch.ones(n, 1, dtype=torch.bool), person)


def test_points_move_with_their_pixels():
    pictures = _pictures(24)
    draw = draw_published(pictures, QUIET, generator=_generator())
    crops, points, _ = apply_published(pictures, draw, QUIET)
    inside = ((points > 0.05) & (points < 0.95)).all(-1)[:, 0]
    assert int(inside.sum()) > 12
    for crop, point in zip(crops[inside, 0].numpy(), points[inside, 0].numpy(), strict=True):
        y, x = np.unravel_index(cv2.GaussianBlur(crop, (0, 0), 2).argmax(), crop.shape)
        assert np.hypot(x + 0.5 - 224 * point[0], y + 0.5 - 224 * point[1]) < DOT_PX


def test_windows_are_turned_and_sheared_but_never_mirrored():
    pictures = _pictures(200)
    linear = draw_published(pictures, QUIET, generator=_generator()).to_px[:, :, :2]
    area = torch.linalg.det(linear) / SIDE**2
    assert 0.6 * math.cos(0.2) < float(area.min()) < float(area.max()) < 1.5 + 1e-4
    x_axis, y_axis = linear[:, :, 0], linear[:, :, 1]
    turn = torch.rad2deg(torch.atan2(x_axis[:, 1], x_axis[:, 0]))
    assert 40 < float(turn.abs().max()) <= 45
    lean = torch.rad2deg(torch.atan2(y_axis[:, 1], y_axis[:, 0])) - turn - 90
    assert 6.9 < float(lean.abs().min()) <= float(lean.abs().max()) < 10.1
    assert {bool(value) for value in lean > 0} == {True, False}


def test_crops_run_from_nought_to_one():
    pictures = _pictures(8)
    draw = draw_published(pictures, PublishedRecipe(), generator=_generator())
    crops = apply_published(pictures, draw, PublishedRecipe())[0]
    assert torch.equal(crops.amin((1, 2, 3)), torch.zeros(8))
    assert crops.amax((1, 2, 3)).tolist() == pytest.approx([1.0] * 8)


def test_only_what_is_background_becomes_texture_or_nothing():
    person = torch.zeros(40, SIDE, SIDE, dtype=torch.bool)
    person[:, 30:70, 30:70] = True
    pictures = replace(
        _pictures(40, person=person), images=torch.full((40, SIDE, SIDE), 128).byte()
    )
    recipe = replace(QUIET, texture_share=0.5, zero_share=0.5)
    drawn = draw_published(pictures, recipe, generator=_generator())
    assert bool((drawn.textured ^ drawn.zeroed).all())
    whole = replace(plain_published(pictures), textured=drawn.textured, zeroed=drawn.zeroed,
                    texture=drawn.texture)  # fmt: skip
    crops = apply_published(pictures, whole, recipe)[0][:, 0]
    inner = crops[:, 75:160, 75:160].flatten(1)
    assert float(inner.var(1).max()) < 1e-6
    assert float(crops[drawn.zeroed][:, 0, 0].max()) == 0.0
    assert float(crops[drawn.textured][:, :50].flatten(1).var(1).min()) > 1e-3


def test_empty_crops_hide_the_face_and_have_points_anywhere():
    recipe = replace(QUIET, empty_share=1.0)
    pictures = replace(_pictures(6), known=torch.zeros(6, 1, dtype=torch.bool))
    draw = draw_published(pictures, recipe, generator=_generator())
    _, points, known = apply_published(pictures, draw, recipe)
    assert torch.equal(points, draw.anywhere)
    assert bool(known.all())


def test_the_likelihood_is_that_of_a_normal_density():
    outputs = torch.tensor([[[0.5, 0.5, 0.04], [0.1, 0.1, -3.0], [9.0, 9.0, 1.0]]])
    points = torch.tensor([[[0.5, 0.8], [0.1, 0.1], [torch.nan, torch.nan]]])
    known = torch.tensor([[True, True, False]])
    loss, parts = gaussian_loss(outputs, points, known)
    # a variance that is not positive counts as 1e-6
    by_hand = ((0.09 / 0.04 / 2 + math.log(0.04)) + math.log(1e-6)) / 2
    assert float(loss) == pytest.approx(by_hand, rel=1e-5)
    assert float(parts["distance"]) == pytest.approx(0.15, abs=1e-4)


def test_errors_are_over_the_hull_of_the_known_points():
    points = torch.tensor([[[0.0, 0.0], [0.4, 0.9], [torch.nan, 0.0]]])
    known = torch.tensor([[True, True, False]])
    answers = torch.tensor([[[0.03, 0.04], [0.4, 0.9], [5.0, 5.0]]])
    answers, points = answers, points.nan_to_num()
    assert relative_errors(answers, points, known) == pytest.approx([0.025 / 0.6], rel=1e-5)


def test_the_configuration_is_the_published_one():
    config = bundled_config("published")
    schedule, recipe = config.schedule, config.published
    assert (schedule.batch, schedule.rate, schedule.weight_decay) == (512, 1e-3, 5e-5)
    assert (schedule.warm_up, schedule.gradient_norm, schedule.keep) == (0.3, 1.0, 0.0)
    assert (recipe.turn_deg, recipe.area, recipe.invert_share) == (45, (0.4, 2.0), 0.1)
    assert (recipe.texture_share, recipe.zero_share, recipe.blur_px) == (0.25, 0.2, (0.01, 5.0))
    assert parse_config(config_text(config)) == config
    rates = [rate_at(share, schedule) for share in (0.0, 0.15, 0.3, 0.65, 1.0)]
    assert rates == pytest.approx([4e-5, 5.2e-4, 1e-3, 5e-4, 4e-9], rel=1e-2)


def test_only_the_published_numbers_of_points_exist():
    with pytest.raises(InputError, match="expected 70 or 478, got 68"):
        PublishedRecipe(points=68)


def _write_tfake(folder: Path, count: int) -> None:
    rng = np.random.default_rng(0)
    folder.mkdir()
    for number in range(count):
        points = rng.uniform(16, 48, (70, 2))
        thermal = rng.integers(20000, 60000, (64, 64)).astype(np.uint16)
        cv2.imwrite(str(folder / f"{number:06d}.png"), (thermal // 256).astype(np.uint8))
        cv2.imwrite(str(folder / f"{number:06d}_thermal.png"), thermal)
        seg = np.zeros((64, 64), np.uint8)
        seg[16:48, 16:48] = 1
        cv2.imwrite(str(folder / f"{number:06d}_seg.png"), seg)
        lines = "\n".join(f"{x:.3f} {y:.3f}" for x, y in points)
        (folder / f"{number:06d}_ldmks.txt").write_text(lines + "\n")


def test_a_few_steps_make_a_file_that_runs_as_published_weights_do(tmp_path):
    onnx = pytest.importorskip("onnx", reason="exporting needs onnx")
    _write_tfake(tmp_path / "warm", 6)
    published = bundled_config("published")
    schedule = replace(published.schedule, images=4, batch=2)
    config = replace(published, schedule=schedule, threads=1)
    thermal = Source("tfake", tmp_path / "warm", 2.0, val=0.4)
    colours = Source("tfake", tmp_path / "warm", 3.0, val=0.4, tone="luminance",
                     options=(("image", "rgb"),))  # fmt: skip
    scores = run(config, data=(thermal, colours), held_out=None, out=tmp_path / "out")
    assert any(name.startswith("nme of tfake:warm/val") for name in scores)
    with np.load(next((tmp_path / "out" / "gathered").glob("*/pictures-00000.npz"))) as shard:
        inside = np.unpackbits(shard["person"], axis=2)
    assert inside.mean() == pytest.approx(0.25)
    written = export(read_checkpoint(tmp_path / "out" / "checkpoint.pt"), tmp_path / "x.onnx")
    model = onnx.load(written.path)
    said = {entry.key: entry.value for entry in model.metadata_props}
    assert said[METADATA_KEY] == "published"
    assert said["tfan.landmarks"] == "70"


def test_a_network_of_other_points_is_one_sentence(tmp_path):
    _write_tfake(tmp_path / "warm", 3)
    published = bundled_config("published")
    schedule = replace(published.schedule, images=2, batch=2)
    few = replace(published, schedule=schedule, threads=1)
    many = replace(few, published=PublishedRecipe(points=478))
    source = (Source("tfake", tmp_path / "warm"),)
    stored = PublishedNet(478).state_dict()
    first = tmp_path / "first"
    write_checkpoint(Checkpoint(many, stored, stored, {}, {"step": 1}), first)
    with pytest.raises(WeightsError, match="holds another network than this task's"):
        run(few, data=source, held_out=None, out=tmp_path / "on",
            start=str(first / "checkpoint.pt"))  # fmt: skip
    with pytest.raises(InputError, match=r"\[published\] points = 70, got 478"):
        run(few, data=source, held_out=None, out=first, resume=True)
