"""How good thermal images made of colour ones are: against pairs, by region, by their patches."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import numpy as np
import torch
from torch import Tensor, nn

from tfan.thermal.segments import PERSON_SEGMENTS, WINDOW_CELSIUS
from tfan.thermalize.batches import Scenes, Strays, collate
from tfan.thermalize.config import ThermalizeConfig
from tfan.thermalize.losses import clinical_means, region_means, temperature_prior
from tfan.thermalize.pairs import Pair
from tfan.thermalize.patches import draw_places, patch_distances
from tfan.types import Array

_SPAN = WINDOW_CELSIUS[1] - WINDOW_CELSIUS[0]
_GREY = (0.299, 0.587, 0.114)
_AT_ONCE = 8
_PATCHES_SEED = 7  # the same patches for everything that is compared
_MORE_PATCHES = 4  # times those of the loss: of few, chance alone makes a greater distance

Maker = Callable[[Sequence[Pair]], Tensor]
"""What turns scenes into (B, 1, S, S) shares of 20..40 degrees Celsius."""


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """Held-out scenes at one size.

    Attributes:
        pairs: N scenes.
        thermal: (N, 1, S, S) true shares; NaN = not measured.
        segments: (N, S, S) class numbers.
        real: (M, 1, S, S) thermal images that patches are compared with; M may be 0.
    """

    pairs: tuple[Pair, ...]
    thermal: Tensor
    segments: Tensor
    real: Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What was found on held-out scenes; degrees Celsius, NaN where nothing could be compared.

    Attributes:
        numbers: paired_rmse_celsius, person_rmse_celsius (parts of a person alone),
            prior_rmse_celsius (region means against the clinical ones), patch_celsius and
            patch_celsius_SIDE at each scale (root of the squared distance per pixel).
        means: (18,) mean of each part over the pixels of all scenes.
        spreads: (18,) standard deviation of the scenes' means.
        scenes: (18,) scenes that show the part.
    """

    numbers: dict[str, float]
    means: Array
    spreads: Array
    scenes: Array


def hold(scenes: Scenes, *, most: int, strays: Strays | None = None) -> Held:
    """Return the first so many whole scenes, and real images for their patches."""
    found = (scenes.read(number) for number in tuple(scenes.numbers))
    pairs = tuple(islice((pair for pair in found if pair is not None), most))
    real = None
    if strays is not None:
        real = strays.draw(len(pairs), torch.Generator().manual_seed(_PATCHES_SEED))
    batch = collate(pairs, strays=real)
    return Held(pairs, batch.thermal, batch.segments, batch.real)


def by_network(net: nn.Module, device: torch.device) -> Maker:
    """Return a network as a maker; it is left in the mode that it was in."""

    @torch.no_grad()
    def make(pairs: Sequence[Pair]) -> Tensor:
        training = net.training
        net.eval()
        parts = [pairs[at : at + _AT_ONCE] for at in range(0, len(pairs), _AT_ONCE)]
        made = [net(collate(part).rgb.to(device)).cpu() for part in parts]
        net.train(training)
        return torch.cat(made)

    return make


def by_grey(pairs: Sequence[Pair]) -> Tensor:
    """Make thermal images out of nothing but brightness: white is 40 degrees."""
    weights = torch.tensor(_GREY).view(1, 3, 1, 1)
    return (collate(pairs).rgb * weights).sum(1, keepdim=True)


def by_painting(config: ThermalizeConfig) -> Maker:
    """Return a maker that paints each part of the truth's segmentation with its clinical mean."""
    table = torch.zeros(256)
    table[[part.number for part in PERSON_SEGMENTS]] = clinical_means(config.wanted)

    def make(pairs: Sequence[Pair]) -> Tensor:
        return table[collate(pairs).segments.long()][:, None]

    return make


def judge(maker: Maker, held: Held, config: ThermalizeConfig) -> Verdict:
    """Return the verdict on what a maker makes of held-out scenes."""
    return compare(maker(held.pairs), held, config)


def compare(made: Tensor, held: Held, config: ThermalizeConfig) -> Verdict:
    """Return the verdict on (N, 1, S, S) made images."""
    parts = [part.number for part in PERSON_SEGMENTS]
    person = torch.isin(held.segments.long(), torch.tensor(parts))[:, None]
    error = made - held.thermal
    prior = temperature_prior(made, held.segments, clinical_means(config.wanted))
    seen = bool(person.any())
    numbers = {
        "paired_rmse_celsius": _rms(error),
        "person_rmse_celsius": _rms(error[person]),
        "prior_rmse_celsius": float(prior.sqrt()) * _SPAN if seen else float("nan"),
        **_patch_numbers(made, held, config),
    }
    means, spreads, scenes = _by_region(made, held.segments)
    return Verdict(numbers, means, spreads, scenes)


def _rms(error: Tensor) -> float:
    error = error[error.isfinite()]
    return float(error.square().mean().sqrt()) * _SPAN if len(error) else float("nan")


def _patch_numbers(made: Tensor, held: Held, config: ThermalizeConfig) -> dict[str, float]:
    """Return the distances between patches in degrees: their mean over the scales, and each."""
    names = [f"patch_celsius_{side}" for side in config.loss.patch_scales]
    made = made[made.isfinite().flatten(1).all(1)]
    if not len(made) or not len(held.real):
        return dict.fromkeys(["patch_celsius", *names], float("nan"))
    chance = torch.Generator().manual_seed(_PATCHES_SEED)
    shares = replace(config.loss, patch_samples=_MORE_PATCHES * config.loss.patch_samples)
    places = draw_places(shares, chance, made=len(made), real=len(held.real))
    with torch.no_grad():
        squares = patch_distances(made, held.real, places, blur=config.loss.patch_blur)
    roots = squares.clamp(min=0.0).sqrt() * _SPAN
    whole = float(squares.mean().clamp(min=0.0).sqrt()) * _SPAN
    return {"patch_celsius": whole, **dict(zip(names, roots.tolist(), strict=True))}


def _by_region(images: Tensor, segments: Tensor) -> tuple[Array, Array, Array]:
    means, pixels = (tensor.numpy() for tensor in region_means(images, segments))
    celsius = means * _SPAN + WINDOW_CELSIUS[0]
    seen = pixels > 0
    counts = seen.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        whole = (celsius * pixels).sum(0) / pixels.sum(0)
        middle = (celsius * seen).sum(0) / counts
        spread = np.sqrt((seen * (celsius - middle) ** 2).sum(0) / counts)
    return whole.astype(np.float32), spread.astype(np.float32), counts.astype(np.float32)
