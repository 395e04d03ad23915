from __future__ import annotations

import json

import numpy as np
import pytest

import tfan.synth.dataset as dataset
import tfan.synth.shards as shards
from tfan.errors import InputError
from tfan.synth.bank import open_bank
from tfan.synth.dataset import BankPlan, generate, plan_bank
from tfan.synth.negatives import NegativeParams, cut_negative, render_negative
from tfan.synth.record import from_json
from tfan.synth.scene import NO_ENTRY, render_scene
from tfan.synth.scene_params import CANVAS_PX, SceneParams
from tfan.synth.shards import SHARD_SAMPLES, read_records, shard_indices, shard_total, write_shard
from tfan.synth.sheet import contact_sheet, tile


def test_shards_cover_the_data_set_without_overlap():
    for count in (1, SHARD_SAMPLES, SHARD_SAMPLES + 1, 1234):
        indices = [i for shard in range(shard_total(count)) for i in shard_indices(count, shard)]
        assert indices == list(range(count))


def test_scenes_are_written_with_labels_and_records(bank_folder, bank, tmp_path):
    (path,) = generate("scenes", tmp_path, count=6, seed=3, workers=1, bank=bank_folder)
    with np.load(path) as stored:
        assert stored["images"].shape == (6, CANVAS_PX, CANVAS_PX)
        assert stored["images"].dtype == np.uint8
        assert stored["size_hw"].dtype == np.int16
        assert stored["boxes_px"].shape == (6, 12, 4)
        assert stored["five_px"].shape == (6, 12, 5, 2)
        assert stored["kind"].dtype == np.int8
        images = stored["images"]
    records = read_records(path)
    again = render_scene(bank, from_json(SceneParams, records[4]))
    np.testing.assert_array_equal(again.image, images[4])


def test_a_second_run_makes_nothing_and_a_longer_one_only_the_rest(bank_folder, tmp_path):
    options = {"seed": 3, "workers": 1, "bank": bank_folder}
    (path,) = generate("negatives", tmp_path, count=5, **options)
    first, images = path.stat().st_mtime_ns, np.load(path)["images"]
    told: list[int] = []
    generate("negatives", tmp_path, count=5, **options, advance=told.append)
    assert path.stat().st_mtime_ns == first
    assert told == [5]
    (path,) = generate("negatives", tmp_path, count=7, **options)
    np.testing.assert_array_equal(np.load(path)["images"][:5], images)
    assert len(np.load(path)["images"]) == 7


def test_two_workers_write_what_one_writes(bank_folder, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "SHARD_SAMPLES", 4)  # the jobs carry their ranges to the workers
    told: list[int] = []
    both = generate(
        "negatives", tmp_path, count=7, seed=1, workers=2, bank=bank_folder, advance=told.append
    )
    assert sum(told) == 7
    make = dataset.maker_of(dataset.Recipe("negatives", 1, None, bank_folder))
    images = np.concatenate([np.load(path)["images"] for path in both])
    np.testing.assert_array_equal(images, [make(index)[0]["images"] for index in range(7)])


def test_a_folder_of_another_seed_is_refused(bank_folder, tmp_path):
    generate("negatives", tmp_path, count=1, seed=1, workers=1, bank=bank_folder)
    with pytest.raises(InputError, match="Choose another folder"):
        generate("negatives", tmp_path, count=1, seed=2, workers=1, bank=bank_folder)


@pytest.mark.parametrize(
    ("product", "count", "match"),
    [("cats", 1, "expected faces or scenes"), ("faces", 0, "at least 1")],
)
def test_wrong_requests_are_one_sentence(tmp_path, product, count, match):
    with pytest.raises(InputError, match=match):
        generate(product, tmp_path, count=count)


def test_a_folder_without_heads_says_how_to_make_them(tmp_path):
    with pytest.raises(InputError, match="tfan synth generate heads"):
        open_bank(tmp_path)


def test_a_damaged_shard_is_made_again(bank_folder, tmp_path):
    options = {"count": 2, "seed": 3, "workers": 1, "bank": bank_folder}
    (path,) = generate("negatives", tmp_path, **options)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", b"<html>"):
        path.write_bytes(damaged)
        generate("negatives", tmp_path, **options)
        assert path.read_bytes() == whole


def test_a_file_is_no_folder_for_shards(bank_folder, tmp_path):
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match=r"expected a place to write a data set, got"):
            generate("negatives", folder, count=1, workers=1, bank=bank_folder)


def test_a_damaged_bank_is_one_sentence(bank_folder, tmp_path):
    for path in bank_folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "heads-00001.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"bank of heads: expected whole files"):
        open_bank(tmp_path)


@pytest.mark.parametrize(("count", "heads"), [(1, 200), (3000, 1000), (60000, 8000)])
def test_a_bank_is_as_large_as_its_data_set_needs_and_has_its_people(count, heads, tmp_path):
    assert plan_bank(tmp_path, count=count, seed=7) == BankPlan(tmp_path / "heads", heads, 7)


def test_a_bank_that_is_there_keeps_its_people_and_never_shrinks(bank_folder, tmp_path):
    (tmp_path / "heads").symlink_to(bank_folder)  # 24 heads of seed 5
    plan = plan_bank(tmp_path, count=1, seed=7)
    assert (plan.count, plan.seed) == (200, 5)
    shard = {"index": np.arange(500, 900)}
    (tmp_path / "large" / "heads").mkdir(parents=True)
    write_shard(tmp_path / "large" / "heads" / "heads-00001.npz", shard, [])
    assert plan_bank(tmp_path / "large", count=1, seed=7).count == 900


def test_people_of_a_data_set_without_a_bank_come_from_its_seed(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(dataset, "_complete", lambda recipe, *_, **__: asked.append(recipe))
    generate("scenes", tmp_path, count=10, seed=9, workers=1)
    assert [(r.product, r.seed) for r in asked] == [("heads", 9), ("scenes", 9)]


def test_nothing_half_written_is_taken_for_a_shard(tmp_path, monkeypatch):
    def fail(*_args, **_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(np, "savez", fail)
    path = tmp_path / "scenes-00000.npz"
    with pytest.raises(InputError, match="expected a place to write a shard, got disk full"):
        write_shard(path, {"index": np.arange(2)}, [])
    assert list(tmp_path.iterdir()) == []


def test_radiometric_scenes_are_degrees_where_the_scene_is(bank_folder, tmp_path):
    (path,) = generate("scenes", tmp_path, count=3, workers=1, bank=bank_folder, radiometric=True)
    with np.load(path) as stored:
        for celsius, (height, width) in zip(stored["celsius"], stored["size_hw"], strict=True):
            assert np.isfinite(celsius[:height, :width]).all()
            assert np.isnan(celsius[height:]).all()
            assert np.isnan(celsius[:, width:]).all()


def test_negatives_show_no_face(bank):
    for index in range(24):
        image, record = render_negative(bank, seed=2, index=index)
        params = from_json(NegativeParams, record)
        scene = render_scene(bank, params.scene)
        assert (scene.kind == NO_ENTRY).all()
        height, width = scene.size_hw
        np.testing.assert_array_equal(cut_negative(scene.image[:height, :width], params), image)
        assert image.shape == (176, 176)


def test_heads_from_the_real_model_fill_a_bank(shared, tmp_path):
    head = shared / "data" / "ict_face_model.npz"
    generate("heads", tmp_path, count=3, seed=0, workers=1, head_path=head)
    bank = open_bank(tmp_path)
    assert len(bank) == 3
    celsius, coverage = bank.picture(2)
    assert celsius.shape == coverage.shape == (224, 224)
    left, top, right, bottom = bank.box_px[2].astype(int)
    assert (coverage[top + 5 : bottom - 5, left + 5 : right - 5] > 0).mean() > 0.8
    assert json.loads(read_records(tmp_path / "heads-00000.npz")[0])["framing"]


def test_faces_from_the_real_model_have_every_array_of_the_contract(shared, tmp_path):
    head = shared / "data" / "ict_face_model.npz"
    (path,) = generate("faces", tmp_path, count=2, seed=0, workers=1, head_path=head)
    with np.load(path) as stored:
        shapes = {name: stored[name].shape for name in stored.files}
    assert shapes == {
        "images": (2, 176, 176), "points_px": (2, 548, 2), "visible": (2, 548),
        "jaw_contour_px": (2, 17, 2), "box_px": (2, 4), "five_px": (2, 5, 2), "pose_deg": (2, 3),
        "ambient_celsius": (2,), "face_px": (2,), "index": (2,),
    }  # fmt: skip


def test_a_seed_is_not_negative(tmp_path):
    with pytest.raises(InputError, match="seed: expected 0 or more, got -1"):
        generate("faces", tmp_path, count=1, seed=-1)


def test_contact_sheets_hold_every_tile(bank_folder):
    make = dataset.maker_of(dataset.Recipe("scenes", 0, None, bank_folder))
    tiles = [tile(make(index)[0], points=True) for index in range(3)]
    sheet = contact_sheet(tiles, columns=2)
    assert sheet.shape == (2 * CANVAS_PX, 2 * CANVAS_PX, 3)
    np.testing.assert_array_equal(sheet[CANVAS_PX:, :CANVAS_PX], tiles[2])
