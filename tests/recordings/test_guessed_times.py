"""Times that no frame told are said, and no signal is computed from them."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from tfan.io import Source
from tfan.io.recording import Indexed, Stored, Wishes
from tfan.recordings import Asked, FrameRow, Journal, JournalWriter, Wanted, record
from tfan.recordings.people_signals import series_of, signal_rows
from tfan.recordings.usable import UsableFrames
from tfan.rois import RegionReading

from .conftest import Stand

SAYS = "{} frames are told to be no later than the one before, or tell no time"


def test_guessed_times_are_counted_and_marked(make_frame):
    frames = UsableFrames(Stand((0.0, 0.001, 0.002, 1.0, 1.0, 2.0), make_frame, guessed=(1, 2)))
    good = list(frames.good)
    assert [frame.time_s for frame in good] == pytest.approx([0, 0.001, 0.002, 1, 1.001, 2])
    assert [frame.time_guessed for frame in good] == [False, True, True, False, True, False]
    assert SAYS.format(3) in frames.trouble


def person(kept, celsius):
    one = RegionReading("chin", celsius, 34, 34, 34, 34, 0.1, 0.1, 20, 0.9)
    return replace(kept.rows[0].people[0], readings=(one,))


def test_a_journal_keeps_which_times_are_guessed(tmp_path, kept):
    rows = [replace(kept.rows[0], time_guessed=True), kept.rows[1]]
    with JournalWriter(tmp_path / "j", kept.heading) as writer:
        for row in rows:
            writer.add(row)
    assert [row.time_guessed for row in Journal(tmp_path / "j")] == [True, False]


def test_series_leave_out_guessed_times(make_kept, kept):
    rows = [
        FrameRow(n, n / 10, "none", 0.0, (person(kept, 34 + n),), time_guessed=n in (1, 2))
        for n in range(4)
    ]
    (series,) = series_of(make_kept(rows, regions=("chin",)))
    assert series.time_s.tolist() == [0.0, 0.3]
    assert series.celsius.ravel().tolist() == [34.0, 37.0]
    assert len(series.quality) == 2


@pytest.mark.parametrize("name", ["breathing", "drift", "steps"])
def test_a_person_seen_at_guessed_times_only_has_no_signal(make_kept, kept, name):
    rows = [FrameRow(1, 0.001, "none", 0.0, (person(kept, 34),), time_guessed=True)]
    (series,) = series_of(make_kept(rows, regions=("chin",)))
    (row,) = signal_rows(series, name)
    assert np.isnan(row.value)
    assert "guessed" in row.note


@pytest.fixture
def untimed(recording, tmp_path, monkeypatch, regions):
    """A recording of 200 frames of which the clock was gone for a while; asks for its drift."""
    frames = np.full((200, 120, 160), 34.0, np.float32)
    frames[:, :10] = 21.0
    frames += 0.01 * np.arange(200, dtype=np.float32)[:, None, None]
    clocks = [None if 5 <= n < 45 or n >= 190 else 1.6e9 + n for n in range(200)]

    def open_source(name, **reading):
        fetched = Indexed("t", 200, lambda n: Stored(n, frames[n], clocks[n]))
        return Source(name, fetched, Wishes())

    monkeypatch.setattr("tfan.recordings.run.open_source", open_source)

    def run(folder, follower):
        asked = Asked(
            output=tmp_path / folder,
            regions=regions[:1],
            wanted=Wanted(formats=(), signals=("drift",)),
            resume=True,
        )
        summary, trouble = record(str(recording), "clip", asked, follower)
        with (asked.output / "clip.signals.csv").open(encoding="utf-8", newline="") as file:
            return summary, trouble, list(csv.DictReader(file))

    return run


def test_drift_is_computed_from_the_times_that_were_told(untimed, fake):
    """The recording warms by 0.6 degC a minute; the guessed times would make it much more."""
    summary, trouble, rows = untimed("out", fake())
    assert summary.n_read == 200
    assert SAYS.format(50) in trouble
    assert "signals" in trouble
    assert float(rows[0]["value"]) == pytest.approx(0.6, abs=0.02)
    assert (rows[0]["from_s"], rows[0]["to_s"]) == ("0.000", "189.000")


def test_guessed_times_are_told_after_resuming_too(untimed, fake):
    whole = untimed("whole", fake())
    with pytest.raises(KeyboardInterrupt):
        untimed("halves", fake(stop_at=150))
    assert untimed("halves", fake()) == whole
