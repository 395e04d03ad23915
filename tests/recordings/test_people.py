"""Numbers that go on after an interruption, summaries, signals and the plot."""

from __future__ import annotations

import csv
from dataclasses import replace

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.recordings import FrameRow, JournalWriter, PersonRow, Wanted, summarise
from tfan.recordings.journal import Journal
from tfan.recordings.people_signals import regions_needed, write_signals
from tfan.recordings.plot import draw_plot
from tfan.recordings.resume import known_from
from tfan.rois import RegionReading

RATE_HZ = 10.0


@pytest.fixture
def person(make_face):
    def make(track_id, x=50.0, held=False, readings=()):
        face = make_face(x, 60, 70)
        return PersonRow(track_id, held, face, np.full(70, 34, np.float32), tuple(readings))

    return make


def test_people_keep_their_numbers_when_a_run_goes_on(tmp_path, kept, person):
    with JournalWriter(tmp_path / "j", kept.heading) as writer:
        for number in range(100):
            row = FrameRow(number, number / 10, "none", 0.0, (person(2, 40), person(5, 120)))
            writer.add(row)
    known = known_from(Journal(tmp_path / "j"))
    assert (known.last_frame, known.last_id, known.start) == (99, 5, 40)
    for number in range(known.start, 100):  # a new tracker numbers them the other way round
        row = FrameRow(number, number / 10, "none", 0.0, (person(1, 121), person(2, 41)))
        assert known.numbered(row) is None
    third = FrameRow(100, 10.0, "none", 0.0, (person(1, 121), person(2, 41), person(3, 80)))
    numbered = known.numbered(third)
    assert [(one.track_id, float(one.face.points_px[:, 0].mean())) for one in numbered.people] == [
        (2, pytest.approx(41, abs=0.01)),
        (5, pytest.approx(121, abs=0.01)),
        (6, pytest.approx(80, abs=0.01)),
    ]


def test_without_a_journal_numbers_stay(person):
    from tfan.recordings.resume import Known

    row = FrameRow(0, 0.0, "none", 0.0, (person(4),))
    known = Known()
    assert known.start == 0
    assert known.numbered(row).people[0].track_id == 4


def test_a_person_who_is_only_held_has_no_coverage(make_kept, person):
    summary = summarise(make_kept([FrameRow(0, 0.0, "none", 0.0, (person(1, held=True),))]))
    (one,) = summary.people
    assert (one.n_measured, one.n_held, one.coverage, summary.n_seen) == (0, 1, 0.0, 0)


def test_nobody(make_kept):
    summary = summarise(make_kept([]))
    assert (summary.n_read, summary.coverage, summary.people) == (0, 0.0, ())


def breathing_rows(person, per_min, seconds=40, timed=True):
    times = np.arange(0, seconds, 1 / RATE_HZ)
    rng = np.random.default_rng(1)
    for number, time_s in enumerate(times):
        wave = 0.3 * np.sin(2 * np.pi * per_min / 60 * time_s) + rng.normal(0, 0.03)
        readings = [
            RegionReading(name, 34 + wave, 34, 34, 34, 34, 0.1, 0.1, 20, 0.9)
            for name in ("right_nostril", "left_nostril")
        ]
        one = person(1, readings=readings)
        yield FrameRow(number, time_s if timed else float("nan"), "none", 0.0, (one,))


def signal_rows(folder):
    with (folder / "clip.signals.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_breathing_is_written_with_its_confidence(make_kept, person, tmp_path):
    rows = make_kept(breathing_rows(person, 15), regions=("right_nostril", "left_nostril"))
    write_signals(tmp_path, "clip", rows, ["breathing", "drift", "steps"])
    found = signal_rows(tmp_path)
    whole = found[0]
    assert (whole["track_id"], whole["signal"], whole["unit"]) == ("1", "breathing", "per minute")
    assert float(whole["value"]) == pytest.approx(15, abs=1)
    assert float(whole["confidence"]) > 0.5
    windows = [row for row in found[1:] if row["signal"] == "breathing"]
    assert [float(row["to_s"]) - float(row["from_s"]) for row in windows] == [30.0] * len(windows)
    assert len(windows) == 3
    (drift,) = (row for row in found if row["signal"] == "drift")
    assert abs(float(drift["value"])) < 0.2
    assert not [row for row in found if row["signal"] == "steps"]


def test_a_face_of_no_quality_makes_neither_steps_nor_drift(make_kept, person, tmp_path):
    def rows():
        for row in breathing_rows(person, 15):
            (one,) = row.people
            if row.frame < 150:  # the landmarks lie on the wall
                readings = tuple(replace(each, mean_celsius=24.0) for each in one.readings)
                face = replace(one.face, quality=0.004)
                row = replace(row, people=(replace(one, face=face, readings=readings),))
            yield row

    kept = make_kept(rows(), regions=("right_nostril", "left_nostril"))
    write_signals(tmp_path, "clip", kept, ["drift", "steps"])
    (drift,) = signal_rows(tmp_path)
    assert drift["signal"] == "drift"
    assert float(drift["to_s"]) == pytest.approx(39.9)
    assert float(drift["low"]) < 0.2
    assert float(drift["high"]) > -0.2


def test_without_times_no_rate_is_made_up(make_kept, person, tmp_path):
    rows = make_kept(
        breathing_rows(person, 15, timed=False), regions=("right_nostril", "left_nostril")
    )
    write_signals(tmp_path, "clip", rows, ["breathing"])
    (row,) = signal_rows(tmp_path)
    assert (row["value"], row["confidence"]) == ("", "")
    assert "--fps" in row["note"]


def test_without_temperatures_there_is_a_reason(make_kept, person, tmp_path):
    rows = make_kept([FrameRow(0, 0.0, "none", 0.0, (person(1),))], meaning="pixel")
    write_signals(tmp_path, "clip", rows, ["breathing"])
    assert signal_rows(tmp_path)[0]["note"] == "no temperatures"


def test_unknown_signals_and_numbers_are_said_before_the_work():
    with pytest.raises(InputError, match="signal: expected one of breathing"):
        Wanted(signals=("pulse",)).check()
    with pytest.raises(InputError, match="every: expected 1 or more"):
        Wanted(every=0).check()
    assert regions_needed(["breathing", "drift"]) == ("right_nostril", "left_nostril")


def test_plot_has_a_chart_for_each_person_and_a_strip_for_quality(make_kept, person):
    names = ("right_nostril", "left_nostril")
    rows = list(breathing_rows(person, 15, seconds=10))
    alone = make_kept(rows, regions=names)
    one = draw_plot(alone, summarise(alone))
    second = person(2, 120, readings=rows[0].people[0].readings)
    both = make_kept([replace(row, people=(*row.people, second)) for row in rows], regions=names)
    two = draw_plot(both, summarise(both))
    assert one.dtype == np.uint8
    assert len(two) == 2 * len(one)
    assert two.shape[1:] == one.shape[1:]


def test_plot_shows_where_nobody_is_measured(make_kept, person):
    rows = list(breathing_rows(person, 15, seconds=10))
    gone = [replace(row, people=() if 30 <= row.frame < 60 else row.people) for row in rows]
    kept = make_kept(gone, regions=("right_nostril", "left_nostril"))
    picture = draw_plot(kept, summarise(kept))
    strip = picture[565]
    grey = (strip == 222).all(axis=1)
    drawn = np.flatnonzero((strip != 255).any(axis=1))
    assert grey[drawn].mean() == pytest.approx(0.3, abs=0.05)


@pytest.mark.parametrize("regions", [(), ("right_nostril", "left_nostril")])
def test_plot_of_nobody_and_without_temperatures(make_kept, person, regions):
    nobody = make_kept([FrameRow(0, float("nan"), "none", 0.0, ())], regions=regions)
    assert draw_plot(nobody, summarise(nobody)).std() > 0
    held = make_kept(
        [FrameRow(n, float("nan"), "none", 0.0, (person(1, held=n == 1),)) for n in range(3)],
        meaning="pixel",
    )
    assert draw_plot(held, summarise(held)).std() > 0
