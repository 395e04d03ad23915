"""The bank of heads: rendered once without background, memory-mapped, put into many scenes."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.synth.draw import draw_face
from tfan.synth.face import FaceRender, render_face
from tfan.synth.head import Head
from tfan.synth.params import FaceParams
from tfan.synth.record import to_json
from tfan.synth.shards import MANIFEST, UNREADABLE, apart_path

Floats = npt.NDArray[np.float32]

HEAD_PX = 224
NEAR_SHARE = 0.4
BACK_SHARE = 0.07
BOWED_SHARE = 0.15  # looking down, as readers, eaters and audiences do
PROFILE_SHARE = 0.12
SHOULDER_ROWS = 6
LEAST_SHOULDER_PX = 8
BOWED_DEG = 12.0
FACELESS_YAW_DEG = 135.0  # between this and a profile, cheek and lashes still show: not counted
POOL_REACH = 20


@dataclass(frozen=True, slots=True, eq=False)
class HeadBank:
    """Heads to choose from; pictures stay on disk until asked for.

    Attributes:
        celsius: shards of (n, 224, 224) float16, 0 where nobody is.
        coverage: shards of (n, 224, 224) uint8, 255 where the person is.
        starts: (shards + 1,) index of each shard's first head.
        box_px: (N, 4) face, hairline to chin.
        five_px: (N, 5, 2) points.
        pose_deg: (N, 3) yaw, pitch, roll.
        ambient_celsius: (N,) air round the head.
        skin_celsius: (N,) base of its skin.
        near: (N,) True for tight framing (no shoulders to continue).
        back: (N,) True for the back of a head.
        shoulder_px: (N, 2) left and right end of the person in the lowest row, equal for none.
        cloth_celsius: (N,) temperature of that row.
        seed: of the data set that the bank is.
        pools: name to indices of its heads, coldest air first.
    """

    celsius: tuple[npt.NDArray[np.float16], ...]
    coverage: tuple[npt.NDArray[np.uint8], ...]
    starts: npt.NDArray[np.int64]
    box_px: Floats
    five_px: Floats
    pose_deg: Floats
    ambient_celsius: Floats
    skin_celsius: Floats
    near: npt.NDArray[np.bool_]
    back: npt.NDArray[np.bool_]
    shoulder_px: Floats
    cloth_celsius: Floats
    seed: int
    pools: dict[str, npt.NDArray[np.int64]]

    def __len__(self) -> int:
        return int(self.starts[-1])

    def picture(self, index: int) -> tuple[npt.NDArray[np.float16], npt.NDArray[np.uint8]]:
        """Return (224, 224) degrees and coverage of one head."""
        shard = int(np.searchsorted(self.starts, index, side="right")) - 1
        row = index - int(self.starts[shard])
        return self.celsius[shard][row], self.coverage[shard][row]

    def is_faceless(self, index: int) -> bool:
        """Return whether a head shows its back so fully that it is a plain negative."""
        return bool(self.back[index]) and _is_faceless(float(self.pose_deg[index, 0]))

    def alike(self, rng: np.random.Generator, pool: str, ambient_celsius: float) -> int:
        """Draw a head of a pool whose air was about as warm; any head where the pool is empty."""
        members = self.pools[pool] if len(self.pools[pool]) else np.arange(len(self))
        middle = int(np.searchsorted(self.ambient_celsius[members], ambient_celsius))
        reach = max(POOL_REACH, len(members) // 25)
        place = middle + int(rng.integers(-reach, reach + 1))
        return int(members[min(max(place, 0), len(members) - 1)])


def _is_faceless(yaw_deg: float) -> bool:
    return abs((yaw_deg + 180) % 360 - 180) > FACELESS_YAW_DEG


def draw_head(rng: np.random.Generator) -> FaceParams:
    """Draw a person for the bank: 40 % tight, 7 % from behind, more bowed heads and profiles."""
    near, back = rng.random() < NEAR_SHARE, rng.random() < BACK_SHARE
    person = draw_face(rng, framing=("near" if near else "far") + ("-back" if back else ""))
    chance = rng.random()
    if back or chance >= BOWED_SHARE + PROFILE_SHARE:
        return person
    yaw, pitch, roll = person.pose.head_deg
    if chance < BOWED_SHARE:
        pitch = float(rng.uniform(15, 42))
    else:
        yaw = float(rng.choice([-1, 1]) * rng.uniform(55, 95))
    return replace(person, pose=replace(person.pose, head_deg=(yaw, pitch, roll)))


def head_arrays(head: Head, person: FaceParams) -> tuple[dict[str, npt.NDArray[Any]], str]:
    """Render one entry of the bank; return its arrays and its record."""
    render = render_face(head, person, side_px=HEAD_PX)
    shoulder, cloth = _shoulder(render)
    arrays: dict[str, npt.NDArray[Any]] = {
        "celsius": render.celsius.astype(np.float16),
        "coverage": np.rint(render.coverage * 255).astype(np.uint8),
        "box_px": render.box_px,
        "five_px": render.five_px,
        "pose_deg": render.pose_deg,
        "ambient_celsius": np.array(render.ambient_celsius, np.float32),
        "skin_celsius": np.array(render.skin_celsius, np.float32),
        "near": np.array(person.framing.startswith("near")),
        "back": np.array(person.framing.endswith("back")),
        "shoulder_px": shoulder,
        "cloth_celsius": np.array(cloth, np.float32),
    }
    return arrays, to_json(person)


def _shoulder(render: FaceRender) -> tuple[Floats, float]:
    """Return the ends of the lowest row of the person and its temperature."""
    lowest = render.coverage[-SHOULDER_ROWS:] > 0.5
    columns = np.flatnonzero(lowest.any(axis=0))
    if len(columns) < LEAST_SHOULDER_PX:
        return np.zeros(2, np.float32), render.ambient_celsius
    ends = np.array([columns[0], columns[-1]], np.float32)
    return ends, float(np.median(render.celsius[-SHOULDER_ROWS:][lowest]))


APART = ("celsius", "coverage")


def open_bank(folder: Path) -> HeadBank:
    """Open a bank that `dataset.generate("heads", ...)` wrote.

    Raises:
        InputError: the folder holds no heads, or damaged ones.
    """
    paths = sorted(folder.glob("heads-*.npz"))
    if not paths:
        raise InputError(
            "bank of heads",
            expected="files heads-*.npz",
            got=f"none in {folder}",
            fix="Run 'tfan synth generate heads FOLDER --count 8000' first.",
        )
    try:
        return _open(folder, paths)
    except UNREADABLE as error:
        raise InputError(
            "bank of heads",
            expected="whole files",
            got=f"{folder} ({type(error).__name__}: {error})",
            fix="Generate it again: whole files are kept, damaged ones are made anew.",
        ) from error


def _open(folder: Path, paths: list[Path]) -> HeadBank:
    columns: dict[str, list[npt.NDArray[Any]]] = {}
    for path in paths:
        with path.open("rb") as file, np.load(file) as stored:
            for name in stored.files:
                columns.setdefault(name, []).append(stored[name])
    sizes = [len(index) for index in columns.pop("index")]
    labels = {name: np.concatenate(arrays) for name, arrays in columns.items()}
    return HeadBank(
        celsius=tuple(np.load(apart_path(path, "celsius"), mmap_mode="r") for path in paths),
        coverage=tuple(np.load(apart_path(path, "coverage"), mmap_mode="r") for path in paths),
        starts=np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64),
        seed=int(json.loads((folder / f"heads.{MANIFEST}").read_text())["seed"]),
        pools=_pools(labels),
        **labels,
    )


def _pools(labels: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[np.int64]]:
    near, back = labels["near"], labels["back"]
    bowed = labels["pose_deg"][:, 1] > BOWED_DEG
    clothed = np.ptp(labels["shoulder_px"], axis=1) > 0
    member = {
        "near": near & ~back,
        "face": ~near & ~back & clothed,
        "bowed": ~near & ~back & clothed & bowed,
        "any": ~near & clothed,
        "back": ~near & back,
        "near-back": near & back,
    }
    order = np.argsort(labels["ambient_celsius"], kind="stable")
    return {name: order[mask[order]] for name, mask in member.items()}
