"""What a training was asked to do: frozen values from TOML, written beside each checkpoint."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from tfan.errors import InputError
from tfan.train.tables import build_all, read_text, toml_text

TASKS = ("landmarks", "detector", "published")
SHAPES = ("cosine", "linear")
PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The budget and the optimiser.

    Attributes:
        minutes: time budget; elapsed time survives a resume. None when images is given.
        images: budget in training images; None when minutes is given.
        warm_up: share of the budget over which the learning rate rises.
        last_rate: learning rate at the end, as a share of rate.
        shape: of its fall, and first_rate where it begins: "cosine" from next to nothing, or
            "linear" up and down.
        keep: decay of the moving average of the weights, after a faster start.
        gradient_norm: the gradient is scaled down to this length when it is longer.
    """

    minutes: float | None = None
    images: int | None = None
    batch: int = 64
    rate: float = 2e-3
    warm_up: float = 0.05
    last_rate: float = 1e-3
    shape: str = "cosine"
    first_rate: float = 0.0
    weight_decay: float = 1e-2
    betas: tuple[float, float] = (0.9, 0.99)
    keep: float = 0.998
    gradient_norm: float = 5.0
    checkpoint_minutes: float = 3.0
    validate_minutes: float = 6.0

    def __post_init__(self) -> None:
        given = [self.minutes, self.images]
        if sum(budget is not None and budget > 0 for budget in given) != 1:
            got = f"minutes = {self.minutes}, images = {self.images}"
            raise InputError("[schedule]", expected="one positive budget", got=got,
                             fix="Give either minutes or images.")  # fmt: skip
        if self.batch < 1:
            raise InputError("[schedule] batch", expected="1 or more", got=str(self.batch))
        if not 0 <= self.warm_up < 1:
            raise InputError("[schedule] warm_up", expected="a share of 0 or more, below 1",
                             got=str(self.warm_up))  # fmt: skip
        if self.shape not in SHAPES:
            expected = " or ".join(SHAPES)
            raise InputError("[schedule] shape", expected=expected, got=repr(self.shape))


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Widths of a network; each entry belongs to one stage, the first at a quarter of the input.

    Attributes:
        channels: channels of each stage.
        inner: channels between the two convolutions of a residual block.
        blocks: residual blocks of each stage.
        head: units of the landmark head, or channels of the detector's pyramid.
        local: channels of the landmark network's local head; 0 = none.
    """

    channels: tuple[int, ...] = (32, 64, 128, 256)
    inner: tuple[int, ...] = (16, 40, 80, 128)
    blocks: tuple[int, ...] = (1, 2, 2, 1)
    head: int = 512
    local: int = 0

    def __post_init__(self) -> None:
        lengths = [len(self.channels), len(self.inner), len(self.blocks)]
        if len(set(lengths)) != 1:
            raise InputError("[network]", expected="channels, inner and blocks as lists of one "
                             "length", got=f"lengths {lengths}")  # fmt: skip
        inner = (i for i, count in zip(self.inner, self.blocks, strict=True) if count)
        if min(*self.channels, *inner, self.head) < 1 or min(*self.blocks, self.local) < 0:
            raise InputError("[network]", expected="widths of 1 or more", got=str(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class CropAugment:
    """How much face crops vary; shares are probabilities, lengths are in face sizes."""

    scale: float = 0.10
    shift: float = 0.07
    upright_share: float = 0.7
    turn_deg: float = 10.0
    big_turn_share: float = 0.10
    big_turn_deg: float = 40.0
    anisotropy: float = 0.04
    warp: float = 0.05
    warp_share: float = 0.8
    mirror_share: float = 0.5
    cut_share: float = 0.12
    tight_share: float = 0.15
    zero_border_share: float = 0.4
    occluder_share: float = 0.25
    blur_share: float = 0.3
    gamma: float = 0.25
    contrast: float = 0.2
    offset: float = 0.07
    noise: float = 0.08
    invert_share: float = 0.05
    flat_share: float = 0.05
    clip_share: float = 0.1
    negative_share: float = 0.08


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneAugment:
    """How much scenes vary; zoom is in natural logarithms of the size at prediction."""

    tile_px: int = 224
    zoom_share: float = 0.6
    zoom_out: float = 0.65
    zoom_in: float = 0.45
    anisotropy: float = 0.05
    mirror_share: float = 0.5
    gamma: float = 0.3
    contrast: float = 0.25
    offset: float = 0.1
    noise: float = 0.07
    invert_share: float = 0.05
    clip_share: float = 0.1
    writing_share: float = 0.15
    smallest_face_px: float = 7.0


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedRecipe:
    """How the published recipe crops and disturbs pictures (`train.published_crops`).

    Attributes:
        points: 70 or 478.
        turn_deg: greatest turn, shear_deg least and greatest shear, either way.
        area: of the window, as a share of the picture's; ratio: its width to its height.
        texture_share, zero_share: of pictures whose background is known.
        empty_share: of crops with nothing but texture. Ours: the source does not say.
        blur_px: deviation, of 224; jitter, noise: in shares of the range, ours as well.
    """

    points: int = 70
    turn_deg: float = 45.0
    shear_deg: tuple[float, float] = (7.0, 10.0)
    area: tuple[float, float] = (0.4, 2.0)
    ratio: tuple[float, float] = (3 / 4, 4 / 3)
    texture_share: float = 0.25
    zero_share: float = 0.2
    empty_share: float = 0.05
    jitter: float = 0.3
    blur_px: tuple[float, float] = (0.01, 5.0)
    invert_share: float = 0.1
    noise: float = 0.05

    def __post_init__(self) -> None:
        if self.points not in (70, 478):
            raise InputError("[published] points", expected="70 or 478", got=str(self.points))


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """All that a training needs to know beside its data."""

    task: str
    name: str
    seed: int = 0
    threads: int = 1
    precision: str = "auto"
    schedule: Schedule
    network: Network = field(default_factory=Network)
    crops: CropAugment = field(default_factory=CropAugment)
    scenes: SceneAugment = field(default_factory=SceneAugment)
    published: PublishedRecipe = field(default_factory=PublishedRecipe)

    def __post_init__(self) -> None:
        for key, value, known in (
            ("task", self.task, TASKS),
            ("precision", self.precision, PRECISIONS),
        ):
            if value not in known:
                raise InputError(key, expected=" or ".join(known), got=repr(value))
        if self.threads < 1:
            raise InputError("threads", expected="1 or more", got=str(self.threads))


_TABLES: dict[str, type[Any]] = {
    "schedule": Schedule,
    "network": Network,
    "crops": CropAugment,
    "scenes": SceneAugment,
    "published": PublishedRecipe,
}


def parse_config(text: str, *, where: str = "configuration") -> TrainConfig:
    """Return the configuration that a TOML text describes."""
    needed = ("task", "name", "schedule")
    config: TrainConfig = build_all(TrainConfig, _TABLES, text, where=where, needed=needed)
    return config


def read_config(path: Path) -> TrainConfig:
    """Return the configuration in a TOML file."""
    return parse_config(read_text(path), where=path.name)


def bundled_names() -> tuple[str, ...]:
    """Return the names of the configurations that ship with tfan."""
    return tuple(sorted(path.name.removesuffix(".toml") for path in _bundled().iterdir()))


def bundled_config(name: str) -> TrainConfig:
    """Return a configuration that ships with tfan."""
    file = _bundled() / f"{name}.toml"
    return parse_config(file.read_text(encoding="utf-8"), where=f"{name}.toml")


def _bundled() -> Traversable:
    return files("tfan.train") / "configs"


def config_text(config: TrainConfig) -> str:
    """Return the TOML text that `parse_config` turns back into config."""
    return toml_text(config, _TABLES)


def with_budget(config: TrainConfig, *, minutes: float) -> TrainConfig:
    """Return the same configuration with another time budget."""
    return replace(config, schedule=replace(config.schedule, minutes=minutes, images=None))
