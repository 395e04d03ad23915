"""What a training was asked to do: frozen values from TOML, written beside each checkpoint."""

from __future__ import annotations

import json
import tomllib
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from tfan.errors import InputError

TASKS = ("landmarks", "detector")
PRECISIONS = ("auto", "float32", "bfloat16")


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """The budget and the optimiser.

    Attributes:
        minutes: time budget; elapsed time survives a resume. None when images is given.
        images: budget in training images; None when minutes is given.
        warm_up: share of the budget over which the learning rate rises.
        last_rate: learning rate at the end, as a share of rate.
        keep: decay of the moving average of the weights, after a faster start.
        gradient_norm: the gradient is scaled down to this length when it is longer.
    """

    minutes: float | None = None
    images: int | None = None
    batch: int = 64
    rate: float = 2e-3
    warm_up: float = 0.05
    last_rate: float = 1e-3
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
    smallest_face_px: float = 7.0


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

    def __post_init__(self) -> None:
        for key, value, known in (
            ("task", self.task, TASKS),
            ("precision", self.precision, PRECISIONS),
        ):
            if value not in known:
                raise InputError(key, expected=" or ".join(known), got=repr(value))


_TABLES: dict[str, type[Any]] = {
    "schedule": Schedule,
    "network": Network,
    "crops": CropAugment,
    "scenes": SceneAugment,
}


# what a value must be, for each type that a field above has
_WORDS: dict[str, tuple[str, tuple[type, ...]]] = {
    "str": ("text", (str,)),
    "int": ("a whole number", (int,)),
    "float": ("a number", (int, float)),
    "tuple[int, ...]": ("whole numbers in a list", (int,)),
    "tuple[float, float]": ("2 numbers in a list", (int, float)),
}


def _check_value(value: Any, annotation: str, *, where: str) -> None:
    """Refuse a value of TOML that a field of that type cannot hold."""
    kind = annotation.removesuffix(" | None")
    if kind not in _WORDS:
        return  # a table, which is checked where it is built
    expected, types = _WORDS[kind]
    entries = [value]
    if kind.startswith("tuple"):
        entries = value if isinstance(value, list) else []
        length_fits = len(entries) == 2 if kind == "tuple[float, float]" else entries
        entries = entries if length_fits else [None]
    if not all(isinstance(entry, types) and not isinstance(entry, bool) for entry in entries):
        raise InputError(where, expected=expected, got=repr(value))


def _build(kind: type[Any], table: Any, *, where: str) -> Any:
    if not isinstance(table, dict):
        raise InputError(where, expected="a table", got=repr(table))
    known = {item.name: str(item.type) for item in fields(kind)}
    unknown = sorted(set(table) - set(known))
    if unknown:
        raise InputError(where, expected=f"only {', '.join(sorted(known))}", got=unknown[0])
    for key, value in table.items():
        _check_value(value, known[key], where=f"{where} {key}")
    return kind(**{k: tuple(v) if isinstance(v, list) else v for k, v in table.items()})


def parse_config(text: str, *, where: str = "configuration") -> TrainConfig:
    """Return the configuration that a TOML text describes."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(where, expected="TOML", got=str(error)) from error
    for key, kind in _TABLES.items():
        if key in table:
            table[key] = _build(kind, table[key], where=f"{where} [{key}]")
    missing = [key for key in ("task", "name", "schedule") if key not in table]
    if missing:
        raise InputError(where, expected="task, name and [schedule]", got=f"no {missing[0]}")
    config: TrainConfig = _build(TrainConfig, table, where=where)
    return config


def read_config(path: Path) -> TrainConfig:
    """Return the configuration in a TOML file."""
    if not path.is_file():
        raise InputError("configuration", expected="a TOML file", got=f"no file {path}")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        got = "bytes that are no UTF-8 text"
        raise InputError(path.name, expected="TOML", got=got) from error
    return parse_config(text, where=path.name)


def config_text(config: TrainConfig) -> str:
    """Return the TOML text that `parse_config` turns back into config."""
    table = asdict(config)
    tables = {key: table.pop(key) for key in _TABLES}
    lines = _lines(table)
    for key, entries in tables.items():
        lines += ["", f"[{key}]", *_lines(entries)]
    return "\n".join(lines) + "\n"


def _lines(table: dict[str, Any]) -> list[str]:
    # TOML has no null, and writes strings, numbers, booleans and flat lists as JSON does
    return [f"{key} = {json.dumps(value)}" for key, value in table.items() if value is not None]


def with_budget(config: TrainConfig, *, minutes: float) -> TrainConfig:
    """Return the same configuration with another time budget."""
    return replace(config, schedule=replace(config.schedule, minutes=minutes, images=None))
