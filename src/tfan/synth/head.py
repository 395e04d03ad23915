"""The morphable head: ICT-FaceKit (MIT) packed into one file, and read back."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from tfan.errors import InputError
from tfan.io.files import replace_file
from tfan.synth.landmark_rows import LandmarkRows, landmark_rows
from tfan.synth.shards import UNREADABLE

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int32]

WHERE = (
    "Clone https://github.com/ICT-VGL/ICT-FaceKit (MIT licence) and run "
    "'tfan synth pack ICT-FaceKit head.npz', then pass --head head.npz or set TFAN_HEAD."
)
# first vertex of each part of the published mesh (ICT-FaceKit README, "Vertex Indices"), in order
PARTS = (
    ("face", 0), ("headneck", 9409), ("mouthsocket", 11248), ("eyesocketL", 13294),
    ("eyesocketR", 13678), ("gums", 14062), ("teeth", 17039), ("scleraL", 21451),
    ("irisL", 22221), ("scleraR", 23021), ("irisR", 23791), ("lacL", 24591),
    ("lacR", 24795), ("blendL", 24999), ("blendR", 25023), ("occL", 25047),
    ("occR", 25199), ("lashL", 25351), ("lashR", 26035),
)  # fmt: skip
VERTICES_TOTAL = 26719
IDENTITIES = 100
DRAWN = (
    "face", "headneck", "mouthsocket", "eyesocketL", "eyesocketR",
    "gums", "teeth", "scleraL", "scleraR",
)  # fmt: skip
VERTICES = 23791  # all drawn parts lie below; lashes, blends and tear films are left out


@dataclass(frozen=True, slots=True, eq=False)
class Head:
    """A morphable head in centimetres; x to the subject's left, y up, z out of the face.

    Attributes:
        mean: (V, 3) neutral mean head.
        identity: (100, V * 3) identity modes, one standard deviation each.
        expression: (53, V * 3) expression shapes at full strength.
        expression_names: (53,) ARKit-like names.
        triangles: (T, 3) vertex indices of the drawn parts.
        part: (V,) index into part_names.
        part_names: names of the parts.
        rows: landmarks as rows on triangles.
    """

    mean: Floats
    identity: Floats
    expression: Floats
    expression_names: tuple[str, ...]
    triangles: Ints
    part: npt.NDArray[np.uint8]
    part_names: tuple[str, ...]
    rows: LandmarkRows

    def is_part(self, *names: str) -> npt.NDArray[np.bool_]:
        """Return (V,) True at the vertices of the named parts."""
        return np.isin(self.part, [self.part_names.index(n) for n in names])

    def shaped(self, identity: Floats, expression: Floats) -> Floats:
        """Return (V, 3) vertices for (100,) identity and (53,) expression coefficients."""
        moved = identity @ self.identity
        for k in np.flatnonzero(expression):
            moved += expression[k] * self.expression[k]
        return np.asarray(self.mean + moved.reshape(-1, 3), np.float32)


def default_head_path() -> Path:
    """Return TFAN_HEAD, or the packed head beside a developer's checkout."""
    if os.environ.get("TFAN_HEAD"):
        return Path(os.environ["TFAN_HEAD"])
    return Path(__file__).parents[4] / "shared" / "data" / "ict_face_model.npz"


@lru_cache(maxsize=2)
def load_head(path: Path | None = None) -> Head:
    """Read a packed head.

    Args:
        path: file written by `pack`; None takes `default_head_path`.

    Raises:
        InputError: the file is missing or is not a packed head.
    """
    path = path or default_head_path()
    if not path.is_file():
        raise InputError(
            "head model", expected="a packed head file", got=f"no file {path}", fix=WHERE
        )
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            data = {key: stored[key] for key in stored.files}
        return _from_arrays(data)
    except UNREADABLE as error:
        raise InputError(
            "head model", expected="a file written by 'tfan synth pack'",
            got=f"{path} ({type(error).__name__}: {error})", fix=WHERE,
        ) from error  # fmt: skip


def _from_arrays(data: dict[str, npt.NDArray[np.generic]]) -> Head:
    names = tuple(str(n) for n in data["region_names"])
    drawn = np.isin(data["tri_region"], [names.index(n) for n in DRAWN])
    modes = [np.asarray(data[k][:, :VERTICES], np.float32) for k in ("ids", "exs")]
    return Head(
        mean=np.ascontiguousarray(data["mean"][:VERTICES], np.float32),
        identity=np.ascontiguousarray(modes[0].reshape(len(modes[0]), -1)),
        expression=np.ascontiguousarray(modes[1].reshape(len(modes[1]), -1)),
        expression_names=tuple(str(n) for n in data["expr_names"]),
        triangles=np.ascontiguousarray(data["tris"][drawn], np.int32),
        part=np.asarray(data["region"][:VERTICES], np.uint8),
        part_names=names,
        rows=landmark_rows(),
    )


def pack(folder: Path, out: Path) -> None:
    """Pack an ICT-FaceKit checkout into one file of about 17 MB.

    Args:
        folder: the clone, or its FaceXModel folder.
        out: file to write, ``.npz``; written beside and renamed.

    Raises:
        InputError: a mesh is missing or has another number of vertices, or out cannot be written.
    """
    models = folder / "FaceXModel" if (folder / "FaceXModel").is_dir() else folder
    index = models / "vertex_indices.json"
    if not index.is_file():
        raise InputError("ICT-FaceKit", expected=f"{index.name} in it", got=str(folder), fix=WHERE)
    expressions = [str(n) for n in json.loads(index.read_text())["expressions"]]
    mean, triangles = _read_obj(models / "generic_neutral_mesh.obj")
    identities = [_difference(models / f"identity{i:03d}.obj", mean) for i in range(IDENTITIES)]
    shapes = [_difference(models / f"{name}.obj", mean) for name in expressions]
    starts = np.array([start for _, start in PARTS])
    region = (np.searchsorted(starts, np.arange(len(mean)), side="right") - 1).astype(np.uint8)
    _write(
        out, mean=mean, ids=np.stack(identities), exs=np.stack(shapes),
        tris=triangles.astype(np.uint16), region=region, tri_region=region[triangles[:, 0]],
        region_names=np.array([n for n, _ in PARTS]), expr_names=np.array(expressions),
    )  # fmt: skip


def _write(out: Path, **arrays: Any) -> None:
    def write(beside: Path) -> None:
        with beside.open("wb") as file:
            np.savez_compressed(file, **arrays)

    replace_file(out, write, kind="head model")


def _difference(path: Path, mean: Floats) -> npt.NDArray[np.float16]:
    return (_read_obj(path)[0] - mean).astype(np.float16)


def _read_obj(path: Path) -> tuple[Floats, Ints]:
    """Return (V, 3) vertices and (T, 3) triangles of a Wavefront file; polygons as fans."""
    if not path.is_file():
        raise InputError(
            "ICT-FaceKit", expected=f"the mesh {path.name}", got="no such file", fix=WHERE
        )
    vertices: list[list[float]] = []
    triangles: list[tuple[int, int, int]] = []
    for line in path.read_text().splitlines():
        if line.startswith("v "):
            vertices.append([float(x) for x in line.split()[1:4]])
        elif line.startswith("f "):
            corner = [int(word.split("/")[0]) - 1 for word in line.split()[1:]]
            triangles += [(corner[0], corner[k], corner[k + 1]) for k in range(1, len(corner) - 1)]
    if len(vertices) != VERTICES_TOTAL:
        raise InputError(
            path.name, expected=f"{VERTICES_TOTAL} vertices", got=str(len(vertices)), fix=WHERE
        )
    return np.array(vertices, np.float32), np.array(triangles, np.int32)
