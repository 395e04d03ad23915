"""A trained thermalizer at work: colour image in, degrees Celsius out, and their files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import nn
from torch.nn import functional

from tfan.errors import InputError
from tfan.synth.tfake.files import CELSIUS_ENDING, centikelvin, thermal_levels, write_image
from tfan.thermalize.checkpoints import read_checkpoint
from tfan.thermalize.config import ThermalizeConfig
from tfan.thermalize.network import STRIDE, ThermalNet
from tfan.thermalize.pairs import THERMAL, Bytes, to_degrees
from tfan.train.run import open_device
from tfan.types import AnyArray, Array


@dataclass(frozen=True, slots=True, eq=False)
class Thermalizer:
    """Colour to degrees Celsius.

    Attributes:
        net: the trained network.
        config: what it was asked to learn.
        device: where it computes.
    """

    net: nn.Module
    config: ThermalizeConfig
    device: torch.device

    def __call__(self, rgb: Bytes, *, size_px: int | None = None) -> Array:
        """Return the (H, W) degrees Celsius, 20 to 40, of an image.

        Args:
            rgb: (H, W, 3) red, green, blue, 8-bit.
            size_px: long side of what the network sees; None for the configuration's apply_px.
        """
        if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
            got = f"{rgb.dtype} of shape {rgb.shape}"
            raise InputError("image", expected="(H, W, 3) red, green, blue in 8 bits", got=got)
        if min(rgb.shape[:2]) < STRIDE:
            expected = f"sides of {STRIDE} pixels or more"
            raise InputError("image", expected=expected, got=str(rgb.shape[:2]))
        seen = _resized(rgb, long_px=size_px or self.config.apply_px)
        shares = self._run(seen)
        height, width = rgb.shape[:2]
        shares = np.asarray(cv2.resize(shares, (width, height), interpolation=cv2.INTER_LINEAR))
        return to_degrees(shares)

    @torch.inference_mode()
    def _run(self, rgb: AnyArray) -> AnyArray:
        """Return (h, w) shares; sides are filled up to what the network can halve five times."""
        height, width = rgb.shape[:2]
        image = torch.from_numpy(np.ascontiguousarray(rgb)).permute(2, 0, 1)[None].float() / 255.0
        fill = (0, -width % STRIDE, 0, -height % STRIDE)
        image = functional.pad(image, fill, mode="replicate").to(self.device)
        shares: AnyArray = self.net(image)[0, 0, :height, :width].cpu().numpy()
        return shares


def load_thermalizer(path: str | Path, *, device: str = "cpu") -> Thermalizer:
    """Return the thermalizer of a checkpoint.pt.

    Raises:
        WeightsError: the file is none.
    """
    where = open_device(device)
    checkpoint = read_checkpoint(Path(path))
    net = ThermalNet(checkpoint.config.network)
    net.load_state_dict(checkpoint.average)
    return Thermalizer(net.to(where).eval(), checkpoint.config, where)


def _resized(rgb: Bytes, *, long_px: int) -> AnyArray:
    height, width = rgb.shape[:2]
    factor = long_px / max(height, width)
    hw = [max(STRIDE, round(side * factor)) for side in (height, width)]
    way = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    resized: Any = cv2.resize(rgb, (hw[1], hw[0]), interpolation=way)
    return np.asarray(resized)


def write_thermal(celsius: Array, folder: Path, name: str) -> tuple[Path, Path]:
    """Write what `tfan synth generate --layout tfake` writes of a scene's heat.

    That is NAME_thermal.png, 16 bits for 20 to 40 degrees, and NAME_celsius.tiff, hundredths of a
    kelvin as radiometric cameras store them.

    Args:
        celsius: (H, W) degrees Celsius.
        folder: made where there is none.
        name: of the colour image, without its ending.

    Returns:
        Both paths.
    """
    picture, radiometric = folder / (name + THERMAL), folder / (name + CELSIUS_ENDING)
    write_image(picture, thermal_levels(celsius))
    write_image(radiometric, centikelvin(celsius))
    return picture, radiometric
