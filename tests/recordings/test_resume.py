"""`--resume`: what a run left is used only where it is of the same recording and call."""

from __future__ import annotations

import csv
import json
import os
from dataclasses import replace

import cv2
import numpy as np
import pytest

from tfan.errors import InputError
from tfan.recordings import Asked, Journal, JournalWriter, Wanted, record
from tfan.rois import regions_from_table

SPOT = {"regions": {"spot": [10, 338, 297, 332]}}
EDITED = {"regions": {"spot": [1, 44, 19, 274]}}
RATE_HZ = 10.0


@pytest.fixture
def again(tmp_path, regions):
    def make(table=None, signals=(), **reading):
        return Asked(
            output=tmp_path / "out",
            regions=regions if table is None else regions_from_table(table),
            reading=reading or {"fps": RATE_HZ},
            wanted=Wanted(signals=signals),
            resume=True,
        )

    return make


def interrupted(source, asked, follower):
    with pytest.raises(KeyboardInterrupt):
        record(str(source), "clip", asked, follower)


def test_a_region_of_the_same_name_with_other_corners_does_not_go_on(recording, again, fake):
    interrupted(recording, again(SPOT), fake(stop_at=9))
    with pytest.raises(InputError, match=r"expected corners {'spot': .* leave out"):
        record(str(recording), "clip", again(EDITED), fake())
    summary, _ = record(str(recording), "clip", again(SPOT), fake())
    assert summary.n_read == 20


def test_a_complete_result_of_edited_regions_is_made_anew(recording, again, fake):
    record(str(recording), "clip", again(SPOT), fake())
    table = again().output / "clip.regions.csv"
    before = table.read_text(encoding="utf-8")
    interrupted(recording, again(EDITED), fake(stop_at=0))
    record(str(recording), "clip", again(EDITED), fake())
    assert table.read_text(encoding="utf-8") != before


@pytest.mark.parametrize("n", [6, 30])
def test_another_recording_of_the_same_name_is_not_gone_on_with(recording, again, fake, n):
    interrupted(recording, again(), fake(stop_at=9))
    np.save(recording, np.load(recording)[np.arange(n) % 20])
    with pytest.raises(InputError, match=r"expected files .* as in the run that was interrupted"):
        record(str(recording), "clip", again(), fake())


def test_another_recording_of_the_same_name_and_size_is_noticed_by_its_time(recording, again, fake):
    interrupted(recording, again(), fake(stop_at=9))
    stat = recording.stat()
    os.utime(recording, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1_000_000))
    with pytest.raises(InputError, match="expected files"):
        record(str(recording), "clip", again(), fake())


def test_a_complete_result_is_made_anew_for_a_new_recording(recording, again, fake):
    record(str(recording), "clip", again(), fake())
    np.save(recording, np.load(recording)[np.arange(30) % 20])
    summary, _ = record(str(recording), "clip", again(), fake())
    assert summary.n_read == 30
    same, _ = record(str(recording), "clip", again(), fake(stop_at=0))
    assert same == summary


def test_pictures_that_joined_a_folder_are_noticed(tmp_path, again, fake):
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(4):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((120, 160), 30_715, np.uint16))
    first, _ = record(str(folder), "clip", again(), fake())
    assert record(str(folder), "clip", again(), fake(stop_at=0))[0] == first
    report = json.loads((again().output / "clip.track.json").read_text(encoding="utf-8"))
    assert report["files"]["number"] == 4
    assert report["files"]["bytes"] == sum(path.stat().st_size for path in folder.iterdir())
    cv2.imwrite(str(folder / "4.png"), np.full((120, 160), 30_715, np.uint16))
    assert record(str(folder), "clip", again(), fake())[0].n_read == 5


def test_a_result_that_does_not_tell_its_files_is_made_anew(recording, again, fake):
    """As the first versions of tfan left it."""
    record(str(recording), "clip", again(), fake())
    path = again().output / "clip.track.json"
    facts = json.loads(path.read_text(encoding="utf-8"))
    del facts["files"], facts["corners"]
    path.write_text(json.dumps(facts), encoding="utf-8")
    interrupted(recording, again(), fake(stop_at=0))


@pytest.mark.parametrize("data", [b"", b"tfan jour", b"tfan journal 1\n", b"tfan journal 1\n\x99"])
def test_a_journal_without_a_heading_is_none(recording, again, fake, data):
    path = again().output / "clip.tfan-part"
    path.parent.mkdir()
    path.write_bytes(data)
    summary, trouble = record(str(recording), "clip", again(), fake())
    assert (summary.n_read, trouble) == (20, "")
    assert not path.exists()
    path.write_bytes(data)
    assert record(str(recording), "clip", again(), fake(stop_at=0))[0] == summary


def test_a_file_that_is_no_journal_is_not_written_over(recording, again, fake):
    path = again().output / "clip.tfan-part"
    path.parent.mkdir()
    path.write_bytes(b"something else altogether")
    with pytest.raises(InputError, match="expected a journal of tfan track"):
        record(str(recording), "clip", again(), fake())
    assert path.read_bytes() == b"something else altogether"


def test_a_journal_that_does_not_tell_its_files_is_said(recording, again, fake):
    """As the first versions of tfan left it."""
    interrupted(recording, again(), fake(stop_at=9))
    path = again().output / "clip.tfan-part"
    rows, heading = list(Journal(path)), replace(Journal(path).heading, files={}, corners={})
    path.unlink()
    with JournalWriter(path, heading) as writer:
        for row in rows:
            writer.add(row)
    with pytest.raises(InputError, match=r"expected .* tells its files, got .* no such") as told:
        record(str(recording), "clip", again(), fake())
    assert "changed" not in str(told.value)
    assert "eave out --resume" in str(told.value)
    assert len(list(Journal(path))) == 9


@pytest.mark.parametrize("resume", [True, False])
def test_a_folder_in_the_place_of_the_journal_is_one_sentence(recording, again, fake, resume):
    path = again().output / "clip.tfan-part"
    path.mkdir(parents=True)
    with pytest.raises(InputError, match=r"clip\.tfan-part: expected"):
        record(str(recording), "clip", replace(again(), resume=resume), fake())
    assert path.is_dir()


class Standing:
    """A source whose clock stands still for 100 frames."""

    kind, n_frames = "NPY", 200

    def __init__(self, name, make_frame):
        self.name, self.make_frame = name, make_frame

    def frames(self, start=0):
        values = np.full((120, 160), 34.0, np.float32)
        for index in range(start, 200):
            yield self.make_frame(values, index, float(index // 100))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


def test_a_clock_that_stands_still_is_gone_on_with_as_in_one_run(
    recording, again, fake, make_frame, monkeypatch
):
    def open_source(name, **reading):
        return Standing(name, make_frame)

    monkeypatch.setattr("tfan.recordings.run.open_source", open_source)
    asked = again(signals=("drift",))
    interrupted(recording, asked, fake(stop_at=195))
    record(str(recording), "clip", asked, fake())
    with (asked.output / "clip.frames.csv").open(encoding="utf-8", newline="") as file:
        times = [float(row["time_s"]) for row in csv.DictReader(file)]
    counted = 0.001 * np.arange(100)
    np.testing.assert_allclose(times, np.concatenate([counted, 1 + counted]), atol=1e-6)


class Full:
    """A file on a disk with room for half of what waits: flushing it fails, and so does closing."""

    n_flushed = 0

    def __init__(self, file):
        self.file, self.waiting = file, b""

    def write(self, data):
        self.waiting += data

    def flush(self):
        Full.n_flushed += 1
        self.file.write(self.waiting[: len(self.waiting) // 2])
        self.waiting = b""
        raise OSError(28, "No space left on device")

    def close(self):
        self.file.close()
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_one_sentence(recording, again, fake, monkeypatch):
    """As the system says it: the first flush fails, and so does the one at the end."""
    from tfan.recordings import journal

    class Writer(journal.JournalWriter):
        def __enter__(self):
            self._file = Full(self._file)
            return self

    np.save(recording, np.load(recording)[np.arange(40) % 20])
    monkeypatch.setattr("tfan.recordings.run.JournalWriter", Writer)
    monkeypatch.setattr(Full, "n_flushed", 0)
    with pytest.raises(InputError, match="expected a place to write to, got No space left"):
        record(str(recording), "clip", again(), fake())
    assert Full.n_flushed == 1
    monkeypatch.undo()
    kept = [row.frame for row in Journal(again().output / "clip.tfan-part")]
    assert 10 < len(kept) < 32  # those of the first flush that there was room for
    assert kept == list(range(len(kept)))
    assert record(str(recording), "clip", again(), fake())[0].n_read == 40
