"""What a thermalizer is asked to learn: frozen values from TOML, written beside its checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib.resources import files
from pathlib import Path
from typing import Any, cast

from tfan.errors import InputError
from tfan.thermal.segments import CONDITIONS, Condition
from tfan.train.config import Schedule
from tfan.train.tables import build_all, read_text, toml_text

RECIPES = ("small", "published")
"""Configurations that come with tfan."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Widths:
    """Sizes of the U-Net; the defaults are those of a ResNet-34 encoder.

    Attributes:
        stem: channels at half of the input's size.
        channels: channels of the four stages, at 1/4, 1/8, 1/16 and 1/32 of it.
        blocks: residual blocks of each stage.
        decoder: channels of the five steps back up, the last at the input's size.
    """

    stem: int = 64
    channels: tuple[int, ...] = (64, 128, 256, 512)
    blocks: tuple[int, ...] = (3, 4, 6, 3)
    decoder: tuple[int, ...] = (256, 128, 64, 32, 16)

    def __post_init__(self) -> None:
        lengths = [len(self.channels), len(self.blocks), len(self.decoder)]
        if lengths != [4, 4, 5]:
            raise InputError("[network]", expected="4 channels, 4 blocks and 5 decoder entries",
                             got=f"lengths {lengths}")  # fmt: skip
        if min(self.stem, *self.channels, *self.blocks, *self.decoder) < 1:
            raise InputError("[network]", expected="widths of 1 or more", got=str(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class LossShares:
    """Weights of the parts of the loss, all of which are squares of shares of 20..40 degC.

    Attributes:
        paired: of the squared error against the paired thermal image.
        prior: of the squared deviation of region means from the clinical ones.
        patches: of the squared entropic Wasserstein distance between patches, per pixel.
        patch_px: side of a patch.
        patch_samples: patches drawn at each scale, of made and of real images each.
        patch_scales: sides that the images are resized to.
        patch_blur: of geomloss; the entropic temperature is its square.
    """

    paired: float = 1.0
    prior: float = 1.0
    patches: float = 0.01
    patch_px: int = 8
    patch_samples: int = 512
    patch_scales: tuple[int, ...] = (256, 128, 64, 32, 16)
    patch_blur: float = 0.001

    def __post_init__(self) -> None:
        for name in ("patch_px", "patch_samples"):
            if getattr(self, name) < 1:
                got = str(getattr(self, name))
                raise InputError(f"[loss] {name}", expected="1 or more", got=got)
        if min(self.patch_scales) < self.patch_px:
            raise InputError("[loss] patch_scales", expected=f"sides of {self.patch_px} or more",
                             got=str(min(self.patch_scales)))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """How much the scenes vary; shares are probabilities.

    Attributes:
        brightness, contrast, saturation: factors are drawn from 1 - value .. 1 + value.
        hue: turns of the colour circle are drawn from -value .. value.
        invert_share: of negatives.
        grey_share: of images without colours.
        blur_share: of blurred images.
        blur_px: least and greatest standard deviation of the blur.
        mirror_share: of scenes turned left to right.
        crop: least side of the square that is taken out of a scene, as a share of its side.
    """

    brightness: float = 0.5
    contrast: float = 0.5
    saturation: float = 0.5
    hue: float = 0.3
    invert_share: float = 0.9
    grey_share: float = 0.1
    blur_share: float = 1.0
    blur_px: tuple[float, float] = (1.0, 10.0)
    mirror_share: float = 0.0
    crop: float = 1.0

    def __post_init__(self) -> None:
        if not 0.0 < self.crop <= 1.0:
            raise InputError("[changes] crop", expected="more than 0, at most 1",
                             got=str(self.crop))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ThermalizeConfig:
    """All that the training of a thermalizer needs to know beside its data.

    Attributes:
        condition: "warm" or "cold": whose region means are wanted.
        seed: of the weights at the start and of all that is drawn.
        threads: of torch.
        size_px: side of the images that it is trained on.
        apply_px: long side of the images that it is applied to, unless asked otherwise.
        held_out: every so many-th pair is never trained on; 0 keeps none.
    """

    condition: str = "cold"
    seed: int = 43
    threads: int = 1
    size_px: int = 256
    apply_px: int = 512
    held_out: int = 10
    schedule: Schedule
    network: Widths = field(default_factory=Widths)
    loss: LossShares = field(default_factory=LossShares)
    changes: Changes = field(default_factory=Changes)

    def __post_init__(self) -> None:
        if self.condition not in CONDITIONS:
            known = " or ".join(map(repr, CONDITIONS))
            raise InputError("condition", expected=known, got=repr(self.condition))
        if self.size_px % 32 or self.size_px <= 0:
            raise InputError("size_px", expected="a multiple of 32", got=str(self.size_px))
        for name in ("threads", "apply_px"):
            if getattr(self, name) < 1:
                raise InputError(name, expected="1 or more", got=str(getattr(self, name)))

    @property
    def wanted(self) -> Condition:
        """The condition as the table of segments takes it."""
        return cast(Condition, self.condition)


_TABLES: dict[str, type[Any]] = {
    "schedule": Schedule,
    "network": Widths,
    "loss": LossShares,
    "changes": Changes,
}


def parse_config(text: str, *, where: str = "configuration") -> ThermalizeConfig:
    """Return the configuration that a TOML text describes."""
    found = build_all(ThermalizeConfig, _TABLES, text, where=where, needed=("schedule",))
    return cast(ThermalizeConfig, found)


def config_text(config: ThermalizeConfig) -> str:
    """Return the TOML text that `parse_config` turns back into config."""
    return toml_text(config, _TABLES)


def load_config(name: str) -> ThermalizeConfig:
    """Return a configuration of `RECIPES`, or the one in a TOML file of that name."""
    if name in RECIPES:
        recipe = files("tfan.thermalize") / "data" / f"{name}.toml"
        return parse_config(recipe.read_text(encoding="utf-8"), where=f"{name}.toml")
    if not Path(name).is_file():
        expected = f"{', '.join(RECIPES)} or a TOML file"
        raise InputError("configuration", expected=expected, got=f"no file {name}")
    return parse_config(read_text(Path(name)), where=Path(name).name)


def with_budget(config: ThermalizeConfig, *, minutes: float) -> ThermalizeConfig:
    """Return the same configuration with another time budget."""
    return replace(config, schedule=replace(config.schedule, minutes=minutes, images=None))
