from __future__ import annotations

import pytest
import torch

from tfan.errors import WeightsError
from tfan.thermalize.config import Widths
from tfan.thermalize.network import ThermalNet, load_encoder

SMALL = Widths(stem=4, channels=(4, 8, 8, 8), blocks=(1, 2, 1, 1), decoder=(8, 8, 8, 4, 4))
RESNET_34 = 21_797_672 - 513_000  # weights by torchvision's table, less those of its last layer


def test_it_answers_one_share_for_each_pixel():
    net = ThermalNet(SMALL).eval()
    answer = net(torch.rand(2, 3, 64, 96))
    assert answer.shape == (2, 1, 64, 96)
    assert 0 < answer.min() <= answer.max() < 1


def test_the_published_widths_are_a_resnet_34():
    encoder = ThermalNet(Widths()).encoder
    assert sum(weight.numel() for weight in encoder.parameters()) == RESNET_34
    names = encoder.state_dict()
    assert {"conv1.weight", "bn1.running_mean", "layer2.0.downsample.1.bias"} <= names.keys()
    assert "layer1.0.downsample.0.weight" not in names
    assert "layer3.5.conv2.weight" in names


def test_maps_halve_from_step_to_step():
    maps = ThermalNet(SMALL).encoder(torch.rand(1, 3, 64, 64))
    assert [tuple(one.shape[1:]) for one in maps] == [
        (4, 32, 32), (4, 16, 16), (8, 8, 8), (8, 4, 4), (8, 2, 2),
    ]  # fmt: skip


def test_an_encoder_is_read_by_the_common_names(tmp_path):
    giver, taker = ThermalNet(SMALL), ThermalNet(SMALL)
    state = giver.encoder.state_dict()
    torch.save({**state, "fc.weight": torch.zeros(1000, 8), "fc.bias": torch.zeros(1000)},
               tmp_path / "resnet.pth")  # fmt: skip
    load_encoder(taker, tmp_path / "resnet.pth")
    assert torch.equal(taker.encoder.conv1.weight, giver.encoder.conv1.weight)
    assert not torch.equal(taker.output.weight, giver.output.weight)


def test_an_encoder_of_other_widths_is_refused_by_its_first_entry(tmp_path):
    torch.save(ThermalNet(Widths(stem=8)).encoder.state_dict(), tmp_path / "wide.pth")
    with pytest.raises(WeightsError, match=r"bn1\.bias is \(8,\) in the file, \(4,\) in it"):
        load_encoder(ThermalNet(SMALL), tmp_path / "wide.pth")


@pytest.mark.parametrize("content", [b"", b"no tensors", b"junk\n", None])
def test_what_is_no_state_dict_is_refused(content, tmp_path):
    path = tmp_path / "x.pth"
    if content is None:
        torch.save([1, 2], path)
    else:
        path.write_bytes(content)
    with pytest.raises(WeightsError, match="cannot be read as a state dict"):
        load_encoder(ThermalNet(SMALL), path)


def test_an_encoder_of_an_older_torch_counts_no_batches(tmp_path):
    giver, taker = ThermalNet(SMALL), ThermalNet(SMALL)
    state = {key: value for key, value in giver.encoder.state_dict().items()
             if not key.endswith("num_batches_tracked")}  # fmt: skip
    torch.save(state, tmp_path / "resnet.pth")
    load_encoder(taker, tmp_path / "resnet.pth")
    assert torch.equal(taker.encoder.layer4[0].conv1.weight, giver.encoder.layer4[0].conv1.weight)
