"""The detector as a task of the training loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor

from tfan.train.cells import assign, decode, make_cells
from tfan.train.deck import Deck
from tfan.train.detector_loss import SceneBatch, detector_loss
from tfan.train.detector_scores import Boxes, Found, detector_scores, match
from tfan.train.nets import DetectorNet
from tfan.train.scenes import PREDICTED_PX, Scenes, apply_scenes, draw_scenes, plain_scenes
from tfan.train.setting import Setting
from tfan.train.shards import Shards, load_shards

Forward = Callable[[Tensor], Tensor]

_SCENES = ("images", "size_hw", "boxes_px", "five_px", "kind")
_BATCH = 50
_QUICK, _ALL = 200, 1000
_EDGE = 0.5  # shards count from the centre of the top left pixel, cells from its corner


class DetectorTask:
    """Batches, loss and validation of the detector."""

    def __init__(self, setting: Setting) -> None:
        config, device = setting.config, setting.device
        side = config.scenes.tile_px
        self.net = DetectorNet(config.network).to(device)
        self._setting = setting
        self._cells = make_cells(side, side, device=device)
        shards = load_shards(setting.data, "scenes", names=_SCENES)
        self._scenes = Deck(shards, batch=config.schedule.batch, seed=setting.seed)
        self._generator = setting.generator()

    def next_batch(self) -> SceneBatch:
        """Return the next augmented tiles, and which face each cell answers for."""
        rows = self._scenes.deal()
        scenes = read_scenes(self._scenes.shards, rows, device=self._setting.device)
        numbers = self._setting.config.scenes
        draw = draw_scenes(scenes.size_hw, numbers, generator=self._generator)
        tiles = apply_scenes(scenes, draw, smallest_face_px=numbers.smallest_face_px)
        images, boxes, five, kinds = tiles
        return SceneBatch(images, boxes, five, kinds, assign(boxes, kinds, self._cells))

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
        held_out, limit = self._setting.held_out_with("scenes"), _QUICK if quick else _ALL
        if held_out is None:
            return {}
        return score_detector(forward, held_out, device=self._setting.device, limit=limit)


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
