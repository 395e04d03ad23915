from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from tfan.errors import InputError, WeightsError
from tfan.models.detector import DETECTOR_CONTRACT
from tfan.models.landmarker import LANDMARK_CONTRACT
from tfan.models.onnx_runtime import OnnxRuntime
from tfan.models.registry import WEIGHTS, bundled_path
from tfan.train.checkpoints import read_checkpoint
from tfan.train.export import averaged_net, export
from tfan.train.run import run
from tfan.train.starting import read_start, start_net, with_network

from .conftest import tiny_config

pytest.importorskip("onnx", reason="reading ONNX needs onnx, which the extra 'train' brings")

SAME = 1e-4  # float32 after another order of multiplications
SHAPES = {"landmarks": (8, 1, 128, 128), "detector": (1, 1, 96, 128)}
CONTRACTS = {"landmarks": LANDMARK_CONTRACT, "detector": DETECTOR_CONTRACT}


def _crops(task):
    generator = torch.Generator().manual_seed(1)
    return torch.randn(SHAPES[task], generator=generator).clamp_(-2, 2) * 0.5


def _answers(net, images):
    with torch.no_grad():
        said = net(images)
    return [one.numpy() for one in (said if isinstance(said, tuple) else (said,))]


@pytest.mark.parametrize("task", ["landmarks", "detector"])
def test_a_network_started_from_the_bundled_file_answers_as_the_file_does(task):
    images = _crops(task)
    net = start_net(task, read_start("bundled", task=task), images)
    data = bundled_path(WEIGHTS[task]).read_bytes()
    said = OnnxRuntime(data, contract=CONTRACTS[task], source="bundled", threads=1)(images.numpy())
    for mode in (net.eval(), net.train()):  # on the pictures that set the batch norms
        for one, other in zip(_answers(mode, images), said, strict=True):
            np.testing.assert_allclose(one, other, atol=SAME, rtol=SAME)
    kinds = {type(part).__name__ for part in net.modules()}
    assert "BatchNorm2d" in kinds


def test_other_pictures_are_answered_alike_too():
    net = start_net("landmarks", read_start("bundled", task="landmarks"), _crops("landmarks"))
    others = _crops("landmarks").flip(3) * 0.7
    data = bundled_path(WEIGHTS["landmarks"]).read_bytes()
    run_file = OnnxRuntime(data, contract=LANDMARK_CONTRACT, source="bundled", threads=1)
    for one, other in zip(_answers(net.eval(), others), run_file(others.numpy()), strict=True):
        np.testing.assert_allclose(one, other, atol=SAME, rtol=SAME)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A tiny landmark network with a local head, as checkpoint and as ONNX."""
    from .conftest import write_faces

    folder = tmp_path_factory.mktemp("trained")
    write_faces(folder / "faces-00000.npz", 32)
    config = tiny_config("landmarks", budget="images = 480", rate=1e-2)
    network = replace(config.network, local=8, blocks=(1, 1, 1, 1))
    config = replace(config, network=network)
    run(config, data=folder, held_out=None, out=folder / "out")
    checkpoint = read_checkpoint(folder / "out" / "checkpoint.pt")
    export(checkpoint, folder / "x.onnx", half=False)
    return folder


@pytest.mark.parametrize("file", ["x.onnx", "out/checkpoint.pt"])
def test_the_network_is_that_of_the_file(trained, file):
    start = read_start(str(trained / file), task="landmarks")
    other = tiny_config("landmarks")
    config = with_network(other, start)
    assert config.network == read_checkpoint(trained / "out" / "checkpoint.pt").config.network
    assert config.network != other.network
    images = _crops("landmarks")
    first, second = (start_net("landmarks", read_start(str(trained / name), task="landmarks"),
                               images).eval() for name in (file, "out/checkpoint.pt"))  # fmt: skip
    for one, twin in zip(_answers(first, images), _answers(second, images), strict=True):
        np.testing.assert_allclose(one, twin, atol=SAME, rtol=SAME)


def test_training_on_goes_on_where_the_file_ended(trained, tmp_path):
    config = tiny_config("landmarks", budget="images = 32", rate=1e-9)  # next to no step
    images = _crops("landmarks")
    ended = _answers(averaged_net(read_checkpoint(trained / "out" / "checkpoint.pt")), images)[2]
    away = {}
    for name, start in (("on", str(trained / "x.onnx")), ("new", None)):
        run(config, data=trained, held_out=None, out=tmp_path / name, start=start)
        net = averaged_net(read_checkpoint(tmp_path / name / "checkpoint.pt"))
        away[name] = np.abs(_answers(net, images)[2] - ended).mean()
    assert away["on"] < 0.1 * away["new"]  # batch norms have seen two more batches
    stored = read_checkpoint(tmp_path / "on" / "checkpoint.pt").config
    assert stored.network.local == 8  # what a resumed training needs to know
    resumed = replace(stored, schedule=replace(stored.schedule, images=48))
    run(resumed, data=trained, held_out=None, out=tmp_path / "on", resume=True)
    said = json.loads((tmp_path / "on" / "sources.json").read_text())
    assert said["start"] == str(trained / "x.onnx")  # as well as before it was resumed


def test_a_start_that_cannot_be_used_is_one_sentence(trained, tmp_path):
    with pytest.raises(InputError, match=r"'bundled', an ONNX file or a checkpoint\.pt, got no fi"):
        read_start(str(tmp_path / "none.onnx"), task="landmarks")
    with pytest.raises(InputError, match="a checkpoint of the task detector, got one of landmarks"):
        read_start(str(trained / "out" / "checkpoint.pt"), task="detector")
    with pytest.raises(InputError, match=r"a checkpoint\.pt of the task published, got bundled"):
        read_start("bundled", task="published")
    start = read_start(str(trained / "x.onnx"), task="detector")
    with pytest.raises(WeightsError, match=r"x\.onnx holds another network than this task's"):
        start_net("detector", start, _crops("detector"))
    (tmp_path / "noise.onnx").write_bytes(b"\x08\x01" * 100)
    with pytest.raises(WeightsError, match=r"noise\.onnx"):
        read_start(str(tmp_path / "noise.onnx"), task="landmarks")


def test_weights_that_lie_in_another_file_are_one_sentence(trained, tmp_path):
    onnx = pytest.importorskip("onnx", reason="it writes such a file")
    model = onnx.load(trained / "x.onnx")
    onnx.save(model, tmp_path / "x.onnx", save_as_external_data=True, location="x.bin")
    (tmp_path / "x.bin").unlink()
    with pytest.raises(WeightsError, match=r"x\.onnx"):
        read_start(str(tmp_path / "x.onnx"), task="landmarks")
