import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest

from tfan.errors import InputError
from tfan.io import open_source
from tfan.io.frame import Frame
from tfan.landmarks.schemes import load_scheme
from tfan.thermal.interpret import interpret
from tfan.thermal.plane import prepare
from tfan.tracking import FrameNote, Tracker, crowd, follow
from tfan.viz import colourise

HZ = 30.0


def play(tracker, frames):
    return [tracker.update(frame, i / HZ) for i, frame in enumerate(frames)]


@pytest.fixture(scope="module")
def walk(shifted):
    return [shifted(2.0 * i, 0.5 * i, seed=i) for i in range(20)]


def test_a_walking_face_keeps_its_number_and_is_where_detect_finds_it(pipeline, walk):
    tracker = Tracker(pipeline)
    told = play(tracker, walk)
    assert [[face.track_id for face in faces] for faces in told] == [[1]] * len(walk)
    assert not any(face.held for faces in told for face in faces)
    (alone,) = pipeline.detect(walk[-1])
    apart = np.linalg.norm(told[-1][0].face.points_px - alone.points_px, axis=1).mean()
    assert apart < 0.02 * np.ptp(alone.points_px[:, 1])


def test_contrast_kept_for_some_frames_moves_no_point(pipeline, walk, monkeypatch):
    told = play(Tracker(pipeline), walk)
    monkeypatch.setattr("tfan.tracking.tracker._ALIKE", 1)
    alone = play(Tracker(pipeline), walk)
    apart = [
        np.abs(one[0].face.points_px - other[0].face.points_px).max()
        for one, other in zip(told, alone, strict=True)
    ]
    assert 0 < max(apart) < 0.01


def test_contrast_is_measured_anew_after_a_step(pipeline, walk):
    tracker = Tracker(pipeline)
    play(tracker, [*walk[:3], walk[3] + np.float32(6)])  # a NUC
    assert tracker.note.event == "step"
    assert tracker._like.low == prepare(walk[3] + np.float32(6)).low


@pytest.mark.parametrize(("every", "runs"), [(1, 20), (5, 4), (100, 1)])
def test_the_detector_runs_every_few_frames(pipeline, walk, every, runs):
    tracker, detected = Tracker(pipeline, detect_every=every), 0
    for i, frame in enumerate(walk):
        tracker.update(frame, i / HZ)
        detected += tracker.note.detected
    assert detected == runs


@pytest.mark.parametrize(("rate_hz", "frames"), [(40.0, 20), (10.0, 8)])
def test_left_alone_the_detector_runs_each_half_second_and_no_oftener_than_each_eighth_frame(
    pipeline, shifted, rate_hz, frames
):
    tracker, ran = Tracker(pipeline), []
    for i in range(42):
        tracker.update(shifted(seed=i % 5), i / rate_hz)
        ran.append(tracker.note.detected)
    assert [i for i, now in enumerate(ran) if now] == [*range(0, 42, frames)]


def test_a_face_that_vanishes_is_held_unseen_and_comes_back_as_the_same(pipeline, shifted, empty):
    tracker = Tracker(pipeline)
    seen = play(tracker, [shifted(seed=i) for i in range(6)])[-1][0]
    (gone,) = tracker.update(empty, 6 / HZ)
    assert gone.held
    assert gone.track_id == 1
    assert (gone.face.visibility == 0).all()
    assert (gone.face.sigma_px > seen.face.sigma_px).all()
    assert gone.face.confidence.mean() < seen.face.confidence.mean()
    assert tracker.note.detected
    assert tracker.update(empty + 0.01, 1.0) == []  # longer than bridge_s
    tracker.update(shifted(seed=8), 1.1)
    (back,) = tracker.update(shifted(seed=9), 1.15)
    assert (back.track_id, back.held) == (1, False)


def test_who_was_away_for_long_gets_a_new_number(pipeline, shifted, empty):
    tracker = Tracker(pipeline, keep_s=0.5)
    play(tracker, [shifted(seed=i) for i in range(4)])
    tracker.update(empty, 1.0)
    (back,) = tracker.update(shifted(seed=9), 2.0)
    assert back.track_id == 2


def test_a_frozen_frame_measures_nobody_again(pipeline, shifted):
    tracker = Tracker(pipeline)
    frame = shifted()
    (first,) = tracker.update(frame, 0.0)
    for time_s in (0.1, 0.5, 2.0):
        (again,) = tracker.update(frame, time_s)
        assert tracker.note.event == "freeze"
        assert (again.held, again.time_s, again.track_id) == (True, time_s, first.track_id)
    assert again.face.points_px == pytest.approx(first.face.points_px)


def test_after_a_cut_everybody_is_new(pipeline, picture):
    tracker = Tracker(pipeline)
    play(tracker, [picture, picture + 0.01])
    other = np.ascontiguousarray(picture[:, ::-1]).copy()
    other[:100] = 45.0 - other[:100]
    other[100:, :60] += 8.0
    tracker.update(other, 0.2)
    assert tracker.note.event == "cut"
    assert all(track.track_id != 1 for track in tracker._crowd.tracks)


def test_a_camera_that_reuses_its_array_is_not_frozen(pipeline, shifted):
    tracker, buffer = Tracker(pipeline), shifted(seed=0)
    tracker.update(buffer, 0.0)
    buffer[:] = shifted(3, seed=1)
    tracker.update(buffer, 0.1)
    assert tracker.note.event == "none"


def test_reset_forgets_everything(pipeline, walk):
    tracker = Tracker(pipeline)
    first = play(tracker, walk[:3])
    tracker.reset()
    assert tracker.note is None
    again = play(tracker, walk[:3])
    assert again[-1][0].track_id == 1
    assert again[-1][0].face.points_px == pytest.approx(first[-1][0].face.points_px)


def test_live_points_are_smoothed_and_video_points_are_not(pipeline, shifted):
    frames = [shifted(seed=i) for i in range(12)]
    raw = play(Tracker(pipeline, "video"), frames)[-1][0]
    live = play(Tracker(pipeline, "live"), frames)[-1][0]
    assert raw.face.points_px is raw.measured_px
    assert live.measured_px == pytest.approx(raw.measured_px)
    assert np.abs(live.face.points_px - live.measured_px).max() > 1e-3
    five = live.face.points_px[load_scheme("mediapipe478").five]
    assert live.face.five_px == pytest.approx(five)
    assert raw.face.pose_deg != pytest.approx(live.face.pose_deg, abs=1e-4)


def test_images_have_nothing_to_do_with_each_other(pipeline, walk):
    tracker = Tracker(pipeline, "image")
    for i, frame in enumerate(walk[::7]):
        (face,) = tracker.update(frame, float(i))
        (alone,) = pipeline.detect(frame)
        assert face.track_id == 1
        assert face.face.points_px == pytest.approx(alone.points_px)


def test_times_come_from_the_frame_or_the_rate(pipeline, walk):
    tracker = Tracker(pipeline, rate_hz=10)
    frames = [Frame(f, interpret(f), i, time_s) for i, (f, time_s) in enumerate(
        zip(walk[:3], (5.0, 5.3, None), strict=True))]  # fmt: skip
    times = [tracker.update(frame)[0].time_s for frame in frames]
    assert times == pytest.approx([5.0, 5.3, 5.4])
    with pytest.raises(InputError, match=r"after the last frame's 5\.4 s, got 5\.2 s"):
        tracker.update(walk[4], 5.2)


def test_what_a_frame_says_of_its_values_is_not_decided_again(pipeline, picture, monkeypatch):
    frame = Frame(picture, interpret(picture), 0)
    with monkeypatch.context() as forbidden:
        forbidden.setattr("tfan.thermal.plane.read_values", None)
        assert Tracker(pipeline).update(frame)
        assert Tracker(pipeline, "image").update(frame)
        with pytest.raises(TypeError):
            Tracker(pipeline).update(frame, mode="temperature")
    assert Tracker(pipeline).update(frame, mode="temperature")


def test_a_palette_is_found_after_a_black_beginning(pipeline, picture, tmp_path):
    colours = np.ascontiguousarray(colourise(picture, palette="iron")[..., ::-1])
    np.save(tmp_path / "fade_in.npy", np.stack([np.zeros_like(colours), colours]))
    with open_source(tmp_path / "fade_in.npy") as source:
        _, frame = source
    (seen,), (alone,) = Tracker(pipeline).update(frame), Tracker(pipeline).update(colours)
    np.testing.assert_array_equal(seen.measured_px, alone.measured_px)


@pytest.mark.parametrize(
    "wrong",
    [{"mode": "film"}, {"detect_every": 0}, {"rate_hz": 0}, {"bridge_s": 3.0}, {"max_faces": 0}],
)
def test_wrong_settings_are_refused(pipeline, wrong):
    with pytest.raises(InputError):
        Tracker(pipeline, **wrong)


def test_follow_gives_every_frame_once_in_order_and_smoother(pipeline, shifted):
    frames = [(shifted(seed=i), i / HZ) for i in range(40)]
    done = list(follow(iter(frames), Tracker(pipeline)))
    assert [each.note.frame for each in done] == list(range(40))
    assert all(each.frame is frame for each, frame in zip(done, frames, strict=True))
    smooth = np.stack([each.faces[0].face.points_px for each in done])
    raw = np.stack([each.faces[0].measured_px for each in done])
    assert smooth.std(axis=0).mean() < 0.6 * raw.std(axis=0).mean()
    assert smooth.mean(axis=0) == pytest.approx(raw.mean(axis=0), abs=0.1)
    tracker = Tracker(pipeline)
    raw_poses = np.stack([tracker.update(*frame)[0].face.pose_deg for frame in frames])
    poses = np.stack([each.faces[0].face.pose_deg for each in done])
    assert (poses.std(axis=0) < 0.6 * raw_poses.std(axis=0)).all()
    assert poses.mean(axis=0) == pytest.approx(raw_poses.mean(axis=0), abs=0.3)


def test_follow_keeps_a_second_of_frames_and_no_more(pipeline, shifted):
    alive = 0
    most = 0

    class Counted(np.ndarray):
        def __del__(self):
            nonlocal alive
            alive -= 1

    def source():
        nonlocal alive, most
        for i in range(60):
            alive += 1
            most = max(most, alive)
            yield shifted(seed=i % 7).view(Counted), i / HZ

    assert sum(1 for _ in follow(source(), Tracker(pipeline, detect_every=50))) == 60
    assert most < 40 if sys.implementation.name == "cpython" else True


def test_a_70_point_pipeline_is_followed_too(pipeline, walk):
    seventy = replace(pipeline, scheme="facesynthetics70")
    (face,) = play(Tracker(seventy), walk[:4])[-1]
    assert face.face.points_px.shape == (70, 2)


@pytest.mark.parametrize("palette", ["jet", "green"])
def test_noise_does_not_turn_the_colours_of_a_video_round(pipeline, shifted, palette):
    tracker, numbers, events = Tracker(pipeline), set(), set()
    for i in range(12):
        colours = np.ascontiguousarray(colourise(shifted(2.0 * i, seed=i), palette=palette))
        _, data = cv2.imencode(".jpg", colours[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 70])
        numbers |= {face.track_id for face in tracker.update(cv2.imdecode(data, 1), i / HZ)}
        events.add(tracker.note.event)
    assert numbers == {1}
    assert events == {"first", "none"}


def test_frames_that_arrive_in_bursts_do_not_lose_who_walks(pipeline, shifted):
    tracker, detected = Tracker(pipeline), 0
    for i in range(24):
        faces = tracker.update(shifted(1.5 * i, seed=i), (i // 3) * 3 / 9 + (i % 3) * 0.001)
        detected += tracker.note.detected
        assert [(face.track_id, face.held) for face in faces] == [(1, False)]
    assert detected < 12


def test_a_shutter_that_stays_closed_takes_nobodys_number(pipeline, shifted):
    tracker = Tracker(pipeline)
    play(tracker, [shifted(seed=i) for i in range(5)])
    still, now = shifted(seed=5), 5 / HZ
    for _ in range(30):  # three seconds, more than keep_s
        (face,) = tracker.update(still, now)
        now += 0.1
    assert face.held
    (face,) = tracker.update(shifted(seed=6), now)
    assert (face.track_id, face.held) == (1, False)


def test_a_doubtful_thing_does_not_bring_a_lost_face_back(pipeline, shifted, empty, monkeypatch):
    """A belly, where the face was, has some of a face; the face itself is sure soon."""
    tracker, seen = Tracker(pipeline), crowd.look_into
    play(tracker, [shifted(seed=i) for i in range(4)])
    now = 4 / HZ
    for i in range(10):  # longer than a lost face is looked for where it was going
        now += 0.1
        assert all(face.held for face in tracker.update(empty + np.float32(0.001 * i), now))
    with monkeypatch.context() as patch:
        patch.setattr(crowd, "look_into", lambda *a: [replace(s, sureness=0.35) for s in seen(*a)])
        assert all(face.held for face in tracker.update(shifted(seed=20), now + 0.1))
    (face,) = tracker.update(shifted(seed=21), now + 0.2)
    assert (face.track_id, face.held) == (1, False)


def test_frames_stored_thrice_are_no_shutter(pipeline, shifted, empty):
    """A 10 Hz camera in a 30 Hz file: who comes after three seconds of nobody is somebody else."""
    tracker = Tracker(pipeline)
    rng = np.random.default_rng(0)
    nobody = [(empty + rng.normal(0, 0.05, empty.shape)).astype(np.float32) for _ in range(30)]
    own = [shifted(seed=i) for i in range(4)] + nobody + [shifted(seed=9), shifted(seed=10)]
    for i, frame in enumerate(own):
        for copy in range(3):
            faces = tracker.update(frame, i / 10 + copy / 30)
    assert [face.track_id for face in faces] == [2]


def test_smoothing_follows_the_face_and_not_its_number(pipeline, shifted):
    """Two people whose numbers are set right: nobody's points lie half-way between them."""
    (face,) = Tracker(pipeline).update(shifted(seed=0), 0.0)

    class Swapping:
        settings = Tracker(pipeline).settings

        def __init__(self):
            self.note = None

        def update(self, image, time_s, *, mode):
            frame = round(time_s * 60)
            self.note = FrameNote(frame, time_s, "none", 0.0, detected=False)
            places = (0, 80) if frame < 10 else (80, 0)
            return [
                replace(
                    face, track_id=number, serial=1 if place == 0 else 2, time_s=time_s,
                    frame=frame, measured_px=face.measured_px + np.float32([place, 0]),
                )
                for number, place in zip((1, 2), places, strict=True)
            ]  # fmt: skip

    done = list(follow(((None, i / 60) for i in range(21)), Swapping()))
    left = face.measured_px[:, 0].mean()
    for frame, followed in enumerate(done):
        first = followed.faces[0].face.points_px[:, 0].mean()
        assert first == pytest.approx(left + (0 if frame < 10 else 80), abs=0.5)
