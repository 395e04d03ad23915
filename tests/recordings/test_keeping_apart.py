"""No result takes the place of a recording, be it its own or another one of the same call."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.recordings import Wanted
from tfan.recordings.finish import result_files
from tfan.recordings.origin import keep_apart

FIRST = "rec.npy"


def results(folder, **wanted):
    return result_files(folder / "rec", Wanted(**wanted))


@pytest.mark.parametrize(
    ("other", "wanted"),
    [
        ("rec.npz", {"formats": ("npz",)}),
        ("rec.coco.json", {"formats": ("coco",)}),
        ("rec.overlay.mp4", {"overlay": True}),
        ("rec.signals.csv", {"signals": ("drift",)}),
    ],
)
def test_a_result_in_the_place_of_another_source_is_refused(tmp_path, other, wanted):
    for name in (FIRST, other):
        (tmp_path / name).write_bytes(b"raw")
    names = [str(tmp_path / FIRST), str(tmp_path / other)]
    with pytest.raises(
        InputError, match=rf"{other}: expected a place .* got a recording to be read"
    ):
        keep_apart(names, results(tmp_path, **wanted))
    keep_apart(names, results(tmp_path / "out", **wanted))
    keep_apart(names[:1], results(tmp_path, **wanted))


def test_a_folder_of_results_does_not_take_that_of_pictures(tmp_path):
    """It is taken away before the new one gets its name."""
    pictures = tmp_path / "rec.pts"
    pictures.mkdir()
    (pictures / "0.png").write_bytes(b"raw")
    names = [str(tmp_path / FIRST), str(pictures)]
    with pytest.raises(
        InputError, match=r"rec.pts: expected a place .* got a recording to be read"
    ):
        keep_apart(names, results(tmp_path, formats=("pts",)))


def test_results_may_lie_among_pictures(tmp_path):
    (tmp_path / "0.png").write_bytes(b"raw")
    keep_apart([str(tmp_path)], results(tmp_path))


def test_what_tfan_wrote_may_be_written_anew(tmp_path):
    """As `tfan track *.mp4 --overlay --resume` in the folder of the results asks for."""
    for name in ("rec.mp4", "rec.overlay.mp4", "rec.track.json"):
        (tmp_path / name).write_bytes(b"")
    names = [str(path) for path in tmp_path.glob("*.mp4")]
    assert len(names) == 2
    keep_apart(names, results(tmp_path, overlay=True))


def test_sources_without_files_keep_nothing_from_being_written(tmp_path):
    keep_apart(["camera:0", str(tmp_path / "nothing.npy")], results(tmp_path))


def test_a_link_to_a_recording_is_one(tmp_path):
    np.save(tmp_path / "raw.npy", np.zeros((2, 4, 4)))
    (tmp_path / "rec.npz").symlink_to(tmp_path / "raw.npy")
    with pytest.raises(InputError, match="got a recording to be read"):
        keep_apart([str(tmp_path / "raw.npy")], results(tmp_path, formats=("npz",)))
