"""Faces whose points are known in two schemes: what an adaptation network learns from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.evaluate.datasets import open_dataset
from tfan.evaluate.judge import Detect, judge
from tfan.evaluate.sample import Sample
from tfan.io.files import replace_file
from tfan.landmarks.convert import correspondence
from tfan.landmarks.schemes import NETWORK_SCHEMES, load_scheme
from tfan.pipeline.loading import load_pipeline
from tfan.synth.shards import UNREADABLE
from tfan.train.sources import SYNTH, Source, held_out

Floats = npt.NDArray[np.float32]
Names = npt.NDArray[np.str_]
Arrays = Mapping[str, npt.NDArray[np.float32]]

# scheme -> its points from the arrays of a shard of `tfan synth generate faces`. The 68 have the
# jaw as it is seen, the 70 on the 3-D jaw that a turned face hides.
SHARD_POINTS: Mapping[str, tuple[tuple[str, ...], Callable[[Arrays], Floats]]] = {
    "mediapipe478": (("points_px",), lambda a: a["points_px"][:, :478]),
    "facesynthetics70": (("points_px",), lambda a: a["points_px"][:, 478:]),
    "ibug68": (
        ("jaw_contour_px", "points_px"),
        lambda a: np.concatenate([a["jaw_contour_px"], a["points_px"][:, 478 + 17 : 478 + 68]], 1),
    ),
    # not the shards' five points: their nose tip is landmark 1, the data set's lies below it
    "tfw5": (("points_px",), lambda a: _exactly("tfw5", a["points_px"][:, :478])),
}


def _exactly(scheme: str, mesh_px: Floats) -> Floats:
    """Return points (N, K, 2) of a scheme that are sums of the 478 (N, 478, 2)."""
    sums = correspondence("mediapipe478", scheme).matrix
    points: Floats = np.einsum("kp,npc->nkc", sums, mesh_px).astype(np.float32)
    return points


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """N faces in two schemes, in pixels of their images.

    Attributes:
        given: (N, S, 2) x, y of the source's points, all known.
        wanted: (N, T, 2) of the target's; NaN where one is not known.
        yaw_deg: (N,) how far the head is turned; NaN where nobody says.
        who: (N,) names of the people, or of the faces where nobody is named.
    """

    given: Floats
    wanted: Floats
    yaw_deg: Floats
    who: Names

    def __len__(self) -> int:
        return len(self.given)

    def __getitem__(self, chosen: slice | npt.NDArray[np.bool_]) -> Pairs:
        return Pairs(
            self.given[chosen], self.wanted[chosen], self.yaw_deg[chosen], self.who[chosen]
        )


def split(pairs: Pairs, share: float) -> tuple[Pairs, Pairs]:
    """Return the pairs to learn from and those of the held-out share of the people."""
    away = np.array([held_out(who, share) for who in pairs.who], bool)
    return pairs[~away], pairs[away]


def read_pairs(places: Sequence[Path], source: str, target: str) -> Pairs:
    """Return the pairs of .npz files, and of all such files in folders.

    A file holds arrays named as the two schemes, (N, S, 2) and (N, T, 2), and maybe "yaw_deg"
    (N,) and "subject" (N,), a name for each face; or it is a shard of `tfan synth generate faces`.

    Raises:
        InputError: there are no pairs, or a file cannot be read as such.
    """
    parts = [_read(path, source, target) for place in places for path in _files(place)]
    if not parts or not sum(map(len, parts)):
        named = ", ".join(map(str, places))
        raise InputError(
            "pairs", expected=f"faces with {source} and {target}", got=f"none in {named}"
        )
    return joined(parts)


def joined(parts: Sequence[Pairs]) -> Pairs:
    """Return all pairs as one."""
    columns = zip(*((p.given, p.wanted, p.yaw_deg, p.who) for p in parts), strict=True)
    return Pairs(*(np.concatenate(column) for column in columns))


def write_pairs(pairs: Pairs, path: Path, source: str, target: str) -> None:
    """Write a file that `read_pairs` reads."""
    columns = {
        source: pairs.given, target: pairs.wanted, "yaw_deg": pairs.yaw_deg, "subject": pairs.who
    }  # fmt: skip

    def write(beside: Path) -> None:
        with beside.open("wb") as file:
            np.savez_compressed(file, allow_pickle=False, **columns)

    replace_file(path, write)


def found_pairs(samples: Iterable[Sample], detect: Detect, source: str, target: str) -> Pairs:
    """Return what a landmarker of the source's scheme finds of faces annotated in the target's.

    Faces that are not found, and those in other schemes, are left out.
    """
    given, wanted, yaw, who = [], [], [], []
    for sample in samples:
        for face in judge(sample, detect).faces:
            answer = face.answer
            if answer is None or (answer.scheme, face.truth.scheme) != (source, target):
                continue
            given.append(answer.points_px)
            wanted.append(face.truth.points_px)
            yaw.append(float(answer.pose_deg[0]))
            who.append(sample.subject or f"{sample.name}:{face.number}")
    shapes = [(-1, load_scheme(name).n_points, 2) for name in (source, target)]
    return Pairs(
        np.asarray(given, np.float32).reshape(shapes[0]),
        np.asarray(wanted, np.float32).reshape(shapes[1]),
        np.asarray(yaw, np.float32),
        np.asarray(who, np.str_),
    )


def _files(place: Path) -> list[Path]:
    if place.is_dir():
        return sorted(p for p in place.glob("*.npz") if not p.name.startswith("negatives"))
    if not place.exists():
        raise InputError("pairs", expected="a folder or an .npz file", got=f"no file {place}")
    return [place]


def _read(path: Path, source: str, target: str) -> Pairs:
    try:
        with np.load(path, allow_pickle=False) as archive:
            sides = [_points(archive, name) for name in (source, target)]
            n = len(sides[0])
            yaw = np.full(n, np.nan, np.float32)
            if "yaw_deg" in archive:
                yaw = archive["yaw_deg"].astype(np.float32)
            elif "pose_deg" in archive:
                yaw = archive["pose_deg"][:, 0].astype(np.float32)
            named = "subject" in archive
            who = archive["subject"] if named else [f"{path.name}:{i}" for i in range(n)]
            who = np.asarray(who, np.str_)
    except UNREADABLE as error:
        expected = f"arrays {source} and {target}, or a shard of tfan synth generate faces"
        raise InputError(f"pairs in {path.name}", expected=expected, got=str(error)) from error
    _check(path, sides, (yaw, who), source, target)
    known = np.logical_and(np.isfinite(sides[0]).all((1, 2)), np.isfinite(sides[1]).any((1, 2)))
    return Pairs(sides[0], sides[1], yaw, who)[known]


def _points(archive: Mapping[str, npt.NDArray[np.float32]], scheme: str) -> Floats:
    if scheme in archive:
        return archive[scheme].astype(np.float32)
    if scheme not in SHARD_POINTS:
        raise KeyError(f"no array {scheme}")
    names, make = SHARD_POINTS[scheme]
    return make({name: archive[name].astype(np.float32) for name in names})


def _check(
    path: Path, sides: list[Floats], rest: tuple[Floats, Names], source: str, target: str
) -> None:
    n = len(sides[0])
    for points, name in zip(sides, (source, target), strict=True):
        wanted = (n, load_scheme(name).n_points, 2)
        if points.shape != wanted:
            raise InputError(
                f"{name} in {path.name}", expected=f"shape {wanted}", got=str(points.shape)
            )
    for values, name in zip(rest, ("yaw_deg", "subject"), strict=True):
        if values.shape != (n,):
            raise InputError(
                f"{name} in {path.name}", expected=f"shape ({n},)", got=str(values.shape)
            )


def pairs_of(place: Source, source: str, target: str) -> Pairs:
    """Return the pairs of a --data: files, shards, or a data set that the networks look at.

    Raises:
        InputError: there are none, or the networks of tfan do not answer in the source's scheme.
    """
    _check_keys(place)
    if place.kind == SYNTH:
        pairs = read_pairs([place.folder], source, target)
        return pairs[: place.limit]
    if source not in NETWORK_SCHEMES:
        expected = " or ".join(NETWORK_SCHEMES)
        raise InputError(f"source with {place.label}", expected=expected, got=repr(source))
    pipeline = load_pipeline(n_landmarks=load_scheme(source).n_points)
    samples = open_dataset(place.kind, place.folder, **dict(place.options))
    fitting = (sample for sample in samples if _fits(sample, place))
    pairs = found_pairs(
        islice(fitting, place.limit), lambda image: pipeline.detect(image), source, target
    )
    if not len(pairs):
        raise InputError(place.label, expected=f"faces annotated in {target} that tfan finds",
                         got="none")  # fmt: skip
    return pairs


def _check_keys(place: Source) -> None:
    """Refuse what `tfan train adapt` would leave unheard."""
    given: dict[str, str | bool] = {"weight": place.weight != 1}
    if place.kind == SYNTH:
        given |= {"split": place.split, "condition": place.condition}
    for key, said in given.items():
        if said:
            raise InputError(place.label, expected=f"no key {key}, which pairs do not have",
                             got=f"{key}={getattr(place, key)}")  # fmt: skip


def _fits(sample: Sample, place: Source) -> bool:
    asked = ((place.split, sample.split), (place.condition, sample.condition))
    return all(not wanted or wanted == said for wanted, said in asked)
