from __future__ import annotations

import json
from dataclasses import asdict, replace

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.recordings import FrameRow, Journal, JournalWriter, PersonRow
from tfan.recordings.journal import _MAGIC, _packed, find_journal
from tfan.recordings.measuring import row_of
from tfan.rois import RegionReading


@pytest.fixture
def written(tmp_path, kept):
    path = tmp_path / "clip.tfan-part"
    with JournalWriter(path, kept.heading) as writer:
        for row in kept:
            writer.add(row)
    return path


def test_rows_come_back_as_they_went_in(written, kept):
    journal = Journal(written)
    assert journal.heading == kept.heading
    back = list(journal)
    assert [row.frame for row in back] == [0, 2, 3]
    assert [row.event for row in back] == ["first", "step", "none"]
    for row, old in zip(back, kept, strict=True):
        assert (row.time_s, row.step) == (old.time_s, old.step)
        for one, other in zip(row.people, old.people, strict=True):
            assert (one.track_id, one.held) == (other.track_id, other.held)
            np.testing.assert_array_equal(one.celsius, other.celsius)
            for name in ("box_px", "points_px", "sigma_px", "visibility", "five_px", "pose_deg"):
                np.testing.assert_array_equal(getattr(one.face, name), getattr(other.face, name))
            assert one.face.scheme == other.face.scheme


def test_readings_and_unknown_times_come_back(tmp_path, kept):
    reading = RegionReading("chin", 34.5, 34.25, 35, 36, 33, 0.5, 0.125, 12.5, 0.75)
    unseen = replace(reading, name="lips", mean_celsius=float("nan"))
    person = replace(kept.rows[0].people[0], readings=(reading, unseen))
    row = FrameRow(4, float("nan"), "none", -0.25, (person,))
    heading = replace(kept.heading, regions=("chin", "lips"))
    with JournalWriter(tmp_path / "j", heading) as writer:
        writer.add(row)
    (back,) = Journal(tmp_path / "j")
    assert np.isnan(back.time_s)
    assert back.people[0].readings[0] == reading
    assert [each.seen for each in back.people[0].readings] == [True, False]


@pytest.mark.parametrize("cut", [1, 7, 500])
def test_a_torn_end_costs_its_frame_only_and_is_gone_on_from(written, kept, cut):
    last = written.read_bytes()
    written.write_bytes(last + last[-600:-cut])  # half a record at the end, of odd bytes
    assert len(list(Journal(written))) == 3
    with JournalWriter(written, kept.heading) as writer:
        writer.add(replace(kept.rows[0], frame=9))
    assert [row.frame for row in Journal(written)] == [0, 2, 3, 9]


def test_a_record_that_breaks_off_is_left_out(written):
    whole = written.read_bytes()
    written.write_bytes(whole[:-3])
    assert [row.frame for row in Journal(written)] == [0, 2]


@pytest.mark.parametrize("data", [b"", b"tfan journal 1\n", b"something else altogether"])
def test_what_is_no_journal_is_said(tmp_path, data):
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(InputError, match="expected a journal of tfan track"):
        Journal(tmp_path / "x")
    with pytest.raises(InputError, match="expected a journal"):
        Journal(tmp_path / "nothing")


def changed_heading(path, kept, change):
    """Write the heading of a journal anew; its frames stay."""
    whole = path.read_bytes()
    begun = _MAGIC + _packed(json.dumps(asdict(kept.heading)).encode())
    assert whole.startswith(begun)
    facts = change(asdict(kept.heading))
    path.write_bytes(_MAGIC + _packed(json.dumps(facts).encode()) + whole[len(begun) :])


@pytest.mark.parametrize("at", [len(_MAGIC), len(_MAGIC) + 2, len(_MAGIC) + 5, 40])
@pytest.mark.parametrize("bit", [1, 128])
def test_a_damaged_heading_costs_no_frames(written, kept, at, bit):
    """One bit, in the size of the heading, its checksum or itself."""
    data = bytearray(written.read_bytes())
    data[at] ^= bit
    written.write_bytes(data)
    says = (
        r"expected a journal of tfan track, got one whose heading is damaged.* leave out --resume"
    )
    for open_it in (find_journal, Journal, lambda path: JournalWriter(path, kept.heading)):
        with pytest.raises(InputError, match=f"(?i){says}"):
            open_it(written)
        assert written.read_bytes() == data


def test_a_heading_that_breaks_off_anywhere_is_none(written, kept):
    whole = written.read_bytes()
    n_heading = len(_MAGIC) + len(_packed(json.dumps(asdict(kept.heading)).encode()))
    for n in range(0, n_heading, 7):
        written.write_bytes(whole[:n])
        assert find_journal(written) is None
    written.write_bytes(whole[:n_heading])
    assert find_journal(written).heading == kept.heading


@pytest.mark.parametrize(
    "change",
    [
        lambda facts: facts | {"newer": 1},
        lambda facts: {name: facts[name] for name in facts if name != "hw"},
        lambda facts: facts | {"hw": [1, 2, 3]},
        lambda facts: [],
    ],
)
def test_a_journal_of_another_version_is_said(written, kept, change):
    changed_heading(written, kept, change)
    with pytest.raises(InputError, match=r"got one of another version.*Leave out --resume"):
        Journal(written)


def test_held_and_hidden_points_have_no_temperature(fake, make_frame, regions):
    values = np.full((120, 160), 34.0, np.float32)
    follower = fake()
    frames = [make_frame(values, index, index / 10) for index in (4, 5)]
    seen, held = (row_of(one, regions) for one in follower(frames, "auto"))
    assert np.isfinite(seen.people[0].celsius).all()
    assert [each.mean_celsius for each in seen.people[0].readings] == pytest.approx([34.0, 34.0])
    assert held.people[0].held
    assert np.isnan(held.people[0].celsius).all()
    assert not any(each.seen for each in held.people[0].readings)


def test_points_outside_the_image_have_no_temperature(fake, make_frame, regions):
    values = np.full((70, 60), 34.0, np.float32)  # the face's right and lower part is cut off
    (row,) = (row_of(one, regions) for one in fake()([make_frame(values)], "auto"))
    (person,) = row.people
    inside = (person.face.points_px >= 0).all(axis=1)
    inside &= (person.face.points_px < [60, 70]).all(axis=1)
    assert 50 < inside.sum() < 470
    np.testing.assert_array_equal(np.isfinite(person.celsius), inside)


def test_a_picture_without_temperatures_has_none(fake, make_frame, regions):
    frame = make_frame(np.full((120, 160), 100, np.uint8))
    frame = replace(frame, reading=replace(frame.reading, meaning="pixel", scale=None, offset=None))
    (row,) = (row_of(one, regions) for one in fake()([frame], "auto"))
    assert isinstance(row.people[0], PersonRow)
    assert row.people[0].readings == ()
    assert np.isnan(row.people[0].celsius).all()


def test_what_goes_wrong_at_the_end_does_not_hide_what_went_wrong_before(tmp_path, kept):
    def end(error=None):
        with JournalWriter(tmp_path / "clip.tfan-part", kept.heading) as writer:
            writer._file = NoPlace(writer._file)
            if error is not None:
                raise error

    with pytest.raises(KeyboardInterrupt):
        end(KeyboardInterrupt())
    with pytest.raises(InputError, match="expected a place to write to, got No space left"):
        end()


class NoPlace:
    """A file on a full disk: closing it flushes it."""

    def __init__(self, file):
        self.file = file

    def close(self):
        self.file.close()
        raise OSError(28, "No space left on device")
