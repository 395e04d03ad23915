"""The detector as a task of the training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from tfan.train.cells import NOTHING, UNDECIDED, assign, decode, make_cells
from tfan.train.deck import Deck
from tfan.train.detector_loss import SceneBatch, detector_loss
from tfan.train.detector_scores import Boxes, Found, detector_scores, match
from tfan.train.nets import DetectorNet
from tfan.train.scenes import PREDICTED_PX, Scenes, apply_scenes, draw_scenes, plain_scenes
from tfan.train.setting import Setting
from tfan.train.shards import Shards, load_shards
from tfan.train.sources import INVERT_SHARES, SYNTH, Source, dealer_for
from tfan.train.starting import start_net

Forward = Callable[[Tensor], Tensor]

_SCENES = ("images", "size_hw", "boxes_px", "five_px", "kind")
_GATHERED = (*_SCENES, "boxed", "complete")
_SETTLING = 2  # batches by which the batch norms of weights from a file are set
_BATCH = 50
_QUICK, _ALL = 200, 1000
_EDGE = 0.5  # shards count from the centre of the top left pixel, cells from its corner


class DetectorTask:
    """Batches, loss and validation of the detector."""

    def __init__(self, setting: Setting) -> None:
        config, device = setting.config, setting.device
        side = config.scenes.tile_px
        self._setting = setting
        self._cells = make_cells(side, side, device=device)
        self._decks = [
            Deck(_load(setting, source), batch=config.schedule.batch, seed=setting.seed + number)
            for number, source in enumerate(setting.data)
        ]
        self._dealer = dealer_for(setting.data)
        self._generator = setting.generator()
        self.net: nn.Module
        if setting.start is None:
            self.net = DetectorNet(config.network).to(device)
        else:
            images = torch.cat([self.next_batch().images for _ in range(_SETTLING)])
            self.net = start_net(config.task, setting.start, images.cpu()).to(device)

    def next_batch(self) -> SceneBatch:
        """Return the next augmented tiles, and which face each cell answers for."""
        counts = self._dealer.deal(self._setting.config.schedule.batch)
        dealt = [
            _read(deck.shards, deck.deal(count), device=self._setting.device, tone=source.tone)
            for deck, count, source in zip(self._decks, counts, self._setting.data, strict=True)
            if count
        ]
        scenes, boxed, complete = _joined(dealt)
        numbers = self._setting.config.scenes
        draw = draw_scenes(scenes.size_hw, numbers, generator=self._generator)
        tiles = apply_scenes(scenes, draw, smallest_face_px=numbers.smallest_face_px)
        images, boxes, five, kinds = tiles
        answers = assign(boxes, kinds, self._cells)
        # where some faces are not annotated, nothing can be called no face
        unknown = (answers == NOTHING) & ~complete[:, None]
        answers = torch.where(unknown, UNDECIDED, answers)
        return SceneBatch(images, boxes, five, kinds, answers, boxed)

    def loss(
        self,
        forward: Forward,
        batch: SceneBatch,
        *,
        share: float,  # noqa: ARG002  the same loss from beginning to end
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """Return the loss and its parts."""
        return detector_loss(forward(batch.images), batch, cells=self._cells)

    def validate(self, forward: Forward, *, quick: bool) -> dict[str, float]:
        """Return the scores on held-out scenes; nothing while there are none."""
        limit, device = _QUICK if quick else _ALL, self._setting.device
        scores: dict[str, float] = {}
        for name, (folder, _) in self._setting.tests.items():
            found = score_detector(forward, folder, device=device, limit=limit)
            scores |= {f"{key} of {name}" if name else key: value for key, value in found.items()}
        return scores


@dataclass(frozen=True, slots=True, eq=False)
class _Dealt:
    """Scenes of one source; boxed (B, K) and complete (B,) as `cuts.scene_cut` has them."""

    scenes: Scenes
    boxed: Tensor
    complete: Tensor


def _load(setting: Setting, source: Source) -> Shards:
    names = _SCENES if source.kind == SYNTH else _GATHERED
    return load_shards(setting.folder(source), "scenes", names=names)


def _read(shards: Shards, rows: Tensor, *, device: torch.device, tone: str) -> _Dealt:
    scenes = read_scenes(shards, rows, device=device)
    boxed = torch.ones_like(scenes.kinds, dtype=torch.bool)
    complete = torch.ones_like(boxed[:, 0])
    if "boxed" in shards.columns:
        boxed = shards.columns["boxed"][rows].to(device).bool()
        complete = shards.columns["complete"][rows].to(device).bool()
    if tone in INVERT_SHARES:  # every second picture, for "mixed": rows come in any order
        turned = rows.to(device) * INVERT_SHARES[tone] % 1 + INVERT_SHARES[tone] // 1 > 0
        images = torch.where(turned[:, None, None], 255 - scenes.images, scenes.images)
        scenes = replace(scenes, images=images)
    return _Dealt(scenes, boxed, complete)


def _joined(dealt: list[_Dealt]) -> tuple[Scenes, Tensor, Tensor]:
    """Return the scenes of several sources as one batch."""
    columns = (
        torch.cat([getattr(one.scenes, item.name) for one in dealt]) for item in fields(Scenes)
    )
    boxed, complete = (
        torch.cat([getattr(one, name) for one in dealt]) for name in ("boxed", "complete")
    )
    return Scenes(*columns), boxed, complete


def read_scenes(shards: Shards, rows: Tensor, *, device: torch.device) -> Scenes:
    """Return those rows on the device, in edge coordinates."""
    images, size_hw, boxes, five, kinds = (shards.columns[n][rows].to(device) for n in _SCENES)
    return Scenes(images, size_hw.long(), boxes + _EDGE, five + _EDGE, kinds.long())


def score_detector(
    forward: Forward, folder: Path, *, device: torch.device, limit: int | None = None
) -> dict[str, float]:
    """Return the scores of forward on the scenes in folder, shown as at prediction."""
    shards = load_shards(folder, "scenes", names=_SCENES, limit=limit)
    return detector_scores(_matches(forward, shards, device=device))


@torch.no_grad()
def _matches(forward: Forward, shards: Shards, *, device: torch.device) -> Iterator[Found]:
    cells = make_cells(PREDICTED_PX, PREDICTED_PX, device=device)
    for start in range(0, len(shards), _BATCH):
        rows = torch.arange(start, min(start + _BATCH, len(shards)))
        scenes = read_scenes(shards, rows, device=device)
        draw = plain_scenes(scenes.size_hw, tile_px=PREDICTED_PX)
        images, boxes, five, kinds = apply_scenes(scenes, draw, smallest_face_px=0.0)
        raw = forward(images)
        said = (*decode(raw, cells), raw[..., 0].sigmoid())
        columns = [column.cpu().numpy() for column in (*said, boxes, five, kinds)]
        for said_boxes, said_five, score, true_boxes, true_five, kind in zip(*columns, strict=True):
            yield match(Boxes(said_boxes, score, said_five), Boxes(true_boxes, kind, true_five))
