"""How every file of weights stands: bundled and published, where it lies, what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tfan.errors import WeightsError
from tfan.models import registry, store
from tfan.models.pins import read_pin, sha256_of
from tfan.models.published_files import PUBLISHED, Published

State = Literal["verified", "not pinned", "found", "absent", "wrong"]


@dataclass(frozen=True, slots=True)
class Standing:
    """How one file of weights stands.

    Attributes:
        name: of the weights.
        origin: "bundled" or "published".
        task: "detect" or "landmark".
        licence: SPDX name.
        state: "verified" (equals its known or pinned hash), "not pinned" (right as far as looked
            at, never pinned), "found" (the same, in a folder of the published package), "absent",
            or "wrong" (must not be used; the remark says why).
        path: where it lies, or belongs when it is absent.
        sha256: of the file, "" for an absent one.
        remark: what else a person should know.
    """

    name: str
    origin: Literal["bundled", "published"]
    task: str
    licence: str
    state: State
    path: Path
    sha256: str = ""
    remark: str = ""


def standings(*, thorough: bool) -> list[Standing]:
    """Return how every file stands, the bundled ones first.

    Args:
        thorough: read what is in the published files too (needs torch), and pin right ones that
            a person put into the cache folder; otherwise sizes, archives and hashes only.
    """
    published = [published_standing(row, thorough=thorough) for row in PUBLISHED.values()]
    return [bundled_standing(name) for name in registry.WEIGHTS] + published


def bundled_standing(name: str) -> Standing:
    """Return how a bundled file stands."""
    row = registry.find(name)
    path = registry.bundled_path(row)

    def told(state: State, remark: str = "") -> Standing:
        digest = sha256_of(path) if path.is_file() else ""
        return Standing(name, "bundled", row.task, row.licence, state, path, digest, remark)

    try:
        registry.read_bundled(row)
    except WeightsError as error:
        return told("wrong", str(error))
    return told("verified")


def published_standing(row: Published, *, thorough: bool) -> Standing:
    """Return how a published file stands; see `standings`."""
    path = store.place(row)
    check = store.content_check(row) if thorough else None

    def told(state: State, where: Path, remark: str = "") -> Standing:
        digest = sha256_of(where) if where.is_file() else ""
        return Standing(
            row.name, "published", row.task, row.licence, state, where, digest, remark
        )  # fmt: skip

    if path.is_file():
        return told(*_in_place(row, path, check, thorough=thorough))
    wrong = ""
    for other in store.other_places(row, doubtful=check is not None):
        try:
            checked = store.check_file(row, other, check)
        except WeightsError as error:
            wrong = wrong or f"passed over {other}: {error}"
            continue
        return told("found", other, f"checked: {checked}; not pinned, it is not tfan's")
    return told("absent", path, wrong)


def _in_place(
    row: Published, path: Path, check: store.ContentCheck | None, *, thorough: bool
) -> tuple[State, Path, str]:
    try:
        if read_pin(path) is None and not thorough:
            checked = store.check_file(row, path, check)
            return "not pinned", path, f"checked: {checked}; pinned by `tfan weights verify`"
        store.trust(row, path, check)
        checked = store.check_file(row, path, check) if thorough else ""
    except WeightsError as error:
        return "wrong", path, str(error)
    pin = read_pin(path)
    if pin is None:
        return "not pinned", path, f"checked: {checked}; {path.parent} cannot be written to"
    return "verified", path, f"pinned on {pin.date[:10]}; checked: {checked or pin.checked}"
