"""Which frames of a source are followed, and that their times always rise."""

from __future__ import annotations

import numpy as np
import pytest

from tfan.io import Source
from tfan.recordings import Asked, Wanted, record
from tfan.recordings.resume import Known
from tfan.recordings.usable import UsableFrames

from .conftest import Stand

NAN = float("nan")


@pytest.fixture
def told(make_frame):
    def run(*times, start=0, known=None):
        frames = UsableFrames(Stand(times, make_frame), start, known or {})
        return [frame.time_s for frame in frames.good], frames.trouble

    return run


@pytest.mark.parametrize(
    ("times", "expected"),
    [
        ((0.0, 0.1, None, 0.3), (0.0, 0.1, 0.101, 0.3)),
        ((0.0, 1 / 60, None, 3 / 60), (0.0, 1 / 60, 1 / 60 + 0.001, 3 / 60)),
        ((5.0, None, None, 5.0015, 6.0), (5.0, 5.001, 5.002, 5.003, 6.0)),
        ((0.0, 0.0, 0.0, 0.5), (0.0, 0.001, 0.002, 0.5)),
        ((0.0, 0.5, 0.2, 0.6), (0.0, 0.5, 0.501, 0.6)),
        ((0.0, NAN, 0.2), (0.0, 0.001, 0.2)),
        ((0.0, float("inf"), 0.2), (0.0, 0.001, 0.2)),
    ],
)
def test_times_rise_whatever_the_source_tells(told, times, expected):
    got, trouble = told(*times)
    assert got == pytest.approx(expected)
    assert (np.diff(got) > 0).all()
    assert "count as 1 ms later" in trouble


def test_times_that_rise_stay_as_they_are(told):
    assert told(0.0, 0.1, 0.25) == ([0.0, 0.1, 0.25], "")
    assert told(-2.0, 0.0) == ([-2.0, 0.0], "")
    assert told(None, None) == ([None, None], "")


@pytest.mark.parametrize("first", [None, NAN])
def test_where_the_first_frame_tells_no_time_none_does(told, first):
    """One of them would be before those that the tracker counts for the frames without."""
    got, trouble = told(first, None, 0.0, 5.0)
    assert got == [None] * 4
    assert "2 frames tell times, but the first does not: the times are left out" in trouble


@pytest.mark.parametrize(
    ("times", "start", "expected"),
    [
        ((0.0, 0.5, 1.5, 1.5, 1.5, 2.0), 2, (1.5, 1.501, 1.502, 2.0)),
        ((0.0, 0.5, 1.5, 1.5, None), 3, (1.501, 1.502)),
        ((0.0, 0.5, 1.5, 1.5, 1.5), 4, (1.502,)),
        ((0.0, 0.5, None, None, 1.5, 2.0), 2, (1.5, 1.501, 1.502, 2.0)),
    ],
)
def test_frames_that_a_journal_has_keep_its_times(told, times, start, expected):
    got, _ = told(*times, start=start, known={2: 1.5, 3: 1.501})
    assert got == pytest.approx(expected, abs=1e-9)


def test_a_journal_without_times_stays_so(told):
    got, trouble = told(None, None, 0.0, 5.0, start=2, known={1: NAN, 2: NAN})
    assert got == [None, None]
    assert "tell times" in trouble


def test_a_journal_tells_the_times_of_its_last_frames(kept):
    known = Known()
    known.recent.extend(kept)
    assert known.times_s == {0: 0.0, 2: 0.2, 3: 0.3}


def test_the_number_of_frames_is_asked_for_once(recording, tmp_path, fake, monkeypatch):
    """A folder counts its files for it."""
    asked_for = []
    real = Source.n_frames.fget

    def n_frames(self):
        asked_for.append(1)
        return real(self)

    monkeypatch.setattr(Source, "n_frames", property(n_frames))
    pytest.importorskip("av")
    asked = Asked(output=tmp_path / "out", wanted=Wanted(overlay=True))
    done = []
    record(str(recording), "clip", asked, fake(), lambda *each: done.append(each))
    assert ("follow", 20, 20) in done
    assert ("draw", 20, 20) in done
    assert len(asked_for) <= 4
