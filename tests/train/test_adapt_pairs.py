"""Pairs for an adaptation network: files, shards, and what a landmarker finds of a data set."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from tfan.errors import InputError
from tfan.evaluate.sample import Sample, TrueFace
from tfan.landmarks import load_scheme
from tfan.train import adapt_pairs as module
from tfan.train.adapt_pairs import (
    Pairs,
    found_pairs,
    joined,
    pairs_of,
    read_pairs,
    split,
    write_pairs,
)
from tfan.train.adapt_scores import as_numbers, scores, table
from tfan.train.sources import parse_source

SOURCE, TARGET = "facesynthetics70", "ibug68"


def some(n: int = 4, *, seed: int = 0) -> Pairs:
    rng = np.random.default_rng(seed)
    given = rng.uniform(0, 100, (n, 70, 2)).astype(np.float32)
    yaw = np.linspace(0, 90, n, dtype=np.float32)
    return Pairs(given, given[:, :68].copy(), yaw, np.array([f"p{i}" for i in range(n)]))


def write_shard(path, n: int = 3, **more) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(2)
    arrays = {
        "points_px": rng.uniform(0, 176, (n, 548, 2)).astype(np.float32),
        "jaw_contour_px": rng.uniform(0, 176, (n, 17, 2)).astype(np.float32),
        "five_px": rng.uniform(0, 176, (n, 5, 2)).astype(np.float32),
        "pose_deg": rng.uniform(-60, 60, (n, 3)).astype(np.float32),
        **more,
    }
    np.savez(path, **arrays)
    return arrays


def test_a_file_holds_what_was_written(tmp_path):
    write_pairs(some(), tmp_path / "a.npz", SOURCE, TARGET)
    back = read_pairs([tmp_path / "a.npz"], SOURCE, TARGET)
    for name in ("given", "wanted", "yaw_deg", "who"):
        np.testing.assert_array_equal(getattr(back, name), getattr(some(), name))


def test_shards_hold_both_jaws(tmp_path):
    arrays = write_shard(tmp_path / "faces-00000.npz")
    (tmp_path / "negatives-00000.npz").write_bytes(b"no faces, not read")
    pairs = read_pairs([tmp_path], SOURCE, TARGET)
    np.testing.assert_array_equal(pairs.given, arrays["points_px"][:, 478:])
    np.testing.assert_array_equal(pairs.wanted[:, :17], arrays["jaw_contour_px"])
    np.testing.assert_array_equal(pairs.wanted[:, 17:], arrays["points_px"][:, 478 + 17 : 546])
    np.testing.assert_array_equal(pairs.yaw_deg, arrays["pose_deg"][:, 0])
    assert pairs.who.tolist() == [f"faces-00000.npz:{i}" for i in range(3)]


def test_shards_hold_other_schemes_too(tmp_path):
    points = write_shard(tmp_path / "faces-00000.npz")["points_px"]
    found = {name: read_pairs([tmp_path], name, TARGET).given for name in ("mediapipe478", "tfw5")}
    np.testing.assert_array_equal(found["mediapipe478"], points[:, :478])
    nose = points[:, [1, 4]].mean(axis=1)  # as eval/score.py reads the 478
    five = np.stack([points[:, 468], points[:, 473], nose, points[:, 61], points[:, 291]], axis=1)
    np.testing.assert_allclose(found["tfw5"], five, rtol=1e-6)


def test_faces_without_their_points_are_left_out(tmp_path):
    pairs = some()
    pairs.given[1, 5] = np.nan  # one point that is given is missing
    pairs.wanted[2, 5] = np.nan  # one that is wanted: the others still teach
    pairs.wanted[3] = np.nan
    write_pairs(pairs, tmp_path / "a.npz", SOURCE, TARGET)
    assert read_pairs([tmp_path / "a.npz"], SOURCE, TARGET).who.tolist() == ["p0", "p2"]


def test_the_pictures_of_one_person_stay_together():
    pairs = joined([some(40), some(40, seed=1)])  # everybody twice
    taught, aside = split(pairs, 0.3)
    assert len(taught) + len(aside) == 80
    assert 0 < len(aside) < 60
    assert not set(taught.who) & set(aside.who)
    assert len(split(pairs, 0.0)[1]) == 0


@dataclass
class Answer:
    box_px: np.ndarray
    points_px: np.ndarray
    pose_deg: np.ndarray
    scheme: str = SOURCE
    score: float = 0.9
    confidence: np.ndarray = field(default_factory=lambda: np.ones(1))


def sample(name: str, *, subject: str = "", scheme: str = TARGET) -> Sample:
    points = np.random.default_rng(len(name)).uniform(10, 50, (load_scheme(scheme).n_points, 2))
    face = TrueFace(np.array([10.0, 10, 50, 50]), load_scheme(scheme).names, points, scheme=scheme)
    image = np.tile(np.arange(80, dtype=np.uint8) * 3, (60, 1))
    return Sample(name, lambda: image, (face,), subject=subject)


def test_pairs_of_what_is_found_and_what_is_annotated():
    seen = Answer(np.array([10.0, 10, 50, 50]), np.full((70, 2), 7.0), np.array([33.0, 0, 0]))
    samples = [sample("one", subject="anna"), sample("three"), sample("tfw", scheme="tfw5")]
    pairs = found_pairs(samples, lambda _: [seen], SOURCE, TARGET)
    assert pairs.who.tolist() == ["anna", "three:0"]
    np.testing.assert_array_equal(pairs.given, np.full((2, 70, 2), 7, np.float32))
    np.testing.assert_allclose(pairs.wanted[0], samples[0].faces[0].points_px, rtol=1e-6)
    assert pairs.yaw_deg.tolist() == [33, 33]
    nothing = found_pairs(samples, lambda _: [], SOURCE, TARGET)
    assert nothing.given.shape == (0, 70, 2)
    assert len(nothing) == 0


def test_a_data_set_needs_points_that_a_network_answers(tmp_path):
    with pytest.raises(InputError, match=r"source with pts:.* expected mediapipe478 or facesynth"):
        pairs_of(parse_source(f"pts:{tmp_path}"), "wflw98", TARGET)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({SOURCE: np.zeros((2, 70, 2))}, r"pairs in a\.npz: expected arrays .*no array|ibug68"),
        (
            {SOURCE: np.zeros((2, 68, 2)), TARGET: np.zeros((2, 68, 2))},
            r"\(2, 70, 2\), got \(2, 68",
        ),
        (
            {SOURCE: np.zeros((2, 70, 2)), TARGET: np.zeros((3, 68, 2))},
            r"\(2, 68, 2\), got \(3, 68",
        ),
        (
            {SOURCE: np.zeros((2, 70, 2)), TARGET: np.zeros((2, 68, 2)), "subject": np.zeros(3)},
            r"subject in a\.npz: expected shape \(2,\), got \(3,\)",
        ),
        (
            {SOURCE: np.full((2, 70, 2), np.nan), TARGET: np.zeros((2, 68, 2))},
            r"expected faces with facesynthetics70 and ibug68, got none",
        ),
    ],
)
def test_a_wrong_file_is_one_sentence(tmp_path, content, sentence):
    np.savez(tmp_path / "a.npz", **content)
    with pytest.raises(InputError, match=sentence):
        read_pairs([tmp_path / "a.npz"], SOURCE, TARGET)


def test_a_bare_array_under_another_name_is_one_sentence(tmp_path):
    np.save(tmp_path / "a.npy", np.zeros((2, 70, 2)))
    (tmp_path / "a.npy").rename(tmp_path / "a.npz")
    with pytest.raises(InputError, match=r"pairs in a\.npz"):
        read_pairs([tmp_path], SOURCE, TARGET)


@pytest.mark.parametrize(
    "more",
    [{"pose_deg": np.zeros(3)}, {"points_px": np.zeros(5)}, {SOURCE: np.array(3.0)}],
    ids=["pose", "points", "number"],
)
def test_arrays_of_too_few_axes_are_one_sentence(tmp_path, more):
    write_shard(tmp_path / "a.npz", **more)
    with pytest.raises(InputError, match=r"pairs in a\.npz"):
        read_pairs([tmp_path], SOURCE, TARGET)


def test_an_archive_with_overwritten_bytes_is_one_sentence(tmp_path):
    write_pairs(some(40), tmp_path / "a.npz", SOURCE, TARGET)
    raw = bytearray((tmp_path / "a.npz").read_bytes())
    raw[100:3000] = bytes(2900)
    (tmp_path / "a.npz").write_bytes(raw)
    with pytest.raises(InputError, match=r"pairs in a\.npz"):
        read_pairs([tmp_path], SOURCE, TARGET)


@pytest.mark.parametrize("key", ["weight=2", "split=val", "condition=warm"])
def test_keys_that_would_not_be_heard_are_refused(tmp_path, key):
    write_pairs(some(), tmp_path / "a.npz", SOURCE, TARGET)
    with pytest.raises(InputError, match=rf"synth:a\.npz: expected no key .* got {key}"):
        pairs_of(parse_source(f"{tmp_path / 'a.npz'},{key}"), SOURCE, TARGET)


def test_options_of_a_data_set_reach_its_reader(tmp_path, monkeypatch):
    heard = {}
    monkeypatch.setattr(module, "load_pipeline", lambda **_options: None)
    monkeypatch.setattr(
        module, "open_dataset", lambda *_place, **options: heard.update(options) or ()
    )
    with pytest.raises(InputError, match="got none"):
        pairs_of(parse_source(f"tfake:{tmp_path},scheme=mediapipe478"), SOURCE, "mediapipe478")
    assert heard == {"scheme": "mediapipe478"}


def test_a_file_that_is_no_archive_is_one_sentence(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"pairs in a\.npz"):
        read_pairs([tmp_path], SOURCE, TARGET)


def test_scores_by_hand():
    pairs = some(2)
    pairs.wanted[:] = pairs.given[:, :68]
    pairs.wanted[:, 0], pairs.wanted[:, 1] = [0, 0], [100, 100]  # the size is then 100
    pairs.yaw_deg[:] = [0, 60]
    adapted = pairs.wanted.copy()
    adapted[1, 40] += [3, 4]  # 5 % of the size, one of 68 points of one of two faces
    pairs.wanted[0, 41] = np.nan
    found = scores(pairs, adapted, SOURCE, TARGET)
    assert found["all"].after == pytest.approx(0.05 / 135, rel=1e-4)
    assert found["profile"].after == pytest.approx(0.05 / 68, rel=1e-4)
    assert (found["frontal"].after, found["jaw"].after) == (0, 0)
    assert "half" not in found
    assert found["jaw"].before > 0.01
    assert as_numbers(found)["profile"]["after"] == pytest.approx(0.05 / 68, abs=1e-5)
    assert "| right_eye | 2 | 0.00 % | 0.45 % |" in table(found)
