from __future__ import annotations

import json

import numpy as np
import pytest

import tfan.synth.tfake.dataset as dataset
import tfan.synth.tfake.images as images
from tfan.cli import synth_tfake
from tfan.errors import InputError
from tfan.evaluate.datasets import open_dataset
from tfan.synth.head import default_head_path
from tfan.synth.tfake.checksum import CHECKSUMS, read_checksums, verify
from tfan.synth.tfake.dataset import TfakePlan, generate_tfake, label_jobs
from tfan.synth.tfake.files import ENDINGS, read_image, thermal_celsius, write_image
from tfan.synth.tfake.images import spread_over

SIDE_PX = 64


def plan_for(folder, **changes) -> TfakePlan:
    return TfakePlan(**({"folder": folder, "condition": "cold", "side_px": SIDE_PX} | changes))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    if not default_head_path().is_file():
        pytest.skip("no packed head model: set TFAN_HEAD (see tfan synth pack)")
    folder = tmp_path_factory.mktemp("tfake") / "cold"
    generate_tfake(plan_for(folder), count=3, workers=1)
    return folder


@pytest.fixture
def copy(made, tmp_path):
    folder = tmp_path / "cold"
    folder.mkdir()
    for path in made.rglob("*"):
        if path.is_file():
            target = folder / path.relative_to(made)
            target.parent.mkdir(exist_ok=True)
            target.write_bytes(path.read_bytes())
    return folder


def test_a_set_has_the_files_of_t_fake(made):
    names = {path.name for path in made.iterdir()}
    wanted = {f"{i:06d}{end}" for i in range(3) for end in (*ENDINGS, "_celsius.tiff")}
    assert names == wanted | {"annotations.pkl", CHECKSUMS, "labels", "tfake.dataset.json"}
    assert read_image(made / "000001.png").shape == (SIDE_PX, SIDE_PX, 3)
    assert read_image(made / "000001_seg.png").dtype == np.uint8
    assert read_image(made / "000001_thermal.png").dtype == np.uint16
    assert len((made / "000001_ldmks.txt").read_text().split()) == 140


def test_window_and_radiometric_image_agree(made):
    window = thermal_celsius(read_image(made / "000000_thermal.png"))
    exact = read_image(made / "000000_celsius.tiff") / 100 - 273.15
    np.testing.assert_allclose(window, exact.clip(20, 40), atol=0.006)


@pytest.mark.parametrize(("scheme", "n"), [("facesynthetics70", 70), ("mediapipe478", 478)])
def test_the_reader_of_t_fake_reads_it(made, scheme, n):
    samples = open_dataset("tfake", made, scheme=scheme)
    found = list(samples)
    assert len(found) == 3
    assert not list(samples.problems)
    with np.load(made / "labels" / "labels-00000.npz") as stored:
        wanted = stored["points_px"][2] if n == 70 else stored["dense"][2, :, :2] * SIDE_PX
    (face,) = found[2].faces
    assert found[2].condition == "cold"
    np.testing.assert_allclose(face.points_px, wanted, atol=6e-4)


def test_two_workers_write_the_labels_that_one_writes(made, tmp_path, monkeypatch):
    monkeypatch.setattr(dataset, "LABEL_SAMPLES", 2)  # the jobs carry their ranges along
    told: list[int] = []
    both = plan_for(tmp_path / "cold")
    generate_tfake(both, count=3, workers=2, advance=told.append)
    assert sum(told) == 3
    for i in range(3):
        for end in ENDINGS:
            name = f"{i:06d}{end}"
            assert (both.folder / name).read_bytes() == (made / name).read_bytes(), name
    one = read_checksums(made)
    assert read_checksums(both.folder)["annotations.pkl"] == one["annotations.pkl"]


def test_a_second_run_makes_nothing(copy):
    before = (copy / "000000.png").stat().st_mtime_ns
    small = read_checksums(copy)
    told: list[int] = []
    generate_tfake(plan_for(copy), count=3, workers=1, advance=told.append)
    assert (copy / "000000.png").stat().st_mtime_ns == before
    assert told == [3]
    assert read_checksums(copy) == small


def test_a_shorter_run_does_not_cut_a_set(made):
    with pytest.raises(InputError, match="at least 3"):
        generate_tfake(plan_for(made), count=2, workers=1)
    assert verify(made).problems == ()


def test_a_whole_set_is_verified(made):
    verdict = verify(made)
    assert (verdict.pairs, verdict.problems, verdict.looked_into) == (3, (), 3)


def cut(path):
    path.write_bytes(path.read_bytes()[:60])


def swap(ending):
    return lambda path: path.write_bytes((path.parent / f"000000{ending}").read_bytes())


def draw(shape, dtype, value=None):
    image = (
        np.random.default_rng(0).integers(0, 255, shape) if value is None else np.full(shape, value)
    )
    return lambda path: write_image(path, image.astype(dtype))


@pytest.mark.parametrize(
    ("name", "damage", "said"),
    [
        ("000001.png", cut, "cannot be opened as an image"),
        ("000001.png", swap("_seg.png"), "holds 1 channel of uint8, expected 3 channels of uint8"),
        ("000001_thermal.png", draw((64, 64), "uint8"), "of uint8, expected 1 channel of uint16"),
        ("000001_thermal.png", draw((64, 64), "uint16", 7), "is the same everywhere"),
        ("000001_celsius.tiff", draw((32, 64), "uint16"), "is 64 x 32 pixels, expected 64 x 64"),
        ("000001_celsius.tiff", swap(".png"), "holds 3 channels of uint8"),
    ],
)
def test_an_image_that_is_not_sound_is_found(copy, name, damage, said):
    """Images have no checksums, and nobody had looked into them."""
    damage(copy / name)
    (problem,) = verify(copy).problems
    assert problem.startswith(f"{name} ")
    assert said in problem
    assert verify(copy, images=2).problems == ()  # of 0 and 2
    assert verify(copy, images=0).looked_into == 0
    assert len(verify(copy, images=None).problems) == 1


@pytest.mark.parametrize(
    ("pairs", "most", "chosen"),
    [(3, 100, (0, 1, 2)), (1000, 3, (0, 500, 999)), (5, 1, (0,)), (4, None, (0, 1, 2, 3)),
     (4, 0, ()), (0, 5, ())],
)  # fmt: skip
def test_images_are_chosen_evenly(pairs, most, chosen):
    assert spread_over(pairs, most) == chosen


def test_the_command_says_how_many_it_looks_into():
    assert synth_tfake.PAIRS_LOOKED_INTO == images.PAIRS_LOOKED_INTO


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("000001_ldmks.txt", "the labels of pairs 0..2"),
        ("000002_seg.png", "the labels of pairs 0..2"),
        ("annotations.pkl", "annotations.pkl is not as it was written"),
        ("labels/labels-00000.params.jsonl.gz", "pairs 0..2"),
    ],
)
def test_an_altered_label_is_found(copy, name, said):
    other = {
        "000001_ldmks.txt": copy / "000002_ldmks.txt",
        "000002_seg.png": copy / "000000_seg.png",
    }.get(name, copy / "000000_thermal.png")
    (copy / name).write_bytes(other.read_bytes())
    problems = verify(copy).problems
    assert len(problems) == 1
    assert said in problems[0]


def test_a_missing_and_an_empty_image_are_found(copy):
    (copy / "000000.png").unlink()
    (copy / "000002_thermal.png").write_bytes(b"")
    assert verify(copy).problems == (
        "000000.png is missing or empty", "000002_thermal.png is missing or empty",
    )  # fmt: skip


def test_a_missing_radiometric_image_is_found(copy):
    (copy / "000001_celsius.tiff").unlink()
    assert verify(copy).problems == ("000001_celsius.tiff is missing or empty",)


@pytest.mark.parametrize("name", ["000000.png", "000001_celsius.tiff", "000002_ldmks.txt"])
def test_another_run_makes_what_is_missing(copy, made, name):
    (copy / name).unlink()
    generate_tfake(plan_for(copy), count=3, workers=1)
    assert (copy / name).read_bytes() == (made / name).read_bytes()
    assert verify(copy).problems == ()


@pytest.mark.parametrize(
    "text",
    ["[]", "null", "{}", '{"pairs": 3, "files": 3}', "no JSON",
     '{"pairs": 3, "records": "", "labels": "", "annotations.pkl": "", "files": [{"first": 0}]}'],
)  # fmt: skip
def test_damaged_checksums_are_one_sentence_and_made_anew(copy, made, text):
    (copy / CHECKSUMS).write_text(text)
    with pytest.raises(InputError, match="expected the checksums of a complete set"):
        verify(copy)
    generate_tfake(plan_for(copy), count=3, workers=1)
    assert read_checksums(copy) == read_checksums(made)


def test_a_set_that_grows_has_no_checksums_until_it_is_whole(copy, monkeypatch):
    def broken(*_args, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr(dataset, "run_jobs", broken)
    with pytest.raises(KeyboardInterrupt):
        generate_tfake(plan_for(copy), count=5, workers=1)
    with pytest.raises(InputError, match="complete set, got none"):
        verify(copy)
    with pytest.raises(InputError, match="at least 3"):  # the labels of three are still there
        generate_tfake(plan_for(copy), count=2, workers=1)


def test_an_unfinished_set_says_what_to_do(copy):
    (copy / CHECKSUMS).unlink()
    with pytest.raises(InputError, match="generate --layout tfake"):
        verify(copy)


@pytest.mark.parametrize("changes", [{"condition": "warm"}, {"seed": 1}, {"side_px": 80}])
def test_a_folder_of_another_set_is_refused(made, changes):
    with pytest.raises(InputError, match="Choose another folder"):
        generate_tfake(plan_for(made, **changes), count=3, workers=1)


@pytest.mark.parametrize(
    ("changes", "count", "match"),
    [
        ({}, 0, "at least 1"),
        ({"seed": -1}, 1, "0 or more"),
        ({"side_px": 513}, 1, "32 to 512 pixels"),
        ({"condition": "hot"}, 1, "warm or cold"),
    ],
)
def test_wrong_requests_are_one_sentence(tmp_path, changes, count, match):
    with pytest.raises(InputError, match=match):
        generate_tfake(plan_for(tmp_path, **changes), count=count)


def test_label_files_cover_a_set_of_100_000(tmp_path):
    jobs = label_jobs(tmp_path, 100_000)
    assert len(jobs) == 1000
    assert [i for _, indices in jobs for i in indices] == list(range(100_000))


def test_the_checksum_of_a_set_begins_with_that_of_a_smaller_one(made, tmp_path):
    """A set of 1 is the beginning of the set of 3: the same records, file for file."""
    one = plan_for(tmp_path / "one")
    generate_tfake(one, count=1, workers=1)
    for end in ENDINGS:
        assert (one.folder / f"000000{end}").read_bytes() == (made / f"000000{end}").read_bytes()
    claim = json.loads((made / "tfake.dataset.json").read_text())
    assert claim == {
        "product": "tfake", "condition": "cold", "seed": 0, "side_px": 64, "radiometric": True,
    }  # fmt: skip
